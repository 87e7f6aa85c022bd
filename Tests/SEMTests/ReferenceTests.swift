import SEM
import SEMNumerics
import Testing

/// Fits of the `lavaan-reference.json` models against lavaan 0.7.2.3170.
@Suite struct ReferenceTests {
  static let file = ReferenceFile.load("lavaan-reference")
  static let cases = file.cases

  /// lavaan's own estimates are off by up to 7e-6 here (Fixtures/README.md).
  static let estimate = Tolerance(size: 5e-5)
  /// Standard errors follow the estimates, some with a higher power.
  static let standardError = Tolerance(size: 2e-4, floor: 0)
  /// Fit measures: quadratic in the error of the estimates, but residuals are linear in it.
  static let fitMeasure = Tolerance(size: 2e-4)
  /// Modification indices divide by differences of information.
  static let modification = Tolerance(size: 1e-3)

  @Test func casesAreRead() {
    #expect(Self.file.cases.count == 57)
  }

  @Test(arguments: cases)
  func estimatesAreLavaans(_ reference: ReferenceCase) throws {
    let fit = try reference.fit(of: "0.7")
    #expect(fit.convergence.isConverged, "\(fit.convergence)")
    #expect(fit.parameterCount == reference.npar)
    #expect(fit.moments.map(\.count) == reference.nobs?.values)
    let columns = try #require(Self.file.columns)
    try compareParameters(
      reference, fit, columns: columns,
      tolerances: [
        "est": Self.estimate, "se": Self.standardError, "std.lv": Self.estimate, "std.all": Self.estimate,
        "ci.lower": Tolerance(size: 1e-3), "ci.upper": Tolerance(size: 1e-3),
      ])
  }

  @Test(arguments: cases)
  func fitMeasuresAreLavaans(_ reference: ReferenceCase) throws {
    let measures = try reference.fit(of: "0.7").fitMeasures()
    for (name, expected) in try #require(reference.fitMeasures) {
      guard let expected else {
        #expect(measures[name] == nil, "\(name) is undefined in lavaan")
        continue
      }
      expectClose(measures[name], expected, Self.fitMeasure, "fit 0.7", "\(reference.id) \(name)")
    }
  }

  @Test(arguments: cases.filter { $0.modificationIndices != nil })
  func modificationIndicesAreLavaans(_ reference: ReferenceCase) throws {
    try compareModificationIndices(
      reference, try reference.fit(of: "0.7"), tolerance: Self.modification,
      columns: ["mi", "epc", "sepc.lv", "sepc.all"])
  }

  @Test(arguments: cases.filter { $0.factorScores != nil })
  func factorScoresAreLavaans(_ reference: ReferenceCase) throws {
    try compareScores(
      try #require(reference.factorScores), try reference.fit(of: "0.7"), .regression,
      Tolerance(size: 5e-5), reference.id)
  }
}

// MARK: - Comparisons that both references share

/// Compares the columns of a parameter table that have a tolerance.
func compareParameters(
  _ reference: ReferenceCase, _ fit: FittedModel, columns: [String], tolerances: [String: Tolerance],
  isKnown: (_ kind: String, _ key: String) -> Bool = { _, _ in false }
) throws {
  let covariance = try fit.estimateCovariance()
  func table(_ estimates: [ParameterEstimate]) -> [String: ParameterEstimate] {
    Dictionary(estimates.map { ($0.parameter.referenceKey, $0) }, uniquingKeysWith: { first, _ in first })
  }
  let plain = table(fit.parameterEstimates(covariance))
  let latent = table(fit.standardizedEstimates(.latent, covariance))
  let all = table(fit.standardizedEstimates(.all, covariance))
  let exceptCovariates = table(fit.standardizedEstimates(.exceptCovariates, covariance))
  for row in try #require(reference.parameters) {
    let cells = Dictionary(zip(columns, row), uniquingKeysWith: { first, _ in first })
    let key = rowKey(
      cells["lhs"]?.text ?? "", cells["op"]?.text ?? "", cells["rhs"]?.text ?? "",
      Int(cells["block"]?.number ?? 1))
    guard plain[key] != nil else {
      Issue.record("\(reference.id): no row \(key)")
      continue
    }
    let values: [String: Double?] = [
      "est": plain[key]?.estimate, "se": plain[key]?.standardError, "ci.lower": plain[key]?.lower,
      "ci.upper": plain[key]?.upper, "std.lv": latent[key]?.estimate, "std.all": all[key]?.estimate,
      "std.nox": exceptCovariates[key]?.estimate, "std.all.se": all[key]?.standardError,
    ]
    for (column, tolerance) in tolerances {
      guard let expected = cells[column]?.number, let value = values[column], !isKnown(column, key) else {
        continue
      }
      expectClose(value, expected, tolerance, column, "\(reference.id) \(key)")
    }
  }
}

/// Compares modification indices row by row; every row of the reference with an index must be there.
func compareModificationIndices(
  _ reference: ReferenceCase, _ fit: FittedModel, tolerance: Tolerance, columns: [String],
  isKnown: (_ kind: String, _ key: String) -> Bool = { _, _ in false }
) throws {
  let table = try #require(reference.modificationIndices)
  let indices = Dictionary(
    try fit.modificationIndices().map { ($0.parameter.referenceKey, $0) },
    uniquingKeysWith: { first, _ in first })
  for row in table.rows {
    let cells = Dictionary(zip(table.columns, row), uniquingKeysWith: { first, _ in first })
    let key = rowKey(
      cells["lhs"]?.text ?? "", cells["op"]?.text ?? "", cells["rhs"]?.text ?? "",
      Int(cells["block"]?.number ?? 1))
    // Rows that cannot be freed have an index of 0 or none in lavaan, and are left out here.
    guard let expected = cells["mi"]?.number, expected > 1e-6, !isKnown("row", key) else { continue }
    guard let index = indices[key] else {
      Issue.record("\(reference.id): no modification index for \(key), \(expected) in lavaan")
      continue
    }
    let values: [String: Double?] = [
      "mi": index.index, "epc": index.expectedChange, "sepc.lv": index.standardizedLatent,
      "sepc.all": index.standardizedAll, "sepc.nox": index.standardizedExceptCovariates,
    ]
    for column in columns {
      guard let number = cells[column]?.number, let value = values[column], !isKnown(column, key) else {
        continue
      }
      expectClose(value, number, tolerance, column, "\(reference.id) \(key)")
    }
  }
}

/// Compares the factor scores of the first cases.
func compareScores(
  _ expected: ReferenceCase.Scores, _ fit: FittedModel, _ method: FactorScoreMethod, _ tolerance: Tolerance,
  _ id: String
) throws {
  let scores = try fit.factorScores(method)
  let latent = fit.table.blocks[0].latent
  for (position, name) in expected.columns.enumerated() {
    let column = try #require(latent.firstIndex(of: name))
    for (row, values) in expected.rows.enumerated() {
      expectClose(scores[row, column], values[position], tolerance, "score \(method)", "\(id) \(name) \(row)")
    }
  }
}
