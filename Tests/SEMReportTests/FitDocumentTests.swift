import Foundation
import SEM
import SEMStudy
import Testing

@testable import SEMReport

@Suite struct FitDocumentTests {
  @Test(arguments: ReportCase.allCases)
  func everyFormOfEveryFit(_ report: ReportCase) throws {
    let summary = try report.summary()
    var contents = FitSummary.DocumentContents()
    contents.effects = try? summary.fit.effects([.all], covariance: summary.covariance)
    let document = summary.document(contents)
    #expect(Set(document.tables.map(\.id)).count == document.tables.count)
    for table in document.tables {
      #expect(Set(table.columns.map(\.id)).count == table.columns.count, "\(table.id)")
      #expect(table.id.allSatisfy(\.isASCII) && table.columns.allSatisfy { $0.id.allSatisfy(\.isASCII) })
    }
    for language in StudyLanguage.allCases {
      for format in DocumentFormat.allCases {
        let rendered = document.rendered(as: format, name: "report", language: language, converter: nil)
        #expect(rendered.files.allSatisfy { !$0.bytes.isEmpty })
      }
      let text = document.text(language, width: 80)
      #expect(!text.contains("nan") && !text.contains("-0.000 "))
    }
    let hasFit = summary.status == .proper || summary.status == .inadmissible
    #expect(document.tables.contains { $0.id == "fit" } == hasFit)
    #expect(document.sections.contains { $0.id == "warnings" } == !summary.warnings.isEmpty)
  }

  @Test func methodsGiveTheActualFigures() throws {
    let methods = try ReportCase.holzingerSwineford.summary().methods()
    let english = methods.paragraph.english
    for part in [
      "swift-sem \(Software.version) by maximum likelihood (ML; Jöreskog, 1969)",
      "301 cases without missing values",
      "21 free parameters and 24 degrees of freedom", "χ²(24) = 85.306, p < 0.001; CFI = 0.931, TLI = 0.896",
      "RMSEA = 0.092, 90 % interval [0.071, 0.114]; SRMR = 0.065",
      "(Hu & Bentler, 1999): SRMR meets it, CFI, TLI and RMSEA do not",
    ] {
      #expect(english.contains(part), "\(part) in \(english)")
    }
    let chinese = methods.paragraph.chinese
    for part in ["采用最大似然法（ML；Jöreskog, 1969）估计模型", "样本量为301，无缺失值", "SRMR达到标准，CFI、TLI、RMSEA未达到标准"] {
      #expect(chinese.contains(part), "\(part) in \(chinese)")
    }
    for sentence in methods.sentences { #expect(!sentence.english.isEmpty && !sentence.chinese.isEmpty) }
    // Every work that the text names is in the list.
    for name in ["Jöreskog", "Bentler", "Steiger", "Tucker", "Hu", "Marsh"] {
      #expect(Reference.list(methods.references).contains { $0.entry.hasPrefix(name) }, "\(name)")
    }
  }

  @Test func methodsOfRobustAndIncompleteFits() throws {
    var options = FitOptions(try #require(EstimatorPreset("MLR")))
    options.missing = .fullInformation
    let fit = try Model(ReportCase.factors, preset: .cfa).fit(
      to: try ReportCase.table("hs-missing"), options: options)
    let methods = try FitSummary(fit).methods()
    for part in [
      "robust (sandwich) standard errors (Huber, 1967)", "scaled for nonnormal and missing data",
      "full information maximum likelihood (Arbuckle, 1996)", "(CFI, TLI and RMSEA robust)",
    ] {
      #expect(methods.paragraph.english.contains(part), "\(part) in \(methods.paragraph.english)")
    }
    #expect(methods.paragraph.chinese.contains("全息最大似然法（FIML）处理（Arbuckle, 1996）"))
  }

  @Test(arguments: [ReportCase.notConverged, .notIdentified])
  func methodsOfNoSolutionClaimNoFit(_ report: ReportCase) throws {
    let methods = try report.summary().methods()
    #expect(!methods.paragraph.english.contains("CFI") && !methods.paragraph.chinese.contains("CFI"))
    #expect(methods.paragraph.english.contains("no fit to report"))
  }

  @Test(arguments: ReportCase.allCases)
  func warningsAreInBothLanguages(_ report: ReportCase) throws {
    for warning in try report.summary().warnings {
      #expect(warning.wording.chinese != warning.message, "\(warning.code)")
    }
  }

  @Test func printedEstimatesAreThoseOfTheFit() throws {
    let summary = try ReportCase.p2pFinancing.summary()
    let table = try #require(summary.document().tables.first { $0.id == "regressions" })
    let row = try #require(table.rows.first { $0.cells[0].content == .text("FI <--- PU") })
    let line = try #require(
      summary.estimates.first {
        $0.parameter.lhs == "FI" && $0.parameter.rhs == "PU" && $0.parameter.op == .regression
      })
    #expect(row.cells[2].content == .number(line.estimate, decimals: 3))
    #expect(CellText(row.cells[2], .chinese, DocumentStyle()).text == "0.329")
    #expect(row.cells[5].content == .probability(line.pValue))
  }

  @Test func smallErrorsKeepTwoDigits() throws {
    let matrix = try NamedMatrix("a,b,c\n4e-8\n2e-8,5e-8\n1.5e-8,2e-8,6e-8")
    let fit = try Model("f =~ a + b + c").fit(to: try CovarianceInput(matrix, count: 300))
    let table = try #require(try FitSummary(fit).document().tables.first { $0.id == "variances" })
    let error = CellText(table.rows[0].cells[2], .english, DocumentStyle()).text
    #expect(error.contains(#/0\.0{8,}[1-9]\d$/#), "\(error)")
  }

  /// What a browser says of reports; needs Python and Chromium.
  @Test func reportsPassInABrowser() throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "Scripts/check-html.py")
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"),
      ["chromium", "chromium-browser", "google-chrome"].contains(where: {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/" + $0)
      })
    else { return }
    let folder = FileManager.default.temporaryDirectory.appending(path: "swift-sem-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let fit = try ReportCase.holzingerSwineford.summary().document()
    let pages = [
      ("small-en", DocumentSample.small.html(.english)), ("small-zh", DocumentSample.small.html(.chinese)),
      ("fit-zh", fit.html(.chinese)),
      ("hostile", DocumentSample.hostile(DocumentSample.hostile.joined(separator: " ")).html(.english)),
    ]
    for (name, html) in pages { try Data(html.utf8).write(to: folder.appending(path: name + ".html")) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [script.path] + pages.map { folder.appending(path: $0.0 + ".html").path }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(words)")
  }
}
