internal import SEM
public import SEMStudy

/// The report of a study: its results in the order in which papers print them.
public struct StudyReport: Sendable {
  /// What is reported.
  public let result: StudyResult

  /// Makes the report of a result.
  public init(_ result: StudyResult) { self.result = result }

  var file: StudyFile { result.study.file }

  /// The report as a value.
  public var document: Document {
    var style = DocumentStyle()
    if file.options.convention == .amos { style.smallProbability = .stars }
    return Document(
      title: file.title, notice: file.notice, sections: sections, provenance: provenance, style: style)
  }

  private var sections: [Document.Section] {
    [overview].filter { !$0.blocks.isEmpty }
  }

  private var overview: Document.Section {
    Document.Section(
      id: "overview", title: Wording("Overview", "概览"), blocks: warnings.map { .warning($0) })
  }

  /// What a reader must not miss, with lines of the study file.
  public var warnings: [Wording] {
    result.study.notes.map { note in
      let place = note.place.map { Wording(" (line \($0.line) of the study file)", "(研究文件第\($0.line)行)") }
      return note.message + (place ?? "")
    }
  }

  var provenance: [Document.Provenance] {
    let options = file.options
    var lines = [
      Document.Provenance("software", Wording("Software", "软件"), "\(Software.name) \(Software.version)"),
      Document.Provenance("data", Wording("Data file", "数据文件"), file.data.file),
    ]
    if let digest = result.study.dataDigest {
      lines.append(Document.Provenance("data_sha256", Wording("SHA-256 of the data", "数据文件SHA-256"), digest))
    }
    lines += [
      Document.Provenance("convention", Wording("Convention", "计算惯例"), options.convention.rawValue),
      Document.Provenance("estimator", Wording("Estimator", "估计方法"), options.estimator),
      Document.Provenance("missing", Wording("Missing values", "缺失值处理"), options.missing.rawValue),
      Document.Provenance(
        "bootstrap_draws", Wording("Bootstrap draws", "Bootstrap次数"), "\(options.bootstrapDraws)"),
      Document.Provenance("seed", Wording("Seed", "随机种子"), "\(options.seed)"),
    ]
    return lines
  }
}
