internal import SEM

extension Model {
  /// The model for a comparison of groups: labels that would make parameters equal over groups are taken out.
  ///
  /// A label that stands at one element only is dropped; one that makes elements equal becomes a label for each group, so
  /// that they stay equal within each. Definitions and constraints, which need labels, are dropped too. Covariates
  /// are random unless the options say otherwise.
  ///
  /// - Returns: The model, and whether constraints were dropped.
  func freedOfLabels(groupCount: Int, hasMeans: Bool) -> (model: Model, dropsConstraints: Bool) {
    var uses: [String: Int] = [:]
    func visit(_ terms: [Term]) {
      for term in terms {
        for modifier in term.modifiers {
          if let label = Self.singleLabel(modifier.kind) { uses[label, default: 0] += 1 }
        }
      }
    }
    for statement in syntax.statements {
      if case .formula(_, _, let right) = statement.kind { visit(right) }
    }
    var dropsConstraints = false
    let statements = syntax.statements.compactMap { statement -> Statement? in
      switch statement.kind {
      case .definition: return nil
      case .constraint:
        dropsConstraints = true
        return nil
      case .block: return statement
      case .formula(let left, let op, let right):
        let changed = right.map { term -> Term in
          var term = term
          term.modifiers = term.modifiers.compactMap { modifier in
            guard let label = Self.singleLabel(modifier.kind) else { return modifier }
            guard uses[label, default: 0] > 1 else { return nil }
            return Modifier(.label((1...max(groupCount, 1)).map { "\(label).\($0)" }))
          }
          return term
        }
        return Statement(.formula(left: left, op: op, right: changed))
      }
    }
    var options = options
    options.meanStructure = options.meanStructure ?? hasMeans
    options.fixedCovariates = options.fixedCovariates ?? false
    let model = Model(preset: preset, options: options) { statements }
    return (model, dropsConstraints)
  }

  /// The label of a modifier that holds in all groups.
  private static func singleLabel(_ kind: Modifier.Kind) -> String? {
    switch kind {
    case .value(let values):
      if values.count == 1, case .label(let label) = values[0] { label } else { nil }
    case .label(let labels): labels.count == 1 ? labels[0] : nil
    default: nil
    }
  }
}
