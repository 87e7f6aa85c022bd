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
    members += [
      ("chisq_diff", JSONValue(step.difference?.chiSquare)),
      ("df_diff", step.difference.map { .integer($0.degreesOfFreedom) } ?? .null),
      ("pvalue_diff", JSONValue(step.difference?.pValue)),
      ("cfi_diff", JSONValue(step.changes["cfi"])), ("rmsea_diff", JSONValue(step.changes["rmsea"])),
      ("srmr_diff", JSONValue(step.changes["srmr"])), ("holds", flag(step.verdict?.holds)),
      ("cheung_rensvold", flag(step.verdict?.passesCheungRensvold)), ("chen", flag(step.verdict?.passesChen)),
      ("chisq_test", flag(step.verdict?.passesChiSquare)),
      ("released", .array(step.released.map { .string($0) })),
      (
        "score_tests",
        .array(
          step.scoreTests.map { test in
            .object([
              ("element", .string(test.element)), ("score", JSONValue(test.statistic.statistic)),
              ("df", .integer(test.statistic.degreesOfFreedom)), ("pvalue", JSONValue(test.statistic.pValue)),
              ("pvalue_holm", JSONValue(test.adjustedPValue)),
              ("difference", .array(test.expectedDifferences.map { JSONValue($0) })),
            ])
          })
      ),
    ]
    return .object(members)
  }

  /// The ladder as tables for a terminal.
  public var text: String {
    var table = PlainTable(header: [
      "Invariance", "Chisq", "Df", "dChisq", "dDf", "P", "CFI", "dCFI", "RMSEA", "dRMSEA", "SRMR", "dSRMR",
      "BIC", "Verdict",
    ])
    for step in steps {
      let verdict =
        !step.fit.convergence.isConverged
        ? "no convergence" : step.verdict.map { $0.holds ? "holds" : "fails" } ?? ""
      table.rows.append([
        step.level.rawValue, TextNumber.fixed(step.measures["chisq"]),
        TextNumber.fixed(step.measures["df"], 0),
        TextNumber.fixed(step.difference?.chiSquare), step.difference.map { "\($0.degreesOfFreedom)" } ?? "",
        TextNumber.pValue(step.difference?.pValue), TextNumber.fixed(step.measures["cfi"]),
        TextNumber.fixed(step.changes["cfi"]), TextNumber.fixed(step.measures["rmsea"]),
        TextNumber.fixed(step.changes["rmsea"]), TextNumber.fixed(step.measures["srmr"]),
        TextNumber.fixed(step.changes["srmr"]), TextNumber.fixed(step.measures["bic"], 1), verdict,
      ])
    }
    let groups = steps.first.map { $0.fit.table.blocks } ?? []
    let sizes = steps.first.map { $0.fit.moments } ?? []
    var lines = ["Measurement invariance over \(groupVariable)", ""]
    lines.append(
      "  Groups: "
        + groups.indices.map { "\(groups[$0].groupLabel) (\(sizes[$0].count))" }.joined(separator: ", "))
    lines.append("")
    lines += table.lines()
    lines.append("")
    lines.append("  Rules: change of CFI at least -.010 (Cheung & Rensvold 2002), and Chen (2007).")
    lines.append(
      "  " + (reached.map { "Invariance reached: \($0.rawValue)." } ?? "No step of the ladder holds."))
    for step in steps {
      let suggestions = step.suggestions
      if !step.released.isEmpty {
        lines.append("  Released in step \(step.level.rawValue): \(step.released.joined(separator: ", ")).")
      }
      guard step.verdict?.holds == false || !suggestions.isEmpty, !step.scoreTests.isEmpty else { continue }
      lines.append("")
      lines.append("Equalities of step \(step.level.rawValue) (score tests, P by Holm)")
      lines.append("")
      var tests = PlainTable(header: ["Element", "Score", "Df", "P", "P(Holm)", "Difference", "", ""])
      for test in step.scoreTests.prefix(10) {
        tests.rows.append([
          test.element, TextNumber.fixed(test.statistic.statistic), "\(test.statistic.degreesOfFreedom)",
          TextNumber.pValue(test.statistic.pValue), TextNumber.pValue(test.adjustedPValue),
          test.expectedDifferences.map { TextNumber.fixed($0) }.joined(separator: " "), "",
          (test.adjustedPValue ?? 1) < 0.05 ? "release" : "",
        ])
      }
      lines += tests.lines()
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
