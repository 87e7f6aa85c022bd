/// Arithmetic expressions, with R's precedence: `^` (right associative) binds tighter than the unary minus, which
/// binds tighter than `*` and `/`, which bind tighter than `+` and `-`.
extension Parser {
  /// Production `expression`, up to the sign `closing` or the end of the statement.
  mutating func expression(closing: Operator?) throws(SyntaxProblem) -> Expression {
    let expression = try operation()
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
        "unexpected-token", "An operator was expected before \(shown(token)).",
        hint: "Join the parts by +, -, *, / or ^; one statement per line.", at: token.range)
    }
  }

  /// The place just behind the last token, where something is missing.
  var endRange: SourceRange {
    guard isAtEnd, position > first else { return current.range }
    let end = previous.range.upperBound
    return SourceRange(end, end + 1)
  }

  /// How strongly the forms of an expression bind.
  enum Binding: Int {
    case sum = 1
    case product, sign, power
  }

  /// Productions `sum`, `product`, `signed` and `power`, by climbing from one strength of binding to the next.
  ///
  /// One function for all keeps the stack small: an expression may nest ``maximumDepth`` levels on any thread.
  mutating func operation(binding minimum: Binding = .sum) throws(SyntaxProblem) -> Expression {
    try descend()
    defer { depth -= 1 }
    var left = try primary()
    while let (op, binding) = Self.infix(current.symbol), binding.rawValue >= minimum.rawValue {
      try countOperand()
      advance()
      if current.symbol == .star { throw doubleStar() }
      // A power's exponent may be a power again; the other operators group to the left.
      let right: Binding = binding == .sum ? .product : binding == .product ? .sign : .power
      left = .binary(op, left, try operation(binding: right))
    }
    return left
  }

  private static func infix(_ symbol: Symbol?) -> (Expression.BinaryOperator, Binding)? {
    switch symbol {
    case .plus: (.add, .sum)
    case .minus: (.subtract, .sum)
    case .star: (.multiply, .product)
    case .slash: (.divide, .product)
    case .caret: (.power, .power)
    default: nil
    }
  }

  private func doubleStar() -> SyntaxProblem {
    SyntaxProblem(
      "unexpected-token", "'**' is not an operator.", hint: "A power is written with '^'.", at: current.range)
  }

  /// Counts operands, so that no expression becomes a tree too deep to walk.
  mutating func countOperand() throws(SyntaxProblem) {
    operands += 1
    guard operands > Self.maximumOperands else { return }
    throw SyntaxProblem(
      "expression-too-long", "The expression has more than \(Self.maximumOperands) operands.",
      hint: "Split it by ':=' definitions.", at: current.range)
  }

  private mutating func descend() throws(SyntaxProblem) {
    depth += 1
    guard depth > Self.maximumDepth else { return }
    throw SyntaxProblem(
      "expression-too-deep", "The expression nests deeper than \(Self.maximumDepth) levels.",
      hint: "Split it by ':=' definitions.", at: current.range)
  }

  /// Productions `primary` and the sign of `signed`.
  private mutating func primary() throws(SyntaxProblem) -> Expression {
    let token = current
    switch token.kind {
    case .number(let value):
      advance()
      return .number(value)
    case .name:
      let name = text(of: token)
      if peek(1).symbol == .open { return try call(name) }
      advance()
      if name != "pi" { expressionNames.append(Name(name, range: token.range)) }
      return .name(name)
    case .symbol(.minus):
      advance()
      return .negated(try operation(binding: .sign))
    case .symbol(.plus):
      advance()
      return try operation(binding: .sign)
    case .symbol(.open):
      advance()
      let inner = try operation()
      try close(opening: token)
      return inner
    default: throw unexpectedOperand(token)
    }
  }

  private func unexpectedOperand(_ token: Token) -> SyntaxProblem {
    switch token.kind {
    case .string:
      SyntaxProblem(
        "string-in-expression", "An expression holds labels without quotes, not \(shown(token)).",
        hint: "Write \(text(of: token)).", at: token.range)
    case .end:
      SyntaxProblem(
        "incomplete-expression", "Something is missing at the end of the expression.",
        hint: "Add a number or a label.", at: endRange)
    default:
      SyntaxProblem(
        "unexpected-token", "A number, a label or a function was expected, not \(shown(token)).", hint: nil,
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
      "unexpected-token", "')' was expected, not \(shown(current)).", hint: nil, at: current.range)
  }

  /// Productions `call` and `arguments`; `c(a, b)` inside `sum`, `mean`, `min`, `max` and `prod` stands for its
  /// elements.
  private mutating func call(_ name: String) throws(SyntaxProblem) -> Expression {
    let start = position
    guard let function = Expression.Function(rawValue: name) else { throw unknownFunction(name) }
    advance()
    let opening = position
    advance()
    var arguments: [Expression] = []
    var vectorOpening: Int?
    var groups = 0
    if current.symbol != .close {
      repeat {
        if vectorOpening == nil {
          groups += 1
          if function.takesVector, isVector(at: 0) {
            advance()
            vectorOpening = position
            advance()
          }
        }
        try countOperand()
        arguments.append(try operation())
        if let vector = vectorOpening, current.symbol != .comma {
          try close(opening: tokens[vector])
          vectorOpening = nil
        }
      } while take(.comma)
    }
    try close(opening: tokens[opening])
    guard function.arity.contains(arguments.count), function != .mean || groups == 1 else {
      throw wrongArgumentCount(function, arguments.count, at: start)
    }
    return .call(function, arguments)
  }

  private func unknownFunction(_ name: String) -> SyntaxProblem {
    let nearest = nearestName(to: name, in: Expression.Function.allCases.map(\.rawValue))
    return SyntaxProblem(
      "unknown-function", "'\(name)' is not a function that expressions know.",
      hint: nearest.map { "Did you mean '\($0)'?" }, at: current.range)
  }

  private func wrongArgumentCount(
    _ function: Expression.Function, _ count: Int, at start: Int
  ) -> SyntaxProblem {
    SyntaxProblem(
      "wrong-argument-count",
      "'\(function.rawValue)' takes \(function == .mean ? "one argument" : function.arityDescription), not \(count).",
      hint: function == .mean ? "R's mean() averages its first argument only: write mean(c(a, b))." : nil,
      at: tokens[start].range)
  }
}
