import Foundation
import SEMNumerics
import Testing

@testable import SEM

@Suite struct ModelSimulationTests {
  private static let text = """
    f =~ 1*x1 + start(0.8)*x2 + start(0.6)*x3
    y ~ 0.5*f
    f ~~ 2*f
    x1 ~~ 0.5*x1
    x1 ~ 3*1
    """

  /// Σ and μ by hand: x₁ = 3 + f + e₁, x₂ = 0.8 f + e₂ …, V(f) = 2, unmentioned variances 1.
  @Test func populationIsThatOfTheText() throws {
    let population = try ModelSimulation(Model(Self.text))
    let matrices = try #require(
      ReticularMatrices(
        block: population.table.blocks[0], table: population.table, rowValues: population.rowValues))
    let expected: [(String, String, Double)] = [
      ("x1", "x1", 2.5), ("x1", "x2", 1.6), ("x2", "x2", 2.28), ("x3", "x1", 1.2), ("y", "x1", 1),
      ("y", "y", 1.5),
    ]
    let names = population.table.blocks[0].observed
    for (a, b, value) in expected {
      let (i, j) = (try #require(names.firstIndex(of: a)), try #require(names.firstIndex(of: b)))
      #expect((matrices.observedCovariance[i, j] - value).magnitude < 1e-12, "\(a) \(b)")
    }
    #expect(matrices.observedMean[try #require(names.firstIndex(of: "x1"))] == 3)
  }

  /// Moments of a large sample; the fourth moment tells the kurtosis.
  @Test(arguments: [0.0, 3.0]) func samplesHaveTheirMoments(_ kurtosis: Double) throws {
    let population = try ModelSimulation(
      Model(Self.text), distribution: kurtosis > 0 ? .elliptical(excessKurtosis: kurtosis) : .normal)
    var stream = RandomStream(seed: 3, stream: 0)
    let n = 40_000
    let rows = population.rows(count: n, using: &stream)
    let moments = population.moments(of: rows)
    let names = population.table.blocks[0].observed
    let x1 = try #require(names.firstIndex(of: "x1"))
    // Five standard errors; the variance of a variance is (2 + κ) σ⁴ / n.
    let error = ((2 + kurtosis) / Double(n)).squareRoot() * 2.5
    #expect((moments.covariance[x1, x1] - 2.5).magnitude < 5 * error)
    #expect((try #require(moments.mean)[x1] - 3).magnitude < 5 * (2.5 / Double(n)).squareRoot())
    let mean = try #require(moments.mean)[x1]
    let fourth = rows.column(x1).reduce(0) { $0 + pow($1 - mean, 4) } / Double(n)
    let excess = fourth / (moments.covariance[x1, x1] * moments.covariance[x1, x1]) - 3
    #expect((excess - kurtosis).magnitude < 0.35, "excess \(excess)")
  }

  @Test func samplesAreReproducible() throws {
    let population = try ModelSimulation(Model("f =~ c(1,1)*x1 + c(0.5,0.9)*x2 + x3"), groupCount: 2)
    let sample = population.sample(counts: [30, 20], seed: 8)
    #expect(sample.rowCount == 50 && sample.variableNames == ["x1", "x2", "x3", "group"])
    #expect(try sample.categories(of: "group") == ["1", "2"])
    #expect(sample.csv() == population.sample(counts: [30, 20], seed: 8).csv())
    #expect(sample.csv() != population.sample(counts: [30, 20], seed: 9).csv())
    #expect(sample.csv() != population.sample(counts: [30, 20], seed: 8, number: 1).csv())
    // A fit is a population too.
    let fit = try InferenceModels.fitThreeFactors()
    #expect(try ModelSimulation(fit).sample(counts: [25], seed: 1).rowCount == 25)
  }

  @Test func impossibleValues() {
    #expect(throws: SEMError.self) { try ModelSimulation(Model("x1 ~~ 1*x1\nx2 ~~ 1*x2\nx1 ~~ 2*x2")) }
  }
}
