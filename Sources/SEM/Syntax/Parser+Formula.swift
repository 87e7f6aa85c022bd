/// Formulas: `f =~ x1 + start(0.8)*x2`.
extension Parser {
  /// Production `formula`.
  mutating func formula(_ relation: Operator, at relationIndex: Int) throws(SyntaxProblem) -> Statement {
    let left = try leftSide(until: relationIndex, relation: relation)
    advance()
    var right: [Term] = []
    right.reserveCapacity((last - position) / 2 + 1)
    repeat {
      if isAtEnd || current.symbol == .plus { throw missingTerm(after: relation, isFirst: right.isEmpty) }
      right.append(try term(of: relation))
    } while take(.plus)
    guard isAtEnd else { throw unexpectedAfterTerm() }
    return Statement(.formula(left: left, op: relation, right: right), range: range(from: first))
  }

  private func missingTerm(after relation: Operator, isFirst: Bool) -> SyntaxProblem {
    if isFirst, isAtEnd {
      return SyntaxProblem(
        "missing-right-side", "Nothing stands after '\(relation.rawValue)'.",
        hint: "Add at least one variable.",
        at: previous.range)
    }
    if isAtEnd {
      return SyntaxProblem(
        "missing-term", "A variable is missing after '+'.", hint: "Add it or remove the '+'.",
        at: previous.range)
    }
    return SyntaxProblem(
      "missing-term", "A variable is missing before '+'.", hint: "Add it or remove the '+'.",
      at: current.range)
  }

  private func unexpectedAfterTerm() -> SyntaxProblem {
    let token = current
    switch token.kind {
    case .symbol(.minus):
      return SyntaxProblem(
        "minus-between-terms", "Terms are joined by '+', not by '-'.",
        hint: "Remove the '-'; to fix a parameter at -1 write '-1*x'.", at: token.range)
    case .symbol(.question):
      return SyntaxProblem(
        "misplaced-question-mark", "'?' stands between a starting value and a variable.",
        hint: "Write for instance '0.5?x' or 'start(0.5)*x'.", at: token.range)
    case .symbol(.star):
      return SyntaxProblem(
        "misplaced-star", "'*' stands between a modifier and a variable.",
        hint: "Write for instance '0.5*x'.",
        at: token.range)
    case .symbol(.close):
      return SyntaxProblem(
        "unopened-parenthesis", "This parenthesis was never opened.", hint: "Remove it.", at: token.range)
    case .symbol(let symbol) where symbol.relation != nil:
      return SyntaxProblem(
        "second-operator", "A second operator, '\(symbol.rawValue)', stands in the same statement.",
        hint: "Put each relation on a line of its own; a '+' at a line's end joins the next line.",
        at: token.range)
    default:
      return SyntaxProblem(
        "missing-plus", "A '+' is missing before \(shown(token)).",
        hint: "Join the variables of one formula by '+'.",
        at: token.range)
    }
  }

  /// Production `left`.
  private mutating func leftSide(until end: Int, relation: Operator) throws(SyntaxProblem) -> [Term] {
    guard end > first else {
      throw SyntaxProblem(
        "missing-left-side", "Nothing stands before '\(relation.rawValue)'.",
        hint: "Write for instance '\(relation == .measurement ? "f" : "y") \(relation.rawValue) x'.",
        at: current.range)
    }
    var left: [Term] = []
    repeat {
      if position >= end || current.symbol == .plus {
        throw SyntaxProblem(
          "missing-term", "A variable is missing next to '+'.", hint: "Add it or remove the '+'.",
          at: tokens[max(first, min(position, end) - (position >= end ? 1 : 0))].range)
      }
      let term = try term(of: relation)
      try checkLeft(term)
      left.append(term)
    } while take(.plus)
    guard position == end else { throw unexpectedAfterTerm() }
    return left
  }

  private func checkLeft(_ term: Term) throws(SyntaxProblem) {
    switch term.target {
    case .variable: break
    case .interaction:
      throw SyntaxProblem(
        "interaction-on-left", "A product of variables cannot stand on the left side.",
        hint: "Products are predictors only: 'y ~ x:z'.", at: term.range)
    case .intercept:
      throw SyntaxProblem(
        "number-on-left", "A number cannot stand on the left side.", hint: "Write a variable.", at: term.range
      )
    }
    for modifier in term.modifiers {
      if case .exploratory = modifier.kind { continue }
      throw SyntaxProblem(
        "modifier-on-left", "Modifiers stand on the right side.",
        hint: "Write them before the variables on the right: 'f =~ a*x1'.", at: modifier.range)
    }
  }

  // MARK: Terms

  /// Production `term`.
  private mutating func term(of relation: Operator) throws(SyntaxProblem) -> Term {
    let start = position
    var modifiers: [Modifier] = []
    while true {
      let token = current
      switch token.kind {
      case .name:
        let name = text(of: token)
        if peek(1).symbol == .open {
          guard let call = try modifierCall(name) else {
            if let intercept = try numericModifier(into: &modifiers) {
              return try interceptTerm(intercept, modifiers, relation, from: start)
            }
            continue
          }
          modifiers.append(call)
          try star(after: call.range)
        } else if peek(1).symbol == .star {
          let value: ModifierValue = name == "NA" ? .free : .label(name)
          modifiers.append(Modifier(.value([value]), range: token.range))
          advance()
          advance()
        } else if peek(1).symbol == .question {
          throw SyntaxProblem(
            "misplaced-question-mark", "'?' follows a starting value, not a name.",
            hint: "Write for instance '0.5?\(name)'.", at: peek(1).range)
        } else {
          return try variable(Name(name, range: token.range), modifiers, from: start)
        }
      case .string:
        if peek(1).symbol == .star {
          modifiers.append(Modifier(.value([.label(text(of: token))]), range: token.range))
          advance()
          advance()
        } else {
          return try variable(Name(text(of: token), range: token.range), modifiers, from: start)
        }
      case .number, .symbol(.open), .symbol(.minus):
        if let intercept = try numericModifier(into: &modifiers) {
          return try interceptTerm(intercept, modifiers, relation, from: start)
        }
      case .end:
        throw SyntaxProblem(
          "missing-variable", "A variable is missing after the modifier.", hint: "Add it behind the '*'.",
          at: previous.range)
      case .symbol(.star):
        throw SyntaxProblem(
          "misplaced-star", "'*' stands between a modifier and a variable.",
          hint: "Write for instance '0.5*x'.",
          at: token.range)
      case .symbol(let symbol) where symbol.relation != nil:
        throw SyntaxProblem(
          modifiers.isEmpty ? "second-operator" : "missing-variable",
          "A variable was expected, not \(shown(token)).", hint: "Put each relation on a line of its own.",
          at: token.range)
      default:
        throw SyntaxProblem(
          "unexpected-token", "A variable or modifier was expected, not \(shown(token)).", hint: nil,
          at: token.range)
      }
    }
  }

  /// Production `target`: a variable or a product of two.
  private mutating func variable(
    _ name: Name, _ modifiers: [Modifier], from start: Int
  ) throws(SyntaxProblem) -> Term {
    advance()
    guard take(.colon) else {
      return Term(.variable(name), modifiers: modifiers, range: range(from: start))
    }
    let second: Name
    switch current.kind {
    case .name, .string: second = Name(text(of: current), range: current.range)
    default:
      throw SyntaxProblem(
        "incomplete-interaction", "A variable is missing after ':'.",
        hint: "Write for instance 'x:z'; a block header is 'group: label'.", at: previous.range)
    }
    advance()
    return Term(.interaction(name, second), modifiers: modifiers, range: range(from: start))
  }

  /// Production `target`: the intercept.
  private func interceptTerm(
    _ value: Double, _ modifiers: [Modifier], _ relation: Operator, from start: Int
  ) throws(SyntaxProblem) -> Term {
    let termRange = range(from: start)
    guard relation == .regression else {
      throw SyntaxProblem(
        "intercept-not-allowed",
        "The number \(shortDescription(value)) stands where a variable was expected.",
        hint:
          "Intercepts are written 'x ~ 1'; a fixed value needs a variable: '\(shortDescription(value))*x'.",
        at: termRange)
    }
    // R knows 0 and 1 only in this place; another number without a '*' is a slip of which nobody can tell the meaning.
    guard value == 1 || (value == 0 && modifiers.isEmpty) else {
      throw SyntaxProblem(
        "intercept-not-one",
        "An intercept is written 1 (or 0 to fix it at zero), not \(shortDescription(value)).",
        hint: "To fix it at \(shortDescription(value)) write '\(shortDescription(value))*1'.", at: termRange)
    }
    return Term(.intercept(value), modifiers: modifiers, range: termRange)
  }

  private mutating func star(after range: SourceRange) throws(SyntaxProblem) {
    guard take(.star) else {
      throw SyntaxProblem(
        "missing-star", "A '*' is missing behind the modifier.", hint: "Write for instance 'start(0.5)*x'.",
        at: range)
    }
  }
}
