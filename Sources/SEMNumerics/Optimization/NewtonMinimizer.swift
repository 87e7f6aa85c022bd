/// Why a minimisation ended.
public enum Termination: String, Sendable, Hashable, Codable {
  /// Every free element of the scaled gradient is below the tolerance.
  case converged
  /// No step lowers the function any more although the gradient is above the tolerance.
  case stalled
  /// The limit of iterations was reached.
  case iterationLimit
  /// The function is not defined at the starting point.
  case undefinedStart
}

/// Where a minimisation ended.
public struct Optimum: Sendable, Hashable {
  /// The point.
  public var point: [Double]
  /// The function's value there; NaN for ``Termination/undefinedStart``.
  public var value: Double
  /// The number of steps taken.
  public var iterations: Int
  /// The number of evaluations of the function.
  public var evaluations: Int
  /// The largest element of the scaled gradient, bounds that hold back a variable left out.
  public var scaledGradient: Double
  /// Why the minimisation ended.
  public var termination: Termination
}

/// Newton's method with the exact Hessian, safeguarded by the expected curvature, step limits and backtracking.
///
/// A step solves `H d = -g`. Where the exact Hessian is not positive definite the expected curvature takes its place
/// (Fisher's scoring) for some steps, and then H plus the multiple of the metric that makes it so (Levenberg 1944,
/// Marquardt 1963); on request also in the first steps far from the minimum. Steps are limited in the metric, then halved
/// until the function falls by Armijo's rule. Bounds are kept by an active set: a variable at its bound is held while the
/// gradient pushes it outwards (Bertsekas 1982). Close to the minimum the last factor of H serves once more (Shamanskii
/// 1967): what is left after such a step is of the size of the product of the two steps' lengths.
///
/// Goals, in order: never to leave the domain, to end where the gradient is zero to rounding, few evaluations.
public final class NewtonMinimizer {
  /// Limits and tolerances.
  public struct Options: Sendable, Hashable {
    /// The tolerance for |gradient| / √metric.
    public var gradientTolerance = 1e-8
    /// The limit of steps.
    public var iterationLimit = 500
    /// The longest step of one variable in the metric.
    public var stepLimit = 1.5
    /// How many of the first steps use the expected curvature while far from the minimum.
    public var scoringSteps = 0

    /// The defaults: 1e-8, 500 steps, 1.5, no scoring.
    public init() {}
  }

  private let dimension: Int
  private let x, trial, g, direction, metric, factor, lower, upper: NumberSlice
  private let memory: NumberBuffer
  /// The exact Hessian while one ridge after another is tried on it.
  private lazy var hessian = NumberBuffer(count: dimension * dimension)
  private var held: [Bool]
  /// How many steps in a row the expected curvature may replace an indefinite Hessian.
  private static let patience = 8
  /// The scaled gradient above which the first steps are those of scoring: from 0.02 to 0.1 the counts hardly change.
  private static let scoringLimit = 0.05
  /// The scaled gradient below which a step is not worth its evaluation.
  private static let roundingLimit = 1e-12
  /// How many steps in a row met an indefinite Hessian, and the ridge that mended the last.
  private var indefiniteSteps = 0
  private var lastRidge = 0.0
  private let hasBounds: Bool
  /// The length of the step from where ``factor`` was made from the exact Hessian; infinite when it was not.
  private var lastLength = Double.infinity
  /// The product of that length and the next step's up to which the factor is used again: it leaves rounding only.
  private static let reuseLimit = 1e-13
  /// The last step's length up to which it is worth trying.
  private static let reuseLength = 1e-3

  /// Makes the memory for problems of one dimension; bounds may be infinite, `nil` means none.
  public init(dimension: Int, lower: [Double]? = nil, upper: [Double]? = nil) {
    self.dimension = dimension
    var slices = NumberSlices(capacity: (7 + dimension) * dimension)
    x = slices.take(dimension)
    trial = slices.take(dimension)
    g = slices.take(dimension)
    direction = slices.take(dimension)
    metric = slices.take(dimension)
    self.lower = slices.take(dimension)
    self.upper = slices.take(dimension)
    factor = slices.take(dimension * dimension)
    memory = slices.buffer
    for i in 0..<dimension {
      self.lower[i] = lower?[i] ?? -.infinity
      self.upper[i] = upper?[i] ?? .infinity
    }
    hasBounds = lower != nil || upper != nil
    held = [Bool](repeating: false, count: dimension)
  }

  /// Minimises from a start.
  ///
  /// After the tolerance is met one more step is tried, so that the point is right to rounding.
  /// - Complexity: t³/3 a step beside the objective's own cost; nothing is allocated after the first step.
  public func minimize(_ objective: some SmoothObjective, from start: [Double], options: Options = Options())
    -> Optimum
  {
    precondition(start.count == dimension && objective.dimension == dimension, "Shapes must agree.")
    for i in 0..<dimension { x[i] = start[i] }
    indefiniteSteps = 0
    lastRidge = 0
    lastLength = .infinity
    for i in 0..<dimension { x[i] = min(max(x[i], lower[i]), upper[i]) }
    var evaluations = 1
    guard var value = objective.value(at: x.pointer), value.isFinite else {
      return Optimum(
        point: x.array, value: .nan, iterations: 0, evaluations: 1, scaledGradient: .nan,
        termination: .undefinedStart)
    }
    var iterations = 0
    var stepLimit = options.stepLimit
    var scaled = prepare(objective)
    var termination = Termination.iterationLimit
    var isPolishing = false
    while iterations < options.iterationLimit {
      if scaled <= options.gradientTolerance {
        termination = .converged
        // Quadratic convergence makes one step more than enough; below this it would change the 13th digit.
        if isPolishing || scaled < Self.roundingLimit { break }
        isPolishing = true
      }
      let isFar = iterations < options.scoringSteps && scaled > Self.scoringLimit
      guard findDirection(objective, isFar: isFar, limit: stepLimit) else {
        if !isPolishing { termination = .stalled }
        break
      }
      let slope = Kernels.dot(g.pointer, direction.pointer, count: dimension)
      let outcome = search(
        objective, from: value, slope: slope, evaluations: &evaluations, isPolishing: isPolishing)
      guard let (newValue, fraction) = outcome else {
        // Put the objective's state back to the best point.
        _ = objective.value(at: x.pointer)
        evaluations += 1
        scaled = prepare(objective)
        if !isPolishing {
          termination = scaled <= options.gradientTolerance ? .converged : .stalled
        }
        break
      }
      if isPolishing {
        // Keep the polishing step only if it does not raise the gradient.
        swap()
        let polished = prepare(objective, updatingMetric: false)
        if polished > scaled {
          swap()
          _ = objective.value(at: x.pointer)
          evaluations += 1
          scaled = prepare(objective)
          break
        }
        scaled = polished
        value = newValue
        iterations += 1
        if scaled > Self.roundingLimit, iterations < options.iterationLimit,
          polished < 0.1 * options.gradientTolerance
        {
          break
        }
        continue
      }
      swap()
      value = newValue
      iterations += 1
      stepLimit = fraction < 0.3 ? max(0.5 * stepLimit, 0.1) : min(1.5 * stepLimit, 4 * options.stepLimit)
      scaled = prepare(objective)
    }
    return Optimum(
      point: x.array, value: value, iterations: iterations, evaluations: evaluations, scaledGradient: scaled,
      termination: termination)
  }

  /// Exchanges the current and the trial point.
  private func swap() {
    for i in 0..<dimension {
      let old = x[i]
      x[i] = trial[i]
      trial[i] = old
    }
  }

  /// Gradient, metric and held variables at the current point; returns the largest scaled gradient element.
  ///
  /// The metric is only a scale: the last step's serves after a step that changes the eighth digit.
  private func prepare(_ objective: some SmoothObjective, updatingMetric: Bool = true) -> Double {
    objective.gradient(into: g.pointer)
    if updatingMetric { objective.metric(into: metric.pointer) }
    // Squares, so that one root is taken, not one for each variable.
    var largest = 0.0
    for i in 0..<dimension {
      if hasBounds {
        held[i] = (x[i] <= lower[i] && g[i] > 0) || (x[i] >= upper[i] && g[i] < 0)
        if held[i] { continue }
      }
      let square = g[i] * g[i]
      if !square.isFinite { return .infinity }
      largest = max(largest, metric[i] > 0 ? square / metric[i] : square)
    }
    return largest.squareRoot()
  }

  /// A direction of descent, no longer than the limit; `false` when there is none.
  private func findDirection(_ objective: some SmoothObjective, isFar: Bool, limit: Double) -> Bool {
    if solveAgain() { return true }
    lastLength = .infinity
    if isFar, solve(objective, .expected) {
      shorten(limit)
      return true
    }
    if solve(objective, .exact) {
      indefiniteSteps = 0
      lastRidge = 0
      let length = shorten(limit)
      // A held variable has no row in the factor, and a shortened step does not square the error.
      if !hasBounds, length < limit { lastLength = length }
      return true
    }
    indefiniteSteps += 1
    // For some steps the expected curvature is a good guide; then it only crawls past a saddle.
    if indefiniteSteps > Self.patience {
      objective.curvature(.exact, into: hessian.pointer)
      var ridge = max(1e-3, 0.1 * lastRidge)
      while ridge < 100 {
        if solve(ridge: ridge) {
          lastRidge = ridge
          shorten(limit)
          return true
        }
        ridge *= 3
      }
    }
    objective.curvature(.expected, into: hessian.pointer)
    var ridge = 0.0
    while ridge < 1e6 {
      if solve(ridge: ridge) {
        shorten(limit)
        return true
      }
      ridge = max(1e-10, 100 * ridge)
    }
    return false
  }

  /// Solves H d = -g for the curvature of one kind at the current point.
  private func solve(_ objective: some SmoothObjective, _ kind: Curvature) -> Bool {
    objective.curvature(kind, into: factor.pointer)
    return solveFactoring(ridge: 0)
  }

  /// Solves (H + ridge · metric) d = -g for the curvature H in ``hessian``.
  private func solve(ridge: Double) -> Bool {
    factor.pointer.update(from: hessian.pointer, count: dimension * dimension)
    return solveFactoring(ridge: ridge)
  }

  /// Solves (H + ridge · metric) d = -g for the variables that are not held, for H in ``factor``, which becomes its factor.
  private func solveFactoring(ridge: Double) -> Bool {
    let n = dimension
    let a = factor.pointer
    for i in 0..<n {
      direction[i] = -g[i]
      if ridge > 0 { a[i + i * n] += ridge * (metric[i] > 0 ? metric[i] : 1) }
      if hasBounds, held[i] {
        for j in 0..<i { a[i + j * n] = 0 }
        for j in (i + 1)..<max(n, i + 1) { a[j + i * n] = 0 }
        a[i + i * n] = 1
        direction[i] = 0
      }
    }
    // A pivot that lost all its digits means a singular matrix even if rounding left it positive.
    for i in 0..<n { trial[i] = a[i + i * n] }
    guard Kernels.choleskyInPlace(a, order: n) else { return false }
    for i in 0..<n where a[i + i * n] * a[i + i * n] <= 1e-13 * trial[i] { return false }
    Kernels.solve(factor: a, order: n, direction.pointer)
    var slope = 0.0
    for i in 0..<n {
      guard direction[i].isFinite else { return false }
      slope += direction[i] * g[i]
    }
    return slope < 0
  }

  /// Solves with the last exact Hessian's factor; `false` where the step would leave more than rounding.
  private func solveAgain() -> Bool {
    guard lastLength < Self.reuseLength else { return false }
    for i in 0..<dimension { direction[i] = -g[i] }
    Kernels.solve(factor: factor.pointer, order: dimension, direction.pointer)
    return length() * lastLength <= Self.reuseLimit
      && Kernels.dot(direction.pointer, g.pointer, count: dimension) < 0
  }

  /// The longest element of the direction in the metric.
  private func length() -> Double {
    var longest = 0.0
    for i in 0..<dimension {
      longest = max(longest, direction[i] * direction[i] * metric[i])
    }
    return longest.squareRoot()
  }

  /// Shortens the direction to the limit; returns its length before.
  @discardableResult
  private func shorten(_ limit: Double) -> Double {
    let longest = length()
    if longest > limit {
      let factor = limit / longest
      for i in 0..<dimension { direction[i] *= factor }
    }
    return longest
  }

  /// Backtracks from the full step; leaves the accepted point in `trial` and returns its value and fraction.
  private func search(
    _ objective: some SmoothObjective, from value: Double, slope: Double, evaluations: inout Int,
    isPolishing: Bool
  ) -> (value: Double, fraction: Double)? {
    var fraction = 1.0
    // What rounding can do to the value: a step of that size cannot be judged by it.
    let noise = 1e-13 * max(1, value.magnitude)
    for _ in 0..<40 {
      var moved = false
      for i in 0..<dimension {
        var next = x[i] + fraction * direction[i]
        if hasBounds { next = min(max(next, lower[i]), upper[i]) }
        if next != x[i] { moved = true }
        trial[i] = next
      }
      guard moved else { return nil }
      evaluations += 1
      if let new = objective.value(at: trial.pointer), new.isFinite {
        if new <= value + 1e-4 * fraction * slope || (new <= value + noise && -slope * fraction < 100 * noise)
        {
          return (new, fraction)
        }
        if isPolishing { return nil }
        // The minimum of the parabola through both values and the slope.
        let curvature = new - value - fraction * slope
        let minimum = curvature > 0 ? -0.5 * slope * fraction * fraction / curvature : 0.5 * fraction
        fraction = min(max(minimum, 0.1 * fraction), 0.5 * fraction)
      } else {
        if isPolishing { return nil }
        fraction *= 0.5
      }
    }
    return nil
  }
}
