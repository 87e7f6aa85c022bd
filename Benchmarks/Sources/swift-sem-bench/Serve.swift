import Foundation
import SEM
import SEMNumerics
import SEMReport

/// One thing that is timed for a case.
struct TimedTask {
  /// Does it once; the numbers let other programs' answers be compared.
  var run: () throws -> [Double]
}

/// The tasks of a case by name, as `peers/compare.py` asks for them.
func tasks(of test: Case) throws -> [String: TimedTask] {
  var whole = FitOptions()
  if test.hasMissing { whole.missing = .fullInformation }
  func summary(_ options: FitOptions, _ names: [String]) throws -> [Double] {
    let summary = try FitSummary(test.model().fit(to: test.data, options: options))
    return names.map { summary.fitMeasures[$0] ?? .nan }
  }
  func robust(_ name: String) throws -> [Double] {
    guard let preset = EstimatorPreset(name) else { return [] }
    return try summary(FitOptions(preset), ["chisq", "chisq.scaled"])
  }
  let measures = test.hasMissing ? ["chisq"] : ["chisq", "cfi", "rmsea", "srmr"]
  var tasks = [
    "whole": TimedTask { try summary(whole, measures) },
    "mlr": TimedTask { try robust("MLR") },
    "mlm": TimedTask { try robust("MLM") },
  ]
  guard !test.hasMissing else {
    tasks["estimates"] = TimedTask { [try test.model().fit(to: test.data, options: whole).discrepancy] }
    return tasks
  }
  let (table, moments) = try test.prepared()
  let fit = try test.model().fit(to: test.data)
  // As the other programs get them: a covariance matrix without means, so that the model has no intercepts.
  var covariances = moments[0]
  covariances.mean = nil
  tasks["moments"] = TimedTask { [try test.model().fit(to: covariances).discrepancy] }
  tasks["table"] = TimedTask {
    [Double(try test.model().specification(dataVariables: covariances.variables).table.rows.count)]
  }
  tasks["refit"] = TimedTask { [try ModelFitter(table: table).fit(moments).discrepancy] }
  tasks["estimates"] = TimedTask { [try test.model().fit(to: test.data).discrepancy] }
  tasks["mi"] = TimedTask { [try fit.modificationIndices().reduce(0) { max($0, $1.index) }] }
  tasks["bootstrap"] = TimedTask { try bootstrap(fit, everything: false) }
  tasks["bca"] = TimedTask { try bootstrap(fit, everything: true) }
  tasks["simulate"] = TimedTask { [try simulate(fit, replications: 10_000, threads: 2)] }
  return tasks
}

/// Calls a task again and again and prints the processor time of a call.
func repeated(_ task: TimedTask, count: Int) throws {
  var best = Double.infinity
  let start = Harness.processorTime()
  for _ in 0..<count {
    let before = Harness.processorTime()
    _ = try task.run()
    best = min(best, Harness.processorTime() - before)
  }
  let mean = (Harness.processorTime() - start) / Double(count)
  print("\(count) calls, microseconds each: mean \(1e6 * mean), least \(1e6 * best)")
}

/// 5,000 draws on one thread: the estimates, or all statistics of all parameters with BCa intervals.
private func bootstrap(_ fit: FittedModel, everything: Bool) throws -> [Double] {
  var options = BootstrapOptions()
  options.draws = 5000
  options.threads = 1
  if !everything {
    options.withJackknife = false
    options.selection.standardized = []
    options.selection.explainedVariances = false
  }
  let result = try fit.bootstrap(options)
  return [everything ? result.summaries(.bca)[1].lower ?? .nan : result.draws.column(1).reduce(0, +)]
}

/// Draws samples of the fit's size from its implied moments; fits each and computes standard errors.
///
/// - Returns: The mean of all standard errors.
private func simulate(_ fit: FittedModel, replications: Int, threads: Int) throws -> Double {
  let block = fit.table.blocks[0]
  guard let implied = ReticularMatrices(block: block, table: fit.table, rowValues: fit.rowValues) else {
    return .nan
  }
  let sampler = try MultivariateNormalSampler(covariance: implied.observedCovariance)
  let observed = block.observed
  let (table, count, estimates) = (fit.table, fit.count, fit.estimates)
  let sums = Sums(count: threads)
  DispatchQueue.concurrentPerform(iterations: threads) { thread in
    guard let fitter = try? ModelFitter(table: table) else { return }
    var sum = 0.0
    for replication in stride(from: thread, to: replications, by: threads) {
      var stream = RandomStream(seed: 1, stream: UInt64(replication))
      let moments = moments(of: sampler.sample(count: count, using: &stream), observed)
      guard let one = try? fitter.fit([moments], start: estimates),
        let errors = try? one.estimateCovariance().standardErrors
      else { continue }
      sum += errors.reduce(0) { $0 + ($1 ?? 0) } / Double(errors.count)
    }
    sums.set(sum, of: thread)
  }
  return sums.total / Double(replications)
}

/// The moments of rows, divisor N.
private func moments(of rows: Matrix, _ names: [String]) -> SampleMoments {
  var centred = rows
  let n = rows.rowCount
  var mean = [Double](repeating: 0, count: rows.columnCount)
  for j in mean.indices {
    var sum = 0.0
    for i in 0..<n { sum += centred.elements[i + j * n] }
    mean[j] = sum / Double(n)
    for i in 0..<n { centred.elements[i + j * n] -= mean[j] }
  }
  return SampleMoments(
    variables: names, count: n, mean: mean, covariance: (1 / Double(n)) * centred.crossProduct())
}

/// One number for each thread.
private final class Sums: @unchecked Sendable {
  private let lock = NSLock()
  private var values: [Double]
  init(count: Int) { values = [Double](repeating: 0, count: count) }
  func set(_ value: Double, of thread: Int) { lock.withLock { values[thread] = value } }
  var total: Double { values.reduce(0, +) }
}

/// Answers requests of `peers/compare.py` about one case, a line each: `estimates` with F and the estimates,
/// `values TASK` with numbers to compare, `time TASK` with seconds per call, of the processor and of the clock.
func serve(_ test: Case) throws {
  let tasks = try tasks(of: test)
  print("ready swift-sem, \(Machine().linearAlgebra)")
  fflush(nil)
  var sink = 0.0
  while let line = readLine() {
    let words = line.split(separator: " ").map(String.init)
    if line == "estimates" {
      var options = FitOptions()
      if test.hasMissing { options.missing = .fullInformation }
      let fit = try test.model().fit(to: test.data, options: options)
      let texts = zip(fit.table.rows, fit.rowValues).filter { $0.0.free > 0 }.map { row, value in
        "\(row.lhs) \(row.op.rawValue) \(row.rhs) \(value)"
      }
      print((["\(fit.discrepancy)"] + texts).joined(separator: ";"))
    } else if words.count == 2, let task = tasks[words[1]] {
      if words[0] == "values" {
        print(try task.run().map { "\($0)" }.joined(separator: " "))
      } else {
        let clock = ContinuousClock()
        let begin = clock.now
        let processor = Harness.processTime()
        var calls = 0
        repeat {
          sink += try task.run()[0]
          calls += 1
        } while clock.now - begin < .milliseconds(150)
        let wall = clock.now - begin
        let seconds = Double(wall.components.seconds) + Double(wall.components.attoseconds) * 1e-18
        print((Harness.processTime() - processor) / Double(calls), seconds / Double(calls))
      }
    } else {
      print("unknown \(line)")
    }
    fflush(nil)
  }
}
