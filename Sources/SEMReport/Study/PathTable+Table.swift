public import SEMStudy

extension PathTable {
  /// Paths with hypotheses and verdicts: table `paths`.
  public func table() -> DocumentTable {
    let rows = paths.map { path in
      DocumentTable.Row([
        .text(Wording(path.hypothesis?.id ?? "") + (path.isControl ? Wording("control", "控制变量") : "")),
        .text(Wording(path.arrow)), .number(path.estimate),
        path.standardError == nil && path.criticalRatio == nil ? .empty : .number(path.standardError),
        path.criticalRatio == nil ? .empty : .number(path.criticalRatio),
        path.pValue == nil ? .empty : .probability(path.pValue), .number(path.standardized),
        path.verdict.map { DocumentCell(.verdict($0.isSupported, $0.wording)) } ?? .empty,
      ])
    }
    return DocumentTable(
      id: "paths", title: Wording("Path coefficients and tests of hypotheses", "路径系数与假设检验"),
      columns: [
        .init("hypothesis", Wording("Hypothesis", "假设")), .init("path", Wording("Path", "路径")),
        .init("estimate", Wording("Estimate", "非标准化系数")), .init("se", "S.E."), .init("cr", "C.R."),
        .init("p", "P"),
        .init("std", Wording("Std. coefficient β", "标准化系数β")), .init("verdict", Wording("Result", "检验结果")),
      ], rows: rows,
      notes: [
        Wording(
          "C.R. = Estimate / S.E., a z. A hypothesis is supported where P < \(brief(significance)) and the sign is as expected.",
          "C.R.=Estimate/S.E.，即z值。P<\(brief(significance))且方向与预期一致时假设成立。"),
        StudyRemarks.convention(convention),
      ])
  }

  /// R² of the outcomes: table `r-squared`.
  public func explainedTable(name: (String) -> Wording = { Wording($0) }) -> DocumentTable {
    DocumentTable(
      id: "r-squared", title: Wording("Explained variance", "内生变量的解释力"),
      columns: [
        .init("variable", Wording("Outcome", "内生变量")), .init("name", Wording("Name", "名称")),
        .init("r_squared", Wording("R² (SMC)", "R²（SMC）")),
      ],
      rows: explained.map {
        DocumentTable.Row([.text(Wording($0.variable)), .text(name($0.variable)), .number($0.rSquared)])
      })
  }
}
