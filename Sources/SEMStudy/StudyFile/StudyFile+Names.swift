internal import SEM

extension StudyFile {
  /// Checks that names are unique and that everything named exists.
  ///
  /// - Throws: ``StudyError/Code/duplicateName``, ``StudyError/Code/unknownConstruct``,
  ///   ``StudyError/Code/pathNotInModel``, with the place.
  func checkNames() throws(StudyError) {
    try checkUnique()
    let items = Set(self.items.map(\.code))
    for name in data.reversed where !items.contains(name.text) {
      throw unknown(
        name, "reversed item", among: items.sorted(), hint: "Reversed items are items of constructs.")
    }
    let codes = constructs.map(\.code)
    let variables = codes + controls.map(\.code)
    for hypothesis in hypotheses {
      try check(hypothesis.path, hypothesis.id, among: variables)
      if let sign = hypothesis.sign,
        let other = hypotheses.first(where: {
          $0.id != hypothesis.id && $0.path.from == hypothesis.path.from && $0.path.to == hypothesis.path.to
            && $0.sign != sign
        }), other.sign != nil
      {
        throw StudyError(
          .duplicateName, "\(hypothesis.id) and \(other.id) expect different signs of one path.",
          at: hypothesis.path.place)
      }
    }
    for path in paths { try check(path, "The path", among: variables) }
    for mediation in mediations {
      for name in mediation.chain where !variables.contains(name) {
        throw unknown(StudyName(name, at: mediation.place), "construct", of: mediation.id, among: variables)
      }
      if Set(mediation.chain).count < mediation.chain.count {
        throw StudyError(
          .wrongValue, "\(mediation.id) passes a construct twice.", hint: "A chain leads on and never back.",
          at: mediation.place)
      }
    }
    for target in controls.flatMap({ $0.targets ?? [] }) where !codes.contains(target.text) {
      throw unknown(target, "construct", among: codes)
    }
    for name in options.competingMerges.joined() where !codes.contains(name.text) {
      throw unknown(name, "construct", among: codes)
    }
    try checkModel()
  }

  private func checkUnique() throws(StudyError) {
    var seen: [String: StudyPlace?] = [:]
    let named =
      constructs.map { ($0.code, $0.place, "construct") }
      + items.map { ($0.code, $0.place, "item") } + controls.map { ($0.code, $0.place, "control") }
    for (name, place, kind) in named {
      if let first = seen[name] {
        let isCrossLoading = model != nil && kind == "item"
        if isCrossLoading { continue }
        throw StudyError(
          .duplicateName,
          "The \(kind) \(quoted(name)) has a name that is already taken\(first.map { " in line \($0.line)" } ?? "").",
          hint: kind == "item"
            ? "An item measures one construct; if two questions share a name, rename a column."
            : "Give each a name of its own.",
          at: place)
      }
      seen[name] = place
    }
    var columns: [String: StudyItem] = [:]
    for item in items {
      if let other = columns[item.column], model == nil {
        throw StudyError(
          .duplicateName, "The items \(other.code) and \(item.code) are one column, \(quoted(item.column)).",
          at: item.place)
      }
      columns[item.column] = item
    }
    var ids: Set<String> = []
    for (id, place) in hypotheses.map({ ($0.id, $0.path.place) }) + mediations.map({ ($0.id, $0.place) })
    where !ids.insert(id).inserted {
      throw StudyError(.duplicateName, "Two hypotheses are named \(quoted(id)).", at: place)
    }
  }

  private func check(_ path: StudyPath, _ id: String, among variables: [String]) throws(StudyError) {
    for name in [path.from, path.to] where !variables.contains(name) {
      let construct = constructs.first { $0.itemCodes.contains(name) }
      throw unknown(
        StudyName(name, at: path.place), "construct", of: id, among: variables,
        hint: construct.map { "\(name) is an item of \($0.code); paths join constructs." }
          ?? (name.contains("(") ? "The sign of a path is (+) or (-), as in \"PU -> FI (+)\"." : nil))
    }
    if path.from == path.to {
      throw StudyError(.wrongValue, "\(id) leads from \(path.from) to itself.", at: path.place)
    }
    if controls.contains(where: { $0.code == path.to }) {
      throw StudyError(
        .wrongValue, "\(id) leads to \(path.to), which is a control.",
        hint: "Controls predict; make it a construct with one item if it is an outcome.", at: path.place)
    }
  }

  /// What the author's own model must hold.
  private func checkModel() throws(StudyError) {
    for text in additions {
      do { _ = try ModelSyntax(parsing: text.text) } catch { throw StudyError(error, in: text) }
    }
    guard let model else { return }
    let syntax: ModelSyntax
    do { syntax = try ModelSyntax(parsing: model.text) } catch { throw StudyError(error, in: model) }
    if syntax.hasMeasurement {
      let latents = syntax.measurement.map(\.latent)
      for construct in constructs where !latents.contains(construct.code) {
        throw unknown(
          StudyName(construct.code, at: construct.place), "latent variable of the model", among: latents)
      }
    }
    let regressions = syntax.regressions
    func isInModel(_ from: String, _ to: String) -> Bool {
      regressions.contains { $0.outcome == to && $0.cause == from }
    }
    for hypothesis in hypotheses where !isInModel(hypothesis.path.from, hypothesis.path.to) {
      throw StudyError(
        .pathNotInModel,
        "\(hypothesis.id) is about \(hypothesis.path.from) -> \(hypothesis.path.to), which the model does not hold.",
        hint: "Add \"\(hypothesis.path.to) ~ \(hypothesis.path.from)\" to the model.",
        at: hypothesis.path.place)
    }
    for mediation in mediations {
      for (from, to) in zip(mediation.chain, mediation.chain.dropFirst()) where !isInModel(from, to) {
        throw StudyError(
          .pathNotInModel, "\(mediation.id) passes \(from) -> \(to), which the model does not hold.",
          hint: "Add \"\(to) ~ \(from)\" to the model.", at: mediation.place)
      }
    }
  }

  private func unknown(
    _ name: StudyName, _ kind: String, of user: String? = nil, among names: [String], hint: String? = nil
  ) -> StudyError {
    let nearest = nearestName(to: name.text, in: names)
    return StudyError(
      .unknownConstruct,
      user.map { "\($0) names \(quoted(name.text)), which is no \(kind)." }
        ?? "There is no \(kind) \(quoted(name.text)).",
      hint: nearest.map { "Did you mean \"\($0)\"?" } ?? hint ?? "The study has \(listed(names, limit: 20)).",
      at: name.place)
  }
}
