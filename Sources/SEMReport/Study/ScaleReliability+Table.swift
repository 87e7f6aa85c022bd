internal import SEM
public import SEMStudy

extension DocumentTable {
  /// One construct of the table of reliabilities.
  public struct ReliabilityRow: Sendable {
    /// The construct's name in print.
    public var name: Wording
    /// Its reliability; `nil` where ``reason`` says why there is none.
    public var reliability: ScaleReliability?
    /// Why there is no reliability.
    public var reason: Wording?

    /// Makes a construct's part of the table.
    public init(_ name: Wording, _ reliability: ScaleReliability?, reason: Wording? = nil) {
      self.name = name
      self.reliability = reliability
      self.reason = reason
    }
  }

  /// The reliabilities of all constructs: table `reliability`.
  public static func reliability(
    _ constructs: [ReliabilityRow], cutoffs: StudyCutoffs = StudyCutoffs(), level: Double = 0.95
  ) -> DocumentTable {
    var rows: [Row] = []
    var notes = [
      Wording(
        "CITC: corrected item-total correlation; α with Feldt's (1965) interval; ω and CR from the model of one factor (McDonald 1999; Fornell and Larcker 1981).",
        "CITC：校正的项总计相关性；α的置信区间按Feldt（1965）；ω与CR由单因子模型得出（McDonald，1999；Fornell和Larcker，1981）。"),
      Wording(
        "Usual limits: α ≥ \(brief(cutoffs.alpha)) (Nunnally 1978), CITC ≥ \(brief(cutoffs.itemTotal)) (Hair et al. 2010; lenient 0.3 or 0.4), CR ≥ \(brief(cutoffs.compositeReliability)) (Hair et al. 2010).",
        "常用标准：α≥\(brief(cutoffs.alpha))（Nunnally，1978），CITC≥\(brief(cutoffs.itemTotal))（Hair等，2010；宽松标准0.3或0.4），CR≥\(brief(cutoffs.compositeReliability))（Hair等，2010）。"
      ),
    ]
    for construct in constructs {
      guard let scale = construct.reliability else {
        rows.append(
          Row(
            [.text(construct.name)] + [DocumentCell](repeating: .empty, count: 3) + [
              .number(nil), .number(nil), .number(nil), .number(nil),
            ]))
        if let reason = construct.reason { notes.append(construct.name + Wording(": ", "：") + reason) }
        continue
      }
      let interval = scale.alphaInterval(level: level)
      for (place, item) in scale.items.enumerated() {
        let isBetterWithout = item.alphaIfDeleted.map { $0 > scale.alpha } ?? false
        let whole: [DocumentCell] =
          place == 0
          ? [
            .number(scale.alpha, flagged: scale.alpha < cutoffs.alpha),
            DocumentCell(.interval(lower: interval.lowerBound, upper: interval.upperBound, decimals: 3)),
            .number(scale.oneFactor?.omega),
            .number(
              scale.oneFactor?.compositeReliability,
              flagged: scale.oneFactor.map { $0.compositeReliability < cutoffs.compositeReliability } ?? false
            ),
          ] : [.empty, .empty, .empty, .empty]
        rows.append(
          Row(
            [
              place == 0 ? .text(construct.name) : .empty, .text(Wording(item.name)),
              .number(
                item.correctedItemTotal,
                flagged: item.correctedItemTotal.map { $0 < cutoffs.itemTotal } ?? false),
              .number(item.alphaIfDeleted, flagged: isBetterWithout),
            ] + whole))
      }
      notes += Self.remarks(construct.name, scale)
    }
    let percent = brief((level * 1000).rounded() / 10)
    return DocumentTable(
      id: "reliability", title: Wording("Reliability", "信度分析"),
      columns: [
        Column("construct", Wording("Construct", "变量")), Column("item", Wording("Item", "题项")),
        Column("citc", Wording("CITC", "校正的项总计相关性（CITC）")),
        Column("alpha_deleted", Wording("α if item deleted", "删除项后的Cronbach's α")),
        Column("alpha", Wording("Cronbach's α")),
        Column("alpha_ci", Wording("\(percent) % CI of α", "α的\(percent)%置信区间")),
        Column("omega", Wording("McDonald's ω")), Column("cr", Wording("CR")),
      ], rows: rows, notes: notes)
  }

  private static func remarks(_ name: Wording, _ scale: ScaleReliability) -> [Wording] {
    var notes: [Wording] = []
    let colon = Wording(": ", "：")
    if !scale.reversedItems.isEmpty {
      let list = scale.reversedItems.joined(separator: ", ")
      notes.append(
        name + colon
          + Wording(
            "\(list) runs against the other items. If it is worded negatively, reverse its answers; this was not done here.",
            "\(list)与其他题项方向相反；若为反向题，应先反向计分，此处未作处理。"))
    }
    if let reason = scale.oneFactorReason {
      notes.append(name + colon + Wording("no ω. \(reason)", "无ω：\(reason)"))
    }
    if scale.oneFactor?.hasEqualLoadings == true {
      notes.append(
        name + colon
          + Wording(
            "two items do not identify a factor; ω and CR assume equal loadings.",
            "两个题项不足以识别因子，ω与CR假定载荷相等。"))
    }
    if scale.oneFactor?.isImproper == true {
      notes.append(
        name + colon
          + Wording(
            "the model of one factor has a negative residual variance; ω and CR are in doubt.",
            "单因子模型的残差方差为负，ω与CR存疑。"))
    }
    return notes
  }
}
