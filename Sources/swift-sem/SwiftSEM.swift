internal import ArgumentParser
internal import Foundation

/// The command line tool: arguments and files only, no statistics.
@main
struct SwiftSEM: ParsableCommand {
  static let version = "0.1.0"
  static let configuration = CommandConfiguration(
    commandName: "swift-sem",
    abstract: "Structural equation modeling: reads lavaan's model syntax and fits it to survey data.",
    discussion: """
      Exit status: 0 fine, 2 usage or syntax, 3 fitted but inadmissible, 4 not converged, 5 not identified, 6 data.
      """,
    version: version,
    subcommands: [FitCommand.self, CheckCommand.self])

  /// Parses and runs, and turns every failure into a message and the right exit status.
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let status as ExitStatus {
      leave(status)
    } catch let failure as Failure {
      failure.report(asJSON: wantsJSON(arguments))
      leave(failure.status)
    } catch {
      // Help and version end well; everything else is about the arguments.
      if exitCode(for: error) == .success {
        print(fullMessage(for: error))
        leave(.fine)
      }
      let message = fullMessage(for: error)
      Failure(code: "usage", message: message, status: .usage, isFullMessage: true)
        .report(asJSON: wantsJSON(arguments))
      leave(.usage)
    }
    leave(.fine)
  }

  /// Whether errors, too, are to be JSON; asked of the raw arguments since they may not have parsed.
  private static func wantsJSON(_ arguments: [String]) -> Bool {
    arguments.contains("--format=json")
      || zip(arguments, arguments.dropFirst()).contains { $0 == "--format" && $1 == "json" }
  }

  private static func leave(_ status: ExitStatus) -> Never {
    fflush(nil)
    Foundation.exit(status.rawValue)
  }
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
