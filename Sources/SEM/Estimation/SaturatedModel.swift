package import SEMNumerics

/// The information of complete and of incomplete data about means and covariances: that of the saturated model.
///
/// Parameters are the means, then the lower triangle of the covariance matrix by columns. In the augmented moment matrix
/// Σ⁺ of ``PatternLikelihood``, with the means as origin, all of them are elements: Σₐ = eᵢ eⱼᵀ + eⱼ eᵢᵀ, once for i = j,
/// where the last row and column stand for the means. So the information is a sum of tr(D Σₐ E Σ_b) for pairs of matrices
/// D and E, which four elements of each pair give:
///
///     tr(D Σₐ E Σ_b) = D_li E_jk + D_ki E_jl + D_lj E_ik + D_kj E_il
///
/// Of incomplete data it is complete data's at the expected moments, less ``MissingInformation``.
package enum SaturatedModel {
  /// The expected information of complete data at given moments, for one case: Σ⁻¹ and ½ Dᵀ (Σ⁻¹ ⊗ Σ⁻¹) D.
  ///
  /// - Returns: `nil` where the covariance matrix is not positive definite.
  /// - Complexity: O(q²), q = p (p + 3) / 2.
  package static func completeInformation(_ moments: SampleMoments) -> Matrix? {
    guard let factor = try? Cholesky(moments.covariance) else { return nil }
    let p = moments.variables.count
    let n = p + 1
    let inverse = factor.inverse()
    var precision = Matrix(rowCount: n, columnCount: n)
    for j in 0..<p { for i in 0..<p { precision[i, j] = inverse[i, j] } }
    precision[p, p] = 1
    return information(order: n) { (l, i, j, k) in precision[l, i] * precision[j, k] }
  }

  /// The observed information of incomplete data at the saturated moments, for one case: ½ ∂²F.
  ///
  /// - Returns: `nil` where the covariance matrix is not positive definite, or without patterns.
  /// - Complexity: O(p⁵), and O(p² m²) for each pattern.
  package static func observedInformation(_ sample: SampleMoments) -> Matrix? {
    observedInformation(sample, at: sample.mean ?? [], sample.covariance)
  }

  /// The observed information of incomplete data about saturated moments at other moments, for one case: ½ ∂²F.
  package static func observedInformation(
    _ sample: SampleMoments, at mean: [Double], _ covariance: Matrix
  ) -> Matrix? {
    guard let patterns = sample.patterns, mean.count == sample.variables.count else { return nil }
    let p = mean.count
    let n = p + 1
    let likelihood = PatternLikelihood(patterns.layout(variables: Array(0..<p), origin: mean))
    let point = NumberBuffer(count: n * n)
    for j in 0..<p { for i in 0..<p { point[i + j * n] = covariance[i, j] } }
    point[n * n - 1] = 1
    guard withExtendedLifetime(point, { likelihood.value(at: point.pointer) }) != nil else { return nil }
    let residual = NumberBuffer(count: n * n)
    likelihood.residual(into: residual.pointer)
    var result = completeLessMissing(likelihood, .exact) { index in
      likelihood.precision[index] - 2 * residual[index]
    }
    // Σ⁺ is quadratic in the means: ½ tr(Q Σₐ_b).
    for j in 0..<p { for i in 0..<p { result?[i, j] += residual[i + j * n] } }
    return withExtendedLifetime(residual) { result }
  }

  /// The expected information of incomplete data at the saturated moments, for one case: Σ f_q (W_q, ½ Dᵀ (W_q ⊗ W_q) D).
  ///
  /// - Returns: `nil` where the covariance matrix is not positive definite, or without patterns.
  /// - Complexity: O(p⁵), and O(p² m²) for each pattern.
  package static func expectedInformation(_ sample: SampleMoments) -> Matrix? {
    guard let patterns = sample.patterns, let mean = sample.mean else { return nil }
    let p = mean.count
    let n = p + 1
    let likelihood = PatternLikelihood(patterns.layout(variables: Array(0..<p), origin: mean))
    let point = NumberBuffer(count: n * n)
    for j in 0..<p { for i in 0..<p { point[i + j * n] = sample.covariance[i, j] } }
    point[n * n - 1] = 1
    guard withExtendedLifetime(point, { likelihood.value(at: point.pointer) }) != nil else { return nil }
    // tr(W Σₐ W Σ_b) with W = P - A, A = P C P: tr(P Σₐ (2W - P) Σ_b) + tr(A Σₐ A Σ_b).
    let weight = NumberBuffer(count: n * n)
    likelihood.averageWeight(into: weight.pointer)
    return withExtendedLifetime(weight) {
      completeLessMissing(likelihood, .expected) { index in 2 * weight[index] - likelihood.precision[index] }
    }
  }

  /// ½ tr(P Σₐ E Σ_b) less the missing information of the exact curvature, or with its products added for the expected one.
  private static func completeLessMissing(
    _ likelihood: PatternLikelihood, _ kind: Curvature, _ e: (Int) -> Double
  ) -> Matrix? {
    let n = likelihood.order
    let other = NumberBuffer(count: n * n)
    for i in 0..<(n * n) { other[i] = e(i) }
    let missing = MissingInformation(likelihood.layout)
    guard missing.form(likelihood, kind) else { return nil }
    let sums = missing.bySaturatedMoments(precision: likelihood.precision.pointer)
    var result = information(order: n) { (l, i, j, k) in
      likelihood.precision[l + i * n] * other[j + k * n]
    }
    let factor = kind == .exact ? -0.5 : 0.5
    let elements = elements(order: n)
    let places = elements.map { halfVectorIndex(row: $0.row, column: $0.column, order: n) }
    let h = missing.length
    result.elements.withUnsafeMutableBufferPointer { result in
      for (b, column) in places.enumerated() {
        for (a, row) in places.enumerated() {
          result[a + b * places.count] += factor * sums[row + column * h]
        }
      }
    }
    return withExtendedLifetime((other, sums)) { result }
  }

  /// The elements of Σ⁺ that are parameters: means, then the lower triangle of the covariance matrix by columns.
  private static func elements(order n: Int) -> [(row: Int, column: Int)] {
    (0..<(n - 1)).map { (row: $0, column: n - 1) } + halfVectorPositions(order: n - 1)
  }

  /// ½ tr(D Σₐ E Σ_b) of all parameters from the products D_li E_jk.
  private static func information(order n: Int, _ product: (Int, Int, Int, Int) -> Double) -> Matrix {
    let elements = elements(order: n)
    let q = elements.count
    var result = Matrix(rowCount: q, columnCount: q)
    for b in 0..<q {
      let (k, l) = elements[b]
      for a in b..<q {
        let (i, j) = elements[a]
        var value = product(l, i, j, k) + product(k, i, j, l) + product(l, j, i, k) + product(k, j, i, l)
        if i == j { value *= 0.5 }
        if k == l { value *= 0.5 }
        result.elements[a + b * q] = 0.5 * value
        result.elements[b + a * q] = 0.5 * value
      }
    }
    return result
  }
}

extension SampleMoments {
  /// -2 / n times the log-likelihood of the incomplete rows at given moments, without the part of 2π.
  ///
  /// - Returns: `nil` where the covariance matrix is not positive definite, or without patterns.
  /// - Complexity: that of ``PatternLikelihood/value(at:)``, but the first moments asked for are remembered.
  package func patternDiscrepancy(mean: [Double], covariance: Matrix) -> Double? {
    guard let patterns, mean.count == variables.count else { return nil }
    // As a rule these are the saturated moments, whose likelihood every test needs.
    struct Known: Sendable {
      var mean: [Double]
      var covariance: Matrix
      var value: Double?
    }
    let known = patterns.shared.value("discrepancy") {
      Known(
        mean: mean, covariance: covariance, value: patterns.discrepancy(mean: mean, covariance: covariance))
    }
    return known.mean == mean && known.covariance == covariance
      ? known.value : patterns.discrepancy(mean: mean, covariance: covariance)
  }
}

extension MissingPatterns {
  fileprivate func discrepancy(mean: [Double], covariance: Matrix) -> Double? {
    let p = variables.count
    let n = p + 1
    let likelihood = PatternLikelihood(layout)
    let deviation = zip(mean, layout.origin).map { $0 - $1 } + [1]
    let point = NumberBuffer(count: n * n)
    for j in 0..<n {
      for i in 0..<n {
        point[i + j * n] = deviation[i] * deviation[j] + (i < p && j < p ? covariance[i, j] : 0)
      }
    }
    return withExtendedLifetime(point) { likelihood.value(at: point.pointer) }
  }
}
