/// Draws from the multivariate normal distribution with a given mean and a positive definite covariance matrix.
///
/// A draw is *x = μ + L z* with *Σ = L Lᵀ* and independent standard normal *z*; it takes *p* numbers of the stream. So
/// the first *k* rows of a larger sample are the sample of *k* rows.
public struct MultivariateNormalSampler: Sendable {
  /// The mean *μ*, *p* elements.
  public let mean: [Double]
  /// The factored covariance matrix *Σ*, *p × p*.
  public let covariance: Cholesky

  /// Makes a sampler.
  ///
  /// - Parameters:
  ///   - mean: *p* elements; `nil` means zeros.
  ///   - covariance: *p × p*; only the lower triangle is read.
  /// - Throws: ``FactorizationError/notPositiveDefinite(leadingMinor:)``, ``FactorizationError/notFinite``.
  /// - Complexity: O(*p*³).
  public init(mean: [Double]? = nil, covariance: Matrix) throws(FactorizationError) {
    let mean = mean ?? [Double](repeating: 0, count: covariance.rowCount)
    precondition(mean.count == covariance.rowCount, "The mean must have the order of the covariance matrix.")
    guard mean.allSatisfy(\.isFinite) else { throw .notFinite }
    self.mean = mean
    self.covariance = try Cholesky(covariance)
  }

  /// A sample of `count` draws, one per row: `count` × *p*.
  ///
  /// The sums are plain loops, so that the factor alone depends on the BLAS vendor.
  ///
  /// - Complexity: O(`count` · *p*²).
  public func sample(count: Int, using stream: inout RandomStream) -> Matrix {
    let p = mean.count
    let lower = NumberBuffer(covariance.lower.transposed.elements)
    let z = LaneMemory(count: p)
    var result = Matrix(rowCount: count, columnCount: p)
    result.elements.withUnsafeMutableBufferPointer { target in
      for first in stride(from: 0, to: count, by: LaneMemory.lanes) {
        // Eight rows at a time; each is drawn whole, as if it were alone.
        let rows = min(LaneMemory.lanes, count - first)
        for row in 0..<rows { for j in 0..<p { z[j, row] = stream.normal() } }
        for i in 0..<p {
          let factors = lower.pointer + i * p
          var x = SIMD8<Double>(repeating: mean[i])
          for j in 0...i { x += factors[j] * z[j] }
          for row in 0..<rows { target[first + row + i * count] = x[row] }
        }
      }
    }
    return result
  }
}
