internal import ArgumentParser
internal import SEM
internal import SEMReport

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare models of the same data: likelihood ratio tests, nesting, AIC and BIC.",
    discussion: """
      Models are given as model files, which are fitted to --data or --cov, or as results of \
      'swift-sem fit --format json'. Whether models are nested can only be checked for model files.

      Examples:
        swift-sem compare one.lav two.lav --data survey.csv --preset cfa
        swift-sem compare one.lav two.lav --data survey.csv --estimator MLR --method satorra.bentler.2010
        swift-sem compare one.json two.json
      """)

  @Argument(help: ArgumentHelp("Two or more model files, or two or more JSON results.", valueName: "file"))
  var files: [String]

  @OptionGroup(title: "Models") var completion: CompletionArguments
  @OptionGroup(title: "Estimation") var estimation: EstimationArguments

  @Option(
    help: ArgumentHelp(
      "How chi-square differences are made: standard, satorra.bentler.2001, satorra.bentler.2010 or satorra.2000; by default what goes with the tests of the models.",
      valueName: "method"))
  var method: String?

  @Flag(help: "The same as --missing fiml.")
  var fiml = false

  @OptionGroup(title: "Data") var source: DataArguments
  @OptionGroup(title: "Output") var output: OutputArguments

  func validate() throws {
    if files.count < 2 { throw ValidationError("A comparison needs at least two models.") }
  }

  func run() throws {
    try output.check(inputs: files + source.files)
    let method = try DifferenceTest(option: method)
    let comparison =
      files.allSatisfy { $0.hasSuffix(".json") }
      ? try compareResults(method) : ModelComparison(fits: try fitAll(), method: method)
    try output.write(json: { comparison.json }, text: { comparison.text(width: $0) })
  }

  private func compareResults(_ method: DifferenceTest?) throws -> ModelComparison {
    var models = try files.map(Self.readResult)
    switch method {
    case .satorraBentler2010, .satorra2000:
      throw Failure(
        code: "usage.method", message: "--method \(method?.rawValue ?? "") needs the models and their data.",
        hint: "Give model files and --data instead of JSON results.", status: .usage)
    case .satorraBentler2001:
      if let plain = models.first(where: { $0.scalingFactor == nil && $0.degreesOfFreedom > 0 }) {
        throw Failure(
          code: "usage.method", message: "\(plain.name) has no mean-adjusted test to scale a difference by.",
          hint: "Fit it with --estimator MLM or MLR.", status: .usage)
      }
    case .standard: for index in models.indices { models[index].scalingFactor = nil }
    case nil: break
    }
    return ModelComparison(models)
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
    var estimation = estimation
    if fiml { estimation.missing = "fiml" }
    return try zip(files, names()).map { path, name in
      let text = try ModelFile.read(path).text
      do {
        let model = try Model(
          text, preset: completion.preset.value,
          options: try completion.options(estimation, hasGroups: data.hasGroups))
        let fit = try estimation.fit(model, to: data, group: completion.group)
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

  /// Takes from a fit's JSON what a comparison needs.
  private static func readResult(_ path: String) throws -> ComparedModel {
    func failure(_ message: String) -> Failure {
      Failure(
        code: "usage.no-fit-result", message: "\(path) \(message)",
        hint: "Make it with swift-sem fit … --format json.", status: .usage)
    }
    guard let bytes = FileManager.default.contents(atPath: path) else { throw failure("cannot be read.") }
    guard let result = try? JSONDecoder().decode(FitResult.self, from: bytes),
      result.schema == "swift-sem/fit/1"
    else { throw failure("is no result of a fit.") }
    func number(_ name: String) -> Double? { result.measures[name] ?? nil }
    guard result.converged == true else { throw failure("is a fit that did not converge.") }
    guard let chiSquare = number("chisq"), let df = number("df"), let npar = number("npar") else {
      throw failure("has no test statistic.")
    }
    let tests = (result.tests ?? []).compactMap { TestKind(rawValue: $0.name) }
    let isMeanAdjusted = tests.contains(where: ComparedModel.meanAdjusted.contains)
    let counts = result.counts ?? []
    var model = ComparedModel(
      name: URL(filePath: path).deletingPathExtension().lastPathComponent, chiSquare: chiSquare,
      degreesOfFreedom: Int(df), parameterCount: Int(npar), count: counts.reduce(0, +),
      groupCount: max(counts.count, 1), logLikelihood: number("logl"),
      scalingFactor: isMeanAdjusted ? number("chisq.scaling.factor") : nil,
      estimator: result.estimator ?? "ML")
    model.fingerprint = result.fingerprint ?? ""
    for name in ["cfi", "rmsea", "srmr"] { model.measures[name] = number(name) }
    return model
  }
}

/// What a comparison takes from the JSON of a fit.
private struct FitResult: Decodable {
  struct Test: Decodable { var name: String }

  var schema: String
  var converged: Bool?
  var measures: [String: Double?]
  var tests: [Test]?
  var counts: [Int]?
  var estimator: String?
  var fingerprint: String?

  enum CodingKeys: String, CodingKey {
    case schema, converged, tests, estimator
    case measures = "fit_measures"
    case counts = "nobs"
    case fingerprint = "data_fingerprint"
  }
}
