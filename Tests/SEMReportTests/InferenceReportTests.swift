import Foundation
import SEM
import SEMReport
import Testing

/// Effects, bootstrap, invariance and comparison: every member of their JSON is in the schemas, and no line of their text is
/// wider than the page.
@Suite struct InferenceReportTests {
  private static let threeFactors = """
    visual =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    speed =~ x7 + x8 + x9
    """

  private static func fit(_ text: String, _ estimator: String = "ML") throws -> FittedModel {
    try Model(text, preset: .cfa).fit(
      to: SchemaTests.holzinger(), options: FitOptions(try #require(EstimatorPreset(estimator))))
  }

  private static func comparison(_ estimator: String) throws -> ModelComparison {
    ModelComparison(fits: [
      ("three factors", try fit(threeFactors, estimator)),
      ("visual and speed apart", try fit(threeFactors + "\nvisual ~~ 0*speed", estimator)),
      ("视觉与语言", try fit("a =~ x1 + x2 + x3 + x4\nb =~ x5 + x6 + x7 + x8 + x9", estimator)),
    ])
  }

  private static func invariance(_ estimator: String, releases: Bool) throws -> MeasurementInvariance {
    var options = MeasurementInvariance.Options()
    options.levels = InvarianceLevel.allCases
    options.releases = releases
    options.fit = FitOptions(try #require(EstimatorPreset(estimator)))
    return try MeasurementInvariance(
      Model(threeFactors, preset: .cfa), table: SchemaTests.holzinger(), group: "school", options: options)
  }

  /// A path model with Chinese names: x1 → 中介变量 → x3.
  private static func chinese() throws -> FittedModel {
    let table = try SchemaTests.holzinger()
    let names = ["x1": "自变量", "x2": "中介变量", "x3": "因变量"]
    let renamed = try DataTable(
      columns: ["x1", "x2", "x3"].map { (names[$0] ?? $0, try table.numericColumn($0)) })
    return try Model("中介变量 ~ a*自变量\n因变量 ~ b*中介变量 + 自变量\n间接效应 := a*b").fit(to: renamed)
  }

  private static func report(_ fit: FittedModel) throws -> (EffectTable, BootstrapReport) {
    let effects = try fit.effects(covariance: try fit.estimateCovariance())
    var options = BootstrapOptions()
    options.draws = 12
    options.jackknifeLimit = 10
    options.selection.effects = [.all]
    options.quantities = [.fitMeasures(["srmr"])]
    return (effects, BootstrapReport(try fit.bootstrap(options), fit: fit, kind: .bca, effects: effects))
  }

  @Test(arguments: ["ML", "MLR", "MLMV"]) func comparisonsKeepTheirSchema(_ estimator: String) throws {
    let value = try SchemaTests.object(Self.comparison(estimator).json)
    let problems = try Schema(named: "compare-1", strict: true).problems(value)
    #expect(problems == [], "\(problems.prefix(3))")
  }

  @Test(arguments: [("ML", false), ("MLR", true)])
  func invarianceKeepsItsSchema(_ estimator: String, _ releases: Bool) throws {
    let value = try SchemaTests.object(Self.invariance(estimator, releases: releases).json)
    let problems = try Schema(named: "invariance-1", strict: true).problems(value)
    #expect(problems == [], "\(problems.prefix(3))")
  }

  @Test func resamplingKeepsItsSchema() throws {
    let fit = try Self.chinese()
    let (effects, report) = try Self.report(fit)
    var options = BootstrapOptions()
    options.method = .monteCarlo
    options.draws = 30
    let monteCarlo = BootstrapReport(try fit.bootstrap(options), fit: fit, kind: .percentile)
    let json = try FitSummary(fit).json.appending([
      ("effects", effects.json()), ("bootstrap", report.json), ("monte_carlo", monteCarlo.json),
    ])
    let problems = try Schema(named: "fit-1", strict: true).problems(SchemaTests.object(json))
    #expect(problems == [], "\(problems.prefix(3))")
  }

  /// The columns that a line takes in a terminal: the Chinese characters of these tests take two.
  private static func columns(_ line: some StringProtocol) -> Int {
    line.unicodeScalars.reduce(0) { $0 + ((0x4E00...0x9FFF).contains($1.value) ? 2 : 1) }
  }

  @Test func linesKeepThePage() throws {
    let (effects, report) = try Self.report(try Self.chinese())
    let comparison = try Self.comparison("MLR")
    let ladder = try Self.invariance("ML", releases: false)
    for width in [40, 60, 80, 100, 120] {
      let texts = [
        effects.text(width: width), report.text(width: width), comparison.text(width: width),
        ladder.text(width: width),
      ]
      for line in texts.flatMap({ $0.split(separator: "\n") }) {
        #expect(Self.columns(line) <= width, "\(line)")
      }
    }
  }

  /// What is on a wide page is on a narrow one too.
  @Test func narrowPagesLoseNothing() throws {
    let ladder = try Self.invariance("ML", releases: false)
    func words(_ text: String) -> Set<Substring> { Set(text.split(whereSeparator: \.isWhitespace)) }
    let wide = words(ladder.text(width: 200))
    for width in [40, 60, 80] { #expect(wide.subtracting(words(ladder.text(width: width))).isEmpty) }
  }
}
