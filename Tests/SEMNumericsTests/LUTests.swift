import SEMNumerics
import Testing

@Suite struct LUTests {
  @Test(arguments: orders) func reconstructsWithInterchanges(order: Int) throws {
    let a = Matrix.random(order, order)
    let factored = try LU(a)
    // Growth of the elements under partial pivoting is below 10 for random matrices.
    #expect(factored.reconstruct().distance(to: a) <= 10 * backwardTolerance(order))
  }

  @Test(arguments: [1, 2, 5, 30]) func solvesTransposedSystems(order: Int) throws {
    let a = Matrix.random(order, order)
    let rhs = Matrix.random(order, 2, seed: 4)
    let factored = try LU(a)
    let residual = (a.transposed * factored.solveTransposed(rhs)).distance(to: rhs)
    #expect(residual <= backwardTolerance(order) / factored.reciprocalCondition())
  }

  @Test func determinantOfAPermutation() throws {
    let odd = try LU(Matrix(rows: [[0, 1], [1, 0]]))
    #expect(odd.determinant == -1 && odd.determinantSign == -1 && odd.logAbsoluteDeterminant == 0)
    let even = try LU(Matrix(rows: [[0, 1, 0], [0, 0, 1], [1, 0, 0]]))
    #expect(even.determinant == 1 && even.determinantSign == 1)
    let negative = try LU(.diagonal([2, -3]))
    #expect(negative.determinant == -6 && negative.determinantSign == -1)
  }

  @Test func singularMatricesNameTheirPivot() {
    #expect(throws: FactorizationError.singular(pivot: 0)) { try LU(.diagonal([0])) }
    #expect(throws: FactorizationError.singular(pivot: 1)) { try LU(Matrix(rows: [[1, 2], [2, 4]])) }
    #expect(throws: FactorizationError.singular(pivot: 2)) { try LU(.diagonal([1, 1, 0, 1])) }
  }

  @Test func nearlySingularShowsInTheCondition() throws {
    #expect(try LU(.identity(4)).reciprocalCondition() == 1)
    #expect(try LU(.diagonal([1, 1e-10])).reciprocalCondition() == 1e-10)
    // The inverse overflows.
    #expect(try LU(.diagonal([1, .leastNonzeroMagnitude])).reciprocalCondition() == 0)
    if let factored = try? LU(Matrix(rows: [[1, 2, 3], [4, 5, 6], [7, 8, 9]])) {
      #expect(factored.reciprocalCondition() < 10 * epsilon)
    }
  }

  @Test func emptyMatrix() throws {
    let factored = try LU(Matrix(rowCount: 0, columnCount: 0))
    #expect(factored.determinant == 1 && factored.logAbsoluteDeterminant == 0)
    #expect(factored.reciprocalCondition() == 1 && factored.determinantSign == 1)
  }
}
