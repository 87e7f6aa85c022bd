import SEMNumerics
import Testing

@testable import SEM

/// V, Δ and Γ̂ in full, by their definitions, in the block's order of variables: the plain path of robust inference.
struct PlainRobustInference {
  /// tr(UΓ̂).
  var first = 0.0
  /// tr((UΓ̂)²).
  var second = 0.0
  /// Σ n ΔᵀVΓ̂VΔ.
  var meat: Matrix

  private struct Part {
    var v: Matrix
    var delta: Matrix
    var gamma: Matrix
    var share: Double
  }

  init?(_ fit: FittedModel) {
    let t = fit.estimates.count
    meat = Matrix(rowCount: t, columnCount: t)
    var information = meat
    var parts: [Part] = []
    for (index, rows) in (fit.rows ?? []).enumerated() {
      guard let part = Self.part(fit, index, rows) else { return nil }
      let n = Double(rows.rowCount)
      let weighted = part.v * part.delta
      information += n * (part.delta.transposed * weighted)
      meat += n * (weighted.transposed * (part.gamma * weighted))
      parts.append(part)
    }
    guard let inverse = fit.invert(information.symmetrized()) else { return nil }
    // U Γ by blocks: V Γ on the diagonal, -N f_g V Δ A⁻¹ΔᵀV Γ everywhere.
    let count = Double(fit.count)
    func block(_ left: Part, _ right: Part, isSame: Bool) -> Matrix {
      let product =
        (-count * left.share)
        * ((left.v * left.delta) * (inverse * (right.delta.transposed * (right.v * right.gamma))))
      return isSame ? product + left.v * left.gamma : product
    }
    for (g, left) in parts.enumerated() {
      for (h, right) in parts.enumerated() {
        let upper = block(left, right, isSame: g == h)
        if g == h { first += upper.trace }
        second += upper.traceOfProduct(with: block(right, left, isSame: g == h))
      }
    }
  }

  private static func part(_ fit: FittedModel, _ index: Int, _ rows: Matrix) -> Part? {
    let hasMeans = fit.table.hasMeanStructure
    guard let matrices = fit.matrices(ofBlock: index), let jacobian = fit.momentJacobian(index),
      let factor = try? Cholesky(matrices.observedCovariance)
    else { return nil }
    let p = matrices.observedCount
    let kept = Array((hasMeans ? 0 : p)..<jacobian.rowCount)
    let weight = factor.inverse()
    let covariances = 0.5 * DuplicationMatrix(order: p).kroneckerSandwich(weight)
    let shift = hasMeans ? p : 0
    var v = Matrix(rowCount: kept.count, columnCount: kept.count)
    for j in 0..<covariances.columnCount {
      for i in 0..<covariances.rowCount { v[shift + i, shift + j] = covariances[i, j] }
    }
    if hasMeans { for j in 0..<p { for i in 0..<p { v[i, j] = weight[i, j] } } }
    return Part(
      v: v, delta: jacobian.submatrix(rows: kept, columns: Array(0..<fit.estimates.count)),
      gamma: gamma(rows, fixed: fit.fixedCovariates(index, Array(0..<p)), hasMeans: hasMeans),
      share: Double(rows.rowCount) / Double(fit.count))
  }

  /// The covariance matrix of d, or of d - E(d | x) given fixed covariates.
  private static func gamma(_ rows: Matrix, fixed: [Int], hasMeans: Bool) -> Matrix {
    let (n, p) = (rows.rowCount, rows.columnCount)
    let centred = centredColumns(rows)
    var predicted = Matrix(rowCount: n, columnCount: p)
    if !fixed.isEmpty {
      let x = centred.submatrix(rows: Array(0..<n), columns: fixed)
      if let factor = try? Cholesky(x.crossProduct()) {
        predicted = x * factor.solve(x.crossProduct(with: centred))
      }
    }
    let shift = hasMeans ? p : 0
    var d = Matrix(rowCount: n, columnCount: shift + p * (p + 1) / 2)
    for i in 0..<n {
      if hasMeans { for j in 0..<p { d[i, j] = centred[i, j] - predicted[i, j] } }
      for (position, place) in halfVectorPositions(order: p).enumerated() {
        d[i, shift + position] =
          centred[i, place.row] * centred[i, place.column]
          - predicted[i, place.row] * predicted[i, place.column]
      }
    }
    return (1 / Double(n)) * centredColumns(d).crossProduct()
  }

  private static func centredColumns(_ matrix: Matrix) -> Matrix {
    var result = matrix
    for j in 0..<matrix.columnCount {
      let mean = matrix.column(j).reduce(0, +) / Double(matrix.rowCount)
      for i in 0..<matrix.rowCount { result[i, j] -= mean }
    }
    return result
  }
}

/// Robust inference over cases against explicit p* × p* matrices, and identities.
@Suite struct RobustTests {
  static let models = RandomModel.several(400..<430)

  @Test(arguments: models)
  func casesAreMatrices(_ model: RandomModel) throws {
    let fit = try model.resting(at: model.point)
    guard let plain = PlainRobustInference(fit) else { return }
    let meat = try fit.momentMeat()
    for a in 0..<meat.rowCount {
      for b in 0..<meat.rowCount {
        let floor = (plain.meat[a, a] * plain.meat[b, b]).squareRoot()
        expectClose(
          meat[a, b], plain.meat[a, b], Tolerance(size: 1e-9, floor: floor), "meat", "\(model.seed)")
      }
    }
    let traces = try fit.scalingTraces(withSecond: true)
    let size = Double(plain.meat.rowCount)
    expectClose(traces.first, plain.first, Tolerance(size: 1e-8, floor: size), "tr UΓ", "\(model.seed)")
    expectClose(traces.second, plain.second, Tolerance(size: 1e-8, floor: size), "tr (UΓ)²", "\(model.seed)")
  }

  /// Few cases go the way over pairs of cases, many the way over moments: both have the same inner products.
  @Test(arguments: [20, 45, 301], [false, true])
  func innerProductsOfCasesAreThoseOfMoments(_ count: Int, _ hasMeans: Bool) throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv").selecting(rows: Array(0..<count))
    let rows = try CompleteRows(table, variables: (1...9).map { "x\($0)" }).values
    let cases = try #require(CentredCases(rows: rows, order: Array(0..<9), fixed: [8]))
    let factor = try Cholesky((1 / Double(count)) * cases.values.crossProduct())
    let whitened = WhitenedCases(cases, factor, includingMeans: hasMeans)
    let explicit = whitened.explicit
    let gram = explicit * explicit.transposed
    var worst = 0.0
    whitened.forEachStrip { first, strip in
      for j in 0..<count {
        for i in 0..<strip.rowCount { worst = max(worst, (strip[i, j] - gram[first + i, j]).magnitude) }
      }
    }
    #expect(worst < 1e-11 * gram.maximumAbsolute)
    expectClose(
      whitened.trace, gram.trace / Double(count), Tolerance(size: 1e-12, floor: 0), "trace", "\(count)")
  }

  /// With Γ of normal variables and S = Σ the sandwich collapses: V Γ V = V.
  @Test(arguments: ["ML", "GLS"])
  func normalGammaGivesStandardErrors(_ name: String) throws {
    let own = try InferenceModels.fitThreeFactors()
    var sample = own.moments[0]
    sample.covariance = try #require(own.matrices(ofBlock: 0)).observedCovariance
    let model = try Model(InferenceModels.threeFactors, preset: .cfa)
    var options = FitOptions(try #require(EstimatorPreset(name)))
    let standard = try model.fit(to: sample, options: options).estimateCovariance()
    options.standardErrors = .robustSEMNormal
    let robust = try model.fit(to: sample, options: options).estimateCovariance()
    #expect(robust.kind == .robustSEMNormal)
    for a in 0..<standard.matrix.rowCount {
      expectClose(
        robust.matrix[a, a], standard.matrix[a, a], Tolerance(size: 1e-7, floor: 0), "normal Γ", "\(a)")
    }
  }

  /// WLS weighs by Γ̂⁻¹, so that U Γ is idempotent of rank df and nothing is left to correct.
  @Test func distributionFreeWeightNeedsNoCorrection() throws {
    let fit = try LeastSquaresTests.fit("WLS")
    let df = Double(fit.degreesOfFreedom)
    let traces = try fit.scalingTraces(withSecond: true)
    expectClose(traces.first, df, Tolerance(size: 1e-8, floor: 0), "tr UΓ", "WLS")
    expectClose(traces.second, df, Tolerance(size: 1e-7, floor: 0), "tr (UΓ)²", "WLS")
  }

  /// Equal weights change nothing, and clusters of one case only bring C / (C - 1).
  @Test func trivialDesignsChangeNothing() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let n = table.rowCount
    var columns = try (1...9).map { (name: "x\($0)", values: try table.numericColumn("x\($0)")) }
    columns.append((name: "one", values: [Double](repeating: 2.5, count: n)))
    columns.append((name: "row", values: (0..<n).map(Double.init)))
    let data = try DataTable(columns: columns)
    var options = FitOptions(try #require(EstimatorPreset("MLR")))
    var noMeans = ModelOptions()
    noMeans.meanStructure = false
    let model = try Model(InferenceModels.threeFactors, preset: .cfa, options: noMeans)
    let plain = try model.fit(to: data, options: options)
    options.weightVariable = "one"
    let weighted = try model.fit(to: data, options: options)
    options.weightVariable = nil
    options.clusterVariable = "row"
    let clustered = try model.fit(to: data, options: options)
    let variances = try [plain, weighted, clustered].map { try $0.estimateCovariance().matrix.diagonal }
    let factor = Double(n) / Double(n - 1)
    for a in variances[0].indices {
      expectClose(
        variances[1][a], variances[0][a], Tolerance(size: 1e-9, floor: 0), "equal weights", "\(a)")
      expectClose(
        variances[2][a], factor * variances[0][a], Tolerance(size: 1e-9, floor: 0), "own clusters", "\(a)")
    }
    let tests = try [plain, weighted].map { try $0.modelTest(.yuanBentlerMplus).statistic }
    expectClose(tests[1], tests[0], Tolerance(size: 1e-9, floor: 0), "equal weights", "test")
  }

  @Test func whatNeedsRowsSaysSo() throws {
    let fit = try InferenceModels.fitThreeFactors()
    var options = FitOptions()
    options.tests = [.satorraBentler]
    options.standardErrors = .robustSEM
    let model = try Model(InferenceModels.threeFactors, preset: .cfa)
    let bare = try model.fit(to: fit.moments[0], options: options)
    #expect(throws: InferenceError.self) { try bare.estimateCovariance() }
    #expect(throws: InferenceError.self) { try bare.modelTests() }
    #expect(throws: InferenceError.self) { try bare.modelTest(.bollenStine) }
  }

  @Test(arguments: ["nobody", "x1"])
  func unsuitableDesignsAreErrors(_ weight: String) throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let model = try Model(InferenceModels.threeFactors, preset: .cfa)
    var columns = try (1...9).map { (name: "x\($0)", values: try table.numericColumn("x\($0)")) }
    columns.append((name: "same", values: [Double](repeating: 1, count: table.rowCount)))
    columns.append((name: "negative", values: (0..<table.rowCount).map { Double($0) - 5 }))
    let data = try DataTable(columns: columns)
    var options = FitOptions()
    options.weightVariable = weight == "x1" ? "negative" : weight
    #expect(throws: SEMError.self) { try model.fit(to: data, options: options) }
    options.weightVariable = nil
    options.clusterVariable = weight == "x1" ? "same" : weight
    #expect(throws: SEMError.self) { try model.fit(to: data, options: options) }
  }

  @Test func presetsAreLavaans() throws {
    #expect(EstimatorPreset("XYZ") == nil)
    for name in EstimatorPreset.names { #expect(EstimatorPreset(name.lowercased())?.name == name) }
    let robust = FitOptions(try #require(EstimatorPreset("MLR")))
    #expect(robust.information == .observed && robust.effectiveTests == [.yuanBentlerMplus])
    let unweighted = FitOptions(try #require(EstimatorPreset("ULS")))
    #expect(unweighted.effectiveStandardErrors == .robustSEMNormal)
    var survey = FitOptions()
    survey.clusterVariable = "c"
    #expect(survey.effectiveStandardErrors == .robustCluster && survey.information == .observed)
  }
}
