internal import SEM
internal import SEMNumerics
internal import SEMStudy

/// The figures of a study: path diagrams and charts in the words of a language.
struct StudyFigures {
  let result: StudyResult
  private var file: StudyFile { result.study.file }

  init(_ result: StudyResult) { self.result = result }

  /// Eigenvalues beside those of random data.
  var scree: DocumentFigure? {
    guard let analysis = result.exploration.value else { return nil }
    let random = result.parallel.value?.components.map(\.percentile) ?? []
    return figure(
      "scree", Wording("Scree plot", "碎石图"),
      Wording(
        "Eigenvalues in falling order; \(analysis.factorCount) factors are retained.",
        "特征值由大到小排列，保留\(analysis.factorCount)个因子。"),
      notes: random.isEmpty
        ? [] : [Wording("Random data: 95th percentile of the parallel analysis.", "随机数据：平行分析的第95百分位数。")]
    ) { language in
      ScreeChart(
        eigenvalues: analysis.eigenvalues, simulated: random, retained: analysis.factorCount,
        words: language == .chinese ? .chinese : ScreeChart.Words()
      ).drawing()
    }
  }

  /// The measurement model with standardised loadings and correlations.
  var measurement: DocumentFigure? {
    guard let fit = result.measurement.value?.fit else { return nil }
    return diagram(
      "diagram-measurement", fit, Wording("Measurement model, standardised", "测量模型标准化路径图"),
      showsIndicators: true)
  }

  /// The structural model without its indicators.
  var structure: DocumentFigure? {
    guard let fit = result.structure.value else { return nil }
    return diagram(
      "diagram-structure", fit, Wording("Structural model, standardised", "结构模型标准化路径图"),
      showsIndicators: false)
  }

  private func diagram(
    _ id: String, _ fit: FittedModel, _ title: Wording, showsIndicators: Bool
  ) -> DocumentFigure? {
    guard let summary = try? FitSummary(fit) else { return nil }
    var options = DiagramOptions()
    options.showsIndicators = showsIndicators
    options.showsStars = !showsIndicators
    options.showsRSquared = !showsIndicators
    options.decimals = 3
    if showsIndicators { options.decimals = 2 }
    options.covariances = .estimated
    let shown = options
    let names = file.constructs.map { ($0.code, $0.name) } + file.controls.map { ($0.code, $0.name) }
    let make: @Sendable (StudyLanguage) -> PathDiagram = { language in
      var options = shown
      for (code, name) in names where name[language] != code { options.labels[code] = name[language] }
      return PathDiagram(summary, options: options)
    }
    var notes = [Wording("Dashed: not significant at 0.05.", "虚线表示在0.05水平上不显著。")]
    if options.showsStars {
      notes.append(Wording("* p < 0.05, ** p < 0.01, *** p < 0.001.", "* p<0.05，** p<0.01，*** p<0.001。"))
    }
    return DocumentFigure(
      id: id, title: title, description: Wording(make(.english).summary, make(.chinese).summary),
      notes: notes,
      tikz: { make($0).drawing().tikzPicture }, svg: { make($0).drawing().svg })
  }

  /// The standardised paths with their intervals.
  var paths: DocumentFigure? {
    guard let fit = result.structure.value, let table = result.paths.value,
      let covariance = try? fit.estimateCovariance(file.options.convention)
    else { return nil }
    let estimates = fit.standardizedEstimates(.all, covariance)
    let rows = table.paths.compactMap { path -> ForestPlot.Row? in
      let line = estimates.first {
        $0.parameter.op == .regression && $0.parameter.lhs == path.to && $0.parameter.rhs == path.from
      }
      guard let line, let estimate = line.estimate, let lower = line.lower, let upper = line.upper else {
        return nil
      }
      let id = path.hypothesis.map { $0.id + "  " } ?? ""
      return ForestPlot.Row(label: id + path.arrow, estimate: estimate, lower: lower, upper: upper)
    }
    guard !rows.isEmpty else { return nil }
    let level = brief(fit.options.confidenceLevel * 100)
    return figure(
      "paths-forest", Wording("Standardised paths with intervals", "标准化路径系数及置信区间"),
      Wording("Each path with its \(level)% interval.", "各路径的标准化系数与\(level)%置信区间。"),
      notes: [Wording("Filled points: the interval excludes 0.", "实心点：置信区间不含0。")]
    ) { language in
      ForestPlot(
        rows: rows,
        horizontal: Wording("Standardised coefficient, \(level)% interval", "标准化系数与\(level)%置信区间")[language]
      ).drawing()
    }
  }

  /// The bootstrap distributions of the indirect effects, at most six.
  var distributions: [DocumentFigure] {
    guard let table = result.mediation.value, let kind = table.verdictKind else { return [] }
    return table.lines.filter { !$0.draws.isEmpty }.prefix(6).enumerated().map { place, line in
      let chain = line.chain.joined(separator: " → ")
      let interval = line.indirect[kind]
      return figure(
        "bootstrap-\(place + 1)", Wording("Bootstrap distribution of \(chain)", "间接效应\(chain)的Bootstrap分布"),
        Wording("A histogram of \(line.draws.count) draws.", "\(line.draws.count)次重复抽样的直方图。"),
        notes: [
          Wording("Dark: inside the interval. Line: the estimate.", "深色：置信区间以内；竖线：点估计。")
        ]
      ) { language in
        BootstrapHistogram(
          draws: line.draws, estimate: line.indirect.estimate, lower: interval?.lower, upper: interval?.upper,
          horizontal: Wording("Indirect effect", "间接效应")[language], vertical: Wording("Draws", "频数")[language]
        ).drawing()
      }
    }
  }

  /// The residual correlations of the main model.
  var residuals: DocumentFigure? {
    guard let fit = result.mainFit, let residuals = fit.residualMoments().first else { return nil }
    let matrix = residuals.correlation
    let rows = residuals.variables.indices.map { row in residuals.variables.indices.map { matrix[row, $0] } }
    return figure(
      "residuals", Wording("Residual correlations", "残差相关矩阵"),
      Wording(
        "Sample less model; the colour is full at 0.1, which is customary for a large residual (Kline 2016).",
        "样本相关减模型隐含相关；颜色在绝对值0.1处达到最深，通常视为较大残差（Kline，2016）。")
    ) { language in
      ResidualHeatMap(
        variables: residuals.variables, residuals: rows, title: "",
        showsValues: residuals.variables.count <= 12
      ).drawing()
    }
  }

  private func figure(
    _ id: String, _ title: Wording, _ description: Wording, notes: [Wording] = [],
    _ drawing: @escaping @Sendable (StudyLanguage) -> Drawing
  ) -> DocumentFigure {
    DocumentFigure(
      id: id, title: title, description: description, notes: notes, tikz: { drawing($0).tikzPicture },
      svg: { drawing($0).svg })
  }
}
