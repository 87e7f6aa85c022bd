import SEMNumerics
import Testing

/// Sums of fewer than ten products of numbers below 100.
private let smallSums = 1e4 * epsilon

@Suite struct DuplicationMatrixTests {
  @Test(arguments: [0, 1, 2, 5]) func definitionHolds(order: Int) {
    let duplication = DuplicationMatrix(order: order)
    let dense = duplication.dense()
    #expect(dense.rowCount == duplication.rowCount && dense.columnCount == duplication.columnCount)
    let s = Matrix.randomSymmetric(order)
    #expect(dense.multiplied(by: s.halfVectorization) == s.elements)
  }

  @Test(arguments: [0, 1, 2, 5]) func productsAgreeWithTheDenseMatrix(order: Int) throws {
    let duplication = DuplicationMatrix(order: order)
    let d = duplication.dense()
    let (half, full) = (Matrix.random(d.columnCount, 3), Matrix.random(d.rowCount, 3))
    #expect(duplication.multiplied(by: half) == d * half)
    #expect(duplication.transposeMultiplied(by: full).distance(to: d.transposed * full) <= smallSums)
    let pseudoInverse = try Cholesky(d.crossProduct()).inverse() * d.transposed
    #expect(duplication.pseudoInverseMultiplied(by: full).distance(to: pseudoInverse * full) <= smallSums)
    #expect(duplication.pseudoInverseMultiplied(by: duplication.multiplied(by: half)) == half)
  }

  @Test(arguments: [0, 1, 2, 4]) func sandwichesAgreeWithTheKroneckerProduct(order: Int) throws {
    let duplication = DuplicationMatrix(order: order)
    let d = duplication.dense()
    let sigma = Matrix.randomPositiveDefinite(order)
    let inverse = try Cholesky(sigma).inverse()
    let weight = duplication.kroneckerSandwich(inverse)
    #expect(weight.distance(to: d.transposed * inverse.kronecker(inverse) * d) <= smallSums)
    #expect(weight.isSymmetric(tolerance: smallSums))
    let covariance = duplication.inverseKroneckerSandwich(sigma)
    let pseudoInverse = duplication.pseudoInverseMultiplied(by: .identity(d.rowCount))
    #expect(covariance.distance(to: pseudoInverse.sandwiching(sigma.kronecker(sigma))) <= smallSums)
    #expect((weight * covariance).distance(to: .identity(d.columnCount)) <= smallSums)
  }
}
