internal import SEM
public import SEMStudy

extension ModificationTable {
  /// Modification indices, the largest first: table `modification`.
  public func table() -> DocumentTable {
    var notes = [
      Wording(
        "M.I.: about how much χ² would fall if the parameter were free; Par Change: the expected value (Sörbom 1989; Saris, Satorra and Sörbom 1987). Free one at a time, and only with a reason from theory. Nothing was changed in the model.",
        "M.I.为释放该参数后χ²的近似下降量，Par Change为参数期望改变量（Sörbom，1989；Saris、Satorra和Sörbom，1987）。修正应逐一进行并有理论依据；本报告未自动修改模型。"
      )
    ]
    if totalCount > lines.count {
      notes.append(
        Wording(
          "\(lines.count) of \(totalCount) parameters with M.I. ≥ \(brief(minimum)).",
          "M.I.≥\(brief(minimum))的参数共\(totalCount)个，此处列出\(lines.count)个。"))
    }
    if lines.isEmpty {
      notes.append(Wording("No parameter has M.I. ≥ \(brief(minimum)).", "没有M.I.≥\(brief(minimum))的参数。"))
    }
    return DocumentTable(
      id: "modification", title: Wording("Modification indices", "模型修正指数"),
      columns: [
        .init("parameter", Wording("Path or covariance", "路径/协方差")), .init("block", Wording("Group", "组别")),
        .init("mi", "M.I."), .init("change", "Par Change"),
        .init("std_change", Wording("Std. change", "标准化改变量")),
      ],
      rows: lines.map {
        DocumentTable.Row([
          .text(Wording($0.arrow)), .integer($0.parameter.group), .number($0.index), .number($0.change),
          .number($0.standardizedChange),
        ])
      }, notes: notes)
  }
}
