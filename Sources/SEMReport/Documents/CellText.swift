internal import SEMStudy

/// A cell as it is printed, before a renderer escapes it.
struct CellText: Sendable, Hashable {
  /// What is printed, with `-` for a minus sign.
  var text: String
  /// Whether the cell is aligned with the numbers of its column.
  var isNumeric: Bool

  init(_ cell: DocumentCell, _ language: StudyLanguage, _ style: DocumentStyle) {
    isNumeric = true
    switch cell.content {
    case .empty: text = ""
    case .text(let wording):
      text = wording[language]
      isNumeric = false
    case .integer(let value): text = String(value)
    case .number(let value, let decimals): text = style.number(value, decimals)
    case .probability(let value): text = style.probability(value)
    case .percent(let value, let decimals):
      text =
        value.map { $0.isFinite ? TextNumber.fixed(100 * $0, decimals) + "%" : DocumentStyle.undefined }
        ?? DocumentStyle.undefined
    case .interval(let lower, let upper, let decimals):
      text = "[" + style.number(lower, decimals) + ", " + style.number(upper, decimals) + "]"
    case .starred(let value, let probability, let decimals):
      text = style.number(value, decimals) + (value == nil ? "" : significanceStars(probability))
    case .verdict(_, let wording):
      text = wording[language]
      isNumeric = false
    }
  }

  /// The part from the decimal point on; the whole of what has no digits before it, such as `***`, is no tail.
  fileprivate var tail: Substring? {
    guard isNumeric, let first = text.first, first.isNumber || "-<.".contains(first), !text.hasPrefix("[")
    else { return nil }
    return text.firstIndex(where: { $0 == "." || $0 == "*" || $0 == "%" }).map { text[$0...] } ?? ""
  }

  /// For each cell of a column, what must follow it for the decimal points to stand under each other.
  static func padding(_ column: [CellText]) -> [String] {
    let tails = column.map(\.tail)
    let longest = tails.compactMap(\.self).max { $0.count < $1.count } ?? ""
    return tails.map { tail in tail.map { String(longest.dropFirst($0.count)) } ?? "" }
  }
}

extension DocumentTable {
  /// Whether a column holds numbers: all of its cells but empty ones and headings do.
  func isNumeric(column: Int) -> Bool {
    var hasNumbers = false
    for row in rows where row.role != .heading {
      switch row.cells[column].content {
      case .empty: continue
      case .text, .verdict: return false
      default: hasNumbers = true
      }
    }
    return hasNumbers
  }

  /// Every row's cells as printed, with what must follow each for decimal alignment.
  func printed(_ language: StudyLanguage, _ style: DocumentStyle) -> [[(text: CellText, padding: String)]] {
    let texts = rows.map { $0.cells.map { CellText($0, language, style) } }
    var result = texts.map { $0.map { (text: $0, padding: "") } }
    for column in columns.indices {
      let members = texts.indices.filter { rows[$0].role != .heading }
      let padding = CellText.padding(members.map { texts[$0][column] })
      for (row, text) in zip(members, padding) { result[row][column].padding = text }
    }
    return result
  }
}
