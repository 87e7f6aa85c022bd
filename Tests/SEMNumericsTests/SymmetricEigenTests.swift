import SEMNumerics
import Testing

@Suite struct SymmetricEigenTests {
  @Test(arguments: orders) func definitionHolds(order: Int) throws {
    let a = Matrix.randomSymmetric(order)
    let eigen = try SymmetricEigen(a)
    let tolerance = 10 * backwardTolerance(order)
    #expect(eigen.values == eigen.values.sorted())
    #expect((a * eigen.vectors).distance(to: eigen.vectors * .diagonal(eigen.values)) <= tolerance)
    #expect(eigen.vectors.crossProduct().distance(to: .identity(order)) <= tolerance)
    #expect(eigen.reconstruct().distance(to: a) <= tolerance)
    #expect(abs(eigen.values.reduce(0, +) - a.trace) <= tolerance)
  }

  @Test func knownValues() throws {
    let eigen = try SymmetricEigen(Matrix(rows: [[2, 1], [1, 2]]))
    #expect(distance(eigen.values, [1, 3]) <= 4 * epsilon)
    #expect(abs(eigen.determinant - 3) <= 12 * epsilon)
    let half = 0.5.squareRoot()
    #expect(eigen.vectors.distance(to: Matrix(rows: [[half, half], [-half, half]])) <= 4 * epsilon)
  }

  @Test func readsOnlyTheLowerTriangle() throws {
    var a = Matrix.randomSymmetric(6)
    let values = try SymmetricEigen(a).values
    for j in 0..<6 { for i in 0..<j { a[i, j] = .nan } }
    #expect(try SymmetricEigen(a).values == values)
  }

  /// The four conditions of Penrose.
  @Test(arguments: [(1, 0), (4, 2), (6, 6), (30, 12)]) func pseudoInverse(order: Int, rank: Int) throws {
    let a = Matrix.random(order, rank).sandwiching(.randomPositiveDefinite(rank))
    let eigen = try SymmetricEigen(a)
    #expect(eigen.rank() == rank)
    let inverse = eigen.pseudoInverse()
    // Elements of a and of its inverse reach about 100 here.
    let tolerance = 1e4 * backwardTolerance(order)
    #expect((a * inverse * a).distance(to: a) <= tolerance)
    #expect((inverse * a * inverse).distance(to: inverse) <= tolerance)
    #expect((a * inverse).isSymmetric(tolerance: tolerance))
    #expect((inverse * a).isSymmetric(tolerance: tolerance))
  }

  @Test(arguments: [1, 3, 25]) func squareRootSquares(order: Int) throws {
    let a = Matrix.randomPositiveDefinite(order)
    let root = try SymmetricEigen(a).squareRoot()
    #expect(root.isSymmetric())
    #expect((root * root).distance(to: a) <= 20 * backwardTolerance(order))
  }

  @Test func squareRootOfSemidefiniteAndIndefinite() throws {
    let semidefinite = Matrix.random(6, 2).sandwiching(.identity(2))
    let root = try SymmetricEigen(semidefinite).squareRoot()
    #expect((root * root).distance(to: semidefinite) <= 100 * backwardTolerance(6))
    #expect(throws: FactorizationError.notPositiveDefinite(leadingMinor: 2)) {
      try SymmetricEigen(.diagonal([1, -1])).squareRoot()
    }
  }

  @Test func singularMatrixHasNoInverse() throws {
    let eigen = try SymmetricEigen(.diagonal([3, -2, 0]))
    #expect(eigen.values == [-2, 0, 3])
    #expect(throws: FactorizationError.singular(pivot: 1)) { try eigen.inverse() }
    #expect(throws: FactorizationError.singular(pivot: 1)) { try eigen.solve([1, 2, 3]) }
    #expect(eigen.logAbsoluteDeterminant == -.infinity && eigen.determinant == 0)
    #expect(throws: FactorizationError.singular(pivot: 0)) { try SymmetricEigen(.diagonal([0])).inverse() }
  }

  @Test func repeatedEigenvalues() throws {
    let eigen = try SymmetricEigen(.identity(20))
    #expect(eigen.values == [Double](repeating: 1, count: 20))
    #expect(eigen.vectors.crossProduct().distance(to: .identity(20)) <= backwardTolerance(20))
  }

  @Test(arguments: [1, 4, 33]) func signsAreFixed(order: Int) throws {
    let (plus, minus) = (
      try SymmetricEigen(.randomSymmetric(order)), try SymmetricEigen(-Matrix.randomSymmetric(order))
    )
    for j in 0..<order {
      let column = plus.vectors.column(j)
      let largest = column.map(abs).max() ?? 0
      #expect((column.first { 2 * abs($0) >= largest } ?? 0) > 0)
      // −A has the same vectors in the opposite order.
      #expect(distance(column, minus.vectors.column(order - 1 - j)) <= 1e4 * backwardTolerance(order))
    }
  }
}
