import Foundation
import SEM
import SEMReport
import SEMStudy
import Testing

@Suite struct SchemaTests {
  static func holzinger() throws -> DataTable {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SEMTests/Fixtures/data/HolzingerSwineford1939.csv")
    return try DataTable(csv: file)
  }

  static func object(_ json: JSONValue) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(json.text().utf8))
  }

  @Test(arguments: [
    "visual =~ x1 + x2 + x3 \n textual =~ x4 + x5 + x6", "visual =~ x1 + a*x2 + b*x3 \n a == b \n d := a*b",
    "f =~ x1 + x2", "x1 ~ x2 + x3", "f =~ x1 + x2 + x3 \n x1 ~ 1",
  ])
  func fitsKeepTheirSchema(_ model: String) throws {
    let fit = try Model(model).fit(to: Self.holzinger())
    var options = FitSummary.Options()
    options.modificationIndices = true
    options.residuals = true
    let value = try Self.object(FitSummary(fit, options: options).json)
    let problems = try Schema(named: "fit-1").problems(value)
    #expect(problems == [], "\(problems.prefix(3))")
  }

  @Test func groupsKeepTheSchema() throws {
    let fit = try Model("f =~ x1 + x2 + x3", preset: .cfa).fit(to: Self.holzinger(), group: "school")
    #expect(try Schema(named: "fit-1").problems(Self.object(FitSummary(fit).json)) == [])
  }

  @Test(arguments: ["f =~ x1 + x2 + x3", "f =~ x1 + x2"])
  func checksKeepTheirSchema(_ model: String) throws {
    let check = try ModelCheck(Model(model), data: Self.holzinger())
    #expect(try Schema(named: "check-1").problems(Self.object(check.json)) == [])
  }

  @Test(arguments: StudyLanguage.allCases)
  func reportsKeepTheirSchema(_ language: StudyLanguage) throws {
    let schema = try Schema(named: "report-1")
    var options = FitSummary.Options()
    options.modificationIndices = true
    options.residuals = true
    let fit = try Model("visual =~ x1 + x2 + x3 \n textual =~ x4 + x5 + x6").fit(to: Self.holzinger())
    for document in [DocumentSample.small, try FitSummary(fit, options: options).document()] {
      let value = try Self.object(document.json(language))
      let problems = schema.problems(value)
      #expect(problems == [], "\(problems.prefix(3))")
      #expect((value as? [String: Any])?["language"] as? String == language.rawValue)
    }
  }

  @Test func reportsKeepFullPrecision() throws {
    let json = try #require(try Self.object(DocumentSample.small.json(.english)) as? [String: Any])
    let table = try #require((json["tables"] as? [String: Any])?["paths"] as? [String: Any])
    let row = try #require((table["rows"] as? [[String: Any]])?[1])
    #expect(row["est"] as? Double == 0.505_123_456_789)
    #expect(row["p"] as? Double == 1e-9)
    #expect((row["std"] as? [String: Double])?["p"] == 1e-9)
    #expect((row["verdict"] as? [String: Any])?["value"] as? Bool == true)
    let printed = try #require((table["printed"] as? [[String: String]])?[1])
    #expect(printed["est"] == "0.505" && printed["p"] == "<0.001" && printed["std"] == "0.469***")
    #expect(table["roles"] as? [String] == ["heading", "body", "body", "body", "total"])
  }

  @Test func theValidatorSeesFaultsOfReports() throws {
    var value = try #require(try Self.object(DocumentSample.small.json(.english)) as? [String: Any])
    value["language"] = "de"
    value["more"] = 1
    var tables = try #require(value["tables"] as? [String: [String: Any]])
    tables["paths"]?["rows"] = [["est": ["lower": 1]]]
    value["tables"] = tables
    #expect(try Schema(named: "report-1").problems(value).count == 3)
  }

  @Test func theValidatorSeesFaults() throws {
    let fit = try Model("f =~ x1 + x2 + x3").fit(to: Self.holzinger())
    var value = try #require(Self.object(FitSummary(fit).json) as? [String: Any])
    value["npar"] = "six"
    value["status"] = "splendid"
    value["parameters"] = nil
    #expect(try Schema(named: "fit-1").problems(value).count == 3)
  }
}
