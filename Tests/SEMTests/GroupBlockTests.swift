import SEM
import Testing

/// Models with a `group:` block for each group, whose blocks name variables in orders of their own.
@Suite struct GroupBlockTests {
  /// lavaan 0.6-14, `cfa(model, HolzingerSwineford1939, group = "school")` for the model below: χ² and CFI as printed.
  static let lavaan = (chiSquare: 28.565, cfi: 0.980)
  static let printed = 5e-4

  private static let straight = """
    group: 1
    visual =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    group: 2
    visual =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    """
  private static let turned = """
    group: 1
    visual =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    group: 2
    textual =~ x4 + x5 + x6
    visual =~ x1 + x2 + x3
    """

  private func fit(_ text: String, _ missing: MissingData) throws -> FittedModel {
    var options = FitOptions()
    options.missing = missing
    return try Model(text, preset: .cfa).fit(
      to: DataFixture.table("HolzingerSwineford1939.csv"), group: "school", options: options)
  }

  @Test(arguments: [MissingData.listwise, .fullInformation])
  func orderDoesNotMatter(_ missing: MissingData) throws {
    let (straight, turned) = (try fit(Self.straight, missing), try fit(Self.turned, missing))
    for row in straight.table.rows {
      let other = try #require(
        turned.table.rows.firstIndex {
          $0.block == row.block && $0.op == row.op && ($0.lhs, $0.rhs) == (row.lhs, row.rhs)
            || $0.block == row.block && $0.op == row.op && ($0.lhs, $0.rhs) == (row.rhs, row.lhs)
        })
      let index = try #require(straight.table.rows.firstIndex(of: row))
      #expect((straight.rowValues[index] - turned.rowValues[other]).magnitude < 1e-8, "\(row)")
    }
    let measures = turned.fitMeasures()
    let chiSquare = try #require(measures["chisq"]), cfi = try #require(measures["cfi"])
    #expect((chiSquare - Self.lavaan.chiSquare).magnitude < Self.printed)
    #expect((cfi - Self.lavaan.cfi).magnitude < Self.printed)
  }

  @Test(arguments: [MissingData.listwise, .fullInformation])
  func otherVariablesAreNamed(_ missing: MissingData) {
    let text = Self.straight.replacing(
      "visual =~ x1 + x2 + x3\ntextual =~ x4", with: "textual =~ x4", maxReplacements: 1)
    let error = #expect(throws: SEMError.self) { try fit(text, missing) }
    #expect(
      "\(error.map { "\($0)" } ?? "")".contains("Grant-White has x1, x2, x3, which group Pasteur has not"))
  }
}
