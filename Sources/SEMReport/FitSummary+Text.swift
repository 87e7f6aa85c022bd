internal import SEM

extension FitSummary {
  /// The summary for a terminal or an appendix: what was fitted, what to be wary of, tests and fit, estimates.
  ///
  /// Nothing is computed here: every number is one of the summary's.
  /// - Parameter width: The columns of the page, at least 40. At 80 there are estimate, standard error, z, p and both
  ///   standardised solutions, at 100 and more the confidence interval too.
  public func text(width: Int = 80) -> String {
    var page = TextPage(width: width)
    addHead(to: &page)
    addVerdict(to: &page)
    if showsTests {
      addTests(to: &page)
      addFitMeasures(to: &page)
    }
    addEstimates(to: &page)
    addExplainedVariances(to: &page)
    addConstraints(to: &page)
    addModificationIndices(to: &page)
    addResiduals(to: &page)
    return page.text
  }

  /// Whether tests, fit measures and standard errors mean anything.
  var showsTests: Bool { status == .proper || status == .inadmissible }

  /// The label of a block in headings and tables.
  func groupName(ofBlock number: Int) -> String {
    let label = fit.table.blocks.first { $0.number == number }?.groupLabel ?? ""
    return label.isEmpty ? "\(number)" : label.printable
  }

  // MARK: What was fitted

  private func addHead(to page: inout TextPage) {
    page.add("Structural equation model")
    page.blank()
    var items: [(term: String, text: String)] = [("Estimator", estimatorText)]
    items.append(("Free parameters", freeParameterText))
    items.append(("Cases", caseText))
    items.append(("Convergence", convergenceText))
    items.append(("Solution", statusText))
    page.definitions(items)
  }

  private var estimatorText: String {
    let name =
      switch fit.options.estimator {
      case .maximumLikelihood: "ML (maximum likelihood)"
      case .unweightedLeastSquares: "ULS (unweighted least squares)"
      case .generalizedLeastSquares: "GLS (generalised least squares)"
      case .weightedLeastSquares: "WLS (weighted least squares)"
      case .diagonallyWeightedLeastSquares: "DWLS (diagonally weighted least squares)"
      }
    let likelihood =
      switch fit.options.likelihood {
      case .normal: "normal likelihood (divisor N)"
      case .wishart: "Wishart likelihood (divisor N - 1)"
      }
    return "\(name), \(likelihood), \(fit.options.information.rawValue) information"
  }

  private var freeParameterText: String {
    let rank = fit.constraints?.equalityRank ?? 0
    let constraints =
      rank > 0 ? " (\(fit.estimates.count) less \(TextNumber.count(rank, "equality constraint")))" : ""
    return
      "\(fit.parameterCount)\(constraints); \(TextNumber.count(fit.degreesOfFreedom, "degree")) of freedom"
  }

  private var caseText: String {
    let blocks = fit.table.blocks
    func used(_ index: Int) -> String {
      let rows =
        fit.listwise.indices.contains(index)
        ? fit.listwise[index].rowCount
        : fit.incomplete.indices.contains(index) ? fit.incomplete[index].rowCount : fit.moments[index].count
      let count = fit.moments[index].count
      return count < rows ? "\(count) of \(rows)" : "\(count)"
    }
    if blocks.count == 1 { return used(0) + missingText }
    let groups = blocks.indices.map { "\(groupName(ofBlock: blocks[$0].number)) \(used($0))" }
    return "\(fit.count) in \(blocks.count) groups: " + groups.joined(separator: ", ") + missingText
  }

  /// What became of rows with missing values.
  private var missingText: String {
    if !fit.incomplete.isEmpty {
      let method = fit.options.missing == .twoStage ? "two stages" : "full information"
      let patterns = fit.incomplete.map { TextNumber.count($0.patternCount, "pattern") }.joined(
        separator: ", ")
      return "; \(patterns) of observed values, \(method)"
    }
    if fit.listwise.isEmpty { return " (from a covariance matrix)" }
    let dropped = fit.listwise.reduce(0) { $0 + $1.droppedCount }
    return dropped == 0
      ? "; no row with missing values" : "; \(dropped) with missing values dropped (listwise)"
  }

  private var convergenceText: String {
    let convergence = fit.convergence
    let gradient = Diagnostic.short(convergence.scaledGradient)
    let steps = TextNumber.count(convergence.iterations, "iteration")
    var text =
      convergence.isConverged
      ? "after \(steps), largest scaled gradient element \(gradient); start: \(convergence.start)"
      : "none after \(steps), largest scaled gradient element \(gradient); best start: \(convergence.start)"
    if !convergence.failedStarts.isEmpty {
      text += "; no convergence from: " + convergence.failedStarts.joined(separator: ", ")
    }
    return text
  }

  private var statusText: String {
    switch status {
    case .proper: "proper"
    case .inadmissible: "INADMISSIBLE: it has values that real variables cannot have, see the warnings"
    case .notConverged: "NOT CONVERGED: the values below are no solution, see the warnings"
    case .notIdentified: "NOT IDENTIFIED: the values below are one of endlessly many, see the warnings"
    }
  }

  // MARK: What to be wary of

  private func addVerdict(to page: inout TextPage) {
    guard !warnings.isEmpty else { return }
    page.heading(warnings.count == 1 ? "Warning" : "Warnings")
    page.blank()
    for warning in warnings { page.warning(code: warning.code, message: warning.message) }
    switch status {
    case .notConverged:
      page.blank()
      page.paragraph(
        "Tests, fit measures and standard errors are left out: they belong to solutions only.", indent: 2)
    case .notIdentified:
      page.blank()
      page.paragraph(
        "Tests, fit measures and standard errors are left out: they belong to identified models only.",
        indent: 2)
    case .proper, .inadmissible: break
    }
  }

  // MARK: Tests

  private func addTests(to page: inout TextPage) {
    let kinds = [
      ("Model", "", ""), ("Model, scaled", "", ".scaled"), ("Baseline model", "baseline.", ""),
      ("Baseline model, scaled", "baseline.", ".scaled"),
    ]
    let present = Set(fitMeasures.values.map(\.name))
    var lines = kinds.filter { present.contains($0.1 + "chisq" + $0.2) }.map { name, prefix, suffix in
      // Some adjustments have fractional degrees of freedom.
      let freedom = fitMeasures[prefix + "df" + suffix]
      return (
        name: "  " + name,
        entries: [
          TextNumber.fixed(fitMeasures[prefix + "chisq" + suffix]),
          TextNumber.fixed(freedom, freedom?.rounded() == freedom ? 0 : 3),
          TextNumber.pValue(fitMeasures[prefix + "pvalue" + suffix]),
        ]
      )
    }
    // Tests that no fit measure shows, by the names under which they are asked for.
    let shown = tests.first { $0.scalingFactor != nil }?.kind
    for test in tests where test.kind != .standard && test.kind != shown {
      // That of least squares is the model's own line.
      if test.kind != .bollenStine, test.statistic == fitMeasures["chisq"] { continue }
      let isWhole = test.degreesOfFreedom.rounded() == test.degreesOfFreedom
      lines.append(
        (
          name: "  " + test.kind.rawValue,
          entries: [
            TextNumber.fixed(test.statistic), TextNumber.fixed(test.degreesOfFreedom, isWhole ? 0 : 3),
            TextNumber.pValue(test.pValue),
          ]
        ))
    }
    let columns = ["χ²", "df", "p"].enumerated().map { position, title in
      (column: TextTable.Column(title, entries: lines.map { $0.entries[position] }), rank: position)
    }
    let table = TextTable(columns: columns, names: 28, least: 18, pageWidth: page.width)
    page.blank()
    page.add(table.titles("Model test"))
    for line in lines { page.add(table.row(line.name, line.entries)) }
  }
}

extension TextPage {
  /// A warning with its code, which scripts and searches know it by.
  mutating func warning(code: String, message: String) {
    paragraph("[\(code)] \(message)", indent: 2, hanging: 2)
  }
}
