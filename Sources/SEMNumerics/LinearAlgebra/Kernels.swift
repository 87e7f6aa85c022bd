internal import CLinearAlgebra

/// Dense kernels on column-major memory that the caller owns.
///
/// They allocate nothing and are meant for loops that run thousands of times: below some order a loop beats a call of BLAS
/// and gives the same bits on every processor, above it BLAS and LAPACK do the work. Every pointer names
/// `order × order` or `rows × columns` numbers without padding. Shapes are the caller's promise; data are not: a matrix
/// that is not positive definite gives `false`.
public enum Kernels {
  /// The order from which on BLAS forms products.
  public static let blasOrder = 32
  /// The order from which on LAPACK factors; measured against OpenBLAS, others are slower.
  package static let factorOrder = 80
  /// The order from which on LAPACK inverts.
  package static let inverseOrder = 150

  /// Factors the lower triangle in place, `a = L Lᵀ`; the strict upper triangle is neither read nor written.
  ///
  /// - Returns: Whether `a` is numerically positive definite; if not, its content is undefined. NaN gives `false`.
  /// - Complexity: n³/3 operations.
  @discardableResult
  public static func choleskyInPlace(_ a: UnsafeMutablePointer<Double>, order n: Int) -> Bool {
    if n >= factorOrder {
      guard la_potrf(CChar(UInt8(ascii: "L")), Int32(n), a, Int32(n)) == 0 else { return false }
      for i in 0..<n where !(a[i + i * n] > 0) { return false }
      return true
    }
    for j in 0..<n {
      let column = a + (j &* n &+ j)
      // Left-looking: what earlier columns contribute to this one.
      subtractColumns(a + j, stride: n, rows: n &- j, factors: a + j, step: n, count: j, from: column)
      let pivot = column[0]
      guard pivot > 0, pivot.isFinite else { return false }
      let root = pivot.squareRoot()
      scale(column, count: n &- j, by: 1 / root)
      column[0] = root
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
    if n >= inverseOrder {
      _ = la_potri(CChar(UInt8(ascii: "L")), Int32(n), a, Int32(n))
    } else {
      invertSmallFactor(a, order: n)
    }
    mirrorLower(a, order: n)
  }

  /// Copies the lower triangle to the upper one.
  public static func mirrorLower(_ a: UnsafeMutablePointer<Double>, order n: Int) {
    if n > 256 {
      // In tiles, so that the rows written stay in the cache.
      let tile = 32
      for first in stride(from: 0, to: n, by: tile) {
        for top in stride(from: first, to: n, by: tile) {
          for j in first..<min(first + tile, n) {
            for i in max(top, j + 1)..<max(min(top + tile, n), max(top, j + 1)) {
              a[j + i * n] = a[i + j * n]
            }
          }
        }
      }
      return
    }
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
      let column = l + (j &* n &+ j)
      let value = b[j] / column[0]
      b[j] = value
      if value != 0 { add(-value, column + 1, count: n &- j &- 1, to: b + (j &+ 1)) }
    }
    var j = n &- 1
    while j >= 0 {
      let column = l + (j &* n &+ j)
      b[j] = (b[j] - dot(column + 1, b + (j &+ 1), count: n &- j &- 1)) / column[0]
      j &-= 1
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
      for k in 0..<n where source[k] != 0 { add(source[k], a + k &* n, count: n, to: target) }
    }
  }

  /// `c = a b` for a symmetric `a` (both triangles filled) of the given order and a dense `b` of `columns` columns.
  ///
  /// - Complexity: 2 order² columns operations, in BLAS from ``blasOrder`` on.
  public static func product(
    symmetric a: UnsafePointer<Double>, order n: Int, _ b: UnsafePointer<Double>, columns: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    guard n >= blasOrder, columns > 2 else {
      multiply(symmetric: a, order: n, b, columns: columns, into: c)
      return
    }
    let order = Int32(n)
    let plain = CChar(UInt8(ascii: "N"))
    la_gemm(plain, plain, order, Int32(columns), order, 1, a, order, b, order, 0, c, order)
  }

  /// `c = a b` for `a` of shape rows × inner and `b` of shape inner × columns, in BLAS: for large dense matrices.
  public static func product(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, rows: Int, _ inner: Int, _ columns: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    guard rows > 0, inner > 0, columns > 0 else { return }
    let plain = CChar(UInt8(ascii: "N"))
    la_gemm(
      plain, plain, Int32(rows), Int32(columns), Int32(inner), 1, a, Int32(rows), b, Int32(inner), 0, c,
      Int32(rows))
  }

  /// `c = aᵀ b` for `a` of shape rows × leftColumns and `b` of shape rows × columns, in BLAS: for large dense matrices.
  public static func product(
    transposed a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, rows: Int, _ leftColumns: Int,
    _ columns: Int, into c: UnsafeMutablePointer<Double>
  ) {
    guard rows > 0, leftColumns > 0, columns > 0 else { return }
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
    // b a, then the lower triangle of a (b a): column j needs rows j and below. Two columns at a time.
    var j = 0
    while j < n {
      setColumns(
        b, stride: n, rows: n, factors: a + j &* n, count: n, to: scratch + j &* n, isPair: j &+ 1 < n,
        apart: n)
      j &+= 2
    }
    j = 0
    while j < n {
      setColumns(
        a + j, stride: n, rows: n &- j, factors: scratch + j &* n, count: n, to: c + (j &* n &+ j),
        isPair: j &+ 1 < n, apart: n)
      j &+= 2
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

  /// `c += aᵀ a` in the lower triangle, for `a` of `rows` rows whose columns stand `stride` numbers apart.
  ///
  /// - Complexity: rows · columns² operations; BLAS from eight columns on.
  public static func addCrossProducts(
    _ a: UnsafePointer<Double>, rows: Int, stride: Int, columns n: Int, into c: UnsafeMutablePointer<Double>
  ) {
    guard rows > 0, n > 0 else { return }
    if n >= 8 {
      la_syrk(
        CChar(UInt8(ascii: "L")), CChar(UInt8(ascii: "T")), Int32(n), Int32(rows), 1, a, Int32(stride), 1, c,
        Int32(n))
      return
    }
    for j in 0..<n {
      for i in j..<n { c[i + j * n] += dot(a + i * stride, a + j * stride, count: rows) }
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
      let source = b + j &* inner
      for k in 0..<inner where source[k] != 0 { add(source[k], a + k &* rows, count: rows, to: target) }
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

  /// The inner product, in eight partial sums so that the processor need not wait for each addition.
  @inline(__always)
  public static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    var i = 0
    var pair = SIMD2<Double>.zero
    if count >= 8 {
      var sum = SIMD8<Double>.zero
      repeat {
        sum += eight(a, i) * eight(b, i)
        i &+= 8
      } while i &+ 8 <= count
      pair = (sum.lowHalf.lowHalf + sum.lowHalf.highHalf) + (sum.highHalf.lowHalf + sum.highHalf.highHalf)
    }
    while i &+ 2 <= count {
      pair += two(a, i) * two(b, i)
      i &+= 2
    }
    let sum = pair.x + pair.y
    return i < count ? sum + a[i] * b[i] : sum
  }

  /// U = L⁻ᵀ in the upper triangle, then U Uᵀ in the lower one.
  ///
  /// Column i of U is -(Σₖ uₖ L(i, k)) / L(i, i) over the columns before it, where uₖ ends at row k. Rows are taken eight at
  /// a time: once such a block of rows is done, what was left of L beside its diagonal is set to zero, so that from then
  /// on all eight rows of uₖ may be read.
  private static func invertSmallFactor(_ a: UnsafeMutablePointer<Double>, order n: Int) {
    for i in 0..<n {
      let target = a + i &* n
      let inverse = 1 / target[i]
      let block = i & ~7
      var r = 0
      while r < block {
        var sum = SIMD8<Double>.zero
        for k in r..<i { sum -= a[i &+ k &* n] * eight(a, r &+ k &* n) }
        store(inverse * sum, target, r)
        r &+= 8
      }
      for r in block..<i {
        var sum = 0.0
        for k in r..<i { sum -= a[i &+ k &* n] * a[r &+ k &* n] }
        target[r] = inverse * sum
      }
      target[i] = inverse
      if i & 7 == 7 {
        for k in block..<i { for r in (k &+ 1)...i { a[r &+ k &* n] = 0 } }
      }
    }
    // Column j of U Uᵀ needs columns j and later of U; row r needs columns r and later.
    let whole = n & ~7
    for j in 0..<n {
      let target = a + j &* n
      var r = j & ~7
      if r < whole {
        var sum = SIMD8<Double>.zero
        for k in j..<n { sum += a[j &+ k &* n] * eight(a, r &+ k &* n) }
        for i in j..<(r &+ 8) { target[i] = sum[i &- r] }
        r &+= 8
      }
      while r < whole {
        var sum = SIMD8<Double>.zero
        for k in r..<n { sum += a[j &+ k &* n] * eight(a, r &+ k &* n) }
        store(sum, target, r)
        r &+= 8
      }
      for i in max(whole, j)..<max(n, j) {
        var sum = 0.0
        for k in i..<n { sum += a[j &+ k &* n] * a[i &+ k &* n] }
        target[i] = sum
      }
    }
  }

  // MARK: Vector loops
  // Eight numbers are four registers of the oldest x86-64 processors; no fused multiply-add, whose bits would depend on
  // the processor.

  @inline(__always)
  private static func eight(_ p: UnsafePointer<Double>, _ i: Int) -> SIMD8<Double> {
    UnsafeRawPointer(p + i).loadUnaligned(as: SIMD8<Double>.self)
  }

  @inline(__always)
  private static func two(_ p: UnsafePointer<Double>, _ i: Int) -> SIMD2<Double> {
    UnsafeRawPointer(p + i).loadUnaligned(as: SIMD2<Double>.self)
  }

  @inline(__always)
  private static func store<Vector: SIMD>(_ value: Vector, _ p: UnsafeMutablePointer<Double>, _ i: Int)
  where Vector.Scalar == Double {
    UnsafeMutableRawPointer(p + i).storeBytes(of: value, as: Vector.self)
  }

  /// `target += factor · source`.
  @inline(__always)
  private static func add(
    _ factor: Double, _ source: UnsafePointer<Double>, count: Int, to target: UnsafeMutablePointer<Double>
  ) {
    var i = 0
    while i &+ 8 <= count {
      store(eight(target, i) + factor * eight(source, i), target, i)
      i &+= 8
    }
    while i &+ 2 <= count {
      store(two(target, i) + factor * two(source, i), target, i)
      i &+= 2
    }
    if i < count { target[i] += factor * source[i] }
  }

  @inline(__always)
  private static func scale(_ target: UnsafeMutablePointer<Double>, count: Int, by factor: Double) {
    var i = 0
    while i &+ 2 <= count {
      store(factor * two(target, i), target, i)
      i &+= 2
    }
    if i < count { target[i] *= factor }
  }

  /// `target = Σ columnₖ · factorₖ`, the sums in registers; with `isPair` the same for the factors and the target that
  /// follow `apart` numbers later.
  @inline(__always)
  private static func setColumns(
    _ columns: UnsafePointer<Double>, stride: Int, rows: Int, factors: UnsafePointer<Double>, count: Int,
    to target: UnsafeMutablePointer<Double>, isPair: Bool, apart: Int
  ) {
    let (second, other) = isPair ? (factors + apart, target + apart) : (factors, target)
    var i = 0
    while i &+ 8 <= rows {
      var sum = SIMD8<Double>.zero
      var otherSum = SIMD8<Double>.zero
      for k in 0..<count {
        let column = eight(columns, i &+ k &* stride)
        sum += factors[k] * column
        otherSum += second[k] * column
      }
      store(sum, target, i)
      store(otherSum, other, i)
      i &+= 8
    }
    while i &+ 2 <= rows {
      var sum = SIMD2<Double>.zero
      var otherSum = SIMD2<Double>.zero
      for k in 0..<count {
        let column = two(columns, i &+ k &* stride)
        sum += factors[k] * column
        otherSum += second[k] * column
      }
      store(sum, target, i)
      store(otherSum, other, i)
      i &+= 2
    }
    if i < rows {
      var sum = 0.0
      var otherSum = 0.0
      for k in 0..<count {
        let value = columns[i &+ k &* stride]
        sum += factors[k] * value
        otherSum += second[k] * value
      }
      target[i] = sum
      other[i] = otherSum
    }
  }

  /// `target -= Σ columnₖ · factorₖ`, the sums in registers; factors are `step` numbers apart.
  @inline(__always)
  private static func subtractColumns(
    _ columns: UnsafePointer<Double>, stride: Int, rows: Int, factors: UnsafePointer<Double>, step: Int,
    count: Int, from target: UnsafeMutablePointer<Double>
  ) {
    var i = 0
    while i &+ 8 <= rows {
      var sum = eight(target, i)
      for k in 0..<count { sum -= factors[k &* step] * eight(columns, i &+ k &* stride) }
      store(sum, target, i)
      i &+= 8
    }
    while i &+ 2 <= rows {
      var sum = two(target, i)
      for k in 0..<count { sum -= factors[k &* step] * two(columns, i &+ k &* stride) }
      store(sum, target, i)
      i &+= 2
    }
    if i < rows {
      var sum = target[i]
      for k in 0..<count { sum -= factors[k &* step] * columns[i &+ k &* stride] }
      target[i] = sum
    }
  }
}
