internal import ArgumentParser
internal import Foundation
internal import SEM
internal import SEMReport

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare models of the same data: likelihood ratio tests, nesting, AIC and BIC.",
    discussion: """
      Models are given as model files, which are fitted to --data or --cov, or as results of \
      'swift-sem fit --format json'. Whether models are nested can only be checked for model files.

      Examples:
        swift-sem compare one.lav two.lav --data survey.csv --preset cfa
        swift-sem compare one.json two.json
      """)

  @Argument(help: ArgumentHelp("Two or more model files, or two or more JSON results.", valueName: "file"))
  var files: [String]

  @Option(help: "Which defaults complete the models.")
  var preset: PresetChoice = .sem

  @Flag(
    name: .customLong("std-lv"), help: "Fix the variances of latent variables to 1 instead of first loadings."
  )
  var standardizeLatents = false

  @Flag(name: .customLong("meanstructure"), help: "Model the means too.")
  var meanStructure = false

  @Option(help: ArgumentHelp("Fit one model per value of this column.", valueName: "variable"))
  var group: String?

  @Flag(help: "Use rows with missing values by full information maximum likelihood.")
  var fiml = false

  @OptionGroup(title: "Data") var source: DataArguments
  @OptionGroup(title: "Output") var output: OutputArguments

  func validate() throws {
    if files.count < 2 { throw ValidationError("A comparison needs at least two models.") }
  }

  func run() throws {
    try output.check(inputs: files + source.files)
    let areResults = files.allSatisfy { $0.hasSuffix(".json") }
    let comparison =
      areResults ? ModelComparison(try files.map(Self.readResult)) : ModelComparison(fits: try fitAll())
    try output.write(json: { comparison.json }, text: { _ in comparison.text })
  }

  /// Names without folder and ending, as long as they differ.
  private func names() -> [String] {
    let short = files.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
    return Set(short).count == short.count ? short : files
  }

  private func fitAll() throws -> [(name: String, fit: FittedModel)] {
    guard let data = try source.read() else {
      throw Failure(
        code: "usage.no-data", message: "There are no data to fit the models to.",
        hint: "Add --data FILE, or --cov FILE --nobs N; or compare JSON results.", status: .usage)
    }
    return try zip(files, names()).map { path, name in
      var arguments = [path, "--preset", preset.rawValue]
      if standardizeLatents { arguments.append("--std-lv") }
      if meanStructure { arguments.append("--meanstructure") }
      let parsed = try ModelArguments.parse(arguments)
      let text = try parsed.read().text
      do {
        let model = try Model(text, preset: preset.value, options: try parsed.options())
        let fit = try fit(model, data)
        guard fit.convergence.isConverged else {
          throw Failure(
            code: "estimation.not-converged", message: "\(path) did not converge.", status: .notConverged)
        }
        return (name, fit)
      } catch let error as SEMError {
        throw Failure(error, file: path, dataFile: source.mainFile)
      }
    }
  }

  private func fit(_ model: Model, _ data: DataArguments.Source) throws -> FittedModel {
    var options = FitOptions()
    if fiml { options.missing = .fullInformation }
    switch data {
    case .table(let table): return try model.fit(to: table, group: group, options: options)
    case .covariance(let covariance): return try model.fit(to: covariance, options: options)
    }
  }

  /// Takes from a fit's JSON what a comparison needs.
  private static func readResult(_ path: String) throws -> ComparedModel {
    func failure(_ message: String) -> Failure {
      Failure(
        code: "usage.no-fit-result", message: "\(path) \(message)",
        hint: "Make it with swift-sem fit … --format json.", status: .usage)
    }
    guard let bytes = FileManager.default.contents(atPath: path) else { throw failure("cannot be read.") }
    guard let object = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any],
      object["schema"] as? String == "swift-sem/fit/1",
      let measures = object["fit_measures"] as? [String: Any]
    else { throw failure("is no result of a fit.") }
    func number(_ name: String) -> Double? { (measures[name] as? NSNumber)?.doubleValue }
    guard object["converged"] as? Bool == true else { throw failure("is a fit that did not converge.") }
    guard let chiSquare = number("chisq"), let df = number("df"), let npar = number("npar") else {
      throw failure("has no test statistic.")
    }
    let counts = (object["nobs"] as? [Any] ?? []).compactMap { ($0 as? NSNumber)?.intValue }
    var model = ComparedModel(
      name: URL(filePath: path).deletingPathExtension().lastPathComponent, chiSquare: chiSquare,
      degreesOfFreedom: Int(df), parameterCount: Int(npar), count: counts.reduce(0, +),
      groupCount: max(counts.count, 1), logLikelihood: number("logl"),
      scalingFactor: number("chisq.scaling.factor"), estimator: object["estimator"] as? String ?? "ML")
    model.fingerprint = object["data_fingerprint"] as? String ?? ""
    for name in ["cfi", "rmsea", "srmr"] { model.measures[name] = number(name) }
    return model
  }
}
