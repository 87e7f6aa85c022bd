internal import SEMStudy

/// A table in LaTeX: `tabular` in a float, `longtable` where it may not fit on a page, on its side where it is too wide.
struct LaTeXTable {
  private let table: DocumentTable
  private let words: DocumentPage
  private let isNumeric: [Bool]
  private let printed: [[(text: CellText, padding: String)]]
  private let widths: [Int]

  /// Lines from which on a table is not kept on one page.
  private static let longLines = 30
  // In points: the room of a page, upright and on its side, and what stands between columns.
  private static let uprightWidth = 452.0
  private static let sideWidth = 690.0
  private static let gap = 12.0
  /// Columns of words are wrapped from this many characters on, headings of numbers from fewer.
  private static let widestWords = 30
  private static let widestHeading = 12
  /// A character of `\small`, in points.
  private let character: Double

  init(_ table: DocumentTable, _ words: DocumentPage) {
    self.table = table
    self.words = words
    character = words.language == .chinese ? 5.6 : 5.3
    isNumeric = table.columns.indices.map { table.isNumeric(column: $0) }
    printed = table.printed(words.language, words.document.style)
    let rows = table.rows.indices.filter { table.rows[$0].role != .heading }
    widths = table.columns.indices.map { [printed, isNumeric] column in
      let cells = rows.map { printed[$0][column].text.text.displayWidth + printed[$0][column].padding.count }
      let heading = words(table.columns[column].heading)
      let word = heading.split(separator: " ").map { String($0).displayWidth }.max() ?? 0
      let least = max(
        heading.displayWidth > Self.widestHeading ? min(word, Self.widestHeading) : 0,
        min(heading.displayWidth, Self.widestHeading), 3)
      let widest = max(cells.max() ?? 0, least)
      return isNumeric[column] ? widest : min(widest, Self.widestWords)
    }
  }

  /// The width in points with type of so many tenths of `\small`.
  private func width(scale: Double = 1) -> Double {
    let text = widths.reduce(0) { $0 + Double($1) }
    return text * character * scale + Double(widths.count - 1) * Self.gap * (scale < 1 ? 2 / 3 : 1)
  }

  /// The lines that the table takes on a page, about.
  private var lineCount: Int {
    table.rows.indices.reduce(0) { sum, number in
      let longest =
        zip(printed[number], widths).map { cell, width in
          (cell.text.text.displayWidth + width - 1) / max(width, 1)
        }.max() ?? 1
      return sum + (table.rows[number].role == .heading ? 1 : max(longest, 1))
    }
  }

  var lines: [String] {
    let isCompact = width() > Self.uprightWidth
    let isOnSide = width(scale: 0.9) > Self.uprightWidth
    let size = isCompact && !isOnSide ? "\\footnotesize\\setlength{\\tabcolsep}{4pt}" : "\\small"
    let caption = "\\caption{\(words(table.title).latex)}\\label{tab:\(table.id.latexName)}"
    let notes = words.notes(table.notes).map(\.latex)
    guard lineCount > Self.longLines || isOnSide else { return floating(size, caption, notes) }
    let parts =
      isOnSide
      ? table.parts(
        fitting: Int(Self.sideWidth), widths: widths.map { Int(Double($0) * character) }, gap: Int(Self.gap))
      : [table]
    var lines = ["\\begingroup\(size)"]
    for (number, part) in parts.enumerated() {
      lines += LaTeXTable(part, words).long(number == 0 ? caption : nil)
    }
    lines += notes.map { "{\\footnotesize\\noindent \($0)\\par}" } + ["\\endgroup"]
    return isOnSide ? ["\\begin{landscape}"] + lines + ["\\end{landscape}"] : lines
  }

  /// A table that stays on one page.
  private func floating(_ size: String, _ caption: String, _ notes: [String]) -> [String] {
    let tabular =
      ["\\begin{tabular}{\(specification)}", "\\toprule"] + head + ["\\midrule"] + rows
      + ["\\bottomrule", "\\end{tabular}"]
    let start = ["\\begin{table}[H]", "\\centering\(size)"]
    if width() < Self.uprightWidth / 2 {
      // Notes as narrow as the table would be hard to read.
      return start + [caption] + tabular
        + notes.map { "\\par\\smallskip\\parbox{.8\\linewidth}{\\footnotesize \($0)}" } + ["\\end{table}"]
    }
    let list =
      notes.isEmpty
      ? [] : ["\\begin{tablenotes}[flushleft]"] + notes.map { "\\item {}\($0)" } + ["\\end{tablenotes}"]
    return start + ["\\begin{threeparttable}", caption] + tabular + list + [
      "\\end{threeparttable}", "\\end{table}",
    ]
  }

  private func long(_ caption: String?) -> [String] {
    ["\\begin{longtable}{\(specification)}"] + (caption.map { [$0 + "\\\\"] } ?? []) + ["\\toprule"] + head
      + ["\\midrule", "\\endfirsthead", "\\toprule"] + head + ["\\midrule", "\\endhead"]
      + ["\\bottomrule", "\\endlastfoot"] + rows + ["\\end{longtable}"]
  }

  private func points(_ characters: Int) -> String { TextNumber.fixed(Double(characters) * character, 0) }

  private var specification: String {
    let columns = table.columns.indices.map { column in
      if isNumeric[column] { return "r" }
      guard widths[column] >= Self.widestWords else { return "l" }
      return
        ">{\\raggedright\\arraybackslash}p{\(points(Self.widestWords))pt}"
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
      let heading = words(table.columns[column].heading)
      // A heading that is wider than its column is wrapped, at the bottom of the line.
      let isWrapped = heading.displayWidth > widths[column]
      let box = "b{\(points(widths[column]))pt}"
      let kind =
        isWrapped
        ? (isNumeric[column] ? ">{\\raggedleft\\arraybackslash}" : ">{\\raggedright\\arraybackslash}") + box
        : isNumeric[column] ? "r" : "l"
      let edges = (column == 0 ? "@{}" : "", column == table.columns.count - 1 ? "@{}" : "")
      return "\\multicolumn{1}{\(edges.0)\(kind)\(edges.1)}{\(heading.latex)}"
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
