public import SEMStudy

extension Document {
  /// The document as JSON of schema `swift-sem/report/1`, described in `Docs/JSON.md`: every value at full precision under
  /// the path `tables/ID/rows/NUMBER/COLUMN`, and the same cell as printed under `tables/ID/printed/NUMBER/COLUMN`.
  ///
  /// - Parameter language: The language of words.
  public func json(_ language: StudyLanguage = .english) -> JSONValue {
    let words = DocumentPage(self, language)
    return .object([
      ("schema", .string("swift-sem/report/1")), ("language", .string(language.rawValue)),
      ("title", .string(words(title))), ("notice", notice.map { .string(words($0)) } ?? .null),
      ("software", .object([("name", .string(Software.name)), ("version", .string(Software.version))])),
      ("provenance", .object(provenance.map { ($0.id, .string($0.value)) })),
      ("sections", .array(sections.map { Self.json($0, words) })),
      ("tables", .object(tables.map { ($0.id, Self.json($0, words)) })),
      (
        "figures",
        .object(
          figures.map { figure in
            (
              figure.id,
              .object([
                ("number", .integer(words.number(of: figure))), ("title", .string(words(figure.title))),
                ("description", .string(words(figure.description))),
                ("notes", .array(figure.notes.map { .string(words($0)) })),
              ])
            )
          })
      ),
    ])
  }

  private static func json(_ section: Section, _ words: DocumentPage) -> JSONValue {
    let blocks: [JSONValue] = section.blocks.map { block in
      switch block {
      case .paragraph(let text): .object([("paragraph", .string(words(text)))])
      case .warning(let text): .object([("warning", .string(words(text)))])
      case .list(let items): .object([("list", .array(items.map { .string(words($0)) }))])
      case .code(let text): .object([("code", .string(text))])
      case .table(let table): .object([("table", .string(table.id))])
      case .figure(let figure): .object([("figure", .string(figure.id))])
      }
    }
    return .object([
      ("id", .string(section.id)), ("title", .string(words(section.title))), ("blocks", .array(blocks)),
    ])
  }

  private static func json(_ table: DocumentTable, _ words: DocumentPage) -> JSONValue {
    func row(_ row: DocumentTable.Row, _ value: (DocumentCell) -> JSONValue) -> JSONValue {
      .object(zip(table.columns, row.cells).map { ($0.id, value($1)) })
    }
    return .object([
      ("number", .integer(words.number(of: table))), ("title", .string(words(table.title))),
      (
        "columns",
        .array(
          table.columns.map { column in
            .object([
              ("id", .string(column.id)), ("heading", .string(words(column.heading))),
              ("group", column.group.map { .string(words($0)) } ?? .null),
            ])
          })
      ),
      ("roles", .array(table.rows.map { .string($0.role.name) })),
      ("rows", .array(table.rows.map { row($0) { $0.json(words.language) } })),
      (
        "printed",
        .array(
          table.rows.map {
            row($0) { .string(CellText($0, words.language, words.document.style).text) }
          })
      ),
      ("notes", .array(table.notes.map { .string(words($0)) })),
    ])
  }
}

extension DocumentTable.Row.Role {
  fileprivate var name: String {
    switch self {
    case .body: "body"
    case .heading: "heading"
    case .total: "total"
    }
  }
}

extension DocumentCell {
  /// The value as JSON: an object where it has parts.
  fileprivate func json(_ language: StudyLanguage) -> JSONValue {
    if case .verdict(let isTrue, let text) = content {
      return .object([("value", .bool(isTrue)), ("text", .string(text[language]))])
    }
    switch value(language) {
    case .one(let value): return value
    case .parts(let parts): return .object(parts.map { ($0.id.isEmpty ? "value" : $0.id, $0.value) })
    }
  }
}
