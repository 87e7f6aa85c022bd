/// A table of text with aligned columns: the first columns to the left, numbers to the right.
struct PlainTable {
  /// The headings.
  var header: [String]
  /// The cells, a row as long as the header.
  var rows: [[String]] = []
  /// How many columns are aligned to the left.
  var leftCount = 1

  /// The lines, each indented by two spaces.
  func lines() -> [String] {
    var widths = header.map(Self.width)
    for row in rows {
      for (index, cell) in row.enumerated() where index < widths.count {
        widths[index] = max(widths[index], Self.width(cell))
      }
    }
    return ([header] + rows).map { row in
      var line = " "
      for (index, cell) in row.enumerated() where index < widths.count {
        let padding = String(repeating: " ", count: widths[index] - Self.width(cell))
        line += index < leftCount ? " " + cell + padding + " " : " " + padding + cell
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// The columns a text takes on a terminal: East Asian wide characters take two.
  static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar.value {
      case 0x0300...0x036F, 0x200B...0x200F: sum
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        sum + 2
      default: sum + 1
      }
    }
  }
}
