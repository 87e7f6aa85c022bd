import Foundation
import SEM
import SEMNumerics
import Testing

@testable import SEMStudy

@Suite struct FactorAnalysisTests {
  @Test(arguments: ["p2p", "hs"]) func adequacyAsPsych(_ data: String) throws {
    let moments = try (data == "p2p" ? Reference.surveyMoments : Reference.holzingerMoments).get()
    let adequacy = try SamplingAdequacy(moments)
    let key = data + "_adequacy"
    expectAllNear(
      [adequacy.overall, adequacy.chiSquare, Double(adequacy.degreesOfFreedom), adequacy.pValue],
      try ["kmo", "chisq", "df", "p"].map { try Reference.number(key, $0) }, 1e-9)
    expectAllNear(adequacy.items.map(\.adequacy), try Reference.numbers(key, "msa"), rounding)
    expectAllNear(try moments.eigenvalues(), try Reference.numbers(key, "eigen"), rounding)
  }

  /// What psych printed for the study.
  @Test func asPrinted() throws {
    let moments = try Reference.surveyMoments.get()
    let adequacy = try SamplingAdequacy(moments)
    #expect(abs(adequacy.overall - 0.858) < printed3)
    #expect(abs(adequacy.chiSquare - 4143.059) < printed3)
    #expect(adequacy.degreesOfFreedom == 378 && adequacy.grade == .meritorious)
    #expect(try moments.kaiserCount() == 8)
    let analysis = try ExploratoryFactorAnalysis(moments, factorCount: 8)
    #expect(abs(analysis.initialVariance[0].share - 0.2409) < 0.01 * printed2)
    #expect(abs(analysis.extractedVariance[7].cumulativeShare - 0.6912) < 0.01 * printed2)
    let sums = [2.839, 2.778, 2.649, 2.543, 2.183, 2.157, 2.115, 2.089]
    for (variance, sum) in zip(analysis.rotatedVariance, sums) { #expect(abs(variance.sum - sum) < printed3) }
    let item = { (name: String) in Reference.items.firstIndex(of: name) ?? 0 }
    #expect(abs(analysis.loadings[item("TR1"), 0] - 0.795) < printed3)
    #expect(abs(analysis.loadings[item("PU3"), 1] - 0.809) < printed3)
    #expect(abs(analysis.loadings[item("FI3"), 7] - 0.759) < printed3)
    #expect(abs(analysis.communalities[item("PFC2")] - 0.755) < printed3)
    // Every construct's items share a factor of their own.
    let factors = P2P.constructs.map { construct in
      Set(
        construct.itemCodes.map { code in
          (0..<8).max { abs(analysis.loadings[item(code), $0]) < abs(analysis.loadings[item(code), $1]) }
            ?? -1
        })
    }
    #expect(factors.allSatisfy { $0.count == 1 } && Set(factors).count == 8)
    #expect(Set(analysis.sortedPlaces) == Set(0..<28))
    #expect(analysis.sortedPlaces.prefix(4).allSatisfy { Reference.items[$0].hasPrefix("TR") })
  }

  @Test func componentsWithVarimaxAsR() throws {
    let analysis = try ExploratoryFactorAnalysis(Reference.surveyMoments.get(), factorCount: 8)
    expectSameFactors(
      analysis.loadings, try Reference.matrix("p2p_pca_varimax", "loadings"), otherRotation)
    expectAllNear(
      analysis.communalities, try Reference.numbers("p2p_pca_varimax", "communality"), 1e-9)
    #expect(analysis.rotationReport?.isConverged == true)
  }

  @Test(arguments: [("hs_ml3", 3), ("p2p_ml8", 8)]) func likelihoodAsFactanal(_ key: String, _ m: Int) throws
  {
    let moments = try (m == 3 ? Reference.holzingerMoments : Reference.surveyMoments).get()
    let analysis = try ExploratoryFactorAnalysis(
      moments, factorCount: m, options: FactorOptions(.maximumLikelihood, .none))
    let test = try #require(analysis.test)
    #expect(analysis.extractionReport?.isConverged == true && analysis.heywoodItems.isEmpty)
    // Ours is the lower minimum, if anything.
    #expect(test.discrepancy <= (try Reference.number(key, "objective")) + 1e-12)
    expectAllNear(
      [test.discrepancy, test.chiSquare, Double(test.degreesOfFreedom), test.pValue ?? .nan],
      try ["objective", "chisq", "df", "p"].map { try Reference.number(key, $0) }, 1e-6)
    expectAllNear(analysis.uniquenesses, try Reference.numbers(key, "uniq"), otherRotation)
    expectSameFactors(analysis.unrotatedLoadings, try Reference.matrix(key, "loadings"), otherRotation)
  }

  @Test func fitIndicesAsLavaan() throws {
    let test = try #require(
      try ExploratoryFactorAnalysis(
        Reference.holzingerMoments.get(), factorCount: 3, options: FactorOptions(.maximumLikelihood, .none)
      ).test)
    expectAllNear(
      [
        301 * test.discrepancy, Double(test.degreesOfFreedom), test.tuckerLewis ?? .nan, test.rmsea ?? .nan,
        test.rmseaInterval?.lowerBound ?? .nan, test.rmseaInterval?.upperBound ?? .nan,
      ], try Reference.numbers("lavaan_geomin", "fit"), otherOptimiser)
  }

  @Test(arguments: [("hs_pa3", 3), ("p2p_pa8", 8)]) func axesAsPsych(_ key: String, _ m: Int) throws {
    let moments = try (m == 3 ? Reference.holzingerMoments : Reference.surveyMoments).get()
    let analysis = try ExploratoryFactorAnalysis(
      moments, factorCount: m, options: FactorOptions(.principalAxis, .none))
    expectAllNear(analysis.communalities, try Reference.numbers(key, "communality"), otherRotation)
    // The fixed point: communalities are what the leading eigenvectors of R - Ψ explain.
    var reduced = moments.correlation
    for (i, value) in analysis.communalities.enumerated() { reduced[i, i] = value }
    let eigen = try SymmetricEigen(reduced)
    let p = reduced.rowCount
    var explained = [Double](repeating: 0, count: p)
    for j in (p - m)..<p {
      for i in 0..<p { explained[i] += eigen.values[j] * eigen.vectors[i, j] * eigen.vectors[i, j] }
    }
    expectAllNear(explained, analysis.communalities, 1e-8)
    #expect(analysis.test == nil)
  }

  @Test(arguments: [true, false]) func derivativesOfTheDiscrepancy(_ isLikelihood: Bool) throws {
    let moments = try Reference.holzingerMoments.get()
    let objective = UniquenessObjective(moments.correlation, factorCount: 3, isLikelihood: isLikelihood)
    let (first, step) = isLikelihood ? (-0.9, 0.07) : (0.3, 0.05)
    let x: [Double] = (0..<9).map { first + step * Double($0) }
    func value(_ x: [Double]) -> Double {
      let buffer = NumberBuffer(x)
      return withExtendedLifetime(buffer) { objective.value(at: buffer.pointer) ?? .nan }
    }
    func gradient(_ x: [Double]) -> [Double] {
      let buffer = NumberBuffer([Double](repeating: .nan, count: 9))
      _ = value(x)
      objective.gradient(into: buffer.pointer)
      return buffer.array
    }
    let h = 1e-5
    let analytic = gradient(x)
    let hessian = NumberBuffer([Double](repeating: .nan, count: 81))
    objective.curvature(.exact, into: hessian.pointer)
    for k in 0..<9 {
      var (up, down) = (x, x)
      up[k] += h
      down[k] -= h
      #expect(abs((value(up) - value(down)) / (2 * h) - analytic[k]) < differenceTolerance)
      let (g, l) = (gradient(up), gradient(down))
      for i in k..<9 {
        #expect(abs((g[i] - l[i]) / (2 * h) - hessian[i + 9 * k]) < differenceTolerance, "\(i), \(k)")
      }
    }
  }
  /// Central differences with a step of 1e-5: truncation and rounding of about 1e-10.
  private let differenceTolerance = 1e-8

  @Test(arguments: [
    RotationCriterion.varimax, .oblimin(gamma: 0), .oblimin(gamma: -0.7), .geomin(epsilon: 0.01),
  ]) func derivativesOfRotationCriteria(_ criterion: RotationCriterion) throws {
    var stream = RandomStream(seed: 3)
    var a = Matrix(rowCount: 7, columnCount: 3)
    var t = Matrix.identity(3)
    stream.fillNormal(&a.elements)
    for i in t.elements.indices { t.elements[i] += 0.3 * stream.normal() }
    let projection = GradientProjection(criterion: criterion, unrotated: a)
    let point = try #require(projection.evaluate(t))
    for i in t.elements.indices {
      var (up, down) = (t, t)
      up.elements[i] += 1e-6
      down.elements[i] -= 1e-6
      let slope =
        ((projection.evaluate(up)?.value ?? .nan) - (projection.evaluate(down)?.value ?? .nan)) / 2e-6
      #expect(abs(slope - point.gradient.elements[i]) < 1e-6 * max(1, abs(slope)))
    }
  }

  @Test(arguments: [
    ("hs_ml3_quartimin", FactorRotation.quartimin, false), ("hs_ml3_oblimin05", .oblimin(gamma: -0.5), false),
    ("hs_ml3_oblimin_kaiser", .oblimin(gamma: 0), true), ("hs_ml3_geomin", .geomin(epsilon: 0.001), false),
    ("hs_ml3_geomin01", .geomin(epsilon: 0.01), false),
  ]) func rotationsAsGPArotation(_ key: String, _ rotation: FactorRotation, _ normalizes: Bool) throws {
    var options = FactorOptions(.maximumLikelihood, rotation)
    options.kaiserNormalization = normalizes
    let analysis = try ExploratoryFactorAnalysis(
      Reference.holzingerMoments.get(), factorCount: 3, options: options)
    let report = try #require(analysis.rotationReport)
    #expect(report.isConverged)
    // No other program found a lower minimum.
    #expect(report.value <= (try Reference.number(key, "value")) + 1e-7)
    expectSameFactors(
      analysis.loadings, try Reference.matrix(key, "loadings"), looseRotation,
      correlations: (analysis.factorCorrelations, try Reference.matrix(key, "phi")))
    // A rotation changes nothing of what the factors explain.
    let implied = analysis.loadings * analysis.factorCorrelations * analysis.loadings.transposed
    expectAllNear(implied.diagonal, analysis.communalities, 1e-9)
    let total = analysis.communalities.reduce(0, +)
    #expect(abs(analysis.rotatedVariance.reduce(0) { $0 + $1.sum } - total) < 1e-9)
  }
  /// GPArotation was stopped at a projected gradient of 1e-8 or after 3000 steps; geomin with a small ε is flat.
  private let looseRotation = 2e-4

  @Test(arguments: [
    ("lavaan_geomin", FactorRotation.geomin(epsilon: 0.001)), ("lavaan_oblimin", .oblimin(gamma: 0)),
  ])
  func rotationsAsLavaan(_ key: String, _ rotation: FactorRotation) throws {
    let analysis = try ExploratoryFactorAnalysis(
      Reference.holzingerMoments.get(), factorCount: 3, options: FactorOptions(.maximumLikelihood, rotation))
    expectSameFactors(
      analysis.loadings, try Reference.matrix(key, "loadings"), looseRotation,
      correlations: (analysis.factorCorrelations, try Reference.matrix(key, "phi")))
  }

  @Test func varimaxAndPromaxAsR() throws {
    let moments = try Reference.holzingerMoments.get()
    let varimax = try ExploratoryFactorAnalysis(
      moments, factorCount: 3, options: FactorOptions(.maximumLikelihood, .varimax))
    expectSameFactors(varimax.loadings, try Reference.matrix("hs_ml3_varimax", "loadings"), otherRotation)
    let promax = try ExploratoryFactorAnalysis(
      moments, factorCount: 3, options: FactorOptions(.maximumLikelihood, .promax(power: 4)))
    expectSameFactors(
      promax.loadings, try Reference.matrix("hs_ml3_promax", "loadings"), otherRotation,
      correlations: (promax.factorCorrelations, try Reference.matrix("hs_ml3_promax", "phi")))
    #expect(promax.factorCorrelations.diagonal == [1, 1, 1])
  }

  /// Correlations that follow a model exactly give its factors back, whatever the extraction.
  @Test(
    arguments: [FactorExtraction.principalAxis, .maximumLikelihood],
    [FactorRotation.quartimin, .geomin(epsilon: 1e-6)])
  func exactStructure(_ extraction: FactorExtraction, _ rotation: FactorRotation) throws {
    let loadings = Matrix(rows: [[0.8, 0], [0.7, 0], [0.6, 0], [0, 0.75], [0, 0.65], [0, 0.5]])
    let phi = Matrix(rows: [[1, 0.4], [0.4, 1]])
    var r = loadings * phi * loadings.transposed
    for i in 0..<6 { r[i, i] = 1 }
    let moments = try ItemMoments(correlation: r.symmetrized(), items: (1...6).map { "y\($0)" }, count: 200)
    let analysis = try ExploratoryFactorAnalysis(
      moments, factorCount: 2, options: FactorOptions(extraction, rotation))
    expectSameFactors(analysis.loadings, loadings, 1e-4, correlations: (analysis.factorCorrelations, phi))
    #expect(analysis.rootMeanSquareResidual < 1e-7)
    if let test = analysis.test {
      #expect(test.chiSquare < 1e-8 && test.degreesOfFreedom == 4 && test.rmsea == 0)
    }
  }

  /// An item that the factor explains wholly: the uniqueness stays at its bound and is named.
  @Test(arguments: [FactorExtraction.principalAxis, .maximumLikelihood]) func heywood(
    _ extraction: FactorExtraction
  ) throws {
    let r = Matrix(rows: [
      [1, 0.8, 0.75, 0.7], [0.8, 1, 0.45, 0.5], [0.75, 0.45, 1, 0.4], [0.7, 0.5, 0.4, 1],
    ])
    let moments = try ItemMoments(correlation: r, items: ["a", "b", "c", "d"], count: 100)
    let analysis = try ExploratoryFactorAnalysis(
      moments, factorCount: 1, options: FactorOptions(extraction, .none))
    #expect(analysis.heywoodItems == ["a"])
    #expect(analysis.extractionReport?.isConverged == true)
    #expect(abs(analysis.uniquenesses[0] - FactorOptions().uniquenessBound) < rounding)
    #expect(analysis.communalities[0] > 0.99 && analysis.communalities.dropFirst().allSatisfy { $0 < 0.9 })
  }

  @Test func refusals() throws {
    let moments = try Reference.holzingerMoments.get()
    for (m, extraction) in [
      (0, FactorExtraction.principalComponents), (10, .principalComponents), (6, .maximumLikelihood),
    ] {
      let error = #expect(throws: StudyError.self) {
        try ExploratoryFactorAnalysis(moments, factorCount: m, options: FactorOptions(extraction, .varimax))
      }
      #expect(error?.code == .wrongValue)
    }
    // Fewer cases than items: components and axes work, what needs an inverse says why not.
    let few = try ItemMoments(
      Reference.survey.get().selecting(rows: Array(0..<20)), items: Reference.items)
    let error = #expect(throws: StudyError.self) { try SamplingAdequacy(few) }
    #expect(error?.code == .tooFewCases)
    #expect(throws: StudyError.self) {
      try ExploratoryFactorAnalysis(few, factorCount: 2, options: FactorOptions(.maximumLikelihood, .none))
    }
    #expect(try ExploratoryFactorAnalysis(few, factorCount: 2).loadings.isFinite)
    let axes = try ExploratoryFactorAnalysis(
      few, factorCount: 2, options: FactorOptions(.principalAxis, .varimax))
    #expect(axes.loadings.isFinite)
    let parallel = try ParallelAnalysis(few, draws: 20)
    #expect(parallel.factors == nil && parallel.components.count == 28)
    #expect(throws: StudyError.self) {
      try ItemMoments(correlation: Matrix(rows: [[1, 2], [2, 1]]), items: ["a", "b"], count: 9)
    }
  }

  /// R's simulation row by row: 1,500 samples there, 400 here.
  @Test func parallelAnalysisAsSimulatedByRows() throws {
    let analysis = try ParallelAnalysis(Reference.surveyMoments.get(), draws: 400, seed: 1)
    expectAllNear(
      analysis.components.map(\.mean), try Reference.numbers("p2p_parallel_own", "pcMean"), monteCarlo)
    expectAllNear(
      analysis.components.map(\.percentile), try Reference.numbers("p2p_parallel_own", "pc95"), 2 * monteCarlo
    )
    let factors = try #require(analysis.factors)
    expectAllNear(factors.map(\.mean), try Reference.numbers("p2p_parallel_own", "faMean"), monteCarlo)
    expectAllNear(
      factors.map(\.percentile), try Reference.numbers("p2p_parallel_own", "fa95"), 2 * monteCarlo)
    expectAllNear(
      factors.map(\.observed), try Reference.numbers("p2p_parallel", "faValues"), 1e-9)
    // psych's choice from draws of its own.
    #expect(analysis.suggestedCount(.components) == 6 && analysis.suggestedCount(.factors) == 8)
  }
  /// Eigenvalues vary by 0.03; their means of 400 draws by 0.0015, so that 0.008 is five standard errors.
  private let monteCarlo = 0.008

  @Test func parallelAnalysisDoesNotDependOnThreads() throws {
    let moments = try Reference.holzingerMoments.get()
    let one = try ParallelAnalysis(moments, draws: 60, seed: 3, threads: 1)
    #expect(one == (try ParallelAnalysis(moments, draws: 60, seed: 3, threads: 4)))
    #expect(one != (try ParallelAnalysis(moments, draws: 60, seed: 4)))
  }

  @Test(arguments: [
    ("none", false), ("varimax", false), ("promax", true), ("oblimin", true), ("quartimin", true),
    ("geomin", true),
  ])
  func rotationNames(_ name: String, _ isOblique: Bool) {
    #expect(FactorRotation(name)?.name == name && FactorRotation(name)?.isOblique == isOblique)
    #expect(FactorRotation("turn") == nil)
  }
}
