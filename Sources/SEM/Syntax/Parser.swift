/// Reads statements by recursive descent. Each function names its production of Docs/Grammar.ebnf.
struct Parser {
  /// How deep parentheses, signs, powers and calls may nest.
  static let maximumDepth = 200
  /// How many operands the expressions of one statement may have.
  static let maximumOperands = 1000

  let source: SourceText
  /// The tokens of all statements.
  let tokens: [Token]
  /// The statement's first token and the one that ends it.
  private(set) var first = 0
  private(set) var last = 0
  var position = 0
  var depth = 0
  var operands = 0
  var expressionNames: [Name] = []

  private init(tokens: [Token], source: SourceText) {
    self.tokens = tokens
    self.source = source
  }

  private mutating func begin(_ statement: ClosedRange<Int>) {
    first = statement.lowerBound
    last = statement.upperBound
    position = first
    depth = 0
    operands = 0
    expressionNames = []
  }

  /// Production `model`.
  static func statements(from tokens: [Token], in source: SourceText) throws(SyntaxProblem) -> [Statement] {
    let split = StatementSplitter.split(tokens)
    var statements: [Statement] = []
    statements.reserveCapacity(split.statements.count)
    var parser = Parser(tokens: split.tokens, source: source)
    for statement in split.statements {
      parser.begin(statement)
      statements.append(try parser.statement())
    }
    return statements
  }

  /// Production `expression`, as a whole text.
  static func expression(from tokens: [Token], in source: SourceText) throws(SyntaxProblem) -> Expression {
    // Line breaks mean nothing in an expression that stands alone.
    let kept = tokens.filter { $0.kind != .newline }
    var parser = Parser(tokens: kept, source: source)
    parser.begin(0...(kept.count - 1))
    return try parser.expression(closing: nil)
  }

  // MARK: Tokens

  var current: Token { tokens[min(position, last)] }

  func peek(_ distance: Int) -> Token { tokens[min(position + distance, last)] }

  /// The token before the current one, where the statement has one.
  var previous: Token { tokens[max(first, position - 1)] }

  /// The name that a token is, without quotes.
  func text(of token: Token) -> String {
    let (start, end) = (token.range.lowerBound, token.range.upperBound)
    return token.kind == .string ? source[(start + 1)..<(end - 1)] : source[start..<end]
  }

  /// Whether `c(` stands some tokens ahead.
  func isVector(at distance: Int) -> Bool {
    peek(distance + 1).symbol == .open && peek(distance).kind == .name && text(of: peek(distance)) == "c"
  }

  /// A token as an error message shows it.
  func shown(_ token: Token) -> String {
    switch token.kind {
    case .name: "'\(text(of: token))'"
    case .string: "\"\(text(of: token))\""
    case .number(let value): "the number \(shortDescription(value))"
    case .symbol(let symbol): "'\(symbol.rawValue)'"
    case .newline: "the end of the line"
    case .semicolon: "';'"
    case .end: "the end of the statement"
    }
  }

  var isAtEnd: Bool { tokens[min(position, last)].kind == .end }

  mutating func advance() { position = min(position + 1, last) }

  mutating func take(_ symbol: Symbol) -> Bool {
    guard tokens[min(position, last)].symbol == symbol else { return false }
    advance()
    return true
  }

  /// The range from the token at `start` to the token before the current one.
  func range(from start: Int) -> SourceRange {
    let end = max(start, position - 1)
    return tokens[start].range.union(tokens[min(end, last)].range)
  }

  // MARK: Statements

  /// Production `statement`.
  private mutating func statement() throws(SyntaxProblem) -> Statement {
    if isBlockHeader { return try blockHeader() }
    guard let (relationIndex, relation) = relationAtTopLevel() else { throw missingOperator() }
    switch relation {
    case .definition: return try definition()
    case .equality, .lessThan, .greaterThan: return try constraint(relation)
    default: return try formula(relation, at: relationIndex)
    }
  }

  /// The first sign outside parentheses that makes a statement.
  private func relationAtTopLevel() -> (index: Int, relation: Operator)? {
    var nesting = 0
    for index in first...last {
      guard let symbol = tokens[index].symbol else { continue }
      if symbol == .open { nesting += 1 } else if symbol == .close { nesting = max(0, nesting - 1) }
      if nesting == 0, let relation = symbol.relation { return (index, relation) }
    }
    return nil
  }

  private func missingOperator() -> SyntaxProblem {
    // A parenthesis that is never closed swallows the operator: say that instead.
    var open: [Token] = []
    for token in tokens[first...last] {
      if token.symbol == .open { open.append(token) } else if token.symbol == .close { _ = open.popLast() }
    }
    if let unclosed = open.last {
      return SyntaxProblem(
        "unclosed-parenthesis", "The parenthesis that opens here is not closed.", hint: "Add a ')'.",
        at: unclosed.range)
    }
    let whole = tokens[first].range.union(tokens[max(first, last - 1)].range)
    return SyntaxProblem(
      "missing-operator", "This statement has no operator.",
      hint:
        "Write for instance 'f =~ x1 + x2', 'y ~ x' or 'x1 ~~ x2'; a line that continues begins or the one "
        + "before ends with '+'.",
      at: whole)
  }

  /// Production `block`: `group: Pasteur`.
  private var isBlockHeader: Bool {
    guard peek(1).symbol == .colon, current.kind == .name else { return false }
    return ["group", "level", "block", "class"].contains(text(of: current).lowercased())
      && relationAtTopLevel().map { $0.relation != .regression } ?? true
  }

  private mutating func blockHeader() throws(SyntaxProblem) -> Statement {
    guard current.kind == .name else { throw missingOperator() }
    let keyword = text(of: current)
    let keywordName = Name(keyword.lowercased(), range: current.range)
    advance()
    advance()
    let start = position
    guard !isAtEnd else {
      throw SyntaxProblem(
        "missing-block-label", "'\(keyword):' needs the label or number of a \(keyword.lowercased()).",
        hint: "Write for instance '\(keyword.lowercased()): 1'.", at: keywordName.range)
    }
    position = last
    let labelRange = range(from: start)
    let label: String
    if position - start == 1, tokens[start].kind == .string {
      label = text(of: tokens[start])
    } else {
      label = source[labelRange.lowerBound..<labelRange.upperBound]
    }
    return Statement(
      .block(keyword: keywordName, label: Name(label, range: labelRange)), range: range(from: first))
  }

  /// Production `definition`.
  private mutating func definition() throws(SyntaxProblem) -> Statement {
    guard current.kind == .name, peek(1).symbol == .definition else {
      throw SyntaxProblem(
        "definition-name", "The left side of ':=' must be one new name.",
        hint: "Write for instance 'ab := a*b'.",
        at: current.range)
    }
    let defined = Name(text(of: current), range: current.range)
    advance()
    advance()
    let expression = try expression(closing: nil)
    return Statement(
      .definition(name: defined, expression: expression), range: range(from: first),
      expressionNames: expressionNames)
  }

  /// Production `constraint`.
  private mutating func constraint(_ relation: Operator) throws(SyntaxProblem) -> Statement {
    if current.symbol?.relation == relation {
      throw SyntaxProblem(
        "missing-left-side", "Nothing stands before '\(relation.rawValue)'.",
        hint: "Write for instance 'a \(relation.rawValue) b'.",
        at: current.range)
    }
    let left = try expression(closing: relation)
    advance()
    let right = try expression(closing: nil)
    let constraint = Constraint(lhs: left, op: relation, rhs: right)
    return Statement(.constraint(constraint), range: range(from: first), expressionNames: expressionNames)
  }
}

/// Decides where statements end: at `;`, and at a line break unless the statement goes on.
///
/// It goes on inside parentheses, after a sign, and when the next line begins with a sign that cannot begin a
/// statement. Production `separator`.
enum StatementSplitter {
  /// The tokens without the line breaks inside statements, and each statement's tokens with the one that ends it, which
  /// becomes `.end`.
  static func split(_ tokens: [Token]) -> (tokens: [Token], statements: [ClosedRange<Int>]) {
    var kept: [Token] = []
    kept.reserveCapacity(tokens.count)
    var statements: [ClosedRange<Int>] = []
    statements.reserveCapacity(1 + tokens.count / 4)
    var start = 0
    var nesting = 0
    var hasRelation = false
    var index = 0
    func close(with token: Token) {
      if kept.count > start {
        statements.append(start...kept.count)
        kept.append(Token(kind: .end, range: token.range))
      }
      start = kept.count
      nesting = 0
      hasRelation = false
    }
    while index < tokens.count {
      switch tokens[index].kind {
      case .newline:
        var next = index + 1
        while next < tokens.count, tokens[next].kind == .newline { next += 1 }
        if kept.count > start, nesting == 0,
          !continues(
            after: kept.last?.symbol, before: next < tokens.count ? tokens[next].symbol : nil,
            hasRelation: hasRelation)
        {
          close(with: tokens[index])
        }
        index = next
        continue
      case .semicolon, .end: close(with: tokens[index])
      case .symbol(let symbol):
        if symbol == .open {
          nesting += 1
        } else if symbol == .close {
          nesting = max(0, nesting - 1)
        }
        if symbol.relation != nil { hasRelation = true }
        kept.append(tokens[index])
      default: kept.append(tokens[index])
      }
      index += 1
    }
    return (kept, statements)
  }

  private static func continues(after last: Symbol?, before next: Symbol?, hasRelation: Bool) -> Bool {
    if let last, last != .close { return true }
    guard let next else { return false }
    switch next {
    case .plus, .star, .slash, .caret, .question, .comma, .close: return true
    default: return next.relation != nil && !hasRelation
    }
  }
}
