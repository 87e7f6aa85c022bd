internal import SEM
public import SEMStudy

extension MeasurementModel {
  /// Loadings, composite reliability and variance extracted: table `measurement`.
  ///
  /// - Parameter cutoffs: Values below them are set off.
  public func table(cutoffs: StudyCutoffs = StudyCutoffs()) -> DocumentTable {
    var rows: [DocumentTable.Row] = []
    for (construct, quality) in zip(constructs, qualities) {
      let own = loadings.filter { $0.construct == construct.code }
      for (index, loading) in own.enumerated() {
        let isFirst = index == 0
        let weak = loading.standardized.map { $0.magnitude < cutoffs.loading } ?? false
        rows.append(
          DocumentTable.Row([
            isFirst ? .text(construct.label) : .empty, .text(Wording(loading.item)),
            .number(loading.estimate),
            loading.isMarker ? .empty : .number(loading.standardError),
            loading.isMarker ? .empty : .number(loading.criticalRatio),
            loading.isMarker ? .empty : .probability(loading.pValue),
            .number(loading.standardized, flagged: weak), .number(loading.squaredMultipleCorrelation),
            isFirst ? Self.cell(quality.compositeReliability, cutoffs.compositeReliability) : .empty,
            isFirst ? Self.cell(quality.averageVariance, cutoffs.averageVariance) : .empty,
          ]))
      }
    }
    var notes = [
      Wording(
        "S.E., C.R. and P belong to the unstandardised loading; the first loading of each construct is fixed at 1. SMC: squared multiple correlation. Composite reliability and AVE after Fornell and Larcker (1981).",
        "S.E.、C.R.、P对应非标准化载荷，各潜变量首个题项载荷固定为1。SMC为多元相关平方。CR与AVE按Fornell和Larcker（1981）计算。"),
      Wording(
        "Cut-offs: standardised loading > \(brief(cutoffs.loading)) (Hair et al. 2010); CR > \(brief(cutoffs.compositeReliability)) (Bagozzi and Yi 1988); AVE > \(brief(cutoffs.averageVariance)) (Fornell and Larcker 1981).",
        "判断标准：标准化载荷＞\(brief(cutoffs.loading))（Hair等，2010）；CR＞\(brief(cutoffs.compositeReliability))（Bagozzi和Yi，1988）；AVE＞\(brief(cutoffs.averageVariance))（Fornell和Larcker，1981）。"
      ),
    ]
    for quality in qualities {
      if let reason = quality.reason {
        notes.append(Wording("\(quality.construct): ", "\(quality.construct)：") + reason + Wording(".", "。"))
      }
    }
    notes += StudyRemarks.remarks(on: fit, findings)
    return DocumentTable(
      id: "measurement",
      title: Wording("Confirmatory factor analysis and convergent validity", "验证性因子分析与收敛效度"),
      columns: [
        .init("construct", Wording("Construct", "潜变量")), .init("item", Wording("Item", "题项")),
        .init("estimate", Wording("Estimate", "非标准化载荷")), .init("se", "S.E."), .init("cr", "C.R."),
        .init("p", "P"),
        .init("std", Wording("Std. loading", "标准化载荷")), .init("smc", "SMC"),
        .init("composite_reliability", "CR"), .init("ave", "AVE"),
      ], rows: rows, notes: notes)
  }

  private static func cell(_ value: Double?, _ limit: Double) -> DocumentCell {
    .number(value, flagged: value.map { $0 < limit } ?? false)
  }
}
