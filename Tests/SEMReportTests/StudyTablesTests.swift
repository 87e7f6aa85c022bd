import Foundation
import SEM
import SEMReport
import SEMStudy
import Testing

/// The tables of a study on part of the P2P survey: complete, finite, and readable in both languages.
@Suite struct StudyTablesTests {
  static let survey: Result<DataTable, any Error> = Result {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try DataTable(
      contentsOf: root.appendingPathComponent("Examples/Data/p2p-survey-two-groups.csv").path)
  }
  static let constructs: [StudyConstruct] = [
    construct("PU", "感知有用性", 4), construct("FI", "融资意愿", 3), construct("FB", "融资行为", 3),
  ]

  private static func construct(_ code: String, _ name: String, _ count: Int) -> StudyConstruct {
    StudyConstruct(
      code, name: Wording(code, name), items: (1...count).map { StudyItem("\(code)\($0)") })
  }
  static let model = """
    PU =~ PU1 + PU2 + PU3 + PU4
    FI =~ FI1 + FI2 + FI3
    FB =~ FB1 + FB2 + FB3
    FI ~ PU
    FB ~ FI + PU + SIZE
    """

  static let tables: Result<[DocumentTable], any Error> = Result {
    let data = try survey.get()
    let fit = try Model(model).fit(to: data)
    let measurement = try MeasurementModel(constructs: constructs, data: data, convention: .amos)
    var htmt = HeterotraitMonotrait.Options()
    htmt.draws = 20
    let ratios = try HeterotraitMonotrait(constructs, data: data, options: htmt)
    let indices = FitTable([
      FitTable.Model(Wording("Measurement model", "测量模型"), FitIndices(measurement.fit, convention: .amos)),
      FitTable.Model(Wording("Structural model", "结构模型"), FitIndices(fit, convention: .amos)),
    ])
    let paths = try PathTable(
      fit, hypotheses: [StudyHypothesis("H1", from: "PU", to: "FI", sign: .positive)], controls: ["SIZE"])
    var draws = BootstrapOptions()
    draws.draws = 20
    draws.jackknifeLimit = 20
    let mediation = try MediationTable(
      fit, mediations: [StudyMediation("H2", chain: ["PU", "FI", "FB"])], bootstrap: draws)
    let groups = try GroupComparison(Model(model), data: data, groups: StudyGroups("GROUP"))
    let tables: [DocumentTable?] = [
      measurement.table(), FornellLarcker(measurement).table(), ratios.table(), ratios.intervalTable(),
      try FactorModels(constructs, data: data).table(), try CommonMethodBias(measurement, data: data).table(),
      indices.table(), indices.criteriaTable(), paths.table(), paths.explainedTable(),
      try EffectMatrices(fit).table(), try EffectMatrices(fit).table(isStandardized: false),
      try ModificationTable(fit).table(), mediation.table(), mediation.contrastTable(), groups.table(),
      groups.changesTable(), try GroupPaths(groups).table(),
      try GroupPaths(groups, step: .measurementWeights).table(),
      HypothesisSummary(paths: paths, mediation: mediation).table(),
    ]
    return tables.compactMap(\.self)
  }

  @Test func identifiersAreStable() throws {
    let ids = try Self.tables.get().map(\.id)
    #expect(
      ids == [
        "measurement", "fornell-larcker", "htmt", "htmt-intervals", "competing-models", "common-method",
        "fit",
        "fit-criteria", "paths", "r-squared", "effects", "effects-raw", "modification", "mediation",
        "groups-ladder",
        "groups-changes", "groups-paths", "groups-paths-measurement-weights", "hypotheses",
      ])
  }

  /// Readers learn that free loadings of a method factor are weak evidence, and how many searches went astray.
  @Test func methodFactorIsWeakEvidence() throws {
    let data = try Self.survey.get()
    for constructs in [Self.constructs, Self.constructs.dropLast() + [Self.construct("SN", "社会规范", 3)]] {
      let bias = try CommonMethodBias(MeasurementModel(constructs: constructs, data: data), data: data)
      let notes = bias.table().notes
      let english = notes.map(\.english).joined(separator: "\n")
      let chinese = notes.map(\.chinese).joined(separator: "\n")
      for words in ["empirically underidentified", "weak evidence", "Chin, Thatcher and Wright 2012"] {
        #expect(english.contains(words))
      }
      for words in ["经验识别不足", "弱证据", "Chin、Thatcher和Wright，2012"] { #expect(chinese.contains(words)) }
      for model in bias.methodFactors {
        let (few, all) = (model.improperSearchCount, model.searchCount)
        let name = model.loadings == .free ? "Free loadings: " : "Equal loadings: "
        #expect(
          english.contains(
            name
              + "of \(all) searches from different starts, \(few) did not converge or ended in an improper solution."
          )
            == (few > 0))
        #expect(few == 0 || chinese.contains("从不同初值出发的\(all)次搜索中，\(few)次未收敛或得到不当解。"))
      }
    }
  }

  @Test func everyNumberIsFinite() throws {
    for table in try Self.tables.get() {
      #expect(Set(table.columns.map(\.id)).count == table.columns.count, "\(table.id)")
      #expect(table.columns.allSatisfy { $0.id.allSatisfy { $0.isASCII } })
      #expect(!table.rows.isEmpty || table.id == "modification", "\(table.id)")
      for cell in table.rows.flatMap(\.cells) {
        switch cell.content {
        case .number(let value, _), .probability(let value), .percent(let value, _),
          .starred(let value, _, _):
          #expect(value?.isFinite ?? true, "\(table.id)")
        case .interval(let lower, let upper, _):
          #expect((lower?.isFinite ?? true) && (upper?.isFinite ?? true), "\(table.id)")
        case .empty, .text, .integer, .verdict: break
        }
      }
    }
  }

  @Test func titlesAndNotesSpeakBothLanguages() throws {
    for table in try Self.tables.get() {
      #expect(table.title.english != table.title.chinese, "\(table.id)")
      for note in table.notes { #expect(note.english != note.chinese, "\(table.id): \(note.english)") }
    }
  }

  @Test func cellsHoldTheResults() throws {
    let tables = try Self.tables.get()
    let paths = try #require(tables.first { $0.id == "paths" })
    #expect(paths.rows[0].cells[1] == .text("FI <--- PU"))
    #expect(paths.rows.last?.cells[0] == .text(Wording("control", "控制变量")))
    let measurement = try #require(tables.first { $0.id == "measurement" })
    #expect(measurement.rows.count == 10)
    #expect(measurement.rows[0].cells[2] == .number(1))
    #expect(measurement.rows[0].cells[3] == .empty && measurement.rows[1].cells[3] != .empty)
    let ladder = try #require(tables.first { $0.id == "groups-ladder" })
    #expect(ladder.rows.count == 6)
    let larcker = try #require(tables.first { $0.id == "fornell-larcker" })
    for index in 0..<3 {
      #expect(larcker.rows[index].cells[index + 1].isBold)
      for column in (index + 1)..<3 { #expect(larcker.rows[index].cells[column + 1] == .empty) }
    }
  }
}
