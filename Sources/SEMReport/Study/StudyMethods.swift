internal import SEM
internal import SEMStudy

/// The methods paragraphs of a study: what was done, with what, by which cut-offs, with the actual figures.
struct StudyMethods {
  let result: StudyResult
  /// The works cited so far, in the order of the text.
  private var cited: [Bibliography] = []
  private(set) var paragraphs: [Wording] = []

  /// The list of references in alphabetical order: the works that the methods cite, and those of these texts.
  func references(_ texts: [Wording]) -> [String] {
    let text = texts.map(\.english).joined(separator: "\n")
    return Bibliography.allCases.filter { cited.contains($0) || $0.isCited(in: text) }.map(\.entry).sorted()
  }

  init(_ result: StudyResult) {
    self.result = result
    sample()
    measurement()
    models()
    mediation()
    groups()
  }

  private var file: StudyFile { result.study.file }
  private var options: StudyOptions { file.options }

  /// A citation in brackets.
  private mutating func cite(_ works: Bibliography...) -> Wording {
    for work in works where !cited.contains(work) { cited.append(work) }
    return Wording(
      " (" + works.map(\.citation.english).joined(separator: "; ") + ")",
      "（" + works.map(\.citation.chinese).joined(separator: "；") + "）")
  }

  private mutating func add(_ sentences: [Wording]) {
    let texts = sentences.filter { !$0.english.isEmpty || !$0.chinese.isEmpty }
    guard !texts.isEmpty else { return }
    paragraphs.append(
      Wording(texts.map(\.english).joined(separator: " "), texts.map(\.chinese).joined()))
  }

  // MARK: Paragraphs

  private mutating func sample() {
    let rows = result.study.rowCount
    var sentences = [
      Wording(
        "The analysis was done with \(Software.name) \(Software.version).",
        "数据分析使用\(Software.name) \(Software.version)完成。")
    ]
    if let distributed = file.data.distributed {
      let returned = file.data.returned
      let rate = TextNumber.fixed(100 * Double(rows) / Double(distributed), 1)
      sentences.append(
        Wording(
          "Of \(distributed) questionnaires \(returned.map { "\($0) came back, and " } ?? "")\(rows) were valid (\(rate)%).",
          "共发放问卷\(distributed)份，\(returned.map { "回收\($0)份，" } ?? "")有效问卷\(rows)份，有效率\(rate)%。"))
    }
    var scale = Wording("", "")
    if let range = file.data.scale {
      let (low, high) = (brief(range.lowerBound), brief(range.upperBound))
      scale = Wording(", answered on a scale from \(low) to \(high)", "，采用\(low)～\(high)级量表")
    }
    sentences.append(
      Wording(
        "\(rows) cases answered \(file.items.count) items for \(file.constructs.count) constructs",
        "有效样本\(rows)份，\(file.constructs.count)个构念共\(file.items.count)个题项") + scale + Wording(".", "。"))
    if !file.data.reversed.isEmpty {
      let names = file.data.reversed.map(\.text)
      sentences.append(
        Wording(
          "Reversed items were mirrored first: \(names.joined(separator: ", ")).",
          "反向题\(names.joined(separator: "、"))已先行反向计分。"))
    }
    sentences.append(missing)
    add(sentences)
  }

  private var missing: Wording {
    guard let fit = result.mainFit else { return "" }
    let rows = result.study.rowCount
    switch options.missing {
    case .listwise where fit.count == rows:
      return Wording("No answer was missing in the models.", "模型所用数据无缺失值。")
    case .listwise:
      return Wording(
        "Cases with missing answers were left out of the models: \(fit.count) of \(rows) remained.",
        "含缺失值的个案整行删除，模型有效样本为\(fit.count)（共\(rows)）。")
    case .fullInformation:
      return Wording(
        "Missing answers were treated by full information maximum likelihood; item statistics and ratios of correlations rest on the cases that have them.",
        "缺失值采用完全信息极大似然法（FIML）处理；题项统计量与相关比率基于相应的有效个案。")
    case .twoStage:
      return Wording("Missing answers were treated by two-stage estimation.", "缺失值采用两阶段估计处理。")
    }
  }

  private mutating func measurement() {
    let cutoffs = options.cutoffs
    let extraction: Wording =
      switch options.factorExtraction {
      case .principalAxis: Wording("principal axis factoring", "主轴因子法")
      case .maximumLikelihood: Wording("maximum likelihood", "极大似然法")
      case .principalComponents: Wording("principal components", "主成分法")
      }
    let count: Wording =
      switch options.factorCount {
      case .constructs: Wording("as many factors as constructs", "因子数等于构念数")
      case .kaiser: Wording("eigenvalues above 1", "特征值大于1")
      case .parallel: Wording("parallel analysis", "平行分析") + cite(.horn1965)
      case .fixed(let number): Wording("\(number) factors", "提取\(number)个因子")
      }
    let rotation =
      options.factorRotation == .varimax
      ? Wording("varimax", "最大方差法") + cite(.kaiser1958) : Wording(options.factorRotation.name)
    add([
      Wording("Reliability was judged by Cronbach's α", "信度以Cronbach's α")
        + cite(.cronbach1951)
        + Wording(" of at least \(brief(cutoffs.alpha))", "不低于\(brief(cutoffs.alpha))") + cite(.nunnally1978)
        + Wording(
          " and corrected item-total correlations of at least \(brief(cutoffs.itemTotal))",
          "、校正的项总计相关性不低于\(brief(cutoffs.itemTotal))") + cite(.churchill1979) + Wording(".", "为标准。"),
      Wording("The exploratory factor analysis used ", "探索性因子分析采用") + extraction
        + Wording(" with ", "，旋转方法为") + rotation + Wording(" and ", "，因子数按") + count
        + Wording(
          "; the items suit it where KMO reaches \(brief(cutoffs.kmo))", "；KMO不低于\(brief(cutoffs.kmo))")
        + cite(.kaiser1974)
        + Wording(".", "视为适合。"),
      Wording(
        "Convergent validity asks for standardised loadings of at least \(brief(cutoffs.loading))",
        "收敛效度要求标准化载荷不低于\(brief(cutoffs.loading))") + cite(.hair2010)
        + Wording(
          ", composite reliability of at least \(brief(cutoffs.compositeReliability))",
          "、组合信度CR不低于\(brief(cutoffs.compositeReliability))") + cite(.bagozzi1988)
        + Wording(
          " and average variance extracted of at least \(brief(cutoffs.averageVariance))",
          "、平均方差抽取量AVE不低于\(brief(cutoffs.averageVariance))") + cite(.fornell1981) + Wording(".", "。"),
      file.constructs.count > 1
        ? Wording(
          "Discriminant validity asks that √AVE exceeds the correlations of a construct, and for heterotrait-monotrait ratios below \(brief(cutoffs.htmt))",
          "区分效度要求AVE平方根大于潜变量间相关系数，且异质-单质比（HTMT）低于\(brief(cutoffs.htmt))") + cite(.henseler2015)
          + Wording(".", "。") : "",
      file.constructs.count > 1
        ? Wording(
          "Common method bias was looked for by Harman's test (share of the first factor below \(Int((cutoffs.harman * 100).rounded()))%",
          "共同方法偏差采用Harman单因素检验（首因子解释率低于\(Int((cutoffs.harman * 100).rounded()))%")
          + Wording(
            "; \(Bibliography.podsakoff1986.citation.english))",
            "；\(Bibliography.podsakoff1986.citation.chinese)）")
          + Wording(", a model of one factor and an unmeasured latent method factor", "、单因子模型与未测量潜在方法因子检验")
          + cite(.podsakoff2003) + Wording(".", "。") : "",
    ])
    if file.constructs.count > 1, !cited.contains(.podsakoff1986) { cited.append(.podsakoff1986) }
  }

  private mutating func models() {
    let estimator: Wording
    switch options.estimator {
    case "ML": estimator = Wording("maximum likelihood", "极大似然法")
    case "MLR":
      estimator = Wording("maximum likelihood with robust errors (MLR)", "稳健极大似然法（MLR）") + cite(.yuan2000)
    case "MLM", "MLMV", "MLMVS":
      estimator =
        Wording(
          "maximum likelihood with robust errors (\(options.estimator))", "稳健极大似然法（\(options.estimator)）")
        + cite(.satorra1994)
    default: estimator = Wording(options.estimator)
    }
    var sentences = [Wording("Models were estimated by ", "模型估计采用") + estimator + Wording(".", "。")]
    if let fit = result.structure.value ?? result.measurement.value?.fit {
      let kind =
        result.structure.value == nil ? Wording("The measurement", "测量") : Wording("The structural", "结构")
      sentences.append(
        kind
          + Wording(
            " model has \(fit.parameterCount) free parameters and \(fit.degreesOfFreedom) degrees of freedom.",
            "模型含\(fit.parameterCount)个自由参数，自由度为\(fit.degreesOfFreedom)。"))
    }
    sentences.append(
      options.convention == .amos
        ? Wording(
          "Test statistics follow AMOS, χ² = (N - 1) F, and so do its information criteria.",
          "χ²与信息准则按AMOS的公式计算，即χ²=(N-1)F。")
        : Wording("Test statistics are χ² = N F, as lavaan gives by default.", "χ²按lavaan默认公式计算，即χ²=N·F。"))
    sentences.append(
      Wording("Fit was judged by the customary cut-offs", "拟合优度按惯用标准判断") + cite(.hu1999, .browne1993)
        + Wording(", which are conventions and no laws", "，该类标准仅为惯例") + cite(.marsh2004) + Wording(".", "。"))
    add(sentences)
  }

  private mutating func mediation() {
    guard !file.mediations.isEmpty, result.mediation.value != nil else { return }
    guard options.bootstrapDraws > 0 else {
      add([
        Wording("Indirect effects were tested with delta-method errors.", "间接效应采用Delta法标准误检验。")
      ])
      return
    }
    let level = brief(options.confidenceLevel * 100)
    let kind: Wording =
      switch options.bootstrapInterval {
      case .percentile: Wording("percentile", "百分位")
      case .bca: Wording("bias-corrected and accelerated", "偏差校正加速（BCa）")
      default: Wording("bias-corrected", "偏差校正")
      }
    add([
      Wording(
        "Indirect effects were tested with \(options.bootstrapDraws) bootstrap draws (seed \(options.seed))",
        "间接效应采用Bootstrap法检验，重复抽样\(options.bootstrapDraws)次（随机种子\(options.seed)）") + cite(.preacher2008)
        + Wording(" by ", "，以") + kind + Wording(" \(level)% intervals", "\(level)%置信区间") + cite(.efron1987)
        + Wording(".", "判断。")
        + Wording(" The kind of mediation was told from both effects", "中介类型由间接与直接效应共同判定") + cite(.zhao2010)
        + Wording(".", "。")
    ])
  }

  private mutating func groups() {
    guard let comparison = result.groups.value else { return }
    let isStructural = file.isStructural
    let english = comparison.groups.map { "\($0.label.english) (n = \($0.count))" }.joined(separator: ", ")
    let chinese = comparison.groups.map { "\($0.label.chinese)（n=\($0.count)）" }.joined(separator: "、")
    add([
      Wording(
        "Groups were compared in AMOS's order of nested models\(isStructural ? ", and path by path with critical ratios for differences" : ""): \(english).",
        "多群组比较按AMOS的嵌套模型顺序进行\(isStructural ? "，并以参数差异临界比逐条比较路径" : "")：\(chinese)。")
    ])
  }
}
