/// The duplication matrix *D* of order *p*, the *p*² × *p* (*p* + 1) / 2 matrix of zeros and ones with
/// vec(*S*) = *D* vech(*S*) for every symmetric *S*; never stored.
///
/// vec stacks the columns of a matrix, vech those of its lower triangle (``Matrix/halfVectorization``).
///
/// Source: Magnus & Neudecker (1980), *SIAM Journal on Algebraic and Discrete Methods* 1, 422-449.
public struct DuplicationMatrix: Sendable, Hashable {
  /// The order *p* of the symmetric matrices.
  public let order: Int

  /// Makes the duplication matrix for symmetric matrices of an order.
  public init(order: Int) {
    precondition(order >= 0, "An order is not negative.")
    self.order = order
  }

  /// The number of rows, *p*².
  public var rowCount: Int { order * order }
  /// The number of columns, *p* (*p* + 1) / 2.
  public var columnCount: Int { halfVectorCount(order) }

  /// *D M*: `matrix` has a row per element of vech, the result one per element of vec.
  ///
  /// - Complexity: O(*p*² · *columns*).
  public func multiplied(by matrix: Matrix) -> Matrix {
    precondition(matrix.rowCount == columnCount, "The matrix must have a row per element of vech.")
    var result = Matrix(rowCount: rowCount, columnCount: matrix.columnCount)
    let positions = halfVectorPositions(order: order)
    for column in 0..<matrix.columnCount {
      for (index, (i, j)) in positions.enumerated() {
        let value = matrix.elements[index + column * columnCount]
        result.elements[i + j * order + column * rowCount] = value
        result.elements[j + i * order + column * rowCount] = value
      }
    }
    return result
  }

  /// *Dᵀ M*: `matrix` has a row per element of vec, the result one per element of vech.
  ///
  /// For one column, *Dᵀ* vec(*X*) = vech(*X + Xᵀ* − diag *X*): the chain rule from a matrix to its free elements.
  ///
  /// - Complexity: O(*p*² · *columns*).
  public func transposeMultiplied(by matrix: Matrix) -> Matrix {
    collected(matrix, offDiagonalWeight: 1)
  }

  /// *D⁺ M* with the Moore-Penrose inverse *D⁺* = (*Dᵀ D*)⁻¹ *Dᵀ*; shapes as in ``transposeMultiplied(by:)``.
  ///
  /// For one column, *D⁺* vec(*X*) = vech((*X + Xᵀ*) / 2); so *D⁺* vec(*S*) = vech(*S*) for a symmetric *S*.
  ///
  /// - Complexity: O(*p*² · *columns*).
  public func pseudoInverseMultiplied(by matrix: Matrix) -> Matrix {
    collected(matrix, offDiagonalWeight: 0.5)
  }

  /// *Dᵀ (W ⊗ W) D* for a symmetric *W* of order *p*, without the *p*² × *p*² Kronecker product.
  ///
  /// Element ((*i*, *j*), (*k*, *l*)) is (2 − *δᵢⱼ*) (2 − *δₖₗ*) (*wᵢₖ wⱼₗ + wᵢₗ wⱼₖ*) / 2. With *W = Σ⁻¹*, half of it is the
  /// normal-theory weight matrix of vech(*S*).
  ///
  /// - Complexity: O(*p*⁴) time and storage.
  public func kroneckerSandwich(_ weight: Matrix) -> Matrix {
    pairs(of: weight) { row, column in
      (row.row == row.column ? 1 : 2) * (column.row == column.column ? 0.5 : 1)
    }
  }

  /// *D⁺ (S ⊗ S) D⁺ᵀ* for a symmetric *S* of order *p*, without the Kronecker product.
  ///
  /// Element ((*i*, *j*), (*k*, *l*)) is (*sᵢₖ sⱼₗ + sᵢₗ sⱼₖ*) / 2. With *S = Σ*, twice it is the normal-theory covariance matrix
  /// of √*N* vech(*S*), and it is the inverse of ``kroneckerSandwich(_:)`` of *S⁻¹*.
  ///
  /// - Complexity: O(*p*⁴) time and storage.
  public func inverseKroneckerSandwich(_ matrix: Matrix) -> Matrix { pairs(of: matrix) { _, _ in 0.5 } }

  /// *D* itself, for small orders and for tests.
  ///
  /// - Complexity: O(*p*⁴) time and storage.
  public func dense() -> Matrix { multiplied(by: .identity(columnCount)) }

  private func collected(_ matrix: Matrix, offDiagonalWeight: Double) -> Matrix {
    precondition(matrix.rowCount == rowCount, "The matrix must have a row per element of vec.")
    var result = Matrix(rowCount: columnCount, columnCount: matrix.columnCount)
    let positions = halfVectorPositions(order: order)
    for column in 0..<matrix.columnCount {
      for (index, (i, j)) in positions.enumerated() {
        let lower = matrix.elements[i + j * order + column * rowCount]
        let upper = matrix.elements[j + i * order + column * rowCount]
        result.elements[index + column * columnCount] =
          i == j ? lower : offDiagonalWeight * lower + offDiagonalWeight * upper
      }
    }
    return result
  }

  /// The matrix of weight · (*aᵢₖ aⱼₗ + aᵢₗ aⱼₖ*) over the positions (*i*, *j*) and (*k*, *l*) of vech.
  private func pairs(
    of matrix: Matrix,
    weight: (_ row: (row: Int, column: Int), _ column: (row: Int, column: Int)) -> Double
  ) -> Matrix {
    precondition(matrix.isSquare && matrix.rowCount == order, "The matrix must have the order of D.")
    let positions = halfVectorPositions(order: order)
    var result = Matrix(rowCount: columnCount, columnCount: columnCount)
    let a = matrix.elements
    for (c, (k, l)) in positions.enumerated() {
      for (r, (i, j)) in positions.enumerated() {
        let sum = a[i + k * order] * a[j + l * order] + a[i + l * order] * a[j + k * order]
        result.elements[r + c * columnCount] = weight(positions[r], positions[c]) * sum
      }
    }
    return result
  }
}
