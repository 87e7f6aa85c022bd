/// A dense matrix of `Double`, stored column by column as LAPACK does.
///
/// Element (*i*, *j*) stands at `elements[i + j * rowCount]`; rows and columns count from 0.
public struct Matrix: Sendable, Hashable {
  /// The number of rows.
  public let rowCount: Int
  /// The number of columns.
  public let columnCount: Int
  /// The elements, column by column.
  public var elements: [Double]

  /// Makes a matrix whose elements all have one value.
  public init(rowCount: Int, columnCount: Int, repeating value: Double = 0) {
    precondition(rowCount >= 0 && columnCount >= 0, "A matrix has no negative shape.")
    self.rowCount = rowCount
    self.columnCount = columnCount
    elements = [Double](repeating: value, count: rowCount * columnCount)
  }

  /// Makes a matrix from its elements, column by column.
  public init(rowCount: Int, columnCount: Int, columnMajor elements: [Double]) {
    precondition(elements.count == rowCount * columnCount, "The elements must fill the shape.")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
  }

  /// Makes a matrix from its rows, which must have one length.
  public init(rows: [[Double]]) {
    let columnCount = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columnCount }, "The rows must have one length.")
    self.init(rowCount: rows.count, columnCount: columnCount)
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() { self[i, j] = value }
    }
  }

  /// The identity matrix.
  public static func identity(_ order: Int) -> Matrix {
    var result = Matrix(rowCount: order, columnCount: order)
    for i in 0..<order { result[i, i] = 1 }
    return result
  }

  /// The square matrix with the given diagonal and zeros elsewhere.
  public static func diagonal(_ values: [Double]) -> Matrix {
    var result = Matrix(rowCount: values.count, columnCount: values.count)
    for (i, value) in values.enumerated() { result[i, i] = value }
    return result
  }

  /// The element in a row and a column.
  @inlinable
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount, "Outside the matrix.")
      return elements[row + column * rowCount]
    }
    set {
      precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount, "Outside the matrix.")
      elements[row + column * rowCount] = newValue
    }
  }

  /// Whether the matrix has as many rows as columns.
  public var isSquare: Bool { rowCount == columnCount }

  /// The diagonal, from the upper left.
  public var diagonal: [Double] {
    (0..<Swift.min(rowCount, columnCount)).map { self[$0, $0] }
  }

  /// The transpose, as a copy.
  public var transposed: Matrix {
    var result = Matrix(rowCount: columnCount, columnCount: rowCount)
    for j in 0..<columnCount {
      for i in 0..<rowCount { result[j, i] = self[i, j] }
    }
    return result
  }

  /// One row, as a copy.
  public func row(_ index: Int) -> [Double] { (0..<columnCount).map { self[index, $0] } }

  /// One column, as a copy.
  public func column(_ index: Int) -> [Double] {
    Array(elements[(index * rowCount)..<((index + 1) * rowCount)])
  }

  /// The matrix of the given rows and columns, in the given order.
  public func submatrix(rows: [Int], columns: [Int]) -> Matrix {
    var result = Matrix(rowCount: rows.count, columnCount: columns.count)
    for (j, column) in columns.enumerated() {
      for (i, row) in rows.enumerated() { result[i, j] = self[row, column] }
    }
    return result
  }
}
