import SEM
import SEMNumerics
import Testing

/// Models that data cannot determine, with the combination that is to be named, and identified ones that look alike.
struct IdentificationCase: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var preset = Preset.sem
  var hasMeans = false
  var fixedCovariates = true
  /// How many directions are free.
  var lacking = 0
  /// Parameters of which at least one stands in some named direction, each; empty for identified models.
  var named: Set<String> = []
  /// Parameters that may stand in no direction.
  var innocent: Set<String> = []
  /// Whether there are fewer moments than parameters.
  var isNegative = false

  var testDescription: String { name }

  func model() throws -> Model {
    var options = ModelOptions()
    options.meanStructure = hasMeans
    options.fixedCovariates = fixedCovariates
    return try Model(text, preset: preset, options: options)
  }

  static let all = [
    IdentificationCase(
      name: "factor without a scale", text: "f =~ NA*x1 + x2 + x3 + x4", lacking: 1,
      named: ["f=~x1", "f=~x2", "f=~x3", "f=~x4", "f~~f"], innocent: ["x1~~x1", "x4~~x4"]),
    IdentificationCase(name: "factor with a scale", text: "f =~ NA*x1 + x2 + x3 + x4\nf ~~ 1*f"),
    IdentificationCase(
      name: "one of two factors without a scale", text: "f =~ x1 + x2 + x3\ng =~ NA*x4 + x5 + x6", lacking: 1,
      named: ["g=~x4", "g=~x5", "g=~x6", "g~~g"], innocent: ["f=~x2", "f~~f", "x1~~x1"]),
    IdentificationCase(
      name: "two indicators alone", text: "f =~ x1 + x2", lacking: 1,
      named: ["f=~x2", "f~~f", "x1~~x1", "x2~~x2"], isNegative: true),
    IdentificationCase(name: "two equal indicators alone", text: "f =~ 1*x1 + 1*x2"),
    IdentificationCase(name: "two indicators in company", text: "f =~ x1 + x2\ng =~ x3 + x4"),
    IdentificationCase(
      name: "two indicators, factor alone in company", text: "f =~ x1 + x2\ng =~ x3 + x4\nf ~~ 0*g",
      lacking: 2,
      named: ["f=~x2", "f~~f", "g=~x4", "g~~g"]),
    IdentificationCase(
      name: "feedback without instruments", text: "x1 ~ x2\nx2 ~ x1", lacking: 1,
      named: ["x1~x2", "x2~x1", "x1~~x1", "x2~~x2"], isNegative: true),
    IdentificationCase(name: "feedback with instruments", text: "x1 ~ x2 + x3\nx2 ~ x1 + x4\nx1 ~~ x2"),
    IdentificationCase(
      name: "feedback with one instrument", text: "x1 ~ x2 + x3\nx2 ~ x1\nx1 ~~ x2", lacking: 1,
      named: ["x1~x2", "x1~~x1", "x1~~x2"], innocent: ["x2~x1", "x2~~x2"], isNegative: true),
    IdentificationCase(
      name: "all residual covariances", text: "f =~ x1 + x2 + x3\nx1 ~~ x2 + x3\nx2 ~~ x3", lacking: 3,
      named: ["f=~x2", "f=~x3", "f~~f", "x1~~x2", "x1~~x3", "x2~~x3"], isNegative: true),
    IdentificationCase(name: "one residual covariance of four", text: "f =~ x1 + x2 + x3 + x4\nx1 ~~ x2"),
    IdentificationCase(
      name: "a factor twice", text: "f =~ x1 + x2 + x3 + x4 + x5\ng =~ x1 + x2 + x3 + x4 + x5", lacking: 2,
      named: ["f=~x2", "g=~x2", "f~~f", "g~~g", "f~~g"], innocent: ["x1~~x1", "x3~~x3"], isNegative: true),
    IdentificationCase(
      name: "a factor twice, rotation fixed",
      text: "f =~ x1 + x2 + x3 + x4 + x5\ng =~ 0*x1 + 1*x2 + x3 + x4 + x5\nf ~~ 0*g"),
    IdentificationCase(
      name: "second order over two", text: "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ f + g", lacking: 1,
      named: ["h=~g", "h~~h", "f~~f", "g~~g"], innocent: ["f=~x2", "x1~~x1"]),
    IdentificationCase(
      name: "second order over three",
      text: "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\nk =~ f + g + h"),
    IdentificationCase(
      name: "latent mean and all intercepts", text: "f =~ x1 + x2 + x3\nf ~ 1", hasMeans: true, lacking: 1,
      named: ["f~1", "x1~1", "x2~1", "x3~1"], innocent: ["f=~x2", "f~~f"], isNegative: true),
    IdentificationCase(
      name: "latent mean and a marker's intercept", text: "f =~ x1 + x2 + x3\nf ~ 1\nx1 ~ 0*1", hasMeans: true
    ),
    IdentificationCase(
      name: "error and latent variance of one indicator", text: "f =~ x1\nx1 ~~ x1\nf ~ x2\nf ~~ f",
      lacking: 1,
      named: ["x1~~x1", "f~~f"], innocent: ["f~x2"], isNegative: true),
    IdentificationCase(name: "error variance given", text: "f =~ x1\nx1 ~~ 0.2*x1\nf ~ x2"),
    IdentificationCase(
      name: "phantom without indicators", text: "f =~ 0*x1\nx1 ~~ x1\nx2 ~ x1\nf ~~ f", lacking: 1,
      named: ["f~~f"],
      innocent: ["x2~x1"], isNegative: true),
  ]
}

@Suite struct IdentificationTests {
  @Test(arguments: IdentificationCase.all)
  func rankIsFoundWithoutData(_ example: IdentificationCase) throws {
    let table = try example.model().specification().table
    for seed in [UInt64(1), 7, 42] {
      let result = try #require(table.genericIdentification(seed: seed), "\(example.name)")
      check(result, example)
    }
  }

  /// At estimates from real data the same is found, and nobody sees standard errors.
  @Test(arguments: IdentificationCase.all)
  func rankIsFoundAtEstimates(_ example: IdentificationCase) throws {
    let data = try DataFixture.table("HolzingerSwineford1939.csv")
    let fit = try example.model().fit(to: data)
    guard fit.convergence.isConverged else { return }
    let result = try fit.identification()
    if example.lacking > 0 {
      #expect(result.directions.count >= example.lacking, "\(example.name): \(result)")
      #expect(throws: InferenceError.notIdentified) { try fit.estimateCovariance() }
      #expect(throws: InferenceError.notIdentified) { try fit.modificationIndices() }
    } else {
      #expect(result.isIdentified, "\(example.name): \(result)")
      let errors = try fit.estimateCovariance().standardErrors
      #expect(errors.allSatisfy { $0.map(\.isFinite) ?? false }, "\(example.name)")
    }
    for row in fit.parameterEstimates(nil) {
      #expect(row.standardError == nil || row.standardError == 0)
      #expect(row.estimate?.isFinite ?? false)
    }
  }

  private func check(_ result: Identification, _ example: IdentificationCase) {
    let t = result.rank + result.directions.count
    #expect(result.directions.count == example.lacking, "\(example.name): \(result)")
    #expect(result.rank == t - example.lacking)
    #expect(
      (result.degreesOfFreedom < 0) == example.isNegative, "\(example.name): \(result.degreesOfFreedom)")
    #expect(result.isIdentified == (example.lacking == 0), "\(example.name)")
    let names = Set(result.directions.flatMap { $0.terms.map(\.name) })
    #expect(example.named.isSubset(of: names), "\(example.name): \(names.sorted())")
    #expect(example.innocent.isDisjoint(with: names), "\(example.name): \(names.sorted())")
    for direction in result.directions {
      #expect(abs(abs(direction.terms.first?.weight ?? 0) - 1) < 1e-12)
    }
  }
}

@Suite struct AdmissibilityTests {
  /// The moments of a model at values by row key, others 1 on the diagonal and 0 off it.
  private func moments(_ text: String, _ values: [String: Double]) throws -> (Model, SampleMoments) {
    let model = try Model(text, preset: .cfa)
    let table = try model.specification().table
    let rows = table.rows.map { row in
      values[row.referenceKey] ?? row.fixedValue ?? (row.op == .measurement || row.lhs == row.rhs ? 1 : 0)
    }
    let matrices = try #require(ReticularMatrices(block: table.blocks[0], table: table, rowValues: rows))
    return (
      model,
      SampleMoments(
        variables: table.blocks[0].observed, count: 200, mean: nil, covariance: matrices.observedCovariance)
    )
  }

  static let factors = "f =~ x1 + x2 + x3\ng =~ y1 + y2 + y3"

  @Test func properSolutionHasNoFindings() throws {
    let (model, sample) = try moments(Self.factors, ["f ~~ g [1]": 0.5])
    #expect(try model.fit(to: sample).admissibility().isEmpty)
    let cases = ReferenceFile.load("lavaan-reference").cases
    for id in ["hs-cfa", "pd-sem", "growth-linear", "hs-groups-scalar"] {
      let proper = try #require(cases.first { $0.id == id }).fit(of: "0.7")
      #expect(proper.admissibility().isEmpty, "\(id)")
    }
  }

  @Test func negativeVarianceIsNamed() throws {
    let reference = try #require(
      ReferenceFile.load("lavaan-0.6-14").cases.first { $0.id == "hs-40-heywood" })
    let findings = try reference.fit(of: "0.6").admissibility()
    guard case .negativeVariance(let parameter, let value, 1) = findings.first else {
      Issue.record("\(findings)")
      return
    }
    #expect(parameter == "x3~~x3" && value < 0)
    #expect(findings.count == 1, "\(findings)")

    let (model, sample) = try moments(
      Self.factors, ["f ~~ g [1]": 0.3, "f =~ x2 [1]": 1.5, "x2 ~~ x2 [1]": -0.2, "f ~~ f [1]": 1])
    let fit = try model.fit(to: sample)
    #expect(fit.chiSquare.statistic < 1e-9)
    guard case .negativeVariance("x2~~x2", let exact, 1) = fit.admissibility().first else {
      Issue.record("\(fit.admissibility())")
      return
    }
    #expect(abs(exact + 0.2) < 1e-8)
  }

  @Test func correlationBeyondOneIsNamed() throws {
    let (model, sample) = try moments(Self.factors, ["f ~~ g [1]": 1.1])
    let findings = try model.fit(to: sample).admissibility()
    var names: [String] = []
    for finding in findings {
      switch finding {
      case .correlationBeyondOne(let first, let second, let correlation, let block):
        names.append("correlation")
        #expect([first, second] == ["f", "g"] && block == 1)
        #expect(abs(correlation - 1.1) < 1e-8)
      case .latentCovarianceNotPositiveDefinite(let eigenvalue, let weights, _):
        names.append("latent")
        #expect(abs(eigenvalue + 0.1) < 1e-8)
        #expect(Set(weights.keys) == ["f", "g"])
      default: names.append("\(finding)")
      }
    }
    #expect(names == ["correlation", "latent"])
  }

  @Test func residualCovariancesBeyondVariancesAreNamed() throws {
    let (model, sample) = try moments(Self.factors + "\nx1 ~~ y1", ["x1 ~~ y1 [1]": 1.2, "f ~~ g [1]": 0.2])
    let findings = try model.fit(to: sample).admissibility()
    guard case .residualCovarianceNotPositiveDefinite(let eigenvalue, let variables, 1) = findings.first
    else {
      Issue.record("\(findings)")
      return
    }
    #expect(abs(eigenvalue + 0.2) < 1e-8)
    #expect(Set(variables) == ["x1", "y1"])
  }

  /// A variance at a bound of 0 is proper.
  @Test func variancesAtBoundsAreProper() throws {
    let data = try DataFixture.table("hs-first-40.csv")
    let text = """
      visual =~ x1 + x2 + x3
      textual =~ x4 + x5 + x6
      speed =~ x7 + x8 + x9
      x3 ~~ lower(0)*x3
      """
    let fit = try Model(text, preset: .cfa).fit(to: data)
    #expect(fit.convergence.isConverged)
    let place = try #require(fit.table.rows.firstIndex { $0.referenceKey == "x3 ~~ x3 [1]" })
    #expect(fit.rowValues[place] == 0)
    #expect(fit.admissibility().isEmpty)
    let free = try #require(
      ReferenceFile.load("lavaan-0.6-14").cases.first { $0.id == "hs-40-heywood" }
    ).fit(of: "0.6")
    #expect(fit.discrepancy > free.discrepancy)
  }
}
