internal import SEMNumerics

/// Fits one model by maximum likelihood to many samples from one start, eight at a time: the fast way of
/// ``RepeatedFitter``, for models without bounds and without feedback loops.
///
/// The samples are those of a bootstrap, so that their Hessians are near that of the fit, whose inverse serves all
/// (``LaneSearch``); the first step is what the influence function says, and at its end the parameters' curvatures tell how the
/// inverse must be scaled. As soon as a lane is done it takes the next
/// sample. A lane that meets anything unusual (no positive curvature along its path, too many steps) is left to
/// ``RepeatedFitter``. What is found for a sample depends on that sample only.
final class BatchedFitter {
  typealias Lanes = LaneSearch.Lanes

  /// The number of free parameters.
  let dimension: Int
  private let objective: LaneObjective
  private let search: LaneSearch
  private let start: [Double]
  /// The reciprocal of the root of the metric at the start.
  private let scale: NumberBuffer
  private var logDeterminants = SIMD8<Double>()
  /// F of each lane that has converged.
  private(set) var values = SIMD8<Double>()
  /// The lanes that have converged at a positive definite S, so that the solution is admissible.
  private(set) var isAdmissible = Lanes(repeating: false)

  /// How far from the minimum a search may be expected to end: what is left of a parameter in the metric.
  private static let tolerance = 2e-9
  /// A lane that needs more evaluations is not one for a common Hessian.
  private static let evaluationLimit = 60
  /// The longest step of one parameter in the metric.
  private static let stepLimit = 1.5

  /// Compiles the model of a fitter that has not yet been given another sample.
  ///
  /// - Parameter start: The estimates for the fitter's own sample.
  /// - Returns: `nil` where the model is not one for this way.
  init?(_ fitter: RepeatedFitter, start: [Double]) {
    guard !fitter.hasBounds, let objective = LaneObjective(fitter),
      let (inverse, length) = start.withUnsafeBufferPointer({ Self.metric(fitter.objective, at: $0) })
    else { return nil }
    self.objective = objective
    self.start = start
    dimension = fitter.dimension
    scale = NumberBuffer(length.array.map { 1 / $0 })
    search = LaneSearch(
      inverse: inverse, length: length, curvatures: Self.curvatures(fitter, objective, at: start),
      stepLimit: Self.stepLimit, point: objective.point, gradient: objective.gradient)
  }

  /// The inverse of the exact Hessian and the root of the metric; `nil` where the first is not positive definite.
  private static func metric(_ objective: ModelObjective, at start: UnsafeBufferPointer<Double>) -> (
    inverse: NumberBuffer, length: NumberBuffer
  )? {
    guard let start = start.baseAddress, objective.value(at: start) != nil else { return nil }
    let t = objective.dimension
    let length = NumberBuffer(count: t)
    objective.metric(into: length.pointer)
    for i in 0..<t {
      guard length[i] > 0 else { return nil }
      length[i] = length[i].squareRoot()
    }
    let inverse = NumberBuffer(count: t * t)
    objective.curvature(.exact, into: inverse.pointer)
    let diagonal = (0..<t).map { inverse[$0 * (t + 1)] }
    guard Kernels.choleskyInPlace(inverse.pointer, order: t) else { return nil }
    // A pivot that lost its digits: the model is not identified.
    for i in 0..<t where inverse[i * (t + 1)] * inverse[i * (t + 1)] <= 1e-10 * diagonal[i] { return nil }
    Kernels.invertFactorInPlace(inverse.pointer, order: t)
    return (inverse, length)
  }

  /// The curvatures along the parameters at the fit.
  private static func curvatures(_ fitter: RepeatedFitter, _ objective: LaneObjective, at start: [Double])
    -> NumberBuffer
  {
    for (index, block) in fitter.blocks.enumerated() {
      let p = block.structure.observedCount
      let n = block.structure.momentOrder
      let order = block.structure.observedOrder
      let covariance = LaneMemory(count: p * p)
      let mean = LaneMemory(count: p)
      for j in 0..<p {
        for i in 0..<p { covariance[order[i] + order[j] * p, 0] = block.sample[i + j * n] }
        mean[order[j], 0] = block.moments.origin[j]
      }
      objective.setSample(block: index, lane: 0, covariance: covariance, mean: mean, from: 0)
    }
    objective.setPoint(start, lane: 0)
    _ = objective.evaluate()
    let curvatures = objective.formCurvatures()
    return NumberBuffer((0..<start.count).map { curvatures[$0 * LaneMemory.lanes] })
  }

  /// log|S| of eight samples for ``load(_:from:logDeterminant:to:)``, and where these are positive definite.
  func logDeterminants(_ covariances: [LaneMemory]) -> (sum: SIMD8<Double>, isDefined: Lanes) {
    objective.logDeterminants(covariances)
  }

  /// Puts a sample into a lane: that of lane `source` of the covariance matrices and means of all blocks.
  func load(
    _ covariances: [LaneMemory], _ means: [LaneMemory], from source: Int, logDeterminant: Double, to lane: Int
  ) {
    for block in covariances.indices {
      objective.setSample(
        block: block, lane: lane, covariance: covariances[block], mean: means[block], from: source)
    }
    logDeterminants[lane] = logDeterminant
  }

  /// One parameter of one lane.
  @inline(__always) func estimate(_ parameter: Int, lane: Int) -> Double {
    objective.point[parameter &* LaneMemory.lanes &+ lane]
  }

  /// All parameters of one lane.
  func copyEstimates(lane: Int, to target: UnsafeMutablePointer<Double>) {
    let point = objective.point + lane
    for index in 0..<dimension { target[index] = point[index &* LaneMemory.lanes] }
  }

  /// Searches minima until there is no sample left.
  ///
  /// - Parameters:
  ///   - next: Loads the next sample into a lane; `false` where there is none.
  ///   - done: Takes what a lane has found, and whether it has converged; if not, the sample needs the general way.
  /// - Complexity: Some 12 evaluations for a sample, each with t² products for K; no allocation.
  func run(next: (_ lane: Int) -> Bool, done: (_ lane: Int, _ hasConverged: Bool) -> Void) {
    var active = Lanes(repeating: false)
    func begin(_ lane: Int) {
      active[lane] = next(lane)
      guard active[lane] else { return }
      search.begin(lane: lane)
      objective.setPoint(start, lane: lane)
    }
    for lane in 0..<LaneMemory.lanes { begin(lane) }
    while any(active) {
      let marks = objective.evaluate()
      let largest = LaneKernels.largest(objective.gradient, scale: scale.pointer, count: dimension)
      // NaN compares false.
      let isDefined = marks.good .& (largest .< .infinity)
      let isUnusual = search.observe(isDefined: isDefined)
      let isSecond = active .& isDefined .& search.isSecond
      if any(isSecond) { search.rescale(objective.formCurvatures(), lanes: isSecond) }
      let rest = search.direct()
      let stops = active .& isDefined .& (rest .<= Self.tolerance)
      if any(stops) {
        // Before the points move on.
        let found = objective.values(stops) - logDeterminants
        values = values.replacing(with: found, where: stops)
        isAdmissible = (isAdmissible .& .!stops) .| (stops .& marks.positive)
      }
      search.move(active: active, isDefined: isDefined)
      var fails = active .& isUnusual .& .!stops
      for lane in 0..<LaneMemory.lanes where search.age(lane) >= Self.evaluationLimit {
        fails[lane] = active[lane] && !stops[lane]
      }
      let ends = stops .| fails
      guard any(ends) else { continue }
      for lane in 0..<LaneMemory.lanes where ends[lane] {
        done(lane, stops[lane])
        begin(lane)
      }
    }
  }
}
