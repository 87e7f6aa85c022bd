#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Special functions behind the distributions.
///
/// All of them are pure and safe under threads (the C library's `lgamma` writes a global and is not used).
public enum SpecialFunctions {
  /// The natural logarithm of Γ(*x*) for *x* > 0.
  ///
  /// Infinity at 0 and at infinity, NaN below 0. Accuracy: 2e-15 relative, also next to the zeros at 1 and 2.
  ///
  /// Source: DLMF 5.11.1 (*x* ≥ 10), 5.7.3 around 1 and 2, else the logarithm of the C library's Γ.
  public static func logGamma(_ x: Double) -> Double {
    if x.isNaN || x < 0 { return .nan }
    if x == 0 || x == .infinity { return .infinity }
    if x >= 10 { return (x - 0.5) * (log(x) - 1) - 0.5 + halfLogTwoPi + stirlingCorrection(x) }
    if x >= 1.5 {
      return x <= 2.5 ? log1p(x - 2) + logGammaOnePlus(x - 2) : log(tgamma(x))
    }
    if x >= 0.5 { return logGammaOnePlus(x - 1) }
    return logGammaOnePlus(x) - log(x)
  }

  /// log(1 + *x*) - *x*, without cancellation for small *x*.
  ///
  /// -infinity at -1, NaN below. Accuracy: 1e-15 relative.
  ///
  /// Source: log(1 + *x*) = 2 artanh(*s*) with *s* = *x* / (2 + *x*), DLMF 4.6.6; subtracting *x* leaves
  /// -*x* *s* + 2 (*s*³/3 + *s*⁵/5 + …).
  public static func log1pMinus(_ x: Double) -> Double {
    if x.isNaN || x < -1 { return .nan }
    if x == -1 || x == .infinity { return -.infinity }
    return -relativeDeviance(excess: DoubleDouble(x), ratio: DoubleDouble.sum(1, x)).high
  }

  /// The regularised incomplete gamma functions *P*(*a*, *x*) and *Q*(*a*, *x*).
  ///
  /// *P* = γ(*a*, *x*) / Γ(*a*), *Q* = Γ(*a*, *x*) / Γ(*a*), both computed without cancellation.
  ///
  /// - Parameters:
  ///   - a: The shape; NaN results unless it is positive and finite.
  ///   - x: The limit of the integral; (0, 1) results at and below 0.
  /// - Returns: (lower: *P*, upper: *Q*). Accuracy: about 1e-14 relative, down to 1e-300.
  ///
  /// Source: DLMF 8.11.4 (series), 8.9.2 (continued fraction), Temme (1987) for large *a* near *x*; see
  /// ``ChiSquareDistribution``.
  public static func regularizedGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    IncompleteGamma.tails(a, x)
  }

  /// The regularised incomplete beta functions *I*ₓ(*a*, *b*) and 1 - *I*ₓ(*a*, *b*) = *I*₁₋ₓ(*b*, *a*).
  ///
  /// - Parameters:
  ///   - x: The limit of the integral; (0, 1) results at and below 0, (1, 0) at and above 1.
  ///   - a: The first shape; NaN results unless it is positive and finite.
  ///   - b: The second shape; NaN results unless it is positive and finite.
  /// - Returns: (lower: *I*ₓ(*a*, *b*), upper: 1 - *I*ₓ(*a*, *b*)). Accuracy: about 1e-14 relative, down to 1e-300.
  ///
  /// Source: DLMF 8.17; DiDonato & Morris (1992). See ``FDistribution``.
  public static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> (lower: Double, upper: Double)
  {
    if x.isNaN || !(a > 0 && b > 0 && a.isFinite && b.isFinite) { return (.nan, .nan) }
    if x <= 0 { return (0, 1) }
    if x >= 1 { return (1, 0) }
    let odds = DoubleDouble(x) / DoubleDouble.sum(1, -x)
    let ratio = odds * b / a
    guard ratio.high.isFinite, ratio.high > 0 else { return ratio.high > 0 ? (1, 0) : (0, 1) }
    return BetaPoint(a, b, ratio: ratio).tails
  }

  // MARK: - Inside the module

  static let halfLogTwoPi = 0.918938533204672741780330
  static let twoPi = 6.283185307179586476925287
  static let sqrtTwoPi = 2.506628274631000502415765
  static let sqrtHalf = 0.7071067811865475244008444
  static let sqrtPi = 1.772453850905516027298167

  /// log Γ(*x*) - [(*x* - ½) log *x* - *x* + ½ log 2π] for *x* ≥ 10: DLMF 5.11.1, absolute error below 1e-17.
  static func stirlingCorrection(_ x: Double) -> Double {
    let r = 1 / x
    let s = r * r
    var sum = 43867.0 / 244188
    sum = sum * s - 3617.0 / 122400
    sum = sum * s + 1.0 / 156
    sum = sum * s - 691.0 / 360360
    sum = sum * s + 1.0 / 1188
    sum = sum * s - 1.0 / 1680
    sum = sum * s + 1.0 / 1260
    sum = sum * s - 1.0 / 360
    sum = sum * s + 1.0 / 12
    return sum * r
  }

  /// The logarithm of Γ\*(*x*), see ``scaledGamma(_:)``.
  static func logScaledGamma(_ x: Double) -> Double {
    x >= 10 ? stirlingCorrection(x) : log(scaledGamma(x))
  }

  /// Γ\*(*x*) = Γ(*x*) *e*ˣ *x*⁻ˣ √(*x* / 2π), which tends to 1: DLMF 5.11.3.
  static func scaledGamma(_ x: Double) -> Double {
    if x >= 10 { return exp(stirlingCorrection(x)) }
    return tgamma(x) * exp(x) * pow(x, -x) * (sqrt(x) / sqrtTwoPi)
  }

  /// log Γ(1 + *x*) for |*x*| ≤ ½, relative accuracy kept at *x* = 0: DLMF 5.7.3.
  static func logGammaOnePlus(_ x: Double) -> Double {
    // Term k is (-1)^k (ζ(k) - 1) x^k / k, k = 2, 3, ...
    var sum = 0.0
    for (offset, value) in zetaMinusOne.enumerated().reversed() {
      let k = offset + 2
      let term = value / Double(k)
      sum = sum * x + (k.isMultiple(of: 2) ? term : -term)
    }
    let oneMinusEuler = 0.4227843350984671393934879
    return x * (oneMinusEuler + x * sum) - log1p(x)
  }

  /// ζ(k) - 1 for k = 2, 3, ...
  private static let zetaMinusOne: [Double] = [
    0.64493406684822643647, 0.2020569031595942854, 0.082323233711138191516, 0.036927755143369926331,
    0.017343061984449139715, 0.0083492773819228268398, 0.0040773561979443393787, 0.0020083928260822144179,
    0.00099457512781808533715, 0.0004941886041194645587, 0.00024608655330804829864, 0.00012271334757848914675,
    0.000061248135058704829259, 0.000030588236307020493552, 0.000015282259408651871733,
    7.6371976378997622736e-6,
    3.8172932649998398565e-6, 1.9082127165539389257e-6, 9.5396203387279611315e-7, 4.7693298678780646312e-7,
    2.3845050272773299e-7, 1.1921992596531107307e-7, 5.9608189051259479612e-8, 2.9803503514652280186e-8,
    1.4901554828365041235e-8, 7.450711789835429492e-9, 3.7253340247884570548e-9, 1.8626597235130490064e-9,
  ]

  /// The sum of *s*²ᵏ / (2*k* + 3) over *k* ≥ 0, so that artanh *s* = *s* + *s*³ · sum; for |*s*| ≤ 0.18.
  @inline(__always)
  private static func artanhRest(_ square: Double) -> Double {
    var sum = 1.0 / 27
    sum = sum * square + 1.0 / 25
    sum = sum * square + 1.0 / 23
    sum = sum * square + 1.0 / 21
    sum = sum * square + 1.0 / 19
    sum = sum * square + 1.0 / 17
    sum = sum * square + 1.0 / 15
    sum = sum * square + 1.0 / 13
    sum = sum * square + 1.0 / 11
    sum = sum * square + 1.0 / 9
    sum = sum * square + 1.0 / 7
    sum = sum * square + 1.0 / 5
    return sum * square + 1.0 / 3
  }

  /// log(1 + *u*) to about 18 digits.
  static func logOnePlus(_ u: DoubleDouble) -> DoubleDouble {
    u.high > -0.29 && u.high < 0.41 ? logNearOne(excess: u) : preciseLog(u + 1)
  }

  @inline(__always)
  private static func logNearOne(excess u: DoubleDouble) -> DoubleDouble {
    let s = u / (u + 2)
    let square = s.high * s.high
    let rest = 2 * s.high * square * artanhRest(square)
    return DoubleDouble(high: 2 * s.high, low: 2 * s.low) + rest
  }

  /// The logarithm of a positive, normal number, to about 18 digits.
  static func preciseLog(_ t: DoubleDouble) -> DoubleDouble {
    var exponent = Double(t.high.exponent)
    var scale = Double(sign: .plus, exponent: -t.high.exponent, significand: 1)
    if t.high * scale > 1.41 {
      scale *= 0.5
      exponent += 1
    }
    let m = DoubleDouble(high: t.high * scale, low: t.low * scale)
    let logTwo = DoubleDouble(high: 0.6931471805599453, low: 2.3190468138462996e-17)
    return logTwo * exponent + logNearOne(excess: m - 1)
  }

  /// *t* - 1 - log *t*, the relative deviance, without cancellation for *t* next to 1.
  ///
  /// With *s* = (*t* - 1) / (*t* + 1) it is *s* (*t* - 1) - 2 *s*³ (1/3 + *s*²/5 + …). The first term is at least 14
  /// times the second in the range of the series and formed in doubled precision, so the result has about 17 digits.
  ///
  /// Source: C. Loader (2000), "Fast and accurate computation of binomial probabilities", section 4 (the deviance
  /// part of the saddle-point form); DLMF 4.6.6.
  ///
  /// - Parameters:
  ///   - excess: *t* - 1.
  ///   - ratio: *t*, positive and normal.
  static func relativeDeviance(excess: DoubleDouble, ratio: DoubleDouble) -> DoubleDouble {
    guard ratio.high > 0.71 && ratio.high < 1.41 else { return excess - preciseLog(ratio) }
    let s = excess / (excess + 2)
    let square = s.high * s.high
    return excess * s - 2 * s.high * square * artanhRest(square)
  }

  /// *e*⁻ˣ.
  @inline(__always)
  static func exponentialOfMinus(_ x: DoubleDouble) -> Double { exp(-x.high) * (1 - x.low) }

  /// ½ erfc(√*d*) for *d* ≥ 0, correct to the last digits where `erfc` of a rounded root would lose two.
  ///
  /// - Parameters:
  ///   - d: The square of the argument.
  ///   - exponential: *e*⁻ᵈ.
  static func halfErfcOfRoot(_ d: DoubleDouble, exponential: Double) -> Double {
    if !(d.high > 0) { return 0.5 }
    let z = sqrt(d.high)
    let correction = (d.high.addingProduct(-z, z) + d.low) / (2 * z)
    return 0.5 * erfc(z) - exponential / sqrtPi * correction
  }
}
