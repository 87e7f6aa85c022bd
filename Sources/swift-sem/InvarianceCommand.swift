internal import ArgumentParser
internal import SEM
internal import SEMReport

struct InvarianceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invariance",
    abstract: "Test measurement invariance over groups: configural, metric, scalar, strict.",
    discussion: """
      Each step makes more parameters equal over groups. A step holds if the change of fit stays within the rules of \
      Cheung & Rensvold (2002) and Chen (2007); where it fails, score tests with Holm's control name the equalities \
      to release.

      Examples:
        swift-sem invariance model.lav --data survey.csv --group country
        swift-sem invariance model.lav --data survey.csv --group country --structural --partial
        swift-sem invariance model.lav --data survey.csv --group country --estimator MLR --missing fiml
      """)

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Data") var source: DataArguments
  @OptionGroup(title: "Estimation") var estimation: EstimationArguments

  @Flag(
    help:
      "Go on beyond measurement: equal regressions, latent variances, latent covariances, latent means.")
  var structural = false

  @Flag(
    help: "Where a step fails, release the worst equality and fit again, until it holds (partial invariance)."
  )
  var partial = false

  enum AdjustmentChoice: String, Choice {
    case holm
    case benjaminiHochberg = "benjamini-hochberg"
    var value: MultiplicityControl { MultiplicityControl(rawValue: rawValue) ?? .holm }
  }

  @Option(
    help: "How score tests allow for their number: familywise error, or the share of false discoveries.")
  var adjustment: AdjustmentChoice = .holm

  @Option(
    help: ArgumentHelp(
      "How chi-square differences are made: standard, satorra.bentler.2001, satorra.bentler.2010 or satorra.2000; by default what goes with the tests of the models.",
      valueName: "method"))
  var method: String?

  @Flag(help: "The same as --missing fiml.")
  var fiml = false

  @OptionGroup(title: "Output") var output: OutputArguments

  func run() throws {
    try output.check(inputs: [model.model] + source.files)
    let (text, name) = try model.read()
    guard let data = try source.read() else {
      throw Failure(
        code: "usage.no-data", message: "Invariance needs data.",
        hint: "Add --data FILE and --group VARIABLE, or --cov, --means and --nobs for each group.",
        status: .usage)
    }
    var estimation = estimation
    if fiml { estimation.missing = "fiml" }
    var options = MeasurementInvariance.Options()
    if structural { options.levels = InvarianceLevel.allCases }
    options.releases = partial
    options.control = adjustment.value
    options.method = try DifferenceTest(option: method)
    options.fit = try estimation.fitOptions()
    do {
      let model = try Model(
        text, preset: self.model.preset.value,
        options: try estimation.modelOptions(self.model, hasGroups: data.hasGroups))
      let ladder = try ladder(model, data, options)
      try output.write(json: { ladder.json }, text: { ladder.text(width: $0) })
      if ladder.steps.contains(where: { !$0.fit.convergence.isConverged }) { throw ExitStatus.notConverged }
    } catch let error as SEMError {
      throw Failure(error, file: name, dataFile: source.mainFile)
    }
  }

  private func ladder(
    _ model: Model, _ data: DataArguments.Source, _ options: MeasurementInvariance.Options
  ) throws -> MeasurementInvariance {
    switch data {
    case .table, .file:
      guard let table = try data.table(), let group = self.model.group else {
        throw Failure(
          code: "usage.group", message: "Invariance is tested over groups.", hint: "Add --group VARIABLE.",
          status: .usage)
      }
      return try MeasurementInvariance(model, table: table, group: group, options: options)
    case .covariances(let matrices, let labels):
      if self.model.group != nil || matrices.count < 2 {
        throw Failure(
          code: "usage.group",
          message: "Invariance from covariance matrices needs one --cov for each group, and no --group.",
          hint: "Add --cov, --means and --nobs of the other groups, or give rows with --data.",
          status: .usage)
      }
      return try MeasurementInvariance(model, covariances: matrices, groupLabels: labels, options: options)
    }
  }
}

extension DifferenceTest {
  /// What --method says; `nil` where it is left out.
  init?(option: String?) throws {
    guard let option else { return nil }
    guard let test = DifferenceTest(rawValue: option.lowercased()) else {
      throw Failure(
        code: "usage.method", message: "--method does not know \"\(option)\".",
        hint: "Use one of " + DifferenceTest.allCases.map(\.rawValue).joined(separator: ", ") + ".",
        status: .usage)
    }
    self = test
  }
}
