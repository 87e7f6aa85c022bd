public import SEM
internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Fit measures by AMOS's formulas, from what a printed AMOS table gives.
///
/// With C = (N - r) F the test statistic, q parameters, d degrees of freedom, n = N - r and r = G groups (Amos User's
/// Guide, appendices A to C). Tables printed by AMOS agree to their last digit.
public struct AmosMeasures: Sendable, Hashable {
  /// One group: its cases and observed variables.
  public struct Group: Sendable, Hashable {
    /// N of the group.
    public var count: Int
    /// p of the group.
    public var variableCount: Int

    /// Makes a group.
    public init(count: Int, variableCount: Int) {
      self.count = count
      self.variableCount = variableCount
    }
  }

  /// C and d of the model.
  public var test: ChiSquareTest
  /// q.
  public var parameterCount: Int
  /// C and d of the independence model.
  public var baseline: ChiSquareTest
  /// The groups.
  public var groups: [Group]

  /// Makes the measures of a model.
  public init(test: ChiSquareTest, parameterCount: Int, baseline: ChiSquareTest, groups: [Group]) {
    self.test = test
    self.parameterCount = parameterCount
    self.baseline = baseline
    self.groups = groups
  }

  /// N.
  public var count: Int { groups.reduce(0) { $0 + $1.count } }
  /// n = N - G.
  public var n: Double { Double(count - groups.count) }
  private var c: Double { test.statistic }
  private var d: Double { Double(test.degreesOfFreedom) }
  private var q: Double { Double(parameterCount) }
  private var c0: Double { baseline.statistic }
  private var d0: Double { Double(baseline.degreesOfFreedom) }

  /// C / d; `nil` without degrees of freedom.
  public var relativeChiSquare: Double? { d > 0 ? c / d : nil }
  /// F = C / n.
  public var minimum: Double { c / n }
  /// AIC = C + 2 q (Akaike 1987).
  public var aic: Double { c + 2 * q }
  /// BCC = C + 2 q Σ b p (p + 3) / (N_g - p - 2) / Σ p (p + 3), b = n N_g / N (Browne and Cudeck 1989); `nil` where a group
  /// has at most p + 2 cases.
  public var bcc: Double? {
    var sum = 0.0
    var weights = 0.0
    for group in groups {
      let p = Double(group.variableCount)
      let size = Double(group.count)
      guard size > p + 2 else { return nil }
      sum += n * size / Double(count) * p * (p + 3) / (size - p - 2)
      weights += p * (p + 3)
    }
    return weights > 0 ? c + 2 * q * sum / weights : nil
  }
  /// BIC = C + q ln N (Schwarz 1978; Raftery 1993).
  public var bic: Double { c + q * log(Double(count)) }
  /// CAIC = C + q (ln N + 1) (Bozdogan 1987).
  public var caic: Double { c + q * (log(Double(count)) + 1) }
  /// ECVI = AIC / n (Browne and Cudeck 1993).
  public var ecvi: Double { aic / n }
  /// MECVI = BCC / n.
  public var mecvi: Double? { bcc.map { $0 / n } }
  /// RMSEA = √(max(C - d, 0) / (n d)), without a factor for the number of groups; `nil` without degrees of freedom.
  public var rmsea: Double? { d > 0 ? (max(c - d, 0) / (n * d)).squareRoot() : nil }
  /// The 90 % interval of RMSEA (Browne and Cudeck 1993).
  public var rmseaInterval: (lower: Double, upper: Double)? {
    guard d > 0 else { return nil }
    func bound(_ lowerTail: Double) -> Double {
      let noncentrality = NoncentralChiSquareDistribution.noncentrality(
        lowerTail: lowerTail, at: c, degreesOfFreedom: d)
      return (noncentrality / (n * d)).squareRoot()
    }
    return (bound(0.95), bound(0.05))
  }
  /// PCLOSE: the probability of so large a C where RMSEA is 0.05 in the population.
  public var closeFitProbability: Double? {
    guard d > 0 else { return nil }
    return NoncentralChiSquareDistribution(degreesOfFreedom: d, noncentrality: 0.05 * 0.05 * n * d)
      .upperTail(at: c)
  }
  /// NFI = 1 - C / C₀ (Bentler and Bonett 1980).
  public var nfi: Double? { c0 > 0 ? 1 - c / c0 : nil }
  /// RFI = 1 - (C / d) / (C₀ / d₀) (Bollen 1986).
  public var rfi: Double? { d > 0 && d0 > 0 && c0 > 0 ? 1 - (c / d) / (c0 / d0) : nil }
  /// IFI = (C₀ - C) / (C₀ - d) (Bollen 1989).
  public var ifi: Double? { c0 != d ? (c0 - c) / (c0 - d) : nil }
  /// TLI = (C₀ / d₀ - C / d) / (C₀ / d₀ - 1) (Bentler and Bonett 1980, after Tucker and Lewis).
  public var tli: Double? { d > 0 && d0 > 0 && c0 != d0 ? (c0 / d0 - c / d) / (c0 / d0 - 1) : nil }
  /// CFI = 1 - max(C - d, 0) / max(C₀ - d₀, C - d, 0) (Bentler 1990).
  public var cfi: Double? {
    let excess = max(c - d, 0)
    let excess0 = max(c0 - d0, excess)
    return excess0 > 0 ? 1 - excess / excess0 : 1
  }
  /// PRATIO = d / d₀ (Mulaik et al. 1989).
  public var parsimonyRatio: Double? { d0 > 0 ? d / d0 : nil }
  /// PNFI = NFI · PRATIO.
  public var pnfi: Double? { nfi.flatMap { nfi in parsimonyRatio.map { nfi * $0 } } }
  /// PCFI = CFI · PRATIO.
  public var pcfi: Double? { cfi.flatMap { cfi in parsimonyRatio.map { cfi * $0 } } }
  /// Hoelter's critical N (1983): the largest sample of which a discrepancy F is not rejected, ⌊χ²(level) / F⌋ + G; `nil`
  /// for a perfect fit or without degrees of freedom.
  public func hoelter(_ level: Double) -> Double? {
    guard d > 0, c > 0 else { return nil }
    let critical = ChiSquareDistribution(degreesOfFreedom: d).quantile(upperTail: level)
    return (critical / minimum).rounded(.down) + Double(groups.count)
  }
}
