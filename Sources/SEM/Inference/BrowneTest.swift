internal import SEMNumerics

extension FittedModel {
  /// Which weight a residual statistic has.
  public enum ResidualWeight: Sendable, Hashable {
    /// Normal theory at the model's moments.
    case model
    /// Normal theory at the sample's moments.
    case sample
    /// Γ̂⁻¹, asymptotically distribution free; needs the rows of the data, more of them than there are moments.
    case distributionFree
  }

  /// Browne's residual statistic, which judges consistent estimates of any kind (Browne 1984, equation 2.20):
  ///
  ///     T = Σ m eᵀVe - uᵀ (Σ m ΔᵀVΔ)⁻¹ u,    e = (m - μ, vech(S - Σ)),  u = Σ m ΔᵀVe
  ///
  /// - Returns: `nil` where the weight or the middle matrix has no inverse.
  /// - Complexity: O(p³ + t³); O(N p⁴ + p⁶) without normal theory.
  public func browneResidualStatistic(_ weight: ResidualWeight = .model) -> Double? {
    let t = estimates.count
    var quadratic = 0.0
    let gradient = NumberBuffer(count: t)
    // At maximum likelihood's own weight Σ m ΔᵀVΔ is the expected information, whose inverse is there.
    let isExpected =
      weight == .model && options.estimator == .maximumLikelihood && options.missing == .listwise
    let curvature = NumberBuffer(count: isExpected ? 0 : t * t)
    for (index, block) in table.blocks.enumerated() {
      let sample = moments[index]
      let structure = BlockStructure(
        block: block, table: table, sampleValue: { ModelFitter.sampleValue($0, block, sample) })
      // A least-squares discrepancy with this weight has F = eᵀVe, the gradient -2 ΔᵀVe and the curvature 2 ΔᵀVΔ.
      let discrepancy: (any BlockDiscrepancy)?
      switch weight {
      case .model:
        discrepancy = matrices(ofBlock: index).flatMap {
          GeneralizedLeastSquaresBlock(
            structure: structure, sample: sample, weightCovariance: $0.observedCovariance)
        }
      case .sample: discrepancy = GeneralizedLeastSquaresBlock(structure: structure, sample: sample)
      case .distributionFree:
        discrepancy = MomentDeviations.weight(
          .weightedLeastSquares, structure: structure, rows: rows?[index],
          fixed: fixedCovariates(index, structure.observedOrder)
        ).map { WeightedLeastSquaresBlock(structure: structure, sample: sample, weight: $0) }
      }
      guard let discrepancy else { return nil }
      let value = estimates.withUnsafeBufferPointer { $0.baseAddress.flatMap(discrepancy.value(at:)) }
      guard let value else { return nil }
      let m = multiplier(ofBlock: index)
      quadratic += m * value
      discrepancy.addGradient(-0.5 * m, into: gradient.pointer)
      if !isExpected { discrepancy.addCurvature(.expected, 0.5 * m, dimension: t, into: curvature.pointer) }
    }
    if isExpected {
      return ((try? expectedAnalysis())?.inverse).map { quadratic - $0.quadraticForm(gradient.array) }
    }
    Kernels.mirrorLower(curvature.pointer, order: t)
    guard let inverse = invert(curvature.matrix(rowCount: t, columnCount: t)) else { return nil }
    return quadratic - inverse.quadraticForm(gradient.array)
  }
}
