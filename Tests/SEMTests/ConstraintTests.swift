import Foundation
import SEM
import SEMNumerics
import Testing

/// What lavaan 0.6-14 (R 4.2.2) prints has about seven digits.
private let printedTolerance = 6e-4

@Suite struct ConstraintTests {
  private static func data() throws -> DataTable {
    try DataFixture.table("HolzingerSwineford1939.csv")
  }

  private static let labelled = """
    visual =~ x1 + b*x2 + c*x3
    textual =~ x4 + d*x5 + e*x6
    speed =~ x7 + f*x8 + g*x9

    """

  private static func fit(_ constraints: String) throws -> FittedModel {
    try Model(labelled + constraints, preset: .cfa).fit(to: data())
  }

  @Test func equalityConstraintAndSharedLabelAgree() throws {
    let constrained = try Self.fit("b == c\nd == e")
    let shared = try Model(
      """
      visual =~ x1 + b*x2 + b*x3
      textual =~ x4 + d*x5 + d*x6
      speed =~ x7 + f*x8 + g*x9
      """, preset: .cfa
    ).fit(to: Self.data())
    #expect(constrained.parameterCount == shared.parameterCount)
    #expect(constrained.degreesOfFreedom == shared.degreesOfFreedom)
    // Both are solved to rounding.
    #expect(abs(constrained.chiSquare.statistic - shared.chiSquare.statistic) < 1e-9)
    let errors = try constrained.estimateCovariance().standardErrors
    let sharedErrors = try shared.estimateCovariance().standardErrors
    for (row, other) in zip(constrained.table.rows, shared.table.rows) where row.free > 0 {
      #expect(abs(constrained.estimates[row.free - 1] - shared.estimates[other.free - 1]) < 1e-9)
      let (mine, theirs) = try (#require(errors[row.free - 1]), #require(sharedErrors[other.free - 1]))
      #expect(abs(mine - theirs) < 1e-9)
    }
  }

  /// `lavTestScore` and `lavTestWald` of lavaan 0.6-14.
  @Test func scoreAndWaldTestsAgreeWithLavaan() throws {
    let fit = try Self.fit("b == c\nd == e\nf + g == 2.6")
    let tests = try fit.constraintScoreTests()
    for (test, printed) in zip(tests, [2.923, 9.160, 0.890, 12.973]) {
      #expect(abs(test.statistic.statistic - printed) < printedTolerance)
    }
    #expect(tests.map(\.statistic.degreesOfFreedom) == [1, 1, 1, 3])
    let free = try Model(
      Self.labelled.replacingOccurrences(of: "f*", with: "").replacingOccurrences(of: "g*", with: ""),
      preset: .cfa
    ).fit(to: Self.data())
    let wald = try free.waldTest("b == c; d == e", free.estimateCovariance())
    #expect(abs(wald.statistic.statistic - 11.64971) < 1e-5)
    #expect(wald.statistic.degreesOfFreedom == 2)
  }

  /// lavaan 0.6-14: chisq 91.921, df 26, npar 19, and the loadings below.
  @Test func mixtureOfConstraintsAgreesWithLavaan() throws {
    let fit = try Self.fit("b < 0.5\nd == e^2 + 0.1\nf > 1.5\nf + g == 2.6")
    #expect(fit.convergence.isConverged)
    #expect(fit.parameterCount == 19)
    #expect(fit.degreesOfFreedom == 26)
    #expect(abs(fit.chiSquare.statistic - 91.921) < printedTolerance)
    for (value, printed) in zip(fit.estimates, [0.5, 0.6960331, 1.1087030, 1.0043421, 1.5, 1.1]) {
      // lavaan's augmented Lagrangian stops at five digits.
      #expect(abs(value - printed) < 2e-5)
    }
    let report = try #require(fit.constraints)
    #expect(report.items.allSatisfy { $0.isActive && !$0.isRedundant })
    let errors = try fit.estimateCovariance().standardErrors
    #expect(errors[0] == 0 && errors[4] == 0 && errors[5] == 0)
    #expect(try #require(errors[1]) > 0.05)
  }

  @Test func boundsHoldAndAreReported() throws {
    let fit = try Model(
      "visual =~ x1 + lower(0.6)*x2 + upper(0.7)*x3 \n textual =~ x4 + x5 + x6", preset: .cfa
    ).fit(to: Self.data())
    #expect(fit.convergence.isConverged)
    #expect(fit.estimates[0] == 0.6)
    #expect(try #require(fit.constraints).parametersAtBounds.contains(1))
    #expect(try fit.estimateCovariance().standardErrors[0] == 0)
  }

  @Test func releasingEveryConstraintGivesTheFreeModel() throws {
    let free = try Self.fit("")
    let constrained = try Self.fit("b > -10\nd < 10")
    #expect(abs(free.chiSquare.statistic - constrained.chiSquare.statistic) < 1e-10)
    #expect(try #require(constrained.constraints).items.allSatisfy { !$0.isActive })
    let (mine, theirs) = try (constrained.estimateCovariance().matrix, free.estimateCovariance().matrix)
    #expect((mine - theirs).maximumAbsolute < 1e-10)
  }

  @Test func redundantConstraintIsNamed() throws {
    let fit = try Self.fit("b == c\n2*b == 2*c")
    let report = try #require(fit.constraints)
    #expect(report.equalityRank == 1)
    #expect(report.items.map(\.isRedundant) == [false, true])
    #expect(fit.parameterCount == 20)
  }

  @Test(arguments: ["b == 0.5\nb == 0.6", "b < 0.5\nb > 0.6"])
  func contradictionIsAnError(_ constraints: String) throws {
    let error = #expect(throws: SEMError.self) { try Self.fit(constraints) }
    guard case .estimation(.impossibleConstraints(let message)) = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(message.contains("b "))
  }

  @Test func crossedBoundsAreAnError() throws {
    #expect(throws: SEMError.self) {
      try Model("visual =~ x1 + lower(1)*upper(0)*x2 + x3", preset: .cfa).fit(to: Self.data())
    }
  }
}
