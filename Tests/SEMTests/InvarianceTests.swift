import Foundation
import Testing

@testable import SEM

@Suite struct InvarianceTests {
  private func ladder(_ change: (inout MeasurementInvariance.Options) -> Void = { _ in }) throws
    -> MeasurementInvariance
  {
    var options = MeasurementInvariance.Options()
    change(&options)
    return try MeasurementInvariance(
      Model(InferenceModels.threeFactors, preset: .cfa),
      table: DataFixture.table("HolzingerSwineford1939.csv"), group: "school", options: options)
  }

  /// The fit measures of a reference case.
  private func reference(_ id: String) throws -> [String: Double] {
    let data = try Data(contentsOf: URL(filePath: DataFixture.path("lavaan-reference.json")))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let cases = try #require(object["cases"] as? [[String: Any]])
    let found = try #require(cases.first { $0["id"] as? String == id })
    let measures = try #require(found["fit_measures"] as? [String: Any])
    return measures.compactMapValues { ($0 as? NSNumber)?.doubleValue }
  }

  /// Each step is lavaan's model with the same `group.equal`.
  @Test func stepsAgreeWithLavaan() throws {
    let ladder = try ladder()
    #expect(ladder.steps.map(\.level) == [.configural, .metric, .scalar, .strict])
    for step in ladder.steps {
      let expected = try reference("hs-groups-" + step.level.rawValue)
      for name in ["chisq", "df", "cfi", "rmsea", "srmr", "bic"] {
        let value = try #require(expected[name])
        let own = try #require(step.measures[name])
        #expect((own - value).magnitude < 1e-6 * max(1, value.magnitude), "\(step.level) \(name)")
      }
    }
    #expect(ladder.reached == .metric)
    let scalar = ladder.steps[2]
    let difference = try #require(scalar.difference)
    #expect(difference.degreesOfFreedom == 6 && (difference.chiSquare - 40.059).magnitude < 5e-4)
    #expect(scalar.verdict?.holds == false && scalar.verdict?.passesChiSquare == false)
    #expect(ladder.steps[1].verdict?.holds == true)
  }

  /// lavaan 0.6-14, `lavTestScore`, of the scalar model.
  @Test func scoreTestsAgreeWithLavaan() throws {
    let scalar = try ladder().steps[2]
    let expected = [
      ("x3~1", 19.193), ("x7~1", 15.021), ("x2~1", 6.863), ("x1~1", 5.847), ("x8~1", 4.710), ("x4~1", 2.139),
      ("x5~1", 1.563), ("x9~1", 1.498), ("x6~1", 0.032),
    ]
    #expect(scalar.scoreTests.map(\.element) == expected.map(\.0))
    for (test, value) in zip(scalar.scoreTests, expected) {
      #expect((test.statistic.statistic - value.1).magnitude < 5e-4 && test.statistic.degreesOfFreedom == 1)
    }
    #expect(scalar.suggestions.map(\.element) == ["x3~1", "x7~1"])
    // Holm: the second smallest of nine is multiplied by eight.
    let second = scalar.scoreTests[1]
    #expect(
      (try #require(second.adjustedPValue) - 8 * (try #require(second.statistic.pValue))).magnitude < 1e-12)
  }

  /// The statistic foretells what releasing brings, the expected difference what comes out.
  @Test func scoreTestsForetellTheRelease() throws {
    let scalar = try ladder().steps[2]
    let worst = try #require(scalar.scoreTests.first)
    var options = ModelOptions()
    options.groupEqual = [.loadings, .intercepts]
    options.groupPartial = [worst.element]
    let released = try Model(InferenceModels.threeFactors, preset: .cfa, options: options)
      .fit(to: DataFixture.table("HolzingerSwineford1939.csv"), group: "school")
    let fall = scalar.fit.chiSquare.statistic - released.chiSquare.statistic
    #expect((0.8...1.25).contains(worst.statistic.statistic / fall))
    let intercepts = released.table.rows.indices.filter {
      released.table.rows[$0].op == .intercept && released.table.rows[$0].lhs == "x3"
    }
    let difference = released.rowValues[intercepts[1]] - released.rowValues[intercepts[0]]
    #expect((0.8...1.25).contains(worst.expectedDifferences[0] / difference))
  }

  @Test func partialInvariance() throws {
    let ladder = try ladder { $0.releases = true }
    #expect(ladder.steps[2].released == ["x3~1", "x7~1"])
    #expect(ladder.steps[2].fit.degreesOfFreedom == 58)
    #expect(ladder.steps[2].verdict?.holds == true)
    // What is free stays free in later steps.
    #expect(ladder.steps[3].fit.degreesOfFreedom == 67)
    // lavaan's model with the same group.partial.
    #expect((ladder.steps[2].fit.chiSquare.statistic - 129.422).magnitude < 5e-4)
  }

  /// A step that makes nothing equal is left out.
  @Test func structuralSteps() throws {
    let ladder = try ladder { $0.levels = InvarianceLevel.allCases }
    #expect(
      ladder.steps.map(\.level) == [
        .configural, .metric, .scalar, .strict, .latentVariances, .latentMeans,
      ])
    #expect(ladder.steps.map(\.fit.degreesOfFreedom) == [48, 54, 60, 69, 75, 78])
  }

  @Test func holm() {
    #expect(FittedModel.holm([0.01, 0.04, 0.03, 0.005]) == [0.03, 0.06, 0.06, 0.02])
    #expect(FittedModel.holm([]) == [])
    #expect(FittedModel.holm([0.9, 0.8]) == [1, 1])
  }
}
