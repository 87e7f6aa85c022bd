public import SEMStudy

extension Document {
  /// The document as one HTML page that needs nothing else: style, script and figures are inside, and its security policy
  /// lets a browser load nothing.
  ///
  /// Every cell names its place in the JSON beside the report by `data-path`.
  public func html(_ language: StudyLanguage = .english) -> String {
    let words = DocumentPage(self, language)
    var page = HTMLPage(words)
    for section in sections { page.add(section) }
    page.addProvenance()
    return page.text
  }
}

/// An HTML page in the making.
private struct HTMLPage {
  let words: DocumentPage
  private var body = ""

  init(_ words: DocumentPage) { self.words = words }

  /// The whole page.
  var text: String {
    let document = words.document
    let script = HTMLAssets.script(
      copy: words(Self.copy), copied: words(Self.copied), failed: words(Self.failed))
    let hash = base64(SHA256(Array(script.utf8)).bytes)
    let title = words(document.title).html
    return """
      <!DOCTYPE html>
      <html lang="\(words.language == .chinese ? "zh-Hans" : "en")">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(hash)'; img-src data:">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="\(Software.name) \(Software.version)">
      <title>\(title)</title>
      <style>\(HTMLAssets.style)</style>
      </head>
      <body>
      <a class="skip" href="#content">\(words(Self.skip).html)</a>
      <header>
      <h1>\(title)</h1>
      \(document.notice.map { "<p class=\"notice\" role=\"note\">\(words($0).html)</p>\n" } ?? "")</header>
      <nav aria-label="\(words(Words.contents).html)">
      <details open="open"><summary>\(words(Words.contents).html)</summary>
      <ol>
      \(words.headings.map { "<li><a href=\"#\($0.anchor.html)\">\($0.title.html)</a></li>" }.joined(separator: "\n"))
      </ol>
      </details>
      </nav>
      <main id="content" tabindex="-1">
      \(body)</main>
      <script>\(script)</script>
      </body>
      </html>

      """
  }

  private static let skip = Wording("Skip to the text", "跳到正文")
  private static let copy = Wording("Copy table", "复制表格")
  private static let copied = Wording("Copied", "已复制")
  private static let failed = Wording("Select and copy by hand", "请手动选择并复制")

  mutating func add(_ section: Document.Section) {
    let anchor = ("section-" + section.id).html
    body +=
      "<section aria-labelledby=\"\(anchor)\">\n<h2 id=\"\(anchor)\">\(words(section.title).html)</h2>\n"
    for block in section.blocks { add(block) }
    body += "</section>\n"
  }

  mutating func addProvenance() {
    let lines = words.document.provenance
    guard !lines.isEmpty else { return }
    let anchor = DocumentPage.provenanceAnchor
    body +=
      "<section aria-labelledby=\"\(anchor)\">\n<h2 id=\"\(anchor)\">\(words(Words.provenance).html)</h2>\n"
    body += "<dl class=\"provenance\">\n"
    for line in lines {
      body +=
        "<dt>\(words(line.name).html)</dt><dd data-path=\"provenance/\(line.id.html)\">\(line.value.html)</dd>\n"
    }
    body += "</dl>\n</section>\n"
  }

  private mutating func add(_ block: Document.Block) {
    switch block {
    case .paragraph(let text): body += "<p>\(words(text).html)</p>\n"
    case .warning(let text):
      body +=
        "<p class=\"warning\" role=\"note\"><strong>\(words(Words.warning).html)</strong> \(words(text).html)</p>\n"
    case .list(let items):
      body += "<ul>\n" + items.map { "<li>\(words($0).html)</li>\n" }.joined() + "</ul>\n"
    case .code(let text): body += "<pre tabindex=\"0\"><code>\(text.html)</code></pre>\n"
    case .figure(let figure):
      let id = ("figure-" + figure.id).html
      body += "<figure id=\"\(id)\">\n<div class=\"picture\" tabindex=\"0\">\n"
      body += InlineSVG.embedded(
        figure.svg(words.language), prefix: figure.id, description: words(figure.description))
      body += "\n</div>\n<figcaption><b>\(words.label(figure).html)</b> \(words(figure.title).html)"
      body += words.notes(figure.notes).map { "<span class=\"note\">\($0.html)</span>" }.joined()
      body += "</figcaption>\n</figure>\n"
    case .table(let table): add(table)
    }
  }

  private mutating func add(_ table: DocumentTable) {
    let id = ("table-" + table.id).html
    let isWide = table.columns.count > 10
    body += "<div class=\"table\(isWide ? " wide" : "")\" id=\"\(id)\">\n<div class=\"caption\">"
    body += "<p id=\"\(id)-caption\"><b>\(words.label(table).html)</b> \(words(table.title).html)</p>"
    body +=
      "<button type=\"button\" class=\"copy\" hidden=\"hidden\">\(words(Self.copy).html)</button></div>\n"
    body += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"\(id)-caption\">\n"
    body += "<table aria-labelledby=\"\(id)-caption\">\n"
    body += HTMLTable(table, words).text
    body += "</table>\n</div>\n"
    body += words.notes(table.notes).map { "<p class=\"note\">\($0.html)</p>\n" }.joined()
    body += "</div>\n"
  }
}

/// Head and body of a table.
private struct HTMLTable {
  let table: DocumentTable
  let words: DocumentPage
  let isNumeric: [Bool]

  init(_ table: DocumentTable, _ words: DocumentPage) {
    self.table = table
    self.words = words
    isNumeric = table.columns.indices.map { table.isNumeric(column: $0) }
  }

  var text: String { head + rows }

  /// Words of so many columns stay on one line.
  private static let shortWords = 20

  private static func headStyle(_ isNumeric: Bool, _ heading: String) -> String {
    let classes = [isNumeric ? "n" : nil, heading.displayWidth <= 12 ? "w" : nil].compactMap(\.self)
    return classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
  }

  private var head: String {
    let hasGroups = table.columns.contains { $0.group != nil }
    var first = ""
    var second = ""
    var index = 0
    while index < table.columns.count {
      let column = table.columns[index]
      let style = Self.headStyle(isNumeric[index], words(column.heading))
      guard hasGroups, let group = column.group else {
        first +=
          "<th scope=\"col\"\(hasGroups ? " rowspan=\"2\"" : "")\(style)>\(words(column.heading).html)</th>"
        index += 1
        continue
      }
      var end = index
      while end < table.columns.count, table.columns[end].group == group {
        second +=
          "<th scope=\"col\"\(Self.headStyle(isNumeric[end], words(table.columns[end].heading)))>"
          + "\(words(table.columns[end].heading).html)</th>"
        end += 1
      }
      first +=
        "<th scope=\"colgroup\" class=\"g\" colspan=\"\(end - index)\"><span>\(words(group).html)</span></th>"
      index = end
    }
    return "<thead>\n<tr>\(first)</tr>\n" + (hasGroups ? "<tr>\(second)</tr>\n" : "") + "</thead>\n"
  }

  private var rows: String {
    let printed = table.printed(words.language, words.document.style)
    var text = ""
    var isOpen = false
    for (number, row) in table.rows.enumerated() {
      if row.role == .heading || !isOpen {
        text += (isOpen ? "</tbody>\n" : "") + "<tbody>\n"
        isOpen = true
      }
      switch row.role {
      case .heading:
        text += "<tr class=\"h\"><th scope=\"rowgroup\" colspan=\"\(table.columns.count)\">"
        text += "\(printed[number][0].text.text.html)</th></tr>\n"
        continue
      case .total:
        let isFirst = number == 0 || table.rows[number - 1].role != .total
        text += isFirst ? "<tr class=\"total\">" : "<tr>"
      case .body: text += "<tr>"
      }
      for column in table.columns.indices {
        text += cell(row.cells[column], printed[number][column], row: number, column: column)
      }
      text += "</tr>\n"
    }
    return text + (isOpen ? "</tbody>\n" : "")
  }

  private func cell(
    _ cell: DocumentCell, _ printed: (text: CellText, padding: String), row: Int, column: Int
  ) -> String {
    let isHeader = column == 0 && !isNumeric[0]
    var classes: [String] = isNumeric[column] ? ["n"] : []
    if !isNumeric[column], printed.text.text.displayWidth <= Self.shortWords { classes.append("w") }
    if cell.isBold { classes.append("b") }
    if cell.isFlagged { classes.append("f") }
    if case .verdict(let isTrue, _) = cell.content { classes.append(isTrue ? "yes" : "no") }
    let path = "tables/\(table.id)/rows/\(row)/\(table.columns[column].id)".html
    let name = isHeader ? "th scope=\"row\"" : "td"
    let style = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
    let padding = isNumeric[column] && !printed.padding.isEmpty ? " data-pad=\"\(printed.padding.html)\"" : ""
    let text = printed.text.text.html
    return "<\(name)\(style)\(padding) data-path=\"\(path)\" title=\"\(path)\">"
      + (printed.text.isNumeric ? text.replacing("-", with: "\u{2212}") : text)
      + "</\(isHeader ? "th" : "td")>"
  }
}

extension String {
  /// The text with all that HTML and XML read as markup escaped; characters that XML does not allow are replaced.
  var html: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// Base64 (RFC 4648).
func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  return stride(from: 0, to: bytes.count, by: 3).map { start in
    let group = (0..<3).map { start + $0 < bytes.count ? Int(bytes[start + $0]) : 0 }
    let word = group[0] << 16 | group[1] << 8 | group[2]
    let digits = String((0..<4).map { alphabet[word >> (18 - 6 * $0) & 63] })
    let count = min(bytes.count - start, 3) + 1
    return digits.prefix(count) + String(repeating: "=", count: 4 - count)
  }.joined()
}
