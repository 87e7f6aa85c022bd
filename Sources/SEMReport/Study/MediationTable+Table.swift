internal import SEM
public import SEMStudy

extension MediationTable {
  /// Indirect, direct and total effect of each chain with intervals, share and verdict: table `mediation`.
  ///
  /// - Parameter isStandardized: Whether estimates and intervals are those with all variables of unit variance.
  public func table(isStandardized: Bool = false) -> DocumentTable {
    let hasDraws = verdictKind != nil
    var columns: [DocumentTable.Column] = [
      .init("hypothesis", Wording("Hypothesis", "假设")), .init("path", Wording("Path", "路径")),
      .init("effect", Wording("Effect", "效应类型")), .init("estimate", Wording("Estimate", "效应值")),
      .init("std", Wording("Std.", "标准化效应值")), .init("se", Wording("SE", "标准误SE")), .init("z", "Z"),
    ]
    if hasDraws {
      for kind in Self.kinds where kind != .bca || hasAcceleration {
        columns.append(
          .init("\(kind.rawValue)_ci", Wording(intervalHeading, intervalHeadingChinese), group: kind.name))
        columns.append(.init("\(kind.rawValue)_p", "P", group: kind.name))
      }
    } else {
      columns.append(.init("p", "P"))
    }
    columns += [
      .init("share", Wording("Share of total", "效应占比")), .init("conclusion", Wording("Conclusion", "结论")),
    ]
    var rows: [DocumentTable.Row] = []
    for line in lines {
      var parts: [(Wording, Quantity?)] = [(Wording("indirect", "间接效应"), line.indirect)]
      if line.direct != nil { parts.append((Wording("direct", "直接效应"), line.direct)) }
      parts.append((Wording("total", "总效应"), line.total))
      for (position, part) in parts.enumerated() {
        guard let quantity = part.1 else { continue }
        let isFirst = position == 0
        var cells: [DocumentCell] = [
          isFirst ? .text(Wording(line.mediation?.id ?? "")) : .empty,
          isFirst ? .text(Wording(line.chain.joined(separator: " → "))) : .empty, .text(part.0),
          .number(quantity.estimate), .number(quantity.standardized), .number(quantity.standardError),
          .number(quantity.z),
        ]
        if hasDraws {
          for kind in Self.kinds where kind != .bca || hasAcceleration {
            let intervals = isStandardized ? quantity.standardizedIntervals : quantity.intervals
            let interval = intervals.first { $0.kind == kind }
            cells.append(DocumentCell(.interval(lower: interval?.lower, upper: interval?.upper, decimals: 3)))
            cells.append(.probability(interval?.pValue))
          }
        } else {
          cells.append(.probability(quantity.normalPValue))
        }
        cells.append(isFirst ? DocumentCell(.percent(line.share, decimals: 1)) : .empty)
        cells.append(isFirst ? .text(line.conclusion) : .empty)
        rows.append(DocumentTable.Row(cells))
      }
    }
    return DocumentTable(
      id: "mediation", title: Wording("Mediation", "中介效应检验"), columns: columns, rows: rows,
      notes: notes(isStandardized))
  }

  /// Differences of indirect effects: table `mediation-contrasts`; `nil` where there is none.
  public func contrastTable() -> DocumentTable? {
    guard !contrasts.isEmpty else { return nil }
    return DocumentTable(
      id: "mediation-contrasts", title: Wording("Differences of indirect effects", "间接效应差异检验"),
      columns: [
        .init("first", Wording("Indirect effect", "间接效应")), .init("second", Wording("less", "减去")),
        .init("estimate", Wording("Difference", "差值")), .init("se", Wording("SE", "标准误SE")),
        .init(
          "perc_ci", Wording("\(intervalHeading)", intervalHeadingChinese),
          group: BootstrapIntervalKind.percentile.name),
        .init("perc_p", "P", group: BootstrapIntervalKind.percentile.name),
        .init(
          "bc_ci", Wording("\(intervalHeading)", intervalHeadingChinese),
          group: BootstrapIntervalKind.biasCorrected.name),
        .init("bc_p", "P", group: BootstrapIntervalKind.biasCorrected.name),
      ],
      rows: contrasts.map { contrast in
        let (percentile, corrected) = (contrast.difference[.percentile], contrast.difference[.biasCorrected])
        return DocumentTable.Row([
          .text(Wording(contrast.first.joined(separator: " → "))),
          .text(Wording(contrast.second.joined(separator: " → "))),
          .number(contrast.difference.estimate), .number(contrast.difference.standardError),
          DocumentCell(.interval(lower: percentile?.lower, upper: percentile?.upper, decimals: 3)),
          .probability(percentile?.pValue),
          DocumentCell(.interval(lower: corrected?.lower, upper: corrected?.upper, decimals: 3)),
          .probability(corrected?.pValue),
        ])
      })
  }

  private var hasAcceleration: Bool { lines.contains { $0.indirect[.bca] != nil } }
  private var percent: String { brief((100 * confidenceLevel * 100).rounded() / 100) }
  private var intervalHeading: String { "\(percent) % CI" }
  private var intervalHeadingChinese: String { "\(percent)%置信区间" }

  private func notes(_ isStandardized: Bool) -> [Wording] {
    var notes: [Wording] = []
    if let verdictKind {
      notes.append(
        Wording(
          "\(draws) bootstrap draws" + (failedDraws > 0 ? ", \(failedDraws) failed and left out" : "")
            + "; SE is their standard deviation, Z = estimate / SE. Intervals belong to the \(isStandardized ? "standardised" : "unstandardised") effects; verdicts rest on the \(verdictKind.name.english) interval.",
          "Bootstrap抽样\(draws)次" + (failedDraws > 0 ? "（\(failedDraws)次失败，已剔除）" : "")
            + "；SE为其标准差，Z=效应值/SE。置信区间对应\(isStandardized ? "标准化" : "非标准化")效应；结论依据\(verdictKind.name.chinese)置信区间。"
        ))
    } else {
      notes.append(
        Wording(
          "SE by the delta method (Sobel 1982); bootstrap intervals are better for products.",
          "SE由delta法（Sobel，1982）得到；乘积项宜采用Bootstrap置信区间。"))
    }
    notes.append(
      Wording(
        "Verdict after Zhao, Lynch and Chen (2010): indirect and direct effect significant, same sign: complementary, partial mediation of Baron and Kenny (1986); indirect effect only: full mediation.",
        "结论依据Zhao、Lynch和Chen（2010）：间接与直接效应均显著且同号为互补性（部分）中介，仅间接效应显著为完全中介（Baron和Kenny，1986）。"))
    for line in lines {
      guard let reason = line.shareReason else { continue }
      let chain = line.chain.joined(separator: " → ")
      notes.append(Wording("No share for \(chain): ", "\(chain)无占比：") + reason + Wording(".", "。"))
    }
    return notes
  }
}

extension BootstrapIntervalKind {
  /// The kind in words.
  var name: Wording {
    switch self {
    case .normal: Wording("normal", "正态近似")
    case .basic: Wording("basic", "基本Bootstrap")
    case .percentile: Wording("percentile", "百分位法")
    case .biasCorrected: Wording("bias-corrected", "偏差校正法")
    case .bca: Wording("BCa", "偏差校正加速法")
    }
  }
}
