package import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The discrepancy of ``MaximumLikelihoodBlock`` for a measurement model of many indicators and few factors, in O(p² k).
///
/// Where every observed variable is a sink with a residual variance of its own and no residual covariance,
/// Σ = G S Gᵀ + Θ with Θ = D⁻¹ diagonal, and with J = GᵀDG = R Rᵀ, N = I + RᵀS R (Woodbury 1950)
///
///     log|Σ| = Σ log θᵢ + log|N|      Σ⁻¹ = D - U S GᵀD,   U = Σ⁻¹G = D G R⁻ᵀ N⁻¹ Rᵀ
///
/// so that beside M U, the one product with the sample's moments, everything has p k² operations. Neither Σ nor its
/// inverse is formed: QG = U - D M U + U S GᵀD M U, and of Q itself the gradient needs the diagonal only.
/// A residual variance that is not positive sends an evaluation to the plain block, and so does all curvature.
package final class FactorModelBlock: BlockDiscrepancy {
  package let structure: BlockStructure
  package let moments: MomentWorkspace
  private let sampleMoments: SampleMoments
  private var plainBlock: MaximumLikelihoodBlock?
  /// Whether the last evaluation went to the plain block.
  private var isPlain = false
  private var gradientIsFormed = false
  private let saturated: Double
  private let sample: NumberBuffer
  private let free: [BlockStructure.Element]
  /// The element that is the residual variance of each sink.
  private let residuals: [Int]
  private let theta: NumberBuffer
  /// D, and the diagonals of W and of Q.
  private let precision, weightDiagonal, residualDiagonal: NumberBuffer
  /// p × k: D G, U, M U, and scratch.
  private let dg, u, mu, left, right: NumberBuffer
  /// k × k.
  private let s, j, n, small, e, x, y, z: NumberBuffer
  /// QH: p × k, GᵀQG and GᵀQH.
  private let qh, xq, yq: NumberBuffer
  /// WH: p × k.
  private let wh: NumberBuffer

  /// Whether a pattern has the form that this block needs, with few enough factors to gain from it.
  package static func suits(_ structure: BlockStructure) -> Bool {
    guard structure.constant < 0, structure.sinkCount == structure.observedCount,
      4 * structure.sourceCount <= structure.observedCount
    else { return false }
    var count = 0
    for element in structure.elements[structure.firstCovariance...] where element.row < structure.sinkCount {
      guard element.row == element.column else { return false }
      count += 1
    }
    return count == structure.sinkCount
  }

  /// Makes a block's workspace; `nil` where the structure does not suit or the sample's covariance matrix is not positive
  /// definite.
  package init?(structure: BlockStructure, sample moments: SampleMoments) {
    guard Self.suits(structure) else { return nil }
    self.structure = structure
    sampleMoments = moments
    let p = structure.observedCount
    let k = structure.sourceCount
    let order = structure.observedOrder
    self.moments = MomentWorkspace(structure: structure, origin: order.map { _ in 0 })
    sample = NumberBuffer(count: p * p)
    for j in 0..<p { for i in 0..<p { sample[i + j * p] = moments.covariance[order[i], order[j]] } }
    do {
      let factor = NumberBuffer(count: p * p)
      factor.pointer.update(from: sample.pointer, count: p * p)
      guard Kernels.choleskyInPlace(factor.pointer, order: p) else { return nil }
      saturated =
        withExtendedLifetime(factor) { Kernels.logDeterminant(factor: factor.pointer, order: p) } + Double(p)
    }
    free = structure.freeElements.map { structure.elements[$0] }
    var residuals = [Int](repeating: 0, count: p)
    for index in structure.firstCovariance..<structure.elements.count where structure.elements[index].row < p
    {
      residuals[structure.elements[index].row] = index
    }
    self.residuals = residuals
    theta = NumberBuffer(count: (free.map(\.parameter).max() ?? -1) + 1)
    func tall() -> NumberBuffer { NumberBuffer(count: p * k) }
    func square() -> NumberBuffer { NumberBuffer(count: k * k) }
    (precision, weightDiagonal, residualDiagonal) = (
      NumberBuffer(count: p), NumberBuffer(count: p), NumberBuffer(count: p)
    )
    (dg, u, mu, left, right, qh, wh) = (tall(), tall(), tall(), tall(), tall(), tall(), tall())
    (s, j, n, small, e) = (square(), square(), square(), square(), square())
    (x, y, z, xq, yq) = (square(), square(), square(), square(), square())
  }

  /// The plain block at the last point.
  private func plain() -> MaximumLikelihoodBlock? {
    if plainBlock == nil { plainBlock = MaximumLikelihoodBlock(structure: structure, sample: sampleMoments) }
    return plainBlock
  }

  package func value(at point: UnsafePointer<Double>) -> Double? {
    theta.pointer.update(from: point, count: theta.count)
    gradientIsFormed = false
    isPlain = false
    guard moments.update(at: point, includingSigma: false) else { return nil }
    guard let value = woodbury() else {
      isPlain = true
      return plain()?.value(at: point)
    }
    return value
  }

  /// F; `nil` where the formulas do not hold.
  private func woodbury() -> Double? {
    let p = structure.observedCount
    let k = structure.sourceCount
    let g = moments.g.pointer
    var logDeterminant = 0.0
    var product = 1.0
    var trace = 0.0
    for i in 0..<p {
      let variance = moments.values[residuals[i]]
      // Below this share of the variance the inverse has lost too many digits.
      guard variance > 1e-6 * sample[i + i * p] else { return nil }
      product *= variance
      if !(product > 1e-100 && product < 1e100) {
        logDeterminant += log(product)
        product = 1
      }
      precision[i] = 1 / variance
      trace += sample[i + i * p] / variance
    }
    logDeterminant += log(product)
    for q in 0..<k { for i in 0..<p { dg[i + q * p] = precision[i] * g[i + q * p] } }
    Kernels.product(transposed: g, dg.pointer, rows: p, k, k, into: j.pointer)
    fillSourceCovariance()
    // R in the lower triangle of `n`; S R in `small`.
    n.pointer.update(from: j.pointer, count: k * k)
    guard Kernels.choleskyInPlace(n.pointer, order: k) else { return nil }
    for q in 0..<k { for r in 0..<q { n[r + q * k] = 0 } }
    Kernels.product(s.pointer, n.pointer, rows: k, k, k, into: small.pointer)
    Kernels.product(transposed: n.pointer, small.pointer, rows: k, k, k, into: x.pointer)
    for r in 0..<k { x[r + r * k] += 1 }
    guard Kernels.choleskyInPlace(x.pointer, order: k) else { return nil }
    logDeterminant += Kernels.logDeterminant(factor: x.pointer, order: k)
    Kernels.invertFactorInPlace(x.pointer, order: k)
    // R⁻ᵀ N⁻¹ Rᵀ = I - S R N⁻¹ Rᵀ.
    Kernels.product(small.pointer, x.pointer, rows: k, k, k, into: y.pointer)
    for q in 0..<k {
      for r in 0..<k { z[r + q * k] = n[q + r * k] }
    }
    Kernels.product(y.pointer, z.pointer, rows: k, k, k, into: small.pointer)
    for q in 0..<k { for r in 0..<k { small[r + q * k] = (r == q ? 1 : 0) - small[r + q * k] } }
    Kernels.product(dg.pointer, small.pointer, rows: p, k, k, into: u.pointer)
    Kernels.product(sample.pointer, u.pointer, rows: p, p, k, into: mu.pointer)
    Kernels.product(transposed: dg.pointer, mu.pointer, rows: p, k, k, into: e.pointer)
    // S and Eᵀ have the same layout up to transposition; both sums run over all pairs.
    for q in 0..<k { for r in 0..<k { trace -= s[q + r * k] * e[r + q * k] } }
    let value = logDeterminant + trace - saturated
    return value.isFinite ? value : nil
  }

  private func fillSourceCovariance() {
    let k = structure.sourceCount
    let ns = structure.sinkCount
    s.fill(0)
    for index in structure.firstCovariance..<structure.elements.count {
      let element = structure.elements[index]
      guard element.row >= ns else { continue }
      let (r, q) = (element.row - ns, element.column - ns)
      s[r + q * k] += moments.values[index]
      if r != q { s[q + r * k] += moments.values[index] }
    }
  }

  /// V = U S, the diagonal of W, and what the gradient reads.
  private func prepareGradient() {
    guard !gradientIsFormed else { return }
    gradientIsFormed = true
    let p = structure.observedCount
    let k = structure.sourceCount
    let g = moments.g.pointer
    let v = left.pointer
    Kernels.product(u.pointer, s.pointer, rows: p, k, k, into: v)
    // P = M D G = M U (I + S J), Z = GᵀD P, V Z.
    Kernels.product(s.pointer, j.pointer, rows: k, k, k, into: small.pointer)
    for r in 0..<k { small[r + r * k] += 1 }
    let mdg = right.pointer
    Kernels.product(mu.pointer, small.pointer, rows: p, k, k, into: mdg)
    Kernels.product(transposed: dg.pointer, mdg, rows: p, k, k, into: z.pointer)
    Kernels.product(v, z.pointer, rows: p, k, k, into: qh.pointer)
    for i in 0..<p { residualDiagonal[i] = 0 }
    for i in 0..<p { weightDiagonal[i] = 0 }
    for q in 0..<k {
      for i in 0..<p {
        let value = v[i + q * p]
        weightDiagonal[i] += value * g[i + q * p]
        residualDiagonal[i] += value * (qh[i + q * p] - 2 * precision[i] * mdg[i + q * p])
      }
    }
    for i in 0..<p {
      weightDiagonal[i] = precision[i] - precision[i] * weightDiagonal[i]
      residualDiagonal[i] =
        weightDiagonal[i] - precision[i] * precision[i] * sample[i + i * p] - residualDiagonal[i]
    }
    // QG = U - D M U + V E in `right`, then QH = QG T, GᵀQG and GᵀQH.
    let qg = right.pointer
    Kernels.product(v, e.pointer, rows: p, k, k, into: qg)
    for q in 0..<k {
      for i in 0..<p { qg[i + q * p] += u[i + q * p] - precision[i] * mu[i + q * p] }
    }
    let t = moments.spread.pointer
    Kernels.product(qg, t, rows: p, k, k, into: qh.pointer)
    Kernels.product(transposed: g, qg, rows: p, k, k, into: xq.pointer)
    Kernels.product(xq.pointer, t, rows: k, k, k, into: yq.pointer)
  }

  package func addGradient(_ factor: Double, into gradient: UnsafeMutablePointer<Double>) {
    if isPlain {
      plainBlock?.addGradient(factor, into: gradient)
      return
    }
    prepareGradient()
    let p = structure.observedCount
    let k = structure.sourceCount
    for index in free.indices {
      let element = free[index]
      let column = element.column - p
      let value: Double
      switch element.kind {
      case .path:
        value = 2 * (element.row < p ? qh[element.row + column * p] : yq[element.row - p + column * k])
      case .covariance where element.row < p: value = residualDiagonal[element.row]
      case .covariance:
        let own = xq[element.row - p + column * k]
        value = element.row == element.column ? own : 2 * own
      }
      gradient[element.parameter] += factor * value
    }
  }

  package func addMetric(_ factor: Double, into diagonal: UnsafeMutablePointer<Double>) {
    if isPlain {
      plainBlock?.addMetric(factor, into: diagonal)
      return
    }
    prepareGradient()
    let p = structure.observedCount
    let k = structure.sourceCount
    let t = moments.spread.pointer
    // GᵀWG, GᵀWH, HᵀWH and WH.
    Kernels.product(transposed: moments.g.pointer, u.pointer, rows: p, k, k, into: x.pointer)
    Kernels.product(x.pointer, t, rows: k, k, k, into: y.pointer)
    Kernels.product(transposed: t, y.pointer, rows: k, k, k, into: z.pointer)
    Kernels.product(u.pointer, t, rows: p, k, k, into: wh.pointer)
    for index in free.indices {
      let element = free[index]
      let column = element.column - p
      let value: Double
      switch element.kind {
      case .path:
        let (own, cross) =
          element.row < p
          ? (weightDiagonal[element.row], wh[element.row + column * p])
          : (x[(element.row - p) * (k + 1)], y[element.row - p + column * k])
        value = 2 * (cross * cross + own * z[column * (k + 1)])
      case .covariance where element.row < p:
        value = weightDiagonal[element.row] * weightDiagonal[element.row]
      case .covariance:
        let row = element.row - p
        let own = x[row + column * k]
        value = row == column ? own * own : 2 * (own * own + x[row * (k + 1)] * x[column * (k + 1)])
      }
      diagonal[element.parameter] += factor * value
    }
  }

  /// The plain block at the last point: for curvature, which a search without a Hessian never asks for.
  private func plainAtPoint() -> MaximumLikelihoodBlock? {
    let block = plain()
    if !isPlain { _ = block?.value(at: theta.pointer) }
    return block
  }

  package func addCurvature(
    _ kind: Curvature, _ factor: Double, dimension: Int, into matrix: UnsafeMutablePointer<Double>
  ) {
    plainAtPoint()?.addCurvature(kind, factor, dimension: dimension, into: matrix)
  }

  package func pairCurvature(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ kind: Curvature
  ) -> Double {
    plainAtPoint()?.pairCurvature(a, b, kind) ?? .nan
  }
}
