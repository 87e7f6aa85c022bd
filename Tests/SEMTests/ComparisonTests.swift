import SEMNumerics
import Testing

@testable import SEM

@Suite struct ComparisonTests {
  private func fit(_ text: String, preset: Preset = .cfa, options: ModelOptions = ModelOptions()) throws
    -> FittedModel
  {
    try Model(text, preset: preset, options: options)
      .fit(to: DataFixture.table("HolzingerSwineford1939.csv"))
  }

  private let oneFactor = "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9"
  private let secondOrder = InferenceModels.threeFactors + "\nh =~ visual + textual + speed"
  private let twoFactors = "a =~ x1 + x2 + x3 + x4\nb =~ x5 + x6 + x7 + x8 + x9"

  /// The test of a model against itself is 0 on 0 degrees of freedom.
  @Test func aModelAgainstItself() throws {
    let fit = try InferenceModels.fitThreeFactors()
    let comparison = ModelComparison(fits: [("a", fit), ("b", fit)])
    let step = try #require(comparison.steps.first)
    #expect(step.chiSquare == 0 && step.degreesOfFreedom == 0 && step.pValue == nil)
    #expect(step.nesting == .equivalent)
    #expect(comparison.akaikeWeights == [0.5, 0.5])
    #expect(comparison.objections.isEmpty)
  }

  @Test func nesting() throws {
    let three = try InferenceModels.fitThreeFactors()
    let one = try fit(oneFactor)
    let higher = try fit(secondOrder)
    let two = try fit(twoFactors)
    #expect(one.nesting(in: three) == .nested)
    #expect(three.nesting(in: one) == .notNested)
    // A second-order factor of three first-order ones says the same as three covariances.
    #expect(higher.nesting(in: three) == .equivalent && three.nesting(in: higher) == .equivalent)
    #expect(two.nesting(in: three) == .notNested)
    #expect(one.nesting(in: two) == .nested)
    #expect(try fit("g =~ x1 + x2 + x3 + x4").nesting(in: three) == .notNested)
    // The scale of a factor is a matter of taste.
    var options = ModelOptions()
    options.standardizeLatents = true
    options.meanStructure = true
    #expect(try fit(InferenceModels.threeFactors, options: options).nesting(in: three) == .equivalent)
  }

  /// Against lavaan 0.6-14: `lavTestLRT`.
  @Test func sequence() throws {
    let comparison = ModelComparison(fits: [
      ("one", try fit(oneFactor)), ("three", try InferenceModels.fitThreeFactors()),
      ("two", try fit(twoFactors)),
    ])
    #expect(comparison.models.map(\.name) == ["three", "two", "one"])
    #expect(comparison.models.map(\.degreesOfFreedom) == [24, 26, 27])
    #expect(comparison.steps.map(\.nesting) == [.notNested, .nested])
    #expect(comparison.steps[0].pValue == nil)
    #expect((comparison.steps[1].chiSquare - 0.755).magnitude < 5e-4)
    #expect((comparison.akaikeWeights.reduce(0, +) - 1).magnitude < 1e-12)
    let fit = try InferenceModels.fitThreeFactors()
    let bic = try #require(fit.fitMeasures()["bic"])
    #expect((try #require(comparison.models[0].bic) - bic).magnitude < 1e-8)
  }

  @Test func objections() throws {
    var first = ComparedModel(
      name: "a", chiSquare: 10, degreesOfFreedom: 5, parameterCount: 10, count: 100, logLikelihood: -500)
    var second = ComparedModel(
      name: "b", chiSquare: 18, degreesOfFreedom: 8, parameterCount: 7, count: 100, logLikelihood: -504)
    let known = ModelComparison([second, first])
    #expect(known.steps[0].nesting == .unknown && known.steps[0].degreesOfFreedom == 3)
    #expect((try #require(known.steps[0].pValue) - 0.04601170568923136).magnitude < 1e-12)
    // AIC 1020 and 1022.
    #expect((known.akaikeWeights[0] - 0.7310585786300049).magnitude < 1e-12)
    // Satorra and Bentler (2001): c = (8 · 1.2 - 5 · 1.1) / 3.
    first.scalingFactor = 1.1
    second.scalingFactor = 1.2
    let scaled = ModelComparison([first, second])
    #expect(scaled.steps[0].method == .satorraBentler2001)
    #expect((scaled.steps[0].chiSquare - 8 / ((8 * 1.2 - 5 * 1.1) / 3)).magnitude < 1e-12)
    second.count = 99
    #expect(ModelComparison([first, second]).objections.count == 1)
    second.fingerprint = "1"
    first.fingerprint = "2"
    #expect(ModelComparison([first, second]).objections.count == 2)
  }

  @Test func fingerprintIsThatOfTheData() throws {
    let three = try InferenceModels.fitThreeFactors()
    #expect(three.dataFingerprint == (try fit(oneFactor)).dataFingerprint)
    #expect(
      three.dataFingerprint == (try fit("g =~ x9 + x8 + x7 + x1 + x2 + x3 + x4 + x5 + x6")).dataFingerprint)
    #expect(three.dataFingerprint != (try fit("g =~ x1 + x2 + x3 + x4")).dataFingerprint)
    var options = FitOptions()
    options.likelihood = .wishart
    let wishart = try Model(oneFactor, preset: .cfa).fit(
      to: DataFixture.table("HolzingerSwineford1939.csv"), options: options)
    #expect(three.dataFingerprint == wishart.dataFingerprint)
  }
}
