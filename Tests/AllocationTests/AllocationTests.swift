import AllocationCounter
import SEM
import SEMNumerics
import Testing

/// What is made once per model must serve every later step: no allocation from the second evaluation on.
@Suite(.enabled(if: allocation_counter_works(), "malloc cannot be counted here"))
struct AllocationTests {
  /// A model, its moments and a defined point.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var groupCount = 1
    var hasMeans = false
    var everyVariableIsSource = false

    var testDescription: String { name }

    func objective() throws -> (objective: ModelObjective, start: [Double]) {
      var options = ModelOptions()
      options.meanStructure = hasMeans
      if groupCount > 1 { options.groupEqual = [.loadings] }
      let model = try Model(text, preset: .sem, options: options)
      let table = try model.specification(
        groupLabels: groupCount > 1 ? (1...groupCount).map { "g\($0)" } : []
      )
      .table
      var random = RandomStream(seed: 5)
      var blocks: [MaximumLikelihoodBlock] = []
      for block in table.blocks {
        let sample = Self.sample(block.observed, &random)
        let structure = BlockStructure(
          block: block, table: table,
          sampleValue: { row in
            let i = sample.variables.firstIndex(of: row.lhs) ?? 0
            let j = sample.variables.firstIndex(of: row.rhs) ?? 0
            return row.op == .intercept ? 0 : sample.covariance[i, j]
          }, everyVariableIsSource: everyVariableIsSource)
        blocks.append(try #require(MaximumLikelihoodBlock(structure: structure, sample: sample)))
      }
      var start = [Double](repeating: 0, count: table.freeParameterCount)
      for row in table.rows where row.free > 0 {
        switch row.op {
        case .measurement: start[row.free - 1] = 1
        case .covariance where row.lhs == row.rhs: start[row.free - 1] = 0.7
        default: break
        }
      }
      let weight = 1 / Double(groupCount)
      return (
        ModelObjective(
          blocks: blocks, weights: blocks.map { _ in weight }, dimension: table.freeParameterCount), start
      )
    }

    /// One common factor in all variables, and noise.
    private static func sample(_ variables: [String], _ random: inout RandomStream) -> SampleMoments {
      let p = variables.count
      let noise = (0..<(p * 300)).map { _ in random.normal() }
      var covariance =
        (0.7 / 300) * Matrix(rowCount: 300, columnCount: p, columnMajor: noise).crossProduct()
      for j in 0..<p { for i in 0..<p { covariance[i, j] += 0.6 } }
      return SampleMoments(
        variables: variables, count: 300, mean: [Double](repeating: 0, count: p), covariance: covariance)
    }
  }

  private static func factor(_ name: String, _ count: Int) -> String {
    "\(name) =~ " + (1...count).map { "\(name)\($0)" }.joined(separator: " + ")
  }

  static let cases = [
    Case(name: "nine indicators", text: ["u", "v", "w"].map { factor($0, 3) }.joined(separator: "\n")),
    Case(
      name: "means and two groups", text: ["u", "v"].map { factor($0, 4) }.joined(separator: "\n"),
      groupCount: 2, hasMeans: true),
    Case(name: "feedback and covariates", text: "y1 ~ y2 + x1\ny2 ~ y1 + x2\n" + factor("u", 3) + "\nu ~ x1"),
    Case(
      name: "every variable a source", text: ["u", "v"].map { factor($0, 3) }.joined(separator: "\n"),
      everyVariableIsSource: true),
    // Beyond the order at which BLAS takes over.
    Case(
      name: "forty indicators", text: ["u", "v", "w", "z"].map { factor($0, 10) }.joined(separator: "\n")),
  ]

  /// The counter counts: an array is one allocation, arithmetic none.
  @Test func counterCanFail() {
    var array: [Double] = []
    #expect(fewestAllocations { array = [Double](repeating: 0, count: 100) } == 1)
    let before = allocation_count()
    for index in array.indices { array[index] += 1 }
    #expect(allocation_count() - before == 0)
    #expect(array.reduce(0, +) == 100)
  }

  @Test(arguments: cases)
  func evaluationAllocatesNothing(_ example: Case) throws {
    let (objective, start) = try example.objective()
    let t = objective.dimension
    let point = NumberBuffer(start)
    let output = NumberBuffer(count: t * t)
    try withExtendedLifetime((point, output)) {
      func evaluate() -> Bool {
        guard objective.value(at: point.pointer) != nil else { return false }
        objective.gradient(into: output.pointer)
        objective.metric(into: output.pointer)
        objective.curvature(.expected, into: output.pointer)
        objective.curvature(.exact, into: output.pointer)
        return true
      }
      try #require(evaluate())
      let before = allocation_count()
      var isDefined = true
      for _ in 0..<5 { isDefined = evaluate() && isDefined }
      let count = allocation_count() - before
      #expect(isDefined)
      #expect(count == 0, "\(count) allocations in five evaluations")
      // Where Σ is not positive definite, too.
      point[t - 1] = -1e6
      let beforeUndefined = allocation_count()
      let value = objective.value(at: point.pointer)
      #expect(allocation_count() - beforeUndefined == 0)
      _ = value
    }
  }

  /// The allocations of a minimisation do not depend on the number of its steps.
  @Test(arguments: cases)
  func stepsAllocateNothing(_ example: Case) throws {
    let (objective, start) = try example.objective()
    let minimizer = NewtonMinimizer(dimension: objective.dimension)
    func allocations(_ limit: Int) -> (count: Int, optimum: Optimum) {
      var options = NewtonMinimizer.Options()
      options.iterationLimit = limit
      let before = allocation_count()
      let optimum = minimizer.minimize(objective, from: start, options: options)
      return (allocation_count() - before, optimum)
    }
    _ = allocations(500)
    let one = allocations(1)
    let all = allocations(500)
    #expect(one.optimum.iterations == 1)
    #expect(all.optimum.iterations > 3 && all.optimum.termination == .converged, "\(all.optimum)")
    #expect(all.count == one.count)
    #expect(all.count <= 2, "the result's array, and nothing else that grows")
  }

  @Test func boundsAllocateNothing() throws {
    let (objective, start) = try #require(Self.cases.first).objective()
    let t = objective.dimension
    let minimizer = NewtonMinimizer(
      dimension: t, lower: [Double](repeating: -3, count: t), upper: [Double](repeating: 0.9, count: t))
    func allocations(_ limit: Int) -> Int {
      var options = NewtonMinimizer.Options()
      options.iterationLimit = limit
      let before = allocation_count()
      _ = minimizer.minimize(objective, from: start, options: options)
      return allocation_count() - before
    }
    _ = allocations(50)
    #expect(allocations(50) == allocations(1))
  }
}
