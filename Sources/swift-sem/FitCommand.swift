internal import ArgumentParser
internal import Foundation
internal import SEM
internal import SEMReport

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a model to data or to a covariance matrix.",
    discussion: """
      Examples:
        swift-sem fit model.lav --data survey.csv --preset cfa
        swift-sem fit model.lav --cov matrix.csv --nobs 932 --format json
      """)

  enum LikelihoodChoice: String, ExpressibleByArgument, CaseIterable {
    case normal, wishart
    var value: Likelihood { Likelihood(rawValue: rawValue) ?? .normal }
  }

  enum InformationChoice: String, ExpressibleByArgument, CaseIterable {
    case expected, observed
    case firstOrder = "first-order"
    var value: InformationKind { InformationKind(rawValue: rawValue) ?? .expected }
  }

  enum ScoreChoice: String, ExpressibleByArgument, CaseIterable {
    case regression, bartlett
    var value: FactorScoreMethod { FactorScoreMethod(rawValue: rawValue) ?? .regression }
  }

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Data") var source: DataArguments

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
      "Tests of the model, separated by commas: standard, satorra.bentler, yuan.bentler, yuan.bentler.mplus, mean.var.adjusted, scaled.shifted, browne.residual.adf, browne.residual.nt, browne.residual.nt.model.",
      valueName: "list"))
  var test: String?

  @Option(
    help: ArgumentHelp(
      "What becomes of rows with missing values: listwise leaves them out, fiml (or ml) uses all that is observed, fiml.x (or ml.x) also where covariates are missing, two.stage fits to saturated moments.",
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

  @Flag(help: "Add modification indices.")
  var modificationIndices = false

  @Flag(help: "Add residual covariances and correlations.")
  var residuals = false

  @Option(help: ArgumentHelp("Write factor scores of all rows to a CSV file.", valueName: "file"))
  var scores: String?

  @Option(name: .customLong("score-method"), help: "How factor scores are computed.")
  var scoreMethod: ScoreChoice = .regression

  @Option(
    help: ArgumentHelp("A model file whose fit is the baseline of CFI and its kin.", valueName: "model"))
  var baseline: String?

  @OptionGroup(title: "Effects and resampling") var inference: InferenceArguments

  @OptionGroup(title: "Output") var output: OutputArguments

  func run() throws {
    try checkChoices()
    let (text, name) = try model.read()
    guard let data = try source.read() else {
      throw Failure(
        code: "usage.no-data", message: "There are no data.",
        hint: "Add --data FILE, or --cov FILE --nobs N.",
        status: .usage)
    }
    do {
      let model = try Model(text, preset: self.model.preset.value, options: try modelOptions(self.model))
      let fit = try fit(model, to: data)
      var options = FitSummary.Options()
      options.modificationIndices = modificationIndices
      options.residuals = residuals
      let summary: FitSummary
      do {
        summary = try FitSummary(fit, options: options, baseline: try baselineTest(data))
      } catch let error as InferenceError {
        throw SEMError.inference(error)
      }
      let additions = try inference.additions(to: summary, data: data, group: self.model.group)
      if let scores { try writeScores(fit, data, to: scores) }
      try output.write(
        json: { summary.json.appending(additions.json) }, text: { summary.text(width: $0) + additions.text })
      switch summary.status {
      case .proper: return
      case .inadmissible: throw ExitStatus.inadmissible
      case .notConverged: throw ExitStatus.notConverged
      case .notIdentified: throw ExitStatus.notIdentified
      }
    } catch let error as SEMError {
      throw Failure(error, file: name, dataFile: source.mainFile)
    }
  }

  /// What --missing may say.
  private static let missingChoices: [String: MissingData] = [
    "listwise": .listwise, "fiml": .fullInformation, "ml": .fullInformation, "direct": .fullInformation,
    "fiml.x": .fullInformation, "ml.x": .fullInformation, "two.stage": .twoStage,
  ]

  /// The changes to the model's defaults: covariates that may be missing are random.
  private func modelOptions(_ arguments: ModelArguments) throws -> ModelOptions {
    var options = try arguments.options()
    if missing.hasSuffix(".x") { options.fixedCovariates = false }
    return options
  }

  private func checkChoices() throws {
    guard EstimatorPreset(estimator) != nil else {
      throw Failure(
        code: "usage.estimator", message: "--estimator does not know \"\(estimator)\".",
        hint: "Use one of " + EstimatorPreset.names.joined(separator: ", ") + ".", status: .usage)
    }
    _ = try fitOptions()
    guard Self.missingChoices[missing] != nil else {
      throw Failure(
        code: "usage.missing", message: "--missing does not know \"\(missing)\".",
        hint: "Use listwise, fiml, fiml.x or two.stage.", status: .usage)
    }
    guard tolerance > 0, tolerance.isFinite else {
      throw Failure(
        code: "usage.tolerance", message: "--tolerance must be a positive number.",
        hint: "The default is 1e-8.",
        status: .usage)
    }
    let inputs = [model.model, baseline] + source.files
    try output.check(inputs: inputs)
    if let scores { try Output.check(scores, option: "--scores", isNoneOf: inputs + [output.output]) }
    if baseline == "-", model.model == "-" {
      throw Failure(
        code: "usage.two-standard-inputs",
        message: "Model and baseline cannot both come from standard input.",
        hint: "Put one of them into a file.", status: .usage)
    }
  }

  /// The options of the fit: those of the estimator's name, then what was asked for besides.
  private func fitOptions() throws -> FitOptions {
    var options = EstimatorPreset(estimator).map(FitOptions.init) ?? FitOptions()
    if let standardErrors {
      guard let kind = StandardErrorKind(rawValue: standardErrors.lowercased()) else {
        throw Failure(
          code: "usage.se", message: "--se does not know \"\(standardErrors)\".",
          hint: "Use one of " + StandardErrorKind.allCases.map(\.rawValue).joined(separator: ", ") + ".",
          status: .usage)
      }
      options.standardErrors = kind
    }
    if let test {
      options.tests = try test.split(separator: ",").map { name in
        guard let kind = TestKind(rawValue: name.trimmingCharacters(in: .whitespaces).lowercased()) else {
          throw Failure(
            code: "usage.test", message: "--test does not know \"\(name)\".",
            hint: "Use some of " + TestKind.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            status: .usage)
        }
        return kind
      }
    }
    options.likelihood = likelihood.value
    options.missing = Self.missingChoices[missing] ?? .listwise
    if let information { options.information = information.value }
    options.gradientTolerance = tolerance
    return options
  }

  private func fit(_ model: Model, to data: DataArguments.Source) throws -> FittedModel {
    let options = try fitOptions()
    switch data {
    case .table(let table): return try model.fit(to: table, group: self.model.group, options: options)
    case .covariance(let covariance):
      if self.model.group != nil {
        throw Failure(
          code: "usage.group", message: "--group needs rows of data, not a covariance matrix.",
          hint: "Give the data with --data.", status: .usage)
      }
      return try model.fit(to: covariance, options: options)
    }
  }

  private func baselineTest(_ data: DataArguments.Source) throws -> ChiSquareTest? {
    guard let baseline else { return nil }
    var arguments = self.model
    arguments.model = baseline
    let (text, name) = try arguments.read()
    do {
      let model = try Model(text, preset: self.model.preset.value, options: try modelOptions(self.model))
      let fit = try fit(model, to: data)
      guard fit.convergence.isConverged else {
        throw Failure(
          code: "baseline-not-converged", message: "The baseline model did not converge.",
          status: .notConverged)
      }
      return fit.chiSquare
    } catch let error as SEMError {
      throw Failure(error, file: name, dataFile: source.mainFile)
    }
  }

  /// One row for each row of the data; rows with missing values have no scores.
  private func writeScores(_ fit: FittedModel, _ data: DataArguments.Source, to path: String) throws {
    guard case .table(let table) = data else {
      throw Failure(
        code: "usage.scores", message: "Factor scores need rows of data, not a covariance matrix.",
        hint: "Give the data with --data.", status: .usage)
    }
    do {
      let result = try fit.scoreTable(scoreMethod.value, for: table, groupVariable: model.group)
      try result.write(to: path)
    } catch let error as DataError {
      throw Failure(error)
    } catch let error as InferenceError {
      throw Failure(error)
    }
  }
}
