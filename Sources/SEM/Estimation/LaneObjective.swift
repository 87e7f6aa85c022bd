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
  /// For log|S| of each block's samples.
  private let factors: [(memory: LaneMemory, program: LaneProgram, pivots: [Int])]

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
    factors = blocks.map { block in
      let p = block.observedOrder.count
      var program = LaneProgram()
      program.factor(0, order: p, pivots: p * p)
      return (LaneMemory(count: p * p + p), program, Array((p * p)..<(p * p + p)))
    }
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

  /// Puts a point into a lane.
  func setPoint(_ values: [Double], lane: Int) {
    for index in values.indices { memory[programs.point &+ index, lane] = values[index] }
  }

  /// log|S| of eight samples, weighted over the blocks, and where all are positive definite.
  ///
  /// - Parameter covariances: Covariance matrices with the likelihood's divisor, p × p, for each block.
  func logDeterminants(_ covariances: [LaneMemory]) -> (sum: SIMD8<Double>, isDefined: SIMDMask<SIMD8<Int64>>)
  {
    var sum = SIMD8<Double>()
    var isDefined = SIMDMask<SIMD8<Int64>>(repeating: true)
    for index in blocks.indices {
      let factor = factors[index]
      let count = covariances[index].count
      factor.memory.pointer.update(from: covariances[index].pointer, count: count * LaneMemory.lanes)
      isDefined = isDefined .& factor.program.run(factor.memory).positive
      sum += blocks[index].weight * factor.memory.sumOfLogarithms(factor.pivots)
    }
    return (sum, isDefined)
  }

  /// Takes over the samples of a block in one lane from another lane: covariance matrices as above, both triangles, and
  /// means, in the block's order.
  func setSample(block index: Int, lane: Int, covariance: LaneMemory, mean: LaneMemory, from source: Int) {
    let block = blocks[index]
    let n = block.order
    let lanes = LaneMemory.lanes
    let from = covariance.pointer + source
    let sample = memory.at(block.sample) + lane
    let origin = memory.at(block.origin) + lane
    block.observedOrder.withUnsafeBufferPointer { order in
      let p = order.count
      for j in 0..<p {
        let column = from + order[j] &* p &* lanes
        for i in j..<p {
          let value = column[order[i] &* lanes]
          sample[(i &+ j &* n) &* lanes] = value
          sample[(j &+ i &* n) &* lanes] = value
        }
        if block.hasConstant { origin[j &* lanes] = mean[order[j], source] }
      }
    }
    let p = block.observedOrder.count
    for item in block.sampleElements {
      memory[item.place, lane] =
        item.right < 0 ? mean[item.left, source] : covariance[item.left + item.right * p, source]
    }
  }

  /// Forms the gradients at the points.
  ///
  /// - Returns: Marks that are good where Σ is positive definite, and positive where S is too.
  func evaluate() -> LaneProgram.Marks { programs.gradients.run(memory) }

  /// Forms the curvatures that the parameters have at the points of the last evaluation, up to a factor of each.
  ///
  /// The expected information of a path from j to i is about P_ii M̃_jj, that of a covariance P_ii P_jj; see
  /// `Docs/Mathematics.md`, section 2.7.
  func formCurvatures() -> UnsafeMutablePointer<Double> {
    _ = programs.curvatures.run(memory)
    return memory.at(programs.curvature)
  }

  /// F plus log|S| of the samples at the points of the last evaluation, in the lanes asked for; others are not defined.
  func values(_ lanes: SIMDMask<SIMD8<Int64>>) -> SIMD8<Double> {
    _ = programs.values.run(memory)
    var sum = memory[programs.trace] - programs.offset
    for item in programs.logarithms { sum += item.weight * memory.sumOfLogarithms(item.places, in: lanes) }
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
  let curvature: Int
  /// Where Σ w tr(S⁻¹ E) stands.
  let trace: Int
  /// Where -θ stands.
  let negative: Int
  /// What the gradient by each parameter sums.
  var gradientTerms: [[LaneProgram.Term]]
  /// What the curvature along each parameter sums.
  var curvatureTerms: [[LaneProgram.Term]]
  /// What Σ w tr(S⁻¹ E) sums.
  var traceTerms: [LaneProgram.Term] = []
  /// What F subtracts beside log|S| of the samples.
  var offset = 0.0
  /// What F adds: weights times sums of logarithms.
  var logarithms: [(weight: Double, places: [Int])] = []
  var gradients = LaneProgram()
  var values = LaneProgram()
  var curvatures = LaneProgram()

  init(dimension: Int) {
    point = 0
    gradient = dimension
    curvature = 2 * dimension
    trace = 3 * dimension
    size = 4 * dimension + 1
    gradientTerms = [[LaneProgram.Term]](repeating: [], count: dimension)
    curvatureTerms = gradientTerms
    negative = trace + 1
    let minusOne = constant(-1)
    gradients.combine(negative, [.init(point, minusOne)], count: dimension)
  }

  /// Sums the terms that all blocks have put down.
  mutating func finish() {
    let zero = constant(0)
    for parameter in gradientTerms.indices {
      let (slopes, bends) = (gradientTerms[parameter], curvatureTerms[parameter])
      gradients.sum(gradient + parameter, slopes.isEmpty ? [.init(zero, zero)] : slopes)
      curvatures.sum(curvature + parameter, bends.isEmpty ? [.init(zero, zero)] : bends)
    }
    values.sum(trace, traceTerms)
    gradients.arrange()
    values.arrange()
    curvatures.arrange()
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
