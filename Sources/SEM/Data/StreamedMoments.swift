internal import SEMNumerics

/// The moments of a CSV file of any length, computed while it is read.
///
/// The file is read once, in parts of some megabytes; memory does not depend on the number of rows. Means and cross-products
/// of a part are taken about its own means, then joined (Chan, Golub and LeVeque 1983, equations 1.5), so that nothing
/// large cancels.
public struct StreamedMoments: Sendable {
  /// The moments of the complete rows, divisor N.
  public let moments: SampleMoments
  /// What listwise deletion kept and dropped.
  public let report: ListwiseReport
  /// The names of all columns of the file.
  public let variableNames: [String]

  /// Reads a CSV file or a pipe; see ``DataTable/init(contentsOf:options:)`` for the format.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - variables: Numeric columns; `nil` for all columns.
  ///   - options: How to read it. Another encoding than UTF-8 makes the file be read whole.
  /// - Throws: ``DataError`` with line and column: as a ``DataTable`` and ``GroupedData`` of it would.
  /// - Complexity: O(*N p²*) time, O(*p²*) memory.
  public init(
    contentsOf path: String, variables: [String]? = nil, options: CSVOptions = CSVOptions()
  ) throws(DataError) {
    try self.init(contentsOf: path, variables: variables, options: options, partSize: CSVStream.partSize)
  }

  /// Reads so many bytes at a time.
  package init(
    contentsOf path: String, variables: [String]? = nil, options: CSVOptions = CSVOptions(), partSize: Int
  ) throws(DataError) {
    var streamed: GroupedData?
    var names: [String] = []
    do throws(DataError) {
      if let stream = try CSVStream(path, options: options, partSize: partSize) {
        names = stream.names
        streamed = try stream.groupedData(variables ?? names)
      }
    } catch {
      throw error.inFile(path)
    }
    let data: GroupedData
    if let streamed {
      data = streamed
    } else {
      let table = try DataTable(contentsOf: path, options: options)
      names = table.variableNames
      data = try GroupedData(table, variables: variables ?? names, keepsRows: false)
    }
    moments = data.groups[0].moments
    report = data.groups[0].report
    variableNames = names
  }
}

/// Means and covariances of the rows so far, divisor N.
struct MomentSum {
  private let variables: [String]
  private var rowCount = 0
  private var count = 0
  private var mean: [Double]
  private var covariance: Matrix
  private var missing: [Int]

  init(_ variables: [String]) {
    self.variables = variables
    let p = variables.count
    mean = [Double](repeating: 0, count: p)
    missing = [Int](repeating: 0, count: p)
    covariance = Matrix(rowCount: p, columnCount: p)
  }

  /// Adds some rows of columns that belong to the variables; `nil` for all rows.
  mutating func add(_ columns: [[Double]], rowCount: Int, rows: [Int]?) throws(DataError) {
    let selection = try ListwiseSelection(columns, variables: variables, rowCount: rowCount, rows: rows)
    self.rowCount += selection.report.rowCount
    for (index, item) in selection.report.missing.enumerated() { missing[index] += item.count }
    guard selection.usedCount > 0 else { return }
    let (mean, covariance) = CrossProducts.moments(selection)
    join(selection.usedCount, mean, covariance)
  }

  /// Adds the rows of another sum.
  mutating func add(_ other: MomentSum) {
    rowCount += other.rowCount
    for index in missing.indices { missing[index] += other.missing[index] }
    if other.count > 0 { join(other.count, other.mean, other.covariance) }
  }

  /// The first rows keep their moments to the bit, so that a file of one part has those of its table.
  private mutating func join(_ added: Int, _ otherMean: [Double], _ otherCovariance: Matrix) {
    guard count > 0 else {
      (count, mean, covariance) = (added, otherMean, otherCovariance)
      return
    }
    let total = Double(count + added)
    let (kept, new) = (Double(count) / total, Double(added) / total)
    let difference = zip(otherMean, mean).map { $0 - $1 }
    let p = variables.count
    for j in 0..<p {
      for i in 0..<p {
        covariance.elements[i + j * p] =
          kept * covariance.elements[i + j * p] + new * otherCovariance.elements[i + j * p]
          + kept * new * (difference[i] * difference[j])
      }
    }
    for j in 0..<p { mean[j] += new * difference[j] }
    count += added
  }

  func result(group: String?) throws(DataError) -> (SampleMoments, ListwiseReport) {
    let report = ListwiseReport(
      rowCount: rowCount, usedCount: count,
      missing: zip(variables, missing).map { ListwiseReport.Missing(variable: $0, count: $1) })
    try report.requireRows(variables: variables, group: group)
    let moments = SampleMoments(variables: variables, count: count, mean: mean, covariance: covariance)
    try moments.requireFinite()
    return (moments, report)
  }
}
