import SEM
import Testing

/// Least squares, robust errors and tests, clusters and weights against lavaan 0.6-14 (`Scripts/oracles/robust.R`).
@Suite struct RobustReferenceTests {
  static let file = ReferenceFile.load("lavaan-0.6-14-robust")
  static let cases = file.cases

  @Test func casesAreRead() { #expect(Self.cases.count == 84) }

  @Test(arguments: cases)
  func estimatesAreLavaans(_ reference: ReferenceCase) throws {
    let fit = try reference.fit(of: "robust")
    #expect(fit.convergence.isConverged)
    #expect(fit.parameterCount == reference.npar)
    // lavaan stops within 1e-5 of the minimum; of several groups it weighs the information of least squares by n
    // where the discrepancy has n - 1, a difference of 1/n².
    try compareParameters(
      reference, fit, columns: try #require(Self.file.columns),
      tolerances: ["est": Tolerance(size: 1e-4), "se": Tolerance(size: 3e-4, floor: 0)])
  }

  @Test(arguments: cases)
  func testsAreLavaans(_ reference: ReferenceCase) throws {
    let tests = try reference.fit(of: "robust").modelTests()
    for row in try #require(reference.tests) {
      let name = row[0].text
      let test = try #require(tests.first { $0.kind.rawValue == name }, "\(reference.id) \(name)")
      let values = [test.statistic, test.degreesOfFreedom, test.scalingFactor, test.shift]
      for (value, cell) in zip(values, row.dropFirst()) {
        guard let expected = cell.number else { continue }
        expectClose(value, expected, Tolerance(size: 2e-5), "test", "\(reference.id) \(name)")
      }
    }
  }

  @Test(arguments: cases)
  func fitMeasuresAreLavaans(_ reference: ReferenceCase) throws {
    let measures = try reference.fit(of: "robust").fitMeasures()
    for (name, expected) in try #require(reference.fitMeasures) {
      guard let expected, let value = measures[name] else { continue }
      // For WLSM lavaan 0.6-14 takes c = 1 for model and baseline here, where for WLSMV and ULSM it takes tr(UΓ)/df, as we
      // do for all: 1 is the right constant of the baseline only.
      if reference.id.hasSuffix("-WLSM"),
        ["cfi", "tli", "nnfi", "rni"].contains(name.split(separator: ".")[0]),
        name.hasSuffix(".robust")
      {
        continue
      }
      // lavaan changes the bias of the corrected indices of incomplete data with --information; ours is that of the observed
      // information (Zhang and Savalei 2023).
      if ["fiml-expected", "fiml-MLR-expected", "fiml-first-order"].contains(reference.id),
        name.hasSuffix(".robust")
      {
        continue
      }
      expectClose(value, expected, Tolerance(size: 1e-4), "fit robust", "\(reference.id) \(name)")
    }
  }
}
