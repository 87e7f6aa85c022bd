import SEMNumerics
import Testing

@Suite struct LargestEigenvalueTests {
  /// Lanczos stops at a relative change of 1e-12, which bounds the error up to the gap of the eigenvalues.
  static let tolerance = 1e-9

  /// A Aᵀ of a random n × r matrix.
  private func matrix(_ n: Int, rank: Int, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed)
    let factor = Matrix(
      rowCount: rank, columnCount: n, columnMajor: (0..<(n * rank)).map { _ in random.normal() })
    return factor.crossProduct()
  }

  @Test(arguments: [1, 2, 3, 5, 8, 21, 60, 150])
  func equalsThatOfAllEigenvalues(_ n: Int) throws {
    for rank in [n, max(1, n / 3)] {
      for seed in 1...3 {
        let a = matrix(n, rank: rank, seed: UInt64(seed))
        let expected = try #require(SymmetricEigen(a).values.last)
        #expect(
          abs(a.largestEigenvalue() - expected) <= Self.tolerance * expected, "order \(n), rank \(rank)")
      }
    }
  }

  @Test func specialMatrices() {
    #expect(Matrix(rowCount: 0, columnCount: 0).largestEigenvalue() == 0)
    #expect(Matrix(rowCount: 4, columnCount: 4).largestEigenvalue() == 0)
    #expect(abs(Matrix.identity(30).largestEigenvalue() - 1) <= 1e-14)
    #expect(abs(Matrix.diagonal([1, 2, 7, 7]).largestEigenvalue() - 7) <= 1e-13)
    #expect(Matrix.diagonal([1, .nan]).largestEigenvalue().isNaN)
  }
}
