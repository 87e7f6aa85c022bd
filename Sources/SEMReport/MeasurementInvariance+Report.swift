public import SEM

extension MeasurementInvariance {
  /// The ladder as JSON of schema `swift-sem/invariance/1`.
  public var json: JSONValue {
    .object([
      ("schema", .string("swift-sem/invariance/1")), ("group", .string(groupVariable)),
      (
        "groups",
        .array(steps.first.map { $0.fit.table.blocks.map { .string($0.groupLabel) } } ?? [])
      ),
      ("reached", reached.map { .string($0.rawValue) } ?? .null),
      ("adjustment", .string(control.rawValue)),
      ("invariance", .array(steps.map(Self.stepJSON))),
    ])
  }

  private static func stepJSON(_ step: InvarianceStep) -> JSONValue {
    func flag(_ value: Bool?) -> JSONValue { value.map { .bool($0) } ?? .null }
    var members: [(String, JSONValue)] = [
      ("level", .string(step.level.rawValue)), ("converged", .bool(step.fit.convergence.isConverged)),
      ("proper", .bool(step.fit.admissibility().isEmpty)),
    ]
    for name in ["npar", "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic"] {
      members.append((name, JSONValue(step.measures[name])))
    }
    for name in ["chisq.scaled", "pvalue.scaled", "cfi.robust", "tli.robust", "rmsea.robust"] {
      members.append((name.replacing(".", with: "_"), JSONValue(step.measures[name])))
    }
    members += [
      ("robust", .bool(step.isRobust)),
      ("chisq_diff", JSONValue(step.difference?.chiSquare)),
      ("df_diff", step.difference.map { .integer($0.degreesOfFreedom) } ?? .null),
      ("pvalue_diff", JSONValue(step.difference?.pValue)),
      ("method", step.difference.map { .string($0.method.rawValue) } ?? .null),
      ("remark", step.difference?.remark.map { .string($0) } ?? .null),
      ("cfi_diff", JSONValue(step.changes["cfi"])), ("rmsea_diff", JSONValue(step.changes["rmsea"])),
      ("srmr_diff", JSONValue(step.changes["srmr"])), ("holds", flag(step.verdict?.holds)),
      ("cheung_rensvold", flag(step.verdict?.passesCheungRensvold)), ("chen", flag(step.verdict?.passesChen)),
      ("chisq_test", flag(step.verdict?.passesChiSquare)),
      ("released", .array(step.released.map { .string($0) })), ("score_tests", scoreJSON(step.scoreTests)),
    ]
    return .object(members)
  }

  private static func scoreJSON(_ tests: [EqualityScoreTest]) -> JSONValue {
    let holm = MultiplicityControl.holm.adjusted(tests.map { $0.statistic.pValue ?? 1 })
    return .array(
      zip(tests, holm).map { test, holm in
        .object([
          ("element", .string(test.element)), ("score", JSONValue(test.statistic.statistic)),
          ("df", .integer(test.statistic.degreesOfFreedom)), ("pvalue", JSONValue(test.statistic.pValue)),
          ("pvalue_holm", JSONValue(holm)), ("pvalue_adjusted", JSONValue(test.adjustedPValue)),
          ("difference", .array(test.expectedDifferences.map { JSONValue($0) })),
        ])
      })
  }

  /// The ladder as tables for a terminal.
  ///
  /// - Parameter width: The columns of the page, at least 40.
  public func text(width: Int = 80) -> String {
    var page = TextPage(width: width)
    page.heading("Measurement invariance" + (groupVariable.isEmpty ? "" : " over \(groupVariable)"))
    let groups = steps.first.map { $0.fit.table.blocks } ?? []
    let sizes = steps.first.map { $0.fit.moments } ?? []
    page.blank()
    page.paragraph(
      "Groups: "
        + groups.indices.map { "\(groups[$0].groupLabel) (\(sizes[$0].count))" }.joined(separator: ", "),
      indent: 2)
    page.blank()
    page.add(ladder.lines(width: page.width))
    page.blank()
    for remark in ladderRemarks { page.paragraph(remark, indent: 2) }
    page.heading("Verdicts")
    page.blank()
    page.add(verdicts.lines(width: page.width))
    page.blank()
    page.paragraph(
      "Test: p of the difference at least .05. Cheung & Rensvold (2002): CFI falls by no more than .010. Chen (2007): "
        + limits + " A step holds by the two rules of change in fit.", indent: 2)
    page.paragraph(
      reached.map { "Invariance reached: \($0.rawValue)." } ?? "No step of the ladder holds.", indent: 2)
    for step in steps {
      if !step.released.isEmpty {
        page.paragraph(
          "Released in step \(step.level.rawValue): \(step.released.joined(separator: ", ")).", indent: 2)
      }
    }
    for step in steps {
      guard step.verdict?.holds == false || !step.suggestions.isEmpty, !step.scoreTests.isEmpty else {
        continue
      }
      page.heading("Equalities of step \(step.level.rawValue): score tests, \(adjustmentName)")
      page.blank()
      page.add(scoreTable(step.scoreTests).lines(width: page.width))
    }
    return page.text
  }

  private var isRobust: Bool { steps.contains(where: \.isRobust) }

  private var ladder: PlainTable {
    var table = PlainTable(header: [
      "Invariance", "Chisq", "Df", "dChisq", "dDf", "P", "CFI", "dCFI", "RMSEA", "dRMSEA", "SRMR", "dSRMR",
      "BIC",
    ])
    table.breaks = [6]
    for step in steps {
      let df = step.isRobust ? step.measure("df") : step.measures["df"]
      table.rows.append([
        step.level.rawValue, TextNumber.fixed(step.measure("chisq")),
        TextNumber.fixed(df, (df ?? 0) == (df ?? 0).rounded() ? 0 : 1),
        TextNumber.fixed(step.difference?.chiSquare), step.difference.map { "\($0.degreesOfFreedom)" } ?? "",
        TextNumber.pValue(step.difference?.pValue), TextNumber.fixed(step.measure("cfi")),
        TextNumber.fixed(step.changes["cfi"]), TextNumber.fixed(step.measure("rmsea")),
        TextNumber.fixed(step.changes["rmsea"]), TextNumber.fixed(step.measures["srmr"]),
        TextNumber.fixed(step.changes["srmr"]), TextNumber.fixed(step.measures["bic"], 1),
      ])
    }
    return table
  }

  private var ladderRemarks: [String] {
    var remarks: [String] = []
    if isRobust { remarks.append("Chisq is the scaled statistic; CFI and RMSEA are the robust ones.") }
    let methods = Set(steps.compactMap { $0.difference?.method }).subtracting([.standard])
    if !methods.isEmpty {
      let names = methods.map(\.rawValue).sorted().joined(separator: ", ")
      remarks.append(
        "dChisq is the scaled difference (\(names)), not the difference of the scaled statistics.")
    }
    for step in steps {
      if let remark = step.difference?.remark { remarks.append("\(step.level.rawValue): \(remark)") }
    }
    return remarks
  }

  private var verdicts: PlainTable {
    var table = PlainTable(header: ["Invariance", "Test", "Cheung & Rensvold", "Chen", "Verdict"])
    for step in steps {
      func word(_ passes: Bool?) -> String { passes.map { $0 ? "passes" : "fails" } ?? "" }
      let verdict =
        !step.fit.convergence.isConverged
        ? "no convergence" : step.verdict.map { $0.holds ? "holds" : "fails" } ?? ""
      table.rows.append([
        step.level.rawValue, word(step.verdict?.passesChiSquare), word(step.verdict?.passesCheungRensvold),
        word(step.verdict?.passesChen), verdict,
      ])
    }
    return table
  }

  /// Chen's limits for the size of the sample.
  private var limits: String {
    let isLarge = (steps.first?.fit.count ?? 0) > 300
    return isLarge
      ? "CFI by no more than .010, and RMSEA rises by at most .015 or SRMR by .030 (loadings) or .010 (others)."
      : "CFI by no more than .005, and RMSEA rises by at most .010 or SRMR by .025 (loadings) or .005 (others);"
        + " the limits for 300 cases or fewer."
  }

  private var adjustmentName: String {
    switch control {
    case .holm: "P adjusted by Holm (1979)"
    case .benjaminiHochberg: "P adjusted by Benjamini & Hochberg (1995)"
    }
  }

  private func scoreTable(_ tests: [EqualityScoreTest]) -> PlainTable {
    var table = PlainTable(header: ["Element", "Score", "Df", "P", "P adj.", "", "Difference"])
    for test in tests.prefix(10) {
      table.rows.append([
        test.element, TextNumber.fixed(test.statistic.statistic), "\(test.statistic.degreesOfFreedom)",
        TextNumber.pValue(test.statistic.pValue), TextNumber.pValue(test.adjustedPValue),
        (test.adjustedPValue ?? 1) < 0.05 ? "release" : "",
        test.expectedDifferences.map { TextNumber.fixed($0) }.joined(separator: " "),
      ])
    }
    return table
  }
}
