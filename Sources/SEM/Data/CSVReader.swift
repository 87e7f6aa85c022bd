/// Reads delimited text into a ``DataTable`` in one pass over the bytes; columns that turn out to be text are collected in
/// a second.
struct CSVReader {
  private var bytes: UnsafeBufferPointer<UInt8>
  private let missing: MissingCodes
  private let hasHeader: Bool
  private let dialect: CSVDialect
  private var mark: UInt8
  private var isMarkDecided: Bool
  private(set) var names: [String] = []
  /// The numbers of the rows read, NaN for missing cells and for text.
  private(set) var values: [[Double]] = []
  private(set) var firstText: [DataTable.TextCell?] = []
  private(set) var rowCount = 0
  /// The column whose cells are collected as text too, while a text is read in parts.
  private(set) var labelColumn: Int?
  /// The labels of the rows read.
  private(set) var labels = TextCollector(capacity: 0)

  /// Prepares to read UTF-8 text without NUL bytes.
  init(_ bytes: UnsafeBufferPointer<UInt8>, options: CSVOptions) {
    self.bytes = bytes
    missing = MissingCodes(options.missingCodes)
    hasHeader = options.hasHeader
    dialect = CSVDialect(bytes, delimiter: options.delimiter)
    mark = options.decimalMark?.rawValue ?? 0x2E
    isMarkDecided = options.decimalMark != nil || dialect.delimiter == 0x2C
  }

  /// The line of the text at which its rows begin, counted from 1.
  var firstLine: Int { dialect.line }

  private static let noData = DataError(
    .emptyFile, "There is no data: the file is empty or holds blank lines only.",
    hint:
      "Save or export it again as CSV: the names of the variables in the first line, then one line per case.")

  /// Reads everything.
  mutating func table() throws(DataError) -> DataTable {
    var scanner = CSVScanner(bytes, delimiter: dialect.delimiter, position: dialect.start, line: dialect.line)
    guard scanner.skipBlankLines() else {
      throw Self.noData
    }
    try readNames(&scanner)
    firstText = Array(repeating: nil, count: names.count)
    let firstRow = (position: scanner.position, line: scanner.line)
    let capacity = rowEstimate(from: firstRow.position)
    values = names.map { _ in
      var column: [Double] = []
      column.reserveCapacity(capacity)
      return column
    }
    while scanner.skipBlankLines() {
      try readRow(&scanner)
      rowCount += 1
    }
    guard rowCount > 0 else {
      throw DataError(
        .noRows, "There is a header with \(counted(names.count, "name")) but no row of data below it.")
    }
    let texts = try textColumns(from: firstRow)
    let columns = names.indices.map { index in
      DataTable.Column(
        name: names[index], cells: texts[index] ?? .numeric(values[index]), firstText: firstText[index])
    }
    return DataTable(checked: columns, rowCount: rowCount, file: nil)
  }

  // MARK: A part of a text

  /// Reads what is complete of the next part of a text whose parts come one by one; begins with the names.
  ///
  /// A row that reaches the end of the part may go on in the next, which must begin with it.
  /// - Parameters:
  ///   - part: The part, from where the rows begin that have not been read.
  ///   - line: The line of the text at the part's start, counted from 1; moved to where reading ended.
  ///   - isLast: Whether nothing follows.
  ///   - labelVariable: A column whose cells are wanted as ``labels``; said with the first part.
  /// - Returns: The number of bytes that are read.
  mutating func readRows(
    _ part: UnsafeBufferPointer<UInt8>, line: inout Int, isLast: Bool, labelVariable: String? = nil
  ) throws(DataError) -> Int {
    bytes = part
    var scanner = CSVScanner(part, delimiter: dialect.delimiter, position: 0, line: line)
    if names.isEmpty {
      scanner.position = dialect.start
      guard scanner.skipBlankLines() else {
        throw Self.noData
      }
      try readNames(&scanner)
      values = Array(repeating: [], count: names.count)
      firstText = Array(repeating: nil, count: names.count)
      if let labelVariable {
        labelColumn = names.firstIndex(of: labelVariable)
        if labelColumn == nil { throw .unknownVariable(labelVariable, in: names) }
      }
    }
    var before = scanner
    while scanner.skipBlankLines() {
      before = scanner
      let decision = (mark, isMarkDecided)
      var failure: DataError?
      do { try readRow(&scanner) } catch { failure = error }
      // What ends with the part, or fails near its end, may be a row that is cut.
      let isCut =
        scanner.position >= part.count || (failure != nil && part.count - before.position < Self.margin)
      if isCut, !isLast {
        (mark, isMarkDecided) = decision
        for column in values.indices where values[column].count > rowCount {
          values[column].removeLast(values[column].count - rowCount)
        }
        for column in firstText.indices where (firstText[column]?.line ?? 0) >= before.line {
          firstText[column] = nil
        }
        scanner = before
        break
      }
      if let failure { throw failure }
      if let labelColumn { try addLabel(of: before, column: labelColumn) }
      rowCount += 1
      before = scanner
    }
    line = scanner.line
    return scanner.position
  }

  /// Forgets the rows read; keeps names, marks and memory.
  mutating func removeRows() {
    for column in values.indices { values[column].removeAll(keepingCapacity: true) }
    labels.removeCodes()
    rowCount = 0
  }

  /// Collects the label of the row at which a scanner stands.
  private mutating func addLabel(of row: CSVScanner, column: Int) throws(DataError) {
    var scanner = row
    for place in 0..<column { _ = try scanner.nextCell(column: place) }
    let cell = try scanner.nextCell(column: column)
    let isMissing = missing.marks(bytes[cell.start..<cell.end]) || isMissingNumber(cell)
    labels.append(isMissing ? nil : scanner.text(of: cell))
  }

  /// The most bytes of a row for which an error near the end of a part waits for the next part.
  private static let margin = 1 << 20

  // MARK: Header

  /// Reads the header, or names the columns `V1`, `V2`, … and leaves the scanner at the first row.
  private mutating func readNames(_ scanner: inout CSVScanner) throws(DataError) {
    let line = scanner.line
    var ahead = scanner
    let cells = try ahead.row()
    guard hasHeader else {
      names = cells.indices.map { "V\($0 + 1)" }
      return
    }
    if cells.allSatisfy({ DecimalNumber.read($0) != nil }) {
      throw DataError(
        .missingHeader, "The first line should hold the names of the variables but holds numbers only.",
        line: line,
        hint:
          "If the file has no line of names, say so (--no-header); the columns are then named V1, V2 and so on."
      )
    }
    scanner = ahead
    names = Self.namingEmpty(cells)
    try DataTable.requireUnique(names, line: line)
  }

  /// Names the columns that the header leaves empty: `X`, `X.1`, `X.2`, … as R does (row names have no heading).
  private static func namingEmpty(_ cells: [String]) -> [String] {
    var taken = Set(cells)
    var number = 0
    return cells.map { cell in
      guard cell.isEmpty else { return cell }
      var name = "X"
      while taken.contains(name) {
        number += 1
        name = "X.\(number)"
      }
      taken.insert(name)
      return name
    }
  }

  /// An upper bound for the number of rows: as many as line ends, no more than the bytes can hold.
  private func rowEstimate(from start: Int) -> Int {
    var feeds = 0
    var returns = 0
    for byte in bytes[start...] {
      feeds &+= byte == 0x0A ? 1 : 0
      returns &+= byte == 0x0D ? 1 : 0
    }
    return Swift.min(Swift.max(feeds, returns) + 1, (bytes.count - start) / Swift.max(1, names.count) + 1)
  }

  // MARK: Rows

  private mutating func readRow(_ scanner: inout CSVScanner) throws(DataError) {
    let line = scanner.line
    var column = 0
    while true {
      guard column < names.count else {
        throw try raggedRow(cellCount: column + scanner.row().count, line: line)
      }
      let isLast: Bool
      if case .number(let value, let end, let hasMark) = DecimalNumber.read(
        bytes, at: scanner.position, mark: mark),
        scanner.isCellEnd(end)
      {
        values[column].append(missing.marks(value) ? .nan : value)
        if hasMark { isMarkDecided = true }
        isLast = scanner.endCell(at: end)
      } else {
        isLast = try readOtherCell(&scanner, column: column)
      }
      column += 1
      if isLast { break }
    }
    if column < names.count { throw raggedRow(cellCount: column, line: line) }
  }

  /// Reads a cell that is not simply a number between delimiters; true when it ends the row.
  private mutating func readOtherCell(_ scanner: inout CSVScanner, column: Int) throws(DataError) -> Bool {
    let line = scanner.line
    let cell = try scanner.nextCell(column: column)
    let content = bytes[cell.start..<cell.end]
    if missing.marks(content) {
      values[column].append(.nan)
      return cell.isLastInRow
    }
    var reading = number(cell, mark: mark)
    if case .none = reading, !isMarkDecided,
      case .number(let value, let end, let hasMark) = number(cell, mark: 0x2C)
    {
      if hasMark { mark = 0x2C }
      reading = .number(value, end: end, hasMark: hasMark)
    }
    switch reading {
    case .number(let value, _, let hasMark):
      if hasMark { isMarkDecided = true }
      values[column].append(missing.marks(value) ? .nan : value)
      return cell.isLastInRow
    case .overflow, .none:
      values[column].append(.nan)
      if firstText[column] == nil {
        let text = scanner.text(of: cell)
        var isInfinite = Self.infinities.contains(text.lowercased())
        if case .overflow = reading { isInfinite = true }
        firstText[column] = DataTable.TextCell(
          line: line, column: column + 1, text: text, isInfinite: isInfinite)
      }
      return cell.isLastInRow
    }
  }

  private static let infinities: Set<String> = ["inf", "-inf", "+inf", "infinity", "-infinity", "+infinity"]

  /// Reads the whole content of a cell as a number.
  private func number(_ cell: CSVScanner.Cell, mark: UInt8) -> DecimalNumber.Reading {
    let reading = DecimalNumber.read(
      UnsafeBufferPointer(rebasing: bytes[..<cell.end]), at: cell.start, mark: mark)
    switch reading {
    case .number(_, let end, _), .overflow(let end): return end == cell.end ? reading : .none
    case .none: return .none
    }
  }

  private func raggedRow(cellCount: Int, line: Int) -> DataError {
    let column = Swift.min(cellCount, names.count) + 1
    let expected =
      hasHeader ? "the header has \(counted(names.count, "name"))" : "the first row has \(names.count)"
    let hint: String
    if cellCount > names.count, hasHeader, rowCount == 0 {
      hint = "If the first column holds row names, give it a heading too."
    } else if cellCount > names.count {
      hint = "A cell that contains the delimiter must be in quotes."
    } else {
      hint = "Leave a missing cell empty, but write its delimiter."
    }
    return DataError(
      .raggedRow, "This row has \(counted(cellCount, "cell")), but \(expected).", line: line, column: column,
      hint: hint)
  }

  // MARK: Text columns

  /// Goes over the rows again and collects the cells of the columns that hold text.
  private func textColumns(from start: (position: Int, line: Int)) throws(DataError) -> [Int: DataTable.Cells]
  {
    let wanted = names.indices.filter { firstText[$0] != nil }
    guard let last = wanted.last else { return [:] }
    var collectors = wanted.map { _ in TextCollector(capacity: rowCount) }
    var scanner = CSVScanner(bytes, delimiter: dialect.delimiter, position: start.position, line: start.line)
    while scanner.skipBlankLines() {
      var column = 0
      var next = 0
      while true {
        let cell = try scanner.nextCell(column: column)
        if column <= last, column == wanted[next] {
          let isMissing = missing.marks(bytes[cell.start..<cell.end]) || isMissingNumber(cell)
          collectors[next].append(isMissing ? nil : scanner.text(of: cell))
          next += 1
        }
        column += 1
        if cell.isLastInRow { break }
      }
    }
    var result: [Int: DataTable.Cells] = [:]
    for (index, column) in wanted.enumerated() {
      result[column] = .text(codes: collectors[index].codes, levels: collectors[index].levels)
    }
    return result
  }

  private func isMissingNumber(_ cell: CSVScanner.Cell) -> Bool {
    guard !missing.numbers.isEmpty, case .number(let value, _, _) = number(cell, mark: mark) else {
      return false
    }
    return missing.marks(value)
  }
}
