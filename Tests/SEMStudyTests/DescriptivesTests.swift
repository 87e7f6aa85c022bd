import Foundation
import SEM
import SEMNumerics
import SEMStudy
import Testing

@testable import SEMStudy

@Suite struct DescriptivesTests {
  @Test(arguments: ["p2p", "hsm"]) func itemsAsPsychDescribesThem(_ data: String) throws {
    let table = data == "p2p" ? try Reference.survey.get() : try Reference.incomplete.get()
    let names = data == "p2p" ? Reference.items : Reference.tests9
    let items = try ItemDescriptives(table, items: names).items
    let key = data + "_descriptives"
    expectAllNear(items.map { Double($0.count) }, try Reference.numbers(key, "n"), 0)
    expectAllNear(items.map { $0.mean ?? .nan }, try Reference.numbers(key, "mean"), rounding)
    expectAllNear(items.map { $0.standardDeviation ?? .nan }, try Reference.numbers(key, "sd"), rounding)
    for (convention, type) in [(ShapeConvention.amos, "1"), (.spss, "2")] {
      expectAllNear(
        items.map { $0.skewness(convention)?.value ?? .nan }, try Reference.numbers(key, "skew" + type),
        rounding)
      expectAllNear(
        items.map { $0.kurtosis(convention)?.value ?? .nan }, try Reference.numbers(key, "kurt" + type),
        rounding)
    }
  }

  /// SPSS prints .129 and .256 for n = 360, whatever the answers; AMOS's ratio is value / √(6/n).
  @Test func standardErrors() throws {
    let item = try #require(try ItemDescriptives(Reference.survey.get(), items: ["PU1"]).items.first)
    #expect(abs((item.skewness(.spss)?.standardError ?? 0) - 0.129) < printed3)
    #expect(abs((item.kurtosis(.spss)?.standardError ?? 0) - 0.256) < printed3)
    let skewness = try #require(item.skewness(.amos))
    #expect(abs(skewness.criticalRatio - skewness.value * (360.0 / 6).squareRoot()) < rounding)
    let kurtosis = try #require(item.kurtosis(.amos))
    #expect(abs(kurtosis.criticalRatio - kurtosis.value * (360.0 / 24).squareRoot()) < rounding)
  }

  @Test func fewAndConstantAnswers() throws {
    let table = try DataTable(columns: [
      ("empty", [.nan, .nan, .nan]), ("one", [.nan, 3, .nan]), ("constant", [4, 4, 4]),
      ("varied", [1, 2, 4]),
    ])
    let items = try ItemDescriptives(table, items: ["empty", "one", "constant", "varied"]).items
    #expect(
      items[0].count == 0 && items[0].missingCount == 3 && items[0].mean == nil && items[0].minimum == nil)
    #expect(items[1].mean == 3 && items[1].standardDeviation == nil && items[1].skewness(.amos) == nil)
    #expect(
      items[2].standardDeviation == 0 && items[2].skewness(.amos) == nil && items[2].kurtosis(.spss) == nil)
    #expect(items[3].skewness(.spss) != nil && items[3].kurtosis(.spss) == nil)
    #expect(throws: StudyError.self) { try ItemDescriptives(table, items: ["nobody"]) }
  }

  @Test func frequencies() throws {
    let table = try DataTable([
      DataTable.Column(name: "size", values: [10, 2, 2, .nan, 1]),
      DataTable.Column(name: "行业", texts: ["制造", "服务", "制造", nil, "服务"]),
    ])
    let size = try FrequencyTable(table, variable: "size")
    #expect(size.categories.map(\.value) == ["1", "2", "10"])
    #expect(size.categories.map(\.count) == [1, 2, 1])
    #expect(size.categories.map(\.cumulativeShare) == [0.25, 0.75, 1])
    #expect(size.missingCount == 1 && size.count == 4)
    #expect(try FrequencyTable(table, variable: "行业").categories.map(\.value) == ["制造", "服务"])
  }

  /// psych takes covariances of divisor N - 1, Mardia of divisor N.
  @Test(arguments: ["p2p", "hs"]) func mardiaAsPsych(_ data: String) throws {
    let test =
      data == "p2p"
      ? try MardiaTest(Reference.survey.get(), items: Reference.items, unbiased: true)
      : try MardiaTest(Reference.holzinger.get(), items: Reference.tests9, unbiased: true)
    let key = data + "_mardia"
    expectAllNear(
      [
        test.skewness, test.kurtosis, test.skewnessChiSquare, test.correctedSkewnessChiSquare,
        test.kurtosisCriticalRatio, test.skewnessPValue, test.correctedSkewnessPValue, test.kurtosisPValue,
      ],
      try ["b1p", "b2p", "skew", "smallSkew", "kurtosis", "pSkew", "pSmall", "pKurt"].map {
        try Reference.number(key, $0)
      }, 1e-8)
    let plain = try MardiaTest(
      data == "p2p" ? Reference.survey.get() : Reference.holzinger.get(), items: test.items)
    let factor = Double(test.count) / Double(test.count - 1)
    expectAllNear(
      [plain.skewness, plain.kurtosis, plain.outliers[0].distance],
      [
        test.skewness * factor * factor * factor, test.kurtosis * factor * factor,
        test.outliers[0].distance * factor,
      ], 1e-9)
  }

  /// Both sums are the same number, and no linear map of the items changes it.
  @Test func mardiaByPairsAndByMoments() throws {
    var stream = RandomStream(seed: 5)
    var z = Matrix(rowCount: 4, columnCount: 30)
    stream.fillNormal(&z.elements)
    let pairs = MardiaTest.skewness(z, overPairs: true)
    #expect(abs(pairs - MardiaTest.skewness(z, overPairs: false)) < rounding * pairs)
    let rows = z.transposed
    let mixed = rows * Matrix(rows: [[2, 0, 0, 1], [0, 1, 3, 0], [0, 0, -1, 0], [0.5, 0, 0, 1]])
    func test(_ matrix: Matrix) throws -> MardiaTest {
      try MardiaTest(
        DataTable(columns: (0..<4).map { ("y\($0)", matrix.column($0).map { $0 + 7 }) }),
        items: (0..<4).map { "y\($0)" })
    }
    let (plain, transformed) = (try test(rows), try test(mixed))
    #expect(abs(plain.skewness - transformed.skewness) < 1e-9)
    #expect(abs(plain.kurtosis - transformed.kurtosis) < 1e-9)
    expectAllNear(plain.outliers.map(\.distance), transformed.outliers.map(\.distance), 1e-9)
    // The mean squared distance is p with divisor N.
    #expect(abs(plain.outliers.reduce(0) { $0 + $1.distance } / 30 - 4) < rounding)
  }

  /// p2 of the k-th case is a tail of the binomial distribution, summed here term by term.
  @Test func outlierProbabilities() throws {
    let test = try MardiaTest(Reference.holzinger.get(), items: Reference.tests9)
    let n = 301
    for k in [1, 2, 7] {
      let outlier = test.outliers[k - 1]
      var tail = 1.0
      var term = pow(1 - outlier.p1, Double(n))
      for j in 0..<k {
        tail -= term
        term *= Double(n - j) / Double(j + 1) * outlier.p1 / (1 - outlier.p1)
      }
      #expect(abs(outlier.p2 - tail) < 1e-9)
    }
    #expect(test.outliers.first?.distance ?? 0 > test.outliers.last?.distance ?? .infinity)
  }

  @Test func mardiaRefuses() throws {
    let values: [Double] = [1, 2, 3, 5, 4, 2]
    let table = try DataTable(columns: [
      ("a", values), ("b", values.map { 2 * $0 }), ("c", [1, 0, 1, 0, 0, 1]), ("k", [1, 1, 1, 1, 1, 1]),
    ])
    let collinear = #expect(throws: StudyError.self) { try MardiaTest(table, items: ["a", "b"]) }
    #expect(collinear?.code == .unavailable)
    let constant = #expect(throws: StudyError.self) { try MardiaTest(table, items: ["a", "k"]) }
    #expect(constant?.code == .constantItem)
    let few = try table.selecting(rows: [0, 1, 2])
    let tooFew = #expect(throws: StudyError.self) { try MardiaTest(few, items: ["a", "c", "b"]) }
    #expect(tooFew?.code == .tooFewCases)
  }

  @Test func pairwiseMomentsAsR() throws {
    let moments = try ItemMoments(Reference.incomplete.get(), items: Reference.tests9, missing: .pairwise)
    expectAllNear(
      moments.correlation.elements, try Reference.matrix("hsm_pairwise", "cor").elements, rounding)
    expectAllNear(moments.covariance.elements, try Reference.matrix("hsm_pairwise", "cov").elements, rounding)
  }

  /// With nothing missing all three treatments agree.
  @Test(arguments: MissingAnswers.allCases) func treatmentsAgreeOnCompleteData(_ missing: MissingAnswers)
    throws
  {
    let moments = try ItemMoments(Reference.holzinger.get(), items: Reference.tests9, missing: missing)
    let expected = try Reference.holzingerMoments.get()
    #expect(moments.count == 301)
    expectAllNear(moments.covariance.elements, expected.covariance.elements, 1e-8)
  }
}
