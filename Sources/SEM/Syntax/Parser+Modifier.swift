/// Modifiers: what stands before a `*` in a formula.
extension Parser {
  private static let modifierNames = ["start", "label", "equal", "lower", "upper", "efa", "rv", "c", "prior"]

  /// Production `numeric-modifier`: a fixed value before `*`, a start before `?`, or an intercept.
  ///
  /// - Returns: The number of an intercept when nothing follows that the number could modify.
  mutating func numericModifier(into modifiers: inout [Modifier]) throws(SyntaxProblem) -> Double? {
    let start = position
    var literal: Double?
    if case .number(let value) = current.kind { literal = value }
    var expression = try quotient()
    var isLiteral = literal != nil && position == start + 1
    while current.symbol == .star, multiplies(peek(1), peek(2)) {
      try countOperand()
      advance()
      expression = .binary(.multiply, expression, try quotient())
      isLiteral = false
    }
    let range = range(from: start)
    if isLiteral, let literal, current.symbol != .star, current.symbol != .question {
      if case .end = current.kind { return literal }
      if current.symbol == .plus { return literal }
    }
    let value = try constant(expression, at: range)
    if take(.question) {
      modifiers.append(Modifier(.start([value]), range: range))
      return nil
    }
    if take(.star) {
      modifiers.append(Modifier(.value([.fixed(value)]), range: range))
      return nil
    }
    switch current.kind {
    case .name, .string:
      throw SyntaxProblem(
        "missing-star", "A '*' is missing between the number and \(shown(current)).",
        hint: "Write for instance '\(shortDescription(value))*x'.", at: current.range)
    case .end, .symbol(.plus):
      throw SyntaxProblem(
        "missing-variable", "The value \(shortDescription(value)) has no variable.",
        hint:
          "Write '\(shortDescription(value))*x' for a variable, '\(shortDescription(value))*1' for an intercept.",
        at: range)
    default:
      if isLiteral, let literal { return literal }
      throw SyntaxProblem(
        "unexpected-token", "'*' was expected, not \(shown(current)).", hint: nil, at: current.range)
    }
  }

  /// Whether the token behind a `*` is a factor of the same number rather than a variable, modifier or intercept.
  private func multiplies(_ token: Token, _ following: Token) -> Bool {
    switch token.kind {
    case .number:
      return [.star, .slash, .caret, .question].contains(following.symbol)
    case .symbol(.open), .symbol(.minus): return true
    case .name:
      guard following.symbol == .open else { return false }
      let name = text(of: token)
      return !Self.modifierNames.contains(name) && Expression.Function(rawValue: name) != nil
    default: return false
    }
  }

  /// Production `quotient`.
  private mutating func quotient() throws(SyntaxProblem) -> Expression {
    var left = try operation(binding: .sign)
    while take(.slash) {
      try countOperand()
      left = .binary(.divide, left, try operation(binding: .sign))
    }
    return left
  }

  /// The value of an expression without labels.
  private mutating func constant(_ expression: Expression, at range: SourceRange) throws(SyntaxProblem)
    -> Double
  {
    let value = try constantOrInfinite(expression, at: range)
    guard value.isFinite else {
      throw SyntaxProblem(
        "not-finite", "The value is not a finite number.", hint: "Write a number such as 0.5.", at: range)
    }
    return value
  }

  private mutating func constantOrInfinite(
    _ expression: Expression, at range: SourceRange
  ) throws(SyntaxProblem) -> Double {
    let names = expressionNames
    expressionNames.removeAll()
    do throws(ExpressionError) {
      return try expression.value { $0 == "Inf" ? .infinity : nil }
    } catch {
      throw SyntaxProblem(
        "label-in-arithmetic", "A value before '*' is a number; it cannot be computed from a label.",
        hint: "Write the label alone, 'a*x', and put the arithmetic in a constraint: 'a == 2*b'.",
        at: names.first?.range ?? range)
    }
  }

  // MARK: Calls

  /// Production `modifier-call`; `nil`, and nothing read, when the name is that of an arithmetic function.
  mutating func modifierCall(_ name: String) throws(SyntaxProblem) -> Modifier? {
    let start = position
    let nameRange = current.range
    guard Self.modifierNames.contains(name) else {
      if Expression.Function(rawValue: name) != nil { return nil }
      let known = Self.modifierNames + Expression.Function.allCases.map(\.rawValue)
      throw SyntaxProblem(
        "unknown-modifier", "'\(name)' is not a modifier.",
        hint: nearestName(to: name, in: known).map { "Did you mean '\($0)'?" }
          ?? "The modifiers are start, label, equal, lower, upper, c and efa.",
        at: nameRange)
    }
    if name == "c" {
      let values = try elements()
      return Modifier(.value(values.map(\.value)), range: range(from: start))
    }
    let values = try callArgument(of: name)
    let range = range(from: start)
    switch name {
    case "start": return Modifier(.start(try numbers(values, in: name)), range: range)
    case "lower": return Modifier(.lower(try numbers(values, in: name)), range: range)
    case "upper": return Modifier(.upper(try numbers(values, in: name)), range: range)
    case "label": return Modifier(.label(try labels(values, in: name)), range: range)
    case "equal":
      let targets = try labels(values, in: name).compactMap { $0 }
      guard targets.count == values.count else { throw wrongElement(values[0].range, in: name) }
      return Modifier(.equal(targets), range: range)
    case "efa", "rv":
      guard values.count == 1, case .label(let text) = values[0].value else {
        throw wrongElement(values[0].range, in: name)
      }
      return Modifier(name == "efa" ? .exploratory(text) : .randomSlope(text), range: range)
    default:
      throw SyntaxProblem(
        "unsupported-modifier", "'\(name)()' belongs to Bayesian estimation, which is not available.",
        hint: "Remove it, or use 'start()', 'lower()' and 'upper()'.", at: nameRange)
    }
  }

  /// One element of `c(…)` or of a call.
  private typealias Element = (value: ModifierValue, range: SourceRange)

  /// Production `call-argument`: the argument of `start(0.5)` or `start(c(0.5, 0.6))`.
  private mutating func callArgument(of name: String) throws(SyntaxProblem) -> [Element] {
    if isVector(at: 2) {
      advance()
      let opening = current
      advance()
      let values = try elements()
      try close(opening: opening)
      return values
    }
    let values = try elements()
    guard values.count == 1 else {
      throw SyntaxProblem(
        "wrong-argument-count", "'\(name)' takes one value, or c() with one for each group.",
        hint: "Write for instance '\(name)(c(…, …))*x'.", at: values[1].range)
    }
    return values
  }

  /// Production `elements`: `(0.5, NA, a)`, after a name.
  private mutating func elements() throws(SyntaxProblem) -> [Element] {
    advance()
    let opening = current
    advance()
    if current.symbol == .close {
      throw SyntaxProblem(
        "empty-parentheses", "The parentheses hold no value.", hint: "Write at least one value.",
        at: opening.range.union(current.range))
    }
    var elements: [Element] = []
    repeat { elements.append(try element(opening: opening)) } while take(.comma)
    try close(opening: opening)
    return elements
  }

  /// Production `element`.
  private mutating func element(opening: Token) throws(SyntaxProblem) -> Element {
    let start = position
    let token = current
    let isAlone = peek(1).symbol == .comma || peek(1).symbol == .close
    switch token.kind {
    case .string:
      advance()
      return (.label(text(of: token)), token.range)
    case .name where isAlone && !["pi", "Inf"].contains(text(of: token)):
      advance()
      let name = text(of: token)
      return (name == "NA" ? .free : .label(name), token.range)
    default:
      let expression = try operation()
      if isAtEnd { try close(opening: opening) }
      let elementRange = range(from: start)
      return (.fixed(try constantOrInfinite(expression, at: elementRange)), elementRange)
    }
  }

  private func numbers(_ elements: [Element], in name: String) throws(SyntaxProblem) -> [Double?] {
    var result: [Double?] = []
    for element in elements {
      switch element.value {
      case .fixed(let value) where value.isFinite: result.append(value)
      case .fixed(let value) where value.isInfinite && name != "start": result.append(value)
      case .free: result.append(nil)
      default: throw wrongElement(element.range, in: name)
      }
    }
    return result
  }

  private func labels(_ elements: [Element], in name: String) throws(SyntaxProblem) -> [String?] {
    var result: [String?] = []
    for element in elements {
      switch element.value {
      case .label(let text): result.append(text)
      case .free: result.append(nil)
      case .fixed: throw wrongElement(element.range, in: name)
      }
    }
    return result
  }

  private func wrongElement(_ range: SourceRange, in name: String) -> SyntaxProblem {
    let wanted = ["start", "lower", "upper"].contains(name) ? "a finite number" : "a quoted name"
    return SyntaxProblem(
      "wrong-element", "'\(name)()' takes \(wanted).",
      hint: ["start", "lower", "upper"].contains(name) ? "Write '\(name)(0.5)'." : "Write '\(name)(\"a\")'.",
      at: range)
  }
}
