/// A half-open range of characters in a model text, counted from 0.
public struct SourceRange: Sendable, Hashable {
  /// The offset of the first character.
  public var lowerBound: Int
  /// The offset behind the last character.
  public var upperBound: Int

  /// Makes a range; an upper bound below the lower one is raised to it.
  public init(_ lowerBound: Int, _ upperBound: Int) {
    self.lowerBound = lowerBound
    self.upperBound = max(lowerBound, upperBound)
  }

  /// The range of things that no text produced, as those of the Swift model builder.
  public static let none = SourceRange(0, 0)

  /// The smallest range that holds both.
  func union(_ other: SourceRange) -> SourceRange {
    SourceRange(min(lowerBound, other.lowerBound), max(upperBound, other.upperBound))
  }
}

/// A place in a model text, as people count: line and column from 1, in characters.
public struct SourceLocation: Sendable, Hashable {
  /// The line, from 1.
  public var line: Int
  /// The column, from 1, in characters.
  public var column: Int

  /// Makes a place.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A model text cut into characters and lines, so that errors can show the place they speak of.
struct SourceText: Sendable, Hashable {
  /// For each character its ASCII code, or 0 for all others.
  let codes: [UInt8]
  /// The characters, unless each is one ASCII code.
  private let characters: [Character]
  private let lineStarts: [Int]

  init(_ text: String) {
    var starts: [Int] = []
    starts.reserveCapacity(1 + text.utf8.count / 16)
    starts.append(0)
    let bytes = Array(text.utf8)
    var isPlain = true
    for (offset, byte) in bytes.enumerated() {
      // Carriage return and line feed are one character.
      if byte >= 0x80 || byte == 0x0D || byte == 0 { isPlain = false }
      if byte <= 0x0D, byte >= 0x0A { starts.append(offset + 1) }
    }
    if isPlain {
      codes = bytes
      characters = []
    } else {
      characters = Array(text)
      codes = characters.map { $0 == "\r\n" ? 0 : $0.asciiValue ?? 0 }
      starts = [0]
      for (offset, character) in characters.enumerated() where character.isNewline {
        starts.append(offset + 1)
      }
    }
    lineStarts = starts
  }

  /// The number of characters.
  var count: Int { codes.count }

  /// The character at an offset.
  subscript(offset: Int) -> Character {
    characters.isEmpty ? Character(Unicode.Scalar(codes[offset])) : characters[offset]
  }

  /// The characters in a range of offsets.
  subscript(range: Range<Int>) -> String {
    characters.isEmpty ? String(decoding: codes[range], as: UTF8.self) : String(characters[range])
  }

  /// The line and column of a character.
  ///
  /// - Complexity: O(log *lines*).
  func location(of offset: Int) -> SourceLocation {
    var low = 0
    var high = lineStarts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
    }
    return SourceLocation(line: low + 1, column: max(0, offset - lineStarts[low]) + 1)
  }

  /// The text of a line, from 1, without its line break.
  func line(_ number: Int) -> String {
    guard lineStarts.indices.contains(number - 1) else { return "" }
    let start = lineStarts[number - 1]
    let end = number < lineStarts.count ? lineStarts[number] - 1 : count
    return start < end ? self[start..<end] : ""
  }
}

/// The two lines that show a place: a source line and carets under the columns in question.
package enum SourceExcerpt {
  /// How many characters of a long line are shown on either side of the place.
  private static let reach = 60

  /// Renders `line` with carets under the `length` characters from `column` (from 1).
  ///
  /// Wide characters (CJK, Hangul, full-width forms) take two terminal columns, tabs and control characters one.
  package static func render(line: String, column: Int, length: Int) -> String {
    let characters = Array(line)
    let first = min(max(0, column - 1), characters.count)
    let start = max(0, first - reach)
    let end = min(characters.count, first + reach)
    var shown = start > 0 ? "…" : ""
    var padding = start > 0 ? 1 : 0
    var carets = 0
    for index in start..<end {
      let character = characters[index]
      let isPlain = !character.isWhitespace && character.unicodeScalars.allSatisfy { $0.value >= 0x20 }
      shown.append(isPlain || character == "\u{3000}" ? character : " ")
      let width = character.isWhitespace && character != "\u{3000}" ? 1 : displayWidth(character)
      if index < first { padding += width } else if index < first + length { carets += width }
    }
    if end < characters.count { shown += "…" }
    return
      "  \(shown)\n  \(String(repeating: " ", count: padding))\(String(repeating: "^", count: max(1, carets)))"
  }

  /// The number of terminal columns of a character: 2 for East Asian wide and full-width forms and emoji, else 1.
  static func displayWidth(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x3000,
      0xA000...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
      0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }
}
