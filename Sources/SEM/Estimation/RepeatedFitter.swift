package import SEMNumerics

/// Fits one model by maximum likelihood to many samples of complete data: nothing is made anew for a sample.
///
/// What changes between samples are numbers in memory: M, log|S|, the sample's means and the moments of fixed covariates.
/// One fitter serves one thread. Every search begins at the same given start, so that a result does not depend on what was
/// fitted before.
package final class RepeatedFitter {
  /// The number of free parameters.
  package let dimension: Int
  /// The number of observed variables of each block.
  package let observedCounts: [Int]
  let table: ParameterTable
  private let moments: [SampleMoments]
  let objective: ModelObjective
  let blocks: [MaximumLikelihoodBlock]
  /// Whether parameters have bounds.
  let hasBounds: Bool
  private let minimizer: NewtonMinimizer
  private var minimizerOptions = NewtonMinimizer.Options()

  /// An element of a block's pattern that holds a sample moment of fixed covariates.
  struct SampleElement {
    var element: Int
    var left: Int
    /// The second variable of a covariance; -1 for a mean.
    var right: Int
  }
  let sampleElements: [[SampleElement]]

  /// Compiles a model.
  ///
  /// - Parameter moments: Moments with the likelihood's divisor, as those of ``FittedModel``.
  /// - Returns: `nil` where the model needs the general way: another estimator, missing data, constraints.
  package init?(table: ParameterTable, moments: [SampleMoments], options: FitOptions) {
    guard options.estimator == .maximumLikelihood, options.missing == .listwise, table.constraints.isEmpty,
      table.freeParameterCount > 0,
      let objective = ModelFitter.objective(table: table, moments: moments, rows: nil, options: options)
    else { return nil }
    let blocks = objective.blocks.compactMap { $0 as? MaximumLikelihoodBlock }
    guard blocks.count == objective.blocks.count else { return nil }
    self.table = table
    self.moments = moments
    self.objective = objective
    self.blocks = blocks
    dimension = table.freeParameterCount
    observedCounts = table.blocks.map(\.observed.count)
    let bounds = ModelFitter.bounds(of: table)
    hasBounds = bounds != nil
    minimizer = NewtonMinimizer(dimension: dimension, lower: bounds?.lower, upper: bounds?.upper)
    // The step after convergence squares what is left of the error.
    minimizerOptions.gradientTolerance = max(options.gradientTolerance, 1e-6)
    minimizerOptions.iterationLimit = min(options.iterationLimit, 200)
    sampleElements = blocks.enumerated().map { index, block in
      let observed = table.blocks[index].observed
      return block.structure.elements.indices.compactMap { position in
        let element = block.structure.elements[position]
        guard element.tableRow >= 0, table.rows[element.tableRow].isExogenous else { return nil }
        let row = table.rows[element.tableRow]
        guard let left = observed.firstIndex(of: row.lhs) else { return nil }
        if row.op == .intercept { return SampleElement(element: position, left: left, right: -1) }
        guard let right = observed.firstIndex(of: row.rhs) else { return nil }
        return SampleElement(element: position, left: left, right: right)
      }
    }
  }

  /// Takes over the moments of a block.
  ///
  /// - Parameters:
  ///   - covariance: p × p with the likelihood's divisor, in the block's order.
  ///   - mean: p means; not read without a mean structure.
  /// - Returns: Whether the covariance matrix is positive definite.
  package func setSample(
    block index: Int, covariance: UnsafePointer<Double>, mean: UnsafePointer<Double>
  ) -> Bool {
    let block = blocks[index]
    let p = observedCounts[index]
    for item in sampleElements[index] {
      block.moments.values[item.element] =
        item.right < 0 ? mean[item.left] : covariance[item.left + item.right * p]
    }
    return block.setSample(covariance: covariance, mean: mean)
  }

  /// Searches the minimum for the samples set last: from `start`, then once from the usual starting values.
  ///
  /// - Returns: The optimum; its value is F, blocks weighted by the shares of the first sample.
  package func fit(from start: [Double]) -> Optimum {
    let optimum = minimizer.minimize(objective, from: start, options: minimizerOptions)
    if optimum.termination == .converged { return optimum }
    let values = StartingValues.values(table: table, moments: currentMoments())
    let second = minimizer.minimize(objective, from: values, options: minimizerOptions)
    return second.termination == .converged ? second : optimum
  }

  /// The samples as values, for starting values.
  private func currentMoments() -> [SampleMoments] {
    zip(moments, blocks).map { original, block in
      var result = original
      let n = block.structure.momentOrder
      let order = block.structure.observedOrder
      for (j, column) in order.enumerated() {
        for (i, row) in order.enumerated() { result.covariance[row, column] = block.sample[i + j * n] }
        if block.structure.constant >= 0 { result.mean?[column] = block.moments.origin[j] }
      }
      return result
    }
  }
}

extension MaximumLikelihoodBlock {
  /// Puts other moments in the place of those the block was made with.
  ///
  /// - Returns: Whether the covariance matrix is positive definite.
  fileprivate func setSample(covariance: UnsafePointer<Double>, mean: UnsafePointer<Double>) -> Bool {
    let order = structure.observedOrder
    let p = structure.observedCount
    let n = structure.momentOrder
    // Σ's memory is free until the next evaluation.
    let factor = moments.sigma.pointer
    for j in 0..<p {
      for i in 0..<p {
        let value = covariance[order[i] + order[j] * p]
        sample[i + j * n] = value
        factor[i + j * p] = value
      }
      if structure.constant >= 0 { moments.origin[j] = mean[order[j]] }
    }
    guard Kernels.choleskyInPlace(factor, order: p) else { return false }
    saturated = Kernels.logDeterminant(factor: factor, order: p) + Double(n)
    return true
  }
}
