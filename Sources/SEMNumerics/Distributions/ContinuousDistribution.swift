/// A continuous probability distribution on an interval of the real line.
///
/// Both tails are computed directly, never as one minus the other where that would lose digits, so a p-value of 1e-300
/// has as many correct digits as one of 0.3.
///
/// No argument traps: NaN in gives NaN out, parameters outside their range give NaN from every method, arguments
/// outside the support give the limit there (density 0, tails 0 and 1), probabilities outside [0, 1] give NaN.
public protocol ContinuousDistribution: Sendable, Hashable {
  /// The probability density *f*(*x*).
  func density(at x: Double) -> Double
  /// The natural logarithm of the density, finite where the density itself would underflow.
  func logDensity(at x: Double) -> Double
  /// The distribution function P(*X* ≤ *x*).
  func lowerTail(at x: Double) -> Double
  /// The survival function P(*X* > *x*), the p-value of an upper test.
  func upperTail(at x: Double) -> Double
  /// The *x* with P(*X* ≤ *x*) = *p*; the ends of the support for *p* = 0 and 1.
  func quantile(lowerTail p: Double) -> Double
  /// The *x* with P(*X* > *x*) = *p*; the ends of the support for *p* = 1 and 0.
  func quantile(upperTail p: Double) -> Double
}
