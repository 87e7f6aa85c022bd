public import SEM
public import SEMNumerics

/// Which answers enter correlations where some are missing.
public enum MissingAnswers: String, Sendable, Hashable, CaseIterable, Codable {
  /// Rows that answer every item.
  case listwise
  /// For each pair of items the rows that answer both (as R's `pairwise.complete.obs`). The matrix may be indefinite.
  case pairwise
  /// All rows, by full-information maximum likelihood: the saturated model (Little and Rubin 2002, section 11.2).
  case fullInformation = "full-information"
}

/// Means, covariances and correlations of items: what reliability and factor analyses start from.
public struct ItemMoments: Sendable, Hashable {
  /// The items, in the order of the matrices.
  public let items: [String]
  /// The number of cases on which tests rest: the rows used; for pairwise moments the smallest number that a pair of items
  /// shares.
  public let count: Int
  /// The number of rows of the data that are not used at all.
  public let droppedCount: Int
  /// The means; empty where only correlations are known.
  public let means: [Double]
  /// The covariances, divisor n - 1 (for full information N / (N - 1) times the maximum likelihood estimate).
  public let covariance: Matrix
  /// The correlations.
  public let correlation: Matrix
  /// Which answers were used.
  public let missing: MissingAnswers

  /// Computes the moments of some columns of a table.
  ///
  /// - Parameters:
  ///   - table: The data.
  ///   - items: Numeric columns, all different.
  ///   - missing: Which answers enter.
  /// - Throws: ``StudyError``: an unknown or text column, an item without answers, an item with one answer only
  ///   (``StudyError/Code/constantItem``), or fewer than three cases (``StudyError/Code/tooFewCases``).
  /// - Complexity: O(N p²); for full information that of EM.
  public init(_ table: DataTable, items: [String], missing: MissingAnswers = .listwise) throws(StudyError) {
    switch missing {
    case .listwise:
      let rows: CompleteRows
      do { rows = try CompleteRows(table, variables: items) } catch { throw StudyError(items: error) }
      try self.init(
        rows: rows.values, items: items, missing: .listwise, dropped: rows.report.droppedCount)
    case .pairwise:
      try self.init(pairwise: try Self.rows(table, items))
    case .fullInformation:
      let group = try Self.rows(table, items)
      guard let saturated = SaturatedMoments(group.patterns) else {
        throw StudyError(
          .unavailable, "The moments of the incomplete answers have no positive definite estimate.",
          hint: "Too few rows answer enough items; use listwise or pairwise answers.")
      }
      let n = Double(saturated.moments.count)
      try self.init(
        items: items, count: saturated.moments.count,
        dropped: table.rowCount - saturated.moments.count, means: saturated.moments.mean ?? [],
        covariance: saturated.moments.covariance * (n / max(n - 1, 1)), missing: missing)
    }
  }

  /// Computes the moments of complete rows, cases × items.
  ///
  /// - Throws: ``StudyError`` for an item with one value only or fewer than three cases.
  public init(rows: Matrix, items: [String]) throws(StudyError) {
    try self.init(rows: rows, items: items, missing: .listwise, dropped: 0)
  }

  /// Takes a correlation matrix as it is printed in a paper.
  ///
  /// - Throws: ``StudyError`` where it is no correlation matrix of the items, or for fewer than three cases.
  public init(correlation: Matrix, items: [String], count: Int) throws(StudyError) {
    guard correlation.rowCount == items.count, correlation.isSymmetric(tolerance: 1e-8), correlation.isFinite,
      correlation.diagonal.allSatisfy({ abs($0 - 1) < 1e-8 }), correlation.maximumAbsolute < 1 + 1e-8
    else {
      throw StudyError(.wrongValue, "This is no correlation matrix of \(items.count) items.")
    }
    guard count >= 3 else { throw .tooFewCases(count) }
    self.items = items
    self.count = count
    droppedCount = 0
    means = []
    covariance = correlation
    self.correlation = correlation
    missing = .listwise
  }

  /// The moments of some of the items; unknown names are left out.
  public func selecting(_ names: [String]) -> ItemMoments {
    let places = names.compactMap { items.firstIndex(of: $0) }
    return ItemMoments(
      items: places.map { items[$0] }, count: count, droppedCount: droppedCount,
      means: means.isEmpty ? [] : places.map { means[$0] },
      covariance: covariance.submatrix(rows: places, columns: places),
      correlation: correlation.submatrix(rows: places, columns: places), missing: missing)
  }

  private init(
    items: [String], count: Int, droppedCount: Int, means: [Double], covariance: Matrix, correlation: Matrix,
    missing: MissingAnswers
  ) {
    self.items = items
    self.count = count
    self.droppedCount = droppedCount
    self.means = means
    self.covariance = covariance
    self.correlation = correlation
    self.missing = missing
  }

  private init(rows: Matrix, items: [String], missing: MissingAnswers, dropped: Int) throws(StudyError) {
    let n = rows.rowCount
    guard n >= 3 else { throw .tooFewCases(n) }
    var centred = rows
    let means = centred.centreColumns()
    try self.init(
      items: items, count: n, dropped: dropped, means: means,
      covariance: centred.crossProduct() / Double(n - 1), missing: missing)
  }

  private init(
    items: [String], count: Int, dropped: Int, means: [Double], covariance: Matrix, missing: MissingAnswers
  ) throws(StudyError) {
    guard count >= 3 else { throw .tooFewCases(count) }
    try Self.requireVariation(covariance.diagonal, means, items)
    self.init(
      items: items, count: count, droppedCount: dropped, means: means, covariance: covariance,
      correlation: covariance.correlations, missing: missing)
  }

  private init(pairwise group: IncompleteData.Group) throws(StudyError) {
    let items = group.patterns.variables
    let p = items.count
    let n = group.rows.rowCount
    var covariance = Matrix(rowCount: p, columnCount: p)
    var correlation = Matrix.identity(p)
    var means = [Double](repeating: 0, count: p)
    var smallest = n
    for j in 0..<p {
      for i in j..<p {
        let pair = PairMoments(group.rows, i, j)
        guard pair.count >= 3 else {
          throw StudyError(
            .tooFewCases, "Only \(pair.count) rows answer both \(items[j]) and \(items[i]).",
            hint: "Leave one of them out, or use all answers by full information.")
        }
        smallest = min(smallest, pair.count)
        covariance[i, j] = pair.covariance
        covariance[j, i] = pair.covariance
        if i == j { means[j] = pair.mean }
        correlation[i, j] = i == j ? 1 : pair.correlation
        correlation[j, i] = correlation[i, j]
      }
    }
    try Self.requireVariation(covariance.diagonal, means, items)
    guard correlation.isFinite else {
      throw StudyError(
        .constantItem, "Two items have no correlation: one is constant where the other is answered.",
        hint: "Use listwise answers, or leave the item out.")
    }
    self.init(
      items: items, count: smallest, droppedCount: group.report.rowCount - n, means: means,
      covariance: covariance,
      correlation: correlation, missing: .pairwise)
  }

  private static func rows(_ table: DataTable, _ items: [String]) throws(StudyError) -> IncompleteData.Group {
    do {
      let data = try IncompleteData(table, variables: items)
      guard let group = data.groups.first else { throw StudyError.tooFewCases(0) }
      return group
    } catch let error as DataError {
      throw StudyError(items: error)
    } catch let error as StudyError {
      throw error
    } catch {
      throw StudyError(.unavailable, "The answers cannot be read: \(error).")
    }
  }

  private static func requireVariation(_ variances: [Double], _ means: [Double], _ items: [String])
    throws(StudyError)
  {
    for (index, variance) in variances.enumerated() where !(variance.squareRoot() > 1e-13 * abs(means[index]))
    {
      throw StudyError(
        .constantItem, "\(items[index]) has the same answer everywhere, so it correlates with nothing.",
        hint: "Leave the item out, or check how its answers are coded.")
    }
  }
}

/// The moments of the rows that have two items.
private struct PairMoments {
  var count = 0
  var mean = 0.0
  var covariance = 0.0
  var correlation = 0.0

  init(_ rows: Matrix, _ i: Int, _ j: Int) {
    let n = rows.rowCount
    var (sumI, sumJ) = (0.0, 0.0)
    for row in 0..<n {
      let (x, y) = (rows.elements[row + i * n], rows.elements[row + j * n])
      if x.isNaN || y.isNaN { continue }
      count += 1
      sumI += x
      sumJ += y
    }
    guard count > 1 else { return }
    let (meanI, meanJ) = (sumI / Double(count), sumJ / Double(count))
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for row in 0..<n {
      let (x, y) = (rows.elements[row + i * n] - meanI, rows.elements[row + j * n] - meanJ)
      if x.isNaN || y.isNaN { continue }
      xx += x * x
      yy += y * y
      xy += x * y
    }
    mean = meanI
    covariance = xy / Double(count - 1)
    correlation = xy / (xx * yy).squareRoot()
  }
}

extension Matrix {
  /// Subtracts from each column its mean, and returns the means.
  mutating func centreColumns() -> [Double] {
    let n = rowCount
    return (0..<columnCount).map { j in
      var mean = 0.0
      for i in 0..<n { mean += elements[i + j * n] }
      mean /= Double(max(n, 1))
      for i in 0..<n { elements[i + j * n] -= mean }
      return mean
    }
  }

  /// The correlations that belong to a covariance matrix, the diagonal exactly 1.
  var correlations: Matrix {
    let deviations = diagonal.map { $0.squareRoot() }
    var result = Matrix.identity(rowCount)
    for j in 0..<rowCount {
      for i in (j + 1)..<Swift.max(j + 1, rowCount) {
        result[i, j] = self[i, j] / (deviations[i] * deviations[j])
        result[j, i] = result[i, j]
      }
    }
    return result
  }
}

extension StudyError {
  static func tooFewCases(_ count: Int) -> StudyError {
    StudyError(
      .tooFewCases,
      "Only \(count) case\(count == 1 ? " has" : "s have") answers to all items; three are the least.",
      hint: "Check how missing answers are coded, or use all answers by full information.")
  }

  /// An error of the data, in a study's terms.
  init(items error: DataError) {
    let code: Code =
      switch error.code {
      case .unknownVariable: .unknownColumn
      case .textColumn, .infiniteValue: .textColumn
      case .allMissing, .emptyRows: .allMissing
      case .noCompleteRows, .tooFewRows: .tooFewCases
      case .duplicateName: .duplicateName
      case .constantVariable: .constantItem
      case .noVariables: .tooFewItems
      default: .unavailable
      }
    var bare = error
    bare.hint = nil
    self.init(code, "\(bare)", hint: error.hint)
  }
}
