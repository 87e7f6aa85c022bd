internal import SEM
internal import SEMNumerics

extension FitSummary {
  /// The summary as JSON of schema `swift-sem/fit/1`, described in `Docs/JSON.md`.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("schema", .string("swift-sem/fit/1")),
      ("status", .string(status.rawValue)),
      ("converged", .bool(fit.convergence.isConverged)),
      ("iterations", .integer(fit.convergence.iterations)),
      ("npar", .integer(fit.parameterCount)),
      ("nobs", .array(fit.moments.map { .integer($0.count) })),
      ("estimator", .string(fit.options.estimator.rawValue)),
      ("likelihood", .string(fit.options.likelihood.rawValue)),
      ("information", .string(fit.options.information.rawValue)),
      ("se", .string(fit.options.effectiveStandardErrors.rawValue)),
      ("tests", .array(tests.map(Self.testJSON))),
      ("convergence", convergenceJSON),
    ]
    if fit.table.blocks.count > 1 {
      members.append(("groups", .array(fit.table.blocks.map { .string($0.groupLabel) })))
    }
    if !fit.listwise.isEmpty {
      members.append(
        (
          "listwise",
          .array(
            fit.listwise.map { report in
              .object([
                ("rows", .integer(report.rowCount)), ("used", .integer(report.usedCount)),
                ("dropped", .integer(report.droppedCount)),
                ("missing", .object(report.missing.map { ($0.variable, .integer($0.count)) })),
              ])
            })
        ))
    }
    if !fit.incomplete.isEmpty { members += incompleteJSON }
    members.append(("parameters", .array(parametersJSON)))
    members.append(("fit_measures", .object(fitMeasures.values.map { ($0.name, JSONValue($0.value)) })))
    members.append(("r_squared", rSquaredJSON))
    if let report = fit.constraints { members.append(("constraints", constraintsJSON(report))) }
    if let modificationIndices {
      members.append(("modification_indices", .array(modificationIndices.map(Self.modificationJSON))))
    }
    if let residuals { members.append(("residuals", .array(residuals.map(Self.residualJSON)))) }
    members.append(
      (
        "warnings",
        .array(
          warnings.map { warning in
            .object([
              ("code", .string(warning.code)), ("message", .string(warning.message)),
              ("parameters", .array(warning.parameters.map { .string($0) })),
            ])
          })
      ))
    return .object(members)
  }

  /// How missing values were treated, patterns and coverage.
  private var incompleteJSON: [(String, JSONValue)] {
    [
      ("missing", .string(fit.options.missing.rawValue)),
      ("missing_patterns", .array(fit.incomplete.map { .integer($0.patternCount) })),
      (
        "incomplete",
        .array(
          fit.incomplete.map { report in
            .object([
              ("rows", .integer(report.rowCount)), ("used", .integer(report.usedCount)),
              ("empty", .integer(report.emptyCount)),
              ("without_covariates", .integer(report.droppedForCovariates)),
              ("missing", .object(report.missing.map { ($0.variable, .integer($0.count)) })),
            ])
          })
      ),
      (
        "coverage",
        .array(
          fit.moments.compactMap { sample in
            sample.patterns.map { patterns in
              .object([
                ("variables", .array(patterns.variables.map { .string($0) })),
                ("coverage", JSONValue(rowsOf: patterns.coverage)),
              ])
            }
          })
      ),
    ]
  }

  private static func testJSON(_ test: ModelTest) -> JSONValue {
    .object([
      ("name", .string(test.kind.rawValue)), ("chisq", JSONValue(test.statistic)),
      ("df", JSONValue(test.degreesOfFreedom)), ("pvalue", JSONValue(test.pValue)),
      ("scaling_factor", JSONValue(test.scalingFactor)), ("shift", JSONValue(test.shift)),
    ])
  }

  private var convergenceJSON: JSONValue {
    .object([
      ("termination", .string(fit.convergence.termination.rawValue)),
      ("scaled_gradient", JSONValue(fit.convergence.scaledGradient)),
      ("evaluations", .integer(fit.convergence.evaluations)),
      ("start", .string(fit.convergence.start)),
      ("failed_starts", .array(fit.convergence.failedStarts.map { .string($0) })),
    ])
  }

  private var parametersJSON: [JSONValue] {
    estimates.indices.map { index in
      let line = estimates[index]
      let row = line.parameter
      return .object([
        ("lhs", .string(row.lhs)), ("op", .string(row.op.rawValue)), ("rhs", .string(row.rhs)),
        ("block", .integer(row.block)), ("group", .integer(row.group)), ("label", .string(row.label)),
        ("free", .integer(row.free)), ("est", JSONValue(line.estimate)),
        ("se", JSONValue(line.standardError)),
        ("z", JSONValue(line.z)), ("pvalue", JSONValue(line.pValue)), ("ci_lower", JSONValue(line.lower)),
        ("ci_upper", JSONValue(line.upper)),
        ("std_lv", JSONValue(value(standardizedLatent, index)?.estimate)),
        ("std_all", JSONValue(value(standardizedAll, index)?.estimate)),
        ("std_all_se", JSONValue(value(standardizedAll, index)?.standardError)),
        ("std_nox", JSONValue(value(standardizedExceptCovariates, index)?.estimate)),
      ])
    }
  }

  private func constraintsJSON(_ report: ConstraintReport) -> JSONValue {
    let names = fit.table.freeParameterNames
    return .object([
      (
        "items",
        .array(
          report.items.map { item in
            let test = constraintTests.first { $0.constraint == item.constraint }
            return .object([
              ("lhs", .string("\(item.constraint.lhs)")), ("op", .string(item.constraint.op.rawValue)),
              ("rhs", .string("\(item.constraint.rhs)")), ("value", JSONValue(item.value)),
              ("active", .bool(item.isActive)), ("redundant", .bool(item.isRedundant)),
              ("multiplier", JSONValue(item.multiplier)),
              ("score_test", JSONValue(test?.statistic.statistic)),
              ("pvalue", JSONValue(test?.statistic.pValue)),
            ])
          })
      ),
      ("at_bounds", .array(report.parametersAtBounds.map { .string(names[$0 - 1]) })),
      ("score_test_all", JSONValue(constraintTests.last?.statistic.statistic)),
      ("df_all", constraintTests.last.map { .integer($0.statistic.degreesOfFreedom) } ?? .null),
    ])
  }

  private func value(_ lines: [ParameterEstimate], _ index: Int) -> ParameterEstimate? {
    lines.indices.contains(index) ? lines[index] : nil
  }

  /// By variable; in several groups by group label and variable.
  private var rSquaredJSON: JSONValue {
    let blocks = fit.table.blocks
    func members(_ block: Int) -> [(String, JSONValue)] {
      explainedVariances.filter { $0.block == block }.map { ($0.variable, JSONValue($0.rSquared)) }
    }
    if blocks.count == 1 { return .object(members(1)) }
    return .object(blocks.map { ($0.groupLabel, .object(members($0.number))) })
  }

  private static func modificationJSON(_ index: ModificationIndex) -> JSONValue {
    .object([
      ("lhs", .string(index.parameter.lhs)), ("op", .string(index.parameter.op.rawValue)),
      ("rhs", .string(index.parameter.rhs)), ("block", .integer(index.parameter.block)),
      ("group", .integer(index.parameter.group)), ("mi", JSONValue(index.index)),
      ("epc", JSONValue(index.expectedChange)), ("sepc_lv", JSONValue(index.standardizedLatent)),
      ("sepc_all", JSONValue(index.standardizedAll)),
      ("sepc_nox", JSONValue(index.standardizedExceptCovariates)),
    ])
  }

  private static func residualJSON(_ residual: ResidualMoments) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("block", .integer(residual.block)),
      ("variables", .array(residual.variables.map { .string($0) })),
      ("covariance", JSONValue(rowsOf: residual.covariance)),
      ("correlation", JSONValue(rowsOf: residual.correlation)),
      ("scaled", JSONValue(rowsOf: residual.scaled)),
    ]
    if let standardized = residual.standardized {
      members.append(("standardized", JSONValue(rowsOf: standardized)))
    }
    if let mean = residual.mean { members.append(("mean", .array(mean.map { JSONValue($0) }))) }
    return .object(members)
  }
}
