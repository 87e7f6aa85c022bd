import AllocationCounter
import Foundation
import SEM
import SEMNumerics
import Testing

/// Steps, evaluations and allocations of reference models: counts, so that a slow-down of the algorithm shows on any machine,
/// however busy. A count may only fall; then lower the limit.
@Suite struct CountTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var model: String
    var data: String
    var hasRandomCovariates = false
    var hasMeans = false
    /// The most steps and evaluations of a fit.
    var steps: Int
    var evaluations: Int
    /// The most allocations of a fit by a fitter that has fitted before, in a debug build.
    var allocations: Int

    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "9 indicators", model: "three-factors", data: "HolzingerSwineford1939", steps: 5, evaluations: 6,
      allocations: 640),
    Case(
      name: "11 indicators", model: "political-democracy", data: "PoliticalDemocracy", steps: 6,
      evaluations: 7,
      allocations: 1000),
    Case(
      name: "MIMIC", model: "mimic", data: "HolzingerSwineford1939", steps: 5, evaluations: 6,
      allocations: 1300),
    Case(
      name: "MIMIC with means", model: "mimic", data: "HolzingerSwineford1939", hasMeans: true, steps: 5,
      evaluations: 6, allocations: 1900),
    Case(
      name: "P2P", model: "p2p", data: "p2p-survey", hasRandomCovariates: true, steps: 4, evaluations: 5,
      allocations: 2850),
  ]

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func prepared(_ example: Case) throws -> (fitter: ModelFitter, moments: [SampleMoments]) {
    let text = try String(
      contentsOf: Self.root.appending(path: "Benchmarks/Cases/\(example.model).lav"), encoding: .utf8)
    let data = try DataTable(contentsOf: Self.root.appending(path: "Examples/Data/\(example.data).csv").path)
    var options = ModelOptions()
    if example.hasRandomCovariates { options.fixedCovariates = false }
    if example.hasMeans { options.meanStructure = true }
    let table = try Model(text, options: options).specification(dataVariables: data.variableNames).table
    return (
      try ModelFitter(table: table), [try SampleMoments(data, variables: table.blocks[0].observed)]
    )
  }

  @Test(arguments: cases)
  func fewStepsAndEvaluations(_ example: Case) throws {
    let (fitter, moments) = try prepared(example)
    let convergence = try fitter.fit(moments).convergence
    #expect(convergence.isConverged)
    #expect(convergence.iterations <= example.steps, "\(convergence.iterations) steps")
    #expect(convergence.evaluations <= example.evaluations, "\(convergence.evaluations) evaluations")
  }

  @Test(.enabled(if: allocation_counter_works(), "malloc cannot be counted here"), arguments: cases)
  func fewAllocations(_ example: Case) throws {
    let (fitter, moments) = try prepared(example)
    _ = try fitter.fit(moments)
    let before = allocation_count()
    _ = try fitter.fit(moments)
    let count = allocation_count() - before
    #expect(count <= example.allocations, "\(count) allocations")
  }

  /// A warm fit allocates as much whatever the number of its steps.
  @Test(.enabled(if: allocation_counter_works(), "malloc cannot be counted here"), arguments: cases)
  func stepsAllocateNothing(_ example: Case) throws {
    let (fitter, moments) = try prepared(example)
    let optimum = try fitter.fit(moments).estimates
    func count(from start: [Double]) throws -> (allocations: Int, steps: Int) {
      var steps = 0
      let allocations = try fewestAllocations {
        steps = try fitter.fit(moments, start: start).convergence.iterations
      }
      return (allocations, steps)
    }
    let near = try count(from: optimum)
    let far = try count(from: optimum.map { $0 * 1.1 })
    // One allocation a step would show as a difference of at least the steps. Whole fits differ by one, either way, in some
    // processes, for a reason not found; that steps allocate nothing at all is checked on the minimiser, exactly.
    let furtherSteps = far.steps - near.steps
    #expect(furtherSteps >= 2)
    #expect(abs(far.allocations - near.allocations) < furtherSteps)
  }
}
