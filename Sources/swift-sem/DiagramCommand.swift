internal import ArgumentParser
internal import SEM
internal import SEMReport

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

struct DiagramCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagram",
    abstract: "Draw the path diagram of a model, with or without estimates.",
    discussion: """
      The ending of --output tells what is written: .svg, .tex (TikZ), .dot (Graphviz), and, with the program \
      rsvg-convert, .pdf or .png. With several groups there is one file for each.

      Examples:
        swift-sem diagram model.lav --output structure.svg
        swift-sem diagram model.lav --data survey.csv --stars --r-squared --output figure.pdf
        swift-sem diagram model.lav --data survey.csv --theme amos --labels labels.csv -o figure.png
      """)

  enum FormatChoice: String, Choice { case svg, tex, dot, pdf, png }

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Data") var source: DataArguments
  @OptionGroup(title: "Estimation") var estimation: EstimationArguments
  @OptionGroup(title: "Diagram") var diagram: DiagramArguments

  @Option(
    name: .customLong("group-label"),
    help: ArgumentHelp("Draw only the group with this value of --group.", valueName: "value"))
  var groupLabel: String?

  @Option(help: "The form; by default that of the ending of --output, and SVG on the terminal.")
  var format: FormatChoice?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write to this file instead of the terminal.", valueName: "file"))
  var output: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The resolution of PNG, 10 to 2400.", valueName: "number"))
  var dpi = 300.0

  func run() throws {
    let format = try checkedFormat()
    try estimation.check()
    let inputs = [model.model, diagram.labels] + source.files
    if let output { try Output.check(output, option: "--output", isNoneOf: inputs) }
    let (text, name) = try model.read()
    let data = try source.read()
    let options = try diagram.options(hasData: data != nil)
    do {
      let model = try Model(
        text, preset: self.model.preset.value, options: try estimation.modelOptions(self.model))
      guard let data else {
        let labels = groupLabel.map { [$0] } ?? []
        let table = try model.specification(groupLabels: self.model.group == nil ? [] : labels).table
        try write(
          table.blocks.map { ($0.groupLabel, PathDiagram(table, group: $0.group, options: options)) }, format)
        return
      }
      let fit = try estimation.fit(model, to: data, group: self.model.group)
      let summary: FitSummary
      do { summary = try FitSummary(fit) } catch { throw SEMError.inference(error) }
      try write(
        zip(fit.table.blocks.map(\.groupLabel), PathDiagram.all(summary, options: options)).map { ($0, $1) },
        format)
      try summary.status.leave()
    } catch let error as SEMError {
      throw Failure(error, file: name, dataFile: source.mainFile)
    }
  }

  private func checkedFormat() throws -> FormatChoice {
    guard (10...2400).contains(dpi) else {
      throw Failure(code: "usage.dpi", message: "--dpi must lie between 10 and 2400.", status: .usage)
    }
    let ending = output.map { URL(filePath: $0).pathExtension.lowercased() }
    if let format { return format }
    guard let ending else { return .svg }
    guard let format = FormatChoice(rawValue: ending == "gv" ? "dot" : ending) else {
      throw Failure(
        code: "usage.picture-format", message: "--output \(output ?? "") does not tell what to write.",
        hint: "End it in .svg, .pdf, .png, .tex or .dot, or add --format.", status: .usage)
    }
    return format
  }

  /// Writes the picture, or one for each group.
  private func write(_ diagrams: [(group: String, diagram: PathDiagram)], _ format: FormatChoice) throws {
    var chosen = diagrams
    if let groupLabel {
      chosen = diagrams.filter { $0.group == groupLabel }
      guard !chosen.isEmpty else {
        throw Failure(
          code: "usage.group-label", message: "There is no group \"\(groupLabel)\".",
          hint: "The groups are \(diagrams.map(\.group).joined(separator: ", ")).", status: .usage)
      }
    }
    guard chosen.count > 1 else {
      if let only = chosen.first { try write(only.diagram, format, to: output) }
      return
    }
    guard let output else {
      throw Failure(
        code: "usage.several-diagrams", message: "There are \(chosen.count) groups, and one terminal.",
        hint: "Choose one with --group-label, or give --output: there will be a file for each.",
        status: .usage)
    }
    let target = URL(filePath: output)
    let base = target.deletingPathExtension().path
    for (number, item) in chosen.enumerated() {
      let label = item.group.isEmpty ? "\(number + 1)" : item.group
      let safe = String(label.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." ? $0 : "_" })
      try write(item.diagram, format, to: "\(base)-\(safe).\(target.pathExtension)")
    }
  }

  private func write(_ diagram: PathDiagram, _ format: FormatChoice, to path: String?) throws {
    switch format {
    case .svg: try Output.write(diagram.drawing().svg, to: path)
    case .tex: try Output.write(diagram.drawing().tikzDocument, to: path)
    case .dot: try Output.write(diagram.dot, to: path)
    case .pdf, .png:
      guard let converter = FigureConverter.installed() else {
        throw Failure(
          code: "usage.no-converter",
          message: "PDF and PNG are made by the program rsvg-convert, which is not installed.",
          hint: FigureConverter.advice + " Or write .svg.", status: .usage)
      }
      let drawing = diagram.drawing()
      let width = Int((drawing.bounds.width * dpi / 96).rounded())
      do {
        let bytes = try converter.convert(drawing.svg, format == .pdf ? .pdf : .png(width: width))
        try Output.write(bytes, to: path)
      } catch let failure as FigureConverter.Failure {
        throw Failure(
          code: "usage.conversion-failed", message: failure.message, hint: "Write .svg instead.",
          status: .usage)
      }
    }
  }
}
