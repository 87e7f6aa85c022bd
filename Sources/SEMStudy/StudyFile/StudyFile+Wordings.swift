internal import SEM

extension StudyFile {
  /// Reads wordings from a CSV file with the columns `code`, `en` and `zh` (one of the two may be missing).
  mutating func read(wordings node: StudyNode, beside studyFile: String?) throws(StudyError) {
    let name = try node.text()
    let path = Self.path(of: name, beside: studyFile)
    let table: DataTable
    do {
      table = try DataTable(contentsOf: path)
    } catch {
      throw node.failure(
        .unreadableFile, "The wordings in \(quoted(name)) cannot be read: \(error.message)", hint: error.hint)
    }
    guard let codes = table["code"]?.texts, table["en"] != nil || table["zh"] != nil else {
      throw node.failure(
        .wrongValue, "\(quoted(name)) has no columns \"code\" and \"en\" or \"zh\".",
        hint: "Its first line should be: code,en,zh")
    }
    let none = [String?](repeating: nil, count: codes.count)
    let english = table["en"]?.texts ?? none
    let chinese = table["zh"]?.texts ?? none
    for (row, code) in codes.enumerated() {
      guard let code, english[row] != nil || chinese[row] != nil else { continue }
      guard set(Wording(english[row] ?? "", chinese[row] ?? ""), for: code) else {
        let known =
          constructs.map(\.code) + items.map(\.code) + controls.map(\.code) + hypotheses.map(\.id)
          + mediations.map(\.id)
        throw node.failure(
          .unknownConstruct, "\(quoted(name)) words \(quoted(code)), which the study does not have.",
          hint: nearestName(to: code, in: known).map { "Did you mean \"\($0)\"?" })
      }
    }
  }

  /// Gives everything of that code its wording; whether there is such a thing.
  private mutating func set(_ wording: Wording, for code: String) -> Bool {
    for index in constructs.indices {
      if constructs[index].code == code {
        constructs[index].name = wording
        return true
      }
      if let item = constructs[index].items.firstIndex(where: { $0.code == code }) {
        constructs[index].items[item].wording = wording
        return true
      }
    }
    var isKnown = false
    for index in controls.indices where controls[index].code == code {
      controls[index].name = wording
      isKnown = true
    }
    for index in data.respondents.indices where data.respondents[index].code == code {
      data.respondents[index].name = wording
      isKnown = true
    }
    for index in hypotheses.indices where hypotheses[index].id == code {
      hypotheses[index].text = wording
      isKnown = true
    }
    for index in mediations.indices where mediations[index].id == code {
      mediations[index].text = wording
      isKnown = true
    }
    if groups?.variable.text == code {
      groups?.name = wording
      isKnown = true
    }
    return isKnown
  }

  /// The path of a file that a study file names: beside it, unless it is absolute.
  static func path(of name: String, beside studyFile: String?) -> String {
    guard let studyFile, !name.hasPrefix("/") else { return name }
    let folder = studyFile.lastIndex(of: "/").map { String(studyFile[...$0]) } ?? ""
    return folder + name
  }

  /// Where the survey lies.
  public var dataPath: String { Self.path(of: data.file, beside: file) }
  /// Where the rows of the groups lie.
  public var groupDataPath: String { groups?.file.map { Self.path(of: $0, beside: file) } ?? dataPath }
}
