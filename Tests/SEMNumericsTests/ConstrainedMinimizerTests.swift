import SEMNumerics
import Testing

/// A function given with its derivatives.
private final class TestObjective: SmoothObjective {
  let dimension: Int
  private let function: ([Double]) -> Double
  private let slope: ([Double]) -> [Double]
  private let curve: ([Double]) -> [[Double]]
  private var point: [Double] = []

  init(
    _ dimension: Int, _ function: @escaping ([Double]) -> Double, _ slope: @escaping ([Double]) -> [Double],
    _ curve: @escaping ([Double]) -> [[Double]]
  ) {
    self.dimension = dimension
    self.function = function
    self.slope = slope
    self.curve = curve
  }

  func value(at x: UnsafePointer<Double>) -> Double? {
    point = (0..<dimension).map { x[$0] }
    return function(point)
  }
  func gradient(into gradient: UnsafeMutablePointer<Double>) {
    for (i, value) in slope(point).enumerated() { gradient[i] = value }
  }
  func curvature(_ kind: Curvature, into matrix: UnsafeMutablePointer<Double>) {
    let rows = curve(point)
    for i in 0..<dimension {
      for j in 0..<dimension {
        // The expected curvature of these functions is the identity: positive definite, and nothing more.
        matrix[i + j * dimension] = kind == .exact ? rows[i][j] : (i == j ? 1 : 0)
      }
    }
  }
  func metric(into diagonal: UnsafeMutablePointer<Double>) {
    for i in 0..<dimension { diagonal[i] = 1 }
  }
}

/// Constraints given with their derivatives.
private final class TestConstraints: ConstraintFunctions {
  struct Function {
    var value: ([Double]) -> Double
    var gradient: ([Double]) -> [Double]
    var hessian: ([Double]) -> [[Double]]
  }
  let count: Int
  let equalityCount: Int
  let isLinear: Bool
  private let functions: [Function]
  private let dimension: Int
  private var point: [Double] = []

  init(_ dimension: Int, equalities: [Function], inequalities: [Function] = [], isLinear: Bool = false) {
    self.dimension = dimension
    functions = equalities + inequalities
    count = functions.count
    equalityCount = equalities.count
    self.isLinear = isLinear
  }

  func evaluate(
    at x: UnsafePointer<Double>, values: UnsafeMutablePointer<Double>, jacobian: UnsafeMutablePointer<Double>
  ) {
    point = (0..<dimension).map { x[$0] }
    for (k, function) in functions.enumerated() {
      values[k] = function.value(point)
      for (i, value) in function.gradient(point).enumerated() { jacobian[k + i * count] = value }
    }
  }
  func addHessian(weights: UnsafePointer<Double>, into matrix: UnsafeMutablePointer<Double>) {
    for (k, function) in functions.enumerated() {
      let rows = function.hessian(point)
      for i in 0..<dimension {
        for j in 0..<dimension { matrix[i + j * dimension] += weights[k] * rows[i][j] }
      }
    }
  }
}

/// Newton's last step leaves only rounding; solutions below are of order one.
private let solutionTolerance = 1e-9

private func rosenbrock() -> TestObjective {
  TestObjective(
    2, { 100 * ($0[1] - $0[0] * $0[0]) * ($0[1] - $0[0] * $0[0]) + (1 - $0[0]) * (1 - $0[0]) },
    { [-400 * $0[0] * ($0[1] - $0[0] * $0[0]) - 2 * (1 - $0[0]), 200 * ($0[1] - $0[0] * $0[0])] },
    { [[1200 * $0[0] * $0[0] - 400 * $0[1] + 2, -400 * $0[0]], [-400 * $0[0], 200]] })
}

private func linear(_ a: [Double], _ b: Double) -> TestConstraints.Function {
  TestConstraints.Function(
    value: { x in zip(a, x).reduce(-b) { $0 + $1.0 * $1.1 } }, gradient: { _ in a },
    hessian: { _ in a.map { _ in a.map { _ in 0 } } })
}

@Suite struct ConstrainedMinimizerTests {
  @Test func linearEqualitiesAreEliminated() {
    // On x + y = 1 Rosenbrock's function has one minimum, where its derivative along (1, -1) vanishes.
    let constraints = TestConstraints(2, equalities: [linear([1, 1], 1)], isLinear: true)
    let result = ConstrainedMinimizer.minimize(
      rosenbrock(), subjectTo: constraints, lower: nil, upper: nil, from: [-1, 3])
    let x = result.optimum.point
    #expect(result.optimum.termination == .converged)
    #expect(abs(x[0] + x[1] - 1) < solutionTolerance)
    let slope = -400 * x[0] * (x[1] - x[0] * x[0]) - 2 * (1 - x[0]) - 200 * (x[1] - x[0] * x[0])
    #expect(abs(slope) < 1e-6)
    // ∇F + λ ∇c = 0.
    #expect(abs(200 * (x[1] - x[0] * x[0]) + result.multipliers[0]) < 1e-6)
  }

  @Test func redundantEqualitiesDoNoHarm() {
    let constraints = TestConstraints(
      2, equalities: [linear([1, 1], 1), linear([2, 2], 2)], isLinear: true)
    let result = ConstrainedMinimizer.minimize(
      rosenbrock(), subjectTo: constraints, lower: nil, upper: nil, from: [0.3, 0.2])
    #expect(result.optimum.termination == .converged)
    #expect(abs(result.optimum.point[0] + result.optimum.point[1] - 1) < solutionTolerance)
  }

  /// Problem 71 of Hock and Schittkowski (1981): equality, inequality and bounds; solution printed there.
  @Test func hockSchittkowski71() {
    let objective = TestObjective(
      4, { $0[0] * $0[3] * ($0[0] + $0[1] + $0[2]) + $0[2] },
      { x in
        [
          x[3] * (2 * x[0] + x[1] + x[2]), x[0] * x[3], x[0] * x[3] + 1, x[0] * (x[0] + x[1] + x[2]),
        ]
      },
      { x in
        [
          [2 * x[3], x[3], x[3], 2 * x[0] + x[1] + x[2]], [x[3], 0, 0, x[0]], [x[3], 0, 0, x[0]],
          [2 * x[0] + x[1] + x[2], x[0], x[0], 0],
        ]
      })
    let norm = TestConstraints.Function(
      value: { x in x.reduce(-40) { $0 + $1 * $1 } }, gradient: { x in x.map { 2 * $0 } },
      hessian: { x in x.indices.map { i in x.indices.map { $0 == i ? 2 : 0 } } })
    let product = TestConstraints.Function(
      value: { $0.reduce(1, *) - 25 },
      gradient: { x in x.indices.map { i in x.indices.filter { $0 != i }.reduce(1) { $0 * x[$1] } } },
      hessian: { x in
        x.indices.map { i in
          x.indices.map { j in
            i == j ? 0 : x.indices.filter { $0 != i && $0 != j }.reduce(1) { $0 * x[$1] }
          }
        }
      })
    let result = ConstrainedMinimizer.minimize(
      objective, subjectTo: TestConstraints(4, equalities: [norm], inequalities: [product]),
      lower: [1, 1, 1, 1], upper: [5, 5, 5, 5], from: [1, 5, 5, 1])
    #expect(result.optimum.termination == .converged)
    // The printed solution has eight digits.
    for (value, printed) in zip(result.optimum.point, [1, 4.74299963, 3.82114998, 1.37940829]) {
      #expect(abs(value - printed) < 1e-7)
    }
    #expect(abs(result.optimum.value - 17.0140173) < 1e-7)
  }

  @Test func inactiveInequalityHasNoMultiplier() {
    let result = ConstrainedMinimizer.minimize(
      rosenbrock(), subjectTo: TestConstraints(2, equalities: [], inequalities: [linear([1, 0], 0.5)]),
      lower: nil,
      upper: nil, from: [2, 2])
    #expect(result.optimum.termination == .converged)
    #expect(result.multipliers == [0])
    #expect(abs(result.optimum.point[0] - 1) < solutionTolerance)
  }

  @Test func contradictionIsNotCalledConverged() {
    let result = ConstrainedMinimizer.minimize(
      rosenbrock(), subjectTo: TestConstraints(2, equalities: [linear([1, 1], 1), linear([1, 1], 2)]),
      lower: nil,
      upper: nil, from: [0, 0])
    #expect(result.optimum.termination != .converged)
    #expect((result.violations.max() ?? 0) > 0.01)
  }
}
