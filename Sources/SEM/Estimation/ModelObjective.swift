package import SEMNumerics

/// The discrepancy of one block (a group): what an estimator minimises, with its derivatives at the last point.
///
/// The derivatives are those of the block's F; the objective weights them by the block's share of the cases.
package protocol BlockDiscrepancy: AnyObject {
  /// The block's pattern.
  var structure: BlockStructure { get }
  /// Σ(θ), μ(θ) and what their derivatives need, at the last point.
  var moments: MomentWorkspace { get }

  /// F at θ, or `nil` where it is not defined.
  func value(at theta: UnsafePointer<Double>) -> Double?

  /// Adds `factor` times the gradient.
  func addGradient(_ factor: Double, into gradient: UnsafeMutablePointer<Double>)

  /// Adds `factor` times the lower triangle of the curvature, `dimension × dimension`.
  func addCurvature(
    _ kind: Curvature, _ factor: Double, dimension: Int, into matrix: UnsafeMutablePointer<Double>)

  /// Sets the lower triangle of the curvature to `factor` times the block's; the upper one may keep what it holds.
  func setCurvature(
    _ kind: Curvature, _ factor: Double, dimension: Int, into matrix: UnsafeMutablePointer<Double>)

  /// Adds `factor` times the diagonal of the expected curvature, each element by itself.
  func addMetric(_ factor: Double, into diagonal: UnsafeMutablePointer<Double>)

  /// The second derivative of F by two elements of the pattern.
  func pairCurvature(_ a: BlockStructure.Element, _ b: BlockStructure.Element, _ kind: Curvature) -> Double

  /// The second derivatives of F by one element and each of others.
  func pairCurvatures(
    _ a: BlockStructure.Element, _ others: [BlockStructure.Element], _ kind: Curvature,
    into values: UnsafeMutablePointer<Double>)
}

extension BlockDiscrepancy {
  package func setCurvature(
    _ kind: Curvature, _ factor: Double, dimension: Int, into matrix: UnsafeMutablePointer<Double>
  ) {
    matrix.update(repeating: 0, count: dimension * dimension)
    addCurvature(kind, factor, dimension: dimension, into: matrix)
  }

  package func pairCurvatures(
    _ a: BlockStructure.Element, _ others: [BlockStructure.Element], _ kind: Curvature,
    into values: UnsafeMutablePointer<Double>
  ) {
    for index in others.indices { values[index] = pairCurvature(a, others[index], kind) }
  }
}

/// The discrepancy of all blocks, each weighted by its share of the cases.
package final class ModelObjective: SmoothObjective {
  package let blocks: [any BlockDiscrepancy]
  package let weights: [Double]
  package let dimension: Int

  package init(blocks: [any BlockDiscrepancy], weights: [Double], dimension: Int) {
    self.blocks = blocks
    self.weights = weights
    self.dimension = dimension
  }

  package func value(at x: UnsafePointer<Double>) -> Double? {
    var sum = 0.0
    for index in blocks.indices {
      guard let value = blocks[index].value(at: x) else { return nil }
      sum += weights[index] * value
    }
    return sum
  }

  package func gradient(into gradient: UnsafeMutablePointer<Double>) {
    gradient.update(repeating: 0, count: dimension)
    for index in blocks.indices { blocks[index].addGradient(weights[index], into: gradient) }
  }

  package func curvature(_ kind: Curvature, into matrix: UnsafeMutablePointer<Double>) {
    for index in blocks.indices {
      if index == 0 {
        blocks[index].setCurvature(kind, weights[index], dimension: dimension, into: matrix)
      } else {
        blocks[index].addCurvature(kind, weights[index], dimension: dimension, into: matrix)
      }
    }
  }

  package func metric(into diagonal: UnsafeMutablePointer<Double>) {
    diagonal.update(repeating: 0, count: dimension)
    for index in blocks.indices { blocks[index].addMetric(weights[index], into: diagonal) }
  }
}
