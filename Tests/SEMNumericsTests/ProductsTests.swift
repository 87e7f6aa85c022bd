import SEMNumerics
import Testing

/// A sum of *k* products of standard normal numbers errs by at most *k ε* times the sum of absolute products, which
/// stays below 3 *k* for these sizes.
private func productTolerance(depth: Int) -> Double { Double(depth * 3 * max(1, depth)) * epsilon }

@Suite struct ProductsTests {
  @Test(arguments: [
    (0, 0, 0), (3, 0, 2), (1, 1, 1), (8, 8, 8), (9, 3, 2), (2, 40, 3), (30, 31, 32), (0, 5, 20),
  ])
  func productIsTheSumOfProducts(m: Int, k: Int, n: Int) {
    let (a, b) = (Matrix.random(m, k), Matrix.random(k, n, seed: 9))
    #expect((a * b).distance(to: a.naiveProduct(b)) <= productTolerance(depth: k))
    #expect(a.transposed.crossProduct(with: b).distance(to: a.naiveProduct(b)) <= productTolerance(depth: k))
  }

  @Test(arguments: [(0, 0), (0, 3), (3, 0), (1, 1), (8, 4), (9, 4), (100, 20), (3, 30)])
  func crossProductIsSymmetricAndRight(m: Int, n: Int) {
    let a = Matrix.random(m, n)
    let product = a.crossProduct()
    #expect(product.isSymmetric())
    #expect(product.distance(to: a.transposed.naiveProduct(a)) <= productTolerance(depth: m))
  }

  @Test(arguments: [3, 20]) func notANumberSpreadsInBothPaths(n: Int) {
    var a = Matrix.identity(n)
    a[0, 0] = .nan
    let zero = Matrix(rowCount: n, columnCount: n)
    #expect((zero * a)[n - 1, 0].isNaN)
    #expect((a * zero)[0, n - 1].isNaN)
    #expect(a.crossProduct()[0, 0].isNaN)
  }

  @Test func sumsScalarsAndSigns() {
    let a = Matrix(rows: [[1, 2], [3, 4]])
    #expect(a + a == 2 * a)
    #expect(a - a == Matrix(rowCount: 2, columnCount: 2))
    #expect(a * 2 == 2 * a)
    #expect(-a == -1 * a)
    #expect((2 * a) / 2 == a)
    var b = a
    b += a
    b -= a
    b *= 3
    #expect(b == Matrix(rows: [[3, 6], [9, 12]]))
  }

  @Test(arguments: [1, 5, 30]) func vectorProductsAgreeWithMatrixProducts(n: Int) {
    let a = Matrix.random(n, n + 1)
    let (x, y) = (Matrix.random(n + 1, 1), Matrix.random(n, 1))
    #expect(distance(a.multiplied(by: x.elements), (a * x).elements) <= productTolerance(depth: n + 1))
    #expect(
      distance(a.transposeMultiplied(by: y.elements), (a.transposed * y).elements)
        <= productTolerance(depth: n))
  }

  @Test(arguments: [(1, 1), (4, 6), (25, 20), (0, 3), (3, 0)])
  func sandwichIsSymmetricAndRight(m: Int, n: Int) {
    let (a, middle) = (Matrix.random(m, n), Matrix.randomSymmetric(n))
    let product = a.sandwiching(middle)
    #expect(product.isSymmetric())
    let witness = a.naiveProduct(middle).naiveProduct(a.transposed)
    #expect(product.distance(to: witness) <= productTolerance(depth: n * n))
  }

  @Test func formsAndTraces() {
    let (a, b) = (Matrix.random(4, 6), Matrix.random(6, 4))
    #expect(abs(a.traceOfProduct(with: b) - (a * b).trace) <= productTolerance(depth: 24))
    let s = Matrix(rows: [[2, 1], [1, 3]])
    #expect(s.quadraticForm([1, 2]) == 18)
    #expect(s.trace == 5)
    #expect(Matrix(rowCount: 0, columnCount: 0).trace == 0)
  }

  @Test func symmetryIsRelativeToTheLargestElement() {
    var a = Matrix(rows: [[1000, 1], [1, 1000]])
    #expect(a.isSymmetric())
    a[0, 1] = 1 + 1e-8
    #expect(!a.isSymmetric())
    #expect(a.isSymmetric(tolerance: 1e-10))
    #expect(!a.isSymmetric(tolerance: 1e-12))
    #expect(a.symmetrized().isSymmetric())
    a[1, 1] = .nan
    #expect(!a.isSymmetric(tolerance: 1))
    #expect(!Matrix(rowCount: 1, columnCount: 2).isSymmetric())
    let huge = Matrix(rowCount: 2, columnCount: 2, repeating: .greatestFiniteMagnitude)
    #expect(huge.symmetrized() == huge)
  }

  @Test func normsDoNotOverflowOrHideNotANumber() {
    let a = Matrix(rows: [[3e200, 0], [0, -4e200]])
    #expect(abs(a.frobeniusNorm / 5e200 - 1) <= 2 * epsilon)
    #expect(a.maximumAbsolute == 4e200)
    #expect(abs((1e-200 * a).frobeniusNorm - 5) <= 8 * epsilon)
    #expect(Matrix(rows: [[1, -2], [3, 4]]).largestColumnSum == 6)
    for shape in [(0, 0), (0, 2)] {
      let empty = Matrix(rowCount: shape.0, columnCount: shape.1)
      #expect(empty.frobeniusNorm == 0 && empty.maximumAbsolute == 0 && empty.largestColumnSum == 0)
    }
    var hostile = Matrix.identity(3)
    hostile[2, 0] = .nan
    #expect(hostile.frobeniusNorm.isNaN && hostile.maximumAbsolute.isNaN && hostile.largestColumnSum.isNaN)
    #expect(!hostile.isFinite)
    hostile[2, 0] = -.infinity
    #expect(hostile.frobeniusNorm == .infinity)
  }

  @Test func wrongShapesStop() async {
    await #expect(processExitsWith: .failure) { _ = Matrix.identity(2) * Matrix.identity(3) }
    await #expect(processExitsWith: .failure) { _ = Matrix.identity(2) + Matrix.identity(3) }
    await #expect(processExitsWith: .failure) { _ = Matrix.identity(2).multiplied(by: [1]) }
  }
}
