internal import ArgumentParser
internal import Foundation
internal import SEM
internal import SEMReport

/// A choice that is spelled on the command line as in the library.
enum PresetChoice: String, ExpressibleByArgument, CaseIterable {
  case sem, cfa, growth, bare
  var value: Preset { Preset(rawValue: rawValue) ?? .sem }
}

/// Text for people or JSON for programs.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// The model and how the parameter table is completed.
struct ModelArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A file with the model in lavaan's syntax; - reads standard input.", valueName: "model"))
  var model: String

  @Option(help: "Which defaults complete the model: those of lavaan's sem(), cfa(), growth() or lavaan().")
  var preset: PresetChoice = .sem

  @Flag(
    name: .customLong("std-lv"), help: "Fix the variances of latent variables to 1 instead of first loadings."
  )
  var standardizeLatents = false

  @Flag(help: "Do not let exogenous latent variables covary.")
  var orthogonal = false

  @Flag(
    name: .customLong("meanstructure"), inversion: .prefixedNo,
    help: "Model the means too.")
  var meanStructure: Bool?

  @Flag(
    name: .customLong("fixed-x"), inversion: .prefixedNo,
    help: "Fix the moments of observed covariates to the sample's (the default).")
  var fixedCovariates: Bool?

  @Option(help: ArgumentHelp("Fit one model per value of this column.", valueName: "variable"))
  var group: String?

  @Option(
    name: .customLong("group-equal"),
    help: ArgumentHelp(
      "What is equal across groups, separated by commas: loadings, intercepts, means, regressions, residuals, residual.covariances, lv.variances, lv.covariances.",
      valueName: "list"))
  var groupEqual: String?

  @Option(
    name: .customLong("group-partial"),
    help: ArgumentHelp(
      "A parameter that stays free in every group, such as \"x3~1\"; may be repeated.", valueName: "parameter"
    ))
  var groupPartial: [String] = []

  /// The model's text and name for messages.
  func read() throws -> (text: String, name: String) {
    if model == "-" {
      let bytes = FileHandle.standardInput.readDataToEndOfFile()
      return (String(decoding: bytes, as: UTF8.self), "standard input")
    }
    guard let bytes = FileManager.default.contents(atPath: model) else {
      let isDirectory = (try? FileManager.default.contentsOfDirectory(atPath: model)) != nil
      throw Failure(
        code: "usage.unreadable-model",
        message: isDirectory
          ? "\(model) is a folder, not a model file." : "The model file \(model) cannot be read.",
        hint: isDirectory ? nil : "Check the path and the permissions.", status: .usage)
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      throw Failure(
        code: "usage.model-encoding", message: "The model file \(model) is not UTF-8 text.",
        hint: "Save it as UTF-8.", status: .usage)
    }
    return (text, model)
  }

  /// The options of the parameter table.
  func options() throws -> ModelOptions {
    var options = ModelOptions()
    if standardizeLatents { options.standardizeLatents = true }
    if orthogonal { options.orthogonal = true }
    options.meanStructure = meanStructure
    options.fixedCovariates = fixedCovariates
    for name in (groupEqual ?? "").split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) })
    where !name.isEmpty {
      guard let equality = GroupEquality(rawValue: name) else {
        throw Failure(
          code: "usage.group-equal", message: "--group-equal does not know \"\(name)\".",
          hint: "Choose from: " + GroupEquality.allCases.map(\.rawValue).joined(separator: ", ") + ".",
          status: .usage)
      }
      options.groupEqual.insert(equality)
    }
    options.groupPartial = groupPartial
    return options
  }
}

/// Where the data come from.
struct DataArguments: ParsableArguments {
  @Option(help: ArgumentHelp("A CSV or TSV file with a header of names.", valueName: "file"))
  var data: String?

  @Option(
    name: .customLong("cov"),
    help: ArgumentHelp(
      "A covariance matrix instead of rows: a header of names, then the full or the lower triangle (divisor N-1).",
      valueName: "file"))
  var covariance: String?

  @Option(
    name: .customLong("nobs"), help: ArgumentHelp("The number of cases behind --cov.", valueName: "number"))
  var count: Int?

  @Option(
    help: ArgumentHelp("The means that go with --cov: a header of names and one row.", valueName: "file"))
  var means: String?

  @Option(
    name: .customLong("sds"),
    help: ArgumentHelp("Standard deviations; --cov then holds correlations.", valueName: "file"))
  var deviations: String?

  @Option(
    name: .customLong("na"), parsing: .singleValue,
    help: ArgumentHelp("A code that marks a missing value, such as -99; may be repeated.", valueName: "code"))
  var missingCodes: [String] = []

  /// What was read.
  enum Source {
    case table(DataTable)
    case covariance(CovarianceInput)
  }

  func read() throws -> Source? {
    if data != nil, covariance != nil {
      throw Failure(code: "usage.two-sources", message: "Give --data or --cov, not both.", status: .usage)
    }
    do {
      if let data {
        if means != nil || deviations != nil || count != nil {
          throw Failure(
            code: "usage.two-sources", message: "--nobs, --means and --sds go with --cov, not with --data.",
            status: .usage)
        }
        return .table(try DataTable(contentsOf: data, options: CSVOptions(missingCodes: missingCodes)))
      }
      guard let covariance else { return nil }
      guard let count else {
        throw Failure(
          code: "usage.nobs-missing", message: "--cov needs the number of cases.", hint: "Add --nobs N.",
          status: .usage)
      }
      let matrix = try NamedMatrix(contentsOf: covariance)
      return .covariance(
        try CovarianceInput(
          matrix, count: count, means: try means.map { try NamedValues(contentsOf: $0) },
          standardDeviations: try deviations.map { try NamedValues(contentsOf: $0) }))
    } catch let error as DataError {
      throw Failure(error)
    }
  }
}
