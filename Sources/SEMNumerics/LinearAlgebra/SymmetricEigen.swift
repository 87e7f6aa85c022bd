internal import CLinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The eigenvalues and eigenvectors of a symmetric matrix, *A = V Λ Vᵀ*.
///
/// For a positive definite matrix that only has to be solved or inverted, ``Cholesky`` factors 13 to 25 times faster (orders 5
/// to 50, OpenBLAS).
///
/// Source: LAPACK `dsyevd`, up to order 16 Jacobi's method; Golub & Van Loan, *Matrix Computations*, 4th ed., chapter 8.
public struct SymmetricEigen: Factorization {
  /// The eigenvalues, ascending.
  public let values: [Double]
  /// The eigenvectors as columns, orthonormal, in the order of ``values``.
  ///
  /// In each column the first element that is at least half as large as the largest is positive. Eigenvectors of equal
  /// eigenvalues are an arbitrary basis of their space.
  public let vectors: Matrix

  /// The number of rows and of columns.
  public var order: Int { values.count }

  /// Factors a symmetric matrix, of which only the lower triangle is read.
  ///
  /// - Throws: ``FactorizationError/notFinite`` if the lower triangle holds NaN or ±∞ or an eigenvalue overflows;
  ///   ``FactorizationError/notConverged`` if the iteration fails, which finite input hardly ever causes.
  /// - Complexity: O(*n*³), with 1 + 6 *n* + 2 *n*² numbers of working storage.
  public init(_ matrix: Matrix) throws(FactorizationError) {
    precondition(matrix.isSquare, "Only a square matrix has eigenvalues.")
    guard matrix.lowerTriangleIsFinite else { throw .notFinite }
    let n = matrix.rowCount
    if n <= Kernels.smallOrder {
      (values, vectors) = try Self.small(matrix)
      return
    }
    var vectors = matrix
    var values = [Double](repeating: 0, count: n)
    do {
      var work = [Double](repeating: 0, count: 1 + 6 * n + 2 * n * n)
      var integerWork = [Int32](repeating: 0, count: 3 + 5 * n)
      let info = la_syevd(
        LAPACKLetter.vectors, LAPACKLetter.lower, Int32(n), &vectors.elements, vectors.leadingDimension,
        &values, &work,
        Int32(work.count), &integerWork, Int32(integerWork.count))
      precondition(info >= 0, "LAPACK refused an argument of syevd.")
      guard info == 0 else { throw .notConverged }
    }
    guard values.allSatisfy(\.isFinite), vectors.isFinite else { throw .notFinite }
    vectors.normalizeColumnSigns()
    self.values = values
    self.vectors = vectors
  }

  /// Jacobi's method, whose small eigenvalues are at least as accurate.
  private static func small(_ matrix: Matrix) throws(FactorizationError) -> ([Double], Matrix) {
    let n = matrix.rowCount
    // A power of two takes the numbers to the middle of their range, where no product overflows.
    var largest = 0.0
    for j in 0..<n { for i in j..<n { largest = max(largest, matrix[i, j].magnitude) } }
    let unit = Double(
      sign: .plus, exponent: largest > 0 ? min(max(largest.exponent, -1000), 1000) : 0, significand: 1)
    var scaled = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      for i in j..<n {
        scaled[i, j] = matrix[i, j] / unit
        scaled[j, i] = scaled[i, j]
      }
    }
    var vectors = Matrix.identity(n)
    guard Kernels.diagonalize(&scaled.elements, order: n, vectors: &vectors.elements) else {
      throw .notConverged
    }
    let diagonal = scaled.diagonal
    let order = diagonal.indices.sorted { diagonal[$0] < diagonal[$1] }
    let values = order.map { diagonal[$0] * unit }
    guard values.allSatisfy(\.isFinite) else { throw .notFinite }
    var sorted = vectors.submatrix(rows: Array(0..<n), columns: order)
    sorted.normalizeColumnSigns()
    return (values, sorted)
  }

  /// Solves *A X = B*; `rhs` is *n × k*, and so is the result.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` with the index in ``values`` of the eigenvalue nearest to 0 if
  ///   its absolute value is at most the default tolerance of ``rank(tolerance:)``.
  /// - Complexity: O(*n*² *k*).
  public func solve(_ rhs: Matrix) throws(FactorizationError) -> Matrix {
    precondition(rhs.rowCount == order, "The right-hand side must have as many rows as the matrix.")
    try requireRegular()
    var coordinates = vectors.crossProduct(with: rhs)
    for j in 0..<rhs.columnCount {
      for i in 0..<order { coordinates.elements[i + j * order] /= values[i] }
    }
    return vectors * coordinates
  }

  /// Solves *A x = b* for one right-hand side of *n* elements; see ``solve(_:)-(Matrix)``.
  public func solve(_ rhs: [Double]) throws(FactorizationError) -> [Double] {
    try solve(.column(rhs)).elements
  }

  /// *A⁻¹*, exactly symmetric.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` as ``solve(_:)-(Matrix)`` does.
  /// - Complexity: O(*n*³).
  public func inverse() throws(FactorizationError) -> Matrix {
    try requireRegular()
    return reconstruct { 1 / $0 }
  }

  /// *V Λ Vᵀ*: the factored matrix up to rounding, exactly symmetric.
  public func reconstruct() -> Matrix { reconstruct { $0 } }

  /// The matrix function *V f(Λ) Vᵀ*, exactly symmetric.
  ///
  /// - Parameter function: Maps an eigenvalue of *A* to one of the result.
  /// - Complexity: O(*n*³).
  public func reconstruct(_ function: (_ eigenvalue: Double) -> Double) -> Matrix {
    var scaled = vectors
    for j in 0..<order {
      let value = function(values[j])
      for i in 0..<order { scaled.elements[i + j * order] *= value }
    }
    var result = Matrix(rowCount: order, columnCount: order)
    Matrix.multiply(scaled, vectors, transposeRight: true, depth: order, into: &result)
    return result.symmetrized()
  }

  /// The Moore-Penrose inverse: eigenvalues of at most `tolerance` · max |*λ*| count as 0 and stay 0.
  ///
  /// - Parameter tolerance: Relative to the largest absolute eigenvalue; by default *n* · 2.2·10⁻¹⁶.
  /// - Complexity: O(*n*³).
  public func pseudoInverse(tolerance: Double? = nil) -> Matrix {
    let bound = bound(tolerance)
    return reconstruct { abs($0) > bound ? 1 / $0 : 0 }
  }

  /// The symmetric square root *V Λ^½ Vᵀ* of a positive semidefinite matrix.
  ///
  /// Eigenvalues in [−`tolerance` · max |*λ*|, 0] count as 0.
  ///
  /// - Throws: ``FactorizationError/notPositiveDefinite(leadingMinor:)`` with the order if an eigenvalue is more negative
  ///   than that.
  /// - Complexity: O(*n*³).
  public func squareRoot(tolerance: Double? = nil) throws(FactorizationError) -> Matrix {
    if let smallest = values.first, smallest < -bound(tolerance) {
      throw .notPositiveDefinite(leadingMinor: order)
    }
    return reconstruct { max(0, $0).squareRoot() }
  }

  /// The number of eigenvalues with |*λ*| > `tolerance` · max |*λ*|.
  ///
  /// - Parameter tolerance: By default *n* · 2.2·10⁻¹⁶.
  public func rank(tolerance: Double? = nil) -> Int {
    let bound = bound(tolerance)
    return values.count { abs($0) > bound }
  }

  /// The determinant, ∏ *λᵢ*; 1 for the empty matrix. It can overflow or underflow.
  public var determinant: Double { values.reduce(1, *) }

  /// log |det *A*|, the natural logarithm, Σ log |*λᵢ*|; −∞ if an eigenvalue is 0.
  public var logAbsoluteDeterminant: Double { values.reduce(0) { $0 + log(abs($1)) } }

  private func bound(_ tolerance: Double?) -> Double {
    let largest = values.reduce(0) { max($0, abs($1)) }
    return (tolerance ?? Double(order) * Double.ulpOfOne) * largest
  }

  private func requireRegular() throws(FactorizationError) {
    guard let nearest = values.indices.min(by: { abs(values[$0]) < abs(values[$1]) }) else { return }
    guard abs(values[nearest]) > bound(nil) else { throw .singular(pivot: nearest) }
  }
}

extension Matrix {
  /// Makes positive, in each column, the first element that is at least half as large as the largest.
  fileprivate mutating func normalizeColumnSigns() {
    for j in 0..<columnCount {
      let column = (j * rowCount)..<((j + 1) * rowCount)
      let largest = elements[column].reduce(0) { Swift.max($0, abs($1)) }
      guard let leading = elements[column].first(where: { 2 * abs($0) >= largest }), leading < 0 else {
        continue
      }
      for i in column { elements[i].negate() }
    }
  }
}
