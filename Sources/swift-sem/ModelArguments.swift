internal import ArgumentParser
internal import SEM
internal import SEMReport

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A choice that is spelled on the command line as in the library.
enum PresetChoice: String, Choice {
  case sem, cfa, growth, bare
  var value: Preset { Preset(rawValue: rawValue) ?? .sem }
}

/// How the parameter tables of models are completed.
struct CompletionArguments: ParsableArguments {
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

  /// The options of the parameter table.
  ///
  /// - Parameter estimation: How the model is fitted; covariates that may be missing are random.
  func options(_ estimation: EstimationArguments? = nil, hasGroups: Bool = false) throws -> ModelOptions {
    var options = ModelOptions()
    if standardizeLatents { options.standardizeLatents = true }
    if orthogonal { options.orthogonal = true }
    options.meanStructure = meanStructure
    options.fixedCovariates = fixedCovariates
    for name in (groupEqual ?? "").split(separator: ",").map({ $0.trimmedSpaces })
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
    if estimation?.hasRandomCovariates == true { options.fixedCovariates = false }
    if group == nil, !hasGroups, !options.groupEqual.isEmpty || !groupPartial.isEmpty {
      throw Failure(
        code: "usage.group", message: "--group-equal and --group-partial need groups.",
        hint: "Add --group VARIABLE, or give one --cov for each group.", status: .usage)
    }
    return options
  }
}

/// The model and how its parameter table is completed.
struct ModelArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A file with the model in lavaan's syntax; - reads standard input.", valueName: "model"))
  var model: String

  @OptionGroup var completion: CompletionArguments

  /// Which defaults complete the model.
  var preset: PresetChoice { completion.preset }
  /// The column that divides the data.
  var group: String? { completion.group }

  /// The model's text and name for messages.
  func read() throws -> (text: String, name: String) { try ModelFile.read(model) }

  /// The options of the parameter table.
  func options(_ estimation: EstimationArguments? = nil, hasGroups: Bool = false) throws -> ModelOptions {
    try completion.options(estimation, hasGroups: hasGroups)
  }
}

/// Files with models.
enum ModelFile {
  /// A model's text and its name for messages.
  static func read(_ model: String) throws -> (text: String, name: String) {
    if model == "-" {
      return (
        try decode(StandardInput.contents(), name: "standard input"), "standard input"
      )
    }
    guard let bytes = FileManager.default.contents(atPath: model) else {
      let (message, hint) =
        switch FileKind(at: model) {
        case .folder: ("\(model) is a folder, not a model file.", "Name the file in it.")
        case .absent:
          ("There is no model file \(model).", "Check the path, or give - to read standard input.")
        default: ("The model file \(model) cannot be read.", "Check its permissions.")
        }
      throw Failure(code: "usage.unreadable-model", message: message, hint: hint, status: .usage)
    }
    return (try decode(Array(bytes), name: model), model)
  }

  /// UTF-8, or the encoding of Chinese Windows where the bytes are not that.
  private static func decode(_ bytes: [UInt8], name: String) throws -> String {
    if let text = String(validating: bytes, as: UTF8.self), !text.contains("\0") { return text }
    let decoded: [UInt8]?
    do { decoded = try bytes.withUnsafeBufferPointer(GB18030.utf8) } catch {
      throw Failure(code: "usage.model-encoding", message: error.message, hint: error.hint, status: .usage)
    }
    if let text = decoded.map({ String(decoding: $0, as: UTF8.self) }),
      !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .privateUse || $0.value == 0 })
    {
      return text
    }
    throw Failure(
      code: "usage.model-encoding", message: "The model file \(name) is not text in UTF-8 or GB18030.",
      hint: "Save it as plain text in UTF-8.", status: .usage)
  }
}
