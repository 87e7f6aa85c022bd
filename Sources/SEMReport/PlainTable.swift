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

  private static func width(_ text: String) -> Int { text.reduce(0) { $0 + $1.displayWidth } }
}
