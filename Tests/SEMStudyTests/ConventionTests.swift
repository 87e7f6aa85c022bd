import SEM
import SEMStudy
import Testing

@Suite struct ConventionTests {
  /// Three tables that AMOS printed (a tutorial on satisfaction with supermarkets, N = 401): C, d, q, p and NFI are given, the
  /// rest follows.
  static let printedTables: [(c: Double, d: Int, q: Int, p: Int, nfi: Double, rest: [Double])] = [
    (1031.441, 180, 51, 21, 0.842, [1133.441, 1139.378, 2.834, 0.109, 0.866]),
    (819.541, 145, 45, 19, 0.862, [909.541, 914.278, 2.274, 0.108, 0.884]),
    (510.100, 144, 46, 19, 0.914, [602.100, 606.942, 1.505, 0.080, 0.937]),
  ]

  @Test(arguments: 0..<3) func printedAmosTables(_ index: Int) {
    let table = Self.printedTables[index]
    let d0 = table.p * (table.p - 1) / 2
    // NFI is printed to three decimals, so that C₀ is known within a range.
    let measures = { (nfi: Double) in
      AmosMeasures(
        test: ChiSquareTest(statistic: table.c, degreesOfFreedom: table.d), parameterCount: table.q,
        baseline: ChiSquareTest(statistic: table.c / (1 - nfi), degreesOfFreedom: d0),
        groups: [AmosMeasures.Group(count: 401, variableCount: table.p)])
    }
    let m = measures(table.nfi)
    expectNear(m.aic, table.rest[0], within: printed3, "AIC")
    expectNear(m.bcc, table.rest[1], within: printed3, "BCC")
    expectNear(m.ecvi, table.rest[2], within: printed3, "ECVI")
    expectNear(m.mecvi, table.rest[1] / 400, within: rounding + printed3 / 400, "MECVI")
    expectNear(m.rmsea, table.rest[3], within: printed3, "RMSEA")
    let ifi = [measures(table.nfi - 0.0005).ifi ?? .nan, measures(table.nfi + 0.0005).ifi ?? .nan]
    #expect(ifi[0] <= table.rest[4] + 0.0005 && ifi[1] >= table.rest[4] - 0.0005)
  }

  /// lavaan 0.6-14 with AMOS's formulas, `reference-results.txt` of the study.
  @Test func referenceSampleAsInAmos() throws {
    let indices = FitIndices(try P2P.fit.get(), convention: .amos)
    let expected: [(FitIndex, Double)] = [
      (.chiSquare, 439.874), (.degreesOfFreedom, 387), (.relativeChiSquare, 1.137), (.pValue, 0.033),
      (.gfi, 0.928), (.agfi, 0.914), (.pgfi, 0.772), (.nfi, 0.899), (.rfi, 0.886), (.ifi, 0.987),
      (.tli, 0.985), (.cfi, 0.987), (.rmsea, 0.020), (.srmr, 0.043), (.rmr, 0.048),
    ]
    for (index, value) in expected {
      expectNear(indices[index], value, within: printed3, index.rawValue)
    }
    expectNear(indices.model.aic, 595.874, within: printed3, "AIC")
    expectNear(indices.model.bcc, 610.618, within: printed3, "BCC")
    expectNear(indices.model.ecvi, 1.660, within: printed3, "ECVI")
    expectNear(indices.independence.chiSquare, 4354.842, within: printed3, "independence")
    #expect(indices.model.parameterCount == 78)
    #expect(indices.saturated.parameterCount == 465)
    #expect(indices.independence.parameterCount == 30)
    #expect(indices.independence.degreesOfFreedom == 435)
    expectNear(indices.saturated.aic, 930, within: rounding, "AIC of the saturated model")
    expectNear(indices.independence.aic, 4414.842, within: printed3, "AIC of the independence model")
    // CAIC - BIC = q, and Hoelter's N is the largest with C (N - 1) / (N - 1) below the critical value.
    expectNear(indices.model.caic.map { $0 - indices.model.bic }, 78, within: 1e-9, "CAIC")
    let critical = try #require(indices[.hoelter05])
    let perCase = 439.874 / 359
    #expect(ChiSquareTest(statistic: perCase * (critical - 1), degreesOfFreedom: 387).pValue ?? 0 >= 0.05)
    #expect(ChiSquareTest(statistic: perCase * critical, degreesOfFreedom: 387).pValue ?? 1 < 0.05)
  }

  @Test func referenceSampleAsInLavaan() throws {
    let fit = try P2P.fit.get()
    let indices = FitIndices(fit, convention: .lavaan)
    let expected: [(FitIndex, Double)] = [
      (.chiSquare, 441.099), (.pValue, 0.030), (.gfi, 0.928), (.nfi, 0.899), (.rfi, 0.886),
      (.ifi, 0.986), (.tli, 0.985), (.cfi, 0.986), (.rmsea, 0.020), (.rmseaLower, 0.007),
      (.rmseaUpper, 0.028),
      (.srmr, 0.043), (.rmr, 0.048), (.pgfi, 0.772), (.pnfi, 0.800), (.hoelter05, 355.099),
      (.hoelter01, 372.056),
    ]
    for (index, value) in expected {
      expectNear(indices[index], value, within: printed3, index.rawValue)
    }
    expectNear(indices.model.aic, 28027.000, within: printed3, "AIC")
    expectNear(indices.model.bic, 28330.116, within: printed3, "BIC")
    expectNear(indices.model.ecvi, 1.659, within: printed3, "ECVI")
    // The three models have one likelihood: AIC is that of fitMeasures.
    expectNear(indices.model.aic, fit.fitMeasures()["aic"] ?? .nan, within: 1e-7, "AIC")
    #expect(indices.model.bcc == nil)
  }

  /// The Wishart likelihood has AMOS's χ² without any factor.
  @Test func wishartGivesTheSameChiSquare() throws {
    var options = FitOptions()
    options.likelihood = .wishart
    let wishart = try P2P.model().fit(to: P2P.survey.get(), options: options)
    let normal = try P2P.fit.get()
    let amos = normal.chiSquare(.amos).statistic
    expectNear(wishart.chiSquare(.amos).statistic, amos, within: 1e-6, "Wishart")
    expectNear(
      wishart.independenceTest(.amos).statistic, normal.independenceTest(.amos).statistic, within: 1e-6,
      "independence")
    // z of paths does not depend on the divisor.
    let a = try wishart.parameterEstimates(wishart.estimateCovariance(.amos))
    let b = try normal.parameterEstimates(normal.estimateCovariance(.amos))
    for (x, y) in zip(a, b) where x.parameter.op == .regression {
      expectNear(x.z, y.z ?? .nan, within: 1e-5, "z")
    }
  }

  @Test func verdictsFollowTheCriteria() throws {
    let indices = FitIndices(try P2P.fit.get(), convention: .amos)
    let table = FitTable([FitTable.Model("Structural model", indices)])
    func verdict(_ index: FitIndex) -> FitVerdict? {
      table.criteria.first { $0.index == index }.flatMap(table.verdict)
    }
    #expect(verdict(.rmsea) == .ideal)
    #expect(verdict(.cfi) == .ideal)
    #expect(verdict(.nfi) == .poor)
    #expect(verdict(.pgfi) == .ideal)
    let srmr = try #require(table.criteria.first { $0.index == .srmr })
    #expect(srmr.verdict(0.05) == .ideal && srmr.verdict(0.06) == .acceptable && srmr.verdict(0.09) == .poor)
    #expect(table.criteria.allSatisfy { !$0.source.isEmpty })
  }

  /// Fixed covariates are parameters of AMOS's model.
  @Test func covariatesCountInAmos() throws {
    let data = try P2P.survey.get()
    let text = "PU =~ PU1 + PU2 + PU3\nPU ~ SIZE + AGE"
    var options = ModelOptions()
    options.fixedCovariates = false
    let random = FitIndices(try Model(text, options: options).fit(to: data), convention: .amos)
    let fixed = FitIndices(try Model(text).fit(to: data), convention: .amos)
    #expect(fixed.model.parameterCount == random.model.parameterCount)
    expectNear(fixed.model.aic, random.model.aic, within: 1e-7, "AIC")
    expectNear(fixed.model.bcc, random.model.bcc ?? .nan, within: 1e-7, "BCC")
    expectNear(fixed[.cfi], random[.cfi] ?? .nan, within: 1e-9, "CFI")
  }

  /// With a scaled test χ² is scaled, CFI, TLI and RMSEA robust, as fitMeasures has them; AMOS has no such tests.
  @Test func scaledTests() throws {
    var options = FitOptions()
    options.tests = [.satorraBentler]
    options.standardErrors = .robustSEM
    let constructs = Array(P2P.constructs.prefix(2))
    let data = try P2P.survey.get()
    let measurement = try MeasurementModel(constructs: constructs, data: data, options: options)
    let measures = measurement.fit.fitMeasures()
    let lavaan = FitIndices(measurement.fit, convention: .lavaan)
    #expect(lavaan.isScaled)
    let expected: [(FitIndex, String)] = [
      (.chiSquare, "chisq.scaled"), (.pValue, "pvalue.scaled"), (.cfi, "cfi.robust"), (.tli, "tli.robust"),
      (.rmsea, "rmsea.robust"), (.nfi, "nfi.scaled"), (.ifi, "ifi.scaled"),
    ]
    for (index, name) in expected {
      expectNear(lavaan[index], measures[name] ?? .nan, within: 0, name)
      // CFI, TLI and RMSEA stand at their bounds in both forms.
      if [.chiSquare, .pValue, .nfi].contains(index) {
        #expect(lavaan[index] != measures[index.rawValue], "\(name)")
      }
    }
    let amos = FitIndices(measurement.fit, convention: .amos)
    #expect(!amos.isScaled)
    expectNear(amos[.chiSquare], (measures["chisq"] ?? .nan) * 359 / 360, within: 1e-9, "AMOS")
    // The difference of competing models is that of Satorra and Bentler, not of the scaled statistics.
    let models = try FactorModels(constructs, data: data, options: options)
    let step = try #require(
      ModelComparison(fits: models.candidates.map { ($0.label, $0.fit) }).steps.first)
    #expect(step.method == .satorraBentler2001)
    expectNear(models.candidates[1].difference?.statistic, step.chiSquare, within: 1e-9, "difference")
  }

  /// Residual covariances of items go into every factor model.
  @Test func additionsStayInAllModels() throws {
    let data = try P2P.survey.get()
    let constructs = Array(P2P.constructs.prefix(2))
    let measurement = try MeasurementModel(constructs: constructs, data: data, additions: "PU1 ~~ PU2")
    #expect(measurement.fit.degreesOfFreedom == 18)
    let models = try FactorModels(constructs, data: data, additions: "PU1 ~~ PU2")
    #expect(models.candidates.map(\.fit.degreesOfFreedom) == [18, 19])
    let bias = try CommonMethodBias(measurement, data: data)
    #expect(bias.singleFactor?.model.degreesOfFreedom == 19)
    #expect(bias.methodFactors.first?.fit.degreesOfFreedom == 17)
    #expect(throws: StudyError.self) {
      try MeasurementModel(constructs: constructs, data: data, additions: "PU1 ~~ ")
    }
  }
}
