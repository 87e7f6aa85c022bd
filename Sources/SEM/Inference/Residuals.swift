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
  /// S - Σ divided by their asymptotic standard errors; 0 where residual and error both vanish; `nil` for least squares
  /// other than GLS.
  public var standardized: Matrix?
  /// m - μ; `nil` without a mean structure.
  public var mean: [Double]?
}

extension FittedModel {
  /// The residuals of every block.
  ///
  /// Standardised residuals divide by their standard errors for normal data, which need not follow the model
  /// (`ResidualVariances`; for incomplete data see `incompleteResidualVariances()`).
  /// - Parameter covariance: Cov(θ̂) from the expected information; without it there are no standardised residuals.
  public func residualMoments(_ covariance: EstimateCovariance? = nil) -> [ResidualMoments] {
    let incomplete = covariance != nil && isFullInformation ? incompleteResidualVariances() : nil
    let complete =
      isFullInformation ? nil : covariance.flatMap { ResidualVariances(self, inverse: $0.matrix)?.matrices }
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
          ? incomplete.map { variances in
            standardizedResiduals(difference, sigma) { i, j in
              variances[index][p + halfVectorIndex(row: max(i, j), column: min(i, j), order: p)]
            }
          }
          : complete.map { variances in
            standardizedResiduals(difference, sigma) { variances[index][$0, $1] }
          },
        mean: table.hasMeanStructure
          ? zip(sample.mean ?? [], matrices.observedMean).map { $0 - $1 } : nil)
    }
  }

  /// Residuals divided by the roots of given variances; 0 where both are rounding of a residual that the model fits exactly.
  private func standardizedResiduals(
    _ difference: Matrix, _ sigma: Matrix, variance: (Int, Int) -> Double
  ) -> Matrix {
    let p = difference.rowCount
    var result = Matrix(rowCount: p, columnCount: p)
    for j in 0..<p {
      for i in j..<p {
        let own = variance(i, j)
        let saturated = (sigma[i, i] * sigma[j, j] + sigma[i, j] * sigma[i, j]) / multiplier
        result[i, j] = own <= 1e-10 * saturated ? 0 : difference[i, j] / own.squareRoot()
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
