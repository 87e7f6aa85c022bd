public import SEMNumerics

/// The sampling covariance matrix of the estimates, and what follows from it.
public struct EstimateCovariance: Sendable, Hashable {
  /// Cov(θ̂), t × t.
  public let matrix: Matrix
  /// The information it came from.
  public let information: InformationKind

  /// The standard errors of the free parameters; NaN never, `nil` where the variance is not positive.
  public var standardErrors: [Double?] {
    matrix.diagonal.map { $0 > 0 ? $0.squareRoot() : nil }
  }

  /// The standard error of a function of the parameters with the given gradient (delta method); `nil` where it is not
  /// defined, 0 for a constant.
  public func standardError(gradient: [Double]) -> Double? {
    let variance = matrix.quadraticForm(gradient)
    return variance >= 0 ? variance.squareRoot() : nil
  }
}

extension FittedModel {
  /// Cov(θ̂) as the inverse of the information matrix.
  ///
  /// - Parameter kind: The information; `nil` for that of ``FitOptions/information``.
  /// - Throws: ``InferenceError/notIdentified`` where it has no inverse, ``InferenceError/needsRawData(_:)``.
  /// - Complexity: O(p³ + t³).
  public func estimateCovariance(_ kind: InformationKind? = nil) throws(InferenceError) -> EstimateCovariance
  {
    let kind = kind ?? options.information
    let information = try information(kind)
    // The same scaling by which identification is judged, so that units do not matter.
    let t = information.rowCount
    let scale = information.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 }
    var scaled = information
    for j in 0..<t { for i in 0..<t { scaled[i, j] = information[i, j] * scale[i] * scale[j] } }
    guard let factor = try? Cholesky(scaled), factor.smallestPivotRatio > Identification.tolerance else {
      throw .notIdentified
    }
    var inverse = factor.inverse()
    for j in 0..<t { for i in 0..<t { inverse[i, j] *= scale[i] * scale[j] } }
    return EstimateCovariance(matrix: inverse, information: kind)
  }
}
