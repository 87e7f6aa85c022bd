#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The noncentral chi-square distribution: the sum of squares of normal variables whose means have square sum *λ*.
///
/// A Poisson mixture of central distributions: *F*(*x*; *ν*, *λ*) = Σⱼ *w*ⱼ *P*(*ν*/2 + *j*, *x*/2),
/// *w*ⱼ = *e*^(-*λ*/2) (*λ*/2)ʲ / *j*!.
///
/// The sum is entered where *w*ⱼ times the central term *D*ⱼ = (*x*/2)^(*ν*/2+*j*) *e*^(-*x*/2) / Γ(*ν*/2+*j*+1) is
/// largest, at *j*(*j* + *ν*/2) = *λ**x*/4. The lower tail is summed downwards from where the terms above are negligible,
/// the upper tail upwards from where those below are, so the incomplete gamma function is evaluated once and then only *grows*, by one
/// central term per step: no cancellation in either tail. The tail on the far side of the mean is the complement.
///
/// - Edge cases: NaN from every method unless the degrees of freedom are positive and the noncentrality is not negative,
///   both finite. Noncentrality 0 is the central distribution.
/// - Accuracy, against 50-digit values: 2e-14 relative for density, tails (to 1e-300) and quantiles, *ν* from 0.1 to
///   1e6, *λ* to 1e5. Above *λ* = 1e9 the saddle-point formula of Lugannani & Rice replaces the sum (1e-7 or better).
/// - Complexity: about 20 √(*λ*/2) steps of a few nanoseconds at most.
/// - Source: DLMF 8.8.5 and 8.8.6 (recurrences); C. G. Ding (1992), Algorithm AS 275, Applied Statistics 41, 478-482 and
///   D. Benton, K. Krishnamoorthy (2003), Comput. Statist. Data Anal. 43, 249-267 (starting inside the mixture);
///   R. Lugannani, S. Rice (1980), Adv. Appl. Probab. 12, 475-490; P. B. Patnaik (1949), Biometrika 36, 202-232 (first
///   guess of quantiles).
public struct NoncentralChiSquareDistribution: ContinuousDistribution {
  /// The degrees of freedom *ν*.
  public let degreesOfFreedom: Double
  /// The noncentrality *λ*.
  public let noncentrality: Double

  /// Makes the distribution with degrees of freedom and noncentrality.
  public init(degreesOfFreedom: Double, noncentrality: Double) {
    self.degreesOfFreedom = degreesOfFreedom
    self.noncentrality = noncentrality
  }

  private var isValid: Bool {
    degreesOfFreedom > 0 && degreesOfFreedom < .infinity && noncentrality >= 0 && noncentrality < .infinity
  }
  private var central: ChiSquareDistribution { ChiSquareDistribution(degreesOfFreedom: degreesOfFreedom) }
  /// Above this noncentrality the mixture has too many terms.
  private static let mixtureLimit = 1e9

  // MARK: - Density

  /// ½ Σⱼ *w*ⱼ *g*(*ν*/2 + *j*, *x*/2) with *g* the gamma density; 0 for *x* < 0.
  public func density(at x: Double) -> Double {
    guard isValid, !x.isNaN else { return .nan }
    if let edge = densityAtEdge(x) { return edge }
    let (mode, sum) = densitySum(x)
    let a = 0.5 * degreesOfFreedom + mode
    let step = Self.centralTerm(0.5 * degreesOfFreedom, mode, 0.5 * x)
    return step > 0 ? IncompleteGamma.prefactor(mode, 0.5 * noncentrality) * sum * (step * (a / x)) : 0
  }

  /// The logarithm of the density.
  public func logDensity(at x: Double) -> Double {
    guard isValid, !x.isNaN else { return .nan }
    if let edge = densityAtEdge(x) { return log(edge) }
    let (mode, sum) = densitySum(x)
    let a = 0.5 * degreesOfFreedom + mode
    return IncompleteGamma.logPrefactor(mode, 0.5 * noncentrality) + IncompleteGamma.logPrefactor(a, 0.5 * x)
      + log(sum) + log(a) - log(x)
  }

  private func densityAtEdge(_ x: Double) -> Double? {
    if x < 0 || x == .infinity { return 0 }
    if 0.5 * x > 0 { return nil }
    return degreesOfFreedom < 2 ? .infinity : degreesOfFreedom == 2 ? 0.5 * exp(-0.5 * noncentrality) : 0
  }

  /// The mode of the terms of the density and the sum of all terms relative to it.
  private func densitySum(_ x: Double) -> (mode: Double, sum: Double) {
    let (shape, weight, half) = (0.5 * degreesOfFreedom, 0.5 * noncentrality, 0.5 * x)
    let mode = Self.mode(shape: shape, weight: weight, half: half)
    if weight > 0.5 * Self.mixtureLimit || !(half < 1e12) {
      // Laplace's approximation of the sum: the terms are nearly a normal density in j.
      let spread = mode > 0 ? mode * (shape + mode) / (shape + 2 * mode) : 0
      return (mode, max(1, sqrt(SpecialFunctions.twoPi * spread)))
    }
    var sum = 1.0
    var term = 1.0
    var j = mode
    while j > 0 {
      let ratio = (j / weight) * ((shape + j - 1) / half)
      term *= ratio
      sum += term
      if term < 1e-17 * sum * (1 - ratio) { break }
      j -= 1
    }
    term = 1
    j = mode
    while true {
      let ratio = (weight / (j + 1)) * (half / (shape + j))
      term *= ratio
      sum += term
      if ratio < 1 && term < 1e-17 * sum * (1 - ratio) { break }
      j += 1
    }
    return (mode, sum)
  }

  /// The whole number at or below the root of *j* (*j* + *a*) = *λ* *x* / 4.
  private static func mode(shape: Double, weight: Double, half: Double) -> Double {
    let root = 2 * sqrt(weight) * sqrt(half)
    let mode = 0.5 * root * (root / (shape + hypot(shape, root)))
    return mode.rounded(.down)
  }

  // MARK: - Tails

  /// P(*X* ≤ *x*).
  public func lowerTail(at x: Double) -> Double { tails(at: x).lower }

  /// P(*X* > *x*).
  public func upperTail(at x: Double) -> Double { tails(at: x).upper }

  /// Both tails, and -d(lower)/d*λ* = d(upper)/d*λ* = ½ Σⱼ *w*ⱼ *D*ⱼ, which the same sum gives.
  private func tails(at x: Double) -> (lower: Double, upper: Double, slope: Double) {
    guard isValid, !x.isNaN else { return (.nan, .nan, .nan) }
    if !(0.5 * x > 0) { return x.isNaN ? (.nan, .nan, .nan) : (0, 1, 0) }
    let mean = degreesOfFreedom + noncentrality
    if x > 10 * mean + 1e4 { return (1, 0, 0) }
    if noncentrality == 0 {
      let (lower, upper) = IncompleteGamma.tails(0.5 * degreesOfFreedom, 0.5 * x)
      return (lower, upper, 0.5 * IncompleteGamma.prefactor(0.5 * degreesOfFreedom, 0.5 * x))
    }
    if noncentrality > Self.mixtureLimit { return saddlePointTails(at: x) }
    if x <= mean {
      let (lower, slope) = lowerSum(x)
      return (lower, 1 - lower, slope)
    }
    let (upper, slope) = upperSum(x)
    return (1 - upper, upper, slope)
  }

  /// The lower tail and ½ Σ *w*ⱼ *D*ⱼ for *x* at or below the mean, all terms relative to those at the mode.
  private func lowerSum(_ x: Double) -> (tail: Double, slope: Double) {
    let (shape, weight, half) = (0.5 * degreesOfFreedom, 0.5 * noncentrality, 0.5 * x)
    let mode = Self.mode(shape: shape, weight: weight, half: half)
    let modeMass = IncompleteGamma.prefactor(mode, weight)
    let modeStep = Self.centralTerm(shape, mode, half)
    guard modeMass > 0, modeStep > 0 else { return (0, 0) }

    var (j, mass, step) = (mode, 1.0, 1.0)
    while true {
      let massRatio = weight / (j + 1)
      let stepRatio = half / (shape + j + 1)
      if mass * step * massRatio * stepRatio < Self.negligible { break }
      mass *= massRatio
      step *= stepRatio
      j += 1
    }
    var gamma = IncompleteGamma.tails(shape + j, half).lower / modeStep
    var term = mass * gamma
    var sum = term
    var slope = mass * step
    while j > 0 {
      // One step down: P(a - 1) = P(a) + D(a - 1), with D(a - 1) = D(a) · a / x.
      step *= (shape + j) / half
      mass *= j / weight
      j -= 1
      gamma += step
      let previous = term
      term = mass * gamma
      sum += term
      slope += mass * step
      if j < mode && Self.isOver(term, previous, sum) { break }
    }
    return (modeMass * (modeStep * sum), 0.5 * modeMass * (modeStep * slope))
  }

  /// The upper tail and ½ Σ *w*ⱼ *D*ⱼ for *x* above the mean, all terms relative to those at the mode.
  private func upperSum(_ x: Double) -> (tail: Double, slope: Double) {
    let (shape, weight, half) = (0.5 * degreesOfFreedom, 0.5 * noncentrality, 0.5 * x)
    let mode = Self.mode(shape: shape, weight: weight, half: half)
    let modeMass = IncompleteGamma.prefactor(mode, weight)
    let modeStep = Self.centralTerm(shape, mode, half)
    guard modeMass > 0, modeStep > 0 else { return (0, 0) }

    var (j, mass, step) = (mode, 1.0, 1.0)
    while j > 0 {
      let massRatio = j / weight
      let stepRatio = (shape + j) / half
      if mass * step * massRatio * stepRatio < Self.negligible { break }
      mass *= massRatio
      step *= stepRatio
      j -= 1
    }
    var gamma = IncompleteGamma.tails(shape + j, half).upper / modeStep
    var term = mass * gamma
    var sum = term
    var slope = mass * step
    while true {
      // One step up: Q(a + 1) = Q(a) + D(a), with D(a + 1) = D(a) · x / (a + 1).
      gamma += step
      j += 1
      step *= half / (shape + j)
      mass *= weight / j
      let previous = term
      term = mass * gamma
      sum += term
      slope += mass * step
      if j > mode && Self.isOver(term, previous, sum) { break }
    }
    return (modeMass * (modeStep * sum), 0.5 * modeMass * (modeStep * slope))
  }

  /// *D*ⱼ. The sum *a* + *j* is rounded when *j* is much larger than *a*; dlog *D*/d*a* = log(*x*/(2*a*)) makes up for it.
  private static func centralTerm(_ shape: Double, _ j: Double, _ half: Double) -> Double {
    let a = DoubleDouble.sum(shape, j)
    let term = IncompleteGamma.prefactor(a.high, half)
    return a.low == 0 || term == 0 ? term : term * (1 + a.low * log(half / a.high))
  }

  /// Terms *w*ⱼ *D*ⱼ below this share of the largest are left out; those of the tail fall faster still.
  private static let negligible = 1e-20

  /// Whether all terms to come are below rounding. They are log-concave in *j*: once they fall, they fall faster and
  /// faster, so that their sum is below that of a geometric series.
  @inline(__always)
  private static func isOver(_ term: Double, _ previous: Double, _ sum: Double) -> Bool {
    term <= previous && term * term <= 1e-17 * sum * (previous - term)
  }

  /// Lugannani & Rice's formula. The saddle point solves *λ**u*² + *ν**u* = *x*, *u* = 1/(1 - 2*s*).
  private func saddlePointTails(at x: Double) -> (lower: Double, upper: Double, slope: Double) {
    let (nu, lambda) = (degreesOfFreedom, noncentrality)
    let u = 2 * x / (nu + sqrt(nu) * hypot(sqrt(nu), 2 * sqrt(lambda) * sqrt(x / nu)))
    let j = 0.5 * lambda * u
    let deviance = IncompleteGamma.deviance(j, 0.5 * lambda) + IncompleteGamma.deviance(0.5 * nu + j, 0.5 * x)
    let exponential = SpecialFunctions.exponentialOfMinus(deviance)
    let isUpper = u > 1
    if exponential == 0 { return isUpper ? (1, 0, 0) : (0, 1, 0) }
    let w = (isUpper ? 1 : -1) * sqrt(2 * max(deviance.high, 0))
    let curvature = 2 * nu * u * u + 4 * lambda * u * u * u
    let v = 0.5 * (1 - 1 / u) * sqrt(curvature)
    let spread = 2 * nu + 4 * lambda
    let skewness = (8 * nu + 24 * lambda) / (spread * sqrt(spread))
    let gap = abs(w) < 1e-2 ? -skewness / 6 : 1 / v - 1 / w
    let tail = SpecialFunctions.halfErfcOfRoot(deviance, exponential: exponential)
    let rest = exponential / SpecialFunctions.sqrtTwoPi * gap
    // dF/dλ is minus the density with two more degrees of freedom.
    let slope = NoncentralChiSquareDistribution(degreesOfFreedom: nu + 2, noncentrality: lambda).density(
      at: x)
    let near = isUpper ? tail + rest : tail - rest
    return isUpper ? (1 - near, near, slope) : (near, 1 - near, slope)
  }

  // MARK: - Quantiles

  /// The *x* with P(*X* ≤ *x*) = *p*; 0 at 0, infinity at 1.
  public func quantile(lowerTail p: Double) -> Double {
    guard isValid, p >= 0, p <= 1 else { return .nan }
    if noncentrality == 0 { return central.quantile(lowerTail: p) }
    if p == 0 { return 0 }
    if p == 1 { return .infinity }
    return p <= 0.5 ? solve(p, isLower: true) : solve(1 - p, isLower: false)
  }

  /// The *x* with P(*X* > *x*) = *p*; infinity at 0, 0 at 1.
  public func quantile(upperTail p: Double) -> Double {
    guard isValid, p >= 0, p <= 1 else { return .nan }
    if noncentrality == 0 { return central.quantile(upperTail: p) }
    if p == 0 { return .infinity }
    if p == 1 { return 0 }
    return p <= 0.5 ? solve(p, isLower: false) : solve(1 - p, isLower: true)
  }

  private func solve(_ p: Double, isLower: Bool) -> Double {
    // Patnaik: c times a central chi-square with h degrees of freedom has the same mean and variance.
    let mean = degreesOfFreedom + noncentrality
    let scale = 1 + noncentrality / mean
    let start =
      scale * ChiSquareDistribution.startingQuantile(p, isLower: isLower, degreesOfFreedom: mean / scale)
    return QuantileSearch.positive(
      tail: p, start: max(start, 1e-3 * mean), rising: isLower,
      { isLower ? lowerTail(at: $0) : upperTail(at: $0) }, density: { density(at: $0) })
  }

  // MARK: - Noncentrality

  /// The noncentrality at which the lower tail at *x* has a given probability: P(*X* ≤ *x*; *ν*, *λ*) = *p*.
  ///
  /// The limits of a (1 - *α*) interval of the noncentrality of a test statistic *x* have *p* = 1 - *α*/2 (lower limit)
  /// and *p* = *α*/2 (upper limit); an RMSEA interval follows from them. Newton's method, in a bracket, on the normal
  /// score Φ⁻¹(*F*) as a function of *λ*, which is nearly a square root; the derivative
  /// d*F*/d*λ* = ½ [*F*(*x*; *ν* + 2, *λ*) - *F*(*x*; *ν*, *λ*)] comes out of the sum for *F* as the sum of its central
  /// terms, without the cancellation of the difference. Four to eight evaluations of *F*, counting that at *λ* = 0.
  ///
  /// - Parameters:
  ///   - p: The probability.
  ///   - x: The observed value.
  ///   - degreesOfFreedom: The degrees of freedom *ν*.
  /// - Returns: *λ*; 0 if P(*X* ≤ *x*) at *λ* = 0 is at most *p* already, infinity for *p* = 0 with *x* > 0, NaN for a
  ///   NaN, *p* outside [0, 1], or degrees of freedom that are not positive and finite.
  /// - Accuracy: 1e-13 relative to *λ* + √*λ*-sized spread, that is |error| ≤ 1e-13 max(*λ*, √(*ν* + *λ*)).
  public static func noncentrality(lowerTail p: Double, at x: Double, degreesOfFreedom: Double) -> Double {
    solveNoncentrality(lowerTail: p, at: x, degreesOfFreedom: degreesOfFreedom).value
  }

  /// The root and the number of evaluations of the distribution function it took.
  static func solveNoncentrality(
    lowerTail p: Double, at x: Double, degreesOfFreedom nu: Double
  ) -> (value: Double, evaluations: Int) {
    guard p >= 0, p <= 1, !x.isNaN, nu > 0, nu < .infinity else { return (.nan, 0) }
    if x <= 0 || p == 1 { return (0, 0) }
    if x == .infinity || p == 0 { return (.infinity, 0) }
    let useLower = p <= 0.5
    let target = useLower ? p : 1 - p
    let atZero = IncompleteGamma.tails(0.5 * nu, 0.5 * x)
    if useLower ? atZero.lower <= target : atZero.upper >= target { return (0, 1) }

    // z is the normal score with upper tail F: it grows with λ.
    let z =
      useLower
      ? NormalDistribution.standardQuantile(upperTail: target)
      : -NormalDistribution.standardQuantile(upperTail: target)
    // Normal approximation: λ + ν - x = z √(2ν + 4λ), a quadratic in the root.
    let root = z + sqrt(max(z * z + x - 0.5 * nu, 0))
    var lambda = root * root - 0.5 * nu
    var (low, high) = (0.0, Double.infinity)
    if !(lambda > 0) { lambda = 0.1 * (nu + 1) }
    for evaluation in 2..<200 {
      let (lower, upper, slope) = NoncentralChiSquareDistribution(degreesOfFreedom: nu, noncentrality: lambda)
        .tails(at: x)
      let value = useLower ? lower : upper
      let isBelow = useLower ? value > target : value < target
      if isBelow { low = lambda } else { high = lambda }
      let score =
        useLower
        ? NormalDistribution.standardQuantile(upperTail: value)
        : -NormalDistribution.standardQuantile(upperTail: value)
      let derivative = slope / NormalDistribution.standardDensity(at: score)
      // Next to the root the difference of probabilities has more digits than that of scores.
      let gap =
        abs(value - target) < 1e-6 * target
        ? (useLower ? value - target : target - value) / slope : (z - score) / derivative
      let next = lambda + gap
      let miss = abs(value - target)
      if gap.isFinite && next >= 0
        && (miss <= 1e-15 * target || (miss < 1e-7 * target && abs(gap) <= 1e-8 * next))
      {
        return (next, evaluation)
      }
      if next > low && next < high && gap.isFinite {
        lambda = next
      } else if high < .infinity {
        lambda = low > 0 && high > 4 * low ? sqrt(low * high) : low > 0 ? 0.5 * (low + high) : 0.1 * high
      } else {
        lambda = 4 * lambda + nu
      }
      if lambda == low || lambda == high { return (lambda, evaluation) }
      if lambda == .infinity { return (.infinity, evaluation) }
    }
    return (lambda, 200)
  }
}
