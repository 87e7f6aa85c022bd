public import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// How an exploratory factor analysis is done.
public struct FactorOptions: Sendable, Hashable {
  /// How factors are taken out.
  public var extraction = FactorExtraction.principalComponents
  /// How they are rotated.
  public var rotation = FactorRotation.varimax
  /// Whether rows are scaled to communality 1 for the rotation; `nil` for the rotation's custom.
  public var kaiserNormalization: Bool?
  /// The number of starts of the rotation: the unrotated solution and random ones.
  public var rotationStarts = 30
  /// The seed of the random starts.
  public var seed: UInt64 = 1
  /// The smallest uniqueness that is allowed; at 0 the factors would explain an item wholly (a Heywood case).
  public var uniquenessBound = 0.005
  /// The coverage of RMSEA's interval.
  public var rmseaLevel = 0.9

  /// Principal components with varimax, 30 starts.
  public init() {}
  /// An extraction and a rotation with the other defaults.
  public init(_ extraction: FactorExtraction, _ rotation: FactorRotation) {
    self.extraction = extraction
    self.rotation = rotation
  }
}

/// An exploratory factor analysis of a correlation matrix.
///
/// Factors come in descending order of the variance they explain after rotation, each with a positive sum of loadings.
public struct ExploratoryFactorAnalysis: Sendable, Hashable {
  /// The likelihood ratio test of the number of factors, with fit indices.
  public struct FitTest: Sendable, Hashable {
    /// (N - 1 - (2p + 5) / 6 - 2m / 3) F (Bartlett 1951): what SPSS and R's factanal print.
    public let chiSquare: Double
    /// ((p - m)² - (p + m)) / 2.
    public let degreesOfFreedom: Int
    /// The minimum F of the discrepancy.
    public let discrepancy: Double
    /// The Tucker-Lewis index (Tucker and Lewis 1973) of N F, as lavaan's `efa` prints it.
    public let tuckerLewis: Double?
    /// √max(0, F / df - 1 / N) (Steiger and Lind 1980), as lavaan's `efa` prints it.
    public let rmsea: Double?
    /// Its interval, from the noncentral chi-square distribution of N F.
    public let rmseaInterval: ClosedRange<Double>?
    /// The upper tail of the chi-square distribution; `nil` for 0 degrees of freedom.
    public var pValue: Double? {
      degreesOfFreedom > 0
        ? ChiSquareDistribution(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(at: chiSquare) : nil
    }
  }

  /// The sums of squared loadings of one factor.
  public struct Variance: Sendable, Hashable {
    /// The variance explained, in items.
    public let sum: Double
    /// Its share of the items' variance.
    public let share: Double
    /// The share of this and all factors before it.
    public let cumulativeShare: Double
  }

  /// The items.
  public let items: [String]
  /// The number of cases.
  public let count: Int
  /// How the analysis was done.
  public let options: FactorOptions
  /// The number of factors m.
  public let factorCount: Int
  /// All eigenvalues of the correlations, descending.
  public let eigenvalues: [Double]
  /// The communalities before extraction: 1 for components, else squared multiple correlations; where the correlations are
  /// singular, the largest correlation of each item.
  public let initialCommunalities: [Double]
  /// The unrotated loadings, items × factors.
  public let unrotatedLoadings: Matrix
  /// The rotated loadings (pattern), items × factors.
  public let loadings: Matrix
  /// The correlations of the factors; the identity for orthogonal rotations.
  public let factorCorrelations: Matrix
  /// The share of each item's variance that the factors explain: sums of squared unrotated loadings. That of a Heywood case
  /// may exceed 1.
  public let communalities: [Double]
  /// The uniquenesses: estimated ones, and 1 - communality for components.
  public let uniquenesses: [Double]
  /// How the extraction went; `nil` for components, which need no search.
  public let extractionReport: ExtractionReport?
  /// How the rotation went; `nil` without one.
  public let rotationReport: RotationReport?
  /// The items whose uniqueness ended at the bound (Heywood cases): the number of factors, or the item, is in doubt.
  public let heywoodItems: [String]
  /// The test of the number of factors; maximum likelihood only.
  public let test: FitTest?
  /// The root of the mean squared residual correlation.
  public let rootMeanSquareResidual: Double

  /// The correlations of items with factors, L Φ.
  public var structure: Matrix { loadings * factorCorrelations }

  /// The variance of each component of the correlations, all p of them.
  public var initialVariance: [Variance] { variances(eigenvalues) }
  /// The variance of each factor before rotation.
  public var extractedVariance: [Variance] {
    variances((0..<factorCount).map { j in unrotatedLoadings.column(j).reduce(0) { $0 + $1 * $1 } })
  }
  /// The variance of each factor after rotation: the diagonal of Φ Lᵀ L, which adds up to the communalities' sum.
  ///
  /// For oblique factors it depends on the order in which shared variance is divided; SPSS prints sums of squared structure
  /// coefficients instead, which do not add up.
  public var rotatedVariance: [Variance] {
    variances((factorCorrelations * loadings.crossProduct()).diagonal)
  }

  private func variances(_ sums: [Double]) -> [Variance] {
    var running = 0.0
    return sums.map {
      running += $0
      let p = Double(items.count)
      return Variance(sum: $0, share: $0 / p, cumulativeShare: running / p)
    }
  }

  /// The places of the items in the order of a table: by the factor of the largest loading, then by its size.
  public var sortedPlaces: [Int] {
    func main(_ item: Int) -> Int {
      (0..<factorCount).max { abs(loadings[item, $0]) < abs(loadings[item, $1]) } ?? 0
    }
    let factors = items.indices.map(main)
    return items.indices.sorted {
      factors[$0] == factors[$1]
        ? abs(loadings[$0, factors[$0]]) > abs(loadings[$1, factors[$1]]) : factors[$0] < factors[$1]
    }
  }

  /// Analyses correlations.
  ///
  /// - Parameters:
  ///   - moments: The correlations and the number of cases.
  ///   - m: The number of factors.
  ///   - options: Extraction, rotation and their settings.
  /// - Throws: ``StudyError``: fewer than two items or more factors than the items allow (``StudyError/Code/wrongValue``);
  ///   correlations that are not positive definite, for maximum likelihood. A search that did not converge and Heywood cases are
  ///   no errors: see the reports.
  /// - Complexity: O(p³) a step of the extraction, O(p m²) a step of each rotation start.
  public init(_ moments: ItemMoments, factorCount m: Int, options: FactorOptions = FactorOptions())
    throws(StudyError)
  {
    let p = moments.items.count
    try Self.requireFactors(m, of: p, options.extraction)
    let eigen = try moments.eigen()
    items = moments.items
    count = moments.count
    self.options = options
    factorCount = m
    eigenvalues = eigen.values.reversed()
    let factor = try? moments.definiteFactor("Factor analysis")
    let multiple = factor.map { $0.inverse().diagonal.map { 1 - 1 / $0 } } ?? moments.largestCorrelations
    let extracted: ExtractedFactors
    switch options.extraction {
    case .principalComponents:
      initialCommunalities = [Double](repeating: 1, count: p)
      extracted = ExtractedFactors(components: eigen, count: m)
    case .principalAxis, .maximumLikelihood:
      initialCommunalities = multiple
      if options.extraction == .maximumLikelihood, factor == nil {
        _ = try moments.definiteFactor("Maximum likelihood factor analysis")
      }
      // Jöreskog's start for the likelihood; squared multiple correlations for axes.
      let shrink = options.extraction == .maximumLikelihood ? 1 - 0.5 * Double(m) / Double(p) : 1
      guard
        let result = ExtractedFactors(
          moments.correlation, method: options.extraction, count: m,
          start: multiple.map { shrink * (1 - $0) },
          lowerBound: min(max(options.uniquenessBound, 1e-6), 0.5))
      else { throw StudyError(.unavailable, "The factors could not be extracted from these correlations.") }
      extracted = result
    }
    var unrotated = extracted.loadings
    unrotated.makeColumnSumsPositive()
    unrotatedLoadings = unrotated
    let rotated = RotatedFactors(unrotated, options: options)
    loadings = rotated.loadings
    factorCorrelations = rotated.correlations
    rotationReport = rotated.report
    let explained = (0..<p).map { i in unrotated.row(i).reduce(0) { $0 + $1 * $1 } }
    communalities = explained
    uniquenesses = extracted.uniquenesses ?? explained.map { 1 - $0 }
    extractionReport = extracted.report
    heywoodItems = extracted.atBound.map { moments.items[$0] }
    test =
      options.extraction == .maximumLikelihood
      ? FitTest(moments, factor, m: m, discrepancy: extracted.discrepancy ?? 0, level: options.rmseaLevel)
      : nil
    let implied = unrotated * unrotated.transposed
    var squares = 0.0
    for j in 0..<p {
      for i in (j + 1)..<max(p, j + 1) {
        let residual = moments.correlation[i, j] - implied[i, j]
        squares += residual * residual
      }
    }
    rootMeanSquareResidual = (squares / Double(p * (p - 1) / 2)).squareRoot()
  }

  private static func requireFactors(_ m: Int, of p: Int, _ extraction: FactorExtraction) throws(StudyError) {
    guard p >= 2 else {
      throw StudyError(
        .tooFewItems, "A factor analysis needs at least two items; there \(p == 1 ? "is one" : "are none").")
    }
    let isLikelihood = extraction == .maximumLikelihood
    let most: Int
    switch extraction {
    case .principalComponents: most = p
    case .principalAxis: most = p - 1
    case .maximumLikelihood: most = (0..<p).last { (p - $0) * (p - $0) >= p + $0 } ?? 0
    }
    guard m >= 1, m <= most else {
      throw StudyError(
        .wrongValue,
        m < 1
          ? "The number of factors must be at least 1; it is \(m)."
          : "\(m) factors are too many for \(p) items\(isLikelihood ? " by maximum likelihood" : ""); \(most) are the most.",
        hint: most == 0 ? "Use principal components, or more items." : nil)
    }
  }
}

extension ExploratoryFactorAnalysis.FitTest {
  init(_ moments: ItemMoments, _ factor: Cholesky?, m: Int, discrepancy: Double, level: Double) {
    let p = Double(moments.items.count)
    let k = Double(m)
    let n = Double(moments.count)
    let base = n - 1 - (2 * p + 5) / 6
    let df = ((p - k) * (p - k) - (p + k)) / 2
    self.discrepancy = discrepancy
    degreesOfFreedom = Int(df)
    chiSquare = max(0, base - 2 * k / 3) * discrepancy
    let baselineRatio = n * -(factor?.logDeterminant ?? 0) / (p * (p - 1) / 2)
    tuckerLewis =
      df > 0 && baselineRatio > 1 ? (baselineRatio - n * discrepancy / df) / (baselineRatio - 1) : nil
    rmsea = df > 0 ? max(0, discrepancy / df - 1 / n).squareRoot() : nil
    if df > 0 {
      let tail = (1 - min(max(level, 0), 1 - 1e-12)) / 2
      func end(_ share: Double) -> Double {
        let noncentrality = NoncentralChiSquareDistribution.noncentrality(
          lowerTail: share, at: n * discrepancy, degreesOfFreedom: df)
        return (max(0, noncentrality) / (df * n)).squareRoot()
      }
      let (lower, upper) = (end(1 - tail), end(tail))
      rmseaInterval = lower.isFinite && upper >= lower ? lower...upper : nil
    } else {
      rmseaInterval = nil
    }
  }
}

/// Loadings after rotation, with factors in order and signs chosen.
private struct RotatedFactors {
  var loadings: Matrix
  var correlations: Matrix
  var report: RotationReport?

  init(_ unrotated: Matrix, options: FactorOptions) {
    let m = unrotated.columnCount
    loadings = unrotated
    correlations = .identity(m)
    guard m > 1 else { return }
    switch options.rotation {
    case .none: return
    case .varimax: minimize(.varimax, unrotated, options)
    case .oblimin(let gamma): minimize(.oblimin(gamma: gamma), unrotated, options)
    case .quartimin: minimize(.oblimin(gamma: 0), unrotated, options)
    case .geomin(let epsilon): minimize(.geomin(epsilon: max(epsilon, 1e-8)), unrotated, options)
    case .promax(let power):
      minimize(.varimax, unrotated, options)
      promax(power)
    }
    arrange()
  }

  private mutating func minimize(
    _ criterion: RotationCriterion, _ unrotated: Matrix, _ options: FactorOptions
  ) {
    let normalizes = options.kaiserNormalization ?? options.rotation.usesKaiserNormalization
    let lengths = (0..<unrotated.rowCount).map { i -> Double in
      let length = unrotated.row(i).reduce(0) { $0 + $1 * $1 }.squareRoot()
      return normalizes && length > 0 ? length : 1
    }
    let scaled = Matrix.diagonal(lengths.map { 1 / $0 }) * unrotated
    let (solution, found) = GradientProjection(criterion: criterion, unrotated: scaled)
      .best(starts: options.rotationStarts, seed: options.seed)
    loadings = Matrix.diagonal(lengths) * solution.loadings
    if criterion.isOblique { correlations = solution.transformation.crossProduct() }
    report = found
  }

  /// The least-squares rotation to the loadings' powers, factors scaled to variance 1.
  private mutating func promax(_ power: Double) {
    let target = Matrix(
      rowCount: loadings.rowCount, columnCount: loadings.columnCount,
      columnMajor: loadings.elements.map { $0 * pow(abs($0), power - 1) })
    guard let normal = try? Cholesky(loadings.crossProduct()) else { return }
    var u = normal.solve(loadings.crossProduct(with: target))
    guard let inverse = try? Cholesky(u.crossProduct()).inverse() else { return }
    let scale = inverse.diagonal.map { $0.squareRoot() }
    u = u * Matrix.diagonal(scale)
    loadings = loadings * u
    correlations = inverse.correlations
  }

  /// Puts factors in descending order of explained variance and turns those with a negative sum of loadings.
  private mutating func arrange() {
    let m = loadings.columnCount
    let variances = (correlations * loadings.crossProduct()).diagonal
    let order = (0..<m).sorted { variances[$0] == variances[$1] ? $0 < $1 : variances[$0] > variances[$1] }
    loadings = loadings.submatrix(rows: Array(0..<loadings.rowCount), columns: order)
    correlations = correlations.submatrix(rows: order, columns: order)
    let signs = Matrix.diagonal(loadings.makeColumnSumsPositive())
    correlations = signs * correlations * signs
    for i in 0..<m { correlations[i, i] = 1 }
  }
}

extension Matrix {
  /// Turns columns with a negative sum; returns the sign of each.
  @discardableResult
  fileprivate mutating func makeColumnSumsPositive() -> [Double] {
    (0..<columnCount).map { j in
      guard column(j).reduce(0, +) < 0 else { return 1 }
      for i in 0..<rowCount { self[i, j] = -self[i, j] }
      return -1
    }
  }
}

extension ItemMoments {
  fileprivate var largestCorrelations: [Double] {
    items.indices.map { i in
      min(items.indices.filter { $0 != i }.map { abs(correlation[$0, i]) }.max() ?? 0, 0.995)
    }
  }
}
