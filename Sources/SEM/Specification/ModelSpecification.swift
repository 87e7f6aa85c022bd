/// A model that is complete: every parameter stands in its table, free or fixed.
///
/// The table follows lavaan's rules and order. Group equality is not a constraint here: rows that are equal share one
/// ``Parameter/free`` number.
public struct ModelSpecification: Sendable, Hashable {
  /// The parameters, blocks, constraints and definitions.
  public let table: ParameterTable
  /// What the user may not have meant.
  public let warnings: [SpecificationWarning]

  /// Completes a model.
  ///
  /// - Parameters:
  ///   - syntax: The model.
  ///   - preset: The defaults that fill in what the model leaves out.
  ///   - options: Changes to the defaults.
  ///   - groupLabels: The labels of the groups in the data; empty for one group, or when the model's `group:` blocks
  ///     name the groups.
  ///   - dataVariables: The names of the data's columns, when they are known: every observed variable must be among
  ///     them.
  /// - Throws: ``SpecificationError``.
  /// - Complexity: O(rows), and O(pairs of covariates).
  public init(
    _ syntax: ModelSyntax, preset: Preset = .sem, options: ModelOptions = ModelOptions(),
    groupLabels: [String] = [], dataVariables: [String]? = nil
  ) throws(SpecificationError) {
    do throws(SpecificationProblem) {
      let (table, problems) = try Self.complete(
        syntax, options: ResolvedOptions(options, preset: preset), partial: options.groupPartial,
        groupLabels: groupLabels, dataVariables: dataVariables)
      self.table = table
      warnings = problems.map { problem in
        let error = problem.error(in: syntax.source)
        return SpecificationWarning(
          code: error.code, message: error.message, line: error.line, column: error.column)
      }
    } catch {
      throw error.error(in: syntax.source)
    }
  }

  private static func complete(
    _ syntax: ModelSyntax, options: ResolvedOptions, partial: [String], groupLabels: [String],
    dataVariables: [String]?
  ) throws(SpecificationProblem) -> (ParameterTable, [SpecificationProblem]) {
    let elements = try ModelElements(syntax.statements)
    guard elements.scopes.contains(where: { !$0.elements.isEmpty }) else {
      throw SpecificationProblem(
        "empty-model", "The model has no variables.", hint: "Write for instance 'f =~ x1 + x2 + x3'.", at: nil
      )
    }
    let groups = try Self.groups(of: elements, labels: groupLabels)
    let hasMeanStructure = options.hasMeanStructure(
      modelHasIntercepts: elements.hasIntercepts,
      groupCount: groups.count)
    var builder = TableBuilder(
      options: options, groupCount: groups.count, hasMeanStructure: hasMeanStructure,
      names: elements.names.names)
    var warnings = elements.warnings
    let roles = elements.roles
    let isColumn = dataVariables.map { columns(of: elements.names, in: $0) }
    for index in roles.indices {
      if let dataVariables, let isColumn {
        try checkVariables(
          of: elements.scopes[index], roles: roles[index], names: elements.names.names, isColumn: isColumn,
          dataVariables: dataVariables, warnings: &warnings)
      }
      if options.fixedCovariates, !roles[index].randomPredictors.isEmpty {
        warnings += randomPredictorWarnings(elements.scopes[index], roles[index], names: elements.names.names)
      }
    }
    for (number, group) in groups.enumerated() {
      try builder.addBlock(
        elements.scopes[group.scope], roles: roles[group.scope], group: number, label: group.label,
        valuesPerElement: elements.hasGroupBlocks ? 1 : groups.count)
    }
    builder.freeLaterGroups(partial: partial)
    try builder.numberFreeParameters(partial: partial)
    let scaling = builder.effectCodingConstraints()
    let labels = elements.definitions.isEmpty && elements.constraints.isEmpty ? NameIndex() : builder.labels
    let definitions = try ExpressionChecks.definitions(elements.definitions, labels: labels)
    let constraints = try ExpressionChecks.constraints(
      elements.constraints, labels: labels, definitions: definitions)
    let table = ParameterTable(
      rows: builder.rows, blocks: builder.blocks, constraints: constraints + scaling,
      definitions: definitions, hasMeanStructure: hasMeanStructure)
    return (table, warnings + builder.warnings)
  }

  /// The groups with the scope that describes each.
  private static func groups(
    of elements: ModelElements, labels: [String]
  ) throws(SpecificationProblem) -> [(label: String, scope: Int)] {
    guard elements.hasGroupBlocks else {
      return labels.isEmpty ? [("", 0)] : labels.map { ($0, 0) }
    }
    guard !labels.isEmpty else {
      return elements.scopes.enumerated().map { ($1.label?.text ?? "", $0) }
    }
    var scopes: [Int: Int] = [:]
    for (number, scope) in elements.scopes.enumerated() {
      guard let label = scope.label else { continue }
      let place = labels.firstIndex(of: label.text) ?? Int(label.text).map { $0 - 1 }
      guard let place, labels.indices.contains(place) else {
        throw SpecificationProblem(
          "unknown-group", "The data have no group '\(label.text)'.",
          hint: nearestName(to: label.text, in: labels).map { "Did you mean '\($0)'?" }
            ?? "The groups are \(labels.joined(separator: ", ")).",
          at: label.range)
      }
      guard scopes[place] == nil else {
        throw SpecificationProblem(
          "duplicate-group", "The group '\(labels[place])' has a block already.",
          hint: "Join the two blocks.",
          at: label.range)
      }
      scopes[place] = number
    }
    var groups: [(label: String, scope: Int)] = []
    for (place, label) in labels.enumerated() {
      guard let scope = scopes[place] else {
        throw SpecificationProblem(
          "missing-group", "The model has no block for the group '\(label)'.", hint: "Add 'group: \(label)'.",
          at: elements.scopes.last?.label?.range)
      }
      groups.append((label, scope))
    }
    return groups
  }

  // MARK: Variables

  /// For each variable, whether it is a column of the data.
  private static func columns(of names: NameIndex, in dataVariables: [String]) -> [Bool] {
    var isColumn = [Bool](repeating: false, count: names.count)
    for name in dataVariables {
      if let variable = names[name] { isColumn[variable] = true }
    }
    return isColumn
  }

  private static func checkVariables(
    of scope: ElementScope, roles: VariableRoles, names: [String], isColumn: [Bool], dataVariables: [String],
    warnings: inout [SpecificationProblem]
  ) throws(SpecificationProblem) {
    guard roles.latent.contains(where: { isColumn[$0] }) || !roles.observed.allSatisfy({ isColumn[$0] })
    else {
      return
    }
    var isReported = [Bool](repeating: false, count: names.count)
    for element in scope.elements {
      for (variable, range) in [(element.left, element.leftRange), (element.right, element.rightRange)]
      where variable >= 0 {
        if roles.isLatent(variable) {
          guard isColumn[variable], !isReported[variable] else { continue }
          isReported[variable] = true
          warnings.append(
            SpecificationProblem(
              "latent-named-as-column",
              "The latent variable '\(names[variable])' has the name of a column of the data, which is not used.",
              at: range))
        } else if !isColumn[variable] {
          let known = dataVariables + roles.latent.map { names[$0] }
          throw SpecificationProblem(
            "unknown-variable", "The data have no variable '\(names[variable])'.",
            hint: nearestName(to: names[variable], in: known).map { "Did you mean '\($0)'?" }
              ?? "Latent variables are introduced by '=~'.",
            at: range)
        }
      }
    }
  }

  private static func randomPredictorWarnings(
    _ scope: ElementScope, _ roles: VariableRoles, names: [String]
  ) -> [SpecificationProblem] {
    roles.randomPredictors.map { variable in
      let place = scope.elements.first {
        ($0.op == .covariance || $0.op == .intercept) && ($0.left == variable || $0.right == variable)
      }
      return SpecificationProblem(
        "predictor-not-fixed",
        "The predictor '\(names[variable])' has a variance, covariance or intercept in the model, so its moments are "
          + "estimated rather than fixed to the sample's.",
        at: place?.range)
    }
  }
}
