/// A step of the ladder of invariance: what becomes equal over groups in it.
public enum InvarianceLevel: String, Sendable, Hashable, CaseIterable, Codable {
  /// The same pattern of loadings.
  case configural
  /// Equal loadings (weak, metric invariance).
  case metric
  /// Equal intercepts too (strong, scalar invariance).
  case scalar
  /// Equal residual variances and covariances too.
  case strict
  /// Equal regressions too.
  case regressions
  /// Equal variances and covariances of latent variables too.
  case latentVariances = "latent.variances"
  /// Equal means of latent variables too.
  case latentMeans = "latent.means"

  /// What the step adds to the equalities of those before it.
  public var equalities: [GroupEquality] {
    switch self {
    case .configural: []
    case .metric: [.loadings]
    case .scalar: [.intercepts]
    case .strict: [.residuals, .residualCovariances]
    case .regressions: [.regressions]
    case .latentVariances: [.latentVariances, .latentCovariances]
    case .latentMeans: [.means]
    }
  }

  /// Whether the step is about the measurement of the latent variables, not about the variables themselves.
  public var isMeasurement: Bool { [.configural, .metric, .scalar, .strict].contains(self) }
}

/// What the usual rules say of one step.
public struct InvarianceVerdict: Sendable, Hashable {
  /// ΔCFI ≥ -.010 (Cheung and Rensvold 2002).
  public var passesCheungRensvold: Bool?
  /// Chen (2007): with more than 300 cases ΔCFI ≥ -.010 and (ΔRMSEA ≤ .015 or ΔSRMR ≤ .030 for loadings, .010 beyond);
  /// with fewer -.005, .010, .025 and .005.
  public var passesChen: Bool?
  /// p ≥ .05 of the difference of χ².
  public var passesChiSquare: Bool?

  /// Whether the step holds by the two rules of change in fit.
  public var holds: Bool { passesCheungRensvold != false && passesChen != false }
}

/// One step of the ladder.
public struct InvarianceStep: Sendable {
  /// The step.
  public let level: InvarianceLevel
  /// The fit.
  public let fit: FittedModel
  /// The fit measures that the table shows.
  public let measures: FitMeasures
  /// The test against the step before; `nil` for the first.
  public let difference: ModelComparison.Step?
  /// The change of CFI, RMSEA and SRMR since the step before.
  public let changes: [String: Double]
  /// What the rules say; `nil` for the first step.
  public let verdict: InvarianceVerdict?
  /// Score tests of the equalities that the step added, the largest first.
  public let scoreTests: [EqualityScoreTest]
  /// The elements that were released in this step to reach partial invariance, in this order.
  public let released: [String]

  /// The elements that should be released, by score tests with Holm's control at .05.
  public var suggestions: [EqualityScoreTest] { scoreTests.filter { ($0.adjustedPValue ?? 1) < 0.05 } }
}

/// The ladder of invariance over groups.
public struct MeasurementInvariance: Sendable {
  /// What to do.
  public struct Options: Sendable {
    /// The steps, in their order.
    public var levels: [InvarianceLevel] = [.configural, .metric, .scalar, .strict]
    /// Whether to release equalities one by one where a step fails, until it holds or no score test is significant.
    public var releases = false
    /// How models are fitted.
    public var fit = FitOptions()

    /// The four steps of measurement invariance.
    public init() {}
  }

  /// The steps.
  public let steps: [InvarianceStep]
  /// The column that divides the data into groups.
  public let groupVariable: String

  /// The last step up to which every step holds.
  public var reached: InvarianceLevel? {
    var result: InvarianceLevel?
    for step in steps {
      guard step.verdict?.holds ?? step.fit.convergence.isConverged else { break }
      result = step.level
    }
    return result
  }

  /// Fits the ladder.
  ///
  /// - Parameters:
  ///   - model: The model of one group; its options may hold elements that stay free (`groupPartial`).
  ///   - table: The data.
  ///   - group: The column that divides them.
  ///   - options: The steps.
  /// - Throws: ``SEMError``.
  /// - Complexity: one fit a step, and one for each equality released.
  public init(_ model: Model, table: DataTable, group: String, options: Options = Options()) throws(SEMError)
  {
    groupVariable = group
    var model = model
    // All steps share a mean structure, so that their degrees of freedom compare.
    model.options.meanStructure = true
    var steps: [InvarianceStep] = []
    for level in options.levels {
      model.options.groupEqual.formUnion(level.equalities)
      var fit = try model.fit(to: table, group: group, options: options.fit)
      if let last = steps.last, fit.table == last.fit.table {
        // Nothing to make equal, as regressions in a pure measurement model.
        continue
      }
      var released: [String] = []
      var step = Self.step(level, fit, after: steps.last, released)
      while options.releases, step.verdict?.holds == false, let worst = step.suggestions.first {
        released.append(worst.element)
        model.options.groupPartial.append(worst.element)
        fit = try model.fit(to: table, group: group, options: options.fit)
        step = Self.step(level, fit, after: steps.last, released)
      }
      steps.append(step)
    }
    self.steps = steps
  }

  private static func step(
    _ level: InvarianceLevel, _ fit: FittedModel, after last: InvarianceStep?, _ released: [String]
  ) -> InvarianceStep {
    let measures = fit.fitMeasures()
    var changes: [String: Double] = [:]
    var difference: ModelComparison.Step?
    var verdict: InvarianceVerdict?
    if let last {
      for name in ["cfi", "rmsea", "srmr"] {
        if let now = measures[name], let before = last.measures[name] { changes[name] = now - before }
      }
      difference =
        ModelComparison([
          ComparedModel(last.fit, name: last.level.rawValue), ComparedModel(fit, name: level.rawValue),
        ]).steps.first
      verdict = Self.verdict(level, changes, difference, count: fit.count)
    }
    let tests =
      last == nil ? [] : (try? fit.equalityScoreTests { level.equalities.contains($0) }) ?? []
    return InvarianceStep(
      level: level, fit: fit, measures: measures, difference: difference, changes: changes, verdict: verdict,
      scoreTests: tests.sorted { $0.statistic.statistic > $1.statistic.statistic }, released: released)
  }

  private static func verdict(
    _ level: InvarianceLevel, _ changes: [String: Double], _ difference: ModelComparison.Step?, count: Int
  ) -> InvarianceVerdict {
    var verdict = InvarianceVerdict()
    verdict.passesChiSquare = difference?.pValue.map { $0 >= 0.05 }
    guard let cfi = changes["cfi"] else { return verdict }
    // Printed to three decimals a change of .010 passes; rounding must not decide.
    let slack = 1e-9
    verdict.passesCheungRensvold = cfi >= -0.010 - slack
    guard let rmsea = changes["rmsea"], let srmr = changes["srmr"] else { return verdict }
    let isLarge = count > 300
    let srmrLimit =
      level == .metric ? (isLarge ? 0.030 : 0.025) : (isLarge ? 0.010 : 0.005)
    verdict.passesChen =
      cfi >= (isLarge ? -0.010 : -0.005) - slack
      && (rmsea <= (isLarge ? 0.015 : 0.010) + slack || srmr <= srmrLimit + slack)
    return verdict
  }
}
