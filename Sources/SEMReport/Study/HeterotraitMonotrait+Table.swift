public import SEMStudy

extension HeterotraitMonotrait {
  /// HTMT below the diagonal, HTMT2 above it: table `htmt`.
  ///
  /// - Parameter cutoffs: Ratios at or above the cut-off are set off.
  public func table(cutoffs: StudyCutoffs = StudyCutoffs()) -> DocumentTable {
    let rows = codes.indices.map { i in
      DocumentTable.Row(
        [.text(Wording(codes[i]))]
          + codes.indices.map { j -> DocumentCell in
            guard i != j else { return .text("—") }
            let value = pair(j < i ? .htmt : .htmt2, codes[i], codes[j])?.value
            return .number(value, flagged: value.map { $0 >= cutoffs.htmt } ?? false)
          })
    }
    return DocumentTable(
      id: "htmt", title: Wording("Discriminant validity: heterotrait-monotrait ratios", "区分效度：HTMT"),
      columns: [.init("construct", Wording("Construct", "潜变量"))]
        + codes.indices.map { .init("c\($0 + 1)", Wording(codes[$0])) },
      rows: rows,
      notes: [
        Wording(
          "Below the diagonal HTMT (Henseler, Ringle and Sarstedt 2015), above it HTMT2 (Roemer, Schuberth and Henseler 2021)"
            + (options.negative == .absolute ? ", from absolute correlations." : "."),
          "下三角为HTMT（Henseler、Ringle和Sarstedt，2015），上三角为HTMT2（Roemer、Schuberth和Henseler，2021）"
            + (options.negative == .absolute ? "，按相关系数绝对值计算。" : "。")),
        Wording(
          "Criterion: below \(brief(cutoffs.htmt)); 0.85 is the strict, 0.90 the lenient cut-off (Henseler et al. 2015).",
          "判断标准：小于\(brief(cutoffs.htmt))；0.85为严格标准，0.90为宽松标准（Henseler等，2015）。"),
        Wording("\(count) complete rows.", "完整样本\(count)份。"),
      ])
  }

  /// Every pair with its bootstrap intervals: table `htmt-intervals`; `nil` without draws.
  ///
  /// - Parameter cutoffs: Ratios at or above the cut-off, and intervals that reach it, are set off.
  public func intervalTable(cutoffs: StudyCutoffs = StudyCutoffs()) -> DocumentTable? {
    guard options.draws > 1 else { return nil }
    let percent = brief((100 * options.confidenceLevel * 100).rounded() / 100)
    let rows = zip(pairs(.htmt), pairs(.htmt2)).map { one, two in
      DocumentTable.Row(
        [.text("\(one.first) – \(one.second)")]
          + [one, two].flatMap { pair -> [DocumentCell] in
            [
              .number(pair.value, flagged: pair.value.map { $0 >= cutoffs.htmt } ?? false),
              DocumentCell(
                .interval(lower: pair.lower, upper: pair.upper, decimals: 3),
                flagged: pair.upper.map { $0 >= 1 } ?? false),
            ]
          })
    }
    let interval = Wording("\(percent) % CI", "\(percent)%置信区间")
    return DocumentTable(
      id: "htmt-intervals",
      title: Wording("Bootstrap intervals of HTMT and HTMT2", "HTMT与HTMT2的Bootstrap置信区间"),
      columns: [
        .init("pair", Wording("Constructs", "潜变量")), .init("htmt", "HTMT"), .init("htmt_ci", interval),
        .init("htmt2", "HTMT2"), .init("htmt2_ci", interval),
      ], rows: rows,
      notes: [
        Wording(
          "Percentile intervals of \(options.draws) bootstrap draws, seed \(options.seed). An upper end below 1 speaks for discriminant validity (Henseler et al. 2015).",
          "基于\(options.draws)次Bootstrap抽样的百分位区间，随机种子\(options.seed)。上限小于1表明具有区分效度（Henseler等，2015）。")
      ])
  }
}
