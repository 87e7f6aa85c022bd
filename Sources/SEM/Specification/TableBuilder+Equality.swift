/// What makes parameters equal: labels, `equal()` and equality over groups; and the numbers of free parameters.
extension TableBuilder {
  /// Frees what equality over groups allows to be free in the later groups.
  ///
  /// Equal intercepts free the latent means; equal loadings with standardised latent variables free their variances.
  ///
  /// - Parameter partial: The elements that stay free although means or variances are to be equal.
  mutating func freeLaterGroups(partial: [String]) {
    let hasMeans = options.groupEqual.contains(.intercepts)
    let hasVariances = options.standardizeLatents && options.groupEqual.contains(.loadings)
    guard hasMeans || hasVariances else { return }
    let excepted = Set(partial.map(\.withoutSpaces))
    for (block, range) in blockRows.enumerated().dropFirst() {
      for index in range where !sources[index].isFixedByUser {
        let (left, op) = (sources[index].left, rows[index].op)
        guard roles[block].isLatent(left) else { continue }
        let isExcepted = !excepted.isEmpty && !excepted.isDisjoint(with: rows[index].elementNames)
        let freesMeans = hasMeans && (isExcepted || !options.groupEqual.contains(.means))
        let freesVariances = hasVariances && (isExcepted || !options.groupEqual.contains(.latentVariances))
        if freesMeans, op == .intercept, !isMarker(left, in: block) { rows[index].fixedValue = nil }
        if freesVariances, op == .covariance, left == sources[index].right { rows[index].fixedValue = nil }
      }
    }
  }

  /// Whether a latent variable is the marker of a higher-order factor whose intercept must stay zero.
  private func isMarker(_ variable: Int, in block: Int) -> Bool {
    guard options.markerInterceptZero else { return false }
    return blockRows[block].contains { rows[$0].op == .measurement && sources[$0].right == variable }
  }

  /// Which equality over groups speaks of a row.
  private func category(of index: Int, roles: VariableRoles) -> GroupEquality? {
    let (left, right) = (sources[index].left, sources[index].right)
    let isLatent = roles.isLatent(left)
    switch rows[index].op {
    case .measurement: return .loadings
    case .regression: return .regressions
    case .intercept:
      if isLatent { return .means }
      return roles.isCovariate(left) ? nil : .intercepts
    case .covariance:
      if roles.isCovariate(left), roles.isCovariate(right) { return nil }
      if left == right { return isLatent ? .latentVariances : .residuals }
      return isLatent || roles.isLatent(right) ? .latentCovariances : .residualCovariances
    default: return nil
    }
  }

  /// Makes rows equal and numbers the free parameters in the order of the rows.
  ///
  /// - Parameter partial: The elements that equality over groups leaves alone, as `"f=~x2"`.
  mutating func numberFreeParameters(partial: [String]) throws(SpecificationProblem) {
    var classes = UnionFind(count: rows.count)
    joinLabels(in: &classes)
    try joinEqualModifiers(in: &classes)
    try joinGroups(partial: partial, in: &classes)
    var count = 0
    guard classes.hasJoined else {
      for index in rows.indices where rows[index].fixedValue == nil && !rows[index].isExogenous {
        count += 1
        rows[index].free = count
      }
      return
    }
    try shareFixedValues(of: &classes)
    var numbers = [Int](repeating: 0, count: rows.count)
    for index in rows.indices {
      guard rows[index].fixedValue == nil, !rows[index].isExogenous else { continue }
      let root = classes.root(of: index)
      if numbers[root] == 0 {
        count += 1
        numbers[root] = count
      }
      rows[index].free = numbers[root]
    }
  }

  private func joinLabels(in classes: inout UnionFind) {
    guard rows.indices.contains(where: { !rows[$0].label.isEmpty }) else { return }
    var labels = NameIndex()
    var first: [Int] = []
    first.reserveCapacity(16)
    for index in rows.indices where !rows[index].label.isEmpty {
      let label = labels.insert(rows[index].label)
      if label < first.count { classes.join(index, with: first[label]) } else { first.append(index) }
    }
  }

  private func joinEqualModifiers(in classes: inout UnionFind) throws(SpecificationProblem) {
    guard !equalTo.isEmpty else { return }
    var labels: [String: Int] = [:]
    var elements: [String: [Int]] = [:]
    for (index, parameter) in rows.enumerated() {
      if !parameter.label.isEmpty, labels[parameter.label] == nil { labels[parameter.label] = index }
      for name in parameter.elementNames { elements[name, default: []].append(index) }
    }
    for index in rows.indices {
      guard let equal = equalTo[index] else { continue }
      let key = equal.target.withoutSpaces
      let places = elements[key] ?? []
      let sameBlock = places.first { rows[$0].block == rows[index].block }
      guard let target = sameBlock ?? labels[equal.target] ?? places.first, target != index else {
        throw SpecificationProblem(
          "unknown-equal-target", "The model has no parameter '\(equal.target)' for this one to equal.",
          hint: nearestName(to: key, in: elements.keys.sorted() + labels.keys.sorted()).map {
            "Did you mean '\($0)'?"
          }
            ?? "Write a label, or an element such as \"f=~x2\".",
          at: equal.range)
      }
      classes.join(index, with: target)
    }
  }

  private mutating func joinGroups(partial: [String], in classes: inout UnionFind)
    throws(SpecificationProblem)
  {
    guard !options.groupEqual.isEmpty, let first = blockRows.first else { return }
    let excepted = Set(partial.map(\.withoutSpaces))
    var used: Set<String> = []
    var reference = ElementIndex(capacity: first.count)
    for index in first {
      _ = reference.insert(key(of: index), at: index)
      if !excepted.isEmpty { used.formUnion(rows[index].elementNames) }
    }
    for unknown in excepted.subtracting(used).sorted() {
      warnings.append(
        SpecificationProblem(
          "unknown-partial-element",
          "'\(unknown)' is to stay free in all groups, but the model has no such element."
            + (nearestName(to: unknown, in: used.sorted()).map { " Did you mean '\($0)'?" } ?? ""),
          at: nil))
    }
    for (block, range) in blockRows.enumerated().dropFirst() {
      for index in range {
        guard let category = category(of: index, roles: roles[block]),
          options.groupEqual.contains(category),
          let other = reference[key(of: index)],
          rows[index].label.isEmpty, rows[other].label.isEmpty,
          equalTo[index] == nil, equalTo[other] == nil,
          excepted.isEmpty || excepted.isDisjoint(with: rows[index].elementNames),
          rows[index].fixedValue == nil || rows[other].fixedValue == nil
        else { continue }
        classes.join(index, with: other)
      }
    }
  }

  private func key(of index: Int) -> ElementKey {
    ElementKey(sources[index].left, rows[index].op, sources[index].right)
  }

  /// Fixes every row that equals a fixed one.
  private mutating func shareFixedValues(of classes: inout UnionFind) throws(SpecificationProblem) {
    var values: [Int: (value: Double, row: Int)] = [:]
    for index in rows.indices {
      guard let value = rows[index].fixedValue else { continue }
      let root = classes.root(of: index)
      if let known = values[root], known.value != value {
        throw SpecificationProblem(
          "conflicting-fixed-values",
          "'\(shown(known.row))' and '\(shown(index))' are to be equal but are fixed at "
            + "\(shortDescription(known.value)) and \(shortDescription(value)).",
          hint: "Give them different labels, or the same value.",
          at: sources[index].range ?? sources[known.row].range)
      }
      if values[root] == nil { values[root] = (value, index) }
    }
    guard !values.isEmpty else { return }
    for index in rows.indices where rows[index].fixedValue == nil {
      guard let known = values[classes.root(of: index)] else { continue }
      warnings.append(
        SpecificationProblem(
          "equal-to-fixed",
          "'\(shown(index))' equals '\(shown(known.row))' and is therefore fixed at \(shortDescription(known.value)).",
          at: sources[index].range))
      rows[index].fixedValue = known.value
    }
  }

  func shown(_ index: Int) -> String {
    let parameter = rows[index]
    let element =
      parameter.op == .intercept
      ? "\(parameter.lhs) ~ 1" : "\(parameter.lhs) \(parameter.op.rawValue) \(parameter.rhs)"
    return groupCount > 1 ? "\(element) (group \(parameter.group))" : element
  }
}

extension Parameter {
  /// The ways in which text names the row's element, without spaces: `f=~x2`; a covariance has two.
  var elementNames: [String] {
    let name = "\(lhs)\(op.rawValue)\(rhs)".withoutSpaces
    guard op == .covariance, lhs != rhs else { return [name] }
    return [name, "\(rhs)\(op.rawValue)\(lhs)".withoutSpaces]
  }
}

extension String {
  var withoutSpaces: String { filter { !$0.isWhitespace } }
}

/// Sets of row numbers that are joined step by step.
struct UnionFind {
  private let count: Int
  /// Empty until any two are joined.
  private var parents: [Int] = []
  /// Whether any two were joined.
  var hasJoined: Bool { !parents.isEmpty }

  init(count: Int) { self.count = count }

  /// The smallest member of the set that holds `index`.
  mutating func root(of index: Int) -> Int {
    var root = index
    while parents[root] != root { root = parents[root] }
    var current = index
    while parents[current] != root { (current, parents[current]) = (parents[current], root) }
    return root
  }

  mutating func join(_ first: Int, with second: Int) {
    if parents.isEmpty { parents = Array(0..<count) }
    let (one, other) = (root(of: first), root(of: second))
    if one < other { parents[other] = one } else { parents[one] = other }
  }
}
