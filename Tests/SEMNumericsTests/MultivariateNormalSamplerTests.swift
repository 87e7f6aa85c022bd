import SEMNumerics
import Testing

@Suite struct MultivariateNormalSamplerTests {
  /// Rows drawn eight at a time are, bit for bit, x = μ + L z row by row.
  @Test(arguments: [1, 8, 19]) func rowsAreDrawnOneAfterTheOther(count: Int) throws {
    let covariance = Matrix.randomPositiveDefinite(5)
    let mean = [1.5, -2, 0, 1e3, 0.1]
    let sampler = try MultivariateNormalSampler(mean: mean, covariance: covariance)
    var stream = RandomStream(seed: 3, stream: 8)
    var other = stream
    let sample = sampler.sample(count: count, using: &stream)
    let lower = sampler.covariance.lower
    for row in 0..<count {
      let z = (0..<5).map { _ in other.normal() }
      for i in 0..<5 {
        var x = mean[i]
        for j in 0...i { x += lower[i, j] * z[j] }
        #expect(sample[row, i] == x)
      }
    }
    #expect(stream.next() == other.next())
  }

  static let covariance = Matrix(rows: [[4, 1, -1], [1, 2, 0.5], [-1, 0.5, 3]])

  /// Means and covariances of 50,000 draws lie within five standard errors: √(σᵢᵢ / n) and
  /// √((σᵢᵢ σⱼⱼ + σᵢⱼ²) / n).
  @Test func momentsAreRight() throws {
    let mean = [10.0, -5, 0]
    let n = 50_000
    var stream = RandomStream(seed: 20)
    let sampler = try MultivariateNormalSampler(mean: mean, covariance: Self.covariance)
    var sample = sampler.sample(count: n, using: &stream)
    for j in 0..<3 {
      let average = sample.column(j).reduce(0, +) / Double(n)
      #expect(abs(average - mean[j]) <= 5 * (Self.covariance[j, j] / Double(n)).squareRoot())
      for i in 0..<n { sample[i, j] -= mean[j] }
    }
    let observed = sample.crossProduct() / Double(n)
    for j in 0..<3 {
      for i in 0..<3 {
        let (sigma, product) = (Self.covariance[i, j], Self.covariance[i, i] * Self.covariance[j, j])
        #expect(abs(observed[i, j] - sigma) <= 5 * ((product + sigma * sigma) / Double(n)).squareRoot())
      }
    }
  }

  @Test func smallSamplesBeginLargeOnes() throws {
    let sampler = try MultivariateNormalSampler(covariance: Self.covariance)
    var (one, other) = (RandomStream(seed: 21), RandomStream(seed: 21))
    let (small, large) = (sampler.sample(count: 3, using: &one), sampler.sample(count: 10, using: &other))
    for i in 0..<3 { #expect(small.row(i) == large.row(i)) }
  }

  /// x = μ + L z with the stream's own numbers.
  @Test func drawIsTheLinearMapOfNormals() throws {
    let sampler = try MultivariateNormalSampler(mean: [1, 2, 3], covariance: Self.covariance)
    var (one, other) = (RandomStream(seed: 22), RandomStream(seed: 22))
    let draw = sampler.sample(count: 1, using: &one).row(0)
    var z = [0.0, 0, 0]
    other.fillNormal(&z)
    let witness = zip([1, 2, 3], try Cholesky(Self.covariance).lower.multiplied(by: z)).map { $0 + $1 }
    #expect(distance(draw, witness) <= 16 * epsilon)
  }

  @Test func hostileInput() throws {
    #expect(throws: FactorizationError.notPositiveDefinite(leadingMinor: 2)) {
      try MultivariateNormalSampler(covariance: Matrix(rows: [[1, 2], [2, 1]]))
    }
    #expect(throws: FactorizationError.notFinite) {
      try MultivariateNormalSampler(mean: [.nan], covariance: .identity(1))
    }
    var stream = RandomStream(seed: 1)
    let empty = try MultivariateNormalSampler(covariance: .identity(0)).sample(count: 4, using: &stream)
    #expect(empty.rowCount == 4 && empty.columnCount == 0)
    let none = try MultivariateNormalSampler(covariance: .identity(2)).sample(count: 0, using: &stream)
    #expect(none.rowCount == 0 && none.columnCount == 2)
  }
}
