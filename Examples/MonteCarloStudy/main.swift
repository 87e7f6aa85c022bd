// A Monte Carlo study: do tests reject true models, and do intervals cover true values, as often as they should? With normal
// data and with heavy tails (excess kurtosis 3), by normal theory (ML) and by robust inference (MLM, MLR).
//
//     swift run -c release MonteCarloStudy [replications]

import Foundation
import SEM
import SEMNumerics

let cases = 1000
let replications = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 2000
let text = """
  f =~ 1*x1 + start(0.8)*x2 + start(0.6)*x3
  g =~ 1*y1 + start(1.2)*y2 + start(0.9)*y3
  g ~ start(0.5)*f
  f ~~ start(1)*f
  g ~~ start(0.75)*g
  x1 ~~ start(0.6)*x1
  x2 ~~ start(0.6)*x2
  x3 ~~ start(0.6)*x3
  y1 ~~ start(0.6)*y1
  y2 ~~ start(0.6)*y2
  y3 ~~ start(0.6)*y3
  """
let estimators = ["ML", "MLM", "MLR"].compactMap(EstimatorPreset.init)

/// What one estimator said of one sample.
struct Verdict: Sendable {
  var rejects = false
  /// For each free parameter whether its 95 % interval covers the true value.
  var covers: [Bool] = []
}

/// All estimators' verdicts on one sample; `nil` where a fit did not converge.
func verdicts(_ population: ModelSimulation, sample number: Int) throws -> [Verdict]? {
  var stream = RandomStream(seed: 2024, stream: UInt64(number))
  let rows = population.rows(count: cases, using: &stream)
  let moments = population.moments(of: rows)
  var result: [Verdict] = []
  for estimator in estimators {
    let options = FitOptions(estimator)
    let fit = try ModelFitter(table: population.table, options: options).fit([moments], rows: [rows])
    guard fit.convergence.isConverged else { return nil }
    // The last test is the scaled one where there is one.
    var verdict = Verdict(rejects: try fit.modelTests().last?.pValue ?? 1 < 0.05)
    let estimates = fit.parameterEstimates(try fit.estimateCovariance())
    for (line, truth) in zip(estimates, population.rowValues) where line.parameter.free > 0 {
      verdict.covers.append((line.lower ?? .nan) <= truth && truth <= (line.upper ?? .nan))
    }
    result.append(verdict)
  }
  return result
}

/// The samples of one population on two threads; a sample depends on its number only.
func study(_ population: ModelSimulation) async throws -> [[Verdict]?] {
  try await withThrowingTaskGroup(of: (Int, [[Verdict]?]).self) { group in
    for thread in 0..<2 {
      group.addTask {
        let own = stride(from: thread, to: replications, by: 2)
        return (thread, try own.map { try verdicts(population, sample: $0) })
      }
    }
    var result = [[Verdict]?](repeating: nil, count: replications)
    for try await (thread, list) in group {
      for (position, item) in list.enumerated() { result[thread + 2 * position] = item }
    }
    return result
  }
}

func percent(_ share: Double) -> String { String(format: "%7.1f %%", 100 * share) }

let start = Date()
let model = try Model(text)
print(
  "\(replications) samples of \(cases) cases, a model of two factors that is true, tests at 5 %, intervals at 95 %"
)
for (title, distribution) in [
  ("Normal data", ModelSimulation.Distribution.normal),
  ("Elliptical data with excess kurtosis 3", .elliptical(excessKurtosis: 3)),
] {
  let results = try await study(ModelSimulation(model, distribution: distribution))
  let done = results.compactMap(\.self)
  print("\n\(title) (\(results.count - done.count) fits did not converge)")
  print("                 rejected   intervals cover, mean and range over parameters")
  for (index, estimator) in estimators.enumerated() {
    let own = done.map { $0[index] }
    let n = Double(own.count)
    let rejected = Double(own.count(where: \.rejects)) / n
    let coverage = own[0].covers.indices.map { place in Double(own.count { $0.covers[place] }) / n }
    let mean = coverage.reduce(0, +) / Double(coverage.count)
    let label = estimator.name.padding(toLength: 12, withPad: " ", startingAt: 0)
    print(
      "  \(label)" + percent(rejected) + "   " + percent(mean) + "  " + percent(coverage.min() ?? 0) + " to"
        + percent(coverage.max() ?? 0))
  }
}
FileHandle.standardError.write(Data(String(format: "%.1f seconds\n", Date().timeIntervalSince(start)).utf8))
