public import SEMNumerics

/// Fits one model again and again: the pattern is compiled once, memory is made once.
///
/// One fitter serves one thread.
public final class ModelFitter {
  /// The parameter table.
  public let table: ParameterTable
  /// How models are fitted.
  public let options: FitOptions
  private lazy var minimizer = NewtonMinimizer(
    dimension: table.freeParameterCount, lower: lower, upper: upper)
  /// The rows of each block.
  private lazy var numbered = table.blocks.map { BlockRows(table, block: $0) }
  private let constraints: ModelConstraints?
  private let lower: [Double]?
  private let upper: [Double]?

  /// Compiles a model.
  ///
  /// - Throws: ``EstimationError/nothingToEstimate``, ``EstimationError/impossibleConstraints(_:)``.
  public init(table: ParameterTable, options: FitOptions = FitOptions()) throws(EstimationError) {
    let t = table.freeParameterCount
    guard t > 0 else { throw .nothingToEstimate }
    constraints = try ModelConstraints(table: table)
    self.table = table
    self.options = options
    let bounds = Self.bounds(of: table)
    if let bounds {
      for a in 0..<t where bounds.lower[a] > bounds.upper[a] {
        throw .impossibleConstraints(
          "The lower bound of \(table.freeParameterNames[a]) lies above its upper bound.")
      }
    }
    lower = bounds?.lower
    upper = bounds?.upper
  }

  /// Fits the model to moments with divisor N, one per block, in the blocks' order of observed variables.
  ///
  /// - Parameters:
  ///   - moments: The sample's moments.
  ///   - rows: The complete rows behind them, for scores and first-order information.
  ///   - design: The weights and clusters of the rows, one for each block; empty without any.
  ///   - start: Where to begin; `nil` for the usual starting values.
  /// - Throws: ``EstimationError``; not converging is no error.
  /// - Complexity: a step costs O(p³ + t³) for p observed variables and t parameters.
  public func fit(
    _ moments: [SampleMoments], rows: [Matrix]? = nil, design: [CaseDesign] = [], start: [Double]? = nil
  ) throws(EstimationError) -> FittedModel {
    try check(moments)
    let scaled = Self.scale(moments, options)
    let found =
      largeObjective(scaled)
      ?? Self.objective(
        table: table, moments: scaled, rows: rows, design: design, options: options, numbered: numbered)
    guard let objective = found else {
      throw Self.reason(table, scaled, rows, design, options)
    }
    var minimizerOptions = NewtonMinimizer.Options()
    minimizerOptions.gradientTolerance = options.gradientTolerance
    minimizerOptions.iterationLimit = options.iterationLimit
    minimizerOptions.scoringSteps = 3

    var failed: [String] = []
    var best: Attempt?
    var runaways = 0
    for attempt in 0...max(0, options.extraStarts) {
      var (name, values) = self.start(attempt, scaled, given: start)
      if let nearer = startFromSaturatedMoments(scaled, from: values, minimizerOptions) {
        values = nearer
        for case let block as FullInformationBlock in objective.blocks {
          block.reusesMissingInformation = failed.isEmpty
        }
      }
      let result = minimize(objective, from: values, minimizerOptions, name: name)
      if result.optimum.termination == .converged {
        best = result
        break
      }
      failed.append(name)
      // Two searches that run away: there is no minimum, and other starts would go the same way.
      if result.optimum.termination != .undefinedStart, !diverging(result.optimum.point, scaled).isEmpty {
        runaways += 1
      }
      if result.optimum.termination != .undefinedStart, result.isBetter(than: best) { best = result }
      if runaways == 2 { break }
    }
    guard let best else { throw .noUsableStart }
    if best.optimum.termination != .converged, let constraints,
      let worst = best.violations.indices.max(by: { best.violations[$0] < best.violations[$1] }),
      best.violations[worst] > 1e-4
    {
      throw .impossibleConstraints(
        "No estimates were found that meet the constraint \(constraints.constraints[worst].text); it may contradict"
          + " the others or the bounds.")
    }
    return result(best, failed, scaled, rows, design, objective)
  }

  /// For measurement models of many parameters: the objective whose search needs no Hessian; `nil` for all others.
  private func largeObjective(_ moments: [SampleMoments]) -> ModelObjective? {
    guard table.freeParameterCount >= Self.leastLarge, constraints == nil, lower == nil,
      options.estimator == .maximumLikelihood, options.missing == .listwise
    else { return nil }
    let multipliers = moments.map { options.multiplier(count: $0.count) }
    let total = multipliers.reduce(0, +)
    var blocks: [FactorModelBlock] = []
    for (block, sample) in zip(table.blocks, moments) {
      let structure = BlockStructure(
        block: block, table: table, sampleValue: { Self.sampleValue($0, block, sample) })
      guard let evaluator = FactorModelBlock(structure: structure, sample: sample) else { return nil }
      blocks.append(evaluator)
    }
    return ModelObjective(
      blocks: blocks, weights: multipliers.map { $0 / total }, dimension: table.freeParameterCount)
  }

  /// The number of parameters from which on a search without a Hessian is faster.
  static let leastLarge = 1500

  /// The free parameters that have left the size that the data suggest: loadings and slopes beyond 20 standard deviations
  /// for one, and variances of latent variables below 10⁻³ of their marker's.
  private func diverging(_ point: [Double], _ moments: [SampleMoments]) -> [Int] {
    var result: Set<Int> = []
    for (block, sample) in zip(table.blocks, moments) {
      let rows = table.rows.filter { $0.block == block.number }
      var scale: [String: Double] = [:]
      for (place, name) in sample.variables.enumerated() {
        scale[name] = sample.covariance[place, place].squareRoot()
      }
      // A factor has the unit of its marker; one of unit variance has 1.
      for row in rows where row.op == .measurement && row.free == 0 && row.fixedValue == 1 {
        if scale[row.lhs] == nil, let size = scale[row.rhs] { scale[row.lhs] = size }
      }
      for row in rows where row.free > 0 {
        let value = point[row.free - 1].magnitude
        let (left, right) = (scale[row.lhs] ?? 1, scale[row.rhs] ?? 1)
        switch row.op {
        case .measurement where value * left > 20 * right: result.insert(row.free)
        case .regression where value * right > 20 * left: result.insert(row.free)
        case .covariance
        where row.lhs == row.rhs && block.latent.contains(row.lhs) && value < 1e-3 * left * left:
          result.insert(row.free)
        default: break
        }
      }
    }
    return result.sorted()
  }

  /// What one start led to.
  private struct Attempt {
    var name: String
    var optimum: Optimum
    var multipliers: [Double] = []
    var violations: [Double] = []

    func isBetter(than other: Attempt?) -> Bool {
      guard let other else { return true }
      let (mine, theirs) = (violations.max() ?? 0, other.violations.max() ?? 0)
      if max(mine, theirs) > ConstrainedMinimizer.feasibilityTolerance { return mine < theirs }
      return optimum.value < other.optimum.value
    }
  }

  private func minimize(
    _ objective: ModelObjective, from values: [Double], _ options: NewtonMinimizer.Options, name: String
  ) -> Attempt {
    guard let constraints else {
      if objective.blocks.allSatisfy({ $0 is FactorModelBlock }) {
        let large = TruncatedNewtonMinimizer(dimension: objective.dimension)
        let optimum = large.minimize(objective, from: values, options: options)
        if optimum.termination == .converged || optimum.termination == .undefinedStart {
          return Attempt(name: name, optimum: optimum)
        }
        return Attempt(
          name: name, optimum: minimizer.minimize(objective, from: optimum.point, options: options))
      }
      return Attempt(name: name, optimum: minimizer.minimize(objective, from: values, options: options))
    }
    let result = ConstrainedMinimizer.minimize(
      objective, subjectTo: constraints, lower: lower, upper: upper, from: values, options: options)
    return Attempt(
      name: name, optimum: result.optimum, multipliers: result.multipliers, violations: result.violations)
  }

  private func result(
    _ attempt: Attempt, _ failed: [String], _ scaled: [SampleMoments], _ rows: [Matrix]?,
    _ design: [CaseDesign], _ objective: ModelObjective
  ) -> FittedModel {
    let optimum = attempt.optimum
    let diverging = optimum.termination == .converged ? [] : diverging(optimum.point, scaled)
    // The minimum of one block is known.
    let blockValues =
      objective.blocks.count == 1 && constraints == nil
      ? [optimum.value]
      : optimum.point.withUnsafeBufferPointer { point in
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
        scaledGradient: optimum.scaledGradient, start: attempt.name,
        failedStarts: failed.filter { $0 != attempt.name || optimum.termination == .converged },
        diverging: diverging.map { table.freeParameterNames[$0 - 1] }),
      constraints: report(attempt, objective), design: design)
  }

  /// The state of constraints and bounds at the estimates.
  private func report(_ attempt: Attempt, _ objective: ModelObjective) -> ConstraintReport? {
    let point = attempt.optimum.point
    let t = point.count
    var atBounds: [Int] = []
    for a in 0..<t {
      if let lower, point[a] <= lower[a] {
        atBounds.append(a + 1)
      } else if let upper, point[a] >= upper[a] {
        atBounds.append(a + 1)
      }
    }
    guard constraints != nil || !atBounds.isEmpty else { return nil }
    let state = constraints?.evaluate(at: point)
    let equalityCount = constraints?.equalityCount ?? 0
    var items: [ConstraintReport.Item] = []
    // Rows of the gradients of all that is active, to find which are implied by those before them.
    var active: [[Double]] = []
    var rank = 0
    func isNew(_ row: [Double]) -> Bool {
      let scale = row.reduce(0) { max($0, $1.magnitude) }
      guard scale > 0 else { return false }
      let candidate = active + [row.map { $0 / scale }]
      guard let qr = try? QR(Matrix(rows: candidate)), qr.rank == candidate.count else { return false }
      active = candidate
      return true
    }
    for (k, constraint) in (constraints?.constraints ?? []).enumerated() {
      guard let state else { break }
      let isEquality = k < equalityCount
      let isActive = isEquality || attempt.multipliers[k] != 0
      let isRedundant = isActive && !isNew(state.jacobian.row(k))
      if isEquality, !isRedundant { rank += 1 }
      let sign = constraint.op == .lessThan ? -1.0 : 1.0
      items.append(
        ConstraintReport.Item(
          constraint: constraint, value: sign * state.values[k], isActive: isActive,
          multiplier: sign * attempt.multipliers[k], isRedundant: isRedundant))
    }
    for parameter in atBounds {
      var row = [Double](repeating: 0, count: t)
      row[parameter - 1] = 1
      _ = isNew(row)
    }
    let tangent = active.isEmpty ? .identity(t) : (try? QR(Matrix(rows: active)))?.nullSpace() ?? .identity(t)
    return ConstraintReport(
      items: items, isLinear: constraints?.isLinear ?? true, parametersAtBounds: atBounds, equalityRank: rank,
      tangent: tangent)
  }

  /// The starts, in the order in which they are tried.
  private func start(_ attempt: Int, _ moments: [SampleMoments], given: [Double]?) -> (String, [Double]) {
    switch attempt {
    case 0:
      if let given { return ("given", given) }
      let values = StartingValues.values(table: table, moments: moments, numbered: numbered)
      return ("instrumental variables", values)
    case 1:
      return ("simple", StartingValues.simple(table: table, moments: moments))
    default:
      // Around the usual start, each value moved by up to half its size; the draw depends on the attempt only.
      var random = SplitMix(state: UInt64(attempt))
      let values = StartingValues.values(table: table, moments: moments, numbered: numbered).map { value in
        value * (1 + (random.uniform() - 0.5))
      }
      return ("perturbed \(attempt - 1)", values)
    }
  }

  /// With missing values: the fit to the saturated moments as if they were those of complete data; `nil` where it fails.
  ///
  /// These are the two-stage estimates (Yuan and Bentler 2000), which differ from the full information estimates by
  /// little more than the misfit, at a small part of the cost of a search among the patterns.
  private func startFromSaturatedMoments(
    _ moments: [SampleMoments], from values: [Double], _ options: NewtonMinimizer.Options
  ) -> [Double]? {
    guard self.options.missing == .fullInformation, moments.contains(where: { $0.patterns != nil }) else {
      return nil
    }
    var complete = self.options
    complete.missing = .listwise
    guard let objective = Self.objective(table: table, moments: moments, rows: nil, options: complete) else {
      return nil
    }
    var options = options
    options.gradientTolerance = max(options.gradientTolerance, 1e-4)
    let result = minimize(objective, from: values, options, name: "")
    return result.optimum.termination == .converged ? result.optimum.point : nil
  }

  private func check(_ moments: [SampleMoments]) throws(EstimationError) {
    guard moments.count == table.blocks.count else {
      throw .momentsDoNotMatchModel("The model has \(table.blocks.count) groups, the data \(moments.count).")
    }
    for index in moments.indices {
      guard table.blocks[index].observed == moments[index].variables else {
        throw .momentsDoNotMatchModel("The variables of the moments differ from those of the model.")
      }
      if table.hasMeanStructure, moments[index].mean == nil { throw .meansAreMissing }
    }
  }

  // MARK: Pieces that inference uses too

  /// The bounds of the free parameters; `nil` without any.
  static func bounds(of table: ParameterTable) -> (lower: [Double], upper: [Double])? {
    let rows = table.rows
    guard rows.indices.contains(where: { rows[$0].free > 0 && (rows[$0].lower ?? rows[$0].upper) != nil })
    else { return nil }
    let t = table.freeParameterCount
    var lower = [Double](repeating: -.infinity, count: t)
    var upper = [Double](repeating: .infinity, count: t)
    for row in rows where row.free > 0 {
      if let bound = row.lower { lower[row.free - 1] = max(lower[row.free - 1], bound) }
      if let bound = row.upper { upper[row.free - 1] = min(upper[row.free - 1], bound) }
    }
    return (lower, upper)
  }

  /// The moments with the likelihood's divisor.
  static func scale(_ moments: [SampleMoments], _ options: FitOptions) -> [SampleMoments] {
    guard options.usesUnbiasedCovariance else { return moments }
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
    table.rows.withUnsafeBufferPointer { rows in
      rows.indices.map { index in
        if rows[index].free > 0 { return estimates[rows[index].free - 1] }
        guard rows[index].isExogenous else { return rows[index].fixedValue ?? 0 }
        let block = rows[index].block - 1
        return sampleValue(rows[index], table.blocks[block], moments[block])
      }
    }
  }

  /// The objective of all blocks; `nil` where a sample covariance matrix is not positive definite.
  ///
  /// - Parameters:
  ///   - moments: The moments with the likelihood's divisor.
  ///   - rows: The rows behind them, where there are any; with missing values (NaN) for ``MissingData/fullInformation``.
  ///   - numbered: The table's rows by number, where they are at hand.
  static func objective(
    table: ParameterTable, moments: [SampleMoments], rows: [Matrix]?, design: [CaseDesign] = [],
    options: FitOptions, numbered: [BlockRows]? = nil, everyVariableIsSource: Bool = false
  ) -> ModelObjective? {
    let multipliers = moments.map { options.multiplier(count: $0.count) }
    let total = multipliers.reduce(0, +)
    var blocks: [any BlockDiscrepancy] = []
    blocks.reserveCapacity(moments.count)
    for index in table.blocks.indices {
      let sample = moments[index]
      let structure = BlockStructure(
        block: table.blocks[index], table: table,
        sampleValue: { sampleValue($0, table.blocks[index], sample) }, numbered: numbered?[index],
        everyVariableIsSource: everyVariableIsSource)
      let evaluator = discrepancy(
        structure: structure, sample: sample, rows: rows?[index],
        weights: design.isEmpty ? nil : design[index].weights, options: options)
      guard let evaluator else { return nil }
      blocks.append(evaluator)
    }
    return ModelObjective(
      blocks: blocks, weights: multipliers.map { $0 / total }, dimension: table.freeParameterCount)
  }

  /// The discrepancy of one block; `nil` where its weight does not exist.
  private static func discrepancy(
    structure: BlockStructure, sample: SampleMoments, rows: Matrix?, weights: [Double]?,
    options: FitOptions
  ) -> (any BlockDiscrepancy)? {
    switch options.estimator {
    case .maximumLikelihood:
      options.missing == .fullInformation && sample.patterns != nil
        ? FullInformationBlock(structure: structure, sample: sample)
        : MaximumLikelihoodBlock(structure: structure, sample: sample)
    case .generalizedLeastSquares: GeneralizedLeastSquaresBlock(structure: structure, sample: sample)
    case .unweightedLeastSquares, .weightedLeastSquares, .diagonallyWeightedLeastSquares:
      MomentDeviations.weight(
        options.estimator, structure: structure, rows: rows, caseWeights: weights
      ).map {
        WeightedLeastSquaresBlock(structure: structure, sample: sample, weight: $0)
      }
    }
  }

  /// Why there is no objective.
  private static func reason(
    _ table: ParameterTable, _ moments: [SampleMoments], _ rows: [Matrix]?, _ design: [CaseDesign],
    _ options: FitOptions
  ) -> EstimationError {
    switch options.estimator {
    case .maximumLikelihood, .generalizedLeastSquares, .unweightedLeastSquares:
      return .sampleCovarianceNotPositiveDefinite(group: indefiniteGroup(table, moments))
    case .weightedLeastSquares, .diagonallyWeightedLeastSquares:
      guard let rows else { return .rawDataNeeded("The estimator \(options.estimator.rawValue)") }
      for (index, (block, sample)) in zip(table.blocks, moments).enumerated() {
        let structure = BlockStructure(
          block: block, table: table, sampleValue: { sampleValue($0, block, sample) })
        let weight = MomentDeviations.weight(
          options.estimator, structure: structure, rows: rows[index],
          caseWeights: design.isEmpty ? nil : design[index].weights)
        if weight == nil {
          return .weightNotPositiveDefinite(
            group: block.groupLabel, cases: sample.count,
            moments: WeightedLeastSquaresBlock.momentCount(structure))
        }
      }
      return .sampleCovarianceNotPositiveDefinite(group: indefiniteGroup(table, moments))
    }
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
