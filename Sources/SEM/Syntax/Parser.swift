/// Reads statements by recursive descent. Each function names its production of Docs/Grammar.ebnf.
struct Parser {
  /// How deep parentheses, signs, powers and calls may nest.
  static let maximumDepth = 200
  /// How many operands the expressions of one statement may have.
  static let maximumOperands = 1000

  let source: SourceText
  var tokens: [Token]
  var position = 0
  var depth = 0
  var operands = 0
  var expressionNames: [Name] = []

  private init(tokens: [Token], source: SourceText) {
    self.tokens = tokens
    self.source = source
  }

  /// Production `model`.
  static func statements(from tokens: [Token], in source: SourceText) throws(SyntaxProblem) -> [Statement] {
    var statements: [Statement] = []
    for var slice in StatementSplitter.slices(of: tokens) {
      // A slice's last token is the line break, semicolon or end that closes it.
      if let last = slice.indices.last { slice[last].kind = .end }
      var parser = Parser(tokens: slice, source: source)
      statements.append(try parser.statement())
    }
    return statements
  }

  /// Production `expression`, as a whole text.
  static func expression(from tokens: [Token], in source: SourceText) throws(SyntaxProblem) -> Expression {
    // Line breaks mean nothing in an expression that stands alone.
    let kept = tokens.filter { $0.kind != .newline }
    var parser = Parser(tokens: kept, source: source)
    return try parser.expression(closing: nil)
  }

  // MARK: Tokens

  var current: Token { tokens[min(position, tokens.count - 1)] }

  func peek(_ distance: Int) -> Token { tokens[min(position + distance, tokens.count - 1)] }

  var isAtEnd: Bool { current.kind == .end }

  mutating func advance() { position = min(position + 1, tokens.count - 1) }

  mutating func take(_ symbol: Symbol) -> Bool {
    guard current.symbol == symbol else { return false }
    advance()
    return true
  }

  /// The range from the token at `start` to the token before the current one.
  func range(from start: Int) -> SourceRange {
    let last = max(start, position - 1)
    return tokens[start].range.union(tokens[min(last, tokens.count - 1)].range)
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
    for (index, token) in tokens.enumerated() {
      guard let symbol = token.symbol else { continue }
      if symbol == .open { nesting += 1 } else if symbol == .close { nesting = max(0, nesting - 1) }
      if nesting == 0, let relation = symbol.relation { return (index, relation) }
    }
    return nil
  }

  private func missingOperator() -> SyntaxProblem {
    // A parenthesis that is never closed swallows the operator: say that instead.
    var open: [Token] = []
    for token in tokens {
      if token.symbol == .open { open.append(token) } else if token.symbol == .close { _ = open.popLast() }
    }
    if let unclosed = open.last {
      return SyntaxProblem(
        "unclosed-parenthesis", "The parenthesis that opens here is not closed.", hint: "Add a ')'.",
        at: unclosed.range)
    }
    let first = tokens[0].range
    let last = tokens[max(0, tokens.count - 2)].range
    return SyntaxProblem(
      "missing-operator", "This statement has no operator.",
      hint:
        "Write for instance 'f =~ x1 + x2', 'y ~ x' or 'x1 ~~ x2'; a line that continues begins or the one "
        + "before ends with '+'.",
      at: first.union(last))
  }

  /// Production `block`: `group: Pasteur`.
  private var isBlockHeader: Bool {
    guard case .name(let name) = current.kind, peek(1).symbol == .colon else { return false }
    return ["group", "level", "block", "class"].contains(name.lowercased())
      && relationAtTopLevel().map { $0.relation != .regression } ?? true
  }

  private mutating func blockHeader() throws(SyntaxProblem) -> Statement {
    guard case .name(let keyword) = current.kind else { throw missingOperator() }
    let keywordName = Name(keyword.lowercased(), range: current.range)
    advance()
    advance()
    let start = position
    guard !isAtEnd else {
      throw SyntaxProblem(
        "missing-block-label", "'\(keyword):' needs the label or number of a \(keyword.lowercased()).",
        hint: "Write for instance '\(keyword.lowercased()): 1'.", at: keywordName.range)
    }
    position = tokens.count - 1
    let labelRange = range(from: start)
    let label: String
    if position - start == 1, case .string(let text) = tokens[start].kind {
      label = text
    } else {
      label = String(source.characters[labelRange.lowerBound..<labelRange.upperBound])
    }
    return Statement(
      .block(keyword: keywordName, label: Name(label, range: labelRange)), range: range(from: 0))
  }

  /// Production `definition`.
  private mutating func definition() throws(SyntaxProblem) -> Statement {
    guard case .name(let name) = current.kind, peek(1).symbol == .definition else {
      throw SyntaxProblem(
        "definition-name", "The left side of ':=' must be one new name.",
        hint: "Write for instance 'ab := a*b'.",
        at: current.range)
    }
    let defined = Name(name, range: current.range)
    advance()
    advance()
    let expression = try expression(closing: nil)
    return Statement(
      .definition(name: defined, expression: expression), range: range(from: 0),
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
    return Statement(.constraint(constraint), range: range(from: 0), expressionNames: expressionNames)
  }
}

/// Decides where statements end: at `;`, and at a line break unless the statement goes on.
///
/// It goes on inside parentheses, after a sign, and when the next line begins with a sign that cannot begin a
/// statement. Production `separator`.
enum StatementSplitter {
  static func slices(of tokens: [Token]) -> [[Token]] {
    var slices: [[Token]] = []
    var current: [Token] = []
    var nesting = 0
    var hasRelation = false
    var index = 0
    func close(with token: Token) {
      if !current.isEmpty { slices.append(current + [token]) }
      current.removeAll(keepingCapacity: true)
      nesting = 0
      hasRelation = false
    }
    while index < tokens.count {
      let token = tokens[index]
      switch token.kind {
      case .newline:
        var next = index + 1
        while next < tokens.count, tokens[next].kind == .newline { next += 1 }
        if !current.isEmpty, nesting == 0,
          !continues(
            after: current.last, before: next < tokens.count ? tokens[next] : nil, hasRelation: hasRelation)
        {
          close(with: token)
        }
        index = next
        continue
      case .semicolon, .end:
        close(with: token)
      default:
        if token.symbol == .open {
          nesting += 1
        } else if token.symbol == .close {
          nesting = max(0, nesting - 1)
        }
        if token.symbol?.relation != nil { hasRelation = true }
        current.append(token)
      }
      index += 1
    }
    return slices
  }

  private static func continues(after last: Token?, before next: Token?, hasRelation: Bool) -> Bool {
    if let symbol = last?.symbol, symbol != .close { return true }
    guard let symbol = next?.symbol else { return false }
    switch symbol {
    case .plus, .star, .slash, .caret, .question, .comma, .close: return true
    default: return symbol.relation != nil && !hasRelation
    }
  }
}
