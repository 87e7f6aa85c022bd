internal import SEMNumerics

extension MissingPatterns {
  /// Means of what is observed, and for every pair of variables the covariance of the rows that have both.
  ///
  /// As lavaan reports them: each covariance has the divisor n - 1 of its own rows and is multiplied by (N - 1) / N. A pair
  /// that never occurs has 0.
  /// - Complexity: O(p²) for each pattern, in matrix products.
  func pairwiseMoments() -> (mean: [Double], covariance: Matrix) {
    let p = variables.count
    let mean = availableMoments().mean
    // Outer products of (deviations, whether observed) over the patterns: products, sums and counts of all pairs.
    let sums = NumberBuffer(count: 4 * p * p)
    let batch = ColumnBatch(length: 2 * p)
    for pattern in patterns where pattern.weight > 0 {
      let root = pattern.weight.squareRoot()
      let q = pattern.observed.count
      let column = batch.next(isNegative: false, into: sums.pointer)
      column.update(repeating: 0, count: 2 * p)
      for place in 0..<q {
        let variable = pattern.observed[place]
        column[variable] = root * (pattern.mean[place] - mean[variable])
        column[p + variable] = root
      }
      for k in 0..<pattern.deviations.columnCount {
        let column = batch.next(isNegative: false, into: sums.pointer)
        column.update(repeating: 0, count: 2 * p)
        for place in 0..<q {
          column[pattern.observed[place]] = root * pattern.deviations.elements[place + k * q]
        }
      }
    }
    batch.flush(into: sums.pointer)
    var covariance = Matrix(rowCount: p, columnCount: p)
    let factor = Double(count - 1) / Double(count)
    for j in 0..<p {
      for i in j..<p {
        // The lower triangle; sums of one variable over the rows in which the other is observed too.
        let n = sums[p + i + (p + j) * 2 * p]
        // A single row may count as a little more by rounding.
        guard n > 1 + 1e-9 else { continue }
        let centred = sums[i + j * 2 * p] - sums[p + j + i * 2 * p] * sums[p + i + j * 2 * p] / n
        covariance[i, j] = factor * centred / (n - 1)
        covariance[j, i] = covariance[i, j]
      }
    }
    return (mean, covariance)
  }
}
