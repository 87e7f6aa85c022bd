internal import SEM
internal import SEMNumerics

extension FitSummary {
  // MARK: Constraints

  /// The user's constraints and bounds with their score tests.
  func addConstraints(to page: inout TextPage) {
    guard let report = fit.constraints, showsTests else { return }
    if !report.items.isEmpty {
      let rows = report.items.map { item -> (name: String, entries: [String]) in
        let constraint = item.constraint
        let test = constraintTests.first { $0.constraint == constraint }?.statistic
        let state = item.isRedundant ? "redundant" : item.isActive ? "active" : "slack"
        return (
          "  \(constraint.lhs) \(constraint.op.rawValue) \(constraint.rhs)".printable,
          [state, TextNumber.fixed(test?.statistic), test == nil ? "" : "1", TextNumber.pValue(test?.pValue)]
        )
      }
      let all = constraintTests.last { $0.constraint == nil }.map { test in
        (
          name: "  All equalities",
          entries: [
            "", TextNumber.fixed(test.statistic.statistic), "\(test.statistic.degreesOfFreedom)",
            TextNumber.pValue(test.statistic.pValue),
          ]
        )
      }
      addTable(
        "Constraints", ["State", "Score χ²", "df", "p"],
        rows + (report.equalityRank > 1 ? [all].compactMap(\.self) : []),
        to: &page)
    }
    if !report.parametersAtBounds.isEmpty {
      let names = fit.table.freeParameterNames
      page.blank()
      page.paragraph(
        "At a bound: " + report.parametersAtBounds.map { names[$0 - 1] }.joined(separator: ", ") + ".",
        indent: 2)
    }
  }

  // MARK: Modification indices

  private static let shownIndices = 20

  /// The largest modification indices with what freeing would change.
  func addModificationIndices(to page: inout TextPage) {
    guard let indices = modificationIndices else { return }
    guard !indices.isEmpty else {
      page.heading("Modification indices")
      page.blank()
      page.paragraph(
        hasStandardErrors
          ? "There is no parameter that could be freed."
          : "Not available: they need the standard errors of an identified, converged model.", indent: 2)
      return
    }
    let hasGroups = fit.table.blocks.count > 1
    let rows = indices.prefix(Self.shownIndices).map { index -> (name: String, entries: [String]) in
      let row = index.parameter
      let group = hasGroups ? ", \(groupName(ofBlock: row.block))" : ""
      return (
        "  \(row.lhs) \(row.op.rawValue) \(row.rhs)".printable + group,
        [
          TextNumber.fixed(index.index), TextNumber.fixed(index.expectedChange),
          TextNumber.fixed(index.standardizedLatent), TextNumber.fixed(index.standardizedAll),
        ]
      )
    }
    addTable("Modification indices", ["MI", "EPC", "EPC.lv", "EPC.all"], rows, to: &page)
    page.blank()
    let more = indices.count - rows.count
    page.paragraph(
      "MI: about how much χ² falls when the parameter is freed. EPC: its expected change, and the same standardised."
        + (more > 0 ? " \(more) smaller ones are not shown; the JSON output has all." : ""), indent: 2)
  }

  private func addTable(
    _ title: String, _ columns: [String], _ rows: [(name: String, entries: [String])], to page: inout TextPage
  ) {
    let columns = columns.enumerated().map { position, title in
      (column: TextTable.Column(title, entries: rows.map { $0.entries[position] }, least: 8), rank: position)
    }
    let wanted = max(rows.map(\.name.displayWidth).max() ?? 0, 24)
    let table = TextTable(columns: columns, names: wanted, least: 24, pageWidth: page.width)
    page.blank()
    page.add(table.titles(title))
    let names = ShortNames(rows.map(\.name), columns: table.nameWidth)
    for row in rows { page.add(table.row(names[row.name], row.entries)) }
  }

  // MARK: Residuals

  /// The residual matrices: lower triangles, in panels of columns where the page is too narrow.
  func addResiduals(to page: inout TextPage) {
    guard let residuals else { return }
    for residual in residuals {
      if fit.table.blocks.count > 1 {
        page.ruledHeading("Residuals, group \(groupName(ofBlock: residual.block))")
      } else {
        page.ruledHeading("Residuals")
      }
      let names = residual.variables.map(\.printable)
      page.triangle("Covariances: sample minus model", names, residual.covariance)
      page.triangle("Correlations: sample minus model", names, residual.correlation)
      if let standardized = residual.standardized {
        page.triangle("Standardised: covariances divided by their standard errors", names, standardized)
      }
      if let mean = residual.mean {
        page.heading("Means: sample minus model")
        page.blank()
        page.grid(
          zip(names, mean).map { (name: $0, value: TextNumber.fixed($1)) }, nameWidth: 8, valueWidth: 6,
          limit: 4)
      }
    }
  }
}

extension TextPage {
  /// The lower triangle of a symmetric matrix.
  mutating func triangle(_ title: String, _ names: [String], _ matrix: Matrix) {
    heading(title)
    let entries = names.indices.map { row in (0...row).map { TextNumber.fixed(matrix[row, $0]) } }
    let longest = names.map(\.displayWidth).max() ?? 0
    let nameWidth = min(longest, width / 4)
    let entryWidth = max(entries.joined().map(\.displayWidth).max() ?? 0, min(longest, 10), 6)
    let rowNames = ShortNames(names, columns: nameWidth)
    let columnNames = ShortNames(names, columns: entryWidth)
    let perPanel = max(1, (width - 2 - nameWidth) / (entryWidth + 1))
    for first in stride(from: 0, to: names.count, by: perPanel) {
      let last = min(first + perPanel, names.count) - 1
      blank()
      var titles = String.spaces(2 + nameWidth)
      for column in first...last {
        let name = columnNames[names[column]]
        // A name that cannot be cut without being taken for another is cut all the same: its row tells which it is.
        titles += " " + name.prefix(columns: entryWidth).paddedLeft(to: entryWidth)
      }
      add(titles)
      for row in first..<names.count {
        let name = rowNames[names[row]].prefix(columns: max(nameWidth, 1))
        var line = "  " + name.paddedRight(to: nameWidth)
        for column in first...min(last, row) { line += " " + entries[row][column].paddedLeft(to: entryWidth) }
        add(line)
      }
    }
  }
}
