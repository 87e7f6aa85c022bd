internal import SEMNumerics

/// A test statistic with its degrees of freedom, as comparative measures need it.
public struct ChiSquareTest: Sendable, Hashable {
  /// The statistic.
  public var statistic: Double
  /// The degrees of freedom.
  public var degreesOfFreedom: Int
  /// The upper tail of the chi-square distribution; `nil` for no degrees of freedom.
  public var pValue: Double? {
    degreesOfFreedom > 0
      ? ChiSquareDistribution(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(at: statistic) : nil
  }

  /// Makes a test from its statistic.
  public init(statistic: Double, degreesOfFreedom: Int) {
    self.statistic = statistic
    self.degreesOfFreedom = degreesOfFreedom
  }
}
