internal import ArgumentParser
internal import SEM
internal import SEMReport

/// Options of `fit` for effects and resampling.
struct InferenceArguments: ParsableArguments {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Add direct, indirect and total effects: 'all', or one pair as 'x->y'; may be repeated.",
      valueName: "x->y"))
  var effects: [String] = []

  /// The effects asked for; `nil` for none.
  func effectSelections() throws -> [EffectSelection] {
    try effects.map { text in
      if text == "all" { return .all }
      let parts = text.split(separator: ">", maxSplits: 1).map(String.init)
      guard parts.count == 2, parts[0].hasSuffix("-") else {
        throw Failure(
          code: "usage.effects", message: "--effects \(text) names no pair of variables.",
          hint: "Write --effects all, or --effects 'x->y'.", status: .usage)
      }
      func trimmed(_ text: some StringProtocol) -> String {
        text.split(separator: " ").joined(separator: " ")
      }
      return .pair(from: trimmed(parts[0].dropLast()), to: trimmed(parts[1]))
    }
  }

  /// What was asked for beyond the summary, as further members of the JSON and further text.
  func additions(to summary: FitSummary) throws -> (json: [(String, JSONValue)], text: String) {
    var json: [(String, JSONValue)] = []
    var text = ""
    let selections = try effectSelections()
    let groups = summary.fit.table.blocks.map(\.groupLabel)
    do {
      if let table = try effectTable(selections, summary) {
        json.append(("effects", table.json(groups: groups)))
        text += "\n" + table.text(groups: groups)
      }
    } catch let error as InferenceError {
      throw SEMError.inference(error)
    }
    return (json, text)
  }

  private func effectTable(_ selections: [EffectSelection], _ summary: FitSummary) throws -> EffectTable? {
    guard !selections.isEmpty else { return nil }
    var table = EffectTable.empty
    for selection in selections {
      table.merge(try summary.fit.effects(selection, covariance: summary.covariance))
    }
    return table
  }
}
