internal import SEMNumerics

/// The maximum-likelihood discrepancy and its gradient for eight samples and eight points at once: F of
/// ``MaximumLikelihoodBlock`` summed over the blocks, by the formulas of ``LaneBlock``.
///
/// A lane's numbers depend on its own samples and point only.
final class LaneObjective {
  /// The number of free parameters.
  let dimension: Int
  private let memory: LaneMemory
  private let blocks: [LaneBlock]
  private let programs: LanePrograms

  /// Compiles the blocks of a fitter; `nil` for patterns with loops or with variables without variance.
  init?(_ fitter: RepeatedFitter) {
    dimension = fitter.dimension
    var programs = LanePrograms(dimension: dimension)
    var blocks: [LaneBlock] = []
    for (index, block) in fitter.blocks.enumerated() {
      let compiled = LaneBlock(
        block.structure, weight: fitter.objective.weights[index],
        sampleElements: fitter.sampleElements[index], &programs)
      guard let compiled else { return nil }
      blocks.append(compiled)
    }
    programs.finish()
    self.blocks = blocks
    self.programs = programs
    memory = LaneMemory(count: programs.size)
    for (value, place) in programs.constants { memory[place] = SIMD8(repeating: value) }
    for block in blocks where block.hasConstant {
      memory[block.sample + block.order * block.order - 1] = SIMD8(repeating: 1)
    }
  }

  /// The points: ``dimension`` numbers.
  var point: UnsafeMutablePointer<Double> { memory.at(programs.point) }
  /// The gradients at the points of the last evaluation.
  var gradient: UnsafeMutablePointer<Double> { memory.at(programs.gradient) }

  /// One number of the points.
  @inline(__always) func point(_ i: Int) -> SIMD8<Double> { memory[programs.point &+ i] }
  @inline(__always) func point(_ i: Int, _ values: SIMD8<Double>) { memory[programs.point &+ i] = values }
  /// One number of the gradients.
  @inline(__always) func gradient(_ i: Int) -> SIMD8<Double> { memory[programs.gradient &+ i] }

  /// Takes over the samples of a block: covariance matrices with the likelihood's divisor, p × p with both triangles, and
  /// means, in the block's order.
  func setSample(block index: Int, covariance: LaneMemory, mean: LaneMemory) {
    let block = blocks[index]
    let p = block.observedOrder.count
    for j in 0..<p {
      let column = block.observedOrder[j]
      for i in 0..<p {
        memory[block.sample + i + j * block.order] = covariance[block.observedOrder[i] + column * p]
      }
      if block.hasConstant { memory[block.origin + j] = mean[column] }
    }
    for item in block.sampleElements {
      memory[item.place] = item.right < 0 ? mean[item.left] : covariance[item.left + item.right * p]
    }
  }

  /// Forms what F needs of the samples alone.
  ///
  /// - Returns: The lanes whose covariance matrices are positive definite.
  func prepareSamples() -> SIMDMask<SIMD8<Int64>> { programs.samples.run(memory).good }

  /// Forms the gradients at the points.
  ///
  /// - Returns: The lanes in which Σ is positive definite.
  func evaluate() -> SIMDMask<SIMD8<Int64>> { programs.gradients.run(memory).good }

  /// F at the points of the last evaluation.
  func values() -> SIMD8<Double> {
    _ = programs.values.run(memory)
    var sum = memory[programs.trace] - programs.offset
    for item in programs.logarithms { sum += item.weight * memory.sumOfLogarithms(item.places) }
    return sum
  }
}

/// The programs of a ``LaneObjective`` and the layout of its memory.
struct LanePrograms {
  /// How many numbers the memory holds.
  private(set) var size = 0
  /// Numbers that are the same for all lanes and points, with their places.
  private(set) var constants: [Double: Int] = [:]
  let point: Int
  let gradient: Int
  /// Where Σ w tr(S⁻¹ E) stands.
  let trace: Int
  /// Where -θ stands.
  let negative: Int
  /// What the gradient by each parameter sums.
  var gradientTerms: [[LaneProgram.Term]]
  /// What Σ w tr(S⁻¹ E) sums.
  var traceTerms: [LaneProgram.Term] = []
  /// What F subtracts.
  var offset = 0.0
  /// What F adds: weights times sums of logarithms.
  var logarithms: [(weight: Double, places: [Int])] = []
  var samples = LaneProgram()
  var gradients = LaneProgram()
  var values = LaneProgram()

  init(dimension: Int) {
    point = 0
    gradient = dimension
    trace = 2 * dimension
    size = 3 * dimension + 1
    gradientTerms = [[LaneProgram.Term]](repeating: [], count: dimension)
    negative = trace + 1
    let minusOne = constant(-1)
    gradients.combine(negative, [.init(point, minusOne)], count: dimension)
  }

  /// Sums the terms that all blocks have put down.
  mutating func finish() {
    let zero = constant(0)
    for (parameter, terms) in gradientTerms.enumerated() {
      gradients.sum(gradient + parameter, terms.isEmpty ? [.init(zero, zero)] : terms)
    }
    values.sum(trace, traceTerms)
  }

  mutating func reserve(_ count: Int = 1) -> Int {
    defer { size += count }
    return size
  }

  mutating func constant(_ value: Double) -> Int {
    if let place = constants[value] { return place }
    let place = reserve()
    constants[value] = place
    return place
  }
}
