package import SEMNumerics

/// The full information discrepancy of one block with missing values: twice the difference of the log-likelihoods of the
/// saturated and of the fitted model, divided by the number of cases.
///
///     F(θ) = Σ_q f_q [ log|Σ_oo| + tr(M_q Σ_oo⁻¹) ] - the same at the saturated estimates
///
/// (Arbuckle 1996). ``PatternLikelihood`` gathers all patterns into one matrix Q, so that the gradient is tr(Q Σₐ) as for
/// complete data. The Hessian is complete data's less what is missing (Louis 1982, equation 3.2; here for the quadratic
/// form of the normal distribution): with P = (Σ⁺)⁻¹ and a pattern's directions U and Z of ``PatternLikelihood``
///
///     tr(P Σₐ (P - 2Q) Σ_b) + tr(Q Σₐ_b) - Σ_q f_q [ Σᵢⱼ (uᵢᵀΣₐuⱼ)(uᵢᵀΣ_buⱼ) + 2 Σᵢ_c (uᵢᵀΣₐz_c)(uᵢᵀΣ_bz_c) ]
///
/// and its expectation Σ_q f_q tr(W_q Σₐ W_q Σ_b) is tr(P Σₐ (P - 2 Σ f U Uᵀ) Σ_b) + Σ_q f_q Σᵢⱼ (uᵢᵀΣₐuⱼ)(uᵢᵀΣ_buⱼ).
/// So a pattern with few missing variables adds a few outer products of vectors of t numbers (``PatternDirections``), or,
/// where that is less work, a few products to a matrix that serves all elements (``MissingInformation``).
package final class FullInformationBlock: BlockDiscrepancy {
  package let structure: BlockStructure
  package let moments: MomentWorkspace
  let likelihood: PatternLikelihood
  /// F's value at the saturated estimates.
  let saturated: Double
  let derivatives: ElementDerivatives
  private let free: [BlockStructure.Element]
  private let residual, precisionResidual, weight, scratch, total: NumberBuffer
  private let residualProducts, precisionProducts, mixedProducts, weightProducts: WeightedProducts
  private let directions: PatternDirections
  /// The sums that make outer products needless, once asked for.
  private var missing: MissingInformation?
  /// Whether ``missing`` is the shorter way, whatever the work.
  package var sumsMissingInformation: Bool
  private var residualIsFormed = false
  private var precisionIsFormed = false
  private var exactIsFormed = false
  private var weightIsFormed = false
  /// Whether ``addCurvature(_:_:dimension:into:)`` keeps the sum over patterns of its first call for later points.
  ///
  /// A search that starts near its end loses little by it: the sum is the missing part of the information, and changes
  /// slowly. Inference asks a block of its own.
  package var reusesMissingInformation = false
  private var missingInformation: NumberBuffer?
  /// The curvature by pairs of elements at the last point, for modification indices.
  private var pairs: (kind: Curvature, matrix: NumberBuffer)?
  private let elementIndex: [BlockStructure.Element: Int]

  /// Makes a block's workspace from the saturated estimates with their patterns.
  ///
  /// - Returns: `nil` where the saturated covariance matrix is not positive definite, or without means or patterns.
  package init?(structure: BlockStructure, sample: SampleMoments) {
    guard let patterns = sample.patterns, let mean = sample.mean, structure.constant >= 0 else { return nil }
    self.structure = structure
    let order = structure.observedOrder
    let n = structure.momentOrder
    let common = patterns.layout.origin
    let origin = order.map { common[$0] }
    let likelihood = PatternLikelihood(patterns.layout(variables: order, origin: origin))
    self.likelihood = likelihood
    moments = MomentWorkspace(structure: structure, origin: origin)
    guard let value = sample.patternDiscrepancy(mean: mean, covariance: sample.covariance) else { return nil }
    saturated = value
    residual = NumberBuffer(count: n * n)
    precisionResidual = NumberBuffer(count: n * n)
    weight = NumberBuffer(count: n * n)
    scratch = NumberBuffer(count: n * n)
    total = NumberBuffer(count: structure.sourceCount * structure.sourceCount)
    residualProducts = WeightedProducts(structure: structure)
    precisionProducts = WeightedProducts(structure: structure)
    mixedProducts = WeightedProducts(structure: structure)
    weightProducts = WeightedProducts(structure: structure)
    derivatives = ElementDerivatives(structure: structure)
    free = structure.freeElements.map { structure.elements[$0] }
    directions = PatternDirections(likelihood: likelihood, moments: moments)
    sumsMissingInformation = Self.prefersSums(likelihood, parameters: free.count)
    var elementIndex: [BlockStructure.Element: Int] = [:]
    for (index, element) in free.enumerated() { elementIndex[element] = index }
    self.elementIndex = elementIndex
  }

  /// Whether sums for all elements of Σ⁺ cost less than outer products for those of the model.
  ///
  /// The weights are nanoseconds: of adding to a line, of adding outer products in BLAS, and so on. The sums may take 300 MB.
  private static func prefersSums(_ likelihood: PatternLikelihood, parameters: Int) -> Bool {
    let h = Double(likelihood.order * (likelihood.order + 1) / 2)
    let t = Double(parameters)
    guard 16 * h * h < 3e8 else { return false }
    var lines = 0.0
    var columns = 0.0
    for layout in likelihood.layouts where layout.missingCount > 0 {
      let m = Double(layout.missingCount)
      let u = layout.isDirect ? Double(layout.observedCount) : m
      lines += m * (m + 1) / 2
      columns += u * (u + 1) / 2 + u * Double(layout.rank)
    }
    return 0.3 * lines * h + h * h * (4 + 0.05 * t) < columns * t * (1.5 + 0.03 * t)
  }

  package func value(at theta: UnsafePointer<Double>) -> Double? {
    residualIsFormed = false
    precisionIsFormed = false
    exactIsFormed = false
    weightIsFormed = false
    pairs = nil
    guard moments.update(at: theta) else { return nil }
    return likelihood.value(at: moments.sigma.pointer).map { $0 - saturated }
  }

  private func prepareResidual() {
    guard !residualIsFormed else { return }
    likelihood.residual(into: residual.pointer, byPrecision: precisionResidual.pointer)
    residualProducts.form(weight: residual.pointer, moments: moments, includingZ: true)
    residualIsFormed = true
  }

  private func preparePrecision() {
    guard !precisionIsFormed else { return }
    precisionProducts.form(weight: likelihood.precision.pointer, moments: moments, includingZ: true)
    precisionIsFormed = true
  }

  /// The products of f P - 2 Q, over the patterns that go by P, or over all where ``missing`` is used.
  private func prepareExact() {
    guard !exactIsFormed else { return }
    prepareResidual()
    preparePrecision()
    let share = sumsMissingInformation ? 1 : likelihood.precisionShare
    let q = sumsMissingInformation ? residual : precisionResidual
    for i in 0..<scratch.count { scratch[i] = share * likelihood.precision[i] - 2 * q[i] }
    mixedProducts.form(weight: scratch.pointer, moments: moments, includingZ: true)
    moments.totalCovariance(into: total.pointer)
    exactIsFormed = true
  }

  /// The products of Σ f_q W_q.
  private func prepareWeight() {
    guard !weightIsFormed else { return }
    preparePrecision()
    likelihood.averageWeight(into: weight.pointer)
    weightProducts.form(weight: weight.pointer, moments: moments, includingZ: true)
    weightIsFormed = true
  }

  package func addGradient(_ factor: Double, into gradient: UnsafeMutablePointer<Double>) {
    prepareResidual()
    for element in free {
      gradient[element.parameter] += factor * derivatives.first(element, residualProducts)
    }
  }

  package func addCurvature(
    _ kind: Curvature, _ factor: Double, dimension t: Int, into matrix: UnsafeMutablePointer<Double>
  ) {
    prepareCollapsed(kind)
    free.withUnsafeBufferPointer { free in
      for bIndex in free.indices {
        let b = free[bIndex]
        for aIndex in bIndex..<free.count {
          let a = free[aIndex]
          let value = factor * collapsed(a, b, kind)
          let row = max(a.parameter, b.parameter)
          let column = min(a.parameter, b.parameter)
          matrix[row + column * t] += row == column && aIndex != bIndex ? 2 * value : value
        }
      }
    }
    guard kind == .exact, reusesMissingInformation else {
      addMissing(kind, factor, targets: nil, dimension: t, into: matrix)
      return
    }
    let missing = missingInformation ?? NumberBuffer(count: t * t)
    if missingInformation == nil {
      addMissing(kind, 1, targets: nil, dimension: t, into: missing.pointer)
      missingInformation = missing
    }
    for i in 0..<(t * t) { matrix[i] += factor * missing[i] }
  }

  /// Adds `factor` times what the patterns add to the collapsed curvature to the lower triangle of a matrix.
  private func addMissing(
    _ kind: Curvature, _ factor: Double, targets: [Int]?, dimension t: Int,
    into matrix: UnsafeMutablePointer<Double>
  ) {
    guard sumsMissingInformation else {
      directions.addOuterProducts(kind, factor, elements: free, targets: targets, dimension: t, into: matrix)
      return
    }
    let missing = missing ?? MissingInformation(likelihood.layout)
    self.missing = missing
    guard missing.form(likelihood, kind) else {
      // P is so near to singular that a part of it has no factor: no curvature, and no step or error from one.
      matrix[0] = .nan
      return
    }
    missing.add(
      kind == .exact ? -factor : factor, elements: free, targets: targets, dimension: t, moments: moments,
      precision: likelihood.precision.pointer, into: matrix)
  }

  /// Forms what ``collapsed(_:_:_:)`` reads.
  private func prepareCollapsed(_ kind: Curvature) {
    switch kind {
    case .exact: prepareExact()
    case .expected:
      preparePrecision()
      if sumsMissingInformation {
        likelihood.averageWeight(into: scratch.pointer)
        for i in 0..<scratch.count { scratch[i] = 2 * scratch[i] - likelihood.precision[i] }
      } else {
        likelihood.subtractMissing(2, into: scratch.pointer)
      }
      mixedProducts.form(weight: scratch.pointer, moments: moments, includingZ: true)
      exactIsFormed = false
    }
  }

  /// The part of the second derivative that all patterns share.
  @inline(__always)
  private func collapsed(_ a: BlockStructure.Element, _ b: BlockStructure.Element, _ kind: Curvature)
    -> Double
  {
    let product = derivatives.product(a, b, precisionProducts, mixedProducts)
    guard kind == .exact else { return product }
    return product
      + derivatives.second(a, b, residualProducts, effects: moments.effects.pointer, total: total.pointer)
  }

  /// The second derivative of F by two elements at the last point.
  ///
  /// The first call at a point forms those of all pairs of free elements.
  package func pairCurvature(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ kind: Curvature
  ) -> Double {
    guard let i = elementIndex[a], let j = elementIndex[b] else { return 0 }
    let e = free.count
    if let pairs, pairs.kind == kind { return pairs.matrix[max(i, j) + min(i, j) * e] }
    prepareCollapsed(kind)
    let matrix = NumberBuffer(count: e * e)
    free.withUnsafeBufferPointer { free in
      for q in 0..<e { for r in q..<e { matrix[r + q * e] = collapsed(free[r], free[q], kind) } }
    }
    addMissing(kind, 1, targets: Array(0..<e), dimension: e, into: matrix.pointer)
    pairs = (kind, matrix)
    return matrix[max(i, j) + min(i, j) * e]
  }

  /// Adds `factor` times tr(P Σₐ (Σ f W) Σₐ), a bound of the expected curvature that needs no outer products.
  ///
  /// With complete data it is the expected curvature itself.
  package func addMetric(_ factor: Double, into diagonal: UnsafeMutablePointer<Double>) {
    prepareWeight()
    for element in free {
      diagonal[element.parameter] +=
        factor * derivatives.product(element, element, precisionProducts, weightProducts)
    }
  }
}
