internal import ArgumentParser
internal import Foundation
internal import SEM
internal import SEMReport

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Parse a model, show its parameter table, judge identification and data; fits nothing.")

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Data") var source: DataArguments

  @Option(help: "text or json.")
  var format: OutputFormat = .text

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write to a file instead of the terminal.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp("The width of text output; by default the terminal's, or 80.", valueName: "columns"))
  var width: Int?

  func run() throws {
    let (text, name) = try model.read()
    do {
      let model = try Model(text, preset: self.model.preset.value, options: try self.model.options())
      let check = try ModelCheck(model, source: try source.read(), group: self.model.group)
      switch format {
      case .json: try Output.write(check.json.text() + "\n", to: output)
      case .text:
        try Output.write(check.text(width: width ?? (output == nil ? Terminal.width : 100)), to: output)
      }
      if !check.dataErrors.isEmpty { throw ExitStatus.data }
      if check.identification?.isIdentified == false { throw ExitStatus.notIdentified }
    } catch let error as SEMError {
      throw Failure(error, file: name)
    }
  }
}

extension ModelCheck {
  init(_ model: Model, source: DataArguments.Source?, group: String?) throws(SEMError) {
    switch source {
    case .table(let table): try self.init(model, data: table, group: group)
    case .covariance(let covariance):
      try self.init(model, moments: covariance.moments, problems: covariance.problems)
    case nil: try self.init(model)
    }
  }
}
