import SEMNumerics
import Testing

/// Loops for small matrices against what they compute, on both sides of the order at which LAPACK and BLAS take over.
@Suite struct SmallMatrixTests {
  static let orders = [1, 2, 3, 8, 15, Kernels.smallOrder, Kernels.smallOrder + 1, 20]
  /// Sums of some hundred products of numbers of size 1.
  static let rounding = 1e-13

  @Test(arguments: orders, [1, 4, 7, 301])
  func crossProducts(columns n: Int, rows: Int) {
    let stride = rows + 3
    let a = Matrix.random(stride, n)
    var sums = [Double](repeating: 0.25, count: n * n)
    Kernels.addCrossProducts(a.elements, rows: rows, stride: stride, columns: n, into: &sums)
    for j in 0..<n {
      for i in 0..<n {
        var expected = 0.25
        if i >= j { for r in 0..<rows { expected += a[r, i] * a[r, j] } }
        #expect(abs(sums[i + j * n] - expected) <= Self.rounding * Double(rows))
      }
    }
  }

  /// Rows, depth and columns that differ, so that no stride can stand for another.
  @Test(arguments: [(2, 3, 4), (9, 5, 7), (16, 15, 14), (17, 3, 2)])
  func productsInAllDirections(_ m: Int, _ k: Int, _ n: Int) {
    let (a, b) = (Matrix.random(m, k), Matrix.random(k, n, seed: 8))
    var expected = Matrix(rowCount: m, columnCount: n)
    for j in 0..<n { for i in 0..<m { for l in 0..<k { expected[i, j] += a[i, l] * b[l, j] } } }
    #expect((a * b).distance(to: expected) <= Self.rounding)
    #expect(a.transposed.crossProduct(with: b).distance(to: expected) <= Self.rounding)
    let middle = Matrix.randomSymmetric(k)
    #expect(a.sandwiching(middle).distance(to: a * middle * a.transposed) <= Self.rounding)
  }

  @Test(arguments: orders)
  func triangles(order n: Int) throws {
    let factor = try Cholesky(Matrix.randomPositiveDefinite(n))
    let b = Matrix.random(n, 2)
    #expect((factor.lower * factor.solveLower(b)).distance(to: b) <= 1e-11)
  }

  /// Pivots that change places, and rows that are exchanged, seen from both sides.
  @Test(arguments: orders)
  func generalSystems(order n: Int) throws {
    var a = Matrix.random(n, n, seed: 4)
    for i in 0..<n { a[i, n - 1 - i] += Double(n) }
    let lu = try LU(a)
    let x = Matrix.random(n, 3, seed: 5)
    #expect(lu.solve(a * x).distance(to: x) <= 1e-12)
    #expect(lu.solveTransposed(a.transposed * x).distance(to: x) <= 1e-12)
    #expect((a * lu.inverse()).distance(to: .identity(n)) <= 1e-12)
    #expect(lu.reconstruct().distance(to: a) <= 1e-12)
  }

  /// Jacobi's rotations and LAPACK's tridiagonal form: the same eigenvalues of a matrix and of one bordered by zeros.
  @Test(arguments: 1...Kernels.smallOrder)
  func eigenvaluesAreThoseOfLAPACK(order n: Int) throws {
    let a = Matrix.randomSymmetric(n)
    let large = 40
    var bordered = Matrix(rowCount: large, columnCount: large)
    for j in 0..<large {
      for i in 0..<large where i < n || j < n { bordered[i, j] = i < n && j < n ? a[i, j] : 0 }
      if j >= n { bordered[j, j] = 1000 + Double(j) }
    }
    let small = try SymmetricEigen(a)
    let expected = try SymmetricEigen(bordered).values.prefix(n)
    for (value, other) in zip(small.values, expected) { #expect(abs(value - other) <= 1e-11) }
    #expect(small.vectors.crossProduct().distance(to: .identity(n)) <= Self.rounding)
    #expect(small.reconstruct().distance(to: a) <= 1e-12 * max(1, a.maximumAbsolute))
  }

  /// Elements near both ends of the range neither overflow nor vanish.
  @Test(arguments: [1e-300, 1e-160, 1e160, 1e300])
  func eigenvaluesScale(_ unit: Double) throws {
    let a = Matrix(rows: [[2, 1, 0], [1, 2, 0], [0, 0, 5]])
    let values = try SymmetricEigen(unit * a).values
    for (value, expected) in zip(values, [1.0, 3, 5]) { #expect(abs(value / unit - expected) <= 1e-14) }
  }
}
