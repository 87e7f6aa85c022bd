internal import ArgumentParser
internal import SEMReport

/// Text for people or JSON for programs.
enum OutputFormat: String, Choice {
  case text, json
}

/// How and where results are written.
struct OutputArguments: ParsableArguments {
  @Option(help: "A report for people, or JSON for programs (then errors are JSON too).")
  var format: OutputFormat = .text

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write to this file instead of the terminal.", valueName: "file"))
  var output: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The columns of the report, 40 to 1000; by default the terminal's, or 80, or 100 in a file. From 100 on there are confidence intervals.",
      valueName: "columns"))
  var width: Int?

  /// Refuses what cannot be written before anything is computed.
  func check(inputs: [String?]) throws {
    if let width, !(40...1000).contains(width) {
      throw Failure(
        code: "usage.width", message: "--width must lie between 40 and 1000, not \(width).", status: .usage)
    }
    if let output { try Output.check(output, option: "--output", isNoneOf: inputs) }
  }

  /// Writes one of two forms of a result.
  func write(json: () -> JSONValue, text: (_ width: Int) -> String) throws {
    switch format {
    case .json: try Output.write(json().text() + "\n", to: output)
    case .text: try Output.write(text(width ?? (output == nil ? Terminal.width : 100)), to: output)
    }
  }
}
