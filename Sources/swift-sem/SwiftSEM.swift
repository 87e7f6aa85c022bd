internal import ArgumentParser
internal import SEMReport

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The command line tool: arguments and files only, no statistics.
@main
struct SwiftSEM: ParsableCommand {
  static let version = Software.version
  static let configuration = CommandConfiguration(
    commandName: "swift-sem",
    abstract: "Structural equation models: lavaan's model syntax, maximum likelihood, survey data.",
    discussion: """
      Examples:
        swift-sem check model.lav --data survey.csv
        swift-sem fit model.lav --data survey.csv --modification-indices
        swift-sem fit model.lav --cov matrix.csv --nobs 932 --format json

      Exit status: 0 fine, 2 usage or syntax, 3 fitted but inadmissible, 4 not converged, 5 not identified, 6 data.
      """,
    version: version,
    subcommands: [
      FitCommand.self, CheckCommand.self, CompareCommand.self, InvarianceCommand.self, StudyCommand.self,
      DiagramCommand.self, SimulateCommand.self,
    ])

  /// Parses and runs, and turns every failure into a message and the right exit status.
  static func main() {
    // A reader that leaves early, such as `head`, shows as an error of writing instead.
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      try refuseUnknownCommand(arguments)
      try refuseOptionAsMissingCode(arguments)
      var command = try parsed(arguments)
      try command.run()
    } catch let status as ExitStatus {
      leave(status)
    } catch let failure as Failure {
      failure.report(asJSON: wantsJSON(arguments))
      leave(failure.status)
    } catch {
      let failure = afterParsing(error, arguments)
      failure?.report(asJSON: wantsJSON(arguments))
      leave(failure?.status ?? .fine)
    }
    leave(.fine)
  }

  /// The command to run.
  ///
  /// The one that is named first is parsed alone, which takes half the time; the whole tree of commands is needed only
  /// for help, completions and mistakes.
  private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
    for command in configuration.subcommands where command.configuration.commandName == arguments.first {
      if let result = try? command.parseAsRoot(Array(arguments.dropFirst())), type(of: result) == command {
        return result
      }
    }
    return try parseAsRoot(arguments)
  }

  /// Help and version end well; everything else is about the arguments.
  private static func afterParsing(_ error: any Error, _ arguments: [String]) -> Failure? {
    guard exitCode(for: error) != .success else {
      do {
        try Output.write(fullMessage(for: error) + "\n", to: nil)
        return nil
      } catch {
        return error as? Failure
      }
    }
    var text = fullMessage(for: error)
    if text.hasPrefix("Error: ") { text = "error: " + text.dropFirst("Error: ".count) }
    let name = arguments.first.flatMap { first in
      configuration.subcommands.first { $0.configuration.commandName == first }?.configuration.commandName
    }
    return Failure(
      code: "usage", message: message(for: error),
      hint: "See swift-sem \(name.map { $0 + " " } ?? "")--help.", status: .usage, fullText: text)
  }

  /// Names the commands where the first word is none of them.
  private static func refuseUnknownCommand(_ arguments: [String]) throws {
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let first = arguments.first, !first.hasPrefix("-"), !(commands + ["help"]).contains(first) else {
      return
    }
    let isFile = FileManager.default.fileExists(atPath: first)
    throw Failure(
      code: "usage.unknown-command", message: "There is no command '\(first)'.",
      hint: isFile
        ? "To fit a model: swift-sem fit \(first) --data FILE"
        : "The commands are \(commands.joined(separator: ", ")); see swift-sem --help.", status: .usage)
  }

  /// Codes for missing values may begin with a minus sign, so that a forgotten one would swallow the next option.
  private static func refuseOptionAsMissingCode(_ arguments: [String]) throws {
    for (option, value) in zip(arguments, arguments.dropFirst())
    where option == "--na" && value.hasPrefix("--") {
      throw Failure(
        code: "usage.na", message: "--na needs a code before \(value).", hint: "Write for instance --na -99.",
        status: .usage)
    }
  }

  /// Whether errors, too, are to be JSON; asked of the raw arguments since they may not have parsed.
  private static func wantsJSON(_ arguments: [String]) -> Bool {
    arguments.contains("--format=json")
      || zip(arguments, arguments.dropFirst()).contains { $0 == "--format" && $1 == "json" }
  }

  private static func leave(_ status: ExitStatus) -> Never {
    end(status.rawValue)
  }
}

/// Ends the process; within a command, `exit` is the parser's.
private func end(_ status: Int32) -> Never {
  fflush(nil)
  exit(status)
}

/// How the process ends; scripts depend on the numbers.
enum ExitStatus: Int32, Error {
  case fine = 0
  case usage = 2
  case inadmissible = 3
  case notConverged = 4
  case notIdentified = 5
  case data = 6
}

extension FitSummary.Status {
  /// Ends the command with the exit status of a fit that cannot be trusted.
  func leave() throws {
    switch self {
    case .proper: return
    case .inadmissible: throw ExitStatus.inadmissible
    case .notConverged: throw ExitStatus.notConverged
    case .notIdentified: throw ExitStatus.notIdentified
    }
  }
}
