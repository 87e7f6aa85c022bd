public import SEM
internal import SEMNumerics

/// Everything a report of one fit shows, as values; renderers only lay it out.
public struct FitSummary: Sendable {
  /// How far the results may be trusted.
  public enum Status: String, Sendable, Hashable, CaseIterable {
    /// Converged, identified, proper.
    case proper
    /// Converged to a solution that real variables cannot have.
    case inadmissible
    /// The search did not end at a minimum.
    case notConverged = "not-converged"
    /// The data do not determine the parameters.
    case notIdentified = "not-identified"
  }

  /// What to include beyond the estimates.
  public struct Options: Sendable, Hashable {
    /// Modification indices.
    public var modificationIndices = false
    /// The residuals of the moments.
    public var residuals = false

    /// Neither.
    public init() {}
  }

  /// The fit.
  public let fit: FittedModel
  /// How far the results may be trusted.
  public let status: Status
  /// The identification at the estimates; `nil` where the estimates define no model.
  public let identification: Identification?
  /// Whether standard errors are there.
  public var hasStandardErrors: Bool { covariance != nil }
  /// Cov(θ̂).
  public let covariance: EstimateCovariance?
  /// All rows and defined parameters.
  public let estimates: [ParameterEstimate]
  /// The same with latent variables of unit variance.
  public let standardizedLatent: [ParameterEstimate]
  /// The same with all variables of unit variance.
  public let standardizedAll: [ParameterEstimate]
  /// The same with all variables but exogenous covariates of unit variance.
  public let standardizedExceptCovariates: [ParameterEstimate]
  /// The tests of the model: the standard one, then those asked for.
  public let tests: [ModelTest]
  /// Every fit measure.
  public let fitMeasures: FitMeasures
  /// R².
  public let explainedVariances: [FittedModel.ExplainedVariance]
  /// Modification indices, if asked for, the largest first.
  public let modificationIndices: [ModificationIndex]?
  /// Score tests of the user's equality constraints: what releasing each, and all, would bring.
  public let constraintTests: [ConstraintScoreTest]
  /// Residual moments, if asked for.
  public let residuals: [ResidualMoments]?
  /// What a reader must know.
  public let warnings: [Diagnostic]

  /// Computes everything.
  ///
  /// - Parameters:
  ///   - fit: The fit.
  ///   - options: What to include.
  ///   - baseline: The test of a baseline model of the user's; `nil` for the independence model.
  /// - Throws: `InferenceError` when something was asked for that needs raw data.
  public init(_ fit: FittedModel, options: Options = Options(), baseline: ChiSquareTest? = nil)
    throws(InferenceError)
  {
    self.fit = fit
    var warnings = fit.notes.map { Diagnostic(code: $0.code, message: $0.message, parameters: $0.subjects) }
    let identification = try? fit.identification()
    self.identification = identification
    let groupCount = fit.table.blocks.count

    var covariance: EstimateCovariance?
    if identification?.isIdentified == true, fit.options.standardErrors != .none {
      do {
        covariance = try fit.estimateCovariance()
      } catch .notIdentified {
        warnings.append(
          Diagnostic(
            code: "no-standard-errors",
            message:
              "The \(fit.options.information.rawValue) information matrix is not positive definite at the estimates, so there"
              + " are no standard errors. Look for a better solution, or use the expected information."))
      } catch .undefinedAtEstimates {
        covariance = nil
      }
    }
    self.covariance = covariance
    tests = try Self.tests(fit, &warnings)
    let findings = fit.admissibility()
    if !fit.convergence.isConverged {
      status = .notConverged
      warnings.append(Self.notConverged(fit))
    } else if identification?.isIdentified != true {
      status = .notIdentified
    } else {
      status = findings.isEmpty ? .proper : .inadmissible
    }
    if let identification, !identification.isIdentified {
      warnings += Diagnostic.notIdentified(identification)
    }
    warnings += findings.map { Diagnostic($0, groupCount: groupCount) }
    self.warnings = warnings

    estimates = fit.parameterEstimates(covariance)
    standardizedLatent = fit.standardizedEstimates(.latent, covariance)
    standardizedAll = fit.standardizedEstimates(.all, covariance)
    standardizedExceptCovariates = fit.standardizedEstimates(.exceptCovariates, covariance)
    fitMeasures = fit.fitMeasures(baseline: baseline, tests: tests)
    explainedVariances = fit.explainedVariances()
    if options.modificationIndices, covariance != nil {
      // Indices that differ by rounding only, as those of the two pairs of a tetrad, stay in the table's order.
      modificationIndices = (try? fit.modificationIndices())?.enumerated().sorted {
        let (first, second) = (Float($0.element.index), Float($1.element.index))
        return first == second ? $0.offset < $1.offset : first > second
      }.map(\.element)
    } else {
      modificationIndices = options.modificationIndices ? [] : nil
    }
    constraintTests = (try? fit.constraintScoreTests()) ?? []
    residuals = options.residuals ? fit.residualMoments(try? fit.estimateCovariance(.expected)) : nil
  }

  /// All tests; without a solution to test, the standard one alone.
  private static func tests(
    _ fit: FittedModel, _ warnings: inout [Diagnostic]
  ) throws(InferenceError) -> [ModelTest] {
    do {
      return try fit.modelTests()
    } catch .notIdentified, .undefinedAtEstimates {
      warnings.append(
        Diagnostic(
          code: "no-scaled-test",
          message:
            "The information matrix has no inverse at the estimates, so that the test cannot be scaled."))
      return [try fit.modelTest(.standard)]
    }
  }

  private static func notConverged(_ fit: FittedModel) -> Diagnostic {
    let tried = Set(fit.convergence.failedStarts + [fit.convergence.start]).count
    let reason =
      switch fit.convergence.termination {
      case .iterationLimit: "the limit of iterations was reached"
      case .stalled: "no step lowers the discrepancy any more"
      case .undefinedStart: "the model has no positive definite covariance matrix at the start"
      case .converged: "it converged"
      }
    let diverging = fit.convergence.diverging
    let cure =
      diverging.isEmpty
      ? "Check the model (swift-sem check), give start() values, or simplify it."
      : "\(diverging.joined(separator: ", ")) \(diverging.count == 1 ? "leaves" : "leave") all bounds: the data may have no"
        + " finite solution. Usual causes: few cases, or a marker that its factor does not explain. Make another indicator the"
        + " first one, use --std-lv, or bound variances by lower(0)."
    return Diagnostic(
      code: "not-converged",
      message:
        "The search did not converge: \(reason); the largest scaled gradient element is"
        + " \(Diagnostic.short(fit.convergence.scaledGradient)). \(tried) starts were tried. The estimates below are no"
        + " solution. \(cure)", parameters: diverging)
  }
}
