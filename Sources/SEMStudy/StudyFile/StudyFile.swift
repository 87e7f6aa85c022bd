/// A study as its author writes it: data, constructs, hypotheses, options.
///
/// It is read from YAML (``init(contentsOf:)``) or made in Swift. It holds no data; ``Study`` joins it with them.
public struct StudyFile: Sendable, Hashable {
  /// The title.
  public var title: Wording
  /// The sentence that opens the report; `nil` for none.
  public var notice: Wording?
  /// The language of the report where none is asked for.
  public var language = StudyLanguage.english
  /// The survey.
  public var data: StudyData
  /// The constructs in their order.
  public var constructs: [StudyConstruct] = []
  /// Observed variables that are held constant: they predict outcomes, and no hypothesis is about them.
  public var controls: [StudyControl] = []
  /// The structural model in lavaan's syntax, where the author wrote it; `nil` makes it of ``hypotheses``, ``paths``,
  /// ``mediations`` and ``controls``.
  public var model: StudyText?
  /// Lines in lavaan's syntax that are added to the structural model, such as `PU1 ~~ PU2`.
  public var additions: [StudyText] = []
  /// What the study expects.
  public var hypotheses: [StudyHypothesis] = []
  /// Structural paths that no hypothesis is about.
  public var paths: [StudyPath] = []
  /// Indirect effects that are tested.
  public var mediations: [StudyMediation] = []
  /// The groups that are compared.
  public var groups: StudyGroups?
  /// How everything is computed.
  public var options = StudyOptions()
  /// The file this was read from.
  public internal(set) var file: String?
  /// The text this was read from, for messages.
  var lines: [String] = []

  /// Makes a study in Swift.
  public init(title: Wording, data: StudyData, constructs: [StudyConstruct] = []) {
    self.title = title
    self.data = data
    self.constructs = constructs
  }

  /// The construct of a code.
  public subscript(construct code: String) -> StudyConstruct? { constructs.first { $0.code == code } }

  /// All items in their order.
  public var items: [StudyItem] { constructs.flatMap(\.items) }

  /// What a variable is called in print: the name of a construct or control, the code of an item.
  public func name(of variable: String) -> Wording {
    if let construct = self[construct: variable] { return construct.name }
    return controls.first { $0.code == variable }?.name ?? Wording(variable)
  }
}

/// Where answers come from and how they are coded.
public struct StudyData: Sendable, Hashable {
  /// The CSV file, relative to the study file.
  public var file: String
  /// Codes for "no answer", besides an empty cell, `NA`, `NaN` and `.`.
  public var missingCodes: [String] = []
  /// The lowest and highest answer of the items; `nil` where items have no common scale. Answers outside are reported.
  public var scale: ClosedRange<Double>?
  /// The items whose wording runs against their construct: their answers are mirrored at the middle of the scale.
  public var reversed: [StudyName] = []
  /// Columns about the respondents (sector, position …), whose frequencies are shown.
  public var respondents: [StudyControl] = []
  /// The number of questionnaires handed out, for the response rate.
  public var distributed: Int?
  /// The number of questionnaires that came back.
  public var returned: Int?

  /// Names a file.
  public init(file: String) { self.file = file }
}

/// A name with its place in the study file.
public struct StudyName: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The name.
  public var text: String
  /// Where it stands.
  public var place: StudyPlace?

  /// Makes a name.
  public init(_ text: String, at place: StudyPlace? = nil) {
    self.text = text
    self.place = place
  }
  /// Makes a name.
  public init(stringLiteral text: String) { self.init(text) }
}

/// A text with its place in the study file.
public struct StudyText: Sendable, Hashable {
  /// The text.
  public var text: String
  /// Where its first line stands.
  public var place: StudyPlace?

  /// Makes a text.
  public init(_ text: String, at place: StudyPlace? = nil) {
    self.text = text
    self.place = place
  }
}

/// A latent variable with the items that measure it.
public struct StudyConstruct: Sendable, Hashable {
  /// The short name, as in hypotheses: `PU`.
  public var code: String
  /// What it is called.
  public var name: Wording
  /// The items in their order; the first one sets the scale.
  public var items: [StudyItem]
  /// The scale of these items where it differs from that of the data.
  public var scale: ClosedRange<Double>?
  /// Where it stands in the study file.
  public var place: StudyPlace?

  /// Makes a construct.
  public init(_ code: String, name: Wording? = nil, items: [StudyItem], at place: StudyPlace? = nil) {
    self.code = code
    self.name = name ?? Wording(code)
    self.items = items
    self.place = place
  }

  /// The codes of the items.
  public var itemCodes: [String] { items.map(\.code) }
}

/// A question of the survey.
public struct StudyItem: Sendable, Hashable {
  /// The short name, which tables print and models use.
  public var code: String
  /// The column of the data, where it is not named like the item.
  public var column: String
  /// The question; `nil` where it is not given.
  public var wording: Wording?
  /// Where it stands in the study file.
  public var place: StudyPlace?

  /// Makes an item.
  public init(_ code: String, column: String? = nil, wording: Wording? = nil, at place: StudyPlace? = nil) {
    self.code = code
    self.column = column ?? code
    self.wording = wording
    self.place = place
  }
}

/// An observed variable beside the items: a control, or a property of the respondents.
public struct StudyControl: Sendable, Hashable {
  /// The short name.
  public var code: String
  /// The column of the data.
  public var column: String
  /// What it is called.
  public var name: Wording
  /// What its values mean, in the order in which they are shown.
  public var labels: [(value: String, label: Wording)] {
    get { zip(labelValues, labelTexts).map { ($0, $1) } }
    set { (labelValues, labelTexts) = (newValue.map(\.value), newValue.map(\.label)) }
  }
  private var labelValues: [String] = []
  private var labelTexts: [Wording] = []
  /// The constructs it predicts; `nil` for the outcomes on which no other construct depends.
  public var targets: [StudyName]?
  /// Where it stands in the study file.
  public var place: StudyPlace?

  /// Makes a control.
  public init(_ code: String, column: String? = nil, name: Wording? = nil, at place: StudyPlace? = nil) {
    self.code = code
    self.column = column ?? code
    self.name = name ?? Wording(code)
    self.place = place
  }
}

/// A structural path.
public struct StudyPath: Sendable, Hashable {
  /// The cause.
  public var from: String
  /// The outcome.
  public var to: String
  /// Where it stands in the study file.
  public var place: StudyPlace?

  /// Makes a path.
  public init(from: String, to: String, at place: StudyPlace? = nil) {
    self.from = from
    self.to = to
    self.place = place
  }
}

/// The direction that a hypothesis expects.
public enum ExpectedSign: String, Sendable, Hashable, CaseIterable {
  /// The more, the more.
  case positive = "+"
  /// The more, the less.
  case negative = "-"
}

/// A hypothesis about one path.
public struct StudyHypothesis: Sendable, Hashable {
  /// Its number, such as `H1`.
  public var id: String
  /// The path.
  public var path: StudyPath
  /// The expected direction; `nil` where none is expected.
  public var sign: ExpectedSign?
  /// The hypothesis in words; `nil` where it is not given.
  public var text: Wording?

  /// Makes a hypothesis.
  public init(_ id: String, from: String, to: String, sign: ExpectedSign? = nil, text: Wording? = nil) {
    self.id = id
    path = StudyPath(from: from, to: to)
    self.sign = sign
    self.text = text
  }
}

/// An indirect effect along a chain of constructs.
public struct StudyMediation: Sendable, Hashable {
  /// Its number, such as `H12a`.
  public var id: String
  /// The chain, at least three names: `["PU", "FI", "FB"]`.
  public var chain: [String]
  /// The expected direction of the indirect effect; `nil` where none is expected.
  public var sign: ExpectedSign?
  /// The hypothesis in words; `nil` where it is not given.
  public var text: Wording?
  /// Where it stands in the study file.
  public var place: StudyPlace?

  /// Makes a mediation.
  public init(
    _ id: String, chain: [String], sign: ExpectedSign? = nil, text: Wording? = nil,
    at place: StudyPlace? = nil
  ) {
    self.id = id
    self.chain = chain
    self.sign = sign
    self.text = text
    self.place = place
  }
}

/// The groups that are compared.
public struct StudyGroups: Sendable, Hashable {
  /// The column whose values divide the rows.
  public var variable: StudyName
  /// What it is called.
  public var name: Wording
  /// What the values are called, in the order of the groups; empty takes all values in order of appearance.
  public var values: [String] = []
  /// A name for each of ``values``.
  public var labels: [Wording] = []
  /// A data file of its own; `nil` for that of the study.
  public var file: String?

  /// Names the variable.
  public init(_ variable: StudyName) {
    self.variable = variable
    name = Wording(variable.text)
  }

  /// The name of a group.
  public func label(of value: String) -> Wording {
    values.firstIndex(of: value).flatMap { labels.indices.contains($0) ? labels[$0] : nil }
      ?? Wording(value)
  }
}
