internal import SEMNumerics

/// A test of the whole model.
public struct ModelTest: Sendable, Hashable {
  /// Which test.
  public var kind: TestKind
  /// The statistic: T/c + b for scaled tests.
  public var statistic: Double
  /// The degrees of freedom; fractional for the mean- and variance-adjusted test.
  public var degreesOfFreedom: Double
  /// c, by which the standard statistic is divided.
  public var scalingFactor: Double?
  /// b, which is added to it.
  public var shift: Double?
  /// tr(UΓ)/df, the mean of the standard statistic relative to its degrees of freedom: the c of "robust" fit indices.
  public var meanScaling: Double?
  /// The share of bootstrap draws whose statistic is at least the sample's; `nil` for tests by a distribution.
  public var resampledPValue: Double?

  /// The upper tail of the chi-square distribution, or what resampling gave; `nil` for no degrees of freedom.
  public var pValue: Double? {
    if kind == .bollenStine { return degreesOfFreedom > 0 ? resampledPValue : nil }
    return degreesOfFreedom > 0 && statistic.isFinite
      ? ChiSquareDistribution(degreesOfFreedom: degreesOfFreedom).upperTail(at: max(statistic, 0)) : nil
  }
}

/// The correction factors of the log-likelihoods: tr(A⁻¹B) per parameter (Asparouhov and Muthén 2005).
public struct LikelihoodScaling: Sendable, Hashable {
  /// Of the saturated model.
  public var saturated: Double
  /// Of the model.
  public var model: Double
}

extension FitOptions {
  /// Tests beyond the standard one; unless others are asked for, yuan.bentler.mplus where cases have weights or come in
  /// clusters, satorra.bentler for the two-stage fit, whose standard statistic takes estimated moments for observed ones,
  /// and browne.residual.nt for ULS and DWLS, whose standard statistic follows no chi-square distribution.
  public var effectiveTests: [TestKind] {
    let others = tests.filter { $0 != .standard }
    if others.isEmpty, missing == .twoStage { return [.satorraBentler] }
    if others.isEmpty, tests.isEmpty, hasDesign {
      return [estimator.isLeastSquares ? .satorraBentler : .yuanBentlerMplus]
    }
    let isUnweighted =
      estimator == .unweightedLeastSquares || estimator == .diagonallyWeightedLeastSquares
    return others.isEmpty && isUnweighted ? [.browneResidualNT] : others
  }

  /// Whether a test allows for data that are not normal.
  var hasLikelihoodScaling: Bool {
    effectiveTests.contains { $0 == .yuanBentler || $0 == .yuanBentlerMplus }
  }

  /// The test behind χ² in fit measures: the standard one but for ULS and DWLS with a residual test.
  var mainTest: TestKind {
    guard estimator == .unweightedLeastSquares || estimator == .diagonallyWeightedLeastSquares,
      let first = effectiveTests.first
    else { return .standard }
    switch first {
    case .browneResidualNT, .browneResidualNTModel, .browneResidualADF: return first
    default: return .standard
    }
  }
}

extension FittedModel {
  /// Σ m F: the likelihood-ratio statistic, or that of least squares.
  var standardStatistic: Double {
    // A model that fits exactly leaves rounding, which may be negative.
    max(moments.indices.reduce(0) { $0 + multiplier(ofBlock: $1) * blockDiscrepancies[$1] }, 0)
  }

  /// The standard test and those of ``FitOptions/tests``.
  ///
  /// - Throws: ``InferenceError``.
  /// - Complexity: O(N (p² + t²)) for scaled tests; the ones with adjusted variance O(min(N² (p + t), N p⁴)).
  public func modelTests() throws(InferenceError) -> [ModelTest] {
    var result = [try modelTest(.standard)]
    for kind in options.effectiveTests where !result.contains(where: { $0.kind == kind }) {
      result.append(try modelTest(kind))
    }
    return result
  }

  /// One test of the model. With U = V - VΔ(ΔᵀVΔ)⁻¹ΔᵀV:
  ///
  /// - `satorra.bentler`: T / c, c = tr(UΓ)/df (Satorra and Bentler 1994, equation 16.15);
  /// - `mean.var.adjusted`: T tr(UΓ)/tr(UΓ)² on tr(UΓ)²/tr((UΓ)²) degrees of freedom (the same, 16.16);
  /// - `scaled.shifted`: a T + b, a = √(df/tr((UΓ)²)), b = df - a tr(UΓ) (Asparouhov and Muthén 2010);
  /// - `yuan.bentler.mplus`: T / c, c df = tr(A₁⁻¹B₁) - tr(A₀⁻¹B₀), of the saturated model and of the model (Asparouhov
  ///   and Muthén 2005);
  /// - `yuan.bentler` (Yuan and Bentler 2000): for complete rows that of `satorra.bentler`;
  /// - `browne.residual.*`: see ``browneResidualStatistic(_:)``;
  /// - `bollen.stine`: T, with its p from ``FitOptions/testDraws`` draws of data in which the model holds (Bollen and Stine
  ///   1992).
  ///
  /// - Throws: ``InferenceError``.
  public func modelTest(_ kind: TestKind) throws(InferenceError) -> ModelTest {
    let df = Double(degreesOfFreedom)
    let t = standardStatistic
    func browne(_ weight: ResidualWeight) throws(InferenceError) -> ModelTest {
      if weight == .distributionFree, rows == nil { throw .needsRawData("Browne's ADF test") }
      guard options.missing == .listwise else {
        throw .notAvailable("Browne's residual tests need complete rows")
      }
      return ModelTest(
        kind: kind, statistic: browneResidualStatistic(weight) ?? .nan, degreesOfFreedom: df)
    }
    switch kind {
    case .standard: return ModelTest(kind: kind, statistic: t, degreesOfFreedom: df)
    case .browneResidualNT: return try browne(.sample)
    case .browneResidualNTModel: return try browne(.model)
    case .browneResidualADF: return try browne(.distributionFree)
    case .bollenStine:
      return ModelTest(
        kind: kind, statistic: t, degreesOfFreedom: df,
        resampledPValue: df > 0 ? try bollenStinePValue() : nil)
    case .satorraBentler, .yuanBentler, .yuanBentlerMplus, .meanVarianceAdjusted, .scaledShifted: break
    }
    guard df > 0 else { return ModelTest(kind: kind, statistic: t, degreesOfFreedom: df) }
    switch kind {
    case .yuanBentlerMplus:
      let traces = try likelihoodTraces()
      let c = (traces.saturated - traces.model) / df
      return ModelTest(
        kind: kind, statistic: t / c, degreesOfFreedom: df, scalingFactor: c, meanScaling: c)
    case .satorraBentler, .yuanBentler:
      let isFromLikelihood = kind == .yuanBentler && isFullInformation
      let first =
        isFromLikelihood ? try fullInformationTrace() : try scalingTraces(withSecond: false).first
      let c = first / df
      return ModelTest(
        kind: kind, statistic: t / c, degreesOfFreedom: df, scalingFactor: c, meanScaling: c)
    case .meanVarianceAdjusted:
      let (first, second) = try scalingTraces(withSecond: true)
      return ModelTest(
        kind: kind, statistic: t * first / second, degreesOfFreedom: first * first / second,
        scalingFactor: second / first, meanScaling: first / df)
    default:
      let (first, second) = try scalingTraces(withSecond: true)
      let a = (df / second).squareRoot()
      let shift = df - a * first
      return ModelTest(
        kind: kind, statistic: a * t + shift, degreesOfFreedom: df, scalingFactor: 1 / a, shift: shift,
        meanScaling: first / df)
    }
  }

  /// The share of Bollen-Stine draws whose statistic is at least the sample's.
  private func bollenStinePValue() throws(InferenceError) -> Double? {
    var bootstrap = BootstrapOptions()
    bootstrap.method = .bollenStine
    bootstrap.draws = options.testDraws
    bootstrap.seed = options.testSeed
    bootstrap.withJackknife = false
    bootstrap.selection.standardized = []
    bootstrap.selection.explainedVariances = false
    return try self.bootstrap(bootstrap).testPValue
  }

  /// tr(UΓ̂) and, where asked for, tr((UΓ̂)²).
  func scalingTraces(withSecond: Bool) throws(InferenceError) -> (first: Double, second: Double) {
    if options.missing == .twoStage { return try twoStageTraces() }
    let blocks = try weightedCases()
    guard let inverse = invert(try information(.expected)) else { throw .notIdentified }
    var meat = Matrix(rowCount: estimates.count, columnCount: estimates.count)
    var first = 0.0
    for cases in blocks {
      meat += cases.projections.crossProduct()
      first += cases.weightTrace
    }
    let model = inverse * meat
    first -= model.trace
    guard withSecond else { return (first, .nan) }
    var second = model.traceOfProduct(with: model)
    for cases in blocks { second += cases.secondTrace(inverse: inverse) }
    return (first, second)
  }

  /// tr(A₁⁻¹B₁) of the saturated model and tr(A₀⁻¹B₀) of the model.
  ///
  /// The saturated model of complete data has A₁ = V at S and B₁ = VΓ̂V, so that its trace is tr(VΓ̂), less that of fixed
  /// covariates.
  func likelihoodTraces() throws(InferenceError) -> (saturated: Double, model: Double) {
    guard let rows else { throw .needsRawData("The Yuan-Bentler test") }
    guard options.missing != .twoStage else {
      throw .notAvailable("The Yuan-Bentler test needs the likelihood of the rows: use --missing fiml")
    }
    let bread: InformationKind = options.information == .firstOrder ? .observed : options.information
    guard let inverse = invert(try information(bread)) else { throw .notIdentified }
    let model = inverse.traceOfProduct(with: try information(.firstOrder))
    var saturated = 0.0
    if isFullInformation {
      return (try incompleteSaturatedTrace(rows, bread), model)
    }
    for index in moments.indices {
      let order = Array(0..<moments[index].variables.count)
      func trace(_ places: [Int]) throws(InferenceError) -> Double {
        let covariance = moments[index].covariance.submatrix(rows: places, columns: places)
        let design = design.isEmpty ? nil : design[index]
        guard let factor = try? Cholesky(covariance),
          let cases = CentredCases(
            rows: rows[index], order: places, fixed: [], weights: design?.weights)
        else { throw .undefinedAtEstimates }
        if let design {
          let root = design.whitened(cases, factor, includingMeans: table.hasMeanStructure)
          return root.elements.reduce(0) { $0 + $1 * $1 } / Double(max(rows[index].rowCount, 1))
        }
        return WhitenedCases(cases, factor, includingMeans: table.hasMeanStructure).trace
      }
      saturated += try trace(order)
      let fixed = fixedCovariates(index, order)
      if !fixed.isEmpty { saturated -= try trace(fixed) }
    }
    return (saturated, model)
  }

  /// The correction factors of the log-likelihoods, of the saturated model and of the model.
  ///
  /// Parameters that equality makes one count as often as they stand in the table, as in lavaan.
  public func likelihoodScaling() throws(InferenceError) -> LikelihoodScaling {
    let traces = try likelihoodTraces()
    let parameters = Double(table.rows.count { $0.free > 0 })
    return LikelihoodScaling(
      saturated: traces.saturated / Double(table.distinctMomentCount), model: traces.model / parameters)
  }
}
