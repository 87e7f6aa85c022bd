public import SEMNumerics

/// The sampling covariance matrix of the estimates, and what follows from it.
public struct EstimateCovariance: Sendable, Hashable {
  /// Cov(θ̂), t × t.
  public let matrix: Matrix
  /// The information it came from.
  public let information: InformationKind
  /// What it is made of.
  public var kind = StandardErrorKind.standard

  /// The standard errors of the free parameters; `nil` where the variance is negative; 0 for a
  /// parameter that constraints or bounds hold.
  public var standardErrors: [Double?] {
    matrix.diagonal.map { $0 >= 0 ? $0.squareRoot() : nil }
  }

  /// The standard error of a function of the parameters with the given gradient (delta method); `nil` where it is not
  /// defined, 0 for a constant.
  public func standardError(gradient: [Double]) -> Double? {
    let variance = matrix.quadraticForm(gradient)
    return variance >= 0 ? variance.squareRoot() : nil
  }

  /// The matrix times a factor, such as N / (N - 1) for the convention of AMOS.
  public func scaled(by factor: Double) -> EstimateCovariance {
    var scaled = matrix
    for index in scaled.elements.indices { scaled.elements[index] *= factor }
    return EstimateCovariance(matrix: scaled, information: information, kind: kind)
  }
}

extension FittedModel {
  /// Cov(θ̂): as the inverse of an information matrix, or of the kind that ``FitOptions/standardErrors`` asks for.
  ///
  /// - Parameter kind: The information to invert; `nil` for ``FitOptions/standardErrors``, whose formulas are: standard
  ///   A⁻¹ with A the information of ``FitOptions/information``; `robust.sem` A⁻¹BA⁻¹ with B = Σ m ΔᵀVΓ̂VΔ (Browne
  ///   1984; Satorra and Bentler 1994); `robust.huber.white` A⁻¹BA⁻¹ with B = Σ sᵢsᵢᵀ over the cases' scores (Huber
  ///   1967; White 1982); `first.order` B⁻¹ of the same B.
  /// - Throws: ``InferenceError/notIdentified`` where it has no inverse, ``InferenceError/needsRawData(_:)``.
  /// - Complexity: O(p³ + t³), and O(N (p² + t²)) for kinds that need the cases.
  public func estimateCovariance(_ kind: InformationKind? = nil) throws(InferenceError) -> EstimateCovariance
  {
    guard let kind else { return try robustCovariance() }
    let found = kind == .expected ? try expectedAnalysis().inverse : invert(try information(kind))
    guard let inverse = found else { throw .notIdentified }
    return EstimateCovariance(
      matrix: inverse, information: kind, kind: kind == .firstOrder ? .firstOrder : .standard)
  }

  /// The inverse of a positive definite matrix of the parameters: with active constraints Z (Zᵀ I Z)⁻¹ Zᵀ, Z their
  /// tangent (Silvey 1959); `nil` where it is singular to the tolerance of ``Identification``. Rows beyond the free
  /// parameters are under no constraint.
  func invert(_ information: Matrix) -> Matrix? {
    // The same scaling by which identification is judged, so that units do not matter.
    let scale = information.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 }
    let t = scale.count
    var scaled = information
    for j in 0..<t { for i in 0..<t { scaled[i, j] = information[i, j] * scale[i] * scale[j] } }
    var inverse: Matrix
    if let tangent = constraints?.tangent, tangent.columnCount < tangent.rowCount {
      let (rows, columns) = (tangent.rowCount, tangent.columnCount)
      var directions = Matrix(rowCount: t, columnCount: columns + t - rows)
      for j in 0..<columns { for i in 0..<rows { directions[i, j] = tangent[i, j] / scale[i] } }
      for i in rows..<max(rows, t) { directions[i, columns + i - rows] = 1 }
      guard let basis = (try? QR(directions))?.orthogonalFactor(columns: directions.columnCount) else {
        return nil
      }
      guard let factor = try? Cholesky(basis.transposed.sandwiching(scaled)),
        factor.smallestPivotRatio > Identification.tolerance
      else { return nil }
      inverse = basis.sandwiching(factor.inverse())
      // A parameter that cannot move has variance 0, not rounding.
      for i in 0..<t where basis.row(i).allSatisfy({ $0.magnitude < 1e-12 }) {
        for j in 0..<t {
          inverse[i, j] = 0
          inverse[j, i] = 0
        }
      }
    } else {
      guard let factor = try? Cholesky(scaled), factor.smallestPivotRatio > Identification.tolerance else {
        return nil
      }
      inverse = factor.inverse()
    }
    for j in 0..<t { for i in 0..<t { inverse[i, j] *= scale[i] * scale[j] } }
    return inverse
  }
}
