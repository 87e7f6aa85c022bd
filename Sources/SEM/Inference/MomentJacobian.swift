internal import SEMNumerics

extension FittedModel {
  /// ∂(μ, vech Σ)/∂θ of one block: means in the block's order, then the lower triangle by columns.
  func momentJacobian(_ index: Int) -> Matrix? {
    guard let matrices = matrices(ofBlock: index) else { return nil }
    let block = table.blocks[index]
    let p = matrices.observedCount
    let covariances = covarianceJacobian(index, matrices)
    var jacobian = Matrix(rowCount: p + covariances.rowCount, columnCount: estimates.count)
    for a in 0..<estimates.count {
      for row in 0..<covariances.rowCount { jacobian[p + row, a] = covariances[row, a] }
    }
    var place: [String: Int] = [:]
    for (position, name) in matrices.variables.enumerated() where place[name] == nil {
      place[name] = position
    }
    let b = matrices.totalEffects
    for row in table.rows where row.block == block.number && row.free > 0 {
      // ∂ν/∂A(i, j) = bᵢ νⱼ, ∂ν/∂αᵢ = bᵢ.
      let target: Int?
      let factor: Double
      switch row.op {
      case .measurement:
        target = place[row.rhs]
        factor = place[row.lhs].map { matrices.totalMean[$0] } ?? 0
      case .regression:
        target = place[row.lhs]
        factor = place[row.rhs].map { matrices.totalMean[$0] } ?? 0
      case .intercept:
        target = place[row.lhs]
        factor = 1
      default: continue
      }
      guard let target, factor != 0 else { continue }
      for i in 0..<p { jacobian[i, row.free - 1] += factor * b[i, target] }
    }
    return jacobian
  }
}
