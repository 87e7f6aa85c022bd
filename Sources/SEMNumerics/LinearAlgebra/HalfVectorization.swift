/// The number of elements in the lower triangle of a symmetric matrix, *p* (*p* + 1) / 2.
public func halfVectorCount(_ order: Int) -> Int { order * (order + 1) / 2 }

/// The order *p* of the symmetric matrix whose lower triangle has `count` elements; `nil` if there is none.
public func halfVectorOrder(count: Int) -> Int? {
  guard count >= 0 else { return nil }
  var order = Int((2 * Double(count)).squareRoot())
  while halfVectorCount(order) > count { order -= 1 }
  while halfVectorCount(order) < count { order += 1 }
  return halfVectorCount(order) == count ? order : nil
}

/// The place of element (*row*, *column*) of a symmetric matrix in its half-vectorization.
///
/// The two halves are one: (*i*, *j*) and (*j*, *i*) have the same place. Rows, columns and places count from 0.
/// The formula for *i* ≥ *j* is *j p* − *j* (*j* − 1) / 2 + *i* − *j*.
///
/// - Complexity: O(1).
public func halfVectorIndex(row: Int, column: Int, order: Int) -> Int {
  let (j, i) = (min(row, column), max(row, column))
  precondition(j >= 0 && i < order, "Outside the matrix.")
  return j * order - j * (j - 1) / 2 + i - j
}

/// The (*row*, *column*) of each element of the half-vectorization, in its order; *row* ≥ *column*.
///
/// For order 3: (0,0) (1,0) (2,0) (1,1) (2,1) (2,2).
///
/// - Complexity: O(*p*²).
public func halfVectorPositions(order: Int) -> [(row: Int, column: Int)] {
  (0..<order).flatMap { j in (j..<order).map { (row: $0, column: j) } }
}

extension Matrix {
  /// The lower triangle of a square matrix with its diagonal, column by column: vech(*A*).
  ///
  /// The upper triangle is not read. For order 3: *a₀₀ a₁₀ a₂₀ a₁₁ a₂₁ a₂₂*.
  ///
  /// - Complexity: O(*p*²).
  public var halfVectorization: [Double] {
    precondition(isSquare, "Only a square matrix has a half-vectorization.")
    var result: [Double] = []
    result.reserveCapacity(halfVectorCount(rowCount))
    for j in 0..<columnCount { result += elements[(j + j * rowCount)..<((j + 1) * rowCount)] }
    return result
  }

  /// The symmetric matrix with the given half-vectorization: the inverse of ``halfVectorization``.
  ///
  /// - Parameter halfVector: *p* (*p* + 1) / 2 elements of the lower triangle, column by column.
  /// - Complexity: O(*p*²).
  public init(halfVector: [Double]) {
    guard let order = halfVectorOrder(count: halfVector.count) else {
      preconditionFailure("A half-vectorization has 0, 1, 3, 6, 10, ... elements.")
    }
    self.init(rowCount: order, columnCount: order)
    for ((i, j), value) in zip(halfVectorPositions(order: order), halfVector) {
      elements[i + j * order] = value
      elements[j + i * order] = value
    }
  }
}
