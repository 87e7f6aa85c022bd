import Foundation
import Testing

@testable import SEMReport

/// Text kept in a file beside the tests; run with SWIFT_SEM_UPDATE_SNAPSHOTS=1 to write the files anew, then read the
/// difference.
enum Snapshot {
  /// LAPACK libraries may round the last of three decimals differently.
  static let lastDecimal = 0.001_001

  /// Records an issue for each line that differs from the file's.
  static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/\(name).txt")
    let text = withoutSearch(text)
    if ProcessInfo.processInfo.environment["SWIFT_SEM_UPDATE_SNAPSHOTS"] != nil {
      try Data(text.utf8).write(to: file)
      return
    }
    let kept = try String(contentsOf: file, encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let keptLines = kept.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.count == keptLines.count, "\(name) has another number of lines", sourceLocation: sourceLocation)
    for (number, (line, keptLine)) in zip(lines, keptLines).enumerated() where !agree(line, keptLine) {
      Issue.record("\(name), line \(number + 1): \(line), kept \(keptLine)", sourceLocation: sourceLocation)
    }
  }

  /// Without the lines on the search, which depend on rounding.
  private static func withoutSearch(_ text: String) -> String {
    var isSearch = false
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      if line.hasPrefix("  Convergence ") { isSearch = true }
      if line.hasPrefix("  Solution ") { isSearch = false }
      return !isSearch
    }
    return lines.joined(separator: "\n")
  }

  /// Whether two lines have the same words ending in the same columns, numbers within one unit of the last decimal.
  static func agree(_ line: some StringProtocol, _ kept: some StringProtocol) -> Bool {
    let words = Self.words(line)
    let keptWords = Self.words(kept)
    guard words.count == keptWords.count else { return false }
    return zip(words, keptWords).allSatisfy { word, keptWord in
      guard word.end == keptWord.end else { return false }
      if word.text == keptWord.text { return true }
      guard let value = Double(word.text), let keptValue = Double(keptWord.text) else { return false }
      return (value - keptValue).magnitude < lastDecimal
    }
  }

  private static func words(_ line: some StringProtocol) -> [(text: String, end: Int)] {
    var words: [(String, Int)] = []
    var word = ""
    var column = 0
    for character in String(line) + " " {
      if character == " " {
        if !word.isEmpty { words.append((word, column)) }
        word = ""
      } else {
        word.append(character)
      }
      column += character.displayWidth
    }
    return words
  }
}

@Suite struct SnapshotTests {
  @Test func comparisonSeesDifferences() {
    #expect(Snapshot.agree("  CFI  0.931", "  CFI  0.932"))
    #expect(!Snapshot.agree("  CFI  0.931", "  CFI  0.933"))
    #expect(!Snapshot.agree("  CFI  0.931", "  CFI   0.931"))
    #expect(!Snapshot.agree("  CFI  0.931", "  TLI  0.931"))
    #expect(!Snapshot.agree("  CFI  0.931  1", "  CFI  0.931"))
  }
}
