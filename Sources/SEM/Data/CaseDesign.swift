internal import SEMNumerics

/// How the cases of one group were sampled: their weights, and the clusters they came in.
public struct CaseDesign: Sendable, Hashable {
  /// Sampling weights, scaled to sum to the number of cases; `nil` for equal ones.
  public var weights: [Double]?
  /// For every case the number of its cluster, from 0; `nil` for independent cases.
  public var clusters: [Int]?

  /// The number of clusters, or `nil`.
  public var clusterCount: Int? { clusters.map { Set($0).count } }

  /// Makes a design.
  public init(weights: [Double]? = nil, clusters: [Int]? = nil) {
    let sum = weights?.reduce(0, +) ?? 0
    self.weights = weights.map { values in values.map { $0 * Double(values.count) / sum } }
    var known: [Int: Int] = [:]
    self.clusters = clusters.map { codes in
      codes.map { code in
        if let number = known[code] { return number }
        known[code] = known.count
        return known.count - 1
      }
    }
  }

  /// The designs of every group of a table.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - groups: Its groups with their complete rows.
  ///   - weights: The column of weights: positive, or 0 for cases that do not count.
  ///   - clusters: The column whose values name the clusters.
  /// - Throws: ``DataError`` for an unknown column, a case without weight or cluster, a negative weight, or fewer than two
  ///   clusters.
  static func designs(
    _ table: DataTable, groups: [GroupedData.Group], weights: String?, clusters: String?
  ) throws(DataError) -> [CaseDesign] {
    guard weights != nil || clusters != nil else { return [] }
    let values = try weights.map { name throws(DataError) in try table.numericColumn(name) }
    let codes = try clusters.map { name throws(DataError) in try table.grouping(by: name).codes }
    var result: [CaseDesign] = []
    for group in groups {
      let rows = group.rows?.tableRows ?? []
      var own: [Double]?
      if let values, let weights {
        for row in rows where !(values[row] >= 0 && values[row].isFinite) {
          throw DataError(
            .unsuitableValue, "Row \(row + 1) of the data has no weight of 0 or more in \(weights).",
            variable: weights, hint: "Give every case a weight, or remove it.")
        }
        own = rows.map { values[$0] }
        guard (own ?? []).contains(where: { $0 > 0 }) else {
          throw DataError(.unsuitableValue, "All weights in \(weights) are 0.", variable: weights)
        }
      }
      var numbers: [Int]?
      if let codes, let clusters {
        for row in rows where codes[row] < 0 {
          throw DataError(
            .unsuitableValue,
            "Row \(row + 1) of the data has no value of \(clusters), which names the clusters.",
            variable: clusters)
        }
        numbers = rows.map { Int(codes[$0]) }
        guard Set(numbers ?? []).count > 1 else {
          throw DataError(
            .unsuitableValue,
            "\(clusters) names only one cluster\(group.label.map { " in group " + $0 } ?? "").",
            variable: clusters, hint: "Cluster-robust errors need many clusters.")
        }
      }
      result.append(CaseDesign(weights: own, clusters: numbers))
    }
    return result
  }

  /// Sums over the independent units of the sample of the cases' rows times their weights; with C clusters the sums are
  /// multiplied by √(C / (C - 1)), so that their cross-product is that of a sample of C.
  func aggregated(_ rows: Matrix) -> Matrix {
    var rows = rows
    let n = rows.rowCount
    if let weights {
      for j in 0..<rows.columnCount { for i in 0..<n { rows[i, j] *= weights[i] } }
    }
    guard let clusters, let count = clusterCount else { return rows }
    var sums = Matrix(rowCount: count, columnCount: rows.columnCount)
    for j in 0..<rows.columnCount { for i in 0..<n { sums[clusters[i], j] += rows[i, j] } }
    return (Double(count) / Double(max(count - 1, 1))).squareRoot() * sums
  }

  /// The weighted moments of complete rows, divisor n.
  func moments(of rows: Matrix, like sample: SampleMoments) -> SampleMoments {
    guard let weights else { return sample }
    let n = rows.rowCount
    let total = Double(max(n, 1))
    var sample = sample
    var centred = rows
    let mean = (0..<rows.columnCount).map { j in
      (0..<n).reduce(0) { $0 + weights[$1] * rows[$1, j] } / total
    }
    for j in 0..<rows.columnCount {
      for i in 0..<n { centred[i, j] = (rows[i, j] - mean[j]) * weights[i].squareRoot() }
    }
    sample.mean = mean
    sample.covariance = (1 / total) * centred.crossProduct()
    return sample
  }
}
