internal import SEM

/// A value of a study file with its place and its name in messages, such as `constructs.PU`.
struct StudyNode {
  /// The value.
  let node: YAMLValue
  /// The keys that lead to it.
  let path: String
  /// Where it stands.
  var place: StudyPlace? { node.place }

  /// Reads a file's text.
  static func root(of text: String) throws(StudyError) -> StudyNode {
    let document: YAMLValue?
    do { document = try YAMLReader.document(of: text) } catch { throw StudyError(error, text) }
    guard let document, case .mapping = document.content else {
      throw StudyError(
        .missingKey, "The file holds no study.",
        hint: "A study file has lines such as \"title: …\", \"data: survey.csv\" and \"constructs:\".",
        at: StudyPlace(line: 1, column: 1))
    }
    return StudyNode(node: document, path: "")
  }

  /// What a reader calls this value.
  var name: String { path.isEmpty ? "the study" : "\"\(path)\"" }

  /// An error about this value.
  func failure(_ code: StudyError.Code, _ message: String, hint: String? = nil) -> StudyError {
    StudyError(code, message, hint: hint, at: place)
  }

  /// Whether there is nothing after the key.
  var isEmpty: Bool {
    guard case .scalar(let text, let isPlain) = node.content else { return false }
    return isPlain && ["", "~", "null"].contains(text)
  }

  /// The text as it was typed: `no`, `1` and `0.50` stay what they are.
  var scalar: String? {
    isEmpty ? nil : node.text
  }

  /// The values of a list, or `nil`.
  var elements: [StudyNode]? {
    guard case .sequence(let sequence) = node.content else { return nil }
    return sequence.enumerated().map { StudyNode(node: $1, path: "\(path)[\($0 + 1)]") }
  }

  /// The keys with their places and values, in their order, or `nil`.
  var pairs: [(key: StudyName, value: StudyNode)]? {
    guard case .mapping(let mapping) = node.content else { return nil }
    return mapping.map { key, value in
      let text = key.text ?? ""
      return (
        StudyName(text, at: key.place), StudyNode(node: value, path: path.isEmpty ? text : path + "." + text)
      )
    }
  }

  /// The text.
  func text() throws(StudyError) -> String {
    if let scalar { return scalar }
    if isEmpty {
      throw failure(
        .wrongValue, "There is nothing after \(name).", hint: "Write a value, or leave the line out.")
    }
    throw failure(.wrongValue, "\(name) should be a text.")
  }

  /// The values of a mapping whose keys are fixed.
  ///
  /// - Throws: ``StudyError/Code/unknownKey`` with the nearest key.
  func fields(_ known: [String]) throws(StudyError) -> [String: StudyNode] {
    guard let pairs else {
      throw failure(.wrongValue, "\(name) should hold the keys \(listed(known, limit: 20)).")
    }
    var fields: [String: StudyNode] = [:]
    for (key, value) in pairs {
      guard known.contains(key.text) else {
        let nearest = nearestName(to: key.text, in: known)
        throw StudyError(
          .unknownKey, "\(path.isEmpty ? "A study" : name) has no key \(quoted(key.text)).",
          hint: nearest.map { "Did you mean \"\($0)\"?" } ?? "Its keys are \(listed(known, limit: 20)).",
          at: key.place)
      }
      if !value.isEmpty { fields[key.text] = value }
    }
    return fields
  }

  /// A text in one or more languages: `text`, or `{en: …, zh: …}`.
  func wording() throws(StudyError) -> Wording {
    if let scalar { return Wording(scalar) }
    let fields = try fields(StudyLanguage.allCases.map(\.rawValue))
    let english = try fields["en"]?.text()
    let chinese = try fields["zh"]?.text()
    guard english != nil || chinese != nil else {
      throw failure(.wrongValue, "\(name) should be a text, or texts for en and zh.")
    }
    return Wording(english ?? "", chinese ?? "")
  }

  /// One of several words.
  func choice<Value>(_ choices: KeyValuePairs<String, Value>) throws(StudyError) -> Value {
    let text = try text()
    for (name, value) in choices where name.lowercased() == text.lowercased() { return value }
    let names = choices.map(\.key)
    throw failure(
      .wrongValue, "\(name) cannot be \(quoted(text)).",
      hint: nearestName(to: text, in: names).map { "Did you mean \"\($0)\"?" }
        ?? "Write one of \(listed(names, limit: 20)).")
  }

  /// A whole number in a range.
  func integer(_ range: ClosedRange<Int>) throws(StudyError) -> Int {
    let text = try text()
    guard let value = Int(text), range.contains(value) else {
      throw failure(
        .wrongValue,
        "\(name) should be a whole number from \(range.lowerBound) to \(range.upperBound), not \(quoted(text))."
      )
    }
    return value
  }

  /// A number in a range.
  func number(_ range: ClosedRange<Double>) throws(StudyError) -> Double {
    let text = try text()
    guard let value = Double(text), range.contains(value) else {
      throw failure(
        .wrongValue,
        "\(name) should be a number from \(range.lowerBound) to \(range.upperBound), not \(quoted(text)).")
    }
    return value
  }

  /// Yes or no.
  func flag() throws(StudyError) -> Bool {
    try choice(["yes": true, "no": false, "true": true, "false": false])
  }

  /// The lowest and highest answer: `1-5`, or `[1, 5]`.
  func scale() throws(StudyError) -> ClosedRange<Double> {
    var parts: [String]
    if let elements {
      parts = []
      for element in elements { parts.append(try element.text()) }
    } else {
      parts = try text().split(separator: "-", omittingEmptySubsequences: false).map { $0.trimmedSpaces }
    }
    guard parts.count == 2, let low = Double(parts[0]), let high = Double(parts[1]), low < high else {
      throw failure(
        .wrongValue, "\(name) should be the lowest and the highest answer.",
        hint: "Write for instance 1-5, or [0, 10].")
    }
    return low...high
  }

  /// Names in a list, in one line (`PU1 PU2 PU3`, `PU1, PU2`), or as a range (`PU1-PU4`).
  func names() throws(StudyError) -> [StudyName] {
    if let elements {
      var names: [StudyName] = []
      for element in elements {
        names += Self.expanded(try element.text()).map { StudyName($0, at: element.place) }
      }
      return names
    }
    return try text().split(whereSeparator: { " ,，、;；\n".contains($0) })
      .flatMap { Self.expanded(String($0)) }.map { StudyName($0, at: place) }
  }

  /// `PU1-PU4` and `PU1-4` stand for PU1, PU2, PU3 and PU4; any other name for itself.
  static func expanded(_ text: String) -> [String] {
    let ends = text.replacing("–", with: "-").replacing("~", with: "-").split(separator: "-")
    guard ends.count == 2, let first = stem(of: ends[0].trimmedSpaces) else { return [text] }
    let right = ends[1].trimmedSpaces
    let second = stem(of: right) ?? Int(right).map { (first.stem, $0, right.count) }
    guard let second, second.0 == first.stem, second.1 > first.number, second.1 - first.number < 200 else {
      return [text]
    }
    return (first.number...second.1).map { number in
      let digits = String(number)
      // Q01-Q12 keeps its zeros.
      return first.stem + String(repeating: "0", count: max(0, first.width - digits.count)) + digits
    }
  }

  /// The part of a name before its last number, that number, and its digits.
  static func stem(of name: String) -> (stem: String, number: Int, width: Int)? {
    let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, digits.count < 6, digits.count < name.count,
      let number = Int(String(digits.reversed()))
    else {
      return nil
    }
    return (
      String(name.dropLast(digits.count)), number, name.dropLast(digits.count).last == "0" ? 0 : digits.count
    )
  }
}

extension StudyError {
  /// What libyaml says, in our words.
  fileprivate init(_ error: YAMLError, _ text: String) {
    switch error {
    case .unreadable(let problem, let place?):
      let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
      var shown = place
      // libyaml stops a line below a key that a full-width colon made part of a text.
      let near = max(0, place.line - 2)..<min(lines.count, place.line)
      if let index = near.first(where: { lines[$0].contains("：") && !lines[$0].contains(": ") }),
        let colon = lines[index].firstIndex(of: "：")
      {
        shown = StudyPlace(
          line: index + 1, column: lines[index].distance(from: lines[index].startIndex, to: colon) + 1)
      }
      self.init(.yaml, "This is not readable: \(problem).", hint: cure(near: place.line, lines), at: shown)
    case .unreadable(let problem, nil):
      self.init(.yaml, "This is not readable: \(problem).", hint: "Save the file as UTF-8 text.")
    case .duplicateKey(let name, let first, let second):
      self.init(
        .duplicateName,
        first.line == second.line
          ? "\(quoted(name)) stands twice in one list of keys."
          : "\(quoted(name)) stands here and in line \(first.line).",
        hint: "Give each a name of its own, or join the two.", at: second)
    }
  }
}

/// The usual causes, in the order in which they happen to people.
private func cure(near line: Int, _ lines: [String]) -> String {
  let near = lines[max(0, line - 2)..<min(lines.count, line)]
  if near.contains(where: { $0.contains("\t") }) {
    return "YAML does not allow tabs: indent with spaces."
  }
  if near.contains(where: { $0.contains("：") }) {
    return "Write the colon in English form, \": \" with a space, not the full-width \"：\"."
  }
  if near.contains(where: { $0.contains("“") || $0.contains("”") || $0.contains("，") }) {
    return "Write commas and quotation marks in English form where they are not part of a text."
  }
  return
    "Look at the indentation, for a colon without a space after it, and for a text that holds \": \" or begins with"
    + " a sign such as @, %, & or *: put such a text in quotes."
}
