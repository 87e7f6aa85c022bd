import SEMNumerics
import Testing

/// The kernels against the matrix types, on both sides of the order at which BLAS takes over.
@Suite struct KernelsTests {
  /// All remainders of blocks of 4, 8 and 16, and past the order at which BLAS forms products.
  static let orders = Array(0...33) + [64, 79, 80, 81, 159, 160, 161]
  /// The same, past the order at which LAPACK factors and inverts.
  static let factorOrders = orders + [319, 320, 321]

  /// Rounding of n operations on well-conditioned matrices.
  static func tolerance(_ order: Int) -> Double { 40 * Double(max(order, 1)) * epsilon }

  /// A matrix whose strict upper triangle is NaN: nothing may read it.
  private func lowerOnly(_ matrix: Matrix) -> NumberBuffer {
    let buffer = NumberBuffer(matrix.elements)
    let n = matrix.rowCount
    for j in 0..<n { for i in 0..<j { buffer[i + j * n] = .nan } }
    return buffer
  }

  @Test func bothSidesAreCovered() {
    for (orders, crossover) in [(Self.orders, Kernels.blasOrder), (Self.factorOrders, Kernels.factorOrder)] {
      #expect(Set(orders).isSuperset(of: [crossover - 1, crossover, crossover + 1]))
    }
  }

  @Test(arguments: factorOrders)
  func choleskyIsThatOfMatrices(n: Int) throws {
    let matrix = Matrix.randomPositiveDefinite(n)
    let factor = try Cholesky(matrix)
    let buffer = lowerOnly(matrix)
    #expect(Kernels.choleskyInPlace(buffer.pointer, order: n))
    for j in 0..<n {
      for i in j..<n { #expect(abs(buffer[i + j * n] - factor.lower[i, j]) <= Self.tolerance(n)) }
      for i in 0..<j { #expect(buffer[i + j * n].isNaN, "the upper triangle is not written") }
    }
    let determinant = Kernels.logDeterminant(factor: buffer.pointer, order: n)
    #expect(abs(determinant - factor.logDeterminant) <= Self.tolerance(n) * max(1, abs(determinant)))

    let right = NumberBuffer((0..<n).map { Double($0) - 2.5 })
    let solution = factor.solve(right.array)
    Kernels.solve(factor: buffer.pointer, order: n, right.pointer)
    #expect(distance(right.array, solution) <= Self.tolerance(n) * max(1, Double(n)))

    Kernels.invertFactorInPlace(buffer.pointer, order: n)
    let inverse = buffer.matrix(rowCount: n, columnCount: n)
    #expect(inverse.distance(to: factor.inverse()) <= Self.tolerance(n))
    #expect((inverse * matrix).distance(to: .identity(n)) <= Self.tolerance(n))
    #expect(inverse.isSymmetric())
  }

  /// Products of many small or large pivots leave the range of doubles, their logarithm does not.
  @Test(arguments: [1e-300, 1e-120, 1e120, 1e300], [3, 20, 40])
  func logDeterminantSurvivesExtremes(pivot: Double, n: Int) throws {
    let factor = NumberBuffer(Matrix.diagonal([Double](repeating: pivot, count: n)).elements)
    let expected =
      try Cholesky(.diagonal([1e150])).logDeterminant / 150 * Double(pivot.exponent10) * 2 * Double(n)
    let value = Kernels.logDeterminant(factor: factor.pointer, order: n)
    #expect(abs(value - expected) <= 1e-12 * abs(expected))
  }

  @Test(arguments: factorOrders)
  func choleskyRefusesWhatIsNotPositiveDefinite(n: Int) {
    guard n > 0 else { return }
    for place in [0, n / 2, n - 1] {
      for value in [-1, 0] + notFinite {
        var matrix = Matrix.randomPositiveDefinite(n)
        matrix[place, place] = value
        let buffer = NumberBuffer(matrix.elements)
        let isPositive = Kernels.choleskyInPlace(buffer.pointer, order: n)
        #expect(!isPositive || value == .infinity, "\(value) at \(place)")
        if isPositive {
          // An infinite pivot may pass LAPACK; what follows from it must not look like a finite answer.
          #expect(!Kernels.logDeterminant(factor: buffer.pointer, order: n).isFinite)
        }
      }
    }
    for value in notFinite where n > 1 {
      var matrix = Matrix.randomPositiveDefinite(n)
      matrix[n - 1, 0] = value
      let buffer = NumberBuffer(matrix.elements)
      #expect(!Kernels.choleskyInPlace(buffer.pointer, order: n), "\(value)")
    }
    // Rank n - 1: the last pivot is rounding, and either answer is right, but no NaN may come out of a yes.
    let low = Matrix.random(max(n - 1, 0), n).crossProduct()
    let buffer = NumberBuffer(low.elements)
    if Kernels.choleskyInPlace(buffer.pointer, order: n) {
      #expect((0..<n).allSatisfy { buffer[$0 + $0 * n] > 0 })
    }
  }

  @Test(arguments: orders)
  func productsAreThoseOfMatrices(n: Int) {
    let a = Matrix.randomSymmetric(n)
    let b = Matrix.randomSymmetric(n, seed: 9)
    let columns = n / 3 + 1
    var thin = Matrix.random(n, columns)
    for index in stride(from: 0, to: thin.elements.count, by: 3) { thin.elements[index] = 0 }
    let bound = Self.tolerance(n) * Double(max(n, 1))
    func fresh(_ count: Int) -> NumberBuffer { NumberBuffer([Double](repeating: .nan, count: count)) }

    let left = NumberBuffer(a.elements)
    let right = NumberBuffer(b.elements)
    let narrow = NumberBuffer(thin.elements)
    let scratch = fresh(n * n)
    // A pointer does not keep its buffer alive.
    withExtendedLifetime((left, right, narrow, scratch)) {
      let target = fresh(n * columns)
      Kernels.multiply(
        symmetric: left.pointer, order: n, narrow.pointer, columns: columns, into: target.pointer)
      #expect(
        target.matrix(rowCount: n, columnCount: columns).distance(to: a.naiveProduct(thin)) <= bound)
      target.fill(.nan)
      Kernels.product(
        left.pointer, rows: n, inner: n, narrow.pointer, columns: columns, into: target.pointer)
      #expect(
        target.matrix(rowCount: n, columnCount: columns).distance(to: a.naiveProduct(thin)) <= bound)

      let square = fresh(n * n)
      Kernels.congruence(
        symmetric: left.pointer, right.pointer, order: n, scratch: scratch.pointer, into: square.pointer)
      let expected = a.naiveProduct(b).naiveProduct(a)
      let scale = max(expected.maximumAbsolute, 1)
      #expect(square.matrix(rowCount: n, columnCount: n).distance(to: expected) <= bound * scale)

      let cross = fresh(columns * n)
      Kernels.transposedProduct(
        narrow.pointer, columns: columns, left.pointer, columns: n, rows: n, into: cross.pointer)
      #expect(
        cross.matrix(rowCount: columns, columnCount: n).distance(to: thin.transposed.naiveProduct(a)) <= bound
      )
    }
  }

  @Test(arguments: orders)
  func inverseIsThatOfLU(n: Int) throws {
    let matrix = Matrix.random(n, n, seed: 4) + 3 * Matrix.identity(n)
    let buffer = NumberBuffer(matrix.elements)
    var pivots = [Int](repeating: 0, count: n + 1)
    let isInvertible = pivots.withUnsafeMutableBufferPointer { pivots in
      pivots.baseAddress.map { Kernels.invertInPlace(buffer.pointer, order: n, pivots: $0) } ?? false
    }
    #expect(isInvertible)
    let lu = try LU(matrix)
    let condition = 1 / max(lu.reciprocalCondition(), epsilon)
    let inverse = buffer.matrix(rowCount: n, columnCount: n)
    #expect(inverse.distance(to: lu.inverse()) <= Self.tolerance(n) * condition)
  }

  @Test func inverseOfSingularIsRefused() {
    var pivots = [0, 0, 0]
    let hostile: [[Double]] = [
      [0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 2, 3, 1, 2, 3, 0, 0, 1], [.nan, 0, 0, 0, 1, 0, 0, 0, 1],
      [.infinity, 0, 0, 0, 1, 0, 0, 0, 1],
    ]
    for elements in hostile {
      let buffer = NumberBuffer(elements)
      let isInvertible = pivots.withUnsafeMutableBufferPointer { pivots in
        pivots.baseAddress.map { Kernels.invertInPlace(buffer.pointer, order: 3, pivots: $0) } ?? false
      }
      #expect(!isInvertible, "\(elements)")
    }
    // A zero on the diagonal needs an exchange of rows, not a refusal.
    let swap = NumberBuffer([0, 0, 1, 1, 0, 0, 0, 1, 0])
    let isInvertible = pivots.withUnsafeMutableBufferPointer { pivots in
      pivots.baseAddress.map { Kernels.invertInPlace(swap.pointer, order: 3, pivots: $0) } ?? false
    }
    #expect(isInvertible)
    #expect(swap.array == [0, 1, 0, 0, 0, 1, 1, 0, 0])
  }

  @Test(arguments: Array(0...20))
  func dotCountsEveryElement(n: Int) {
    let a = NumberBuffer((0..<n).map { Double($0 + 1) })
    let b = NumberBuffer((0..<n).map { Double(2 * $0 - 3) })
    let expected = zip(a.array, b.array).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(Kernels.dot(a.pointer, b.pointer, count: n) == expected)
  }
}

extension Double {
  /// The exponent of an exact-looking power of ten.
  fileprivate var exponent10: Int {
    var value = self
    var count = 0
    while value >= 9.5 {
      value /= 10
      count += 1
    }
    while value < 0.95 {
      value *= 10
      count -= 1
    }
    return count
  }
}
