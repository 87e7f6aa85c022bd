internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension FittedModel {
  /// The moments of the independence model of one block of incomplete rows.
  ///
  /// The likelihood is a product over variables: each has the mean and the variance of its observed values. Covariates
  /// keep their covariances, so that theirs are saturated estimates from the covariates alone.
  func independenceMoments(_ index: Int) -> SampleMoments? {
    guard let patterns = moments[index].patterns else { return nil }
    let block = table.blocks[index]
    let (mean, variance) = patterns.availableMoments()
    var result = moments[index]
    result.mean = mean
    result.covariance = .diagonal(variance)
    let names = Standardizer.exogenousObserved(table, block)
    let covariates = block.observed.indices.filter { names.contains(block.observed[$0]) }
    guard !covariates.isEmpty else { return result }
    guard let joint = SaturatedMoments(patterns.selecting(covariates))?.moments, let means = joint.mean else {
      return nil
    }
    for (j, column) in covariates.enumerated() {
      result.mean?[column] = means[j]
      for (i, row) in covariates.enumerated() { result.covariance[row, column] = joint.covariance[i, j] }
    }
    return result
  }

  /// χ² of the independence model of incomplete rows, one part for each block; NaN where it has no estimates.
  func incompleteIndependenceStatistic(_ index: Int) -> Double {
    guard let baseline = independenceMoments(index),
      let value = moments[index].patternDiscrepancy(
        mean: baseline.mean ?? [], covariance: baseline.covariance),
      let saturated = saturatedDiscrepancy(index)
    else { return .nan }
    return multiplier(ofBlock: index) * (value - saturated)
  }

  private func saturatedDiscrepancy(_ index: Int) -> Double? {
    moments[index].patternDiscrepancy(mean: moments[index].mean ?? [], covariance: moments[index].covariance)
  }

  /// -2 log-likelihood of the saturated model of one block of incomplete rows.
  func incompleteDeviance(_ index: Int) -> Double {
    guard let patterns = moments[index].patterns, let saturated = saturatedDiscrepancy(index) else {
      return .nan
    }
    return Double(patterns.count) * saturated + patterns.observedWeights.reduce(0, +) * log(2 * .pi)
  }
}

/// Goodness of fit of incomplete data as lavaan has it: 1 - eᵀVe / sᵀVs, with the covariances of the rows in which both
/// variables are observed and V = Σ f_q (W_q, ½ Dᵀ (W_q ⊗ W_q) D) of the patterns at the model's moments.
struct IncompleteAbsoluteFit {
  /// The quadratic forms of the residual and of the sample moments.
  private(set) var residual = 0.0
  private(set) var whole = 0.0

  init?(fit: FittedModel, block index: Int, isFixed: [Bool]) {
    guard let patterns = fit.moments[index].patterns, let matrices = fit.matrices(ofBlock: index) else {
      return nil
    }
    let (mean, covariance) = patterns.pairwiseMoments()
    let sigma = matrices.observedCovariance
    let mu = matrices.observedMean
    let p = isFixed.count
    let likelihood = PatternLikelihood(patterns.layout(variables: Array(0..<p), origin: mu))
    let n = p + 1
    let point = NumberBuffer(count: n * n)
    for j in 0..<p { for i in 0..<p { point[i + j * n] = sigma[i, j] } }
    point[n * n - 1] = 1
    guard withExtendedLifetime(point, { likelihood.value(at: point.pointer) }) != nil else { return nil }
    var sample = covariance
    var difference = covariance - sigma
    for j in 0..<p where isFixed[j] {
      for i in 0..<p where isFixed[i] {
        sample[i, j] = 0
        difference[i, j] = 0
      }
    }
    let center = isFixed.indices.map { isFixed[$0] ? 0 : mean[$0] }
    let shift = isFixed.indices.map { isFixed[$0] ? 0 : mean[$0] - mu[$0] }
    let forms = likelihood.quadraticForms([(difference, shift), (sample, center)])
    (residual, whole) = (forms[0], forms[1])
  }
}
