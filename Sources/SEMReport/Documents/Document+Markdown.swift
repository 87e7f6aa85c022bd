public import SEMStudy

extension Document {
  /// The document as GitHub Flavored Markdown; figures are links to SVG files.
  ///
  /// - Parameters:
  ///   - language: The language.
  ///   - figureFolder: The folder of the figures, relative to the document; a figure's file is `ID.svg`.
  public func markdown(_ language: StudyLanguage = .english, figureFolder: String = "figures") -> String {
    let words = DocumentPage(self, language)
    var blocks = ["# " + words(title).markdown]
    if let notice { blocks.append("> " + words(notice).markdown) }
    for section in sections {
      blocks.append("## " + words(section.title).markdown)
      blocks += section.blocks.flatMap { Self.markdown($0, words, figureFolder) }
    }
    if !provenance.isEmpty {
      blocks.append("## " + words(Words.provenance).markdown)
      blocks.append(
        provenance.map { "- " + words($0.name).markdown + words(Wording(": ", "：")) + $0.value.markdown }
          .joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func markdown(_ block: Block, _ words: DocumentPage, _ folder: String) -> [String] {
    switch block {
    case .paragraph(let text): return [words(text).markdown]
    case .warning(let text):
      return ["> **" + words(Words.warning) + words(Wording(".** ", "。** ")) + words(text).markdown]
    case .list(let items): return [items.map { "- " + words($0).markdown }.joined(separator: "\n")]
    case .code(let text):
      // A fence longer than any run of backticks inside.
      var longest = 2
      var run = 0
      for character in text {
        run = character == "`" ? run + 1 : 0
        longest = max(longest, run)
      }
      let fence = String(repeating: "`", count: longest + 1)
      return [fence + "text\n" + text + (text.hasSuffix("\n") ? "" : "\n") + fence]
    case .figure(let figure):
      let address = folder.split(separator: "/", omittingEmptySubsequences: false).map {
        String($0).percentEncoded
      }
      .joined(separator: "/")
      return [
        "![" + words(figure.description).markdown + "](" + (address.isEmpty ? "" : address + "/")
          + figure.id.percentEncoded + ".svg)",
        "**" + words.label(figure).markdown + "** " + words(figure.title).markdown,
      ] + words.notes(figure.notes).map(\.markdown)
    case .table(let table):
      return [
        "**" + words.label(table).markdown + "** " + words(table.title).markdown, markdown(table, words),
      ]
        + words.notes(table.notes).map(\.markdown)
    }
  }

  private static func markdown(_ table: DocumentTable, _ words: DocumentPage) -> String {
    let numeric = table.columns.indices.map { table.isNumeric(column: $0) }
    let headings = table.columns.map { column in
      (column.group.map { words($0) + words(Wording(": ", "：")) } ?? "") + words(column.heading)
    }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var lines = [line(headings.map(\.markdown)), line(numeric.map { $0 ? "--:" : ":--" })]
    for row in table.rows {
      let cells = row.cells.map { cell in
        let text = CellText(cell, words.language, words.document.style).text.markdown
        if text.isEmpty { return text }
        return cell.isBold || row.role == .heading ? "**\(text)**" : cell.isFlagged ? "*\(text)*" : text
      }
      lines.append(line(cells + [String](repeating: "", count: table.columns.count - cells.count)))
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  /// The text with all that Markdown and HTML would read as markup escaped, on one line.
  var markdown: String {
    var result = ""
    for character in printable.replacing("\u{FFFD}", with: " ") {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\\", "`", "*", "_", "[", "]", "|", "~", "$", "#", "!", "@": result += "\\\(character)"
      default: result.append(character)
      }
    }
    // What begins a list at the start of a line.
    if let first = result.first, "+-=".contains(first),
      result.dropFirst().first.map({ $0 == " " || $0 == first }) ?? true
    {
      return "\\" + result
    }
    let digits = result.prefix { $0.isASCII && $0.isNumber }
    if !digits.isEmpty, let next = result.dropFirst(digits.count).first, next == "." || next == ")",
      result.dropFirst(digits.count + 1).first.map({ $0 == " " }) ?? true
    {
      return digits + "\\" + result.dropFirst(digits.count)
    }
    return result
  }

  /// The text for an address: all but letters, digits and `-._~` as %XX.
  fileprivate var percentEncoded: String {
    let digits = Array("0123456789ABCDEF")
    return utf8.reduce(into: "") { text, byte in
      let scalar = Unicode.Scalar(byte)
      if byte < 0x80,
        scalar.properties.isAlphabetic || (0x30...0x39).contains(byte)
          || "-._~".unicodeScalars.contains(scalar)
      {
        text.unicodeScalars.append(scalar)
      } else {
        text += "%" + String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      }
    }
  }
}
