internal import SEM
internal import SEMNumerics
internal import SEMStudy

extension FitSummary {
  // MARK: Fit

  /// A measure with its name in the summary; `decimals` is `nil` for a probability.
  private typealias Measure = (label: Wording, name: String, decimals: Int?)

  /// Fit measures by what they look at, with corrected forms and customary criteria beside them.
  var fitTable: DocumentTable {
    let criteria = Dictionary(
      FitCriterion.customary.map { ($0.index.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
    let present = Set(fitMeasures.values.map(\.name))
    let forms = ["scaled", "robust"].filter { form in present.contains { $0.hasSuffix("." + form) } }
    let level = TextNumber.percent(fitMeasures["rmsea.ci.level"] ?? 0.9)
    let chineseLevel = level.replacing(" ", with: "")
    let groups: [(Wording, [Measure])] = [
      (
        Wording("Test of the model", "模型检验"),
        [("χ²", "chisq", 3), ("df", "df", 0), ("p", "pvalue", nil), ("χ²/df", "chisq.df", 3)]
      ),
      (
        Wording("Error of approximation", "近似误差"),
        [
          ("RMSEA", "rmsea", 3),
          (Wording("\(level) interval, lower", "\(chineseLevel)置信区间下限"), "rmsea.ci.lower", 3),
          (Wording("\(level) interval, upper", "\(chineseLevel)置信区间上限"), "rmsea.ci.upper", 3),
          (Wording("p (RMSEA ≤ 0.05)", "p（RMSEA ≤ 0.05）"), "rmsea.pvalue", nil),
        ]
      ),
      (Wording("Residuals", "残差"), [("SRMR", "srmr", 3), ("RMR", "rmr", 3)]),
      (
        Wording("Comparison with the baseline model", "增值指标（与基准模型比较）"),
        [("CFI", "cfi", 3), ("TLI", "tli", 3), ("IFI", "ifi", 3), ("NFI", "nfi", 3), ("RFI", "rfi", 3)]
      ),
      (
        Wording("Goodness of fit and parsimony", "拟合优度与简约指标"),
        [("GFI", "gfi_lisrel", 3), ("AGFI", "agfi_lisrel", 3), ("PGFI", "pgfi", 3), ("PNFI", "pnfi", 3)]
      ),
      (
        Wording("Information criteria", "信息准则"),
        [
          ("AIC", "aic", 3), ("BIC", "bic", 3), (Wording("BIC, adjusted for size", "样本校正BIC"), "bic2", 3),
          ("ECVI", "ecvi", 3),
        ]
      ),
    ]
    func value(_ name: String, _ form: String) -> Double? {
      let end = form.isEmpty ? "" : "." + form
      guard name == "chisq.df" else { return fitMeasures[name + end] }
      guard let test = fitMeasures["chisq" + end], let df = fitMeasures["df" + end], df > 0 else {
        return nil
      }
      return test / df
    }
    var rows: [DocumentTable.Row] = []
    for (title, measures) in groups {
      let shown = measures.filter {
        present.contains($0.name) || ($0.name == "chisq.df" && value($0.name, "") != nil)
      }
      guard !shown.isEmpty else { continue }
      rows.append(DocumentTable.Row([.text(title)], role: .heading))
      for measure in shown {
        let numbers = ([""] + forms).map { form -> DocumentCell in
          let value = value(measure.name, form)
          if value == nil, !form.isEmpty { return .empty }
          guard let decimals = measure.decimals else { return .probability(value) }
          let isFraction = decimals == 0 && value.map { $0 != $0.rounded() } == true
          return .number(value, decimals: isFraction ? 3 : decimals)
        }
        let criterion = criteria[measure.name.replacing("_lisrel", with: "")]
        let limit = criterion.map { criterion in
          let sign = criterion.prefersSmall ? "≤" : "≥"
          func short(_ value: Double) -> String {
            "\(sign) " + (value == value.rounded() ? "\(Int(value))" : "\(value)")
          }
          return criterion.ideal == criterion.acceptable
            ? short(criterion.ideal) : short(criterion.ideal) + " (" + short(criterion.acceptable) + ")"
        }
        rows.append(
          DocumentTable.Row(
            [.text(measure.label)] + numbers
              + [
                limit.map { .text(Wording($0)) } ?? .empty,
                criterion.map { .text(Wording($0.source)) } ?? .empty,
              ]))
      }
    }
    let names = ["scaled": Wording("Scaled", "校正值"), "robust": Wording("Robust", "稳健值")]
    return DocumentTable(
      id: "fit", title: Wording("Fit of the model", "模型拟合指标"),
      columns: [.init("measure", Wording("Measure", "拟合指标")), .init("value", Wording("Value", "数值"))]
        + forms.map { .init($0, names[$0] ?? Wording($0)) } + [
          .init("criterion", Wording("Criterion", "判断标准")), .init("source", Wording("Source", "标准来源")),
        ],
      rows: rows,
      notes: [
        Wording(
          "GFI and AGFI as LISREL and AMOS define them. Criteria in brackets are the lenient ones; all are customs, no proofs.",
          "GFI与AGFI按LISREL与AMOS的定义。括号内为较宽松的标准；各标准均为惯例。")
      ])
  }

  // MARK: Estimates

  /// The estimates by group and kind.
  var estimateTables: [DocumentTable] {
    let shown = estimates.indices.filter { isShown(estimates[$0].parameter) }
    let blocks = fit.table.blocks
    var tables: [DocumentTable] = []
    for block in blocks {
      let group = blocks.count > 1 ? groupName(ofBlock: block.number) : nil
      for kind in ParameterKind.allCases {
        let rows = shown.filter {
          estimates[$0].parameter.block == block.number && ParameterKind(estimates[$0].parameter) == kind
        }
        if !rows.isEmpty { tables.append(estimateTable(rows, kind, block.number, group)) }
      }
    }
    let definitions = shown.filter { estimates[$0].parameter.op == .definition }
    if !definitions.isEmpty { tables.append(definitionTable(definitions)) }
    return tables
  }

  private func estimateTable(_ indices: [Int], _ kind: ParameterKind, _ block: Int, _ group: String?)
    -> DocumentTable
  {
    let dependent = dependentVariables(ofBlock: block)
    let hasLabels = indices.contains { !estimates[$0].parameter.label.isEmpty }
    func name(_ row: Parameter) -> String {
      switch kind {
      case .loadings, .composites: "\(row.rhs) <--- \(row.lhs)"
      case .regressions: "\(row.lhs) <--- \(row.rhs)"
      case .covariances: "\(row.lhs) <--> \(row.rhs)"
      case .intercepts, .variances, .scales: row.lhs
      case .thresholds: "\(row.lhs) | \(row.rhs)"
      }
    }
    var hasResiduals = false
    let rows = indices.map { index -> DocumentTable.Row in
      let row = estimates[index].parameter
      let isResidual: Bool =
        switch kind {
        case .covariances, .variances, .intercepts: dependent.contains(row.lhs)
        default: false
        }
      hasResiduals = hasResiduals || isResidual
      let label: [DocumentCell] = hasLabels ? [row.label.isEmpty ? .empty : .text(Wording(row.label))] : []
      return DocumentTable.Row(
        [.text(Wording((isResidual ? "." : "") + name(row)))] + label + estimateCells(index))
    }
    let title = kind.wording + (group.map { Wording(", group \($0)", "（\($0)组）") } ?? "")
    return DocumentTable(
      id: kind.id + (group == nil ? "" : "-g\(block)"), title: title,
      columns: [
        .init("parameter", Wording("Parameter", kind == .regressions || kind == .loadings ? "路径" : "参数"))
      ]
        + (hasLabels ? [.init("label", Wording("Label", "标签"))] : []) + estimateColumns,
      rows: rows,
      notes: hasResiduals ? [Wording("A dot marks what belongs to a residual.", "前有圆点者属于残差。")] : [])
  }

  private func definitionTable(_ indices: [Int]) -> DocumentTable {
    DocumentTable(
      id: "defined", title: Wording("Defined parameters", "自定义参数"),
      columns: [.init("parameter", Wording("Parameter", "参数")), .init("formula", Wording("Formula", "公式"))]
        + estimateColumns,
      rows: indices.map { index in
        let row = estimates[index].parameter
        return DocumentTable.Row([.text(Wording(row.lhs)), .text(Wording(row.rhs))] + estimateCells(index))
      })
  }

  private var estimateColumns: [DocumentTable.Column] {
    let level = TextNumber.percent(fit.options.confidenceLevel)
    let interval = Wording("\(level) interval", "\(level.replacing(" ", with: ""))置信区间")
    let errors: [DocumentTable.Column] =
      showsStandardErrors
      ? [
        .init("se", "S.E."), .init("z", "z"), .init("p", "p"),
        .init("ci_lower", Wording("Lower", "下限"), group: interval),
        .init("ci_upper", Wording("Upper", "上限"), group: interval),
      ] : []
    return [.init("est", Wording("Estimate", "估计值"))] + errors
      + [.init("std_lv", "Std.lv"), .init("std_all", Wording("Std.all", "标准化值"))]
  }

  private func estimateCells(_ index: Int) -> [DocumentCell] {
    let line = estimates[index]
    let isEstimated = line.parameter.free > 0 || line.parameter.op == .definition
    let error = isEstimated ? line.standardError.flatMap { $0 > 0 ? $0 : nil } : nil
    // Two digits of an error that three decimals would not show.
    var decimals = 3
    if let error, error < 0.0005 {
      while decimals < 12, error * pow10(decimals) < 10 { decimals += 1 }
    }
    func number(_ value: Double?) -> DocumentCell { .number(value, decimals: decimals) }
    func standardized(_ lines: [ParameterEstimate]) -> DocumentCell {
      .number(lines.indices.contains(index) ? lines[index].estimate : nil)
    }
    var cells = [number(line.estimate)]
    if showsStandardErrors {
      cells +=
        error == nil
        ? [DocumentCell](repeating: .empty, count: 5)
        : [number(error), .number(line.z), .probability(line.pValue), number(line.lower), number(line.upper)]
    }
    return cells + [standardized(standardizedLatent), standardized(standardizedAll)]
  }

  private func pow10(_ exponent: Int) -> Double { (0..<exponent).reduce(1.0) { value, _ in value * 10 } }

  // MARK: R², modification, constraints, residuals

  /// Explained variances, a column for each group.
  var explainedVarianceTable: DocumentTable? {
    let blocks = fit.table.blocks
    let names = explainedVariances.reduce(into: [String]()) {
      if !$0.contains($1.variable) { $0.append($1.variable) }
    }
    guard !names.isEmpty else { return nil }
    return DocumentTable(
      id: "r-squared", title: Wording("Explained variance", "被解释的方差（R²）"),
      columns: [.init("variable", Wording("Variable", "变量"))]
        + blocks.map { block in
          .init(
            blocks.count == 1 ? "r_squared" : "g\(block.number)", "R²",
            group: blocks.count == 1 ? nil : Wording(groupName(ofBlock: block.number)))
        },
      rows: names.map { name in
        DocumentTable.Row(
          [.text(Wording(name))]
            + blocks.map { block in
              .number(explainedVariances.first { $0.block == block.number && $0.variable == name }?.rSquared)
            })
      })
  }

  private static let shownIndices = 20

  /// The largest modification indices.
  var modificationTable: DocumentTable? {
    guard let indices = modificationIndices, !indices.isEmpty else { return nil }
    let hasGroups = fit.table.blocks.count > 1
    let more = indices.count - min(indices.count, Self.shownIndices)
    return DocumentTable(
      id: "modification", title: Wording("Modification indices", "修正指数"),
      columns: [.init("parameter", Wording("Parameter", "参数"))]
        + (hasGroups ? [.init("group", Wording("Group", "组"))] : [])
        + [
          .init("mi", "M.I."), .init("epc", Wording("Expected change", "期望改变量（Par Change）")),
          .init("sepc_lv", Wording("Std.lv", "Std.lv")), .init("sepc_all", Wording("Std.all", "标准化改变量")),
        ],
      rows: indices.prefix(Self.shownIndices).map { index in
        let row = index.parameter
        return DocumentTable.Row(
          [.text(Wording("\(row.lhs) \(row.op.rawValue) \(row.rhs)"))]
            + (hasGroups ? [.text(Wording(groupName(ofBlock: row.block)))] : [])
            + [
              .number(index.index), .number(index.expectedChange), .number(index.standardizedLatent),
              .number(index.standardizedAll),
            ])
      },
      notes: [
        Wording(
          "M.I.: about how much χ² falls when the parameter is freed (\(Reference.sorbom1989.short)). Nothing was freed."
            + (more > 0 ? " \(more) smaller ones are not shown." : ""),
          "M.I.为释放该参数后χ²的预计下降量（\(Reference.sorbom1989.short)）。未对模型作任何修正。"
            + (more > 0 ? "另有\(more)个较小的修正指数未列出。" : ""))
      ])
  }

  /// The user's constraints with their score tests.
  var constraintTable: DocumentTable? {
    guard let report = fit.constraints, showsTests, !report.items.isEmpty else { return nil }
    return DocumentTable(
      id: "constraints", title: Wording("Constraints", "参数约束"),
      columns: [
        .init("constraint", Wording("Constraint", "约束")), .init("state", Wording("State", "状态")),
        .init("score", Wording("Score χ²", "得分检验χ²")), .init("df", "df"), .init("p", "p"),
      ],
      rows: report.items.map { item in
        let constraint = item.constraint
        let test = constraintTests.first { $0.constraint == constraint }?.statistic
        let state =
          item.isRedundant
          ? Wording("redundant", "多余") : item.isActive ? Wording("active", "起作用") : Wording("slack", "未起作用")
        return DocumentTable.Row([
          .text(Wording("\(constraint.lhs) \(constraint.op.rawValue) \(constraint.rhs)")), .text(state),
          test.map { .number($0.statistic) } ?? .empty, test == nil ? .empty : .integer(1),
          test.map { .probability($0.pValue) } ?? .empty,
        ])
      })
  }

  /// Residual correlations, the lower triangle; those beyond 0.1 are set off.
  var residualTables: [DocumentTable] {
    (residuals ?? []).map { residual in
      let hasGroups = fit.table.blocks.count > 1
      let group = hasGroups ? groupName(ofBlock: residual.block) : ""
      return DocumentTable(
        id: "residuals" + (hasGroups ? "-g\(residual.block)" : ""),
        title: Wording("Residual correlations", "残差相关矩阵")
          + (hasGroups ? Wording(", group \(group)", "（\(group)组）") : ""),
        columns: [.init("variable", Wording("Variable", "变量"))]
          + residual.variables.enumerated().map { .init("v\($0 + 1)", Wording($1)) },
        rows: residual.variables.indices.map { row in
          DocumentTable.Row(
            [.text(Wording(residual.variables[row]))]
              + residual.variables.indices.map { column in
                guard column <= row else { return .empty }
                let value = residual.correlation[row, column]
                return .number(value, flagged: value.magnitude > 0.1)
              })
        },
        notes: [
          Wording(
            "Sample minus model. Values beyond ±0.1 are set off (Kline, 2016).",
            "样本减模型。绝对值大于0.1者突出显示（Kline, 2016）。")
        ])
    }
  }
}

extension ParameterKind {
  var id: String {
    switch self {
    case .loadings: "loadings"
    case .composites: "composites"
    case .regressions: "regressions"
    case .covariances: "covariances"
    case .intercepts: "intercepts"
    case .thresholds: "thresholds"
    case .scales: "scales"
    case .variances: "variances"
    }
  }

  var wording: Wording {
    switch self {
    case .loadings: Wording("Loadings", "因子载荷")
    case .composites: Wording("Composites", "合成变量权重")
    case .regressions: Wording("Regressions", "路径系数")
    case .covariances: Wording("Covariances", "协方差")
    case .intercepts: Wording("Intercepts", "截距")
    case .thresholds: Wording("Thresholds", "阈值")
    case .scales: Wording("Scales", "尺度")
    case .variances: Wording("Variances", "方差")
    }
  }
}
