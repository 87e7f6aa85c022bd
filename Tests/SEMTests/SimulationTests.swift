import SEM
import SEMNumerics
import Testing

/// Samples from a known population: estimates, intervals and the test must behave as theory says.
@Suite struct SimulationTests {
  static let replications = 400
  static let count = 250

  /// Two factors with a path between them, one indicator of both, and means.
  static let text = """
    f =~ x1 + a*x2 + b*x3
    g =~ y1 + c*y2 + d*y3 + e*x3
    g ~ p*f
    ab := a*p
    """
  static let truth = ["a": 0.8, "b": 0.6, "c": 1.2, "d": 0.9, "e": 0.4, "p": 0.5, "ab": 0.4]

  /// Four Monte-Carlo standard errors: 6 · 10⁻⁵ for each comparison by chance, and the seed is fixed.
  static let deviations = 4.0

  private struct Replication: Sendable {
    var estimates: [String: Double] = [:]
    var errors: [String: Double] = [:]
    var covered: Set<String> = []
    var chiSquare = 0.0
    var rejects = false
  }

  private static func population(_ table: ParameterTable) throws -> (Matrix, [Double]) {
    var values: [Double] = []
    for row in table.rows {
      switch (row.op, row.lhs, row.rhs) {
      case (.measurement, _, _): values.append(truth[row.label] ?? 1)
      case (.regression, _, _): values.append(0.5)
      case (.covariance, "f", "f"): values.append(1)
      case (.covariance, "g", "g"): values.append(0.75)
      case (.covariance, _, _) where row.lhs == row.rhs: values.append(0.8)
      case (.intercept, _, _): values.append(row.free > 0 ? 3 : 0)
      default: values.append(0)
      }
    }
    let matrices = try #require(ReticularMatrices(block: table.blocks[0], table: table, rowValues: values))
    return (matrices.observedCovariance, matrices.observedMean)
  }

  private static func run() throws -> [Replication] {
    var options = ModelOptions()
    options.meanStructure = true
    let table = try Model(text, options: options).specification().table
    let (covariance, mean) = try population(table)
    let sampler = try MultivariateNormalSampler(mean: mean, covariance: covariance)
    let fitter = try ModelFitter(table: table)
    var result: [Replication] = []
    for number in 0..<replications {
      var stream = RandomStream(seed: 11, stream: UInt64(number))
      let rows = sampler.sample(count: count, using: &stream)
      let fit = try fitter.fit([RandomModel.moments(table.blocks[0].observed, rows)])
      #expect(fit.convergence.isConverged, "replication \(number)")
      var replication = Replication()
      for row in fit.parameterEstimates(try fit.estimateCovariance()) {
        guard let value = truth[row.parameter.label] else { continue }
        replication.estimates[row.parameter.label] = row.estimate
        replication.errors[row.parameter.label] = row.standardError
        if let lower = row.lower, let upper = row.upper, lower <= value, upper >= value {
          replication.covered.insert(row.parameter.label)
        }
      }
      replication.chiSquare = fit.chiSquare.statistic
      replication.rejects = try #require(fit.chiSquare.pValue) < 0.05
      result.append(replication)
    }
    return result
  }

  @Test func estimatesIntervalsAndTestBehave() throws {
    let results = try Self.run()
    let n = Double(results.count)
    for (name, value) in Self.truth {
      let estimates = results.compactMap { $0.estimates[name] }
      #expect(estimates.count == results.count)
      let mean = estimates.reduce(0, +) / n
      let variance = estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
      let error = (variance / n).squareRoot()
      // Ratios such as loadings have a bias of order 1 / N, here about a tenth of a standard error.
      let bias = 0.1 * variance.squareRoot()
      #expect(abs(mean - value) < Self.deviations * error + bias, "\(name): mean \(mean)")
      let stated = results.compactMap { $0.errors[name] }.reduce(0, +) / n
      // A standard deviation of n values is known to 1 / √(2n).
      #expect(
        abs(stated / variance.squareRoot() - 1) < Self.deviations / (2 * n).squareRoot() + 0.03, "\(name)")
      let coverage = Double(results.count { $0.covered.contains(name) }) / n
      let band = Self.deviations * (0.95 * 0.05 / n).squareRoot()
      #expect(abs(coverage - 0.95) < band, "\(name): coverage \(coverage)")
    }
    let df = 7.0
    let mean = results.reduce(0) { $0 + $1.chiSquare } / n
    // χ² exceeds its limit by a factor of 1 + O(p / N).
    #expect(abs(mean - df) < Self.deviations * (2 * df / n).squareRoot() + 0.02 * df, "mean χ² \(mean)")
    let rejected = Double(results.count(where: \.rejects)) / n
    #expect(abs(rejected - 0.05) < Self.deviations * (0.05 * 0.95 / n).squareRoot(), "rejected \(rejected)")
  }
}
