import Foundation
import Testing

@Suite struct FitCommandTests {
  private let place: Workplace

  init() throws { place = try Workplace.furnished() }

  private func json(_ outcome: Command.Outcome) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    return try #require(object)
  }

  @Test(arguments: ["--help", "help fit", "fit --help", "check --help", "fit -h"])
  func helpEndsWell(_ arguments: String) throws {
    let outcome = try Command.run(arguments.split(separator: " ").map(String.init))
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("USAGE: swift-sem"))
    #expect(outcome.error.isEmpty)
  }

  @Test func versionIsShown() throws {
    let outcome = try Command.run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(#/^\d+\.\d+\.\d+\n$/#))
  }

  @Test func textIsEightyColumnsWide() throws {
    let outcome = try place.run("fit", "abc.lav", "--data", "good.csv")
    #expect(outcome.status == 0)
    #expect(outcome.error.isEmpty)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first == "Structural equation model")
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(!outcome.output.contains("CI lower"))
    let wide = try place.run("fit", "abc.lav", "--data", "good.csv", "--width", "120")
    #expect(wide.output.contains("CI lower"))
  }

  struct Ending: Sendable, CustomTestStringConvertible {
    var arguments: String
    var status: Int32
    var name: String
    var says: String
    var testDescription: String { arguments }
  }

  @Test(arguments: [
    Ending(arguments: "fit abc.lav --data good.csv", status: 0, name: "proper", says: "proper"),
    Ending(
      arguments: "fit abc.lav --cov heywood.csv --nobs 100", status: 3, name: "inadmissible",
      says: "[negative-variance]"),
    Ending(
      arguments: "fit tau.lav --data good.csv --tolerance 1e-300", status: 4, name: "not-converged",
      says: "[not-converged]"),
    Ending(arguments: "fit two.lav --data good.csv", status: 5, name: "not-identified", says: "(f=~b)"),
    Ending(arguments: "fit unscaled.lav --data good.csv", status: 5, name: "not-identified", says: "(f=~a)"),
    Ending(arguments: "fit residuals.lav --data good.csv", status: 5, name: "not-identified", says: "(a~~b)"),
  ])
  func statusTellsHowItEnded(_ ending: Ending) throws {
    let arguments = ending.arguments.split(separator: " ").map(String.init)
    let text = try Command.run(arguments, in: place.folder)
    #expect(text.status == ending.status)
    #expect(text.error.isEmpty)
    #expect(text.output.contains(ending.says))
    if ending.status > 3 { #expect(!text.output.contains("S.E.")) }
    let outcome = try Command.run(arguments + ["--format", "json"], in: place.folder)
    #expect(outcome.status == ending.status)
    let json = try json(outcome)
    #expect(json["schema"] as? String == "swift-sem/fit/1")
    #expect(json["status"] as? String == ending.name)
    #expect((json["warnings"] as? [Any])?.isEmpty == (ending.status == 0))
  }

  @Test(arguments: [
    "fit windows.lav --data crlf.csv", "fit chinese.lav --data gb18030.csv",
    "fit gb18030.lav --data gb18030.csv",
    "fit abc.lav --cov cov.csv --nobs 100", "fit abc.lav --cov cov.csv --nobs 100 --means means.csv",
    "fit abc.lav --data good.csv --baseline baseline.lav", "fit abc.lav --data good.csv --estimator ml",
    "fit abc.lav --data good.csv --information first-order --likelihood wishart --std-lv --preset cfa",
    "fit abc.lav --data groups.csv --group size --group-equal loadings,intercepts",
    "fit abc.lav --data good.csv --modification-indices --residuals --format json",
  ])
  func goodCommandsEndWell(_ arguments: String) throws {
    let outcome = try Command.run(arguments.split(separator: " ").map(String.init), in: place.folder)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(!outcome.output.isEmpty)
    #expect(outcome.error.isEmpty)
  }

  @Test func modelMayComeFromStandardInput() throws {
    let outcome = try place.run("fit", "-", "--data", "good.csv", input: "f =~ a + b + c")
    #expect(outcome.status == 0)
    #expect(outcome.output == (try place.run("fit", "abc.lav", "--data", "good.csv")).output)
  }

  @Test func groupsAreNamedByTheirLabels() throws {
    let outcome = try place.run("fit", "abc.lav", "--data", "groups.csv", "--group", "size")
    #expect(outcome.output.contains("Group 1: 小微 (30 cases)"))
    let json = try json(
      try place.run("fit", "abc.lav", "--data", "groups.csv", "--group", "size", "--format", "json"))
    #expect(json["groups"] as? [String] == ["小微", "中型"])
  }

  @Test(arguments: [["--na", "-99"], ["--na=-99"], ["--na", "-99.0", "--na", "none"]])
  func codesMayBeNegative(_ option: [String]) throws {
    let outcome = try Command.run(["fit", "abc.lav", "--data", "coded.csv"] + option, in: place.folder)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("40 of 60; 20 with missing values dropped (listwise)"))
  }

  @Test func outputReplacesAFile() throws {
    try place.write("report.txt", "old")
    let outcome = try place.run("fit", "abc.lav", "--data", "good.csv", "--output", "report.txt")
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
    #expect(try place.read("report.txt").hasPrefix("Structural equation model\n"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.folder.path).allSatisfy {
        !$0.contains(".tmp")
      })
  }

  @Test func outputStaysWhenTheCommandFails() throws {
    try place.write("report.txt", "old")
    let outcome = try place.run("fit", "typo.lav", "--data", "good.csv", "-o", "report.txt")
    #expect(outcome.status == 2)
    #expect(try place.read("report.txt") == "old")
  }

  @Test func outputIsWrittenForImproperFits() throws {
    let outcome = try place.run(
      "fit", "two.lav", "--data", "good.csv", "-o", "report.json", "--format", "json")
    #expect(outcome.status == 5)
    #expect(try place.read("report.json").contains("\"not-identified\""))
  }

  @Test func scoresHaveARowForEachRow() throws {
    let outcome = try place.run(
      "fit", "abc.lav", "--data", "coded.csv", "--na", "-99", "--scores", "scores.csv", "--score-method",
      "bartlett")
    #expect(outcome.status == 0)
    let lines = try place.read("scores.csv").split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast()
    #expect(lines.count == 61)
    #expect(lines.first == "f")
    #expect(Double(lines[2]) != nil)
    #expect(Double(lines[1]) == nil, "the first row has a missing value and no score")
  }

  @Test func readersMayLeave() throws {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = try Command.executable()
    process.arguments = ["fit", "abc.lav", "--data", "good.csv"]
    process.currentDirectoryURL = place.folder
    process.standardOutput = pipe
    let errors = Pipe()
    process.standardError = errors
    try pipe.fileHandleForReading.close()
    try process.run()
    try pipe.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    try errors.fileHandleForWriting.close()
    #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDiskIsTold() throws {
    let outcome = try place.run("fit", "abc.lav", "--data", "good.csv", "--output", "/dev/full")
    #expect(outcome.status == 2)
    #expect(outcome.error.contains("/dev/full cannot be written"))
  }

  @Test func checkShowsTheTable() throws {
    let outcome = try place.run("check", "abc.lav", "--data", "good.csv")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("Degrees of freedom  0"))
    #expect(
      outcome.output.contains("  f =~ a                         1.000    model")
        || outcome.output.contains("f =~ a"))
  }

  @Test(arguments: [("two.lav", "good.csv", 5), ("abc.lav", "sum.csv", 6), ("abc.lav", "few.csv", 6)])
  func checkTellsProblems(_ model: String, _ data: String, _ status: Int32) throws {
    let outcome = try place.run("check", model, "--data", data)
    #expect(outcome.status == status)
    let json = try json(try place.run("check", model, "--data", data, "--format", "json"))
    #expect(json["schema"] as? String == "swift-sem/check/1")
    #expect((json["data_errors"] as? [Any])?.isEmpty == (status != 6))
    #expect(json["identified"] as? Bool == (status != 5))
  }

  @Test func checkNeedsNoData() throws {
    let outcome = try place.run("check", "chinese.lav")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("满意度 =~ 有用"))
  }
}
