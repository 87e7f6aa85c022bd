internal import SEMNumerics

/// The sampling variances of residual covariances of complete data.
///
/// With e = s - σ(θ̂), V the normal-theory weight at the model's moments and Δ = ∂σ/∂θ, to first order
///
///     e = r - Δ A⁻¹ Σ_g n_g Δ_gᵀV_g r_g,   r = s - σ(θ),   A = Σ_g n_g Δ_gᵀV_gΔ_g
///
/// so that Cov(e) = Γ/n - ΔA⁻¹ΔᵀVΓ - (ΔA⁻¹ΔᵀVΓ)ᵀ + ΔA⁻¹ (Σ n ΔᵀVΓVΔ) A⁻¹Δᵀ, with Γ of normal variables at the sample's
/// moments (Maydeu-Olivares and Shi 2017, Methodology 13, equations 4 to 6; lavaan's `standardized` residuals). The model may
/// be wrong: were Γ that of the model, this would be Γ/n - ΔA⁻¹Δᵀ. Given fixed covariates Γ loses what they predict.
///
/// Forms take the place of p⁴ elements: VΔ of parameter a is ½ W Σₐ W, and Γ times it the matrix
/// Kₐ = S W Σₐ W S less the same of the part of S that fixed covariates predict.
struct ResidualVariances {
  /// Var(e) of every block, p × p.
  let matrices: [Matrix]

  private struct Part {
    var p: Int
    var n: Double
    /// Γ's parts: S, and what fixed covariates predict of it.
    var sample: Matrix
    var predicted: Matrix?
    /// Δ of the covariances, p (p + 1) / 2 × t.
    var jacobian: Matrix
    /// Kₐ by columns, as vech.
    var spread: Matrix
  }

  /// The variances at a fit by maximum likelihood or generalised least squares; `nil` for other weights, or where the
  /// moments are not positive definite.
  ///
  /// - Parameters:
  ///   - fit: The fit.
  ///   - inverse: A⁻¹, along active constraints.
  /// - Complexity: O(t p³ + t² p²).
  init?(_ fit: FittedModel, inverse: Matrix) {
    let estimator = fit.options.estimator
    guard estimator == .maximumLikelihood || estimator == .generalizedLeastSquares else { return nil }
    let t = fit.estimates.count
    var parts: [Part] = []
    var meat = Matrix(rowCount: t, columnCount: t)
    for (index, sample) in fit.moments.enumerated() {
      guard let moments = fit.matrices(ofBlock: index), let jacobian = fit.momentJacobian(index) else {
        return nil
      }
      let s = sample.covariance
      let p = s.rowCount
      let center = estimator == .generalizedLeastSquares ? s : moments.observedCovariance
      guard let weight = (try? Cholesky(center))?.inverse() else { return nil }
      let fixed = fit.fixedCovariates(index, Array(0..<p))
      var predicted: Matrix?
      if !fixed.isEmpty {
        let all = Array(0..<p)
        let cross = s.submatrix(rows: fixed, columns: all)
        guard let factor = try? Cholesky(s.submatrix(rows: fixed, columns: fixed)) else { return nil }
        predicted = (cross.transposed * factor.solve(cross)).symmetrized()
      }
      let n = fit.multiplier(ofBlock: index)
      let positions = halfVectorPositions(order: p)
      var spread = Matrix(rowCount: positions.count, columnCount: t)
      var weighted = spread
      for a in 0..<t {
        var slope = Matrix(rowCount: p, columnCount: p)
        for (k, (i, j)) in positions.enumerated() {
          slope[i, j] = jacobian[p + k, a]
          slope[j, i] = slope[i, j]
        }
        let form = weight.sandwiching(slope)
        var result = s.sandwiching(form)
        if let predicted { result -= predicted.sandwiching(form) }
        for (k, (i, j)) in positions.enumerated() {
          spread[k, a] = result[i, j]
          // tr of two symmetric matrices counts what is off the diagonal twice.
          weighted[k, a] = form[i, j] * (i == j ? 0.5 : 1)
        }
      }
      meat += n * (weighted.transposed * spread)
      if fit.table.hasMeanStructure {
        let means = weight * jacobian.submatrix(rows: Array(0..<p), columns: Array(0..<t))
        meat += n * means.transposed.sandwiching(predicted.map { s - $0 } ?? s)
      }
      parts.append(
        Part(
          p: p, n: n, sample: s, predicted: predicted,
          jacobian: jacobian.submatrix(
            rows: Array(p..<(p + positions.count)), columns: Array(0..<t)), spread: spread))
    }
    let outer = inverse.sandwiching(meat.symmetrized())
    matrices = parts.map { part in
      let mapped = part.jacobian * inverse
      let whole = part.jacobian * outer
      var result = Matrix(rowCount: part.p, columnCount: part.p)
      for (k, (i, j)) in halfVectorPositions(order: part.p).enumerated() {
        func gamma(_ s: Matrix) -> Double { s[i, i] * s[j, j] + s[i, j] * s[i, j] }
        var value = (gamma(part.sample) - (part.predicted.map(gamma) ?? 0)) / part.n
        for a in 0..<t {
          value += whole[k, a] * part.jacobian[k, a] - 2 * mapped[k, a] * part.spread[k, a]
        }
        result[i, j] = value
        result[j, i] = value
      }
      return result
    }
  }
}
