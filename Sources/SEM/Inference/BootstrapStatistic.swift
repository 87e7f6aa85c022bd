/// A quantity that is computed for every draw of a bootstrap.
public enum BootstrapStatistic: Sendable, Hashable {
  /// A line of ``FittedModel/parameterEstimates(_:)``: a row of the table or a defined parameter, counted from 0.
  case estimate(Int)
  /// The same line of ``FittedModel/standardizedEstimates(_:_:)``.
  case standardized(StandardizationKind, Int)
  /// R² of a variable.
  case explainedVariance(variable: String, block: Int)
  /// An effect, counted from 0 in the table that ``FittedModel/effects(_:covariance:)`` gives for the same selections.
  case effect(Int, isStandardized: Bool)
  /// The model's test statistic.
  case chiSquare
  /// A quantity of ``BootstrapOptions/quantities``.
  case named(String)
}

/// Quantities of a fit that a bootstrap computes by fitting every draw in full, such as fit measures.
public struct BootstrapQuantity: Sendable {
  /// The names, one for each value.
  public var names: [String]
  /// The values for a fit of one draw; `nil` where one is not defined.
  public var values: @Sendable (FittedModel) -> [Double?]

  /// Makes quantities.
  public init(names: [String], values: @escaping @Sendable (FittedModel) -> [Double?]) {
    self.names = names
    self.values = values
  }
}

/// Which statistics a bootstrap computes beside the estimates and the defined parameters.
public struct BootstrapSelection: Sendable, Hashable {
  /// Standardised estimates of these kinds.
  public var standardized: Set<StandardizationKind> = [.all]
  /// R².
  public var explainedVariances = true
  /// Effects.
  public var effects: [EffectSelection] = []

  /// The standardised solution `std.all` and R².
  public init() {}
}

/// Statistics of estimates, compiled once and evaluated for every draw without allocation.
///
/// One evaluator serves one thread.
final class StatisticEvaluator {
  /// What is computed, in the order of the results.
  let statistics: [BootstrapStatistic]
  private let fit: FittedModel
  private let blocks: [SolutionWorkspace]
  private let effectPaths: EffectPaths
  /// The free parameter, from 0, of each row; -1 for fixed rows.
  private let parameters: [(row: Int, parameter: Int)]
  /// For rows of fixed covariates, where the sample's moment stands.
  private let sampleRows: [(row: Int, block: Int, left: Int, right: Int)]
  /// Whether moments of the sample are needed: those of fixed covariates.
  var needsSample: Bool { !sampleRows.isEmpty }
  private var values: [Double]
  /// The statistics that are free parameters, and the others.
  private var plain: [(place: Int, row: Int)] = []
  private var steps: [(place: Int, step: Step)] = []
  /// Whether statistics need the matrices of the solution.
  private let needsSolution: Bool
  private let formulas: [CompiledExpression]
  private var workspaces: [CompiledExpression.Workspace]
  /// For each definition its formula, or -1 where it cannot be compiled.
  private let formulaPlaces: [Int]
  /// The rows whose labels formulas name.
  private let labelledRows: [Int]
  private var labelledValues: [Double]
  private var scaledValues: [Double]
  private let labelledScales: [StandardizationKind: [Scale]]

  /// Π V^e for one row.
  private struct Scale {
    var block = 0
    /// Variables whose variances multiply under the root; -1 for none.
    var numerator = -1
    var denominator = -1
    var second = -1
    var isResidual = false
    /// Whether the value is divided by the variance itself.
    var isVariance = false
  }

  private enum Step {
    case row(Int)
    case scaled(Int, Scale)
    case formula(Int)
    case scaledFormula(Int, StandardizationKind)
    case explained(block: Int, place: Int)
    case effect(index: Int, isStandardized: Bool)
    case chiSquare
  }

  /// Compiles the statistics of a selection.
  ///
  /// - Parameter hasTest: Whether the test statistic is among them.
  init(fit: FittedModel, selection: BootstrapSelection, hasTest: Bool) throws(InferenceError) {
    self.fit = fit
    let table = fit.table
    let blocks = table.blocks.map { SolutionWorkspace(table: table, block: $0) }
    self.blocks = blocks
    parameters = table.rows.indices.compactMap { row in
      table.rows[row].free > 0 ? (row, table.rows[row].free - 1) : nil
    }
    values = fit.rowValues
    sampleRows = table.rows.enumerated().compactMap { index, row in
      guard row.isExogenous, row.free == 0 else { return nil }
      let block = table.blocks[row.block - 1]
      guard let left = block.observed.firstIndex(of: row.lhs) else { return nil }
      if row.op == .intercept { return (index, row.block - 1, left, -1) }
      return block.observed.firstIndex(of: row.rhs).map { (index, row.block - 1, left, $0) }
    }
    var indices: [String: Int] = [:]
    var labelled: [Int] = []
    for (index, row) in table.rows.enumerated() where !row.label.isEmpty && indices[row.label] == nil {
      indices[row.label] = labelled.count
      labelled.append(index)
    }
    labelledRows = labelled
    labelledValues = [Double](repeating: 0, count: labelled.count)
    scaledValues = labelledValues
    var formulas: [CompiledExpression] = []
    formulaPlaces = table.definitions.map { definition in
      guard
        let formula = try? CompiledExpression(
          definition.expression, resolving: indices, definitions: table.definitions)
      else { return -1 }
      formulas.append(formula)
      return formulas.count - 1
    }
    self.formulas = formulas
    workspaces = formulas.map { CompiledExpression.Workspace(for: $0) }
    effectPaths = try EffectPaths(table: table, selections: selection.effects)

    var statistics: [BootstrapStatistic] = []
    var steps: [Step] = []
    func add(_ statistic: BootstrapStatistic, _ step: Step) {
      statistics.append(statistic)
      steps.append(step)
    }
    let kinds = StandardizationKind.allCases.filter { selection.standardized.contains($0) }
    var labelledScales: [StandardizationKind: [Scale]] = [:]
    for (index, row) in table.rows.enumerated() where row.free > 0 { add(.estimate(index), .row(index)) }
    for index in table.definitions.indices { add(.estimate(table.rows.count + index), .formula(index)) }
    for kind in kinds {
      let scales = table.rows.map { Self.scale($0, table, blocks, kind) }
      for (index, row) in table.rows.enumerated() where row.op != .intercept || row.free > 0 {
        add(.standardized(kind, index), .scaled(index, scales[index]))
      }
      labelledScales[kind] = labelled.map { scales[$0] }
      for index in table.definitions.indices {
        add(.standardized(kind, table.rows.count + index), .scaledFormula(index, kind))
      }
    }
    self.labelledScales = labelledScales
    if selection.explainedVariances {
      for line in fit.explainedVariances() {
        guard let place = blocks[line.block - 1].place[line.variable] else { continue }
        add(
          .explainedVariance(variable: line.variable, block: line.block),
          .explained(block: line.block - 1, place: place))
      }
    }
    for index in effectPaths.descriptions.indices {
      for isStandardized in [false, true] {
        add(
          .effect(index, isStandardized: isStandardized),
          .effect(index: index, isStandardized: isStandardized))
      }
    }
    if hasTest { add(.chiSquare, .chiSquare) }
    self.statistics = statistics
    needsSolution = steps.contains {
      switch $0 {
      case .row, .formula, .chiSquare: false
      default: true
      }
    }
    for (place, step) in steps.enumerated() {
      if case .row(let row) = step { plain.append((place, row)) } else { self.steps.append((place, step)) }
    }
  }

  private static func scale(
    _ row: Parameter, _ table: ParameterTable, _ blocks: [SolutionWorkspace], _ kind: StandardizationKind
  ) -> Scale {
    let workspace = blocks[row.block - 1]
    let covariates =
      kind == .exceptCovariates
      ? Standardizer.exogenousObserved(table, table.blocks[row.block - 1]) : []
    func place(_ name: String) -> Int {
      guard let place = workspace.place[name] else { return -1 }
      switch kind {
      case .all: return place
      case .latent: return place >= workspace.observedCount ? place : -1
      case .exceptCovariates: return covariates.contains(name) ? -1 : place
      }
    }
    var scale = Scale()
    scale.block = row.block - 1
    switch row.op {
    case .measurement:
      scale.numerator = place(row.lhs)
      scale.denominator = place(row.rhs)
    case .regression:
      scale.numerator = place(row.rhs)
      scale.denominator = place(row.lhs)
    case .covariance where row.lhs == row.rhs:
      scale.denominator = place(row.lhs)
      scale.isVariance = true
    case .covariance:
      scale.denominator = place(row.lhs)
      scale.second = place(row.rhs)
      scale.isResidual = true
    case .intercept: scale.denominator = place(row.lhs)
    default: break
    }
    return scale
  }

  /// The factor of a row; NaN where a variance is not positive.
  @inline(__always)
  private func factor(_ scale: Scale) -> Double {
    let workspace = blocks[scale.block]
    if scale.isVariance {
      return scale.denominator < 0 ? 1 : 1 / workspace.totalVariance(scale.denominator)
    }
    var product = 1.0
    if scale.numerator >= 0 { product = workspace.totalVariance(scale.numerator) }
    if scale.denominator >= 0 {
      product /=
        scale.isResidual
        ? workspace.residualVariance(scale.denominator) : workspace.totalVariance(scale.denominator)
    }
    if scale.second >= 0 { product /= workspace.residualVariance(scale.second) }
    // The root of a negative number is NaN: a variance that is not one gives no standardised value.
    return product.squareRoot()
  }

  /// Evaluates all statistics.
  ///
  /// - Parameters:
  ///   - estimates: The free parameters.
  ///   - chiSquare: The test statistic, if it is among the statistics.
  ///   - sample: The covariance matrices (column-major) and means of the sample, for fixed covariates; `nil` for those
  ///     of the fit.
  ///   - isAdmissible: Whether the solution is known to be admissible.
  ///   - results: Memory for as many numbers as there are statistics; NaN where one is not defined.
  /// - Returns: Whether the solution is admissible.
  func evaluate(
    estimates: UnsafePointer<Double>, chiSquare: Double,
    sample: ((_ block: Int) -> (covariance: UnsafePointer<Double>, mean: UnsafePointer<Double>))?,
    isAdmissible: Bool = false, into results: UnsafeMutablePointer<Double>
  ) -> Bool {
    for item in parameters { values[item.row] = estimates[item.parameter] }
    if let sample {
      for item in sampleRows {
        let moments = sample(item.block)
        let order = fit.table.blocks[item.block].observed.count
        values[item.row] =
          item.right < 0 ? moments.mean[item.left] : moments.covariance[item.left + item.right * order]
      }
    }
    var isDefined = true
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      if isAdmissible, !needsSolution { return }
      for block in blocks where !block.update(base) { isDefined = false }
    }
    guard isDefined else {
      for place in statistics.indices { results[place] = .nan }
      return false
    }
    values.withUnsafeBufferPointer { values in
      for item in plain { results[item.place] = values[item.row].isFinite ? values[item.row] : .nan }
    }
    for (position, row) in labelledRows.enumerated() { labelledValues[position] = values[row] }
    for (index, step) in steps {
      let value: Double
      switch step {
      case .row(let row): value = values[row]
      case .scaled(let row, let scale): value = values[row] * factor(scale)
      case .formula(let formula): value = self.formula(formula, scales: nil)
      case .scaledFormula(let formula, let kind): value = self.formula(formula, scales: labelledScales[kind])
      case .explained(let block, let place):
        let total = blocks[block].totalVariance(place)
        value = total > 0 ? 1 - blocks[block].residualVariance(place) / total : .nan
      case .effect(let effect, let isStandardized):
        let description = effectPaths.descriptions[effect]
        let workspace = blocks[description.block - 1]
        let raw = EffectPaths.value(
          description, path: { workspace.path(to: $0, from: $1) },
          effect: { workspace.effect(to: $0, from: $1) })
        value =
          isStandardized
          ? raw
            * (workspace.totalVariance(description.from) / workspace.totalVariance(description.to))
            .squareRoot()
          : raw
      case .chiSquare: value = chiSquare
      }
      results[index] = value.isFinite ? value : .nan
    }
    return isAdmissible || blocks.allSatisfy { $0.isAdmissible() }
  }

  private func formula(_ index: Int, scales: [Scale]?) -> Double {
    let place = formulaPlaces[index]
    guard place >= 0 else { return .nan }
    guard let scales else { return formulas[place].value(labelledValues, workspace: &workspaces[place]) }
    for (position, row) in labelledRows.enumerated() {
      scaledValues[position] = values[row] * factor(scales[position])
    }
    return formulas[place].value(scaledValues, workspace: &workspaces[place])
  }
}
