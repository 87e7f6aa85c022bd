#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A point of the beta distribution with shapes *a*, *b*, given by *f* = (*x* / *a*) / ((1 - *x*) / *b*).
///
/// *f* is the value of an F variable with 2*a* and 2*b* degrees of freedom. Starting from it and not from a rounded *x*
/// keeps the digits that the exponent *a* log *x* + *b* log(1 - *x*) would lose.
struct BetaPoint {
  /// The shapes after a reflection that makes *f* ≤ 1.
  private let a, b: Double
  /// *f*, at most 1.
  private let ratio: DoubleDouble
  /// Whether *a* and *b* changed places and *f* became its inverse.
  private let isReflected: Bool
  /// *a* *f* + *b*.
  private let denominator: DoubleDouble
  /// -log of (*x*/*x*₀)ᵃ (*y*/*y*₀)ᵇ, where *x*₀ = *a* / (*a* + *b*): zero at *f* = 1, positive elsewhere.
  private let deviance: DoubleDouble

  /// Prepares a point; shapes and ratio must be positive and finite.
  init(_ first: Double, _ second: Double, ratio f: DoubleDouble) {
    isReflected = f.high > 1
    if isReflected {
      (a, b, ratio) = (second, first, DoubleDouble(1) / f)
    } else {
      (a, b, ratio) = (first, second, f)
    }
    denominator = ratio * a + b
    // x/x₀ - 1 = b (f - 1) / (a f + b) and y/y₀ - 1 = a (1 - f) / (a f + b), and a times the first plus b times the
    // second is 0: the exponent is a sum of two relative deviances, neither of them negative.
    let sum = DoubleDouble.sum(a, b)
    let gap = ratio - 1
    let total = sum / denominator
    let right = SpecialFunctions.relativeDeviance(excess: -(gap * a / denominator), ratio: total) * b
    let share = ratio * total
    if share.high > 1e-290 {
      let left = SpecialFunctions.relativeDeviance(excess: gap * b / denominator, ratio: share) * a
      deviance = left + right
    } else if share.high > 0 {
      deviance = DoubleDouble(a * (share.high - 1 - log(share.high))) + right
    } else {
      deviance = DoubleDouble(.infinity)
    }
  }

  /// *x*ᵃ (1-*x*)ᵇ / B(*a*, *b*), by the saddle-point form.
  var prefactor: Double {
    let roots = SpecialFunctions.scaledGamma(a + b) / SpecialFunctions.scaledGamma(a)
    return SpecialFunctions.exponentialOfMinus(deviance) * roots / SpecialFunctions.scaledGamma(b)
      * (sqrt(min(a, b)) * sqrt(max(a, b) / (a + b)) / SpecialFunctions.sqrtTwoPi)
  }

  /// The logarithm of ``prefactor``.
  var logPrefactor: Double {
    SpecialFunctions.logScaledGamma(a + b) - SpecialFunctions.logScaledGamma(a)
      - SpecialFunctions.logScaledGamma(b) + 0.5 * (log(min(a, b)) + log(max(a, b) / (a + b)))
      - SpecialFunctions.halfLogTwoPi - deviance.high
  }

  /// The regularised incomplete beta function of the shapes given, and its complement.
  var tails: (lower: Double, upper: Double) {
    let (lower, upper) = ownTails
    return isReflected ? (upper, lower) : (lower, upper)
  }

  private var ownTails: (lower: Double, upper: Double) {
    if deviance.high == .infinity { return (0, 1) }
    if min(a, b) > 1e9 { return normalTails }
    let x = (ratio * a / denominator).high
    let y = b / denominator.high
    if b < 1 && y < 0.5 && (a + b) * y < 1.2 {
      let upper = prefactor / b * series(b, a, y)
      return (1 - upper, upper)
    }
    let lower = prefactor * fraction(x: x, y: y)
    return (lower, 1 - lower)
  }

  /// 1 + (*a*+*b*)/(*a*+1) *x* + …, all terms positive: DLMF 8.17.8.
  private func series(_ a: Double, _ b: Double, _ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var n = 0.0
    while n < 10_000 {
      term *= (a + b + n) / (a + 1 + n) * x
      n += 1
      sum += term
      if term < 1e-17 * sum { break }
    }
    return sum
  }

  /// *I*ₓ(*a*, *b*) divided by the prefactor, for *f* ≤ 1: the even part of DLMF 8.17.22, evaluated by Lentz's method.
  ///
  /// About 3 √min(*a*, *b*) steps at *f* = 1, few further off.
  ///
  /// Source: A. R. DiDonato, A. H. Morris (1992), "Significant digit computation of the incomplete beta function
  /// ratios", ACM TOMS 18, 360-373, section on the continued fraction.
  private func fraction(x: Double, y: Double) -> Double {
    // a - (a + b) x = a b (1 - f) / (a f + b), without cancellation.
    let offset = (1 - ratio.high - ratio.low) * (b / denominator.high) * a
    var beta = a / (a + 1) * (offset + 1)
    var c = beta
    var d = 0.0
    var value = beta
    var n = 0.0
    while n < 300_000 {
      n += 1
      let odd = a + 2 * n - 1
      let alpha = (a + n - 1) / odd * ((a + b + n - 1) / odd * x) * (n * (b - n) * x)
      beta = n + n * (b - n) / odd * x + (a + n) / (odd + 2) * (offset + 1 + n * (1 + y))
      d = beta + alpha * d
      if abs(d) < 1e-300 { d = 1e-300 }
      c = beta + alpha / c
      if abs(c) < 1e-300 { c = 1e-300 }
      d = 1 / d
      let change = c * d
      value *= change
      if abs(change - 1) < 2e-16 { break }
    }
    return 1 / value
  }

  /// The leading terms of the uniform expansion, DLMF 8.18(ii), for shapes above 1e9: relative error below 1e-9.
  private var normalTails: (lower: Double, upper: Double) {
    let exponential = SpecialFunctions.exponentialOfMinus(deviance)
    let n = a + b
    let (x0, y0) = (a / n, b / n)
    let root = sqrt(x0) * sqrt(y0)
    let eta = -sqrt(2 * deviance.high / n)
    let gap = -x0 * ((1 - ratio.high - ratio.low) * (b / denominator.high))
    let limit = -(y0 - x0) / (3 * root)
    let first = eta > -1e-8 ? limit : root / gap - 1 / eta
    let lower =
      SpecialFunctions.halfErfcOfRoot(deviance, exponential: exponential) - exponential
      / (SpecialFunctions.sqrtTwoPi * sqrt(n)) * first
    return (lower, 1 - lower)
  }
}
