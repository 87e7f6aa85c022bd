internal import CLinearAlgebra

/// The steps of a minimisation of eight functions at once, whose Hessians are near a common one: L-BFGS with that Hessian's
/// inverse K in the middle (Nocedal 1980, Mathematics of Computation 35, 773).
///
/// What a function's curvature along each parameter is relative to the common one may be told by ``rescale(_:lanes:)``: K then
/// becomes C K C with C diagonal, so that it has that curvature.
/// Steps have full length, so that no values are needed; the first one is -K g. A lane whose point lies outside its domain
/// goes back by half of its last step. Lanes begin and end at different times: what a lane does depends on its own function
/// only.
package final class LaneSearch {
  /// One answer for each lane.
  package typealias Lanes = SIMDMask<SIMD8<Int64>>

  private let order: Int
  private let inverse: NumberBuffer
  private let length: NumberBuffer
  private let point: UnsafeMutablePointer<Double>
  private let gradient: UnsafeMutablePointer<Double>
  private let lastGradient, query, direction, moves, changes, curvatures, shares, scales: LaneMemory
  /// The common curvatures of ``rescale(_:lanes:)``.
  private let common: NumberBuffer
  private let stepLimit: Double
  private var evaluations = 0
  /// The number of evaluations of each lane's function.
  private var ages = SIMD8<Int64>()

  /// The lengths of the step to come and of the last one.
  private var longest = SIMD8<Double>()
  private var lastLongest = SIMD8<Double>(repeating: .infinity)
  /// The most that a step is trusted to shorten the next one.
  private static let bestRatio = 0.2

  /// How many steps are used, and from which evaluation on so many as are remembered: most searches end before, and with
  /// more steps each costs more than the evaluations that they save.
  private static let (window, history, patience) = (3, 12, 18)

  /// Makes the memory of a search.
  ///
  /// - Parameters:
  ///   - inverse: K, order × order, both triangles.
  ///   - length: What a change of one of a parameter is in the units of `stepLimit`, the longest step of one parameter.
  ///   - curvatures: Curvatures along each parameter that belong to K, on any scale.
  ///   - point: Where the points stand, order numbers of eight lanes.
  ///   - gradient: Where the gradients stand. Both must outlive the search.
  package init(
    inverse: NumberBuffer, length: NumberBuffer, curvatures common: NumberBuffer, stepLimit: Double,
    point: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) {
    order = length.count
    self.common = common
    // Panels of eight rows.
    let panels = (order + 7) / 8
    self.inverse = NumberBuffer(count: 8 * panels * order)
    for j in 0..<order {
      for i in 0..<order { self.inverse[(i / 8 * order + j) * 8 + i % 8] = inverse[i + j * order] }
    }
    self.length = length
    self.stepLimit = stepLimit
    self.point = point
    self.gradient = gradient
    lastGradient = LaneMemory(count: order)
    query = LaneMemory(count: order)
    direction = LaneMemory(count: order)
    moves = LaneMemory(count: order * Self.history)
    changes = LaneMemory(count: order * Self.history)
    curvatures = LaneMemory(count: Self.history)
    shares = LaneMemory(count: Self.history)
    scales = LaneMemory(count: order)
    for index in 0..<order { scales[index] = SIMD8(repeating: 1) }
  }

  /// The number of evaluations of a lane's function.
  package func age(_ lane: Int) -> Int { Int(ages[lane]) }

  /// The lanes whose functions have been evaluated twice: at the start, and where the first step led.
  package var isSecond: Lanes { ages .== 2 }

  /// Begins anew in a lane, at a point that the caller puts there.
  package func begin(lane: Int) {
    ages[lane] = 0
    lastLongest[lane] = .infinity
    for slot in 0..<Self.history { curvatures[slot, lane] = 0 }
    // What is remembered of it has no weight, but must be finite.
    for index in 0..<order {
      lastGradient[index, lane] = 0
      scales[index, lane] = 1
    }
  }

  /// Takes over gradients at new points.
  ///
  /// - Parameter isDefined: The lanes in which the functions have a gradient there.
  /// - Returns: The lanes in which the last step saw no positive curvature, or whose start is not defined.
  package func observe(isDefined: Lanes) -> Lanes {
    evaluations += 1
    ages &+= 1
    let isFirst = ages .== 1
    guard evaluations > 1 else { return isFirst .& .!isDefined }
    let slot = (evaluations - 2) % Self.history
    var product = SIMD8<Double>()
    var search = state()
    withLanes(isDefined) { defined in
      withUnsafeMutableBytes(of: &product) { product in
        guard let product = product.baseAddress else { return }
        sl_remember(&search, defined, product.assumingMemoryBound(to: Double.self))
      }
    }
    let isPositive = product .> 0
    let counts = isDefined .& isPositive .& .!isFirst
    curvatures[slot] = (1 / product).replacing(with: 0, where: .!counts)
    return (isFirst .& .!isDefined) .| (.!isFirst .& isDefined .& .!isPositive)
  }

  /// Fits K to functions whose curvatures differ from the common ones.
  ///
  /// - Parameter curvatures: The curvature along each parameter, order numbers of eight lanes; one that is not positive does
  ///   not count.
  package func rescale(_ curvatures: UnsafePointer<Double>, lanes: Lanes) {
    var search = state()
    withLanes(lanes) { sl_rescale(&search, curvatures, common.pointer, $0) }
  }

  /// Finds the directions of the next steps.
  ///
  /// - Returns: How far from the minimum the next step is expected to end, in units of `length`: steps get shorter by the
  ///   same factor as from the last one to this one, or by a fifth if they did by more.
  /// - Complexity: 8 order² products for K and 8 order for each step remembered.
  package func direct() -> SIMD8<Double> {
    let windows = SIMD8<Int64>(repeating: Int64(Self.window))
      .replacing(with: Int64(Self.history), where: ages .> Int64(Self.patience))
    var search = state()
    search.count = min(search.count, Int(windows.max()))
    withUnsafeBytes(of: windows) { windows in
      search.windows = windows.baseAddress?.assumingMemoryBound(to: Int64.self)
      withUnsafeMutableBytes(of: &longest) { longest in
        guard let longest = longest.baseAddress else { return }
        sl_direct(&search, longest.assumingMemoryBound(to: Double.self))
      }
    }
    let ratio = longest / lastLongest
    return longest
      * ratio.clamped(
        lowerBound: SIMD8(repeating: Self.bestRatio), upperBound: SIMD8(repeating: 1))
  }

  /// Moves the points of active lanes: along the direction, or back by half of the last step where that has left the
  /// domain.
  package func move(active: Lanes, isDefined: Lanes) {
    var search = state()
    lastLongest = longest.replacing(with: .infinity, where: .!isDefined)
    withUnsafeBytes(of: longest) { longest in
      guard let longest = longest.baseAddress?.assumingMemoryBound(to: Double.self) else { return }
      withLanes(active) { active in
        withLanes(.!isDefined) { halves in sl_move(&search, active, halves, longest) }
      }
    }
  }

  private func state() -> sl_search {
    // The step that led here is number evaluations - 2, from 0.
    sl_search(
      order: order, history: Self.history, count: min(evaluations - 1, Self.history),
      newest: (evaluations - 2 + Self.history) % Self.history, next: (evaluations - 1) % Self.history,
      windows: nil,
      inverse: inverse.pointer, length: length.pointer, step_limit: stepLimit, point: point,
      gradient: gradient, last_gradient: lastGradient.pointer, query: query.pointer,
      direction: direction.pointer, scales: scales.pointer, moves: moves.pointer, changes: changes.pointer,
      curvatures: curvatures.pointer, shares: shares.pointer)
  }

  @inline(__always)
  private func withLanes(_ lanes: Lanes, _ body: (UnsafePointer<Int64>) -> Void) {
    let bits = SIMD8<Int64>(repeating: 0).replacing(with: -1, where: lanes)
    withUnsafeBytes(of: bits) { bits in
      if let base = bits.baseAddress { body(base.assumingMemoryBound(to: Int64.self)) }
    }
  }
}
