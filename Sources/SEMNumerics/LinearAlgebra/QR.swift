internal import CLinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The factorization *A P = Q R* of an *m × n* matrix with column interchanges *P*; *Q* has orthonormal columns and *R*
/// is upper triangular with a diagonal that falls in absolute value.
///
/// The pivoting shows the numerical rank: the number of diagonal elements of *R* above a tolerance. It serves least
/// squares, collinear columns and the null spaces of *A* and *Aᵀ*. A matrix can be made for which the diagonal of *R*
/// hides a small singular value (Kahan's); ``SymmetricEigen`` of the cross-product or a singular value decomposition
/// sees it.
///
/// Source: LAPACK `dgeqp3`, `dorgqr`, `dormqr`; Golub & Van Loan, *Matrix Computations*, 4th ed., section 5.4.
public struct QR: Factorization {
  /// *R* on and above the diagonal, and the reflectors that make *Q* below it, *m × n*.
  public let factors: Matrix
  /// Column *j* of *A P* is column `permutation[j]` of *A*.
  public let permutation: [Int]
  /// The numerical rank at the default tolerance of ``rank(tolerance:)``.
  public let rank: Int
  private let reflectorScales: [Double]

  /// The number of rows of *A*.
  public var rowCount: Int { factors.rowCount }
  /// The number of columns of *A*.
  public var columnCount: Int { factors.columnCount }

  /// Factors a matrix of any shape; a rank below the number of columns is no failure.
  ///
  /// - Throws: ``FactorizationError/notFinite`` if the matrix holds NaN or ±∞ or its factors overflow.
  /// - Complexity: O(*m n* min(*m*, *n*)), one copy of the matrix.
  public init(_ matrix: Matrix) throws(FactorizationError) {
    guard matrix.isFinite else { throw .notFinite }
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    var factors = matrix
    var pivots = [Int32](repeating: 0, count: n)
    var scales = [Double](repeating: 0, count: min(m, n))
    if m > 0, n > 0 {
      withWork { work, size in
        la_geqp3(
          Int32(m), Int32(n), &factors.elements, factors.leadingDimension, &pivots, &scales, work, size)
      }
    } else {
      for j in 0..<n { pivots[j] = Int32(j + 1) }
    }
    guard factors.isFinite, scales.allSatisfy(\.isFinite) else { throw .notFinite }
    self.factors = factors
    reflectorScales = scales
    permutation = pivots.map { Int($0) - 1 }
    rank = QR.rank(of: factors, tolerance: nil)
  }

  /// The number of |*rᵢᵢ*| > `tolerance` · |*r₀₀*|; 0 for a zero or empty matrix.
  ///
  /// - Parameter tolerance: Relative to the longest column; by default max(*m*, *n*) · 2.2·10⁻¹⁶.
  /// - Complexity: O(min(*m*, *n*)).
  public func rank(tolerance: Double? = nil) -> Int { QR.rank(of: factors, tolerance: tolerance) }

  /// Solves *A X = B* in the sense of least squares; `rhs` is *m × k*, the result *n × k*.
  ///
  /// If the columns of *A* are dependent, this is the basic solution: the coefficients of the `n − rank` columns that
  /// pivoting found superfluous are exactly 0. Residuals are as small as with any other solution.
  ///
  /// - Complexity: O(*m n k*).
  public func solve(_ rhs: Matrix) -> Matrix {
    precondition(rhs.rowCount == rowCount, "The right-hand side must have as many rows as the matrix.")
    var result = Matrix(rowCount: columnCount, columnCount: rhs.columnCount)
    guard rank > 0, rhs.columnCount > 0 else { return result }
    var rotated = rhs
    applyOrthogonal(transposed: true, to: &rotated)
    solveTriangle(order: rank, in: &rotated)
    for column in 0..<rhs.columnCount {
      for i in 0..<rank { result[permutation[i], column] = rotated[i, column] }
    }
    return result
  }

  /// Solves *A x = b* in the sense of least squares for one right-hand side; see ``solve(_:)-(Matrix)``.
  public func solve(_ rhs: [Double]) -> [Double] { solve(.column(rhs)).elements }

  /// *A⁻¹* of a square matrix.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` with the rank if that is below the order.
  /// - Complexity: O(*n*³).
  public func inverse() throws(FactorizationError) -> Matrix {
    precondition(factors.isSquare, "Only a square matrix has an inverse.")
    guard rank == columnCount else { throw .singular(pivot: rank) }
    return solve(.identity(rowCount))
  }

  /// *Q R Pᵀ*: the factored matrix up to rounding.
  public func reconstruct() -> Matrix {
    var product = Matrix(rowCount: rowCount, columnCount: columnCount)
    for j in 0..<columnCount {
      for i in 0..<min(j + 1, rowCount) { product[i, j] = factors[i, j] }
    }
    applyOrthogonal(to: &product)
    var result = product
    for (j, original) in permutation.enumerated() {
      for i in 0..<rowCount { result[i, original] = product[i, j] }
    }
    return result
  }

  /// The determinant of a square matrix; 1 for the empty matrix. It can overflow or underflow.
  public var determinant: Double {
    precondition(factors.isSquare, "Only a square matrix has a determinant.")
    return factors.diagonal.reduce(reflectionAndPermutationSign, *)
  }

  /// log |det *A*| of a square matrix, the natural logarithm; −∞ if a diagonal element of *R* is 0.
  public var logAbsoluteDeterminant: Double {
    precondition(factors.isSquare, "Only a square matrix has a determinant.")
    return factors.diagonal.reduce(0) { $0 + log(abs($1)) }
  }

  /// The factor *R*, min(*m*, *n*) × *n*.
  public var triangularFactor: Matrix {
    var result = Matrix(rowCount: min(rowCount, columnCount), columnCount: columnCount)
    for j in 0..<columnCount {
      for i in 0..<min(j + 1, result.rowCount) { result[i, j] = factors[i, j] }
    }
    return result
  }

  /// The first `columns` columns of the *m × m* orthogonal matrix *Q*; min(*m*, *n*) of them by default.
  ///
  /// - Complexity: O(*m n* · `columns`).
  public func orthogonalFactor(columns: Int? = nil) -> Matrix {
    let count = columns ?? min(rowCount, columnCount)
    precondition(count >= 0 && count <= rowCount, "Q has as many columns as A has rows.")
    var result = Matrix(rowCount: rowCount, columnCount: count)
    for i in 0..<count { result[i, i] = 1 }
    applyOrthogonal(to: &result)
    return result
  }

  /// An orthonormal basis of the vectors *x* with *A x* = 0 up to rounding: *n* × (*n* − rank).
  ///
  /// The basis is *P* (−*R₁₁⁻¹ R₁₂*; *I*), made orthonormal.
  ///
  /// - Parameter tolerance: As in ``rank(tolerance:)``.
  /// - Complexity: O(*n*³).
  public func nullSpace(tolerance: Double? = nil) -> Matrix {
    let (n, rank) = (columnCount, rank(tolerance: tolerance))
    let dimension = n - rank
    guard dimension > 0 else { return Matrix(rowCount: n, columnCount: 0) }
    var top = Matrix(rowCount: rank, columnCount: dimension)
    for j in 0..<dimension {
      for i in 0..<rank { top[i, j] = -factors[i, rank + j] }
    }
    solveTriangle(order: rank, in: &top)
    var basis = Matrix(rowCount: n, columnCount: dimension)
    for j in 0..<dimension {
      for i in 0..<rank { basis[permutation[i], j] = top[i, j] }
      basis[permutation[rank + j], j] = 1
    }
    return basis.orthonormalizedColumns()
  }

  /// An orthonormal basis of the vectors *y* with *Aᵀ y* = 0 up to rounding: *m* × (*m* − rank).
  ///
  /// These are the last columns of *Q*.
  ///
  /// - Parameter tolerance: As in ``rank(tolerance:)``.
  /// - Complexity: O(*m*² *n*).
  public func leftNullSpace(tolerance: Double? = nil) -> Matrix {
    let rank = rank(tolerance: tolerance)
    var result = Matrix(rowCount: rowCount, columnCount: rowCount - rank)
    for j in 0..<result.columnCount { result[rank + j, j] = 1 }
    applyOrthogonal(to: &result)
    return result
  }

  private static func rank(of factors: Matrix, tolerance: Double?) -> Int {
    let diagonal = factors.diagonal
    guard let first = diagonal.first else { return 0 }
    let relative = tolerance ?? Double(max(factors.rowCount, factors.columnCount)) * Double.ulpOfOne
    // The diagonal falls, so the first small element ends the count.
    return diagonal.firstIndex { !(abs($0) > relative * abs(first)) } ?? diagonal.count
  }

  /// −1 to the number of reflections and of column exchanges.
  private var reflectionAndPermutationSign: Double {
    var negative = !reflectorScales.count { $0 != 0 }.isMultiple(of: 2)
    var visited = [Bool](repeating: false, count: permutation.count)
    for start in permutation.indices where !visited[start] {
      var (position, length) = (start, 0)
      while !visited[position] {
        visited[position] = true
        position = permutation[position]
        length += 1
      }
      if length.isMultiple(of: 2) { negative.toggle() }
    }
    return negative ? -1 : 1
  }

  /// *Q B* or *Qᵀ B* in place, with the full *m × m* matrix *Q*.
  private func applyOrthogonal(transposed: Bool = false, to matrix: inout Matrix) {
    precondition(matrix.rowCount == rowCount, "The matrix must have as many rows as Q.")
    guard !matrix.elements.isEmpty, !reflectorScales.isEmpty else { return }
    withWork { work, size in
      la_ormqr(
        LAPACKLetter.left, transposed ? LAPACKLetter.transposed : LAPACKLetter.plain, Int32(rowCount),
        Int32(matrix.columnCount), Int32(reflectorScales.count),
        factors.elements, factors.leadingDimension, reflectorScales, &matrix.elements,
        matrix.leadingDimension, work, size)
    }
  }

  /// Solves *R₁₁ X = B* with the leading `order` rows and columns of *R*, in the leading rows of `matrix`.
  private func solveTriangle(order: Int, in matrix: inout Matrix) {
    guard order > 0, matrix.columnCount > 0 else { return }
    la_trsm(
      LAPACKLetter.left, LAPACKLetter.upper, LAPACKLetter.plain, LAPACKLetter.storedDiagonal, Int32(order),
      Int32(matrix.columnCount), 1,
      factors.elements, factors.leadingDimension, &matrix.elements, matrix.leadingDimension)
  }
}

extension Matrix {
  /// A matrix whose orthonormal columns span those of this one, which has full column rank.
  fileprivate func orthonormalizedColumns() -> Matrix {
    let (m, n) = (rowCount, columnCount)
    precondition(m >= n, "More columns than rows cannot be independent.")
    var result = self
    guard n > 0 else { return result }
    var scales = [Double](repeating: 0, count: n)
    withWork { work, size in
      la_geqrf(Int32(m), Int32(n), &result.elements, leadingDimension, &scales, work, size)
    }
    withWork { work, size in
      la_orgqr(Int32(m), Int32(n), Int32(n), &result.elements, leadingDimension, scales, work, size)
    }
    return result
  }
}

/// Runs a LAPACK routine twice: once with size −1, so that it tells the working storage it wants, then with that.
private func withWork(_ routine: (_ work: UnsafeMutablePointer<Double>, _ size: Int32) -> Int32) {
  var wanted = 0.0
  var info = routine(&wanted, -1)
  precondition(info == 0, "LAPACK refused an argument.")
  var work = [Double](repeating: 0, count: max(1, Int(wanted)))
  info = routine(&work, Int32(work.count))
  precondition(info == 0, "LAPACK refused an argument.")
}
