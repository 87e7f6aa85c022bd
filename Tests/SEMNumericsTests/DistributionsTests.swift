import Testing

@testable import SEMNumerics

/// The relative error against 50-digit values that every density, tail and quantile must stay below (reached: 1.5e-14).
private let relativeTolerance = 1e-13

/// The same for the standard normal distribution (reached: 5e-16).
private let normalTolerance = 5e-15

/// One point of ``distributionsValueTable``.
private struct ValueRow: CustomStringConvertible {
  let name: Substring
  let first, second, x, density, lower, upper: Double
  let line: Substring

  init?(_ line: Substring) {
    let fields = line.split(separator: " ")
    let numbers = fields.dropFirst().compactMap { Double($0) }
    guard fields.count == 7, numbers.count == 6 else { return nil }
    name = fields[0]
    (first, second, x, density, lower, upper) =
      (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
    self.line = line
  }

  var description: String { String(line) }

  var distribution: (any ContinuousDistribution)? {
    switch name {
    case "normal": NormalDistribution.standard
    case "chisquare": ChiSquareDistribution(degreesOfFreedom: first)
    case "noncentral": NoncentralChiSquareDistribution(degreesOfFreedom: first, noncentrality: second)
    case "t": StudentTDistribution(degreesOfFreedom: first)
    case "f": FDistribution(numerator: first, denominator: second)
    default: nil
    }
  }

  static let all = distributionsValueTable.split(separator: "\n").compactMap { ValueRow($0) }
}

private let distributionNames = ["normal", "chisquare", "noncentral", "t", "f"]

private func relativeError(_ value: Double, _ expected: Double) -> Double {
  if value == expected { return 0 }
  return value.isNaN ? .infinity : abs(value - expected) / abs(expected)
}

/// The worst error of one quantity over the rows of a distribution, and where.
private struct Worst {
  var error = 0.0
  var row = ""

  mutating func note(_ candidate: Double, _ row: ValueRow) {
    if !(candidate <= error) { (error, self.row) = (candidate, row.description) }
  }
}

@Suite struct DistributionsTests {
  @Test func theTableIsWhole() {
    #expect(ValueRow.all.count == distributionsValueTable.split(separator: "\n").count)
    #expect(ValueRow.all.count > 800)
    for name in distributionNames { #expect(ValueRow.all.count { $0.name == name } >= 30, "\(name)") }
  }

  @Test(arguments: distributionNames)
  func tailsAndDensitiesAgreeWithFiftyDigits(_ name: String) throws {
    var (density, logDensity, lower, upper) = (Worst(), Worst(), Worst(), Worst())
    for row in ValueRow.all where row.name == name {
      let distribution = try #require(row.distribution)
      density.note(relativeError(distribution.density(at: row.x), row.density), row)
      // A logarithm is as good as its terms: the absolute error of log f is the relative error of f.
      let logarithm = distribution.logDensity(at: row.x) - NaturalLogarithm.of(row.density)
      logDensity.note(abs(logarithm) / max(1, abs(NaturalLogarithm.of(row.density))), row)
      lower.note(relativeError(distribution.lowerTail(at: row.x), row.lower), row)
      upper.note(relativeError(distribution.upperTail(at: row.x), row.upper), row)
    }
    for (what, worst) in [("density", density), ("log", logDensity), ("lower", lower), ("upper", upper)] {
      #expect(
        worst.error <= (name == "normal" ? normalTolerance : relativeTolerance), "\(what) at \(worst.row)")
    }
  }

  /// A quantile of a rounded probability *p* may be off by *p*'s own rounding times *p* / (*x* *f*).
  @Test(arguments: distributionNames)
  func quantilesReturnToTheirPoints(_ name: String) throws {
    var worst = Worst()
    for row in ValueRow.all where row.name == name && row.x != 0 {
      let distribution = try #require(row.distribution)
      for (p, quantile) in [
        (row.lower, distribution.quantile(lowerTail: row.lower)),
        (row.upper, distribution.quantile(upperTail: row.upper)),
      ] where p < 1 {
        let condition = p / (abs(row.x) * row.density)
        guard condition < 1e8 else { continue }
        worst.note(relativeError(quantile, row.x) / max(1, condition), row)
      }
    }
    #expect(worst.error <= relativeTolerance, "\(worst.row)")
  }

  @Test func knownValues() {
    let chiSquare = ChiSquareDistribution(degreesOfFreedom: 24)
    #expect(relativeError(chiSquare.upperTail(at: 85.3055), 8.50262254457228e-09) < 1e-14)
    #expect(relativeError(chiSquare.quantile(lowerTail: 0.95), 36.4150285018073) < 1e-14)
    #expect(relativeError(NormalDistribution.standard.quantile(lowerTail: 0.975), 1.959963984540054) < 1e-15)
  }

  /// With hardly any degrees of freedom almost all probability is next to 0; mpmath 1.3.0, 60 digits.
  @Test(arguments: [
    (2e-10, 0.02, 4.0379295758041231217e-10),
    (2e-06, 1.0, 5.5977388815563453362e-7),
    (0.002, 2.8, 1.1636803479172011155e-4),
    (0.06, 0.4, 3.6568700079370244498e-2),
  ])
  func upperTailsOfTinyDegreesOfFreedom(_ nu: Double, _ x: Double, _ expected: Double) {
    let chiSquare = ChiSquareDistribution(degreesOfFreedom: nu)
    #expect(relativeError(chiSquare.upperTail(at: x), expected) < relativeTolerance)
    #expect(relativeError(chiSquare.quantile(upperTail: expected), x) < 1e-12)
  }

  @Test func aSquaredTIsAnF() {
    for nu in [0.3, 1, 4.5, 30, 1e4] {
      for t in [1e-3, 0.4, 1, 2.5, 9, 100] {
        let p = 2 * StudentTDistribution(degreesOfFreedom: nu).upperTail(at: t)
        let q = FDistribution(numerator: 1, denominator: nu).upperTail(at: t * t)
        #expect(relativeError(p, q) < relativeTolerance, "\(nu) \(t)")
      }
    }
  }

  @Test func infiniteDegreesOfFreedomAreTheLimits() {
    let t = StudentTDistribution(degreesOfFreedom: .infinity)
    #expect(t.upperTail(at: 1.3) == NormalDistribution.standard.upperTail(at: 1.3))
    #expect(t.quantile(upperTail: 0.025) == NormalDistribution.standard.quantile(upperTail: 0.025))
    let f = FDistribution(numerator: 4, denominator: .infinity)
    let chiSquare = ChiSquareDistribution(degreesOfFreedom: 4)
    #expect(f.upperTail(at: 2) == chiSquare.upperTail(at: 8))
    #expect(f.density(at: 2) == 4 * chiSquare.density(at: 8))
    #expect(f.quantile(lowerTail: 0.3) == chiSquare.quantile(lowerTail: 0.3) / 4)
  }

  @Test func noncentralityZeroIsCentral() {
    for nu in [0.5, 3, 24, 900] {
      let central = ChiSquareDistribution(degreesOfFreedom: nu)
      let noncentral = NoncentralChiSquareDistribution(degreesOfFreedom: nu, noncentrality: 0)
      let nearly = NoncentralChiSquareDistribution(degreesOfFreedom: nu, noncentrality: 1e-16)
      for x in [0.01, 0.3 * nu, nu, 2 * nu, 5 * nu + 40] {
        #expect(noncentral.lowerTail(at: x) == central.lowerTail(at: x))
        #expect(noncentral.upperTail(at: x) == central.upperTail(at: x))
        #expect(relativeError(noncentral.density(at: x), central.density(at: x)) < 1e-14)
        #expect(relativeError(nearly.upperTail(at: x), central.upperTail(at: x)) < relativeTolerance)
        #expect(relativeError(nearly.lowerTail(at: x), central.lowerTail(at: x)) < relativeTolerance)
      }
      #expect(noncentral.quantile(upperTail: 0.05) == central.quantile(upperTail: 0.05))
    }
  }

  @Test func thousandsOfMillionsOfDegreesOfFreedom() {
    // Where the sums and fractions give way to expansions, both sides of the seam agree.
    for z in [-6.0, -0.5, 0, 1e-7, 0.7, 8] {
      let x = 1 + z * 4.4721359e-5
      let below = FDistribution(numerator: 1.9999999e9, denominator: 2e9).upperTail(at: x)
      let above = FDistribution(numerator: 2.0000001e9, denominator: 2.0000001e9).upperTail(at: x)
      #expect(relativeError(below, above) < 1e-5, "\(z)")
      let point = 1e9 + 24 + z * 6.3e4
      let sum = NoncentralChiSquareDistribution(degreesOfFreedom: 24, noncentrality: 1e9)
      let formula = NoncentralChiSquareDistribution(degreesOfFreedom: 24, noncentrality: 1e9.nextUp)
      #expect(relativeError(formula.upperTail(at: point), sum.upperTail(at: point)) < 1e-7, "\(z)")
      #expect(relativeError(formula.lowerTail(at: point), sum.lowerTail(at: point)) < 1e-7, "\(z)")
      #expect(relativeError(formula.density(at: point), sum.density(at: point)) < 1e-7, "\(z)")
    }
  }
}

@Suite struct DistributionsEdgeTests {
  private static let broken: [any ContinuousDistribution] = [
    NormalDistribution(mean: 0, standardDeviation: 0), NormalDistribution(mean: .nan, standardDeviation: 1),
    ChiSquareDistribution(degreesOfFreedom: 0), ChiSquareDistribution(degreesOfFreedom: -3),
    ChiSquareDistribution(degreesOfFreedom: .nan), ChiSquareDistribution(degreesOfFreedom: .infinity),
    NoncentralChiSquareDistribution(degreesOfFreedom: 0, noncentrality: 1),
    NoncentralChiSquareDistribution(degreesOfFreedom: 3, noncentrality: -1),
    NoncentralChiSquareDistribution(degreesOfFreedom: 3, noncentrality: .nan),
    NoncentralChiSquareDistribution(degreesOfFreedom: 3, noncentrality: .infinity),
    FDistribution(numerator: 0, denominator: 3), FDistribution(numerator: 3, denominator: -1),
    FDistribution(numerator: .nan, denominator: 3), StudentTDistribution(degreesOfFreedom: 0),
    StudentTDistribution(degreesOfFreedom: .nan),
  ]

  private static let sound: [any ContinuousDistribution] = [
    NormalDistribution(mean: 2, standardDeviation: 3), ChiSquareDistribution(degreesOfFreedom: 5),
    ChiSquareDistribution(degreesOfFreedom: 0.1), ChiSquareDistribution(degreesOfFreedom: 1e300),
    ChiSquareDistribution(degreesOfFreedom: 1e-300),
    NoncentralChiSquareDistribution(degreesOfFreedom: 5, noncentrality: 7),
    NoncentralChiSquareDistribution(degreesOfFreedom: 5, noncentrality: 0),
    NoncentralChiSquareDistribution(degreesOfFreedom: 5, noncentrality: 1e300),
    NoncentralChiSquareDistribution(degreesOfFreedom: 1e300, noncentrality: 5),
    FDistribution(numerator: 3, denominator: 9), FDistribution(numerator: 1e300, denominator: 1e300),
    FDistribution(numerator: 1e-10, denominator: 1e-10), FDistribution(numerator: 3, denominator: .infinity),
    StudentTDistribution(degreesOfFreedom: 4), StudentTDistribution(degreesOfFreedom: 1e300),
    StudentTDistribution(degreesOfFreedom: 0.01),
  ]

  @Test func parametersOutOfRangeGiveNaN() {
    for distribution in Self.broken {
      for value in [
        distribution.density(at: 1), distribution.logDensity(at: 1), distribution.lowerTail(at: 1),
        distribution.upperTail(at: 1), distribution.quantile(lowerTail: 0.3),
        distribution.quantile(upperTail: 0.3),
      ] { #expect(value.isNaN, "\(distribution)") }
    }
  }

  @Test func notANumberStaysNotANumber() {
    for distribution in Self.sound {
      for value in [
        distribution.density(at: .nan), distribution.logDensity(at: .nan), distribution.lowerTail(at: .nan),
        distribution.upperTail(at: .nan), distribution.quantile(lowerTail: .nan),
        distribution.quantile(upperTail: .nan),
        distribution.quantile(lowerTail: -0.1), distribution.quantile(upperTail: 1.1),
      ] { #expect(value.isNaN, "\(distribution)") }
    }
  }

  @Test func endsOfTheSupport() {
    for distribution in Self.sound {
      let isHalfLine = distribution.quantile(lowerTail: 0) == 0
      let bottom: Double = isHalfLine ? 0 : -.infinity
      #expect(distribution.quantile(lowerTail: 0) == bottom, "\(distribution)")
      #expect(distribution.quantile(upperTail: 1) == bottom, "\(distribution)")
      #expect(distribution.quantile(lowerTail: 1) == .infinity, "\(distribution)")
      #expect(distribution.quantile(upperTail: 0) == .infinity, "\(distribution)")
      for x in [-Double.infinity, isHalfLine ? -1 : -Double.infinity, isHalfLine ? 0 : -Double.infinity] {
        #expect(distribution.lowerTail(at: x) == 0, "\(distribution)")
        #expect(distribution.upperTail(at: x) == 1, "\(distribution)")
      }
      #expect(distribution.density(at: -.infinity) == 0, "\(distribution)")
      #expect(distribution.density(at: .infinity) == 0, "\(distribution)")
      #expect(distribution.logDensity(at: .infinity) == -.infinity, "\(distribution)")
      #expect(distribution.lowerTail(at: .infinity) == 1, "\(distribution)")
      #expect(distribution.upperTail(at: .infinity) == 0, "\(distribution)")
    }
    #expect(ChiSquareDistribution(degreesOfFreedom: 2).density(at: 0) == 0.5)
    #expect(ChiSquareDistribution(degreesOfFreedom: 1).density(at: 0) == .infinity)
    #expect(ChiSquareDistribution(degreesOfFreedom: 3).density(at: 0) == 0)
    #expect(FDistribution(numerator: 2, denominator: 8).density(at: 0) == 1)
  }

  /// Nothing traps or hangs and every probability is one, whatever the arguments.
  @Test func extremesStayProbabilities() {
    let xs = [
      Double.leastNonzeroMagnitude, 1e-300, 1e-20, 0.5, 1, 40, 1e9, 1e20, 1e200,
      Double.greatestFiniteMagnitude,
    ]
    for distribution in Self.sound {
      for x in xs {
        let (lower, upper) = (distribution.lowerTail(at: x), distribution.upperTail(at: x))
        #expect(
          lower >= 0 && lower <= 1 && upper >= 0 && upper <= 1, "\(distribution) at \(x): \(lower), \(upper)")
        #expect(abs(lower + upper - 1) < 1e-9, "\(distribution) at \(x): \(lower), \(upper)")
        #expect(distribution.density(at: x) >= 0, "\(distribution) at \(x)")
        #expect(!distribution.logDensity(at: x).isNaN, "\(distribution) at \(x)")
      }
      for p in [Double.leastNonzeroMagnitude, 1e-300, 1e-9, 0.3, 0.5, 0.9, 1 - 1e-16] {
        #expect(!distribution.quantile(lowerTail: p).isNaN, "\(distribution) lower \(p)")
        #expect(!distribution.quantile(upperTail: p).isNaN, "\(distribution) upper \(p)")
      }
    }
  }
}

@Suite struct DistributionsNoncentralityTests {
  @Test func itInvertsTheTable() throws {
    var worst = Worst()
    for row in ValueRow.all where row.name == "noncentral" && row.second >= 0.03 {
      guard row.lower < 1 && row.upper > 1e-6 else { continue }
      let (lambda, evaluations) = NoncentralChiSquareDistribution.solveNoncentrality(
        lowerTail: row.lower, at: row.x, degreesOfFreedom: row.first)
      #expect(evaluations <= 9, "\(row)")
      // p's own rounding moves λ by p 1e-16 / (dF/dλ), dF/dλ = f(x; ν + 2, λ).
      let slope = NoncentralChiSquareDistribution(degreesOfFreedom: row.first + 2, noncentrality: row.second)
        .density(at: row.x)
      let condition = row.lower / (slope * row.second)
      guard condition < 1e6 else { continue }
      worst.note(relativeError(lambda, row.second) / max(1, condition), row)
    }
    #expect(worst.error <= relativeTolerance, "\(worst.row)")
  }

  @Test func aProbabilityAlreadyTooSmallGivesZero() {
    let solve = NoncentralChiSquareDistribution.noncentrality
    #expect(solve(0.95, 10, 24) == 0)
    #expect(solve(0.05, 85.3055, 24) > solve(0.95, 85.3055, 24))
    #expect(solve(0.95, 85.3055, 24) > 0)
    #expect(solve(0, 10, 24) == .infinity)
    #expect(solve(1, 10, 24) == 0)
    #expect(solve(0.5, 0, 24) == 0)
    #expect(solve(0.5, .infinity, 24) == .infinity)
    for value in [
      solve(.nan, 1, 1), solve(0.5, .nan, 1), solve(0.5, 1, 0), solve(0.5, 1, .nan), solve(1.5, 1, 1),
    ] {
      #expect(value.isNaN)
    }
  }

  @Test(arguments: [1e-12, 0.025, 0.05, 0.5, 0.95, 0.975, 1 - 1e-12])
  func fewEvaluations(_ p: Double) {
    var most = 0
    for nu in [0.5, 1, 5, 24, 100, 1000, 20000] {
      for ratio in [1e-3, 0.5, 1, 1.3, 3.5, 20, 300] {
        let x = nu * ratio
        let (lambda, evaluations) = NoncentralChiSquareDistribution.solveNoncentrality(
          lowerTail: p, at: x, degreesOfFreedom: nu)
        most = max(most, evaluations)
        if lambda > 0 {
          let back = NoncentralChiSquareDistribution(degreesOfFreedom: nu, noncentrality: lambda)
          let (lower, upper) = (back.lowerTail(at: x), back.upperTail(at: x))
          let error = p <= 0.5 ? relativeError(lower, p) : relativeError(upper, 1 - p)
          #expect(error < 1e-10, "\(nu) \(x) \(lambda)")
        }
      }
    }
    #expect(most <= 8)
  }
}

@Suite struct DistributionsSpecialFunctionTests {
  @Test func logGammaOfFactorials() {
    var factorial = 1.0
    for n in 1...20 {
      factorial *= Double(n)
      #expect(
        abs(SpecialFunctions.logGamma(Double(n) + 1) - NaturalLogarithm.of(factorial))
          <= 4e-16 * max(1, NaturalLogarithm.of(factorial) * 4))
    }
    #expect(SpecialFunctions.logGamma(1) == 0)
    #expect(SpecialFunctions.logGamma(2) == 0)
    // log Γ(1 + ε) = -γ ε, log Γ(2 + ε) = (1 - γ) ε.
    #expect(relativeError(SpecialFunctions.logGamma(1 + 0x1p-40), -0.5772156649007147 * 0x1p-40) < 1e-12)
    #expect(relativeError(SpecialFunctions.logGamma(0.5), 0.5723649429247001) < 1e-15)
    #expect(relativeError(SpecialFunctions.logGamma(1e-200), 460.5170185988091) < 1e-15)
    #expect(SpecialFunctions.logGamma(0) == .infinity)
    #expect(SpecialFunctions.logGamma(-1).isNaN)
  }

  @Test func log1pMinusNearZero() {
    for x in [1e-20, -1e-9, 1e-5, -1e-3] {
      let series = -x * x / 2 * (1 - 2 * x / 3 * (1 - 3 * x / 4 * (1 - 4 * x / 5 * (1 - 5 * x / 6))))
      #expect(relativeError(SpecialFunctions.log1pMinus(x), series) < 1e-14, "\(x)")
    }
    #expect(relativeError(SpecialFunctions.log1pMinus(1), 0.6931471805599453 - 1) < 1e-15)
    #expect(SpecialFunctions.log1pMinus(-1) == -.infinity)
    #expect(SpecialFunctions.log1pMinus(-1.5).isNaN)
  }

  @Test func incompleteBetaInClosedForm() {
    for x in [1e-9, 0.2, 0.5, 0.77, 1 - 1e-9] {
      // I_x(2, 1) = x², I_x(1, 3) = 1 - (1 - x)³.
      #expect(relativeError(SpecialFunctions.regularizedBeta(x, 2, 1).lower, x * x) < 1e-14)
      #expect(
        relativeError(SpecialFunctions.regularizedBeta(x, 1, 3).upper, (1 - x) * (1 - x) * (1 - x)) < 1e-14)
    }
    #expect(SpecialFunctions.regularizedBeta(-1, 2, 2) == (0, 1))
    #expect(SpecialFunctions.regularizedBeta(2, 2, 2) == (1, 0))
    #expect(SpecialFunctions.regularizedBeta(0.5, 0, 2).lower.isNaN)
    #expect(SpecialFunctions.regularizedGamma(-1, 2).lower.isNaN)
    #expect(relativeError(SpecialFunctions.regularizedGamma(1, 0.25).upper, 0.7788007830714049) < 1e-15)
  }
}

/// The natural logarithm without Foundation; the library's own, which every density in the table checks.
private enum NaturalLogarithm {
  static func of(_ x: Double) -> Double { SpecialFunctions.preciseLog(DoubleDouble(x)).high }
}
