import SEMNumerics
import Testing

@Suite struct TruncatedNewtonMinimizerTests {
  /// Springs in a row with their minimum at 1, 1, …, which take conjugate gradients many steps; `roughness` is the size of
  /// what rounding does to the value.
  private static func springs(_ n: Int, roughness: Double) -> FunctionObjective {
    FunctionObjective(
      n,
      value: { x in
        var sum = 244.0
        var bits: UInt64 = 0
        for i in 0..<n {
          sum += 0.01 * (x[i] - 1) * (x[i] - 1)
          if i > 0 { sum += 0.5 * (x[i] - x[i - 1]) * (x[i] - x[i - 1]) }
          bits = (bits ^ x[i].bitPattern) &* 6_364_136_223_846_793_005
          bits ^= bits >> 29
        }
        return sum + roughness * (Double(bits >> 11) * 0x1p-53 - 0.5)
      },
      gradient: { x in
        (0..<n).map { i in
          0.02 * (x[i] - 1) + (i > 0 ? x[i] - x[i - 1] : 0) + (i + 1 < n ? x[i] - x[i + 1] : 0)
        }
      },
      hessian: { _ in
        (0..<n).map { i in
          (0..<n).map { j in
            i == j ? 0.02 + (i > 0 ? 1 : 0) + (i + 1 < n ? 1 : 0) : abs(i - j) == 1 ? -1 : 0
          }
        }
      })
  }

  /// Whatever rounding does to the value, the search ends near the minimum after few steps: it must not go on to its limit
  /// with steps that change nothing.
  @Test(arguments: [0, 1e-12, 1e-10, 1e-9, 1e-8, 1e-6])
  func endsWhereRoundingHidesProgress(roughness: Double) {
    let n = 60
    var options = NewtonMinimizer.Options()
    // Never met, so that only the lack of progress can end the search.
    options.gradientTolerance = 1e-300
    let found = TruncatedNewtonMinimizer(dimension: n).minimize(
      Self.springs(n, roughness: roughness), from: [Double](repeating: 0, count: n), options: options)
    #expect(found.iterations < 40, "\(found.iterations) steps")
    #expect(found.termination == .converged || found.termination == .stalled)
    let error = found.point.reduce(0) { max($0, abs($1 - 1)) }
    // A value that is rough by r is flat over √(r / curvature), the least curvature being 0.02.
    #expect(error < 1e-6 + 10 * (roughness / 0.02).squareRoot(), "\(error)")
  }
}
