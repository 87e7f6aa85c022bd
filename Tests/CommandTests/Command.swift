import Foundation
import Testing

/// Runs the built command.
enum Command {
  /// How a run ended and what it wrote.
  struct Outcome: Sendable {
    var status: Int32
    var output: String
    var error: String
  }

  /// Runs the command with a folder of its own as the current one.
  static func run(_ arguments: [String], input: String = "", in folder: URL? = nil) throws -> Outcome {
    let process = Process()
    process.executableURL = try executable()
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "COLUMNS" }
    // Files, not pipes: nothing has to be read while the command runs.
    let place = try Workplace()
    let output = place.folder.appending(path: "stdout")
    let error = place.folder.appending(path: "stderr")
    try place.write("stdin", input)
    for file in [output, error] { try Data().write(to: file) }
    process.standardInput = try FileHandle(forReadingFrom: place.folder.appending(path: "stdin"))
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: error)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: error), as: UTF8.self))
  }

  /// The executable that `swift build --build-tests` leaves beside the tests.
  static func executable() throws -> URL {
    let starts = [CommandLine.arguments.first, ProcessInfo.processInfo.environment["XCTestBundlePath"]]
    let bundles = starts.compactMap { $0.map { URL(filePath: $0) } } + [Bundle.main.bundleURL]
    for start in bundles {
      var folder = start.resolvingSymlinksInPath()
      for _ in 0..<5 {
        folder.deleteLastPathComponent()
        let candidate = folder.appending(path: "swift-sem")
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder),
          !isFolder.boolValue,
          FileManager.default.isExecutableFile(atPath: candidate.path)
        {
          return candidate
        }
      }
    }
    throw NotBuilt()
  }

  struct NotBuilt: Error, CustomStringConvertible {
    var description: String { "swift-sem is not beside the tests: run swift build first" }
  }

  /// The data that the tests of the library use too.
  static func data(_ name: String) -> String {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return tests.appending(path: "SEMTests/Fixtures/data/\(name).csv").path
  }
}
