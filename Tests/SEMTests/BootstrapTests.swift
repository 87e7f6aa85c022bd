import SEMNumerics
import Synchronization
import Testing

@testable import SEM

@Suite struct BootstrapTests {
  private func options(_ method: BootstrapMethod, draws: Int, threads: Int? = nil) -> BootstrapOptions {
    var options = BootstrapOptions()
    options.method = method
    options.draws = draws
    options.threads = threads
    options.seed = 20_240_517
    return options
  }

  /// Moments of a sample computed the plain way, and the fit to them from scratch.
  private func plainFit(_ fit: FittedModel, _ resampler: Resampler) throws -> FittedModel {
    var samples: [SampleMoments] = []
    for (index, rows) in resampler.rows().enumerated() {
      let n = Double(rows.rowCount)
      let p = rows.columnCount
      let mean = (0..<p).map { rows.column($0).reduce(0, +) / n }
      var covariance = Matrix(rowCount: p, columnCount: p)
      for i in 0..<p {
        for j in 0..<p {
          for r in 0..<rows.rowCount {
            covariance[i, j] += (rows[r, i] - mean[i]) * (rows[r, j] - mean[j]) / n
          }
        }
      }
      samples.append(
        SampleMoments(
          variables: fit.moments[index].variables, count: rows.rowCount, mean: mean, covariance: covariance))
    }
    return try ModelFitter(table: fit.table, options: fit.options).fit(samples)
  }

  /// Row counts, reused memory and warm starts give what a fit of the drawn rows gives.
  @Test(arguments: ["three factors", "covariates and means", "groups", "wishart"])
  func drawsAreFitsOfResampledRows(_ name: String) throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let fit: FittedModel
    switch name {
    case "covariates and means":
      var model = ModelOptions()
      model.meanStructure = true
      fit = try Model("f =~ x1 + x2 + x3\nf ~ ageyr + sex\nx1 ~ sex", options: model).fit(to: table)
    case "groups":
      var model = ModelOptions()
      model.groupEqual = [.loadings]
      fit = try Model(InferenceModels.threeFactors, preset: .cfa, options: model)
        .fit(to: table, group: "school")
    case "wishart":
      var options = FitOptions()
      options.likelihood = .wishart
      fit = try Model(InferenceModels.threeFactors, preset: .cfa).fit(to: table, options: options)
    default: fit = try InferenceModels.fitThreeFactors()
    }
    var options = options(.ordinary, draws: 6, threads: 1)
    options.withJackknife = false
    let result = try fit.bootstrap(options)
    #expect(result.usedCount == 6)
    let resampler = Resampler(source: try SampleSource(fit, options: options))
    for draw in 0..<6 {
      resampler.draw(draw)
      let plain = try plainFit(fit, resampler)
      let standardized = plain.standardizedEstimates(.all, nil)
      let explained = plain.explainedVariances()
      for (column, statistic) in result.statistics.enumerated() {
        let value = result.draws[draw, column]
        let expected: Double?
        switch statistic {
        case .estimate(let row): expected = plain.rowValues[row]
        case .standardized(_, let row): expected = standardized[row].estimate
        case .explainedVariance(let variable, let block):
          expected = explained.first { $0.variable == variable && $0.block == block }?.rSquared
        case .chiSquare: expected = plain.chiSquare.statistic
        default: expected = nil
        }
        let difference = (value - (expected ?? .nan)).magnitude
        #expect(difference < 1e-6 * max(1, value.magnitude), "\(name) draw \(draw) \(statistic)")
      }
    }
  }

  @Test(arguments: BootstrapMethod.allCases) func threadsDoNotMatter(_ method: BootstrapMethod) throws {
    let fit = try InferenceModels.fitThreeFactors()
    let one = try fit.bootstrap(options(method, draws: 60, threads: 1))
    let eight = try fit.bootstrap(options(method, draws: 60, threads: 8))
    #expect(one.draws.elements.map(\.bitPattern) == eight.draws.elements.map(\.bitPattern))
    #expect(one.accelerations.map(\.bitPattern) == eight.accelerations.map(\.bitPattern))
    var other = options(method, draws: 60)
    other.seed = 1
    #expect(try fit.bootstrap(other).draws != one.draws)
  }

  /// After Bollen and Stine's transformation the model fits exactly.
  @Test func bollenStineDataHaveTheModelsMoments() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    var model = ModelOptions()
    model.groupEqual = [.loadings, .intercepts]
    let fit = try Model(InferenceModels.threeFactors, preset: .cfa, options: model)
      .fit(to: table, group: "school")
    let source = try SampleSource(fit, options: options(.bollenStine, draws: 1))
    for (index, rows) in source.rows.enumerated() {
      let matrices = try #require(fit.matrices(ofBlock: index))
      let n = Double(rows.rowCount)
      let mean = (0..<9).map { rows.column($0).reduce(0, +) / n }
      for i in 0..<9 {
        #expect((mean[i] - matrices.observedMean[i]).magnitude < 1e-10)
        for j in 0..<9 {
          var sum = 0.0
          for r in 0..<rows.rowCount { sum += (rows[r, i] - mean[i]) * (rows[r, j] - mean[j]) / n }
          #expect((sum - matrices.observedCovariance[i, j]).magnitude < 1e-10)
        }
      }
    }
  }

  /// The test among the others is that of the same draws, and depends on them alone.
  @Test func bollenStineIsATestOfTheModel() throws {
    let fit = try InferenceModels.fitThreeFactors()
    var fitOptions = FitOptions()
    fitOptions.tests = [.satorraBentler, .bollenStine]
    fitOptions.testDraws = 100
    fitOptions.testSeed = 5
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let tested = try Model(InferenceModels.threeFactors, preset: .cfa).fit(to: table, options: fitOptions)
    let tests = try tested.modelTests()
    #expect(tests.map(\.kind) == [.standard, .satorraBentler, .bollenStine])
    var direct = BootstrapOptions()
    direct.method = .bollenStine
    direct.draws = 100
    direct.seed = 5
    #expect(tests[2].pValue == (try fit.bootstrap(direct).testPValue))
    #expect(tests[2].statistic == tests[0].statistic)
    #expect(tests[2].pValue != tests[0].pValue)
  }

  /// Under normality Bollen and Stine's p-value is near that of the chi-square distribution; the model of three factors
  /// is rejected by both.
  @Test func bollenStineTest() throws {
    let fit = try InferenceModels.fitThreeFactors()
    let result = try fit.bootstrap(options(.bollenStine, draws: 200))
    #expect(try #require(result.testPValue) < 0.01)
    let column = try #require(result.column(of: .chiSquare))
    let mean = result.draws.column(column).reduce(0, +) / Double(result.usedCount)
    // 24 degrees of freedom; the data are nearly normal.
    #expect((20...30).contains(mean))
    #expect(result.original[column] == fit.chiSquare.statistic)
    #expect(try fit.bootstrap(options(.ordinary, draws: 5)).testPValue == nil)
  }

  /// A parametric bootstrap of a true model has the errors that theory gives, and moments with the Wishart's mean.
  @Test func parametricErrorsAreThoseOfTheory() throws {
    let fit = try InferenceModels.fitThreeFactors()
    let errors = try fit.estimateCovariance().standardErrors
    let result = try fit.bootstrap(options(.parametric, draws: 500))
    for (column, statistic) in result.statistics.enumerated() {
      guard case .estimate(let row) = statistic else { continue }
      let summary = result.summary(of: column, .percentile, level: 0.95)
      let theory = try #require(errors[fit.table.rows[row].free - 1])
      let ratio = try #require(summary.standardError) / theory
      #expect((0.85...1.35).contains(ratio), "\(row) \(ratio)")
    }
    let test = try #require(result.column(of: .chiSquare))
    let mean = result.draws.column(test).reduce(0, +) / Double(result.usedCount)
    #expect((21.5...26.5).contains(mean))
  }

  @Test func parametricMomentsAreWishart() throws {
    let fit = try InferenceModels.fitThreeFactors()
    let resampler = Resampler(source: try SampleSource(fit, options: options(.parametric, draws: 1)))
    let sigma = try #require(fit.matrices(ofBlock: 0)).observedCovariance
    var mean = [Double](repeating: 0, count: 81)
    var square = mean
    let draws = 2000
    for draw in 0..<draws {
      resampler.draw(draw)
      for k in 0..<81 {
        mean[k] += resampler.covariances[0][k] / Double(draws)
        square[k] += resampler.covariances[0][k] * resampler.covariances[0][k] / Double(draws)
      }
    }
    let n = Double(fit.count)
    for i in 0..<9 {
      for j in 0..<9 {
        let k = i + 9 * j
        let expected = sigma[i, j] * (n - 1) / n
        let variance = (sigma[i, j] * sigma[i, j] + sigma[i, i] * sigma[j, j]) * (n - 1) / (n * n)
        #expect((mean[k] - expected).magnitude < 5 * (variance / Double(draws)).squareRoot())
        #expect((0.85...1.15).contains((square[k] - mean[k] * mean[k]) / variance))
      }
    }
  }

  /// Delta-method errors of defined parameters from simulated estimates; percentile ends of chosen effects.
  @Test func monteCarlo() throws {
    let fit = try InferenceModels.fitFinancing()
    let covariance = try fit.estimateCovariance()
    var options = options(.monteCarlo, draws: 2000)
    options.selection.effects = [.pair(from: "PR", to: "FB")]
    let result = try fit.bootstrap(options)
    let lines = fit.parameterEstimates(covariance)
    for (column, statistic) in result.statistics.enumerated() {
      guard case .estimate(let index) = statistic else { continue }
      let summary = result.summary(of: column, .percentile, level: 0.95)
      let expected = try #require(lines[index].standardError)
      #expect((0.92...1.13).contains(try #require(summary.standardError) / expected))
    }
    let effects = try fit.effects(from: "PR", to: "FB", covariance: covariance)
    for (index, effect) in effects.effects.enumerated() {
      let column = try #require(result.column(of: .effect(index, isStandardized: true)))
      #expect((result.original[column] - (effect.standardized.value ?? .nan)).magnitude < 1e-12)
      let summary = result.summary(of: column, .percentile, level: 0.95)
      let lower = try #require(summary.lower)
      #expect((lower - (effect.standardized.lower ?? .nan)).magnitude < 0.02)
    }
  }

  /// Whole clusters are drawn: with every row twice and the copies in one cluster, draws look like those of the rows.
  @Test func clusters() throws {
    let fit = try InferenceModels.fitThreeFactors()
    var options = options(.ordinary, draws: 400)
    options.withJackknife = false
    options.clusters = [(0..<fit.count).map { $0 / 7 }]
    let result = try fit.bootstrap(options)
    #expect(result.usedCount + result.failed == 400)
    let resampler = Resampler(source: try SampleSource(fit, options: options))
    resampler.draw(0)
    for row in 0..<(fit.count - 7) where row % 7 > 0 {
      #expect(resampler.weights[0][row] == resampler.weights[0][row - 1])
    }
    options.clusters = [[0, 1]]
    #expect(throws: InferenceError.self) { try fit.bootstrap(options) }
  }

  @Test func fitMeasuresOfDraws() throws {
    let fit = try InferenceModels.fitThreeFactors()
    var options = options(.ordinary, draws: 20)
    options.quantities = [.fitMeasures(["cfi", "chisq"])]
    let result = try fit.bootstrap(options)
    let own = try #require(result.column(of: .chiSquare))
    let named = try #require(result.column(of: .named("chisq")))
    for draw in 0..<20 {
      #expect((result.draws[draw, own] - result.draws[draw, named]).magnitude < 1e-6)
    }
    #expect(result.original[named] == result.original[own])
  }

  /// Draws that are never made take no memory: millions begin and end at once.
  @Test(arguments: [1000, 5_000_000]) func endsEarly(_ draws: Int) throws {
    let fit = try InferenceModels.fitThreeFactors()
    let asked = Mutex(0)
    var control = BootstrapControl()
    control.isCancelled = {
      asked.withLock {
        $0 += 1
        return $0 > 50
      }
    }
    let result = try fit.bootstrap(options(.ordinary, draws: draws, threads: 2), control: control)
    #expect(result.isInterrupted && result.completed == 50 && result.requested == draws)
    #expect(result.usedCount + result.failed == 50)
  }

  @Test func badRequests() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let fit = try InferenceModels.fitThreeFactors()
    #expect(throws: InferenceError.self) { try fit.bootstrap(options(.ordinary, draws: 0)) }
    let moments = try SampleMoments(table, variables: fit.table.blocks[0].observed)
    let fromMoments = try Model(InferenceModels.threeFactors, preset: .cfa).fit(to: moments)
    #expect(throws: InferenceError.self) { try fromMoments.bootstrap(options(.ordinary, draws: 10)) }
    #expect(try fromMoments.bootstrap(options(.parametric, draws: 10)).usedCount == 10)
    var selected = options(.ordinary, draws: 10)
    selected.selection.effects = [.pair(from: "visual", to: "nobody")]
    #expect(throws: InferenceError.unknownVariable("nobody")) { try fit.bootstrap(selected) }
    // More than any memory holds.
    #expect(throws: InferenceError.self) { try fit.bootstrap(options(.ordinary, draws: .max)) }
    #expect(throws: InferenceError.self) { try fit.bootstrap(options(.monteCarlo, draws: 1 << 54)) }
  }

  /// Percentile intervals of a factor loading cover it in about 95 of 100 normal samples.
  @Test func coverage() throws {
    let population = try InferenceModels.fitThreeFactors()
    let sigma = try #require(population.matrices(ofBlock: 0)).observedCovariance
    let sampler = try MultivariateNormalSampler(covariance: sigma)
    let names = population.table.blocks[0].observed
    let fitter = try ModelFitter(table: population.table)
    var covered = 0
    let replications = 60
    for replication in 0..<replications {
      var random = RandomStream(seed: 77, stream: UInt64(replication))
      let rows = sampler.sample(count: 300, using: &random)
      let table = try DataTable(columns: names.enumerated().map { ($1, rows.column($0)) })
      let fit = try fitter.fit([try SampleMoments(table, variables: names)], rows: [rows])
      var options = options(.ordinary, draws: 99)
      options.withJackknife = false
      options.selection.explainedVariances = false
      let summary = try fit.bootstrap(options).summary(of: 0, .percentile, level: 0.95)
      if let lower = summary.lower, let upper = summary.upper, lower <= population.estimates[0],
        population.estimates[0] <= upper
      {
        covered += 1
      }
    }
    // Within four standard errors of 95 %; the studies in release builds look closer.
    #expect((50...60).contains(covered), "\(covered) of \(replications)")
  }
}
