/// Fills the parameter table of a model, block by block.
struct TableBuilder {
  /// A row with what later steps must know of it.
  struct Row {
    var parameter: Parameter
    /// Whether the user freed the row by `NA`, so that no default fixes it.
    var isFreed = false
    /// Whether the user fixed the row to a number.
    var isFixedByUser = false
    var equalTo: (target: String, range: SourceRange)?
    var range: SourceRange?
  }

  /// How many rows a table may have.
  static let maximumRows = 5_000_000

  let options: ResolvedOptions
  let groupCount: Int
  let hasMeanStructure: Bool
  var rows: [Row] = []
  var blocks: [ModelBlock] = []
  var roles: [VariableRoles] = []
  /// The rows of each block.
  var blockRows: [Range<Int>] = []
  var warnings: [SpecificationProblem] = []
  private var hasWarnedOfSharedLabels = false

  init(options: ResolvedOptions, groupCount: Int, hasMeanStructure: Bool) {
    self.options = options
    self.groupCount = groupCount
    self.hasMeanStructure = hasMeanStructure
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
    try checkSize(of: roles)
    var known: [ElementKey: Int] = [:]
    for element in scope.elements {
      let row = try userRow(element, group: group, valuesPerElement: valuesPerElement)
      known[ElementKey(element.lhs.text, element.op, element.rhs.text)] = rows.count
      rows.append(row)
    }
    fixMarkers(from: start, group: group)
    fixStandardizedVariances(from: start, roles: roles)
    let defaults = defaultRows(roles: roles, group: group, userRows: start..<rows.count, known: known)
    rows += defaults
    blocks.append(
      ModelBlock(
        number: group + 1, group: group + 1, groupLabel: label, observed: roles.observed,
        latent: roles.latent,
        fixedCovariates: options.fixedCovariates ? roles.covariates : []))
    self.roles.append(roles)
    blockRows.append(start..<rows.count)
  }

  /// Refuses models whose pairs of variables would not fit into memory.
  private func checkSize(of roles: VariableRoles) throws(SpecificationProblem) {
    let sizes = [roles.covariates.count, roles.exogenousLatents.count, roles.terminal.count]
    let pairs = sizes.reduce(0) { $0 + $1 * $1 / 2 }
    guard rows.count + pairs > Self.maximumRows else { return }
    throw SpecificationProblem(
      "model-too-large", "The model has more than \(Self.maximumRows) parameters.",
      hint: "Use fewer variables.", at: nil)
  }

  // MARK: The user's rows

  private mutating func userRow(
    _ element: ModelElement, group: Int, valuesPerElement: Int
  ) throws(SpecificationProblem) -> Row {
    let settings = try ElementSettings(
      element, group: valuesPerElement == 1 ? 0 : group, groupCount: valuesPerElement)
    var parameter = Parameter(
      lhs: element.lhs.text, op: element.op, rhs: element.rhs.text, block: group + 1, group: group + 1)
    parameter.label = settings.label
    parameter.start = settings.start
    parameter.lower = settings.lower
    parameter.upper = settings.upper
    parameter.fixedValue = settings.fixed
    if let range = settings.sharedLabelRange, !hasWarnedOfSharedLabels {
      hasWarnedOfSharedLabels = true
      warnings.append(
        SpecificationProblem(
          "label-shared-by-groups",
          "A single label in a model of several groups makes the parameter equal in all of them.", at: range))
    }
    return Row(
      parameter: parameter, isFreed: settings.isFreed, isFixedByUser: settings.fixed != nil,
      equalTo: settings.equalTo, range: element.range)
  }

  /// Fixes the first loading of each factor, unless the user freed it. A start value becomes the fixed value.
  private mutating func fixMarkers(from start: Int, group: Int) {
    guard options.fixFirstLoading else { return }
    var seen: Set<String> = []
    for index in start..<rows.count where rows[index].parameter.op == .measurement {
      guard seen.insert(rows[index].parameter.lhs).inserted else { continue }
      guard !rows[index].isFreed, rows[index].parameter.fixedValue == nil else { continue }
      fix(index, to: rows[index].parameter.start ?? 1)
      if let start = rows[index].parameter.start, start != 1, group == 0 {
        warnings.append(
          SpecificationProblem(
            "start-of-fixed-loading",
            "The first loading of '\(rows[index].parameter.lhs)' is fixed at its start value "
              + "\(shortDescription(start)) to give the factor a scale; write 'NA*' before it to estimate it.",
            at: rows[index].range))
      }
    }
  }

  private mutating func fixStandardizedVariances(from start: Int, roles: VariableRoles) {
    guard options.standardizeLatents else { return }
    for index in start..<rows.count {
      let parameter = rows[index].parameter
      guard parameter.op == .covariance, parameter.lhs == parameter.rhs,
        roles.isLatent.contains(parameter.lhs),
        !rows[index].isFreed, parameter.fixedValue == nil
      else { continue }
      fix(index, to: parameter.start ?? 1)
    }
  }

  mutating func fix(_ index: Int, to value: Double) {
    rows[index].parameter.fixedValue = value
  }

  // MARK: The preset's rows

  private func defaultRows(
    roles: VariableRoles, group: Int, userRows: Range<Int>, known: [ElementKey: Int]
  ) -> [Row] {
    var added: [Row] = []
    func add(_ lhs: String, _ op: Operator, _ rhs: String, fixed: Double? = nil, isExogenous: Bool = false) {
      guard known[ElementKey(lhs, op, rhs)] == nil else { return }
      var parameter = Parameter(lhs: lhs, op: op, rhs: rhs, block: group + 1, group: group + 1)
      parameter.origin = .preset
      parameter.fixedValue = fixed
      parameter.isExogenous = isExogenous
      added.append(Row(parameter: parameter))
    }

    let single = singleIndicators(userRows)
    let variance: Double? = options.freeVariances ? nil : 0
    for name in roles.observed where !roles.isCovariate.contains(name) {
      add(name, .covariance, name, fixed: single.contains(name) ? 0 : variance)
    }
    for name in roles.latent {
      let standardized: Double? = options.standardizeLatents ? 1 : variance
      add(
        name, .covariance, name,
        fixed: single.contains(name) && !options.standardizeLatents ? 0 : standardized)
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
          let bothLatent = roles.isLatent.contains(first) && roles.isLatent.contains(second)
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
      let markers = options.markerInterceptZero ? markers(userRows) : []
      for name in roles.observed {
        let isCovariate = roles.isCovariate.contains(name)
        let isZero = !isCovariate && (!options.interceptsObservedFree || markers.contains(name))
        add(
          name, .intercept, "", fixed: isZero ? 0 : nil, isExogenous: isCovariate && options.fixedCovariates)
      }
      let latentFree =
        options.interceptsLatentFree || options.markerInterceptZero
        || options.effectCoding.contains(.intercepts)
      for name in roles.latent {
        add(name, .intercept, "", fixed: latentFree && !markers.contains(name) ? nil : 0)
      }
    }
    return added
  }

  /// The only indicators of factors, where they indicate no other factor.
  private func singleIndicators(_ userRows: Range<Int>) -> Set<String> {
    guard options.fixSingleIndicator else { return [] }
    var indicators: [String: [String]] = [:]
    var uses: [String: Int] = [:]
    for row in rows[userRows] where row.parameter.op == .measurement {
      indicators[row.parameter.lhs, default: []].append(row.parameter.rhs)
      uses[row.parameter.rhs, default: 0] += 1
    }
    return Set(indicators.values.filter { $0.count == 1 && uses[$0[0]] == 1 }.map { $0[0] })
  }

  /// The first indicator of each factor.
  private func markers(_ userRows: Range<Int>) -> Set<String> {
    var seen: Set<String> = []
    var markers: Set<String> = []
    for row in rows[userRows] where row.parameter.op == .measurement {
      if seen.insert(row.parameter.lhs).inserted { markers.insert(row.parameter.rhs) }
    }
    return markers
  }
}
