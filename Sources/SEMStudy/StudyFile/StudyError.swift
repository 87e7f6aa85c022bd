/// Why a study cannot be read or computed: the place in the study file, the cause and the cure.
public struct StudyError: Error, Sendable, Hashable {
  /// The kinds of failure; scripts may match the raw values.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// A file cannot be read.
    case unreadableFile = "study.unreadable-file"
    /// The file is no YAML.
    case yaml = "study.yaml"
    /// A key that study files do not have.
    case unknownKey = "study.unknown-key"
    /// A key is missing.
    case missingKey = "study.missing-key"
    /// A value of the wrong kind.
    case wrongValue = "study.wrong-value"
    /// One name stands for two things.
    case duplicateName = "study.duplicate-name"
    /// A path, mediation or setting names something that is no construct.
    case unknownConstruct = "study.unknown-construct"
    /// An item, control or group variable is in no column of the data.
    case unknownColumn = "study.unknown-column"
    /// A construct without items.
    case tooFewItems = "study.too-few-items"
    /// A hypothesis or mediation that the model does not hold.
    case pathNotInModel = "study.path-not-in-model"
    /// Words where numbers are expected.
    case textColumn = "study.text-column"
    /// An item has the same answer everywhere.
    case constantItem = "study.constant-item"
    /// Nobody answered an item or a construct.
    case allMissing = "study.all-missing"
    /// There are too few cases for what was asked.
    case tooFewCases = "study.too-few-cases"
    /// A group variable with one value, or groups too small.
    case groups = "study.groups"
    /// A part of the study cannot be computed.
    case unavailable = "study.unavailable"
  }

  /// The kind of failure.
  public var code: Code
  /// The cause, one sentence.
  public var message: String
  /// The cure, where one is known.
  public var hint: String?
  /// Where in the study file.
  public var place: StudyPlace?
  /// The study file.
  public var file: String?
  /// The line of the study file, with a caret under the place.
  public var excerpt: String?

  /// Makes an error.
  public init(_ code: Code, _ message: String, hint: String? = nil, at place: StudyPlace? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.place = place
  }
}

extension StudyError: CustomStringConvertible {
  /// Place, cause, the line in question and the cure.
  public var description: String {
    let where_ = [file, place.map { "line \($0.line)" }, place.map { "column \($0.column)" }]
      .compactMap(\.self)
    var text = (where_.isEmpty ? "" : where_.joined(separator: ", ") + ": ") + message
    if let excerpt { text += "\n" + excerpt }
    if let hint { text += "\nhint: " + hint }
    return text
  }
}

/// A place in a study file.
public struct StudyPlace: Sendable, Hashable {
  /// The line, from 1.
  public var line: Int
  /// The column, from 1, in characters.
  public var column: Int

  /// Makes a place.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}
