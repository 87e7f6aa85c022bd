internal import SEM
public import SEMStudy

extension GroupComparison {
  /// The models in AMOS's nesting order with their tests: table `groups-ladder`.
  public func table() -> DocumentTable {
    let rows = steps.map { step -> DocumentTable.Row in
      let indices = step.indices
      func difference(_ difference: Difference?) -> [DocumentCell] {
        guard let difference else { return [.empty, .empty, .empty] }
        return [
          .number(difference.test.statistic), .integer(difference.test.degreesOfFreedom),
          .probability(difference.test.pValue),
        ]
      }
      let isProper = step.findings.isEmpty && step.fit.convergence.isConverged
      return DocumentTable.Row(
        [
          .text(step.step.name + Wording(isProper ? "" : "ᵃ")), .number(indices[.chiSquare]),
          .integer(indices.model.degreesOfFreedom), .number(indices[.relativeChiSquare]),
        ] + difference(step.againstFirst) + difference(step.againstPrevious) + [
          .number(indices[.cfi]), step.againstPrevious.map { .number($0.changes[.cfi]) } ?? .empty,
          .number(indices[.rmsea]), step.againstPrevious.map { .number($0.changes[.rmsea]) } ?? .empty,
        ])
    }
    let first = Wording("Against unconstrained", "与无限制模型比较")
    let before = Wording("Against the model before", "与前一模型比较")
    var notes = [
      Wording(
        "Each model holds equal over groups what its name says, and what the models before it hold. ΔCFI and ΔRMSEA are against the model before; a fall of CFI by more than 0.010 speaks against equality (Cheung and Rensvold 2002).",
        "各模型在前一模型基础上增加相应的跨组等同限制。ΔCFI与ΔRMSEA与前一模型比较；CFI下降超过0.010表明不等同（Cheung和Rensvold，2002）。"),
      Wording(
        groups.map { "\($0.label.english): n = \($0.count)" }.joined(separator: "; ") + ".",
        groups.map { "\($0.label.chinese)：n=\($0.count)" }.joined(separator: "；") + "。"),
      StudyRemarks.convention(convention),
    ]
    if steps.contains(where: { !$0.findings.isEmpty || !$0.fit.convergence.isConverged }) {
      notes.append(
        Wording("ᵃ Improper solution or no convergence: the figures say little.", "ᵃ 不当解或未收敛，数值仅供参考。"))
    }
    return DocumentTable(
      id: "groups-ladder", title: Wording("Comparison of groups: nested models", "多群组分析：嵌套模型比较"),
      columns: [
        .init("model", Wording("Model", "模型")), .init("chisq", "χ²"), .init("df", "df"),
        .init("chisq_df", "χ²/df"),
        .init("delta_chisq_first", "Δχ²", group: first), .init("delta_df_first", "Δdf", group: first),
        .init("p_first", "P", group: first), .init("delta_chisq", "Δχ²", group: before),
        .init("delta_df", "Δdf", group: before), .init("p", "P", group: before), .init("cfi", "CFI"),
        .init("delta_cfi", "ΔCFI"), .init("rmsea", "RMSEA"), .init("delta_rmsea", "ΔRMSEA"),
      ], rows: rows, notes: notes + self.notes)
  }

  /// The changes of incremental indices from model to model: table `groups-changes`.
  public func changesTable() -> DocumentTable {
    let indices: [FitIndex] = [.nfi, .ifi, .rfi, .tli, .cfi, .rmsea, .srmr]
    return DocumentTable(
      id: "groups-changes", title: Wording("Comparison of groups: changes of fit", "多群组分析：拟合指标变化"),
      columns: [.init("model", Wording("Model", "模型"))]
        + indices.map { .init("delta_\($0.rawValue)", Wording("Δ\($0.abbreviation)")) },
      rows: steps.dropFirst().map { step in
        DocumentTable.Row(
          [.text(step.step.name)] + indices.map { .number(step.againstPrevious?.changes[$0]) })
      },
      notes: [
        Wording(
          "This model less the one before. AMOS prints NFI Delta-1, IFI Delta-2, RFI rho-1 and TLI rho2 with the opposite sign.",
          "本模型减去前一模型。AMOS输出的NFI Delta-1、IFI Delta-2、RFI rho-1、TLI rho2符号相反。")
      ])
  }
}

extension GroupPaths {
  /// The paths of each group with critical ratios for their differences: table `groups-paths`, or `groups-paths-STEP` for
  /// other models than the unconstrained one.
  public func table() -> DocumentTable {
    var columns: [DocumentTable.Column] = [.init("path", Wording("Path", "路径"))]
    for (position, group) in groups.enumerated() {
      columns += [
        .init("estimate\(position + 1)", Wording("Estimate", "非标准化系数"), group: group.label),
        .init("std\(position + 1)", "β", group: group.label),
        .init("p\(position + 1)", "P", group: group.label),
      ]
    }
    let pairs = groups.indices.flatMap { first in
      groups.indices.filter { $0 > first }.map { (first, $0) }
    }
    for (first, second) in pairs {
      let group =
        pairs.count == 1
        ? Wording("Difference", "组间差异")
        : groups[first].label + Wording(" – ") + groups[second].label
      columns += [
        .init("cr\(first + 1)_\(second + 1)", Wording("C.R.", "临界比差值"), group: group),
        .init("p\(first + 1)_\(second + 1)", "P", group: group),
      ]
    }
    let rows = paths.map { path in
      DocumentTable.Row(
        [.text(Wording(path.arrow))]
          + path.estimates.flatMap { estimate -> [DocumentCell] in
            guard let estimate else { return [.empty, .empty, .empty] }
            return [
              .number(estimate.estimate), .number(estimate.standardized), .probability(estimate.pValue),
            ]
          }
          + pairs.flatMap { first, second -> [DocumentCell] in
            guard let found = path.differences.first(where: { $0.first == first && $0.second == second }),
              let ratio = found.criticalRatio
            else { return [.empty, .empty] }
            return [
              DocumentCell(.number(ratio, decimals: 3), bold: ratio.magnitude > 1.96),
              .probability(found.pValue),
            ]
          })
    }
    return DocumentTable(
      id: step == .unconstrained ? "groups-paths" : "groups-paths-\(step.rawValue)",
      title: Wording("Comparison of groups: paths (", "多群组分析：路径系数比较（") + step.name + Wording(")", "）"),
      columns: columns, rows: rows,
      notes: [
        Wording(
          "C.R.: critical ratio for the difference of the unstandardised coefficients; beyond ±1.96 (bold) they differ at the 5 % level.",
          "临界比差值针对非标准化系数之差，绝对值大于1.96（加粗）表示在5%水平上差异显著。")
      ])
  }
}
