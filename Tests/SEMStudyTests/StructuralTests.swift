import SEM
import SEMNumerics
import SEMStudy
import Testing

@Suite struct StructuralTests {
  /// lavaan 0.6-14 with AMOS's standard errors, `reference-results.txt` of the study: estimate, S.E., C.R., P, std.
  static let paths: [(String, String, [Double])] = [
    ("PU", "PEOU", [0.505, 0.072, 6.991, 0.000, 0.469]),
    ("TR", "PR", [-0.307, 0.072, -4.294, 0.000, -0.263]),
    ("TR", "PU", [0.432, 0.065, 6.622, 0.000, 0.412]), ("FI", "PU", [0.329, 0.076, 4.307, 0.000, 0.295]),
    ("FI", "PEOU", [0.092, 0.086, 1.072, 0.284, 0.077]), ("FI", "TR", [0.220, 0.067, 3.282, 0.001, 0.207]),
    ("FI", "PR", [-0.175, 0.080, -2.177, 0.029, -0.141]),
    ("FI", "PFC", [-0.209, 0.062, -3.370, 0.001, -0.203]),
    ("FI", "SN", [0.178, 0.076, 2.349, 0.019, 0.152]), ("FB", "FI", [0.539, 0.072, 7.469, 0.000, 0.521]),
    ("FB", "PFC", [-0.116, 0.068, -1.699, 0.089, -0.109]),
    ("FB", "SIZE", [-0.051, 0.052, -0.992, 0.321, -0.053]),
    ("FB", "AGE", [-0.053, 0.046, -1.169, 0.243, -0.062]),
  ]

  @Test func pathsAsInAmos() throws {
    let table = try PathTable(
      P2P.fit.get(), hypotheses: P2P.hypotheses, controls: ["SIZE", "AGE"], convention: .amos)
    #expect(table.paths.count == 13)
    for (to, from, values) in Self.paths {
      let path = try #require(table.path(from: from, to: to))
      expectNear(path.estimate, values[0], within: printed3, "estimate \(path.arrow)")
      expectNear(path.standardError, values[1], within: printed3, "S.E. \(path.arrow)")
      expectNear(path.criticalRatio, values[2], within: printed3, "C.R. \(path.arrow)")
      expectNear(path.pValue, values[3], within: printed3, "P \(path.arrow)")
      expectNear(path.standardized, values[4], within: printed3, "std \(path.arrow)")
    }
    #expect(table.paths.prefix(11).map(\.hypothesis?.id) == P2P.hypotheses.map(\.id))
    #expect(table.paths.suffix(2).allSatisfy { $0.isControl && $0.verdict == nil })
    let notSupported = table.paths.filter { $0.verdict == .notSupported }.compactMap(\.hypothesis?.id)
    #expect(notSupported == ["H3", "H11"])
    #expect(table.paths.filter { $0.verdict == .supported }.count == 9)
    for (line, value) in zip(table.explained, [0.220, 0.269, 0.455, 0.332]) {
      expectNear(line.rSquared, value, within: printed3, "R² \(line.variable)")
    }
    #expect(table.paths[0].arrow == "PU <--- PEOU")
  }

  /// lavaan's own errors are √((N - 1) / N) times AMOS's.
  @Test func pathsAsInLavaan() throws {
    let fit = try P2P.fit.get()
    let amos = try PathTable(fit, convention: .amos)
    let lavaan = try PathTable(fit, convention: .lavaan)
    expectNear(lavaan.path(from: "PEOU", to: "PU")?.criticalRatio, 7.001, within: printed3, "z")
    for (a, b) in zip(amos.paths, lavaan.paths) {
      let ratio = try #require(a.standardError.flatMap { x in b.standardError.map { x / $0 } })
      expectNear(ratio, (360.0 / 359).squareRoot(), within: rounding, a.arrow)
    }
  }

  @Test func signsDecide() throws {
    let wrong = [StudyHypothesis("H", from: "PEOU", to: "PU", sign: .negative)]
    #expect(try PathTable(P2P.fit.get(), hypotheses: wrong).paths[0].verdict == .opposite)
    let either = [StudyHypothesis("H", from: "PR", to: "TR")]
    #expect(try PathTable(P2P.fit.get(), hypotheses: either).paths[0].verdict == .supported)
    #expect(HypothesisVerdict(value: nil, isSignificant: nil, sign: nil) == .undetermined)
    let absent = [StudyHypothesis("H", from: "PU", to: "FB")]
    let error = #expect(throws: StudyError.self) { try PathTable(P2P.fit.get(), hypotheses: absent) }
    #expect(error?.code == .pathNotInModel)
  }

  /// Matrices of effects against the library's own effects, one by one.
  @Test func effectMatrices() throws {
    let fit = try P2P.fit.get()
    let matrices = try EffectMatrices(fit)
    let table = try fit.effects()
    #expect(Set(matrices.outcomes) == ["PU", "TR", "FI", "FB"])
    #expect(matrices.causes.count == 9)
    let parts: [(EffectMatrices.Part, EffectKind)] = [
      (.direct, .direct), (.indirect, .totalIndirect), (.total, .total),
    ]
    for (part, kind) in parts {
      for isStandardized in [false, true] {
        let matrix = matrices.matrix(part, isStandardized: isStandardized)
        for (i, to) in matrices.outcomes.enumerated() {
          for (j, from) in matrices.causes.enumerated() where from != to {
            let effect = table.effect(kind, from: from, to: to)
            let expected = isStandardized ? effect?.standardized.value : effect?.raw.value
            expectNear(matrix[i, j], expected ?? 0, within: rounding, "\(part) \(from) \(to)")
          }
        }
      }
    }
    // The standardised total effect of PFC on FB, lavaan 0.6-14.
    let total = matrices.matrix(.total, isStandardized: true)
    let i = try #require(matrices.outcomes.firstIndex(of: "FB"))
    let j = try #require(matrices.causes.firstIndex(of: "PFC"))
    expectNear(total[i, j], -0.215, within: printed3, "PFC FB")
  }

  @Test func modificationsAreSortedAndLimited() throws {
    let fit = try P2P.fit.get()
    let table = try ModificationTable(fit, minimum: 4, limit: 5)
    #expect(table.lines.count == 5 && table.totalCount > 5)
    #expect(zip(table.lines, table.lines.dropFirst()).allSatisfy { $0.index >= $1.index })
    let all = try fit.modificationIndices()
    expectNear(table.lines[0].index, all.map(\.index).max() ?? .nan, within: 0, "largest")
    #expect(table.totalCount == all.count { $0.index >= 4 })
    let amos = try ModificationTable(fit, minimum: 4, limit: 5, convention: .amos)
    expectNear(amos.lines[0].index, table.lines[0].index * 359 / 360, within: rounding, "AMOS")
  }

  @Test func arrowsAreAmosArrows() throws {
    let lines = try ModificationTable(P2P.fit.get(), minimum: 0, limit: 10_000).lines
    for line in lines {
      let (lhs, rhs) = (line.parameter.lhs, line.parameter.rhs)
      switch line.parameter.op {
      case .covariance: #expect(line.arrow == "\(lhs) <--> \(rhs)")
      case .measurement: #expect(line.arrow == "\(rhs) <--- \(lhs)")
      default: #expect(line.arrow == "\(lhs) <--- \(rhs)")
      }
    }
    #expect(lines.contains { $0.arrow == "TR3 <--> TR4" })
    #expect(lines.contains { $0.arrow == "FI1 <--- SN" })
  }
}
