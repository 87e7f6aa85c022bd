import SEM
import Testing

/// Reads a table from a text.
func dataTable(_ text: String, _ options: CSVOptions = CSVOptions()) throws(DataError) -> DataTable {
  try DataTable(csv: Array(text.utf8), options: options)
}

/// Columns with NaN as `nil`, so that they can be compared.
func observed(_ values: [Double]) -> [Double?] { values.map { $0.isNaN ? nil : $0 } }

@Suite struct DataCSVTests {
  /// One small table in many spellings: x is 1, 2.5, missing; y is -3, 400, 0.5.
  static let spellings: [(name: String, text: String)] = [
    ("plain", "x,y\n1,-3\n2.5,4e2\nNA,.5\n"),
    ("no last line end", "x,y\n1,-3\n2.5,4e2\nNA,.5"),
    ("CR LF", "x,y\r\n1,-3\r\n2.5,4e2\r\nNA,.5\r\n"),
    ("CR", "x,y\r1,-3\r2.5,4e2\rNA,.5\r"),
    ("byte order mark", "\u{FEFF}x,y\n1,-3\n2.5,4e2\nNA,.5\n"),
    ("semicolon", "x;y\n1;-3\n2.5;4e2\nNA;.5\n"),
    ("tab", "x\ty\n1\t-3\n2.5\t4e2\nNA\t.5\n"),
    ("bar", "x|y\n1|-3\n2.5|4e2\nNA|.5\n"),
    ("decimal comma", "x;y\n1;-3\n2,5;4e2\nNA;,5\n"),
    ("decimal comma with tabs", "x\ty\n1\t-3\n2,5\t4e2\nNA\t0,5\n"),
    ("decimal comma in quotes, forced", "x,y\n1,-3\n\"2,5\",4e2\nNA,\"0,5\"\n"),
    ("all in quotes", "\"x\",\"y\"\n\"1\",\"-3\"\n\"2.5\",\"4e2\"\n\"NA\",\"0.5\"\n"),
    ("blanks around cells", " x , y\n 1 ,-3 \n2.5 , 4e2\n NA, .5\n"),
    ("blanks around quotes", " \"x\" , y\n \"1\" ,-3 \n2.5 , 4e2\n NA, .5\n"),
    ("blank lines", "\n\n  \nx,y\n1,-3\n\n2.5,4e2\nNA,.5\n\n\n"),
    ("missing as empty", "x,y\n1,-3\n2.5,4e2\n,.5\n"),
    ("missing as empty quotes", "x,y\n1,-3\n2.5,4e2\n\"\",.5\n"),
    ("missing as point", "x,y\n1,-3\n2.5,4e2\n.,.5\n"),
    ("missing as NaN", "x,y\n1,-3\n2.5,4e2\nNaN,.5\n"),
    ("Excel's sep line", "sep=;\nx;y\n1;-3\n2,5;4e2\nNA;,5\n"),
    ("signs and exponents", "x,y\n+1,-3.\n25e-1,4E+02\nNA,0.005e2\n"),
  ]

  @Test(arguments: spellings)
  func spellingsAgree(name: String, text: String) throws {
    var options = CSVOptions()
    if name.hasSuffix("forced") { options.decimalMark = .comma }
    let table = try dataTable(text, options)
    #expect(table.variableNames == ["x", "y"])
    #expect(table.rowCount == 3)
    #expect(observed(try table.numericColumn("x")) == [1, 2.5, nil])
    #expect(observed(try table.numericColumn("y")) == [-3, 400, 0.5])
  }

  @Test func quotedCellsKeepTheirContent() throws {
    let table = try dataTable("id,\"my, item\",\" padded \"\n\"a \"\"b\"\"\",1,x\n\"two\nlines\",2, y \n")
    #expect(table.variableNames == ["id", "my, item", " padded "])
    #expect(try table.categories(of: "id") == ["a \"b\"", "two\nlines"])
    #expect(try table.numericColumn("my, item") == [1, 2])
    #expect(try table.categories(of: " padded ") == ["x", "y"])
  }

  @Test func quoteInsideAnUnquotedCellIsOrdinary() throws {
    #expect(try dataTable("a,b\n5\" tall,1\n").categories(of: "a") == ["5\" tall"])
  }

  @Test func delimiterInsideQuotesIsNotCounted() throws {
    let table = try dataTable("a;b\n\"1,2,3\";4\n\"5,6,7\";8\n")
    #expect(table.variableNames == ["a", "b"])
    #expect(try table.numericColumn("b") == [4, 8])
  }

  @Test func delimiterCanBeForced() throws {
    let table = try dataTable("a;b,c\n1;2,3\n", CSVOptions(delimiter: .comma))
    #expect(table.variableNames == ["a;b", "c"])
  }

  @Test func withoutHeaderColumnsAreNumbered() throws {
    // Commas would give every row three cells as well.
    let table = try dataTable("1,5;2,5\n3,0;4,5\n", CSVOptions(hasHeader: false))
    #expect(table.variableNames == ["V1", "V2"])
    #expect(try table.numericColumn("V1") == [1.5, 3])
    #expect(try table.numericColumn("V2") == [2.5, 4.5])
  }

  @Test func emptyNamesAreFilledAsInR() throws {
    let table = try dataTable("\"\",x,,X.1\n1,2,3,4\n")
    #expect(table.variableNames == ["X", "x", "X.2", "X.1"])
  }

  @Test(arguments: [
    (["-99"], "-99", true), (["-99"], "-99.0", true), (["-99"], "\"-99\"", true), (["-99"], "-9.9e1", true),
    (["-99.00"], "-99", true), (["-99"], "99", false), (["-99"], "-990", false),
    (["-99", "-98"], "-98", true),
    (["999"], " 999 ", true), (["x"], "x", true), (["refused"], "\"refused\"", true),
    ([" n/a "], "n/a", true),
  ])
  func userCodesMarkMissing(codes: [String], cell: String, isMissing: Bool) throws {
    let table = try dataTable("a,b\n1,2\n\(cell),3\n", CSVOptions(missingCodes: codes))
    #expect(try table.numericColumn("a")[1].isNaN == isMissing)
  }

  @Test func userCodesMarkMissingInTextColumns() throws {
    let table = try dataTable("g\na\n-99.0\nb\nNA\n.\n", CSVOptions(missingCodes: ["-99"]))
    #expect(table["g"]?.texts == ["a", nil, "b", nil, nil])
    #expect(table["g"]?.missingCount == 3)
    #expect(try table.categories(of: "g") == ["a", "b"])
  }

  @Test func columnTurnsIntoTextLate() throws {
    let rows = (1...500).map { "\($0),\($0 == 400 ? "n.a." : "0")" }.joined(separator: "\n")
    let table = try dataTable("a,b\n" + rows)
    #expect(table["a"]?.isNumeric == true)
    #expect(table["b"]?.texts.count { $0 == "0" } == 499)
    #expect(table["b"]?.texts[399] == "n.a.")
    #expect(table["b"]?.firstText?.line == 401)
  }

  @Test func numbersInsideQuotesAfterLineEndsKeepLineNumbers() throws {
    let table = try dataTable("a,b\n\"x\n\ny\",1\r\n\"z\",oops\n")
    let error = #expect(throws: DataError.self) { try table.numericColumn("b") }
    #expect(error?.line == 5)
    #expect(error?.column == 2)
  }

  @Test func decimalMarkFollowsTheFirstNumberThatHasOne() throws {
    let table = try dataTable("a;b\n1;2\n3;1,5\n2.5;1\n")
    #expect(try table.numericColumn("b") == [2, 1.5, 1])
    let error = #expect(throws: DataError.self) { try table.numericColumn("a") }
    #expect(error?.line == 4)
    #expect(error?.message.contains("\"2.5\"") == true)
  }

  @Test func commaIsNeverTheMarkBesideCommas() throws {
    let table = try dataTable("a,b\n\"1,5\",2\n")
    #expect(table["a"]?.isNumeric == false)
  }

  @Test func wideAndLongTablesKeepTheirShape() throws {
    let names = (0..<300).map { "v\($0)" }.joined(separator: ",")
    let row = (0..<300).map { "\($0)" }.joined(separator: ",")
    let table = try dataTable(names + "\n" + [String](repeating: row, count: 50).joined(separator: "\n"))
    #expect(table.rowCount == 50)
    #expect(try table.numericColumn("v299") == [Double](repeating: 299, count: 50))
  }

  @Test func writtenTablesReadBack() throws {
    let numbers = [
      0.1, -1e-300, 1e22, 12345.678901234567, .nan, .leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 100,
    ]
    let texts: [String?] = ["a", nil, "b,c", "d\"e", "f\ng", " h ", "ü", "x;y", "a"]
    let table = try DataTable([
      DataTable.Column(name: "score, 1", values: numbers), DataTable.Column(name: "id", texts: texts),
    ])
    for delimiter in CSVOptions.Delimiter.allCases {
      let bytes = table.csv(delimiter: delimiter)
      let options = CSVOptions(delimiter: delimiter, decimalMark: .point)
      let again = try DataTable(csv: bytes, options: options)
      #expect(again.variableNames == table.variableNames)
      #expect(observed(try again.numericColumn("score, 1")) == observed(numbers))
      #expect(again["id"]?.texts == texts)
    }
    #expect(
      String(decoding: table.csv().prefix(30), as: UTF8.self).hasPrefix("\"score, 1\",id\n0.1,a\n-1e-300,NA"))
  }
}
