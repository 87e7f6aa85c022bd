import Foundation
import Testing

/// `fit` reads a file of rows once where moments are enough; what it writes is what the table gives.
@Suite struct StreamedDataTests {
  private let place: Workplace

  init() throws { place = try Workplace.furnished() }

  /// Factor scores need rows, so that asking for them too makes the command read the table.
  @Test(
    arguments: ["text", "json"],
    ["", "--meanstructure --modification-indices --residuals", "--estimator GLS"])
  func sameReport(_ format: String, _ options: String) throws {
    let arguments =
      ["fit", "abc.lav", "--data", "good.csv", "--format", format]
      + options.split(separator: " ").map(String.init)
    let streamed = try Command.run(arguments, in: place.folder)
    let table = try Command.run(arguments + ["--scores", "scores.csv"], in: place.folder)
    #expect(streamed.status == 0)
    #expect(place.exists("scores.csv"))
    #expect(streamed.output == table.output)
    #expect(streamed.output.count > 500)
  }

  /// The data may come through a pipe, which is read as a table.
  @Test func pipes() throws {
    let text = try place.read("good.csv")
    let file = try place.run("fit", "abc.lav", "--data", "good.csv")
    let pipe = try place.run("fit", "abc.lav", "--data", "/dev/stdin", input: text)
    #expect(pipe.output == file.output)
  }

  /// A command parsed alone and one found in the tree say the same of a mistake.
  @Test(arguments: [["fit"], ["fit", "abc.lav", "--nonsense"], ["fit", "--help"], ["study", "--help"]])
  func helpAndMistakesNameTheProgram(_ arguments: [String]) throws {
    let outcome = try Command.run(arguments, in: place.folder)
    let text = outcome.output + outcome.error
    #expect(text.localizedCaseInsensitiveContains("usage: swift-sem \(arguments[0])"))
  }
}
