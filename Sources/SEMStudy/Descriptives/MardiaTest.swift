public import SEM
internal import SEMNumerics

/// Mardia's tests of multivariate normality, and the cases farthest from the centre.
///
/// With z = S^(-1/2) (x - x̄) and S of divisor N: skewness b₁ₚ = Σᵢⱼ (zᵢ·zⱼ)³ / N², kurtosis b₂ₚ = Σᵢ |zᵢ|⁴ / N. R's psych and
/// semTools take S of divisor N - 1, which makes b₁ₚ and b₂ₚ smaller by ((N - 1) / N)³ and ((N - 1) / N)²; on demand so does this.
///
/// Source: Mardia (1970), Biometrika 57, 519-530; (1974), Sankhyā B 36, 115-128.
public struct MardiaTest: Sendable, Hashable {
  /// A case far from the centre.
  public struct Outlier: Sendable, Hashable {
    /// The row of the data, counted from 1.
    public let row: Int
    /// The squared Mahalanobis distance d².
    public let distance: Double
    /// The probability that one case of a normal population is farther (AMOS's p1): that of χ²ₚ above d².
    public let p1: Double
    /// The probability that the k-th farthest of N cases is farther than the k-th here (AMOS's p2):
    /// P(Binomial(N, p1) ≥ k).
    public let p2: Double
  }

  /// The number of cases N.
  public let count: Int
  /// The items.
  public let items: [String]
  /// The skewness b₁ₚ.
  public let skewness: Double
  /// N b₁ₚ / 6.
  public let skewnessChiSquare: Double
  /// The same corrected for small samples (Mardia 1974, equation 5.5): N k b₁ₚ / 6,
  /// k = (p+1)(N+1)(N+3) / (N ((N+1)(p+1) - 6)).
  public let correctedSkewnessChiSquare: Double
  /// p (p+1) (p+2) / 6.
  public let skewnessDegreesOfFreedom: Int
  /// The kurtosis b₂ₚ; p (p+2) for a normal population.
  public let kurtosis: Double
  /// All cases, the farthest first.
  public let outliers: [Outlier]
  /// Whether S has divisor N - 1 instead of N.
  public let isUnbiased: Bool

  /// b₂ₚ - p (p+2): what AMOS prints as multivariate kurtosis.
  public var excessKurtosis: Double { kurtosis - normalKurtosis }
  /// The kurtosis's critical ratio (b₂ₚ - p (p+2)) / √(8 p (p+2) / N).
  public var kurtosisCriticalRatio: Double {
    excessKurtosis / (8 * normalKurtosis / Double(count)).squareRoot()
  }
  /// The two-sided probability of the critical ratio.
  public var kurtosisPValue: Double {
    min(1, 2 * NormalDistribution.standard.upperTail(at: abs(kurtosisCriticalRatio)))
  }
  /// The probability of ``skewnessChiSquare``.
  public var skewnessPValue: Double { pValue(skewnessChiSquare) }
  /// The probability of ``correctedSkewnessChiSquare``.
  public var correctedSkewnessPValue: Double { pValue(correctedSkewnessChiSquare) }

  private var normalKurtosis: Double { Double(items.count * (items.count + 2)) }
  private func pValue(_ statistic: Double) -> Double {
    ChiSquareDistribution(degreesOfFreedom: Double(skewnessDegreesOfFreedom)).upperTail(at: statistic)
  }

  /// Tests the complete rows of some columns.
  ///
  /// - Parameters:
  ///   - table: The data.
  ///   - items: Numeric columns.
  ///   - unbiased: Whether S has divisor N - 1, as in R's psych and semTools, instead of N, as in Mardia's definition.
  /// - Throws: ``StudyError``: an unknown, text or constant column; no more cases than items
  ///   (``StudyError/Code/tooFewCases``); items that determine each other (``StudyError/Code/unavailable``).
  /// - Complexity: O(N p² + min(N² p / 2, N p³ / 6)).
  public init(_ table: DataTable, items: [String], unbiased: Bool = false) throws(StudyError) {
    let rows: CompleteRows
    do { rows = try CompleteRows(table, variables: items) } catch { throw StudyError(items: error) }
    let n = rows.values.rowCount
    let p = items.count
    _ = try ItemMoments(rows: rows.values, items: items)
    guard n > p else {
      throw StudyError(
        .tooFewCases,
        "Multivariate normality of \(p) items needs more than \(p) complete rows; there are \(n).")
    }
    var centred = rows.values
    _ = centred.centreColumns()
    guard let factor = try? Cholesky(centred.crossProduct() / Double(unbiased ? n - 1 : n)),
      factor.smallestPivotRatio > 1e-12
    else {
      throw StudyError(
        .unavailable,
        "Multivariate normality cannot be tested: one of the items is determined by the others.",
        hint: "Look for an item that is in the data twice or is the sum of others.")
    }
    let whitened = factor.solveLower(centred.transposed)
    var distances = [Double](repeating: 0, count: n)
    for i in 0..<n {
      for a in 0..<p { distances[i] += whitened.elements[a + i * p] * whitened.elements[a + i * p] }
    }
    let size = Double(n)
    let k = Double(p)
    let b1 = Self.skewness(whitened)
    count = n
    self.items = items
    isUnbiased = unbiased
    skewness = b1
    skewnessChiSquare = size * b1 / 6
    let correction = (k + 1) * (size + 1) * (size + 3) / (size * ((size + 1) * (k + 1) - 6))
    correctedSkewnessChiSquare = correction * size * b1 / 6
    skewnessDegreesOfFreedom = p * (p + 1) * (p + 2) / 6
    kurtosis = distances.reduce(0) { $0 + $1 * $1 } / size
    let reference = ChiSquareDistribution(degreesOfFreedom: k)
    let order = distances.indices.sorted {
      distances[$0] == distances[$1] ? $0 < $1 : distances[$0] > distances[$1]
    }
    outliers = order.enumerated().map { rank, index in
      let p1 = reference.upperTail(at: distances[index])
      let p2 = SpecialFunctions.regularizedBeta(p1, Double(rank + 1), Double(n - rank)).lower
      return Outlier(row: rows.tableRows[index] + 1, distance: distances[index], p1: p1, p2: p2)
    }
  }

  /// b₁ₚ of whitened cases, items × cases, by the cheaper of two sums: over pairs of cases, or over the third moments
  /// M(a,b,c) = Σ zₐ z_b z_c / N, of which b₁ₚ is the sum of squares.
  static func skewness(_ z: Matrix, overPairs forced: Bool? = nil) -> Double {
    let (p, n) = (z.rowCount, z.columnCount)
    if forced ?? (3 * n < p * p) {
      var sum = 0.0
      for j in 0..<n {
        for i in 0...j {
          var dot = 0.0
          for a in 0..<p { dot += z.elements[a + i * p] * z.elements[a + j * p] }
          sum += (i == j ? 1 : 2) * dot * dot * dot
        }
      }
      return sum / (Double(n) * Double(n))
    }
    let cases = z.transposed
    var sum = 0.0
    var weighted = Matrix(rowCount: n, columnCount: p)
    for a in 0..<p {
      // Column b times z_a for b ≤ a; its products with the columns c ≤ b are the third moments of the triple.
      for b in 0...a {
        for i in 0..<n {
          weighted.elements[i + b * n] = cases.elements[i + a * n] * cases.elements[i + b * n]
        }
      }
      for b in 0...a {
        for c in 0...b {
          var moment = 0.0
          for i in 0..<n { moment += weighted.elements[i + b * n] * cases.elements[i + c * n] }
          moment /= Double(n)
          let orders = a == b && b == c ? 1.0 : (a == b || b == c ? 3 : 6)
          sum += orders * moment * moment
        }
      }
    }
    return sum
  }
}
