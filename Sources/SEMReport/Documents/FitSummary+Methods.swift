internal import SEM
internal import SEMStudy

extension FitSummary {
  /// How the model was estimated and how well it fits, in sentences with the actual figures and the works cited.
  ///
  /// - Parameter style: How figures are printed.
  public func methods(style: DocumentStyle = DocumentStyle()) -> MethodsText {
    var text = MethodsText()
    addEstimation(to: &text)
    addCases(to: &text)
    let free = fit.parameterCount
    let df = fit.degreesOfFreedom
    text.add(
      Wording(
        "The model has \(TextNumber.count(free, "free parameter")) and \(TextNumber.count(df, "degree")) of freedom.",
        "模型有\(free)个自由参数，自由度为\(df)。"))
    guard showsTests else {
      text.add(
        status == .notConverged
          ? Wording(
            "The search did not converge, so that there is no fit to report.", "迭代未收敛，因此不报告拟合结果。")
          : Wording(
            "The model is not identified, so that there is no fit to report.", "模型无法识别，因此不报告拟合结果。"))
      return text
    }
    addFit(to: &text, style)
    return text
  }

  private func addEstimation(to text: inout MethodsText) {
    let (estimator, source) =
      switch fit.options.estimator {
      case .maximumLikelihood: (Wording("maximum likelihood (ML; ", "最大似然法（ML；"), Reference.joreskog1969)
      case .unweightedLeastSquares: (Wording("unweighted least squares (ULS; ", "未加权最小二乘法（ULS；"), .bollen1989)
      case .generalizedLeastSquares:
        (Wording("generalised least squares (GLS; ", "广义最小二乘法（GLS；"), .joreskogGoldberger1972)
      case .weightedLeastSquares: (Wording("weighted least squares (WLS; ", "加权最小二乘法（WLS；"), .browne1984)
      case .diagonallyWeightedLeastSquares:
        (Wording("diagonally weighted least squares (DWLS; ", "对角加权最小二乘法（DWLS；"), .bollen1989)
      }
    let software = "\(Software.name) \(Software.version)"
    let errors = errorWording
    text.references.append(source)
    if let reference = errors.reference { text.references.append(reference) }
    text.add(
      Wording("The model was estimated with \(software) by ", "使用\(software)，采用") + estimator
        + Wording(source.short) + Wording(")", "）估计模型") + errors.wording + Wording(".", "。"))
    if fit.options.usesUnbiasedCovariance {
      text.add(
        Wording(
          "The test statistic is (N − 1)F with the sample covariance matrix of divisor N − 1.",
          "检验统计量为（N − 1）F，样本协方差矩阵以N − 1为除数。"))
    }
    for test in tests {
      switch test.kind {
      case .satorraBentler:
        text.add(
          Wording(
            "The test is scaled for nonnormal data (\(Reference.satorraBentler1994.short)).",
            "检验统计量按非正态数据校正（\(Reference.satorraBentler1994.short)）。"), .satorraBentler1994)
      case .yuanBentler, .yuanBentlerMplus:
        text.add(
          Wording(
            "The test is scaled for nonnormal and missing data (\(Reference.yuanBentler2000.short)).",
            "检验统计量按非正态与缺失数据校正（\(Reference.yuanBentler2000.short)）。"), .yuanBentler2000)
      case .scaledShifted:
        text.add(
          Wording(
            "The test is scaled and shifted (\(Reference.asparouhovMuthen2010.short)).",
            "检验统计量经缩放与平移校正（\(Reference.asparouhovMuthen2010.short)）。"), .asparouhovMuthen2010)
      case .meanVarianceAdjusted:
        text.add(
          Wording(
            "The test is adjusted in mean and variance (\(Reference.satorraBentler1994.short)).",
            "检验统计量经均值与方差校正（\(Reference.satorraBentler1994.short)）。"), .satorraBentler1994)
      case .browneResidualADF, .browneResidualNT, .browneResidualNTModel:
        text.add(
          Wording(
            "A test based on residuals is given too (\(Reference.browne1984.short)).",
            "另给出基于残差的检验（\(Reference.browne1984.short)）。"), .browne1984)
      case .standard, .bollenStine: break
      }
    }
  }

  private var errorWording: (wording: Wording, reference: Reference?) {
    switch fit.options.effectiveStandardErrors {
    case .none: (Wording(" without standard errors", "，不计算标准误"), nil)
    case .standard:
      fit.options.information == .expected
        ? (Wording(", with standard errors from the expected information", "，标准误由期望信息矩阵得到"), nil)
        : (
          Wording(
            ", with standard errors from the \(fit.options.information.rawValue) information",
            fit.options.information == .observed ? "，标准误由观测信息矩阵得到" : "，标准误由一阶信息矩阵得到"), nil
        )
    case .firstOrder: (Wording(", with standard errors from first derivatives", "，标准误由一阶导数得到"), nil)
    case .robustSEM, .robustSEMNormal:
      (
        Wording(
          ", with robust standard errors (\(Reference.satorraBentler1994.short))",
          "，使用稳健标准误（\(Reference.satorraBentler1994.short)）"), .satorraBentler1994
      )
    case .robustHuberWhite:
      (
        Wording(
          ", with robust (sandwich) standard errors (\(Reference.huber1967.short))",
          "，使用稳健（三明治）标准误（\(Reference.huber1967.short)）"), .huber1967
      )
    case .robustCluster, .robustClusterSEM:
      (
        Wording(
          ", with standard errors robust to clustering (\(Reference.muthenSatorra1995.short))",
          "，使用对群集稳健的标准误（\(Reference.muthenSatorra1995.short)）"), .muthenSatorra1995
      )
    }
  }

  private func addCases(to text: inout MethodsText) {
    let blocks = fit.table.blocks
    if blocks.count > 1 {
      let groups = blocks.indices.map { "\(groupName(ofBlock: blocks[$0].number)) \(fit.moments[$0].count)" }
      text.add(
        Wording(
          "The data are \(fit.count) cases in \(blocks.count) groups (\(groups.joined(separator: ", "))).",
          "样本共\(fit.count)例，分为\(blocks.count)组（\(groups.joined(separator: "、"))）。"))
    }
    let isAlone = blocks.count == 1
    if !fit.incomplete.isEmpty {
      let patterns = fit.incomplete.reduce(0) { $0 + $1.patternCount }
      let isTwoStage = fit.options.missing == .twoStage
      let reference = isTwoStage ? Reference.yuanBentler2000 : .arbuckle1996
      text.add(
        Wording(
          (isAlone ? "The data are \(TextNumber.count(fit.count, "case")). " : "")
            + "Missing values (\(TextNumber.count(patterns, "pattern")) of observed values) were treated by "
            + (isTwoStage ? "two-stage estimation" : "full information maximum likelihood")
            + " (\(reference.short)).",
          (isAlone ? "样本量为\(fit.count)。" : "")
            + "缺失值（共\(patterns)种观测模式）采用" + (isTwoStage ? "两阶段估计" : "全息最大似然法（FIML）")
            + "处理（\(reference.short)）。"), reference)
    } else if fit.listwise.isEmpty {
      text.add(
        Wording(
          "The data are a covariance matrix of \(fit.count) cases.", "数据为\(fit.count)例样本的协方差矩阵。"))
    } else {
      let dropped = fit.listwise.reduce(0) { $0 + $1.droppedCount }
      let rows = fit.listwise.reduce(0) { $0 + $1.rowCount }
      if dropped > 0 {
        text.add(
          Wording(
            "\(fit.count) of \(rows) cases are complete; the others were left out (listwise deletion).",
            "\(rows)例中有\(fit.count)例无缺失值，其余按成列删除法剔除。"))
      } else if isAlone {
        text.add(Wording("The data are \(fit.count) cases without missing values.", "样本量为\(fit.count)，无缺失值。"))
      }
    }
  }

  private func addFit(to text: inout MethodsText, _ style: DocumentStyle) {
    func number(_ name: String) -> String { style.number(fitMeasures[name], 3) }
    let form = ["scaled", "robust"].first { fitMeasures["chisq.\($0)"] != nil }.map { "." + $0 } ?? ""
    let robust = fitMeasures["cfi.robust"] != nil ? ".robust" : fitMeasures["cfi" + form] != nil ? form : ""
    let freedom = fitMeasures["df" + form] ?? 0
    let df = style.number(freedom, freedom == freedom.rounded() ? 0 : 3)
    let plain = DocumentStyle(keepsLeadingZero: style.keepsLeadingZero)
    let p = plain.probability(fitMeasures["pvalue" + form])
    let test =
      "χ²(\(df)) = \(number("chisq" + form)), p \(p.hasPrefix("<") ? "< " + p.dropFirst() : "= " + p)"
    let level = TextNumber.percent(fitMeasures["rmsea.ci.level"] ?? 0.9)
    let interval = "[\(number("rmsea.ci.lower" + robust)), \(number("rmsea.ci.upper" + robust))]"
    let cfi = "CFI = \(number("cfi" + robust))"
    let tli = "TLI = \(number("tli" + robust))"
    let rmsea = "RMSEA = \(number("rmsea" + robust))"
    let srmr = "SRMR = \(number("srmr"))"
    guard fit.degreesOfFreedom > 0 else {
      text.add(
        Wording("With no degrees of freedom the model fits perfectly by construction.", "自由度为零，模型必然完全拟合。"))
      return
    }
    text.add(
      Wording(
        "Fit: \(test); \(cfi), \(tli); \(rmsea), \(level) interval \(interval); \(srmr)"
          + (robust.isEmpty ? "." : " (CFI, TLI and RMSEA \(robust.dropFirst()))."),
        "拟合结果：\(test)；\(cfi)，\(tli)；\(rmsea)，\(level.replacing(" ", with: ""))置信区间\(interval)；\(srmr)"
          + (robust.isEmpty ? "。" : "（CFI、TLI、RMSEA为\(robust == ".robust" ? "稳健" : "校正")值）。")),
      .bentler1990, .tuckerLewis1973, .steiger1990)
    addVerdicts(to: &text, robust)
  }

  /// What the criteria of Hu and Bentler (1999) say, measure by measure.
  private func addVerdicts(to text: inout MethodsText, _ robust: String) {
    let criteria: [(name: String, measure: String, limit: Double, isUpper: Bool)] = [
      ("CFI", "cfi" + robust, 0.95, false), ("TLI", "tli" + robust, 0.95, false),
      ("RMSEA", "rmsea" + robust, 0.06, true), ("SRMR", "srmr", 0.08, true),
    ]
    var met: [String] = []
    var missed: [String] = []
    for criterion in criteria {
      guard let value = fitMeasures[criterion.measure], value.isFinite else { continue }
      let isMet = criterion.isUpper ? value <= criterion.limit : value >= criterion.limit
      if isMet { met.append(criterion.name) } else { missed.append(criterion.name) }
    }
    guard !met.isEmpty || !missed.isEmpty else { return }
    func english(_ names: [String]) -> String {
      names.count < 2
        ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    }
    let parts = [
      met.isEmpty ? nil : english(met) + (met.count == 1 ? " meets it" : " meet them"),
      missed.isEmpty ? nil : english(missed) + (missed.count == 1 ? " does not" : " do not"),
    ].compactMap(\.self)
    let chinese = [
      met.isEmpty ? nil : met.joined(separator: "、") + "达到标准",
      missed.isEmpty ? nil : missed.joined(separator: "、") + "未达到标准",
    ].compactMap(\.self)
    text.add(
      Wording(
        "Customary criteria are CFI and TLI ≥ 0.95, RMSEA ≤ 0.06, SRMR ≤ 0.08 (\(Reference.huBentler1999.short)): "
          + parts.joined(separator: ", ")
          + ". They are conventions, no strict rules (\(Reference.marsh2004.short)).",
        "常用标准为CFI与TLI ≥ 0.95、RMSEA ≤ 0.06、SRMR ≤ 0.08（\(Reference.huBentler1999.short)）："
          + chinese.joined(separator: "，") + "。这些标准只是惯例，并非绝对准则（\(Reference.marsh2004.short)）。"),
      .huBentler1999, .marsh2004)
  }
}
