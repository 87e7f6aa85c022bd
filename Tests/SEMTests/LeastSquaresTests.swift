import SEM
import SEMNumerics
import Testing

/// Least-squares discrepancies: derivatives against differences, and identities.
@Suite struct LeastSquaresTests {
  static let models = RandomModel.several(300..<320)

  enum Weight: String, CaseIterable, Sendable {
    case sample, unit, diagonal, full
  }

  /// Richardson's rule at 10⁻³ leaves h⁴ f⁽⁵⁾ / 480 and ε |F| / h.
  static let difference = Tolerance(size: 2e-7)

  /// The objective of all groups under a weight; the full one is any positive definite matrix.
  static func objective(_ model: RandomModel, _ weight: Weight) -> ModelObjective? {
    let structures = Evaluation.structures(model.table, model.moments)
    var random = RandomStream(seed: 7, stream: UInt64(model.seed))
    var blocks: [any BlockDiscrepancy] = []
    for (structure, sample) in zip(structures, model.moments) {
      let count = WeightedLeastSquaresBlock.momentCount(structure)
      switch weight {
      case .sample:
        guard let block = GeneralizedLeastSquaresBlock(structure: structure, sample: sample) else {
          return nil
        }
        blocks.append(block)
      case .unit, .diagonal:
        let values = (0..<count).map { _ in weight == .unit ? 1 : 0.2 + random.uniform() }
        blocks.append(
          WeightedLeastSquaresBlock(structure: structure, sample: sample, weight: NumberBuffer(values)))
      case .full:
        var root = Matrix.identity(count)
        for j in 0..<count { for i in 0..<count { root[i, j] += 0.2 * (random.uniform() - 0.5) } }
        blocks.append(
          WeightedLeastSquaresBlock(
            structure: structure, sample: sample, weight: NumberBuffer(root.crossProduct().elements)))
      }
    }
    let total = Double(model.moments.reduce(0) { $0 + $1.count })
    return ModelObjective(
      blocks: blocks, weights: model.moments.map { Double($0.count) / total },
      dimension: model.table.freeParameterCount)
  }

  @Test(arguments: models, Weight.allCases)
  func derivativesAreDifferences(_ model: RandomModel, _ weight: Weight) throws {
    let objective = try #require(Self.objective(model, weight))
    let gradient = try #require(objective.gradientAt(model.point))
    let hessian = try #require(objective.curvatureAt(model.point, .exact))
    let slope = gradient.map(\.magnitude).max() ?? 1
    let bend = hessian.elements.map(\.magnitude).max() ?? 1
    for a in model.point.indices {
      let value = try #require(
        derivative(at: model.point, by: a, step: 1e-3) { objective.valueAt($0).map { [$0] } })
      expectClose(
        gradient[a], value[0], Tolerance(size: Self.difference.size, floor: slope), "ls gradient",
        "\(model.seed) \(a)")
      let column = try #require(derivative(at: model.point, by: a, step: 1e-3, of: objective.gradientAt))
      for b in model.point.indices {
        expectClose(
          hessian[b, a], column[b], Tolerance(size: Self.difference.size, floor: bend), "ls hessian",
          "\(model.seed) \(a) \(b)")
      }
    }
  }

  /// Where the residuals vanish the exact and the expected curvature agree: there only ΔᵀVΔ is left.
  @Test(arguments: models, Weight.allCases)
  func expectedCurvatureIsExactWithoutResiduals(_ model: RandomModel, _ weight: Weight) throws {
    let fit = try model.resting(at: model.point)
    var moments = model.moments
    for index in moments.indices {
      let matrices = try #require(fit.matrices(ofBlock: index))
      moments[index].covariance = matrices.observedCovariance
      if fit.table.hasMeanStructure { moments[index].mean = matrices.observedMean }
    }
    let objective = try #require(Self.objective(RandomModel(model, moments: moments), weight))
    let exact = try #require(objective.curvatureAt(model.point, .exact))
    let expected = try #require(objective.curvatureAt(model.point, .expected))
    let metric = try #require(objective.metricAt(model.point))
    let uses = model.table.rows.reduce(into: [Int: Int]()) { $0[$1.free, default: 0] += 1 }
    for a in model.point.indices {
      for b in 0...a {
        let floor = (exact[a, a] * exact[b, b]).squareRoot()
        expectClose(
          expected[a, b], exact[a, b], Tolerance(size: 1e-9, floor: floor), "ls expected", "\(model.seed)")
      }
      if uses[a + 1] == 1 {
        expectClose(metric[a], expected[a, a], Tolerance(size: 1e-10, floor: 0), "ls metric", "\(model.seed)")
      }
    }
  }

  // MARK: Identities

  static func fit(_ name: String, scaling: Double = 1) throws -> FittedModel {
    let preset = try #require(EstimatorPreset(name))
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let columns = try (1...9).map { number in
      let values = try table.numericColumn("x\(number)")
      return (name: "x\(number)", values: number == 2 ? values.map { $0 * scaling } : values)
    }
    return try Model(InferenceModels.threeFactors, preset: .cfa).fit(
      to: DataTable(columns: columns), options: FitOptions(preset))
  }

  /// At a sample that the model fits, S = Σ, GLS and ML have the same solution and the same information.
  @Test func generalizedLeastSquaresIsMaximumLikelihoodAtPerfectFit() throws {
    let fit = try Self.fit("ML")
    var sample = fit.moments[0]
    sample.covariance = try #require(fit.matrices(ofBlock: 0)).observedCovariance
    let model = try Model(InferenceModels.threeFactors, preset: .cfa)
    var wishart = FitOptions()
    wishart.likelihood = .wishart
    let likelihood = try model.fit(to: sample, options: wishart)
    let squares = try model.fit(to: sample, estimator: .generalizedLeastSquares)
    #expect(squares.chiSquare.statistic < 1e-12)
    let errors = (try likelihood.estimateCovariance(), try squares.estimateCovariance())
    for a in likelihood.estimates.indices {
      expectClose(
        squares.estimates[a], likelihood.estimates[a], Tolerance(size: 1e-7), "gls", "estimate \(a)")
      expectClose(
        errors.1.matrix[a, a], errors.0.matrix[a, a], Tolerance(size: 1e-6, floor: 0), "gls", "variance \(a)")
    }
  }

  /// A change of units moves ULS to another solution, and leaves the others where they are.
  @Test(arguments: ["GLS", "WLS", "DWLS", "ULS"])
  func onlyUnweightedLeastSquaresDependsOnUnits(_ name: String) throws {
    let plain = try Self.fit(name)
    let scaled = try Self.fit(name, scaling: 10)
    let change = (scaled.discrepancy / plain.discrepancy - 1).magnitude
    if name == "ULS" { #expect(change > 0.1) } else { #expect(change < 1e-8) }
  }

  /// Twice the same data in two groups with everything equal; without a mean structure there is nothing else.
  @Test(arguments: ["GLS", "WLS", "DWLS", "ULS"])
  func twoEqualGroupsAreOne(_ name: String) throws {
    let preset = try #require(EstimatorPreset(name))
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let n = table.rowCount
    var columns: [(name: String, values: [Double])] = []
    for number in 1...9 {
      let values = try table.numericColumn("x\(number)")
      columns.append((name: "x\(number)", values: values + values))
    }
    columns.append((name: "half", values: (0..<(2 * n)).map { $0 < n ? 1 : 2 }))
    var options = ModelOptions()
    options.meanStructure = false
    options.groupEqual = [.loadings, .residuals, .latentVariances, .latentCovariances]
    let double = try Model(InferenceModels.threeFactors, preset: .cfa, options: options).fit(
      to: DataTable(columns: columns), group: "half", options: FitOptions(preset))
    let single = try Self.fit(name)
    expectClose(
      double.discrepancy, single.discrepancy, Tolerance(size: 1e-8, floor: 0), "two groups", "F of \(name)")
  }

  @Test func weightsThatDoNotExistAreErrors() throws {
    let model = try Model(InferenceModels.threeFactors, preset: .cfa)
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let few = try table.selecting(rows: Array(0..<40))
    #expect(throws: SEMError.estimation(.weightNotPositiveDefinite(group: "", cases: 40, moments: 45))) {
      try model.fit(to: few, estimator: .weightedLeastSquares)
    }
    let moments = try SampleMoments(table, variables: (1...9).map { "x\($0)" })
    #expect(throws: SEMError.estimation(.rawDataNeeded("The estimator DWLS"))) {
      try model.fit(to: moments, estimator: .diagonallyWeightedLeastSquares)
    }
    let fit = try model.fit(to: moments, estimator: .unweightedLeastSquares)
    #expect(fit.convergence.isConverged)
    #expect(throws: InferenceError.self) { try fit.modelTest(.satorraBentler) }
  }
}
