import Foundation
import Testing

@Suite struct ReportFormatTests {
  private let place: Workplace

  init() throws { place = try Workplace.furnished() }

  private func json(_ name: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(place.read(name).utf8)) as? [String: Any])
  }

  @Test(arguments: ["html", "md", "tex", "docx"], ["en", "zh"])
  func documentsStandBesideTheirFigures(_ format: String, _ language: String) throws {
    let outcome = try place.run(
      "fit", "abc.lav", "--data", "good.csv", "--format", format, "--language", language, "--output",
      "r.\(format)")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.isEmpty)
    let start = try Data(contentsOf: place.folder.appending(path: "r.\(format)")).prefix(200)
    let signs = ["html": "<!DOCTYPE html>", "md": "# ", "tex": "% Made by", "docx": "PK\u{3}\u{4}"]
    #expect(start.starts(with: Data(try #require(signs[format]).utf8)))
    let report = try json("r.json")
    #expect(report["schema"] as? String == "swift-sem/report/1")
    #expect(report["language"] as? String == language)
    let provenance = try #require(report["provenance"] as? [String: String])
    #expect(provenance["data"] == "good.csv")
    #expect(provenance["data_sha256"]?.count == 64)
    #expect(provenance["command"]?.hasPrefix("swift-sem fit abc.lav --data good.csv") == true)
    // A second run may replace what the first one wrote.
    #expect(
      try place.run(
        "fit", "abc.lav", "--data", "good.csv", "--format", format, "--language", language, "--output",
        "r.\(format)"
      )
      .status == 0)
  }

  @Test func theDigestIsThatOfTheFile() throws {
    try place.write("three.csv", "a,b,c\n1,2,2\n2,1,3\n3,5,1\n4,3,5\n5,6,4\n2,4,6\n")
    _ = try place.run("fit", "abc.lav", "--data", "three.csv", "--format", "html", "--output", "r.html")
    let provenance = try #require(try json("r.json")["provenance"] as? [String: String])
    // sha256sum of that file.
    #expect(provenance["data_sha256"] == "9658e2deb00d7be591ecdacb2b9bce50785c3613708541a50b86de93fb931460")
  }

  @Test(arguments: ["md", "tex", "docx", "csv"])
  func filesNeedAPlace(_ format: String) throws {
    let outcome = try place.run("fit", "abc.lav", "--data", "good.csv", "--format", format)
    #expect(outcome.status == 2)
    #expect(
      outcome.error.contains("standard output cannot take")
        && outcome.error.contains("--output report.\(format)"))
  }

  @Test func aPageGoesToStandardOutputToo() throws {
    let outcome = try place.run("fit", "abc.lav", "--data", "good.csv", "--format", "html")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("<!DOCTYPE html>") && outcome.output.hasSuffix("</html>\n"))
  }

  @Test func otherFilesAreNotReplaced() throws {
    try place.write("r.json", "{\"mine\": 1}")
    let outcome = try place.run(
      "fit", "abc.lav", "--data", "good.csv", "--format", "html", "--output", "r.html")
    #expect(outcome.status == 2)
    #expect(outcome.error.contains("r.json"))
    #expect(try place.read("r.json") == "{\"mine\": 1}")
    #expect(!place.exists("r.html"))
  }

  @Test func tablesBecomeFiles() throws {
    let outcome = try place.run(
      "fit", "abc.lav", "--data", "good.csv", "--format", "csv", "--output", "r.csv")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try place.read("r-files/loadings.csv").hasPrefix("Parameter,Estimate,"))
    #expect(!place.exists("r.csv"))
  }

  @Test func chineseText() throws {
    let outcome = try place.run("fit", "abc.lav", "--data", "good.csv", "--language", "zh", "--stars")
    #expect(outcome.output.hasPrefix("结构方程模型分析报告\n===="))
    #expect(outcome.output.contains("因子载荷"))
  }

  @Test func effectsAndDrawsAreInReports() throws {
    let outcome = try place.run(
      "fit", "abc.lav", "--data", "good.csv", "--effects", "all", "--bootstrap", "20", "--ci", "percentile",
      "--seed", "7", "--format", "html",
      "--output", "r.html")
    #expect(outcome.status == 0, "\(outcome.error)")
    let report = try json("r.json")
    let tables = try #require(report["tables"] as? [String: Any])
    #expect(tables["effects"] != nil && tables["bootstrap"] != nil)
    #expect((report["provenance"] as? [String: String])?["seed"] == "7")
  }

  @Test func anImproperSolutionIsWarnedOf() throws {
    let outcome = try place.run("fit", "abc.lav", "--cov", "heywood.csv", "--nobs", "100", "--format", "html")
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("class=\"warning\""))
  }
}
