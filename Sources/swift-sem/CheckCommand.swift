internal import ArgumentParser
internal import SEM
internal import SEMReport

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look at a model, and at data for it, without fitting.",
    discussion: """
      Shows the complete parameter table, degrees of freedom, whether the model is identified (and if not, which \
      parameters cannot be told apart), and what in the data would prevent or endanger a fit.

      Examples:
        swift-sem check model.lav
        swift-sem check model.lav --data survey.csv --na -99

      Exit status: 0 fine, 2 usage or syntax, 5 not identified, 6 data.
      """)

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Data") var source: DataArguments
  @OptionGroup(title: "Output") var output: OutputArguments

  func run() throws {
    try output.check(inputs: [model.model] + source.files)
    let (text, name) = try model.read()
    do {
      let data = try source.read()
      let model = try Model(
        text, preset: self.model.preset.value,
        options: try self.model.options(hasGroups: data?.hasGroups ?? false))
      let check = try ModelCheck(model, source: data, group: self.model.group)
      try output.write(json: { check.json }, text: { check.text(width: $0) })
      if !check.dataErrors.isEmpty { throw ExitStatus.data }
      if check.identification?.isIdentified == false { throw ExitStatus.notIdentified }
    } catch let error as SEMError {
      throw Failure(error, file: name, dataFile: source.mainFile)
    }
  }
}

extension ModelCheck {
  init(_ model: Model, source: DataArguments.Source?, group: String?) throws(SEMError) {
    if case .covariances(let matrices, let labels) = source {
      try self.init(
        model, moments: matrices.map(\.moments), groupLabels: labels, problems: matrices.flatMap(\.problems))
    } else if let table = try source?.table() {
      try self.init(model, data: table, group: group)
    } else {
      try self.init(model)
    }
  }
}
