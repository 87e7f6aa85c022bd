import SEM
import SEMNumerics
import Testing

/// Whatever comes in: an error, whose type the compiler knows, or a result that says how it ended, and no NaN.
@Suite struct HostileFitTests {
  /// Asks for everything that a report shows, and looks for NaN.
  static func askEverything(_ fit: FittedModel, _ label: String) {
    #expect(fit.estimates.allSatisfy { $0.isFinite }, "\(label): \(fit.estimates)")
    #expect(fit.discrepancy.isFinite, "\(label)")
    let covariance = try? fit.estimateCovariance()
    func isClean(_ value: Double?) -> Bool { value.map(\.isFinite) ?? true }
    for rows in [fit.parameterEstimates(covariance)]
      + StandardizationKind.allCases.map({
        fit.standardizedEstimates($0, covariance)
      })
    {
      for row in rows {
        let values = [row.estimate, row.standardError, row.z, row.pValue, row.lower, row.upper]
        #expect(values.allSatisfy { isClean($0) }, "\(label): \(row)")
      }
    }
    for measure in fit.fitMeasures().values { #expect(isClean(measure.value), "\(label): \(measure)") }
    for variance in fit.explainedVariances() { #expect(isClean(variance.rSquared), "\(label)") }
    for residual in fit.residualMoments(try? fit.estimateCovariance(.expected)) {
      let numbers =
        residual.covariance.elements + residual.correlation.elements + (residual.standardized?.elements ?? [])
      #expect(numbers.allSatisfy { $0.isFinite }, "\(label): residuals")
    }
    _ = fit.admissibility()
    _ = try? fit.identification()
    for index in (try? fit.modificationIndices()) ?? [] {
      #expect(index.index.isFinite && index.expectedChange.isFinite, "\(label): \(index)")
    }
    for method in [FactorScoreMethod.regression, .bartlett] {
      if let weights = fit.factorScoreWeights(method) {
        #expect(weights.weights.elements.allSatisfy { $0.isFinite }, "\(label): \(method)")
      }
    }
  }

  private static func names(_ count: Int) -> [String] { (1...count).map { "x\($0)" } }

  private static func moments(_ covariance: Matrix, count: Int = 100) -> SampleMoments {
    SampleMoments(
      variables: names(covariance.rowCount), count: count,
      mean: [Double](repeating: 0.5, count: covariance.rowCount), covariance: covariance)
  }

  /// Equal correlations with the given variances.
  private static func equalCorrelations(_ correlation: Double, _ variances: [Double]) -> Matrix {
    var matrix = Matrix(rowCount: variances.count, columnCount: variances.count)
    for i in variances.indices {
      for j in variances.indices {
        matrix[i, j] = (i == j ? 1 : correlation) * (variances[i] * variances[j]).squareRoot()
      }
    }
    return matrix
  }

  /// A marker that is uncorrelated with the other items: the fit is exact only as their loadings grow without end and the
  /// factor's variance goes to 0. Two starts that go this way are enough, and the parameters that run away are named.
  @Test func runawayIsNamedEarly() throws {
    var covariance = Self.equalCorrelations(0.5, [1, 1, 1])
    let model = try Model("f =~ x1 + x2 + x3")
    let proper = try model.fit(to: Self.moments(covariance))
    #expect(proper.convergence.isConverged && proper.convergence.diverging.isEmpty)
    for other in 1...2 { (covariance[0, other], covariance[other, 0]) = (0, 0) }
    let fit = try model.fit(to: Self.moments(covariance))
    #expect(!fit.convergence.isConverged)
    #expect(fit.convergence.failedStarts.count < 6)
    #expect(fit.convergence.diverging == ["f=~x2", "f=~x3", "f~~f"])
  }

  @Test func twoCasesAndOneVariable() throws {
    let data = try DataTable(columns: [(name: "x1", values: [1, 4])])
    var options = ModelOptions()
    options.meanStructure = true
    let fit = try Model("x1 ~~ x1", options: options).fit(to: data)
    #expect(fit.convergence.isConverged)
    #expect(abs(fit.estimates[0] - 2.25) < 1e-12)
    Self.askEverything(fit, "N = 2")
    let wide = try DataTable(columns: [(name: "x1", values: [1, 4]), (name: "x2", values: [2, 1])])
    #expect(throws: SEMError.self) { try Model("x1 ~ x2").fit(to: wide) }
    let one = try DataTable(columns: [(name: "x1", values: [1])])
    #expect(throws: SEMError.self) { try Model("x1 ~~ x1").fit(to: one) }
    let constant = try DataTable(columns: [(name: "x1", values: [1, 1, 1])])
    #expect(throws: SEMError.self) { try Model("x1 ~~ x1").fit(to: constant) }
  }

  @Test(arguments: [1e-13, 1e-10, 1e-6, 0, -0.1])
  func almostPerfectCorrelation(distance: Double) throws {
    let covariance = Self.equalCorrelations(1 - distance, [1, 1, 1, 1])
    for text in ["f =~ x1 + x2 + x3 + x4", "x1 ~ x2\nx3 ~ x1", "x1 ~~ x2"] {
      do {
        let fit = try Model(text).fit(to: Self.moments(covariance))
        Self.askEverything(fit, "\(text) \(distance)")
      } catch {}
    }
    if distance <= 0 {
      #expect(throws: SEMError.self) { try Model("f =~ x1 + x2 + x3").fit(to: Self.moments(covariance)) }
    }
  }

  /// Units do not matter, not even these.
  @Test(arguments: [[1e-12, 1e12, 1, 1e-6], [1e-12, 1e-12, 1e-12, 1e-12], [1e12, 1e12, 1e12, 1e12]])
  func extremeVariances(variances: [Double]) throws {
    let fit = try Model("f =~ x1 + x2 + x3 + x4").fit(
      to: Self.moments(Self.equalCorrelations(0.5, variances)))
    #expect(fit.convergence.isConverged)
    Self.askEverything(fit, "\(variances)")
    for row in fit.standardizedEstimates(.all, try fit.estimateCovariance())
    where row.parameter.op == .measurement {
      expectClose(row.estimate, 0.5.squareRoot(), Tolerance(size: 1e-9), "extreme variances", "\(variances)")
    }
  }

  @Test(arguments: [
    "f =~ 0*x1 + 0*x2 + 0*x3\nx1 ~~ x2", "x1 ~~ x1\nx2 ~~ x2\nx3 ~~ x3", "x1 ~~ x1", "x1 ~ x2", "x1 ~ 0*x2",
    "f =~ 1*x1 + 1*x2 + 1*x3 + 1*x4\nf ~~ 0*f", "f =~ x1\ng =~ x2\nf ~~ g",
    "x1 ~ x2\nx2 ~ x3\nx3 ~ x4\nx4 ~ x1",
    "f =~ x1 + x2 + x3 + x4\nx1 ~~ lower(0.9)*x1\nx2 ~~ upper(0.1)*x2",
    "f =~ x1 + lower(2)*x2 + upper(-1)*x3 + x4", "f =~ x1 + x2 + x3 + x4\nf ~~ upper(0.01)*f",
    "f =~ x1 + lower(1)*x2 + x3\nx4 ~ lower(-0.1)*f", "f =~ a*x1 + a*x2 + a*x3 + a*x4",
    "x1 ~~ a*x1\nx2 ~~ a*x2\nx3 ~~ a*x3\nx4 ~~ a*x4\nx1 ~~ b*x2 + b*x3 + b*x4",
  ])
  func oddModels(text: String) throws {
    var covariance = Self.equalCorrelations(0.4, [1, 2, 0.5, 1.5])
    covariance[0, 1] += 0.2
    covariance[1, 0] += 0.2
    for hasMeans in [false, true] {
      var options = ModelOptions()
      options.meanStructure = hasMeans
      do {
        let fit = try Model(text, options: options).fit(to: Self.moments(covariance))
        for row in fit.table.rows where row.free > 0 {
          let value = fit.estimates[row.free - 1]
          #expect(value >= row.lower ?? -.infinity && value <= row.upper ?? .infinity, "\(text)")
        }
        Self.askEverything(fit, text)
      } catch {}
    }
  }

  /// However absurd the start, the end is the optimum or says that it is none.
  @Test(arguments: [
    "start(1e6)*x2", "start(-1e6)*x2", "start(0)*x2", "start(1e300)*x2", "start(1e-300)*x2",
  ])
  func absurdLoadings(term: String) throws {
    try check("visual =~ x1 + \(term) + x3")
  }

  @Test(arguments: [
    "x1 ~~ start(-5)*x1", "visual ~~ start(-1)*visual", "visual ~~ start(0)*visual", "x1 ~~ start(1e6)*x1",
    "visual ~~ start(1e12)*visual", "x1 ~~ start(1e-12)*x1", "visual ~~ start(100)*textual",
  ])
  func absurdVariances(line: String) throws {
    try check("visual =~ x1 + x2 + x3\n" + line)
  }

  private func check(_ text: String) throws {
    let data = try DataFixture.table("HolzingerSwineford1939.csv")
    let fit = try Model(text + "\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9", preset: .cfa).fit(to: data)
    Self.askEverything(fit, text)
    #expect(fit.convergence.isConverged, "\(text): \(fit.convergence)")
    if fit.convergence.isConverged {
      #expect(abs(fit.chiSquare.statistic - 85.3055217707089) < 1e-6, "\(text): \(fit.chiSquare.statistic)")
    }
  }

  @Test func givenStartsMayBeAnything() throws {
    let table = try Model("f =~ x1 + x2 + x3 + x4").specification().table
    let sample = Self.moments(Self.equalCorrelations(0.4, [1, 2, 0.5, 1.5]))
    for value in [0, -1, 1e6, -1e6, 1e200, .nan, .infinity, -.infinity] {
      let start = [Double](repeating: value, count: table.freeParameterCount)
      do {
        let fit = try ModelFitter(table: table).fit([sample], start: start)
        Self.askEverything(fit, "start \(value)")
        #expect(fit.convergence.isConverged)
      } catch { #expect(error == .noUsableStart) }
    }
    var options = FitOptions()
    options.iterationLimit = 0
    options.extraStarts = 0
    let resting = try ModelFitter(table: table, options: options).fit([sample])
    #expect(!resting.convergence.isConverged && resting.convergence.termination == .iterationLimit)
    Self.askEverything(resting, "no step")
  }

  @Test func momentsMayBeAnything() throws {
    for value in [Double.nan, .infinity, -.infinity, 0, -1] {
      var covariance = Self.equalCorrelations(0.4, [1, 2, 0.5, 1.5])
      covariance[1, 1] = value
      #expect(throws: SEMError.self, "\(value)") {
        try Model("f =~ x1 + x2 + x3 + x4").fit(to: Self.moments(covariance))
      }
      if !value.isFinite {
        covariance = Self.equalCorrelations(0.4, [1, 2, 0.5, 1.5])
        covariance[3, 0] = value
        covariance[0, 3] = value
        #expect(throws: SEMError.self, "\(value)") {
          try Model("f =~ x1 + x2 + x3 + x4").fit(to: Self.moments(covariance))
        }
      }
    }
    // The mean may be bad alone.
    var options = ModelOptions()
    options.meanStructure = true
    var sample = Self.moments(Self.equalCorrelations(0.4, [1, 2, 0.5, 1.5]))
    sample.mean = [0, .nan, 0, 0]
    do {
      let fit = try Model("f =~ x1 + x2 + x3 + x4", options: options).fit(to: sample)
      #expect(!fit.convergence.isConverged, "NaN is no mean")
    } catch {}
  }
}

/// Random models on random data: every one ends with a reason.
@Suite struct TortureTests {
  static let models = RandomModel.several(1000..<1300)

  @Test func everyModelEnds() throws {
    var converged = 0
    var errors = 0
    var endings: [String: Int] = [:]
    for model in Self.models {
      var options = FitOptions()
      options.iterationLimit = 60
      options.extraStarts = 1
      do {
        let fit = try ModelFitter(table: model.table, options: options).fit(model.moments, rows: model.rows)
        if fit.convergence.isConverged { converged += 1 }
        endings[fit.convergence.termination.rawValue, default: 0] += 1
        if model.seed % 3 == 0 { HostileFitTests.askEverything(fit, "\(model.seed): \(model.text)") }
      } catch { errors += 1 }
    }
    print("torture: \(converged) of \(Self.models.count) converged, \(errors) errors, \(endings)")
    #expect(Self.models.count > 280)
    // Most of these models fit such data badly, some are not identified; what was seen when the test was written.
    #expect(converged >= Self.models.count * 8 / 10)
  }
}
