public import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// How factors are taken out of a correlation matrix.
public enum FactorExtraction: String, Sendable, Hashable, CaseIterable, Codable {
  /// Principal components: the leading eigenvectors, scaled (Hotelling 1933). No uniquenesses are estimated.
  case principalComponents = "principal-components"
  /// Principal axes iterated to their fixed point, where communalities are what the factors explain: the minimum of the sum of
  /// squared residuals, found by Newton's method (Harman and Jones 1966).
  case principalAxis = "principal-axis"
  /// Maximum likelihood (Lawley 1940; Jöreskog 1967).
  case maximumLikelihood = "maximum-likelihood"
}

/// How the search for uniquenesses went.
public struct ExtractionReport: Sendable, Hashable {
  /// The number of steps.
  public let iterations: Int
  /// Why it ended.
  public let termination: Termination
  /// The largest element of the scaled gradient.
  public let scaledGradient: Double
  /// Whether the minimum was found.
  public var isConverged: Bool { termination == .converged }
}

/// Factors before rotation.
struct ExtractedFactors {
  /// Items × factors.
  var loadings: Matrix
  /// The minimum of the discrepancy; `nil` for components.
  var discrepancy: Double?
  /// The uniquenesses there.
  var uniquenesses: [Double]?
  var report: ExtractionReport?
  /// The places of the items whose uniqueness ended at the lower bound.
  var atBound: [Int] = []

  /// The leading principal components.
  init(components eigen: SymmetricEigen, count: Int) {
    loadings = Self.loadings(eigen, count: count) { max($0, 0).squareRoot() }
  }

  /// Minimises over the uniquenesses, each between `lowerBound` and 1.
  ///
  /// - Complexity: O(p³) a step.
  init?(
    _ correlation: Matrix, method: FactorExtraction, count: Int, start: [Double], lowerBound: Double
  ) {
    let isLikelihood = method == .maximumLikelihood
    let objective = UniquenessObjective(correlation, factorCount: count, isLikelihood: isLikelihood)
    func variable(_ uniqueness: Double) -> Double { isLikelihood ? log(uniqueness) : uniqueness }
    let p = start.count
    let minimizer = NewtonMinimizer(
      dimension: p, lower: [Double](repeating: variable(lowerBound), count: p),
      upper: [Double](repeating: variable(1), count: p))
    var options = NewtonMinimizer.Options()
    options.gradientTolerance = 1e-9
    let optimum = minimizer.minimize(
      objective, from: start.map { variable(min(max($0, lowerBound), 1)) }, options: options)
    guard optimum.value.isFinite else { return nil }
    let uniquenesses = optimum.point.map { isLikelihood ? exp($0) : $0 }
    self.uniquenesses = uniquenesses
    atBound = uniquenesses.indices.filter { uniquenesses[$0] <= lowerBound * (1 + 1e-9) }
    guard let eigen = objective.eigen(at: optimum.point) else { return nil }
    if isLikelihood {
      loadings = Self.loadings(eigen, count: count) { max($0 - 1, 0).squareRoot() }
      for j in 0..<count { for i in 0..<p { loadings[i, j] *= uniquenesses[i].squareRoot() } }
    } else {
      loadings = Self.loadings(eigen, count: count) { max($0, 0).squareRoot() }
    }
    discrepancy = max(optimum.value, 0)
    report = ExtractionReport(
      iterations: optimum.iterations, termination: optimum.termination,
      scaledGradient: optimum.scaledGradient)
  }

  /// The leading eigenvectors, each times a function of its eigenvalue.
  private static func loadings(_ eigen: SymmetricEigen, count: Int, _ length: (Double) -> Double) -> Matrix {
    let p = eigen.order
    var result = Matrix(rowCount: p, columnCount: count)
    for j in 0..<count {
      let source = p - 1 - j
      let factor = length(eigen.values[source])
      for i in 0..<p { result[i, j] = factor * eigen.vectors[i, source] }
    }
    return result
  }
}

/// The discrepancy of m factors as a function of the uniquenesses alone, the best loadings put in.
///
/// Likelihood, x = ln ψ: with eigenvalues γ and eigenvectors ω of Ψ^(-½) R Ψ^(-½), F = Σ (γⱼ - ln γⱼ - 1) over the p - m
/// smallest; ∂F/∂xᵢ = Σⱼ (1 - γⱼ) ωᵢⱼ²; ∂²F/∂xᵢ∂xₖ = Gᵢₖ Pᵢₖ + Σⱼ Σₗ (γⱼ - 1)(γⱼ + γₗ) / (γⱼ - γₗ) ωᵢⱼ ωₖⱼ ωᵢₗ ωₖₗ, where
/// P = Σⱼ ωⱼωⱼᵀ, G = Σⱼ γⱼ ωⱼωⱼᵀ, j runs over the smallest and l over the m largest eigenvalues.
///
/// Least squares, x = ψ, with those of R - Ψ: F = ½ Σⱼ γⱼ², ∂F/∂xᵢ = -Σⱼ γⱼ ωᵢⱼ², ∂²F/∂xᵢ∂xₖ = Pᵢₖ² + 2 Σⱼ Σₗ γⱼ / (γⱼ - γₗ)
/// ωᵢⱼ ωₖⱼ ωᵢₗ ωₖₗ. The gradient vanishes where ψᵢ = 1 - Σₗ γₗ ωᵢₗ²: the fixed point of iterated principal axes.
///
/// The expected curvature is P ∘ P, which is positive semidefinite. No eigenvalues within one set need differ.
///
/// Sources: Jöreskog (1967), Psychometrika 32, 443-482; Clarke (1970), British Journal of Mathematical and Statistical
/// Psychology 23, 43-52; Harman and Jones (1966), Psychometrika 31, 351-368.
final class UniquenessObjective: SmoothObjective {
  private let correlation: Matrix
  private let factorCount: Int
  private let isLikelihood: Bool
  private var current: SymmetricEigen?
  let dimension: Int

  init(_ correlation: Matrix, factorCount: Int, isLikelihood: Bool) {
    self.correlation = correlation
    self.factorCount = factorCount
    self.isLikelihood = isLikelihood
    dimension = correlation.rowCount
  }

  func eigen(at x: [Double]) -> SymmetricEigen? {
    var matrix = correlation
    if isLikelihood {
      let scale = x.map { exp(-0.5 * $0) }
      for j in 0..<dimension { for i in 0..<dimension { matrix[i, j] *= scale[i] * scale[j] } }
    } else {
      for i in 0..<dimension { matrix[i, i] -= x[i] }
    }
    return try? SymmetricEigen(matrix)
  }

  /// Eigenvalues ascend: the first p - m are those that the factors leave.
  private var left: Range<Int> { 0..<(dimension - factorCount) }
  private var taken: Range<Int> { (dimension - factorCount)..<dimension }

  func value(at x: UnsafePointer<Double>) -> Double? {
    current = eigen(at: Array(UnsafeBufferPointer(start: x, count: dimension)))
    guard let current else { return nil }
    var sum = 0.0
    for j in left {
      let gamma = current.values[j]
      if isLikelihood {
        guard gamma > 0 else { return nil }
        sum += gamma - log(gamma) - 1
      } else {
        sum += 0.5 * gamma * gamma
      }
    }
    return sum
  }

  func gradient(into gradient: UnsafeMutablePointer<Double>) {
    for i in 0..<dimension { gradient[i] = .nan }
    guard let current else { return }
    for i in 0..<dimension {
      var sum = 0.0
      for j in left {
        let weight = current.vectors[i, j]
        sum += (isLikelihood ? 1 - current.values[j] : -current.values[j]) * weight * weight
      }
      gradient[i] = sum
    }
  }

  func curvature(_ kind: Curvature, into matrix: UnsafeMutablePointer<Double>) {
    guard let current else { return }
    let p = dimension
    let omega = current.vectors.elements
    let gamma = current.values
    for k in 0..<p {
      for i in k..<p {
        var (plain, weighted) = (0.0, 0.0)
        for j in left {
          let product = omega[i + j * p] * omega[k + j * p]
          plain += product
          weighted += gamma[j] * product
        }
        guard kind == .exact else {
          matrix[i + k * p] = plain * plain
          continue
        }
        var sum = isLikelihood ? weighted * plain : plain * plain
        for l in taken {
          let outer = omega[i + l * p] * omega[k + l * p]
          var inner = 0.0
          for j in left {
            // Equal eigenvalues on both sides of the cut leave the factors undefined; the search passes by.
            let gap = min(gamma[j] - gamma[l], -1e-12)
            let factor = isLikelihood ? (gamma[j] - 1) * (gamma[j] + gamma[l]) : 2 * gamma[j]
            inner += factor / gap * omega[i + j * p] * omega[k + j * p]
          }
          sum += outer * inner
        }
        matrix[i + k * p] = sum
      }
    }
  }

  func metric(into diagonal: UnsafeMutablePointer<Double>) {
    guard let current else { return }
    for i in 0..<dimension {
      var sum = 0.0
      for j in left { sum += current.vectors[i, j] * current.vectors[i, j] }
      diagonal[i] = max(sum * sum, 1e-12)
    }
  }
}
