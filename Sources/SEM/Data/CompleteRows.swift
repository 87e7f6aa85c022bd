public import SEMNumerics

/// What listwise deletion kept and dropped.
public struct ListwiseReport: Sendable, Hashable {
  /// A variable and the number of rows in which it is missing.
  public struct Missing: Sendable, Hashable {
    /// The variable.
    public let variable: String
    /// The number of rows in which it is missing.
    public let count: Int
  }

  /// The number of rows before deletion.
  public let rowCount: Int
  /// The number of complete rows.
  public let usedCount: Int
  /// For every variable, in the order asked for, how often it is missing.
  public let missing: [Missing]

  /// The number of rows dropped because a variable is missing.
  public var droppedCount: Int { rowCount - usedCount }
}

/// The rows in which every variable is observed.
public struct CompleteRows: Sendable {
  /// The variables, in the order of the columns of ``values``.
  public let variables: [String]
  /// For every complete row its number in the table, counted from 0.
  public let tableRows: [Int]
  /// The values, one row per case and one column per variable.
  public let values: Matrix
  /// What was kept and dropped.
  public let report: ListwiseReport

  /// Takes the complete rows of a table.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - variables: Numeric columns.
  ///   - rows: The rows to look at, counted from 0; `nil` for all.
  /// - Throws: ``DataError`` for an unknown, repeated or text variable, an infinite value, or no complete row.
  public init(_ table: DataTable, variables: [String], rows: [Int]? = nil) throws(DataError) {
    let selection = try ListwiseSelection(table, variables: variables, rows: rows)
    try selection.requireRows()
    self.init(selection)
  }

  /// Copies the selected values.
  init(_ selection: ListwiseSelection) {
    variables = selection.variables
    tableRows = selection.rows ?? Array(0..<selection.rowCount)
    report = selection.report
    var elements: [Double] = []
    elements.reserveCapacity(selection.usedCount * selection.variables.count)
    for column in selection.columns {
      if let rows = selection.rows {
        for row in rows { elements.append(column[row]) }
      } else {
        elements.append(contentsOf: column)
      }
    }
    values = Matrix(
      rowCount: selection.usedCount, columnCount: selection.variables.count, columnMajor: elements)
  }
}

/// The numeric columns of some variables and the rows in which all of them are observed; nothing is copied.
struct ListwiseSelection {
  let variables: [String]
  let columns: [[Double]]
  /// The complete rows; `nil` when these are all rows of the table.
  let rows: [Int]?
  let rowCount: Int
  let report: ListwiseReport

  var usedCount: Int { rows?.count ?? rowCount }

  init(_ table: DataTable, variables: [String], rows candidates: [Int]? = nil) throws(DataError) {
    let columns = try Self.columns(of: table, variables: variables)
    try self.init(columns, variables: variables, rowCount: table.rowCount, rows: candidates)
  }

  /// The numeric columns of different variables.
  static func columns(of table: DataTable, variables: [String]) throws(DataError) -> [[Double]] {
    guard !variables.isEmpty else { throw DataError(.noVariables, "No variables are asked for.") }
    var seen: Set<String> = []
    var columns: [[Double]] = []
    for name in variables {
      guard seen.insert(name).inserted else {
        throw DataError(.duplicateName, "\(name) is asked for twice.", variable: name)
      }
      columns.append(try table.numericColumn(name))
    }
    return columns
  }

  /// Selects the complete rows of columns that belong to `variables`.
  init(_ columns: [[Double]], variables: [String], rowCount: Int, rows candidates: [Int]?) throws(DataError) {
    for row in candidates ?? [] where row < 0 || row >= rowCount {
      throw DataError(.rowOutOfRange, "There is no row \(row); the table has rows 0 to \(rowCount - 1).")
    }
    self.variables = variables
    self.columns = columns
    self.rowCount = rowCount
    let lookedAt = candidates?.count ?? rowCount
    var isComplete = [Bool](repeating: true, count: lookedAt)
    var missing: [ListwiseReport.Missing] = []
    for (variable, column) in zip(variables, columns) {
      var count = 0
      for index in 0..<lookedAt {
        let value = column[candidates?[index] ?? index]
        if value.isNaN {
          isComplete[index] = false
          count += 1
        } else if value.isInfinite {
          throw DataError(
            .infiniteValue,
            "\(variable) is infinite in row \((candidates?[index] ?? index) + 1) of the data.",
            variable: variable, hint: "Correct the value, or make it missing.")
        }
      }
      missing.append(ListwiseReport.Missing(variable: variable, count: count))
    }
    let used = isComplete.count { $0 }
    if let candidates {
      rows =
        used == lookedAt ? candidates : candidates.indices.filter { isComplete[$0] }.map { candidates[$0] }
    } else {
      rows = used == lookedAt ? nil : (0..<lookedAt).filter { isComplete[$0] }
    }
    report = ListwiseReport(rowCount: lookedAt, usedCount: used, missing: missing)
  }

  /// Checks that a row is left, and says which variable is to blame if none is.
  func requireRows(group: String? = nil) throws(DataError) {
    try report.requireRows(variables: variables, group: group)
  }
}

extension ListwiseReport {
  /// Checks that a row is left, and says which variable is to blame if none is.
  func requireRows(variables: [String], group: String? = nil) throws(DataError) {
    guard usedCount == 0 else { return }
    let place = group.map { " in group \($0)" } ?? ""
    if let empty = missing.first(where: { $0.count == rowCount }), rowCount > 0 {
      throw DataError(
        .allMissing, "\(empty.variable) has no observed value\(place).", variable: empty.variable,
        hint: "Leave it out of the model, or check how missing values are coded.")
    }
    let most = missing.max { $0.count < $1.count }
    let detail = most.map { "; \($0.variable) alone is missing in \($0.count) of \(rowCount)" } ?? ""
    throw DataError(
      .noCompleteRows, "No row\(place) has all \(counted(variables.count, "variable")) observed\(detail).")
  }
}
