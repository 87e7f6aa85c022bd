/// Where a constrained minimisation ended.
public struct ConstrainedOptimum: Sendable, Hashable {
  /// The point, with the gradient of the Lagrangian in place of the gradient.
  public var optimum: Optimum
  /// The multiplier of each constraint, in ∇F + Σ multiplier ∇c = 0; 0 for an inequality that is not active.
  public var multipliers: [Double]
  /// The values of the constraint functions.
  public var values: [Double]
  /// Each constraint's distance from being met, divided by the length of its gradient in the objective's metric.
  public var violations: [Double]
}

/// Minimises under equality and inequality constraints, and bounds.
///
/// Linear equalities alone are eliminated: x = x₀ + K z with K a basis of the null space of their Jacobian. Otherwise
/// augmented Lagrangians (Hestenes 1969, Powell 1969, Rockafellar 1974) are minimised by ``NewtonMinimizer``, and the
/// point is then polished by Newton's method on the Karush-Kuhn-Tucker equations of the active constraints (Nocedal and
/// Wright 2006, chapters 17 and 18), which leaves only rounding. Constraints are scaled by the length of their gradient
/// in the objective's metric, so that units do not matter.
public enum ConstrainedMinimizer {
  /// A constraint counts as met when its scaled value is below this.
  public static let feasibilityTolerance = 1e-8

  /// Minimises from a start that need not meet the constraints.
  ///
  /// - Parameters:
  ///   - objective: The function.
  ///   - constraints: The constraints.
  ///   - lower: Lower bounds, or `nil`.
  ///   - upper: Upper bounds, or `nil`.
  ///   - start: The start.
  ///   - options: As for ``NewtonMinimizer``.
  /// - Returns: The optimum; it is `converged` only if the constraints are met too.
  public static func minimize(
    _ objective: some SmoothObjective, subjectTo constraints: some ConstraintFunctions, lower: [Double]?,
    upper: [Double]?, from start: [Double], options: NewtonMinimizer.Options = NewtonMinimizer.Options()
  ) -> ConstrainedOptimum {
    if constraints.isLinear, constraints.equalityCount == constraints.count, lower == nil, upper == nil,
      let result = eliminate(objective, constraints, start, options)
    {
      return result
    }
    return augment(objective, constraints, lower, upper, start, options)
  }

  // MARK: Linear equalities

  private static func eliminate(
    _ objective: some SmoothObjective, _ constraints: some ConstraintFunctions, _ start: [Double],
    _ options: NewtonMinimizer.Options
  ) -> ConstrainedOptimum? {
    let t = objective.dimension
    let m = constraints.count
    var state = ConstraintState(count: m, dimension: t)
    state.update(constraints, at: start)
    guard let qr = try? QR(state.jacobian) else { return nil }
    // x₀: the point of the constraints nearest to the start.
    guard let origin = leastNormPoint(state, start) else { return nil }
    let reduced = ReducedObjective(objective, origin: origin, basis: qr.nullSpace())
    guard reduced.dimension > 0 else { return nil }
    let minimizer = NewtonMinimizer(dimension: reduced.dimension)
    var optimum = minimizer.minimize(
      reduced, from: [Double](repeating: 0, count: reduced.dimension), options: options)
    optimum.point = reduced.point(optimum.point)
    state.update(constraints, at: optimum.point)
    return finish(
      objective, constraints, optimum, state, isActive: [Bool](repeating: true, count: m),
      tolerance: options.gradientTolerance)
  }

  /// start - J⁺ c.
  private static func leastNormPoint(_ state: ConstraintState, _ start: [Double]) -> [Double]? {
    guard let eigen = try? SymmetricEigen(state.jacobian * state.jacobian.transposed) else { return nil }
    let weights = eigen.pseudoInverse().multiplied(by: state.values)
    let step = state.jacobian.transposeMultiplied(by: weights)
    return zip(start, step).map { $0 - $1 }
  }

  // MARK: Augmented Lagrangian

  private static func augment(
    _ objective: some SmoothObjective, _ constraints: some ConstraintFunctions, _ lower: [Double]?,
    _ upper: [Double]?, _ start: [Double], _ options: NewtonMinimizer.Options
  ) -> ConstrainedOptimum {
    let t = objective.dimension
    let m = constraints.count
    let e = constraints.equalityCount
    let lagrangian = AugmentedLagrangian(objective, constraints)
    let minimizer = NewtonMinimizer(dimension: t, lower: lower, upper: upper)
    var point = start
    if let lower { point = zip(point, lower).map { max($0, $1) } }
    if let upper { point = zip(point, upper).map { min($0, $1) } }
    var iterations = 0
    var evaluations = 0
    var last: Optimum?
    var violation = Double.infinity
    for outer in 0..<40 {
      if !lagrangian.updateScales(at: point) { break }
      let optimum = minimizer.minimize(lagrangian, from: point, options: options)
      iterations += optimum.iterations
      evaluations += optimum.evaluations
      guard optimum.termination != .undefinedStart else {
        last = last ?? optimum
        break
      }
      last = optimum
      point = optimum.point
      let new = lagrangian.updateMultipliers(at: point)
      if new < 0.1 * feasibilityTolerance { break }
      if new > 0.25 * violation || outer > 20 { lagrangian.penalty = min(10 * lagrangian.penalty, 1e8) }
      violation = new
    }
    guard var optimum = last, optimum.termination != .undefinedStart else {
      return ConstrainedOptimum(
        optimum: Optimum(
          point: start, value: .nan, iterations: 0, evaluations: 1, scaledGradient: .nan,
          termination: .undefinedStart),
        multipliers: [Double](repeating: 0, count: m), values: [Double](repeating: .nan, count: m),
        violations: [Double](repeating: .infinity, count: m))
    }
    optimum.iterations = iterations
    optimum.evaluations = evaluations
    let multipliers = lagrangian.multipliers
    let isActive = (0..<m).map { $0 < e || multipliers[$0] != 0 }
    var state = ConstraintState(count: m, dimension: t)
    polish(objective, constraints, lower, upper, isActive, &optimum, &state)
    return finish(
      objective, constraints, optimum, state, isActive: isActive,
      held: (0..<t).map { isHeld($0, optimum.point, lower, upper) }, tolerance: options.gradientTolerance)
  }

  private static func isHeld(_ i: Int, _ x: [Double], _ lower: [Double]?, _ upper: [Double]?) -> Bool {
    if let lower, x[i] <= lower[i] { return true }
    if let upper, x[i] >= upper[i] { return true }
    return false
  }

  /// Newton's method on the equations of the active constraints; keeps the best point.
  private static func polish(
    _ objective: some SmoothObjective, _ constraints: some ConstraintFunctions, _ lower: [Double]?,
    _ upper: [Double]?, _ isActive: [Bool], _ optimum: inout Optimum, _ state: inout ConstraintState
  ) {
    let t = objective.dimension
    var best = Double.infinity
    var point = optimum.point
    for _ in 0..<8 {
      guard let value = evaluate(objective, at: point) else { break }
      state.update(constraints, at: point)
      let held = (0..<t).map { isHeld($0, point, lower, upper) }
      let free = (0..<t).filter { !held[$0] }
      guard let rows = independentRows(state.jacobian, isActive, free) else { break }
      let gradient = NumberBuffer(count: t)
      objective.gradient(into: gradient.pointer)
      let lambda = leastSquaresMultipliers(gradient.array, state.jacobian, rows, free)
      let residual = residualSize(objective, gradient.array, state, rows, lambda, free)
      guard residual < best else { break }
      best = residual
      optimum.point = point
      optimum.value = value
      if residual < 1e-14 { break }
      // [H Jᵀ; J 0] [step; λ] = [-g; -c]
      let hessian = NumberBuffer(count: t * t)
      objective.curvature(.exact, into: hessian.pointer)
      Kernels.mirrorLower(hessian.pointer, order: t)
      var weights = [Double](repeating: 0, count: constraints.count)
      for (position, row) in rows.enumerated() { weights[row] = lambda[position] }
      weights.withUnsafeBufferPointer { weights in
        if let base = weights.baseAddress { constraints.addHessian(weights: base, into: hessian.pointer) }
      }
      let n = free.count + rows.count
      var system = Matrix(rowCount: n, columnCount: n)
      var right = [Double](repeating: 0, count: n)
      for (a, i) in free.enumerated() {
        right[a] = -gradient[i]
        for (b, j) in free.enumerated() { system[a, b] = hessian[i + j * t] }
        for (b, row) in rows.enumerated() {
          system[a, free.count + b] = state.jacobian[row, i]
          system[free.count + b, a] = state.jacobian[row, i]
        }
      }
      for (b, row) in rows.enumerated() { right[free.count + b] = -state.values[row] }
      guard let factor = try? LU(system) else { break }
      let step = factor.solve(right)
      guard step.allSatisfy(\.isFinite) else { break }
      for (a, i) in free.enumerated() { point[i] += step[a] }
      if let lower { point = zip(point, lower).map { max($0, $1) } }
      if let upper { point = zip(point, upper).map { min($0, $1) } }
    }
    _ = evaluate(objective, at: optimum.point)
    state.update(constraints, at: optimum.point)
  }

  /// A largest set of active constraints whose gradients are independent on the variables that can move.
  private static func independentRows(_ jacobian: Matrix, _ isActive: [Bool], _ free: [Int]) -> [Int]? {
    let active = isActive.indices.filter { isActive[$0] }
    guard !active.isEmpty, !free.isEmpty else { return [] }
    guard let qr = try? QR(jacobian.submatrix(rows: active, columns: free).transposed) else { return nil }
    return qr.permutation.prefix(qr.rank).map { active[$0] }.sorted()
  }

  /// λ that makes g + Jᵀλ smallest on the variables that can move.
  private static func leastSquaresMultipliers(
    _ gradient: [Double], _ jacobian: Matrix, _ rows: [Int], _ free: [Int]
  ) -> [Double] {
    guard !rows.isEmpty, let qr = try? QR(jacobian.submatrix(rows: rows, columns: free).transposed) else {
      return []
    }
    return qr.solve(free.map { -gradient[$0] })
  }

  private static func residualSize(
    _ objective: some SmoothObjective, _ gradient: [Double], _ state: ConstraintState, _ rows: [Int],
    _ lambda: [Double], _ free: [Int]
  ) -> Double {
    let metric = NumberBuffer(count: objective.dimension)
    objective.metric(into: metric.pointer)
    var largest = 0.0
    for i in free {
      var value = gradient[i]
      for (position, row) in rows.enumerated() { value += lambda[position] * state.jacobian[row, i] }
      largest = max(largest, value.magnitude / (metric[i] > 0 ? metric[i].squareRoot() : 1))
    }
    let scales = state.scales(metric.array)
    for row in rows { largest = max(largest, state.values[row].magnitude / scales[row]) }
    return largest.isFinite ? largest : .infinity
  }

  private static func finish(
    _ objective: some SmoothObjective, _ constraints: some ConstraintFunctions, _ optimum: Optimum,
    _ state: ConstraintState, isActive: [Bool], held: [Bool]? = nil, tolerance: Double
  ) -> ConstrainedOptimum {
    var optimum = optimum
    let t = objective.dimension
    let m = constraints.count
    _ = evaluate(objective, at: optimum.point)
    let gradient = NumberBuffer(count: t)
    let metric = NumberBuffer(count: t)
    objective.gradient(into: gradient.pointer)
    objective.metric(into: metric.pointer)
    let free = (0..<t).filter { !(held?[$0] ?? false) }
    let rows = independentRows(state.jacobian, isActive, free) ?? []
    let lambda = leastSquaresMultipliers(gradient.array, state.jacobian, rows, free)
    var multipliers = [Double](repeating: 0, count: m)
    for (position, row) in rows.enumerated() { multipliers[row] = lambda[position] }
    let scales = state.scales(metric.array)
    let violations = (0..<m).map { k in
      (k < constraints.equalityCount ? state.values[k].magnitude : max(0, -state.values[k])) / scales[k]
    }
    var largest = 0.0
    for i in free {
      var value = gradient[i]
      for (position, row) in rows.enumerated() { value += lambda[position] * state.jacobian[row, i] }
      largest = max(largest, value.magnitude / (metric[i] > 0 ? metric[i].squareRoot() : 1))
    }
    optimum.scaledGradient = largest
    let isMet = violations.allSatisfy { $0 <= feasibilityTolerance }
    if isMet, largest <= tolerance {
      optimum.termination = .converged
    } else if optimum.termination == .converged {
      optimum.termination = .stalled
    }
    return ConstrainedOptimum(
      optimum: optimum, multipliers: multipliers, values: state.values, violations: violations)
  }

  fileprivate static func evaluate(_ objective: some SmoothObjective, at point: [Double]) -> Double? {
    point.withUnsafeBufferPointer { $0.baseAddress.flatMap { objective.value(at: $0) } }
  }
}

/// The constraint functions at a point.
private struct ConstraintState {
  var values: [Double]
  var jacobian: Matrix

  init(count: Int, dimension: Int) {
    values = [Double](repeating: 0, count: count)
    jacobian = Matrix(rowCount: count, columnCount: dimension)
  }

  mutating func update(_ constraints: some ConstraintFunctions, at point: [Double]) {
    point.withUnsafeBufferPointer { point in
      values.withUnsafeMutableBufferPointer { values in
        jacobian.elements.withUnsafeMutableBufferPointer { jacobian in
          guard let x = point.baseAddress, let c = values.baseAddress, let j = jacobian.baseAddress else {
            return
          }
          constraints.evaluate(at: x, values: c, jacobian: j)
        }
      }
    }
  }

  /// The length of each gradient in the metric: √ Σ (∂c/∂xᵢ)² / metricᵢ.
  func scales(_ metric: [Double]) -> [Double] {
    values.indices.map { k in
      var sum = 0.0
      for i in metric.indices {
        let slope = jacobian[k, i]
        sum += slope * slope / (metric[i] > 0 ? metric[i] : 1)
      }
      return sum > 0 && sum.isFinite ? sum.squareRoot() : 1
    }
  }
}

/// F(x₀ + K z) as a function of z.
private final class ReducedObjective<Base: SmoothObjective>: SmoothObjective {
  private let base: Base
  private let origin: [Double]
  private let basis: Matrix
  private let x: NumberBuffer
  private let work: NumberBuffer
  private let square: NumberBuffer
  let dimension: Int

  init(_ base: Base, origin: [Double], basis: Matrix) {
    self.base = base
    self.origin = origin
    self.basis = basis
    dimension = basis.columnCount
    x = NumberBuffer(count: base.dimension)
    work = NumberBuffer(count: base.dimension)
    square = NumberBuffer(count: base.dimension * base.dimension)
  }

  func point(_ z: [Double]) -> [Double] { zip(origin, basis.multiplied(by: z)).map { $0 + $1 } }

  func value(at z: UnsafePointer<Double>) -> Double? {
    let t = base.dimension
    for i in 0..<t {
      var sum = origin[i]
      for j in 0..<dimension { sum += basis.elements[i + j * t] * z[j] }
      x[i] = sum
    }
    return base.value(at: x.pointer)
  }

  func gradient(into gradient: UnsafeMutablePointer<Double>) {
    base.gradient(into: work.pointer)
    let t = base.dimension
    for j in 0..<dimension {
      var sum = 0.0
      for i in 0..<t { sum += basis.elements[i + j * t] * work[i] }
      gradient[j] = sum
    }
  }

  func curvature(_ kind: Curvature, into matrix: UnsafeMutablePointer<Double>) {
    let t = base.dimension
    base.curvature(kind, into: square.pointer)
    Kernels.mirrorLower(square.pointer, order: t)
    for j in 0..<dimension {
      for i in 0..<t {
        var sum = 0.0
        for k in 0..<t { sum += square[i + k * t] * basis.elements[k + j * t] }
        work[i] = sum
      }
      for l in j..<dimension {
        var sum = 0.0
        for i in 0..<t { sum += basis.elements[i + l * t] * work[i] }
        matrix[l + j * dimension] = sum
      }
    }
  }

  func metric(into diagonal: UnsafeMutablePointer<Double>) {
    base.metric(into: work.pointer)
    let t = base.dimension
    for j in 0..<dimension {
      var sum = 0.0
      for i in 0..<t { sum += basis.elements[i + j * t] * basis.elements[i + j * t] * work[i] }
      diagonal[j] = sum
    }
  }
}

/// F + Σ over equalities (λc + ½ρc²) + Σ over inequalities of (max(0, λ - ρc)² - λ²) / 2ρ, constraints scaled.
private final class AugmentedLagrangian<Base: SmoothObjective, Functions: ConstraintFunctions>:
  SmoothObjective
{
  private let base: Base
  private let functions: Functions
  private let c, jacobian, lambda, scale, weights: NumberBuffer
  private let metricBuffer: NumberBuffer
  var penalty = 10.0
  let dimension: Int

  init(_ base: Base, _ functions: Functions) {
    self.base = base
    self.functions = functions
    dimension = base.dimension
    let m = functions.count
    c = NumberBuffer(count: m)
    jacobian = NumberBuffer(count: m * base.dimension)
    lambda = NumberBuffer(count: m)
    scale = NumberBuffer(count: m)
    weights = NumberBuffer(count: m)
    metricBuffer = NumberBuffer(count: base.dimension)
    scale.fill(1)
  }

  /// The multipliers in ∇F + Σ multiplier ∇c = 0.
  var multipliers: [Double] {
    (0..<functions.count).map { k in
      (k < functions.equalityCount ? lambda[k] : -lambda[k]) / scale[k]
    }
  }

  /// Scales of the constraints at a point; false where the function is not defined there.
  func updateScales(at point: [Double]) -> Bool {
    guard ConstrainedMinimizer.evaluate(base, at: point) != nil else { return false }
    base.metric(into: metricBuffer.pointer)
    evaluate(point)
    for k in 0..<functions.count {
      var sum = 0.0
      for i in 0..<dimension {
        let slope = jacobian[k + i * functions.count]
        sum += slope * slope / (metricBuffer[i] > 0 ? metricBuffer[i] : 1)
      }
      let new = sum > 0 && sum.isFinite ? sum.squareRoot() : 1
      // The multiplier belongs to the scaled constraint: keep λ/scale.
      lambda[k] *= new / scale[k]
      scale[k] = new
    }
    return true
  }

  /// First-order update; returns the largest scaled violation.
  func updateMultipliers(at point: [Double]) -> Double {
    evaluate(point)
    var largest = 0.0
    for k in 0..<functions.count {
      let value = c[k] / scale[k]
      if k < functions.equalityCount {
        largest = max(largest, value.magnitude)
        lambda[k] += penalty * value
      } else {
        largest = max(largest, min(value, lambda[k] / penalty).magnitude)
        lambda[k] = max(0, lambda[k] - penalty * value)
      }
    }
    return largest.isFinite ? largest : .infinity
  }

  private func evaluate(_ point: [Double]) {
    point.withUnsafeBufferPointer {
      if let x = $0.baseAddress { functions.evaluate(at: x, values: c.pointer, jacobian: jacobian.pointer) }
    }
  }

  func value(at x: UnsafePointer<Double>) -> Double? {
    guard var sum = base.value(at: x) else { return nil }
    functions.evaluate(at: x, values: c.pointer, jacobian: jacobian.pointer)
    for k in 0..<functions.count {
      let value = c[k] / scale[k]
      guard value.isFinite else { return nil }
      if k < functions.equalityCount {
        sum += lambda[k] * value + 0.5 * penalty * value * value
      } else {
        let shifted = max(0, lambda[k] - penalty * value)
        sum += (shifted * shifted - lambda[k] * lambda[k]) / (2 * penalty)
      }
    }
    return sum
  }

  /// The derivative of the penalty part by the scaled constraint.
  private func slope(_ k: Int) -> Double {
    let value = c[k] / scale[k]
    return k < functions.equalityCount ? lambda[k] + penalty * value : -max(0, lambda[k] - penalty * value)
  }

  func gradient(into gradient: UnsafeMutablePointer<Double>) {
    base.gradient(into: gradient)
    for k in 0..<functions.count {
      let factor = slope(k) / scale[k]
      if factor == 0 { continue }
      for i in 0..<dimension { gradient[i] += factor * jacobian[k + i * functions.count] }
    }
  }

  func curvature(_ kind: Curvature, into matrix: UnsafeMutablePointer<Double>) {
    base.curvature(kind, into: matrix)
    let m = functions.count
    for k in 0..<m {
      let isFelt = k < functions.equalityCount || slope(k) != 0
      weights[k] = slope(k) / scale[k]
      guard isFelt else { continue }
      let factor = penalty / (scale[k] * scale[k])
      for j in 0..<dimension {
        let right = factor * jacobian[k + j * m]
        if right == 0 { continue }
        for i in j..<dimension { matrix[i + j * dimension] += jacobian[k + i * m] * right }
      }
    }
    if kind == .exact, !functions.isLinear { functions.addHessian(weights: weights.pointer, into: matrix) }
  }

  func metric(into diagonal: UnsafeMutablePointer<Double>) { base.metric(into: diagonal) }
}
