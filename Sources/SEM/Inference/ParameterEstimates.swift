internal import SEMNumerics

/// One line of the table of estimates.
public struct ParameterEstimate: Sendable, Hashable {
  /// The row of the parameter table; for a defined parameter its name, `:=` and its formula.
  public var parameter: Parameter
  /// The estimate, or the fixed value; `nil` where a formula has no value.
  public var estimate: Double?
  /// The standard error; 0 for a fixed value, `nil` where it is not defined (a model that is not identified, a variance
  /// of the estimate that is not positive).
  public var standardError: Double?
  /// estimate / standard error; `nil` for fixed values.
  public var z: Double?
  /// The two-sided p-value of `z` under the standard normal distribution.
  public var pValue: Double?
  /// The lower end of the confidence interval.
  public var lower: Double?
  /// The upper end of the confidence interval.
  public var upper: Double?

  private static func quantile(_ level: Double) -> Double {
    NormalDistribution.standard.quantile(upperTail: 0.5 * (1 - level))
  }
  /// That of the usual level, which every row of every table needs.
  private static let usualQuantile = quantile(0.95)

  init(_ parameter: Parameter, estimate: Double?, standardError: Double?, level: Double) {
    self.parameter = parameter
    self.estimate = estimate
    self.standardError = standardError
    guard let estimate, let standardError else { return }
    let half = (level == 0.95 ? Self.usualQuantile : Self.quantile(level)) * standardError
    lower = estimate - half
    upper = estimate + half
    if standardError > 0 {
      let ratio = estimate / standardError
      z = ratio
      pValue = min(2 * NormalDistribution.standard.upperTail(at: ratio.magnitude), 1)
    }
  }
}

extension FittedModel {
  /// All rows of the table and all defined parameters with standard errors, tests and intervals.
  ///
  /// - Parameter covariance: Cov(θ̂); `nil` leaves out everything but the estimates.
  public func parameterEstimates(_ covariance: EstimateCovariance?) -> [ParameterEstimate] {
    let errors = covariance?.standardErrors
    var result = zip(table.rows, rowValues).map { row, value in
      ParameterEstimate(
        row, estimate: value, standardError: row.free > 0 ? errors?[row.free - 1] : 0,
        level: options.confidenceLevel)
    }
    result += definedParameters(
      covariance, value: { rowValues[$0] },
      addGradient: { row, weight, sum in
        if table.rows[row].free > 0 { sum.add(weight, at: table.rows[row].free - 1) }
        return true
      })
    return result
  }

  /// The standardised solution with delta-method errors, in the order of ``parameterEstimates(_:)``.
  ///
  /// Defined parameters are their formulas at the standardised values of the labelled rows, as in lavaan.
  /// - Complexity: O(m t) for m variables, and the square of what each value depends on.
  public func standardizedEstimates(_ kind: StandardizationKind, _ covariance: EstimateCovariance?)
    -> [ParameterEstimate]
  {
    guard let standardizer else { return [] }
    var gradient = GradientSum(count: estimates.count)
    var result = zip(table.rows, rowValues).map { row, value in
      guard let covariance else {
        return ParameterEstimate(
          row, estimate: standardizer.value(row, value, kind), standardError: nil,
          level: options.confidenceLevel)
      }
      gradient.reset()
      let estimate = standardizer.value(row, value, kind, addingGradientTo: &gradient)
      return ParameterEstimate(
        row, estimate: estimate,
        standardError: estimate.flatMap { _ in covariance.standardError(gradient: gradient) },
        level: options.confidenceLevel)
    }
    result += definedParameters(
      covariance, value: { standardizer.value(table.rows[$0], rowValues[$0], kind) },
      addGradient: { row, weight, sum in
        standardizer.value(table.rows[row], rowValues[row], kind, addingGradientTo: &sum, weight: weight)
          != nil
      })
    return result
  }

  /// What standardises, made once.
  var standardizer: Standardizer? { memo.value("standardizer") { Standardizer(fit: self) } }

  /// The formulas, compiled once.
  private var formulas: DefinedFormulas { memo.value("formulas") { DefinedFormulas(table) } }

  /// Formulas over labelled rows.
  ///
  /// - Parameters:
  ///   - value: The value of a row, counted from 0.
  ///   - addGradient: Adds a multiple of the gradient of that value by the free parameters; false where there is none.
  private func definedParameters(
    _ covariance: EstimateCovariance?, value: (Int) -> Double?,
    addGradient: (Int, Double, inout GradientSum) -> Bool
  ) -> [ParameterEstimate] {
    guard !table.definitions.isEmpty else { return [] }
    let formulas = formulas
    let values = formulas.labelledRows.map { value($0) ?? .nan }
    var partials = [Double](repeating: 0, count: values.count)
    var total = GradientSum(count: estimates.count)
    return formulas.items.map { row, formula in
      guard let formula else {
        return ParameterEstimate(row, estimate: nil, standardError: nil, level: options.confidenceLevel)
      }
      let estimate = formula.valueAndGradient(at: values, gradient: &partials)
      total.reset()
      for variable in formula.variables where partials[variable] != 0 {
        if !addGradient(formulas.labelledRows[variable], partials[variable], &total) {
          total.add(.nan, at: 0)
        }
      }
      let error = covariance.flatMap { $0.standardError(gradient: total) }
      return ParameterEstimate(
        row, estimate: estimate.isFinite ? estimate : nil,
        standardError: error.flatMap { $0.isFinite ? $0 : nil },
        level: options.confidenceLevel)
    }
  }
}

/// The definitions of a table, compiled.
private struct DefinedFormulas: Sendable {
  /// The first row with each label: the formulas' variables.
  let labelledRows: [Int]
  /// For each definition its line of the table of estimates, and the formula where it can be compiled.
  let items: [(row: Parameter, formula: CompiledExpression?)]

  init(_ table: ParameterTable) {
    var indices: [String: Int] = [:]
    var labelled: [Int] = []
    for index in table.rows.indices where !table.rows[index].label.isEmpty {
      guard indices[table.rows[index].label] == nil else { continue }
      indices[table.rows[index].label] = labelled.count
      labelled.append(index)
    }
    labelledRows = labelled
    items = table.definitions.map { definition in
      var row = Parameter(
        lhs: definition.name, op: .definition, rhs: "\(definition.expression)", block: 0, group: 0)
      row.label = definition.name
      let formula = try? CompiledExpression(
        definition.expression, resolving: indices, definitions: table.definitions)
      return (row, formula)
    }
  }
}
