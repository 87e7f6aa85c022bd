internal import CLinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The Cholesky factorization *A = L Lᵀ* of a symmetric positive definite matrix; *L* is lower triangular with a
/// positive diagonal.
///
/// Whether the factorization exists is LAPACK's test for positive definiteness: each pivot must exceed 0 exactly. A
/// matrix that is singular up to rounding can pass it; ``smallestPivotRatio`` tells how near it came.
///
/// Source: LAPACK `dpotrf`, `dpotri` for large matrices; Golub & Van Loan, *Matrix Computations*, 4th ed., section 4.2.
public struct Cholesky: Factorization {
  /// The factor *L*, with zeros above the diagonal.
  public let lower: Matrix

  /// The number of rows and of columns.
  public var order: Int { lower.rowCount }

  /// Factors a symmetric positive definite matrix, of which only the lower triangle is read.
  ///
  /// The empty matrix is positive definite.
  ///
  /// - Throws: ``FactorizationError/notPositiveDefinite(leadingMinor:)`` with the order of the first leading block that
  ///   is not positive definite, ``FactorizationError/notFinite`` if the lower triangle holds NaN or ±∞.
  /// - Complexity: *n*³ / 3 operations, one copy of the matrix.
  public init(_ matrix: Matrix) throws(FactorizationError) {
    precondition(matrix.isSquare, "Only a square matrix has a Cholesky factor.")
    guard matrix.lowerTriangleIsFinite else { throw .notFinite }
    let n = matrix.rowCount
    var factor = matrix
    if n > 0 {
      guard Kernels.choleskyInPlace(&factor.elements, order: n) else {
        throw .notPositiveDefinite(leadingMinor: Self.firstBadMinor(matrix))
      }
    }
    for j in 0..<n {
      // Overflow inside can leave NaN where a vendor compares the pivot with 0 only.
      let pivot = factor.elements[j + j * n]
      guard pivot > 0, pivot.isFinite else { throw .notPositiveDefinite(leadingMinor: j + 1) }
      for i in 0..<j { factor.elements[i + j * n] = 0 }
    }
    lower = factor
  }

  /// The order of the first leading minor that is not positive, by a plain factorization.
  private static func firstBadMinor(_ matrix: Matrix) -> Int {
    let n = matrix.rowCount
    var l = matrix
    for j in 0..<n {
      for k in 0..<j { for i in j..<n { l[i, j] -= l[i, k] * l[j, k] } }
      let pivot = l[j, j]
      guard pivot > 0, pivot.isFinite else { return j + 1 }
      for i in j..<n { l[i, j] /= pivot.squareRoot() }
    }
    return n
  }

  /// Solves *A X = B*; `rhs` is *n × k*, and so is the result.
  ///
  /// - Complexity: O(*n*² *k*).
  public func solve(_ rhs: Matrix) -> Matrix {
    var result = solveLower(rhs)
    applyTriangle(inverseTransposed: true, to: &result)
    return result
  }

  /// Solves *A x = b* for one right-hand side of *n* elements.
  ///
  /// - Complexity: O(*n*²).
  public func solve(_ rhs: [Double]) -> [Double] { solve(.column(rhs)).elements }

  /// Solves *L X = B*, half the way of ``solve(_:)-(Matrix)``; `rhs` is *n × k*.
  ///
  /// If *B* holds deviations from the mean with covariance matrix *A*, the columns of *X* are uncorrelated with unit
  /// variance, and their sums of squares are squared Mahalanobis distances.
  ///
  /// - Complexity: O(*n*² *k*).
  public func solveLower(_ rhs: Matrix) -> Matrix {
    precondition(rhs.rowCount == order, "The right-hand side must have as many rows as the matrix.")
    var result = rhs
    applyTriangle(inverseTransposed: false, to: &result)
    return result
  }

  /// *A⁻¹*, exactly symmetric.
  ///
  /// - Complexity: O(*n*³), two thirds of it beyond the factorization.
  public func inverse() -> Matrix {
    var result = lower
    guard order > 0 else { return result }
    Kernels.invertFactorInPlace(&result.elements, order: order)
    return result
  }

  /// *L Lᵀ*: the factored matrix up to *n ε* · max |*a*|.
  public func reconstruct() -> Matrix { lower.transposed.crossProduct() }

  /// The determinant, ∏ *lᵢᵢ*²; 1 for the empty matrix. It can overflow or underflow: see ``logDeterminant``.
  public var determinant: Double {
    let root = lower.diagonal.reduce(1, *)
    return root * root
  }

  /// The natural logarithm of the determinant, 2 Σ log *lᵢᵢ*; 0 for the empty matrix.
  ///
  /// - Complexity: O(*n*).
  public var logDeterminant: Double { 2 * lower.diagonal.reduce(0) { $0 + log($1) } }

  /// The least of *lⱼⱼ*² / *aⱼⱼ*: in (0, 1], and 1 for a diagonal or empty matrix.
  ///
  /// For a covariance matrix it is the least share of a variable's variance that the variables before it leave
  /// unexplained, 1 − *R*². It does not depend on the units; values near *n ε* (2·10⁻¹⁶ *n*) mean collinear variables.
  ///
  /// - Complexity: O(*n*²).
  public var smallestPivotRatio: Double {
    var smallest = 1.0
    for i in 0..<order {
      let pivot = lower[i, i]
      var rest = 0.0
      for j in 0..<i {
        let ratio = lower[i, j] / pivot
        rest += ratio * ratio
      }
      smallest = min(smallest, 1 / (1 + rest))
    }
    return smallest
  }

  /// *L⁻¹ X* or *L⁻ᵀ X* in place.
  private func applyTriangle(inverseTransposed: Bool, to matrix: inout Matrix) {
    precondition(matrix.rowCount == order, "The right-hand side must have as many rows as the matrix.")
    guard !matrix.elements.isEmpty else { return }
    if max(order, matrix.columnCount) <= Kernels.smallOrder {
      Kernels.solveTriangle(
        lower: lower.elements, order: order, transposed: inverseTransposed, &matrix.elements,
        columns: matrix.columnCount)
      return
    }
    la_trsm(
      LAPACKLetter.left, LAPACKLetter.lower,
      inverseTransposed ? LAPACKLetter.transposed : LAPACKLetter.plain, LAPACKLetter.storedDiagonal,
      Int32(order), Int32(matrix.columnCount), 1, lower.elements, lower.leadingDimension, &matrix.elements,
      matrix.leadingDimension)
  }
}
