internal import SEMNumerics

/// One thread's memory: it draws samples, fits and evaluates.
final class DrawWorker {
  private let fit: FittedModel
  private let resampler: Resampler
  private let fast: RepeatedFitter?
  private let batch: (samples: BatchedResampler, fitter: BatchedFitter)?
  private let general: ModelFitter?
  private var evaluator: StatisticEvaluator?
  private var quantities: [BootstrapQuantity] = []
  private var estimates: [Double]
  private var normal: [Double]
  /// Where the next draw's statistics go.
  private var results: UnsafeMutablePointer<Double>?
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
    batch =
      fast.flatMap { BatchedFitter($0, start: fit.estimates) }.map { (BatchedResampler(source: source), $0) }
    var options = fit.options
    options.extraStarts = 1
    general = try? ModelFitter(table: fit.table, options: options)
    guard fast != nil || general != nil else { return nil }
  }

  func use(_ evaluator: StatisticEvaluator, _ quantities: [BootstrapQuantity]) {
    self.evaluator = evaluator
    self.quantities = quantities
  }

  /// Draws samples and fits them.
  func drawSamples(_ draws: Range<Int>, into store: DrawStore) {
    fitSamples(draws, into: store, together: { $0.draw(draws) }, alone: { $0.draw($1) })
  }

  /// Fits the samples without one of the jackknife's sets each.
  func leaveOut(
    _ sets: [(block: Int, set: Int, setCount: Int)], _ draws: Range<Int>, into store: DrawStore
  ) {
    fitSamples(draws, into: store, together: { $0.leaveOut(sets[draws]) }) {
      $0.leaveOut(block: sets[$1].block, set: sets[$1].set, of: sets[$1].setCount)
    }
  }

  /// Fits samples together where that is possible, and by themselves those that are left.
  private func fitSamples(
    _ draws: Range<Int>, into store: DrawStore, together: (BatchedResampler) -> Void,
    alone: (Resampler, Int) -> Void
  ) {
    guard !draws.isEmpty else { return }
    var converged = SIMDMask<SIMD8<Int64>>(repeating: false)
    if quantities.isEmpty, let batch {
      together(batch.samples)
      for block in batch.samples.covariances.indices {
        batch.fitter.setSample(
          block: block, covariance: batch.samples.covariances[block], mean: batch.samples.means[block])
      }
      converged = batch.fitter.fit()
    }
    for draw in draws {
      let lane = draw - draws.lowerBound
      results = store.row(draw)
      if converged[lane], let batch {
        store.setOutcome(evaluate(batch.samples, batch.fitter, lane: lane), of: draw)
      } else {
        alone(resampler, draw)
        store.setOutcome(fitSample(), of: draw)
      }
    }
  }

  private func evaluate(_ samples: BatchedResampler, _ fitter: BatchedFitter, lane: Int) -> DrawOutcome {
    for index in estimates.indices { estimates[index] = fitter.estimate(index, lane: lane) }
    if evaluator?.needsSample == true { resampler.take(samples, lane: lane) }
    let multiplier = samples.counts.reduce(0) { $0 + Double($1[lane]) - samples.source.lostDegree }
    return evaluate(chiSquare: max(multiplier * fitter.values[lane], 0), usesSample: true)
  }

  /// Draws estimates from N(θ̂, V), V = root².
  func drawEstimates(_ draws: Range<Int>, root: Matrix, into store: DrawStore) {
    for draw in draws {
      results = store.row(draw)
      store.setOutcome(drawEstimates(draw, root: root), of: draw)
    }
  }

  private func drawEstimates(_ draw: Int, root: Matrix) -> DrawOutcome {
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
