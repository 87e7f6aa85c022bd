/// Walks over the cells of delimited text by RFC 4180, and over its lines ended by LF, CR LF or CR.
///
/// White space around an unquoted cell, and around the quotes of a quoted one, is not part of the cell. A quote inside an
/// unquoted cell is an ordinary character.
struct CSVScanner {
  /// A cell: the bytes of its content and what ended it.
  struct Cell {
    var start: Int
    var end: Int
    var isQuoted = false
    var hasDoubledQuotes = false
    var isLastInRow: Bool
  }

  let bytes: UnsafeBufferPointer<UInt8>
  let delimiter: UInt8
  /// Where the next cell starts.
  var position: Int
  /// The line of the file at `position`, counted from 1.
  var line: Int

  static let quote: UInt8 = 0x22
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D

  init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8, position: Int = 0, line: Int = 1) {
    self.bytes = bytes
    self.delimiter = delimiter
    self.position = position
    self.line = line
  }

  /// Whether a byte is a blank that may stand around a cell.
  @inline(__always)
  func isBlank(_ byte: UInt8) -> Bool { (byte == 0x20 || byte == 0x09) && byte != delimiter }

  /// Goes past blank lines; false at the end of the text.
  mutating func skipBlankLines() -> Bool {
    var next = position
    while next < bytes.count {
      let byte = bytes[next]
      if byte == Self.lineFeed || byte == Self.carriageReturn {
        next = endLine(at: next)
        position = next
      } else if isBlank(byte) {
        next += 1
      } else {
        return true
      }
    }
    position = bytes.count
    return false
  }

  /// Counts the line that ends at a position and returns where the next one starts.
  @inline(__always)
  mutating func endLine(at position: Int) -> Int {
    line += 1
    let isPair =
      bytes[position] == Self.carriageReturn && position + 1 < bytes.count
      && bytes[position + 1] == Self.lineFeed
    return position + (isPair ? 2 : 1)
  }

  /// Ends a cell at a position where a delimiter, a line end or the end of the text stands; true when the row ends too.
  @inline(__always)
  mutating func endCell(at end: Int) -> Bool {
    if end >= bytes.count {
      position = bytes.count
      return true
    }
    if bytes[end] == delimiter {
      position = end + 1
      return false
    }
    position = endLine(at: end)
    return true
  }

  /// Whether a cell may end at a position.
  @inline(__always)
  func isCellEnd(_ position: Int) -> Bool {
    if position >= bytes.count { return true }
    let byte = bytes[position]
    return byte == delimiter || byte == Self.lineFeed || byte == Self.carriageReturn
  }

  /// Reads the next cell of the row.
  ///
  /// - Throws: ``DataError/Code/malformedQuote``.
  mutating func nextCell(column: Int) throws(DataError) -> Cell {
    var start = position
    while start < bytes.count, isBlank(bytes[start]) { start += 1 }
    if start < bytes.count, bytes[start] == Self.quote {
      return try quotedCell(from: start + 1, column: column)
    }
    var end = start
    while !isCellEnd(end) { end += 1 }
    var contentEnd = end
    while contentEnd > start, isBlank(bytes[contentEnd - 1]) { contentEnd -= 1 }
    return Cell(start: start, end: contentEnd, isLastInRow: endCell(at: end))
  }

  private mutating func quotedCell(from start: Int, column: Int) throws(DataError) -> Cell {
    let firstLine = line
    var hasDoubledQuotes = false
    var end = start
    while true {
      guard end < bytes.count else {
        throw DataError(
          .malformedQuote, "A quoted cell begins here and is never closed.", line: firstLine,
          column: column + 1,
          hint: "Add the closing quote; a quote inside a quoted cell is written twice.")
      }
      let byte = bytes[end]
      if byte == Self.quote {
        guard end + 1 < bytes.count, bytes[end + 1] == Self.quote else { break }
        hasDoubledQuotes = true
        end += 2
      } else if byte == Self.lineFeed || byte == Self.carriageReturn {
        end = endLine(at: end)
      } else {
        end += 1
      }
    }
    var after = end + 1
    while after < bytes.count, isBlank(bytes[after]) { after += 1 }
    guard isCellEnd(after) else {
      var stop = after
      while !isCellEnd(stop), stop < after + 200 { stop += 1 }
      let rest = String(decoding: bytes[after..<stop], as: UTF8.self)
      throw DataError(
        .malformedQuote, "\(quoted(rest)) follows the closing quote of a cell.", line: line,
        column: column + 1,
        hint: "A quote inside a quoted cell is written twice.")
    }
    return Cell(
      start: start, end: end, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes,
      isLastInRow: endCell(at: after))
  }

  /// The content of a cell.
  func text(of cell: Cell) -> String {
    let content = UnsafeBufferPointer(rebasing: bytes[cell.start..<cell.end])
    guard cell.hasDoubledQuotes else { return String(decoding: content, as: UTF8.self) }
    var single: [UInt8] = []
    var index = 0
    while index < content.count {
      single.append(content[index])
      index += content[index] == Self.quote ? 2 : 1
    }
    return String(decoding: single, as: UTF8.self)
  }

  /// Reads a whole row as texts.
  mutating func row() throws(DataError) -> [String] {
    var texts: [String] = []
    while true {
      let cell = try nextCell(column: texts.count)
      texts.append(text(of: cell))
      if cell.isLastInRow { return texts }
    }
  }
}
