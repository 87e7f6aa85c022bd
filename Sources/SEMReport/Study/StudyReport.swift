internal import SEM
public import SEMStudy

/// The report of a study: its results in the order in which papers print them.
public struct StudyReport: Sendable {
  /// What is reported.
  public let result: StudyResult

  /// Makes the report of a result.
  public init(_ result: StudyResult) { self.result = result }

  var file: StudyFile { result.study.file }
  var cutoffs: StudyCutoffs { file.options.cutoffs }

  /// The report as a value.
  public var document: Document {
    var style = DocumentStyle()
    if file.options.convention == .amos { style.smallProbability = .stars }
    return Document(
      title: file.title, notice: file.notice, sections: sections.filter { !$0.blocks.isEmpty },
      provenance: provenance, style: style)
  }

  private var sections: [Document.Section] {
    let methods = StudyMethods(result)
    let body = body(methods)
    let references = methods.references(body.flatMap(\.blocks).flatMap(\.citingTexts))
    return body + [
      Document.Section(
        id: "references", title: Wording("References", "参考文献"),
        blocks: references.isEmpty ? [] : [.list(references.map { Wording($0) })])
    ]
  }

  private func body(_ methods: StudyMethods) -> [Document.Section] {
    [
      Document.Section(
        id: "remarks", title: Wording("Read this first", "重要提示"), blocks: warnings.map { .warning($0) }),
      Document.Section(
        id: "methods", title: Wording("Methods", "研究方法"), blocks: methods.paragraphs.map { .paragraph($0) }),
      data, reliability, exploration, measurement, discriminant, commonMethod, fit, paths, modification,
      effects, mediation, groups,
      hypotheses, questions,
      model,
    ]
  }

  private var figures: StudyFigures { StudyFigures(result) }

  // MARK: Answers

  private var data: Document.Section {
    section("data", Wording("Sample and items", "样本与题项描述")) {
      part(result.respondents, Wording("The description of the sample", "样本描述")) { tables in
        let properties = file.data.respondents
        let names = Dictionary(
          properties.map { ($0.column, name(of: $0)) }, uniquingKeysWith: { first, _ in first })
        let labels = Dictionary(
          properties.map { property in
            (
              property.column,
              Dictionary(
                property.labels.map { ($0.value, $0.label) }, uniquingKeysWith: { first, _ in first })
            )
          }, uniquingKeysWith: { first, _ in first })
        return [.table(.sample(tables, names: names, labels: labels))]
      }
      part(result.items, Wording("The item statistics", "题项描述统计")) { items in
        var table = items.table(
          convention: .amos, normality: result.normality.value)
        if !file.data.reversed.isEmpty {
          let list = file.data.reversed.map(\.text)
          table.notes.append(
            Wording(
              "After mirroring: \(list.joined(separator: ", ")).",
              "反向题为反向计分后的结果：\(list.joined(separator: "、"))。"))
        }
        return [.table(table)]
      }
      part(result.normality, Wording("Multivariate normality", "多元正态性")) { [.table($0.table())] }
      part(result.missing, Wording("The summary of missing answers", "缺失值")) {
        $0.missingCount == 0 ? [] : [.table($0.table())]
      }
      part(result.quality, Wording("The check of answers", "答卷质量")) { [.table($0.table())] }
    }
  }

  /// A control or property under the name that it has anywhere in the study.
  private func name(of property: StudyControl) -> Wording {
    let own = property.name
    return own == Wording(property.code) ? file.name(of: property.code) : own
  }

  private var reliability: Document.Section {
    section("reliability", Wording("Reliability", "信度分析")) {
      result.reliability.isEmpty
        ? []
        : [
          .table(
            .reliability(
              zip(file.constructs, result.reliability).map { construct, part in
                DocumentTable.ReliabilityRow(
                  construct.label, part.value, reason: part.error.map { Wording($0.message) })
              }, cutoffs: cutoffs, level: file.options.confidenceLevel))
        ]
    }
  }

  private var exploration: Document.Section {
    section("exploration", Wording("Exploratory factor analysis", "探索性因子分析")) {
      part(result.adequacy, Wording("KMO and Bartlett's test", "KMO与Bartlett检验")) {
        [.table($0.table(cutoffs: cutoffs))]
      }
      part(result.parallel, Wording("Parallel analysis", "平行分析")) { [.table($0.table())] }
      figures.scree.map { [.figure($0)] } ?? []
      part(result.exploration, Wording("The exploratory factor analysis", "探索性因子分析")) { analysis in
        var blocks: [Document.Block] = [
          .table(analysis.varianceTable()), .table(analysis.loadingTable(hidingBelow: cutoffs.loading)),
        ]
        if analysis.options.rotation.isOblique, analysis.factorCount > 1 {
          blocks.append(.table(analysis.correlationTable()))
        }
        return blocks
      }
    }
  }

  // MARK: Measurement

  private var measurement: Document.Section {
    section("validity", Wording("Measurement model and convergent validity", "测量模型与收敛效度")) {
      part(result.measurement, Wording("The measurement model", "测量模型")) {
        [.table($0.table(cutoffs: cutoffs))]
      }
      figures.measurement.map { [.figure($0)] } ?? []
    }
  }

  private var discriminant: Document.Section {
    section("discriminant", Wording("Discriminant validity", "区分效度")) {
      part(result.fornellLarcker, Wording("Fornell and Larcker's criterion", "Fornell-Larcker准则")) {
        $0.codes.count > 1 ? [.table($0.table())] : []
      }
      part(result.heterotraitMonotrait, Wording("HTMT", "HTMT")) { ratios in
        [.table(ratios.table(cutoffs: cutoffs))]
          + (ratios.intervalTable(cutoffs: cutoffs).map { [.table($0)] } ?? [])
      }
      part(result.factorModels, Wording("The comparison of factor models", "竞争模型比较")) { [.table($0.table())] }
    }
  }

  private var commonMethod: Document.Section {
    section("common-method", Wording("Common method bias", "共同方法偏差")) {
      part(result.commonMethod, Wording("The checks of common method bias", "共同方法偏差检验")) {
        [.table($0.table(cutoffs: cutoffs))]
      }
    }
  }

  // MARK: Structure

  private var fit: Document.Section {
    section("fit", Wording("Model fit", "模型拟合")) {
      part(result.fit, Wording("Model fit", "模型拟合")) { [.table($0.table()), .table($0.criteriaTable())] }
    }
  }

  private var paths: Document.Section {
    section("paths", Wording("Paths and hypotheses", "路径系数与假设检验")) {
      part(result.paths, Wording("The paths", "路径系数")) {
        [.table($0.table()), .table($0.explainedTable(name: file.name(of:)))]
      }
      [figures.structure, figures.paths].compactMap { $0 }.map { .figure($0) }
    }
  }

  private var modification: Document.Section {
    section("modification", Wording("Modification indices", "模型修正")) {
      part(result.modification, Wording("The modification indices", "修正指数")) { [.table($0.table())] }
      figures.residuals.map { [.figure($0)] } ?? []
    }
  }

  private var effects: Document.Section {
    section("effects", Wording("Direct, indirect and total effects", "效应分解")) {
      part(result.effects, Wording("The effects", "效应分解")) { [.table($0.table())] }
    }
  }

  private var mediation: Document.Section {
    section("mediation", Wording("Mediation", "中介效应")) {
      part(result.mediation, Wording("The mediations", "中介效应")) { table in
        [.table(table.table())] + (table.contrastTable().map { [.table($0)] } ?? [])
      }
      figures.distributions.map { .figure($0) }
    }
  }

  // MARK: Groups and summary

  private var groups: Document.Section {
    section("groups", Wording("Comparison of groups", "多群组比较")) {
      part(result.groups, Wording("The comparison of groups", "多群组比较")) {
        [.table($0.table()), .table($0.changesTable())]
      }
      part(result.groupPaths, Wording("The paths of the groups", "各组路径")) { [.table($0.table())] }
      part(result.equalLoadingsPaths, Wording("The paths of the groups with equal loadings", "测量权重等同时的各组路径"))
      {
        [.table($0.table())]
      }
    }
  }

  private var hypotheses: Document.Section {
    section("hypotheses", Wording("Summary of hypotheses", "假设检验结果汇总")) {
      part(result.hypotheses, Wording("The summary of hypotheses", "假设检验汇总")) { [.table($0.table())] }
    }
  }

  // MARK: Questionnaire and model

  private var questions: Document.Section {
    section("questionnaire", Wording("Questionnaire", "测量题项")) {
      file.items.contains { $0.wording != nil } ? [.table(questionTable)] : []
    }
  }

  private var questionTable: DocumentTable {
    let reversed = Set(file.data.reversed.map(\.text))
    var rows: [DocumentTable.Row] = []
    for construct in file.constructs {
      for (index, item) in construct.items.enumerated() {
        rows.append(
          DocumentTable.Row([
            index == 0 ? .text(construct.label) : .empty, .text(Wording(item.code)),
            .text(item.wording ?? ""),
            .text(reversed.contains(item.code) ? Wording("yes", "是") : ""),
          ]))
      }
    }
    var columns: [DocumentTable.Column] = [
      .init("construct", Wording("Construct", "构念")), .init("item", Wording("Item", "题项")),
      .init("wording", Wording("Wording", "题目")), .init("reversed", Wording("Reversed", "反向题")),
    ]
    if reversed.isEmpty {
      columns.removeLast()
      rows = rows.map { DocumentTable.Row(Array($0.cells.dropLast())) }
    }
    return DocumentTable(
      id: "questionnaire", title: Wording("Constructs and items", "构念与题项"), columns: columns, rows: rows)
  }

  private var model: Document.Section {
    section("model", Wording("Model", "模型语法")) {
      [
        .paragraph(
          Wording(
            "The model in lavaan's syntax; other programs can repeat the analysis with it.",
            "以lavaan语法书写的模型，可供其他软件复核。")),
        .code(file.structuralModel ?? file.measurementModel),
      ]
    }
  }

  // MARK: Pieces

  private func section(
    _ id: String, _ title: Wording, @DocumentBlocks _ blocks: () -> [Document.Block]
  ) -> Document.Section {
    Document.Section(id: id, title: title, blocks: blocks())
  }

  /// The blocks of a part, or why there is none.
  private func part<Value: Sendable>(
    _ part: StudyPart<Value>, _ name: Wording, _ blocks: (Value) -> [Document.Block]
  ) -> [Document.Block] {
    switch part {
    case .computed(let value): blocks(value)
    case .unavailable(let error):
      [.warning(name + Wording(": ", "：") + Wording(error.message + (error.hint.map { " " + $0 } ?? "")))]
    case .notAsked: []
    }
  }

  /// What a reader must not miss, with lines of the study file.
  public var warnings: [Wording] {
    result.study.notes.map { note in
      let place = note.place.map { Wording(" (line \($0.line) of the study file)", "（研究文件第\($0.line)行）") }
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

/// Joins lists of blocks.
@resultBuilder
enum DocumentBlocks {
  static func buildExpression(_ blocks: [Document.Block]) -> [Document.Block] { blocks }
  static func buildBlock(_ parts: [Document.Block]...) -> [Document.Block] { parts.flatMap(\.self) }
}

extension Document.Block {
  /// The texts that may cite a work: notes and descriptions, and the texts of cells.
  fileprivate var citingTexts: [Wording] {
    switch self {
    case .table(let table):
      table.notes
        + table.rows.flatMap(\.cells).compactMap {
          if case .text(let wording) = $0.content { wording } else { nil }
        }
    case .figure(let figure): figure.notes + [figure.description]
    case .paragraph, .warning, .list, .code: []
    }
  }
}
