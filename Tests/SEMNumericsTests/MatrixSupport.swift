import SEMNumerics

/// 2⁻⁵², the ε of the error bounds.
let epsilon = Double.ulpOfOne

/// The orders that tests of factorizations run through: empty, one, plain loops, and BLAS blocks.
let orders = [0, 1, 2, 5, 16, 17, 40, 70, 90]

extension Matrix {
  /// A matrix of independent standard normal elements.
  static func random(_ rowCount: Int, _ columnCount: Int, seed: UInt64 = 1) -> Matrix {
    var stream = RandomStream(seed: seed, stream: UInt64(rowCount * 1000 + columnCount))
    var elements = [Double](repeating: 0, count: rowCount * columnCount)
    stream.fillNormal(&elements)
    return Matrix(rowCount: rowCount, columnCount: columnCount, columnMajor: elements)
  }

  /// A symmetric matrix with eigenvalues of both signs.
  static func randomSymmetric(_ order: Int, seed: UInt64 = 2) -> Matrix {
    random(order, order, seed: seed).symmetrized()
  }

  /// A well-conditioned positive definite matrix: a cross-product plus the identity.
  static func randomPositiveDefinite(_ order: Int, seed: UInt64 = 3) -> Matrix {
    (1 / Double(max(1, order))) * random(order, order, seed: seed).crossProduct() + .identity(order)
  }

  /// The largest absolute difference of two matrices of one shape.
  func distance(to other: Matrix) -> Double { (self - other).maximumAbsolute }

  /// Every element by its definition as a sum of products: the slow witness.
  func naiveProduct(_ other: Matrix) -> Matrix {
    var result = Matrix(rowCount: rowCount, columnCount: other.columnCount)
    for i in 0..<rowCount {
      for j in 0..<other.columnCount {
        for k in 0..<columnCount { result[i, j] += self[i, k] * other[k, j] }
      }
    }
    return result
  }

  /// The Kronecker product, for tests of what avoids it.
  func kronecker(_ other: Matrix) -> Matrix {
    var result = Matrix(rowCount: rowCount * other.rowCount, columnCount: columnCount * other.columnCount)
    for i in 0..<result.rowCount {
      for j in 0..<result.columnCount {
        result[i, j] =
          self[i / other.rowCount, j / other.columnCount] * other[i % other.rowCount, j % other.columnCount]
      }
    }
    return result
  }
}

/// The largest absolute difference of two vectors of one length.
func distance(_ left: [Double], _ right: [Double]) -> Double {
  precondition(left.count == right.count)
  return zip(left, right).map { abs($0 - $1) }.max() ?? 0
}

/// Values that are no numbers, for hostile input.
let notFinite = [Double.nan, .infinity, -.infinity, .signalingNaN]
