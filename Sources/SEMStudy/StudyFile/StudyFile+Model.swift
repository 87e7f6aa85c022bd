internal import SEM

extension StudyFile {
  /// The measurement model in lavaan's syntax: each construct with its items.
  public var measurementModel: String {
    constructs.map { construct in
      SyntaxPrinter.name(construct.code) + " =~ "
        + construct.items.map { SyntaxPrinter.name($0.code) }.joined(separator: " + ")
    }.joined(separator: "\n")
  }

  /// The structural paths in the order of the outcomes: causes before what they bring about.
  ///
  /// Those of the hypotheses, then ``paths``, then steps of mediations that are in neither, then the controls.
  public var structuralPaths: [StudyPath] {
    var all: [StudyPath] = []
    func add(_ path: StudyPath) {
      if !all.contains(where: { $0.from == path.from && $0.to == path.to }) { all.append(path) }
    }
    hypotheses.forEach { add($0.path) }
    paths.forEach(add)
    for mediation in mediations {
      for (from, to) in zip(mediation.chain, mediation.chain.dropFirst()) {
        add(StudyPath(from: from, to: to, at: mediation.place))
      }
    }
    guard !all.isEmpty else { return [] }
    let causes = Set(all.map(\.from))
    let outcomes = Set(all.map(\.to))
    let last = constructs.map(\.code).filter { outcomes.contains($0) && !causes.contains($0) }
    for control in controls {
      // In a model with feedback every outcome is a cause too.
      let targets = control.targets?.map(\.text) ?? (last.isEmpty ? Array(outcomes).sorted() : last)
      for target in targets { add(StudyPath(from: control.code, to: target, at: control.place)) }
    }
    let order = causalOrder(of: all)
    return all.enumerated().sorted { left, right in
      let (first, second) = (order[left.element.to] ?? 0, order[right.element.to] ?? 0)
      return (first, left.offset) < (second, right.offset)
    }.map(\.element)
  }

  /// The place of each outcome: after all its causes, as far as there is no feedback.
  private func causalOrder(of paths: [StudyPath]) -> [String: Int] {
    var order: [String: Int] = [:]
    var rest = constructs.map(\.code).filter { code in paths.contains { $0.to == code } }
    while !rest.isEmpty {
      let ready = rest.filter { code in
        !paths.contains { $0.to == code && rest.contains($0.from) && $0.from != code }
      }
      let next = ready.isEmpty ? [rest[0]] : ready
      for code in next { order[code] = order.count }
      rest.removeAll { next.contains($0) }
    }
    return order
  }

  /// Whether the study has a structural part.
  public var isStructural: Bool {
    model.map { (try? ModelSyntax(parsing: $0.text))?.hasRegressions ?? true } ?? !structuralPaths.isEmpty
  }

  /// The structural model in lavaan's syntax: the author's own, or that of the paths; `nil` without paths.
  ///
  /// Controls covary with each other and with the exogenous constructs, unless ``StudyOptions/independentControls`` says
  /// otherwise; that they are uncorrelated is then written down, so that everybody sees it.
  public var structuralModel: String? {
    if let model {
      var text = model.text
      if let syntax = try? ModelSyntax(parsing: text), !syntax.hasMeasurement {
        text = measurementModel + "\n\n" + text
      }
      return additions.isEmpty ? text : text + "\n" + additions.map(\.text).joined(separator: "\n")
    }
    let paths = structuralPaths
    guard !paths.isEmpty else { return nil }
    var lines = [measurementModel, ""]
    var seen: Set<String> = []
    for outcome in paths.map(\.to) where seen.insert(outcome).inserted {
      let causes = paths.filter { $0.to == outcome }.map { SyntaxPrinter.name($0.from) }
      lines.append(SyntaxPrinter.name(outcome) + " ~ " + causes.joined(separator: " + "))
    }
    lines += controlCovariances(outcomes: seen)
    lines += additions.map(\.text)
    return lines.joined(separator: "\n")
  }

  private func controlCovariances(outcomes: Set<String>) -> [String] {
    guard !controls.isEmpty else { return [] }
    let names = controls.map { SyntaxPrinter.name($0.code) }
    var lines: [String] = []
    for construct in constructs where !outcomes.contains(construct.code) {
      let terms = names.map { options.independentControls ? "0*" + $0 : $0 }
      lines.append(SyntaxPrinter.name(construct.code) + " ~~ " + terms.joined(separator: " + "))
    }
    for (index, name) in names.enumerated().dropLast() {
      lines.append(name + " ~~ " + names[(index + 1)...].joined(separator: " + "))
    }
    return lines
  }

  /// The constructs of a model in lavaan's syntax, with their observed indicators.
  static func constructs(of model: StudyText) throws(StudyError) -> [StudyConstruct] {
    let syntax: ModelSyntax
    do { syntax = try ModelSyntax(parsing: model.text) } catch { throw StudyError(error, in: model) }
    let constructs = syntax.measurement.map { latent, indicators in
      StudyConstruct(latent, items: indicators.map { StudyItem($0, at: model.place) }, at: model.place)
    }
    // What measures a factor of higher order is no item.
    let codes = Set(constructs.map(\.code))
    let first = constructs.filter { !$0.items.contains { codes.contains($0.code) } }
    guard !first.isEmpty else {
      throw StudyError(
        .missingKey, "The model measures no construct.",
        hint: "Add lines such as \"PU =~ PU1 + PU2 + PU3\", or a \"constructs:\" section.", at: model.place)
    }
    return first
  }
}

extension ModelSyntax {
  /// The latent variables with their indicators, in the order of the text.
  var measurement: [(latent: String, indicators: [String])] {
    var result: [(latent: String, indicators: [String])] = []
    for (left, op, right) in formulas where op == .measurement {
      for latent in left {
        let index = result.firstIndex { $0.latent == latent } ?? result.endIndex
        if index == result.endIndex { result.append((latent, [])) }
        result[index].indicators += right.filter { !result[index].indicators.contains($0) }
      }
    }
    return result
  }
  /// The regressions, outcome first, in the order of the text.
  var regressions: [(outcome: String, cause: String)] {
    formulas.filter { $0.op == .regression }.flatMap { formula in
      formula.left.flatMap { outcome in formula.right.map { (outcome, $0) } }
    }
  }
  var hasMeasurement: Bool { formulas.contains { $0.op == .measurement } }
  var hasRegressions: Bool { formulas.contains { $0.op == .regression } }

  /// The formulas with the names of their variables.
  private var formulas: [(left: [String], op: Operator, right: [String])] {
    statements.compactMap { statement in
      guard case .formula(let left, let op, let right) = statement.kind else { return nil }
      return (left.compactMap(\.variableName), op, right.compactMap(\.variableName))
    }
  }
}

extension Term {
  /// The variable, where the term is one.
  var variableName: String? {
    if case .variable(let name) = target { name.text } else { nil }
  }
}

extension StudyError {
  /// A mistake in a model text that stands in the study file.
  init(_ error: SyntaxError, in text: StudyText) {
    self.init(
      .wrongValue, error.message, hint: error.hint,
      at: text.place.map { StudyPlace(line: $0.line + error.line - 1, column: $0.column + error.column - 1) })
  }
}
