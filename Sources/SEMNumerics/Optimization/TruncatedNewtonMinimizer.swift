/// Newton's method without a Hessian, for problems of thousands of variables whose gradient is cheap.
///
/// A step solves `H d = -g` roughly by conjugate gradients, preconditioned by the metric, where `H v` is the difference
/// of two gradients along v (Dembo and Steihaug 1983, "Truncated-Newton algorithms for large-scale unconstrained
/// optimization"; Nocedal and Wright 2006, section 7.1). The nearer the solution, the more exactly it solves, so that
/// convergence is superlinear. Memory is a few vectors.
public final class TruncatedNewtonMinimizer {
  private let dimension: Int
  private let x, trial, g, shifted, direction, residual, conjugate, product, metric: NumberBuffer
  private var evaluations = 0
  /// The most conjugate gradient steps of one Newton step.
  private static let innerLimit = 250

  /// Makes the memory for problems of one dimension.
  public init(dimension: Int) {
    self.dimension = dimension
    x = NumberBuffer(count: dimension)
    trial = NumberBuffer(count: dimension)
    g = NumberBuffer(count: dimension)
    shifted = NumberBuffer(count: dimension)
    direction = NumberBuffer(count: dimension)
    residual = NumberBuffer(count: dimension)
    conjugate = NumberBuffer(count: dimension)
    product = NumberBuffer(count: dimension)
    metric = NumberBuffer(count: dimension)
  }

  /// Minimises from a start; see ``NewtonMinimizer/minimize(_:from:options:)``.
  ///
  /// - Complexity: one value and gradient for each conjugate gradient step, of which there are some tens a step.
  public func minimize(
    _ objective: some SmoothObjective, from start: [Double],
    options: NewtonMinimizer.Options = NewtonMinimizer.Options()
  ) -> Optimum {
    precondition(start.count == dimension && objective.dimension == dimension, "Shapes must agree.")
    x.assign(start)
    evaluations = 1
    guard var value = objective.value(at: x.pointer), value.isFinite else {
      return Optimum(
        point: x.array, value: .nan, iterations: 0, evaluations: 1, scaledGradient: .nan,
        termination: .undefinedStart)
    }
    var iterations = 0
    var scaled = prepare(objective)
    var termination = Termination.iterationLimit
    var idleSteps = 0
    while iterations < options.iterationLimit {
      if scaled <= options.gradientTolerance {
        termination = .converged
        break
      }
      findDirection(objective, scaled: scaled, limit: options.stepLimit)
      guard let newValue = search(objective, from: value) else {
        termination = .stalled
        break
      }
      let last = (value, scaled)
      value = newValue
      iterations += 1
      scaled = prepare(objective)
      // Steps that change nothing would go on until the limit.
      idleSteps = last == (value, scaled) ? idleSteps + 1 : 0
      if idleSteps == 3 {
        termination = .stalled
        break
      }
    }
    // The objective's state belongs to the point.
    _ = objective.value(at: x.pointer)
    return Optimum(
      point: x.array, value: value, iterations: iterations, evaluations: evaluations, scaledGradient: scaled,
      termination: termination)
  }

  /// Gradient and metric at the current point, where the objective stands; the largest scaled gradient element.
  private func prepare(_ objective: some SmoothObjective) -> Double {
    objective.gradient(into: g.pointer)
    objective.metric(into: metric.pointer)
    var largest = 0.0
    for i in 0..<dimension {
      if !(metric[i] > 0) { metric[i] = 1 }
      let size = g[i].magnitude / metric[i].squareRoot()
      if !size.isFinite { return .infinity }
      largest = max(largest, size)
    }
    return largest
  }

  /// Conjugate gradients from zero; ends at negative curvature with what there is, at first with -g over the metric.
  private func findDirection(_ objective: some SmoothObjective, scaled: Double, limit: Double) {
    let n = dimension
    var along = 0.0
    for i in 0..<n {
      direction[i] = 0
      residual[i] = -g[i]
      conjugate[i] = residual[i] / metric[i]
      along += residual[i] * conjugate[i]
    }
    let goal = along * max(1e-10, min(0.01, scaled * scaled.squareRoot()))
    for step in 0..<Self.innerLimit {
      guard multiplyHessian(objective, conjugate.pointer) else { break }
      let curvature = Kernels.dot(conjugate.pointer, product.pointer, count: n)
      var size = 0.0
      for i in 0..<n { size += conjugate[i] * conjugate[i] * metric[i] }
      if !(curvature > 1e-8 * size) {
        if step == 0 { direction.pointer.update(from: conjugate.pointer, count: n) }
        break
      }
      let length = along / curvature
      for i in 0..<n {
        direction[i] += length * conjugate[i]
        residual[i] -= length * product[i]
      }
      var next = 0.0
      for i in 0..<n { next += residual[i] * residual[i] / metric[i] }
      if next <= goal { break }
      let ratio = next / along
      along = next
      for i in 0..<n { conjugate[i] = residual[i] / metric[i] + ratio * conjugate[i] }
    }
    if Kernels.dot(g.pointer, direction.pointer, count: n) >= 0 {
      for i in 0..<n { direction[i] = -g[i] / metric[i] }
    }
    var longest = 0.0
    for i in 0..<n { longest = max(longest, direction[i].magnitude * metric[i].squareRoot()) }
    if longest > limit { for i in 0..<n { direction[i] *= limit / longest } }
  }

  /// H v as a forward difference of gradients, the shift 1e-6 of a metric unit in the largest element.
  private func multiplyHessian(_ objective: some SmoothObjective, _ v: UnsafePointer<Double>) -> Bool {
    var longest = 0.0
    for i in 0..<dimension { longest = max(longest, v[i].magnitude * metric[i].squareRoot()) }
    guard longest > 0, longest.isFinite else { return false }
    let shift = 1e-6 / longest
    for i in 0..<dimension { trial[i] = x[i] + shift * v[i] }
    evaluations += 1
    guard let value = objective.value(at: trial.pointer), value.isFinite else { return false }
    objective.gradient(into: shifted.pointer)
    for i in 0..<dimension { product[i] = (shifted[i] - g[i]) / shift }
    return true
  }

  /// Backtracks from the full step; moves to the accepted point.
  private func search(_ objective: some SmoothObjective, from value: Double) -> Double? {
    let slope = Kernels.dot(g.pointer, direction.pointer, count: dimension)
    // What rounding can do to the value: sums of as many terms as there are variables, which cancel near the minimum.
    let noise = 1e-13 * max(1, value.magnitude, Double(dimension))
    var fraction = 1.0
    for _ in 0..<40 {
      for i in 0..<dimension { trial[i] = x[i] + fraction * direction[i] }
      evaluations += 1
      if let new = objective.value(at: trial.pointer), new.isFinite,
        new <= value + 1e-4 * fraction * slope || (new <= value + noise && -slope * fraction < 100 * noise)
      {
        x.pointer.update(from: trial.pointer, count: dimension)
        return new
      }
      fraction *= 0.4
    }
    return nil
  }
}
