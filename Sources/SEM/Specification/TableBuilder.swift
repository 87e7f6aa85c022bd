/// Fills the parameter table of a model, block by block.
struct TableBuilder {
  /// What later steps must know of a row beside its parameter.
  struct Source {
    /// The numbers of the row's variables in ``names``; -1 for an intercept's right.
    var left: Int
    var right: Int
    /// Whether the user freed the row by `NA`, so that no default fixes it.
    var isFreed = false
    /// Whether the user fixed the row to a number.
    var isFixedByUser = false
    var range: SourceRange?
  }

  /// How many rows a table may have.
  static let maximumRows = 5_000_000

  let options: ResolvedOptions
  let groupCount: Int
  let hasMeanStructure: Bool
  /// The names of the variables.
  let names: [String]
  /// The table's rows, and where they come from.
  var rows: [Parameter] = []
  var sources: [Source] = []
  /// What `equal()` names, by row.
  private(set) var equalTo: [Int: (target: String, range: SourceRange)] = [:]
  var blocks: [ModelBlock] = []
  var roles: [VariableRoles] = []
  /// The rows of each block.
  var blockRows: [Range<Int>] = []
  var warnings: [SpecificationProblem] = []
  private var hasWarnedOfSharedLabels = false

  init(options: ResolvedOptions, groupCount: Int, hasMeanStructure: Bool, names: [String]) {
    self.options = options
    self.groupCount = groupCount
    self.hasMeanStructure = hasMeanStructure
    self.names = names
  }

  /// Adds the rows of one group.
  ///
  /// - Parameters:
  ///   - scope: The elements that hold in it.
  ///   - group: The group, from 0.
  ///   - valuesPerElement: How many values a modifier may have: the number of groups where the scope holds in all.
  mutating func addBlock(
    _ scope: ElementScope, roles: VariableRoles, group: Int, label: String, valuesPerElement: Int
  ) throws(SpecificationProblem) {
    let start = rows.count
    let defaults = scope.elements.count + 2 * names.count + min(pairCount(of: roles), 4096)
    guard start + pairCount(of: roles) <= Self.maximumRows else {
      throw SpecificationProblem(
        "model-too-large", "The model has more than \(Self.maximumRows) parameters.",
        hint: "Use fewer variables.", at: nil)
    }
    rows.reserveCapacity(start + defaults)
    sources.reserveCapacity(start + defaults)
    for index in scope.elements.indices {
      try addUserRow(scope.elements, index, group: group, valuesPerElement: valuesPerElement)
    }
    fixMarkers(from: start, group: group)
    fixStandardizedVariances(from: start, roles: roles)
    addDefaultRows(roles: roles, group: group, userRows: start..<rows.count, known: scope.places)
    // One order for all groups: their rows come from one table.
    var observed = roles.observed.map { names[$0] }
    if let first = blocks.first?.observed, first != observed, Set(first) == Set(observed) { observed = first }
    blocks.append(
      ModelBlock(
        number: group + 1, group: group + 1, groupLabel: label, observed: observed,
        latent: roles.latent.map { names[$0] },
        fixedCovariates: options.fixedCovariates ? roles.covariates.map { names[$0] } : []))
    self.roles.append(roles)
    blockRows.append(start..<rows.count)
  }

  /// The pairs of variables that defaults may let covary: models of which they would not fit into memory are refused.
  private func pairCount(of roles: VariableRoles) -> Int {
    let sizes = [roles.covariates.count, roles.exogenousLatents.count, roles.terminal.count]
    return sizes.reduce(0) { $0 + $1 * $1 / 2 }
  }

  // MARK: The user's rows

  private mutating func addUserRow(
    _ elements: [ModelElement], _ index: Int, group: Int, valuesPerElement: Int
  ) throws(SpecificationProblem) {
    let (left, right) = (elements[index].left, elements[index].right)
    let row = rows.count
    rows.append(
      Parameter(
        lhs: names[left], op: elements[index].op, rhs: right < 0 ? "" : names[right], block: group + 1,
        group: group + 1))
    sources.append(Source(left: left, right: right, range: elements[index].range))
    guard !elements[index].modifiers.isEmpty else { return }
    let settings = try ElementSettings(
      elements[index], group: valuesPerElement == 1 ? 0 : group, groupCount: valuesPerElement)
    rows[row].label = settings.label
    rows[row].start = settings.start
    rows[row].lower = settings.lower
    rows[row].upper = settings.upper
    rows[row].fixedValue = settings.fixed
    sources[row].isFreed = settings.isFreed
    sources[row].isFixedByUser = settings.fixed != nil
    if let target = settings.equalTo { equalTo[row] = target }
    if let range = settings.sharedLabelRange, !hasWarnedOfSharedLabels {
      hasWarnedOfSharedLabels = true
      warnings.append(
        SpecificationProblem(
          "label-shared-by-groups",
          "A single label in a model of several groups makes the parameter equal in all of them.", at: range
        ))
    }
  }

  /// Fixes the first loading of each factor, unless the user freed it. A start value becomes the fixed value.
  private mutating func fixMarkers(from start: Int, group: Int) {
    guard options.fixFirstLoading else { return }
    for index in markers(start..<rows.count) where !sources[index].isFreed && rows[index].fixedValue == nil {
      let given = rows[index].start
      rows[index].fixedValue = given ?? 1
      if let given, given != 1, group == 0 {
        warnings.append(
          SpecificationProblem(
            "start-of-fixed-loading",
            "The first loading of '\(rows[index].lhs)' is fixed at its start value "
              + "\(shortDescription(given)) to give the factor a scale; write 'NA*' before it to estimate it.",
            at: sources[index].range))
      }
    }
  }

  private mutating func fixStandardizedVariances(from start: Int, roles: VariableRoles) {
    guard options.standardizeLatents else { return }
    for index in start..<rows.count where rows[index].op == .covariance {
      guard sources[index].left == sources[index].right, roles.isLatent(sources[index].left),
        !sources[index].isFreed, rows[index].fixedValue == nil
      else { continue }
      rows[index].fixedValue = rows[index].start ?? 1
    }
  }

  /// The row of the first loading of each factor.
  private func markers(_ userRows: Range<Int>) -> [Int] {
    var isKnown = [Bool](repeating: false, count: names.count)
    var markers: [Int] = []
    markers.reserveCapacity(8)
    for index in userRows where rows[index].op == .measurement && !isKnown[sources[index].left] {
      isKnown[sources[index].left] = true
      markers.append(index)
    }
    return markers
  }

  // MARK: The preset's rows

  private mutating func addDefaultRows(
    roles: VariableRoles, group: Int, userRows: Range<Int>, known: ElementIndex
  ) {
    func add(_ left: Int, _ op: Operator, _ right: Int, fixed: Double? = nil, isExogenous: Bool = false) {
      guard known[ElementKey(left, op, right)] == nil else { return }
      let row = rows.count
      rows.append(
        Parameter(
          lhs: names[left], op: op, rhs: right < 0 ? "" : names[right], block: group + 1, group: group + 1))
      rows[row].origin = .preset
      rows[row].fixedValue = fixed
      rows[row].isExogenous = isExogenous
      sources.append(Source(left: left, right: right))
    }

    let singles = singleIndicators(userRows)
    let variance: Double? = options.freeVariances ? nil : 0
    for variable in roles.observed where !roles.isCovariate(variable) {
      add(variable, .covariance, variable, fixed: singles.contains(variable) ? 0 : variance)
    }
    for variable in roles.latent {
      let standardized: Double? = options.standardizeLatents ? 1 : variance
      add(
        variable, .covariance, variable,
        fixed: !options.standardizeLatents && singles.contains(variable) ? 0 : standardized)
    }
    if options.covaryExogenousLatents {
      for (place, first) in roles.exogenousLatents.enumerated() {
        for second in roles.exogenousLatents.dropFirst(place + 1) {
          add(first, .covariance, second, fixed: options.orthogonalExogenous ? 0 : nil)
        }
      }
    }
    if options.covaryExogenousLatentsWithObserved {
      for first in roles.exogenousLatents {
        for second in roles.covariates { add(first, .covariance, second) }
      }
    }
    if options.covaryEndogenous {
      for (place, first) in roles.terminal.enumerated() {
        for second in roles.terminal.dropFirst(place + 1) {
          let bothLatent = roles.isLatent(first) && roles.isLatent(second)
          add(first, .covariance, second, fixed: bothLatent && options.orthogonalEndogenous ? 0 : nil)
        }
      }
    }
    for (place, first) in roles.covariates.enumerated() {
      for second in roles.covariates.dropFirst(place) {
        add(first, .covariance, second, isExogenous: options.fixedCovariates)
      }
    }
    if hasMeanStructure {
      var isMarker = [Bool](repeating: false, count: names.count)
      if options.markerInterceptZero {
        for index in markers(userRows) { isMarker[sources[index].right] = true }
      }
      for variable in roles.observed {
        let isCovariate = roles.isCovariate(variable)
        let isZero = !isCovariate && (!options.interceptsObservedFree || isMarker[variable])
        add(
          variable, .intercept, -1, fixed: isZero ? 0 : nil,
          isExogenous: isCovariate && options.fixedCovariates)
      }
      let latentFree =
        options.interceptsLatentFree || options.markerInterceptZero
        || options.effectCoding.contains(.intercepts)
      for variable in roles.latent {
        add(variable, .intercept, -1, fixed: latentFree && !isMarker[variable] ? nil : 0)
      }
    }
  }

  /// The only indicators of factors, where they indicate no other factor.
  private func singleIndicators(_ userRows: Range<Int>) -> Set<Int> {
    guard options.fixSingleIndicator else { return [] }
    var indicatorCount = [Int](repeating: 0, count: names.count)
    for index in userRows where rows[index].op == .measurement { indicatorCount[sources[index].left] += 1 }
    guard indicatorCount.contains(1) else { return [] }
    var uses = [Int](repeating: 0, count: names.count)
    for index in userRows where rows[index].op == .measurement { uses[sources[index].right] += 1 }
    var singles: Set<Int> = []
    for index in userRows where rows[index].op == .measurement {
      let (factor, indicator) = (sources[index].left, sources[index].right)
      if indicatorCount[factor] == 1, uses[indicator] == 1 { singles.insert(indicator) }
    }
    return singles
  }
}
