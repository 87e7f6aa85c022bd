import SEM
import Testing

@Suite struct DataEncodingTests {
  /// `姓名,分数` and two rows, `张三` and `李四`, in GB18030.
  static let chinese: [UInt8] =
    [0xD0, 0xD5, 0xC3, 0xFB, 0x2C, 0xB7, 0xD6, 0xCA, 0xFD, 0x0D, 0x0A]
    + [0xD5, 0xC5, 0xC8, 0xFD, 0x2C, 0x38, 0x35, 0x2E, 0x35, 0x0D, 0x0A]
    + [0xC0, 0xEE, 0xCB, 0xC4, 0x2C, 0x39, 0x30, 0x0D, 0x0A]

  private func expectChinese(_ table: DataTable) throws {
    #expect(table.variableNames == ["姓名", "分数"])
    #expect(try table.categories(of: "姓名") == ["张三", "李四"])
    #expect(try table.numericColumn("分数") == [85.5, 90])
  }

  @Test func gb18030IsRecognised() throws {
    try expectChinese(DataTable(csv: Self.chinese))
    try expectChinese(DataTable(csv: Self.chinese, options: CSVOptions(encoding: .gb18030)))
  }

  /// 1, 2 and 4 bytes for a character, and the euro sign as Windows writes it.
  @Test func gb18030OfAllLengths() throws {
    let rows: [UInt8] =
      [0xD5, 0xC5, 0x2C, 0x80, 0x35, 0x0A] + [0x95, 0x32, 0x82, 0x36, 0x2C, 0x80, 0x80, 0x0A]
      + [0x82, 0x80, 0x2C, 0x31, 0x0A]
    let table = try DataTable(csv: Self.chinese.prefix(11) + rows, options: CSVOptions(encoding: .gb18030))
    #expect(try table.categories(of: "姓名") == ["张", "𠀀", "個"])
    #expect(try table.categories(of: "分数") == ["€5", "€€", "1"])
    #expect(throws: DataError.self) {
      try DataTable(csv: Self.chinese + [0xC4], options: CSVOptions(encoding: .gb18030))
    }
  }

  @Test func gb18030TrailBytesAreNotDelimiters() throws {
    // 晐 is 0x95 0x7C in GB18030; its second byte is the bar of ASCII.
    let bytes: [UInt8] = [0x95, 0x7C, 0xD6, 0xD0, 0x7C, 0x62, 0x0A, 0x31, 0x7C, 0x32, 0x0A]
    let table = try DataTable(csv: bytes, options: CSVOptions(encoding: .gb18030))
    #expect(table.variableNames.count == 2)
    #expect(try table.numericColumn("b") == [2])
  }

  @Test func utf8Chinese() throws {
    try expectChinese(dataTable("姓名,分数\n张三,85.5\n李四,90\n"))
    try expectChinese(dataTable("\u{FEFF}姓名,分数\n张三,85.5\n李四,90\n"))
  }

  @Test(arguments: [true, false])
  func utf16WithByteOrderMark(lowByteFirst: Bool) throws {
    let bytes = "\u{FEFF}姓名\t分数\r\n张三\t85.5\r\n李四\t90\r\n".utf16.flatMap { unit in
      let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
      return lowByteFirst ? pair : pair.reversed()
    }
    try expectChinese(DataTable(csv: bytes))
  }

  @Test func westernEuropean() throws {
    let bytes =
      Array("n".utf8) + [0xE9] + Array(";x\nJos".utf8) + [0xE9] + Array(";1,5\n\u{7C}".utf8) + [0x80]
      + Array(";2\n".utf8)
    let table = try DataTable(csv: bytes, options: CSVOptions(delimiter: .semicolon))
    #expect(table.variableNames == ["né", "x"])
    #expect(try table.categories(of: "né") == ["José", "|€"])
    #expect(try table.numericColumn("x") == [1.5, 2])
  }

  @Test func invalidUTF8IsRefusedWhenForced() throws {
    let error = try #require(throws: DataError.self) {
      try DataTable(
        csv: Array("a,b\n1,2\nx".utf8) + [0xFF, 0x2C, 0x31], options: CSVOptions(encoding: .utf8))
    }
    #expect(error.code == .invalidEncoding)
    #expect(error.line == 3)
  }

  @Test func utf16WithoutMarkIsExplained() throws {
    let bytes = "a,b\n1,2\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let error = try #require(throws: DataError.self) { try DataTable(csv: bytes) }
    #expect(error.code == .nulByte)
    #expect(error.hint?.contains("UTF-16") == true)
    let table = try DataTable(csv: bytes, options: CSVOptions(encoding: .utf16LittleEndian))
    #expect(try table.numericColumn("b") == [2])
  }
}
