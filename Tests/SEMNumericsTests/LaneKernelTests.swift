import SEMNumerics
import Testing

/// Eight small inverses at a time against the kernels for one matrix.
@Suite struct LaneKernelTests {
  /// Both factor the same numbers; conditions are some tens.
  static let rounding = 1e-12

  private static func matrix(order m: Int, seed: Int) -> Matrix {
    var stream = RandomStream(seed: 71, stream: UInt64(seed))
    let root = Matrix(
      rowCount: m, columnCount: m + 3, columnMajor: (0..<(m * (m + 3))).map { _ in stream.normal() })
    return root * root.transposed + 0.5 * Matrix.identity(m)
  }

  @Test(arguments: 1...24)
  func inversesAreThoseOfOneMatrix(order m: Int) throws {
    let matrices = (0..<8).map { Self.matrix(order: m, seed: 100 * m + $0) }
    let a = UnsafeMutablePointer<SIMD8<Double>>.allocate(capacity: m * m)
    defer { a.deallocate() }
    a.initialize(repeating: SIMD8(repeating: .nan), count: m * m)
    for j in 0..<m { for i in j..<m { for lane in 0..<8 { a[i + j * m][lane] = matrices[lane][i, j] } } }
    let logarithms = try #require(LaneKernels.invertInPlace(a, order: m))
    for (lane, matrix) in matrices.enumerated() {
      let factor = try Cholesky(matrix)
      #expect((logarithms[lane] - factor.logDeterminant).magnitude < Self.rounding * Double(10 * m))
      let inverse = factor.inverse()
      let scale = inverse.elements.map(\.magnitude).max() ?? 1
      for j in 0..<m {
        for i in j..<m {
          #expect(
            (a[i + j * m][lane] - inverse[i, j]).magnitude < Self.rounding * scale, "\(lane) \(i) \(j)")
        }
      }
    }
  }

  /// One matrix that is not positive definite, or not a number, in any lane.
  @Test(arguments: 0..<8)
  func oneIndefiniteMatrixGivesNil(lane: Int) {
    let a = UnsafeMutablePointer<SIMD8<Double>>.allocate(capacity: 4)
    defer { a.deallocate() }
    for bad in [0.5, 1, .nan] {
      a.initialize(repeating: SIMD8(repeating: 0), count: 4)
      a[0] = SIMD8(repeating: 1)
      a[3] = SIMD8(repeating: 2)
      a[1] = SIMD8(repeating: 1)
      a[3][lane] = bad
      #expect(LaneKernels.invertInPlace(a, order: 2) == nil)
    }
  }

  /// Determinants beyond the range of numbers have logarithms all the same.
  @Test func logarithmsOfLargeDeterminants() throws {
    let m = 24
    let a = UnsafeMutablePointer<SIMD8<Double>>.allocate(capacity: m * m)
    defer { a.deallocate() }
    a.initialize(repeating: .zero, count: m * m)
    for i in 0..<m { for lane in 0..<8 { a[i + i * m][lane] = lane < 4 ? 1e30 : 1e-30 } }
    let logarithms = try #require(LaneKernels.invertInPlace(a, order: m))
    for lane in 0..<8 {
      let expected = (lane < 4 ? 1 : -1) * 24 * 30 * 2.302585092994046
      #expect((logarithms[lane] - expected).magnitude < 1e-10)
    }
  }
}
