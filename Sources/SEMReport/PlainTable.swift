/// A table of text with aligned columns: the first columns to the left, numbers to the right.
///
/// Where the page is too narrow for all columns, they come in panels under each other, each with the names; where names
/// take more than half of the page, they stand on lines of their own.
struct PlainTable {
  /// The headings.
  var header: [String]
  /// The cells, a row as long as the header.
  var rows: [[String]] = []
  /// How many columns are aligned to the left.
  var leftCount = 1
  /// The columns before which a panel would best begin.
  var breaks: [Int] = []

  /// The lines, each indented by two spaces and none wider than the page.
  ///
  /// - Parameter width: The columns of the page; `nil` for as many as the table takes.
  func lines(width: Int? = nil) -> [String] {
    let all = ([header] + rows).map { $0.map(\.printable) }
    let widths = header.indices.map { column in
      all.reduce(0) { column < $1.count ? max($0, $1[column].displayWidth) : $0 }
    }
    let names = (0..<leftCount).reduce(1) { $0 + 2 + widths[$1] }
    let total = (leftCount..<header.count).reduce(names) { $0 + 1 + widths[$1] }
    guard let width, total > width else { return all.map { line($0, header.indices, widths, names: true) } }
    guard names <= width / 2 else { return stacked(all, widths, width) }
    var result: [String] = []
    for panel in panels(widths, room: width - names) {
      if !result.isEmpty { result.append("") }
      result += all.map { line($0, panel, widths, names: true) }
    }
    return result
  }

  /// Runs of columns of numbers that fit beside each other, begun anew at ``breaks`` where they do not.
  private func panels(_ widths: [Int], room: Int) -> [Range<Int>] {
    let ends = breaks.filter { $0 > leftCount && $0 < header.count } + [header.count]
    func size(_ range: Range<Int>) -> Int { range.reduce(0) { $0 + 1 + widths[$1] } }
    var result: [Range<Int>] = []
    var start = leftCount
    for end in ends {
      if let last = result.last, size(last.lowerBound..<end) <= room {
        result[result.count - 1] = last.lowerBound..<end
      } else {
        // One after the other where even a part is too wide.
        for column in start..<end {
          if column > start, let last = result.last, size(last.lowerBound..<(column + 1)) <= room {
            result[result.count - 1] = last.lowerBound..<(column + 1)
          } else {
            result.append(column..<(column + 1))
          }
        }
      }
      start = end
    }
    return result
  }

  private func line(_ row: [String], _ columns: Range<Int>, _ widths: [Int], names: Bool) -> String {
    var line = " "
    if names {
      for column in 0..<leftCount where column < row.count {
        line += " " + row[column].paddedRight(to: widths[column]) + " "
      }
    }
    for column in columns where column >= leftCount && column < row.count {
      line += " " + row[column].paddedLeft(to: widths[column])
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// Names on lines of their own above their numbers.
  private func stacked(_ rows: [[String]], _ widths: [Int], _ width: Int) -> [String] {
    let parts = panels(widths, room: width - 4)
    return rows.flatMap { row -> [String] in
      guard row.contains(where: { !$0.isEmpty }) else { return [""] }
      let names = row.prefix(leftCount).filter { !$0.isEmpty }.joined(separator: "  ")
      var lines: [String] = []
      if !names.isEmpty {
        for (number, text) in names.wrapped(to: width - 2, continuation: width - 4).enumerated() {
          lines.append(.spaces(number == 0 ? 2 : 4) + text)
        }
      }
      for part in parts {
        let text = line(row, part, widths, names: false)
        if !text.isEmpty { lines.append("  " + text) }
      }
      return lines
    }
  }
}
