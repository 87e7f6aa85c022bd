internal import SEM

/// The kinds of parameter in the order in which reports list them.
enum ParameterKind: CaseIterable {
  case loadings, composites, regressions, covariances, intercepts, thresholds, scales, variances

  init?(_ row: Parameter) {
    switch row.op {
    case .measurement: self = .loadings
    case .composite: self = .composites
    case .regression: self = .regressions
    case .covariance: self = row.lhs == row.rhs ? .variances : .covariances
    case .intercept: self = .intercepts
    case .threshold: self = .thresholds
    case .scale: self = .scales
    case .equality, .lessThan, .greaterThan, .definition: return nil
    }
  }

  var title: String {
    switch self {
    case .loadings: "Latent variables"
    case .composites: "Composites"
    case .regressions: "Regressions"
    case .covariances: "Covariances"
    case .intercepts: "Intercepts"
    case .thresholds: "Thresholds"
    case .scales: "Scales"
    case .variances: "Variances"
    }
  }

  /// Whether parameters with one left side stand under it, each named by its right side.
  var hasSubheadings: Bool {
    switch self {
    case .loadings, .composites, .regressions, .covariances, .thresholds: true
    case .intercepts, .scales, .variances: false
    }
  }
}

/// What the tables of estimates tell of a parameter.
private enum EstimateColumn {
  case estimate, standardError, z, pValue, lower, upper, standardizedLatent, standardizedAll

  var title: String {
    switch self {
    case .estimate: "Estimate"
    case .standardError: "S.E."
    case .z: "z"
    case .pValue: "p"
    case .lower: "CI lower"
    case .upper: "CI upper"
    case .standardizedLatent: "Std.lv"
    case .standardizedAll: "Std.all"
    }
  }

  /// The order in which columns leave a page that is too narrow, the largest first.
  var rank: Int {
    switch self {
    case .estimate: 0
    case .standardError: 1
    case .pValue: 2
    case .standardizedAll: 3
    case .z: 4
    case .standardizedLatent: 5
    case .lower, .upper: 6
    }
  }

  var leastWidth: Int { self == .pValue ? 6 : 7 }
}

extension FitSummary {
  private static let itemIndent = 4

  /// How the tables of estimates are laid out, the same for all kinds and groups.
  private struct EstimateLayout {
    /// The columns that were asked for, of which the table keeps those it has room for.
    let columns: [EstimateColumn]
    let table: TextTable
    let names: ShortNames
    let labels: ShortNames
    let labelWidth: Int

    /// The name of a row with its label at the right of the column of names.
    func name(_ name: String, label: String, mark: String = " ") -> String {
      let shown = String.spaces(FitSummary.itemIndent - 1) + mark + names[name]
      guard !label.isEmpty else { return shown }
      let shownLabel = "(" + labels[label] + ")"
      return shown.paddedRight(to: table.nameWidth - shownLabel.displayWidth - 1) + " " + shownLabel
    }
  }

  /// The parameters by group and kind, then the defined ones.
  func addEstimates(to page: inout TextPage) {
    let shown = estimates.indices.filter { isShown(estimates[$0].parameter) }
    let layout = estimateLayout(of: shown, page.width)
    page.ruledHeading(
      showsTests
        ? "Parameter estimates" : status == .notConverged ? "Where the search ended" : "One of many solutions"
    )
    page.blank()
    page.paragraph(note(layout.table.keptPositions.map { layout.columns[$0] }))
    let blocks = fit.table.blocks
    for (index, block) in blocks.enumerated() {
      if blocks.count > 1 {
        let cases = TextNumber.count(fit.moments[index].count, "case")
        page.ruledHeading("Group \(block.group): \(groupName(ofBlock: block.number)) (\(cases))")
      }
      let dependent = dependentVariables(ofBlock: block.number)
      for kind in ParameterKind.allCases {
        let rows = shown.filter {
          estimates[$0].parameter.block == block.number && ParameterKind(estimates[$0].parameter) == kind
        }
        if !rows.isEmpty { add(rows, of: kind, dependent, layout, to: &page) }
      }
    }
    let definitions = shown.filter { estimates[$0].parameter.op == .definition }
    if !definitions.isEmpty { add(definitions: definitions, layout, to: &page) }
  }

  private func add(
    _ rows: [Int], of kind: ParameterKind, _ dependent: Set<String>, _ layout: EstimateLayout,
    to page: inout TextPage
  ) {
    page.blank()
    page.add(layout.table.titles(kind.title))
    func mark(_ name: String) -> String {
      switch kind {
      case .covariances, .intercepts, .variances: dependent.contains(name) ? "." : " "
      default: " "
      }
    }
    var subheading = ""
    for index in rows {
      let row = estimates[index].parameter
      if kind.hasSubheadings, row.lhs != subheading {
        subheading = row.lhs
        page.paragraph(mark(row.lhs) + row.lhs + " " + row.op.rawValue, firstIndent: 1)
      }
      let name = kind.hasSubheadings ? row.rhs : row.lhs
      let cell = layout.name(name.printable, label: row.label.printable, mark: mark(name))
      page.add(layout.table.row(cell, layout.columns.map { entry($0, index) }))
    }
  }

  private func add(definitions: [Int], _ layout: EstimateLayout, to page: inout TextPage) {
    page.blank()
    page.add(layout.table.titles("Defined parameters"))
    for index in definitions {
      let cell = layout.name(estimates[index].parameter.lhs.printable, label: "")
      page.add(layout.table.row(cell, layout.columns.map { entry($0, index) }))
    }
    page.blank()
    for index in definitions {
      let row = estimates[index].parameter
      page.paragraph("\(row.lhs) := \(row.rhs)", indent: Self.itemIndent, hanging: 2)
    }
  }

  // MARK: Layout

  private func estimateLayout(of shown: [Int], _ width: Int) -> EstimateLayout {
    let columns = columns(width)
    let names = shown.map { index in
      let row = estimates[index].parameter
      return (row.op == .definition || ParameterKind(row)?.hasSubheadings == false ? row.lhs : row.rhs)
        .printable
    }
    let rowLabels = shown.map { estimates[$0].parameter }.filter { $0.op != .definition }.map(
      \.label.printable)
    let longestName = names.map(\.displayWidth).max() ?? 0
    let longestLabel = min(rowLabels.map(\.displayWidth).max() ?? 0, 12)
    let labelRoom = longestLabel > 0 ? longestLabel + 3 : 0
    let wanted = max(Self.itemIndent + longestName + labelRoom, 20)
    let table = TextTable(
      columns: columns.map { column in
        let entries = shown.map { entry(column, $0) }
        return (TextTable.Column(column.title, entries: entries, least: column.leastWidth), column.rank)
      }, names: wanted, pageWidth: width)
    // Names give way to labels as far as a third of the room.
    let labelWidth = min(longestLabel, max(table.nameWidth / 3 - 3, 3))
    let nameRoom = table.nameWidth - Self.itemIndent - (longestLabel > 0 ? labelWidth + 3 : 0)
    return EstimateLayout(
      columns: columns, table: table, names: ShortNames(names, columns: nameRoom),
      labels: ShortNames(rowLabels, columns: labelWidth), labelWidth: labelWidth)
  }

  /// The columns of the tables of estimates on a page of some width; those the page has no room for are left out later.
  private func columns(_ width: Int) -> [EstimateColumn] {
    guard showsStandardErrors else { return [.estimate, .standardizedLatent, .standardizedAll] }
    let interval: [EstimateColumn] = width >= 100 ? [.lower, .upper] : []
    return [.estimate, .standardError, .z, .pValue] + interval + [.standardizedLatent, .standardizedAll]
  }

  var showsStandardErrors: Bool { showsTests && hasStandardErrors }

  /// What stands in a column; nothing for what a fixed value does not have.
  private func entry(_ column: EstimateColumn, _ index: Int) -> String {
    let line = estimates[index]
    let isEstimated = line.parameter.free > 0 || line.parameter.op == .definition
    let error = isEstimated ? line.standardError.flatMap { $0 > 0 ? $0 : nil } : nil
    // Where three decimals would show an error of 0.000 the whole line takes exponents.
    func number(_ value: Double?) -> String {
      (error ?? 1) < 0.0005 ? TextNumber.exponential(value) : TextNumber.fixed(value)
    }
    func standardized(_ lines: [ParameterEstimate]) -> String {
      TextNumber.fixed(lines.indices.contains(index) ? lines[index].estimate : nil)
    }
    switch column {
    case .estimate: return number(line.estimate)
    case .standardError: return number(error)
    case .z: return error == nil ? "" : TextNumber.fixed(line.z)
    case .pValue: return error == nil ? "" : TextNumber.pValue(line.pValue)
    case .lower: return error == nil ? "" : number(line.lower)
    case .upper: return error == nil ? "" : number(line.upper)
    case .standardizedLatent: return standardized(standardizedLatent)
    case .standardizedAll: return standardized(standardizedAll)
    }
  }

  /// What a reader must know to read the tables.
  private func note(_ columns: [EstimateColumn]) -> String {
    var sentences: [String] = []
    if showsStandardErrors {
      let kind = fit.options.information.rawValue
      sentences.append("Standard errors come from the \(kind) information; fixed values have none.")
    } else {
      sentences.append("There are no standard errors.")
    }
    if columns.contains(.lower) {
      sentences.append("The intervals (CI) cover \(TextNumber.percent(fit.options.confidenceLevel)).")
    }
    let standardized = [
      columns.contains(.standardizedLatent) ? "Std.lv: with latent variables of unit variance" : nil,
      columns.contains(.standardizedAll) ? "Std.all: with all variables of unit variance" : nil,
    ].compactMap(\.self)
    if !standardized.isEmpty { sentences.append(standardized.joined(separator: "; ") + ".") }
    if estimates.contains(where: { row in
      (row.parameter.op == .covariance || row.parameter.op == .intercept)
        && dependentVariables(ofBlock: row.parameter.block).contains(row.parameter.lhs)
    }) {
      sentences.append("A dot marks what belongs to a residual.")
    }
    let covariates = fit.table.blocks.first?.fixedCovariates ?? []
    if !covariates.isEmpty {
      sentences.append(
        "The moments of " + covariates.joined(separator: ", ")
          + " are the sample's (fixed.x), and not listed.")
    }
    return sentences.joined(separator: " ")
  }

  /// All rows but the sample's moments of fixed covariates, and latent means where none is free.
  func isShown(_ row: Parameter) -> Bool {
    if row.isExogenous { return false }
    guard row.op == .intercept, row.origin == .preset, row.free == 0, row.fixedValue == 0 else { return true }
    let latent = Set(fit.table.blocks.flatMap(\.latent))
    guard latent.contains(row.lhs) else { return true }
    return fit.table.rows.contains { $0.op == .intercept && $0.free > 0 && latent.contains($0.lhs) }
  }

  /// The variables that the model explains: their variances, covariances and intercepts are those of residuals.
  func dependentVariables(ofBlock number: Int) -> Set<String> {
    var names = Set<String>()
    for row in fit.table.rows where row.block == number {
      switch row.op {
      case .measurement: names.insert(row.rhs)
      case .regression, .composite: names.insert(row.lhs)
      default: break
      }
    }
    return names
  }

  // MARK: R²

  /// The explained shares of variance, by group.
  func addExplainedVariances(to page: inout TextPage) {
    guard !explainedVariances.isEmpty else { return }
    let blocks = fit.table.blocks
    for block in blocks {
      let items = explainedVariances.filter { $0.block == block.number }.map {
        (name: $0.variable.printable, value: $0.rSquared.map { TextNumber.fixed($0) } ?? "-")
      }
      guard !items.isEmpty else { continue }
      page.heading(blocks.count > 1 ? "R², group \(groupName(ofBlock: block.number))" : "R²")
      page.grid(items, nameWidth: 8, valueWidth: 6, limit: 4)
    }
  }
}

extension TextPage {
  /// A paragraph whose second and later lines stand two columns further to the right.
  mutating func paragraph(_ text: String, firstIndent: Int) {
    let wrapped = text.printable.wrapped(to: width - firstIndent - 2)
    for (number, line) in wrapped.enumerated() {
      // Splitting at spaces drops the one in front that stands for "no residual".
      let lead = number == 0 && text.hasPrefix(" ") ? " " : ""
      add(.spaces(firstIndent + (number > 0 ? 4 : 0)) + lead + line)
    }
  }
}
