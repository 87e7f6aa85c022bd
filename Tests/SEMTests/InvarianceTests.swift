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
        .configural, .metric, .scalar, .strict, .latentVariances, .latentCovariances, .latentMeans,
      ])
    #expect(ladder.steps.map(\.fit.degreesOfFreedom) == [48, 54, 60, 69, 72, 75, 78])
  }

  /// χ² and df of the steps by lavaan 0.6-14: `cfa` or `sem` of the model with `group = "school"`, `group.equal` = the
  /// equalities up to the step, `missing = "listwise"` or `"ml"`, `fitMeasures(fit, c("chisq", "df"))`.
  static let lavaanLadders: [(text: String, file: String, steps: [(InvarianceLevel, Double, Int)])] = [
    (
      InferenceModels.threeFactors, "HolzingerSwineford1939.csv",
      [
        (.configural, 115.851343876, 48), (.metric, 124.043544180, 54), (.scalar, 164.102830925, 60),
        (.strict, 181.511345230, 69), (.latentVariances, 184.238093667, 72),
        (.latentCovariances, 187.387500544, 75), (.latentMeans, 226.946172981, 78),
      ]
    ),
    (
      InferenceModels.threeFactors, "hs-missing.csv",
      [
        (.configural, 127.549895313, 48), (.metric, 132.665335202, 54), (.scalar, 165.268237926, 60),
        (.strict, 184.389173906, 69), (.latentVariances, 187.468370788, 72),
        (.latentCovariances, 190.123198143, 75), (.latentMeans, 231.298180678, 78),
      ]
    ),
    (
      paths, "HolzingerSwineford1939.csv",
      [
        (.configural, 115.851343870, 48), (.metric, 124.043544177, 54), (.scalar, 164.102830927, 60),
        (.strict, 181.511345236, 69), (.regressions, 186.595929556, 72),
        (.latentVariances, 187.387500547, 75), (.latentMeans, 226.946172988, 78),
      ]
    ),
    (
      paths, "hs-missing.csv",
      [
        (.configural, 127.549895315, 48), (.metric, 132.665335206, 54), (.scalar, 165.268237927, 60),
        (.strict, 184.389173898, 69), (.regressions, 188.810576018, 72),
        (.latentVariances, 190.123198141, 75), (.latentMeans, 231.298180681, 78),
      ]
    ),
  ]
  private static let paths = InferenceModels.threeFactors + "\ntextual ~ visual\nspeed ~ visual + textual"
  /// lavaan's search stops at relative changes of 1e-10 of F: χ² is good to eight digits or so.
  private static let optimizer = 1e-8

  @Test(arguments: lavaanLadders.indices) func laddersAgreeWithLavaan(_ index: Int) throws {
    let (text, file, expected) = Self.lavaanLadders[index]
    var options = MeasurementInvariance.Options()
    options.levels = InvarianceLevel.allCases
    if file.contains("missing") { options.fit.missing = .fullInformation }
    let ladder = try MeasurementInvariance(
      Model(text, preset: .sem), table: DataFixture.table(file), group: "school", options: options)
    #expect(ladder.steps.map(\.level) == expected.map(\.0))
    for (step, (level, chiSquare, degrees)) in zip(ladder.steps, expected) {
      let own = step.fit.chiSquare.statistic
      #expect((own - chiSquare).magnitude < Self.optimizer * chiSquare, "\(level): \(own)")
      #expect(step.fit.degreesOfFreedom == degrees, "\(level)")
    }
  }

  /// A latent mean that is to be equal is 0 in all groups; its score test foretells its release, and the release happens.
  @Test func latentMeansAreReleased() throws {
    let ladder = try ladder {
      $0.levels = [.configural, .metric, .scalar, .latentMeans]
      $0.releases = true
    }
    #expect(ladder.steps[3].released.contains("textual~1"))
    #expect(
      ladder.steps[3].fit.degreesOfFreedom == ladder.steps[2].fit.degreesOfFreedom + 3
        - ladder.steps[3].released.count)
    var options = MeasurementInvariance.Options()
    options.levels = [.metric, .scalar, .latentMeans]
    let equal = try MeasurementInvariance(
      Model(InferenceModels.threeFactors, preset: .cfa),
      table: DataFixture.table("HolzingerSwineford1939.csv"), group: "school", options: options)
    let last = equal.steps[2]
    let worst = try #require(last.scoreTests.first)
    #expect(worst.element == "textual~1" && worst.statistic.degreesOfFreedom == 1)
    var model = ModelOptions()
    model.groupEqual = [.loadings, .intercepts, .means]
    model.groupPartial = [worst.element]
    let released = try Model(InferenceModels.threeFactors, preset: .cfa, options: model)
      .fit(to: DataFixture.table("HolzingerSwineford1939.csv"), group: "school")
    let fall = last.fit.chiSquare.statistic - released.chiSquare.statistic
    #expect((0.8...1.25).contains(worst.statistic.statistic / fall))
    let mean = try #require(
      released.table.rows.indices.last {
        released.table.rows[$0].op == .intercept && released.table.rows[$0].lhs == "textual"
      })
    #expect((0.8...1.25).contains(worst.expectedDifferences[0] / released.rowValues[mean]))
  }

  /// Releasing every equality of a step gives the step before.
  @Test func releasingAllGivesTheStepBefore() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let steps = try ladder().steps
    var options = ModelOptions()
    options.groupEqual = [.loadings]
    options.groupPartial = steps[1].scoreTests.map(\.element)
    let released = try Model(InferenceModels.threeFactors, preset: .cfa, options: options)
      .fit(to: table, group: "school")
    #expect(released.degreesOfFreedom == steps[0].fit.degreesOfFreedom)
    #expect((released.chiSquare.statistic - steps[0].fit.chiSquare.statistic).magnitude < 1e-9)
    #expect(released.nesting(in: steps[0].fit) == .equivalent)
  }

  /// Two groups that are copies of one sample: every equality holds exactly, and the estimates are those of one group.
  @Test func twoEqualGroupsEqualOne() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let names = (1...9).map { "x\($0)" }
    var columns: [(name: String, values: [Double])] = []
    for name in names {
      let values = try table.numericColumn(name)
      columns.append((name, values + values))
    }
    let n = table.rowCount
    columns.append(("copy", [Double](repeating: 1, count: n) + [Double](repeating: 2, count: n)))
    let double = try DataTable(columns: columns)
    var one = ModelOptions()
    one.meanStructure = true
    let single = try Model(InferenceModels.threeFactors, preset: .cfa, options: one).fit(to: table)
    var options = MeasurementInvariance.Options()
    options.levels = InvarianceLevel.allCases
    let ladder = try MeasurementInvariance(
      Model(InferenceModels.threeFactors, preset: .cfa), table: double, group: "copy", options: options)
    for step in ladder.steps {
      #expect((step.fit.chiSquare.statistic - 2 * single.chiSquare.statistic).magnitude < 1e-7)
      #expect(step.verdict?.holds != false)
      #expect(step.scoreTests.allSatisfy { $0.statistic.statistic < 1e-8 })
      for (row, value) in zip(step.fit.table.rows, step.fit.rowValues) {
        let other = try #require(
          single.table.rows.firstIndex { $0.lhs == row.lhs && $0.op == row.op && $0.rhs == row.rhs })
        #expect((value - single.rowValues[other]).magnitude < 1e-6, "\(row.lhs)\(row.op)\(row.rhs)")
      }
    }
    // With all equal, as many parameters as in one group, and errors smaller by √2.
    let last = try #require(ladder.steps.last)
    #expect(last.fit.parameterCount == single.parameterCount)
    let (a, b) = (
      try last.fit.estimateCovariance().standardErrors, try single.estimateCovariance().standardErrors
    )
    #expect(zip(a, b).allSatisfy { (($0 ?? .nan) * 2.0.squareRoot() - ($1 ?? 0)).magnitude < 1e-7 })
  }

  /// From covariance matrices the ladder is that from rows.
  @Test func fromCovarianceMatrices() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let names = (1...9).map { "x\($0)" }
    let data = try GroupedData(table, variables: names, groupVariable: "school")
    let fit = try Model(InferenceModels.threeFactors, preset: .cfa).fit(
      to: data.groups.map(\.moments), groupLabels: data.labels)
    let rows = try Model(InferenceModels.threeFactors, preset: .cfa).fit(to: table, group: "school")
    #expect((fit.chiSquare.statistic - rows.chiSquare.statistic).magnitude < 1e-9)
    #expect(fit.table == rows.table)
    let one = try Model(InferenceModels.threeFactors, preset: .cfa)
    #expect(throws: SEMError.self) {
      try one.fit(to: data.groups.map(\.moments), groupLabels: ["a"])
    }
    #expect(throws: SEMError.self) {
      try one.fit(to: data.groups.map(\.moments), groupLabels: ["a", "a"])
    }
    var bare = data.groups.map(\.moments)
    bare[1].mean = nil
    #expect(throws: SEMError.self) { try one.fit(to: bare) }
    bare[0].mean = nil
    // Without means no mean structure, as in lavaan.
    #expect(try one.fit(to: bare).table.hasMeanStructure == false)
    #expect(throws: SEMError.self) { try one.fit(to: [SampleMoments]()) }
  }

  @Test func holm() {
    let holm = MultiplicityControl.holm
    #expect(holm.adjusted([0.01, 0.04, 0.03, 0.005]) == [0.03, 0.06, 0.06, 0.02])
    #expect(holm.adjusted([]) == [])
    #expect(holm.adjusted([0.9, 0.8]) == [1, 1])
    // R 4.2: p.adjust(c(0.01, 0.04, 0.03, 0.005), "BH").
    let other = MultiplicityControl.benjaminiHochberg.adjusted([0.01, 0.04, 0.03, 0.005])
    #expect(zip(other, [0.02, 0.04, 0.04, 0.02]).allSatisfy { ($0 - $1).magnitude < 1e-15 })
  }
}
