internal import SEM
internal import SEMReport

/// What is told when a command cannot do its work: as text on standard error, as JSON on standard output.
struct Failure: Error {
  /// A stable short name that scripts may match.
  var code: String
  /// The cause.
  var message: String
  /// The cure.
  var hint: String?
  var line: Int?
  var column: Int?
  var file: String?
  var variable: String?
  var status: ExitStatus
  /// The lines under the message that show the place, such as a source line with a caret.
  var excerpt: String?
  /// The whole text for people, where it is not made of the parts.
  var fullText: String?

  init(code: String, message: String, hint: String? = nil, status: ExitStatus, fullText: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.status = status
    self.fullText = fullText
  }

  /// - Parameters:
  ///   - file: The model's file.
  ///   - dataFile: The file of the data or of the covariance matrix.
  init(_ error: SEMError, file: String, dataFile: String?) {
    switch error {
    case .syntax(let error):
      self.init(code: "syntax." + error.code, message: error.message, hint: error.hint, status: .usage)
      line = error.line
      column = error.column
      excerpt = Self.excerpt(of: error.description)
      self.file = file
    case .specification(let error):
      self.init(code: "model." + error.code, message: error.message, hint: error.hint, status: .usage)
      line = error.line
      column = error.column
      if line != nil { excerpt = Self.excerpt(of: error.description) }
      self.file = file
    case .data(let error):
      self.init(error)
      self.file = self.file ?? dataFile
    case .estimation(let error):
      self.init(error)
      self.file = status == .data ? dataFile : file
    case .inference(let error):
      self.init(error)
      self.file = status == .data ? dataFile : file
    }
  }

  init(_ error: DataError) {
    self.init(
      code: error.code.rawValue, message: error.message, hint: error.hint,
      status: error.code == .unwritableFile ? .usage : .data)
    line = error.line
    column = error.column
    file = error.file
    variable = error.variable
  }

  /// The lines of an error's description between its message and its hint.
  private static func excerpt(of description: String) -> String? {
    let lines = description.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    let shown = lines.prefix { !$0.hasPrefix("hint: ") }
    return shown.isEmpty ? nil : shown.joined(separator: "\n")
  }

  init(_ error: EstimationError) {
    switch error {
    case .sampleCovarianceNotPositiveDefinite(let group):
      self.init(
        code: "data.covariance-not-positive-definite",
        message:
          "The sample covariance matrix\(group.isEmpty ? "" : " of group \(group)") is not positive definite.",
        hint: "A variable is a combination of others, or there are fewer cases than variables.", status: .data
      )
    case .meansAreMissing:
      self.init(
        code: "data.means-missing", message: "The model has a mean structure, but the data have no means.",
        hint: "Give them with --means, or leave the intercepts out.", status: .data)
    case .nothingToEstimate:
      self.init(
        code: "model.nothing-to-estimate",
        message: "Every parameter of the model is fixed: there is nothing to estimate.",
        status: .usage)
    case .momentsDoNotMatchModel(let message):
      self.init(code: "data.moments-do-not-match", message: message, status: .data)
    case .noUsableStart:
      self.init(
        code: "estimation.no-usable-start",
        message: "No starting values give the model a positive definite covariance matrix.",
        hint: "Give start() values, or look for a fixed value that is out of proportion to the data.",
        status: .notConverged)
    case .weightNotPositiveDefinite(let group, let cases, let moments):
      self.init(
        code: "data.weight-not-positive-definite",
        message:
          "The weight matrix of \(moments) moments\(group.isEmpty ? "" : " in group \(group)") cannot be inverted with"
          + " \(cases) cases.",
        hint: "WLS needs more cases than moments; use --estimator DWLS, ULS or MLR.", status: .data)
    case .rawDataNeeded(let what):
      self.init(
        code: "data.raw-data-needed",
        message: "\(what) needs the rows of the data, not only a covariance matrix.",
        hint: "Give the data with --data.", status: .data)
    case .impossibleConstraints(let message):
      self.init(code: "model.impossible-constraints", message: message, status: .usage)
    case .notYetSupported(let feature):
      self.init(
        code: "model.not-yet-supported", message: "Estimation does not do this yet: \(feature).",
        status: .usage)
    }
  }

  init(_ error: InferenceError) {
    switch error {
    case .needsRawData(let what):
      self.init(
        code: "data.raw-data-needed",
        message: "\(what) need the rows of the data, not only a covariance matrix.",
        hint: "Give the data with --data.", status: .data)
    case .notIdentified:
      self.init(code: "not-identified", message: "The model is not identified.", status: .notIdentified)
    case .unknownConstraint(let message):
      self.init(code: "usage.constraint", message: message, status: .usage)
    case .undefinedAtEstimates:
      self.init(
        code: "estimation.undefined", message: "The estimates define no covariance matrix.",
        status: .notConverged)
    case .unknownVariable(let name):
      self.init(
        code: "usage.unknown-variable", message: "The model has no variable '\(name)'.", status: .usage)
    case .notAvailable(let message):
      self.init(code: "usage.not-available", message: message, status: .usage)
    }
  }

  /// Tells it: as JSON on standard output, or as text on standard error.
  func report(asJSON: Bool) {
    guard asJSON else {
      Output.tell(text + "\n")
      return
    }
    var members: [(String, JSONValue)] = [("code", .string(code)), ("message", .string(message))]
    if let hint { members.append(("hint", .string(hint))) }
    if let file { members.append(("file", .string(file))) }
    if let line { members.append(("line", .integer(line))) }
    if let column { members.append(("column", .integer(column))) }
    if let variable { members.append(("variable", .string(variable))) }
    let object = JSONValue.object([
      ("schema", .string("swift-sem/error/1")), ("exit_status", .integer(Int(status.rawValue))),
      ("error", .object(members)),
    ])
    // Where not even this can be written the exit status remains.
    try? Output.write(object.text() + "\n", to: nil)
  }

  /// Place and cause, the line in question, and the cure.
  private var text: String {
    if let fullText { return fullText }
    let place = [file, line.map { "line \($0)" }, column.map { "column \($0)" }].compactMap(\.self)
    var text = "error: " + (place.isEmpty ? "" : place.joined(separator: ", ") + ": ") + message
    if let excerpt { text += "\n" + excerpt }
    if let hint { text += "\nhint: " + hint }
    return text
  }
}
