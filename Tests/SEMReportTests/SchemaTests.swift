import Foundation
import SEM
import SEMReport
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

  @Test func theValidatorSeesFaults() throws {
    let fit = try Model("f =~ x1 + x2 + x3").fit(to: Self.holzinger())
    var value = try #require(Self.object(FitSummary(fit).json) as? [String: Any])
    value["npar"] = "six"
    value["status"] = "splendid"
    value["parameters"] = nil
    #expect(try Schema(named: "fit-1").problems(value).count == 3)
  }
}
