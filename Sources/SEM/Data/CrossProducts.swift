internal import SEMNumerics

/// Means and centred cross-products of columns.
enum CrossProducts {
  private static let blockSize = 256

  /// The means and the covariance matrix (divisor N) of the selected rows.
  ///
  /// Two passes: means, then cross-products of the deviations in blocks of rows, corrected by what the first pass lost to
  /// rounding (Chan, Golub and LeVeque, 1983, "Algorithms for computing the sample variance", The American Statistician 37,
  /// equation 1.7). Cost: O(*N p²*), memory O(*p²*).
  static func moments(_ selection: ListwiseSelection) -> (mean: [Double], covariance: Matrix) {
    let p = selection.columns.count
    let n = selection.usedCount
    guard n > 0 else {
      return ([Double](repeating: 0, count: p), Matrix(rowCount: p, columnCount: p))
    }
    let mean = selection.columns.map { Self.mean($0, rows: selection.rows, count: n) }
    var sums = [Double](repeating: 0, count: p)
    var products = [Double](repeating: 0, count: p * p)
    var block = [Double](repeating: 0, count: p * blockSize)
    var start = 0
    while start < n {
      let size = Swift.min(blockSize, n - start)
      for j in 0..<p {
        fill(
          &block, at: j * blockSize, selection.columns[j], rows: selection.rows, start, size, minus: mean[j])
      }
      addProducts(of: block, size: size, order: p, to: &products, sums: &sums)
      start += size
    }
    var covariance = Matrix(rowCount: p, columnCount: p)
    let divisor = Double(n)
    for j in 0..<p {
      for i in j..<p {
        let value = (products[i + j * p] - sums[i] * sums[j] / divisor) / divisor
        covariance[i, j] = value
        covariance[j, i] = value
      }
    }
    return (zip(mean, sums).map { $0 + $1 / divisor }, covariance)
  }

  /// The mean of a column's selected rows, from partial sums of blocks.
  private static func mean(_ column: [Double], rows: [Int]?, count: Int) -> Double {
    var total = 0.0
    var start = 0
    while start < count {
      let end = Swift.min(start + blockSize, count)
      var sum = 0.0
      if let rows {
        for index in start..<end { sum += column[rows[index]] }
      } else {
        for index in start..<end { sum += column[index] }
      }
      total += sum
      start = end
    }
    return total / Double(count)
  }

  /// Writes deviations from the mean into a column of the block.
  private static func fill(
    _ block: inout [Double], at offset: Int, _ column: [Double], rows: [Int]?, _ start: Int, _ size: Int,
    minus mean: Double
  ) {
    if let rows {
      for index in 0..<size { block[offset + index] = column[rows[start + index]] - mean }
    } else {
      for index in 0..<size { block[offset + index] = column[start + index] - mean }
    }
  }

  /// Adds the lower triangle of the block's cross-products, and its column sums.
  private static func addProducts(
    of block: [Double], size: Int, order: Int, to products: inout [Double], sums: inout [Double]
  ) {
    block.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for j in 0..<order {
        var sum = 0.0
        for r in 0..<size { sum += base[j * blockSize + r] }
        sums[j] += sum
      }
      products.withUnsafeMutableBufferPointer { target in
        guard let target = target.baseAddress else { return }
        Kernels.addCrossProducts(base, rows: size, stride: blockSize, columns: order, into: target)
      }
    }
  }
}

extension SampleMoments {
  /// Computes the moments of the rows in which every variable is observed.
  ///
  /// ``GroupedData`` also reports what was dropped and keeps the rows.
  ///
  /// - Throws: ``DataError`` for an unknown, repeated or text variable, an infinite value, or no complete row.
  /// - Complexity: O(*N p²*).
  public init(_ table: DataTable, variables: [String], rows: [Int]? = nil) throws(DataError) {
    let selection = try ListwiseSelection(table, variables: variables, rows: rows)
    try selection.requireRows()
    try self.init(selection)
  }

  init(_ selection: ListwiseSelection) throws(DataError) {
    let (mean, covariance) = CrossProducts.moments(selection)
    self.init(variables: selection.variables, count: selection.usedCount, mean: mean, covariance: covariance)
    try requireFinite()
  }

  /// Checks that no moment exceeds double precision.
  func requireFinite() throws(DataError) {
    for (index, name) in variables.enumerated()
    where mean?[index].isFinite == false || !covariance[index, index].isFinite {
      throw DataError(
        .infiniteValue, "The values of \(name) are so large that its variance exceeds double precision.",
        variable: name, hint: "Rescale it.")
    }
  }
}
