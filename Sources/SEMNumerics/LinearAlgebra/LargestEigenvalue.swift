extension Matrix {
  /// The largest eigenvalue of a symmetric positive semidefinite matrix, of which both triangles are read.
  ///
  /// Lanczos's method with full reorthogonalisation: the largest eigenvalue of the tridiagonal matrix of k steps grows to
  /// that of the matrix, and once a step changes it by less than `tolerance` relatively it is taken. For k = *n* it is exact.
  ///
  /// - Returns: NaN if an element is NaN or infinite; 0 for the empty matrix.
  /// - Complexity: O(*n*²) for each of some tens of steps, against O(*n*³) of ``SymmetricEigen``.
  /// - Source: Golub & Van Loan, *Matrix Computations*, 4th ed., sections 8.4.1 and 10.1.
  public func largestEigenvalue(tolerance: Double = 1e-12) -> Double {
    precondition(isSquare, "Only a square matrix has eigenvalues.")
    let n = rowCount
    guard n > 0 else { return 0 }
    // A start that no matrix from practice is orthogonal to: positive, and without a pattern.
    var basis: [[Double]] = []
    var vector = (0..<n).map { (index: Int) -> Double in
      let remainder = index &* 7919 % 101
      return 1 + Double(remainder) / 202
    }
    var norm = Self.norm(vector)
    var diagonal: [Double] = []
    var beside: [Double] = []
    var value = 0.0
    while basis.count < n {
      let q = vector.map { $0 / norm }
      basis.append(q)
      var next = multipliedBySymmetry(q)
      let alpha = Self.dot(q, next)
      guard alpha.isFinite else { return .nan }
      diagonal.append(alpha)
      // Twice is enough.
      for _ in 0..<2 {
        for other in basis {
          let share = Self.dot(other, next)
          for i in 0..<n { next[i] -= share * other[i] }
        }
      }
      let last = value
      value = Self.largestEigenvalue(diagonal: diagonal, beside: beside)
      norm = Self.norm(next)
      if basis.count > 4, value - last <= tolerance * value { break }
      if norm <= 1e-14 * value { break }
      beside.append(norm)
      vector = next
    }
    return value
  }

  /// The largest eigenvalue of a symmetric tridiagonal matrix, by bisection on the signs of its Sturm sequence.
  static func largestEigenvalue(diagonal: [Double], beside: [Double]) -> Double {
    let n = diagonal.count
    var low = diagonal.max() ?? 0
    var high = low
    for i in 0..<n {
      let left = i > 0 ? beside[i - 1].magnitude : 0
      let right = i + 1 < n ? beside[i].magnitude : 0
      high = max(high, diagonal[i] + left + right)
    }
    // Whether x lies above every eigenvalue: all pivots of T - x are negative.
    func isAbove(_ x: Double) -> Bool {
      var pivot = diagonal[0] - x
      for i in 1..<max(n, 1) {
        if !(pivot < 0) { return false }
        pivot = diagonal[i] - x - beside[i - 1] * beside[i - 1] / pivot
      }
      return pivot < 0
    }
    while true {
      let middle = low + 0.5 * (high - low)
      if !(middle > low && middle < high) { return high }
      if isAbove(middle) { high = middle } else { low = middle }
    }
  }

  private func multipliedBySymmetry(_ vector: [Double]) -> [Double] {
    let n = rowCount
    return elements.withUnsafeBufferPointer { a in
      vector.withUnsafeBufferPointer { x in
        guard let a = a.baseAddress, let x = x.baseAddress else { return [] }
        return (0..<n).map { Kernels.dot(a + $0 * n, x, count: n) }
      }
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
        return Kernels.dot(x, y, count: a.count)
      }
    }
  }

  private static func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }
}
