import SEM
import SEMNumerics
import SEMStudy
import Testing

@Suite struct MediationTests {
  static let bootstrap: BootstrapOptions = {
    var options = BootstrapOptions()
    options.draws = 1000
    options.seed = 20_180_501
    return options
  }()
  /// One bootstrap for all tests.
  static let table = Result {
    try MediationTable(P2P.fit.get(), mediations: P2P.mediations, bootstrap: bootstrap)
  }

  /// lavaan 0.6-14: estimate, standardised; percentile and bias-corrected intervals of 1,000 draws with another generator.
  static let expected: [(Double, Double, [Double], [Double])] = [
    (0.178, 0.154, [0.093, 0.281], [0.093, 0.281]), (0.119, 0.108, [0.043, 0.206], [0.044, 0.207]),
    (-0.113, -0.106, [-0.197, -0.043], [-0.209, -0.050]),
    (-0.068, -0.054, [-0.132, -0.022], [-0.138, -0.025]),
    (-0.036, -0.028, [-0.073, -0.012], [-0.075, -0.013]), (0.090, 0.072, [0.044, 0.154], [0.046, 0.159]),
  ]
  /// Two sets of 1,000 draws differ in an interval's end by about √2 · √(α(1-α)/R) / density: 0.011 at most for standard errors up
  /// to .05; twice that.
  static let monteCarlo = 0.022

  @Test func estimatesAndIntervals() throws {
    let table = try Self.table.get()
    #expect(table.draws == 1000 && table.failedDraws == 0)
    for (line, expected) in zip(table.lines, Self.expected) {
      expectNear(line.indirect.estimate, expected.0, within: printed3, line.label)
      expectNear(line.indirect.standardized, expected.1, within: printed3, line.label)
      for (kind, ends) in [(BootstrapIntervalKind.percentile, expected.2), (.biasCorrected, expected.3)] {
        let interval = try #require(line.indirect[kind])
        expectNear(interval.lower, ends[0], within: Self.monteCarlo, "\(kind) \(line.label)")
        expectNear(interval.upper, ends[1], within: Self.monteCarlo, "\(kind) \(line.label)")
        #expect(interval.excludesZero == true)
        #expect((interval.pValue ?? 1) < 0.05)
      }
      let bca = try #require(line.indirect[.bca])
      #expect(bca.lower != nil && bca.upper != nil)
      #expect(line.indirect.standardizedIntervals.count == 3)
      #expect(line.verdict == .supported)
    }
    expectNear(table.lines[0].indirect.standardError, 0.046, within: 0.006, "SE")
  }

  @Test func sharesAndPatterns() throws {
    let lines = try Self.table.get().lines
    // No path PU -> FB: the chain is all there is but for PU -> TR -> FI -> FB.
    #expect(lines[0].direct == nil && lines[0].pattern == .indirectOnly)
    #expect(lines[0].conclusion[.english].contains("no direct path"))
    let total = try #require(lines[0].total.estimate)
    expectNear(lines[0].share, 0.1775 / total, within: 0.005, "share of PU")
    // PFC -> FB is in the model, not significant: full mediation, the share is indirect / total = .113 / .228.
    #expect(lines[2].pattern == .indirectOnly && lines[2].conclusion[.english] == "full mediation")
    expectNear(lines[2].share, 0.1127 / 0.2283, within: 0.005, "share of PFC")
    // PR -> FI is in the model and significant, both negative: partial mediation.
    #expect(lines[3].pattern == .complementary && lines[3].conclusion[.chinese] == "部分中介")
  }

  @Test func patterns() {
    typealias P = MediationPattern
    #expect(
      P(indirect: 1, isIndirectSignificant: true, direct: 1, isDirectSignificant: true) == .complementary)
    #expect(
      P(indirect: 1, isIndirectSignificant: true, direct: -1, isDirectSignificant: true) == .competitive)
    #expect(
      P(indirect: 1, isIndirectSignificant: true, direct: 1, isDirectSignificant: false) == .indirectOnly)
    #expect(P(indirect: 1, isIndirectSignificant: false, direct: 1, isDirectSignificant: true) == .directOnly)
    #expect(P(indirect: 1, isIndirectSignificant: false, direct: 1, isDirectSignificant: false) == .none)
  }

  @Test func contrastsOfTwoChains() throws {
    let chains = [["PEOU", "FI", "FB"], ["PEOU", "PU", "FI", "FB"]]
    var options = Self.bootstrap
    options.draws = 200
    options.withJackknife = false
    let table = try MediationTable(
      P2P.fit.get(), mediations: chains.enumerated().map { StudyMediation("M\($0)", chain: $1) },
      bootstrap: options)
    #expect(table.contrasts.count == 1)
    let contrast = try #require(table.contrasts.first)
    let a = try #require(table.lines[0].indirect.estimate)
    let b = try #require(table.lines[1].indirect.estimate)
    expectNear(contrast.difference.estimate, a - b, within: rounding, "difference")
    #expect(contrast.difference[.percentile]?.lower != nil)
    #expect(table.lines[0].indirect[.bca] == nil)
  }

  @Test func withoutBootstrapSobelDecides() throws {
    let table = try MediationTable(P2P.fit.get())
    #expect(table.verdictKind == nil && table.draws == 0)
    let line = try #require(table.lines.first { $0.chain == ["PU", "FI", "FB"] })
    expectNear(line.indirect.z, 3.854, within: printed3, "z")
    #expect(line.indirect.intervals.isEmpty && line.pattern == .indirectOnly && line.verdict == nil)
    // All chains between structural variables are found; the longest runs through four paths.
    #expect(table.lines.contains { $0.chain == ["PEOU", "PU", "TR", "FI", "FB"] })
    let weak = try #require(table.lines.first { $0.chain == ["PEOU", "FI", "FB"] })
    #expect(weak.pattern == MediationPattern.none)
  }

  @Test func oppositeSignsHaveNoShare() throws {
    // y = x - 2 m + e, m = x + u: direct +1, indirect -2, total -1.
    let moments = SampleMoments(
      variables: ["x", "m", "y"], count: 200, mean: nil,
      covariance: Matrix(rows: [[1, 1, -1], [1, 2, -3], [-1, -3, 6]]))
    let fit = try Model("m ~ x\ny ~ m + x").fit(to: moments)
    let line = try #require(try MediationTable(fit).lines.first)
    expectNear(line.indirect.estimate, -2, within: 1e-6, "indirect")
    expectNear(line.total.estimate, -1, within: 1e-6, "total")
    #expect(line.share == nil && line.shareReason != nil)
    #expect(line.pattern == .competitive)
  }

  @Test func unknownChains() throws {
    for chain in [["PU", "FB"], ["PU", "SN", "FB"]] {
      let error = #expect(throws: StudyError.self) {
        try MediationTable(P2P.fit.get(), mediations: [StudyMediation("M", chain: chain)])
      }
      #expect(error?.code == .pathNotInModel)
    }
  }

  @Test func summaryOfHypotheses() throws {
    let paths = try PathTable(
      P2P.fit.get(), hypotheses: P2P.hypotheses, controls: ["SIZE", "AGE"], convention: .amos)
    let summary = HypothesisSummary(paths: paths, mediation: try Self.table.get())
    #expect(summary.lines.count == 17)
    #expect(summary.lines.filter { !$0.verdict.isSupported }.map(\.id) == ["H3", "H11"])
    #expect(summary.lines[0].text[.english] == "PEOU has a positive effect on PU")
    #expect(summary.lines[0].text[.chinese] == "PEOU正向影响PU")
    #expect(summary.lines[11].text[.chinese] == "FI在PU与FB之间起中介作用")
    #expect(summary.lines[11].interval?.kind == .biasCorrected)
  }
}
