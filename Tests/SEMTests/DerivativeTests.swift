import SEM
import SEMNumerics
import Testing

/// Every derivative of the engine against differences, on random models at random points, outputs filled with NaN first.
@Suite struct DerivativeTests {
  static let models = RandomModel.several(0..<40)

  /// Step 10⁻³: h⁴ f⁽⁵⁾ / 480 and ε |F| / h both stay below 10⁻⁹ of the largest derivative, but for points near the
  /// border of the region where Σ is positive definite.
  static let step = 1e-3
  static let difference = Tolerance(size: 2e-7)
  /// Closed forms on both sides, but for differences of Σ and μ.
  static let expected = Tolerance(size: 1e-8)

  @Test func modelsAreVaried() {
    let tables = Self.models.map(\.table)
    #expect(tables.count >= 35)
    #expect(tables.contains { $0.hasMeanStructure } && tables.contains { !$0.hasMeanStructure })
    #expect(Set(tables.map(\.blocks.count)) == [1, 2, 3])
    #expect(tables.contains { $0.rows.contains { $0.isExogenous } })
    #expect(tables.contains { table in table.blocks.contains { $0.latent.isEmpty } })
    #expect(
      tables.contains { table in
        Dictionary(grouping: table.rows.filter { $0.free > 0 }, by: \.free).values.contains { $0.count > 1 }
      })
    let loops = Self.models.flatMap { Evaluation.structures($0.table, $0.moments) }.filter(\.hasLoops)
    #expect(!loops.isEmpty)
  }

  @Test(arguments: models)
  func gradientIsDifferenceOfValues(_ model: RandomModel) throws {
    let objective = try #require(Evaluation.objective(model.table, model.moments))
    let gradient = try #require(objective.gradientAt(model.point))
    let scale = gradient.map(\.magnitude).max() ?? 1
    for a in model.point.indices {
      let numeric = try #require(
        derivative(at: model.point, by: a, step: Self.step) { objective.valueAt($0).map { [$0] } })
      expectClose(
        gradient[a], numeric[0], Tolerance(size: Self.difference.size, floor: scale), "gradient",
        "\(model.seed) \(a)")
    }
  }

  @Test(arguments: models)
  func exactCurvatureIsDifferenceOfGradients(_ model: RandomModel) throws {
    let objective = try #require(Evaluation.objective(model.table, model.moments))
    let hessian = try #require(objective.curvatureAt(model.point, .exact))
    let scale = hessian.elements.map(\.magnitude).max() ?? 1
    for a in model.point.indices {
      let numeric = try #require(
        derivative(at: model.point, by: a, step: Self.step, of: objective.gradientAt))
      for b in model.point.indices {
        expectClose(
          hessian[b, a], numeric[b], Tolerance(size: Self.difference.size, floor: scale), "hessian",
          "\(model.seed) \(a) \(b)")
      }
    }
  }

  /// tr(W Σₐ W Σ_b) + 2 μₐᵀ W μ_b with Σₐ and μₐ as differences of the plain matrices.
  @Test(arguments: models)
  func expectedCurvatureIsThatOfMoments(_ model: RandomModel) throws {
    let objective = try #require(Evaluation.objective(model.table, model.moments))
    let curvature = try #require(objective.curvatureAt(model.point, .expected))
    let metric = try #require(objective.metricAt(model.point))
    let expected = try #require(PlainExpectation(model)).curvature(model.point)
    let t = model.point.count
    for a in 0..<t {
      for b in 0...a {
        let scale = (expected[a, a] * expected[b, b]).squareRoot()
        expectClose(
          curvature[a, b], expected[a, b], Tolerance(size: Self.expected.size, floor: scale), "expected",
          "\(model.seed) \(a) \(b)")
      }
    }
    let uses = model.table.rows.reduce(into: [Int: Int]()) { $0[$1.free, default: 0] += 1 }
    for a in 0..<t {
      #expect(metric[a] > 0)
      if uses[a + 1] == 1 {
        expectClose(
          metric[a], expected[a, a], Tolerance(size: Self.expected.size, floor: 0), "metric", "\(a)")
      }
    }
  }

  /// The sum of the cases' scores is -½ N ∂F/∂θ, and the first-order information their cross-product.
  @Test(arguments: models)
  func caseScoresSumToGradient(_ model: RandomModel) throws {
    let fit = try model.resting(at: model.point)
    #expect(fit.estimates == model.point)
    let objective = try #require(Evaluation.objective(model.table, model.moments))
    let gradient = try #require(objective.gradientAt(model.point))
    let scores = try fit.caseScores()
    let sums = (0..<scores.columnCount).map { scores.column($0).reduce(0, +) }
    let scale = (0..<scores.columnCount).map { a in scores.column(a).reduce(0) { $0 + $1.magnitude } }
    for a in sums.indices {
      expectClose(
        sums[a], -0.5 * fit.multiplier * gradient[a], Tolerance(size: 1e-11, floor: scale[a]), "scores",
        "\(model.seed) \(a)")
    }
    let information = try fit.information(.firstOrder)
    for a in sums.indices {
      for b in sums.indices {
        let product = zip(scores.column(a), scores.column(b)).reduce(0) { $0 + $1.0 * $1.1 }
        let floor = (information[a, a] * information[b, b]).squareRoot()
        expectClose(
          information[a, b], product, Tolerance(size: 1e-12, floor: floor), "first-order", "\(model.seed)")
      }
    }
  }

  /// The delta method on differences of the standardised solution itself; any covariance matrix of θ will do.
  @Test(arguments: models.prefix(10), StandardizationKind.allCases)
  func standardizedErrorsAreDeltaMethod(_ model: RandomModel, _ kind: StandardizationKind) throws {
    let fit = try model.resting(at: model.point)
    guard let covariance = try? fit.estimateCovariance(.firstOrder) else { return }
    let solution = fit.standardizedEstimates(kind, covariance)
    let values = { (point: [Double]) -> [Double]? in
      try? model.resting(at: point).standardizedEstimates(kind, nil).map { $0.estimate ?? 0 }
    }
    var columns: [[Double]] = []
    for a in model.point.indices {
      columns.append(
        try #require(derivative(at: model.point, by: a, step: Self.step, of: values)))
    }
    for (index, row) in solution.enumerated() {
      let error = covariance.standardError(gradient: columns.map { $0[index] })
      expectClose(
        row.standardError, try #require(error), Tolerance(size: 1e-6, floor: 1e-3), "standardized se \(kind)",
        "\(model.seed) \(row.parameter.referenceKey)")
    }
  }
}

/// The expected curvature by its definition, with dense matrices and differences of Σ and μ.
struct PlainExpectation {
  private let table: ParameterTable
  private let moments: [SampleMoments]

  init?(_ model: RandomModel) {
    table = model.table
    moments = model.moments
  }

  init(table: ParameterTable, moments: [SampleMoments]) {
    self.table = table
    self.moments = moments
  }

  /// Σ then μ of one block as one list.
  private func moments(of block: Int, _ point: [Double]) -> [Double]? {
    ReticularMatrices(
      block: table.blocks[block], table: table, rowValues: Evaluation.rowValues(table, moments, point)
    ).map { $0.observedCovariance.elements + $0.observedMean }
  }

  func curvature(_ point: [Double]) throws -> Matrix {
    let t = point.count
    let total = Double(moments.reduce(0) { $0 + $1.count })
    var result = Matrix(rowCount: t, columnCount: t)
    for block in table.blocks.indices {
      let p = table.blocks[block].observed.count
      let here = try #require(moments(of: block, point))
      let weight = try Cholesky(
        Matrix(rowCount: p, columnCount: p, columnMajor: Array(here[..<(p * p)]))
      ).inverse()
      var derivatives: [(weighted: Matrix, mean: [Double])] = []
      for a in 0..<t {
        let numbers = try #require(
          derivative(at: point, by: a, step: 2e-3) { moments(of: block, $0) })
        derivatives.append(
          (
            weight * Matrix(rowCount: p, columnCount: p, columnMajor: Array(numbers[..<(p * p)])),
            Array(numbers[(p * p)...])
          ))
      }
      let share = Double(moments[block].count) / total
      for a in 0..<t {
        let weighted = weight.multiplied(by: derivatives[a].mean)
        for b in 0..<t {
          var value = derivatives[a].weighted.traceOfProduct(with: derivatives[b].weighted)
          if table.hasMeanStructure {
            value += 2 * zip(weighted, derivatives[b].mean).reduce(0) { $0 + $1.0 * $1.1 }
          }
          result[a, b] += share * value
        }
      }
    }
    return result
  }
}
