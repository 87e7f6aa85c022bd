internal import SEMNumerics

/// What indices of approximate fit rest on when values are missing: complete-data discrepancies at full information
/// estimates, with their bias.
///
/// The likelihood-ratio statistic of incomplete data shrinks with the information that is missing, so that RMSEA and CFI
/// from it flatter a model (Zhang and Savalei 2023, FIML-C). In its place stands the complete-data discrepancy F_C between
/// the saturated and the model's moments. With V_C the complete-data and V_M the observed information about the saturated
/// moments at their estimates, and Δ their derivatives by the parameters, N F_C exceeds what misfit alone makes by about
///
///     k = tr(V_C V_M⁻¹) - tr[ (Δᵀ V_C Δ) (Δᵀ V_M Δ)⁻¹ ]
///
/// for normal data. For other distributions V_M⁻¹ gives way to the sandwich Γ = V_M⁻¹ J V_M⁻¹ with J the first-order
/// information: k = tr[V_C (I - P) Γ (I - P)ᵀ], P = Δ (Δᵀ V_M Δ)⁻¹ Δᵀ V_M.
struct FullInformationCorrection {
  /// N F_C and k of one model.
  struct Part {
    var statistic: Double
    var bias: Double
    var degreesOfFreedom: Int

    /// The estimate of the noncentrality.
    var noncentrality: Double { max(statistic - bias, 0) }
    /// k / df.
    var scale: Double { bias / Double(degreesOfFreedom) }
    /// The statistic divided by its scale: about a noncentral chi-square.
    var scaled: ChiSquareTest {
      ChiSquareTest(statistic: statistic / scale, degreesOfFreedom: degreesOfFreedom)
    }
  }

  let model: Part
  let baseline: Part

  /// Both parts; `nil` where an information matrix has no inverse.
  ///
  /// - Complexity: O(q³), q = p (p + 3) / 2, and that of ``SaturatedModel/observedInformation(_:)``.
  init?(fit: FittedModel) {
    let isRobust =
      fit.rows != nil
      && (fit.options.missing == .twoStage ? fit.options.isRobust : fit.options.hasLikelihoodScaling)
    var modelStatistic = 0.0
    var baselineStatistic = 0.0
    var modelBias = BiasTerms(order: fit.estimates.count)
    var baselineBias = 0.0
    for (index, sample) in fit.moments.enumerated() {
      guard let information = try? IncompleteInformation(fit, block: index, isRobust: isRobust),
        let matrices = fit.matrices(ofBlock: index),
        let independence = fit.independenceMoments(index),
        let f = Self.discrepancy(sample, matrices.observedMean, matrices.observedCovariance),
        let f0 = Self.discrepancy(sample, independence.mean ?? [], independence.covariance)
      else { return nil }
      modelStatistic += information.count * f
      baselineStatistic += information.count * f0
      let transposed = information.jacobian.transposed
      modelBias.add(information, times: { $0 * information.jacobian }, transposed: { transposed * $0 })
      // The independence model's parameters are some of the moments.
      let isFree = Set(fit.independenceParameters(index))
      let all = Array(information.places.indices)
      let free = all.filter { isFree.contains(information.places[$0]) }
      var terms = BiasTerms(order: free.count)
      terms.add(
        information, times: { $0.submatrix(rows: all, columns: free) },
        transposed: { $0.submatrix(rows: free, columns: Array(0..<$0.columnCount)) })
      guard let inverse = (try? Cholesky(terms.information.symmetrized()))?.inverse() else { return nil }
      baselineBias += terms.bias(inverse)
    }
    guard let inverse = fit.invert(modelBias.information.symmetrized()) else { return nil }
    model = Part(
      statistic: modelStatistic, bias: modelBias.bias(inverse), degreesOfFreedom: fit.degreesOfFreedom)
    baseline = Part(
      statistic: baselineStatistic, bias: baselineBias,
      degreesOfFreedom: fit.independenceTest().degreesOfFreedom)
  }

  /// The sums over blocks from which k follows.
  private struct BiasTerms {
    /// Σ tr(V_C Γ).
    var trace = 0.0
    /// Σ n ΔᵀV_MΔ, Σ n ΔᵀV_CΔ, Σ n ΔᵀJΔ and Σ n ΔᵀV_MΓV_CΔ.
    var information, complete, firstOrder, mixed: Matrix

    init(order: Int) {
      information = Matrix(rowCount: order, columnCount: order)
      complete = information
      firstOrder = information
      mixed = information
    }

    /// Adds a block, given V ↦ VΔ and V ↦ ΔᵀV.
    mutating func add(
      _ block: IncompleteInformation, times: (Matrix) -> Matrix, transposed: (Matrix) -> Matrix
    ) {
      let n = block.count
      let weighted = times(block.complete)
      let own = n * transposed(times(block.observed))
      let completeOwn = n * transposed(weighted)
      trace += block.complete.traceOfProduct(with: block.spread)
      information += own
      complete += completeOwn
      // J is V_M where data are normal.
      firstOrder += block.isRobust ? n * transposed(times(block.firstOrder)) : own
      mixed +=
        block.isRobust ? n * transposed(block.firstOrder * (block.inverse * weighted)) : completeOwn
    }

    /// k, given (Σ n ΔᵀV_MΔ)⁻¹.
    func bias(_ inverse: Matrix) -> Double {
      trace - 2 * inverse.traceOfProduct(with: mixed)
        + inverse.sandwiching(firstOrder).traceOfProduct(with: complete)
    }
  }

  /// log|Σ| + tr(S Σ⁻¹) - log|S| - p + (m - μ)ᵀ Σ⁻¹ (m - μ).
  private static func discrepancy(_ sample: SampleMoments, _ mean: [Double], _ covariance: Matrix) -> Double?
  {
    guard let factor = try? Cholesky(covariance), let own = try? Cholesky(sample.covariance) else {
      return nil
    }
    let difference = zip(sample.mean ?? mean, mean).map { $0 - $1 }
    return factor.logDeterminant - own.logDeterminant - Double(mean.count)
      + factor.solve(sample.covariance).diagonal.reduce(0, +)
      + zip(difference, factor.solve(difference)).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

extension FittedModel {
  /// The places of the independence model's free moments among means and vech: means, variances, covariances of covariates.
  fileprivate func independenceParameters(_ index: Int) -> [Int] {
    let block = table.blocks[index]
    let p = block.observed.count
    let names = Standardizer.exogenousObserved(table, block)
    var result = Array(0..<p)
    for j in 0..<p {
      for i in j..<p
      where i == j || (names.contains(block.observed[i]) && names.contains(block.observed[j])) {
        result.append(p + halfVectorIndex(row: i, column: j, order: p))
      }
    }
    return result
  }

  /// CFI, TLI and RMSEA with its interval and tests, from complete-data discrepancies.
  func addFullInformationIndices(_ correction: FullInformationCorrection?, _ measures: inout FitMeasures) {
    let df = Double(degreesOfFreedom)
    guard let correction, df > 0, correction.model.scale > 0 else {
      for name in Self.robustNames { measures.set(name, nil) }
      return
    }
    let n = multiplier
    let groups = Double(Set(table.blocks.map(\.group)).count)
    let (model, baseline) = (correction.model, correction.baseline)
    let excess = model.noncentrality
    let excess0 = max(baseline.noncentrality, excess)
    let df0 = Double(baseline.degreesOfFreedom)
    measures.set("cfi.robust", excess0 > 0 ? 1 - excess / excess0 : 1)
    let raw = model.statistic - model.bias
    let raw0 = baseline.statistic - baseline.bias
    let tli = df0 > 0 && raw0 != 0 ? 1 - (raw / df) / (raw0 / df0) : nil
    measures.set("tli.robust", tli)
    measures.set("nnfi.robust", tli)
    measures.set("rni.robust", raw0 != 0 ? 1 - raw / raw0 : nil)
    let scale = model.scale
    let test = model.scaled
    let bounds = NoncentralityInterval(test: test, level: 0.9)
    measures.set("rmsea.robust", (groups * excess / (n * df)).squareRoot())
    measures.set("rmsea.ci.lower.robust", (groups * scale * bounds.lower / (n * df)).squareRoot())
    measures.set("rmsea.ci.upper.robust", (groups * scale * bounds.upper / (n * df)).squareRoot())
    func distribution(_ rmsea: Double) -> NoncentralChiSquareDistribution {
      NoncentralChiSquareDistribution(
        degreesOfFreedom: df, noncentrality: n * df * rmsea * rmsea / (scale * groups))
    }
    measures.set("rmsea.pvalue.robust", distribution(0.05).upperTail(at: test.statistic))
    measures.set("rmsea.notclose.pvalue.robust", distribution(0.08).lowerTail(at: test.statistic))
    let p = Double(table.blocks.first?.observed.count ?? 0)
    func index(_ noncentrality: Double) -> Double { p / (p + 2 * noncentrality / n) }
    measures.set("gfi.robust", index(excess))
    measures.set("gfi.ci.lower.robust", index(scale * bounds.upper))
    measures.set("gfi.ci.upper.robust", index(scale * bounds.lower))
  }

  private static let robustNames = [
    "cfi.robust", "tli.robust", "nnfi.robust", "rni.robust", "rmsea.robust", "rmsea.ci.lower.robust",
    "rmsea.ci.upper.robust", "rmsea.pvalue.robust", "rmsea.notclose.pvalue.robust", "gfi.robust",
    "gfi.ci.lower.robust", "gfi.ci.upper.robust",
  ]
}
