/// Kernels for eight small matrices of one order at a time: each number is a vector of eight, one of each matrix.
///
/// Factors of order 5 spend their time waiting for one division or root after the other; eight of them wait together.
public enum LaneKernels {
  /// The number of matrices.
  public static let count = 8

  /// Replaces the lower triangles of positive definite matrices by those of their inverses.
  ///
  /// - Parameters:
  ///   - a: order² vectors, column by column; the strict upper triangles are neither read nor written.
  ///   - m: The order.
  /// - Returns: The logarithms of the determinants; `nil` where a matrix is not positive definite, and then the content is
  ///   undefined.
  /// - Complexity: m³ operations for each matrix; no allocation.
  public static func invertInPlace(
    _ a: UnsafeMutablePointer<SIMD8<Double>>, order m: Int
  ) -> SIMD8<Double>? {
    // A = L Lᵀ, with the inverses of the diagonal.
    var product = SIMD8<Double>(repeating: 1)
    var total = SIMD8<Double>.zero
    for j in 0..<m {
      let column = a + j &* m
      for i in j..<m {
        var sum = column[i]
        for k in 0..<j { sum -= a[i &+ k &* m] * a[j &+ k &* m] }
        column[i] = sum
      }
      let pivot = column[j]
      guard pivot.min() > 0, pivot.max().isFinite, !pivot.sum().isNaN else { return nil }
      product *= pivot
      // One logarithm serves many pivots as long as the product stays far from the ends of the range.
      if !(product.min() > 1e-100 && product.max() < 1e100) {
        total += logarithms(product)
        product = SIMD8(repeating: 1)
      }
      let inverse = 1 / pivot.squareRoot()
      column[j] = inverse
      for i in (j &+ 1)..<max(m, j &+ 1) { column[i] *= inverse }
    }
    // L⁻¹, column by column: what is to the right of a column is still L.
    for j in 0..<m {
      let column = a + j &* m
      for i in (j &+ 1)..<max(m, j &+ 1) {
        var sum = column[i] * column[j]
        for k in (j &+ 1)..<i { sum += a[i &+ k &* m] * column[k] }
        column[i] = -sum * a[i &+ i &* m]
      }
    }
    // L⁻ᵀ L⁻¹.
    for j in 0..<m {
      let column = a + j &* m
      for i in j..<m {
        let other = a + i &* m
        var sum = other[i] * column[i]
        for k in (i &+ 1)..<max(m, i &+ 1) { sum += other[k] * column[k] }
        column[i] = sum
      }
    }
    return total + logarithms(product)
  }

  private static func logarithms(_ x: SIMD8<Double>) -> SIMD8<Double> {
    var result = SIMD8<Double>.zero
    for lane in 0..<count { result[lane] = logarithm(x[lane]) }
    return result
  }
}
