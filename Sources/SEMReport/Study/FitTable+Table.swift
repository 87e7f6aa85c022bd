public import SEMStudy

extension FitTable {
  /// Indices by kind with criteria and verdicts: table `fit`.
  public func table() -> DocumentTable {
    var columns: [DocumentTable.Column] = [
      .init("kind", Wording("Type", "指标类型")), .init("index", Wording("Index", "拟合指标")),
      .init("criterion", Wording("Criterion", "判断标准")),
    ]
    for (position, model) in models.enumerated() { columns.append(.init("model\(position + 1)", model.name)) }
    columns += [.init("verdict", Wording("Verdict", "结果")), .init("source", Wording("Source", "标准来源"))]
    var rows: [DocumentTable.Row] = []
    func indexRow(_ kind: Wording, _ index: FitIndex, _ cell: (FitIndices) -> DocumentCell) {
      rows.append(
        DocumentTable.Row(
          [.text(kind), .text(Wording(index.abbreviation)), .empty] + models.map { cell($0.indices) } + [
            .empty, .empty,
          ]))
    }
    indexRow(FitIndexKind.absolute.name, .chiSquare) { .number($0[.chiSquare]) }
    indexRow("", .degreesOfFreedom) { .integer($0.model.degreesOfFreedom) }
    indexRow("", .pValue) { .probability($0[.pValue]) }
    for kind in FitIndexKind.allCases {
      var isFirst = kind != .absolute
      for criterion in criteria where criterion.kind == kind {
        let verdict = verdict(criterion)
        rows.append(
          DocumentTable.Row(
            [
              .text(isFirst ? kind.name : ""), .text(Wording(criterion.index.abbreviation)),
              .text(Wording(criterion.text)),
            ]
              + models.map { .number($0.indices[criterion.index], decimals: criterion.index.decimals) }
              + [
                verdict.map { DocumentCell(.verdict($0 != .poor, $0.name)) } ?? .number(nil),
                .text(Wording(criterion.source, Self.chinese(source: criterion.source))),
              ]))
        isFirst = false
      }
    }
    var notes = [
      Wording(
        "Two cut-offs: the first for a good, the one in brackets for an acceptable value. They are customs, not laws (Marsh, Hau and Wen 2004).",
        "判断标准前者为理想值，括号内为可接受值；标准为惯例而非定律（Marsh、Hau和温忠麟，2004）。"),
      StudyRemarks.convention(models[models.count - 1].indices.convention),
    ]
    if models.contains(where: \.indices.isScaled) {
      notes.append(
        Wording(
          "χ² is that of a scaled test; CFI, TLI and RMSEA are robust, the other incremental indices scaled.",
          "χ²为尺度校正值；CFI、TLI与RMSEA为稳健值，其余增值指标为校正值。"))
    }
    if models.count > 1 {
      notes.append(
        Wording(
          "Verdicts are about \(models[models.count - 1].name.english).",
          "结果针对\(models[models.count - 1].name.chinese)。"))
    }
    return DocumentTable(
      id: "fit", title: Wording("Model fit", "模型拟合度"), columns: columns, rows: rows, notes: notes)
  }

  /// Information criteria of each model beside the saturated and the independence model: table `fit-criteria`.
  public func criteriaTable() -> DocumentTable {
    let convention = models[models.count - 1].indices.convention
    let isAmos = convention == .amos
    var columns: [DocumentTable.Column] = [
      .init("model", Wording("Model", "模型")), .init("npar", "NPAR"),
      .init("chisq", Wording(isAmos ? "CMIN" : "χ²")),
      .init("df", "DF"), .init("aic", "AIC"),
    ]
    if isAmos { columns.append(.init("bcc", "BCC")) }
    columns.append(.init("bic", "BIC"))
    if isAmos { columns.append(.init("caic", "CAIC")) }
    columns.append(.init("ecvi", "ECVI"))
    if isAmos { columns.append(.init("mecvi", "MECVI")) }
    func row(_ name: Wording, _ criteria: FitIndices.Criteria) -> DocumentTable.Row {
      var cells: [DocumentCell] = [
        .text(name), .integer(criteria.parameterCount), .number(criteria.chiSquare),
        .integer(criteria.degreesOfFreedom), .number(criteria.aic),
      ]
      if isAmos { cells.append(.number(criteria.bcc)) }
      cells.append(.number(criteria.bic))
      if isAmos { cells.append(.number(criteria.caic)) }
      cells.append(.number(criteria.ecvi))
      if isAmos { cells.append(.number(criteria.mecvi)) }
      return DocumentTable.Row(cells)
    }
    var rows = models.map { row($0.name, $0.indices.model) }
    rows.append(row(Wording("Saturated model", "饱和模型"), models[models.count - 1].indices.saturated))
    rows.append(row(Wording("Independence model", "独立模型"), models[models.count - 1].indices.independence))
    return DocumentTable(
      id: "fit-criteria", title: Wording("Information criteria", "信息准则比较"), columns: columns, rows: rows,
      notes: [
        Wording(
          "Less is better. The model should lie below the saturated and the independence model.",
          "数值越小越好；理论模型应小于饱和模型与独立模型。"),
        isAmos
          ? Wording(
            "AIC = χ² + 2q, BCC after Browne and Cudeck (1989), ECVI = AIC / (N - number of groups).",
            "AIC=χ²+2q，BCC按Browne和Cudeck（1989），ECVI=AIC/(N-组数)。")
          : Wording("AIC and BIC contain the log-likelihood.", "AIC与BIC基于对数似然。"),
      ])
  }

  /// Authors and years with the words and brackets of Chinese: `A, B & C (1994); D (1997)`.
  private static func chinese(source: String) -> String {
    [(" & ", "和"), (" et al.", "等"), (", ", "、"), ("; ", "；"), (" (", "（"), (")", "）")].reduce(source) {
      $0.replacing($1.0, with: $1.1)
    }
  }
}

extension FitIndexKind {
  /// The kind in words.
  var name: Wording {
    switch self {
    case .absolute: Wording("Absolute", "绝对拟合指标")
    case .incremental: Wording("Incremental", "增值拟合指标")
    case .parsimony: Wording("Parsimony", "简约拟合指标")
    }
  }
}

extension FitVerdict {
  /// The verdict in words.
  var name: Wording {
    switch self {
    case .ideal: Wording("good", "理想")
    case .acceptable: Wording("acceptable", "可接受")
    case .poor: Wording("not met", "不达标")
    }
  }
}

extension FitCriterion {
  /// The cut-offs, as `≤ 0.05 (≤ 0.08)`.
  var text: String {
    let sign = prefersSmall ? "≤" : "≥"
    let first = "\(sign) \(brief(ideal))"
    return acceptable == ideal ? first : first + " (\(sign) \(brief(acceptable)))"
  }
}

extension FitIndex {
  /// How many decimals tables print; a critical N is a number of cases.
  var decimals: Int { self == .hoelter05 || self == .hoelter01 ? 0 : 3 }
}
