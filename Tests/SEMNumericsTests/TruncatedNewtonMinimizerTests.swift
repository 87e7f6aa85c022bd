import SEMNumerics
import Testing

@Suite struct TruncatedNewtonMinimizerTests {
  /// A quadratic of many variables with its minimum at 1, 1, …; `roughness` is the size of what rounding does to it.
  private static func quadratic(_ n: Int, roughness: Double) -> FunctionObjective {
    FunctionObjective(
      n,
      value: { x in
        var sum = 244.0
        var bits: UInt64 = 0
        for i in 0..<n {
          sum += 0.5 * Double(i + 1) * (x[i] - 1) * (x[i] - 1)
          bits = bits &* 6_364_136_223_846_793_005 &+ x[i].bitPattern
        }
        return sum + roughness * (Double(bits >> 11) * 0x1p-53 - 0.5)
      },
      gradient: { x in (0..<n).map { Double($0 + 1) * (x[$0] - 1) } },
      hessian: { _ in (0..<n).map { i in (0..<n).map { $0 == i ? Double(i + 1) : 0 } } })
  }

  /// Whatever rounding does to the value, the search ends near the minimum after few steps: it must not go on to its limit
  /// with steps that change nothing.
  @Test(arguments: [0, 1e-12, 1e-10, 1e-8, 1e-6])
  func endsWhereRoundingHidesProgress(roughness: Double) {
    let n = 60
    let objective = Self.quadratic(n, roughness: roughness)
    let found = TruncatedNewtonMinimizer(dimension: n).minimize(
      objective, from: [Double](repeating: 0, count: n))
    #expect(found.iterations < 40, "\(found.iterations) steps")
    #expect(found.termination == .converged || found.termination == .stalled)
    let error = found.point.reduce(0) { max($0, abs($1 - 1)) }
    // A value that is rough by r is flat over √r.
    #expect(error < 1e-6 + 10 * roughness.squareRoot(), "\(error)")
  }
}
