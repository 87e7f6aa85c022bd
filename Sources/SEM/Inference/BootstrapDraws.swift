internal import Dispatch
internal import SEMNumerics
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// How a draw ended.
enum DrawOutcome: UInt8 {
  /// 0, as fresh memory is.
  case notDone = 0
  case proper, inadmissible, failed
}

/// What all threads of a bootstrap share.
struct DrawPlan: Sendable {
  let fit: FittedModel
  let source: SampleSource
  let selection: BootstrapSelection
  let quantities: [BootstrapQuantity]
  /// What is computed, in the order of the results.
  let statistics: [BootstrapStatistic]
  /// The statistics of the fit itself.
  let original: [Double]
  var hasTest: Bool { source.method != .monteCarlo }

  init(_ fit: FittedModel, source: SampleSource, options: BootstrapOptions) throws(InferenceError) {
    self.fit = fit
    self.source = source
    selection = options.selection
    quantities = options.quantities
    let evaluator = try StatisticEvaluator(
      fit: fit, selection: options.selection, hasTest: source.method != .monteCarlo)
    let names = options.quantities.flatMap(\.names)
    statistics = evaluator.statistics + names.map { .named($0) }
    let results = NumberBuffer(count: evaluator.statistics.count)
    var statistic = 0.0
    for index in fit.moments.indices {
      statistic += fit.multiplier(ofBlock: index) * fit.blockDiscrepancies[index]
    }
    fit.estimates.withUnsafeBufferPointer { estimates in
      guard let base = estimates.baseAddress else { return }
      _ = evaluator.evaluate(
        estimates: base, chiSquare: max(statistic, 0), sample: nil, into: results.pointer)
    }
    original = results.array + options.quantities.flatMap { $0.values(fit).map { $0 ?? .nan } }
    if let worker = DrawWorker(fit: fit, source: source), worker.isGeneral, source.rows.isEmpty, hasTest {
      throw .notAvailable("A parametric bootstrap is there for maximum likelihood with complete data only.")
    }
  }

  /// Makes draws `0 ..< draws` on several threads, each with its own workspace.
  ///
  /// A thread takes the next draw that nobody has taken; what a draw gives depends on its number only.
  func run(
    draws: Int, threads: Int?, control: BootstrapControl,
    _ body: @escaping @Sendable (DrawWorker, Int) -> DrawOutcome
  ) throws(InferenceError) -> DrawStore {
    let store = try DrawStore(draws: draws, columns: statistics.count)
    let count = max(1, min(threads ?? Self.processorCount, draws, 256))
    let work: @Sendable (Int) -> Void = { thread in
      guard let worker = DrawWorker(fit: fit, source: source),
        let evaluator = try? StatisticEvaluator(fit: fit, selection: selection, hasTest: hasTest)
      else { return }
      worker.use(evaluator, quantities)
      var reported = 0
      while true {
        let first = store.next.wrappingAdd(Self.chunk, ordering: .relaxed).oldValue
        guard first < draws else { break }
        for draw in first..<min(first + Self.chunk, draws) {
          if control.isCancelled?() == true { return }
          worker.results = store.row(draw)
          store.setOutcome(body(worker, draw), of: draw)
        }
        let done = store.done.wrappingAdd(Self.chunk, ordering: .relaxed).newValue
        if let progress = control.progress, thread == 0, done - reported > draws / 200 {
          reported = done
          progress(min(done, draws), draws)
        }
      }
    }
    if count == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: count, execute: work) }
    return store
  }

  /// Draws are taken by so many at a time.
  private static let chunk = 4

  static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// The results of all draws. Threads write different rows, each row by one thread; all is read after they have ended.
final class DrawStore: @unchecked Sendable {
  let next = Atomic<Int>(0)
  let done = Atomic<Int>(0)
  private let draws: Int
  private let columns: Int
  private let values: UnsafeMutablePointer<Double>
  private let outcomes: UnsafeMutablePointer<UInt8>

  /// Reserves zeros (outcome `notDone`).
  ///
  /// Large blocks of `calloc` take memory only as they are written to: millions of draws begin at once, and those that are
  /// never made cost nothing.
  init(draws: Int, columns: Int) throws(InferenceError) {
    self.draws = draws
    self.columns = columns
    let (count, isTooLarge) = max(draws, 1).multipliedReportingOverflow(by: max(columns, 1))
    guard !isTooLarge, let values = calloc(count, MemoryLayout<Double>.stride) else {
      throw .notAvailable(
        "There is no memory for \(draws) draws of \(columns) statistics. Ask for fewer draws.")
    }
    guard let outcomes = calloc(max(draws, 1), 1) else {
      free(values)
      throw .notAvailable("There is no memory for \(draws) draws. Ask for fewer.")
    }
    self.values = values.bindMemory(to: Double.self, capacity: count)
    self.outcomes = outcomes.bindMemory(to: UInt8.self, capacity: max(draws, 1))
  }

  deinit {
    free(values)
    free(outcomes)
  }

  func row(_ draw: Int) -> UnsafeMutablePointer<Double> { values + draw * columns }
  func setOutcome(_ outcome: DrawOutcome, of draw: Int) { outcomes[draw] = outcome.rawValue }
  private func outcome(_ draw: Int) -> DrawOutcome { DrawOutcome(rawValue: outcomes[draw]) ?? .notDone }

  /// The draws that threads have taken; those beyond were never touched.
  private var taken: Range<Int> { 0..<min(next.load(ordering: .relaxed), draws) }

  var isInterrupted: Bool { taken.count < draws || taken.contains { outcome($0) == .notDone } }

  func result(_ plan: DrawPlan, options: BootstrapOptions, level: Double, accelerations: [Double])
    -> BootstrapResult
  {
    func count(_ kind: DrawOutcome) -> Int { taken.count { outcome($0) == kind } }
    let kept = taken.filter {
      outcome($0) == .proper || (outcome($0) == .inadmissible && options.keepsInadmissible)
    }
    var matrix = Matrix(rowCount: kept.count, columnCount: columns)
    matrix.elements.withUnsafeMutableBufferPointer { target in
      for (position, draw) in kept.enumerated() {
        let row = row(draw)
        for column in 0..<columns { target[position + column * kept.count] = row[column] }
      }
    }
    return BootstrapResult(
      method: options.method, seed: options.seed, statistics: plan.statistics, original: plan.original,
      draws: matrix, requested: draws, completed: taken.count - count(.notDone), failed: count(.failed),
      inadmissible: count(.inadmissible), keepsInadmissible: options.keepsInadmissible,
      accelerations: accelerations, confidenceLevel: level)
  }

  /// The acceleration of each statistic from leave-out samples; see ``BootstrapInterval/acceleration(leaveOut:strata:)``.
  func accelerations(blocks: [Int]) -> [Double] {
    let usable = taken.filter { outcome($0) == .proper || outcome($0) == .inadmissible }
    return (0..<columns).map { column in
      let defined = usable.filter { !row($0)[column].isNaN }
      return BootstrapInterval.acceleration(
        leaveOut: defined.map { row($0)[column] }, strata: defined.map { blocks[$0] })
    }
  }
}

/// One thread's memory: it draws samples, fits and evaluates.
final class DrawWorker {
  private let fit: FittedModel
  private let resampler: Resampler
  private let fast: RepeatedFitter?
  private let general: ModelFitter?
  private var evaluator: StatisticEvaluator?
  private var quantities: [BootstrapQuantity] = []
  private var estimates: [Double]
  private var normal: [Double]
  /// Where the next draw's statistics go.
  var results: UnsafeMutablePointer<Double>?
  /// Whether every draw is fitted as a model of its own.
  var isGeneral: Bool { fast == nil }

  init?(fit: FittedModel, source: SampleSource) {
    self.fit = fit
    resampler = Resampler(source: source)
    estimates = fit.estimates
    normal = fit.estimates
    // With clusters of different sizes the shares of the groups change from draw to draw.
    let changesShares = source.blocks.count > 1 && source.blocks.contains { !$0.clusters.isEmpty }
    let fast =
      changesShares ? nil : RepeatedFitter(table: fit.table, moments: fit.moments, options: fit.options)
    self.fast = fast
    var options = fit.options
    options.extraStarts = 1
    general = try? ModelFitter(table: fit.table, options: options)
    guard fast != nil || general != nil else { return nil }
  }

  func use(_ evaluator: StatisticEvaluator, _ quantities: [BootstrapQuantity]) {
    self.evaluator = evaluator
    self.quantities = quantities
  }

  /// Draws a sample and fits it.
  func drawSample(_ draw: Int) -> DrawOutcome {
    resampler.draw(draw)
    return fitSample()
  }

  /// Fits the sample without one of the jackknife's sets.
  func leaveOut(_ item: (block: Int, set: Int, setCount: Int)) -> DrawOutcome {
    resampler.leaveOut(block: item.block, set: item.set, of: item.setCount)
    return fitSample()
  }

  /// Draws estimates from N(θ̂, V), V = root².
  func drawEstimates(_ draw: Int, root: Matrix) -> DrawOutcome {
    var stream = RandomStream(
      seed: resampler.source.seed, stream: UInt64(draw), purpose: resampler.source.purpose)
    stream.fillNormal(&normal)
    let t = estimates.count
    for i in 0..<t { estimates[i] = fit.estimates[i] }
    for j in 0..<t { for i in 0..<t { estimates[i] += root.elements[i + j * t] * normal[j] } }
    return evaluate(chiSquare: .nan, usesSample: false)
  }

  private func fitSample() -> DrawOutcome {
    guard quantities.isEmpty, let fast else { return fitInFull() }
    for block in resampler.covariances.indices {
      guard
        fast.setSample(
          block: block, covariance: resampler.covariances[block].pointer, mean: resampler.means[block].pointer
        )
      else { return .failed }
    }
    let optimum = fast.fit(from: fit.estimates)
    guard optimum.termination == .converged else { return .failed }
    for index in estimates.indices { estimates[index] = optimum.point[index] }
    let multiplier = resampler.counts.reduce(0) { $0 + Double($1) - resampler.source.lostDegree }
    return evaluate(chiSquare: max(multiplier * optimum.value, 0), usesSample: true)
  }

  private func fitInFull() -> DrawOutcome {
    guard let general else { return .failed }
    let rows = resampler.source.rows.isEmpty ? nil : resampler.rows()
    let design = rows == nil ? [] : resampler.design()
    guard let samples = sampleMoments(rows, design) else { return .failed }
    let refit = try? general.fit(samples, rows: rows, design: design, start: fit.estimates)
    guard let draw = refit, draw.convergence.isConverged
    else { return .failed }
    for index in estimates.indices { estimates[index] = draw.estimates[index] }
    var statistic = 0.0
    for index in draw.moments.indices {
      statistic += draw.multiplier(ofBlock: index) * draw.blockDiscrepancies[index]
    }
    let outcome = evaluate(chiSquare: max(statistic, 0), usesSample: true)
    guard let results, let evaluator else { return .failed }
    var place = evaluator.statistics.count
    for quantity in quantities {
      let values = quantity.values(draw)
      for index in quantity.names.indices {
        results[place] = (values.indices.contains(index) ? values[index] : nil) ?? .nan
        place += 1
      }
    }
    return outcome
  }

  /// The last sample's moments with divisor N; for incomplete rows the saturated model's, as a fit of them has.
  private func sampleMoments(_ rows: [Matrix]?, _ design: [CaseDesign]) -> [SampleMoments]? {
    var result: [SampleMoments] = []
    for (block, original) in fit.moments.enumerated() {
      if fit.options.missing != .listwise {
        guard let rows,
          let saturated = SaturatedMoments(
            MissingPatterns(
              rows[block], variables: original.variables,
              weights: design.isEmpty ? nil : design[block].weights))
        else { return nil }
        result.append(saturated.moments)
        continue
      }
      var sample = original
      sample.count = resampler.counts[block]
      let cases = Double(max(sample.count, 1))
      let factor = max(cases - resampler.source.lostDegree, 1) / cases
      sample.covariance.elements = resampler.covariances[block].array.map { $0 * factor }
      if sample.mean != nil { sample.mean = resampler.means[block].array }
      result.append(sample)
    }
    return result
  }

  private func evaluate(chiSquare: Double, usesSample: Bool) -> DrawOutcome {
    guard let results, let evaluator else { return .failed }
    let isAdmissible = estimates.withUnsafeBufferPointer { estimates -> Bool? in
      guard let base = estimates.baseAddress else { return nil }
      return evaluator.evaluate(
        estimates: base, chiSquare: chiSquare,
        sample: usesSample
          ? { [resampler] in
            (UnsafePointer(resampler.covariances[$0].pointer), UnsafePointer(resampler.means[$0].pointer))
          }
          : nil,
        into: results)
    }
    guard let isAdmissible else { return .failed }
    // Outside the domain of the model nothing has a value.
    if results[0].isNaN { return .failed }
    return isAdmissible ? .proper : .inadmissible
  }
}
