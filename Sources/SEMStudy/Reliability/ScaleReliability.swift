public import SEM
internal import SEMNumerics

/// The reliability of the sum of a construct's items.
///
/// Nothing is reversed or left out by itself; ``Item/seemsReversed`` only says what to look at.
public struct ScaleReliability: Sendable, Hashable {
  /// One item.
  public struct Item: Sendable, Hashable {
    /// The item.
    public let name: String
    /// The correlation with the sum of the other items (CITC); `nil` where that sum is constant.
    public let correctedItemTotal: Double?
    /// Cronbach's α of the other items; `nil` where fewer than two are left or their sum is constant.
    public let alphaIfDeleted: Double?
    /// R² on the other items; `nil` where the items are collinear.
    public let squaredMultipleCorrelation: Double?
    /// The standardised loading in the model of one factor, its sign such that most are positive; `nil` without that model.
    public let loading: Double?
    /// Whether the item runs against the majority of the others: a negative loading, or without the model of one factor a
    /// negative item-total correlation.
    public var seemsReversed: Bool { (loading ?? correctedItemTotal ?? 0) < 0 }
  }

  /// The estimates that the model of one factor gives.
  public struct OneFactor: Sendable, Hashable {
    /// McDonald's ω = (Σλ)² / ((Σλ)² + Σθ) of the unstandardised solution, factor variance 1 (McDonald 1999, equation 6.20b).
    public let omega: Double
    /// Composite reliability by the same formula from standardised loadings (Fornell and Larcker 1981): what is computed by
    /// hand from AMOS's output.
    public let compositeReliability: Double
    /// The average variance extracted: the mean of the squared standardised loadings.
    public let averageVarianceExtracted: Double
    /// Whether the loadings had to be equal, because two items do not identify a factor.
    public let hasEqualLoadings: Bool
    /// Whether an item's residual variance is negative.
    public let isImproper: Bool
  }

  /// The items.
  public let items: [Item]
  /// The number of cases.
  public let count: Int
  /// Cronbach's α = k / (k-1) (1 - Σ sᵢ² / s²) of the sum (Cronbach 1951).
  public let alpha: Double
  /// α of standardised items, k r̄ / (1 + (k-1) r̄).
  public let standardizedAlpha: Double
  /// The mean correlation of two items.
  public let meanCorrelation: Double
  /// The smallest and the largest correlation of two items.
  public let correlationRange: ClosedRange<Double>
  /// The model of one factor; `nil` where ``oneFactorReason`` says why.
  public let oneFactor: OneFactor?
  /// Why there is no model of one factor.
  public let oneFactorReason: String?

  /// The items that run against the others, for the researcher to look at.
  public var reversedItems: [String] { items.filter(\.seemsReversed).map(\.name) }

  /// Feldt's interval for α: 1 - (1 - α) F at the quantiles of F with n - 1 and (n - 1)(k - 1) degrees of freedom.
  ///
  /// Source: Feldt (1965), Psychometrika 30, 357-370, for items with equal covariances and normal answers.
  public func alphaInterval(level: Double = 0.95) -> ClosedRange<Double> {
    let df = Double(count - 1)
    let f = FDistribution(numerator: df, denominator: df * Double(items.count - 1))
    // A level of 1 would need the ends of F, which are 0 and ∞.
    let tail = (1 - min(max(level, 0), 1 - 1e-12)) / 2
    let lower = 1 - (1 - alpha) * f.quantile(upperTail: tail)
    let upper = 1 - (1 - alpha) * f.quantile(lowerTail: tail)
    return lower...max(lower, upper)
  }

  /// Estimates the reliability of a construct's items.
  ///
  /// - Throws: ``StudyError``: fewer than two items (``StudyError/Code/tooFewItems``: the reliability of one item cannot be
  ///   estimated from one survey), and those of ``ItemMoments/init(_:items:missing:)``.
  /// - Complexity: O(N k²) and one small fit.
  public init(_ table: DataTable, items: [String], missing: MissingAnswers = .listwise) throws(StudyError) {
    try Self.requireItems(items)
    try self.init(try ItemMoments(table, items: items, missing: missing))
  }

  /// Estimates reliability from moments.
  ///
  /// - Throws: ``StudyError``: fewer than two items, or items whose sum is constant (``StudyError/Code/unavailable``).
  public init(_ moments: ItemMoments) throws(StudyError) {
    try Self.requireItems(moments.items)
    let k = moments.items.count
    let c = moments.covariance
    let r = moments.correlation
    let total = c.elements.reduce(0, +)
    guard let alpha = Self.alpha(c, Array(0..<k)) else {
      throw StudyError(
        .unavailable,
        "The sum of \(moments.items.joined(separator: ", ")) is constant, so it has no reliability.",
        hint: "One item seems to mirror the others: reverse its answers.")
    }
    self.alpha = alpha
    var below: [Double] = []
    for j in 0..<k { for i in (j + 1)..<max(j + 1, k) { below.append(r[i, j]) } }
    let mean = below.reduce(0, +) / Double(below.count)
    meanCorrelation = mean
    correlationRange = (below.min() ?? 0)...(below.max() ?? 0)
    standardizedAlpha = Double(k) * mean / (1 + Double(k - 1) * mean)
    count = moments.count
    let model = OneFactorModel(moments)
    oneFactor = model.result
    oneFactorReason = model.reason
    let inverse = (try? Cholesky(r)).flatMap { $0.smallestPivotRatio > 1e-12 ? $0.inverse() : nil }
    items = (0..<k).map { i in
      let covariance = c.column(i).reduce(0, +) - c[i, i]
      let rest = total - 2 * covariance - c[i, i]
      return Item(
        name: moments.items[i],
        correctedItemTotal: rest > 1e-12 * total.magnitude ? covariance / (c[i, i] * rest).squareRoot() : nil,
        alphaIfDeleted: Self.alpha(c, (0..<k).filter { $0 != i }),
        squaredMultipleCorrelation: inverse.map { 1 - 1 / $0[i, i] }, loading: model.loadings.map { $0[i] })
    }
  }

  private static func requireItems(_ items: [String]) throws(StudyError) {
    guard items.count >= 2 else {
      throw StudyError(
        .tooFewItems,
        items.isEmpty
          ? "Reliability needs items."
          : "The reliability of one item, \(items[0]), cannot be estimated from one survey.",
        hint: "Give the construct at least two items, better three, or report the item without reliability.")
    }
  }

  static func alpha(_ covariance: Matrix, _ places: [Int]) -> Double? {
    guard places.count >= 2 else { return nil }
    var total = 0.0
    var single = 0.0
    for j in places {
      single += covariance[j, j]
      for i in places { total += covariance[i, j] }
    }
    guard total > 1e-12 * single else { return nil }
    let k = Double(places.count)
    return k / (k - 1) * (1 - single / total)
  }
}

/// The model of one factor behind ω: fitted by maximum likelihood to the moments.
private struct OneFactorModel {
  var result: ScaleReliability.OneFactor?
  var reason: String?
  var loadings: [Double]?

  init(_ moments: ItemMoments) {
    let k = moments.items.count
    // Names of our own: those of the data may be in any script, or words of the syntax.
    let names = (0..<k).map { "y\($0 + 1)" }
    let n = Double(moments.count)
    let sample = SampleMoments(
      variables: names, count: moments.count, mean: nil, covariance: moments.covariance * ((n - 1) / n))
    // Two items identify one loading only.
    let label = k == 2 ? "a*" : ""
    var terms = names.map { label + $0 }
    if k > 2 { terms[0] = "NA*" + terms[0] } else { terms[0] = "NA*\(names[0]) + " + terms[0] }
    let text = "f =~ " + terms.joined(separator: " + ") + "\nf ~~ 1*f"
    let fit: FittedModel
    do { fit = try Model(text, preset: .cfa).fit(to: sample) } catch {
      // The message names our variables; the last first, so that y1 is not found in y10.
      var message = "\(error)"
      for (name, item) in zip(names, moments.items).reversed() {
        message = message.split(separator: name, omittingEmptySubsequences: false).joined(separator: item)
      }
      reason = "The model of one factor cannot be fitted: \(message)"
      return
    }
    guard fit.convergence.isConverged else {
      reason = "The model of one factor did not converge."
      return
    }
    var raw = [Double](repeating: 0, count: k)
    var residual = raw
    for (row, value) in zip(fit.table.rows, fit.rowValues) {
      if row.op == .measurement, let place = names.firstIndex(of: row.rhs) { raw[place] = value }
      if row.op == .covariance, row.lhs == row.rhs, let place = names.firstIndex(of: row.lhs) {
        residual[place] = value
      }
    }
    if raw.reduce(0, { $0 + ($1 < 0 ? -1 : 1) }) < 0 { raw = raw.map { -$0 } }
    let standardized = zip(raw, residual).map { $0 / ($0 * $0 + $1).squareRoot() }
    loadings = standardized
    func ratio(_ loadings: [Double], _ residuals: [Double]) -> Double {
      let sum = loadings.reduce(0, +)
      return sum * sum / (sum * sum + residuals.reduce(0, +))
    }
    result = ScaleReliability.OneFactor(
      omega: ratio(raw, residual),
      compositeReliability: ratio(standardized, standardized.map { 1 - $0 * $0 }),
      averageVarianceExtracted: standardized.reduce(0) { $0 + $1 * $1 } / Double(k),
      hasEqualLoadings: k == 2, isImproper: residual.contains { $0 < 0 })
  }
}
