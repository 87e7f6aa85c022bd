import Foundation
import SEM
import SEMNumerics
import Testing

/// The likelihood of incomplete rows by its definition, case by case, with dense matrices.
private struct CasewiseLikelihood {
  let model: RandomModel

  /// log-likelihood of every case at a point, without the part of 2π; cases of all blocks one after the other.
  func values(at point: [Double]) -> [Double]? {
    let rowValues = Evaluation.rowValues(model.table, model.moments, point)
    var result: [Double] = []
    for (block, rows) in zip(model.table.blocks, model.rows) {
      guard let matrices = ReticularMatrices(block: block, table: model.table, rowValues: rowValues),
        let values = Self.values(rows, mean: matrices.observedMean, covariance: matrices.observedCovariance)
      else { return nil }
      result += values
    }
    return result
  }

  static func values(_ rows: Matrix, mean: [Double], covariance: Matrix) -> [Double]? {
    var result: [Double] = []
    for i in 0..<rows.rowCount {
      let places = mean.indices.filter { !rows[i, $0].isNaN }
      guard let factor = try? Cholesky(covariance.submatrix(rows: places, columns: places)) else {
        return nil
      }
      let form = factor.inverse().quadraticForm(places.map { rows[i, $0] - mean[$0] })
      result.append(-0.5 * (factor.logDeterminant + form))
    }
    return result
  }

  /// -2 / N times the log-likelihood of all cases.
  func discrepancy(at point: [Double]) -> Double? {
    values(at: point).map { -2 * $0.reduce(0, +) / Double($0.count) }
  }
}

/// The function of this name that all tests share, where a suite has its own.
private func numericDerivative(
  at x: [Double], by index: Int, step: Double, of function: ([Double]) -> [Double]?
) -> [Double]? {
  derivative(at: x, by: index, step: step, of: function)
}

/// The likelihood of incomplete rows and its derivatives against definitions and differences.
@Suite struct FullInformationTests {
  static let models = RandomModel.several(300..<340).filter(\.table.hasMeanStructure).compactMap {
    RandomModel($0, missing: $0.seed % 3 == 0 ? 0.05 : 0.25)
  }
  static let options: FitOptions = {
    var options = FitOptions()
    options.missing = .fullInformation
    return options
  }()
  /// As in ``DerivativeTests``.
  static let step = 1e-3
  static let difference = Tolerance(size: 2e-7)
  /// The same sums in another order.
  static let rounding = 1e-11

  static func objective(_ model: RandomModel) -> ModelObjective? {
    let total = Double(model.moments.reduce(0) { $0 + $1.count })
    let blocks = zip(Evaluation.structures(model.table, model.moments), model.moments)
      .compactMap { FullInformationBlock(structure: $0, sample: $1) }
    guard blocks.count == model.moments.count else { return nil }
    return ModelObjective(
      blocks: blocks, weights: model.moments.map { Double($0.count) / total },
      dimension: model.table.freeParameterCount)
  }

  @Test func modelsAreVaried() {
    #expect(Self.models.count >= 16)
    var sizes: [(cases: Int, observed: Int, variables: Int)] = []
    for patterns in Self.models.flatMap(\.moments).compactMap(\.patterns) {
      for pattern in patterns.patterns {
        sizes.append((pattern.count, pattern.observed.count, patterns.variables.count))
      }
    }
    #expect(sizes.contains { $0.cases == 1 })
    #expect(sizes.contains { $0.observed == $0.variables })
    #expect(sizes.contains { 2 * $0.observed < $0.variables })
    #expect(Self.models.contains { $0.table.blocks.count > 1 })
    #expect(Self.models.contains { $0.table.rows.contains(where: \.isExogenous) })
  }

  /// F = -2/N (ℓ(θ) - ℓ(saturated)), case by case.
  @Test(arguments: models)
  func valueIsDefinition(_ model: RandomModel) throws {
    let objective = try #require(Self.objective(model))
    var expected = try #require(CasewiseLikelihood(model: model).discrepancy(at: model.point))
    let total = Double(model.rows.reduce(0) { $0 + $1.rowCount })
    for (rows, sample) in zip(model.rows, model.moments) {
      let values = try #require(
        CasewiseLikelihood.values(rows, mean: sample.mean ?? [], covariance: sample.covariance))
      expected += 2 * values.reduce(0, +) / total
    }
    expectClose(
      objective.valueAt(model.point), expected, Tolerance(size: Self.rounding), "fiml value", "\(model.seed)")
  }

  /// Random directions in the space of the parameters: a wrong element of a derivative shows in each of them.
  private static func directions(_ model: RandomModel) -> [[Double]] {
    var random = RandomStream(seed: 2026, stream: UInt64(model.seed))
    return (0..<3).map { _ in model.point.map { _ in random.normal() } }
  }

  /// The derivative along a direction.
  private static func derivative(
    at point: [Double], along direction: [Double], step: Double = step, of function: ([Double]) -> [Double]?
  ) -> [Double]? {
    numericDerivative(at: [0], by: 0, step: step) { t in
      function(zip(point, direction).map { $0 + t[0] * $1 })
    }
  }

  @Test(arguments: models)
  func gradientIsDifferenceOfLikelihood(_ model: RandomModel) throws {
    let gradient = try #require(Self.objective(model)?.gradientAt(model.point))
    let likelihood = CasewiseLikelihood(model: model)
    for direction in Self.directions(model) {
      let numeric = try #require(
        Self.derivative(at: model.point, along: direction) { likelihood.discrepancy(at: $0).map { [$0] } })
      let parts = zip(gradient, direction).map { $0 * $1 }
      expectClose(
        parts.reduce(0, +), numeric[0],
        Tolerance(size: Self.difference.size, floor: parts.map(\.magnitude).max() ?? 1), "fiml gradient",
        "\(model.seed)")
    }
  }

  @Test(arguments: models)
  func exactCurvatureIsDifferenceOfGradients(_ model: RandomModel) throws {
    let objective = try #require(Self.objective(model))
    let hessian = try #require(objective.curvatureAt(model.point, .exact))
    let scale = hessian.elements.map(\.magnitude).max() ?? 1
    for direction in Self.directions(model) {
      let numeric = try #require(
        Self.derivative(at: model.point, along: direction, of: objective.gradientAt))
      for (a, value) in hessian.multiplied(by: direction).enumerated() {
        expectClose(
          value, numeric[a], Tolerance(size: Self.difference.size, floor: scale), "fiml hessian",
          "\(model.seed) \(a)")
      }
    }
  }

  /// vᵀEv is the sum over cases of tr(W Σᵥ W Σᵥ) + 2 μᵥᵀ W μᵥ of what each has observed, with differences of Σ and μ.
  @Test(arguments: models)
  func expectedCurvatureIsThatOfMoments(_ model: RandomModel) throws {
    let objective = try #require(Self.objective(model))
    let curvature = try #require(objective.curvatureAt(model.point, .expected))
    #expect(try #require(objective.metricAt(model.point)).allSatisfy { $0 > 0 })
    let total = Double(model.rows.reduce(0) { $0 + $1.rowCount })
    for direction in Self.directions(model) {
      var expected = 0.0
      for index in model.table.blocks.indices {
        let block = model.table.blocks[index]
        let p = block.observed.count
        func moments(_ point: [Double]) -> [Double]? {
          ReticularMatrices(
            block: block, table: model.table,
            rowValues: Evaluation.rowValues(model.table, model.moments, point)
          ).map { $0.observedCovariance.elements + $0.observedMean }
        }
        func matrix(_ numbers: [Double]) -> Matrix {
          Matrix(rowCount: p, columnCount: p, columnMajor: Array(numbers[..<(p * p)]))
        }
        let sigma = matrix(try #require(moments(model.point)))
        let slope = try #require(
          Self.derivative(at: model.point, along: direction, step: 2e-3, of: moments))
        for pattern in try #require(model.moments[index].patterns).patterns {
          let places = pattern.observed
          let weight = try Cholesky(sigma.submatrix(rows: places, columns: places)).inverse()
          let product = weight * matrix(slope).submatrix(rows: places, columns: places)
          expected +=
            Double(pattern.count) / total
            * (product.traceOfProduct(with: product)
              + 2 * weight.quadraticForm(places.map { slope[p * p + $0] }))
        }
      }
      expectClose(
        curvature.quadraticForm(direction), expected,
        Tolerance(size: DerivativeTests.expected.size, floor: 0),
        "fiml expected", "\(model.seed)")
    }
  }

  /// What patterns add to the curvature, by sums for all elements of Σ⁺ and by outer products for those of the model.
  @Test(arguments: models)
  func sumsAreOuterProducts(_ model: RandomModel) throws {
    for kind in [Curvature.exact, .expected] {
      let matrices = try [true, false].map { isSummed in
        let objective = try #require(Self.objective(model))
        for case let block as FullInformationBlock in objective.blocks {
          block.sumsMissingInformation = isSummed
        }
        return try #require(objective.curvatureAt(model.point, kind))
      }
      let scale = matrices[1].elements.map(\.magnitude).max() ?? 1
      for (mine, theirs) in zip(matrices[0].elements, matrices[1].elements) {
        expectClose(
          mine, theirs, Tolerance(size: Self.rounding, floor: scale), "fiml sums \(kind)", "\(model.seed)")
      }
    }
  }

  /// ½ ∂²F by saturated moments as a sum over patterns, ½ Σ f tr(W Σₐ (2 W M W - W) Σ_b) and the means' own part, at moments
  /// that are not the estimates; and its expectation ½ Σ f tr(W Σₐ W Σ_b) at the estimates.
  @Test(arguments: models)
  func saturatedInformationIsSumOverPatterns(_ model: RandomModel) throws {
    for sample in model.moments {
      let p = sample.variables.count
      let mean = try #require(sample.mean)
      let other = zip(mean, sample.covariance.diagonal).map { $0 + 0.1 * $1.squareRoot() }
      let covariance = 1.2 * sample.covariance
      try expectSum(
        sample, SaturatedModel.observedInformation(sample, at: other, covariance), isExact: true,
        at: other, covariance, "\(model.seed) p \(p)")
      try expectSum(
        sample, SaturatedModel.expectedInformation(sample), isExact: false, at: mean, sample.covariance,
        "\(model.seed) p \(p)")
    }
  }

  private func expectSum(
    _ sample: SampleMoments, _ information: Matrix?, isExact: Bool, at mean: [Double], _ covariance: Matrix,
    _ label: String
  ) throws {
    let p = mean.count
    let elements = (0..<p).map { (row: $0, column: p) } + halfVectorPositions(order: p)
    let q = elements.count
    let patterns = try #require(sample.patterns)
    var sum = Matrix(rowCount: q, columnCount: q)
    for pattern in patterns.patterns {
      let places = pattern.observed
      let inverse = try Cholesky(covariance.submatrix(rows: places, columns: places)).inverse()
      var w = Matrix(rowCount: p + 1, columnCount: p + 1)
      for (b, j) in places.enumerated() { for (a, i) in places.enumerated() { w[i, j] = inverse[a, b] } }
      w[p, p] = 1
      let share = pattern.weight / Double(patterns.count)
      var m = Matrix(rowCount: p + 1, columnCount: p + 1)
      let deviation = zip(places, pattern.mean).map { $1 - mean[$0] }
      let spread = pattern.covariance
      for (b, j) in places.enumerated() {
        for (a, i) in places.enumerated() { m[i, j] = spread[a, b] + deviation[a] * deviation[b] }
        m[p, j] = deviation[b]
        m[j, p] = deviation[b]
      }
      m[p, p] = 1
      let e = isExact ? 2 * (w * m * w) - w : w
      let residual = w - w * m * w
      for (b, (k, l)) in elements.enumerated() {
        for (a, (i, j)) in elements.enumerated() {
          var value =
            w[l, i] * e[j, k] + w[k, i] * e[j, l] + w[l, j] * e[i, k] + w[k, j] * e[i, l]
          if i == j { value *= 0.5 }
          if k == l { value *= 0.5 }
          if isExact, a < p, b < p { value += 2 * residual[i, k] }
          sum[a, b] += 0.5 * share * value
        }
      }
    }
    let result = try #require(information)
    for a in 0..<q {
      for b in 0..<q {
        let floor = (sum[a, a] * sum[b, b]).magnitude.squareRoot()
        expectClose(
          result[a, b], sum[a, b], Tolerance(size: 1e-10, floor: floor), "saturated sum", "\(label) \(a) \(b)"
        )
      }
    }
  }

  /// Scores of the cases are differences of their log-likelihoods, sum to the gradient, and make the first-order
  /// information; observed and expected information are half of N times the curvatures.
  @Test(arguments: models)
  func casewiseScoresAreDifferences(_ model: RandomModel) throws {
    let fit = try model.resting(at: model.point, options: Self.options)
    #expect(fit.estimates == model.point)
    let scores = try fit.caseScores()
    let likelihood = CasewiseLikelihood(model: model)
    let objective = try #require(Self.objective(model))
    let gradient = try #require(objective.gradientAt(model.point))
    for direction in Self.directions(model).prefix(1) {
      let values = scores.multiplied(by: direction)
      let numeric = try #require(
        Self.derivative(at: model.point, along: direction, of: likelihood.values(at:)))
      let scale = values.map(\.magnitude).max() ?? 1
      for (i, value) in values.enumerated() {
        expectClose(
          value, numeric[i], Tolerance(size: Self.difference.size, floor: scale), "fiml score",
          "\(model.seed) \(i)")
      }
    }
    for a in model.point.indices {
      let column = scores.column(a)
      expectClose(
        column.reduce(0, +), -0.5 * fit.multiplier * gradient[a],
        Tolerance(size: Self.rounding, floor: column.reduce(0) { $0 + $1.magnitude }), "fiml score sum",
        "\(model.seed) \(a)")
    }
    func expectEqual(_ left: Matrix, _ right: Matrix, _ kind: String) {
      let scale = right.elements.map(\.magnitude).max() ?? 1
      for (mine, theirs) in zip(left.elements, right.elements) {
        expectClose(mine, theirs, Tolerance(size: Self.rounding, floor: scale), kind, "\(model.seed)")
      }
    }
    expectEqual(try fit.information(.firstOrder), scores.transposed * scores, "fiml first-order")
    for (kind, curvature) in [(InformationKind.observed, Curvature.exact), (.expected, .expected)] {
      let matrix = try #require(objective.curvatureAt(model.point, curvature))
      expectEqual(try fit.information(kind), 0.5 * fit.multiplier * matrix, "fiml \(kind)")
    }
  }

  /// The saturated moments are the maximum: the gradient of the likelihood by all means and covariances vanishes there, and
  /// their observed information is its second derivative.
  @Test(arguments: models)
  func saturatedMomentsAreMaximum(_ model: RandomModel) throws {
    for sample in model.moments where sample.variables.count <= 3 {
      let p = sample.variables.count
      let mean = try #require(sample.mean)
      let positions = halfVectorPositions(order: p)
      let origin = mean + positions.map { sample.covariance[$0.row, $0.column] }
      func value(_ numbers: [Double]) -> [Double]? {
        var covariance = sample.covariance
        for (index, (i, j)) in positions.enumerated() {
          covariance[i, j] = numbers[p + index]
          covariance[j, i] = numbers[p + index]
        }
        return sample.patternDiscrepancy(mean: Array(numbers[..<p]), covariance: covariance).map { [$0] }
      }
      func gradient(_ numbers: [Double]) -> [Double]? {
        var result: [Double] = []
        for a in numbers.indices {
          guard let slope = numericDerivative(at: numbers, by: a, step: 1e-3, of: value) else { return nil }
          result.append(slope[0])
        }
        return result
      }
      let information = try #require(SaturatedModel.observedInformation(sample))
      let slopes = try #require(gradient(origin))
      for a in origin.indices {
        // In standard errors for one case.
        let scale = information[a, a].squareRoot()
        #expect(slopes[a].magnitude < 1e-7 * scale, "\(model.seed) \(a): \(slopes[a])")
        let second = try #require(numericDerivative(at: origin, by: a, step: 1e-2, of: gradient))
        for b in origin.indices {
          let floor = (information[a, a] * information[b, b]).squareRoot()
          // Differences of differences.
          expectClose(
            information[a, b], 0.5 * second[b], Tolerance(size: 1e-5, floor: floor), "saturated information",
            "\(model.seed) \(a) \(b)")
        }
      }
    }
  }
}

/// Full information on complete data is maximum likelihood.
@Suite struct CompleteFullInformationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var data = "HolzingerSwineford1939.csv"
    var group: String?
    var change: @Sendable (inout ModelOptions) -> Void = { _ in }
    var testDescription: String { name }
  }

  static let mimic = """
    visual  =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    visual + textual ~ ageyr + agemo
    """
  static let cases = [
    Case(name: "three factors", text: InferenceModels.threeFactors),
    Case(name: "fixed covariates", text: mimic),
    Case(name: "random covariates", text: mimic, change: { $0.fixedCovariates = false }),
    Case(name: "groups", text: InferenceModels.threeFactors, group: "school"),
    Case(
      name: "scalar", text: InferenceModels.threeFactors, group: "school",
      change: { $0.groupEqual = [.loadings, .intercepts] }),
    Case(
      name: "constraints",
      text: "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + d*x6\na == b^2\nc > d\nratio := a / c"),
    Case(
      name: "paths", text: "mpg ~ hp + wt\nhp ~ cyl\nmpg ~~ 1*mpg", data: "r-mtcars.csv",
      change: { $0.fixedCovariates = false }),
  ]
  /// Two searches, each with a scaled gradient below 1e-8.
  static let estimate = Tolerance(size: 1e-7)

  @Test(arguments: cases)
  func isMaximumLikelihood(_ one: Case) throws {
    var modelOptions = ModelOptions()
    modelOptions.meanStructure = true
    one.change(&modelOptions)
    let model = try Model(one.text, options: modelOptions)
    let table = try DataFixture.table(one.data)
    var options = FitOptions()
    let plain = try model.fit(to: table, group: one.group, options: options)
    options.missing = .fullInformation
    let full = try model.fit(to: table, group: one.group, options: options)
    #expect(plain.convergence.isConverged && full.convergence.isConverged)
    #expect(full.incomplete.allSatisfy { $0.patternCount == 1 && $0.usedCount == $0.rowCount })
    for kind in InformationKind.allCases {
      let left = full.parameterEstimates(try full.estimateCovariance(kind))
      let right = plain.parameterEstimates(try plain.estimateCovariance(kind))
      #expect(left.count == right.count)
      for (mine, theirs) in zip(left, right) {
        let label = "\(one.name) \(theirs.parameter.referenceKey)"
        if let value = theirs.estimate {
          expectClose(mine.estimate, value, Self.estimate, "complete fiml", label)
        }
        if let error = theirs.standardError {
          expectClose(mine.standardError, error, Self.estimate, "complete fiml se \(kind)", label)
        }
      }
    }
    let measures = full.fitMeasures()
    for measure in plain.fitMeasures().values {
      // For incomplete data gfi takes the likelihood ratio in place of Browne's statistic, as in lavaan.
      guard let value = measure.value, !["gfi", "gfi.ci.lower", "gfi.ci.upper"].contains(measure.name) else {
        continue
      }
      expectClose(
        measures[measure.name], value, Self.estimate, "complete fiml measure", "\(one.name) \(measure.name)")
    }
    // With nothing missing the corrected indices are the plain ones.
    for name in ["cfi", "tli", "rmsea"] {
      if let robust = measures[name + ".robust"], let value = measures[name] {
        expectClose(robust, value, Self.estimate, "complete fiml", "\(one.name) \(name).robust")
      }
    }
  }

  /// The two-stage fit too, and its errors are those of the expected information at the sample's moments.
  @Test(arguments: cases.prefix(5))
  func twoStagesAreMaximumLikelihood(_ one: Case) throws {
    var modelOptions = ModelOptions()
    modelOptions.meanStructure = true
    one.change(&modelOptions)
    let model = try Model(one.text, options: modelOptions)
    let table = try DataFixture.table(one.data)
    var options = FitOptions()
    let plain = try model.fit(to: table, group: one.group, options: options)
    options.missing = .twoStage
    let two = try model.fit(to: table, group: one.group, options: options)
    for (mine, theirs) in zip(two.estimates, plain.estimates) {
      expectClose(mine, theirs, Self.estimate, "complete two-stage", one.name)
    }
    let test = try two.modelTest(.satorraBentler)
    // Γ = V⁻¹ then, so that tr(UΓ) = df.
    expectClose(test.scalingFactor, 1, Tolerance(size: 1e-8), "complete two-stage", one.name)
  }
}

/// The same model with the covariance of its random covariates written out or not.
@Suite struct RandomCovariateTests {
  /// lavaan 0.6-14, `sem(model, hs-missing, missing = "fiml", estimator = "MLR", em.h1.iter.max = 10000, em.h1.tol = 1e-12)`
  /// with `x2 ~~ x3`. Without that line and with `fixed.x = FALSE` it gives 0.1601546492, for the same χ².
  static let lavaan = (rmsea: 0.1602717884, scaledChiSquare: 22.4320207020)
  /// lavaan's derivatives by differences.
  static let closeness = 1e-6

  @Test(arguments: ["", "\nx2 ~~ x3"])
  func correctedMeasuresDoNotDependOnSpelling(_ covariance: String) throws {
    var modelOptions = ModelOptions()
    modelOptions.fixedCovariates = false
    var options = FitOptions(try #require(EstimatorPreset("MLR")))
    options.missing = .fullInformation
    let fit = try Model("x1 ~ x2 + x3\nx4 ~ x3\nx5 ~ x1 + x4" + covariance, options: modelOptions)
      .fit(to: DataFixture.table("hs-missing.csv"), options: options)
    let measures = fit.fitMeasures()
    let rmsea = try #require(measures["rmsea.robust"]), chiSquare = try #require(measures["chisq.scaled"])
    #expect((rmsea - Self.lavaan.rmsea).magnitude < Self.closeness)
    #expect((chiSquare / Self.lavaan.scaledChiSquare - 1).magnitude < Self.closeness)
  }
}

/// Incomplete tables of all odd kinds, from the table to the fit.
@Suite struct IncompleteTableTests {
  static let text = "f =~ x1 + x2 + x3 + x4"
  static let options = FullInformationTests.options

  /// A normal factor with four indicators, 60 rows; `change` puts the holes.
  static func table(_ change: (inout [[Double]]) -> Void) throws -> DataTable {
    var random = RandomStream(seed: 77, stream: 1)
    var columns = [[Double]](repeating: [], count: 4)
    for _ in 0..<60 {
      let factor = random.normal()
      for j in 0..<4 { columns[j].append(factor + random.normal()) }
    }
    change(&columns)
    return try DataTable(columns: columns.enumerated().map { (name: "x\($0 + 1)", values: $1) })
  }

  @Test func rowsWithNothingObservedAreReportedAndChangeNothing() throws {
    let holes: (inout [[Double]]) -> Void = { columns in for i in 0..<9 { columns[i % 4][i] = .nan } }
    let without = try Self.table(holes)
    let with = try Self.table { columns in
      holes(&columns)
      for j in 0..<4 { columns[j].insert(contentsOf: [.nan, .nan, .nan], at: 20) }
    }
    let first = try Model(Self.text).fit(to: without, options: Self.options)
    let second = try Model(Self.text).fit(to: with, options: Self.options)
    #expect(first.estimates == second.estimates)
    #expect(first.count == 60 && second.count == 60)
    #expect(second.incomplete.first?.rowCount == 63 && second.incomplete.first?.emptyCount == 3)
    let note = try #require(second.notes.first { $0.code == "data.empty-rows" }, "\(second.notes)")
    #expect(note.message.contains("3 rows"))
    HostileFitTests.askEverything(second, "empty rows")
  }

  @Test func variableWithoutObservedValueIsNamed() throws {
    let table = try Self.table { columns in columns[2] = columns[2].map { _ in .nan } }
    let error = #expect(throws: SEMError.self) {
      try Model(Self.text).fit(to: table, options: Self.options)
    }
    guard case .data(let problem) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(problem.variable == "x3" && problem.hint != nil)
  }

  @Test func everyPatternMayHaveOneCase() throws {
    // All 14 patterns with something missing and something observed once each, the others complete.
    let table = try Self.table { columns in
      for pattern in 1...14 {
        for j in 0..<4 where pattern & (1 << j) != 0 { columns[j][pattern] = .nan }
      }
    }
    let fit = try Model(Self.text).fit(to: table, options: Self.options)
    #expect(fit.convergence.isConverged)
    let patterns = try #require(fit.moments[0].patterns)
    #expect(patterns.patterns.count == 15)
    #expect(patterns.patterns.filter { $0.count == 1 }.count == 14)
    // Coverage is the share of rows that have both.
    let coverage = patterns.coverage
    for (i, first) in ["x1", "x2", "x3", "x4"].enumerated() {
      for (j, second) in ["x1", "x2", "x3", "x4"].enumerated() {
        let a = try table.numericColumn(first)
        let b = try table.numericColumn(second)
        let both = zip(a, b).count { !$0.isNaN && !$1.isNaN }
        #expect((coverage[i, j] - Double(both) / 60).magnitude < 1e-14)
      }
    }
    HostileFitTests.askEverything(fit, "one case each")
  }

  @Test func pairNeverTogetherIsWarnedOf() throws {
    let table = try Self.table { columns in
      for i in 0..<60 { columns[i % 2 == 0 ? 0 : 1][i] = .nan }
    }
    let fit = try Model(Self.text).fit(to: table, options: Self.options)
    let note = try #require(fit.notes.first { $0.code == "data.never-together" }, "\(fit.notes)")
    #expect(note.subjects.contains("x1") && note.subjects.contains("x2"))
    HostileFitTests.askEverything(fit, "never together")
  }

  /// Without holes at random but by groups: each group by itself is its own fit.
  @Test func groupsAreFittedApart() throws {
    let table = try DataFixture.table("hs-missing.csv")
    let groups = try table.categories(of: "school")
    let model = try Model(InferenceModels.threeFactors, preset: .cfa)
    let both = try model.fit(to: table, group: "school", options: Self.options)
    let complete = try GroupedData(table, variables: ["ageyr"], groupVariable: "school").groups
    #expect(complete.count == groups.count)
    var statistic = 0.0
    for group in complete {
      let rows = try #require(group.rows).tableRows
      let part = try DataTable(
        columns: (1...9).map { number in
          let column = try table.numericColumn("x\(number)")
          return (name: "x\(number)", values: rows.map { column[$0] })
        })
      statistic += try model.fit(to: part, options: Self.options).chiSquare.statistic
    }
    expectClose(
      both.chiSquare.statistic, statistic, CompleteFullInformationTests.estimate, "fiml groups", "chi-square")
  }
}
