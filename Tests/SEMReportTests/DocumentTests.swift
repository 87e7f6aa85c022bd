import Foundation
import SEMStudy
import Testing

@testable import SEMReport

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct DocumentTests {
  /// The page without style and script, whose hash is part of its policy.
  private static func bare(_ html: String) -> String {
    html.replacing(#/(?s)<style>\n.*?<\/style>/#, with: "<style></style>").replacing(
      #/(?s)<script>.*?<\/script>/#, with: "<script></script>"
    )
    .replacing(#/'sha256-[^']*'/#, with: "'sha256-'")
  }

  @Test(arguments: StudyLanguage.allCases)
  func snapshots(_ language: StudyLanguage) throws {
    let document = DocumentSample.small
    let name = "Document-" + language.rawValue
    try Snapshot.expect(document.text(language, width: 80), name)
    try Snapshot.expect(document.markdown(language, figureFolder: "report-files"), name + "-md")
    try Snapshot.expect(Self.bare(document.html(language)), name + "-html")
    try Snapshot.expect(
      document.latex(language) { $0.id == "path" ? "report-files/path.pdf" : nil }, name + "-tex")
    try Snapshot.expect(document.json(language).text() + "\n", name + "-json")
    try Snapshot.expect(DocumentSample.table.csv(language).replacing("\r\n", with: "\n"), name + "-csv")
  }

  @Test(arguments: StudyLanguage.allCases, [40, 41, 57, 64, 80, 100, 132])
  func textKeepsItsWidth(_ language: StudyLanguage, _ width: Int) {
    for document in [DocumentSample.small] + DocumentSample.hostile.map(DocumentSample.hostile) {
      for line in document.text(language, width: width).split(
        separator: "\n", omittingEmptySubsequences: false)
      where !line.hasPrefix("  ")
        || !document.sections.flatMap(\.blocks).contains(where: { if case .code = $0 { true } else { false } }
        )
      {
        #expect(String(line).displayWidth <= width, "\(line)")
        #expect(line.last != " ")
      }
    }
  }

  @Test func wideTablesContinue() {
    let names = (1...30).map { "x\($0)" }
    let table = DocumentTable(
      id: "m", title: "Matrix", columns: [.init("v", "Variable")] + names.map { .init($0, Wording($0)) },
      rows: names.indices.map { row in
        .init(
          [.text(Wording(names[row]))] + names.indices.map { $0 <= row ? .number(Double($0) / 100) : .empty })
      })
    let text = Document(title: "T", sections: [.init(id: "s", title: "S", blocks: [.table(table)])]).text(
      .english, width: 80)
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.count { $0.hasPrefix("Variable") } == 3)
    // The last part of the triangle begins where its columns do.
    #expect(lines.last { $0.hasPrefix("x") }?.hasSuffix("0.290") == true)
    #expect(lines.count { $0.hasPrefix("x1 ") } == 1)
    // Every value stands somewhere, once.
    #expect(lines.filter { $0.hasPrefix("x") }.reduce(0) { $0 + $1.split(separator: " ").count - 1 } == 465)
  }

  @Test func chineseLinesBreakBetweenCharacters() {
    let text = "使用swift-sem 0.1.0，采用最大似然法（ML；Jöreskog, 1969）估计模型，标准误由期望信息矩阵得到。样本量为360，无缺失值。"
    for width in 12...60 {
      let lines = text.wrapped(to: width)
      #expect(lines.allSatisfy { $0.displayWidth <= width })
      #expect(lines.dropFirst().allSatisfy { !"，。；）、".contains($0.first ?? " ") }, "\(lines)")
      #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    }
    #expect(text.wrapped(to: 40).first == "使用swift-sem 0.1.0，采用最大似然法")
  }

  // MARK: HTML

  private static func part(_ html: String, _ name: String) throws -> String {
    let start = try #require(html.ranges(of: "<" + name).first)
    let end = try #require(html.ranges(of: "</\(name)>").last)
    return String(html[start.lowerBound..<end.upperBound])
  }

  @Test(arguments: StudyLanguage.allCases, DocumentSample.hostile)
  func hostileTextIsOnlyText(_ language: StudyLanguage, _ text: String) throws {
    let html = DocumentSample.hostile(text).html(language)
    #expect(!html.contains("<script>alert"))
    #expect(html.ranges(of: "<script>").count == 1 && html.ranges(of: "</script>").count == 1)
    #expect(html.ranges(of: "</main>").count == 1)
    let main = try XMLText(Self.part(html, "main"))
    // What was written is what is read, but for the characters that no page may have.
    let shown = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map {
          $0.value < 32 && !"\t\n".unicodeScalars.contains($0) || $0.value == 0xFFFE ? "\u{FFFD}" : $0
        }))
    #expect(main.text(of: "h2").first == shown)
    #expect(main.text(of: "code").first == shown)
    _ = try XMLText(Self.part(html, "nav"))
    _ = try XMLText(Self.part(html, "header"))
  }

  @Test func cellsNameTheirPlaceInTheJSON() throws {
    let document = DocumentSample.small
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(document.json(.english).text().utf8)) as? [String: Any])
    let html = document.html(.english)
    let paths = html.matches(of: #/data-path="([^"]*)"/#).map { String($0.1) }
    #expect(paths.count == 4 * 10 + 2)
    for path in paths {
      var value: Any? = json
      for step in path.split(separator: "/") {
        if let list = value as? [Any], let index = Int(step) {
          value = list.indices.contains(index) ? list[index] : nil
        } else {
          value = (value as? [String: Any])?[String(step)]
        }
      }
      #expect(value != nil, "\(path) leads nowhere")
    }
    #expect(
      html.contains("data-path=\"tables/paths/rows/1/est\" title=\"tables/paths/rows/1/est\">0.505</td>"))
  }

  @Test func policyAllowsOnlyTheScript() throws {
    let html = DocumentSample.small.html(.english)
    let script = try #require(html.firstMatch(of: #/(?s)<script>(.*?)<\/script>/#)).1
    #expect(html.contains("script-src 'sha256-\(base64(SHA256(Array(script.utf8)).bytes))'"))
    #expect(html.contains("default-src 'none'"))
    #expect(
      !html.contains("http://")
        || html.ranges(of: "http://").count == html.ranges(of: "xmlns=\"http://www.w3.org/2000/svg\"").count)
    #expect(!html.contains("https://"))
  }

  @Test func picturesDoNotClash() throws {
    let main = try XMLText(Self.part(DocumentSample.small.html(.english), "main"))
    #expect(Set(main.identifiers).count == main.identifiers.count)
    let svg = InlineSVG.embedded(
      DocumentSample.figure("path").svg(.english), prefix: "a", description: "d \"q\"")
    #expect(svg.hasPrefix("<svg id=\"svg-a\" role=\"img\" aria-label=\"d &quot;q&quot;\""))
    #expect(svg.contains("<marker id=\"svg-a-arrow\""))
    #expect(svg.contains("url(#svg-a-arrow)"))
    #expect(svg.contains("<style>#svg-a{.box{fill:#fff;stroke:#000}}</style>"))
    #expect(svg.contains("PU &lt;1&gt;"))
    _ = try XMLText(svg)
  }

  @Test func svgOddities() throws {
    let odd =
      "<!DOCTYPE svg><!-- <svg> --><svg  viewBox='0,0,1200,10' id='me' xmlns='http://www.w3.org/2000/svg' role='img'><g id='a'/><use href='#a'/><text aria-labelledby='a b' title='x>y url(#a)'>1 > 0</text><style><![CDATA[.a>b{fill:url(#a)}]]></style></svg>"
    let svg = InlineSVG.embedded(odd, prefix: "p", description: "")
    #expect(svg.contains("href='#svg-p-a'") && svg.contains("aria-labelledby='svg-p-a svg-p-b'"))
    #expect(svg.ranges(of: "id='me'").isEmpty)
    #expect(svg.contains("min-width:640px"))
    #expect(InlineSVG.width(odd) == 1200)
    #expect(InlineSVG.embedded("", prefix: "p", description: "") == "")
    #expect(InlineSVG.embedded("<svg", prefix: "p", description: "").hasPrefix("<svg"))
  }

  // MARK: Markdown, LaTeX, CSV

  @Test(arguments: DocumentSample.hostile)
  func markdownRowsKeepTheirColumns(_ text: String) {
    // All but the block of code, which is shown as typed.
    let markdown = DocumentSample.hostile(text).markdown(.english).replacing(
      #/(?s)(```+)text\n.*?\n\1\n/#, with: "")
    let rows = markdown.split(separator: "\n").filter { $0.hasPrefix("| ") }
    #expect(rows.count == 5)
    for row in rows { #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 3, "\(row)") }
    #expect(!markdown.contains("<script>") && !markdown.contains("![x]"))
  }

  @Test(arguments: [
    ("100% of_all #1 {x} ~y^2", "100\\% of\\_all \\#1 \\{x\\} \\textasciitilde{}y\\textasciicircum{}2"),
    ("\\end{document}", "\\textbackslash{}end\\{document\\}"),
    ("PU <--- PEOU", "PU \\textless{}-{}-{}- PEOU"),
    ("χ² ≤ \"3\"", "\\ensuremath{\\chi}² \\ensuremath{\\leq} \\textquotedbl{}3\\textquotedbl{}"),
    ("a\nb", "a\u{FFFD}b"),
    ("[0.1] *", "{[}0.1{]} {*}"), ("x,,y", "x,{},y"),
  ])
  func latexEscapes(_ text: String, _ expected: String) {
    #expect(text.latex == expected)
  }

  @Test(arguments: DocumentSample.hostile)
  func latexBracesBalance(_ text: String) {
    let latex = DocumentSample.hostile(text).latex(.english)
    let bare = latex.replacing("\\{", with: "").replacing("\\}", with: "")
    #expect(bare.count { $0 == "{" } == bare.count { $0 == "}" })
    #expect(latex.ranges(of: "\\end{document}").count == 1)
  }

  @Test func csvIsRFC4180() {
    var table = DocumentSample.table
    table.rows[1].cells[0] = .text("say \"hi\", twice\nplease")
    let csv = table.csv(.english, marksEncoding: true)
    #expect(csv.hasPrefix("\u{FEFF}Path,"))
    #expect(
      csv.contains(
        "\"say \"\"hi\"\", twice\nplease\",0.505123456789,1e-09,0.364,0.647,0.364,0.647,0.469,1e-09,0.25,360,supported\r\n"
      ))
    #expect(
      csv.contains("95 % interval: Lower,95 % interval: Upper,Interval lower,Interval upper,Std.,Std. p,"))
    #expect(table.csv(.chinese).hasPrefix("路径,"))
    #expect(
      table.csv(.english, usesIdentifiers: true).hasPrefix(
        "path,est,p,lower,upper,ci_lower,ci_upper,std,std_p,share,n,verdict\r\n"))
  }
}

/// What an XML parser reads; throws where the text is not well formed.
final class XMLText: NSObject, XMLParserDelegate {
  private var path: [String] = []
  private var texts: [(name: String, text: String)] = []
  private(set) var identifiers: [String] = []

  struct NotWellFormed: Error { var line: Int }

  init(_ xml: String) throws {
    super.init()
    let parser = XMLParser(data: Data(xml.utf8))
    parser.delegate = self
    guard parser.parse() else { throw NotWellFormed(line: parser.lineNumber) }
  }

  func text(of name: String) -> [String] { texts.filter { $0.name == name }.map(\.text) }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    path.append(name)
    texts.append((name, ""))
    if let identifier = attributes["id"] { identifiers.append(identifier) }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?)
  {
    path.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) {
    guard let name = path.last, let index = texts.lastIndex(where: { $0.name == name }) else { return }
    texts[index].text += characters
  }
}
