import SEM
import SEMNumerics
import Testing

/// The fast evaluation, which knows sinks and sources, against plain ones that do not.
@Suite struct PlainEvaluationTests {
  static let models = RandomModel.several(100..<220)

  /// The same sums in another order.
  static let rounding = 1e-11

  private func expectEqual(_ left: [Double], _ right: [Double], _ kind: String, _ model: RandomModel) {
    let scale = right.map(\.magnitude).max() ?? 1
    for (index, pair) in zip(left, right).enumerated() {
      expectClose(
        pair.0, pair.1, Tolerance(size: Self.rounding, floor: max(scale, 1e-3)), kind,
        "\(model.seed) \(index)")
    }
  }

  @Test(arguments: models)
  func everyVariableMayBeSource(_ model: RandomModel) throws {
    let fast = try #require(Evaluation.objective(model.table, model.moments))
    let plain = try #require(
      Evaluation.objective(model.table, model.moments, everyVariableIsSource: true))
    let value = try #require(plain.valueAt(model.point))
    expectEqual([try #require(fast.valueAt(model.point))], [value], "plain value", model)
    expectEqual(
      try #require(fast.gradientAt(model.point)), try #require(plain.gradientAt(model.point)),
      "plain gradient", model)
    for kind in [Curvature.exact, .expected] {
      expectEqual(
        try #require(fast.curvatureAt(model.point, kind)).elements,
        try #require(plain.curvatureAt(model.point, kind)).elements, "plain curvature \(kind)", model)
    }
    expectEqual(
      try #require(fast.metricAt(model.point)), try #require(plain.metricAt(model.point)), "plain metric",
      model)
  }

  /// F = log|Σ| + tr(S Σ⁻¹) - log|S| - p + (m - μ)ᵀ Σ⁻¹ (m - μ), written down with matrices.
  @Test(arguments: models)
  func valueIsDefinition(_ model: RandomModel) throws {
    let objective = try #require(Evaluation.objective(model.table, model.moments))
    let values = Evaluation.rowValues(model.table, model.moments, model.point)
    let total = Double(model.moments.reduce(0) { $0 + $1.count })
    var sum = 0.0
    for (block, sample) in zip(model.table.blocks, model.moments) {
      let matrices = try #require(ReticularMatrices(block: block, table: model.table, rowValues: values))
      let factor = try Cholesky(matrices.observedCovariance)
      let weight = factor.inverse()
      var value = factor.logDeterminant + weight.traceOfProduct(with: sample.covariance)
      value -= try Cholesky(sample.covariance).logDeterminant + Double(block.observed.count)
      if model.table.hasMeanStructure {
        let mean = try #require(sample.mean)
        value += weight.quadraticForm(zip(mean, matrices.observedMean).map { $0 - $1 })
      }
      sum += value * Double(sample.count) / total
    }
    expectEqual([try #require(objective.valueAt(model.point))], [sum], "definition of F", model)
  }

  @Test(arguments: models)
  func impliedMomentsAreThoseOfMatrices(_ model: RandomModel) throws {
    let values = Evaluation.rowValues(model.table, model.moments, model.point)
    for fast in [true, false] {
      let structures = Evaluation.structures(
        model.table, model.moments, everyVariableIsSource: !fast)
      for (index, structure) in structures.enumerated() {
        let block = model.table.blocks[index]
        let matrices = try #require(ReticularMatrices(block: block, table: model.table, rowValues: values))
        let p = structure.observedCount
        let n = structure.momentOrder
        let workspace = MomentWorkspace(structure: structure, origin: [Double](repeating: 0, count: p))
        let isDefined = model.point.withUnsafeBufferPointer { point in
          point.baseAddress.map { workspace.update(at: $0) } ?? false
        }
        #expect(isDefined)
        // With a constant the workspace holds second moments about its origin 0: Σ + μ μᵀ, and μ in the last row.
        var sigma: [Double] = []
        var expected: [Double] = []
        for (j, column) in structure.observedOrder.enumerated() {
          for (i, row) in structure.observedOrder.enumerated() {
            let square =
              structure.constant >= 0 ? matrices.observedMean[row] * matrices.observedMean[column] : 0
            sigma.append(workspace.sigma[i + j * n])
            expected.append(matrices.observedCovariance[row, column] + square)
          }
          if structure.constant >= 0 {
            sigma.append(workspace.sigma[p + j * n])
            expected.append(matrices.observedMean[column])
          }
        }
        expectEqual(sigma, expected, "implied", model)
      }
    }
  }

  /// The matrices themselves against their definition: (I - A) B = I, C = B S Bᵀ, ν = B α.
  @Test(arguments: models)
  func reticularMatricesKeepTheirDefinition(_ model: RandomModel) throws {
    let values = Evaluation.rowValues(model.table, model.moments, model.point)
    for block in model.table.blocks {
      let m = try #require(ReticularMatrices(block: block, table: model.table, rowValues: values))
      let order = m.variables.count
      let identity = Matrix.identity(order)
      expectEqual(((identity - m.paths) * m.totalEffects).elements, identity.elements, "effects", model)
      expectEqual(
        m.totalCovariance.elements,
        (m.totalEffects * m.residualCovariance * m.totalEffects.transposed).elements, "total", model)
      expectEqual(m.totalMean, m.totalEffects.multiplied(by: m.intercepts), "mean", model)
    }
  }
}
