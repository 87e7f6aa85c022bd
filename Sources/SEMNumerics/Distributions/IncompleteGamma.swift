#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The regularised incomplete gamma functions and the gamma density's prefactor.
enum IncompleteGamma {
  /// The deviance *x* - *a* - *a* log(*x* / *a*) ≥ 0 for *a*, *x* > 0, to about 17 digits.
  static func deviance(_ a: Double, _ x: Double) -> DoubleDouble {
    let ratio = DoubleDouble(x) / a
    if ratio.high > 1e-290 && ratio.high < 1e290 {
      let excess = DoubleDouble.sum(x, -a) / a
      return SpecialFunctions.relativeDeviance(excess: excess, ratio: ratio) * a
    }
    return DoubleDouble(x - a + a * (log(a) - log(x)))
  }

  /// *x*ᵃ *e*⁻ˣ / Γ(*a* + 1): the Poisson probability of *a* at mean *x* for whole *a*.
  ///
  /// Source: Loader (2000), the saddle-point form exp(-deviance) / (√(2π*a*) Γ\*(*a*)).
  static func prefactor(_ a: Double, _ x: Double) -> Double {
    if a == 0 { return exp(-x) }
    if x <= 0 { return 0 }
    if x == .infinity { return 0 }
    return SpecialFunctions.exponentialOfMinus(deviance(a, x)) / scale(a)
  }

  /// The logarithm of ``prefactor(_:_:)``.
  static func logPrefactor(_ a: Double, _ x: Double) -> Double {
    if a == 0 { return -x }
    if x <= 0 || x == .infinity { return -.infinity }
    return -deviance(a, x).high - SpecialFunctions.logScaledGamma(a) - 0.5 * log(a)
      - SpecialFunctions.halfLogTwoPi
  }

  @inline(__always)
  private static func scale(_ a: Double) -> Double {
    SpecialFunctions.sqrtTwoPi * sqrt(a) * SpecialFunctions.scaledGamma(a)
  }

  /// *P*(*a*, *x*) and *Q*(*a*, *x*).
  static func tails(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    if x.isNaN || !(a > 0 && a < .infinity) { return (.nan, .nan) }
    if x <= 0 { return (0, 1) }
    if x == .infinity { return (1, 0) }
    if a >= 15 && x > 0.35 * a && x < 2.2 * a { return uniform(a, x) }
    if x < (a < 0.5 ? 1.5 : a + 1) {
      let lower = prefactor(a, x) * series(a, x)
      if a < 0.5 && lower > 0.5 { return (lower, smallShapeUpper(a, x)) }
      return (lower, 1 - lower)
    }
    let upper = prefactor(a, x) * a * fraction(a, x)
    return (1 - upper, upper)
  }

  /// 1 + *x*/(*a*+1) + *x*²/((*a*+1)(*a*+2)) + …: DLMF 8.11.4. At most about 60 terms where it is used.
  private static func series(_ a: Double, _ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var shape = a
    for _ in 0..<1000 {
      shape += 1
      term *= x / shape
      sum += term
      if term < 1e-17 * sum { break }
    }
    return sum
  }

  /// Γ(*a*, *x*) *x*⁻ᵃ *e*ˣ by the even part of its continued fraction, DLMF 8.9.2, evaluated by Lentz's method.
  private static func fraction(_ a: Double, _ x: Double) -> Double {
    var b = x + 1 - a
    if b == 0 { b = 1e-300 }
    var d = 1 / b
    var c = 1e300
    var h = d
    for n in 1..<1000 {
      let numerator = -Double(n) * (Double(n) - a)
      b += 2
      d = b + numerator * d
      if abs(d) < 1e-300 { d = 1e-300 }
      c = b + numerator / c
      if abs(c) < 1e-300 { c = 1e-300 }
      d = 1 / d
      let change = c * d
      h *= change
      if abs(change - 1) < 1e-16 { break }
    }
    return h
  }

  /// *Q*(*a*, *x*) for *a* < ½ and *x* < 1.5 without forming 1 - *P*: DLMF 8.7.1 with the leading ones removed.
  private static func smallShapeUpper(_ a: Double, _ x: Double) -> Double {
    var power = 1.0
    var sum = 0.0
    for n in 1..<60 {
      power *= -x / Double(n)
      let term = power / (a + Double(n))
      sum += term
      if abs(term) < 1e-18 * abs(sum) { break }
    }
    let logGamma = SpecialFunctions.logGammaOnePlus(a)
    let powerMinusOne = expm1(a * log(x))
    return (expm1(logGamma) - powerMinusOne - (1 + powerMinusOne) * a * sum) / exp(logGamma)
  }

  /// Temme's uniform expansion for *a* ≥ 15 and 0.35 < *x*/*a* < 2.2.
  ///
  /// With ½*η*² = *λ* - 1 - log *λ*, *λ* = *x*/*a*: *Q* = ½ erfc(*η* √(*a*/2)) + *R*, *P* = ½ erfc(-*η* √(*a*/2)) - *R*,
  /// *R* = *e*^(-*a* *η*²/2) / √(2π*a*) · (*a* / Γ\*(*a*)) Σ *β*ₙ *η*ⁿ. Differentiating with respect to *η* and
  /// comparing powers gives *β*ₙ₋₁ = (*f*ₙ + (*n*+1) *β*ₙ₊₁) / *a* with *f* the Taylor coefficients of *η* / (*λ* - 1),
  /// started from zeros at the top.
  ///
  /// Source: N. M. Temme (1987), "On the computation of the incomplete gamma functions for large values of the
  /// parameters", in Algorithms for Approximation; A. Gil, J. Segura, N. M. Temme (2012), "Efficient and accurate
  /// algorithms for the computation and inversion of the incomplete gamma function ratios", SIAM J. Sci. Comput. 34,
  /// A2965-A2981, section 2.5; DLMF 8.12.
  private static func uniform(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    let deviance = deviance(a, x)
    let exponential = SpecialFunctions.exponentialOfMinus(deviance)
    let size = sqrt(2 * max(deviance.high, 0) / a)
    let eta = x < a ? -size : size

    var next = 0.0
    var current = 0.0
    var sum = 0.0
    // β(n-1) from β(n+1): `current` is β(n), `next` is β(n+1).
    for n in stride(from: uniformCoefficients.count - 1, through: 1, by: -1) {
      let previous = (uniformCoefficients[n] + Double(n + 1) * next) / a
      next = current
      current = previous
      sum = sum * eta + previous
    }
    let rest = exponential * a * sum / scale(a)
    let tail = SpecialFunctions.halfErfcOfRoot(deviance, exponential: exponential)
    if x >= a {
      let upper = tail + rest
      return (1 - upper, upper)
    }
    let lower = tail - rest
    return (lower, 1 - lower)
  }

  /// The Taylor coefficients of *η* / (*λ* - 1) in *η*, from *μ* *μ*′ = *η* (1 + *μ*), *μ* = *λ* - 1; radius 2√π.
  private static let uniformCoefficients: [Double] = [
    1.0, -0.33333333333333333333, 0.083333333333333333333, -0.014814814814814814815, 0.0011574074074074074074,
    0.00035273368606701940035, -0.0001787551440329218107, 0.000039192631785224377817,
    -2.1854485106799921615e-6,
    -1.8540622107151599607e-6, 8.296711340953086005e-7, -1.7665952736826079304e-7, 6.7078535434014985804e-9,
    1.0261809784240308043e-8, -4.3820360184533531866e-9, 9.1476995822367902342e-10,
    -2.5514193994946249767e-11,
    -5.8307721325504250675e-11, 2.4361948020667416244e-11, -5.0276692801141755891e-12,
    1.1004392031956134771e-13,
    3.3717632624009853788e-13, -1.3923887224181620659e-13, 2.8534893807047443204e-14,
    -5.139111834242572619e-16,
    -1.9752288294349442835e-15, 8.0995211567045613341e-16, -1.6522531216398161819e-16,
    2.5305430097478884233e-18,
    1.1686939738559576589e-17, -4.7700370498204847582e-18,
  ]
}
