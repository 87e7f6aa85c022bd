public import SEMNumerics

/// The differences between a block's sample moments and the model's.
public struct ResidualMoments: Sendable, Hashable {
  /// The observed variables.
  public var variables: [String]
  /// The block, from 1.
  public var block: Int
  /// S - Σ.
  public var covariance: Matrix
  /// The difference of the correlation matrices (Bollen 1989).
  public var correlation: Matrix
  /// S - Σ divided by the standard deviations of both variables (Bentler 1995).
  public var scaled: Matrix
  /// S - Σ divided by their asymptotic standard errors; 0 where residual and error both vanish.
  public var standardized: Matrix?
  /// m - μ; `nil` without a mean structure.
  public var mean: [Double]?
}

extension FittedModel {
  /// The residuals of every block.
  ///
  /// Standardised residuals divide by the square root of n⁻¹(Γ - Δ (ΔᵀVΔ)⁻¹ Δᵀ) with the normal-theory Γ at the model's
  /// moments (Maydeu-Olivares and Shi 2017, Methodology 13, and lavaan's `standardized`); for incomplete data see
  /// `incompleteResidualVariances()`.
  /// - Parameter covariance: Cov(θ̂) from the expected information; without it there are no standardised residuals.
  public func residualMoments(_ covariance: EstimateCovariance? = nil) -> [ResidualMoments] {
    let incomplete = covariance != nil && isFullInformation ? incompleteResidualVariances() : nil
    return table.blocks.indices.compactMap { index in
      guard let matrices = matrices(ofBlock: index) else { return nil }
      let sample = moments[index]
      let sigma = matrices.observedCovariance
      let p = sample.variables.count
      let difference = sample.covariance - sigma
      var correlation = Matrix(rowCount: p, columnCount: p)
      var scaled = correlation
      for j in 0..<p {
        for i in 0..<p {
          let sampleScale = (sample.covariance[i, i] * sample.covariance[j, j]).squareRoot()
          let modelScale = (sigma[i, i] * sigma[j, j]).squareRoot()
          correlation[i, j] = sample.covariance[i, j] / sampleScale - sigma[i, j] / modelScale
          scaled[i, j] = difference[i, j] / sampleScale
        }
      }
      return ResidualMoments(
        variables: sample.variables, block: index + 1, covariance: difference, correlation: correlation,
        scaled: scaled,
        standardized: isFullInformation
          ? incomplete.map { standardizedResiduals(difference, sigma, variances: $0[index]) }
          : covariance.flatMap { standardizedResiduals(index, difference, sigma, $0) },
        mean: table.hasMeanStructure
          ? zip(sample.mean ?? [], matrices.observedMean).map { $0 - $1 } : nil)
    }
  }

  private func standardizedResiduals(
    _ index: Int, _ difference: Matrix, _ sigma: Matrix, _ covariance: EstimateCovariance
  ) -> Matrix? {
    guard let matrices = matrices(ofBlock: index) else { return nil }
    let p = difference.rowCount
    let jacobian = covarianceJacobian(index, matrices)
    let n = multiplier(ofBlock: index)
    var result = Matrix(rowCount: p, columnCount: p)
    var row = 0
    for j in 0..<p {
      for i in j..<p {
        let saturated = (sigma[i, i] * sigma[j, j] + sigma[i, j] * sigma[i, j]) / n
        let variance = saturated - covariance.matrix.quadraticForm(jacobian.row(row))
        let value = difference[i, j]
        // Below this both are rounding of a residual that the model fits exactly.
        let isExact = variance <= 1e-10 * saturated
        result[i, j] = isExact ? 0 : value / variance.squareRoot()
        result[j, i] = result[i, j]
        row += 1
      }
    }
    return result
  }

  /// Residuals divided by the roots of given variances of means and vech.
  private func standardizedResiduals(_ difference: Matrix, _ sigma: Matrix, variances: [Double]) -> Matrix {
    let p = difference.rowCount
    var result = Matrix(rowCount: p, columnCount: p)
    for j in 0..<p {
      for i in j..<p {
        let variance = variances[p + halfVectorIndex(row: i, column: j, order: p)]
        let saturated = (sigma[i, i] * sigma[j, j] + sigma[i, j] * sigma[i, j]) / multiplier
        result[i, j] = variance <= 1e-10 * saturated ? 0 : difference[i, j] / variance.squareRoot()
        result[j, i] = result[i, j]
      }
    }
    return result
  }

  /// ∂vech Σ/∂θ of one block, p(p+1)/2 × t, vech by columns of the lower triangle, in the block's order of variables.
  func covarianceJacobian(_ index: Int, _ matrices: ReticularMatrices) -> Matrix {
    let block = table.blocks[index]
    let p = matrices.observedCount
    var place: [String: Int] = [:]
    for (position, name) in matrices.variables.enumerated() where place[name] == nil {
      place[name] = position
    }
    var jacobian = Matrix(rowCount: p * (p + 1) / 2, columnCount: estimates.count)
    let b = matrices.totalEffects
    let c = matrices.totalCovariance
    for parameter in table.rows where parameter.block == block.number && parameter.free > 0 {
      guard parameter.op != .intercept, let left = place[parameter.lhs], let right = place[parameter.rhs]
      else {
        continue
      }
      let first: [Double]
      let second: [Double]
      var factor = 1.0
      switch parameter.op {
      case .measurement: (first, second) = (b.column(right), c.column(left))
      case .regression: (first, second) = (b.column(left), c.column(right))
      default:
        (first, second) = (b.column(left), b.column(right))
        factor = left == right ? 0.5 : 1
      }
      var row = 0
      for j in 0..<p {
        for i in j..<p {
          jacobian[row, parameter.free - 1] += factor * (first[i] * second[j] + first[j] * second[i])
          row += 1
        }
      }
    }
    return jacobian
  }
}
