public import SEMStudy

extension HypothesisSummary {
  /// All hypotheses with their results: table `hypotheses`.
  public func table() -> DocumentTable {
    DocumentTable(
      id: "hypotheses", title: Wording("Summary of hypotheses", "假设检验结果汇总"),
      columns: [
        .init("id", Wording("No.", "编号")), .init("text", Wording("Hypothesis", "假设内容")),
        .init("path", Wording("Path", "路径")), .init("sign", Wording("Expected", "预期方向")),
        .init("std", Wording("Std. estimate", "标准化估计值")), .init("p", "P"),
        .init("verdict", Wording("Result", "结果")), .init("remark", Wording("Remark", "说明")),
      ],
      rows: lines.map { line in
        DocumentTable.Row([
          .text(Wording(line.id)), .text(line.text),
          .text(Wording(line.path.split(separator: " -> ").joined(separator: " → "))),
          .text(Wording(line.sign?.rawValue ?? "")), .number(line.standardized), .probability(line.pValue),
          DocumentCell(.verdict(line.verdict.isSupported, line.verdict.wording)),
          line.remark.map { .text($0) } ?? .empty,
        ])
      })
  }
}
