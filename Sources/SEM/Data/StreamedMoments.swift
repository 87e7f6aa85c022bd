internal import Foundation
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
    try self.init(contentsOf: path, variables: variables, options: options, partSize: 4 << 20)
  }

  /// Reads so many bytes at a time.
  package init(
    contentsOf path: String, variables: [String]? = nil, options: CSVOptions = CSVOptions(), partSize: Int
  ) throws(DataError) {
    do throws(DataError) {
      if let encoding = options.encoding, encoding != .utf8 {
        try self.init(whole: path, variables, options)
        return
      }
      let source = try TextFile.Parts(path, partSize: partSize)
      do throws(DataError) {
        try self.init(source, variables, options)
      } catch {
        // Another encoding; a pipe cannot be read again.
        guard error.code == .invalidEncoding, options.encoding == nil, source.isRegularFile else {
          throw error
        }
        try self.init(whole: path, variables, options)
      }
    } catch {
      throw error.inFile(path)
    }
  }

  private init(whole path: String, _ variables: [String]?, _ options: CSVOptions) throws(DataError) {
    let table = try DataTable(contentsOf: path, options: options)
    let data = try GroupedData(table, variables: variables ?? table.variableNames, keepsRows: false)
    moments = data.groups[0].moments
    report = data.groups[0].report
    variableNames = table.variableNames
  }

  private init(_ source: TextFile.Parts, _ wanted: [String]?, _ options: CSVOptions) throws(DataError) {
    var reader: CSVReader?
    var line = 1
    var sum: MomentSum?
    while true {
      var isLast = try source.readMore()
      // The dialect is recognised from the first 25 rows.
      while reader == nil, !isLast, source.bytes.count < Self.longestHead, source.lineEndCount < 26 {
        isLast = try source.readMore()
      }
      let part = source.bytes
      try TextDecoding.requireUTF8(part, isFirst: reader == nil, isLast: isLast, line: line)
      let start = reader == nil ? TextDecoding.markLength(part) : 0
      let text = UnsafeBufferPointer(rebasing: part[start...])
      var current = reader ?? CSVReader(text, options: options)
      if reader == nil { line = current.firstLine }
      let used = try current.readRows(text, line: &line, isLast: isLast)
      var total: MomentSum
      if let sum {
        total = sum
      } else {
        total = try MomentSum(variables: wanted ?? current.names, names: current.names)
      }
      try total.add(current)
      sum = total
      current.removeRows()
      reader = current
      source.drop(start + used)
      if isLast { break }
    }
    // Every part was read, the first with the names.
    guard let sum, let reader else { throw DataError(.emptyFile, "There is no data: the file is empty.") }
    (moments, report) = try sum.result()
    variableNames = reader.names
  }

  /// The most bytes that the first rows may take.
  private static let longestHead = 1 << 20
}

/// Means and centred cross-products of the rows so far.
private struct MomentSum {
  let variables: [String]
  let places: [Int]
  private var rowCount = 0
  private var count = 0
  private var mean: [Double]
  /// Sums of centred squares and products.
  private var products: Matrix
  private var missing: [Int]

  init(variables: [String], names: [String]) throws(DataError) {
    guard !variables.isEmpty else { throw DataError(.noVariables, "No variables are asked for.") }
    var place: [String: Int] = [:]
    for (index, name) in names.enumerated() { place[name] = index }
    var seen = Set<String>()
    var places: [Int] = []
    for name in variables {
      guard let index = place[name] else { throw DataError.unknownVariable(name, in: names) }
      guard seen.insert(name).inserted else {
        throw DataError(.duplicateName, "\(name) is asked for twice.", variable: name)
      }
      places.append(index)
    }
    self.variables = variables
    self.places = places
    let p = variables.count
    mean = [Double](repeating: 0, count: p)
    missing = [Int](repeating: 0, count: p)
    products = Matrix(rowCount: p, columnCount: p)
  }

  /// Joins the rows that a reader holds.
  mutating func add(_ reader: CSVReader) throws(DataError) {
    for (name, place) in zip(variables, places) where reader.firstText[place] != nil {
      throw DataTable.Column(
        name: name, cells: .text(codes: [], levels: []), firstText: reader.firstText[place]
      )
      .notNumeric
    }
    let selection = try ListwiseSelection(
      places.map { reader.values[$0] }, variables: variables, rowCount: reader.rowCount, rows: nil)
    rowCount += reader.rowCount
    for (index, item) in selection.report.missing.enumerated() { missing[index] += item.count }
    let added = selection.usedCount
    guard added > 0 else { return }
    let (other, covariance) = CrossProducts.moments(selection)
    let total = Double(count + added)
    let share = Double(count) * Double(added) / total
    let difference = zip(other, mean).map { $0 - $1 }
    let p = variables.count
    for j in 0..<p {
      for i in 0..<p {
        products.elements[i + j * p] +=
          Double(added) * covariance.elements[i + j * p] + share * difference[i] * difference[j]
      }
    }
    for j in 0..<p { mean[j] += difference[j] * Double(added) / total }
    count += added
  }

  func result() throws(DataError) -> (SampleMoments, ListwiseReport) {
    let report = ListwiseReport(
      rowCount: rowCount, usedCount: count,
      missing: zip(variables, missing).map { ListwiseReport.Missing(variable: $0, count: $1) })
    guard rowCount > 0 else {
      throw DataError(.noRows, "There is a header but no row of data below it.")
    }
    try report.requireRows(variables: variables)
    let covariance = (1 / Double(count)) * products
    let moments = SampleMoments(variables: variables, count: count, mean: mean, covariance: covariance)
    try moments.requireFinite()
    return (moments, report)
  }
}
