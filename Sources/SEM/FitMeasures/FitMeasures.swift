internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Every fit measure of a fitted model, under lavaan's names.
///
/// The formulas with their sources are in `Docs/Mathematics.md`, section 6. A measure that is not defined for a model
/// (a ratio by zero degrees of freedom) is `nil`.
public struct FitMeasures: Sendable, Hashable {
  /// One measure.
  public struct Measure: Sendable, Hashable {
    /// lavaan's name.
    public let name: String
    /// The value; `nil` where the measure is not defined for the model.
    public let value: Double?
  }

  /// The measures in lavaan's order.
  public private(set) var values: [Measure] = []

  /// The value of a measure, or `nil` where it is undefined or unknown.
  public subscript(name: String) -> Double? { values.first { $0.name == name }?.value }

  mutating func set(_ name: String, _ value: Double?) {
    values.append(Measure(name: name, value: value.flatMap { $0.isFinite ? $0 : nil }))
  }
}

extension FittedModel {
  /// The test of the model against the saturated one: Σ m_g F_g; for ULS and DWLS, whose Σ m F follows no chi-square
  /// distribution, Browne's residual test.
  public var chiSquare: ChiSquareTest {
    var statistic = standardStatistic
    if options.mainTest != .standard {
      statistic = (try? modelTest(options.mainTest))?.statistic ?? .nan
    }
    return ChiSquareTest(statistic: statistic, degreesOfFreedom: degreesOfFreedom)
  }

  /// The independence model: covariances among variables are zero but for those among fixed or unmentioned covariates.
  public func independenceTest() -> ChiSquareTest {
    if options.estimator.isLeastSquares {
      return independenceFit()?.chiSquare ?? ChiSquareTest(statistic: .nan, degreesOfFreedom: 0)
    }
    var statistic = 0.0
    var degreesOfFreedom = 0
    for (index, block) in table.blocks.enumerated() {
      let sample = moments[index]
      let p = block.observed.count
      // Covariances among covariates stay free in the baseline.
      let covariates = Standardizer.exogenousObserved(table, block)
      let places = block.observed.indices.filter { covariates.contains(block.observed[$0]) }
      if isFullInformation {
        statistic += incompleteIndependenceStatistic(index)
      } else {
        var value = 0.0
        for i in 0..<p where !places.contains(i) { value += log(sample.covariance[i, i]) }
        if !places.isEmpty {
          value += logDeterminant(sample.covariance.submatrix(rows: places, columns: places))
        }
        value -= logDeterminant(sample.covariance)
        statistic += multiplier(ofBlock: index) * value
      }
      degreesOfFreedom += p * (p - 1) / 2 - places.count * (places.count - 1) / 2
    }
    return ChiSquareTest(statistic: max(statistic, 0), degreesOfFreedom: degreesOfFreedom)
  }

  private func logDeterminant(_ matrix: Matrix) -> Double {
    (try? Cholesky(matrix))?.logDeterminant ?? .nan
  }

  /// The log-likelihoods of the model and of the saturated model, those of fixed covariates taken out.
  public func logLikelihoods() -> (model: Double, saturated: Double) {
    var model = 0.0
    var saturated = 0.0
    for (index, block) in table.blocks.enumerated() {
      let sample = moments[index]
      let n = Double(sample.count)
      let p = Double(block.observed.count)
      var base =
        isFullInformation
        ? incompleteDeviance(index) / n : p * log(2 * .pi) + logDeterminant(sample.covariance) + p
      let fixed = block.observed.indices.filter { place in
        table.rows.contains { $0.block == block.number && $0.isExogenous && $0.lhs == block.observed[place] }
      }
      if !fixed.isEmpty {
        let k = Double(fixed.count)
        base -=
          k * log(2 * .pi) + logDeterminant(sample.covariance.submatrix(rows: fixed, columns: fixed)) + k
      }
      saturated -= 0.5 * n * base
      model -= 0.5 * n * (base + blockDiscrepancies[index])
    }
    return (model, saturated)
  }

  /// Every fit measure that lavaan 0.7 reports for the estimator, those of the first scaled test included.
  ///
  /// - Parameters:
  ///   - baseline: The test of a baseline model of the user's; `nil` for the independence model.
  ///   - tests: The tests of ``modelTests()`` where they are there already.
  /// - Complexity: O(p³ + p² t) for p observed variables, and what ``modelTests()`` costs, twice.
  public func fitMeasures(baseline: ChiSquareTest? = nil, tests: [ModelTest]? = nil) -> FitMeasures {
    var measures = FitMeasures()
    let test = chiSquare
    let t = test.statistic
    let df = Double(test.degreesOfFreedom)
    let n = multiplier
    let q = Double(parameterCount)
    measures.set("npar", q)
    measures.set(
      "fmin", 0.5 * standardStatistic / (options.estimator.isLeastSquares ? Double(count) : n))
    measures.set("chisq", t)
    measures.set("df", df)
    measures.set("pvalue", test.pValue)
    let baselineTest = baseline ?? independenceTest()
    measures.set("baseline.chisq", baselineTest.statistic)
    measures.set("baseline.df", Double(baselineTest.degreesOfFreedom))
    measures.set("baseline.pvalue", baselineTest.pValue)
    addIncremental(
      t, df, baselineTest.statistic, Double(baselineTest.degreesOfFreedom), suffix: "", &measures)

    if !options.estimator.isLeastSquares { addLikelihood(&measures) }
    measures.set("ntotal", Double(count))
    addErrorOfApproximation(test, &measures)
    let residuals = ResidualMeasures(fit: self)
    residuals.add(to: &measures)
    addGoodnessOfFit(test, &measures)
    addScaled(tests ?? (try? modelTests()) ?? [], hasOwnBaseline: baseline != nil, &measures)
    if isFullInformation { addFullInformationIndices(FullInformationCorrection(fit: self), &measures) }
    if df > 0 {
      for (name, level) in [("cn_05", 0.05), ("cn_01", 0.01)] {
        let critical = ChiSquareDistribution(degreesOfFreedom: df).quantile(upperTail: level)
        measures.set(name, t > 0 ? critical / (t / n) + 1 : nil)
      }
    } else {
      measures.set("cn_05", nil)
      measures.set("cn_01", nil)
    }
    let absolute = AbsoluteFit(fit: self)
    measures.set("gfi_lisrel", absolute.gfi)
    measures.set("agfi_lisrel", df > 0 ? 1 - absolute.momentCount / df * (1 - absolute.gfi) : 1)
    measures.set("agfi", df > 0 ? 1 - absolute.momentCount / df * (1 - absolute.gfi) : 1)
    measures.set("pgfi", df / absolute.momentCount * absolute.gfi)
    measures.set("mfi", exp(-0.5 * (t - df) / n))
    measures.set("ecvi", t / n + 2 * q / n)
    return measures
  }

  private func addLikelihood(_ measures: inout FitMeasures) {
    let likelihood = logLikelihoods()
    let cases = Double(count)
    let q = Double(parameterCount)
    measures.set("logl", likelihood.model)
    measures.set("unrestricted.logl", likelihood.saturated)
    measures.set("aic", -2 * likelihood.model + 2 * q)
    measures.set("bic", -2 * likelihood.model + q * log(cases))
    measures.set("bic2", -2 * likelihood.model + q * log((cases + 2) / 24))
  }

  /// Measures that compare a statistic with that of a baseline model.
  func addIncremental(
    _ t: Double, _ df: Double, _ t0: Double, _ df0: Double, suffix: String, _ measures: inout FitMeasures
  ) {
    let excess = max(t - df, 0)
    let excess0 = max(t0 - df0, excess)
    measures.set("cfi" + suffix, excess0 > 0 ? 1 - excess / excess0 : 1)
    // With no degrees of freedom there is nothing to relate to them: a perfect model has 1.
    let tli = df > 0 && df0 > 0 && t0 / df0 != 1 ? (t0 / df0 - t / df) / (t0 / df0 - 1) : df == 0 ? 1 : nil
    measures.set("tli" + suffix, tli)
    measures.set("nnfi" + suffix, tli)
    // Fractional degrees of freedom may exceed the baseline's: the normed indices are not defined then.
    let isNormed = df0 >= df
    measures.set(
      "rfi" + suffix,
      df > 0 && df0 > 0 ? (isNormed ? (t0 / df0 - t / df) / (t0 / df0) : nil) : df == 0 ? 1 : nil)
    measures.set("nfi" + suffix, t0 > 0 && isNormed ? (t0 - t) / t0 : nil)
    measures.set("pnfi" + suffix, t0 > 0 && df0 > 0 ? df / df0 * (t0 - t) / t0 : nil)
    measures.set("ifi" + suffix, t0 != df ? (t0 - t) / (t0 - df) : nil)
    measures.set("rni" + suffix, t0 != df0 ? 1 - (t - df) / (t0 - df0) : nil)
  }

  /// RMSEA with its 90 % interval and its tests of close and of not-close fit (Steiger and Lind 1980; Browne and Cudeck
  /// 1993), for G groups with the factor √G (Steiger 1998).
  private func addErrorOfApproximation(_ test: ChiSquareTest, _ measures: inout FitMeasures) {
    let df = Double(test.degreesOfFreedom)
    let t = test.statistic
    let groups = Double(Set(table.blocks.map(\.group)).count)
    let n = multiplier
    if df > 0 {
      measures.set("rmsea", (groups * max(0, t / (n * df) - 1 / n)).squareRoot())
      let bounds = NoncentralityInterval(test: test, level: 0.9)
      measures.set("rmsea.ci.lower", (groups * bounds.lower / (n * df)).squareRoot())
      measures.set("rmsea.ci.upper", (groups * bounds.upper / (n * df)).squareRoot())
      measures.set("rmsea.ci.level", 0.9)
      let close = n * df * 0.05 * 0.05 / groups
      let notClose = n * df * 0.08 * 0.08 / groups
      measures.set(
        "rmsea.pvalue",
        NoncentralChiSquareDistribution(degreesOfFreedom: df, noncentrality: close).upperTail(at: t))
      measures.set("rmsea.close.h0", 0.05)
      measures.set(
        "rmsea.notclose.pvalue",
        NoncentralChiSquareDistribution(degreesOfFreedom: df, noncentrality: notClose).lowerTail(at: t))
      measures.set("rmsea.notclose.h0", 0.08)
    } else {
      for name in ["rmsea", "rmsea.ci.lower", "rmsea.ci.upper"] { measures.set(name, 0) }
      measures.set("rmsea.ci.level", 0.9)
      measures.set("rmsea.pvalue", nil)
      measures.set("rmsea.close.h0", 0.05)
      measures.set("rmsea.notclose.pvalue", nil)
      measures.set("rmsea.notclose.h0", 0.08)
    }
  }

  /// GFI as p / (p + 2 λ / N) with λ the noncentrality of Browne's residual statistic (Maydeu-Olivares, Ximénez and
  /// Revuelta 2024), with its 90 % interval.
  private func addGoodnessOfFit(_ test: ChiSquareTest, _ measures: inout FitMeasures) {
    let df = Double(test.degreesOfFreedom)
    let p = Double(table.blocks.first?.observed.count ?? 0)
    let n = multiplier
    guard df > 0 else {
      for name in ["gfi", "gfi.ci.lower", "gfi.ci.upper"] { measures.set(name, 1) }
      measures.set("gfi.ci.level", 0.9)
      return
    }
    // Under nonlinear constraints and for incomplete data lavaan takes the likelihood ratio in its place; so do we.
    let isLikelihoodRatio = isFullInformation || constraints?.isLinear == false
    let statistic = isLikelihoodRatio ? test.statistic : browneResidualStatistic()
    let browne = ChiSquareTest(statistic: statistic ?? .nan, degreesOfFreedom: test.degreesOfFreedom)
    func index(_ noncentrality: Double) -> Double { p / (p + 2 * noncentrality / n) }
    measures.set("gfi", index(max(0, browne.statistic - df)))
    let bounds = NoncentralityInterval(test: browne, level: 0.9)
    measures.set("gfi.ci.lower", index(bounds.upper))
    measures.set("gfi.ci.upper", index(bounds.lower))
    measures.set("gfi.ci.level", 0.9)
  }
}

/// The confidence interval of the noncentrality of a chi-square statistic.
struct NoncentralityInterval {
  let lower: Double
  let upper: Double

  init(test: ChiSquareTest, level: Double) {
    self.init(statistic: test.statistic, degreesOfFreedom: Double(test.degreesOfFreedom), level: level)
  }

  init(statistic: Double, degreesOfFreedom df: Double, level: Double) {
    let tail = 0.5 * (1 - level)
    lower = NoncentralChiSquareDistribution.noncentrality(
      lowerTail: 1 - tail, at: statistic, degreesOfFreedom: df)
    upper = NoncentralChiSquareDistribution.noncentrality(
      lowerTail: tail, at: statistic, degreesOfFreedom: df)
  }
}
