internal import SEM

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension StudyFile {
  /// Reads a study file.
  ///
  /// - Parameter path: The file; data and wordings are found beside it.
  /// - Throws: ``StudyError`` with line, column and a cure.
  public init(contentsOf path: String) throws(StudyError) {
    guard let bytes = try? Data(contentsOf: URL(filePath: path)) else {
      var error = StudyError(
        .unreadableFile, "The study file cannot be read.",
        hint: "Check its name; swift-sem study --init writes a new one.")
      error.file = path
      throw error
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      var error = StudyError(
        .unreadableFile, "The study file is no UTF-8 text.", hint: "Save it with the encoding UTF-8.")
      error.file = path
      throw error
    }
    try self.init(parsing: text, file: path)
  }

  /// Reads a study from text.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: The file it came from: other files are found beside it, and messages name it.
  /// - Throws: ``StudyError``.
  public init(parsing text: String, file: String? = nil) throws(StudyError) {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    do throws(StudyError) {
      self = try StudyReader(root: try .root(of: text.replacing("\u{FEFF}", with: "")), file: file).study()
    } catch {
      throw error.located(in: file, lines)
    }
    self.file = file
    self.lines = lines
  }

  /// An error with the name of the study file and the line in question.
  func located(_ error: StudyError) -> StudyError { error.located(in: file, lines) }
}

extension StudyError {
  /// The same with the file and the line in question.
  func located(in file: String?, _ lines: [String]) -> StudyError {
    var error = self
    if error.file == nil { error.file = file }
    if error.excerpt == nil, error.file == file, let place, lines.indices.contains(place.line - 1) {
      let line = lines[place.line - 1]
      let column = min(max(1, place.column), line.count + 1)
      error.excerpt = SourceExcerpt.render(line: line, column: column, length: 1)
    }
    return error
  }
}

/// Turns the values of a study file into a ``StudyFile``.
struct StudyReader {
  let root: StudyNode
  let file: String?

  static let keys = [
    "title", "notice", "language", "data", "wording", "constructs", "controls", "model", "covariances",
    "hypotheses",
    "paths", "mediations", "groups", "options",
  ]

  func study() throws(StudyError) -> StudyFile {
    let fields = try root.fields(Self.keys)
    guard let data = fields["data"] else {
      throw root.failure(
        .missingKey, "The study names no data.", hint: "Add a line such as \"data: survey.csv\".")
    }
    var study = StudyFile(
      title: try fields["title"]?.wording() ?? Wording("Structural equation study", "结构方程模型研究"),
      data: try self.data(data))
    study.notice = try fields["notice"]?.wording()
    if let language = fields["language"] {
      study.language = try language.choice(["en": .english, "zh": .chinese])
    }
    if let model = fields["model"] { study.model = try self.model(model) }
    if let constructs = fields["constructs"] {
      study.constructs = try self.constructs(constructs)
    } else if let model = study.model {
      study.constructs = try StudyFile.constructs(of: model)
    } else {
      throw root.failure(
        .missingKey, "The study names no constructs.",
        hint: "Add \"constructs:\" with lines such as \"  PU: PU1-PU4\", or a \"model:\" in lavaan's syntax.")
    }
    if let controls = fields["controls"] { study.controls = try self.controls(controls) }
    if let covariances = fields["covariances"] { study.additions = try additions(covariances) }
    if let hypotheses = fields["hypotheses"] { study.hypotheses = try self.hypotheses(hypotheses) }
    if let paths = fields["paths"] { study.paths = try self.paths(paths) }
    if let mediations = fields["mediations"] { study.mediations = try self.mediations(mediations) }
    if let groups = fields["groups"] { study.groups = try self.groups(groups) }
    if let options = fields["options"] { study.options = try StudyOptions(options) }
    if let wording = fields["wording"] { try study.read(wordings: wording, beside: file) }
    try study.checkNames()
    return study
  }

  private func data(_ node: StudyNode) throws(StudyError) -> StudyData {
    if let file = node.scalar { return StudyData(file: file) }
    let fields = try node.fields(
      ["file", "missing", "scale", "reversed", "respondents", "distributed", "returned"])
    guard let file = fields["file"] else {
      throw node.failure(
        .missingKey, "\(node.name) names no file.", hint: "Add a line such as \"file: survey.csv\".")
    }
    var data = StudyData(file: try file.text())
    if let missing = fields["missing"] {
      if let elements = missing.elements {
        for element in elements { data.missingCodes.append(try element.text()) }
      } else {
        data.missingCodes = [try missing.text()]
      }
    }
    data.scale = try fields["scale"]?.scale()
    data.reversed = try fields["reversed"]?.names() ?? []
    if let respondents = fields["respondents"] { data.respondents = try controls(respondents) }
    data.distributed = try fields["distributed"]?.integer(1...1_000_000_000)
    data.returned = try fields["returned"]?.integer(1...1_000_000_000)
    return data
  }

  private func model(_ node: StudyNode) throws(StudyError) -> StudyText {
    let text = try node.text()
    // A block after "|" begins in the line below its key.
    let place = node.place.map { StudyPlace(line: $0.line + (text.contains("\n") ? 1 : 0), column: 1) }
    return StudyText(text, at: place)
  }

  // MARK: Constructs

  private func constructs(_ node: StudyNode) throws(StudyError) -> [StudyConstruct] {
    guard let pairs = node.pairs else {
      throw node.failure(
        .wrongValue, "\"constructs\" should hold one key per construct.",
        hint: "Write lines such as \"  PU: PU1-PU4\".")
    }
    var constructs: [StudyConstruct] = []
    for (code, value) in pairs {
      try code.requireUsable()
      var construct = StudyConstruct(code.text, items: [], at: code.place)
      if value.scalar != nil || value.elements != nil {
        construct.items = try items(value)
      } else {
        let fields = try value.fields(["name", "items", "scale"])
        if let name = fields["name"] { construct.name = try name.wording() }
        if let items = fields["items"] { construct.items = try self.items(items) }
        construct.scale = try fields["scale"]?.scale()
      }
      if construct.items.isEmpty {
        throw StudyError(
          .tooFewItems, "The construct \(code.text) has no items.",
          hint: "Write the columns that measure it, such as \"\(code.text): \(code.text)1-\(code.text)4\".",
          at: code.place)
      }
      constructs.append(construct)
    }
    return constructs
  }

  private func items(_ node: StudyNode) throws(StudyError) -> [StudyItem] {
    guard let pairs = node.pairs else {
      return try node.names().map { StudyItem($0.text, at: $0.place) }
    }
    var items: [StudyItem] = []
    for (code, value) in pairs {
      var item = StudyItem(code.text, at: code.place)
      if value.isEmpty {
        // Only the name.
      } else if value.scalar != nil {
        item.wording = try value.wording()
      } else {
        let fields = try value.fields(["en", "zh", "column"])
        if let column = fields["column"] { item.column = try column.text() }
        let (english, chinese) = (try fields["en"]?.text(), try fields["zh"]?.text())
        if english != nil || chinese != nil { item.wording = Wording(english ?? "", chinese ?? "") }
      }
      items.append(item)
    }
    return items
  }

  private func controls(_ node: StudyNode) throws(StudyError) -> [StudyControl] {
    guard let pairs = node.pairs else {
      return try node.names().map { StudyControl($0.text, at: $0.place) }
    }
    var controls: [StudyControl] = []
    for (code, value) in pairs {
      var control = StudyControl(code.text, at: code.place)
      if value.isEmpty {
        // Only the name.
      } else if value.scalar != nil {
        control.name = try value.wording()
      } else {
        let fields = try value.fields(["en", "zh", "name", "column", "labels", "to"])
        if let column = fields["column"] { control.column = try column.text() }
        if let name = fields["name"] {
          control.name = try name.wording()
        } else {
          let (english, chinese) = (try fields["en"]?.text(), try fields["zh"]?.text())
          if english != nil || chinese != nil { control.name = Wording(english ?? "", chinese ?? "") }
        }
        control.targets = try fields["to"]?.names()
        if let labels = fields["labels"] {
          control.labels = try self.labels(labels).map { ($0.value.text, $0.label) }
        }
      }
      controls.append(control)
    }
    return controls
  }

  private func labels(_ node: StudyNode) throws(StudyError) -> [(value: StudyName, label: Wording)] {
    guard let pairs = node.pairs else {
      throw node.failure(
        .wrongValue, "\(node.name) should give a name for each value.",
        hint: "Write for instance {1: men, 2: women}.")
    }
    var labels: [(value: StudyName, label: Wording)] = []
    for (value, label) in pairs { labels.append((value, try label.wording())) }
    return labels
  }

  // MARK: Structure

  private func additions(_ node: StudyNode) throws(StudyError) -> [StudyText] {
    guard let elements = node.elements else {
      return [StudyText(try node.text(), at: node.place)]
    }
    var lines: [StudyText] = []
    for element in elements { lines.append(StudyText(try element.text(), at: element.place)) }
    return lines
  }

  private func hypotheses(_ node: StudyNode) throws(StudyError) -> [StudyHypothesis] {
    var hypotheses: [StudyHypothesis] = []
    for (id, value) in try numbered(node, prefix: "H") {
      let arrows = try arrows(value)
      guard arrows.names.count == 2 else {
        throw value.failure(
          .wrongValue, "A hypothesis is about one path, and \(id) names \(arrows.names.count) variables.",
          hint: "Put chains such as \"PU -> FI -> FB\" under \"mediations\".")
      }
      var hypothesis = StudyHypothesis(
        id, from: arrows.names[0], to: arrows.names[1], sign: arrows.sign, text: arrows.text)
      hypothesis.path.place = arrows.place
      hypotheses.append(hypothesis)
    }
    return hypotheses
  }

  private func mediations(_ node: StudyNode) throws(StudyError) -> [StudyMediation] {
    var mediations: [StudyMediation] = []
    for (id, value) in try numbered(node, prefix: "M") {
      let arrows = try arrows(value)
      guard arrows.names.count > 2 else {
        throw value.failure(
          .wrongValue, "A mediation leads from one construct to another over at least one between them.",
          hint: "Write for instance \"PU -> FI -> FB\".")
      }
      mediations.append(
        StudyMediation(id, chain: arrows.names, sign: arrows.sign, text: arrows.text, at: arrows.place))
    }
    return mediations
  }

  private func paths(_ node: StudyNode) throws(StudyError) -> [StudyPath] {
    var paths: [StudyPath] = []
    for (_, value) in try numbered(node, prefix: "") {
      let arrows = try arrows(value)
      for (from, to) in zip(arrows.names, arrows.names.dropFirst()) {
        paths.append(StudyPath(from: from, to: to, at: arrows.place))
      }
    }
    return paths
  }

  /// A list or a mapping, as pairs of an id and a value; a list is numbered.
  private func numbered(_ node: StudyNode, prefix: String) throws(StudyError) -> [(
    id: String, value: StudyNode
  )] {
    if let pairs = node.pairs { return pairs.map { ($0.key.text, $0.value) } }
    if node.scalar != nil { return [(prefix + "1", node)] }
    var result: [(id: String, value: StudyNode)] = []
    for (index, element) in (node.elements ?? []).enumerated() {
      // "- H1: PEOU -> PU" is a mapping of one key.
      if let pairs = element.pairs, pairs.count == 1, let pair = pairs.first,
        !["path", "sign", "text", "from", "to", "id"].contains(pair.key.text)
      {
        result.append((pair.key.text, pair.value))
      } else if let id = try? element.fields(["id", "path", "sign", "text", "from", "to"])["id"]?.text() {
        result.append((id, element))
      } else {
        result.append((prefix + String(index + 1), element))
      }
    }
    return result
  }

  private struct Arrows {
    var names: [String]
    var sign: ExpectedSign?
    var text: Wording?
    var place: StudyPlace?
  }

  /// `PU -> FI (+)`, or its long form with `path` or `from` and `to`, `sign`, `text`.
  private func arrows(_ node: StudyNode) throws(StudyError) -> Arrows {
    if let scalar = node.scalar { return try arrows(scalar, node) }
    let fields = try node.fields(["id", "path", "from", "to", "sign", "text"])
    var arrows: Arrows
    if let path = fields["path"] {
      arrows = try self.arrows(try path.text(), path)
    } else if let from = fields["from"], let to = fields["to"] {
      arrows = Arrows(names: [try from.text().trimmedSpaces, try to.text().trimmedSpaces], place: from.place)
    } else {
      throw node.failure(.missingKey, "\(node.name) names no path.", hint: "Write \"path: PU -> FI\".")
    }
    if let sign = fields["sign"] {
      arrows.sign = try sign.choice([
        "+": .positive, "-": .negative, "positive": .positive, "negative": .negative, "−": .negative,
        "正": .positive,
        "负": .negative,
      ])
    }
    arrows.text = try fields["text"]?.wording()
    return arrows
  }

  private func arrows(_ text: String, _ node: StudyNode) throws(StudyError) -> Arrows {
    var rest = text.trimmedSpaces
    var sign: ExpectedSign?
    for (mark, value) in [
      ("+", ExpectedSign.positive), ("＋", .positive), ("-", .negative), ("−", .negative), ("–", .negative),
      ("－", .negative),
    ] {
      for ending in ["(\(mark))", "（\(mark)）", " \(mark)"] where rest.hasSuffix(ending) {
        sign = value
        rest = rest.dropLast(ending.count).trimmedSpaces
      }
    }
    let isBackward = rest.contains("<-") || rest.contains("←")
    for arrow in ["→", "⟶", "=>", "←", "＞"] { rest = rest.replacing(arrow, with: isBackward ? "<-" : "->") }
    // AMOS writes FI <--- PU.
    while rest.contains("--") { rest = rest.replacing("--", with: "-") }
    var names = rest.split(separator: isBackward ? "<-" : "->", omittingEmptySubsequences: false).map(
      \.trimmedSpaces)
    if isBackward { names.reverse() }
    guard names.count > 1, !names.contains(where: \.isEmpty), !rest.contains("<->") else {
      throw node.failure(
        .wrongValue, "\(quoted(text)) is no path.",
        hint: "Write for instance \"PU -> FI (+)\": cause, arrow, outcome, sign.")
    }
    return Arrows(names: names, sign: sign, place: node.place)
  }

  private func groups(_ node: StudyNode) throws(StudyError) -> StudyGroups {
    if let variable = node.scalar { return StudyGroups(StudyName(variable, at: node.place)) }
    let fields = try node.fields(["variable", "name", "labels", "file"])
    guard let variable = fields["variable"] else {
      throw node.failure(
        .missingKey, "\"groups\" names no variable.", hint: "Add a line such as \"variable: gender\".")
    }
    var groups = StudyGroups(StudyName(try variable.text(), at: variable.place))
    if let name = fields["name"] { groups.name = try name.wording() }
    groups.file = try fields["file"]?.text()
    if let labels = fields["labels"] {
      let labels = try self.labels(labels)
      groups.values = labels.map(\.value.text)
      groups.labels = labels.map(\.label)
    }
    return groups
  }
}

extension StudyName {
  /// Names stand in models: letters, digits, dots and underscores.
  func requireUsable() throws(StudyError) {
    let isUsable =
      text.first.map { $0.isLetter || $0 == "_" || $0 == "." } == true
      && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    guard isUsable else {
      throw StudyError(
        .wrongValue, "\(quoted(text)) cannot be the short name of a construct.",
        hint:
          "Use letters, digits, dots and underscores, beginning with a letter; the full name goes after \"name:\".",
        at: place)
    }
  }
}
