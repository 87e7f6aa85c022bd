import SEM
import SEMNumerics
import Testing

@Suite struct EffectsTests {
  private func close(_ value: Double?, _ expected: Double?, _ tolerance: Double = 1e-10) -> Bool {
    guard let value, let expected else { return false }
    return (value - expected).magnitude <= tolerance * max(1, expected.magnitude)
  }

  /// A chain and a total are what `:=` says, with its delta-method error, raw and standardised.
  @Test func agreeWithDefinedParameters() throws {
    let fit = try InferenceModels.fitFinancing()
    let covariance = try fit.estimateCovariance()
    let table = try fit.effects(covariance: covariance)
    let raw = fit.parameterEstimates(covariance)
    let standardized = fit.standardizedEstimates(.all, covariance)
    let pairs: [(String, Effect?)] = [
      ("ind_PU_FI_FB", table.effect(along: ["PU", "FI", "FB"])),
      ("ind_PFC_FI_FB", table.effect(.totalIndirect, from: "PFC", to: "FB")),
      ("tot_PFC_FB", table.effect(.total, from: "PFC", to: "FB")),
      ("tot_PR_FI", table.effect(.total, from: "PR", to: "FI")),
      ("chain_PEOU_FB", table.effect(along: ["PEOU", "PU", "FI", "FB"])),
    ]
    for (name, effect) in pairs {
      let effect = try #require(effect)
      for (line, estimate) in [(raw, effect.raw), (standardized, effect.standardized)] {
        let defined = try #require(line.first { $0.parameter.label == name })
        #expect(close(estimate.value, defined.estimate), "\(name)")
        #expect(close(estimate.standardError, defined.standardError), "\(name)")
        #expect(close(estimate.pValue, defined.pValue), "\(name)")
        #expect(close(estimate.lower, defined.lower), "\(name)")
      }
    }
    // lavaan 0.6-14 prints these.
    let chain = try #require(table.effect(along: ["PR", "TR", "FI", "FB"]))
    #expect(close(chain.raw.value, -0.036, 5e-4) && close(chain.raw.z, -2.566, 5e-4))
    #expect(close(chain.standardized.value, -0.028, 5e-4))
  }

  /// Total = direct + all indirect, and the specific ones add up to all indirect.
  @Test func addUp() throws {
    let table = try InferenceModels.fitFinancing().effects()
    #expect(table.blocksWithFeedback.isEmpty)
    for total in table.effects where total.kind == .total {
      func sum(_ kind: EffectKind) -> Double {
        table.effects.filter { $0.kind == kind && $0.from == total.from && $0.to == total.to }
          .reduce(0) { $0 + ($1.raw.value ?? .nan) }
      }
      #expect(close(sum(.direct) + sum(.specificIndirect), total.raw.value), "\(total.label)")
      #expect(close(sum(.specificIndirect), sum(.totalIndirect)), "\(total.label)")
    }
  }

  /// Errors against a numerical gradient, on a model with a feedback loop and indicators as targets.
  @Test func derivativesWithFeedback() throws {
    let model = try Model(
      "x4 ~ b1*x5 + x1 + x2\nx5 ~ b2*x4 + x2 + x3\nx6 ~ x5\nx4 ~~ x5",
      options: {
        var options = ModelOptions()
        options.fixedCovariates = false
        return options
      }())
    let fit = try model.fit(to: DataFixture.table("HolzingerSwineford1939.csv"))
    let covariance = try fit.estimateCovariance()
    let table = try fit.effects(from: "x1", to: "x6", covariance: covariance)
    #expect(table.blocksWithFeedback == [1])
    let total = try #require(table.effect(.total, from: "x1", to: "x6"))
    let chain = try #require(table.effect(along: ["x1", "x4", "x5", "x6"]))
    let b = fit.parameterEstimates(nil)
    func value(_ lhs: String, _ rhs: String) -> Double {
      b.first { $0.parameter.lhs == lhs && $0.parameter.op == .regression && $0.parameter.rhs == rhs }?
        .estimate
        ?? .nan
    }
    let loop = value("x4", "x5") * value("x5", "x4")
    let stability = try #require(table.stabilityIndex)
    #expect(close(stability, loop.magnitude.squareRoot(), 1e-9))
    #expect(close(total.raw.value, (chain.raw.value ?? .nan) / (1 - loop), 1e-9))

    // The gradient of the standardised total by central differences.
    func standardized(_ theta: [Double]) throws -> Double {
      let values = fit.table.rows.enumerated().map { index, row in
        row.free > 0 ? theta[row.free - 1] : fit.rowValues[index]
      }
      let matrices = try #require(
        ReticularMatrices(block: fit.table.blocks[0], table: fit.table, rowValues: values))
      let from = try #require(matrices.variables.firstIndex(of: "x1"))
      let to = try #require(matrices.variables.firstIndex(of: "x6"))
      return matrices.totalEffects[to, from]
        * (matrices.totalCovariance[from, from] / matrices.totalCovariance[to, to]).squareRoot()
    }
    var gradient: [Double] = []
    for a in fit.estimates.indices {
      var up = fit.estimates
      var down = fit.estimates
      let step = 1e-5 * max(1, up[a].magnitude)
      up[a] += step
      down[a] -= step
      gradient.append(try (standardized(up) - standardized(down)) / (2 * step))
    }
    #expect(close(total.standardized.value, try standardized(fit.estimates)))
    #expect(close(total.standardized.standardError, covariance.standardError(gradient: gradient), 1e-7))
  }

  @Test func unknownVariable() throws {
    let fit = try InferenceModels.fitThreeFactors()
    #expect(throws: InferenceError.unknownVariable("y")) { try fit.effects(from: "visual", to: "y") }
    // No path leads from a factor to another; an indicator depends on its factor.
    #expect(try fit.effects().effects.isEmpty)
    #expect(try fit.effects(from: "visual", to: "x2").effects.map(\.kind) == [.direct, .total])
  }
}
