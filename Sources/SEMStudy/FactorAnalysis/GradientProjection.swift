internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Minimises a rotation criterion over orthogonal or oblique rotations by projected gradients.
///
/// Orthogonal: L = A T with TᵀT = 1. Oblique: L = A T⁻ᵀ with columns of T of length 1, and Φ = TᵀT. A step goes along the
/// projected gradient, doubled while it helps and halved by Armijo's rule, and back to the manifold: to the nearest orthogonal
/// matrix X (XᵀX)^(-1/2), or by scaling columns.
///
/// Source: Jennrich (2001, 2002), Psychometrika 66, 289-306 and 67, 7-20; Bernaards and Jennrich (2005), Educational and
/// Psychological Measurement 65, 676-696.
struct GradientProjection {
  /// A rotated solution.
  struct Solution {
    var transformation: Matrix
    var loadings: Matrix
    var value: Double
    var isConverged: Bool
  }

  let criterion: RotationCriterion
  let unrotated: Matrix
  private var isOblique: Bool { criterion.isOblique }
  /// The norm of the projected gradient at which the search ends.
  static let tolerance = 1e-7
  static let limit = 20_000

  /// Minimises from many starts and returns the best with a report.
  func best(starts: Int, seed: UInt64) -> (solution: Solution, report: RotationReport) {
    var solutions = [minimize(from: .identity(unrotated.columnCount))]
    for start in 1..<max(starts, 1) {
      var stream = RandomStream(seed: seed, stream: UInt64(start), purpose: 0x726f_7461_7465)
      solutions.append(minimize(from: Self.randomRotation(unrotated.columnCount, &stream)))
    }
    // The first of equals, so that rounding does not choose.
    let least = solutions.map(\.value).min() ?? 0
    let isBest = solutions.map { $0.value <= least + 1e-7 * max(1e-3, abs(least)) }
    let solution = zip(solutions, isBest).first { $0.1 }?.0 ?? solutions[0]
    return (
      solution,
      RotationReport(
        value: solution.value, starts: solutions.count, startsAtMinimum: isBest.count { $0 },
        isConverged: solution.isConverged)
    )
  }

  func minimize(from start: Matrix) -> Solution {
    var t = start
    guard var point = evaluate(t) else {
      return Solution(transformation: t, loadings: unrotated, value: .infinity, isConverged: false)
    }
    var step = 1.0
    for _ in 0..<Self.limit {
      let direction = project(point.gradient, at: t)
      let norm = direction.frobeniusNorm
      if norm < Self.tolerance {
        return Solution(transformation: t, loadings: point.loadings, value: point.value, isConverged: true)
      }
      step *= 2
      var accepted: (Matrix, Point)?
      for _ in 0..<60 {
        if let candidate = retract(t - step * direction), let new = evaluate(candidate),
          point.value - new.value > 0.5 * norm * norm * step
        {
          accepted = (candidate, new)
          break
        }
        step /= 2
      }
      guard let accepted else {
        // Rounding of the criterion ends the descent; how near the gradient came tells whether that is the minimum.
        return Solution(
          transformation: t, loadings: point.loadings, value: point.value, isConverged: norm < 1e-5)
      }
      (t, point) = accepted
    }
    return Solution(transformation: t, loadings: point.loadings, value: point.value, isConverged: false)
  }

  struct Point {
    var loadings: Matrix
    var value: Double
    /// By T.
    var gradient: Matrix
  }

  /// Value and gradient at T: AᵀG for L = A T, and -(Lᵀ G T⁻¹)ᵀ for L = A T⁻ᵀ.
  func evaluate(_ t: Matrix) -> Point? {
    if isOblique {
      guard let inverse = try? LU(t).inverse() else { return nil }
      let loadings = unrotated * inverse.transposed
      let (value, slope) = criterion.evaluate(loadings)
      guard value.isFinite else { return nil }
      return Point(
        loadings: loadings, value: value,
        gradient: -1 * (loadings.crossProduct(with: slope) * inverse).transposed)
    }
    let loadings = unrotated * t
    let (value, slope) = criterion.evaluate(loadings)
    return Point(loadings: loadings, value: value, gradient: unrotated.crossProduct(with: slope))
  }

  private func project(_ gradient: Matrix, at t: Matrix) -> Matrix {
    guard isOblique else { return gradient - t * t.crossProduct(with: gradient).symmetrized() }
    var result = gradient
    let m = t.rowCount
    for j in 0..<m {
      var sum = 0.0
      for i in 0..<m { sum += t[i, j] * gradient[i, j] }
      for i in 0..<m { result[i, j] -= t[i, j] * sum }
    }
    return result
  }

  private func retract(_ x: Matrix) -> Matrix? {
    guard isOblique else {
      guard let eigen = try? SymmetricEigen(x.crossProduct()), let least = eigen.values.first, least > 0
      else { return nil }
      return x * eigen.reconstruct { 1 / $0.squareRoot() }
    }
    var result = x
    let m = x.rowCount
    for j in 0..<m {
      var square = 0.0
      for i in 0..<m { square += x[i, j] * x[i, j] }
      guard square > 0 else { return nil }
      for i in 0..<m { result[i, j] /= square.squareRoot() }
    }
    return result
  }

  /// A random orthogonal matrix: normal numbers, made orthonormal column by column.
  private static func randomRotation(_ m: Int, _ stream: inout RandomStream) -> Matrix {
    var result = Matrix(rowCount: m, columnCount: m)
    stream.fillNormal(&result.elements)
    for j in 0..<m {
      for _ in 0..<2 {
        for k in 0..<j {
          var dot = 0.0
          for i in 0..<m { dot += result[i, j] * result[i, k] }
          for i in 0..<m { result[i, j] -= dot * result[i, k] }
        }
      }
      let norm = result.column(j).reduce(0) { $0 + $1 * $1 }.squareRoot()
      for i in 0..<m { result[i, j] /= norm }
    }
    return result
  }
}

/// What a rotation minimises, with its derivatives by the loadings.
enum RotationCriterion {
  /// -¼ Σⱼ Σᵢ (λᵢⱼ² - mean of column j)².
  case varimax
  /// ¼ Σ over columns j ≠ k of Σᵢ λᵢⱼ² λᵢₖ² - (γ / p) Σᵢ λᵢⱼ² Σᵢ λᵢₖ².
  case oblimin(gamma: Double)
  /// Σᵢ (Πⱼ (λᵢⱼ² + ε))^(1/m).
  case geomin(epsilon: Double)

  var isOblique: Bool { if case .varimax = self { false } else { true } }

  func evaluate(_ loadings: Matrix) -> (value: Double, gradient: Matrix) {
    let (p, m) = (loadings.rowCount, loadings.columnCount)
    let squares = Matrix(rowCount: p, columnCount: m, columnMajor: loadings.elements.map { $0 * $0 })
    var gradient = loadings
    var value = 0.0
    switch self {
    case .varimax:
      var deviations = squares
      _ = deviations.centreColumns()
      for i in gradient.elements.indices {
        value -= 0.25 * deviations.elements[i] * deviations.elements[i]
        gradient.elements[i] *= -deviations.elements[i]
      }
    case .oblimin(let gamma):
      // x(i,j) = Σ over k ≠ j of λᵢₖ², less γ times its column mean.
      var x = squares
      for i in 0..<p {
        var total = 0.0
        for j in 0..<m { total += squares.elements[i + j * p] }
        for j in 0..<m { x.elements[i + j * p] = total - squares.elements[i + j * p] }
      }
      if gamma != 0 {
        for j in 0..<m {
          let mean = x.elements[(j * p)..<((j + 1) * p)].reduce(0, +) / Double(p)
          for i in 0..<p { x.elements[i + j * p] -= gamma * mean }
        }
      }
      for i in gradient.elements.indices {
        value += 0.25 * squares.elements[i] * x.elements[i]
        gradient.elements[i] *= x.elements[i]
      }
    case .geomin(let epsilon):
      for i in 0..<p {
        var sum = 0.0
        for j in 0..<m { sum += log(squares.elements[i + j * p] + epsilon) }
        let product = exp(sum / Double(m))
        value += product
        for j in 0..<m {
          gradient.elements[i + j * p] *= 2 / Double(m) * product / (squares.elements[i + j * p] + epsilon)
        }
      }
    }
    return (value, gradient)
  }
}
