internal import ArgumentParser
internal import SEMReport
internal import SEMStudy

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The forms in which a command can write its results.
enum ReportFormat: String, Choice {
  case text, json, html, md, tex, docx, csv

  /// The form of document; `nil` for JSON of the command's own schema.
  var document: DocumentFormat? { self == .json ? nil : DocumentFormat(rawValue: rawValue) }
  /// Whether the result is one text, which standard output can take.
  var isSingleText: Bool { [.text, .json, .html].contains(self) }
}

/// How and where a report is written.
struct ReportArguments: ParsableArguments {
  @Option(
    help:
      "text for people, json for programs (then errors are JSON too), or a document: html, md, tex, docx, csv."
  )
  var format: ReportFormat = .text

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write to this file instead of the terminal; a document's JSON with every figure stands beside it.",
      valueName: "file"))
  var output: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The columns of a text, 40 to 1000; by default the terminal's, or 80, or 100 in a file. From 100 on there are confidence intervals.",
      valueName: "columns"))
  var width: Int?

  @Option(help: "The language of documents and, where it is not English, of text.")
  var language: LanguageChoice = .en

  @Flag(help: "Print probabilities below 0.001 as ***, as AMOS does.")
  var stars = false

  /// How figures are printed.
  var style: DocumentStyle { DocumentStyle(smallProbability: stars ? .stars : .bound) }

  /// What files beside the output are named after: its name without an ending.
  private var name: String { URL(filePath: output ?? "report").deletingPathExtension().lastPathComponent }

  private func beside(_ file: String) -> String {
    URL(filePath: output ?? "").deletingLastPathComponent().appending(path: file).relativePath
  }

  /// The JSON beside a document; `nil` where there is none.
  private var companion: String? {
    guard output != nil, format != .text, format != .json else { return nil }
    return beside(name + ".json")
  }

  /// Refuses what cannot be written before anything is computed.
  func check(inputs: [String?]) throws {
    if let width, !(40...1000).contains(width) {
      throw Failure(
        code: "usage.width", message: "--width must lie between 40 and 1000, not \(width).", status: .usage)
    }
    guard let output else {
      if format.isSingleText { return }
      throw Failure(
        code: "usage.output-needed",
        message: "--format \(format.rawValue) writes files, which standard output cannot take.",
        hint: "Add --output report.\(format.rawValue).", status: .usage)
    }
    try Output.check(output, option: "--output", isNoneOf: inputs)
    if let companion { try checkCompanion(companion, inputs: inputs + [output]) }
  }

  /// Only the JSON of an earlier report may be replaced.
  private func checkCompanion(_ path: String, inputs: [String?]) throws {
    try Output.check(path, option: "--output", isNoneOf: inputs)
    guard let bytes = FileManager.default.contents(atPath: path) else { return }
    let start = String(decoding: bytes.prefix(200), as: UTF8.self)
    guard !start.contains("\"swift-sem/report/1\"") else { return }
    throw Failure(
      code: "usage.output-exists",
      message: "The report's figures go to \(path), but a file of that name is there that is no report's.",
      hint: "Give --output another name, or move that file.", status: .usage)
  }

  /// Writes one of the forms of a result.
  func write(
    json: () -> JSONValue, text: (_ width: Int) -> String, document: () -> Document
  ) throws {
    let columns = width ?? (output == nil ? Terminal.width : 100)
    guard let form = format.document else {
      try Output.write(json().text() + "\n", to: output)
      return
    }
    if format == .text, language == .en {
      try Output.write(text(columns), to: output)
      return
    }
    let document = document()
    let rendered = document.rendered(as: form, name: name, language: language.value, width: columns)
    for remark in rendered.remarks {
      Output.tell("note: \(remark)\n")
    }
    // The document comes last: where it stands, all that it needs stands too.
    if let companion { try Output.write(document.json(language.value).text() + "\n", to: companion) }
    let hasMain = form != .csv
    for file in rendered.files.dropFirst(hasMain ? 1 : 0) {
      let path = beside(file.name)
      let folder = URL(filePath: path).deletingLastPathComponent()
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw Failure(
          code: "usage.unwritable-output", message: "The folder \(folder.relativePath) cannot be made.",
          hint: "Give --output a place that you may write to.", status: .usage)
      }
      try Output.write(file.bytes, to: path)
    }
    if hasMain, let main = rendered.files.first { try Output.write(main.bytes, to: output) }
  }
}

/// Where the figures of a report come from.
enum Provenance {
  /// Names and digests of files; those that were not given, or came from standard input, are left out.
  static func files(_ files: [(id: String, path: String?)]) -> [Document.Provenance] {
    let names = ["data": Wording("Data", "数据文件"), "model": Wording("Model", "模型文件")]
    return files.flatMap { id, path -> [Document.Provenance] in
      guard let path, path != "-",
        let bytes = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
      else { return [] }
      let name = names[id] ?? Wording(id)
      return [
        .init(id, name, URL(filePath: path).lastPathComponent),
        .init(id + "_sha256", name + Wording(", SHA-256", "的SHA-256"), SHA256(bytes).hexadecimal),
      ]
    }
  }

  /// The command as it was given.
  static var command: Document.Provenance {
    let words = CommandLine.arguments.dropFirst().map { word in
      word.contains { " '\"\\$*?<>|&;()".contains($0) }
        ? "'" + word.replacing("'", with: "'\\''") + "'" : word
    }
    return .init("command", Wording("Command", "命令"), ([Software.name] + words).joined(separator: " "))
  }
}
