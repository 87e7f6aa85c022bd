/// Writes statements and names in lavaan's language.
package enum SyntaxPrinter {
  /// The text of statements, one per line.
  static func text(of statements: [Statement]) -> String {
    var text = ""
    for statement in statements { text += line(of: statement) + "\n" }
    return text
  }

  private static func line(of statement: Statement) -> String {
    switch statement.kind {
    case .formula(let left, let op, let right):
      let sides = [left, right].map { $0.map(term).joined(separator: " + ") }
      return "\(sides[0]) \(op.rawValue) \(sides[1])"
    case .constraint(let constraint):
      return "\(constraint.lhs) \(constraint.op.rawValue) \(constraint.rhs)"
    case .definition(let name, let expression): return "\(name.text) := \(expression)"
    case .block(let keyword, let label): return "\(keyword.text): \(blockLabel(label.text))"
    }
  }

  /// A block label, quoted where it would not read back as itself.
  static func blockLabel(_ label: String) -> String {
    name(label) == label || label.allSatisfy(Lexer.isDigit) ? label : quoted(label)
  }

  /// A name, quoted where it would not read back as itself.
  package static func name(_ name: String) -> String {
    guard let first = name.first, Lexer.startsName(first), name.allSatisfy(Lexer.continuesName), name != "NA"
    else { return quoted(name) }
    let startsLikeNumber = first == "." && name.dropFirst().first.map(Lexer.isDigit) ?? false
    return startsLikeNumber ? quoted(name) : name
  }

  static func quoted(_ text: String) -> String {
    text.contains("\"") ? "'\(text)'" : "\"\(text)\""
  }

  private static func term(_ term: Term) -> String {
    let modifiers = term.modifiers.map { modifier($0) + "*" }.joined()
    switch term.target {
    case .variable(let variable): return modifiers + name(variable.text)
    case .interaction(let first, let second): return "\(modifiers)\(name(first.text)):\(name(second.text))"
    case .intercept(let value): return modifiers + shortDescription(value)
    }
  }

  private static func modifier(_ modifier: Modifier) -> String {
    switch modifier.kind {
    case .value(let values): return vector(values.map(value))
    case .label(let labels): return "label(\(vector(labels.map { $0.map(quoted) ?? "NA" })))"
    case .start(let values): return "start(\(vector(values.map(number))))"
    case .lower(let values): return "lower(\(vector(values.map(number))))"
    case .upper(let values): return "upper(\(vector(values.map(number))))"
    case .equal(let targets): return "equal(\(vector(targets.map(quoted))))"
    case .exploratory(let block): return "efa(\(quoted(block)))"
    case .randomSlope(let slope): return "rv(\(quoted(slope)))"
    }
  }

  static func vector(_ elements: [String]) -> String {
    elements.count == 1 ? elements[0] : "c(\(elements.joined(separator: ", ")))"
  }

  static func number(_ value: Double?) -> String {
    guard let value else { return "NA" }
    if value.isInfinite { return value < 0 ? "-Inf" : "Inf" }
    return shortDescription(value)
  }

  private static func value(_ value: ModifierValue) -> String {
    switch value {
    case .fixed(let number): return shortDescription(number)
    case .free: return "NA"
    case .label(let label):
      return label == "c" || label == "pi" || label == "Inf" ? quoted(label) : name(label)
    }
  }
}
