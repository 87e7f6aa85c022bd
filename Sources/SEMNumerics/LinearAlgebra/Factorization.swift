/// What every factorization of a matrix *A* can do, under one set of names.
///
/// Making the value does the O(*n*³) work; afterwards each right-hand side costs O(*n*²). Where a factorization cannot
/// meet a singular matrix, its own methods do not throw.
public protocol Factorization: Sendable {
  /// Factors a matrix.
  ///
  /// - Throws: ``FactorizationError``; a matrix with NaN or infinite elements gives
  ///   ``FactorizationError/notFinite``.
  init(_ matrix: Matrix) throws(FactorizationError)

  /// Solves *A X = B*; `rhs` has as many rows as *A*, and each of its columns is one right-hand side.
  func solve(_ rhs: Matrix) throws(FactorizationError) -> Matrix

  /// Solves *A x = b* for one right-hand side.
  func solve(_ rhs: [Double]) throws(FactorizationError) -> [Double]

  /// The inverse of the square matrix *A*.
  func inverse() throws(FactorizationError) -> Matrix

  /// The product of the factors: *A* up to rounding.
  func reconstruct() -> Matrix
}

extension Matrix {
  /// A vector as a matrix of one column.
  static func column(_ vector: [Double]) -> Matrix {
    Matrix(rowCount: vector.count, columnCount: 1, columnMajor: vector)
  }

  /// The distance between columns that LAPACK is told; it wants at least 1, also for an empty matrix.
  var leadingDimension: Int32 { Int32(Swift.max(1, rowCount)) }

  /// Whether no element of the lower triangle, with the diagonal, is NaN or infinite.
  var lowerTriangleIsFinite: Bool {
    for j in 0..<columnCount {
      for i in j..<Swift.max(j, rowCount) where !elements[i + j * rowCount].isFinite { return false }
    }
    return true
  }

  /// Copies the lower triangle over the upper one.
  mutating func mirrorLowerTriangle() {
    precondition(isSquare, "Only a square matrix can be mirrored.")
    let n = rowCount
    elements.withUnsafeMutableBufferPointer {
      if let base = $0.baseAddress { Kernels.mirrorLower(base, order: n) }
    }
  }
}
