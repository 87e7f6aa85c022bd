internal import SEMNumerics

/// LISREL's goodness of fit: 1 - eᵀVe / sᵀVs with residual moments e, sample moments s and the normal-theory weight V at
/// the model's moments (Jöreskog and Sörbom 1981; Tanaka and Huba 1985), groups weighted by their cases.
struct AbsoluteFit {
  /// The index.
  let gfi: Double
  /// The number of distinct moments, those of fixed covariates included.
  let momentCount: Double

  init(fit: FittedModel) {
    var index = 0.0
    var count = 0.0
    for (position, block) in fit.table.blocks.enumerated() {
      let sample = fit.moments[position]
      let p = block.observed.count
      count += Double(p * (p + 1) / 2 + (fit.table.hasMeanStructure ? p : 0))
      guard let matrices = fit.matrices(ofBlock: position),
        let factor = try? Cholesky(matrices.observedCovariance)
      else {
        index = .nan
        continue
      }
      let fixed = Set(
        fit.table.rows.filter { $0.block == block.number && $0.isExogenous }.map(\.lhs))
      let weight = factor.inverse()
      let isFixed = block.observed.map(fixed.contains)
      if fit.isFullInformation {
        let part = IncompleteAbsoluteFit(fit: fit, block: position, isFixed: isFixed)
        index += Double(sample.count) / Double(fit.count) * (part.map { 1 - $0.residual / $0.whole } ?? .nan)
        continue
      }
      let mean = fit.table.hasMeanStructure ? sample.mean : nil
      let residual = Self.quadraticForm(
        weight, sample.covariance - matrices.observedCovariance,
        mean.map { zip($0, matrices.observedMean).map { $0 - $1 } }, isFixed)
      let whole = Self.quadraticForm(weight, sample.covariance, mean, isFixed)
      index += Double(sample.count) / Double(fit.count) * (whole > 0 ? 1 - residual / whole : 1)
    }
    gfi = index
    momentCount = count
  }

  /// ½ tr(W E W E) + dᵀ W d, moments among fixed covariates left out of E and d.
  private static func quadraticForm(
    _ weight: Matrix, _ difference: Matrix, _ mean: [Double]?, _ isFixed: [Bool]
  ) -> Double {
    var difference = difference
    let p = isFixed.count
    for j in 0..<p {
      for i in 0..<p where isFixed[i] && isFixed[j] { difference[i, j] = 0 }
    }
    let product = weight * difference
    var sum = 0.5 * product.traceOfProduct(with: product)
    if let mean {
      sum += weight.quadraticForm(zip(mean, isFixed).map { $1 ? 0 : $0 })
    }
    return sum
  }
}

extension FittedModel {
  /// Browne's residual statistic with the normal-theory weight at the model's moments (Browne 1984, equation 2.20):
  ///
  ///     T = Σ m eᵀVe - uᵀ (Σ m ΔᵀVΔ)⁻¹ u,    u = Σ m ΔᵀVe
  ///
  /// `nil` where the information has no inverse.
  public func browneResidualStatistic() -> Double? {
    guard let blocks = normalTheoryBlocks() else { return nil }
    let t = estimates.count
    var quadratic = 0.0
    let u = NumberBuffer(count: t)
    for (index, block) in blocks.enumerated() {
      guard let matrices = matrices(ofBlock: index), let factor = try? Cholesky(matrices.observedCovariance)
      else {
        return nil
      }
      let m = multiplier(ofBlock: index)
      let weight = factor.inverse()
      let difference = moments[index].covariance - matrices.observedCovariance
      let mean =
        table.hasMeanStructure ? zip(moments[index].mean ?? [], matrices.observedMean).map { $0 - $1 } : nil
      let product = weight * difference
      quadratic += m * 0.5 * product.traceOfProduct(with: product)
      if let mean { quadratic += m * weight.quadraticForm(mean) }
      block.addResidualProjection(
        m, covariance: (product * weight).symmetrized(), mean: mean.map { weight.multiplied(by: $0) },
        into: u.pointer)
    }
    guard let covariance = try? estimateCovariance(.expected) else { return nil }
    return quadratic - covariance.matrix.quadraticForm(u.array)
  }
}

extension MaximumLikelihoodBlock {
  /// Adds `factor` · ΔᵀVe: ½ tr(W E W Σₐ) + μₐᵀ W d for every free parameter.
  ///
  /// In the frame of the workspace, where the constant's row holds means, both parts are ½ tr(K Σₐ) with one matrix K.
  fileprivate func addResidualProjection(
    _ factor: Double, covariance: Matrix, mean: [Double]?, into u: UnsafeMutablePointer<Double>
  ) {
    let n = structure.momentOrder
    let order = structure.observedOrder
    let k = NumberBuffer(count: n * n)
    for (j, column) in order.enumerated() {
      for (i, row) in order.enumerated() { k[i + j * n] = covariance[row, column] }
    }
    if structure.constant >= 0, let mean {
      // Σ in that frame is Σ + d dᵀ with d = μ - m, so that ∂/∂θ picks up μₐ dᵀ + d μₐᵀ, which the last row cancels.
      let c = structure.constant
      let deviation = (0..<order.count).map { moments.sigma[$0 + c * n] }
      for (i, row) in order.enumerated() {
        var value = mean[row]
        for j in 0..<order.count { value -= k[i + j * n] * deviation[j] }
        k[i + c * n] = value
        k[c + i * n] = value
      }
    }
    let products = WeightedProducts(structure: structure)
    withExtendedLifetime(k) { products.form(weight: k.pointer, moments: moments, includingZ: false) }
    for index in structure.freeElements {
      let element = structure.elements[index]
      u[element.parameter] += factor * 0.5 * derivatives.first(element, products)
    }
  }
}
