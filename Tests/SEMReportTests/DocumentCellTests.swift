import SEMStudy
import Testing

@testable import SEMReport

@Suite struct DocumentCellTests {
  private func text(_ content: DocumentCell.Content, _ style: DocumentStyle = DocumentStyle()) -> String {
    CellText(DocumentCell(content), .english, style).text
  }

  @Test(arguments: [
    (DocumentCell.Content.number(0.7424, decimals: 3), "0.742"), (.number(-0.0004, decimals: 3), "0.000"),
    (.number(nil, decimals: 3), "–"), (.number(.nan, decimals: 3), "–"),
    (.number(-.infinity, decimals: 3), "–"),
    (.number(1234.5, decimals: 0), "1234"), (.number(12_345_678.9, decimals: 3), "1.23e+07"),
    (.integer(-3), "-3"),
    (.probability(0.0009999), "<0.001"), (.probability(0.001), "0.001"), (.probability(0), "<0.001"),
    (.probability(nil), "–"),
    (.percent(0.3419, decimals: 1), "34.2%"), (.percent(nil, decimals: 1), "–"),
    (.interval(lower: 0.093, upper: 0.281, decimals: 3), "[0.093, 0.281]"),
    (.interval(lower: nil, upper: 1, decimals: 2), "[–, 1.00]"),
    (.starred(0.469, probability: 0.0001, decimals: 3), "0.469***"),
    (.starred(0.469, probability: 0.01, decimals: 3), "0.469*"),
    (.starred(0.469, probability: 0.0499, decimals: 3), "0.469*"),
    (.starred(0.469, probability: 0.05, decimals: 3), "0.469"),
    (.starred(0.469, probability: nil, decimals: 3), "0.469"),
    (.starred(nil, probability: 0.001, decimals: 3), "–"),
    (.starred(-0.2, probability: 0.009, decimals: 2), "-0.20**"), (.empty, ""),
    (.verdict(true, "yes"), "yes"),
  ])
  func goldenNumbers(_ content: DocumentCell.Content, _ expected: String) {
    #expect(text(content) == expected)
  }

  @Test func styles() {
    let amos = DocumentStyle(smallProbability: .stars)
    #expect(text(.probability(0.0009), amos) == "***")
    #expect(text(.probability(0.283), amos) == "0.283")
    let apa = DocumentStyle(keepsLeadingZero: false)
    #expect(text(.number(0.742, decimals: 3), apa) == ".742")
    #expect(text(.number(-0.742, decimals: 3), apa) == "-.742")
    #expect(text(.number(10.742, decimals: 3), apa) == "10.742")
    #expect(text(.probability(0.0001), apa) == "<.001")
  }

  /// With what pads it, every number's point stands as far from the end of the column.
  @Test func decimalPointsStandUnderEachOther() {
    let cells: [DocumentCell] = [
      .number(441.099), .integer(387), .number(0.03, decimals: 2),
      DocumentCell(.starred(0.4, probability: 0, decimals: 3)), .probability(1e-9),
      DocumentCell(.number(nil, decimals: 3)),
    ]
    let texts = cells.map { CellText($0, .english, DocumentStyle()) }
    #expect(CellText.padding(texts) == ["***", ".400***", "0***", "", "***", ""])
    #expect(CellText.padding([CellText(.text("word"), .english, DocumentStyle())]) == [""])
  }

  @Test func columnsOfNumbersAreFound() {
    let table = DocumentSample.table
    #expect(table.columns.indices.filter { !table.isNumeric(column: $0) } == [0, 9])
  }
}
