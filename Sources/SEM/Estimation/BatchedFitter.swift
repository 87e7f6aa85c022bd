internal import SEMNumerics

/// Fits one model by maximum likelihood to eight samples at once, from one start: the fast way of ``RepeatedFitter``, for
/// models without bounds and without feedback loops.
///
/// The samples are those of a bootstrap, so that their Hessians are near that of the fit: its inverse K serves all. A step
/// is that of L-BFGS with K in the middle (Nocedal 1980, Mathematics of Computation 35, 773), of full length; the first
/// one, -K g, is what the influence function says. A lane that meets anything unusual (no decrease of curvature's sign, a
/// point outside the domain, too many steps) is left to ``RepeatedFitter``; a lane that has converged stands still. What a
/// lane gives depends on its own samples only.
final class BatchedFitter {
  /// One answer for each lane.
  typealias Lanes = SIMDMask<SIMD8<Int64>>

  /// The number of free parameters.
  let dimension: Int
  private let objective: LaneObjective
  private let start: [Double]
  /// The inverse of the Hessian at the start for the fit's own sample.
  private let inverse: NumberBuffer
  /// The root of the metric there, and its reciprocal.
  private let length: NumberBuffer
  private let scale: NumberBuffer
  private let direction: LaneMemory
  private let lastGradient: LaneMemory
  private let query: LaneMemory
  private let moves: [LaneMemory]
  private let changes: [LaneMemory]
  /// 1 / (s · y) of the steps remembered, 0 in lanes without such a step.
  private var curvatures: [SIMD8<Double>] = []
  /// F at the optima.
  private(set) var values = SIMD8<Double>()
  /// The number of evaluations of the last fit.
  private(set) var evaluations = 0

  /// The largest scaled gradient from which one step more leaves rounding only.
  private static let tolerance = 4e-9
  /// A lane that needs more evaluations is not one for a common Hessian.
  private static let evaluationLimit = 30
  /// How many earlier steps are remembered.
  private static let historyLimit = 12
  /// The longest step of one parameter in the metric.
  private static let stepLimit = 1.5

  /// Compiles the model of a fitter that has not yet been given another sample.
  ///
  /// - Parameter start: The estimates for the fitter's own sample.
  /// - Returns: `nil` where the model is not one for this way.
  init?(_ fitter: RepeatedFitter, start: [Double]) {
    let t = fitter.dimension
    guard !fitter.hasBounds, let objective = LaneObjective(fitter) else { return nil }
    self.objective = objective
    self.start = start
    dimension = t
    inverse = NumberBuffer(count: t * t)
    length = NumberBuffer(count: t)
    scale = NumberBuffer(count: t)
    direction = LaneMemory(count: t)
    lastGradient = LaneMemory(count: t)
    query = LaneMemory(count: t)
    moves = (0..<Self.historyLimit).map { _ in LaneMemory(count: t) }
    changes = (0..<Self.historyLimit).map { _ in LaneMemory(count: t) }
    guard start.withUnsafeBufferPointer({ prepare(fitter.objective, $0) }) else { return nil }
  }

  private func prepare(_ objective: ModelObjective, _ start: UnsafeBufferPointer<Double>) -> Bool {
    guard let start = start.baseAddress, objective.value(at: start) != nil else { return false }
    let t = dimension
    objective.metric(into: length.pointer)
    for i in 0..<t {
      guard length[i] > 0 else { return false }
      length[i] = length[i].squareRoot()
      scale[i] = 1 / length[i]
    }
    objective.curvature(.exact, into: inverse.pointer)
    let diagonal = (0..<t).map { inverse[$0 * (t + 1)] }
    guard Kernels.choleskyInPlace(inverse.pointer, order: t) else { return false }
    // A pivot that lost its digits: the model is not identified.
    for i in 0..<t where inverse[i * (t + 1)] * inverse[i * (t + 1)] <= 1e-10 * diagonal[i] { return false }
    Kernels.invertFactorInPlace(inverse.pointer, order: t)
    return true
  }

  /// Takes over the samples of a block: covariance matrices with the likelihood's divisor, p × p with both triangles, and
  /// means, in the block's order.
  func setSample(block: Int, covariance: LaneMemory, mean: LaneMemory) {
    objective.setSample(block: block, covariance: covariance, mean: mean)
  }

  /// One parameter of one lane after ``fit()``.
  @inline(__always) func estimate(_ parameter: Int, lane: Int) -> Double {
    objective.point[parameter &* LaneMemory.lanes &+ lane]
  }

  /// Searches the minima for the samples set last.
  ///
  /// - Returns: Which lanes have converged. The others need the general way.
  /// - Complexity: Some ten evaluations, each with 8 t² products for K; no allocation.
  func fit() -> Lanes {
    let t = dimension
    let g = objective.gradient
    var active = objective.prepareSamples()
    for i in 0..<t { objective.point(i, SIMD8(repeating: start[i])) }
    var converged = Lanes(repeating: false)
    curvatures.removeAll(keepingCapacity: true)
    evaluations = 0
    while true {
      let isGood = objective.evaluate()
      evaluations += 1
      let largest = LaneKernels.largest(g, scale: scale.pointer, count: t)
      // NaN compares false. A point outside the domain is left by half the step that led there.
      let isDefined = isGood .& (largest .< .infinity)
      let halves = active .& .!isDefined
      let stops = active .& isDefined .& (largest .<= Self.tolerance)
      if evaluations == 1 { active = active .& isDefined } else { remember(&active, isDefined, stops) }
      if !any(active) || evaluations == Self.evaluationLimit { break }
      findDirection()
      if any(stops) { values = objective.values().replacing(with: values, where: .!stops) }
      converged = converged .| stops
      move(active, halving: halves)
      active = active .& .!stops
      if !any(active) { break }
    }
    return converged
  }

  /// Takes over the change of the gradient by the last step, where that step has led to a point of the domain.
  private func remember(_ active: inout Lanes, _ isDefined: Lanes, _ stops: Lanes) {
    let t = dimension
    let g = objective.gradient
    let newest = (evaluations - 2) % Self.historyLimit
    let change = changes[newest].pointer
    let old = lastGradient.pointer
    for i in 0..<(t &* LaneMemory.lanes) { change[i] = g[i] - old[i] }
    let product = LaneKernels.dot(change, moves[newest].pointer, count: t)
    // Without positive curvature along its path a lane does not lead to the minimum nearby.
    active = active .& ((product .> 0) .| stops .| .!isDefined)
    let curvature = (1 / product).replacing(with: 0, where: .!(active .& isDefined .& (product .> 0)))
    if curvatures.count < Self.historyLimit {
      curvatures.append(curvature)
    } else {
      curvatures[newest] = curvature
    }
  }

  /// Moves the points of active lanes: along the direction, or back by half of the last step.
  private func move(_ active: Lanes, halving halves: Lanes) {
    let t = dimension
    let longest = LaneKernels.largest(direction.pointer, scale: length.pointer, count: t)
    let limited = (Self.stepLimit / longest).replacing(with: 1, where: longest .<= Self.stepLimit)
    let goes = active .& .!halves .& (longest .< .infinity)
    let returns = active .& halves
    let move = moves[(evaluations - 1) % Self.historyLimit]
    let last = moves[(evaluations + Self.historyLimit - 2) % Self.historyLimit]
    let zero = SIMD8<Double>()
    for i in 0..<t {
      // A lane at rest may hold NaN.
      let forth = (limited * direction[i]).replacing(with: zero, where: .!goes)
      let back = (0.5 * last[i]).replacing(with: zero, where: .!returns)
      move[i] = forth + back
      objective.point(i, objective.point(i) + (forth - back))
      lastGradient[i] = objective.gradient(i).replacing(with: lastGradient[i], where: returns)
    }
  }

  /// d = -H⁻¹ g by the two loops of L-BFGS.
  private func findDirection() {
    let t = dimension
    let d = direction.pointer
    let count = curvatures.count
    guard count > 0 else {
      LaneKernels.descend(inverse.pointer, objective.gradient, order: t, into: d)
      return
    }
    let q = query.pointer
    q.update(from: objective.gradient, count: t &* LaneMemory.lanes)
    // The newest step is number evaluations - 2.
    let newest = evaluations - 2
    withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: count) { shares in
      for back in 0..<count {
        let index = (newest - back) % Self.historyLimit
        let share = curvatures[index] * LaneKernels.dot(moves[index].pointer, q, count: t)
        shares[back] = share
        LaneKernels.add(-share, changes[index].pointer, count: t, to: q)
      }
      LaneKernels.descend(inverse.pointer, q, order: t, into: d)
      for back in stride(from: count - 1, through: 0, by: -1) {
        let index = (newest - back) % Self.historyLimit
        let share = curvatures[index] * LaneKernels.dot(changes[index].pointer, d, count: t)
        LaneKernels.add(-(shares[back] + share), moves[index].pointer, count: t, to: d)
      }
    }
  }
}
