internal import SEM
public import SEMStudy

extension MissingSummary {
  /// Missing answers by item: table `missing`.
  public func table() -> DocumentTable {
    var notes = [
      Wording(
        "\(completeCount) of \(rowCount) cases are complete; \(missingCount) answers are missing, in \(patterns.count) patterns.",
        "\(rowCount)份中\(completeCount)份完整；共缺失\(missingCount)个答案，缺失模式\(patterns.count)种。")
    ]
    if let worst = cases.last, worst.missingAnswers > 0 {
      notes.append(
        Wording(
          "The most missing answers of one case: \(worst.missingAnswers) (\(worst.count) cases).",
          "单份问卷最多缺失\(worst.missingAnswers)题（\(worst.count)份）。"))
    }
    if let pattern = patterns.first(where: { !$0.missing.isEmpty }) {
      let list = pattern.missing.prefix(8).joined(separator: ", ") + (pattern.missing.count > 8 ? " …" : "")
      notes.append(
        Wording(
          "The most frequent incomplete pattern lacks \(list) (\(pattern.count) cases).",
          "最常见的缺失模式：\(list)（\(pattern.count)份）。"))
    }
    if let little {
      let p = little.pValue
      let text = p < 0.001 ? "< 0.001" : "= \(TextNumber.fixed(p))"
      notes.append(
        Wording(
          "Little's MCAR test (1988): χ² = \(TextNumber.fixed(little.statistic)), df = \(little.degreesOfFreedom), p \(text).",
          "Little's MCAR检验（1988）：χ²=\(TextNumber.fixed(little.statistic))，df=\(little.degreesOfFreedom)，p \(text)。"
        ))
    } else if let littleReason {
      notes.append(
        Wording("Little's MCAR test is not available. \(littleReason)", "无法进行Little's MCAR检验：\(littleReason)")
      )
    }
    let count = items.count * rowCount
    return DocumentTable(
      id: "missing", title: Wording("Missing answers", "缺失值统计"),
      columns: [
        .init("item", Wording("Item", "题项")), .init("n", Wording("Answered", "有效")),
        .init("missing", Wording("Missing", "缺失")), .init("percent", Wording("Missing %", "缺失比例(%)")),
      ],
      rows: items.map {
        DocumentTable.Row([
          .text(Wording($0.name)), .integer(rowCount - $0.missingCount), .integer($0.missingCount),
          DocumentCell(.percent($0.share, decimals: 1), flagged: $0.share > 0.1),
        ])
      } + [
        DocumentTable.Row(
          [
            .text(Wording("Total", "合计")), .integer(count - missingCount), .integer(missingCount),
            DocumentCell(.percent(share, decimals: 1)),
          ], role: .total)
      ], notes: notes)
  }
}

extension ResponseQuality {
  /// Checks of the answers with the rows they name: table `data-quality`.
  ///
  /// - Parameters:
  ///   - deviationLimit: The standard deviation up to which a case's answers count as unengaged.
  ///   - runLength: The run of equal answers that is listed; `nil` for half of the items, at least six.
  ///   - listed: How many rows are named.
  public func table(deviationLimit: Double = 0.25, runLength: Int? = nil, listed: Int = 10) -> DocumentTable {
    let run = runLength ?? max(6, (items.count + 1) / 2)
    let total = Double(max(cases.count, 1))
    func row(_ check: Wording, _ criterion: Wording, _ rows: [Int]) -> DocumentTable.Row {
      let shown = rows.prefix(listed).map(String.init).joined(separator: ", ")
      return DocumentTable.Row([
        .text(check), .text(criterion), DocumentCell(.integer(rows.count), flagged: !rows.isEmpty),
        DocumentCell(.percent(Double(rows.count) / total, decimals: 1)),
        rows.isEmpty ? .empty : .text(Wording(shown + (rows.count > listed ? " …" : ""))),
      ])
    }
    var rows: [DocumentTable.Row] = []
    var seen = Set<Int>()
    let odd = oddAnswers.map(\.row).filter { seen.insert($0).inserted }.sorted()
    let limits = scale.map { "\(brief($0.lowerBound))-\(brief($0.upperBound))" } ?? ""
    if scale != nil || !odd.isEmpty {
      rows.append(
        row(
          Wording("Answers outside the scale", "超出量表范围"), Wording(limits.isEmpty ? "–" : limits), odd))
    }
    rows.append(
      row(
        Wording("Same answer to all items", "所有题项答案相同"), Wording("S.D. = 0", "标准差=0"), straightLiners))
    rows.append(
      row(
        Wording("Long run of equal answers", "连续相同答案"), Wording("≥ \(run) items", "≥\(run)题"),
        self.rows(withRunOf: run)))
    rows.append(
      row(
        Wording("Answers hardly vary", "答案变异过小"),
        Wording("S.D. ≤ \(brief(deviationLimit))", "标准差≤\(brief(deviationLimit))"),
        self.rows(withDeviationUpTo: deviationLimit)))
    rows.append(
      row(
        Wording("Repeats an earlier case", "重复样本"), Wording("same answers to all items", "所有题项答案一致"),
        duplicates.map(\.row)))
    var notes = [
      Wording(
        "Rows are counted from 1, without the header. Nothing was removed. Runs: Meade and Craig (2012); standard deviation of a case's answers: Dunn et al. (2018).",
        "行号自1起，不含表头；未剔除任何样本。连续相同答案：Meade和Craig（2012）；个人答案标准差：Dunn等（2018）。")
    ]
    if !oddAnswers.isEmpty {
      let list = oddAnswers.prefix(listed).map { "\($0.item)[\($0.row)] = \(brief($0.value))" }
        .joined(separator: ", ")
      notes.append(Wording("Outside the scale: \(list).", "超出范围：\(list)。"))
    }
    return DocumentTable(
      id: "data-quality", title: Wording("Quality of the answers", "问卷质量检查"),
      columns: [
        .init("check", Wording("Check", "检查项目")), .init("criterion", Wording("Criterion", "标准")),
        .init("n", Wording("Cases", "样本数")), .init("percent", Wording("%", "百分比")),
        .init("rows", Wording("Rows", "行号")),
      ], rows: rows, notes: notes)
  }
}
