import SEM
import SEMStudy
import Testing

@Suite struct DataQualityTests {
  @Test func missingAnswersAreCounted() throws {
    let x = Double.nan
    let table = try DataTable(columns: [
      ("a", [1, x, 3, 4, x, 2]), ("b", [1, 2, 3, 4, x, 1]), ("c", [5, x, 3, 1, x, 2]),
    ])
    let summary = try MissingSummary(table, items: ["a", "b", "c"])
    #expect(summary.items.map(\.missingCount) == [2, 1, 2])
    #expect(summary.cases.map(\.missingAnswers) == [0, 2, 3])
    #expect(summary.cases.map(\.count) == [4, 1, 1])
    #expect(summary.completeCount == 4 && summary.missingCount == 5)
    #expect(summary.patterns.map(\.missing) == [[], ["a", "c"], ["a", "b", "c"]])
    #expect(abs(summary.share - 5.0 / 18) < rounding)
  }

  /// The formula in R with lavaan's saturated moments.
  @Test func littleWithLavaansMoments() throws {
    let summary = try MissingSummary(Reference.incomplete.get(), items: Reference.tests9)
    let test = try #require(summary.little)
    #expect(abs(test.statistic - (try Reference.number("hsm_mcar", "d2"))) < littleTolerance * test.statistic)
    #expect(Double(test.degreesOfFreedom) == (try Reference.number("hsm_mcar", "df")))
    #expect(Double(test.count) == (try Reference.number("hsm_mcar", "n")))
    #expect(Double(summary.patterns.count) == (try Reference.number("hsm_mcar", "patterns")))
  }
  /// lavaan's EM stops at changes of 1e-5 of the likelihood.
  private let littleTolerance = 1e-4

  @Test func littleWithoutMissingAnswers() throws {
    let summary = try MissingSummary(Reference.holzinger.get(), items: Reference.tests9)
    #expect(summary.little == nil && summary.littleReason == nil)
    #expect(summary.patterns.count == 1)
  }

  @Test func littleSaysWhyNot() throws {
    let table = try DataTable(columns: [("a", [1, .nan, 2]), ("b", [.nan, .nan, .nan])])
    let summary = try MissingSummary(table, items: ["a", "b"])
    #expect(summary.little == nil)
    #expect(summary.littleReason?.contains("b") == true)
  }

  @Test func oddAnswersRunsAndDuplicates() throws {
    let x = Double.nan
    let table = try DataTable(columns: [
      ("a", [1, 3, 6, 1, 2, x]), ("b", [2, 3, 2, 2, 2, x]), ("c", [2, 3, 3.5, 2, 3, x]),
      ("d", [5, 3, 1, 5, x, 4]),
    ])
    let quality = try ResponseQuality(table, items: ["a", "b", "c", "d"], scale: 1...5)
    #expect(quality.oddAnswers.map(\.item) == ["a", "c"])
    #expect(quality.oddAnswers.map(\.row) == [3, 3])
    #expect(quality.oddAnswers.map(\.isBetweenPoints) == [false, true])
    #expect(quality.straightLiners == [2])
    #expect(quality.cases.map(\.longestRun) == [2, 4, 1, 2, 2, 1])
    #expect(quality.duplicates.map(\.row) == [4] && quality.duplicates.map(\.original) == [1])
    #expect(quality.rows(withRunOf: 3) == [2])
    #expect(quality.cases[5].standardDeviation == nil)
    // Row 5: 2, 2, 3 with mean 7/3.
    #expect(abs((quality.cases[4].standardDeviation ?? 0) - (1.0 / 3).squareRoot()) < rounding)
    #expect(quality.rows(withDeviationUpTo: 0.6) == [2, 5])
    let own = try ResponseQuality(table, items: ["a", "b"], scale: 1...5, scales: ["a": 0...7])
    #expect(own.oddAnswers.isEmpty)
    #expect(try ResponseQuality(table, items: ["a"]).oddAnswers.isEmpty)
  }
}
