/// What the usual rules say of one step of the ladder of invariance.
public struct InvarianceVerdict: Sendable, Hashable {
  /// ΔCFI ≥ -.010 (Cheung and Rensvold 2002, table 4 and p. 251).
  public var passesCheungRensvold: Bool?
  /// Chen (2007, p. 501): with more than 300 cases ΔCFI ≥ -.010 and (ΔRMSEA ≤ .015 or ΔSRMR ≤ .030 for loadings, .010 beyond);
  /// with fewer, or groups of very different sizes, -.005, .010, .025 and .005.
  public var passesChen: Bool?
  /// p ≥ .05 of the difference of χ².
  public var passesChiSquare: Bool?

  /// Whether the step holds by the two rules of change in fit; the test of exact equality, which large samples always
  /// reject, does not decide.
  public var holds: Bool { passesCheungRensvold != false && passesChen != false }

  /// Judges a step.
  ///
  /// - Parameters:
  ///   - level: The step.
  ///   - changes: The changes of `cfi`, `rmsea` and `srmr` since the step before.
  ///   - pValue: The p-value of the difference of χ².
  ///   - count: The cases in all groups.
  public init(_ level: InvarianceLevel, _ changes: [String: Double], pValue: Double?, count: Int) {
    passesChiSquare = pValue.map { $0 >= 0.05 }
    guard let cfi = changes["cfi"] else { return }
    // Printed to three decimals a change of .010 passes; rounding must not decide.
    let slack = 1e-9
    passesCheungRensvold = cfi >= -0.010 - slack
    guard let rmsea = changes["rmsea"], let srmr = changes["srmr"] else { return }
    let isLarge = count > 300
    let srmrLimit =
      level == .metric ? (isLarge ? 0.030 : 0.025) : (isLarge ? 0.010 : 0.005)
    passesChen =
      cfi >= (isLarge ? -0.010 : -0.005) - slack
      && (rmsea <= (isLarge ? 0.015 : 0.010) + slack || srmr <= srmrLimit + slack)
  }
}
