internal import SEMNumerics

/// How two models stand to each other.
public enum ModelNesting: String, Sendable, Hashable, CaseIterable, Codable {
  /// Every covariance matrix of the model with more degrees of freedom is one of the other's.
  case nested
  /// Both fit the same covariance matrices: no data can tell them apart.
  case equivalent
  /// The restricted model is no special case of the other: a likelihood ratio test does not apply.
  case notNested = "not-nested"
  /// Not checked: the models themselves are not at hand, or a fit did not converge.
  case unknown
}

extension FittedModel {
  /// Whether this model is a special case of another, by the numerical procedure of Bentler and Satorra (2010).
  ///
  /// The other model is fitted to this model's Σ̂ and μ̂; it holds there (F below 1e-7) if and only if this model is nested
  /// in it, save for points of measure zero.
  ///
  /// - Complexity: that of one fit.
  public func nesting(in larger: FittedModel) -> ModelNesting { embedding(in: larger).nesting }

  /// The relation to another model and, where this one is a special case of it, the other at the point θ* where it implies
  /// this model's Σ̂ and μ̂ ("M10" of Satorra and Bentler 2010), with the sample's own moments and rows.
  func embedding(in larger: FittedModel) -> (nesting: ModelNesting, image: FittedModel?) {
    guard table.blocks.count == larger.table.blocks.count else { return (.notNested, nil) }
    var implied: [SampleMoments] = []
    for (index, block) in larger.table.blocks.enumerated() {
      guard let matrices = matrices(ofBlock: index) else { return (.unknown, nil) }
      let own = table.blocks[index].observed
      guard Set(own) == Set(block.observed) else { return (.notNested, nil) }
      var sample = moments[index]
      sample.covariance = matrices.observedCovariance
      if table.hasMeanStructure { sample.mean = matrices.observedMean }
      implied.append(sample.selecting(block.observed))
    }
    var options = FitOptions()
    options.gradientTolerance = larger.options.gradientTolerance
    guard let fitter = try? ModelFitter(table: larger.table, options: options) else { return (.unknown, nil) }
    // The larger model's own estimates, and its usual starts: one of them reaches a perfect fit if there is one.
    var best: FittedModel?
    var isConverged = false
    for start in [larger.estimates, nil] {
      guard let fit = try? fitter.fit(implied, start: start) else { continue }
      if fit.discrepancy < best?.discrepancy ?? .infinity { best = fit }
      isConverged = isConverged || fit.convergence.isConverged
      if let best, best.discrepancy < Self.perfectFit { break }
    }
    guard let best, best.discrepancy < Self.perfectFit else {
      return (isConverged ? .notNested : .unknown, nil)
    }
    return (
      degreesOfFreedom == larger.degreesOfFreedom ? .equivalent : .nested,
      larger.evaluated(at: best.estimates, constraints: best.constraints)
    )
  }

  private static let perfectFit = 1e-7

  /// The same model of the same sample at other values of the parameters, which are no estimates.
  private func evaluated(at values: [Double], constraints: ConstraintReport?) -> FittedModel {
    var result = FittedModel(
      table: table, moments: moments, rows: rows, options: options, estimates: values,
      rowValues: ModelFitter.rowValues(table, estimates: values, moments: moments), discrepancy: .nan,
      blockDiscrepancies: moments.map { _ in .nan }, convergence: convergence, constraints: constraints)
    result.design = design
    return result
  }
}
