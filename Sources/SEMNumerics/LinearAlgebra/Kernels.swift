internal import CLinearAlgebra

/// Dense kernels on column-major memory that the caller owns.
///
/// They allocate nothing and are meant for loops that run thousands of times: below some order kernels of our own
/// (`SmallKernels.c`, in the widest vectors of the processor and with the same bits on all) beat a call of BLAS or LAPACK,
/// above it the libraries do the work. Every pointer names `order × order` or `rows × columns` numbers without padding.
/// Shapes are the caller's promise; data are not: a matrix that is not positive definite gives `false`.
public enum Kernels {
  /// The order from which on BLAS forms products; measured against OpenBLAS on AVX2.
  public static let blasOrder = 160
  /// The order from which on LAPACK factors and inverts.
  package static let factorOrder = 320

  /// Factors the lower triangle in place, `a = L Lᵀ`; the strict upper triangle is neither read nor written.
  ///
  /// - Returns: Whether `a` is numerically positive definite; if not, its content is undefined. NaN gives `false`.
  /// - Complexity: n³/3 operations.
  @discardableResult
  public static func choleskyInPlace(_ a: UnsafeMutablePointer<Double>, order n: Int) -> Bool {
    if n < factorOrder { return sk_cholesky(a, n) != 0 }
    guard la_potrf(CChar(UInt8(ascii: "L")), Int32(n), a, Int32(n)) == 0 else { return false }
    for i in 0..<n where !(a[i + i * n] > 0) { return false }
    return true
  }

  /// Twice the sum of the logarithms of the diagonal of a Cholesky factor: log |L Lᵀ|.
  public static func logDeterminant(factor l: UnsafePointer<Double>, order n: Int) -> Double {
    var product = 1.0
    var sum = 0.0
    for i in 0..<n {
      product *= l[i + i * n]
      // One logarithm serves many factors as long as the product stays far from the ends of the range.
      if !(product > 1e-100 && product < 1e100) {
        sum += logarithm(product)
        product = 1
      }
    }
    return 2 * (sum + logarithm(product))
  }

  /// Overwrites a Cholesky factor in the lower triangle by the inverse of L Lᵀ, both triangles filled.
  ///
  /// - Complexity: 2n³/3 operations.
  public static func invertFactorInPlace(_ a: UnsafeMutablePointer<Double>, order n: Int) {
    if n < factorOrder {
      sk_invert_factor(a, n)
    } else {
      _ = la_potri(CChar(UInt8(ascii: "L")), Int32(n), a, Int32(n))
    }
    mirrorLower(a, order: n)
  }

  /// Copies the lower triangle to the upper one.
  public static func mirrorLower(_ a: UnsafeMutablePointer<Double>, order n: Int) { sk_mirror(a, n) }

  /// Solves `L Lᵀ x = b` in place for one right-hand side.
  ///
  /// - Complexity: 2n² operations.
  public static func solve(
    factor l: UnsafePointer<Double>, order n: Int, _ b: UnsafeMutablePointer<Double>
  ) {
    sk_solve(l, n, b)
  }

  /// `c = a b` for a symmetric `a` (both triangles filled) of the given order and `columns` columns.
  ///
  /// Zeros of `b` are skipped, which pays for loading patterns.
  public static func multiply(
    symmetric a: UnsafePointer<Double>, order n: Int, _ b: UnsafePointer<Double>, columns: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    product(a, rows: n, inner: n, b, columns: columns, into: c)
  }

  /// `c = a b` for a symmetric `a` (both triangles filled) of the given order and a dense `b` of `columns` columns.
  ///
  /// - Complexity: 2 order² columns operations, in BLAS from ``blasOrder`` on.
  public static func product(
    symmetric a: UnsafePointer<Double>, order n: Int, _ b: UnsafePointer<Double>, columns: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    product(a, b, rows: n, n, columns, into: c)
  }

  /// `c = a b` for dense `a` of shape rows × inner and `b` of shape inner × columns.
  ///
  /// - Complexity: 2 rows · inner · columns operations, in BLAS where both matrices are large.
  public static func product(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, rows: Int, _ inner: Int, _ columns: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    guard max(rows, inner) >= blasOrder, inner > 2, columns > 2 else {
      sk_product(a, b, rows, inner, columns, c)
      return
    }
    let plain = CChar(UInt8(ascii: "N"))
    la_gemm(
      plain, plain, Int32(rows), Int32(columns), Int32(inner), 1, a, Int32(rows), b, Int32(inner), 0, c,
      Int32(rows))
  }

  /// `c = aᵀ b` for dense `a` of shape rows × leftColumns and `b` of shape rows × columns.
  ///
  /// - Complexity: 2 rows · leftColumns · columns operations, in BLAS where the matrices are large.
  public static func product(
    transposed a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, rows: Int, _ leftColumns: Int,
    _ columns: Int, into c: UnsafeMutablePointer<Double>
  ) {
    guard rows >= blasOrder, leftColumns > 2, columns > 2 else {
      sk_transposed_product(a, b, rows, leftColumns, columns, c)
      return
    }
    la_gemm(
      CChar(UInt8(ascii: "T")), CChar(UInt8(ascii: "N")), Int32(leftColumns), Int32(columns), Int32(rows), 1,
      a,
      Int32(rows), b, Int32(rows), 0, c, Int32(leftColumns))
  }

  /// `c = a b a` for symmetric `a` and `b` (both triangles filled); `scratch` holds order² numbers.
  ///
  /// - Complexity: 3n³ operations below ``blasOrder``, 4n³ in BLAS above it.
  public static func congruence(
    symmetric a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, order n: Int,
    scratch: UnsafeMutablePointer<Double>, into c: UnsafeMutablePointer<Double>
  ) {
    if n >= blasOrder {
      // Two general products: in OpenBLAS faster than those that read one triangle.
      let order = Int32(n)
      let plain = CChar(UInt8(ascii: "N"))
      la_gemm(plain, plain, order, order, order, 1, a, order, b, order, 0, scratch, order)
      la_gemm(plain, plain, order, order, order, 1, scratch, order, a, order, 0, c, order)
      return
    }
    sk_product(b, a, n, n, n, scratch)
    sk_symmetric_product(a, scratch, n, c)
    mirrorLower(c, order: n)
  }

  /// `c += factor · a aᵀ` in the lower triangle, for `a` of shape rows × columns.
  ///
  /// - Complexity: rows² · columns operations; BLAS from eight rows on, where it is five times as fast as a loop.
  public static func addOuterProducts(
    _ a: UnsafePointer<Double>, rows n: Int, columns: Int, factor: Double,
    into c: UnsafeMutablePointer<Double>
  ) {
    guard columns > 0, n > 0 else { return }
    if n >= 8 {
      la_syrk(
        CChar(UInt8(ascii: "L")), CChar(UInt8(ascii: "N")), Int32(n), Int32(columns), factor, a, Int32(n), 1,
        c,
        Int32(n))
      return
    }
    for k in 0..<columns {
      let column = a + k * n
      for j in 0..<n {
        let value = factor * column[j]
        for i in j..<n { c[i + j * n] += value * column[i] }
      }
    }
  }

  /// `c += aᵀ a` in the lower triangle, for `a` of `rows` rows whose columns stand `stride` numbers apart.
  ///
  /// - Complexity: rows · columns² operations; BLAS from ``blasOrder`` columns on.
  public static func addCrossProducts(
    _ a: UnsafePointer<Double>, rows: Int, stride: Int, columns n: Int, into c: UnsafeMutablePointer<Double>
  ) {
    guard rows > 0, n > 0 else { return }
    guard n >= blasOrder else {
      // So many rows at a time that the columns stay in the cache.
      for first in Swift.stride(from: 0, to: rows, by: 512) {
        sk_add_cross_products(a + first, min(512, rows - first), stride, n, c)
      }
      return
    }
    la_syrk(
      CChar(UInt8(ascii: "L")), CChar(UInt8(ascii: "T")), Int32(n), Int32(rows), 1, a, Int32(stride), 1, c,
      Int32(n))
  }

  /// `c += factor · a bᵀ` for `a` and `b` of shape rows × columns.
  ///
  /// - Complexity: 2 rows² · columns operations in BLAS.
  public static func addProducts(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, rows n: Int, columns: Int, factor: Double,
    into c: UnsafeMutablePointer<Double>
  ) {
    guard columns > 0, n > 0 else { return }
    let order = Int32(n)
    la_gemm(
      CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "T")), order, order, Int32(columns), factor, a, order, b,
      order,
      1, c, order)
  }

  /// `c = aᵀ b` for `a` of shape rows × leftColumns and `b` of shape rows × rightColumns.
  public static func transposedProduct(
    _ a: UnsafePointer<Double>, columns leftColumns: Int, _ b: UnsafePointer<Double>,
    columns rightColumns: Int,
    rows: Int, into c: UnsafeMutablePointer<Double>
  ) {
    sk_transposed_product(a, b, rows, leftColumns, rightColumns, c)
  }

  /// `c = a b` for `a` of shape rows × inner and `b` of shape inner × columns; zeros of `b` are skipped.
  public static func product(
    _ a: UnsafePointer<Double>, rows: Int, inner: Int, _ b: UnsafePointer<Double>, columns: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    if rows &* inner <= skippingSize {
      sk_product(a, b, rows, inner, columns, c)
    } else {
      sk_sparse_product(a, b, rows, inner, columns, c)
    }
  }

  /// The size of a matrix from which on looking for zeros costs less than multiplying by them.
  private static let skippingSize = 2048

  /// Inverts a general matrix in place by Gauss-Jordan elimination with partial pivoting.
  ///
  /// `pivots` holds `order` numbers of scratch.
  /// - Returns: Whether every pivot was finite and not zero; if not, the content is undefined.
  /// - Complexity: 2n³ operations.
  public static func invertInPlace(
    _ a: UnsafeMutablePointer<Double>, order n: Int, pivots: UnsafeMutablePointer<Int>
  ) -> Bool {
    for step in 0..<n {
      var pivotRow = step
      var largest = a[step + step * n].magnitude
      for i in (step + 1)..<max(n, step + 1) where a[i + step * n].magnitude > largest {
        largest = a[i + step * n].magnitude
        pivotRow = i
      }
      guard largest > 0, largest.isFinite else { return false }
      pivots[step] = pivotRow
      if pivotRow != step {
        for j in 0..<n {
          let upper = a[step + j * n]
          a[step + j * n] = a[pivotRow + j * n]
          a[pivotRow + j * n] = upper
        }
      }
      let inverse = 1 / a[step + step * n]
      a[step + step * n] = 1
      for j in 0..<n { a[step + j * n] *= inverse }
      for i in 0..<n where i != step {
        let factor = a[i + step * n]
        if factor == 0 { continue }
        a[i + step * n] = 0
        for j in 0..<n { a[i + j * n] -= factor * a[step + j * n] }
      }
    }
    // Undo the row exchanges on the columns, last first.
    var step = n - 1
    while step >= 0 {
      let other = pivots[step]
      if other != step {
        for i in 0..<n {
          let left = a[i + step * n]
          a[i + step * n] = a[i + other * n]
          a[i + other * n] = left
        }
      }
      step -= 1
    }
    return true
  }

  /// The inner product, in eight partial sums so that the processor need not wait for each addition.
  public static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    sk_dot(a, b, count)
  }

  /// `b += factor · a`.
  package static func add(
    _ factor: Double, _ a: UnsafePointer<Double>, count: Int, to b: UnsafeMutablePointer<Double>
  ) {
    sk_add(factor, a, count, b)
  }
}
