public import SEMNumerics

/// Fits one model again and again: the pattern is compiled once, memory is made once.
///
/// One fitter serves one thread.
public final class ModelFitter {
  /// The parameter table.
  public let table: ParameterTable
  /// How models are fitted.
  public let options: FitOptions
  private let minimizer: NewtonMinimizer

  /// Compiles a model.
  ///
  /// - Throws: ``EstimationError/nothingToEstimate``, ``EstimationError/notYetSupported(_:)``.
  public init(table: ParameterTable, options: FitOptions = FitOptions()) throws(EstimationError) {
    let t = table.freeParameterCount
    guard t > 0 else { throw .nothingToEstimate }
    if let constraint = table.constraints.first {
      throw .notYetSupported(
        "the constraint \"\(constraint.lhs) \(constraint.op.rawValue) \(constraint.rhs)\"")
    }
    self.table = table
    self.options = options
    var lower = [Double](repeating: -.infinity, count: t)
    var upper = [Double](repeating: .infinity, count: t)
    var hasBounds = false
    for row in table.rows where row.free > 0 {
      if let bound = row.lower {
        lower[row.free - 1] = max(lower[row.free - 1], bound)
        hasBounds = true
      }
      if let bound = row.upper {
        upper[row.free - 1] = min(upper[row.free - 1], bound)
        hasBounds = true
      }
    }
    minimizer = NewtonMinimizer(
      dimension: t, lower: hasBounds ? lower : nil, upper: hasBounds ? upper : nil)
  }

  /// Fits the model to moments with divisor N, one per block, in the blocks' order of observed variables.
  ///
  /// - Parameters:
  ///   - moments: The sample's moments.
  ///   - rows: The complete rows behind them, for scores and first-order information.
  ///   - start: Where to begin; `nil` for the usual starting values.
  /// - Throws: ``EstimationError``; not converging is no error.
  /// - Complexity: a step costs O(p³ + t³) for p observed variables and t parameters.
  public func fit(_ moments: [SampleMoments], rows: [Matrix]? = nil, start: [Double]? = nil)
    throws(EstimationError) -> FittedModel
  {
    try check(moments)
    let scaled = Self.scale(moments, options.likelihood)
    guard let objective = Self.objective(table: table, moments: scaled, rows: rows, options: options) else {
      throw .sampleCovarianceNotPositiveDefinite(group: Self.indefiniteGroup(table, scaled))
    }
    var minimizerOptions = NewtonMinimizer.Options()
    minimizerOptions.gradientTolerance = options.gradientTolerance
    minimizerOptions.iterationLimit = options.iterationLimit

    var failed: [String] = []
    var best: (optimum: Optimum, name: String)?
    for attempt in 0...max(0, options.extraStarts) {
      let (name, values) = self.start(attempt, scaled, given: start)
      let optimum = minimizer.minimize(objective, from: values, options: minimizerOptions)
      if optimum.termination == .converged {
        best = (optimum, name)
        break
      }
      failed.append(name)
      if optimum.termination != .undefinedStart, optimum.value < (best?.optimum.value ?? .infinity) {
        best = (optimum, name)
      }
    }
    guard let best else { throw .noUsableStart }
    return result(best.optimum, best.name, failed, scaled, rows, objective)
  }

  private func result(
    _ optimum: Optimum, _ name: String, _ failed: [String], _ scaled: [SampleMoments], _ rows: [Matrix]?,
    _ objective: ModelObjective
  ) -> FittedModel {
    let blockValues = optimum.point.withUnsafeBufferPointer { point in
      objective.blocks.map { block in point.baseAddress.flatMap(block.value(at:)) ?? .nan }
    }
    var value = 0.0
    for (index, weight) in objective.weights.enumerated() { value += weight * blockValues[index] }
    return FittedModel(
      table: table, moments: scaled, rows: rows, options: options, estimates: optimum.point,
      rowValues: Self.rowValues(table, estimates: optimum.point, moments: scaled),
      discrepancy: value, blockDiscrepancies: blockValues,
      convergence: Convergence(
        termination: optimum.termination, iterations: optimum.iterations, evaluations: optimum.evaluations,
        scaledGradient: optimum.scaledGradient, start: name,
        failedStarts: failed.filter { $0 != name || optimum.termination == .converged }))
  }

  /// The starts, in the order in which they are tried.
  private func start(_ attempt: Int, _ moments: [SampleMoments], given: [Double]?) -> (String, [Double]) {
    switch attempt {
    case 0:
      if let given { return ("given", given) }
      return ("instrumental variables", StartingValues.values(table: table, moments: moments))
    case 1:
      return ("simple", StartingValues.simple(table: table, moments: moments))
    default:
      // Around the usual start, each value moved by up to half its size; the draw depends on the attempt only.
      var random = SplitMix(state: UInt64(attempt))
      let values = StartingValues.values(table: table, moments: moments).map { value in
        value * (1 + (random.uniform() - 0.5))
      }
      return ("perturbed \(attempt - 1)", values)
    }
  }

  private func check(_ moments: [SampleMoments]) throws(EstimationError) {
    guard moments.count == table.blocks.count else {
      throw .momentsDoNotMatchModel("The model has \(table.blocks.count) groups, the data \(moments.count).")
    }
    for (block, sample) in zip(table.blocks, moments) {
      guard block.observed == sample.variables else {
        throw .momentsDoNotMatchModel("The variables of the moments differ from those of the model.")
      }
      if table.hasMeanStructure, sample.mean == nil { throw .meansAreMissing }
    }
  }

  // MARK: Pieces that inference uses too

  /// The moments with the likelihood's divisor.
  static func scale(_ moments: [SampleMoments], _ likelihood: Likelihood) -> [SampleMoments] {
    guard likelihood == .wishart else { return moments }
    return moments.map { sample in
      var sample = sample
      let factor = Double(sample.count) / Double(max(sample.count - 1, 1))
      sample.covariance.elements = sample.covariance.elements.map { $0 * factor }
      return sample
    }
  }

  /// The sample's value for a row of fixed covariates.
  static func sampleValue(_ row: Parameter, _ block: ModelBlock, _ sample: SampleMoments) -> Double {
    guard let left = block.observed.firstIndex(of: row.lhs) else { return 0 }
    if row.op == .intercept { return sample.mean?[left] ?? 0 }
    guard let right = block.observed.firstIndex(of: row.rhs) else { return 0 }
    return sample.covariance[left, right]
  }

  static func rowValues(_ table: ParameterTable, estimates: [Double], moments: [SampleMoments]) -> [Double] {
    table.rows.map { row in
      if row.free > 0 { return estimates[row.free - 1] }
      if row.isExogenous {
        return sampleValue(row, table.blocks[row.block - 1], moments[row.block - 1])
      }
      return row.fixedValue ?? 0
    }
  }

  /// The objective of all blocks; `nil` where a sample covariance matrix is not positive definite.
  ///
  /// - Parameters:
  ///   - moments: The moments with the likelihood's divisor.
  ///   - rows: The rows behind them, where there are any; with missing values (NaN) for ``MissingData/fullInformation``.
  static func objective(
    table: ParameterTable, moments: [SampleMoments], rows: [Matrix]?, options: FitOptions,
    everyVariableIsSource: Bool = false
  ) -> ModelObjective? {
    let multipliers = moments.map { Double($0.count - (options.likelihood == .wishart ? 1 : 0)) }
    let total = multipliers.reduce(0, +)
    var blocks: [any BlockDiscrepancy] = []
    for (block, sample) in zip(table.blocks, moments) {
      let structure = BlockStructure(
        block: block, table: table, sampleValue: { sampleValue($0, block, sample) },
        everyVariableIsSource: everyVariableIsSource)
      guard let evaluator = MaximumLikelihoodBlock(structure: structure, sample: sample) else { return nil }
      blocks.append(evaluator)
    }
    return ModelObjective(
      blocks: blocks, weights: multipliers.map { $0 / total }, dimension: table.freeParameterCount)
  }

  private static func indefiniteGroup(_ table: ParameterTable, _ moments: [SampleMoments]) -> String {
    for (block, sample) in zip(table.blocks, moments) {
      let factor = NumberBuffer(sample.covariance.elements)
      if !Kernels.choleskyInPlace(factor.pointer, order: sample.covariance.rowCount) {
        return block.groupLabel
      }
    }
    return ""
  }
}

/// A small generator for perturbed starts (Steele, Lea and Flood 2014).
private struct SplitMix {
  var state: UInt64

  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}
