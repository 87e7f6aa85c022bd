internal import SEMNumerics

extension FittedModel {
  /// The places among means and vech of the moments that are not only of fixed covariates.
  func randomMoments(_ index: Int) -> [Int] {
    let block = table.blocks[index]
    let p = block.observed.count
    let fixed = Set(table.rows.filter { $0.block == block.number && $0.isExogenous }.map(\.lhs))
    let isFixed = block.observed.map(fixed.contains)
    let positions = halfVectorPositions(order: p)
    return (0..<p).filter { !isFixed[$0] }
      + positions.indices.filter { !(isFixed[positions[$0].row] && isFixed[positions[$0].column]) }.map {
        p + $0
      }
  }

  /// The variances of the residuals of the saturated moments of incomplete data: means, then vech; 0 for moments of fixed
  /// covariates.
  ///
  /// The residuals are e = (I - P) (β̂ - β) up to higher orders, P = Δ (Σ n ΔᵀVΔ)⁻¹ Δᵀ n V, with β̂ the saturated moments of
  /// covariance matrix Γ / n, Γ the inverse of the observed information at them, and V the observed information about
  /// saturated moments at those of the model (Yuan and Bentler 2000, section 2, for normal data).
  /// - Returns: `nil` where an information matrix has no inverse.
  /// - Complexity: O(q³), q = p (p + 3) / 2, and the observed information of ``SaturatedModel``.
  func incompleteResidualVariances() -> [[Double]]? {
    struct Part {
      var random: [Int]
      var jacobian: Matrix
      var weighted: Matrix
      var spread: Matrix
      var n: Double
    }
    let t = estimates.count
    var parts: [Part] = []
    var information = Matrix(rowCount: t, columnCount: t)
    for (index, sample) in moments.enumerated() {
      let random = randomMoments(index)
      guard let matrices = matrices(ofBlock: index),
        let weight = SaturatedModel.observedInformation(
          sample, at: matrices.observedMean, matrices.observedCovariance)?.submatrix(
            rows: random, columns: random),
        let saturated = SaturatedModel.observedInformation(sample)?.submatrix(rows: random, columns: random),
        let factor = try? Cholesky(saturated),
        let jacobian = momentJacobian(index)?.submatrix(rows: random, columns: Array(0..<t))
      else { return nil }
      let weighted = weight * jacobian
      let n = multiplier(ofBlock: index)
      information += n * (jacobian.transposed * weighted)
      parts.append(
        Part(random: random, jacobian: jacobian, weighted: weighted, spread: factor.inverse(), n: n))
    }
    guard let inverse = invert(information.symmetrized()) else { return nil }
    var middle = Matrix(rowCount: t, columnCount: t)
    for part in parts { middle += part.n * part.weighted.transposed.sandwiching(part.spread) }
    let outer = inverse * middle * inverse
    return parts.indices.map { index in
      let part = parts[index]
      let p = moments[index].variables.count
      var result = [Double](repeating: 0, count: p * (p + 3) / 2)
      let mapped = part.jacobian * inverse
      let crossed = part.spread * part.weighted
      for (row, place) in part.random.enumerated() {
        let jacobian = part.jacobian.row(row)
        let cross = zip(mapped.row(row), crossed.row(row)).reduce(0) { $0 + $1.0 * $1.1 }
        result[place] = part.spread[row, row] / part.n - 2 * cross + outer.quadraticForm(jacobian)
      }
      return result
    }
  }
}
