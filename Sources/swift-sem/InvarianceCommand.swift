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
      """)

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Data") var source: DataArguments

  @Flag(help: "Go on beyond measurement: equal regressions, latent variances and covariances, latent means.")
  var structural = false

  @Flag(
    help: "Where a step fails, release the worst equality and fit again, until it holds (partial invariance)."
  )
  var partial = false

  @Flag(help: "Use rows with missing values by full information maximum likelihood.")
  var fiml = false

  @OptionGroup(title: "Output") var output: OutputArguments

  func run() throws {
    try output.check(inputs: [model.model] + source.files)
    let (text, name) = try model.read()
    guard let group = model.group else {
      throw Failure(
        code: "usage.group", message: "Invariance is tested over groups.", hint: "Add --group VARIABLE.",
        status: .usage)
    }
    guard case .table(let table)? = try source.read() else {
      throw Failure(
        code: "usage.no-data", message: "Invariance needs rows of data.", hint: "Add --data FILE.",
        status: .usage)
    }
    do {
      let model = try Model(text, preset: self.model.preset.value, options: try self.model.options())
      var options = MeasurementInvariance.Options()
      if structural { options.levels = InvarianceLevel.allCases }
      options.releases = partial
      if fiml { options.fit.missing = .fullInformation }
      let ladder = try MeasurementInvariance(model, table: table, group: group, options: options)
      try output.write(json: { ladder.json }, text: { _ in ladder.text })
      if ladder.steps.contains(where: { !$0.fit.convergence.isConverged }) { throw ExitStatus.notConverged }
    } catch let error as SEMError {
      throw Failure(error, file: name, dataFile: source.mainFile)
    }
  }
}
