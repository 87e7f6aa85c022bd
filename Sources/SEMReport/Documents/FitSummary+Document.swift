public import SEM
internal import SEMStudy

extension FitSummary {
  /// What a report shows beyond the summary.
  public struct DocumentContents: Sendable {
    /// The model as its user wrote it; empty for the syntax of the parameter table.
    public var model = ""
    /// Effects that were asked for.
    public var effects: EffectTable?
    /// Bootstrap and Monte Carlo intervals that were asked for.
    public var resampling: [BootstrapReport] = []
    /// Where the figures come from: data file, options.
    public var provenance: [Document.Provenance] = []
    /// Pictures that stand after the model.
    public var figures: [DocumentFigure] = []
    /// How figures are printed.
    public var style = DocumentStyle()

    /// Nothing.
    public init() {}
  }

  /// The summary as a report: warnings, model, methods, fit, estimates, and what was asked for besides.
  public func document(_ contents: DocumentContents = DocumentContents()) -> Document {
    var methods = methods(style: contents.style)
    for report in contents.resampling { methods.references += report.references }
    if contents.effects != nil { methods.references.append(.sobel1982) }
    if modificationTable != nil { methods.references.append(.sorbom1989) }
    var sections: [Document.Section] = []
    func add(_ id: String, _ title: Wording, _ blocks: [Document.Block]) {
      if !blocks.isEmpty { sections.append(Document.Section(id: id, title: title, blocks: blocks)) }
    }
    add("warnings", Wording("Warnings", "警告"), warnings.map { .warning($0.wording) })
    add("methods", Wording("Methods", "方法"), [.paragraph(methods.paragraph)])
    let syntax = contents.model.isEmpty ? fit.table.syntax : contents.model
    add("model", Wording("Model", "模型"), contents.figures.map { .figure($0) } + [.code(syntax)])
    if showsTests { add("fit", Wording("Fit", "模型拟合"), [.table(fitTable)]) }
    add(
      "estimates", Wording("Estimates", "参数估计"),
      [.paragraph(estimateNote)] + estimateTables.map { .table($0) })
    add(
      "r-squared", Wording("Explained variance", "解释方差"),
      [explainedVarianceTable].compactMap(\.self).map { .table($0) })
    add(
      "constraints", Wording("Constraints", "参数约束"), [constraintTable].compactMap(\.self).map { .table($0) })
    let groups = fit.table.blocks.map(\.groupLabel)
    add(
      "effects", Wording("Effects", "效应分解"),
      [contents.effects].compactMap(\.self).map { .table($0.table(groups: groups)) })
    add("resampling", Wording("Resampling", "重抽样"), contents.resampling.map { .table($0.table) })
    add(
      "modification", Wording("Modification indices", "修正指数"),
      [modificationTable].compactMap(\.self).map { .table($0) })
    add("residuals", Wording("Residuals", "残差"), residualTables.map { .table($0) })
    if let references = methods.references.section { sections.append(references) }
    return Document(
      title: Wording("Structural equation model", "结构方程模型分析报告"), sections: sections,
      provenance: contents.provenance + ownProvenance, style: contents.style)
  }

  /// What a reader must know to read the tables of estimates.
  private var estimateNote: Wording {
    let errors =
      showsStandardErrors
      ? Wording("Fixed values have no standard errors. ", "固定参数没有标准误。")
      : Wording("There are no standard errors. ", "没有标准误。")
    return errors
      + Wording(
        "Std.lv: with latent variables of unit variance; Std.all: with all variables of unit variance.",
        "Std.lv：潜变量方差为1时的值；标准化值：所有变量方差为1时的值。")
  }

  private var ownProvenance: [Document.Provenance] {
    [
      .init("software", Wording("Software", "软件"), "\(Software.name) \(Software.version)"),
      .init("data_fingerprint", Wording("Fingerprint of the sample", "样本指纹"), fit.dataFingerprint),
      .init("status", Wording("Status", "解的状态"), status.rawValue),
    ]
  }
}
