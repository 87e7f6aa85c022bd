import SEM
import SEMNumerics
import Testing

/// The evaluation by Woodbury's identity against the plain one, on random measurement models.
@Suite struct FactorModelBlockTests {
  /// The same sums in another order, through inverses of Θ.
  static let rounding = 1e-9

  /// A model of many indicators and few factors with random moments, and a random point.
  struct Example: Sendable, CustomTestStringConvertible {
    var seed: Int
    var table: ParameterTable
    var moments: SampleMoments
    var point: [Double]

    var testDescription: String { "seed \(seed)" }

    init?(seed: Int) {
      var random = RandomStream(seed: 77, stream: UInt64(seed))
      self.seed = seed
      let factorCount = 1 + random.integer(below: 4)
      var lines: [String] = []
      var number = 0
      for factor in 0..<factorCount {
        let own = (0..<(5 + random.integer(below: 4))).map { _ -> String in
          number += 1
          return "x\(number)"
        }
        let crossed = factor > 0 && random.uniform() < 0.5 ? ["x1"] : []
        lines.append("f\(factor + 1) =~ " + (own + crossed).joined(separator: " + "))
      }
      if factorCount > 2, random.uniform() < 0.5 { lines.append("f2 ~ f1\nf3 ~ f1 + f2") }
      if factorCount > 3, random.uniform() < 0.5 { lines.append("f4 ~~ 0*f1") }
      var options = ModelOptions()
      options.standardizeLatents = random.uniform() < 0.3
      guard let model = try? Model(lines.joined(separator: "\n"), preset: .sem, options: options),
        let table = try? model.specification().table
      else { return nil }
      self.table = table
      let p = number
      let common = (0..<200).map { _ in random.normal() }
      var rows = Matrix(rowCount: 200, columnCount: p)
      for j in 0..<p { for i in 0..<200 { rows[i, j] = 0.7 * common[i] + random.normal() } }
      moments = SampleMoments(
        variables: table.blocks[0].observed, count: 200, mean: nil,
        covariance: (1 / 200) * rows.crossProduct())
      point = [Double](repeating: 0, count: table.freeParameterCount)
      for row in table.rows where row.free > 0 {
        let u = random.uniform()
        switch row.op {
        case .covariance where row.lhs == row.rhs: point[row.free - 1] = 0.5 + u
        case .covariance: point[row.free - 1] = 0.3 * u
        default: point[row.free - 1] = 0.4 + 0.5 * u
        }
      }
    }

    var structure: BlockStructure {
      BlockStructure(block: table.blocks[0], table: table, sampleValue: { _ in 0 })
    }

    /// The fast and the plain objective.
    func objectives() throws -> (fast: ModelObjective, plain: ModelObjective) {
      let fast = try #require(FactorModelBlock(structure: structure, sample: moments))
      let plain = try #require(MaximumLikelihoodBlock(structure: structure, sample: moments))
      let t = table.freeParameterCount
      return (
        ModelObjective(blocks: [fast], weights: [1], dimension: t),
        ModelObjective(blocks: [plain], weights: [1], dimension: t)
      )
    }
  }

  static let examples = (0..<60).compactMap { Example(seed: $0) }

  private func expectEqual(_ left: [Double], _ right: [Double], _ kind: String, _ example: Example) {
    let scale = right.map(\.magnitude).max() ?? 1
    for (index, pair) in zip(left, right).enumerated() {
      expectClose(
        pair.0, pair.1, Tolerance(size: Self.rounding, floor: max(scale, 1e-3)), kind,
        "\(example.seed) \(index)")
    }
  }

  private func expectEqual(at point: [Double], _ example: Example) throws {
    let (fast, plain) = try example.objectives()
    expectEqual([try #require(fast.valueAt(point))], [try #require(plain.valueAt(point))], "value", example)
    expectEqual(
      try #require(fast.gradientAt(point)), try #require(plain.gradientAt(point)), "gradient", example)
    expectEqual(try #require(fast.metricAt(point)), try #require(plain.metricAt(point)), "metric", example)
    for kind in [Curvature.exact, .expected] {
      expectEqual(
        try #require(fast.curvatureAt(point, kind)).elements,
        try #require(plain.curvatureAt(point, kind)).elements, "curvature \(kind)", example)
    }
  }

  @Test func thereAreExamples() { #expect(Self.examples.count > 50) }

  @Test(arguments: examples)
  func equalsPlainBlock(_ example: Example) throws {
    #expect(FactorModelBlock.suits(example.structure))
    try expectEqual(at: example.point, example)
  }

  /// A residual variance that is zero, or negative, has no D; the plain block takes over.
  @Test(arguments: examples.prefix(10))
  func negativeVariancesGoThePlainWay(_ example: Example) throws {
    let row = try #require(example.table.rows.first { $0.op == .covariance && $0.lhs == "x2" && $0.free > 0 })
    for value in [0, -1e-3] {
      var point = example.point
      point[row.free - 1] = value
      try expectEqual(at: point, example)
    }
  }

  @Test func otherPatternsDoNotSuit() throws {
    for text in [
      "f =~ x1 + x2 + x3 + x4 + x5\nx1 ~~ x2", "f =~ x1 + x2 + x3 + x4 + x5\nf ~ w", "f =~ x1 + x2 + x3",
    ] {
      let table = try Model(text, preset: .sem).specification().table
      let structure = BlockStructure(block: table.blocks[0], table: table, sampleValue: { _ in 1 })
      #expect(!FactorModelBlock.suits(structure), "\(text)")
    }
  }

  /// The search without a Hessian ends where Newton's does.
  @Test(arguments: examples.prefix(25))
  func truncatedNewtonFindsTheSameMinimum(_ example: Example) throws {
    let (fast, plain) = try example.objectives()
    let start = try ModelFitter(table: example.table).fit([example.moments]).estimates
    // Away from it again.
    let away = start.enumerated().map { $1 + 0.05 * Double($0 % 3) }
    let expected = NewtonMinimizer(dimension: plain.dimension).minimize(plain, from: away)
    let found = TruncatedNewtonMinimizer(dimension: fast.dimension).minimize(fast, from: away)
    guard expected.termination == .converged, try example.isIdentifiedWell(plain, expected.point) else {
      return
    }
    #expect(found.termination == .converged, "\(found)")
    #expect(abs(found.value - expected.value) <= 1e-10 * max(1, expected.value))
    for (a, b) in zip(found.point, expected.point) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
  }
}

extension FactorModelBlockTests.Example {
  /// Whether every variance is well inside and no direction is nearly flat: where it is not, the point that a search ends
  /// at depends on its path.
  fileprivate func isIdentifiedWell(_ objective: ModelObjective, _ point: [Double]) throws -> Bool {
    let curvature = try #require(objective.curvatureAt(point, .exact))
    let smallest = try SymmetricEigen(curvature).values.first ?? 0
    return smallest > 1e-3
      && table.rows.allSatisfy {
        $0.free == 0 || $0.op != .covariance || $0.lhs != $0.rhs || point[$0.free - 1] > 0.02
      }
  }
}
