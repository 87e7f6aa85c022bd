public import SEMStudy

extension DocumentTable {
  /// The table as CSV (RFC 4180): headings, then every value at full precision; undefined values are empty.
  ///
  /// An interval takes two columns, a value with stars a second one for its probability. Heading rows keep their words in
  /// the first column.
  /// - Parameters:
  ///   - language: The language of headings and words.
  ///   - usesIdentifiers: Headings are the columns' ``Column/id`` instead of their wording.
  ///   - marksEncoding: Begins with a byte order mark, by which Excel knows that the file is UTF-8.
  public func csv(
    _ language: StudyLanguage = .english, usesIdentifiers: Bool = false, marksEncoding: Bool = false
  ) -> String {
    let ends = columns.indices.map { column in
      Self.parts(of: rows.compactMap { $0.cells.indices.contains(column) ? $0.cells[column] : nil })
    }
    var lines = [
      zip(columns, ends).flatMap { column, ends in
        ends.map { end in
          if usesIdentifiers { return column.id + (end.id.isEmpty ? "" : "_" + end.id) }
          let heading = (column.group.map { $0[language] + ": " } ?? "") + column.heading[language]
          return heading + (end.name[language].isEmpty ? "" : " " + end.name[language])
        }
      }
    ]
    for row in rows {
      let values = zip(row.cells, ends).flatMap { cell, ends in
        ends.map { cell.value(language).text(of: $0.id) }
      }
      let count = ends.reduce(0) { $0 + $1.count }
      lines.append(values + [String](repeating: "", count: count - values.count))
    }
    let text = lines.map { $0.map(\.csvField).joined(separator: ",") + "\r\n" }.joined()
    return (marksEncoding ? "\u{FEFF}" : "") + text
  }

  /// The CSV columns of a column: one, or one for each part of its values.
  private static func parts(of cells: [DocumentCell]) -> [(id: String, name: Wording)] {
    for cell in cells {
      switch cell.content {
      case .interval: return [("lower", Wording("lower", "下限")), ("upper", Wording("upper", "上限"))]
      case .starred: return [("", Wording("")), ("p", Wording("p", "p"))]
      default: continue
      }
    }
    return [("", Wording(""))]
  }
}

extension DocumentCell {
  /// The value of a cell as JSON and CSV keep it.
  enum Value {
    case one(JSONValue)
    case parts([(id: String, value: JSONValue)])
  }

  /// The value at full precision.
  func value(_ language: StudyLanguage) -> Value {
    switch content {
    case .empty: .one(.null)
    case .text(let text): .one(.string(text[language]))
    case .integer(let value): .one(.integer(value))
    case .number(let value, _), .probability(let value), .percent(let value, _): .one(JSONValue(value))
    case .interval(let lower, let upper, _):
      .parts([("lower", JSONValue(lower)), ("upper", JSONValue(upper))])
    case .starred(let value, let probability, _):
      .parts([("", JSONValue(value)), ("p", JSONValue(probability))])
    case .verdict(_, let text): .one(.string(text[language]))
    }
  }
}

extension DocumentCell.Value {
  /// What stands in the CSV column of a part; a value without parts stands in the first.
  fileprivate func text(of part: String) -> String {
    switch self {
    case .one(let value): part.isEmpty || part == "lower" ? value.csvText : ""
    case .parts(let parts): parts.first { $0.id == part }?.value.csvText ?? ""
    }
  }
}

extension JSONValue {
  fileprivate var csvText: String {
    switch self {
    case .string(let text): text
    case .null: ""
    default: text()
    }
  }
}

extension String {
  /// The text as a field of CSV, quoted where it must be.
  fileprivate var csvField: String {
    let needsQuotes =
      unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) } || first == " " || last == " "
    return needsQuotes ? "\"" + replacing("\"", with: "\"\"") + "\"" : self
  }
}
