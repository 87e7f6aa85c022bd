import Foundation
import SEM
import SEMNumerics
import SEMStudy
import Testing

@testable import SEMReport

/// Tables of descriptives, data quality, reliability and factor analyses.
@Suite struct StudyStatisticsTableTests {
  private static let survey = Result {
    try DataTable(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Examples/Data/p2p-survey.csv").path)
  }
  private let constructs = [("TR", ["TR1", "TR2", "TR3", "TR4"]), ("FB", ["FB1", "FB2", "FB3"])]
  private var items: [String] { constructs.flatMap(\.1) }

  private func value(_ table: DocumentTable, _ row: Int, _ column: String) throws -> DocumentCell {
    table.rows[row].cells[try #require(table.columns.firstIndex { $0.id == column })]
  }

  private func requireBothLanguages(_ table: DocumentTable) {
    let ids = table.columns.map(\.id)
    #expect(Set(ids).count == ids.count && (ids + [table.id]).allSatisfy { $0.allSatisfy(\.isASCII) })
    for text in [table.title] + table.notes {
      #expect(text[.chinese] != text[.english] && text[.chinese].contains { !$0.isASCII })
    }
  }

  @Test func sampleAndItems() throws {
    let data = try Self.survey.get()
    let sample = DocumentTable.sample(
      [try FrequencyTable(data, variable: "SIZE")], names: ["SIZE": Wording("Firm size", "企业规模")],
      labels: ["SIZE": ["1": Wording("below 20", "20人以下")]])
    #expect(sample.id == "sample" && sample.rows.count == 4)
    #expect(sample.rows[0].cells[1] == .text(Wording("below 20", "20人以下")))
    let described = try ItemDescriptives(data, items: items)
    let mardia = try MardiaTest(data, items: items)
    let table = described.table(normality: mardia)
    requireBothLanguages(table)
    #expect(table.id == "items" && table.rows.count == 8 && table.rows[7].role == .total)
    #expect(try value(table, 0, "mean") == .number(described.items[0].mean))
    #expect(try value(table, 0, "min") == .integer(1))
    #expect(try value(table, 7, "kurtosis_cr") == .number(mardia.kurtosisCriticalRatio))
    let worded = described.table(names: ["TR1": Wording("They are honest", "平台诚实")])
    #expect(try value(worded, 0, "wording") == .text(Wording("They are honest", "平台诚实")))
    requireBothLanguages(mardia.table())
    #expect(mardia.outlierTable(limit: 5).rows.count == 5)
  }

  @Test func qualityAndMissing() throws {
    let table = try DataTable(columns: [
      ("a", [1, 2, 9, .nan, 1]), ("b", [1, 3, 2, 4, 1]), ("c", [1, 1, 4, 2, 1]),
    ])
    let missing = try MissingSummary(table, items: ["a", "b", "c"]).table()
    requireBothLanguages(missing)
    #expect(missing.rows.count == 4)
    #expect(try value(missing, 0, "missing") == .integer(1))
    #expect(try value(missing, 3, "missing") == .integer(1))
    let quality = try ResponseQuality(table, items: ["a", "b", "c"], scale: 1...5).table()
    requireBothLanguages(quality)
    #expect(
      quality.rows.map { $0.cells[2].content } == [
        .integer(1), .integer(2), .integer(0), .integer(2), .integer(1),
      ])
    #expect(try value(quality, 0, "rows") == .text(Wording("3")))
  }

  @Test func reliability() throws {
    let data = try Self.survey.get()
    var rows = try constructs.map {
      DocumentTable.ReliabilityRow(Wording($0.0), try ScaleReliability(data, items: $0.1))
    }
    rows.append(.init("SIZE", nil, reason: Wording("one item", "单一题项")))
    let table = DocumentTable.reliability(rows)
    requireBothLanguages(table)
    #expect(table.id == "reliability" && table.rows.count == 8)
    #expect(try value(table, 0, "alpha") == .number(rows[0].reliability?.alpha))
    #expect(try value(table, 1, "alpha") == .empty)
    // α of FB would rise without FB3? No: 0.768 against 0.779.
    #expect(try !value(table, 6, "alpha_deleted").isFlagged)
    #expect(try value(table, 7, "alpha") == .number(nil))
    #expect(table.notes.contains { $0[.english] == "SIZE: one item" })
  }

  @Test func factors() throws {
    let moments = try ItemMoments(Self.survey.get(), items: items)
    let adequacy = try SamplingAdequacy(moments)
    requireBothLanguages(adequacy.table())
    #expect(try value(adequacy.table(), 0, "value") == .number(adequacy.overall))
    #expect(adequacy.itemTable().rows.count == 7)
    let parallel = try ParallelAnalysis(moments, draws: 20).table()
    requireBothLanguages(parallel)
    #expect(parallel.columns.count == 7 && parallel.rows.count == 7)
    for rotation in [FactorRotation.varimax, .quartimin, .none] {
      let analysis = try ExploratoryFactorAnalysis(
        moments, factorCount: 2, options: FactorOptions(.maximumLikelihood, rotation))
      let loadings = analysis.loadingTable()
      requireBothLanguages(loadings)
      #expect(loadings.rows.count == 7 && loadings.columns.count == 4)
      #expect(loadings.notes.contains { $0[.english].hasPrefix("Test of 2 factors: χ² = ") })
      if rotation != .none {
        let first = analysis.sortedPlaces[0]
        #expect(try value(loadings, 0, "f1") == .number(analysis.loadings[first, 0], bold: true))
        #expect(try value(loadings, 0, "f2") == .empty)
      }
      #expect(analysis.loadingTable(hidingBelow: 0).rows.allSatisfy { !$0.cells.contains(.empty) })
      let variance = analysis.varianceTable()
      requireBothLanguages(variance)
      #expect(variance.rows.count == 7 && variance.columns.count == (rotation == .none ? 7 : 10))
      #expect(analysis.structureTable().rows.count == 7)
      #expect(try value(analysis.correlationTable(), 0, "f2") == .empty)
    }
  }
}
