#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The normal distribution.
///
/// Density φ(*z*) / *σ* with *z* = (*x* - *μ*) / *σ*, φ(*z*) = *e*^(-*z*²/2) / √(2π); tails ½ erfc(±*z* / √2).
///
/// - Edge cases: NaN from every method unless the mean is finite and the standard deviation positive and finite.
/// - Accuracy of the standard distribution: 2e-15 relative for density, tails (down to 1e-300) and quantiles; with
///   another mean the rounding of *z* comes on top.
/// - Source: DLMF 7.2.2 and 7.17; Abramowitz & Stegun 26.2.23 (first guess of the quantile), refined by Halley's method.
public struct NormalDistribution: ContinuousDistribution {
  /// The mean *μ*.
  public let mean: Double
  /// The standard deviation *σ*.
  public let standardDeviation: Double

  /// Makes the distribution with a mean and a standard deviation.
  public init(mean: Double = 0, standardDeviation: Double = 1) {
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// The distribution with mean 0 and standard deviation 1.
  public static let standard = NormalDistribution()

  private var isValid: Bool { mean.isFinite && standardDeviation > 0 && standardDeviation.isFinite }

  /// φ(*z*) / *σ*.
  public func density(at x: Double) -> Double {
    guard isValid, !x.isNaN else { return .nan }
    return Self.standardDensity(at: (x - mean) / standardDeviation) / standardDeviation
  }

  /// -*z*²/2 - log(*σ* √(2π)).
  public func logDensity(at x: Double) -> Double {
    guard isValid, !x.isNaN else { return .nan }
    let z = (x - mean) / standardDeviation
    return -0.5 * z * z - SpecialFunctions.halfLogTwoPi - log(standardDeviation)
  }

  /// P(*X* ≤ *x*) = ½ erfc(-*z*/√2).
  public func lowerTail(at x: Double) -> Double {
    guard isValid else { return .nan }
    return Self.standardUpperTail(at: -((x - mean) / standardDeviation))
  }

  /// P(*X* > *x*) = ½ erfc(*z*/√2).
  public func upperTail(at x: Double) -> Double {
    guard isValid else { return .nan }
    return Self.standardUpperTail(at: (x - mean) / standardDeviation)
  }

  /// The *x* with P(*X* ≤ *x*) = *p*; -infinity at 0, infinity at 1.
  public func quantile(lowerTail p: Double) -> Double {
    guard isValid else { return .nan }
    return mean - standardDeviation * Self.standardQuantile(upperTail: p)
  }

  /// The *x* with P(*X* > *x*) = *p*; infinity at 0, -infinity at 1.
  public func quantile(upperTail p: Double) -> Double {
    guard isValid else { return .nan }
    return mean + standardDeviation * Self.standardQuantile(upperTail: p)
  }

  // MARK: - The standard distribution

  static func standardDensity(at z: Double) -> Double {
    let square = DoubleDouble.product(z, z)
    guard square.high < 1e4 else { return z.isNaN ? .nan : 0 }
    return exp(-0.5 * square.high) * (1 - 0.5 * square.low) / SpecialFunctions.sqrtTwoPi
  }

  static func standardUpperTail(at z: Double) -> Double {
    if z.isNaN { return .nan }
    if abs(z) > 40 { return z > 0 ? 0 : 1 }
    if z <= 1 { return 0.5 * erfc(z * SpecialFunctions.sqrtHalf) }
    let square = DoubleDouble.product(z, z)
    let half = DoubleDouble(high: 0.5 * square.high, low: 0.5 * square.low)
    return SpecialFunctions.halfErfcOfRoot(half, exponential: SpecialFunctions.exponentialOfMinus(half))
  }

  /// The *z* with P(*Z* > *z*) = *p*.
  static func standardQuantile(upperTail p: Double) -> Double {
    if !(p >= 0 && p <= 1) { return .nan }
    if p == 0 { return .infinity }
    if p == 1 { return -.infinity }
    if p > 0.25 && p < 0.75 { return centralQuantile(1 - 2 * p) }
    return p < 0.5 ? outerQuantile(p) : -outerQuantile(1 - p)
  }

  /// The *z* with erf(*z*/√2) = *v* for |*v*| ≤ ½: three terms of the series DLMF 7.17.2, then Halley's method.
  private static func centralQuantile(_ v: Double) -> Double {
    let w = 0.5 * SpecialFunctions.sqrtPi * v
    let square = w * w
    var z =
      w * (1 + square * (1.0 / 3 + square * (7.0 / 30 + square * 127.0 / 630))) / SpecialFunctions.sqrtHalf
    for _ in 0..<2 {
      let step = (erf(z * SpecialFunctions.sqrtHalf) - v) / (2 * standardDensity(at: z))
      z -= step / (1 + 0.5 * step * z)
    }
    return z
  }

  /// The *z* > 0 with upper tail *p* ≤ ¼, by Halley's method on the logarithm of the tail.
  private static func outerQuantile(_ p: Double) -> Double {
    let t = sqrt(-2 * log(p))
    var z =
      t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in 0..<3 {
      let tail = standardUpperTail(at: z)
      guard tail > 0 else { return z }
      let hazard = standardDensity(at: z) / tail
      let gap = log1p((tail - p) / p)
      let step = gap / hazard / (1 + gap * (hazard - z) / (2 * hazard))
      z += step
      if abs(step) < 1e-6 * z { break }
    }
    return z
  }
}
