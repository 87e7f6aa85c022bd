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
/// and a sum over patterns needs but the sums of products of all elements of D with all of E: one matrix product for many
/// patterns.
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
  /// - Complexity: O(p⁴) for each pattern, in large matrix products.
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
    let likelihood = PatternLikelihood(patterns, variables: Array(0..<p), origin: mean)
    let point = NumberBuffer(count: n * n)
    for j in 0..<p { for i in 0..<p { point[i + j * n] = covariance[i, j] } }
    point[n * n - 1] = 1
    guard withExtendedLifetime(point, { likelihood.value(at: point.pointer) }) != nil else { return nil }
    let products = PatternProducts(likelihood)
    let residual = NumberBuffer(count: n * n)
    likelihood.residual(into: residual.pointer)
    let h = products.length
    let sums = products.sums
    let place = products.place
    var result = information(order: n) { (l, i, j, k) in
      sums[place[l + i * n] + place[j + k * n] * h]
    }
    // Σ⁺ is quadratic in the means: ½ tr(Q Σₐ_b).
    for j in 0..<p { for i in 0..<p { result[i, j] += residual[i + j * n] } }
    return withExtendedLifetime((products, residual)) { result }
  }

  /// The expected information of incomplete data at the saturated moments, for one case: Σ f_q (W_q, ½ Dᵀ (W_q ⊗ W_q) D).
  ///
  /// - Returns: `nil` where the covariance matrix is not positive definite, or without patterns.
  /// - Complexity: O(p⁴) for each pattern, in large matrix products.
  package static func expectedInformation(_ sample: SampleMoments) -> Matrix? {
    guard let patterns = sample.patterns, let mean = sample.mean else { return nil }
    let p = mean.count
    let n = p + 1
    let likelihood = PatternLikelihood(patterns, variables: Array(0..<p), origin: mean)
    let point = NumberBuffer(count: n * n)
    for j in 0..<p { for i in 0..<p { point[i + j * n] = sample.covariance[i, j] } }
    point[n * n - 1] = 1
    guard withExtendedLifetime(point, { likelihood.value(at: point.pointer) }) != nil else { return nil }
    let products = PatternProducts(weightsOf: likelihood)
    let sums = products.sums
    return withExtendedLifetime(products) {
      information(order: n) { (l, i, j, k) in
        sums[products.place[l + i * n] + products.place[j + k * n] * products.length]
      }
    }
  }

  /// ½ tr(D Σₐ E Σ_b) of all parameters from the products D_li E_jk.
  private static func information(order n: Int, _ product: (Int, Int, Int, Int) -> Double) -> Matrix {
    let p = n - 1
    let elements = (0..<p).map { (row: $0, column: p) } + halfVectorPositions(order: p)
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

/// The sums of products of the elements of D and E with Σ tr(D Σₐ E Σ_b) the exact curvature of ``PatternLikelihood`` at its
/// last point, beside the curvature of Σ⁺ itself; see ``FullInformationBlock``.
///
/// The patterns by P together have P and f P - 2 Q, each of them U Uᵀ and -(U Uᵀ + 2 Z Zᵀ), the others Y Yᵀ and
/// 2 Z Zᵀ - Y Yᵀ.
private final class PatternProducts {
  /// The number of elements of a lower triangle.
  let length: Int
  /// For (row, column) of a symmetric matrix the place in its lower triangle by columns.
  let place: [Int]
  /// length², D by rows and E by columns.
  let sums: NumberBuffer
  private static let capacity = 192
  private let left, right: NumberBuffer
  private var count = 0

  /// The sums Σ f_q tr(W_q Σₐ W_q Σ_b) of the expected curvature.
  convenience init(weightsOf likelihood: PatternLikelihood) {
    let n = likelihood.order
    self.init(order: n)
    let weight = NumberBuffer(count: n * n)
    let scratch = NumberBuffer(count: n * n)
    for layout in likelihood.layouts {
      likelihood.weight(of: layout, u: scratch.pointer, into: weight.pointer)
      add(layout.share) { d, e in
        var index = 0
        for j in 0..<n {
          for i in j..<n {
            d[index] = weight[i + j * n]
            e[index] = weight[i + j * n]
            index += 1
          }
        }
      }
    }
    flush()
    withExtendedLifetime((weight, scratch)) {}
  }

  private init(order n: Int) {
    length = n * (n + 1) / 2
    var place = [Int](repeating: 0, count: n * n)
    for (index, position) in halfVectorPositions(order: n).enumerated() {
      place[position.row + position.column * n] = index
      place[position.column + position.row * n] = index
    }
    self.place = place
    sums = NumberBuffer(count: length * length)
    left = NumberBuffer(count: length * Self.capacity)
    right = NumberBuffer(count: length * Self.capacity)
  }

  /// The sums of the exact curvature.
  convenience init(_ likelihood: PatternLikelihood) {
    let n = likelihood.order
    self.init(order: n)
    let widest = likelihood.widest
    let u = NumberBuffer(count: n * max(widest.u, 1))
    let z = NumberBuffer(count: n * max(widest.z, 1))
    let scratch = NumberBuffer(count: n * n)
    let residual = NumberBuffer(count: n * n)
    likelihood.residual(into: scratch.pointer, byPrecision: residual.pointer)
    for i in 0..<(n * n) {
      residual[i] = likelihood.precisionShare * likelihood.precision[i] - 2 * residual[i]
    }
    add(1) { d, e in
      var index = 0
      for j in 0..<n {
        for i in j..<n {
          d[index] = likelihood.precision[i + j * n]
          e[index] = residual[i + j * n]
          index += 1
        }
      }
    }
    for layout in likelihood.layouts where layout.missingCount > 0 {
      let columns = likelihood.directions(of: layout, u: u.pointer, z: z.pointer)
      add(layout.share) { d, e in
        d.update(repeating: 0, count: length)
        e.update(repeating: 0, count: length)
        for k in 0..<columns { Self.addTriangle(u.pointer + k * n, n, 1, d) }
        for k in 0..<layout.rank {
          Self.addTriangle(z.pointer + k * n, n, layout.isDirect ? 2 : -2, e)
        }
        for i in 0..<length { e[i] -= d[i] }
      }
    }
    flush()
    withExtendedLifetime((u, z, scratch, residual)) {}
  }

  /// Adds `factor` times the lower triangle of v vᵀ.
  @inline(__always)
  private static func addTriangle(
    _ v: UnsafePointer<Double>, _ n: Int, _ factor: Double, _ target: UnsafeMutablePointer<Double>
  ) {
    var start = target
    for j in 0..<n {
      let value = factor * v[j]
      if value != 0 { for i in j..<n { start[i - j] += value * v[i] } }
      start += n - j
    }
  }

  private func add(
    _ factor: Double, _ fill: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
  ) {
    if count == Self.capacity { flush() }
    let d = left.pointer + count * length
    fill(d, right.pointer + count * length)
    if factor != 1 { for i in 0..<length { d[i] *= factor } }
    count += 1
  }

  private func flush() {
    Kernels.addProducts(
      left.pointer, right.pointer, rows: length, columns: count, factor: 1, into: sums.pointer)
    count = 0
  }
}

extension SampleMoments {
  /// -2 / n times the log-likelihood of the incomplete rows at given moments, without the part of 2π.
  ///
  /// - Returns: `nil` where the covariance matrix is not positive definite, or without patterns.
  package func patternDiscrepancy(mean other: [Double], covariance: Matrix) -> Double? {
    guard let patterns, let mean else { return nil }
    let p = variables.count
    let n = p + 1
    let likelihood = PatternLikelihood(patterns, variables: Array(0..<p), origin: mean)
    let deviation = zip(other, mean).map { $0 - $1 } + [1]
    let point = NumberBuffer(count: n * n)
    for j in 0..<n {
      for i in 0..<n {
        point[i + j * n] = deviation[i] * deviation[j] + (i < p && j < p ? covariance[i, j] : 0)
      }
    }
    return withExtendedLifetime(point) { likelihood.value(at: point.pointer) }
  }
}
