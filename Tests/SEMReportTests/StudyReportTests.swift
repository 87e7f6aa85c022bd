import Foundation
import SEM
import SEMReport
import SEMStudy
import Testing

/// The report of a whole study.
@Suite struct StudyReportTests {
  /// Three abilities of Holzinger and Swineford's pupils in two schools, as a study.
  static let text = """
    title: {en: Three abilities, zh: 三种能力}
    data:
      file: HolzingerSwineford1939.csv
      respondents: [school]
    constructs:
      visual: {name: {en: Visual, zh: 视觉}, items: x1-x3}
      textual: {name: {en: Textual, zh: 语言}, items: x4-x6}
      speed: x7-x9
    controls: [grade]
    hypotheses:
      H1: visual -> textual (+)
      H2: textual -> speed (-)
    mediations:
      H3: visual -> textual -> speed
    groups: school
    options: {bootstrap: 20, seed: 3, convention: amos}
    """

  static let result: Result<StudyResult, any Error> = Result {
    try Study(StudyFile(parsing: text), data: SchemaTests.holzinger()).run()
  }

  private var report: StudyReport { get throws { StudyReport(try Self.result.get()) } }

  @Test func theSixteenTablesStandInTheirOrder() throws {
    let ids = try report.document.tables.map(\.id)
    let expected = [
      "sample", "items", "mardia", "data-quality", "reliability", "kmo", "parallel", "efa-variance",
      "efa-loadings",
      "measurement", "fornell-larcker", "htmt", "competing-models", "common-method", "fit", "paths",
      "r-squared",
      "modification", "effects", "mediation", "groups-ladder", "groups-paths", "hypotheses",
    ]
    #expect(ids.filter(expected.contains) == expected)
    #expect(Set(ids).count == ids.count, "ids must be unique: \(ids)")
  }

  @Test func figuresAreDrawnInBothLanguages() throws {
    let figures = try report.document.figures
    #expect(
      figures.map(\.id) == [
        "scree", "diagram-measurement", "diagram-structure", "paths-forest", "residuals", "bootstrap-1",
      ])
    for figure in figures {
      for language in StudyLanguage.allCases { #expect(figure.svg(language).hasSuffix("</svg>\n")) }
    }
    #expect(figures[1].svg(.chinese).contains("视觉") && figures[1].svg(.english).contains("Visual"))
  }

  @Test(arguments: StudyLanguage.allCases)
  func theReportKeepsItsSchema(_ language: StudyLanguage) throws {
    let problems = try Schema(named: "report-1").problems(SchemaTests.object(report.document.json(language)))
    #expect(problems == [], "\(problems.prefix(3))")
  }

  @Test func theSummaryKeepsItsSchema() throws {
    let summary = StudySummary(try Self.result.get(), files: ["a/report.html"], remarks: ["none"])
    let problems = try Schema(named: "study-1", strict: true).problems(SchemaTests.object(summary.json))
    #expect(problems == [], "\(problems.prefix(3))")
  }

  @Test func theMethodsHaveTheActualFiguresAndTheirSources() throws {
    let document = try report.document
    let english = document.text(.english, width: 100)
    let chinese = document.text(.chinese, width: 100)
    #expect(english.contains("301 cases answered 9 items for 3 constructs"))
    #expect(english.contains("20 bootstrap draws (seed 3)"))
    #expect(english.contains("Fornell, C., & Larcker, D. F. (1981)"))
    // Cited in notes and as sources of criteria only.
    #expect(english.contains("Mulaik, S. A.") && english.contains("Mardia, K. V. (1974)"))
    #expect(!english.contains("Little, R. J. A."))
    #expect(document.html(.chinese).contains("Jöreskog和Sörbom（1984）；Doll、Xia和Torkzadeh（1994）"))
    #expect(english.contains("χ² = (N - 1) F"))
    #expect(chinese.contains("3个构念共9个题项") && chinese.contains("重复抽样20次"))
    // No Chinese word where English is asked for: the code says which pieces lack a wording.
    let letters = english.unicodeScalars.filter { (0x4E00...0x9FFF).contains($0.value) }
    #expect(letters.isEmpty, "\(String(String.UnicodeScalarView(letters)))")
  }

  @Test func aHypothesisAgainstItsSignIsNotSupported() throws {
    let hypotheses = try #require(try Self.result.get().hypotheses.value)
    #expect(hypotheses.lines.map(\.id) == ["H1", "H2", "H3"])
    #expect(hypotheses.lines[0].verdict == .supported)
    #expect(!hypotheses.lines[1].verdict.isSupported)
  }

  @Test func whatIsMissingSaysWhy() throws {
    let table = try SchemaTests.holzinger().selecting(rows: Array(0..<9))
    let document = StudyReport(
      try Study(StudyFile(parsing: Self.text.replacing("groups: school\n", with: "")), data: table).run()
    )
    .document
    let text = document.text(.english, width: 100)
    #expect(text.contains("There are 9 cases and 9 items"))
    #expect(text.contains("The measurement model: "))
    #expect(document.tables.contains { $0.id == "items" })
    #expect(!document.tables.contains { $0.id == "measurement" })
  }
}
