import SEMNumerics
import Testing

/// Sums over the rows of samples against the sums of their definition.
@Suite struct SampleSumsTests {
  /// Rows of whole blocks and of parts, products of one panel and of many, kept and formed anew.
  @Test(arguments: [(1, 1), (5, 3), (64, 10), (127, 11), (128, 17), (300, 31), (700, 60)])
  func sumsAreWeightedProducts(rows: Int, columns: Int) {
    let data = Matrix.random(rows, columns, seed: 3)
    let sums = SampleSums(columns: data.elements, rowCount: rows, order: columns, samples: 11)
    var random = RandomStream(seed: 8)
    // Two sets: nothing is left of the first.
    for set in 0..<2 {
      var weights: [[Double]] = []
      for sample in 0..<(11 - set) {
        weights.append((0..<rows).map { _ in Double(max(0, random.integer(below: 5) - 1)) / 2 })
        for row in 0..<rows { sums.weights[row] = weights[sample][row] }
        sums.take(sample)
      }
      sums.add(samples: weights.count)
      for (sample, weights) in weights.enumerated() {
        var place = 0
        for j in 0..<columns {
          for i in j..<columns {
            let sum = (0..<rows).reduce(0.0) { $0 + weights[$1] * data[$1, i] * data[$1, j] }
            #expect(
              (sums.element(place, SIMD8(repeating: sample))[5] - sum).magnitude
                <= KernelsTests.tolerance(rows))
            place += 1
          }
        }
      }
    }
  }
}
