/// What small matrices need of LAPACK beside products and Cholesky factors, as loops: the first call of the library loads
/// it, which takes as long as ten fits of nine indicators, and loops give the same bits on every processor.
extension Kernels {
  /// Up to this order loops replace the library in triangular solutions, LU factors and eigenvectors.
  package static let smallOrder = 16

  /// Overwrites each column of `b` by `L⁻¹ b`, or by `L⁻ᵀ b`.
  ///
  /// - Complexity: order² · columns operations.
  static func solveTriangle(
    lower l: UnsafePointer<Double>, order n: Int, transposed: Bool, _ b: UnsafeMutablePointer<Double>,
    columns: Int
  ) {
    for column in 0..<columns {
      let x = b + column &* n
      if transposed {
        for j in stride(from: n - 1, through: 0, by: -1) {
          var sum = x[j]
          for i in (j + 1)..<max(n, j + 1) { sum -= l[i &+ j &* n] * x[i] }
          x[j] = sum / l[j &+ j &* n]
        }
      } else {
        for j in 0..<n {
          let value = x[j] / l[j &+ j &* n]
          x[j] = value
          for i in (j + 1)..<max(n, j + 1) { x[i] -= value * l[i &+ j &* n] }
        }
      }
    }
  }

  /// Factors a general matrix in place, P A = L U, with partial pivoting; rows count from 1 in `pivots`, as in LAPACK.
  ///
  /// - Returns: The number of the first pivot that is 0, counted from 1, or 0 if there is none.
  /// - Complexity: 2n³/3 operations.
  static func factorLU(
    _ a: UnsafeMutablePointer<Double>, order n: Int, pivots: UnsafeMutablePointer<Int32>
  ) -> Int {
    for k in 0..<n {
      var row = k
      for i in k..<n where a[i &+ k &* n].magnitude > a[row &+ k &* n].magnitude { row = i }
      pivots[k] = Int32(row + 1)
      guard a[row &+ k &* n] != 0 else { return k + 1 }
      if row != k {
        for j in 0..<n { (a[k &+ j &* n], a[row &+ j &* n]) = (a[row &+ j &* n], a[k &+ j &* n]) }
      }
      let pivot = a[k &+ k &* n]
      for i in (k + 1)..<max(n, k + 1) { a[i &+ k &* n] /= pivot }
      for j in (k + 1)..<max(n, k + 1) {
        let factor = a[k &+ j &* n]
        for i in (k + 1)..<n { a[i &+ j &* n] -= a[i &+ k &* n] * factor }
      }
    }
    return 0
  }

  /// Overwrites each column of `b` by the solution of `A x = b`, or of `Aᵀ x = b`, by the factors of `factorLU`.
  ///
  /// - Complexity: 2 order² · columns operations.
  static func solveLU(
    _ a: UnsafePointer<Double>, order n: Int, pivots: UnsafePointer<Int32>, transposed: Bool,
    _ b: UnsafeMutablePointer<Double>, columns: Int
  ) {
    for column in 0..<columns {
      let x = b + column &* n
      if transposed {
        for j in 0..<n {
          var sum = x[j]
          for i in 0..<j { sum -= a[i &+ j &* n] * x[i] }
          x[j] = sum / a[j &+ j &* n]
        }
        for j in stride(from: n - 1, through: 0, by: -1) {
          for i in (j + 1)..<max(n, j + 1) { x[j] -= a[i &+ j &* n] * x[i] }
        }
      }
      for k in 0..<n {
        let k = transposed ? n - 1 - k : k
        let other = Int(pivots[k]) - 1
        if other != k { (x[k], x[other]) = (x[other], x[k]) }
      }
      if !transposed {
        for j in 0..<n {
          for i in (j + 1)..<max(n, j + 1) { x[i] -= a[i &+ j &* n] * x[j] }
        }
        for j in stride(from: n - 1, through: 0, by: -1) {
          x[j] /= a[j &+ j &* n]
          for i in 0..<j { x[i] -= a[i &+ j &* n] * x[j] }
        }
      }
    }
  }

  /// Turns a symmetric matrix, both triangles filled, into a diagonal one by Jacobi's rotations, and `vectors`, the identity
  /// matrix at first, into its eigenvectors.
  ///
  /// - Returns: Whether the matrix became diagonal; it fails for NaN and ±∞ only. Elements must stay below 10¹⁵⁰.
  /// - Complexity: Some six sweeps of 6n³ operations.
  ///
  /// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., section 8.5.
  static func diagonalize(
    _ a: UnsafeMutablePointer<Double>, order n: Int, vectors: UnsafeMutablePointer<Double>
  ) -> Bool {
    for _ in 0..<60 {
      var isDiagonal = true
      for q in 0..<n {
        for p in 0..<q {
          let (app, aqq, apq) = (a[p &+ p &* n], a[q &+ q &* n], a[p &+ q &* n])
          // What is lost in the rounding of both diagonal elements changes nothing any more.
          if apq == 0
            || app.magnitude + apq.magnitude == app.magnitude
              && aqq.magnitude + apq.magnitude == aqq.magnitude
          {
            continue
          }
          isDiagonal = false
          let ratio = (aqq - app) / (2 * apq)
          let tangent = (ratio < 0 ? -1 : 1) / (ratio.magnitude + (ratio * ratio + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for k in 0..<n {
            let (x, y) = (a[k &+ p &* n], a[k &+ q &* n])
            a[k &+ p &* n] = cosine * x - sine * y
            a[k &+ q &* n] = sine * x + cosine * y
            let (v, w) = (vectors[k &+ p &* n], vectors[k &+ q &* n])
            vectors[k &+ p &* n] = cosine * v - sine * w
            vectors[k &+ q &* n] = sine * v + cosine * w
          }
          for k in 0..<n {
            a[p &+ k &* n] = a[k &+ p &* n]
            a[q &+ k &* n] = a[k &+ q &* n]
          }
          a[p &+ p &* n] = app - tangent * apq
          a[q &+ q &* n] = aqq + tangent * apq
          a[p &+ q &* n] = 0
          a[q &+ p &* n] = 0
        }
      }
      if isDiagonal { return true }
    }
    return false
  }
}
