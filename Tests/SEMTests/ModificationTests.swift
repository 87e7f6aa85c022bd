import SEM
import SEMNumerics
import Testing

@Suite struct ModificationTests {
  static let cases = ReferenceFile.load("lavaan-reference").cases

  /// Differences of Σ in the information.
  static let index = Tolerance(size: 1e-6, floor: 1e-4)

  /// mi = ½ N s² / (I_φφ - I_φθ I_θθ⁻¹ I_θφ) with the score from differences of F in the extended model and the information
  /// from dense matrices.
  @Test(arguments: ["hs-cfa", "pd-sem", "wheaton-cov", "hs-cfa-meanstructure", "pd-sem-equal-loadings"])
  func indexIsScoreTestOfExtendedModel(id: String) throws {
    let fit = try #require(Self.cases.first { $0.id == id }).fit(of: "0.7")
    let indices = try fit.modificationIndices().sorted { $0.index > $1.index }
    let t = fit.estimates.count
    for candidate in [indices.first, indices.dropFirst(indices.count / 2).first, indices.last].compactMap({
      $0
    }) {
      var table = fit.table
      var row = candidate.parameter
      row.free = t + 1
      if let place = table.rows.firstIndex(where: { $0.referenceKey == row.referenceKey }) {
        table.rows[place] = row
      } else {
        table.rows.append(row)
      }
      let fixed = fit.table.rows.first { $0.referenceKey == row.referenceKey }?.fixedValue ?? 0
      let point = fit.estimates + [fixed]
      let objective = try #require(Evaluation.objective(table, fit.moments))
      let score = try #require(
        derivative(at: point, by: t, step: 1e-3) { objective.valueAt($0).map { [$0] } })[0]
      let information = try PlainExpectation(table: table, moments: fit.moments).curvature(point)
      let places = Array(0..<t)
      let cross = information.submatrix(rows: places, columns: [t])
      let explained = try Cholesky(information.submatrix(rows: places, columns: places)).solve(cross)
      let remaining = information[t, t] - (cross.transposed * explained)[0, 0]
      let label = "\(id) \(row.referenceKey)"
      expectClose(
        candidate.index, 0.5 * Double(fit.count) * score * score / remaining, Self.index, "mi dense", label)
      expectClose(candidate.expectedChange, -score / remaining, Self.index, "epc dense", label)
    }
  }

  /// Whether covariates are fixed to their sample moments or estimated there changes no index, not even of paths into them.
  @Test(arguments: ["hs-mimic-fixedx", "growth-covariates"])
  func fixedCovariatesChangeNothing(id: String) throws {
    let reference = try #require(Self.cases.first { $0.id == id })
    var options = reference.options.modelOptions
    options.fixedCovariates = false
    let random = try Model(reference.model, preset: reference.options.preset, options: options)
      .fit(to: DataFixture.table(try #require(reference.data)))
    let fixed = try reference.fit(of: "0.7")
    func indices(_ fit: FittedModel) throws -> [String: ModificationIndex] {
      Dictionary(
        try fit.modificationIndices().map { ($0.parameter.referenceKey, $0) }, uniquingKeysWith: { a, _ in a }
      )
    }
    let theirs = try indices(random)
    let mine = try indices(fixed)
    #expect(mine.count > 10)
    for (key, index) in mine {
      let other = try #require(theirs[key], "\(key)")
      expectClose(index.index, other.index, Tolerance(size: 1e-8, floor: 1e-3), "mi fixed.x", key)
      expectClose(
        index.expectedChange, other.expectedChange, Tolerance(size: 1e-8, floor: 1e-3), "epc fixed.x", key)
    }
  }

  /// A path into a covariate: the index is about what χ² falls by when the covariate becomes an outcome.
  @Test func pathIntoCovariateIsJudgedByLikelihood() throws {
    let text = "mpg ~ b1*qsec + b2*wt + hp\nqsec ~ c1*mpg + am + disp"
    var options = ModelOptions()
    options.meanStructure = true
    let data = try DataFixture.table("r-mtcars.csv")
    let fit = try Model(text, options: options).fit(to: data)
    let index = try #require(
      try fit.modificationIndices().first { $0.parameter.referenceKey == "am ~ qsec [1]" })
    options.fixedCovariates = false
    let random = try Model(text, options: options).fit(to: data)
    let freed = try Model(
      text + "\nam ~ qsec\nam ~~ wt + hp + disp\nwt ~~ hp + disp\nhp ~~ disp", options: options
    )
    .fit(to: data)
    #expect(abs(random.chiSquare.statistic - fit.chiSquare.statistic) < 1e-9)
    let fall = random.chiSquare.statistic - freed.chiSquare.statistic
    // Score and likelihood-ratio statistics agree to first order only; lavaan 0.6-14 has 0.48 here.
    #expect(index.index > 0.6 * fall && index.index < 1.4 * fall, "\(index.index) against \(fall)")
  }
}
