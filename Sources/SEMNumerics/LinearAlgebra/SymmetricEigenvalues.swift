#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension SymmetricEigen {
  /// The eigenvalues alone, descending, in plain Swift: for many small matrices on many threads, whatever the LAPACK.
  ///
  /// Householder's reduction to tridiagonal form, then the implicit QR iteration with Wilkinson's shift.
  ///
  /// - Parameters:
  ///   - matrix: `n × n`, column by column; its lower triangle is read and destroyed.
  ///   - n: The number of rows.
  ///   - values: Room for `n` numbers.
  ///   - work: Room for 3 · `n` numbers.
  /// - Returns: Whether the iteration converged; it fails for NaN and ±∞ only.
  /// - Complexity: 4 n³ / 3 operations for the reduction, O(n²) for the iteration; nothing is allocated.
  ///
  /// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., algorithms 8.3.1 to 8.3.3.
  public static func eigenvalues(
    _ matrix: UnsafeMutablePointer<Double>, order n: Int, into values: UnsafeMutablePointer<Double>,
    work: UnsafeMutablePointer<Double>
  ) -> Bool {
    let e = work
    let (v, w) = (work + n, work + 2 * n)
    for k in 0..<n {
      values[k] = matrix[k + k * n]
      guard k + 1 < n else { break }
      var below = 0.0
      for i in (k + 2)..<max(n, k + 2) { below += matrix[i + k * n] * matrix[i + k * n] }
      let head = matrix[k + 1 + k * n]
      guard below > 0 else {
        e[k] = head
        continue
      }
      let norm = (head * head + below).squareRoot()
      e[k] = head > 0 ? -norm : norm
      // v = x ± |x| e₁; the reflection is 1 - β v vᵀ.
      for i in (k + 1)..<n {
        v[i] = matrix[i + k * n]
        w[i] = 0
      }
      v[k + 1] -= e[k]
      let beta = 2 / (v[k + 1] * v[k + 1] + below)
      for j in (k + 1)..<n {
        let column = matrix + j * n
        var sum = column[j] * v[j]
        let factor = v[j]
        for i in (j + 1)..<max(n, j + 1) {
          sum += column[i] * v[i]
          w[i] += column[i] * factor
        }
        w[j] += sum
      }
      var product = 0.0
      for i in (k + 1)..<n {
        w[i] *= beta
        product += w[i] * v[i]
      }
      let half = 0.5 * beta * product
      for i in (k + 1)..<n { w[i] -= half * v[i] }
      for j in (k + 1)..<n {
        let column = matrix + j * n
        let (a, b) = (v[j], w[j])
        for i in j..<n { column[i] -= v[i] * b + w[i] * a }
      }
    }
    guard iterate(values, e, n) else { return false }
    var sorted = UnsafeMutableBufferPointer(start: values, count: n)
    sorted.sort(by: >)
    return true
  }

  /// The QR iteration on a tridiagonal matrix with diagonal `d` and subdiagonal `e`.
  private static func iterate(_ d: UnsafeMutablePointer<Double>, _ e: UnsafeMutablePointer<Double>, _ n: Int)
    -> Bool
  {
    var high = n - 1
    var steps = 0
    while high > 0 {
      guard abs(e[high - 1]) > 1e-16 * (abs(d[high - 1]) + abs(d[high])) else {
        // Also leaves NaN behind, which no iteration mends.
        guard e[high - 1].isFinite, d[high].isFinite else { return false }
        high -= 1
        continue
      }
      steps += 1
      guard steps <= 60 * n else { return false }
      var low = high - 1
      while low > 0, abs(e[low - 1]) > 1e-16 * (abs(d[low - 1]) + abs(d[low])) { low -= 1 }
      let delta = 0.5 * (d[high - 1] - d[high])
      let square = e[high - 1] * e[high - 1]
      let root = (delta * delta + square).squareRoot()
      var x = d[low] - (d[high] - square / (delta + (delta < 0 ? -root : root)))
      var z = e[low]
      for k in low..<high {
        let r = (x * x + z * z).squareRoot()
        let (c, s) = r > 0 ? (x / r, z / r) : (1, 0)
        if k > low { e[k - 1] = r }
        let (first, second, between) = (d[k], d[k + 1], e[k])
        d[k] = c * c * first + 2 * c * s * between + s * s * second
        d[k + 1] = s * s * first - 2 * c * s * between + c * c * second
        e[k] = c * s * (second - first) + (c * c - s * s) * between
        if k + 1 < high {
          x = e[k]
          z = s * e[k + 1]
          e[k + 1] *= c
        }
      }
    }
    return n == 0 || d[0].isFinite
  }
}
