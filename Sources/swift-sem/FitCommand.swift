internal import ArgumentParser
internal import SEM
internal import SEMReport
internal import SEMStudy

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a model to data or to a covariance matrix.",
    discussion: """
      Examples:
        swift-sem fit model.lav --data survey.csv --preset cfa
        swift-sem fit model.lav --cov matrix.csv --nobs 932 --format json
        swift-sem fit model.lav --data survey.csv --format html --language zh --output report.html
      """)

  enum ScoreChoice: String, Choice {
    case regression, bartlett
    var value: FactorScoreMethod { FactorScoreMethod(rawValue: rawValue) ?? .regression }
  }

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Data") var source: DataArguments

  @OptionGroup(title: "Estimation") var estimation: EstimationArguments

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

  @OptionGroup(title: "Output") var output: ReportArguments

  func run() throws {
    try checkChoices()
    let (text, name) = try model.read()
    guard let data = try source.read(keepsRows: needsRows()) else {
      throw Failure(
        code: "usage.no-data", message: "There are no data.",
        hint: "Add --data FILE, or --cov FILE --nobs N.",
        status: .usage)
    }
    do {
      let model = try Model(
        text, preset: self.model.preset.value,
        options: try estimation.modelOptions(self.model, hasGroups: data.hasGroups))
      let fit = try estimation.fit(
        model, to: data, group: self.model.group, draws: inference.bootstrap, seed: inference.seed)
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
        json: { summary.json.appending(additions.json) },
        text: { summary.text(width: $0) + additions.text(width: $0) },
        document: { summary.document(documentContents(summary, text, additions)) })
      try summary.status.leave()
    } catch let error as SEMError {
      throw Failure(error, file: name, dataFile: source.mainFile)
    }
  }

  /// Whether something asked for needs more than the moments of the complete rows, or a second reading.
  private func needsRows() throws -> Bool {
    try estimation.fitOptions().needsRows || scores != nil || baseline != nil || inference.bootstrap != nil
  }

  /// What a report shows beyond the summary: the model as written, what was asked for besides, where it comes from.
  private func documentContents(
    _ summary: FitSummary, _ text: String, _ additions: InferenceArguments.Additions
  ) -> FitSummary.DocumentContents {
    var contents = FitSummary.DocumentContents()
    contents.model = text
    contents.effects = additions.effects
    contents.resampling = additions.resampling
    contents.style = output.style
    contents.figures = summary.pathFigures()
    contents.provenance = Provenance.files([("data", source.mainFile), ("model", model.model)])
    if inference.bootstrap != nil || inference.monteCarlo != nil {
      contents.provenance.append(.init("seed", Wording("Seed", "随机种子"), "\(inference.seed)"))
    }
    contents.provenance.append(Provenance.command)
    return contents
  }

  private func checkChoices() throws {
    try estimation.check()
    let inputs = [model.model, baseline] + source.files
    try output.check(inputs: inputs)
    if let scores { try Output.check(scores, option: "--scores", isNoneOf: inputs + [output.output]) }
    if let draws = inference.drawsFile {
      try Output.check(draws, option: "--bootstrap-draws", isNoneOf: inputs + [output.output, scores])
    }
    if baseline == "-", model.model == "-" {
      throw Failure(
        code: "usage.two-standard-inputs",
        message: "Model and baseline cannot both come from standard input.",
        hint: "Put one of them into a file.", status: .usage)
    }
  }

  private func baselineTest(_ data: DataArguments.Source) throws -> ChiSquareTest? {
    guard let baseline else { return nil }
    var arguments = self.model
    arguments.model = baseline
    let (text, name) = try arguments.read()
    do {
      let model = try Model(
        text, preset: self.model.preset.value,
        options: try estimation.modelOptions(self.model, hasGroups: data.hasGroups))
      let fit = try estimation.fit(model, to: data, group: self.model.group)
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
    guard let table = try data.table() else {
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
