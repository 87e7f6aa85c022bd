internal import ArgumentParser
internal import SEM
internal import SEMReport
internal import SEMStudy

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The language of a report.
enum LanguageChoice: String, Choice {
  case en, zh
  var value: StudyLanguage { self == .zh ? .chinese : .english }
}

struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract:
      "Do a whole survey study: from one study file to the tables, diagrams and report that a paper prints.",
    discussion: """
      A study file names the data, constructs with their items, hypotheses, mediations, groups and options. \
      --init writes one, with comments, from a data file or a model; edit it, then run it.

      Examples:
        swift-sem study --init survey.csv --output study.yaml
        swift-sem study study.yaml
        swift-sem study study.yaml --format html,docx,tex --language zh --output report

      Exit status: 0 fine, 2 usage or study file, 3 inadmissible, 4 not converged, 5 not identified, 6 data.
      """)

  @Argument(
    help: ArgumentHelp(
      "The study file; with --init a data file, or a model file and perhaps its data.", valueName: "file"))
  var files: [String]

  @Flag(
    name: .customLong("init"),
    help: "Write a study file from a CSV file or a lavaan model instead of running one.")
  var initialize = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The folder of the report (default: the study file's name and -report); with --init the study file (default: the terminal).",
      valueName: "path"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The forms of the report, separated by commas: html, docx, tex, md, text, csv, json. JSON, with every figure at full precision, is always written; --format json alone also answers and fails in JSON.",
      valueName: "list"))
  var format = "html,docx"

  @Option(help: "The language of the report: zh or en; by default that of the study file.")
  var language: LanguageChoice?

  @Flag(help: "At most 200 bootstrap draws: a first look, not for print.")
  var quick = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of threads, on which no result depends.", valueName: "number"))
  var threads: Int?

  func run() throws {
    if initialize { return try writeDraft() }
    let formats = try formats()
    guard files.count == 1, let path = files.first else {
      throw Failure(
        code: "usage.files", message: "One study file is run at a time.",
        hint: "Name one file; what it needs besides is named inside.", status: .usage)
    }
    if let threads, threads < 1 {
      throw Failure(code: "usage.threads", message: "--threads must be at least 1.", status: .usage)
    }
    do {
      var file = try StudyFile(contentsOf: path)
      if let threads { file.options.threads = threads }
      if quick { file.options.bootstrapDraws = min(file.options.bootstrapDraws, 200) }
      let language = language?.value ?? file.language
      let folder = try ReportFolder(output ?? defaultFolder(path))
      let study = try Study(file)
      let result = Progress.following(language) { study.run(progress: $0) }
      let report = StudyReport(result)
      let written = try folder.write(report.document, formats: formats, language: language)
      let summary = StudySummary(result, files: written.files, remarks: written.remarks)
      if formats == [.json] {
        try Output.write(summary.json.text() + "\n", to: nil)
      } else {
        try Output.write(summary.text(language), to: nil)
      }
      switch result.status {
      case .proper: return
      case .inadmissible: throw ExitStatus.inadmissible
      case .notConverged: throw ExitStatus.notConverged
      case .notIdentified: throw ExitStatus.notIdentified
      case .notFitted: throw ExitStatus.data
      }
    } catch let error as StudyError {
      throw Failure(error)
    }
  }

  /// The forms that were asked for; JSON is written besides.
  private func formats() throws -> [DocumentFormat] {
    try format.split(separator: ",").map { name in
      let name = name.trimmedSpaces.lowercased()
      let other = ["markdown": "md", "latex": "tex", "word": "docx", "txt": "text"][name]
      guard let format = DocumentFormat(rawValue: other ?? name) else {
        throw Failure(
          code: "usage.format", message: "--format does not know \"\(name)\".",
          hint: "Use some of " + DocumentFormat.allCases.map(\.rawValue).joined(separator: ", ") + ".",
          status: .usage)
      }
      return format
    }
  }

  private func defaultFolder(_ path: String) -> String {
    URL(filePath: path).deletingPathExtension().lastPathComponent + "-report"
  }

  // MARK: --init

  private func writeDraft() throws {
    guard (1...2).contains(files.count) else {
      throw Failure(
        code: "usage.files", message: "--init takes a data file, or a model file and its data.",
        status: .usage)
    }
    if let output { try Output.check(output, option: "--output", isNoneOf: files) }
    let draft: StudyDraft
    do {
      if let model = files.first(where: Self.isModel) {
        let text = try Self.read(model)
        let syntax: ModelSyntax
        do { syntax = try ModelSyntax(parsing: text) } catch {
          throw Failure(.syntax(error), file: model, dataFile: nil)
        }
        let data = files.first { $0 != model }
        draft = StudyDraft(
          model: syntax, dataFile: data.map(beside) ?? "survey.csv",
          table: try data.map { try DataTable(contentsOf: $0) },
          language: language?.value ?? .english)
      } else {
        guard files.count == 1 else {
          throw Failure(
            code: "usage.files", message: "--init makes a study of one data file.",
            hint: "A model file has the ending .lav, .lavaan, .mod or .txt.", status: .usage)
        }
        draft = StudyDraft(
          data: try DataTable(contentsOf: files[0]), dataFile: beside(files[0]),
          language: language?.value ?? .english)
      }
    } catch let error as DataError {
      throw Failure(error)
    }
    try Output.write(draft.text, to: output)
  }

  private static func read(_ path: String) throws -> String {
    do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
      throw Failure(
        code: "usage.unreadable-model", message: "\(path) cannot be read.", hint: "Check the name.",
        status: .usage)
    }
  }

  /// Model files are known by their ending, or by an operator that no data file has.
  private static func isModel(_ path: String) -> Bool {
    let ending = URL(filePath: path).pathExtension.lowercased()
    if ["lav", "lavaan", "mod", "model", "r"].contains(ending) { return true }
    guard ending == "txt" || ending.isEmpty, let text = try? String(contentsOfFile: path, encoding: .utf8)
    else {
      return false
    }
    return text.contains("=~")
  }

  /// The path of a data file as seen from the folder of the study file.
  private func beside(_ path: String) -> String {
    guard let output, !path.hasPrefix("/") else { return path }
    let folder = URL(filePath: output).deletingLastPathComponent().standardizedFileURL.pathComponents
    let target = URL(filePath: path).standardizedFileURL.pathComponents
    let shared = zip(folder, target).prefix { $0 == $1 }.count
    return ([String](repeating: "..", count: folder.count - shared) + target[shared...]).joined(
      separator: "/")
  }
}

/// The folder into which a report is written.
private struct ReportFolder {
  let url: URL
  private let name: String

  /// Makes the folder, so that a report that cannot be written is known before anything is computed.
  init(_ path: String) throws {
    name = path
    url = URL(filePath: path, directoryHint: .isDirectory)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw Self.unwritable(path)
    }
    guard FileManager.default.isWritableFile(atPath: url.path) else { throw Self.unwritable(path) }
  }

  func write(_ document: Document, formats: [DocumentFormat], language: StudyLanguage) throws
    -> (files: [String], remarks: [String])
  {
    var files: [String] = []
    var remarks: [String] = []
    for format in formats + (formats.contains(.json) ? [] : [.json]) {
      let rendered = document.rendered(as: format, name: "report", language: language)
      for file in rendered.files {
        let target = url.appending(path: file.name)
        do {
          try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
          try Data(file.bytes).write(to: target, options: .atomic)
        } catch {
          throw Self.unwritable(target.path)
        }
      }
      // Tables and figures have a folder of their own: it stands for them.
      files += rendered.files.map(\.name).map { file in
        file.split(separator: "/").count > 1 ? file.prefix { $0 != "/" } + "/" : Substring(file)
      }.reduce(into: [String]()) { if !$0.contains(String($1)) { $0.append(String($1)) } }
        .map { (name.hasSuffix("/") ? name : name + "/") + $0 }.filter { !files.contains($0) }
      remarks += rendered.remarks.filter { !remarks.contains($0) }
    }
    return (files, remarks)
  }

  private static func unwritable(_ path: String) -> Failure {
    Failure(
      code: "usage.unwritable-output", message: "--output: \(path) cannot be written.",
      hint: "Give a folder in which you may write.", status: .usage)
  }
}

extension Failure {
  init(_ error: StudyError) {
    let isData = [
      .textColumn, .constantItem, .allMissing, .tooFewCases, .groups, .unavailable,
    ].contains(error.code)
    self.init(
      code: error.code.rawValue, message: error.message, hint: error.hint, status: isData ? .data : .usage)
    file = error.file
    line = error.place?.line
    column = error.place?.column
    excerpt = error.excerpt
  }
}
