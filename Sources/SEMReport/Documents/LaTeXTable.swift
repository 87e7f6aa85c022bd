internal import SEMStudy

/// A table in LaTeX: `tabular` in a float, `longtable` where it may not fit on a page, on its side where it is too wide.
struct LaTeXTable {
  private let table: DocumentTable
  private let words: DocumentPage
  private let isNumeric: [Bool]
  private let printed: [[(text: CellText, padding: String)]]
  private let widths: [Int]

  /// Rows from which on a table is not kept on one page.
  private static let longRows = 36
  // In points: the room of a page, upright and on its side; a character of `\small`; what stands between columns.
  private static let uprightWidth = 452
  private static let sideWidth = 690
  private static let character = 5.3
  private static let gap = 12
  /// Columns of words are wrapped from this many characters on.
  private static let widestWords = 30

  init(_ table: DocumentTable, _ words: DocumentPage) {
    self.table = table
    self.words = words
    isNumeric = table.columns.indices.map { table.isNumeric(column: $0) }
    printed = table.printed(words.language, words.document.style)
    let rows = table.rows.indices.filter { table.rows[$0].role != .heading }
    widths = table.columns.indices.map { [printed, isNumeric] column in
      let cells = rows.map { printed[$0][column].text.text.displayWidth + printed[$0][column].padding.count }
      let heading = words(table.columns[column].heading).displayWidth
      let most = isNumeric[column] ? Int.max : Self.widestWords
      return Int(Double(min(max(cells.max() ?? 0, heading, 3), most)) * Self.character)
    }
  }

  /// The width in points of type of 10 points.
  private var total: Int { widths.reduce(-Self.gap) { $0 + $1 + Self.gap } }

  var lines: [String] {
    let isOnSide = total > Self.uprightWidth
    let room = isOnSide ? Self.sideWidth : Self.uprightWidth
    let parts = table.parts(fitting: room, widths: widths, gap: Self.gap).map { LaTeXTable($0, words) }
    let caption = "\\caption{\(words(table.title).latex)}\\label{tab:\(table.id.latexName)}"
    let notes = words.notes(table.notes).map(\.latex)
    var lines: [String] = []
    if table.rows.count > Self.longRows || isOnSide {
      lines = ["\\begingroup\\small"]
      for (number, part) in parts.enumerated() { lines += part.long(number == 0 ? caption : nil) }
      lines += notes.map { "{\\footnotesize\\noindent \($0)\\par}" } + ["\\endgroup"]
    } else {
      let isNarrow = total < Self.uprightWidth / 2
      lines = ["\\begin{table}[H]", "\\centering\\small"]
      if isNarrow { lines.append(caption) } else { lines += ["\\begin{threeparttable}", caption] }
      lines += ["\\begin{tabular}{\(specification)}", "\\toprule"] + head + ["\\midrule"] + rows
      lines += ["\\bottomrule", "\\end{tabular}"]
      if isNarrow {
        // Notes as narrow as the table would be hard to read.
        lines += notes.map { "\\par\\smallskip\\parbox{.8\\linewidth}{\\footnotesize \($0)}" }
      } else {
        if !notes.isEmpty {
          lines +=
            ["\\begin{tablenotes}[flushleft]"] + notes.map { "\\item {}\($0)" } + ["\\end{tablenotes}"]
        }
        lines.append("\\end{threeparttable}")
      }
      lines.append("\\end{table}")
    }
    return isOnSide ? ["\\begin{landscape}"] + lines + ["\\end{landscape}"] : lines
  }

  private func long(_ caption: String?) -> [String] {
    ["\\begin{longtable}{\(specification)}"] + (caption.map { [$0 + "\\\\"] } ?? []) + ["\\toprule"] + head
      + ["\\midrule", "\\endfirsthead", "\\toprule"] + head + ["\\midrule", "\\endhead"]
      + ["\\bottomrule", "\\endlastfoot"] + rows + ["\\end{longtable}"]
  }

  private var specification: String {
    let columns = table.columns.indices.map { column in
      if isNumeric[column] { return "r" }
      guard widths[column] >= Int(Double(Self.widestWords) * Self.character) else { return "l" }
      return
        ">{\\raggedright\\arraybackslash}p{\(TextNumber.fixed(Double(Self.widestWords) * Self.character, 0))pt}"
    }
    return "@{}" + columns.joined() + "@{}"
  }

  private var head: [String] {
    var lines: [String] = []
    if table.columns.contains(where: { $0.group != nil }) {
      var cells: [String] = []
      var rules: [String] = []
      var index = 0
      while index < table.columns.count {
        var end = index + 1
        guard let group = table.columns[index].group else {
          cells.append("")
          index = end
          continue
        }
        while end < table.columns.count, table.columns[end].group == group { end += 1 }
        cells.append("\\multicolumn{\(end - index)}{c}{\(words(group).latex)}")
        rules.append("\\cmidrule(lr){\(index + 1)-\(end)}")
        index = end
      }
      lines += [cells.joined(separator: " & ") + " \\\\", rules.joined()]
    }
    let cells = table.columns.indices.map { column in
      let text = words(table.columns[column].heading).latex
      return
        "\\multicolumn{1}{\(isNumeric[column] ? (column == 0 ? "@{}r" : "r") : (column == 0 ? "@{}l" : "l"))"
        + (column == table.columns.count - 1 ? "@{}" : "") + "}{\(text)}"
    }
    return lines + [cells.joined(separator: " & ") + " \\\\"]
  }

  private var rows: [String] {
    table.rows.indices.flatMap { number -> [String] in
      let row = table.rows[number]
      if row.role == .heading {
        return (number > 0 ? ["\\addlinespace"] : [])
          + [
            "\\multicolumn{\(table.columns.count)}{@{}l}{\\textit{\(printed[number][0].text.text.latex)}} \\\\"
          ]
      }
      let cells = table.columns.indices.map { cell(row.cells[$0], printed[number][$0]) }
      let isFirstTotal = row.role == .total && number > 0 && table.rows[number - 1].role != .total
      return (isFirstTotal ? ["\\midrule"] : []) + [cells.joined(separator: " & ") + " \\\\"]
    }
  }

  private func cell(_ cell: DocumentCell, _ printed: (text: CellText, padding: String)) -> String {
    var text = printed.text.text.latex
    if printed.text.isNumeric { text = text.replacing("-", with: "\\ensuremath{-}") }
    if text.isEmpty { return text }
    if cell.isBold { text = "\\textbf{\(text)}" } else if cell.isFlagged { text = "\\textit{\(text)}" }
    return text + (printed.padding.isEmpty ? "" : "\\hphantom{\(printed.padding.latex)}")
  }
}
