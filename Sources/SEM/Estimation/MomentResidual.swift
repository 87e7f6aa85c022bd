internal import SEMNumerics

/// The derivatives of a least-squares discrepancy that come from its residuals.
///
/// With F = rᵀVr, r = (m - μ, vech(S - Σ)) and v = V r the gradient is -2 vᵀΔₐ and the Hessian 2 ΔₐᵀVΔ_b - 2 vᵀΔₐ_b.
/// Both sums over v are traces tr(K Σ̃ₐ), tr(K Σ̃ₐ_b) in the frame of ``MomentWorkspace``, where the constant's row and
/// column of Σ̃ hold d = μ - m and the rest Σ + d dᵀ:
///
///     K = ( K₁₁  k ),  K₁₁ = -2 v_ii on the diagonal, -v_ij off it,  k = -v_m - K₁₁ d
///         ( kᵀ   0 )
///
/// and the Hessian takes back 2 μₐᵀ K₁₁ μ_b, which the second moments about m add.
final class MomentResidual {
  private let structure: BlockStructure
  private let moments: MomentWorkspace
  /// K; the caller fills K₁₁.
  let matrix: NumberBuffer
  /// The products of K.
  let products: WeightedProducts
  /// The products of K₁₁ alone; `nil` without a mean structure.
  private let covarianceProducts: WeightedProducts?
  private let total: NumberBuffer
  private let derivatives: ElementDerivatives

  init(structure: BlockStructure, moments: MomentWorkspace) {
    self.structure = structure
    self.moments = moments
    let n = structure.momentOrder
    matrix = NumberBuffer(count: n * n)
    products = WeightedProducts(structure: structure)
    covarianceProducts = structure.constant >= 0 ? WeightedProducts(structure: structure) : nil
    total = NumberBuffer(count: structure.sourceCount * structure.sourceCount)
    derivatives = ElementDerivatives(structure: structure)
  }

  /// Completes K from K₁₁ and v_m (one number for each observed variable), and forms what the derivatives read.
  func form(meanPart: UnsafePointer<Double>) {
    let n = structure.momentOrder
    let c = structure.constant
    if c >= 0 {
      matrix[c + c * n] = 0
      for i in 0..<c {
        matrix[i + c * n] = 0
        matrix[c + i * n] = 0
      }
      covarianceProducts?.form(weight: matrix.pointer, moments: moments, includingZ: false)
      let d = moments.sigma.pointer + c * n
      for i in 0..<c {
        let value = -meanPart[i] - Kernels.dot(matrix.pointer + i * n, d, count: c)
        matrix[i + c * n] = value
        matrix[c + i * n] = value
      }
    }
    products.form(weight: matrix.pointer, moments: moments, includingZ: false)
    moments.totalCovariance(into: total.pointer)
  }

  /// -2 vᵀΔₐ.
  @inline(__always)
  func first(_ a: BlockStructure.Element) -> Double { derivatives.first(a, products) }

  /// -2 vᵀΔₐ_b.
  func second(_ a: BlockStructure.Element, _ b: BlockStructure.Element) -> Double {
    let sum = derivatives.second(
      a, b, products, effects: moments.effects.pointer, total: total.pointer)
    guard let covarianceProducts, a.kind == .path, b.kind == .path else { return sum }
    let (left, right) = (moments.meanOfSource(a.column), moments.meanOfSource(b.column))
    if left == 0 || right == 0 { return sum }
    return sum - 2 * left * right * covarianceProducts.x.pointer[a.row + b.row * structure.variableCount]
  }
}

extension MomentWorkspace {
  /// The model's mean of a source, an internal index, at the last θ; 1 for the constant. Needs a mean structure.
  @inline(__always)
  func meanOfSource(_ index: Int) -> Double {
    h.pointer[structure.constant + (index - structure.sinkCount) * structure.momentOrder]
  }

  /// ∂μ/∂a, then ∂vech Σ/∂a by columns of the lower triangle, both in internal order; the means only with a mean
  /// structure. `column` has room for as many numbers as there are moments.
  func derivative(of a: BlockStructure.Element, into column: UnsafeMutablePointer<Double>) {
    let n = structure.momentOrder
    let p = structure.observedCount
    let ns = structure.sinkCount
    let c = structure.constant
    var target = column
    // Which vectors take part: gᵢ is a unit vector for a sink.
    let left = a.row < ns ? nil : g.pointer + (a.row - ns) * n
    let mean = c >= 0 && a.kind == .path ? meanOfSource(a.column) : 0
    if c >= 0 {
      for r in 0..<p { target[r] = mean * (left.map { $0[r] } ?? (r == a.row ? 1 : 0)) }
      target += p
    }
    let d = sigma.pointer + max(c, 0) * n
    let right: UnsafeMutablePointer<Double>?
    switch a.kind {
    case .path: right = h.pointer + (a.column - ns) * n
    case .covariance: right = a.column < ns ? nil : g.pointer + (a.column - ns) * n
    }
    let isHalf = a.kind == .covariance && a.row == a.column
    var position = 0
    for s in 0..<p {
      let leftS = left.map { $0[s] } ?? (s == a.row ? 1 : 0)
      let rightS = (right.map { $0[s] } ?? (s == a.column ? 1 : 0)) - (mean != 0 ? mean * d[s] : 0)
      for r in s..<p {
        let leftR = left.map { $0[r] } ?? (r == a.row ? 1 : 0)
        let rightR = (right.map { $0[r] } ?? (r == a.column ? 1 : 0)) - (mean != 0 ? mean * d[r] : 0)
        let value = leftR * rightS + rightR * leftS
        target[position] = isHalf ? 0.5 * value : value
        position += 1
      }
    }
  }
}
