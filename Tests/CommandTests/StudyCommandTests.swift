import Foundation
import Testing

/// `swift-sem study` as its users see it.
@Suite struct StudyCommandTests {
  /// Two constructs of three items, 80 rows by a rule that mixes bits: the same on every machine.
  static let survey: String = {
    func bits(_ row: UInt32, _ place: UInt32) -> Int {
      var x = row &* 2_654_435_761 &+ place &* 40503 &+ 12345
      x = (x ^ (x >> 15)) &* 2_246_822_519
      x = (x ^ (x >> 13)) &* 3_266_489_917
      return Int(x ^ (x >> 16))
    }
    let rows = (0..<UInt32(80)).map { row -> String in
      let first = 2 + bits(row, 0) % 3
      let second = bits(row, 8) % 2 == 1 ? 2 + (bits(row, 0) + bits(row, 7) % 2) % 3 : first
      let answers =
        [1, 2, 3].map { first + bits(row, $0) % 2 } + [4, 5, 6].map { second + bits(row, $0) % 2 }
      return "\(row + 1)," + answers.map(String.init).joined(separator: ",") + ",\(1 + row % 2)"
    }
    return (["id,A1,A2,A3,B1,B2,B3,sex"] + rows).joined(separator: "\n") + "\n"
  }()

  static let study = """
    title: A small study
    data: {file: survey.csv, scale: 1-5}
    constructs:
      A: A1-A3
      B: B1-B3
    hypotheses:
      H1: A -> B (+)
    options: {bootstrap: 20}
    """

  private func place(_ study: String = study, _ survey: String = survey) throws -> Workplace {
    let place = try Workplace()
    try place.write("study.yaml", study)
    try place.write("survey.csv", survey)
    return place
  }

  @Test func writesAReportWithItsJSON() throws {
    let place = try place()
    let outcome = try place.run("study", "study.yaml", "--format", "html,text,csv", "--output", "out")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.hasPrefix("A small study\n"))
    for file in ["report.html", "report.txt", "report.json", "report-files/paths.csv"] {
      #expect(place.exists("out/" + file))
    }
    #expect(try place.read("out/report.txt").contains("data_sha256") == false)
    #expect(try place.read("out/report.json").contains("\"data_sha256\""))
  }

  @Test func theSameSeedGivesTheSameBytesWhateverTheThreads() throws {
    let place = try place()
    _ = try place.run("study", "study.yaml", "--format", "json", "--output", "one", "--threads", "1")
    _ = try place.run("study", "study.yaml", "--format", "json", "--output", "two", "--threads", "3")
    #expect(try place.read("one/report.json") == place.read("two/report.json"))
  }

  @Test func theLanguageIsThatOfTheFileUnlessAskedOtherwise() throws {
    let place = try place(Self.study + "\nlanguage: zh")
    let chinese = try place.run("study", "study.yaml", "--format", "text")
    #expect(chinese.output.contains("80份答卷") && chinese.output.contains("，CFI "))
    #expect(try place.read("study-report/report.txt").contains("信度分析"))
    let english = try place.run("study", "study.yaml", "--format", "text", "--language", "en")
    #expect(english.output.contains("80 cases"))
  }

  @Test(arguments: [
    ("A: A1-A3", "A: A1-A4", Int32(2), "study.unknown-column", 4),
    ("H1: A ->", "H1: AA ->", 2, "study.unknown-construct", 7),
    ("options:", "optoins:", 2, "study.unknown-key", 8),
    ("B: B1-B3", "A: B1-B3", 2, "study.duplicate-name", 5),
  ]) func mistakesNameFileLineAndCure(
    _ right: String, _ wrong: String, _ status: Int32, _ code: String, _ line: Int
  ) throws {
    let place = try place(Self.study.replacing(right, with: wrong))
    let text = try place.run("study", "study.yaml")
    #expect(text.status == status)
    #expect(text.error.hasPrefix("error: study.yaml, line \(line), column "))
    #expect(text.error.contains("\nhint: "))
    let json = try place.run("study", "study.yaml", "--format", "json")
    #expect(json.status == status)
    #expect(json.output.contains("\"code\": \"\(code)\"") && json.output.contains("\"line\": \(line)"))
  }

  @Test func dataThatForbidAModelEndWithSix() throws {
    let lines = Self.survey.split(separator: "\n")
    let constant = lines.enumerated().map { index, line -> String in
      var cells = line.split(separator: ",").map(String.init)
      if index > 0 { cells[2] = "3" }
      return cells.joined(separator: ",")
    }.joined(separator: "\n")
    let refused = try place(Self.study, constant).run("study", "study.yaml")
    #expect(refused.status == 6 && refused.error.contains("A2 of A has the answer 3 in all 80 rows"))
    let few = try place(Self.study, lines.prefix(6).joined(separator: "\n"))
    let outcome = try few.run("study", "study.yaml", "--format", "text")
    #expect(outcome.status == 6)
    #expect(outcome.output.contains("5 complete rows for 6 variables"))
    #expect(try few.read("study-report/report.txt").contains("Descriptive statistics of the items"))
  }

  @Test func reversedItemsAreSaidWithTheirLine() throws {
    let lines = Self.survey.split(separator: "\n")
    let turned = lines.enumerated().map { index, line -> String in
      var cells = line.split(separator: ",").map(String.init)
      if index > 0, let answer = Int(cells[5]) { cells[5] = String(6 - answer) }
      return cells.joined(separator: ",")
    }.joined(separator: "\n")
    let place = try place(Self.study, turned)
    let outcome = try place.run("study", "study.yaml", "--format", "text")
    #expect(outcome.output.contains("B2 runs against the other items of B"))
    #expect(outcome.output.contains("line 5 of the study file"))
    let draft = try place.run("study", "--init", "survey.csv")
    #expect(draft.output.contains("reversed: [B2]"))
  }

  @Test func aDraftRunsWithoutHandWork() throws {
    let place = try place()
    // Lines break between Chinese characters, never within a word of another script.
    let chinese = try place.run("study", "--init", "survey.csv", "--language", "zh")
    #expect(chinese.output.contains("cutoffs: {alpha: 0.7}"))
    #expect(!chinese.output.contains("# ；"))
    let draft = try place.run("study", "--init", "survey.csv", "--output", "draft.yaml")
    #expect(draft.status == 0 && draft.output.isEmpty)
    let text = try place.read("draft.yaml")
    #expect(text.contains("A: A1-A3") && text.contains("B: B1-B3") && text.contains("respondents: [sex]"))
    #expect(text.contains("id: a number for each row"))
    let outcome = try place.run("study", "draft.yaml", "--quick", "--format", "text")
    #expect(outcome.status == 0 || outcome.status == 3, "\(outcome.error)")
  }

  @Test func aModelBecomesADraftWithItsPaths() throws {
    let place = try place()
    try place.write("model.lav", "A =~ A1 + A2 + A3\nB =~ B1 + B2 + B3\nB ~ A + sex\nA1 ~~ A2\n")
    let draft = try place.run("study", "--init", "model.lav", "survey.csv", "--output", "draft.yaml")
    #expect(draft.status == 0)
    let text = try place.read("draft.yaml")
    #expect(text.contains("H1: A -> B") && text.contains("controls: [sex]") && text.contains("- A1 ~~ A2"))
    #expect(text.contains("file: survey.csv"))
    #expect(try place.run("study", "draft.yaml", "--quick", "--format", "text").status != 2)
  }

  @Test(arguments: [
    (["study"], "Missing expected argument"), (["study", "none.yaml"], "cannot be read"),
    (["study", "study.yaml", "--format", "pdf"], "--format does not know"),
    (["study", "study.yaml", "survey.csv"], "One study file"),
    (["study", "study.yaml", "--output", "survey.csv"], "cannot be written"),
  ]) func usage(_ arguments: [String], _ words: String) throws {
    let place = try place()
    let outcome = try Command.run(arguments, in: place.folder)
    #expect(outcome.status == 2)
    #expect(outcome.error.contains(words), "\(outcome.error)")
  }
}
