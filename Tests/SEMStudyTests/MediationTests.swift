import SEM
import SEMNumerics
import SEMStudy
import Testing

@Suite struct MediationTests {
  static let bootstrap: BootstrapOptions = {
    var options = BootstrapOptions()
    options.draws = 60
    options.seed = 20_180_501
    options.jackknifeLimit = 20
    return options
  }()
  /// One bootstrap for all tests, of few draws: tests are built without optimisation.
  static let table = Result {
    try MediationTable(P2P.fit.get(), mediations: P2P.mediations, bootstrap: bootstrap)
  }

  /// lavaan 0.6-14: estimate, standardised, standard error by the delta method.
  static let expected: [(Double, Double, Double)] = [
    (0.178, 0.154, 0.046), (0.119, 0.108, 0.039), (-0.113, -0.106, 0.036), (-0.068, -0.054, 0.025),
    (-0.036, -0.028, 0.014), (0.090, 0.072, 0.026),
  ]
  /// A standard deviation of 60 draws is off by 1 / √120 = 9 % on average, and bootstrap and delta method differ by as much;
  /// four times that.
  static let monteCarlo = 0.4

  @Test func estimatesAndIntervals() throws {
    let table = try Self.table.get()
    #expect(table.draws + table.failedDraws == 60 && table.failedDraws < 3)
    #expect(table.verdictKind == .biasCorrected)
    for (line, expected) in zip(table.lines, Self.expected) {
      let estimate = try #require(line.indirect.estimate)
      expectNear(estimate, expected.0, within: printed3, line.label)
      expectNear(line.indirect.standardized, expected.1, within: printed3, line.label)
      expectNear(line.indirect.standardError, expected.2, within: Self.monteCarlo * expected.2, line.label)
      for kind in MediationTable.kinds {
        let interval = try #require(line.indirect[kind])
        let (lower, upper) = (try #require(interval.lower), try #require(interval.upper))
        #expect(lower < estimate && estimate < upper)
        #expect(interval.excludesZero == (lower > 0 || upper < 0))
      }
      #expect(line.indirect.standardizedIntervals.count == 3)
      #expect(
        line.verdict == (line.indirect[.biasCorrected]?.excludesZero == true ? .supported : .notSupported))
    }
  }

  /// Intervals for a path model of scale means, against 20,000 draws of least squares in R 4.2.2, which has the same
  /// coefficients.
  @Test func intervalsAsInR() throws {
    let data = try P2P.survey.get()
    func mean(_ code: String, _ count: Int) throws -> [Double] {
      let columns = try (1...count).map { try data.numericColumn("\(code)\($0)") }
      return (0..<data.rowCount).map { row in columns.reduce(0) { $0 + $1[row] } / Double(count) }
    }
    let means = try DataTable(columns: [
      ("PFC", mean("PFC", 3)), ("FI", mean("FI", 3)), ("FB", mean("FB", 3)),
    ])
    let fit = try Model("FI ~ PFC\nFB ~ FI + PFC").fit(to: means)
    var options = BootstrapOptions()
    options.draws = 1000
    options.jackknifeLimit = 40
    let table = try MediationTable(
      fit, mediations: [StudyMediation("M", chain: ["PFC", "FI", "FB"], sign: .negative)], bootstrap: options)
    let line = table.lines[0]
    expectNear(line.indirect.estimate, -0.1166558, within: 1e-6, "estimate")
    expectNear(line.indirect.standardError, 0.02516623, within: 4 * 0.0252 / 44.7, "standard error")
    // The 2.5 % point of 1,000 draws has the error √(0.025 · 0.975 / 1000) / 0.0584 standard errors; four times that.
    let quantile = 4 * 0.0846 * 0.0252
    for (kind, ends) in [
      (BootstrapIntervalKind.percentile, [-0.1688325, -0.0702036]),
      (.biasCorrected, [-0.1697996, -0.0709463]),
    ] {
      expectNear(line.indirect[kind]?.lower, ends[0], within: quantile, "\(kind)")
      expectNear(line.indirect[kind]?.upper, ends[1], within: quantile, "\(kind)")
    }
    #expect(line.verdict == .supported)
  }

  @Test func sharesAndPatterns() throws {
    let table = try MediationTable(P2P.fit.get(), mediations: P2P.mediations)
    let lines = table.lines
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
    options.draws = 30
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
    #expect(summary.lines.prefix(11).filter { !$0.verdict.isSupported }.map(\.id) == ["H3", "H11"])
    #expect(summary.lines[0].text[.english] == "PEOU has a positive effect on PU")
    #expect(summary.lines[0].text[.chinese] == "PEOU正向影响PU")
    #expect(summary.lines[11].text[.chinese] == "FI在PU与FB之间起中介作用")
    #expect(summary.lines[11].interval?.kind == .biasCorrected)
  }
}
