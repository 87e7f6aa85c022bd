import Foundation
import Testing

/// Runs the built examples and compares what they print with the stored snapshots.
///
/// To renew a snapshot: `swift run P2PFinancing > Tests/ExampleTests/Snapshots/P2PFinancing.txt`, then read the difference.
/// `MonteCarloStudy 20` is what its test runs.
@Suite struct ExampleTests {
  @Test(arguments: [
    ("P2PFinancing", []), ("HolzingerSwineford", []), ("PoliticalDemocracy", []),
    // Few replications: the study itself wants a release build.
    ("MonteCarloStudy", ["20"]),
  ])
  func printsItsSnapshot(_ name: String, _ arguments: [String]) throws {
    let executable = try #require(
      Self.executable(name), "\(name) is not beside the tests: run swift build first")
    let snapshot = try #require(
      Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Snapshots"))
    let (status, printed) = try Self.run(executable, arguments)
    #expect(status == 0)
    let expected = try String(contentsOf: snapshot, encoding: .utf8)
    let lines = printed.split(separator: "\n", omittingEmptySubsequences: false)
    let expectedLines = expected.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == expectedLines.count)
    for (line, expectedLine) in zip(lines, expectedLines) {
      #expect(Self.agree(line, expectedLine), "printed \(line), expected \(expectedLine)")
    }
  }

  @Test func theSurveyOfModelBIsTheOneThatIsDrawn() throws {
    let executable = try #require(Self.executable("ModelBData"))
    let (status, printed) = try Self.run(executable, [])
    #expect(status == 0)
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "Examples/Data/model-b-survey.csv")
    #expect(try String(contentsOf: file, encoding: .utf8) == printed)
  }

  @Test func comparisonSeesADifference() {
    #expect(Self.agree("  cfi  0.931", "  cfi  0.932"))
    #expect(!Self.agree("  cfi  0.931", "  cfi  0.933"))
    #expect(!Self.agree("  cfi  0.931", "  tli  0.931"))
    #expect(!Self.agree("  cfi  0.931  1", "  cfi  0.931"))
  }

  /// The examples print three decimals, and LAPACK libraries may round the last one differently.
  private static let lastDecimal = 0.001_001

  /// Whether two lines have the same words, numbers within one unit of the last decimal.
  private static func agree(_ line: some StringProtocol, _ expected: some StringProtocol) -> Bool {
    let words = line.split(whereSeparator: \.isWhitespace)
    let expectedWords = expected.split(whereSeparator: \.isWhitespace)
    guard words.count == expectedWords.count else { return false }
    return zip(words, expectedWords).allSatisfy { word, expectedWord in
      if word == expectedWord { return true }
      guard let value = Double(word), let expectedValue = Double(expectedWord) else { return false }
      return (value - expectedValue).magnitude < lastDecimal
    }
  }

  /// The executable in the build folder, which holds the tests' resources too.
  private static func executable(_ name: String) -> URL? {
    var folder = Bundle.module.bundleURL
    for _ in 0..<5 {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: name)
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
    }
    return nil
  }

  private static func run(_ executable: URL, _ arguments: [String]) throws -> (status: Int32, output: String)
  {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = executable
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }
}
