internal import SEMNumerics

/// One thread's memory: it draws samples, fits and evaluates.
final class DrawWorker {
  private let fit: FittedModel
  private let resampler: Resampler
  private let fast: RepeatedFitter?
  /// Made before the first sample, when the fast fitter still has the fit's own.
  private lazy var batch: (samples: BatchedResampler, fitter: BatchedFitter)? =
    fast.flatMap { BatchedFitter($0, start: fit.estimates) }
    .map { (BatchedResampler(source: resampler.source), $0) }
  private let general: ModelFitter?
  private var evaluator: StatisticEvaluator?
  private var quantities: [BootstrapQuantity] = []
  private var estimates: [Double]
  private var normal: [Double]
  /// Where the next draw's statistics go.
  private var results: UnsafeMutablePointer<Double>?
  /// The moments of the lanes' samples, where statistics need them.
  private var kept: [[(NumberBuffer, NumberBuffer)]] = []
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

  /// Whether draws are fitted eight at a time.
  var isBatched: Bool { batch != nil && quantities.isEmpty }

  /// Makes draws.
  ///
  /// - Returns: Whether all were made: `false` where the control has ended them.
  func make(_ draws: Range<Int>, _ job: DrawJob, into store: DrawStore, _ control: BootstrapControl) -> Bool {
    if case .estimates(let root) = job {
      return oneByOne(draws, into: store, control) { drawEstimates($0, root: root) }
    }
    if isBatched, let batch { return together(draws, job, into: store, control, batch) }
    return oneByOne(draws, into: store, control) { single($0, job) }
  }

  private func oneByOne(
    _ draws: Range<Int>, into store: DrawStore, _ control: BootstrapControl, _ body: (Int) -> DrawOutcome
  ) -> Bool {
    for draw in draws {
      if control.isCancelled?() == true { return false }
      results = store.row(draw)
      store.setOutcome(body(draw), of: draw)
    }
    return true
  }

  /// Makes a sample and fits it by itself.
  private func single(_ draw: Int, _ job: DrawJob) -> DrawOutcome {
    if case .leaveOut(let sets) = job {
      resampler.leaveOut(block: sets[draw].block, set: sets[draw].set, of: sets[draw].setCount)
    } else {
      resampler.draw(draw)
    }
    return fitSample()
  }

  /// Makes samples eight at a time, gives them to the lanes of the fitter, and fits by themselves those that are left.
  private func together(
    _ draws: Range<Int>, _ job: DrawJob, into store: DrawStore, _ control: BootstrapControl,
    _ batch: (samples: BatchedResampler, fitter: BatchedFitter)
  ) -> Bool {
    let samples = batch.samples
    /// The draws that have been made, and those of them that lie in the lanes of the samples.
    var drawn = draws.lowerBound..<draws.lowerBound
    var made = drawn
    var next = draws.lowerBound
    var isCancelled = false
    var determinants = (sum: SIMD8<Double>(), isDefined: BatchedFitter.Lanes(repeating: true))
    /// The draw of each lane and the multiplier of its F.
    var places = [Int](repeating: 0, count: LaneMemory.lanes)
    var multipliers = SIMD8<Double>()

    func makeMore() -> Bool {
      if next < drawn.upperBound {
        samples.layOut(from: next - drawn.lowerBound)
      } else {
        var end = next
        while end < draws.upperBound, end - next < samples.capacity, !isCancelled {
          if control.isCancelled?() == true { isCancelled = true } else { end += 1 }
        }
        guard end > next else { return false }
        drawn = next..<end
        if case .leaveOut(let sets) = job { samples.leaveOut(sets[drawn]) } else { samples.draw(drawn) }
      }
      made = next..<min(next + LaneMemory.lanes, drawn.upperBound)
      determinants = batch.fitter.logDeterminants(samples.covariances)
      return true
    }

    func fitAlone(_ draw: Int) {
      results = store.row(draw)
      store.setOutcome(single(draw, job), of: draw)
    }

    batch.fitter.run(
      next: { lane in
        while true {
          if next == made.upperBound, !makeMore() { return false }
          let draw = next
          let source = draw - made.lowerBound
          next += 1
          guard determinants.isDefined[source] else {
            fitAlone(draw)
            continue
          }
          places[lane] = draw
          multipliers[lane] = samples.counts.reduce(0) { $0 + Double($1[source]) - samples.source.lostDegree }
          batch.fitter.load(
            samples.covariances, samples.means, from: source, logDeterminant: determinants.sum[source],
            to: lane)
          if evaluator?.needsSample == true { keep(samples, from: source, lane: lane) }
          return true
        }
      },
      done: { lane, hasConverged in
        guard hasConverged else {
          fitAlone(places[lane])
          return
        }
        results = store.row(places[lane])
        estimates.withUnsafeMutableBufferPointer { estimates in
          if let base = estimates.baseAddress { batch.fitter.copyEstimates(lane: lane, to: base) }
        }
        let outcome = evaluate(
          chiSquare: max(multipliers[lane] * batch.fitter.values[lane], 0),
          sample: kept.isEmpty ? nil : kept[lane], isAdmissible: batch.fitter.isAdmissible[lane])
        store.setOutcome(outcome, of: places[lane])
      })
    return !isCancelled
  }

  /// Keeps a lane's sample for the moments of fixed covariates.
  private func keep(_ samples: BatchedResampler, from source: Int, lane: Int) {
    if kept.isEmpty {
      kept = (0..<LaneMemory.lanes).map { _ in
        samples.covariances.indices.map {
          (NumberBuffer(count: samples.covariances[$0].count), NumberBuffer(count: samples.means[$0].count))
        }
      }
    }
    for block in samples.covariances.indices {
      let (covariance, mean) = kept[lane][block]
      for place in 0..<covariance.count { covariance[place] = samples.covariances[block][place, source] }
      for place in 0..<mean.count { mean[place] = samples.means[block][place, source] }
    }
  }

  private func drawEstimates(_ draw: Int, root: Matrix) -> DrawOutcome {
    var stream = RandomStream(
      seed: resampler.source.seed, stream: UInt64(draw), purpose: resampler.source.purpose)
    stream.fillNormal(&normal)
    let t = estimates.count
    for i in 0..<t { estimates[i] = fit.estimates[i] }
    for j in 0..<t { for i in 0..<t { estimates[i] += root.elements[i + j * t] * normal[j] } }
    return evaluate(chiSquare: .nan, sample: nil)
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
    return evaluate(chiSquare: max(multiplier * optimum.value, 0), sample: ownSample)
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
    let outcome = evaluate(chiSquare: max(statistic, 0), sample: ownSample)
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

  /// The moments of the resampler's last sample.
  private var ownSample: [(NumberBuffer, NumberBuffer)] {
    evaluator?.needsSample == true ? Array(zip(resampler.covariances, resampler.means)) : []
  }

  /// Evaluates the statistics at the estimates.
  ///
  /// - Parameters:
  ///   - sample: The covariance matrix and means of each block's sample, for fixed covariates.
  ///   - isAdmissible: Whether the solution is known to be admissible.
  private func evaluate(
    chiSquare: Double, sample: [(NumberBuffer, NumberBuffer)]?, isAdmissible: Bool = false
  )
    -> DrawOutcome
  {
    guard let results, let evaluator else { return .failed }
    let isAdmissible = estimates.withUnsafeBufferPointer { estimates -> Bool? in
      guard let base = estimates.baseAddress else { return nil }
      return evaluator.evaluate(
        estimates: base, chiSquare: chiSquare,
        sample: sample.map { sample in
          { (UnsafePointer(sample[$0].0.pointer), UnsafePointer(sample[$0].1.pointer)) }
        }, isAdmissible: isAdmissible, into: results)
    }
    guard let isAdmissible else { return .failed }
    // Outside the domain of the model nothing has a value.
    if results[0].isNaN { return .failed }
    return isAdmissible ? .proper : .inadmissible
  }
}
