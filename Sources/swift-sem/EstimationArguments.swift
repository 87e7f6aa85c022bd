internal import ArgumentParser
internal import SEM

/// How a model is estimated: the options that every command with a fit has.
struct EstimationArguments: ParsableArguments {
  enum LikelihoodChoice: String, Choice {
    case normal, wishart
    var value: Likelihood { Likelihood(rawValue: rawValue) ?? .normal }
  }

  enum InformationChoice: String, Choice {
    case expected, observed
    case firstOrder = "first-order"
    var value: InformationKind { InformationKind(rawValue: rawValue) ?? .expected }
  }

  @Option(
    help: ArgumentHelp(
      "The estimator with its errors and test, by lavaan's names: ML, MLM, MLMV, MLMVS, MLR, MLF, GLS, WLS, DWLS, ULS, ULSM, WLSM and so on.",
      valueName: "name"))
  var estimator = "ML"

  @Option(
    name: .customLong("se"),
    help: ArgumentHelp(
      "Standard errors: standard, robust.sem, robust.sem.nt, robust.huber.white, first.order or none.",
      valueName: "kind"))
  var standardErrors: String?

  @Option(
    help: ArgumentHelp(
      "Tests of the model, separated by commas: standard, satorra.bentler, yuan.bentler, yuan.bentler.mplus, mean.var.adjusted, scaled.shifted, browne.residual.adf, browne.residual.nt, browne.residual.nt.model, bollen.stine (1000 draws, or as many as --bootstrap says; --seed).",
      valueName: "list"))
  var test: String?

  @Option(
    help: ArgumentHelp(
      "Cases were sampled in clusters, the values of this column: errors and test allow for it.",
      valueName: "variable"))
  var cluster: String?

  @Option(help: ArgumentHelp("The column of sampling weights.", valueName: "variable"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "What becomes of rows with missing values: listwise leaves them out, fiml (or ml) uses all that is observed, fiml.x (or ml.x) also where covariates are missing, two.stage fits to saturated moments, robust.two.stage with errors for any distribution.",
      valueName: "how"))
  var missing = "listwise"

  @Option(help: "normal (divisor N) or wishart (divisor N-1, as AMOS).")
  var likelihood: LikelihoodChoice = .normal

  @Option(
    help: "Which information matrix standard errors come from; observed is the default with --missing fiml.")
  var information: InformationChoice?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest scaled gradient element of a converged fit.", valueName: "number"))
  var tolerance = 1e-8

  /// What --missing may say.
  private static let missingChoices: [String: MissingData] = [
    "listwise": .listwise, "fiml": .fullInformation, "ml": .fullInformation, "direct": .fullInformation,
    "fiml.x": .fullInformation, "ml.x": .fullInformation, "two.stage": .twoStage,
    "robust.two.stage": .twoStage,
  ]

  /// Whether covariates may be missing, which makes them random.
  var hasRandomCovariates: Bool { missing.hasSuffix(".x") }

  /// The changes to the model's defaults: covariates that may be missing are random.
  func modelOptions(_ arguments: ModelArguments, hasGroups: Bool = false) throws -> ModelOptions {
    try arguments.options(self, hasGroups: hasGroups)
  }

  /// Refuses what no option says.
  func check() throws { _ = try fitOptions() }

  /// Fits a model to what was read; draws and seed are those of tests by resampling.
  func fit(
    _ model: Model, to data: DataArguments.Source, group: String?, draws: Int? = nil, seed: UInt64 = 1
  ) throws -> FittedModel {
    var options = try fitOptions()
    if let draws { options.testDraws = draws }
    options.testSeed = seed
    switch data {
    case .table(let table): return try model.fit(to: table, group: group, options: options)
    case .file(let path, let csv):
      return try model.fit(streaming: path, group: group, csv: csv, options: options)
    case .covariances(let matrices, let labels):
      if group != nil {
        throw Failure(
          code: "usage.group", message: "--group needs rows of data, not a covariance matrix.",
          hint: "Give the rows with --data, or one --cov for each group without --group.", status: .usage)
      }
      return try model.fit(to: matrices, groupLabels: labels, options: options)
    }
  }

  /// The options of the fit: those of the estimator's name, then what was asked for besides.
  func fitOptions() throws -> FitOptions {
    guard let preset = EstimatorPreset(estimator) else {
      throw Failure(
        code: "usage.estimator", message: "--estimator does not know \"\(estimator)\".",
        hint: "Use one of " + EstimatorPreset.names.joined(separator: ", ") + ".", status: .usage)
    }
    var options = FitOptions(preset)
    if missing == "robust.two.stage" { options.standardErrors = .robustHuberWhite }
    if let standardErrors {
      guard let kind = StandardErrorKind(rawValue: standardErrors.lowercased()) else {
        throw Failure(
          code: "usage.se", message: "--se does not know \"\(standardErrors)\".",
          hint: "Use one of " + StandardErrorKind.allCases.map(\.rawValue).joined(separator: ", ") + ".",
          status: .usage)
      }
      options.standardErrors = kind
    }
    if let test { options.tests = try tests(test) }
    guard let missing = Self.missingChoices[missing] else {
      throw Failure(
        code: "usage.missing", message: "--missing does not know \"\(missing)\".",
        hint: "Use listwise, fiml, fiml.x, two.stage or robust.two.stage.", status: .usage)
    }
    guard tolerance > 0, tolerance.isFinite else {
      throw Failure(
        code: "usage.tolerance", message: "--tolerance must be a positive number.",
        hint: "The default is 1e-8.", status: .usage)
    }
    options.clusterVariable = cluster
    options.weightVariable = weights
    options.likelihood = likelihood.value
    options.missing = missing
    if let information { options.information = information.value }
    options.gradientTolerance = tolerance
    return options
  }

  private func tests(_ list: String) throws -> [TestKind] {
    try list.split(separator: ",").map { name in
      guard let kind = TestKind(rawValue: name.trimmedSpaces.lowercased()) else {
        throw Failure(
          code: "usage.test", message: "--test does not know \"\(name)\".",
          hint: "Use some of " + TestKind.allCases.map(\.rawValue).joined(separator: ", ") + ".",
          status: .usage)
      }
      return kind
    }
  }
}
