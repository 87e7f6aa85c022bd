internal import SEM

extension FitSummary {
  /// A group of fit measures under one heading.
  private struct MeasureGroup {
    var title: String
    /// What the report calls a measure, and lavaan's name for it.
    var measures: [(label: String, name: String)]
  }

  /// Measures that stand elsewhere in the report, or that only name a level or repeat another.
  private static let shownElsewhere: Set<String> = [
    "npar", "chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "baseline.pvalue", "ntotal", "nnfi",
    "rmsea.ci.level", "rmsea.close.h0", "rmsea.notclose.h0", "gfi.ci.level", "srmr_bentler",
    "srmr_bentler_nomean",
    "srmr_mplus_nomean", "crmr_nomean", "rmr_nomean", "nnfi.robust", "nnfi.scaled", "chisq.scaled",
    "df.scaled",
    "pvalue.scaled", "baseline.chisq.scaled", "baseline.df.scaled", "baseline.pvalue.scaled",
  ]

  /// The fit measures by what they look at.
  func addFitMeasures(to page: inout TextPage) {
    var groups = [
      MeasureGroup(
        title: "Comparison with the baseline model",
        measures: [
          ("CFI", "cfi"), ("TLI", "tli"), ("RNI", "rni"), ("IFI", "ifi"), ("NFI", "nfi"), ("RFI", "rfi"),
          ("PNFI", "pnfi"),
        ]),
      MeasureGroup(title: "Error of approximation", measures: approximationMeasures),
      MeasureGroup(
        title: "Likelihood and information criteria",
        measures: [
          ("Log-likelihood", "logl"), ("The same, saturated model", "unrestricted.logl"), ("AIC", "aic"),
          ("BIC", "bic"), ("BIC, adjusted for size", "bic2"), ("ECVI", "ecvi"),
        ]),
      MeasureGroup(title: "Residuals", measures: residualMeasures),
      MeasureGroup(
        title: "Goodness of fit",
        measures: [
          ("GFI", "gfi"), (interval("gfi.ci.level", "lower"), "gfi.ci.lower"),
          (interval("gfi.ci.level", "upper"), "gfi.ci.upper"), ("AGFI", "agfi"), ("PGFI", "pgfi"),
          ("GFI (LISREL)", "gfi_lisrel"), ("AGFI (LISREL)", "agfi_lisrel"), ("MFI", "mfi"),
          ("Critical N (0.05)", "cn_05"), ("Critical N (0.01)", "cn_01"), ("Minimum of F", "fmin"),
        ]),
    ]
    groups += ["robust", "scaled"].compactMap { adjusted(groups, $0) }
    let known = Self.shownElsewhere.union(groups.flatMap { $0.measures.map(\.name) })
    let others = fitMeasures.values.map(\.name).filter { !known.contains($0) }

    let items = groups.map { group in
      group.measures.map { (name: $0.label, value: measureText($0.name)) }
    }
    let nameWidth = items.joined().map(\.name.displayWidth).max() ?? 0
    let valueWidth = items.joined().map(\.value.displayWidth).max() ?? 0
    for (group, items) in zip(groups, items) {
      page.heading(group.title)
      page.grid(items, nameWidth: nameWidth, valueWidth: valueWidth, limit: 2)
    }
    guard !others.isEmpty else { return }
    page.heading("Further measures")
    page.grid(others.map { (name: $0, value: measureText($0)) }, limit: 2)
  }

  /// The measures that exist in a form for nonnormal or incomplete data too, under the same labels.
  private func adjusted(_ groups: [MeasureGroup], _ form: String) -> MeasureGroup? {
    let present = Set(fitMeasures.values.map(\.name))
    let measures = groups.flatMap(\.measures).map { (label: $0.label, name: $0.name + "." + form) }
      .filter { present.contains($0.name) }
    return measures.isEmpty
      ? nil
      : MeasureGroup(
        title: form.prefix(1).uppercased() + form.dropFirst() + " measures", measures: measures)
  }

  private var approximationMeasures: [(label: String, name: String)] {
    let close = TextNumber.fixed(fitMeasures["rmsea.close.h0"], 2)
    let notClose = TextNumber.fixed(fitMeasures["rmsea.notclose.h0"], 2)
    return [
      ("RMSEA", "rmsea"), (interval("rmsea.ci.level", "lower"), "rmsea.ci.lower"),
      (interval("rmsea.ci.level", "upper"), "rmsea.ci.upper"), ("p (RMSEA ≤ \(close))", "rmsea.pvalue"),
      ("p (RMSEA ≥ \(notClose))", "rmsea.notclose.pvalue"),
    ]
  }

  private var residualMeasures: [(label: String, name: String)] {
    var measures = [("RMR", "rmr"), ("SRMR", "srmr"), ("SRMR (Mplus)", "srmr_mplus"), ("CRMR", "crmr")]
    if fit.table.hasMeanStructure {
      measures += [
        ("RMR, without means", "rmr_nomean"), ("SRMR, without means", "srmr_bentler_nomean"),
        ("CRMR, without means", "crmr_nomean"),
      ]
    }
    return measures
  }

  private func interval(_ level: String, _ end: String) -> String {
    "\(TextNumber.percent(fitMeasures[level] ?? 0.9)) interval, \(end)"
  }

  private func measureText(_ name: String) -> String {
    guard let value = fitMeasures[name] else { return "-" }
    return name.contains("pvalue") ? TextNumber.pValue(value) : TextNumber.fixed(value)
  }
}
