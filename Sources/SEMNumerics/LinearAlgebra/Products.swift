internal import CLinearAlgebra

// MARK: - Sums

extension Matrix {
  /// The sum, element by element, of two matrices of one shape.
  ///
  /// - Complexity: O(*rows* · *columns*), one allocation.
  public static func + (left: Matrix, right: Matrix) -> Matrix {
    var result = left
    result += right
    return result
  }

  /// The difference, element by element, of two matrices of one shape.
  ///
  /// - Complexity: O(*rows* · *columns*), one allocation.
  public static func - (left: Matrix, right: Matrix) -> Matrix {
    var result = left
    result -= right
    return result
  }

  /// The matrix with every sign changed.
  public static prefix func - (matrix: Matrix) -> Matrix { -1 * matrix }

  /// Adds a matrix of the same shape in place.
  public static func += (left: inout Matrix, right: Matrix) {
    left.requireShape(of: right)
    for i in left.elements.indices { left.elements[i] += right.elements[i] }
  }

  /// Subtracts a matrix of the same shape in place.
  public static func -= (left: inout Matrix, right: Matrix) {
    left.requireShape(of: right)
    for i in left.elements.indices { left.elements[i] -= right.elements[i] }
  }

  /// The matrix with every element multiplied by a number.
  public static func * (factor: Double, matrix: Matrix) -> Matrix {
    var result = matrix
    result *= factor
    return result
  }

  /// The matrix with every element multiplied by a number.
  public static func * (matrix: Matrix, factor: Double) -> Matrix { factor * matrix }

  /// The matrix with every element divided by a number.
  public static func / (matrix: Matrix, divisor: Double) -> Matrix {
    var result = matrix
    for i in result.elements.indices { result.elements[i] /= divisor }
    return result
  }

  /// Multiplies every element by a number in place.
  public static func *= (matrix: inout Matrix, factor: Double) {
    for i in matrix.elements.indices { matrix.elements[i] *= factor }
  }

  private func requireShape(of other: Matrix) {
    precondition(
      rowCount == other.rowCount && columnCount == other.columnCount, "The matrices must have one shape.")
  }
}

// MARK: - Products

extension Matrix {
  /// The matrix product *A B*.
  ///
  /// `left` is *m × k* and `right` *k × n*; the result is *m × n*. NaN and infinite elements spread as arithmetic has
  /// them.
  ///
  /// - Complexity: O(*m k n*); BLAS `gemm` for large matrices.
  public static func * (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.columnCount == right.rowCount, "The inner dimensions of a product must agree.")
    let (m, k, n) = (left.rowCount, left.columnCount, right.columnCount)
    var result = Matrix(rowCount: m, columnCount: n)
    multiply(left, right, depth: k, into: &result)
    return result
  }

  /// The product *A x*: one value per row.
  ///
  /// - Complexity: O(*rows* · *columns*).
  public func multiplied(by vector: [Double]) -> [Double] {
    precondition(vector.count == columnCount, "The vector must have one element per column.")
    var result = [Double](repeating: 0, count: rowCount)
    for j in 0..<columnCount {
      let factor = vector[j]
      for i in 0..<rowCount { result[i] += elements[i + j * rowCount] * factor }
    }
    return result
  }

  /// The product *Aᵀ x*: one value per column, without transposing.
  ///
  /// - Complexity: O(*rows* · *columns*).
  public func transposeMultiplied(by vector: [Double]) -> [Double] {
    precondition(vector.count == rowCount, "The vector must have one element per row.")
    return (0..<columnCount).map { j in
      var sum = 0.0
      for i in 0..<rowCount { sum += elements[i + j * rowCount] * vector[i] }
      return sum
    }
  }

  /// The cross-product *Aᵀ A*, exactly symmetric, *columns × columns*.
  ///
  /// - Complexity: O(*rows* · *columns*²), half of a general product in BLAS `syrk` for large matrices.
  public func crossProduct() -> Matrix {
    let (m, n) = (rowCount, columnCount)
    var result = Matrix(rowCount: n, columnCount: n)
    if max(m, n) < Kernels.blasOrder {
      Kernels.product(transposed: elements, elements, rows: m, n, n, into: &result.elements)
    } else {
      la_syrk(
        LAPACKLetter.lower, LAPACKLetter.transposed, Int32(n), Int32(m), 1, elements, leadingDimension, 0,
        &result.elements,
        result.leadingDimension)
    }
    result.mirrorLowerTriangle()
    return result
  }

  /// The cross-product *Aᵀ B* of two matrices with equally many rows.
  ///
  /// - Complexity: O(*rows* · *columns of A* · *columns of B*), BLAS `gemm` for large matrices; *A* is
  ///   not transposed in memory.
  public func crossProduct(with other: Matrix) -> Matrix {
    precondition(rowCount == other.rowCount, "The matrices must have equally many rows.")
    var result = Matrix(rowCount: columnCount, columnCount: other.columnCount)
    Matrix.multiply(self, other, transposeLeft: true, depth: rowCount, into: &result)
    return result
  }

  /// The symmetric product *A M Aᵀ* around a symmetric matrix *M* that has a row for each column of *A*.
  ///
  /// The result is *rows × rows* and exactly symmetric: it is computed and then averaged with its transpose. It is
  /// the propagation of a covariance matrix *M* through the linear map *A*.
  ///
  /// - Complexity: O(*rows* · *columns*² + *rows*² · *columns*).
  public func sandwiching(_ middle: Matrix) -> Matrix {
    precondition(middle.isSquare && middle.rowCount == columnCount, "The middle must match the columns.")
    let left = self * middle
    var result = Matrix(rowCount: rowCount, columnCount: rowCount)
    Matrix.multiply(left, self, transposeRight: true, depth: columnCount, into: &result)
    return result.symmetrized()
  }

  /// The quadratic form *xᵀ A x* of a square matrix.
  ///
  /// - Complexity: O(*n*²).
  public func quadraticForm(_ vector: [Double]) -> Double {
    precondition(isSquare, "A quadratic form needs a square matrix.")
    var sum = 0.0
    for (x, y) in zip(vector, multiplied(by: vector)) { sum += x * y }
    return sum
  }

  /// The trace of the product *A B*, tr(*A B*) = Σᵢⱼ *aᵢⱼ bⱼᵢ*, without forming the product.
  ///
  /// `other` has the shape of *Aᵀ*.
  ///
  /// - Complexity: O(*rows* · *columns*), no allocation.
  public func traceOfProduct(with other: Matrix) -> Double {
    precondition(
      rowCount == other.columnCount && columnCount == other.rowCount, "The shapes must be transposes.")
    var sum = 0.0
    for j in 0..<columnCount {
      for i in 0..<rowCount { sum += elements[i + j * rowCount] * other.elements[j + i * columnCount] }
    }
    return sum
  }

  /// Sets `result` to the product of `left` and `right`, either of them transposed on demand.
  static func multiply(
    _ left: Matrix, _ right: Matrix, transposeLeft: Bool = false, transposeRight: Bool = false, depth: Int,
    into result: inout Matrix
  ) {
    guard !result.elements.isEmpty, depth > 0 else { return }
    let (m, n) = (result.rowCount, result.columnCount)
    switch (transposeLeft, transposeRight) {
    case (false, false):
      Kernels.product(left.elements, right.elements, rows: m, depth, n, into: &result.elements)
      return
    case (true, false):
      Kernels.product(
        transposed: left.elements, right.elements, rows: depth, m, n, into: &result.elements)
      return
    case (false, true) where max(m, n, depth) < Kernels.blasOrder:
      multiply(left, right.transposed, depth: depth, into: &result)
      return
    default: break
    }
    la_gemm(
      transposeLeft ? LAPACKLetter.transposed : LAPACKLetter.plain,
      transposeRight ? LAPACKLetter.transposed : LAPACKLetter.plain, Int32(result.rowCount),
      Int32(result.columnCount),
      Int32(depth), 1, left.elements, left.leadingDimension, right.elements, right.leadingDimension, 0,
      &result.elements, result.leadingDimension)
  }
}

// MARK: - Symmetry, trace and norms

extension Matrix {
  /// The symmetric part (*A + Aᵀ*) / 2 of a square matrix; exactly symmetric.
  ///
  /// - Complexity: O(*n*²).
  public func symmetrized() -> Matrix {
    precondition(isSquare, "Only a square matrix has a symmetric part.")
    let n = rowCount
    var result = self
    for j in 0..<n {
      for i in 0..<j {
        // Halved before adding, so that two large elements do not overflow.
        let mean = 0.5 * elements[i + j * n] + 0.5 * elements[j + i * n]
        result.elements[i + j * n] = mean
        result.elements[j + i * n] = mean
      }
    }
    return result
  }

  /// Whether the matrix is square and |*aᵢⱼ − aⱼᵢ*| ≤ `tolerance` · max |*a*| for all *i*, *j*.
  ///
  /// The tolerance is relative to the largest element; 0 asks for exact symmetry. A matrix with NaN is not symmetric.
  ///
  /// - Complexity: O(*n*²).
  public func isSymmetric(tolerance: Double = 0) -> Bool {
    guard isSquare else { return false }
    let n = rowCount
    let bound = tolerance == 0 ? 0 : tolerance * maximumAbsolute
    for j in 0..<n {
      for i in 0...j {
        let (upper, lower) = (elements[i + j * n], elements[j + i * n])
        guard upper == lower || abs(upper - lower) <= bound else { return false }
      }
    }
    return true
  }

  /// The sum of the diagonal of a square matrix; 0 for an empty one.
  ///
  /// - Complexity: O(*n*).
  public var trace: Double {
    precondition(isSquare, "Only a square matrix has a trace.")
    var sum = 0.0
    for i in 0..<rowCount { sum += elements[i + i * rowCount] }
    return sum
  }

  /// The largest absolute value of an element; 0 for an empty matrix, NaN if an element is NaN.
  ///
  /// - Complexity: O(*rows* · *columns*).
  public var maximumAbsolute: Double {
    var largest = 0.0
    for element in elements {
      if element.isNaN { return .nan }
      largest = max(largest, abs(element))
    }
    return largest
  }

  /// The Frobenius norm √(Σ *aᵢⱼ*²), safe from overflow and underflow of the squares.
  ///
  /// 0 for an empty matrix, NaN if an element is NaN, infinite if an element is infinite.
  ///
  /// - Complexity: O(*rows* · *columns*).
  public var frobeniusNorm: Double {
    let scale = maximumAbsolute
    guard scale > 0, scale.isFinite else { return scale }
    var sum = 0.0
    for element in elements {
      let ratio = element / scale
      sum += ratio * ratio
    }
    return scale * sum.squareRoot()
  }

  /// The largest sum of absolute values of a column, ‖*A*‖₁; 0 for an empty matrix.
  ///
  /// - Complexity: O(*rows* · *columns*).
  public var largestColumnSum: Double {
    var largest = 0.0
    for j in 0..<columnCount {
      var sum = 0.0
      for i in 0..<rowCount { sum += abs(elements[i + j * rowCount]) }
      if sum.isNaN { return .nan }
      largest = max(largest, sum)
    }
    return largest
  }

  /// Whether no element is NaN or infinite.
  ///
  /// - Complexity: O(*rows* · *columns*).
  public var isFinite: Bool { elements.allSatisfy(\.isFinite) }
}
