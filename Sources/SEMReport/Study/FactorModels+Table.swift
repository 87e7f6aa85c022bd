internal import SEM
public import SEMStudy

extension FactorModels {
  /// The competing factor models: table `competing-models`.
  public func table() -> DocumentTable {
    let rows = candidates.map { candidate in
      let indices = candidate.indices
      let isProper = candidate.findings.isEmpty && candidate.fit.convergence.isConverged
      let count = candidate.factors.count
      return DocumentTable.Row([
        .text(
          Wording(count == 1 ? "1 factor" : "\(count) factors", "\(Self.numeral(count))因子模型")
            + Wording(isProper ? "" : "ᵃ")),
        .text(Wording(candidate.label)), .number(indices[.chiSquare]),
        .integer(indices.model.degreesOfFreedom), .number(indices[.relativeChiSquare]),
        .number(indices[.cfi]),
        .number(indices[.tli]), .number(indices[.rmsea]), .number(indices[.srmr]),
        candidate.difference.map { .number($0.statistic) } ?? .empty,
        candidate.difference.map { .integer($0.degreesOfFreedom) } ?? .empty,
        candidate.difference.map { .probability($0.pValue) } ?? .empty,
      ])
    }
    var notes = [
      Wording(
        "Δχ² and Δdf are against the first model. Constructs joined by + share one factor.",
        "Δχ²与Δdf均与第一个模型相比。以+连接的构念合并为一个因子。")
    ]
    if candidates.contains(where: { !$0.findings.isEmpty || !$0.fit.convergence.isConverged }) {
      notes.append(
        Wording("ᵃ Improper solution or no convergence: the figures say little.", "ᵃ 不当解或未收敛，数值仅供参考。"))
    }
    if let convention = candidates.first?.indices.convention {
      notes.append(StudyRemarks.convention(convention))
    }
    return DocumentTable(
      id: "competing-models", title: Wording("Competing factor models", "竞争模型比较"),
      columns: [
        .init("model", Wording("Model", "模型")), .init("factors", Wording("Factors", "因子组合")),
        .init("chisq", "χ²"),
        .init("df", "df"), .init("chisq_df", "χ²/df"), .init("cfi", "CFI"), .init("tli", "TLI"),
        .init("rmsea", "RMSEA"), .init("srmr", "SRMR"), .init("delta_chisq", "Δχ²"), .init("delta_df", "Δdf"),
        .init("p", "P"),
      ], rows: rows, notes: notes)
  }

  private static func numeral(_ count: Int) -> String {
    let numerals = ["零", "单", "二", "三", "四", "五", "六", "七", "八", "九", "十"]
    return numerals.indices.contains(count) ? numerals[count] : "\(count)"
  }
}
