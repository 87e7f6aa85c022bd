/// The cells of a small text table: separated by commas, semicolons or bars, else by white space; blank lines left out.
struct MatrixText {
  /// A cell and where it stands.
  struct Cell {
    var text: String
    var line: Int
    var column: Int
    /// The number, with either decimal mark; `nil` when the text is not a number.
    var number: Double? { DecimalNumber.read(text) }
    /// Whether the cell stands for an element that is not given.
    var isMissing: Bool { text.isEmpty || text == "NA" || text == "." || text == "NaN" }
  }

  /// The rows of cells.
  var rows: [[Cell]] = []

  /// Splits UTF-8 text into cells.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) {
    var first = CSVScanner(bytes, delimiter: 0x0A)
    guard first.skipBlankLines() else {
      throw DataError(
        .emptyFile, "There is no data: the text is empty or holds blank lines only.",
        hint: "Write the names of the variables in the first line and the numbers below.")
    }
    let delimiter = Self.delimiter(of: bytes[first.position...])
    if let delimiter {
      var scanner = CSVScanner(bytes, delimiter: delimiter)
      while scanner.skipBlankLines() {
        let line = scanner.line
        rows.append(
          try scanner.row().enumerated().map { Cell(text: $0.element, line: line, column: $0.offset + 1) })
      }
    } else {
      // The delimiter is the blank; a run of blanks separates once.
      var spaced = bytes.map { $0 == 0x09 ? 0x20 : $0 }
      Self.closeRuns(&spaced)
      rows = try spaced.withUnsafeBufferPointer { buffer throws(DataError) in
        var scanner = CSVScanner(buffer, delimiter: 0x20)
        var rows: [[Cell]] = []
        while scanner.skipBlankLines() {
          let line = scanner.line
          let cells = try scanner.row().enumerated().map {
            Cell(text: $0.element, line: line, column: $0.offset + 1)
          }
          if !cells.allSatisfy(\.text.isEmpty) { rows.append(cells) }
        }
        return rows
      }
    }
  }

  /// The delimiter of the first line: a comma, semicolon or bar outside quotes; `nil` for white space.
  private static func delimiter(of text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt8? {
    var isQuoted = false
    var hasComma = false
    for byte in text {
      switch byte {
      case 0x22: isQuoted.toggle()
      case 0x3B where !isQuoted, 0x7C where !isQuoted: return byte
      case 0x2C where !isQuoted: hasComma = true
      case 0x0A where !isQuoted, 0x0D where !isQuoted: return hasComma ? 0x2C : nil
      default: break
      }
    }
    return hasComma ? 0x2C : nil
  }

  /// Removes blanks that repeat, begin a line or end one, outside quotes.
  private static func closeRuns(_ bytes: inout [UInt8]) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var isQuoted = false
    for byte in bytes {
      if byte == 0x22 { isQuoted.toggle() }
      let isLineEnd = byte == 0x0A || byte == 0x0D
      if !isQuoted, isLineEnd { while result.last == 0x20 { result.removeLast() } }
      if !isQuoted, byte == 0x20 {
        guard let last = result.last, last != 0x20, last != 0x0A, last != 0x0D else { continue }
      }
      result.append(byte)
    }
    while result.last == 0x20 { result.removeLast() }
    bytes = result
  }
}

/// A symmetric matrix with the names of its variables, as read from text.
///
/// The text has a line of names, then the full matrix or one triangle of it with the diagonal. The lower triangle has 1, 2,
/// … cells in its rows, the upper one p, p - 1, …; the other triangle may also be left empty or `NA`. A first column
/// of names is recognised. Without a line of names the names must be given, as for lavaan's `getCov`.
public struct NamedMatrix: Sendable, Hashable {
  /// The names, in the order of rows and columns.
  public var names: [String]
  /// For each row, its elements; `nil` where the text gives none.
  var elements: [[Double?]]
  /// The line of each row.
  var lines: [Int]
  /// The file.
  var file: String?

  /// Reads a matrix from a file.
  public init(contentsOf path: String, names: [String]? = nil) throws(DataError) {
    do throws(DataError) {
      let data = try TextFile.contents(of: path)
      try self.init([UInt8](data), names: names)
      file = path
    } catch {
      throw error.inFile(path)
    }
  }

  /// Reads a matrix from text.
  public init(_ text: String, names: [String]? = nil) throws(DataError) {
    try self.init(Array(text.utf8), names: names)
  }

  /// Reads a matrix from the bytes of a text.
  public init(_ bytes: [UInt8], names: [String]? = nil) throws(DataError) {
    let text = try bytes.withUnsafeBufferPointer { raw throws(DataError) in
      try TextDecoding.withUTF8(raw, encoding: nil) { utf8 throws(DataError) in try MatrixText(utf8) }
    }
    try self.init(text, names: names)
  }

  private init(_ text: MatrixText, names given: [String]?) throws(DataError) {
    var rows = text.rows
    let header =
      rows[0].contains { !$0.isMissing && $0.number == nil } && !Self.startsWithName(rows) ? rows[0] : nil
    if header != nil { rows.removeFirst() }
    let hasRowNames =
      !rows.isEmpty && rows.allSatisfy { ($0.first.map { !$0.isMissing && $0.number == nil }) ?? false }
    var headerNames = header?.map(\.text)
    if hasRowNames, let names = headerNames, names.count == rows.count + 1 {
      headerNames = Array(names.dropFirst())
    }
    let rowNames = hasRowNames ? rows.map { $0[0].text } : nil
    if hasRowNames { rows = rows.map { Array($0.dropFirst()) } }
    guard let names = given ?? headerNames ?? rowNames else {
      throw DataError(
        .missingHeader, "The first line should hold the names of the variables but holds numbers.",
        line: rows[0].first?.line, hint: "Add a line of names above the matrix, or give the names.")
    }
    try DataTable.requireUnique(names, line: header?.first?.line)
    if let rowNames, rowNames != names, given == nil {
      let index = zip(rowNames, names).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      let pair = index.map { "row \($0 + 1) is named \(rowNames[$0]), column \($0 + 1) \(names[$0])" }
      throw DataError(
        .mismatchedNames,
        "The names of rows and columns disagree: "
          + (pair ?? "there are \(rowNames.count) rows and \(names.count) columns") + ".",
        line: index.map { text.rows[$0 + (header == nil ? 0 : 1)][0].line })
    }
    self.names = names
    lines = rows.map { $0.first?.line ?? 0 }
    elements = try Self.square(rows, order: names.count, headerLine: header?.first?.line)
  }

  /// Whether the first row is a row of the matrix headed by its name: one name followed by numbers.
  private static func startsWithName(_ rows: [[MatrixText.Cell]]) -> Bool {
    let first = rows[0]
    guard first.count >= 2 else { return false }
    return first.dropFirst().allSatisfy { $0.isMissing || $0.number != nil }
      && first.dropFirst().contains { $0.number != nil }
  }

  /// Lays the rows of a full matrix or of a triangle into a square.
  private static func square(
    _ rows: [[MatrixText.Cell]], order: Int, headerLine: Int?
  ) throws(DataError) -> [[Double?]] {
    guard rows.count == order else {
      throw DataError(
        .matrixShape, "There are \(counted(order, "name")) but \(counted(rows.count, "row")) of the matrix.",
        line: rows.last?.first?.line ?? headerLine,
        hint: "The matrix must be square, in the order of the names; a triangle needs its diagonal.")
    }
    let isLower = rows.indices.allSatisfy { rows[$0].count == $0 + 1 }
    let isUpper = !isLower && rows.indices.allSatisfy { rows[$0].count == order - $0 }
    var result = [[Double?]](repeating: [Double?](repeating: nil, count: order), count: order)
    for (i, row) in rows.enumerated() {
      let expected = isLower ? i + 1 : isUpper ? order - i : order
      // Rows of a lower triangle may also be filled up with some empty cells.
      guard row.count == expected || (row.count < order && row.count > i) else {
        throw DataError(
          .matrixShape,
          "Row \(i + 1) of the matrix has \(counted(row.count, "cell")); the full matrix has \(order) in each row, "
            + "the lower triangle \(i + 1) here.", line: row.first?.line,
          column: Swift.min(row.count, order) + 1)
      }
      for (k, cell) in row.enumerated() where !cell.isMissing {
        guard let value = cell.number else {
          throw DataError(
            .matrixCell, "\(quoted(cell.text)) is not a number.", line: cell.line, column: cell.column)
        }
        result[i][isUpper ? i + k : k] = value
      }
    }
    return result
  }

  /// The full symmetric matrix; an element given twice must agree within a millionth of the scale of its row and column.
  ///
  /// - Throws: ``DataError/Code/matrixCell`` for an element that is not given, ``DataError/Code/asymmetricMatrix``.
  func symmetric() throws(DataError) -> [[Double]] {
    let order = names.count
    var result = [[Double]](repeating: [Double](repeating: 0, count: order), count: order)
    for i in 0..<order {
      for j in 0...i {
        switch (elements[i][j], elements[j][i]) {
        case (let lower?, let upper?):
          let scale = abs((elements[i][i] ?? 0) * (elements[j][j] ?? 0)).squareRoot()
          guard abs(lower - upper) <= 1e-6 * Swift.max(scale, Double.leastNormalMagnitude) else {
            throw DataError(
              .asymmetricMatrix,
              "The matrix is not symmetric: \(names[i]) with \(names[j]) is \(DataTable.spelled(lower)) below the "
                + "diagonal and \(DataTable.spelled(upper)) above it.", line: lines[i], variable: names[i],
              file: file)
          }
          result[i][j] = lower == upper ? lower : (lower + upper) / 2
        case (let value?, nil), (nil, let value?): result[i][j] = value
        case (nil, nil):
          let what = i == j ? "the variance of \(names[i])" : "the element of \(names[i]) and \(names[j])"
          throw DataError(
            .matrixCell, "The matrix lacks \(what).", line: lines[i], column: j + 1, variable: names[i],
            file: file)
        }
        result[j][i] = result[i][j]
      }
    }
    return result
  }
}
