package import SEMNumerics

/// What each case contributes to the sample moments: (y - m, vech((y - m)(y - m)ᵀ - S)), whose cross-products estimate
/// Γ, the covariance matrix of √n times the moments (Browne 1984, equation 3.1).
package enum MomentDeviations {
  /// The cases' deviations, cases × moments.
  ///
  /// - Parameters:
  ///   - rows: The complete rows.
  ///   - order: For each place in the result's order of variables the column of `rows`.
  ///   - includingMeans: Whether the means are among the moments; they come first.
  /// - Complexity: O(N p²) in time and in memory.
  package static func matrix(rows: Matrix, order: [Int], includingMeans: Bool) -> Matrix {
    let p = order.count
    let n = rows.rowCount
    let means = includingMeans ? p : 0
    let centred = centred(rows, order)
    var result = Matrix(rowCount: n, columnCount: means + p * (p + 1) / 2)
    if includingMeans { result.elements.replaceSubrange(0..<(n * p), with: centred) }
    result.elements.withUnsafeMutableBufferPointer { target in
      var column = means
      for j in 0..<p {
        for i in j..<p {
          var sum = 0.0
          for r in 0..<n {
            let product = centred[r + i * n] * centred[r + j * n]
            target[r + column * n] = product
            sum += product
          }
          let mean = sum / Double(max(n, 1))
          for r in 0..<n { target[r + column * n] -= mean }
          column += 1
        }
      }
    }
    return result
  }

  /// The columns of `rows` in the given order about their means, column-major.
  package static func centred(_ rows: Matrix, _ order: [Int]) -> [Double] {
    let n = rows.rowCount
    var values: [Double] = []
    values.reserveCapacity(n * order.count)
    for column in order {
      let source = rows.elements[(column * n)..<((column + 1) * n)]
      let mean = source.reduce(0, +) / Double(max(n, 1))
      for value in source { values.append(value - mean) }
    }
    return values
  }

  /// Γ̂ with divisor n.
  ///
  /// - Complexity: O(N p⁴).
  package static func covariance(_ deviations: Matrix) -> Matrix {
    (1 / Double(max(deviations.rowCount, 1))) * deviations.crossProduct()
  }

  /// The diagonal of Γ̂.
  package static func variances(_ deviations: Matrix) -> [Double] {
    let n = deviations.rowCount
    return (0..<deviations.columnCount).map { column in
      deviations.elements[(column * n)..<((column + 1) * n)].reduce(0) { $0 + $1 * $1 }
        / Double(max(n, 1))
    }
  }

  /// The weight of an estimator for one block: its diagonal, or all of it for WLS; `nil` where Γ̂ has no inverse.
  package static func weight(
    _ estimator: Estimator, structure: BlockStructure, rows: Matrix?
  ) -> NumberBuffer? {
    let count = WeightedLeastSquaresBlock.momentCount(structure)
    if estimator == .unweightedLeastSquares {
      return NumberBuffer([Double](repeating: 1, count: count))
    }
    guard let rows else { return nil }
    let deviations = matrix(
      rows: rows, order: structure.observedOrder, includingMeans: structure.constant >= 0)
    if estimator == .diagonallyWeightedLeastSquares {
      let variances = variances(deviations)
      return variances.allSatisfy { $0 > 0 } ? NumberBuffer(variances.map { 1 / $0 }) : nil
    }
    guard rows.rowCount > count else { return nil }
    var gamma = covariance(deviations)
    // In correlations, so that the judgement does not depend on units.
    let scale = gamma.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    for j in 0..<count { for i in 0..<count { gamma[i, j] *= scale[i] * scale[j] } }
    guard let factor = try? Cholesky(gamma), factor.smallestPivotRatio > 1e-12 else { return nil }
    var inverse = factor.inverse()
    for j in 0..<count { for i in 0..<count { inverse[i, j] *= scale[i] * scale[j] } }
    return NumberBuffer(inverse.elements)
  }
}
