import SEM
import SEMNumerics
import SEMStudy
import Testing

/// The P2P study against the figures of its page: psych 2.2.9, semTools 0.5-6 and lavaan 0.6-14 (R 4.2.2) on the same
/// answers, which print two or three decimals.
@Suite struct StudyResultTests {
  /// Half a unit of the third decimal, and a little for the rounding of the printed figure itself.
  static let thirdDecimal = 0.000_501
  /// The same for figures of which two decimals are printed.
  static let secondDecimal = 0.005_01

  static let result: Result<StudyResult, any Error> = Result {
    var file = try StudyFile(contentsOf: Samples.path("P2PFinancing/study.yaml"))
    // Draws are tested where they are made; here they would only take time.
    file.options.bootstrapDraws = 0
    return try Study(file).run()
  }

  private var result: StudyResult { get throws { try Self.result.get() } }

  @Test func everyPartIsThere() throws {
    let result = try result
    #expect(result.status == .proper)
    #expect(result.study.notes.isEmpty)
    #expect(result.respondents.value?.count == 2)
    #expect(result.items.value?.items.count == 28)
    #expect(result.normality.value != nil && result.missing.value != nil && result.quality.value != nil)
    #expect(result.parallel.value != nil && result.heterotraitMonotrait.value != nil)
    #expect(result.factorModels.value?.candidates.count == 5)
    #expect(result.commonMethod.value?.methodFactors.count == 2)
    #expect(result.effects.value != nil && result.modification.value != nil && result.groupPaths.value != nil)
    #expect(result.study.dataDigest?.count == 64)
  }

  @Test func reliabilityIsThatOfPsych() throws {
    let alphas = try result.reliability.map { $0.value?.alpha ?? .nan }
    for (value, printed) in zip(alphas, [0.842, 0.819, 0.795, 0.793, 0.852, 0.767, 0.835, 0.779]) {
      #expect((value - printed).magnitude < Self.thirdDecimal)
    }
    let adequacy = try #require(try result.adequacy.value)
    #expect((adequacy.overall - 0.858).magnitude < Self.thirdDecimal)
    #expect((adequacy.chiSquare - 4143.059).magnitude < Self.thirdDecimal && adequacy.degreesOfFreedom == 378)
    let exploration = try #require(try result.exploration.value)
    #expect(exploration.factorCount == 8)
    #expect((exploration.rotatedVariance[0].sum - 2.839).magnitude < Self.thirdDecimal)
    #expect((exploration.communalities[0] - 0.683).magnitude < Self.thirdDecimal)
  }

  @Test func measurementIsThatOfSemTools() throws {
    let qualities = try #require(try result.measurement.value).qualities
    for (quality, printed) in zip(
      qualities,
      [
        (0.842, 0.573), (0.820, 0.533), (0.796, 0.565), (0.795, 0.493), (0.853, 0.592), (0.768, 0.526),
        (0.836, 0.630),
        (0.784, 0.549),
      ])
    {
      #expect(((quality.compositeReliability ?? .nan) - printed.0).magnitude < Self.thirdDecimal)
      #expect(((quality.averageVariance ?? .nan) - printed.1).magnitude < Self.thirdDecimal)
    }
    let ratio = try result.heterotraitMonotrait.value?.pair(.htmt, "FI", "FB")?.value ?? .nan
    #expect((ratio - 0.556).magnitude < Self.thirdDecimal)
    let cfi = try #require(try result.factorModels.value).candidates.map { $0.indices[.cfi] ?? .nan }
    // CFI does not differ between χ² = N F and (N - 1) F in these digits, but for the fits that are far off.
    for (value, printed) in zip(cfi, [0.990, 0.894, 0.847, 0.780, 0.433]) {
      #expect((value - printed).magnitude < 0.001_001)
    }
  }

  @Test func structureIsThatOfLavaanWithTheWishartLikelihood() throws {
    let result = try result
    let indices = try #require(result.fit.value?.models.last).indices
    let printed: [(FitIndex, Double)] = [
      (.chiSquare, 439.874), (.degreesOfFreedom, 387), (.relativeChiSquare, 1.137), (.pValue, 0.033),
      (.gfi, 0.928),
      (.agfi, 0.914), (.pgfi, 0.772), (.nfi, 0.899), (.rfi, 0.886), (.ifi, 0.987), (.tli, 0.985),
      (.cfi, 0.987),
      (.rmsea, 0.020), (.srmr, 0.043), (.rmr, 0.048),
    ]
    for (index, value) in printed {
      #expect(((indices[index] ?? .nan) - value).magnitude < Self.thirdDecimal, "\(index)")
    }
    #expect((indices.model.aic - 595.874).magnitude < Self.thirdDecimal)
    #expect(((indices.model.bcc ?? .nan) - 610.618).magnitude < Self.thirdDecimal)
    #expect((indices.model.ecvi - 1.660).magnitude < Self.thirdDecimal)
    let paths = try #require(result.paths.value)
    let first = try #require(paths.path(from: "PEOU", to: "PU"))
    #expect(((first.estimate ?? .nan) - 0.505).magnitude < Self.thirdDecimal)
    #expect(((first.criticalRatio ?? .nan) - 6.991).magnitude < Self.thirdDecimal)
    #expect(((first.standardized ?? .nan) - 0.469).magnitude < Self.thirdDecimal)
    let hypotheses = try #require(result.hypotheses.value)
    #expect(hypotheses.lines.filter { !$0.verdict.isSupported }.map(\.id) == ["H3", "H11"])
  }

  @Test func groupsAreThoseOfThePage() throws {
    let steps = try #require(try result.groups.value).steps
    let unconstrained = try #require(steps.first).indices
    let loadings = try #require(steps.dropFirst().first).indices
    // The page prints N F; AMOS has (N - 2) F for two groups.
    let factor = 358.0 / 360
    #expect(((unconstrained[.chiSquare] ?? .nan) - 764.427 * factor).magnitude < Self.thirdDecimal)
    #expect(((loadings[.chiSquare] ?? .nan) - 781.355 * factor).magnitude < Self.thirdDecimal)
    #expect(unconstrained[.degreesOfFreedom] == 774 && loadings[.degreesOfFreedom] == 794)
  }

  @Test func theThreadsDoNotMatter() throws {
    let options = "\nmediations: [A -> C -> B]\noptions: {bootstrap: 50, threads: "
    let text = StudyTests.file.replacing("B: B1-B3", with: "B: B1-B3\n  C: C1-C3")
    let results = try ["1}", "3}"].map { threads in
      let columns = StudyTests.answers(StudyTests.names + ["C1", "C2", "C3"])
      return try Study(StudyFile(parsing: text + options + threads), data: try DataTable(columns: columns))
        .run()
    }
    #expect(
      results[0].heterotraitMonotrait.value?.pairs(.htmt)
        == results[1].heterotraitMonotrait.value?.pairs(.htmt))
    #expect(results[0].parallel.value == results[1].parallel.value)
    #expect(results[0].mediation.value?.lines == results[1].mediation.value?.lines)
    #expect(results[0].mediation.value?.draws ?? 0 > 40)
  }

  @Test func whatCannotBeComputedSaysWhyAndTheRestGoesOn() throws {
    // Six cases for six items: no covariance matrix of full rank.
    let study = try StudyTests.study { columns in
      for index in columns.indices { columns[index].values = Array(columns[index].values.prefix(6)) }
    }
    let result = study.run()
    #expect(result.status == .notFitted)
    #expect(result.failure != nil)
    #expect(result.items.value?.items.count == 6)
    #expect(result.reliability.contains { $0.value != nil })
  }

  @Test func aSingleItemIsAVariableWithoutError() throws {
    let result = try StudyTests.study(StudyTests.file.replacing("B: B1-B3", with: "B: B1")).run()
    #expect(result.structure.value != nil)
    #expect(result.reliability.last?.error != nil)
    let fit = try #require(result.structure.value)
    let residual = fit.table.rows.firstIndex { $0.op == .covariance && $0.lhs == "B1" && $0.rhs == "B1" }
    #expect(residual.map { fit.rowValues[$0] } == 0)
  }
}
