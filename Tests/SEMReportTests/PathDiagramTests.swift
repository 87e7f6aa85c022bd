import Foundation
#if canImport(FoundationXML)
  import FoundationXML
#endif
import SEM
import SEMReport
import SEMStudy
import Testing

@Suite struct PathDiagramTests {
  private func summary(_ model: String, _ data: String, preset: Preset = .cfa, group: String? = nil) throws
    -> FitSummary
  {
    try FitSummary(try Model(model, preset: preset).fit(to: try ReportCase.table(data), group: group))
  }

  private func label(_ diagram: PathDiagram, _ from: String, _ to: String) -> String? {
    diagram.edges.first {
      diagram.variables[$0.from].name == from && diagram.variables[$0.to].name == to
    }?.label
  }

  /// lavaan 0.6-14 on HolzingerSwineford1939, standardizedSolution(): 0.772, 0.424, 0.459.
  @Test func numbersAreThoseOfTheFit() throws {
    let summary = try summary(ReportCase.factors, "HolzingerSwineford1939")
    var options = DiagramOptions()
    options.decimals = 3
    options.showsRSquared = true
    let standardized = PathDiagram(summary, options: options)
    #expect(label(standardized, "visual", "x1") == "0.772")
    #expect(label(standardized, "visual", "x2") == "0.424")
    #expect(label(standardized, "visual", "textual") == "0.459")
    let x1 = try #require(standardized.index(of: "x1"))
    #expect(standardized.variables[x1].details == ["R² = 0.596"])
    options.values = .raw
    options.showsStars = true
    options.theme = .amos
    let raw = PathDiagram(summary, options: options)
    #expect(label(raw, "visual", "x1") == "1.000")
    #expect(label(raw, "visual", "x2") == ".554***")
    options.values = .none
    #expect(PathDiagram(summary, options: options).edges.allSatisfy { $0.label.isEmpty })
  }

  @Test func dashesFollowThePValue() throws {
    let summary = try summary("x9 ~ x1 + x4 + x7\nx7 ~ x1 + x4", "HolzingerSwineford1939", preset: .sem)
    var options = DiagramOptions()
    let dashed = { (options: DiagramOptions) in
      Set(
        PathDiagram(summary, options: options).edges.filter(\.isInsignificant).map {
          PathDiagram(summary, options: options).variables[$0.from].name
        })
    }
    #expect(dashed(options) == ["x1", "x4"])
    options.dashedFrom = nil
    #expect(dashed(options).isEmpty)
    let p = Dictionary(
      uniqueKeysWithValues: summary.estimates.filter { $0.parameter.op == .regression }.map {
        ("\($0.parameter.lhs)~\($0.parameter.rhs)", $0.pValue ?? 0)
      })
    #expect((p["x7~x1"] ?? 0) > 0.05 && (p["x9~x4"] ?? 0) > 0.05 && (p["x9~x1"] ?? 1) < 0.05)
  }

  @Test func fixedZerosAreNotDrawn() throws {
    let table = try Model("f =~ a + b + c\ng =~ d + e + h\nf ~~ 0*g\na ~~ 0*d").specification().table
    #expect(PathDiagram(table).edges.filter { $0.relation == .covariance }.isEmpty)
    // The loadings of a growth model's slope are, also the zero.
    let growth = try Model(DiagramModel.growth.syntax, preset: .growth).specification().table
    var options = DiagramOptions()
    options.values = .raw
    #expect(label(PathDiagram(growth, options: options), "s", "t1") == "0.00")
  }

  @Test func constantPointsToLatentMeans() throws {
    let table = try Model(DiagramModel.growth.syntax, preset: .growth).specification().table
    var options = DiagramOptions()
    options.means = .triangle
    let diagram = PathDiagram(table, options: options)
    let triangle = try #require(diagram.variables.firstIndex { $0.kind == .constant })
    #expect(diagram.edges.filter { $0.from == triangle }.map { diagram.variables[$0.to].name } == ["i", "s"])
  }

  @Test func everyGroupHasItsDiagram() throws {
    let summary = try summary(ReportCase.factors, "HolzingerSwineford1939", group: "school")
    let diagrams = PathDiagram.all(summary)
    #expect(diagrams.map(\.title) == ["Path diagram, Pasteur", "Path diagram, Grant-White"])
    #expect(label(diagrams[0], "visual", "x1") != label(diagrams[1], "visual", "x1"))
  }

  @Test func indicatorsCanBeLeftOut() throws {
    var options = DiagramOptions()
    options.showsIndicators = false
    let diagram = try DiagramModel.p2p.diagram(options)
    #expect(
      Set(diagram.variables.map(\.name)) == [
        "PU", "PEOU", "PFC", "PR", "TR", "SN", "FI", "FB", "SIZE", "AGE",
      ])
  }

  @Test func labelsOfParametersAreHypotheses() throws {
    let table = try Model("m ~ H1*x\ny ~ H2*m + x").specification().table
    var options = DiagramOptions()
    options.showsParameterLabels = true
    #expect(label(PathDiagram(table, options: options), "x", "m") == "H1")
  }

  // MARK: Forms

  @Test(arguments: [DiagramModel.factors, .politicalDemocracy, .growth])
  func theSameModelHasTheSamePicture(_ model: DiagramModel) throws {
    let first = try model.diagram().drawing()
    let second = try model.diagram().drawing()
    #expect(first.svg == second.svg)
    #expect(first.tikzDocument == second.tikzDocument)
  }

  @Test func svgIsWellFormed() throws {
    var options = DiagramOptions()
    options.labels = ["visual": "<视觉> & \"sight\"\u{7}", "x1": "a<b"]
    options.note = "p < .05 & so on"
    options.theme = .screen
    let svg = try DiagramModel.factors.diagram(options).drawing().svg
    let check = XMLCheck(svg)
    #expect(check.error == nil)
    #expect(check.count("text") > 20)
    #expect(check.count("title") == 1 && check.count("desc") == 1)
    #expect(check.texts.contains { $0.contains("<视觉> & ") })
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }

  @Test func tikzIsBalanced() throws {
    var options = DiagramOptions()
    options.labels = ["visual": "视觉_能力 100%", "x1": "a{b}\\c#$^~", "x2": "β & γ"]
    options.theme = .amos
    let text = try DiagramModel.factors.diagram(options).drawing().tikzDocument
    var depth = 0
    var isEscaped = false
    for character in text {
      if isEscaped {
        isEscaped = false
        continue
      }
      if character == "\\" { isEscaped = true }
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      #expect(depth >= 0)
    }
    #expect(depth == 0)
    #expect(text.contains("\\usepackage[UTF8,scheme=plain]{ctex}"))
    #expect(text.contains("视觉\\_能力 100\\%"))
    #expect(text.contains("$\\beta$ \\& $\\gamma$"))
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("\\path") || $0.hasPrefix("\\node") }
    #expect(lines.count > 50 && lines.allSatisfy { $0.hasSuffix(";") })
    let plain = try DiagramModel.factors.diagram().drawing().tikzDocument
    #expect(!plain.contains("ctex"))
  }

  @Test func dotNamesEveryVariable() throws {
    let dot = try DiagramModel.politicalDemocracy.diagram().dot
    #expect(dot.contains("\"ind60\" [shape=ellipse, label=\"ind60\"];"))
    #expect(dot.contains("\"y1\" -> \"y5\" [label=\"0.47\", dir=both, constraint=false"))
    #expect(dot.hasPrefix("digraph {") && dot.hasSuffix("}\n"))
  }

  @Test func legendsSpeakBothLanguages() {
    var options = DiagramOptions()
    options.showsStars = true
    #expect(
      options.legend(in: .english).replacing("\u{A0}", with: " ")
        == "Standardised estimates; * p < .05, ** p < .01, *** p < .001; dashed: not significant (p ≥ .05).")
    #expect(options.legend(in: .chinese).hasPrefix("标准化估计值；"))
  }
}

/// What an XML parser says of a text.
final class XMLCheck: NSObject, XMLParserDelegate {
  private(set) var error: String?
  private(set) var elements: [String] = []
  private(set) var texts: [String] = []

  init(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    if !parser.parse() { error = parser.parserError.map { "\($0)" } ?? "not parsed" }
  }

  func count(_ element: String) -> Int { elements.filter { $0 == element }.count }

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
    qualifiedName qName: String?, attributes attributeDict: [String: String] = [:]
  ) {
    elements.append(elementName)
    texts.append("")
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if !texts.isEmpty { texts[texts.count - 1] += string }
  }
}
