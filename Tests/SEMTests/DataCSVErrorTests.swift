import Foundation
import SEM
import Testing

@Suite struct DataCSVErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var code: DataError.Code
    var line: Int?
    var column: Int?
    var message: String
    var options = CSVOptions()
    var testDescription: String { text.debugDescription }
  }

  static let cases: [Case] = [
    Case(text: "", code: .emptyFile, message: "no data"),
    Case(text: "\u{FEFF}", code: .emptyFile, message: "no data"),
    Case(text: " \n\r\n\t\n", code: .emptyFile, message: "no data"),
    Case(text: "a,b\n", code: .noRows, message: "header with 2 names"),
    Case(text: "a,b\n\n\n", code: .noRows, message: "no row"),
    Case(text: "a,b,c\n1,2,3\n4,5\n", code: .raggedRow, line: 3, column: 3, message: "2 cells"),
    Case(text: "a,b\n1,2\n\n1,2,3,4\n", code: .raggedRow, line: 4, column: 3, message: "4 cells"),
    Case(text: "a,b\n1,2,3\n", code: .raggedRow, line: 2, column: 3, message: "header has 2 names"),
    Case(
      text: "1,2\n1,2,3\n", code: .raggedRow, line: 2, column: 3, message: "first row has 2",
      options: CSVOptions(hasHeader: false)),
    Case(text: "a,b,a\n1,2,3\n", code: .duplicateName, line: 1, column: 3, message: "Columns 1 and 3"),
    Case(text: "\na,\"a\"\n1,2\n", code: .duplicateName, line: 2, column: 2, message: "\"a\""),
    Case(text: "1,2.5\n3,4\n", code: .missingHeader, line: 1, message: "numbers only"),
    Case(text: "a,b\n1,\"2\n3,4\n", code: .malformedQuote, line: 2, column: 2, message: "never closed"),
    Case(text: "a,b\n1,2\n\"3\"x,4\n", code: .malformedQuote, line: 3, column: 1, message: "\"x\""),
    Case(text: "a,b\n1,2\n3,\0\n", code: .nulByte, line: 3, message: "NUL"),
    Case(text: "PK\u{03}\u{04}xl/workbook", code: .notText, message: "Excel"),
    Case(text: "$FL2@(#) SPSS", code: .notText, message: "SPSS"),
  ]

  @Test(arguments: cases)
  func errorsNameTheirPlace(_ example: Case) throws {
    let error = try #require(throws: DataError.self) { try dataTable(example.text, example.options) }
    #expect(error.code == example.code)
    #expect(error.line == example.line)
    #expect(error.column == example.column)
    #expect(error.message.contains(example.message), "\(error)")
    if error.code == .emptyFile { #expect(error.hint?.contains("names of the variables") == true) }
  }

  @Test func textInANumericVariableNamesCellAndCure() throws {
    let table = try dataTable("id,x3\n1,2\n2,NA\n3,abc\n4,def\n")
    let error = try #require(throws: DataError.self) { try table.numericColumn("x3") }
    #expect(error.code == .textColumn)
    #expect(error.variable == "x3")
    #expect(
      error.description
        == "line 4, column 2: x3 holds \"abc\", which is not a number. If it marks a missing value, add --na \"abc\"."
    )
  }

  @Test(arguments: [
    "1e999", "-1e400", "Inf", "-inf", "123456789e301", "1" + String(repeating: "0", count: 400),
  ])
  func infiniteNumbersAreRefusedWhereTheyAreUsed(cell: String) throws {
    let table = try dataTable("a,b\n1,2\n\(cell),4\n")
    #expect(try table.numericColumn("b") == [2, 4])
    let error = try #require(throws: DataError.self) { try table.numericColumn("a") }
    #expect(error.code == .infiniteValue)
    #expect(error.line == 3)
    #expect(error.column == 1)
  }

  @Test(arguments: [
    "1.2.3", "0x1A", "1e", "e5", "--1", "1 000", "12%", "-", "+", "..", "1d5", "nano", "1_0", "١",
    "３",
    "2024-01-02",
  ])
  func theseAreNotNumbers(cell: String) throws {
    let table = try dataTable("a;b\n\(cell);1.5\n")
    #expect(table["a"]?.isNumeric == false)
    #expect(table["b"]?.isNumeric == true)
  }

  @Test(arguments: ["a,b\n\"1,234\",5\n", "a;b\n1.234;5\n2,5;1\n"])
  func otherDecimalMarksAreExplained(text: String) throws {
    let error = try #require(throws: DataError.self) { try dataTable(text).numericColumn("a") }
    #expect(error.code == .textColumn)
    #expect(error.hint?.contains("decimal mark") == true)
  }

  @Test func unknownVariableSuggestsTheNearest() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let suggestions = [
      "x01": "x1", "scool": "school", "Grade": "grade", "shcool": "school", "X9": "x9", "2x": "x2",
    ]
    for (wrong, right) in suggestions {
      let error = try #require(throws: DataError.self) { try table.numericColumn(wrong) }
      #expect(error.code == .unknownVariable)
      #expect(error.hint == "Did you mean \(right)?")
      #expect(error.file?.hasSuffix("HolzingerSwineford1939.csv") == true)
    }
    let far = try #require(throws: DataError.self) { try table.numericColumn("anxiety") }
    #expect(far.hint?.hasPrefix("The data have id, sex") == true)
  }

  @Test func filesThatCannotBeRead() throws {
    let path = try DataFixture.path("PoliticalDemocracy.csv")
    let wrong = try #require(throws: DataError.self) {
      try DataTable(contentsOf: path.replacingOccurrences(of: "Democracy", with: "Democrasy"))
    }
    #expect(wrong.code == .unreadableFile)
    #expect(wrong.hint == "Did you mean PoliticalDemocracy.csv?")
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let error = try #require(throws: DataError.self) { try DataTable(contentsOf: folder) }
    #expect(error.message.contains("folder"))
    #expect(throws: DataError.self) { try DataTable(columns: []).write(to: folder + "/none/x.csv") }
  }

  @Test func tablesFromColumnsAreChecked() throws {
    let unequal = try #require(throws: DataError.self) {
      try DataTable(columns: [(name: "a", values: [1, 2]), (name: "b", values: [1])])
    }
    #expect(unequal.code == .unequalLengths)
    let twice = try #require(throws: DataError.self) {
      try DataTable(columns: [(name: "a", values: [1]), (name: "a", values: [1])])
    }
    #expect(twice.code == .duplicateName)
    let table = try DataTable(columns: [(name: "a", values: [1, 2, 3])])
    #expect(try table.selecting(rows: [2, 0, 2]).numericColumn("a") == [3, 1, 3])
    #expect(throws: DataError.self) { try table.selecting(rows: [3]) }
    #expect(throws: DataError.self) { try table.selecting(rows: [-1]) }
  }

  @Test func numericCategoriesAreSpelledBriefly() throws {
    let table = try DataTable(columns: [(name: "g", values: [2, 1, .nan, 2.5, 2, 1e20, -0.0])])
    #expect(try table.categories(of: "g") == ["2", "1", "2.5", "1e+20", "0"])
    let selected = try dataTable("g\nb\na\nb\nc\n").selecting(rows: [3, 1])
    #expect(try selected.categories(of: "g") == ["c", "a"])
  }

  @Test func everyCodeIsNamespaced() {
    for code in DataError.Code.allCases { #expect(code.rawValue.hasPrefix("data.")) }
  }
}
