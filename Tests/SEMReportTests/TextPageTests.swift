import SEMNumerics
import Testing

@testable import SEMReport

@Suite struct TextPageTests {
  @Test func blankLinesNeverDouble() {
    var page = TextPage(width: 40)
    page.blank()
    page.add("a  ")
    page.blank()
    page.blank()
    page.heading("b")
    #expect(page.text == "a\n\nb\n")
  }

  @Test func narrowPagesHaveForty() {
    #expect(TextPage(width: 3).width == 40)
  }

  @Test func definitionsHang() {
    var page = TextPage(width: 40)
    page.definitions([("Cases", "one two three four five six seven"), ("Free parameters", "21")])
    #expect(
      page.lines == [
        "  Cases            one two three four", "                   five six seven", "  Free parameters  21",
      ])
  }

  @Test func gridIsReadDownwards() {
    var page = TextPage(width: 40)
    page.grid((1...5).map { (name: "x\($0)", value: "0.\($0)") }, nameWidth: 4, valueWidth: 5)
    #expect(page.lines == ["  x1      0.1    x4      0.4", "  x2      0.2    x5      0.5", "  x3      0.3"])
  }

  @Test func gridOfChineseNames() {
    var page = TextPage(width: 40)
    page.grid([("有用", "1.000"), ("信任1", "0.500")], limit: 1)
    #expect(page.lines == ["  有用   1.000", "  信任1  0.500"])
  }

  @Test func trianglesComeInPanels() {
    var page = TextPage(width: 40)
    let names = (1...7).map { "v\($0)" }
    let matrix = Matrix(rows: (0..<7).map { row in (0..<7).map { Double(min(row, $0)) } })
    page.triangle("T", names, matrix)
    #expect(page.lines.allSatisfy { $0.displayWidth <= 40 })
    #expect(page.lines.prefix(4) == ["T", "", "         v1     v2     v3     v4     v5", "  v1  0.000"])
    #expect(page.lines.suffix(3) == ["         v6     v7", "  v6  5.000", "  v7  5.000  6.000"])
  }
}

@Suite struct TextTableTests {
  private let columns = [("Estimate", 0), ("S.E.", 1), ("z", 2)].map {
    (column: TextTable.Column($0.0, entries: ["1.000"]), rank: $0.1)
  }

  @Test func numbersAreAlignedToTheRight() {
    let table = TextTable(columns: columns, names: 8, pageWidth: 40)
    #expect(table.titles("Kind") == ["Kind      Estimate     S.E.        z"])
    #expect(table.titles("Long kind") == ["Long kind", "          Estimate     S.E.        z"])
    #expect(table.row("有用", ["1.000", "", "2.000"]) == ["有用         1.000             2.000"])
  }

  @Test func columnsLeaveByRank() {
    let table = TextTable(columns: columns, names: 20, least: 16, pageWidth: 38)
    #expect(table.keptPositions == [0, 1])
    #expect(TextTable(columns: columns, names: 60, least: 60, pageWidth: 20).keptPositions == [0])
  }

  @Test func longNamesStandAlone() {
    let table = TextTable(columns: columns, names: 8, pageWidth: 40)
    #expect(table.row("a_long_name", ["1.000", "0.100", "10.000"]).count == 2)
  }
}
