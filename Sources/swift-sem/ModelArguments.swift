internal import ArgumentParser
internal import Foundation
internal import SEM
internal import SEMReport

/// A choice that is spelled on the command line as in the library.
enum PresetChoice: String, ExpressibleByArgument, CaseIterable {
  case sem, cfa, growth, bare
  var value: Preset { Preset(rawValue: rawValue) ?? .sem }
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
      return (
        try Self.decode(FileHandle.standardInput.readDataToEndOfFile(), name: "standard input"),
        "standard input"
      )
    }
    guard let bytes = FileManager.default.contents(atPath: model) else {
      var isDirectory: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: model, isDirectory: &isDirectory)
      throw Failure(
        code: "usage.unreadable-model",
        message: isDirectory.boolValue
          ? "\(model) is a folder, not a model file."
          : exists ? "The model file \(model) cannot be read." : "There is no model file \(model).",
        hint: isDirectory.boolValue
          ? "Name the file in it."
          : exists ? "Check its permissions." : "Check the path, or give - to read standard input.",
        status: .usage)
    }
    return (try Self.decode(bytes, name: model), model)
  }

  /// UTF-8, or the encoding of Chinese Windows where the bytes are not that.
  private static func decode(_ bytes: Data, name: String) throws -> String {
    if let text = String(bytes: bytes, encoding: .utf8), !text.contains("\0") { return text }
    // The name of GB18030 in NSStringEncoding: 0x80000000 and kCFStringEncodingGB_18030_2000.
    if let text = String(data: bytes, encoding: String.Encoding(rawValue: 0x8000_0632)),
      !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .privateUse || $0.value == 0 })
    {
      return text
    }
    throw Failure(
      code: "usage.model-encoding", message: "The model file \(name) is not text in UTF-8 or GB18030.",
      hint: "Save it as plain text in UTF-8.", status: .usage)
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
    if group == nil, !options.groupEqual.isEmpty || !groupPartial.isEmpty {
      throw Failure(
        code: "usage.group", message: "--group-equal and --group-partial need groups.",
        hint: "Add --group VARIABLE.", status: .usage)
    }
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
    name: .customLong("nobs"), parsing: .unconditional,
    help: ArgumentHelp("The number of cases behind --cov.", valueName: "number"))
  var count: Int?

  @Option(
    help: ArgumentHelp("The means that go with --cov: a header of names and one row.", valueName: "file"))
  var means: String?

  @Option(
    name: .customLong("sds"),
    help: ArgumentHelp("Standard deviations; --cov then holds correlations.", valueName: "file"))
  var deviations: String?

  @Option(
    name: .customLong("na"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A code that marks a missing value, such as -99; may be repeated.", valueName: "code"))
  var missingCodes: [String] = []

  /// What was read.
  enum Source {
    case table(DataTable)
    case covariance(CovarianceInput)
  }

  /// The files that are read.
  var files: [String?] { [data, covariance, means, deviations] }
  /// The one that messages name.
  var mainFile: String? { data ?? covariance }

  func read() throws -> Source? {
    if let count, count < 2 {
      throw Failure(
        code: "usage.nobs", message: "--nobs must be at least 2, not \(count).",
        hint: "Give the size of the sample behind the matrix.", status: .usage)
    }
    if data != nil, covariance != nil {
      throw Failure(
        code: "usage.two-sources", message: "--data and --cov exclude each other.",
        hint: "Give the rows with --data, or the matrix with --cov and --nobs.", status: .usage)
    }
    do {
      if let data {
        if means != nil || deviations != nil || count != nil {
          throw Failure(
            code: "usage.two-sources", message: "--nobs, --means and --sds go with --cov, not with --data.",
            hint: "Leave them out: rows of data have them.", status: .usage)
        }
        return .table(try DataTable(contentsOf: data, options: CSVOptions(missingCodes: missingCodes)))
      }
      guard let covariance else {
        if means != nil || deviations != nil || count != nil {
          throw Failure(
            code: "usage.no-data", message: "--nobs, --means and --sds belong to a covariance matrix.",
            hint: "Add --cov FILE.", status: .usage)
        }
        return nil
      }
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
