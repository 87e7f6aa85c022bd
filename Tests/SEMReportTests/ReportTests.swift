import Foundation
import SEM
import Testing

@testable import SEMReport

@Suite struct ReportTests {
  @Test(arguments: ReportCase.allCases, [80, 120])
  func snapshot(_ report: ReportCase, _ width: Int) throws {
    try Snapshot.expect(try report.summary().text(width: width), "\(report.rawValue)-\(width)")
  }

  @Test(arguments: ReportCase.allCases)
  func everyWidthIsKept(_ report: ReportCase) throws {
    let summary = try report.summary()
    for width in [40, 43, 57, 64, 72, 79, 80, 81, 99, 100, 132, 250] {
      let lines = summary.text(width: width).split(separator: "\n", omittingEmptySubsequences: false)
      for line in lines {
        #expect(line.isEmpty || String(line).displayWidth <= width, "\(width): \(line)")
        #expect(line.last != " ", "a space ends \(line)")
        #expect(!line.contains("-0.000") && !line.contains("nan") && !line.contains("inf "), "\(line)")
      }
    }
  }

  @Test func convergenceIsTold() throws {
    let text = try ReportCase.holzingerSwineford.summary().text(width: 120)
    #expect(
      text.contains(
        #/  Convergence      after \d+ iterations, largest scaled gradient element \S+; start: \w+/#))
    #expect(text.contains("  Solution         proper\n"))
  }

  /// Every test that was asked for has a line.
  @Test func everyTestIsTold() throws {
    var options = FitOptions()
    options.tests = [.satorraBentler, .scaledShifted, .browneResidualADF, .bollenStine]
    options.testDraws = 50
    let fit = try Model(ReportCase.factors, preset: .cfa)
      .fit(to: try ReportCase.table("HolzingerSwineford1939"), options: options)
    let text = try FitSummary(fit).text(width: 80)
    for name in ["Model, scaled ", "scaled.shifted ", "browne.residual.adf ", "bollen.stine "] {
      #expect(text.contains("\n  \(name)"), "\(name)")
    }
  }

  @Test func otherStartsAreTold() throws {
    let text = try ReportCase.notConverged.summary().text(width: 80)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("; no convergence from: "))
    #expect(words.contains("Convergence none after 1 iteration, "))
    #expect(words.contains("NOT CONVERGED"))
    #expect(words.contains("[not-converged]"))
  }

  @Test func warningsStandBeforeNumbers() throws {
    let text = try ReportCase.heywood.summary().text(width: 80)
    let warning = try #require(text.range(of: "[negative-variance]"))
    let numbers = try #require(text.range(of: "Model test"))
    #expect(warning.lowerBound < numbers.lowerBound)
    #expect(text.contains("INADMISSIBLE"))
  }

  @Test(arguments: [ReportCase.notIdentified, .notConverged])
  func meaninglessNumbersAreLeftOut(_ report: ReportCase) throws {
    let summary = try report.summary()
    let text = summary.text(width: 120)
    for word in ["S.E.", "CI lower", "Model test", "RMSEA", "<0.001"] { #expect(!text.contains(word)) }
    #expect(text.contains("Estimate"))
  }

  @Test func intervalsNeedAHundredColumns() throws {
    let summary = try ReportCase.holzingerSwineford.summary()
    #expect(!summary.text(width: 99).contains("CI lower"))
    #expect(summary.text(width: 100).contains("CI lower"))
    #expect(summary.text(width: 80).contains("Std.all"))
    #expect(!summary.text(width: 40).contains("Std.lv"))
  }

  @Test func modificationIndicesAreCutAtTwenty() throws {
    let summary = try ReportCase.holzingerSwineford.summary()
    let indices = try #require(summary.modificationIndices)
    let text = summary.text(width: 80)
    #expect(text.contains("\(indices.count - 20) smaller ones are not shown"))
    #expect(text.contains("  visual =~ x9              36.411"))
  }

  @Test func groupsHaveHeadings() throws {
    let text = try ReportCase.twoGroups.summary().text(width: 80)
    #expect(text.contains("Group 1: Pasteur (156 cases)\n----------------------------\n"))
    #expect(text.contains("Group 2: Grant-White (145 cases)"))
    #expect(text.contains("R², group Grant-White"))
  }

  @Test func droppedRowsAreCounted() throws {
    let fit = try Model(ReportCase.factors, preset: .cfa).fit(to: try ReportCase.table("hs-missing"))
    let text = try FitSummary(fit).text(width: 80)
    #expect(text.contains("99 of 301; 202 with missing values dropped (listwise)"))
  }

  @Test func incompleteDataAreDescribed() throws {
    var options = FitOptions()
    options.missing = .fullInformation
    let fit = try Model(ReportCase.factors, preset: .cfa)
      .fit(to: try ReportCase.table("hs-missing"), options: options)
    let text = try FitSummary(fit).text(width: 80)
    #expect(text.contains("  Cases            301; 59 patterns of observed values, full information\n"))
    #expect(text.contains("Robust measures\n  CFI "))
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 80 })
  }

  @Test func fixedCovariatesAreNotListed() throws {
    let fit = try Model("Sepal.Length ~ Petal.Length + Petal.Width").fit(to: try ReportCase.table("r-iris"))
    let text = try FitSummary(fit).text(width: 80)
    #expect(text.contains("Petal.Length, Petal.Width are the sample's (fixed.x)"))
    #expect(!text.contains("Petal.Length ~~"))
  }

  @Test func smallErrorsTakeExponents() throws {
    let matrix = try NamedMatrix("a,b,c\n4e-8\n2e-8,5e-8\n1.5e-8,2e-8,6e-8")
    let fit = try Model("f =~ a + b + c").fit(to: try CovarianceInput(matrix, count: 300))
    let text = try FitSummary(fit).text(width: 80)
    #expect(text.contains(#/\.a +\d\.\d\de-08 +\d\.\d\de-09/#))
  }

  @Test func sixtyIndicatorsWithLongNamesKeepTheirNames() throws {
    let names = (1...60).map { "organisational_commitment_item_\($0)" }
    var random = SplitMix(state: 7)
    let factor = (0..<200).map { _ in random.next() }
    let columns = names.map { name in (name: name, values: factor.map { $0 + random.next() }) }
    let model = "commitment =~ " + names.joined(separator: " + ")
    let fit = try Model(model).fit(to: try DataTable(columns: columns))
    let text = try FitSummary(fit).text(width: 60)
    let loadings = text.split(separator: "\n").drop { $0 != "  commitment =~" }.dropFirst().prefix(60)
    let shown = loadings.compactMap { $0.split(separator: " ").first }
    #expect(Set(shown).count == 60)
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 60 })
  }
}

/// Evenly distributed numbers, always the same.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53 - 0.5
  }
}

@Suite struct ModelCheckTextTests {
  @Test func identifiedModel() throws {
    let model = try Model(ReportCase.factors, preset: .cfa)
    try Snapshot.expect(try ModelCheck(model).text(width: 80), "Check-HolzingerSwineford-80")
  }

  @Test func modelWithEverything() throws {
    let model = try Model(
      """
      f =~ NA*a + lower(0)*l2*b + start(0.7)*c + 0.5*d
      f ~~ 1*f
      y ~ f + x
      l2 < 2
      twice := 2*l2
      """)
    try Snapshot.expect(try ModelCheck(model).text(width: 80), "Check-Everything-80")
  }

  @Test func unidentifiedModelNamesTheCombination() throws {
    let text = try ModelCheck(try Model("f =~ x1 + x2")).text(width: 80)
    #expect(text.contains("Identification      NO"))
    #expect(text.contains("[not-identified]"))
    #expect(text.contains("(f=~x2)"))
    #expect(text.contains("Degrees of freedom  -1"))
  }

  @Test func dataProblemsAreTold() throws {
    let table = try DataTable(columns: [
      ("a", [1, 2, 3, 5, 4, 7]), ("b", [2, 1, 4, 3, 6, 8]), ("c", [3, 3, 3, 3, 3, 3]),
    ])
    let text = try ModelCheck(try Model("f =~ a + b + c"), data: table).text(width: 80)
    #expect(text.contains("Problem of the data that prevents a fit"))
    #expect(text.contains("[data.constant-variable]"))
  }

  @Test func everyWidthIsKept() throws {
    let model = try Model("感知有用性 =~ 有用1 + 有用2 + 有用3\n一个非常长的名字一个非常长的名字一个非常长的名字 ~ 感知有用性")
    for width in [40, 50, 80, 120] {
      let lines = try ModelCheck(model).text(width: width).split(separator: "\n")
      #expect(lines.allSatisfy { String($0).displayWidth <= width })
    }
  }
}
