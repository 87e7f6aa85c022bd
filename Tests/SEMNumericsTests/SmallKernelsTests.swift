import CLinearAlgebra
import SEMNumerics
import Testing

/// The small kernels of every level that this processor has: right, and with the same bits.
@Suite struct SmallKernelsTests {
  static let orders = Array(1...40) + [47, 63, 64, 65, 78, 100]

  /// All results of one level, outputs filled with NaN before.
  private func results(_ kernels: sk_kernels, _ matrix: Matrix, _ other: Matrix) -> [[UInt64]] {
    let n = matrix.rowCount
    func fresh(_ count: Int) -> NumberBuffer { NumberBuffer([Double](repeating: .nan, count: count)) }
    func bits(_ buffer: NumberBuffer) -> [UInt64] { buffer.array.map(\.bitPattern) }
    func lower(_ buffer: NumberBuffer) -> [UInt64] {
      (0..<n).flatMap { j in (j..<n).map { i in buffer[i + j * n].bitPattern } }
    }
    let factor = fresh(n * n)
    for j in 0..<n { for i in j..<n { factor[i + j * n] = matrix[i, j] } }
    let (a, b) = (NumberBuffer(matrix.elements), NumberBuffer(other.elements))
    return withExtendedLifetime((a, b)) {
      var results: [[UInt64]] = []
      #expect(kernels.cholesky(factor.pointer, n) == 1)
      results.append(lower(factor))
      let right = NumberBuffer((0..<n).map { Double($0) - 2.5 })
      kernels.solve(factor.pointer, n, right.pointer)
      results.append(bits(right))
      kernels.invert_factor(factor.pointer, n)
      results.append(lower(factor))
      let columns = n / 2 + 1
      let wide = fresh(n * columns)
      kernels.product(b.pointer, a.pointer, n, n, columns, wide.pointer)
      results.append(bits(wide))
      let cross = fresh(n * columns)
      kernels.transposed_product(b.pointer, a.pointer, n, n, columns, cross.pointer)
      results.append(bits(cross))
      let symmetric = fresh(n * n)
      kernels.symmetric_product(a.pointer, a.pointer, n, symmetric.pointer)
      results.append(lower(symmetric))
      let sparse = fresh(n * n)
      kernels.sparse_product(b.pointer, a.pointer, n, n, n, sparse.pointer)
      results.append(bits(sparse))
      let crossed = NumberBuffer(count: n * n)
      kernels.add_cross_products(b.pointer, n - n / 3, n, n, crossed.pointer)
      results.append(lower(crossed))
      results.append([kernels.dot(a.pointer, b.pointer, n * n).bitPattern])
      let sum = NumberBuffer(other.elements)
      kernels.add(0.3, a.pointer, n * n, sum.pointer)
      results.append(bits(sum))
      return results
    }
  }

  @Test(arguments: orders)
  func everyLevelGivesTheSameBits(n: Int) throws {
    let matrix = Matrix.randomPositiveDefinite(n)
    var other = Matrix.random(n, n, seed: 7)
    for index in stride(from: 0, to: other.elements.count, by: 3) { other.elements[index] = 0 }
    let plain = try #require(sk_level(0)).pointee
    let expected = results(plain, matrix, other)
    #expect(expected.allSatisfy { $0.allSatisfy { !Double(bitPattern: $0).isNaN } })
    for level in 1...2 {
      guard let kernels = sk_level(Int32(level)) else { continue }
      #expect(results(kernels.pointee, matrix, other) == expected, "level \(level)")
    }
  }

  /// What `KernelsTests` checks for the level in use, for every level: L Lᵀ, the inverse, a product.
  @Test(arguments: orders)
  func everyLevelIsRight(n: Int) throws {
    let matrix = Matrix.randomPositiveDefinite(n)
    let bound = KernelsTests.tolerance(n)
    for level in 0...2 {
      guard let kernels = sk_level(Int32(level))?.pointee else { continue }
      let buffer = NumberBuffer(matrix.elements)
      #expect(kernels.cholesky(buffer.pointer, n) == 1)
      kernels.invert_factor(buffer.pointer, n)
      Kernels.mirrorLower(buffer.pointer, order: n)
      let inverse = buffer.matrix(rowCount: n, columnCount: n)
      #expect(inverse.naiveProduct(matrix).distance(to: .identity(n)) <= bound, "level \(level)")
      let (a, b) = (NumberBuffer(matrix.elements), NumberBuffer(inverse.elements))
      // Of fewer rows than stand between columns; a second call adds.
      let rows = n - n / 3
      let other = Matrix.random(n, n, seed: 7)
      let part = other.submatrix(rows: Array(0..<rows), columns: Array(0..<n))
      let expected = 2 * part.transposed.naiveProduct(part)
      let columns = NumberBuffer(other.elements)
      let crossed = NumberBuffer(count: n * n)
      for _ in 0..<2 { kernels.add_cross_products(columns.pointer, rows, n, n, crossed.pointer) }
      for j in 0..<n {
        for i in 0..<j { #expect(crossed[i + j * n] == 0, "the upper triangle is not written") }
        for i in j..<n {
          #expect(abs(crossed[i + j * n] - expected[i, j]) <= bound * Double(n), "level \(level)")
        }
      }
      let product = NumberBuffer([Double](repeating: .nan, count: n * n))
      withExtendedLifetime((a, b)) { kernels.product(a.pointer, b.pointer, n, n, n, product.pointer) }
      #expect(
        product.matrix(rowCount: n, columnCount: n).distance(to: .identity(n)) <= bound, "level \(level)")
    }
  }

  @Test(arguments: orders)
  func everyLevelMirrors(n: Int) throws {
    for level in 0...2 {
      guard let kernels = sk_level(Int32(level))?.pointee else { continue }
      let buffer = NumberBuffer([Double](repeating: .nan, count: n * n))
      for j in 0..<n { for i in j..<n { buffer[i + j * n] = Double(i * 1000 + j) } }
      kernels.mirror(buffer.pointer, n)
      for j in 0..<n {
        for i in 0..<n {
          #expect(buffer[i + j * n] == Double(max(i, j) * 1000 + min(i, j)), "level \(level), \(i), \(j)")
        }
      }
    }
  }

  /// A pivot that is not positive, not finite or not a number is refused wherever it stands.
  @Test(arguments: [3, 4, 9, 13, 30])
  func everyLevelRefusesBadPivots(n: Int) throws {
    for level in 0...2 {
      guard let kernels = sk_level(Int32(level))?.pointee else { continue }
      for place in 0..<n {
        for value in [-1, 0, .nan, .infinity] {
          var matrix = Matrix.randomPositiveDefinite(n)
          matrix[place, place] = value
          let buffer = NumberBuffer(matrix.elements)
          #expect(kernels.cholesky(buffer.pointer, n) == 0, "level \(level), \(value) at \(place)")
        }
      }
    }
  }
}
