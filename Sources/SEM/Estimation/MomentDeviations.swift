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
  ///   - weights: The cases' weights in all means, which sum to the number of cases; `nil` for equal ones.
  /// - Complexity: O(N p²) in time and in memory.
  package static func matrix(
    rows: Matrix, order: [Int], includingMeans: Bool, weights: [Double]? = nil
  ) -> Matrix {
    let p = order.count
    let n = rows.rowCount
    let means = includingMeans ? p : 0
    let centred = centred(rows, order, weights: weights)
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
            sum += (weights?[r] ?? 1) * product
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
  package static func centred(_ rows: Matrix, _ order: [Int], weights: [Double]? = nil) -> [Double] {
    let n = rows.rowCount
    var values: [Double] = []
    values.reserveCapacity(n * order.count)
    for column in order {
      let source = Array(rows.elements[(column * n)..<((column + 1) * n)])
      var sum = 0.0
      if let weights {
        for i in 0..<n { sum += weights[i] * source[i] }
      } else {
        sum = source.reduce(0, +)
      }
      let mean = sum / Double(max(n, 1))
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
  ///
  /// With case weights the contributions are multiplied by them: Γ̂ = Σ wᵢ² dᵢ dᵢᵀ / n is the covariance matrix of √n times
  /// the weighted moments. The clusters of a sample do not change the weight.
  package static func weight(
    _ estimator: Estimator, structure: BlockStructure, rows: Matrix?, fixed: [Int] = [],
    caseWeights: [Double]? = nil
  ) -> NumberBuffer? {
    let count = WeightedLeastSquaresBlock.momentCount(structure)
    if estimator == .unweightedLeastSquares {
      return NumberBuffer([Double](repeating: 1, count: count))
    }
    guard let rows else { return nil }
    let cases = CentredCases(
      rows: rows, order: structure.observedOrder, fixed: fixed, weights: caseWeights)
    guard var deviations = cases?.deviations(includingMeans: structure.constant >= 0) else { return nil }
    if let caseWeights {
      let n = deviations.rowCount
      for j in 0..<deviations.columnCount {
        for i in 0..<n { deviations[i, j] *= caseWeights[i] }
      }
    }
    if estimator == .diagonallyWeightedLeastSquares {
      let variances = variances(deviations)
      return variances.allSatisfy { $0 > 0 } ? NumberBuffer(variances.map { 1 / $0 }) : nil
    }
    // The moments of fixed covariates have no sampling error, and no residual either: their weight is 0.
    let fixedPlaces = Set(fixed)
    let p = structure.observedCount
    var random = structure.constant >= 0 ? (0..<p).filter { !fixedPlaces.contains($0) } : []
    let first = count - p * (p + 1) / 2
    for (position, place) in halfVectorPositions(order: p).enumerated()
    where !(fixedPlaces.contains(place.row) && fixedPlaces.contains(place.column)) {
      random.append(first + position)
    }
    guard rows.rowCount > random.count else { return nil }
    var gamma = covariance(
      deviations.submatrix(rows: Array(0..<rows.rowCount), columns: random))
    // In correlations, so that the judgement does not depend on units.
    let scale = gamma.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    for j in random.indices { for i in random.indices { gamma[i, j] *= scale[i] * scale[j] } }
    guard let factor = try? Cholesky(gamma), factor.smallestPivotRatio > 1e-12 else { return nil }
    let inverse = factor.inverse()
    let weight = NumberBuffer(count: count * count)
    for (j, column) in random.enumerated() {
      for (i, row) in random.enumerated() {
        weight[row + column * count] = inverse[i, j] * scale[i] * scale[j]
      }
    }
    return weight
  }
}

/// The rows of one block about their means, and what their fixed covariates predict.
struct CentredCases {
  /// y - m, cases × variables in internal order.
  let values: Matrix
  /// The projection of `values` on the fixed covariates; `nil` without any.
  let predicted: Matrix?
  /// The cases' weights, which sum to their number.
  let weights: [Double]?

  /// Centres rows; `nil` where the fixed covariates are linearly dependent.
  init?(rows: Matrix, order: [Int], fixed: [Int], weights: [Double]? = nil) {
    values = Matrix(
      rowCount: rows.rowCount, columnCount: order.count,
      columnMajor: MomentDeviations.centred(rows, order, weights: weights))
    self.weights = weights
    guard !fixed.isEmpty else {
      predicted = nil
      return
    }
    let covariates = values.submatrix(rows: Array(0..<rows.rowCount), columns: fixed)
    var weighted = covariates
    if let weights {
      for j in fixed.indices { for i in 0..<rows.rowCount { weighted[i, j] *= weights[i] } }
    }
    guard let factor = try? Cholesky(weighted.crossProduct(with: covariates).symmetrized()) else {
      return nil
    }
    predicted = covariates * factor.solve(weighted.crossProduct(with: values))
  }

  /// The contributions d of every case to the moments; given fixed covariates d - E(d | x).
  func deviations(includingMeans: Bool) -> Matrix {
    let order = Array(0..<values.columnCount)
    var result = MomentDeviations.matrix(
      rows: values, order: order, includingMeans: includingMeans, weights: weights)
    if let predicted {
      result -= MomentDeviations.matrix(
        rows: predicted, order: order, includingMeans: includingMeans, weights: weights)
    }
    return result
  }
}
