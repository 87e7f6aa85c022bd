package import SEMNumerics

/// The discrepancy of one block and its derivatives at the last point.
///
///     F = log|Σ| + tr(M Σ⁻¹) - log|S| - p,   M = S + (m - μ)(m - μ)ᵀ
///
/// (Jöreskog 1967). With W = Σ⁻¹ and Q = W - W M W the gradient is tr(Q Σₐ) and the Hessian
/// tr(W Σₐ (W - 2Q) Σ_b) + tr(Q Σₐ_b); its expectation is tr(W Σₐ W Σ_b). Means come in through the constant
/// variable of ``BlockStructure``, whose row and column of M and Σ hold them.
package final class MaximumLikelihoodBlock: BlockDiscrepancy {
  package let structure: BlockStructure
  package let moments: MomentWorkspace
  /// M about the sample's means in internal order: S with 1 for the constant.
  let sample: NumberSlice
  /// log|S| + p, and 1 more with a mean structure.
  var saturated: Double
  /// W = Σ⁻¹.
  package let weight: NumberSlice
  /// Q = W - W M W.
  let residual: NumberSlice
  package let weightProducts: WeightedProducts
  let residualProducts: WeightedProducts
  /// Of V = W - 2 Q, for single pairs.
  private lazy var mixedProducts = WeightedProducts(structure: structure)
  private let scratch: NumberSlice
  private let total: NumberSlice
  private let memory: NumberBuffer
  package let derivatives: ElementDerivatives
  private let pairs: ElementPairs
  private let free: [BlockStructure.Element]
  private var weightIsFormed = false
  private var residualIsFormed = false
  private var totalIsFormed = false
  private var mixedIsFormed = false

  /// Makes a block's workspace; the sample's covariance matrix must be positive definite.
  package init?(structure: BlockStructure, sample moments: SampleMoments) {
    self.structure = structure
    let order = structure.observedOrder
    let p = structure.observedCount
    let n = structure.momentOrder
    var origin = [Double](repeating: 0, count: p)
    if structure.constant >= 0, let mean = moments.mean { for i in 0..<p { origin[i] = mean[order[i]] } }
    self.moments = MomentWorkspace(structure: structure, origin: origin)
    let k = structure.sourceCount
    var slices = NumberSlices(capacity: 4 * n * n + k * k)
    let sample = slices.take(n * n)
    self.sample = sample
    weight = slices.take(n * n)
    residual = slices.take(n * n)
    scratch = slices.take(n * n)
    total = slices.take(k * k)
    memory = slices.buffer
    let factor = scratch
    moments.covariance.elements.withUnsafeBufferPointer { covariance in
      for j in 0..<p {
        for i in 0..<p {
          let value = covariance[order[i] + order[j] * p]
          sample[i + j * n] = value
          factor[i + j * p] = value
        }
      }
    }
    if structure.constant >= 0 { sample[n * n - 1] = 1 }
    guard Kernels.choleskyInPlace(factor.pointer, order: p) else { return nil }
    saturated = Kernels.logDeterminant(factor: factor.pointer, order: p) + Double(n)
    weightProducts = WeightedProducts(structure: structure)
    residualProducts = WeightedProducts(structure: structure)
    derivatives = ElementDerivatives(structure: structure)
    pairs = ElementPairs(structure: structure)
    free = structure.freeElements.map { structure.elements[$0] }
  }

  /// F at θ, or `nil` where Σ is not positive definite.
  package func value(at theta: UnsafePointer<Double>) -> Double? {
    weightIsFormed = false
    residualIsFormed = false
    totalIsFormed = false
    mixedIsFormed = false
    guard moments.update(at: theta) else { return nil }
    let n = structure.momentOrder
    let w = weight.pointer
    w.update(from: moments.sigma.pointer, count: n * n)
    guard Kernels.choleskyInPlace(w, order: n) else { return nil }
    let logDeterminant = Kernels.logDeterminant(factor: w, order: n)
    Kernels.invertFactorInPlace(w, order: n)
    return logDeterminant + Kernels.dot(sample.pointer, w, count: n * n) - saturated
  }

  package func prepareWeight() {
    guard !weightIsFormed else { return }
    weightProducts.form(weight: weight.pointer, moments: moments, includingZ: true)
    weightIsFormed = true
  }

  package func prepareResidual() {
    guard !residualIsFormed else { return }
    let n = structure.momentOrder
    Kernels.congruence(
      symmetric: weight.pointer, sample.pointer, order: n, scratch: scratch.pointer, into: residual.pointer)
    for i in 0..<(n * n) { residual[i] = weight[i] - residual[i] }
    residualProducts.form(weight: residual.pointer, moments: moments, includingZ: true)
    residualIsFormed = true
  }

  /// Adds `factor` times the gradient.
  package func addGradient(_ factor: Double, into gradient: UnsafeMutablePointer<Double>) {
    prepareResidual()
    // By index: an array's iterator allocates in a debug build.
    for index in free.indices {
      let element = free[index]
      gradient[element.parameter] += factor * derivatives.first(element, residualProducts)
    }
  }

  /// Adds `factor` times the lower triangle of the curvature, `dimension × dimension`.
  package func addCurvature(
    _ kind: Curvature, _ factor: Double, dimension t: Int, into matrix: UnsafeMutablePointer<Double>
  ) {
    writeCurvature(kind, factor, dimension: t, adding: true, into: matrix)
  }

  package func setCurvature(
    _ kind: Curvature, _ factor: Double, dimension t: Int, into matrix: UnsafeMutablePointer<Double>
  ) {
    if !pairs.cover(dimension: t) { matrix.update(repeating: 0, count: t * t) }
    writeCurvature(kind, factor, dimension: t, adding: !pairs.cover(dimension: t), into: matrix)
  }

  private func writeCurvature(
    _ kind: Curvature, _ factor: Double, dimension t: Int, adding: Bool,
    into matrix: UnsafeMutablePointer<Double>
  ) {
    prepareWeight()
    if kind == .exact { prepareTotal() }
    pairs.write(
      factor, weightProducts, kind == .exact ? residualProducts : nil, effects: moments.effects.pointer,
      total: total.pointer, dimension: t, adding: adding, into: matrix)
  }

  private func prepareTotal() {
    guard !totalIsFormed else { return }
    prepareResidual()
    moments.totalCovariance(into: total.pointer)
    totalIsFormed = true
  }

  /// Forms what ``preparedPairCurvature(_:_:_:)`` reads.
  private func prepareCurvature(_ kind: Curvature) {
    prepareWeight()
    guard kind == .exact, !mixedIsFormed else { return }
    prepareTotal()
    mixedProducts.subtractTwice(residualProducts, from: weightProducts)
    mixedIsFormed = true
  }

  /// The second derivative of F by two elements, O(1).
  @inline(__always)
  private func preparedPairCurvature(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ kind: Curvature
  ) -> Double {
    if kind == .exact {
      return derivatives.product(a, b, weightProducts, mixedProducts)
        + derivatives.second(a, b, residualProducts, effects: moments.effects.pointer, total: total.pointer)
    }
    return derivatives.product(a, b, weightProducts, weightProducts)
  }

  /// The second derivative of F by two elements at the last point.
  package func pairCurvature(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ kind: Curvature
  ) -> Double {
    prepareCurvature(kind)
    return preparedPairCurvature(a, b, kind)
  }

  package func pairCurvatures(
    _ a: BlockStructure.Element, _ others: [BlockStructure.Element], _ kind: Curvature,
    into values: UnsafeMutablePointer<Double>
  ) {
    prepareCurvature(kind)
    others.withUnsafeBufferPointer { others in
      for index in others.indices { values[index] = preparedPairCurvature(a, others[index], kind) }
    }
  }

  /// Adds `factor` times the diagonal of the expected curvature, each element by itself.
  package func addMetric(_ factor: Double, into diagonal: UnsafeMutablePointer<Double>) {
    prepareWeight()
    for index in free.indices {
      let element = free[index]
      diagonal[element.parameter] +=
        factor * derivatives.product(element, element, weightProducts, weightProducts)
    }
  }
}
