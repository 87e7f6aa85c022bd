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

/// What draws are.
enum DrawJob: Sendable {
  /// Samples of the source.
  case samples
  /// The samples of a jackknife, without one set of units each.
  case leaveOut([(block: Int, set: Int, setCount: Int)])
  /// Estimates from N(θ̂, V), V = root².
  case estimates(root: Matrix)
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
  /// A thread takes the next draws that nobody has taken; what a draw gives depends on its number only.
  func run(_ job: DrawJob, draws: Int, threads: Int?, control: BootstrapControl) throws(InferenceError)
    -> DrawStore
  {
    let store = try DrawStore(draws: draws, columns: statistics.count)
    let count = max(1, min(threads ?? Self.processorCount, draws, 256))
    let work: @Sendable (Int) -> Void = { thread in
      guard let worker = DrawWorker(fit: fit, source: source),
        let evaluator = try? StatisticEvaluator(fit: fit, selection: selection, hasTest: hasTest)
      else { return }
      worker.use(evaluator, quantities)
      // Enough for every thread, few where one draw takes long.
      let chunk = worker.isBatched ? max(LaneMemory.lanes, min(256, draws / (8 * count))) : 4
      var reported = 0
      while true {
        let first = store.next.wrappingAdd(chunk, ordering: .relaxed).oldValue
        guard first < draws else { break }
        guard worker.make(first..<min(first + chunk, draws), job, into: store, control) else { return }
        let done = store.done.wrappingAdd(chunk, ordering: .relaxed).newValue
        if let progress = control.progress, thread == 0, done - reported > draws / 200 {
          reported = done
          progress(min(done, draws), draws)
        }
      }
    }
    if count == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: count, execute: work) }
    return store
  }

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
