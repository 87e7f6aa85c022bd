import Foundation
import SEMNumerics
import Testing

@testable import SEM

/// Scaled differences of test statistics.
@Suite struct DifferenceTestTests {
  /// lavaan 0.6-14 stops its search at 1e-10 of F, which leaves six or seven digits in the scaling factors.
  static let oracleTolerance = 2e-5
  /// satorra.2000 of MLR with restricted means differs from the fourth digit on; lavaan's observed information there comes
  /// from differences of gradients.
  static let observedTolerance = 5e-4

  struct Case: Sendable, Decodable, CustomTestStringConvertible {
    var id: String
    var data: String
    var estimator: String
    var group: String
    var equal_larger: String
    var equal_smaller: String
    var partial_larger: String
    var larger: String
    var smaller: String
    var expect: [String: [Double]]
    var testDescription: String { id }

    /// The two fits, the less restricted one first.
    func fits() throws -> (larger: FittedModel, smaller: FittedModel) {
      func fit(_ text: String, _ equal: String, _ partial: String) throws -> FittedModel {
        var options = ModelOptions()
        for name in equal.split(separator: ",") {
          options.groupEqual.insert(try #require(GroupEquality(rawValue: String(name))))
        }
        options.groupPartial = partial.split(separator: ",").map(String.init)
        return try Model(text, preset: .cfa, options: options).fit(
          to: DataFixture.table(data), group: group.isEmpty ? nil : group,
          options: FitOptions(try #require(EstimatorPreset(estimator))))
      }
      return (try fit(larger, equal_larger, partial_larger), try fit(smaller, equal_smaller, ""))
    }
  }

  private struct Fixture: Decodable {
    var cases: [Case]
  }

  static let cases: [Case] = {
    guard let path = try? DataFixture.path("difference-tests.json"),
      let bytes = FileManager.default.contents(atPath: path)
    else { return [] }
    return (try? JSONDecoder().decode(Fixture.self, from: bytes))?.cases ?? []
  }()

  @Test func fixtureIsThere() { #expect(Self.cases.count == 14) }

  @Test(arguments: cases) func agreesWithLavaan(_ item: Case) throws {
    let (larger, smaller) = try item.fits()
    for (name, expected) in item.expect {
      let method = try #require(DifferenceTest(rawValue: name))
      let difference = try smaller.difference(from: larger, method)
      let tolerance =
        item.id == "MLR scalar, means free" && method == .satorra2000
        ? Self.observedTolerance : Self.oracleTolerance
      #expect(
        (difference.statistic / expected[0] - 1).magnitude < tolerance,
        "\(item.id) \(name): \(difference.statistic), lavaan \(expected[0])")
      #expect(difference.degreesOfFreedom == Int(expected[1]))
    }
  }

  /// At one point U₀ - U₁ is the matrix of the restrictions: the factor of 2010 is tr(KB)/m of Satorra (2000) there.
  @Test(arguments: cases.filter { $0.estimator == "MLM" }) func twoRoadsToOneFactor(_ item: Case) throws {
    let (larger, smaller) = try item.fits()
    let image = try #require(smaller.embedding(in: larger).image)
    let scaled = try smaller.difference(from: larger, .satorraBentler2010)
    // The image in place of the larger model: traces at θ₁*.
    let direct = try smaller.difference(from: image, .satorra2000, image: image)
    let (a, b) = (try #require(scaled.meanScaling), try #require(direct.meanScaling))
    #expect((a / b - 1).magnitude < 1e-6, "\(item.id): \(a), \(b)")
    #expect(a > 0)
  }

  /// Normal-theory Γ has all eigenvalues 1: with normal data all methods approach the plain difference.
  @Test func normalDataNeedNoScaling() throws {
    let population = try InferenceModels.fitThreeFactors()
    let sigma = try #require(population.matrices(ofBlock: 0)).observedCovariance
    var stream = RandomStream(seed: 5, stream: 1)
    let rows = try MultivariateNormalSampler(covariance: sigma).sample(count: 4000, using: &stream)
    let names = population.table.blocks[0].observed
    let table = try DataTable(columns: names.enumerated().map { ($1, rows.column($0)) })
    let options = FitOptions(try #require(EstimatorPreset("MLM")))
    let larger = try Model(InferenceModels.threeFactors, preset: .cfa).fit(to: table, options: options)
    let smaller = try Model(
      "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + b*x5 + b*x6\nspeed =~ x7 + x8 + x9", preset: .cfa
    ).fit(to: table, options: options)
    for method in DifferenceTest.allCases where method != .standard {
      let factor = try #require(try smaller.difference(from: larger, method).scalingFactor)
      #expect((factor - 1).magnitude < 0.1, "\(method) \(factor)")
    }
  }

  @Test func itselfIsZero() throws {
    let (larger, _) = try #require(Self.cases.first).fits()
    for method in DifferenceTest.allCases {
      let difference = try larger.difference(from: larger, method)
      #expect(difference.statistic == 0 && difference.degreesOfFreedom == 0 && difference.pValue == nil)
    }
  }

  @Test func refusals() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let three = try InferenceModels.fitThreeFactors()
    let other = try Model("a =~ x1 + x2 + x3 + x4\nb =~ x5 + x6 + x7 + x8 + x9", preset: .cfa).fit(to: table)
    #expect(throws: InferenceError.self) { try other.difference(from: three, .satorra2000) }
    #expect(throws: InferenceError.self) { try other.difference(from: three, .satorraBentler2010) }
    let moments = try SampleMoments(table, variables: three.table.blocks[0].observed)
    let one = try Model("g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9", preset: .cfa).fit(to: moments)
    let bare = try Model(InferenceModels.threeFactors, preset: .cfa).fit(to: moments)
    #expect(throws: InferenceError.self) { try one.difference(from: bare, .satorraBentler2001) }
    #expect(try one.difference(from: bare, .standard).degreesOfFreedom == 3)
    let comparison = ModelComparison(fits: [("a", bare), ("b", one)], method: .satorra2000)
    #expect(comparison.steps[0].pValue == nil && comparison.steps[0].remark?.contains("rows") == true)
  }

  /// The usual method follows the tests of the fits.
  @Test(arguments: [
    ("ML", DifferenceTest.standard), ("MLM", .satorraBentler2001), ("MLR", .satorraBentler2001),
    ("MLMV", .satorra2000), ("MLMVS", .satorra2000),
  ])
  func usualMethod(_ estimator: String, _ method: DifferenceTest) throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let options = FitOptions(try #require(EstimatorPreset(estimator)))
    let three = try Model(InferenceModels.threeFactors, preset: .cfa).fit(to: table, options: options)
    let apart = try Model(InferenceModels.threeFactors + "\nvisual ~~ 0*speed", preset: .cfa)
      .fit(to: table, options: options)
    let comparison = ModelComparison(fits: [("three", three), ("apart", apart)])
    #expect(comparison.steps[0].method == method && comparison.steps[0].nesting == .nested)
    #expect(comparison.steps[0].scalingFactor == nil || method != .standard)
  }
}
