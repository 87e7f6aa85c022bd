internal import SEM

extension ModelCheck {
  /// The check for a terminal: degrees of freedom, identification, problems, and the parameter table.
  ///
  /// - Parameter width: The columns of the page, at least 40.
  public func text(width: Int = 80) -> String {
    var page = TextPage(width: width)
    page.add("Model check")
    page.blank()
    page.definitions(headItems)
    addDiagnostics(
      dataErrors.map { Diagnostic(code: $0.code.rawValue, message: "\($0.error)", parameters: $0.variables) },
      one: "Problem of the data that prevents a fit", several: "Problems of the data that prevent a fit",
      to: &page)
    addDiagnostics(warnings, one: "Warning", several: "Warnings", to: &page)
    addParameters(to: &page)
    addFormulas(to: &page)
    return page.text
  }

  private var headItems: [(term: String, text: String)] {
    let moments = table.distinctMomentCount
    var items = [
      (term: "Free parameters", text: "\(table.freeParameterCount)"),
      (term: "Sample moments", text: "\(moments)"),
      (
        term: "Degrees of freedom",
        text: "\(identification?.degreesOfFreedom ?? moments - table.freeParameterCount)"
      ),
      (term: "Identification", text: identificationText),
    ]
    for block in table.blocks {
      let group = table.blocks.count > 1 ? " (\(block.groupLabel))" : ""
      if block.number == 1 {
        items.append(
          (term: "Observed", text: "\(block.observed.count): " + block.observed.joined(separator: ", ")))
        if !block.latent.isEmpty {
          items.append(
            (term: "Latent", text: "\(block.latent.count): " + block.latent.joined(separator: ", ")))
        }
      }
      if listwise.indices.contains(block.number - 1) {
        let report = listwise[block.number - 1]
        items.append(
          (
            term: "Cases" + group.printable,
            text: report.droppedCount == 0
              ? "\(report.usedCount); no row with missing values"
              : "\(report.usedCount) of \(report.rowCount); \(report.droppedCount) with missing values dropped (listwise)"
          ))
      }
    }
    return items
  }

  private var identificationText: String {
    guard let identification else {
      return "unknown: at no point that was tried does the model have a positive definite covariance matrix"
    }
    if identification.isIdentified {
      return "yes, judged by the rank of the information at values drawn at random"
    }
    return "NO, see the warnings"
  }

  private func addDiagnostics(_ items: [Diagnostic], one: String, several: String, to page: inout TextPage) {
    guard !items.isEmpty else { return }
    page.heading(items.count == 1 ? one : several)
    page.blank()
    for item in items { page.warning(code: item.code, message: item.message) }
  }

  private func addParameters(to page: inout TextPage) {
    for block in table.blocks {
      let rows = table.rows.filter { $0.block == block.number }
      let entries = rows.map(Self.entries)
      var titles: [(title: String, rank: Int)] = [("Free", 0), ("Fixed", 1), ("Start", 4)]
      titles += [("Lower", 5), ("Upper", 6), ("Label", 2), ("From", 3)]
      let columns = titles.enumerated().compactMap {
        position, title -> (column: TextTable.Column, rank: Int)? in
        let texts = entries.map { $0[position] }
        // Bounds and labels only where there are any.
        if texts.allSatisfy(\.isEmpty) { return nil }
        return (TextTable.Column(title.title, entries: texts, least: 5), title.rank)
      }
      let present = titles.indices.filter { position in entries.contains { !$0[position].isEmpty } }
      let names = rows.map { "  \($0.lhs) \($0.op.rawValue)\($0.rhs.isEmpty ? "" : " ")\($0.rhs)".printable }
      let table = TextTable(
        columns: columns, names: max(names.map(\.displayWidth).max() ?? 0, 20), least: 24,
        pageWidth: page.width)
      page.blank()
      let group = self.table.blocks.count > 1 ? ", group \(block.groupLabel)".printable : ""
      page.add(table.titles("Parameters" + group))
      let short = ShortNames(names, columns: table.nameWidth)
      for (name, entry) in zip(names, entries) {
        page.add(table.row(short[name], present.map { entry[$0] }))
      }
    }
  }

  private static func entries(_ row: Parameter) -> [String] {
    let fixed = row.free > 0 ? "" : row.fixedValue.map { TextNumber.fixed($0) } ?? "sample"
    return [
      row.free > 0 ? "\(row.free)" : "", fixed, TextNumber.fixed(row.start), TextNumber.fixed(row.lower),
      TextNumber.fixed(row.upper), row.label.printable, row.origin == .user ? "model" : "default",
    ]
  }

  private func addFormulas(to page: inout TextPage) {
    let formulas =
      table.constraints.map { "\($0.lhs) \($0.op.rawValue) \($0.rhs)" }
      + table.definitions.map { "\($0.name) := \($0.expression)" }
    guard !formulas.isEmpty else { return }
    page.heading("Constraints and defined parameters")
    page.blank()
    for formula in formulas { page.paragraph(formula, indent: 2, hanging: 2) }
  }
}
