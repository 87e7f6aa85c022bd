internal import SEM
public import SEMStudy

extension CommonMethodBias {
  /// The checks with what they give and the usual limits: table `common-method`.
  public func table(cutoffs: StudyCutoffs = StudyCutoffs()) -> DocumentTable {
    var rows: [DocumentTable.Row] = []
    func row(
      _ method: Wording, _ indicator: Wording, _ value: DocumentCell, _ limit: Wording,
      _ conclusion: DocumentCell
    ) {
      rows.append(DocumentTable.Row([.text(method), .text(indicator), value, .text(limit), conclusion]))
    }
    let small = Wording("no serious bias", "偏差不严重")
    let large = Wording("bias cannot be ruled out", "不能排除偏差")
    func verdict(_ isSmall: Bool?) -> DocumentCell {
      isSmall.map { DocumentCell(.verdict($0, $0 ? small : large)) } ?? .text(Wording("no verdict", "无法判定"))
    }
    row(
      Wording("Harman's single factor", "Harman单因素检验"),
      Wording("share of the first unrotated component", "首个未旋转因子方差解释率"),
      DocumentCell(.percent(harmanShare, decimals: 2)),
      Wording(
        "< \(brief((100 * cutoffs.harman * 100).rounded() / 100)) %",
        "<\(brief((100 * cutoffs.harman * 100).rounded() / 100))%"),
      verdict(harmanShare < cutoffs.harman))
    if let singleFactor {
      let method = Wording("One-factor CFA", "单因子验证性因子分析")
      let fits = (singleFactor[.cfi] ?? 1) >= 0.9 && (singleFactor[.rmsea] ?? 0) <= 0.08
      row(method, "χ²/df", .number(singleFactor[.relativeChiSquare]), "", .empty)
      row(method, "CFI", .number(singleFactor[.cfi]), Wording("≥ 0.90 would fit", "≥0.90表示拟合"), .empty)
      row(
        method, "RMSEA", .number(singleFactor[.rmsea]), Wording("≤ 0.08 would fit", "≤0.08表示拟合"),
        verdict(!fits))
    }
    for model in methodFactors {
      let method =
        model.loadings == .equal
        ? Wording("Method factor, equal loadings", "ULMC，等载荷方法因子")
        : Wording("Method factor, free loadings", "ULMC，自由载荷方法因子")
      row(
        method, "Δχ² (Δdf)", model.difference.map { .text(Wording(Self.test($0))) } ?? .number(nil), "",
        .empty)
      row(
        method, Wording("mean share of variance", "方法因子平均方差占比"),
        DocumentCell(.percent(model.varianceShare, decimals: 2)), "", .empty)
      for (index, limit) in [(FitIndex.cfi, "< 0.1"), (.tli, "< 0.1"), (.rmsea, "> -0.05")] {
        row(method, Wording("Δ\(index.abbreviation)"), .number(model.changes[index]), Wording(limit), .empty)
      }
      let conclusion: DocumentCell =
        model.findings.isEmpty && model.fit.convergence.isConverged
        ? verdict(model.passes) : .text(Wording("improper solution: no verdict", "不当解，无法判定"))
      row(method, "ΔSRMR", .number(model.changes[.srmr]), "> -0.05", conclusion)
    }
    var notes = [
      Wording(
        "Harman (1976), Podsakoff and Organ (1986); unmeasured latent method factor: Podsakoff et al. (2003), limits of Wen, Huang and Tang (2018). Changes are those from the measurement model to the model with the method factor.",
        "Harman（1976）、Podsakoff和Organ（1986）；潜在方法因子（ULMC）：Podsakoff等（2003），标准见温忠麟、黄彬彬和汤丹丹（2018）。Δ为加入方法因子后的变化。")
    ]
    if methodFactors.contains(where: { $0.loadings == .free }) {
      notes.append(
        Wording(
          "A method factor with free loadings is often empirically underidentified: its likelihood may have other, improper stopping points, or rise without end, with a smaller χ² that says nothing. Its verdict is weak evidence (Richardson, Simmering and Sturman 2009; Chin, Thatcher and Wright 2012).",
          "自由载荷方法因子常存在经验识别不足：似然可能另有不当的停止点或无界上升，其χ²虽更小却没有意义，因此该判断只是弱证据（Richardson、Simmering和Sturman，2009；Chin、Thatcher和Wright，2012）。"
        ))
    }
    for model in methodFactors {
      let name =
        model.loadings == .equal ? Wording("Equal loadings: ", "等载荷：") : Wording("Free loadings: ", "自由载荷：")
      if model.improperSearchCount > 0 {
        let (few, all) = (model.improperSearchCount, model.searchCount)
        notes.append(
          name
            + Wording(
              "of \(all) searches from different starts, \(few) did not converge or ended in an improper solution.",
              "从不同初值出发的\(all)次搜索中，\(few)次未收敛或得到不当解。"))
      }
      notes += StudyRemarks.remarks(on: model.fit, model.findings).map { name + $0 }
    }
    return DocumentTable(
      id: "common-method", title: Wording("Common method bias", "共同方法偏差检验"),
      columns: [
        .init("method", Wording("Test", "检验方法")), .init("indicator", Wording("Indicator", "指标")),
        .init("result", Wording("Result", "结果")), .init("threshold", Wording("Threshold", "判断标准")),
        .init("conclusion", Wording("Conclusion", "结论")),
      ], rows: rows, notes: notes)
  }

  private static func test(_ test: ChiSquareTest) -> String {
    "\(TextNumber.fixed(test.statistic)) (\(test.degreesOfFreedom))"
  }
}
