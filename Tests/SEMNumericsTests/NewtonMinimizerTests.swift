import SEMNumerics
import Testing

/// A function of a few variables given by closures.
final class FunctionObjective: SmoothObjective {
  let dimension: Int
  private let function: ([Double]) -> Double?
  private let gradientFunction: ([Double]) -> [Double]
  private let hessian: ([Double]) -> [[Double]]
  private let jacobian: (([Double]) -> [[Double]])?
  private var point: [Double]
  private(set) var evaluations = 0

  init(
    _ dimension: Int, value: @escaping ([Double]) -> Double?, gradient: @escaping ([Double]) -> [Double],
    hessian: @escaping ([Double]) -> [[Double]], jacobian: (([Double]) -> [[Double]])? = nil
  ) {
    self.dimension = dimension
    function = value
    gradientFunction = gradient
    self.hessian = hessian
    self.jacobian = jacobian
    point = [Double](repeating: 0, count: dimension)
  }

  func value(at x: UnsafePointer<Double>) -> Double? {
    evaluations += 1
    point = Array(UnsafeBufferPointer(start: x, count: dimension))
    return function(point)
  }

  func gradient(into gradient: UnsafeMutablePointer<Double>) {
    for (index, value) in gradientFunction(point).enumerated() { gradient[index] = value }
  }

  /// The exact Hessian; as the expected one 2 JᵀJ for a sum of squares, else the diagonal made positive.
  func curvature(_ kind: Curvature, into matrix: UnsafeMutablePointer<Double>) {
    let rows = kind == .exact ? hessian(point) : stand()
    for i in 0..<dimension { for j in 0..<dimension { matrix[i + j * dimension] = rows[i][j] } }
  }

  private func stand() -> [[Double]] {
    if let jacobian {
      let product = 2 * Matrix(rows: jacobian(point)).crossProduct()
      return (0..<dimension).map { product.row($0) }
    }
    let rows = hessian(point)
    return (0..<dimension).map { i in (0..<dimension).map { i == $0 ? max(rows[i][i].magnitude, 1e-3) : 0 } }
  }

  func metric(into diagonal: UnsafeMutablePointer<Double>) {
    let rows = stand()
    for i in 0..<dimension { diagonal[i] = rows[i][i] }
  }
}

@Suite struct NewtonMinimizerTests {
  /// The scaled gradient is at rounding, the point as good as the Hessian is conditioned.
  static let accuracy = 1e-9

  private static func rosenbrock() -> FunctionObjective {
    FunctionObjective(
      2,
      value: { x in
        let (a, b) = (1 - x[0], x[1] - x[0] * x[0])
        return a * a + 100 * b * b
      },
      gradient: { x in
        let b = x[1] - x[0] * x[0]
        return [-2 * (1 - x[0]) - 400 * x[0] * b, 200 * b]
      },
      hessian: { x in
        [[2 - 400 * (x[1] - 3 * x[0] * x[0]), -400 * x[0]], [-400 * x[0], 200]]
      },
      jacobian: { x in [[-1, 0], [-20 * x[0], 10]] })
  }

  private static func wood(hasJacobian: Bool = true) -> FunctionObjective {
    FunctionObjective(
      4,
      value: { x in
        let (a, b) = (x[1] - x[0] * x[0], x[3] - x[2] * x[2])
        let (c, d) = (1 - x[0], 1 - x[2])
        let (e, f) = (x[1] - 1, x[3] - 1)
        return 100 * a * a + c * c + 90 * b * b + d * d + 10.1 * (e * e + f * f) + 19.8 * e * f
      },
      gradient: { x in
        let (a, b) = (x[1] - x[0] * x[0], x[3] - x[2] * x[2])
        return [
          -400 * x[0] * a - 2 * (1 - x[0]), 200 * a + 20.2 * (x[1] - 1) + 19.8 * (x[3] - 1),
          -360 * x[2] * b - 2 * (1 - x[2]), 180 * b + 20.2 * (x[3] - 1) + 19.8 * (x[1] - 1),
        ]
      },
      hessian: { x in
        [
          [1200 * x[0] * x[0] - 400 * x[1] + 2, -400 * x[0], 0, 0], [-400 * x[0], 220.2, 0, 19.8],
          [0, 0, 1080 * x[2] * x[2] - 360 * x[3] + 2, -360 * x[2]], [0, 19.8, -360 * x[2], 200.2],
        ]
      },
      jacobian: !hasJacobian
        ? nil
        : { x in
          let (a, b, c) = (90.0.squareRoot(), 10.0.squareRoot(), 0.1.squareRoot())
          return [
            [-20 * x[0], 10, 0, 0], [-1, 0, 0, 0], [0, 0, -2 * a * x[2], a], [0, 0, -1, 0], [0, b, 0, b],
            [0, c, 0, -c],
          ]
        })
  }

  /// Σ (yᵢ - x (1 - yⁱ))², minimum 0 at (3, 0.5).
  private static func beale() -> FunctionObjective {
    let targets = [1.5, 2.25, 2.625]
    func terms(_ x: [Double]) -> [(r: Double, dx: Double, dy: Double, dxy: Double, dyy: Double)] {
      targets.indices.map { i in
        let n = Double(i + 1)
        var power = 1.0
        for _ in 0..<i { power *= x[1] }
        let yn = power * x[1]
        let beforeLast = i > 0 ? (x[1] == 0 ? (i == 1 ? 1 : 0) : power / x[1]) : 0
        return (
          targets[i] - x[0] * (1 - yn), -(1 - yn), x[0] * n * power, n * power,
          x[0] * n * (n - 1) * beforeLast
        )
      }
    }
    return FunctionObjective(
      2, value: { x in terms(x).reduce(0) { $0 + $1.r * $1.r } },
      gradient: { x in
        terms(x).reduce([0, 0]) { [$0[0] + 2 * $1.r * $1.dx, $0[1] + 2 * $1.r * $1.dy] }
      },
      hessian: { x in
        var (a, b, c) = (0.0, 0.0, 0.0)
        for t in terms(x) {
          a += 2 * t.dx * t.dx
          b += 2 * (t.dx * t.dy + t.r * t.dxy)
          c += 2 * (t.dy * t.dy + t.r * t.dyy)
        }
        return [[a, b], [b, c]]
      }, jacobian: { x in terms(x).map { [$0.dx, $0.dy] } })
  }

  private func minimize(
    _ objective: FunctionObjective, from start: [Double], lower: [Double]? = nil, upper: [Double]? = nil,
    limit: Int = 500
  ) -> Optimum {
    var options = NewtonMinimizer.Options()
    options.iterationLimit = limit
    return NewtonMinimizer(dimension: objective.dimension, lower: lower, upper: upper)
      .minimize(objective, from: start, options: options)
  }

  private func expect(_ optimum: Optimum, at point: [Double], within steps: Int, _ name: String) {
    #expect(optimum.termination == .converged, "\(name): \(optimum)")
    #expect(distance(optimum.point, point) <= Self.accuracy, "\(name): \(optimum)")
    #expect(optimum.iterations <= steps, "\(name): \(optimum.iterations) steps")
    #expect(optimum.evaluations >= optimum.iterations)
  }

  /// The bounds on steps are what was seen, so that a change for the worse shows.
  @Test func classicalFunctionsAreMinimised() {
    expect(minimize(Self.rosenbrock(), from: [-1.2, 1]), at: [1, 1], within: 24, "Rosenbrock")
    expect(minimize(Self.wood(), from: [-3, -1, -3, -1]), at: [1, 1, 1, 1], within: 71, "Wood")
    expect(minimize(Self.beale(), from: [1, 0.8]), at: [3, 0.5], within: 9, "Beale")
  }

  /// Wood's function has a saddle at (-1, 1, -1, 1), past which a poor stand-in for the Hessian would crawl.
  @Test func saddleIsPassedWithPoorExpectation() {
    expect(
      minimize(Self.wood(hasJacobian: false), from: [-3, -1, -3, -1]), at: [1, 1, 1, 1], within: 74, "Wood")
  }

  @Test func quadraticTakesOneStep() {
    let objective = FunctionObjective(
      2, value: { x in 2 * x[0] * x[0] + x[0] * x[1] + x[1] * x[1] - x[0] },
      gradient: { x in [4 * x[0] + x[1] - 1, x[0] + 2 * x[1]] }, hessian: { _ in [[4, 1], [1, 2]] })
    expect(minimize(objective, from: [0.3, -0.2]), at: [2.0 / 7, -1.0 / 7], within: 1, "quadratic")
    let there = minimize(objective, from: [2.0 / 7, -1.0 / 7])
    #expect(there.termination == .converged && there.iterations <= 1)
  }

  /// Rosenbrock with x ≤ 0.5 has its minimum at (0.5, 0.25); with y ≥ 2 near x = √2; in a box that holds (1, 1) there.
  @Test func boundsAreKept() throws {
    let half = minimize(
      Self.rosenbrock(), from: [-1.2, 1], lower: [-.infinity, -.infinity], upper: [0.5, .infinity])
    expect(half, at: [0.5, 0.25], within: 16, "x ≤ 0.5")
    #expect(half.point[0] == 0.5)
    let high = minimize(Self.rosenbrock(), from: [3, 3], lower: [-5, 2], upper: [5, 5])
    #expect(high.termination == .converged && high.point[1] == 2)
    // On y = 2: 400 x³ - 798 x - 2 = 0.
    let x = try #require(high.point.first)
    #expect(abs(400 * x * x * x - 798 * x - 2) < 1e-6)
    expect(
      minimize(Self.rosenbrock(), from: [-1.2, 1], lower: [-2, -2], upper: [2, 2]), at: [1, 1], within: 40,
      "box")
    let corner = minimize(Self.wood(), from: [0, 0, 0, 0], lower: [-1, -1, -1, -1], upper: [0, 0, 0, 0])
    #expect(corner.termination == .converged)
    #expect(corner.point.allSatisfy { $0 <= 0 && $0 >= -1 })
    // A start outside is moved to the bound; equal bounds fix a variable.
    let fixed = minimize(
      Self.rosenbrock(), from: [9, 9], lower: [0.3, -.infinity], upper: [0.3, .infinity])
    expect(fixed, at: [0.3, 0.09], within: 23, "fixed x")
  }

  /// x - log x is defined for x > 0 only; full steps from 3 lead beyond the border.
  @Test func undefinedRegionIsNeverEntered() {
    let objective = FunctionObjective(
      1,
      value: { x in
        guard x[0] > 0, let log = Self.logarithm(x[0]) else { return nil }
        return x[0] - log
      },
      gradient: { x in [1 - 1 / x[0]] }, hessian: { x in [[1 / (x[0] * x[0])]] })
    for start in [1e-6, 0.01, 0.5, 3, 40] {
      expect(minimize(objective, from: [start]), at: [1], within: 25, "from \(start)")
    }
    for start in [0, -1, Double.nan] {
      let optimum = minimize(objective, from: [start])
      #expect(optimum.termination == .undefinedStart && optimum.value.isNaN && optimum.iterations == 0)
    }
  }

  private static func logarithm(_ x: Double) -> Double? {
    (try? Cholesky(.diagonal([x])))?.logDeterminant
  }

  /// x⁴ + y⁴ - 2x² - 2y² + xy / 2: a maximum at 0, where the gradient is 0, and minima around it.
  @Test func saddleIsLeft() {
    let objective = FunctionObjective(
      2, value: { x in x[0] * x[0] * (x[0] * x[0] - 2) + x[1] * x[1] * (x[1] * x[1] + 1) },
      gradient: { x in [4 * x[0] * (x[0] * x[0] - 1), 4 * x[1] * x[1] * x[1] + 2 * x[1]] },
      hessian: { x in [[12 * x[0] * x[0] - 4, 0], [0, 12 * x[1] * x[1] + 2]] })
    let optimum = minimize(objective, from: [1e-3, 0.5])
    #expect(optimum.termination == .converged)
    #expect(abs(abs(optimum.point[0]) - 1) < Self.accuracy && abs(optimum.point[1]) < Self.accuracy)
    // Exactly on the saddle the gradient is zero; nothing else can be asked of a method that sees only it.
    #expect(minimize(objective, from: [0, 0]).termination == .converged)
  }

  /// A valley of minima (singular Hessian) is reached, and so is a minimum where the Hessian vanishes.
  @Test func singularHessianIsNoObstacle() {
    let valley = FunctionObjective(
      2,
      value: { x in
        let s = x[0] + x[1] - 2
        return s * s
      },
      gradient: { x in [2 * (x[0] + x[1] - 2), 2 * (x[0] + x[1] - 2)] }, hessian: { _ in [[2, 2], [2, 2]] })
    let optimum = minimize(valley, from: [5, -1])
    #expect(optimum.termination == .converged)
    #expect(abs(optimum.point[0] + optimum.point[1] - 2) < 1e-7)
    let flat = FunctionObjective(
      1, value: { x in x[0] * x[0] * x[0] * x[0] }, gradient: { x in [4 * x[0] * x[0] * x[0]] },
      hessian: { x in [[12 * x[0] * x[0]]] })
    let quartic = minimize(flat, from: [1])
    #expect(quartic.termination == .converged && abs(quartic.point[0]) < 1e-2)
    #expect(quartic.iterations < 60)
  }

  @Test func functionWithoutMinimumEndsWithReason() {
    let slope = FunctionObjective(
      1, value: { x in -x[0] }, gradient: { _ in [-1] }, hessian: { _ in [[0]] })
    let optimum = minimize(slope, from: [0], limit: 50)
    #expect(optimum.termination == .iterationLimit && optimum.iterations == 50)
    let broken = FunctionObjective(
      1, value: { x in x[0] * x[0] }, gradient: { _ in [.nan] }, hessian: { _ in [[2]] })
    let stuck = minimize(broken, from: [1], limit: 50)
    #expect(stuck.termination == .stalled && stuck.point == [1])
  }

  @Test func emptyProblemHasNothingToDo() {
    let nothing = FunctionObjective(0, value: { _ in 3 }, gradient: { _ in [] }, hessian: { _ in [] })
    let optimum = minimize(nothing, from: [])
    #expect(optimum.termination == .converged && optimum.value == 3 && optimum.iterations == 0)
  }
}
