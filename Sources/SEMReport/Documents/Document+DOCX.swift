public import SEMStudy

extension Document {
  /// The document as a Word file (ECMA-376), which LibreOffice opens too: styles, captions with field numbers, three-line
  /// tables, page numbers, wide tables on pages on their side.
  ///
  /// - Parameters:
  ///   - language: The language.
  ///   - picture: A figure as PNG, beside which its SVG is stored; `nil` where there is none, which leaves a note in its
  ///     place.
  /// - Returns: The bytes of the file, the same for the same document.
  public func docx(
    _ language: StudyLanguage = .english, picture: (DocumentFigure) -> [UInt8]? = { _ in nil }
  ) -> [UInt8] {
    let words = DocumentPage(self, language)
    var body = WordBody(words)
    body.add(paragraph: words(title), style: "Title")
    if let notice { body.add(paragraph: words(notice), style: "Notice") }
    for section in sections {
      body.add(paragraph: words(section.title), style: "Heading1")
      for block in section.blocks { body.add(block, picture) }
    }
    if !provenance.isEmpty {
      body.add(paragraph: words(Words.provenance), style: "Heading1")
      for line in provenance {
        body.add(paragraph: words(line.name) + words(Wording(": ", "：")) + line.value, style: "TableNote")
      }
    }
    var archive = ZIPArchive()
    archive.add("[Content_Types].xml", WordParts.contentTypes)
    archive.add("_rels/.rels", WordParts.packageRelations)
    archive.add("docProps/core.xml", WordParts.properties(title: words(title)))
    archive.add("word/document.xml", body.document)
    archive.add("word/styles.xml", WordParts.styles(language))
    archive.add("word/settings.xml", WordParts.settings)
    archive.add("word/numbering.xml", WordParts.numbering)
    archive.add("word/footer1.xml", WordParts.footer)
    archive.add("word/_rels/document.xml.rels", body.relations)
    for (name, bytes) in body.media { archive.add("word/" + name, bytes) }
    return archive.bytes
  }
}

/// The main part of a Word file in the making.
struct WordBody {
  let words: DocumentPage
  private(set) var media: [(name: String, bytes: [UInt8])] = []
  private var text = ""
  private var isOnSide = false

  init(_ words: DocumentPage) { self.words = words }

  /// The whole part.
  var document: String {
    WordParts.head + "<w:document \(WordParts.namespaces)><w:body>" + text + Self.section(onSide: isOnSide)
      + "</w:body></w:document>"
  }

  /// What the part refers to.
  var relations: String {
    WordParts.relations(
      [
        ("styles", "styles.xml"), ("settings", "settings.xml"), ("numbering", "numbering.xml"),
        ("footer", "footer1.xml"),
      ]
        + media.map { ("image", $0.name) })
  }

  mutating func add(paragraph text: String, style: String) {
    stand(onSide: false)
    self.text += Self.paragraph(Self.run(text), style: style)
  }

  mutating func add(_ block: Document.Block, _ picture: (DocumentFigure) -> [UInt8]?) {
    switch block {
    case .paragraph(let text): add(paragraph: words(text), style: "BodyText")
    case .warning(let text):
      stand(onSide: false)
      let label = words(Words.warning) + words(Wording(". ", "。"))
      self.text += Self.paragraph(Self.run(label, "<w:b/>") + Self.run(words(text)), style: "Warning")
    case .list(let items): for item in items { add(paragraph: words(item), style: "ListBullet") }
    case .code(let text):
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        add(paragraph: String(line), style: "Code")
      }
    case .figure(let figure): add(figure, picture(figure))
    case .table(let table): add(table)
    }
  }

  private mutating func add(_ table: DocumentTable) {
    let grid = WordTable(table, words)
    stand(onSide: grid.isOnSide)
    text += caption(
      "Table", words(Wording("Table ", "表")), words.number(of: table), words(table.title), isAbove: true)
    text += grid.text
    for note in words.notes(table.notes) { text += Self.paragraph(Self.run(note), style: "TableNote") }
    // Two tables without anything between them would become one.
    text += Self.paragraph("", style: "TableNote")
  }

  private mutating func add(_ figure: DocumentFigure, _ png: [UInt8]?) {
    stand(onSide: false)
    if let png, let (width, height) = Self.size(ofPNG: png) {
      let svg = figure.svg(words.language)
      let number = media.count + 1
      media.append(("media/image\(number).png", png))
      media.append(("media/image\(number + 1).svg", Array(svg.utf8)))
      // EMU: 9525 for each unit of the SVG, at most 15.9 cm wide and 20 cm high.
      let wanted = (InlineSVG.width(svg) ?? 600) * 9525
      let scale = min(1, 5_724_000 / wanted, 7_200_000 / (wanted * Double(height) / Double(width)))
      let extent = (Int(wanted * scale), Int(wanted * scale * Double(height) / Double(width)))
      text += Self.paragraph(
        WordParts.drawing(
          number: number, name: figure.id, description: words(figure.description), extent: extent,
          picture: "rId\(number + 4)", vector: "rId\(number + 5)"), style: "Figure")
    } else {
      let note = Wording(
        "The picture is not here since no converter was found. ", "因未找到转换程序，此处没有图片。")
      text += Self.paragraph(Self.run(words(note) + words(figure.description)), style: "Warning")
    }
    text += caption(
      "Figure", words(Wording("Figure ", "图")), words.number(of: figure), words(figure.title), isAbove: false)
    for note in words.notes(figure.notes) { text += Self.paragraph(Self.run(note), style: "TableNote") }
  }

  /// A caption whose number is a field, so that Word can list tables and figures.
  private func caption(_ sequence: String, _ label: String, _ number: Int, _ title: String, isAbove: Bool)
    -> String
  {
    let field =
      "<w:fldSimple w:instr=\" SEQ \(sequence) \\* ARABIC \"><w:r><w:rPr><w:b/></w:rPr><w:t>\(number)</w:t></w:r></w:fldSimple>"
    return Self.paragraph(
      Self.run(label, "<w:b/>") + field + Self.run(words.captionGap, "<w:b/>") + Self.run(title),
      style: isAbove ? "Caption" : "FigureCaption")
  }

  /// Ends the section where pages turn.
  private mutating func stand(onSide: Bool) {
    guard onSide != isOnSide else { return }
    text += "<w:p><w:pPr><w:pStyle w:val=\"TableNote\"/>\(Self.section(onSide: isOnSide))</w:pPr></w:p>"
    isOnSide = onSide
  }

  /// A4 with margins of 2.3 cm.
  private static func section(onSide: Bool) -> String {
    let size = onSide ? "w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"" : "w:w=\"11906\" w:h=\"16838\""
    return "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId4\"/><w:pgSz \(size)/>"
      + "<w:pgMar w:top=\"1304\" w:right=\"1304\" w:bottom=\"1304\" w:left=\"1304\" w:header=\"720\" w:footer=\"600\" w:gutter=\"0\"/></w:sectPr>"
  }

  static func paragraph(_ runs: String, style: String) -> String {
    "<w:p><w:pPr><w:pStyle w:val=\"\(style)\"/></w:pPr>\(runs)</w:p>"
  }

  static func run(_ text: String, _ properties: String = "") -> String {
    "<w:r>\(properties.isEmpty ? "" : "<w:rPr>\(properties)</w:rPr>")<w:t xml:space=\"preserve\">\(text.html)</w:t></w:r>"
  }

  /// Width and height from the header of a PNG; `nil` for what is none.
  private static func size(ofPNG bytes: [UInt8]) -> (Int, Int)? {
    guard bytes.count > 24, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return nil }
    func number(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    return number(16) > 0 && number(20) > 0 ? (number(16), number(20)) : nil
  }
}
