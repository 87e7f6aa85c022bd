internal import CLinearAlgebra

/// Dense kernels on column-major memory that the caller owns.
///
/// They allocate nothing and are meant for loops that run thousands of times: below ``blasOrder`` a plain loop beats a
/// call of BLAS and gives the same bits on every processor, above it BLAS and LAPACK do the work. Every pointer names
/// `order × order` or `rows × columns` numbers without padding. Shapes are the caller's promise; data are not: a matrix
/// that is not positive definite gives `false`.
public enum Kernels {
  /// The order from which on BLAS and LAPACK are called.
  public static let blasOrder = 32

  /// Factors the lower triangle in place, `a = L Lᵀ`; the strict upper triangle is neither read nor written.
  ///
  /// - Returns: Whether `a` is numerically positive definite; if not, its content is undefined. NaN gives `false`.
  /// - Complexity: n³/3 operations.
  @discardableResult
  public static func choleskyInPlace(_ a: UnsafeMutablePointer<Double>, order n: Int) -> Bool {
    if n >= blasOrder {
      guard la_potrf(CChar(UInt8(ascii: "L")), Int32(n), a, Int32(n)) == 0 else { return false }
      for i in 0..<n where !(a[i + i * n] > 0) { return false }
      return true
    }
    for j in 0..<n {
      let column = a + j * n
      // Left-looking: subtract the earlier columns, so that the inner loop runs down a column.
      for k in 0..<j {
        let factor = a[j + k * n]
        if factor == 0 { continue }
        let earlier = a + k * n
        for i in j..<n { column[i] -= factor * earlier[i] }
      }
      let pivot = column[j]
      guard pivot > 0, pivot.isFinite else { return false }
      let root = pivot.squareRoot()
      column[j] = root
      let scale = 1 / root
      for i in (j + 1)..<max(n, j + 1) { column[i] *= scale }
    }
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
    if n >= blasOrder {
      _ = la_potri(CChar(UInt8(ascii: "L")), Int32(n), a, Int32(n))
    } else {
      // L⁻¹ in place, column by column from the right end of each row (Golub and Van Loan, section 3.1).
      for j in 0..<n {
        let column = a + j * n
        column[j] = 1 / column[j]
        for i in (j + 1)..<max(n, j + 1) { column[i] = -column[i] * column[j] }
        // Forward substitution with the still unchanged later columns of L.
        for k in (j + 1)..<max(n, j + 1) {
          let later = a + k * n
          let value = column[k] / later[k]
          column[k] = value
          if value == 0 { continue }
          for i in (k + 1)..<max(n, k + 1) { column[i] -= value * later[i] }
        }
      }
      // L⁻ᵀ L⁻¹, lower triangle: element (i, j) needs rows i and below of both columns.
      for j in 0..<n {
        let left = a + j * n
        for i in j..<n {
          let right = a + i * n
          var sum = 0.0
          for k in i..<n { sum += right[k] * left[k] }
          left[i] = sum
        }
      }
    }
    mirrorLower(a, order: n)
  }

  /// Copies the lower triangle to the upper one.
  public static func mirrorLower(_ a: UnsafeMutablePointer<Double>, order n: Int) {
    for j in 0..<n {
      for i in (j + 1)..<max(n, j + 1) { a[j + i * n] = a[i + j * n] }
    }
  }

  /// Solves `L Lᵀ x = b` in place for one right-hand side.
  ///
  /// - Complexity: 2n² operations.
  public static func solve(
    factor l: UnsafePointer<Double>, order n: Int, _ b: UnsafeMutablePointer<Double>
  ) {
    for j in 0..<n {
      let column = l + j * n
      let value = b[j] / column[j]
      b[j] = value
      if value == 0 { continue }
      for i in (j + 1)..<max(n, j + 1) { b[i] -= value * column[i] }
    }
    var j = n - 1
    while j >= 0 {
      let column = l + j * n
      var sum = b[j]
      for i in (j + 1)..<max(n, j + 1) { sum -= column[i] * b[i] }
      b[j] = sum / column[j]
      j -= 1
    }
  }

  /// `c = a b` for a symmetric `a` (both triangles filled) of the given order and `columns` columns.
  ///
  /// Zeros of `b` are skipped, which pays for loading patterns.
  public static func multiply(
    symmetric a: UnsafePointer<Double>, order n: Int, _ b: UnsafePointer<Double>, columns: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    for j in 0..<columns {
      let target = c + j * n
      let source = b + j * n
      target.update(repeating: 0, count: n)
      for k in 0..<n {
        let factor = source[k]
        if factor == 0 { continue }
        let column = a + k * n
        for i in 0..<n { target[i] += factor * column[i] }
      }
    }
  }

  /// `c = a b a` for symmetric `a` and `b` (both triangles filled); `scratch` holds order² numbers.
  ///
  /// - Complexity: 3n³ operations below ``blasOrder``, 4n³ in BLAS above it.
  public static func congruence(
    symmetric a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, order n: Int,
    scratch: UnsafeMutablePointer<Double>, into c: UnsafeMutablePointer<Double>
  ) {
    if n >= blasOrder {
      let order = Int32(n)
      let left = CChar(UInt8(ascii: "L"))
      let right = CChar(UInt8(ascii: "R"))
      let lower = CChar(UInt8(ascii: "L"))
      la_symm(left, lower, order, order, 1, a, order, b, order, 0, scratch, order)
      la_symm(right, lower, order, order, 1, a, order, scratch, order, 0, c, order)
      return
    }
    multiply(symmetric: a, order: n, b, columns: n, into: scratch)
    // Lower triangle of (a b) a: column j needs rows j and below.
    for j in 0..<n {
      let target = c + j * n
      let source = a + j * n
      for i in j..<n { target[i] = 0 }
      for k in 0..<n {
        let factor = source[k]
        let column = scratch + k * n
        for i in j..<n { target[i] += factor * column[i] }
      }
    }
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
    for j in 0..<rightColumns {
      let right = b + j * rows
      for i in 0..<leftColumns {
        c[i + j * leftColumns] = dot(a + i * rows, right, count: rows)
      }
    }
  }

  /// `c = a b` for `a` of shape rows × inner and `b` of shape inner × columns; zeros of `b` are skipped.
  public static func product(
    _ a: UnsafePointer<Double>, rows: Int, inner: Int, _ b: UnsafePointer<Double>, columns: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    for j in 0..<columns {
      let target = c + j * rows
      target.update(repeating: 0, count: rows)
      for k in 0..<inner {
        let factor = b[k + j * inner]
        if factor == 0 { continue }
        let column = a + k * rows
        for i in 0..<rows { target[i] += factor * column[i] }
      }
    }
  }

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

  /// The inner product, in four partial sums so that the processor need not wait for each addition.
  @inline(__always)
  public static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    var s0 = 0.0
    var s1 = 0.0
    var s2 = 0.0
    var s3 = 0.0
    var i = 0
    while i + 4 <= count {
      s0 += a[i] * b[i]
      s1 += a[i + 1] * b[i + 1]
      s2 += a[i + 2] * b[i + 2]
      s3 += a[i + 3] * b[i + 3]
      i += 4
    }
    while i < count {
      s0 += a[i] * b[i]
      i += 1
    }
    return (s0 + s1) + (s2 + s3)
  }
}
