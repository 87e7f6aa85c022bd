/// A table of text with aligned columns: the first columns to the left, numbers to the right.
///
/// Where the page is too narrow, columns of the highest rank go first, then long names take a line of their own, and at last
/// they are broken.
struct PlainTable {
  /// The headings.
  var header: [String]
  /// The cells, a row as long as the header.
  var rows: [[String]] = []
  /// How many columns are aligned to the left.
  var leftCount = 1
  /// For each column how dispensable it is; 0 for those that stay. Empty where all stay.
  var ranks: [Int] = []

  /// The lines, each indented by two spaces and none wider than the page.
  ///
  /// - Parameter width: The columns of the page; `nil` for as many as the table takes.
  func lines(width: Int? = nil) -> [String] {
    var kept = Array(header.indices)
    let all = ([header] + rows).map { $0.map(\.printable) }
    let widths = header.indices.map { column in
      all.reduce(0) { column < $1.count ? max($0, $1[column].displayWidth) : $0 }
    }
    guard let width else { return all.map { line($0, kept, widths, leftCount) } }
    func total() -> Int { kept.reduce(1) { $0 + 1 + widths[$1] } + leftCount }
    while total() > width, let rank = kept.map({ ranks.isEmpty ? 0 : ranks[$0] }).max(), rank > 0 {
      kept.removeAll { ranks[$0] == rank }
    }
    guard total() > width else { return all.map { line($0, kept, widths, leftCount) } }
    return stacked(all, kept, widths, width)
  }

  private func line(_ row: [String], _ kept: [Int], _ widths: [Int], _ leftCount: Int) -> String {
    var line = " "
    for column in kept where column < row.count {
      line +=
        column < leftCount
        ? " " + row[column].paddedRight(to: widths[column]) + " "
        : " " + row[column].paddedLeft(to: widths[column])
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// Names on lines of their own above their numbers.
  private func stacked(_ rows: [[String]], _ kept: [Int], _ widths: [Int], _ width: Int) -> [String] {
    let numbers = kept.filter { $0 >= leftCount }
    // As many numbers on a line as fit.
    var parts: [[Int]] = [[]]
    var room = width - 4
    for column in numbers {
      if room < widths[column] + 1, parts.last?.isEmpty == false {
        parts.append([])
        room = width - 4
      }
      parts[parts.count - 1].append(column)
      room -= widths[column] + 1
    }
    return rows.flatMap { row -> [String] in
      guard row.contains(where: { !$0.isEmpty }) else { return [""] }
      let names = kept.filter { $0 < leftCount }.map { row[$0] }.filter { !$0.isEmpty }
      var lines = names.joined(separator: "  ").wrapped(to: width - 2, continuation: width - 4).enumerated()
        .map {
          .spaces($0 == 0 ? 2 : 4) + $1
        }
      if names.isEmpty { lines = [] }
      for part in parts {
        let text = line(row, part, widths, 0)
        if !text.isEmpty { lines.append("  " + text) }
      }
      return lines
    }
  }
}
