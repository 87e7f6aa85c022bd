extension Unicode.Scalar {
  /// The blocks whose characters take two columns in a terminal (East Asian Width W and F, Unicode Annex 11), each
  /// range to the end of its block.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
    0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
  ]

  /// The columns that the scalar takes by itself: 0, 1 or 2.
  fileprivate var displayWidth: Int {
    if value < 0x300 { return value == 0xAD ? 0 : 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // Jamo that complete a syllable stand in the columns of its first letter.
    if (0x1160...0x11FF).contains(value) { return 0 }
    if properties.isEmojiPresentation { return 2 }
    return Self.wideRanges.contains { $0.contains(value) } ? 2 : 1
  }
}

extension Character {
  /// The columns that the character takes in a terminal or a monospaced font.
  var displayWidth: Int {
    if isASCII { return 1 }
    let widest = unicodeScalars.reduce(0) { max($0, $1.displayWidth) }
    // U+FE0F asks for the colourful, wide form of a symbol.
    return unicodeScalars.contains("\u{FE0F}") ? 2 : widest
  }
}

extension String {
  /// The columns that the text takes in a terminal or a monospaced font; Chinese characters take two.
  var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

  /// The text with characters that would move the cursor replaced, so that no name can break a line or a terminal.
  var printable: String {
    guard unicodeScalars.contains(where: Self.movesCursor) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars { result.append(Self.movesCursor(scalar) ? "\u{FFFD}" : scalar) }
    return String(result)
  }

  private static func movesCursor(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
  }

  /// The text with spaces behind it up to a number of columns.
  func paddedRight(to columns: Int) -> String { self + Self.spaces(columns - displayWidth) }

  /// The text with spaces before it up to a number of columns.
  func paddedLeft(to columns: Int) -> String { Self.spaces(columns - displayWidth) + self }

  /// A run of spaces; none for a count below 1.
  static func spaces(_ count: Int) -> String { String(repeating: " ", count: count > 0 ? count : 0) }

  /// The longest beginning that fits into some columns.
  func prefix(columns: Int) -> String {
    var room = columns
    return String(
      prefix { character in
        room -= character.displayWidth
        return room >= 0
      })
  }

  /// The longest end that fits into some columns.
  func suffix(columns: Int) -> String {
    var room = columns
    var start = endIndex
    while start > startIndex {
      let previous = index(before: start)
      room -= self[previous].displayWidth
      if room < 0 { break }
      start = previous
    }
    return String(self[start...])
  }

  /// The text broken into lines of at most some columns: at spaces, and between Chinese characters.
  ///
  /// - Parameters:
  ///   - columns: The room; at least 8 is used.
  ///   - continuation: The room of the second and later lines, where it differs.
  func wrapped(to columns: Int, continuation: Int? = nil) -> [String] {
    var lines: [String] = []
    var line = ""
    var room: Int { Swift.max(lines.isEmpty ? columns : continuation ?? columns, 8) }
    for (part, follows) in breakable {
      var word = part
      let gap = follows ? "" : " "
      if !line.isEmpty, line.displayWidth + gap.count + word.displayWidth <= room {
        line += gap + word
        continue
      }
      if !line.isEmpty {
        lines.append(line)
        line = ""
      }
      while word.displayWidth > room {
        let head = word.prefix(columns: room)
        lines.append(head)
        word.removeFirst(head.count)
      }
      line = word
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }
}

extension String {
  /// The pieces between which a line may be broken, each with whether it follows the one before without a space.
  fileprivate var breakable: [(text: String, follows: Bool)] {
    var pieces: [(text: String, follows: Bool)] = []
    for word in split(separator: " ", omittingEmptySubsequences: true) {
      var piece = ""
      var follows = false
      for character in word {
        let isWide = character.displayWidth == 2
        if let last = piece.last, isWide || last.displayWidth == 2, !last.opens, !character.closes {
          pieces.append((piece, follows))
          piece = ""
          follows = true
        }
        piece.append(character)
      }
      pieces.append((piece, follows))
    }
    return pieces
  }
}

extension Character {
  /// Whether no line may end with the character.
  fileprivate var opens: Bool { "\u{FF08}\u{300A}\u{201C}\u{2018}\u{3010}([".contains(self) }
  /// Whether no line may begin with the character.
  fileprivate var closes: Bool {
    "\u{FF0C}\u{3002}\u{3001}\u{FF1B}\u{FF1A}\u{FF1F}\u{FF01}\u{FF09}\u{300B}\u{201D}\u{2019}\u{3011})],.;:%"
      .contains(self)
  }
}

/// Names cut to some columns, no two of them alike.
struct ShortNames {
  private var shortened: [String: String] = [:]

  /// - Parameters:
  ///   - names: Every name that a reader may have to tell apart.
  ///   - columns: The room. A name that cannot be cut without being taken for another keeps its length.
  init(_ names: some Sequence<String>, columns: Int) {
    let names = names.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    var taken = Set(names.filter { $0.displayWidth <= columns })
    for name in names where name.displayWidth > columns {
      let candidates = Self.tails(columns).map { tail in
        name.prefix(columns: columns - 1 - tail) + "…" + name.suffix(columns: tail)
      }
      if columns >= 5, let free = candidates.first(where: { !taken.contains($0) }) {
        taken.insert(free)
        shortened[name] = free
      }
    }
  }

  /// The lengths of ends to try: a third of the room first, since names often differ in their last character.
  private static func tails(_ columns: Int) -> [Int] {
    let longest = max(columns - 2, 0)
    let first = columns / 3
    return [first] + (0...longest).filter { $0 != first }.sorted { abs($0 - first) < abs($1 - first) }
  }

  /// The name as it is to be shown.
  subscript(_ name: String) -> String { shortened[name] ?? name }
}
