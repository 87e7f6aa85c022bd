/// Arithmetic expressions, with R's precedence: `^` (right associative) binds tighter than the unary minus, which
/// binds tighter than `*` and `/`, which bind tighter than `+` and `-`.
extension Parser {
  /// Production `expression`, up to the sign `closing` or the end of the statement.
  mutating func expression(closing: Operator?) throws(SyntaxProblem) -> Expression {
    let expression = try sum()
    if let closing {
      guard current.symbol?.relation == closing else { throw unexpectedInExpression() }
    } else if !isAtEnd {
      throw unexpectedInExpression()
    }
    return expression
  }

  private func unexpectedInExpression() -> SyntaxProblem {
    let token = current
    switch token.kind {
    case .symbol(.close):
      return SyntaxProblem(
        "unopened-parenthesis", "This parenthesis was never opened.", hint: "Remove it.", at: token.range)
    case .symbol(let symbol) where symbol.relation != nil:
      return SyntaxProblem(
        "second-operator", "A second operator, '\(symbol.rawValue)', stands in the same statement.",
        hint: "Put each relation on a line of its own.", at: token.range)
    case .end:
      return SyntaxProblem(
        "incomplete-expression", "The expression is not complete.", hint: nil, at: endRange)
    default:
      return SyntaxProblem(
        "unexpected-token", "An operator was expected before \(token.shown).",
        hint: "Join the parts by +, -, *, / or ^; one statement per line.", at: token.range)
    }
  }

  /// The place just behind the last token, where something is missing.
  var endRange: SourceRange {
    guard isAtEnd, position > 0 else { return current.range }
    let end = tokens[position - 1].range.upperBound
    return SourceRange(end, end + 1)
  }

  /// Production `sum`.
  mutating func sum() throws(SyntaxProblem) -> Expression {
    var left = try product()
    while let symbol = current.symbol, symbol == .plus || symbol == .minus {
      try countOperand()
      advance()
      left = .binary(symbol == .plus ? .add : .subtract, left, try product())
    }
    return left
  }

  /// Production `product`.
  private mutating func product() throws(SyntaxProblem) -> Expression {
    var left = try signed()
    while let symbol = current.symbol, symbol == .star || symbol == .slash {
      try countOperand()
      advance()
      if current.symbol == .star {
        throw SyntaxProblem(
          "unexpected-token", "'**' is not an operator.", hint: "A power is written with '^'.",
          at: current.range)
      }
      left = .binary(symbol == .star ? .multiply : .divide, left, try signed())
    }
    return left
  }

  /// Counts operands, so that no expression becomes a tree too deep to walk.
  mutating func countOperand() throws(SyntaxProblem) {
    operands += 1
    guard operands > Self.maximumOperands else { return }
    throw SyntaxProblem(
      "expression-too-long", "The expression has more than \(Self.maximumOperands) operands.",
      hint: "Split it by ':=' definitions.", at: current.range)
  }

  /// Production `signed`.
  mutating func signed() throws(SyntaxProblem) -> Expression {
    try descend()
    defer { depth -= 1 }
    if take(.minus) { return .negated(try signed()) }
    if take(.plus) { return try signed() }
    return try power()
  }

  /// Production `power`.
  private mutating func power() throws(SyntaxProblem) -> Expression {
    let base = try primary()
    guard take(.caret) else { return base }
    try countOperand()
    return .binary(.power, base, try signed())
  }

  private mutating func descend() throws(SyntaxProblem) {
    depth += 1
    guard depth > Self.maximumDepth else { return }
    throw SyntaxProblem(
      "expression-too-deep", "The expression nests deeper than \(Self.maximumDepth) levels.",
      hint: "Split it by ':=' definitions.", at: current.range)
  }

  /// Production `primary`.
  private mutating func primary() throws(SyntaxProblem) -> Expression {
    let token = current
    switch token.kind {
    case .number(let value):
      advance()
      return .number(value)
    case .name(let name):
      if peek(1).symbol == .open { return try call(name) }
      advance()
      if name != "pi" { expressionNames.append(Name(name, range: token.range)) }
      return .name(name)
    case .symbol(.open):
      advance()
      let inner = try sum()
      try close(opening: token)
      return inner
    case .string(let text):
      throw SyntaxProblem(
        "string-in-expression", "An expression holds labels without quotes, not \"\(text)\".",
        hint: "Write \(text).", at: token.range)
    case .end:
      throw SyntaxProblem(
        "incomplete-expression", "Something is missing at the end of the expression.",
        hint: "Add a number or a label.", at: endRange)
    default:
      throw SyntaxProblem(
        "unexpected-token", "A number, a label or a function was expected, not \(token.shown).", hint: nil,
        at: token.range)
    }
  }

  mutating func close(opening: Token) throws(SyntaxProblem) {
    if take(.close) { return }
    if isAtEnd {
      throw SyntaxProblem(
        "unclosed-parenthesis", "The parenthesis that opens here is not closed.", hint: "Add a ')'.",
        at: opening.range)
    }
    throw SyntaxProblem(
      "unexpected-token", "')' was expected, not \(current.shown).", hint: nil, at: current.range)
  }

  /// Production `call`.
  private mutating func call(_ name: String) throws(SyntaxProblem) -> Expression {
    let nameToken = current
    guard let function = Expression.Function(rawValue: name) else {
      let nearest = nearestName(to: name, in: Expression.Function.allCases.map(\.rawValue))
      throw SyntaxProblem(
        "unknown-function", "'\(name)' is not a function that expressions know.",
        hint: nearest.map { "Did you mean '\($0)'?" }, at: nameToken.range)
    }
    advance()
    let opening = current
    advance()
    var arguments: [Expression] = []
    if current.symbol != .close { try self.arguments(into: &arguments, of: function) }
    try close(opening: opening)
    guard function.arity.contains(arguments.count) else {
      throw SyntaxProblem(
        "wrong-argument-count", "'\(name)' takes \(function.arityDescription), not \(arguments.count).",
        hint: function == .mean ? "R's mean() averages its first argument only: write mean(c(a, b))." : nil,
        at: nameToken.range)
    }
    return .call(function, arguments)
  }

  /// Production `arguments`; `c(a, b)` inside `sum`, `mean`, `min`, `max` and `prod` stands for its elements.
  private mutating func arguments(
    into arguments: inout [Expression], of function: Expression.Function
  ) throws(SyntaxProblem) {
    var direct = 0
    var vectors = 0
    let start = current
    repeat {
      if case .name("c") = current.kind, peek(1).symbol == .open, function.takesVector {
        vectors += 1
        try descend()
        defer { depth -= 1 }
        advance()
        let opening = current
        advance()
        repeat { arguments.append(try sum()) } while take(.comma)
        try close(opening: opening)
      } else {
        direct += 1
        arguments.append(try sum())
      }
      try countOperand()
    } while take(.comma)
    if function == .mean, direct + vectors > 1 {
      throw SyntaxProblem(
        "wrong-argument-count", "'mean' takes one argument.",
        hint: "R's mean() averages its first argument only: write mean(c(a, b)).", at: start.range)
    }
  }
}
