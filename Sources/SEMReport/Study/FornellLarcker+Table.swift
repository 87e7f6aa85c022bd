public import SEMStudy

extension FornellLarcker {
  /// Latent correlations below a diagonal of √AVE: table `fornell-larcker`.
  public func table() -> DocumentTable {
    let rows = codes.indices.map { i in
      DocumentTable.Row(
        [.text(Wording(codes[i]))]
          + codes.indices.map { j -> DocumentCell in
            if i == j { return .number(rootAverageVariances[i], bold: true, flagged: passes(i) == false) }
            guard j < i else { return .empty }
            return DocumentCell(.starred(correlations[i][j], probability: pValues[i][j], decimals: 3))
          })
    }
    let failing = codes.indices.filter { passes($0) == false }.map { codes[$0] }
    var notes = [
      Wording(
        "The diagonal holds √AVE, below it correlations of the latent variables. Criterion: √AVE exceeds every correlation of the construct (Fornell and Larcker 1981).",
        "对角线为AVE平方根，下三角为潜变量相关系数。判断标准：AVE平方根大于该潜变量与其他潜变量的相关系数（Fornell和Larcker，1981）。"),
      StudyRemarks.stars,
    ]
    notes.append(
      failing.isEmpty
        ? Wording("All constructs with an AVE meet the criterion.", "有AVE值的潜变量均满足判断标准。")
        : Wording(
          "The criterion is not met by \(failing.joined(separator: ", ")).",
          "未满足判断标准：\(failing.joined(separator: "、"))。"))
    return DocumentTable(
      id: "fornell-larcker",
      title: Wording("Discriminant validity: Fornell-Larcker criterion", "区分效度：Fornell-Larcker准则"),
      columns: [.init("construct", Wording("Construct", "潜变量"))]
        + codes.indices.map { .init("c\($0 + 1)", Wording(codes[$0])) },
      rows: rows, notes: notes)
  }
}
