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
      for index in range where !rows[index].isFixedByUser {
        let parameter = rows[index].parameter
        guard roles[block].isLatent.contains(parameter.lhs) else { continue }
        let isExcepted = !excepted.isDisjoint(with: parameter.elementNames)
        let freesMeans = hasMeans && (isExcepted || !options.groupEqual.contains(.means))
        let freesVariances = hasVariances && (isExcepted || !options.groupEqual.contains(.latentVariances))
        if freesMeans, parameter.op == .intercept, !isMarker(parameter.lhs, in: block) {
          rows[index].parameter.fixedValue = nil
        }
        if freesVariances, parameter.op == .covariance, parameter.lhs == parameter.rhs {
          rows[index].parameter.fixedValue = nil
        }
      }
    }
  }

  /// Whether a latent variable is the marker of a higher-order factor whose intercept must stay zero.
  private func isMarker(_ name: String, in block: Int) -> Bool {
    guard options.markerInterceptZero else { return false }
    return rows[blockRows[block]].contains { $0.parameter.op == .measurement && $0.parameter.rhs == name }
  }

  /// Which equality over groups speaks of a row.
  private func category(of parameter: Parameter, roles: VariableRoles) -> GroupEquality? {
    let isLatent = roles.isLatent.contains(parameter.lhs)
    switch parameter.op {
    case .measurement: return .loadings
    case .regression: return .regressions
    case .intercept:
      if isLatent { return .means }
      return roles.isCovariate.contains(parameter.lhs) ? nil : .intercepts
    case .covariance:
      if roles.isCovariate.contains(parameter.lhs), roles.isCovariate.contains(parameter.rhs) { return nil }
      if parameter.lhs == parameter.rhs { return isLatent ? .latentVariances : .residuals }
      return isLatent || roles.isLatent.contains(parameter.rhs) ? .latentCovariances : .residualCovariances
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
    try shareFixedValues(of: &classes)
    var numbers: [Int: Int] = [:]
    for index in rows.indices {
      guard rows[index].parameter.fixedValue == nil, !rows[index].parameter.isExogenous else { continue }
      let root = classes.root(of: index)
      let number = numbers[root] ?? numbers.count + 1
      numbers[root] = number
      rows[index].parameter.free = number
    }
  }

  private func joinLabels(in classes: inout UnionFind) {
    var first: [String: Int] = [:]
    for (index, row) in rows.enumerated() where !row.parameter.label.isEmpty {
      if let other = first[row.parameter.label] {
        classes.join(index, with: other)
      } else {
        first[row.parameter.label] = index
      }
    }
  }

  private func joinEqualModifiers(in classes: inout UnionFind) throws(SpecificationProblem) {
    guard rows.contains(where: { $0.equalTo != nil }) else { return }
    var labels: [String: Int] = [:]
    var elements: [String: [Int]] = [:]
    for (index, row) in rows.enumerated() {
      let parameter = row.parameter
      if !parameter.label.isEmpty, labels[parameter.label] == nil { labels[parameter.label] = index }
      for name in parameter.elementNames { elements[name, default: []].append(index) }
    }
    for (index, row) in rows.enumerated() {
      guard let equal = row.equalTo else { continue }
      let key = equal.target.withoutSpaces
      let places = elements[key] ?? []
      let sameBlock = places.first { rows[$0].parameter.block == row.parameter.block }
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
    var reference: [ElementKey: Int] = [:]
    for index in first {
      let parameter = rows[index].parameter
      reference[ElementKey(parameter.lhs, parameter.op, parameter.rhs)] = index
      used.formUnion(parameter.elementNames)
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
        let parameter = rows[index].parameter
        guard let category = category(of: parameter, roles: roles[block]),
          options.groupEqual.contains(category),
          let other = reference[ElementKey(parameter.lhs, parameter.op, parameter.rhs)],
          parameter.label.isEmpty, rows[other].parameter.label.isEmpty,
          rows[index].equalTo == nil, rows[other].equalTo == nil,
          excepted.isDisjoint(with: parameter.elementNames),
          parameter.fixedValue == nil || rows[other].parameter.fixedValue == nil
        else { continue }
        classes.join(index, with: other)
      }
    }
  }

  /// Fixes every row that equals a fixed one.
  private mutating func shareFixedValues(of classes: inout UnionFind) throws(SpecificationProblem) {
    var values: [Int: (value: Double, row: Int)] = [:]
    for index in rows.indices {
      guard let value = rows[index].parameter.fixedValue else { continue }
      let root = classes.root(of: index)
      if let known = values[root], known.value != value {
        throw SpecificationProblem(
          "conflicting-fixed-values",
          "'\(shown(known.row))' and '\(shown(index))' are to be equal but are fixed at "
            + "\(shortDescription(known.value)) and \(shortDescription(value)).",
          hint: "Give them different labels, or the same value.",
          at: rows[index].range ?? rows[known.row].range)
      }
      if values[root] == nil { values[root] = (value, index) }
    }
    guard !values.isEmpty else { return }
    for index in rows.indices where rows[index].parameter.fixedValue == nil {
      guard let known = values[classes.root(of: index)] else { continue }
      warnings.append(
        SpecificationProblem(
          "equal-to-fixed",
          "'\(shown(index))' equals '\(shown(known.row))' and is therefore fixed at \(shortDescription(known.value)).",
          at: rows[index].range))
      fix(index, to: known.value)
    }
  }

  func shown(_ index: Int) -> String {
    let parameter = rows[index].parameter
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
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  /// The smallest member of the set that holds `index`.
  mutating func root(of index: Int) -> Int {
    var root = index
    while parents[root] != root { root = parents[root] }
    var current = index
    while parents[current] != root { (current, parents[current]) = (parents[current], root) }
    return root
  }

  mutating func join(_ first: Int, with second: Int) {
    let (one, other) = (root(of: first), root(of: second))
    if one < other { parents[other] = one } else { parents[one] = other }
  }
}
