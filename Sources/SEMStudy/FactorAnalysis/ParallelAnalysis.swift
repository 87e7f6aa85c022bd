internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// How many factors stand out of chance: eigenvalues beside those of uncorrelated normal data of the same size.
///
/// Components: eigenvalues of the correlations R. Common factors: those of R with squared multiple correlations on the
/// diagonal, R - diag(1 / rⁱⁱ).
///
/// A random correlation matrix is drawn as a whole, from the Wishart distribution by Bartlett's decomposition, so that the
/// cost does not depend on the number of cases. Draw b takes Philox stream b: results do not depend on the number of threads.
///
/// Sources: Horn (1965), Psychometrika 30, 179-185; Humphreys and Ilgen (1969), Educational and Psychological Measurement 29,
/// 571-578; Glorfeld (1995), ibid. 55, 377-393 (percentiles); Bartlett (1933), Proc. Royal Society of Edinburgh 53, 260-283.
public struct ParallelAnalysis: Sendable, Hashable {
  /// What the eigenvalues belong to.
  public enum Variant: String, Sendable, Hashable, CaseIterable, Codable {
    /// Principal components.
    case components
    /// Common factors.
    case factors
  }

  /// The limit that an eigenvalue must exceed.
  public enum Limit: String, Sendable, Hashable, CaseIterable, Codable {
    /// The mean of the random eigenvalues (Horn 1965).
    case mean
    /// Their percentile (Glorfeld 1995).
    case percentile
  }

  /// One eigenvalue.
  public struct Root: Sendable, Hashable {
    /// That of the data.
    public let observed: Double
    /// The mean of the random ones.
    public let mean: Double
    /// Their percentile.
    public let percentile: Double
  }

  /// The eigenvalues of components, descending.
  public let components: [Root]
  /// The eigenvalues of common factors, descending; `nil` where the correlations have no inverse.
  public let factors: [Root]?
  /// The number of cases.
  public let count: Int
  /// The number of random matrices.
  public let draws: Int
  /// The seed.
  public let seed: UInt64
  /// The percentile, as a share.
  public let level: Double

  /// The number of leading eigenvalues above the limit; `nil` where the variant was not computed.
  public func suggestedCount(_ variant: Variant, limit: Limit = .percentile) -> Int? {
    let roots = variant == .components ? components : factors
    return roots.map { $0.prefix { $0.observed > (limit == .mean ? $0.mean : $0.percentile) }.count }
  }

  /// Compares the items' eigenvalues with chance.
  ///
  /// - Parameters:
  ///   - moments: The correlations and the number of cases.
  ///   - draws: The number of random matrices.
  ///   - seed: The seed.
  ///   - level: The percentile, as a share.
  ///   - threads: `nil` for as many as there are processors.
  /// - Throws: ``StudyError``: fewer than two items.
  /// - Complexity: O(draws · p³), O(draws · N p²) where there are no more cases than items.
  public init(
    _ moments: ItemMoments, draws: Int = 1000, seed: UInt64 = 1, level: Double = 0.95, threads: Int? = nil
  ) throws(StudyError) {
    let p = moments.items.count
    guard p >= 2 else {
      throw StudyError(
        .tooFewItems, "Parallel analysis needs at least two items; there \(p == 1 ? "is one" : "are none").")
    }
    let n = moments.count
    let hasFactors = n > p
    let draws = max(draws, 2)
    let results = ParallelDraws.run(draws: draws, columns: 2 * p, threads: threads) { draw, results in
      var stream = RandomStream(seed: seed, stream: UInt64(draw), purpose: Self.purpose)
      let matrix = hasFactors ? RandomCorrelations(p, n, &stream) : RandomCorrelations(rows: n, p, &stream)
      matrix.components(into: results)
      if hasFactors { matrix.factors(into: results + p) }
    }
    func roots(_ observed: [Double], column first: Int) -> [Root] {
      observed.enumerated().map { place, value in
        let column = results.column(first + place).filter(\.isFinite).sorted()
        return Root(
          observed: value, mean: column.reduce(0, +) / Double(max(column.count, 1)),
          percentile: column.quantile(level))
      }
    }
    components = roots(try moments.eigenvalues(), column: 0)
    var factors: [Root]?
    if hasFactors, let factor = try? moments.definiteFactor("Parallel analysis") {
      var reduced = moments.correlation
      for (i, value) in factor.inverse().diagonal.enumerated() { reduced[i, i] = 1 - 1 / value }
      if let eigen = try? SymmetricEigen(reduced) { factors = roots(eigen.values.reversed(), column: p) }
    }
    self.factors = factors
    count = n
    self.draws = draws
    self.seed = seed
    self.level = level
  }

  private static let purpose: UInt64 = 0x686f_726e
}

/// The correlation matrix of uncorrelated normal variables, as a draw.
private struct RandomCorrelations {
  private let p: Int
  /// Correlations, column by column, the lower triangle.
  private let correlations: NumberBuffer
  /// L with L Lᵀ the correlations; empty where there are no more cases than variables.
  private let factor: NumberBuffer

  /// T Tᵀ ~ Wishart(n - 1): T is lower triangular with Tᵢᵢ² ~ χ² of n - 1 - i degrees of freedom (i from 0) and standard
  /// normal elements below.
  init(_ p: Int, _ n: Int, _ stream: inout RandomStream) {
    self.p = p
    factor = NumberBuffer(count: p * p)
    correlations = NumberBuffer(count: p * p)
    for i in 0..<p {
      var square = 0.0
      for j in 0..<i {
        let value = stream.normal()
        factor[i + j * p] = value
        square += value * value
      }
      let last = stream.chiSquare(Double(n - 1 - i))
      factor[i + i * p] = last.squareRoot()
      let norm = (square + last).squareRoot()
      for j in 0...i { factor[i + j * p] /= norm }
    }
    for k in 0..<p {
      for j in k..<p {
        let value = factor[j + k * p]
        for i in j..<p { correlations[i + j * p] += factor[i + k * p] * value }
      }
    }
  }

  /// From rows, where there are too few for the decomposition.
  init(rows n: Int, _ p: Int, _ stream: inout RandomStream) {
    self.p = p
    factor = NumberBuffer(count: 0)
    correlations = NumberBuffer(count: p * p)
    var rows = Matrix(rowCount: n, columnCount: p)
    stream.fillNormal(&rows.elements)
    _ = rows.centreColumns()
    for j in 0..<p {
      for i in j..<p {
        var sum = 0.0
        for row in 0..<n { sum += rows.elements[row + i * n] * rows.elements[row + j * n] }
        correlations[i + j * p] = sum
      }
    }
    let scale = (0..<p).map { 1 / correlations[$0 + $0 * p].squareRoot() }
    for j in 0..<p { for i in j..<p { correlations[i + j * p] *= scale[i] * scale[j] } }
  }

  func components(into values: UnsafeMutablePointer<Double>) {
    let copy = NumberBuffer(correlations.array)
    eigenvalues(copy, into: values)
  }

  /// With 1 - 1 / rⁱⁱ on the diagonal; rⁱⁱ is the sum of squares of column i of L⁻¹.
  func factors(into values: UnsafeMutablePointer<Double>) {
    let copy = NumberBuffer(correlations.array)
    var column = [Double](repeating: 0, count: p)
    for i in 0..<p {
      var square = 0.0
      for k in i..<p {
        var sum = k == i ? 1.0 : 0
        for j in i..<k { sum -= factor[k + j * p] * column[j] }
        column[k] = sum / factor[k + k * p]
        square += column[k] * column[k]
      }
      copy[i + i * p] = 1 - 1 / square
    }
    eigenvalues(copy, into: values)
  }

  private func eigenvalues(_ matrix: NumberBuffer, into values: UnsafeMutablePointer<Double>) {
    let work = NumberBuffer(count: 3 * p)
    if !SymmetricEigen.eigenvalues(matrix.pointer, order: p, into: values, work: work.pointer) {
      for i in 0..<p { values[i] = .nan }
    }
  }
}

extension RandomStream {
  /// A chi-square number: twice a gamma number, by rejection (Marsaglia and Tsang 2000, ACM TOMS 26, 363-372).
  mutating func chiSquare(_ degreesOfFreedom: Double) -> Double {
    let shape = degreesOfFreedom / 2
    // Below 1, Gamma(a) = Gamma(a + 1) U^(1/a).
    let boost = shape < 1 ? pow(uniform(), 1 / shape) : 1
    let d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      if log(uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return 2 * d * v * boost }
    }
  }
}
