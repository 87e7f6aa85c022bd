internal import SEMNumerics

extension FittedModel {
  /// Measures of the first scaled test under the suffixes `.scaled` and `.robust`.
  ///
  /// `.scaled` measures put the scaled statistic in place of the standard one, which changes their population values with
  /// the distribution; `.robust` ones divide the noncentrality by the right constant only: with c = tr(UΓ)/df
  ///
  ///     cfi.robust = 1 - max(T - c df, 0) / max(T₀ - c₀ df₀, T - c df, 0),   rmsea.robust = √(max(T - c df, 0) / (N df))
  ///
  /// (Brosseau-Liard, Savalei and Li 2012; Brosseau-Liard and Savalei 2014), the bounds √(c λ / (N df)) from the scaled
  /// statistic (Li and Bentler 2006; Savalei 2018). `rmsea.scaled` of tests that scale the mean takes T on tr(UΓ) degrees of
  /// freedom.
  func addScaled(_ tests: [ModelTest], hasOwnBaseline: Bool, _ measures: inout FitMeasures) {
    guard let test = tests.first(where: { $0.scalingFactor != nil }), let c = test.meanScaling else { return }
    measures.set("chisq.scaled", test.statistic)
    measures.set("df.scaled", test.degreesOfFreedom)
    measures.set("pvalue.scaled", test.pValue)
    measures.set("chisq.scaling.factor", test.scalingFactor)
    if test.kind == .yuanBentlerMplus, let scaling = try? likelihoodScaling() {
      measures.set("scaling.factor.h1", scaling.saturated)
      measures.set("scaling.factor.h0", scaling.model)
    }
    // Those of incomplete data rest on complete-data discrepancies: see ``FullInformationCorrection``.
    let isRobust = test.kind != .meanVarianceAdjusted && !isFullInformation
    if !hasOwnBaseline, let baseline = try? independenceFit()?.modelTest(test.kind),
      baseline.scalingFactor != nil, let c0 = baseline.meanScaling
    {
      measures.set("baseline.chisq.scaled", baseline.statistic)
      measures.set("baseline.df.scaled", baseline.degreesOfFreedom)
      measures.set("baseline.pvalue.scaled", baseline.pValue)
      measures.set("baseline.chisq.scaling.factor", baseline.scalingFactor)
      addIncremental(
        test.statistic, test.degreesOfFreedom, baseline.statistic, baseline.degreesOfFreedom,
        suffix: ".scaled", &measures)
      if isRobust {
        addRobustIncremental(c, c0, measures["baseline.chisq"], measures["baseline.df"], &measures)
      }
    }
    addScaledError(test, c, isRobust: isRobust, &measures)
  }

  private func addRobustIncremental(
    _ c: Double, _ c0: Double, _ t0: Double?, _ df0: Double?, _ measures: inout FitMeasures
  ) {
    guard let t0, let df0 else { return }
    let df = Double(degreesOfFreedom)
    let raw = standardStatistic - c * df
    let raw0 = t0 - c0 * df0
    let excess = max(raw, 0)
    let excess0 = max(raw0, excess)
    measures.set("cfi.robust", excess0 > 0 ? 1 - excess / excess0 : 1)
    let tli = df0 > 0 && raw0 != 0 ? 1 - (raw / df) / (raw0 / df0) : nil
    measures.set("tli.robust", tli)
    measures.set("nnfi.robust", tli)
    measures.set("rni.robust", raw0 != 0 ? 1 - raw / raw0 : nil)
  }

  private func addScaledError(
    _ test: ModelTest, _ c: Double, isRobust: Bool, _ measures: inout FitMeasures
  ) {
    let n = multiplier
    let groups = Double(Set(table.blocks.map(\.group)).count)
    let df = Double(degreesOfFreedom)
    let statistic = standardStatistic
    // Which statistic follows a chi-square distribution on how many degrees of freedom.
    let (t, d) =
      test.kind == .scaledShifted ? (test.statistic, test.degreesOfFreedom) : (statistic, c * df)
    func root(_ value: Double) -> Double { (groups * max(value, 0)).squareRoot() }
    func noncentral(_ d: Double, _ noncentrality: Double) -> NoncentralChiSquareDistribution {
      NoncentralChiSquareDistribution(degreesOfFreedom: d, noncentrality: noncentrality)
    }
    func null(_ rmsea: Double) -> Double { rmsea * rmsea / groups }
    let bounds = NoncentralityInterval(statistic: t, degreesOfFreedom: d, level: 0.9)
    measures.set("rmsea.scaled", root((t - d) / (n * d)))
    measures.set("rmsea.ci.lower.scaled", root(bounds.lower / (n * d)))
    measures.set("rmsea.ci.upper.scaled", root(bounds.upper / (n * d)))
    measures.set("rmsea.pvalue.scaled", noncentral(d, n * d * null(0.05)).upperTail(at: t))
    measures.set("rmsea.notclose.pvalue.scaled", noncentral(d, n * d * null(0.08)).lowerTail(at: t))
    guard isRobust, let factor = test.scalingFactor else { return }
    let scaled = NoncentralityInterval(statistic: test.statistic, degreesOfFreedom: df, level: 0.9)
    measures.set("rmsea.robust", root((statistic - c * df) / (n * df)))
    measures.set("rmsea.ci.lower.robust", root(factor * scaled.lower / (n * df)))
    measures.set("rmsea.ci.upper.robust", root(factor * scaled.upper / (n * df)))
    measures.set(
      "rmsea.pvalue.robust", noncentral(df, n * df * null(0.05) / factor).upperTail(at: test.statistic))
    measures.set(
      "rmsea.notclose.pvalue.robust",
      noncentral(df, n * df * null(0.08) / factor).lowerTail(at: test.statistic))

    // GFI from Browne's statistic, scaled in the same way.
    guard let browne = constraints?.isLinear == false ? statistic : browneResidualStatistic() else { return }
    let p = Double(table.blocks.first?.observed.count ?? 0)
    func index(_ noncentrality: Double) -> Double { p / (p + 2 * noncentrality / n) }
    let residual = NoncentralityInterval(
      statistic: max(browne / factor + (test.shift ?? 0), 0), degreesOfFreedom: df, level: 0.9)
    measures.set("gfi.robust", index(max(0, browne - c * df)))
    measures.set("gfi.ci.lower.robust", index(factor * residual.upper))
    measures.set("gfi.ci.upper.robust", index(factor * residual.lower))
  }
}
