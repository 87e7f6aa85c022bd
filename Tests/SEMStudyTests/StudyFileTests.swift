import Foundation
import SEM
import SEMStudy
import Testing

@Suite struct StudyFileTests {
  /// A study in the shortest form.
  static let short = """
    data: survey.csv
    constructs:
      PU: PU1-PU3
      FI: [FI1, FI2, FI3]
      FB: FB1 FB2, FB3
    hypotheses:
      H1: PU -> FI (+)
      H2: FB <--- FI
    mediations:
      - PU -> FI -> FB
    """

  @Test func shortFormsAreUnderstood() throws {
    let study = try StudyFile(parsing: Self.short)
    #expect(study.constructs.map(\.code) == ["PU", "FI", "FB"])
    #expect(
      study.constructs.map(\.itemCodes) == [
        ["PU1", "PU2", "PU3"], ["FI1", "FI2", "FI3"], ["FB1", "FB2", "FB3"],
      ])
    #expect(study.hypotheses.map(\.path.from) == ["PU", "FI"])
    #expect(study.hypotheses.map(\.path.to) == ["FI", "FB"])
    #expect(study.hypotheses.map(\.sign) == [.positive, nil])
    #expect(study.mediations.map(\.chain) == [["PU", "FI", "FB"]])
    #expect(study.constructs[1].place == StudyPlace(line: 4, column: 3))
    #expect(
      study.structuralModel == """
        PU =~ PU1 + PU2 + PU3
        FI =~ FI1 + FI2 + FI3
        FB =~ FB1 + FB2 + FB3

        FI ~ PU
        FB ~ FI
        """)
  }

  @Test func theLongFormSaysTheSame() throws {
    let study = try StudyFile(
      parsing: """
        title: {en: Trust, zh: 信任}
        language: zh
        data:
          file: survey.csv
          missing: [-99, 9]
          scale: 1-7
          reversed: PU2
        constructs:
          PU:
            name: {en: Usefulness, zh: 有用性}
            items:
              PU1: {en: It helps, zh: 有帮助}
              PU2: 没有用
              PU3: {column: "3、您的看法"}
          FI: {items: FI01-FI03, scale: [0, 10]}
        controls:
          SIZE: {en: Size, zh: 规模, to: FI}
        hypotheses:
          H1: {from: PU, to: FI, sign: "-", text: {zh: 假设}}
        groups: {variable: sex, labels: {1: {en: men, zh: 男}, 2: 女}}
        options:
          convention: amos
          estimator: mlr
          missing: fiml
          bootstrap: {draws: 500, interval: bca}
          efa: {method: paf, rotation: promax, factors: parallel}
          cutoffs: {alpha: 0.6}
        """)
    #expect(study.title[.chinese] == "信任")
    #expect(study.data.missingCodes == ["-99", "9"])
    #expect(study.data.scale == 1...7)
    #expect(study.data.reversed.map(\.text) == ["PU2"])
    #expect(study.items.map(\.code) == ["PU1", "PU2", "PU3", "FI01", "FI02", "FI03"])
    #expect(study.items[2].column == "3、您的看法")
    #expect(study.items[1].wording == "没有用")
    #expect(study.constructs[1].scale == 0...10)
    #expect(study.hypotheses[0].sign == .negative)
    #expect(
      study.structuralPaths == [
        StudyPath(from: "PU", to: "FI", at: study.hypotheses[0].path.place),
        StudyPath(from: "SIZE", to: "FI", at: study.controls[0].place),
      ])
    #expect(study.groups?.label(of: "1")[.chinese] == "男")
    #expect(study.options.estimator == "MLR" && study.options.missing == .fullInformation)
    #expect(study.options.bootstrapDraws == 500 && study.options.bootstrapInterval == .bca)
    #expect(study.options.factorCount == .parallel && study.options.factorExtraction == .principalAxis)
    #expect(study.options.cutoffs.alpha == 0.6)
  }

  @Test func theAuthorsOwnModelGivesTheConstructs() throws {
    let study = try StudyFile(
      parsing: """
        data: survey.csv
        model: |
          PU =~ PU1 + PU2
          FI =~ FI1 + a*FI2
          FI ~ PU
        hypotheses: {H1: PU -> FI (+)}
        """)
    #expect(study.constructs.map(\.itemCodes) == [["PU1", "PU2"], ["FI1", "FI2"]])
    #expect(study.isStructural)
  }

  @Test func controlsCovaryWithCausesUnlessTheyAreIndependent() throws {
    var study = try StudyFile(parsing: Self.short + "\ncontrols: [SIZE, AGE]")
    #expect(study.structuralModel?.hasSuffix("FB ~ FI + SIZE + AGE\nPU ~~ SIZE + AGE\nSIZE ~~ AGE") == true)
    study.options.independentControls = true
    #expect(study.structuralModel?.hasSuffix("PU ~~ 0*SIZE + 0*AGE\nSIZE ~~ AGE") == true)
  }

  /// A mistake: the text, the code, the line, and words of the message or the hint.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let text: String
    let code: StudyError.Code
    var line: Int?
    let words: [String]
    var testDescription: String { code.rawValue + ": " + words.joined(separator: ", ") }
  }

  static let mistakes: [Mistake] = [
    Mistake(text: "titel: A\ndata: a.csv", code: .unknownKey, line: 1, words: ["titel", "\"title\""]),
    Mistake(
      text: "data: a.csv\noptions: {bootstrp: 5}\nconstructs: {A: A1-A3}", code: .unknownKey, line: 2,
      words: ["bootstrp", "bootstrap"]),
    Mistake(text: "title: A", code: .missingKey, line: 1, words: ["data: survey.csv"]),
    Mistake(text: "data: a.csv", code: .missingKey, line: 1, words: ["constructs"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\n  A: B1-B3", code: .duplicateName, line: 4,
      words: ["\"A\"", "line 3"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\n  B: A3-A5", code: .duplicateName, line: 4,
      words: ["A3", "line 3"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\n  B: []", code: .tooFewItems, line: 4,
      words: ["B has no items"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  TRUST: A1-A3\n  B: B1-B3\nhypotheses:\n  H1: TRSUT -> B (+)",
      code: .unknownConstruct, line: 6, words: ["TRSUT", "\"TRUST\"", "H1"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\n  B: B1-B3\nhypotheses:\n  H1: A1 -> B",
      code: .unknownConstruct, line: 6, words: ["item of A"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\n  B: B1-B3\nhypotheses:\n  H1: A -> B (x)",
      code: .unknownConstruct, line: 6, words: ["H1 names \"B (x)\"", "(+) or (-)"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\n  B: B1-B3\nhypotheses:\n  H1: A to B", code: .wrongValue,
      line: 6, words: ["is no path"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\n  B: B1-B3\nmediations:\n  - A -> B", code: .wrongValue,
      line: 6, words: ["between them"]),
    Mistake(
      text:
        "data: a.csv\nconstructs:\n  A: A1-A3\n  B: B1-B3\nmodel: |\n  A =~ A1 + A2\n  B =~ B1 + B2\n  A ~ B\nhypotheses:\n  H1: A -> B",
      code: .pathNotInModel, line: 10, words: ["B ~ A"]),
    Mistake(
      text: "data: a.csv\nmodel: |\n  A =~ A1 + A2\n  B =~ B1 + + B2", code: .wrongValue, line: 4, words: []),
    Mistake(
      text: "data: {file: a.csv, reversed: [A9]}\nconstructs:\n  A: A1-A3", code: .unknownConstruct, line: 1,
      words: ["A9"]),
    Mistake(text: "data: a.csv\nconstructs:\n\tA: A1-A3", code: .yaml, line: 3, words: ["tabs"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A：A1-A3\n  B: B1-B3", code: .yaml, line: 3,
      words: ["：", "English form"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\noptions: {estimator: MLX}", code: .wrongValue, line: 4,
      words: ["MLR"]),
    Mistake(
      text: "data: {file: a.csv, scale: 5-1}\nconstructs:\n  A: A1-A3", code: .wrongValue, line: 1,
      words: ["1-5"]),
    Mistake(
      text:
        "data: a.csv\nconstructs:\n  A: A1-A3\n  B: B1-B3\nhypotheses: {H1: A -> B}\nmediations: {M1: {path: A -> B -> A}}",
      code: .wrongValue, line: 6, words: ["twice"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\n  B: B1-B3\n  A: A4-A6", code: .duplicateName, line: 5,
      words: ["\"A\" stands here and in line 3"]),
    Mistake(
      text: "data: a.csv\nconstructs: {A: A1-A3, A: A4-A6}", code: .duplicateName, line: 2,
      words: ["\"A\" stands twice"]),
    Mistake(text: "data: a.csv\nconstructs:\n  A: *items", code: .yaml, line: 3, words: ["undefined alias"]),
    Mistake(
      text: "data: a.csv\nconstructs:\n  A: A1-A3\n---\ndata: b.csv", code: .yaml, line: 4,
      words: ["another document"]),
    Mistake(text: "data: \"a.csv", code: .yaml, line: 1, words: ["unexpected end of stream"]),
    Mistake(text: "data: a\u{1}.csv", code: .yaml, words: ["control characters", "UTF-8"]),
    Mistake(text: "", code: .missingKey, line: 1, words: ["holds no study"]),
    Mistake(text: "- data", code: .missingKey, line: 1, words: ["holds no study"]),
  ]

  @Test(arguments: mistakes)
  func aMistakeIsNamedWithItsPlace(_ mistake: Mistake) throws {
    let error = try #require(throws: StudyError.self) {
      try StudyFile(parsing: mistake.text, file: "study.yaml")
    }
    #expect(error.code == mistake.code)
    #expect(error.place?.line == mistake.line)
    #expect(error.file == "study.yaml")
    for word in mistake.words { #expect(error.description.contains(word), "\(error)") }
  }

  @Test func yamlIsReadAsItIsWritten() throws {
    let study = try StudyFile(
      parsing: """
        %YAML 1.1
        ---
        title: "A \\u4e2d 'title' of \\
          two lines"
        data: {file: 'it''s.csv', missing: [NA, "", '~', no]}  # a comment
        constructs:
          A: {items: [A1, A2, A3], scale: &range [1, 5]}
          "B":
            name: >-
              folded
              name
            items: [B1, B2]
            scale: *range
        ...

        """)
    #expect(study.title.english == "A 中 'title' of two lines")
    #expect(study.data.file == "it's.csv")
    #expect(study.data.missingCodes == ["NA", "", "~", "no"])
    #expect(study.constructs.map(\.code) == ["A", "B"])
    #expect(study.constructs[1].name.english == "folded name")
    #expect(study.constructs.map { $0.items.map(\.code) } == [["A1", "A2", "A3"], ["B1", "B2"]])
    #expect(study.constructs.map(\.scale) == [1...5, 1...5])
  }

  @Test func filesOfOtherSystemsAreRead() throws {
    let study = try StudyFile(parsing: "\u{FEFF}" + Self.short.replacing("\n", with: "\r\n"))
    #expect(study.constructs.map(\.code) == ["PU", "FI", "FB"])
    let error = try #require(throws: StudyError.self) {
      try StudyFile(
        parsing: Self.short.replacing("\n", with: "\r\n").replacing("FB <--- FI", with: "FB <--- F"))
    }
    #expect(error.place?.line == 8)
    #expect(error.excerpt?.contains("H2: FB <--- F") == true)
  }

  @Test func theExampleIsTheModelOfItsPage() throws {
    let study = try StudyFile(contentsOf: Samples.path("P2PFinancing/study.yaml"))
    #expect(study.items.count == 28 && study.hypotheses.count == 11 && study.mediations.count == 6)
    #expect(study.items[0].wording?[.chinese].contains("更快") == true)
    let own = try Model(String(contentsOf: Samples.url("Models/p2p.lav"), encoding: .utf8))
    let written = try Model(try #require(study.structuralModel))
    // The page's model defines eight effects besides; everything else is the same.
    let rows = try own.specification().table.rows.filter { $0.op != .definition }
    let made = try written.specification().table.rows
    func key(_ row: Parameter) -> String {
      row.lhs < row.rhs || row.op != .covariance
        ? "\(row.lhs)\(row.op)\(row.rhs)" : "\(row.rhs)\(row.op)\(row.lhs)"
    }
    #expect(Set(rows.map(key)) == Set(made.map(key)))
    #expect(made.count { $0.free > 0 } == 78)
  }
}
