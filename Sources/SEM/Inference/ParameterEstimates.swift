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
    let unit = { (row: Parameter) -> SparseGradient? in
      var gradient = SparseGradient()
      if row.free > 0 { gradient.add(1, at: row.free - 1) }
      return gradient
    }
    result += definedParameters(covariance, value: { $1 }, gradient: { row, _ in unit(row) })
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
    var result = zip(table.rows, rowValues).map { row, value in
      guard let covariance else {
        return ParameterEstimate(
          row, estimate: standardizer.value(row, value, kind), standardError: nil,
          level: options.confidenceLevel)
      }
      let line = standardizer.valueAndGradient(row, value, kind)
      return ParameterEstimate(
        row, estimate: line?.value,
        standardError: line.flatMap { covariance.standardError(gradient: $0.gradient) },
        level: options.confidenceLevel)
    }
    result += definedParameters(
      covariance, value: { standardizer.value($0, $1, kind) },
      gradient: { standardizer.gradient($0, $1, kind) })
    return result
  }

  /// What standardises, made once.
  var standardizer: Standardizer? { memo.value("standardizer") { Standardizer(fit: self) } }

  /// Formulas over labelled rows, given each row's value and the gradient of that value by the free parameters.
  private func definedParameters(
    _ covariance: EstimateCovariance?, value: (Parameter, Double) -> Double?,
    gradient: (Parameter, Double) -> SparseGradient?
  ) -> [ParameterEstimate] {
    guard !table.definitions.isEmpty else { return [] }
    var indices: [String: Int] = [:]
    var labelled: [(row: Parameter, value: Double)] = []
    for (row, value) in zip(table.rows, rowValues) where !row.label.isEmpty && indices[row.label] == nil {
      indices[row.label] = labelled.count
      labelled.append((row, value))
    }
    let values = labelled.map { value($0.row, $0.value) ?? .nan }
    return table.definitions.map { definition in
      var row = Parameter(
        lhs: definition.name, op: .definition, rhs: "\(definition.expression)", block: 0, group: 0)
      row.label = definition.name
      guard
        let formula = try? CompiledExpression(
          definition.expression, resolving: indices, definitions: table.definitions)
      else {
        return ParameterEstimate(row, estimate: nil, standardError: nil, level: options.confidenceLevel)
      }
      var partials = [Double](repeating: 0, count: values.count)
      let estimate = formula.valueAndGradient(at: values, gradient: &partials)
      var total = SparseGradient()
      for variable in formula.variables where partials[variable] != 0 {
        if let inner = gradient(labelled[variable].row, labelled[variable].value) {
          for (index, parameter) in inner.parameters.enumerated() {
            total.add(partials[variable] * inner.values[index], at: parameter)
          }
        } else {
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
