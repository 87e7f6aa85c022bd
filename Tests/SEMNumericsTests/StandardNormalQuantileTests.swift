import Testing

@testable import SEMNumerics

/// Wichura states about one part in 10¹⁶; the evaluation adds a few roundings.
private let relativeTolerance = 8 * Double.ulpOfOne

@Suite struct StandardNormalQuantileTests {
  /// Roots of Φ(x) = p at 40 digits (mpmath 1.3.0), for the exact value of each p; all three branches and their seams.
  @Test(arguments: [
    (5.551115123125783e-17, -8.2923610758135955382), (1.1102230246251565e-16, -8.2095361516013868556),
    (1e-12, -7.0344838253011319326), (1e-11, -6.7060231554951362961),
    (1.3887943864964021e-11, -6.6579046435011035837), (1e-05, -4.2648907939228246102),
    (0.01, -2.3263478740408410931), (0.075, -1.4395314709384559349), (0.0750001, -1.4395307645017296865),
    (0.25, -0.6744897501960817432), (0.6, 0.25334710313579974132), (0.925, 1.4395314709384562291),
    (0.95, 1.6448536269514722843), (0.999, 3.0902323061678132778),
    (0.9999999999999999, 8.2095361516013868556),
  ])
  func agreesWithHighPrecision(probability: Double, expected: Double) {
    #expect(abs(standardNormalQuantile(probability) / expected - 1) <= relativeTolerance)
  }

  @Test func medianIsZeroAndTailsAreMirrored() {
    #expect(standardNormalQuantile(0.5) == 0)
    for power in 2...50 {
      let p = Double(sign: .plus, exponent: -power, significand: 1)
      #expect(standardNormalQuantile(p) == -standardNormalQuantile(1 - p))
    }
  }

  @Test func risesAcrossTheSeams() {
    for seam in [0.075, 0.925, 1.3887943864964021e-11] {
      var (p, last) = (seam * (1 - 1e-10), -Double.infinity)
      for _ in 0..<20 {
        let x = standardNormalQuantile(p)
        #expect(x > last)
        last = x
        p += seam * 1e-11
      }
    }
  }
}
