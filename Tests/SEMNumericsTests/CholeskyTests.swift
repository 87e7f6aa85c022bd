import SEMNumerics
import Testing

@Suite struct CholeskyTests {
  @Test func factorsByHand() throws {
    let factored = try Cholesky(Matrix(rows: [[4, 2], [2, 5]]))
    #expect(factored.lower == Matrix(rows: [[2, 0], [1, 2]]))
    #expect(factored.determinant == 16)
    // 1 − R² of the second variable: 4 of 5.
    #expect(abs(factored.smallestPivotRatio - 0.8) <= epsilon)
  }

  @Test(arguments: orders) func factorIsLowerTriangular(order: Int) throws {
    let lower = try Cholesky(.randomPositiveDefinite(order)).lower
    for j in 0..<order {
      #expect(lower[j, j] > 0)
      for i in 0..<j { #expect(lower[i, j] == 0) }
    }
  }

  @Test func readsOnlyTheLowerTriangle() throws {
    var a = Matrix.randomPositiveDefinite(6)
    let factored = try Cholesky(a)
    for j in 0..<6 { for i in 0..<j { a[i, j] = .nan } }
    #expect(try Cholesky(a).lower == factored.lower)
  }

  @Test(arguments: 1...5, [0.0, -1]) func reportsTheFirstBadLeadingMinor(minor: Int, value: Double) {
    var diagonal = [Double](repeating: 1, count: 6)
    diagonal[minor - 1] = value
    diagonal[5] = -1
    #expect(throws: FactorizationError.notPositiveDefinite(leadingMinor: minor)) {
      try Cholesky(.diagonal(diagonal))
    }
  }

  @Test(arguments: [0.0, -2]) func oneByOne(value: Double) {
    #expect(throws: FactorizationError.notPositiveDefinite(leadingMinor: 1)) {
      try Cholesky(.diagonal([value]))
    }
  }

  @Test(arguments: [1, 2, 20]) func zeroMatrixFailsAtOnce(order: Int) {
    #expect(throws: FactorizationError.notPositiveDefinite(leadingMinor: 1)) {
      try Cholesky(Matrix(rowCount: order, columnCount: order))
    }
  }

  /// A covariance matrix with a variable that is the sum of two others passes or fails by rounding; the ratio tells.
  @Test func collinearVariablesShowInThePivotRatio() throws {
    let map = Matrix(rows: [[1, 0], [0, 1], [1, 1]])
    let a = map.sandwiching(.randomPositiveDefinite(2))
    #expect(try Cholesky(a + 1e-6 * .identity(3)).smallestPivotRatio < 1e-5)
    #expect(try Cholesky(.randomPositiveDefinite(3)).smallestPivotRatio > 0.1)
    if let factored = try? Cholesky(a) { #expect(factored.smallestPivotRatio <= 3 * epsilon) }
  }

  @Test(arguments: [1, 5, 30]) func lowerSolveWhitens(order: Int) throws {
    let factored = try Cholesky(.randomPositiveDefinite(order))
    let rhs = Matrix.random(order, 2)
    let solution = factored.solveLower(rhs)
    #expect((factored.lower * solution).distance(to: rhs) <= 20 * backwardTolerance(order))
  }

  @Test func logDeterminantSurvivesOverflow() throws {
    let factored = try Cholesky(1e300 * .identity(10))
    #expect(factored.determinant == .infinity)
    #expect(abs(factored.logDeterminant / 6907.755278982137 - 1) <= 10 * epsilon)
  }

  @Test func inverseIsExactlySymmetric() throws {
    #expect(try Cholesky(.randomPositiveDefinite(30)).inverse().isSymmetric())
  }

  @Test func emptyMatrix() throws {
    let factored = try Cholesky(Matrix(rowCount: 0, columnCount: 0))
    #expect(factored.determinant == 1 && factored.logDeterminant == 0 && factored.smallestPivotRatio == 1)
  }
}
