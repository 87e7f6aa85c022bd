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
  /// Equal variances of latent variables too.
  case latentVariances = "latent.variances"
  /// Equal covariances of latent variables too.
  case latentCovariances = "latent.covariances"
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
    case .latentVariances: [.latentVariances]
    case .latentCovariances: [.latentCovariances]
    case .latentMeans: [.means]
    }
  }

  /// Whether the step is about the measurement of the latent variables, not about the variables themselves.
  public var isMeasurement: Bool { [.configural, .metric, .scalar, .strict].contains(self) }
}

/// One step of the ladder.
public struct InvarianceStep: Sendable {
  /// The step.
  public let level: InvarianceLevel
  /// The fit.
  public let fit: FittedModel
  /// All fit measures.
  public let measures: FitMeasures
  /// Whether the table and the rules take the scaled statistic and the robust CFI, TLI and RMSEA.
  public let isRobust: Bool
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

  /// The elements that should be released: those whose p-value is below .05 after control for their number.
  public var suggestions: [EqualityScoreTest] { scoreTests.filter { ($0.adjustedPValue ?? 1) < 0.05 } }

  /// A measure that the table shows, by its plain name: the scaled statistic and robust indices where there are any.
  public func measure(_ name: String) -> Double? { Self.measure(name, of: measures, isRobust: isRobust) }

  static func measure(_ name: String, of measures: FitMeasures, isRobust: Bool) -> Double? {
    guard isRobust else { return measures[name] }
    for suffix in [".robust", ".scaled"] {
      if let value = measures[name + suffix] { return value }
    }
    return measures[name]
  }
}

/// The ladder of invariance over groups.
///
/// Each step makes more parameters equal (Vandenberg and Lance 2000); with a scaled test its difference of χ² is scaled
/// too (``DifferenceTest``), and the rules take the robust CFI and RMSEA.
public struct MeasurementInvariance: Sendable {
  /// What to do.
  public struct Options: Sendable {
    /// The steps, in their order.
    public var levels: [InvarianceLevel] = [.configural, .metric, .scalar, .strict]
    /// Whether to release equalities one by one where a step fails, until it holds or no score test is significant.
    public var releases = false
    /// How the score tests allow for their number.
    public var control = MultiplicityControl.holm
    /// How differences of χ² are made; `nil` for what goes with the fits' tests.
    public var method: DifferenceTest?
    /// How models are fitted.
    public var fit = FitOptions()

    /// The four steps of measurement invariance.
    public init() {}
  }

  /// The steps.
  public let steps: [InvarianceStep]
  /// The column that divides the data into groups; empty for groups that are given as covariance matrices.
  public let groupVariable: String
  /// How the score tests allow for their number.
  public let control: MultiplicityControl

  /// The last step up to which every step holds.
  public var reached: InvarianceLevel? {
    var result: InvarianceLevel?
    for step in steps {
      guard step.verdict?.holds ?? step.fit.convergence.isConverged else { break }
      result = step.level
    }
    return result
  }

  /// Fits the ladder to rows.
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
    try self.init(model, group: group, options) { model throws(SEMError) in
      let fit = try model.fit(to: table, group: group, options: options.fit)
      guard fit.table.blocks.count > 1 else {
        throw .data(
          DataError(
            .constantVariable, "The group variable \(group) has one value only: there is nothing to compare.",
            variable: group))
      }
      return fit
    }
  }

  /// Fits the ladder to covariance matrices with means, one for each group.
  ///
  /// - Throws: ``SEMError``; also where there are no means, which intercepts need.
  public init(
    _ model: Model, covariances: [CovarianceInput], groupLabels: [String] = [], options: Options = Options()
  ) throws(SEMError) {
    guard covariances.count > 1 else {
      throw .data(DataError(.missingGroup, "Invariance needs the covariance matrices of two groups or more."))
    }
    try self.init(model, group: "", options) { model throws(SEMError) in
      try model.fit(to: covariances, groupLabels: groupLabels, options: options.fit)
    }
  }

  private init(
    _ model: Model, group: String, _ options: Options, _ fit: (Model) throws(SEMError) -> FittedModel
  ) throws(SEMError) {
    groupVariable = group
    control = options.control
    var model = model
    // All steps share a mean structure, so that their degrees of freedom compare.
    model.options.meanStructure = true
    var steps: [InvarianceStep] = []
    for level in options.levels {
      model.options.groupEqual.formUnion(level.equalities)
      let first = try fit(model)
      if let last = steps.last, first.table == last.fit.table {
        // Nothing to make equal, as regressions in a pure measurement model.
        continue
      }
      var released: [String] = []
      var step = InvarianceStep(level, first, after: steps.last, options, released)
      while options.releases, step.verdict?.holds == false, let worst = step.suggestions.first {
        model.options.groupPartial.append(worst.element)
        let next = try fit(model)
        // What cannot be released would be tried for ever.
        guard next.degreesOfFreedom < step.fit.degreesOfFreedom else { break }
        released.append(worst.element)
        step = InvarianceStep(level, next, after: steps.last, options, released)
      }
      steps.append(step)
    }
    self.steps = steps
  }
}

extension InvarianceStep {
  fileprivate init(
    _ level: InvarianceLevel, _ fit: FittedModel, after last: InvarianceStep?,
    _ options: MeasurementInvariance.Options, _ released: [String]
  ) {
    let measures = fit.fitMeasures()
    let isRobust = measures["chisq.scaled"] != nil
    var changes: [String: Double] = [:]
    var difference: ModelComparison.Step?
    var verdict: InvarianceVerdict?
    if let last {
      for name in ["cfi", "rmsea", "srmr"] {
        if let now = Self.measure(name, of: measures, isRobust: isRobust), let before = last.measure(name) {
          changes[name] = now - before
        }
      }
      difference = ModelComparison.step(
        ComparedModel(last.fit, name: last.level.rawValue, measures: last.measures), last.fit,
        ComparedModel(fit, name: level.rawValue, measures: measures), fit, options.method, isNested: true)
      verdict = InvarianceVerdict(level, changes, pValue: difference?.pValue, count: fit.count)
    }
    let tests =
      last == nil
      ? [] : (try? fit.equalityScoreTests(options.control) { level.equalities.contains($0) }) ?? []
    self.init(
      level: level, fit: fit, measures: measures, isRobust: isRobust, difference: difference,
      changes: changes, verdict: verdict,
      scoreTests: tests.sorted { $0.statistic.statistic > $1.statistic.statistic }, released: released)
  }
}
