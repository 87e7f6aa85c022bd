/// The signs of the language.
enum Symbol: String, Sendable, Hashable, CaseIterable {
  case scale = "~*~"
  case measurement = "=~"
  case composite = "<~"
  case covariance = "~~"
  case definition = ":="
  case equality = "=="
  case regression = "~"
  case lessThan = "<"
  case greaterThan = ">"
  case threshold = "|"
  case colon = ":"
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case caret = "^"
  case question = "?"
  case open = "("
  case close = ")"
  case comma = ","

  /// The relation that the sign states, if it is one that makes a statement.
  var relation: Operator? {
    switch self {
    case .scale: .scale
    case .measurement: .measurement
    case .composite: .composite
    case .covariance: .covariance
    case .definition: .definition
    case .equality: .equality
    case .regression: .regression
    case .lessThan: .lessThan
    case .greaterThan: .greaterThan
    case .threshold: .threshold
    default: nil
    }
  }
}

/// A word of the language with its place. Its text stays in the source: tokens are copied often, and so cost nothing to
/// copy.
struct Token: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case name
    /// A name in quotes; the range includes them.
    case string
    case number(Double)
    case symbol(Symbol)
    case newline
    case semicolon
    case end
  }

  var kind: Kind
  var range: SourceRange

  /// The sign, if the token is one.
  var symbol: Symbol? {
    if case .symbol(let symbol) = kind { symbol } else { nil }
  }
}

/// A number as people write it: `1` rather than `1.0`.
func shortDescription(_ value: Double) -> String {
  if let integer = Int(exactly: value), abs(value) < 1e15 { return "\(integer)" }
  return "\(value)"
}
