import SEMNumerics
import Testing

@Suite struct SymmetricEigenvaluesTests {
  /// Rounding of order n ε, relative to the largest eigenvalue.
  private let tolerance = 1e-13

  private func eigenvalues(_ matrix: Matrix) -> [Double]? {
    let n = matrix.rowCount
    let copy = NumberBuffer(matrix.elements)
    let values = NumberBuffer([Double](repeating: .nan, count: n))
    let work = NumberBuffer([Double](repeating: .nan, count: 3 * n))
    guard SymmetricEigen.eigenvalues(copy.pointer, order: n, into: values.pointer, work: work.pointer) else {
      return nil
    }
    return values.array
  }

  @Test(arguments: [1, 2, 3, 8, 33, 60]) func asLAPACK(_ order: Int) throws {
    var stream = RandomStream(seed: UInt64(order))
    var matrix = Matrix(rowCount: order, columnCount: order)
    stream.fillNormal(&matrix.elements)
    matrix = matrix.symmetrized()
    let expected = try Array(SymmetricEigen(matrix).values.reversed())
    let values = try #require(eigenvalues(matrix))
    let scale = expected.reduce(0) { max($0, abs($1)) }
    for (value, other) in zip(values, expected) {
      #expect(abs(value - other) <= tolerance * Double(order) * scale)
    }
  }

  @Test func specialMatrices() throws {
    #expect(eigenvalues(.diagonal([3, -1, 2])) == [3, 2, -1])
    #expect(eigenvalues(Matrix(rowCount: 4, columnCount: 4)) == [0, 0, 0, 0])
    let ones = try #require(eigenvalues(Matrix(rowCount: 5, columnCount: 5, repeating: 1)))
    #expect(abs(ones[0] - 5) < tolerance * 5 && ones.dropFirst().allSatisfy { abs($0) < tolerance * 5 })
    #expect(eigenvalues(Matrix(rows: [[1, .nan], [.nan, 1]])) == nil)
    #expect(eigenvalues(Matrix(rowCount: 0, columnCount: 0)) == [])
  }
}
