package import SEMNumerics

/// Generalised least squares with the normal-theory weight at the sample's moments (Jöreskog and Goldberger 1972,
/// equation 8; Browne 1974):
///
///     F = ½ tr (S⁻¹ (S - Σ))² + (m - μ)ᵀ S⁻¹ (m - μ)
///
/// With W = S⁻¹ the expected curvature is tr(W Σₐ W Σ_b) + 2 μₐᵀ W μ_b: that of maximum likelihood at another weight, so
/// that every element costs O(1). The means come in through the frame of ``MomentWorkspace``, in which the weight is
/// the inverse of S + d dᵀ bordered by d = μ - m.
package final class GeneralizedLeastSquaresBlock: BlockDiscrepancy {
  package let structure: BlockStructure
  package let moments: MomentWorkspace
  /// S in internal order, observedCount².
  private let sample: NumberBuffer
  /// W = S⁻¹, observedCount².
  private let weight: NumberBuffer
  /// E = S - Σ.
  private let difference: NumberBuffer
  private let scratch: NumberBuffer
  /// W E W.
  private let sandwich: NumberBuffer
  /// W d.
  private let meanPart: NumberBuffer
  /// The bordered weight, momentOrder².
  private let bordered: NumberBuffer
  private let weightProducts: WeightedProducts
  private let residual: MomentResidual
  private let derivatives: ElementDerivatives
  private let free: [BlockStructure.Element]
  private var weightIsFormed = false
  private var residualIsFormed = false

  /// Makes a block's workspace.
  ///
  /// - Parameters:
  ///   - structure: The block's pattern.
  ///   - moments: The sample's moments.
  ///   - weightCovariance: The inverse of W, positive definite, in the block's order of variables; `nil` for S.
  package init?(
    structure: BlockStructure, sample moments: SampleMoments, weightCovariance: Matrix? = nil
  ) {
    self.structure = structure
    let order = structure.observedOrder
    let p = structure.observedCount
    self.moments = MomentWorkspace(structure: structure, sample: moments)
    sample = NumberBuffer(count: p * p)
    for j in 0..<p { for i in 0..<p { sample[i + j * p] = moments.covariance[order[i], order[j]] } }
    weight = NumberBuffer(
      (weightCovariance ?? moments.covariance).submatrix(rows: order, columns: order).elements)
    guard Kernels.choleskyInPlace(weight.pointer, order: p) else { return nil }
    Kernels.invertFactorInPlace(weight.pointer, order: p)
    difference = NumberBuffer(count: p * p)
    scratch = NumberBuffer(count: p * p)
    sandwich = NumberBuffer(count: p * p)
    meanPart = NumberBuffer(count: p)
    bordered = NumberBuffer(count: structure.momentOrder * structure.momentOrder)
    weightProducts = WeightedProducts(structure: structure)
    residual = MomentResidual(structure: structure, moments: self.moments)
    derivatives = ElementDerivatives(structure: structure)
    free = structure.freeElements.map { structure.elements[$0] }
  }

  package func value(at theta: UnsafePointer<Double>) -> Double? {
    weightIsFormed = false
    residualIsFormed = false
    guard moments.update(at: theta) else { return nil }
    let n = structure.momentOrder
    let p = structure.observedCount
    let sigma = moments.sigma.pointer
    for j in 0..<p {
      let d = structure.constant >= 0 ? sigma[j + structure.constant * n] : 0
      for i in 0..<p { difference[i + j * p] = sample[i + j * p] - sigma[i + j * n] }
      if d != 0 {
        for i in 0..<p { difference[i + j * p] += d * sigma[i + structure.constant * n] }
      }
    }
    Kernels.congruence(
      symmetric: weight.pointer, difference.pointer, order: p, scratch: scratch.pointer,
      into: sandwich.pointer)
    var value = 0.5 * Kernels.dot(sandwich.pointer, difference.pointer, count: p * p)
    if structure.constant >= 0 {
      let d = sigma + structure.constant * n
      Kernels.multiply(symmetric: weight.pointer, order: p, d, columns: 1, into: meanPart.pointer)
      value += Kernels.dot(d, meanPart.pointer, count: p)
    }
    return value.isFinite ? value : nil
  }

  private func prepareWeight() {
    guard !weightIsFormed else { return }
    let n = structure.momentOrder
    let p = structure.observedCount
    for j in 0..<p { (bordered.pointer + j * n).update(from: weight.pointer + j * p, count: p) }
    if structure.constant >= 0 {
      // The inverse of [S + d dᵀ, d; dᵀ, 1].
      let d = moments.sigma.pointer + structure.constant * n
      for i in 0..<p {
        bordered[i + p * n] = -meanPart[i]
        bordered[p + i * n] = -meanPart[i]
      }
      bordered[p + p * n] = 1 + Kernels.dot(d, meanPart.pointer, count: p)
    }
    weightProducts.form(weight: bordered.pointer, moments: moments, includingZ: true)
    weightIsFormed = true
  }

  private func prepareResidual() {
    guard !residualIsFormed else { return }
    let n = structure.momentOrder
    let p = structure.observedCount
    for j in 0..<p { for i in 0..<p { residual.matrix[i + j * n] = -sandwich[i + j * p] } }
    // v_m = W (m - μ) = -W d.
    for i in 0..<p { scratch[i] = -meanPart[i] }
    residual.form(meanPart: scratch.pointer)
    residualIsFormed = true
  }

  package func addGradient(_ factor: Double, into gradient: UnsafeMutablePointer<Double>) {
    prepareResidual()
    for element in free { gradient[element.parameter] += factor * residual.first(element) }
  }

  package func addCurvature(
    _ kind: Curvature, _ factor: Double, dimension t: Int, into matrix: UnsafeMutablePointer<Double>
  ) {
    prepareWeight()
    if kind == .exact { prepareResidual() }
    for bIndex in free.indices {
      let b = free[bIndex]
      for aIndex in bIndex..<free.count {
        let a = free[aIndex]
        var value = derivatives.product(a, b, weightProducts, weightProducts)
        if kind == .exact { value += residual.second(a, b) }
        addPair(factor * value, a, b, isSameElement: aIndex == bIndex, dimension: t, into: matrix)
      }
    }
  }

  package func addMetric(_ factor: Double, into diagonal: UnsafeMutablePointer<Double>) {
    prepareWeight()
    for element in free {
      diagonal[element.parameter] +=
        factor * derivatives.product(element, element, weightProducts, weightProducts)
    }
  }

  package func pairCurvature(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ kind: Curvature
  ) -> Double {
    prepareWeight()
    if kind == .exact { prepareResidual() }
    return derivatives.product(a, b, weightProducts, weightProducts)
      + (kind == .exact ? residual.second(a, b) : 0)
  }
}

extension MomentWorkspace {
  /// A workspace about the sample's means.
  package convenience init(structure: BlockStructure, sample: SampleMoments) {
    self.init(
      structure: structure,
      origin: structure.observedOrder.map { structure.constant >= 0 ? sample.mean?[$0] ?? 0 : 0 })
  }
}

extension BlockDiscrepancy {
  /// Adds one pair of elements to the lower triangle; two elements of one parameter count in both orders.
  @inline(__always)
  func addPair(
    _ value: Double, _ a: BlockStructure.Element, _ b: BlockStructure.Element, isSameElement: Bool,
    dimension t: Int, into matrix: UnsafeMutablePointer<Double>
  ) {
    let row = max(a.parameter, b.parameter)
    let column = min(a.parameter, b.parameter)
    matrix[row + column * t] += row == column && !isSameElement ? 2 * value : value
  }
}
