internal import CLinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The factorization *P A = L U* of a square matrix with row interchanges *P*; *L* is unit lower and *U* upper
/// triangular.
///
/// Only a pivot of exactly 0 counts as singular. A matrix that is singular up to rounding passes;
/// ``reciprocalCondition()`` tells. For symmetric positive definite matrices ``Cholesky`` is twice as fast.
///
/// Source: LAPACK `dgetrf`, `dgetrs`, `dgetri`; Golub & Van Loan, *Matrix Computations*, 4th ed., section 3.4.
public struct LU: Factorization {
  /// *L* below the diagonal, without its diagonal of ones, and *U* on and above it.
  public let factors: Matrix
  /// The row (counted from 0) with which each row was exchanged, in the order of the exchanges.
  public var interchanges: [Int] { pivots.map { Int($0) - 1 } }
  private let pivots: [Int32]
  private let matrixNorm: Double

  /// The number of rows and of columns.
  public var order: Int { factors.rowCount }

  /// Factors a square matrix.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` with the first zero pivot, counted from 0;
  ///   ``FactorizationError/notFinite`` if the matrix holds NaN or ±∞ or its factors overflow.
  /// - Complexity: 2 *n*³ / 3 operations, one copy of the matrix.
  public init(_ matrix: Matrix) throws(FactorizationError) {
    precondition(matrix.isSquare, "Only a square matrix has this LU factorization.")
    guard matrix.isFinite else { throw .notFinite }
    let n = matrix.rowCount
    var factors = matrix
    var pivots = [Int32](repeating: 0, count: n)
    if n > Kernels.smallOrder {
      let info = la_getrf(Int32(n), Int32(n), &factors.elements, factors.leadingDimension, &pivots)
      precondition(info >= 0, "LAPACK refused an argument of getrf.")
      guard info == 0 else { throw .singular(pivot: Int(info) - 1) }
    } else {
      let zero = Kernels.factorLU(&factors.elements, order: n, pivots: &pivots)
      guard zero == 0 else { throw .singular(pivot: zero - 1) }
    }
    guard factors.isFinite else { throw .notFinite }
    self.factors = factors
    self.pivots = pivots
    matrixNorm = matrix.largestColumnSum
  }

  /// Solves *A X = B*; `rhs` is *n × k*, and so is the result.
  ///
  /// - Complexity: O(*n*² *k*).
  public func solve(_ rhs: Matrix) -> Matrix { solve(rhs, transposed: false) }

  /// Solves *A x = b* for one right-hand side of *n* elements.
  ///
  /// - Complexity: O(*n*²).
  public func solve(_ rhs: [Double]) -> [Double] { solve(.column(rhs)).elements }

  /// Solves *Aᵀ X = B* with the factors of *A*; `rhs` is *n × k*.
  ///
  /// - Complexity: O(*n*² *k*).
  public func solveTransposed(_ rhs: Matrix) -> Matrix { solve(rhs, transposed: true) }

  /// *A⁻¹*.
  ///
  /// - Complexity: 4 *n*³ / 3 operations beyond the factorization.
  public func inverse() -> Matrix {
    guard order > Kernels.smallOrder else { return solve(.identity(order)) }
    var result = factors
    // 64 columns is the block size LAPACK would ask for; less only means smaller blocks.
    var work = [Double](repeating: 0, count: order * 64)
    let info = la_getri(
      Int32(order), &result.elements, result.leadingDimension, pivots, &work, Int32(work.count))
    precondition(info == 0, "The pivots of an LU factorization are not zero.")
    return result
  }

  /// *Pᵀ L U*: the factored matrix up to rounding.
  public func reconstruct() -> Matrix {
    let n = order
    var lower = Matrix.identity(n)
    var upper = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      for i in 0..<n {
        if i > j { lower[i, j] = factors[i, j] } else { upper[i, j] = factors[i, j] }
      }
    }
    var result = lower * upper
    for (row, other) in interchanges.enumerated().reversed() where row != other {
      for j in 0..<n { result.elements.swapAt(row + j * n, other + j * n) }
    }
    return result
  }

  /// The determinant: ± the product of the pivots; 1 for the empty matrix. It can overflow or underflow: see
  /// ``logAbsoluteDeterminant`` and ``determinantSign``.
  public var determinant: Double {
    let swaps = interchanges.enumerated().count { $0.offset != $0.element }
    return factors.diagonal.reduce(swaps.isMultiple(of: 2) ? 1 : -1, *)
  }

  /// The sign of the determinant, 1 or −1.
  public var determinantSign: Double {
    let swaps = interchanges.enumerated().count { $0.offset != $0.element }
    let negative = factors.diagonal.count { $0 < 0 }
    return (swaps + negative).isMultiple(of: 2) ? 1 : -1
  }

  /// log |det *A*|, the natural logarithm; 0 for the empty matrix.
  ///
  /// - Complexity: O(*n*).
  public var logAbsoluteDeterminant: Double { factors.diagonal.reduce(0) { $0 + log(abs($1)) } }

  /// The reciprocal condition number 1 / (‖*A*‖₁ ‖*A⁻¹*‖₁), in [0, 1]; 1 for the empty matrix.
  ///
  /// Below about *n ε* the matrix is singular to working precision, and solutions have no correct digit.
  ///
  /// - Complexity: O(*n*³): it makes the inverse.
  public func reciprocalCondition() -> Double {
    guard order > 0 else { return 1 }
    let inverseNorm = inverse().largestColumnSum
    guard inverseNorm.isFinite else { return 0 }
    return (1 / matrixNorm) / inverseNorm
  }

  private func solve(_ rhs: Matrix, transposed: Bool) -> Matrix {
    precondition(rhs.rowCount == order, "The right-hand side must have as many rows as the matrix.")
    var result = rhs
    guard !rhs.elements.isEmpty else { return result }
    if order <= Kernels.smallOrder {
      Kernels.solveLU(
        factors.elements, order: order, pivots: pivots, transposed: transposed, &result.elements,
        columns: rhs.columnCount)
      return result
    }
    let info = la_getrs(
      transposed ? LAPACKLetter.transposed : LAPACKLetter.plain, Int32(order), Int32(rhs.columnCount),
      factors.elements,
      factors.leadingDimension, pivots, &result.elements, result.leadingDimension)
    precondition(info == 0, "LAPACK refused an argument of getrs.")
    return result
  }
}
