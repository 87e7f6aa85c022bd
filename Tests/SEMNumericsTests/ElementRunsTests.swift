import CLinearAlgebra
import SEMNumerics
import Testing

/// Sums of products along runs of elements, against the formula taken element by element, and on every level.
@Suite struct ElementRunsTests {
  /// Four products of numbers below 3 are added.
  static let closeness = 1e-13

  /// An element of A, its column counted among the sources, or of S.
  struct Element {
    var isPath: Bool
    var row, column: Int
  }

  /// Elements of all shapes for `m` variables, the last `s` of them sources: runs of one to `m` elements.
  private func elements(_ m: Int, _ s: Int) -> [Element] {
    let ns = m - s
    var elements: [Element] = []
    for i in 0..<ns where i % 5 != 2 {
      elements.append(Element(isPath: true, row: i, column: min(i / 4, s - 1)))
    }
    for j in 0..<s {
      for i in ns..<m where i > ns + j { elements.append(Element(isPath: true, row: i, column: j)) }
    }
    for i in 0..<m where i != 3 { elements.append(Element(isPath: false, row: i, column: i)) }
    for i in 0..<m where i + 2 < m { elements.append(Element(isPath: false, row: i, column: i + 2)) }
    for i in 0..<(m - 1) where i % 3 != 0 { elements.append(Element(isPath: false, row: i, column: m - 1)) }
    return elements
  }

  private struct Numbers {
    var xw, yw, zw, xv, yv, zv, e: Matrix
    init(_ m: Int, _ s: Int) {
      func symmetric(_ n: Int, _ seed: UInt64) -> Matrix {
        let a = Matrix.random(n, n, seed: seed)
        return a + a.transposed
      }
      (xw, xv) = (symmetric(m, 1), symmetric(m, 2))
      (yw, yv) = (Matrix.random(m, s, seed: 3), Matrix.random(m, s, seed: 4))
      (zw, zv) = (symmetric(s, 5), symmetric(s, 6))
      e = Matrix.random(s, s, seed: 7)
    }

    /// The sum of one pair; `a` is never a path where `b` is none.
    func sum(_ a: Element, _ b: Element, withEffects: Bool, sinks ns: Int) -> Double {
      let (i, j, k, l) = (a.row, a.column, b.row, b.column)
      let twice = (!a.isPath && i == j ? 0.5 : 1) * (!b.isPath && k == l ? 0.5 : 1)
      switch (a.isPath, b.isPath) {
      case (true, true):
        var sum = yv[k, j] * yw[i, l] + zv[j, l] * xw[i, k] + zw[j, l] * xv[i, k] + yw[k, j] * yv[i, l]
        if withEffects, i >= ns, k >= ns { sum += 2 * e[j, k - ns] * e[l, i - ns] }
        return sum
      case (false, true):
        return twice * (xw[k, j] * yv[i, l] + yv[j, l] * xw[i, k] + yw[j, l] * xv[i, k] + xv[k, j] * yw[i, l])
      default:
        return twice
          * (xv[j, k] * xw[i, l] + xv[j, l] * xw[i, k] + xw[j, k] * xv[i, l] + xw[j, l] * xv[i, k])
      }
    }
  }

  /// Memory with eight numbers beyond, as NaN: what is read there must not matter.
  private func padded(_ matrix: Matrix) -> NumberBuffer {
    NumberBuffer(matrix.elements + [Double](repeating: .nan, count: ElementRuns.padding))
  }

  @Test(arguments: [(2, 1), (5, 2), (12, 3), (38, 10), (25, 25)], [false, true])
  func linesFollowTheFormula(_ shape: (m: Int, s: Int), withEffects: Bool) throws {
    let (m, s) = shape
    let elements = elements(m, s)
    var runs = ElementRuns(variableCount: m, sourceCount: s, capacity: elements.count)
    for element in elements {
      runs.append(
        element.isPath ? .paths : element.row == element.column ? .variances : .covariances,
        row: element.row, column: element.column)
    }
    #expect(runs.count == elements.count)
    let numbers = Numbers(m, s)
    let buffers = [numbers.xw, numbers.yw, numbers.zw, numbers.xv, numbers.yv, numbers.zv, numbers.e].map(
      padded)
    let line = NumberBuffer([Double](repeating: .nan, count: elements.count + ElementRuns.padding))
    let products = ElementRuns.Products(
      xw: buffers[0].pointer, yw: buffers[1].pointer, zw: buffers[2].pointer, xv: buffers[3].pointer,
      yv: buffers[4].pointer, zv: buffers[5].pointer,
      effects: withEffects ? UnsafePointer(buffers[6].pointer) : nil)
    var seen: [Int] = []
    withExtendedLifetime((buffers, line)) {
      runs.forEachLine(products, line: line.pointer) { b, sums in
        seen.append(b)
        for a in b..<elements.count {
          let expected = numbers.sum(elements[a], elements[b], withEffects: withEffects, sinks: m - s)
          #expect(abs(sums[a - b] - expected) <= Self.closeness, "\(elements[a]), \(elements[b])")
        }
        line.fill(.nan)
      }
    }
    #expect(seen == Array(elements.indices))
  }

  @Test(arguments: [(5, 2), (12, 3), (38, 10)])
  func everyLevelGivesTheSameBits(_ shape: (m: Int, s: Int)) throws {
    let (m, s) = shape
    let numbers = Numbers(m, s)
    let buffers = [numbers.xw, numbers.yw, numbers.zw, numbers.xv, numbers.yv, numbers.zv, numbers.e].map(
      padded)
    // Paths of all sinks, of all sources, all variances, covariances with the last variable.
    let lengths = [(0, 0, m - s, 0), (0, m - s, s, s - 1), (1, 0, m, 0), (2, 0, m - 1, m - 1)]
    var first = 0
    let runs = lengths.map { shape, row, count, column in
      defer { first += count }
      return sk_run(shape: shape, first: first, count: count, row: row, column: column)
    }
    func bits(_ kernels: sk_kernels) -> [UInt64] {
      let line = NumberBuffer([Double](repeating: .nan, count: first + ElementRuns.padding))
      var result: [UInt64] = []
      runs.withUnsafeBufferPointer { pointer in
        var pairs = sk_pairs(
          runs: pointer.baseAddress, run_count: pointer.count, variables: m, sources: s,
          xw: buffers[0].pointer, yw: buffers[1].pointer, zw: buffers[2].pointer, xv: buffers[3].pointer,
          yv: buffers[4].pointer, zv: buffers[5].pointer, e: buffers[6].pointer)
        for (index, run) in runs.enumerated() {
          for element in run.first..<(run.first + run.count) {
            kernels.pair_line(&pairs, index, element, line.pointer)
            result += (element..<first).map { line[$0].bitPattern }
          }
        }
      }
      return result
    }
    let expected = bits(try #require(sk_level(0)).pointee)
    #expect(expected.allSatisfy { !Double(bitPattern: $0).isNaN })
    for level in 1...2 {
      guard let kernels = sk_level(Int32(level))?.pointee else { continue }
      withExtendedLifetime(buffers) { #expect(bits(kernels) == expected, "level \(level)") }
    }
  }
}
