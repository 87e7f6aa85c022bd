/// One element of a model as the user states it: `lhs op rhs` with its modifiers.
struct ModelElement: Sendable {
  /// The left-hand variable's number in ``ModelElements/names``.
  var left: Int
  var op: Operator
  /// The right-hand variable's number; -1 for intercepts.
  var right: Int
  var leftRange: SourceRange
  var rightRange: SourceRange
  var modifiers: [Modifier]
  var range: SourceRange
  /// Which statement it comes from: the same element twice in one statement is one element with all modifiers.
  var statement: Int

  var key: ElementKey { ElementKey(left, op, right) }
}

/// The elements that hold in one block, or in all.
struct ElementScope: Sendable {
  var label: Name?
  private(set) var elements: [ModelElement] = []
  /// The place of each element.
  private(set) var places = ElementIndex()

  init(label: Name?) { self.label = label }

  /// Adds an element; returns it when an earlier statement has stated it.
  mutating func add(_ element: consuming ModelElement) -> ModelElement? {
    guard let place = places.insert(element.key, at: elements.count) else {
      elements.append(element)
      return nil
    }
    guard elements[place].statement == element.statement else { return element }
    elements[place].modifiers += element.modifiers
    return nil
  }

  mutating func reserve(_ count: Int) { elements.reserveCapacity(count) }

  /// The part that each variable plays, after turning covariances so that the variable that comes first in the model's
  /// order stands left.
  mutating func orientedRoles(variableCount: Int) -> VariableRoles {
    let roles = VariableRoles(elements, variableCount: variableCount)
    var isTurned = false
    for index in elements.indices where elements[index].op == .covariance {
      let (left, right) = (elements[index].left, elements[index].right)
      guard roles.place(of: left) > roles.place(of: right) else { continue }
      (elements[index].left, elements[index].right) = (right, left)
      (elements[index].leftRange, elements[index].rightRange) = (
        elements[index].rightRange, elements[index].leftRange
      )
      isTurned = true
    }
    return isTurned ? VariableRoles(elements, variableCount: variableCount) : roles
  }
}

/// A model's statements, taken apart into elements per block, constraints and definitions.
struct ModelElements: Sendable {
  /// The variables, in the order in which they are named.
  private(set) var names = NameIndex()
  /// The scope of all groups, or one scope for each `group:` block.
  private(set) var scopes: [ElementScope] = []
  private(set) var constraints: [(constraint: Constraint, names: [Name])] = []
  private(set) var definitions: [(name: Name, expression: Expression, names: [Name])] = []
  private(set) var warnings: [SpecificationProblem] = []
  /// The roles of the variables in each scope.
  private(set) var roles: [VariableRoles] = []
  /// Whether the statements name groups themselves.
  private(set) var hasGroupBlocks = false
  /// Whether any element is an intercept.
  private(set) var hasIntercepts = false

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
        if current == nil {
          scopes.append(ElementScope(label: nil))
          scopes[position].reserve(min(4 * statements.count, 256))
        }
        current = position
        try add(left: left, op: op, right: right, of: statement, number: number, to: position)
      }
    }
    for index in scopes.indices { roles.append(scopes[index].orientedRoles(variableCount: names.count)) }
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
    try checkModifiers(of: left)
    try checkModifiers(of: right)
    for outer in left {
      guard case .variable(let lhs) = outer.target else {
        throw SpecificationProblem(
          "number-on-left", "Only variables can stand on the left side.", at: outer.range)
      }
      let leftNumber = names.insert(lhs.text)
      for term in right {
        guard let known = scopes[scope].add(try element(lhs, leftNumber, op, term, statement: number)) else {
          continue
        }
        warnings.append(
          SpecificationProblem(
            "duplicate-element",
            "'\(shown(known))' is in the model already; what is said here is ignored.", at: term.range)
        )
      }
    }
  }

  private func checkModifiers(of terms: [Term]) throws(SpecificationProblem) {
    for term in terms where !term.modifiers.isEmpty {
      for modifier in term.modifiers {
        switch modifier.kind {
        case .exploratory:
          throw Self.notYetSupported("exploratory factors ('efa()')", at: modifier.range)
        case .randomSlope: throw Self.notYetSupported("random slopes ('rv()')", at: modifier.range)
        default: break
        }
      }
    }
  }

  private mutating func element(
    _ lhs: Name, _ left: Int, _ op: Operator, _ term: Term, statement: Int
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
      hasIntercepts = true
      var modifiers = term.modifiers
      if value != 1 { modifiers.append(Modifier(.value([.fixed(value)]), range: term.range)) }
      return ModelElement(
        left: left, op: .intercept, right: -1, leftRange: lhs.range, rightRange: .none, modifiers: modifiers,
        range: term.range, statement: statement)
    case .variable(let rhs):
      let right = names.insert(rhs.text)
      if left == right, op == .measurement {
        throw SpecificationProblem(
          "measured-by-itself", "The latent variable '\(lhs.text)' cannot be its own indicator.",
          hint: "Give the latent variable another name.", at: term.range)
      }
      if left == right, op == .regression {
        throw SpecificationProblem(
          "regressed-on-itself", "The variable '\(lhs.text)' cannot predict itself.",
          hint: "A variance is written '\(lhs.text) ~~ \(lhs.text)'.", at: term.range)
      }
      return ModelElement(
        left: left, op: op, right: right, leftRange: lhs.range, rightRange: rhs.range,
        modifiers: term.modifiers, range: term.range, statement: statement)
    }
  }

  private func shown(_ element: ModelElement) -> String {
    let left = names.names[element.left]
    return element.op == .intercept
      ? "\(left) ~ 1" : "\(left) \(element.op.rawValue) \(names.names[element.right])"
  }
}
