/// Checks that constraints and definitions speak of parameters that exist.
enum ExpressionChecks {
  typealias Problem = SpecificationProblem

  /// The definitions, each after those that it uses; otherwise in the user's order.
  static func definitions(
    _ stated: [(name: Name, expression: Expression, names: [Name])], labels: NameIndex
  ) throws(SpecificationProblem) -> [Definition] {
    guard !stated.isEmpty else { return [] }
    // A definition's number is its place.
    var places = NameIndex(capacity: stated.count)
    for definition in stated {
      let name = definition.name
      guard places[name.text] == nil else {
        throw Problem(
          "duplicate-definition", "'\(name.text)' is defined already.", hint: "Give it another name.",
          at: name.range)
      }
      guard labels[name.text] == nil else {
        throw Problem(
          "definition-named-as-label", "'\(name.text)' is the label of a parameter already.",
          hint: "Give the definition another name.", at: name.range)
      }
      places.insert(name.text)
    }
    var isOrdered = true
    for index in stated.indices {
      let names = used(by: stated[index])
      try checkNames(names, labels: labels, definitions: places)
      if isOrdered, names.contains(where: { places[$0.text] != nil }) { isOrdered = false }
    }
    // The usual case: no definition uses another.
    if isOrdered { return stated.map { Definition(name: $0.name.text, expression: $0.expression) } }
    return try ordered(stated, places: places)
  }

  /// The names in a definition; statements that no text produced carry no ranges.
  private static func used(by definition: (name: Name, expression: Expression, names: [Name])) -> [Name] {
    definition.names.isEmpty ? definition.expression.names.map { Name($0) } : definition.names
  }

  /// Orders definitions by use, without recursion.
  private static func ordered(
    _ stated: [(name: Name, expression: Expression, names: [Name])], places: NameIndex
  ) throws(SpecificationProblem) -> [Definition] {
    var ordered: [Definition] = []
    var state = [Int](repeating: 0, count: stated.count)
    for first in stated.indices {
      var pending = [first]
      while let place = pending.last {
        let definition = stated[place]
        guard state[place] == 0 else {
          pending.removeLast()
          if state[place] == 1 {
            ordered.append(Definition(name: definition.name.text, expression: definition.expression))
            state[place] = 2
          }
          continue
        }
        state[place] = 1
        for used in used(by: definition).reversed() {
          guard let other = places[used.text], state[other] != 2 else { continue }
          guard state[other] == 0 else {
            throw Problem(
              "definition-cycle",
              "The definition of '\(definition.name.text)' uses '\(used.text)', which uses it in turn.",
              hint: "Express one of them by parameters only.",
              at: definition.names.first { $0.text == used.text }?.range ?? definition.name.range)
          }
          pending.append(other)
        }
      }
    }
    return ordered
  }

  /// The constraints, after checking their names.
  static func constraints(
    _ stated: [(constraint: Constraint, names: [Name])], labels: NameIndex, definitions: [Definition]
  ) throws(SpecificationProblem) -> [Constraint] {
    guard !stated.isEmpty else { return [] }
    let defined = NameIndex(definitions.map(\.name))
    for (constraint, names) in stated {
      try checkNames(names, labels: labels, definitions: defined)
      if names.isEmpty {
        let used = constraint.lhs.names + constraint.rhs.names
        try checkNames(used.map { Name($0) }, labels: labels, definitions: defined)
      }
    }
    return stated.map(\.constraint)
  }

  private static func checkNames(
    _ names: [Name], labels: NameIndex, definitions: NameIndex
  ) throws(SpecificationProblem) {
    for name in names where labels[name.text] == nil && definitions[name.text] == nil {
      let known = labels.names.sorted() + definitions.names.sorted()
      throw Problem(
        "unknown-label", "No parameter has the label '\(name.text)'.",
        hint: nearestName(to: name.text, in: known).map { "Did you mean '\($0)'?" }
          ?? "Label a parameter by writing '\(name.text)*' before a variable.",
        at: name.range)
    }
  }
}

extension TableBuilder {
  /// The labels of the rows.
  var labels: NameIndex {
    var labels = NameIndex()
    for index in rows.indices where !rows[index].label.isEmpty { labels.insert(rows[index].label) }
    return labels
  }

  /// The constraints of effect coding: each factor's loadings average one, its indicators' intercepts sum to zero.
  ///
  /// Rows without a label get one of the form `.p7.`, the row's number, so that the constraints can name them.
  mutating func effectCodingConstraints() -> [Constraint] {
    guard !options.effectCoding.isEmpty else { return [] }
    var constraints: [Constraint] = []
    var known: Set<Set<Int>> = []
    for (block, range) in blockRows.enumerated() {
      var intercepts = [Int](repeating: -1, count: names.count)
      for index in range.reversed() where rows[index].op == .intercept {
        intercepts[sources[index].left] = index
      }
      for factor in roles[block].latent {
        let loadings = range.filter { rows[$0].op == .measurement && sources[$0].left == factor }
        if options.effectCoding.contains(.loadings) {
          append(loadings, sum: Double(loadings.count), to: &constraints, known: &known)
        }
        if options.effectCoding.contains(.intercepts), hasMeanStructure {
          let indicators = loadings.map { intercepts[sources[$0].right] }.filter { $0 >= 0 }
          append(indicators, sum: 0, to: &constraints, known: &known)
        }
      }
    }
    return constraints
  }

  private mutating func append(
    _ members: [Int], sum: Double, to constraints: inout [Constraint], known: inout Set<Set<Int>>
  ) {
    // Groups with equal parameters would state the same constraint twice.
    let free = Set(members.map { rows[$0].free })
    guard let first = members.first, free != [0], known.insert(free).inserted else { return }
    for member in members where rows[member].label.isEmpty {
      rows[member].label = ".p\(member + 1)."
    }
    var right = Expression.number(sum)
    for member in members.dropFirst() {
      right = .binary(.subtract, right, .name(rows[member].label))
    }
    constraints.append(Constraint(lhs: .name(rows[first].label), op: .equality, rhs: right))
  }
}
