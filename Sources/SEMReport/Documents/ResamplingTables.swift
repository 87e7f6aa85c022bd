public import SEM
internal import SEMStudy

extension EffectTable {
  /// Direct, indirect and total effects with delta-method errors.
  ///
  /// - Parameter groups: The labels of the blocks; a single block is not named.
  public func table(groups: [String] = []) -> DocumentTable {
    let blocks = Set(effects.map(\.block)).sorted()
    let interval = Wording("95 % interval", "95%置信区间")
    var rows: [DocumentTable.Row] = []
    for block in blocks {
      if blocks.count > 1 {
        let name = groups.indices.contains(block - 1) ? groups[block - 1] : "\(block)"
        rows.append(DocumentTable.Row([.text(Wording("Group \(name)", "\(name)组"))], role: .heading))
      }
      for effect in effects where effect.block == block {
        let (name, kind) = effect.wording
        rows.append(
          DocumentTable.Row([
            .text(Wording(name)), .text(kind), .number(effect.raw.value), .number(effect.raw.standardError),
            .number(effect.raw.z), .probability(effect.raw.pValue), .number(effect.raw.lower),
            .number(effect.raw.upper),
            .number(effect.standardized.value), .number(effect.standardized.standardError),
          ]))
      }
    }
    var notes = [
      Wording(
        "Standard errors by the delta method (\(Reference.sobel1982.short)).",
        "标准误由Delta法得到（\(Reference.sobel1982.short)）。")
    ]
    if !blocksWithFeedback.isEmpty {
      notes.append(
        Wording(
          "The model has feedback loops: indirect effects run along simple chains, totals are those of (I − A)⁻¹; stability index \(TextNumber.fixed(stabilityIndex)).",
          "模型含反馈回路：间接效应沿简单路径计算，总效应由（I − A）⁻¹得到；稳定性指数为\(TextNumber.fixed(stabilityIndex))。"))
    }
    return DocumentTable(
      id: "effects", title: Wording("Direct, indirect and total effects", "直接、间接与总效应"),
      columns: [
        .init("effect", Wording("Effect", "路径")), .init("type", Wording("Type", "效应类型")),
        .init("est", Wording("Estimate", "效应值")), .init("se", "S.E."), .init("z", "z"), .init("p", "p"),
        .init("ci_lower", Wording("Lower", "下限"), group: interval),
        .init("ci_upper", Wording("Upper", "上限"), group: interval),
        .init("std_all", Wording("Std.all", "标准化值")), .init("std_all_se", Wording("S.E.", "标准误"), group: nil),
      ], rows: rows, notes: notes)
  }
}

extension Effect {
  /// What a table calls the effect and its kind.
  var wording: (name: String, kind: Wording) {
    let pair = "\(from) → \(to)"
    let chain = (path.isEmpty ? [from, to] : path).joined(separator: " → ")
    return switch kind {
    case .direct: (chain, Wording("direct", "直接"))
    case .specificIndirect: (chain, Wording("indirect", "间接"))
    case .totalIndirect: (pair, Wording("total indirect", "总间接"))
    case .total: (pair, Wording("total", "总效应"))
    }
  }
}

extension BootstrapReport {
  /// Bias, error and interval of every statistic that was drawn.
  public var table: DocumentTable {
    let level = TextNumber.fixed(100 * result.confidenceLevel, 0)
    let interval = Wording("\(level) % interval", "\(level)%置信区间")
    let standardizedInterval = Wording("\(level) % interval, standardised", "标准化值\(level)%置信区间")
    func cells(_ own: BootstrapSummary?, _ standardized: BootstrapSummary?) -> [DocumentCell] {
      func number(_ value: Double?) -> DocumentCell { .number(value) }
      let first: [DocumentCell] = [
        number(own?.estimate), number(own?.bias), number(own?.standardError), number(own?.lower),
        number(own?.upper),
        .probability(own?.pValue),
      ]
      guard let standardized else { return first + [DocumentCell](repeating: .empty, count: 4) }
      return first + [
        number(standardized.estimate), number(standardized.standardError), number(standardized.lower),
        number(standardized.upper),
      ]
    }
    var rows: [DocumentTable.Row] = []
    for (index, line) in lines.enumerated() {
      guard let own = summary(.estimate(index)) else { continue }
      rows.append(
        DocumentTable.Row([.text(Wording(rowName(line)))] + cells(own, summary(.standardized(.all, index)))))
    }
    if let effects {
      for (index, effect) in effects.effects.enumerated() where effect.kind != .direct {
        let (name, kind) = effect.wording
        let title = Wording("\(kind.english): \(name)", "\(kind.chinese)：\(name)")
        rows.append(
          DocumentTable.Row(
            [.text(title)]
              + cells(
                summary(.effect(index, isStandardized: false)), summary(.effect(index, isStandardized: true)))
          ))
      }
    }
    for summary in summaries {
      switch summary.statistic {
      case .explainedVariance(let variable, _):
        rows.append(DocumentTable.Row([.text(Wording("R² " + variable))] + cells(summary, nil)))
      case .named(let name): rows.append(DocumentTable.Row([.text(Wording(name))] + cells(summary, nil)))
      default: break
      }
    }
    let isMonteCarlo = result.method == .monteCarlo
    return DocumentTable(
      id: isMonteCarlo ? "monte-carlo" : "bootstrap", title: title,
      columns: [
        .init("parameter", Wording("Parameter", "参数")), .init("est", Wording("Estimate", "估计值")),
        .init("bias", Wording("Bias", "偏差")), .init("se", "S.E."),
        .init("ci_lower", Wording("Lower", "下限"), group: interval),
        .init("ci_upper", Wording("Upper", "上限"), group: interval),
        .init("p", "p"), .init("std_all", Wording("Std.all", "标准化值")),
        .init("std_all_se", Wording("S.E.", "标准误")),
        .init("std_all_ci_lower", Wording("Lower", "下限"), group: standardizedInterval),
        .init("std_all_ci_upper", Wording("Upper", "上限"), group: standardizedInterval),
      ], rows: rows, notes: [note])
  }

  private var title: Wording {
    switch result.method {
    case .ordinary: Wording("Bootstrap", "Bootstrap结果")
    case .bollenStine: Wording("Bollen-Stine bootstrap", "Bollen-Stine Bootstrap结果")
    case .parametric: Wording("Parametric bootstrap", "参数Bootstrap结果")
    case .monteCarlo: Wording("Monte Carlo intervals", "蒙特卡洛置信区间")
    }
  }

  /// Draws, seed and kind of intervals with their source.
  private var note: Wording {
    let reference = references.map(\.short).joined(separator: "; ")
    let kinds: [BootstrapIntervalKind: Wording] = [
      .normal: Wording("normal", "正态近似"), .basic: Wording("basic", "基本"),
      .percentile: Wording("percentile", "百分位"),
      .biasCorrected: Wording("bias-corrected", "偏差校正（BC）"),
      .bca: Wording("bias-corrected and accelerated (BCa)", "偏差校正并加速（BCa）"),
    ]
    let kindName = kinds[kind] ?? Wording(kind.rawValue)
    var english =
      "\(result.usedCount) draws, seed \(result.seed), \(kindName.english) intervals (\(reference))."
    var chinese = "抽样\(result.usedCount)次，随机种子\(result.seed)，\(kindName.chinese)区间（\(reference)）。"
    if let pValue = result.testPValue {
      english += " Bollen-Stine p of the model: \(TextNumber.pValue(pValue))."
      chinese += "模型的Bollen-Stine p值：\(TextNumber.pValue(pValue))。"
    }
    if result.failed > 0 || result.inadmissible > 0 {
      english +=
        " \(result.failed) draws did not converge, \(result.inadmissible) had an inadmissible solution."
      chinese += "\(result.failed)次未收敛，\(result.inadmissible)次得到不当解。"
    }
    return Wording(english, chinese)
  }

  /// The works behind draws and intervals.
  var references: [Reference] {
    let source: Reference =
      switch result.method {
      case .ordinary, .parametric: .bollenStine1990
      case .bollenStine: .bollenStine1992
      case .monteCarlo: .mackinnon2004
      }
    return kind == .bca ? [source, .efron1987] : [source]
  }
}
