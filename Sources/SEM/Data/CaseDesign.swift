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

  /// The design of some rows of a table, one group; `nil` without weights and clusters.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - rows: The rows of the group that are used.
  ///   - group: The group's label, for messages.
  ///   - weights: The column of weights: positive, or 0 for cases that do not count.
  ///   - clusters: The column whose values name the clusters.
  /// - Throws: ``DataError`` for an unknown column, a case without weight or cluster, a negative weight, or fewer than two
  ///   clusters.
  init?(
    _ table: DataTable, rows: [Int], group: String?, weights: String?, clusters: String?
  ) throws(DataError) {
    guard weights != nil || clusters != nil else { return nil }
    let place = group.map { " in group \($0)" } ?? ""
    var own: [Double]?
    if let weights {
      let values = try table.numericColumn(weights)
      for row in rows where !(values[row] >= 0 && values[row].isFinite) {
        throw DataError(
          .unsuitableValue, "Row \(row + 1) of the data has no weight of 0 or more in \(weights).",
          variable: weights, hint: "Give every case a weight, or remove it.")
      }
      own = rows.map { values[$0] }
      guard (own ?? []).contains(where: { $0 > 0 }) else {
        throw DataError(.unsuitableValue, "All weights in \(weights)\(place) are 0.", variable: weights)
      }
    }
    var numbers: [Int]?
    if let clusters {
      let codes = try table.grouping(by: clusters).codes
      for row in rows where codes[row] < 0 {
        throw DataError(
          .unsuitableValue,
          "Row \(row + 1) of the data has no value of \(clusters), which names the clusters.",
          variable: clusters, hint: "Give every case a cluster, or remove it.")
      }
      numbers = rows.map { Int(codes[$0]) }
      guard Set(numbers ?? []).count > 1 else {
        throw DataError(
          .unsuitableValue, "\(clusters) names only one cluster\(place).",
          variable: clusters, hint: "Cluster-robust errors need many clusters.")
      }
    }
    self.init(weights: own, clusters: numbers)
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
