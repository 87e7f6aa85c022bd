/// One element of a model as the user states it: `lhs op rhs` with its modifiers.
struct ModelElement: Sendable {
  var lhs: Name
  var op: Operator
  /// The right-hand variable; empty for intercepts.
  var rhs: Name
  var modifiers: [Modifier]
  var range: SourceRange
  /// Which statement it comes from: the same element twice in one statement is one element with all modifiers.
  var statement: Int
}

/// What identifies an element within a block; the order of a covariance's variables does not matter.
struct ElementKey: Hashable {
  var lhs: String
  var op: Operator
  var rhs: String

  init(_ lhs: String, _ op: Operator, _ rhs: String) {
    let swaps = op == .covariance && rhs < lhs
    self.lhs = swaps ? rhs : lhs
    self.op = op
    self.rhs = swaps ? lhs : rhs
  }
}

/// The elements that hold in one block, or in all.
struct ElementScope: Sendable {
  var label: Name?
  private(set) var elements: [ModelElement] = []
  private var positions: [ElementKey: Int] = [:]

  init(label: Name?) { self.label = label }

  /// Adds an element; returns false when an earlier statement has stated it.
  mutating func add(_ element: ModelElement) -> Bool {
    let key = ElementKey(element.lhs.text, element.op, element.rhs.text)
    guard let position = positions[key] else {
      positions[key] = elements.count
      elements.append(element)
      return true
    }
    guard elements[position].statement == element.statement else { return false }
    elements[position].modifiers += element.modifiers
    return true
  }

  /// Exchanges the variables of the covariances of which `isWrong` says so.
  mutating func turnCovariances(where isWrong: (String, String) -> Bool) {
    for index in elements.indices where elements[index].op == .covariance {
      guard isWrong(elements[index].lhs.text, elements[index].rhs.text) else { continue }
      (elements[index].lhs, elements[index].rhs) = (elements[index].rhs, elements[index].lhs)
    }
  }
}

/// A model's statements, taken apart into elements per block, constraints and definitions.
struct ModelElements: Sendable {
  /// The scope of all groups, or one scope for each `group:` block.
  private(set) var scopes: [ElementScope] = []
  private(set) var constraints: [(constraint: Constraint, names: [Name])] = []
  private(set) var definitions: [(name: Name, expression: Expression, names: [Name])] = []
  private(set) var warnings: [SpecificationProblem] = []
  /// Whether the statements name groups themselves.
  private(set) var hasGroupBlocks = false

  init(_ statements: [Statement]) throws(SpecificationProblem) {
    var scopePositions: [String: Int] = [:]
    var current: Int?
    for (number, statement) in statements.enumerated() {
      switch statement.kind {
      case .constraint(let constraint):
        constraints.append((constraint, statement.expressionNames))
      case .definition(let name, let expression):
        definitions.append((name, expression, statement.expressionNames))
      case .block(let keyword, let label):
        guard keyword.text == "group" else {
          throw Self.notYetSupported("'\(keyword.text):' blocks", at: statement.range)
        }
        if !hasGroupBlocks, current != nil {
          throw SpecificationProblem(
            "statement-outside-group", "Statements stand before the first 'group:' block.",
            hint: "Write them into each group's block; constraints and definitions may stand anywhere.",
            at: scopes.first?.elements.first?.range)
        }
        hasGroupBlocks = true
        if let position = scopePositions[label.text] {
          current = position
        } else {
          scopePositions[label.text] = scopes.count
          current = scopes.count
          scopes.append(ElementScope(label: label))
        }
      case .formula(let left, let op, let right):
        let position = current ?? scopes.count
        if current == nil { scopes.append(ElementScope(label: nil)) }
        current = position
        try add(left: left, op: op, right: right, of: statement, number: number, to: position)
      }
    }
    orientCovariances()
  }

  private mutating func orientCovariances() {
    for index in scopes.indices { scopes[index].orientCovariances() }
  }

  static func notYetSupported(_ feature: String, at range: SourceRange) -> SpecificationProblem {
    SpecificationProblem(
      "not-yet-supported", "This version reads \(feature) but cannot estimate them yet.",
      hint: "Remove them from the model.", at: range)
  }

  private mutating func add(
    left: [Term], op: Operator, right: [Term], of statement: Statement, number: Int, to scope: Int
  ) throws(SpecificationProblem) {
    switch op {
    case .composite: throw Self.notYetSupported("composites ('<~')", at: statement.range)
    case .threshold: throw Self.notYetSupported("thresholds ('|')", at: statement.range)
    case .scale: throw Self.notYetSupported("response scales ('~*~')", at: statement.range)
    default: break
    }
    for term in left + right {
      for modifier in term.modifiers {
        switch modifier.kind {
        case .exploratory: throw Self.notYetSupported("exploratory factors ('efa()')", at: modifier.range)
        case .randomSlope: throw Self.notYetSupported("random slopes ('rv()')", at: modifier.range)
        default: break
        }
      }
    }
    for outer in left {
      guard case .variable(let lhs) = outer.target else {
        throw SpecificationProblem(
          "number-on-left", "Only variables can stand on the left side.", at: outer.range)
      }
      for term in right {
        let element = try self.element(lhs, op, term, statement: number)
        guard !scopes[scope].add(element) else { continue }
        warnings.append(
          SpecificationProblem(
            "duplicate-element",
            "'\(Self.shown(element))' is in the model already; what is said here is ignored.", at: term.range)
        )
      }
    }
  }

  private func element(
    _ lhs: Name, _ op: Operator, _ term: Term, statement: Int
  ) throws(SpecificationProblem) -> ModelElement {
    switch term.target {
    case .interaction:
      throw Self.notYetSupported("products of variables ('x:z')", at: term.range)
    case .intercept(let value):
      guard op == .regression else {
        throw SpecificationProblem(
          "intercept-not-allowed", "An intercept is stated with '~', not with '\(op.rawValue)'.",
          at: term.range)
      }
      var modifiers = term.modifiers
      if value != 1 { modifiers.append(Modifier(.value([.fixed(value)]), range: term.range)) }
      return ModelElement(
        lhs: lhs, op: .intercept, rhs: Name(""), modifiers: modifiers, range: term.range, statement: statement
      )
    case .variable(let rhs):
      if lhs.text == rhs.text, op == .measurement {
        throw SpecificationProblem(
          "measured-by-itself", "The latent variable '\(lhs.text)' cannot be its own indicator.",
          hint: "Give the latent variable another name.", at: term.range)
      }
      if lhs.text == rhs.text, op == .regression {
        throw SpecificationProblem(
          "regressed-on-itself", "The variable '\(lhs.text)' cannot predict itself.",
          hint: "A variance is written '\(lhs.text) ~~ \(lhs.text)'.", at: term.range)
      }
      return ModelElement(
        lhs: lhs, op: op, rhs: rhs, modifiers: term.modifiers, range: term.range, statement: statement)
    }
  }

  static func shown(_ element: ModelElement) -> String {
    element.op == .intercept
      ? "\(element.lhs.text) ~ 1" : "\(element.lhs.text) \(element.op.rawValue) \(element.rhs.text)"
  }
}
