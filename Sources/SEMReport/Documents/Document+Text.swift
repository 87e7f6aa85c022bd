public import SEMStudy

extension Document {
  /// The document for a terminal or an appendix, in characters of one width; Chinese characters take two columns.
  ///
  /// - Parameters:
  ///   - language: The language.
  ///   - width: The columns of the page, at least 40. Wider tables wrap their words, then continue in further parts.
  public func text(_ language: StudyLanguage = .english, width: Int = 80) -> String {
    var page = TextPage(width: width)
    let words = DocumentPage(self, language)
    page.ruledHeading(words(title).printable, rule: "=")
    if let notice {
      page.blank()
      page.paragraph(words(notice))
    }
    for section in sections {
      page.ruledHeading(words(section.title).printable)
      for block in section.blocks {
        page.blank()
        page.add(block, words)
      }
    }
    if !provenance.isEmpty {
      page.ruledHeading(words(Words.provenance))
      page.blank()
      page.definitions(provenance.map { (term: words($0.name).printable, text: $0.value) })
    }
    return page.text
  }
}

extension TextPage {
  fileprivate mutating func add(_ block: Document.Block, _ words: DocumentPage) {
    switch block {
    case .paragraph(let text): paragraph(words(text))
    case .warning(let text): paragraph(words(Words.warning) + ": " + words(text), indent: 2, hanging: 2)
    case .list(let items):
      for item in items { paragraph("- " + words(item), indent: 2, hanging: 2) }
    case .code(let text):
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        add("  " + String(line).printable)
      }
    case .figure(let figure):
      paragraph(words.caption(figure))
      paragraph(words(figure.description), indent: 2)
      for note in words.notes(figure.notes) { paragraph(note, indent: 2) }
    case .table(let table):
      paragraph(words.caption(table))
      add(TextGrid(table, words.language, words.document.style, width: width).lines())
      for note in words.notes(table.notes) { paragraph(note) }
    }
  }
}
