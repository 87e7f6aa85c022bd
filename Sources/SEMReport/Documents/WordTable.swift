internal import SEMStudy

/// A three-line table of a Word file.
struct WordTable {
  private let table: DocumentTable
  private let words: DocumentPage
  private let isNumeric: [Bool]
  private let printed: [[(text: CellText, padding: String)]]
  private var widths: [Int]
  /// Whether the table needs a page on its side.
  let isOnSide: Bool
  private let style = "TableText"
  private let room: Int

  // In twentieths of a point: room for text on a page, a character of 9 points, the margins of a cell.
  private static let uprightWidth = 9298
  private static let sideWidth = 14230
  private static let character = 96
  private static let margins = 170
  private static let widestWords = 34
  private static let leastWords = 14 * character + margins

  init(_ table: DocumentTable, _ words: DocumentPage) {
    self.table = table
    self.words = words
    isNumeric = table.columns.indices.map { table.isNumeric(column: $0) }
    printed = table.printed(words.language, words.document.style)
    let rows = table.rows.indices.filter { table.rows[$0].role != .heading }
    var widths = table.columns.indices.map { [printed] column in
      let cells = rows.map {
        let text = printed[$0][column].text.text
        // Capitals, as in names of items, are half as wide again.
        return text.displayWidth + (text.count { $0.isASCII && $0.isUppercase } + 1) / 2
          + printed[$0][column].padding.count
      }
      let heading = words(table.columns[column].heading)
      let word = heading.split(separator: " ").map { String($0).displayWidth }.max() ?? 0
      let least = max(word, min(heading.displayWidth, 10))
      return min(max(cells.max() ?? 0, least, 4), Self.widestWords) * Self.character + Self.margins
    }
    let total = widths.reduce(0, +)
    isOnSide = total > Self.uprightWidth + 600
    let room = isOnSide ? Self.sideWidth : Self.uprightWidth
    // Words are wrapped before a table is cut.
    let isNumeric = isNumeric
    while widths.reduce(0, +) > room {
      let candidates = widths.indices.filter { !isNumeric[$0] && widths[$0] > Self.leastWords }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= Self.character
    }
    self.widths = widths
    self.room = room
  }

  /// One table, or several under each other where it is too wide.
  var text: String {
    let parts = table.parts(fitting: room, widths: widths, gap: 0)
    guard parts.count > 1 else { return whole }
    return parts.map { WordTable($0, words).whole }.joined(
      separator: WordBody.paragraph("", style: "TableNote"))
  }

  private var whole: String {
    var text =
      "<w:tbl><w:tblPr><w:tblW w:w=\"\(widths.reduce(0, +))\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>"
    text +=
      Self.border("top", 12) + Self.border("bottom", 12) + "</w:tblBorders><w:tblLayout w:type=\"fixed\"/>"
    text +=
      "<w:tblCellMar><w:left w:w=\"85\" w:type=\"dxa\"/><w:right w:w=\"85\" w:type=\"dxa\"/></w:tblCellMar>"
    text += "<w:tblCaption w:val=\"\(words.caption(table).html)\"/></w:tblPr><w:tblGrid>"
    text += widths.map { "<w:gridCol w:w=\"\($0)\"/>" }.joined() + "</w:tblGrid>"
    return text + head + rows + "</w:tbl>"
  }

  private static func border(_ side: String, _ eighths: Int) -> String {
    "<w:\(side) w:val=\"single\" w:sz=\"\(eighths)\" w:space=\"0\" w:color=\"000000\"/>"
  }

  private var head: String {
    var first = ""
    let hasGroups = table.columns.contains { $0.group != nil }
    if hasGroups {
      var index = 0
      while index < table.columns.count {
        var end = index + 1
        let group = table.columns[index].group
        while group != nil, end < table.columns.count, table.columns[end].group == group { end += 1 }
        let width = widths[index..<end].reduce(0, +)
        if let group {
          first += cell(
            words(group), width: width, span: end - index, borders: Self.border("bottom", 4),
            alignment: "center", isLast: false, isHead: true)
        } else {
          first += cell(
            words(table.columns[index].heading), width: width, merge: "restart",
            borders: Self.border("bottom", 6),
            alignment: isNumeric[index] ? "right" : "left", isLast: false, isHead: true)
        }
        index = end
      }
      first = Self.headRow(first)
    }
    let second = table.columns.indices.map { column in
      let isMerged = hasGroups && table.columns[column].group == nil
      return cell(
        isMerged ? "" : words(table.columns[column].heading), width: widths[column],
        merge: isMerged ? "continue" : nil,
        borders: Self.border("bottom", 6), alignment: isNumeric[column] ? "right" : "left", isLast: false,
        isHead: true)
    }
    return first + Self.headRow(second.joined())
  }

  private static func headRow(_ cells: String) -> String {
    "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>\(cells)</w:tr>"
  }

  private var rows: String {
    // Short tables stay on one page.
    let staysTogether = table.rows.count <= 24
    return table.rows.indices.map { number in
      let row = table.rows[number]
      let isLast = number == table.rows.count - 1 || !staysTogether
      let total = widths.reduce(0, +)
      let isFirstTotal = row.role == .total && number > 0 && table.rows[number - 1].role != .total
      let borders = isFirstTotal ? Self.border("top", 4) : ""
      let cells =
        row.role == .heading
        ? cell(
          printed[number][0].text.text, width: total, span: table.columns.count, properties: "<w:i/>",
          alignment: "left",
          isLast: isLast, isHeading: number > 0)
        : table.columns.indices.map { column in
          let cell = row.cells[column]
          let (text, padding) = printed[number][column]
          return self.cell(
            (text.isNumeric ? text.text.replacing("-", with: "\u{2212}") : text.text)
              + (text.text.isEmpty ? "" : Self.blank(padding)), width: widths[column], borders: borders,
            properties: (cell.isBold ? "<w:b/>" : "") + (cell.isFlagged ? "<w:i/>" : ""),
            alignment: isNumeric[column] ? "right" : "left", isLast: isLast)
        }.joined()
      return "<w:tr><w:trPr><w:cantSplit/></w:trPr>\(cells)</w:tr>"
    }.joined()
  }

  /// Spaces as wide as digits, points and stars are in Times New Roman: half, a quarter and half an em.
  private static func blank(_ padding: String) -> String {
    padding.map { $0 == "." ? "\u{A0}" : $0 == "%" ? "\u{A0}\u{A0}\u{A0}" : "\u{A0}\u{A0}" }.joined()
  }

  private func cell(
    _ text: String, width: Int, span: Int = 1, merge: String? = nil, borders: String = "",
    properties: String = "",
    alignment: String, isLast: Bool, isHead: Bool = false, isHeading: Bool = false
  ) -> String {
    var cell = "<w:tc><w:tcPr><w:tcW w:w=\"\(width)\" w:type=\"dxa\"/>"
    if span > 1 { cell += "<w:gridSpan w:val=\"\(span)\"/>" }
    if let merge { cell += merge == "continue" ? "<w:vMerge/>" : "<w:vMerge w:val=\"\(merge)\"/>" }
    if !borders.isEmpty { cell += "<w:tcBorders>\(borders)</w:tcBorders>" }
    cell +=
      "\(isHead ? "<w:vAlign w:val=\"bottom\"/>" : "")</w:tcPr><w:p><w:pPr><w:pStyle w:val=\"\(style)\"/>"
    cell += isLast ? "" : "<w:keepNext/>"
    if isHeading { cell += "<w:spacing w:before=\"90\"/>" }
    cell += "<w:jc w:val=\"\(alignment)\"/></w:pPr>"
    return cell + (text.isEmpty ? "" : WordBody.run(text, properties)) + "</w:p></w:tc>"
  }
}
