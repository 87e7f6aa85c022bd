internal import SEM
internal import SEMNumerics
public import SEMStudy

extension SamplingAdequacy {
  /// KMO and Bartlett's test: table `kmo`.
  public func table(cutoffs: StudyCutoffs = StudyCutoffs()) -> DocumentTable {
    let low = items.filter { $0.adequacy < 0.5 }.map(\.name)
    let range = items.map(\.adequacy)
    var notes = [
      Wording(
        "KMO: above 0.9 marvelous, 0.8 meritorious, 0.7 middling, 0.6 mediocre, 0.5 miserable (Kaiser 1974). MSA of the items: \(TextNumber.fixed(range.min())) to \(TextNumber.fixed(range.max())).",
        "KMO大于0.9极适合、0.8很适合、0.7适合、0.6尚可、0.5勉强（Kaiser，1974）。各题项MSA：\(TextNumber.fixed(range.min()))至\(TextNumber.fixed(range.max()))。"
      )
    ]
    if !low.isEmpty {
      let list = low.joined(separator: ", ")
      notes.append(
        Wording("Items with an MSA below 0.5: \(list).", "MSA低于0.5的题项：\(list)。"))
    }
    return DocumentTable(
      id: "kmo", title: Wording("KMO and Bartlett's test", "KMO和Bartlett检验"),
      columns: [
        .init("measure", Wording("Measure", "检验")), .init("detail", Wording("", "")),
        .init("value", Wording("Value", "数值")),
      ],
      rows: [
        .init([
          .text(Wording("Kaiser-Meyer-Olkin measure of sampling adequacy", "KMO取样适切性量数")), .empty,
          .number(overall, flagged: overall < cutoffs.kmo),
        ]),
        .init([
          .text(Wording("Bartlett's test of sphericity", "Bartlett球形度检验")),
          .text(Wording("Approx. χ²", "近似卡方")), .number(chiSquare),
        ]),
        .init([.empty, .text(Wording("df", "自由度")), .integer(degreesOfFreedom)]),
        .init([.empty, .text(Wording("P", "显著性")), .probability(pValue)]),
      ], notes: notes)
  }

  /// The measure of every item: table `msa`.
  public func itemTable() -> DocumentTable {
    DocumentTable(
      id: "msa", title: Wording("Sampling adequacy of the items", "各题项取样适切性量数（MSA）"),
      columns: [.init("item", Wording("Item", "题项")), .init("msa", Wording("MSA"))],
      rows: items.map {
        .init([.text(Wording($0.name)), .number($0.adequacy, flagged: $0.adequacy < 0.5)])
      })
  }
}

extension ParallelAnalysis {
  /// Eigenvalues beside those of chance: table `parallel`.
  public func table() -> DocumentTable {
    let percent = brief((level * 1000).rounded() / 10)
    let component = Wording("Components", "主成分")
    let factor = Wording("Common factors", "公因子")
    func columns(_ prefix: String, _ group: Wording) -> [DocumentTable.Column] {
      [
        .init(prefix + "_observed", Wording("Eigenvalue", "特征值"), group: group),
        .init(prefix + "_mean", Wording("Random: mean", "随机均值"), group: group),
        .init(
          prefix + "_percentile", Wording("\(percent)th percentile", "随机\(percent)%分位"), group: group),
      ]
    }
    // Only the leading run counts: the last roots may lie above chance too, and mean nothing.
    func cells(_ root: Root, isKept: Bool) -> [DocumentCell] {
      [
        .number(root.observed, bold: isKept), .number(root.mean),
        .number(root.percentile),
      ]
    }
    func text(_ count: Int?) -> String { count.map(String.init) ?? "–" }
    let suggestion = text(suggestedCount(.components))
    var notes = [
      Wording(
        "Horn (1965), percentiles after Glorfeld (1995): \(draws) random samples of \(count) cases, seed \(seed). Suggested by the percentile: \(suggestion) components, \(text(suggestedCount(.factors))) common factors.",
        "Horn（1965）、Glorfeld（1995）：\(draws)个随机样本（每个\(count)例，种子\(seed)）。按分位数建议：主成分\(suggestion)个，公因子\(text(suggestedCount(.factors)))个。"
      )
    ]
    if factors != nil {
      notes.append(
        Wording(
          "Common factors: eigenvalues of the correlations with squared multiple correlations on the diagonal; this variant tends to suggest too many.",
          "公因子特征值：以多元相关平方替换对角线的相关矩阵；此法往往偏多。"))
    }
    return DocumentTable(
      id: "parallel", title: Wording("Parallel analysis", "平行分析"),
      columns: [.init("number", Wording("No.", "序号"))] + columns("pc", component)
        + (factors == nil ? [] : columns("fa", factor)),
      rows: components.indices.map { place in
        .init(
          [.integer(place + 1)] + cells(components[place], isKept: place < (suggestedCount(.components) ?? 0))
            + (factors.map { cells($0[place], isKept: place < (suggestedCount(.factors) ?? 0)) } ?? []))
      }, notes: notes)
  }
}

extension ExploratoryFactorAnalysis {
  /// The names of the factors: `F1`, or `PC1` for components.
  private func name(_ factor: Int) -> String {
    (options.extraction == .principalComponents ? "PC" : "F") + "\(factor + 1)"
  }

  private var method: Wording {
    let extraction: Wording =
      switch options.extraction {
      case .principalComponents: Wording("Principal components", "主成分法")
      case .principalAxis: Wording("Principal axis factoring, iterated to its fixed point", "主轴因子法（迭代至收敛）")
      case .maximumLikelihood: Wording("Maximum likelihood", "极大似然法")
      }
    let rotation: Wording =
      switch options.rotation {
      case .none: Wording("not rotated", "未旋转")
      case .varimax: Wording("varimax", "最大方差法（varimax）")
      case .promax(let power): Wording("promax (κ = \(brief(power)))", "promax（κ=\(brief(power))）")
      case .oblimin(let gamma): Wording("oblimin (γ = \(brief(gamma)))", "oblimin（γ=\(brief(gamma))）")
      case .quartimin: Wording("quartimin")
      case .geomin(let epsilon): Wording("geomin (ε = \(brief(epsilon)))", "geomin（ε=\(brief(epsilon))）")
      }
    let normalizes =
      options.rotation != .none
      && (options.kaiserNormalization ?? options.rotation.usesKaiserNormalization)
    return extraction + Wording(", ", "，") + rotation
      + (normalizes ? Wording(" with Kaiser normalisation", "，Kaiser标准化") : Wording(""))
      + Wording("; \(count) cases.", "；N=\(count)。")
  }

  /// What a reader must know: no convergence, Heywood cases, local minima, the test of fit.
  private var remarks: [Wording] {
    var notes = [method]
    if let extractionReport, !extractionReport.isConverged {
      notes.append(
        Wording("The extraction did not converge; the figures must not be used.", "提取未收敛，表中数值不可使用。"))
    }
    if !heywoodItems.isEmpty {
      let list = heywoodItems.joined(separator: ", ")
      notes.append(
        Wording(
          "Heywood case: the uniqueness of \(list) ended at its bound \(brief(options.uniquenessBound)). Try fewer factors, or leave the item out.",
          "Heywood情形：\(list)的特殊因子方差达到下限\(brief(options.uniquenessBound))；宜减少因子数或剔除该题项。"))
    }
    if let rotationReport {
      if !rotationReport.isConverged {
        notes.append(Wording("The rotation did not converge.", "旋转未收敛。"))
      }
      if rotationReport.startsAtMinimum < rotationReport.starts {
        notes.append(
          Wording(
            "\(rotationReport.startsAtMinimum) of \(rotationReport.starts) starts of the rotation reached this minimum.",
            "\(rotationReport.starts)个旋转起点中\(rotationReport.startsAtMinimum)个达到此解。"))
      }
    }
    if let test {
      let df = test.degreesOfFreedom
      let p = test.pValue.map { $0 < 0.001 ? "p < 0.001" : "p = \(TextNumber.fixed($0))" } ?? ""
      var text = "χ² = \(TextNumber.fixed(test.chiSquare)), df = \(df)"
      if df > 0 { text += ", \(p)" }
      if let tli = test.tuckerLewis { text += ", TLI = \(TextNumber.fixed(tli))" }
      if let rmsea = test.rmsea, let interval = test.rmseaInterval {
        text +=
          ", RMSEA = \(TextNumber.fixed(rmsea)) [\(TextNumber.fixed(interval.lowerBound)), \(TextNumber.fixed(interval.upperBound))]"
      }
      notes.append(
        Wording("Test of \(factorCount) factors: \(text).", "\(factorCount)个因子的检验：\(text)。"))
    }
    return notes
  }

  /// The variance explained before and after rotation: table `efa-variance`.
  public func varianceTable() -> DocumentTable {
    func columns(_ prefix: String, _ group: Wording) -> [DocumentTable.Column] {
      [
        .init(prefix + "_total", Wording("Total", "合计"), group: group),
        .init(prefix + "_percent", Wording("% of variance", "方差%"), group: group),
        .init(prefix + "_cumulative", Wording("Cumulative %", "累积%"), group: group),
      ]
    }
    func cells(_ variance: Variance?) -> [DocumentCell] {
      guard let variance else { return [.empty, .empty, .empty] }
      return [
        .number(variance.sum), DocumentCell(.percent(variance.share, decimals: 3)),
        DocumentCell(.percent(variance.cumulativeShare, decimals: 3)),
      ]
    }
    let (initial, extracted, rotated) = (initialVariance, extractedVariance, rotatedVariance)
    let isRotated = rotationReport != nil
    var notes = [method]
    if options.rotation.isOblique {
      notes.append(
        Wording(
          "Factors correlate: sums after rotation are the diagonal of Φ ΛᵀΛ, which add up to the variance explained.",
          "因子相关：旋转后平方和为ΦΛᵀΛ的对角线，其和等于解释的总方差。"))
    }
    return DocumentTable(
      id: "efa-variance", title: Wording("Total variance explained", "解释的总方差"),
      columns: [.init("factor", Wording("Component", "成分"))]
        + columns("initial", Wording("Initial eigenvalues", "初始特征值"))
        + columns("extracted", Wording("Extraction sums of squared loadings", "提取平方和载入"))
        + (isRotated ? columns("rotated", Wording("Rotation sums of squared loadings", "旋转平方和载入")) : []),
      rows: items.indices.map { place in
        let isTaken = place < factorCount
        return .init(
          [.integer(place + 1)] + cells(initial[place]) + cells(isTaken ? extracted[place] : nil)
            + (isRotated ? cells(isTaken ? rotated[place] : nil) : []))
      }, notes: notes)
  }

  /// The rotated loadings, sorted, with communalities: table `efa-loadings`.
  ///
  /// - Parameters:
  ///   - cutoff: Loadings smaller than this in absolute value are not shown; 0 shows all.
  ///   - sorts: Whether items are ordered by their factor and loading.
  public func loadingTable(hidingBelow cutoff: Double = 0.4, sorts: Bool = true) -> DocumentTable {
    var notes = remarks
    if cutoff > 0 {
      notes.append(
        Wording(
          "Loadings below \(brief(cutoff)) in absolute value are not shown; in bold, the largest of each item.",
          "绝对值小于\(brief(cutoff))的载荷未列出；加粗为各题项最大载荷。"))
    }
    let rows = (sorts ? sortedPlaces : Array(items.indices)).map { item -> DocumentTable.Row in
      let largest = loadings.row(item).map(abs).max() ?? 0
      let cells = (0..<factorCount).map { factor -> DocumentCell in
        let value = loadings[item, factor]
        return abs(value) < cutoff ? .empty : .number(value, bold: abs(value) == largest)
      }
      return .init(
        [.text(Wording(items[item]))] + cells + [
          .number(communalities[item], flagged: heywoodItems.contains(items[item]))
        ])
    }
    let title: Wording =
      rotationReport == nil
      ? Wording("Loadings", "成分矩阵")
      : options.rotation.isOblique
        ? Wording("Rotated loadings (pattern matrix)", "模式矩阵（旋转后载荷）") : Wording("Rotated loadings", "旋转成分矩阵")
    return DocumentTable(
      id: "efa-loadings", title: title,
      columns: [.init("item", Wording("Item", "题项"))]
        + (0..<factorCount).map { .init("f\($0 + 1)", Wording(name($0))) } + [
          .init("communality", Wording("Communality", "公因子方差"))
        ], rows: rows, notes: notes)
  }

  /// The correlations of items with oblique factors: table `efa-structure`.
  public func structureTable() -> DocumentTable {
    let structure = structure
    return DocumentTable(
      id: "efa-structure", title: Wording("Structure matrix", "结构矩阵"),
      columns: [.init("item", Wording("Item", "题项"))]
        + (0..<factorCount).map { .init("f\($0 + 1)", Wording(name($0))) },
      rows: sortedPlaces.map { item in
        .init([.text(Wording(items[item]))] + structure.row(item).map { .number($0) })
      }, notes: [method])
  }

  /// The correlations of oblique factors: table `efa-correlations`.
  public func correlationTable() -> DocumentTable {
    DocumentTable(
      id: "efa-correlations", title: Wording("Factor correlations", "因子相关矩阵"),
      columns: [.init("factor", Wording("Factor", "因子"))]
        + (0..<factorCount).map { .init("f\($0 + 1)", Wording(name($0))) },
      rows: (0..<factorCount).map { row in
        .init(
          [.text(Wording(name(row)))]
            + (0..<factorCount).map { $0 > row ? .empty : .number(factorCorrelations[row, $0]) })
      }, notes: [method])
  }
}
