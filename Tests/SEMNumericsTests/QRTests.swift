import SEMNumerics
import Testing

@Suite struct QRTests {
  static let shapes = [(1, 1), (5, 5), (7, 3), (3, 7), (60, 20), (20, 60), (0, 0), (0, 4), (4, 0)]

  /// A random matrix of a given rank.
  static func deficient(_ m: Int, _ n: Int, rank: Int) -> Matrix {
    Matrix.random(m, rank, seed: 5) * Matrix.random(rank, n, seed: 6)
  }

  @Test(arguments: shapes) func reconstructsAnyShape(m: Int, n: Int) throws {
    let a = Matrix.random(m, n)
    let factored = try QR(a)
    let tolerance = 10 * backwardTolerance(max(m, n))
    #expect(factored.rank == min(m, n))
    #expect(factored.reconstruct().distance(to: a) <= tolerance)
    let (q, r) = (factored.orthogonalFactor(), factored.triangularFactor)
    #expect(q.crossProduct().distance(to: .identity(min(m, n))) <= tolerance)
    let permuted = a.submatrix(rows: Array(0..<m), columns: factored.permutation)
    #expect((q * r).distance(to: permuted) <= tolerance)
    let full = factored.orthogonalFactor(columns: m)
    #expect(full.crossProduct().distance(to: .identity(m)) <= tolerance)
  }

  @Test(arguments: [
    (6, 4, 2), (4, 6, 2), (30, 30, 29), (5, 5, 0), (8, 3, 3), (3, 8, 3), (1, 1, 0), (50, 20, 7),
  ])
  func rankAndNullSpaces(m: Int, n: Int, rank: Int) throws {
    let a = Self.deficient(m, n, rank: rank)
    let factored = try QR(a)
    #expect(factored.rank == rank)
    // Products of the factors reach n; the bases are as accurate as the leading block is well-conditioned.
    let tolerance = 1000 * backwardTolerance(max(m, n))

    let right = factored.nullSpace()
    #expect(right.rowCount == n && right.columnCount == n - rank)
    #expect((a * right).maximumAbsolute <= tolerance)
    #expect(right.crossProduct().distance(to: .identity(n - rank)) <= tolerance)

    let left = factored.leftNullSpace()
    #expect(left.rowCount == m && left.columnCount == m - rank)
    #expect((a.transposed * left).maximumAbsolute <= tolerance)
    #expect(left.crossProduct().distance(to: .identity(m - rank)) <= tolerance)
  }

  @Test func rankFollowsTheTolerance() throws {
    let factored = try QR(.diagonal([1, 1e-8, 1e-20]))
    #expect(factored.rank == 2)
    #expect(factored.rank(tolerance: 1e-6) == 1)
    #expect(factored.rank(tolerance: 0) == 3)
    #expect(factored.nullSpace(tolerance: 1e-6).columnCount == 2)
  }

  @Test(arguments: [(10, 3), (50, 20)]) func leastSquaresResidualsAreOrthogonal(m: Int, n: Int) throws {
    let (a, b) = (Matrix.random(m, n), Matrix.random(m, 1, seed: 7))
    let residual = b - a * (try QR(a).solve(b))
    #expect(a.crossProduct(with: residual).maximumAbsolute <= 100 * backwardTolerance(m))
  }

  @Test func dependentColumnsGiveABasicSolution() throws {
    // The third column is the sum of the others.
    let a = Matrix(rows: [[1, 0, 1], [0, 1, 1], [1, 1, 2], [2, 0, 2]])
    let factored = try QR(a)
    #expect(factored.rank == 2)
    let x = factored.solve(a.multiplied(by: [1, 2, 3]))
    #expect(x.count { $0 == 0 } == 1)
    #expect(distance(a.multiplied(by: x), a.multiplied(by: [1, 2, 3])) <= 10 * backwardTolerance(4))
    #expect(try QR(Matrix(rowCount: 2, columnCount: 3)).solve([1, 1]) == [0, 0, 0])
  }

  @Test func singularMatrixHasNoInverse() throws {
    let factored = try QR(Self.deficient(5, 5, rank: 3))
    #expect(throws: FactorizationError.singular(pivot: 3)) { try factored.inverse() }
  }

  @Test(arguments: [1, 2, 3, 4, 7, 20], [UInt64(1), 2, 3]) func determinantHasItsSign(
    order: Int, seed: UInt64
  ) throws {
    let a = Matrix.random(order, order, seed: seed)
    let (qr, lu) = (try QR(a), try LU(a))
    #expect(abs(qr.determinant / lu.determinant - 1) <= backwardTolerance(order) / lu.reciprocalCondition())
  }

  @Test func emptyMatrix() throws {
    #expect(try QR(Matrix(rowCount: 0, columnCount: 0)).determinant == 1)
    // Without rows every x solves A x = 0, and each y of Aᵀ y = 0 is free without columns.
    #expect(try QR(Matrix(rowCount: 0, columnCount: 3)).nullSpace().columnCount == 3)
    #expect(try QR(Matrix(rowCount: 3, columnCount: 0)).leftNullSpace().columnCount == 3)
  }
}
