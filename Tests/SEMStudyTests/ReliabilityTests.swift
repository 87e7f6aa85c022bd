import Foundation
import SEM
import SEMNumerics
import SEMStudy
import Testing

@Suite struct ReliabilityTests {
  @Test(arguments: P2P.constructs) func asPsychAndLavaan(_ construct: StudyConstruct) throws {
    let scale = try ScaleReliability(Reference.survey.get(), items: construct.itemCodes)
    let expected = try Reference.object("p2p_reliability", construct.code)
    func number(_ name: String) throws -> Double { try #require((expected[name] as? NSNumber)?.doubleValue) }
    func numbers(_ name: String) throws -> [Double] {
      try #require((expected[name] as? [NSNumber])?.map(\.doubleValue))
    }
    expectAllNear(
      [scale.alpha, scale.standardizedAlpha, scale.meanCorrelation],
      [try number("raw"), try number("std"), try number("meanr")], rounding)
    expectAllNear(scale.items.map { $0.correctedItemTotal ?? .nan }, try numbers("citc"), rounding)
    expectAllNear(scale.items.map { $0.alphaIfDeleted ?? .nan }, try numbers("deleted"), rounding)
    expectAllNear(scale.items.map { $0.squaredMultipleCorrelation ?? .nan }, try numbers("smc"), rounding)
    let interval = scale.alphaInterval()
    expectAllNear([interval.lowerBound, interval.upperBound], try numbers("feldt"), 1e-9)
    let model = try #require(scale.oneFactor)
    expectAllNear(
      [model.omega, model.compositeReliability, model.averageVarianceExtracted],
      [try number("omega"), try number("cr"), try number("ave")], otherOptimiser)
    expectAllNear(scale.items.map { $0.loading ?? .nan }, try numbers("loadings"), otherOptimiser)
    #expect(!model.isImproper && !model.hasEqualLoadings && scale.reversedItems.isEmpty)
  }

  /// As printed by psych for the study: α, item-total correlations, α if deleted.
  @Test(arguments: [
    ("PU", 0.842, [0.675, 0.720, 0.694, 0.614], [0.799, 0.780, 0.791, 0.825]),
    ("FB", 0.779, [0.640, 0.655, 0.553], [0.674, 0.657, 0.768]),
  ]) func asPrinted(_ code: String, _ alpha: Double, _ totals: [Double], _ deleted: [Double]) throws {
    let construct = try #require(P2P.constructs.first { $0.code == code })
    let scale = try ScaleReliability(Reference.survey.get(), items: construct.itemCodes)
    #expect(abs(scale.alpha - alpha) < printed3)
    for (item, (total, without)) in zip(scale.items, zip(totals, deleted)) {
      #expect(abs((item.correctedItemTotal ?? 0) - total) < printed3)
      #expect(abs((item.alphaIfDeleted ?? 0) - without) < printed3)
    }
  }

  /// Two items with equal loadings: the model reproduces both variances and the covariance, and ω is α.
  @Test func twoItems() throws {
    let scale = try ScaleReliability(Reference.survey.get(), items: ["PU1", "PU2"])
    let model = try #require(scale.oneFactor)
    #expect(model.hasEqualLoadings)
    #expect(abs(model.omega - scale.alpha) < 1e-8)
    #expect(scale.items.allSatisfy { $0.alphaIfDeleted == nil })
  }

  @Test func oneItemHasNone() throws {
    let error = #expect(throws: StudyError.self) {
      try ScaleReliability(Reference.survey.get(), items: ["PU1"])
    }
    #expect(error?.code == .tooFewItems)
    #expect(throws: StudyError.self) { try ScaleReliability(Reference.survey.get(), items: []) }
  }

  @Test func reversedItemIsFoundAndLeft() throws {
    let table = try Reference.survey.get()
    var columns = try ["TR1", "TR2", "TR3", "TR4"].map { ($0, try table.numericColumn($0)) }
    columns[2].1 = columns[2].1.map { 6 - $0 }
    let scale = try ScaleReliability(
      DataTable(columns: columns.map { (name: $0.0, values: $0.1) }), items: columns.map(\.0))
    #expect(scale.reversedItems == ["TR3"])
    #expect((scale.items[2].correctedItemTotal ?? 0) < 0 && (scale.items[2].loading ?? 0) < 0)
    #expect(scale.alpha < 0.5)
    // Two of four: item-total correlations are negative on both sides, loadings tell them apart.
    columns[3].1 = columns[3].1.map { 6 - $0 }
    columns.append(("sum", zip(columns[0].1, try table.numericColumn("PU1")).map { $0 + $1 }))
    let mixed = try ScaleReliability(
      DataTable(columns: columns.map { (name: $0.0, values: $0.1) }), items: columns.map(\.0))
    #expect(mixed.reversedItems == ["TR3", "TR4"])
  }

  @Test func constantAndUnknownItems() throws {
    let table = try DataTable(columns: [("a", [1, 2, 3, 4]), ("b", [2, 2, 2, 2])])
    let constant = #expect(throws: StudyError.self) { try ScaleReliability(table, items: ["a", "b"]) }
    #expect(constant?.code == .constantItem)
    let unknown = #expect(throws: StudyError.self) { try ScaleReliability(table, items: ["a", "z"]) }
    #expect(unknown?.code == .unknownColumn)
  }

  /// A sum that is constant has no reliability; one that is constant without an item has no item-total correlation there.
  @Test func mirroredItems() throws {
    let a: [Double] = [1, 2, 3, 4, 5, 3]
    let table = try DataTable(columns: [
      ("a", a), ("b", a.map { 6 - $0 }), ("c", [1, 3, 2, 5, 4, 4]),
    ])
    let error = #expect(throws: StudyError.self) { try ScaleReliability(table, items: ["a", "b"]) }
    #expect(error?.code == .unavailable)
    let scale = try ScaleReliability(table, items: ["a", "b", "c"])
    #expect(scale.items[2].correctedItemTotal == nil && scale.items[2].alphaIfDeleted == nil)
    #expect(scale.oneFactor == nil && scale.oneFactorReason?.contains("y1") == false)
  }

  @Test func pairwiseAlphaAsPsych() throws {
    let scale = try ScaleReliability(
      Reference.incomplete.get(), items: ["x1", "x2", "x3"], missing: .pairwise)
    #expect(abs(scale.alpha - (try Reference.number("hsm_alpha", "raw"))) < rounding)
  }

  /// Draws do not depend on threads; the interval is near Feldt's, whose assumptions hold well here.
  @Test func bootstrap() throws {
    let items = ["PU1", "PU2", "PU3", "PU4"]
    let table = try Reference.survey.get()
    let one = try AlphaBootstrap(table, items: items, draws: 400, seed: 7, threads: 1)
    #expect(one == (try AlphaBootstrap(table, items: items, draws: 400, seed: 7, threads: 3)))
    #expect(one != (try AlphaBootstrap(table, items: items, draws: 400, seed: 8)))
    let feldt = try ScaleReliability(table, items: items).alphaInterval()
    #expect(one.interval.contains(one.alpha))
    let width = feldt.upperBound - feldt.lowerBound
    #expect(abs(one.interval.lowerBound - feldt.lowerBound) < bootstrapNearness * width)
    #expect(abs(one.interval.upperBound - feldt.upperBound) < bootstrapNearness * width)
  }

  /// Half of the rows agree perfectly, the others not at all: draws must come from all of them.
  @Test func bootstrapDrawsAllRows() throws {
    var stream = RandomStream(seed: 2)
    let first = (0..<200).map { _ in stream.normal() }
    let second = (0..<200).map { $0 < 100 ? stream.normal() : first[$0] }
    let table = try DataTable(columns: [("a", first), ("b", second)])
    let result = try AlphaBootstrap(table, items: ["a", "b"], draws: 200)
    #expect(result.interval.contains(result.alpha))
    #expect(result.interval.lowerBound > 0.4 && result.interval.upperBound < 0.85)
  }

  /// Answers on five points and 400 draws: the ends agree to about a tenth of the width.
  private let bootstrapNearness = 0.3
}
