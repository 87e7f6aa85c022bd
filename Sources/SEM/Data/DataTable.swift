/// Named columns of one length: numbers with NaN for missing, or text.
///
/// A table is read from CSV (``init(contentsOf:options:)``), or made from columns. It takes no decision about missing
/// values; ``GroupedData`` and ``CompleteRows`` do.
public struct DataTable: Sendable {
  /// One named column.
  public struct Column: Sendable {
    /// The name, as in the header.
    public let name: String
    /// The cells.
    public internal(set) var cells: Cells
    /// The first cell that made this a text column.
    public let firstText: TextCell?

    init(name: String, cells: Cells, firstText: TextCell?) {
      self.name = name
      self.cells = cells
      self.firstText = firstText
    }
  }

  /// The cells of a column.
  public enum Cells: Sendable {
    /// Numbers; NaN marks a missing cell.
    case numeric([Double])
    /// Texts: for every row an index into `levels`, or -1 for a missing cell; levels in order of first appearance.
    case text(codes: [Int32], levels: [String])
  }

  /// A cell that is not a number.
  public struct TextCell: Sendable, Hashable {
    /// The line of the file, counted from 1.
    public let line: Int
    /// The column of the file, counted from 1.
    public let column: Int
    /// The content.
    public let text: String
    /// Whether the cell is a number too large for double precision, or an infinity.
    public let isInfinite: Bool
  }

  /// The columns, in the order of the file.
  public let columns: [Column]
  /// The number of rows.
  public let rowCount: Int
  /// The file the table was read from.
  public let file: String?
  private let positions: [String: Int]

  /// Makes a table whose columns are known to be of one length and to have different names.
  init(checked columns: [Column], rowCount: Int, file: String?) {
    self.columns = columns
    self.rowCount = rowCount
    self.file = file
    positions = Dictionary(
      columns.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// Makes a table from columns.
  ///
  /// - Throws: ``DataError/Code/duplicateName``, ``DataError/Code/unequalLengths``.
  public init(_ columns: [Column]) throws(DataError) {
    let rowCount = columns.first?.count ?? 0
    for column in columns where column.count != rowCount {
      throw DataError(
        .unequalLengths,
        "\(columns[0].name) has \(counted(rowCount, "row")), \(column.name) has \(column.count).",
        variable: column.name)
    }
    try Self.requireUnique(columns.map(\.name), line: nil)
    self.init(checked: columns, rowCount: rowCount, file: nil)
  }

  /// Makes a table from numeric columns; NaN marks a missing cell.
  ///
  /// - Throws: ``DataError/Code/duplicateName``, ``DataError/Code/unequalLengths``.
  public init(columns: [(name: String, values: [Double])]) throws(DataError) {
    try self.init(columns.map { Column(name: $0.name, values: $0.values) })
  }

  /// Checks that no two columns have one name.
  static func requireUnique(_ names: [String], line: Int?) throws(DataError) {
    var seen: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      if let first = seen.updateValue(index, forKey: name) {
        throw DataError(
          .duplicateName, "Columns \(first + 1) and \(index + 1) are both named \(quoted(name)).", line: line,
          column: index + 1, variable: name, hint: "Give each column a name of its own.")
      }
    }
  }

  /// The names of all columns.
  public var variableNames: [String] { columns.map(\.name) }

  /// The column of a name, or `nil`.
  public subscript(name: String) -> Column? { positions[name].map { columns[$0] } }

  /// The column of a name.
  ///
  /// - Throws: ``DataError/Code/unknownVariable`` with the nearest name.
  public func column(_ name: String) throws(DataError) -> Column {
    guard let column = self[name] else { throw .unknownVariable(name, in: variableNames).inFile(file) }
    return column
  }

  /// The numbers of a column; NaN marks a missing cell.
  ///
  /// - Throws: ``DataError/Code/unknownVariable``; ``DataError/Code/textColumn`` or ``DataError/Code/infiniteValue``
  ///   with the first cell that is not a number.
  public func numericColumn(_ name: String) throws(DataError) -> [Double] {
    let column = try column(name)
    switch column.cells {
    case .numeric(let values): return values
    case .text: throw column.notNumeric.inFile(file)
    }
  }

  /// The distinct values of a column in order of first appearance, as text; missing cells do not count.
  ///
  /// Numbers are spelled as briefly as possible: `1`, `2.5`.
  public func categories(of name: String) throws(DataError) -> [String] {
    try grouping(by: name).levels
  }

  /// For every row the index of its category in order of first appearance, or -1, and the categories.
  func grouping(by name: String) throws(DataError) -> (codes: [Int32], levels: [String]) {
    switch try column(name).cells {
    case .numeric(let values):
      var seen: [Double: Int32] = [:]
      var levels: [String] = []
      var codes: [Int32] = []
      codes.reserveCapacity(values.count)
      for value in values {
        if value.isNaN {
          codes.append(-1)
        } else if let code = seen[value] {
          codes.append(code)
        } else {
          let code = Int32(levels.count)
          seen[value] = code
          levels.append(Self.spelled(value))
          codes.append(code)
        }
      }
      return (codes, levels)
    case .text(let codes, let levels):
      var order = [Int32](repeating: -1, count: levels.count)
      var appeared: [String] = []
      var result: [Int32] = []
      result.reserveCapacity(codes.count)
      for code in codes {
        guard code >= 0 else {
          result.append(-1)
          continue
        }
        if order[Int(code)] < 0 {
          order[Int(code)] = Int32(appeared.count)
          appeared.append(levels[Int(code)])
        }
        result.append(order[Int(code)])
      }
      return (result, appeared)
    }
  }

  /// The shortest text that reads back as the number, without `.0`.
  package static func spelled(_ value: Double) -> String {
    let text = value == 0 ? "0" : value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The table of the given rows, counted from 0, in the given order; a row may come more than once.
  ///
  /// - Throws: ``DataError/Code/rowOutOfRange``.
  public func selecting(rows: [Int]) throws(DataError) -> DataTable {
    for row in rows where row < 0 || row >= rowCount {
      throw DataError(.rowOutOfRange, "There is no row \(row); the table has rows 0 to \(rowCount - 1).")
    }
    let selected = columns.map { column in
      var copy = column
      switch column.cells {
      case .numeric(let values): copy.cells = .numeric(rows.map { values[$0] })
      case .text(let codes, let levels): copy.cells = .text(codes: rows.map { codes[$0] }, levels: levels)
      }
      return copy
    }
    return DataTable(checked: selected, rowCount: rows.count, file: file)
  }
}

extension DataTable.Column {
  /// Makes a column of numbers; NaN marks a missing cell.
  public init(name: String, values: [Double]) {
    self.init(name: name, cells: .numeric(values), firstText: nil)
  }

  /// Makes a column of texts; `nil` marks a missing cell.
  public init(name: String, texts: [String?]) {
    var collector = TextCollector(capacity: texts.count)
    for text in texts { collector.append(text) }
    self.init(name: name, cells: .text(codes: collector.codes, levels: collector.levels), firstText: nil)
  }

  /// The number of cells.
  public var count: Int {
    switch cells {
    case .numeric(let values): values.count
    case .text(let codes, _): codes.count
    }
  }

  /// Whether the cells are numbers.
  public var isNumeric: Bool {
    if case .numeric = cells { true } else { false }
  }

  /// The number of missing cells.
  public var missingCount: Int {
    switch cells {
    case .numeric(let values): values.count { $0.isNaN }
    case .text(let codes, _): codes.count { $0 < 0 }
    }
  }

  /// The texts of the cells, `nil` for missing; numbers are spelled as briefly as possible.
  public var texts: [String?] {
    switch cells {
    case .numeric(let values): values.map { $0.isNaN ? nil : DataTable.spelled($0) }
    case .text(let codes, let levels): codes.map { $0 < 0 ? nil : levels[Int($0)] }
    }
  }

  /// The error for using this column as numbers.
  var notNumeric: DataError {
    guard let cell = firstText else {
      return DataError(.textColumn, "\(name) holds text, not numbers.", variable: name)
    }
    if cell.isInfinite {
      return DataError(
        .infiniteValue, "\(name) holds \(quoted(cell.text)), which is not a finite number.", line: cell.line,
        column: cell.column, variable: name,
        hint: "If it marks a missing value, add --na \(quoted(cell.text)).")
    }
    let hint =
      DecimalNumber.read(cell.text) == nil
      ? "If it marks a missing value, add --na \(quoted(cell.text))."
      : "Its decimal mark is not that of the other numbers; write all alike, and do not group thousands."
    return DataError(
      .textColumn, "\(name) holds \(quoted(cell.text)), which is not a number.", line: cell.line,
      column: cell.column, variable: name, hint: hint)
  }
}

/// Distinct texts in order of first appearance, and a code per cell.
struct TextCollector {
  private(set) var codes: [Int32] = []
  private(set) var levels: [String] = []
  private var known: [String: Int32] = [:]

  init(capacity: Int) { codes.reserveCapacity(capacity) }

  /// Forgets the cells, not the levels.
  mutating func removeCodes() { codes.removeAll(keepingCapacity: true) }

  /// Adds a cell; `nil` for a missing one.
  mutating func append(_ text: String?) {
    guard let text else {
      codes.append(-1)
      return
    }
    if let code = known[text] {
      codes.append(code)
    } else {
      let code = Int32(levels.count)
      known[text] = code
      levels.append(text)
      codes.append(code)
    }
  }
}
