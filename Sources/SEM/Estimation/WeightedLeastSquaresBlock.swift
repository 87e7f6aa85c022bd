package import SEMNumerics

/// Least squares over the distinct moments with any weight:
///
///     F = rᵀ V r,   r = (m - μ, vech(S - Σ))
///
/// - V = Γ̂⁻¹, the inverse of the fourth-order moments' matrix: WLS, asymptotically distribution free (Browne 1984,
///   equation 2.2);
/// - V = diag(Γ̂)⁻¹: DWLS (Muthén, du Toit and Spisic 1997);
/// - V = I: ULS. Each covariance counts once, as in lavaan; ½ tr (S - Σ)² of the older literature counts it against
///   variances twice.
///
/// Moments stand in internal order: means, if they are modelled, then the lower triangle by columns.
package final class WeightedLeastSquaresBlock: BlockDiscrepancy {
  package let structure: BlockStructure
  package let moments: MomentWorkspace
  /// The number of moments.
  package let momentCount: Int
  /// The sample's covariances, vech in internal order.
  private let sample: NumberBuffer
  /// V: its diagonal, or momentCount² numbers.
  private let weight: NumberBuffer
  private let isDiagonal: Bool
  private let difference: NumberBuffer
  /// V r.
  private let weighted: NumberBuffer
  private let residual: MomentResidual
  private let free: [BlockStructure.Element]
  /// Δ by free elements, and V Δ.
  private let jacobian: NumberBuffer
  private let weightedJacobian: NumberBuffer
  private var jacobianIsFormed = false
  private var residualIsFormed = false
  /// The element whose V Δₐ is in ``candidateColumn``.
  private var candidate: BlockStructure.Element?
  private let candidateColumn: NumberBuffer
  private let otherColumn: NumberBuffer

  /// Makes a block's workspace with the diagonal of a weight, or with all of it.
  package init(
    structure: BlockStructure, sample moments: SampleMoments, weight values: NumberBuffer
  ) {
    self.structure = structure
    let order = structure.observedOrder
    let p = structure.observedCount
    momentCount = Self.momentCount(structure)
    precondition(values.count == momentCount || values.count == momentCount * momentCount)
    self.moments = MomentWorkspace(structure: structure, sample: moments)
    sample = NumberBuffer(count: p * (p + 1) / 2)
    var position = 0
    for j in 0..<p {
      for i in j..<p {
        sample[position] = moments.covariance[order[i], order[j]]
        position += 1
      }
    }
    weight = values
    isDiagonal = values.count == momentCount
    difference = NumberBuffer(count: momentCount)
    weighted = NumberBuffer(count: momentCount)
    residual = MomentResidual(structure: structure, moments: self.moments)
    free = structure.freeElements.map { structure.elements[$0] }
    jacobian = NumberBuffer(count: momentCount * free.count)
    weightedJacobian = NumberBuffer(count: momentCount * free.count)
    candidateColumn = NumberBuffer(count: momentCount)
    otherColumn = NumberBuffer(count: momentCount)
  }

  /// The number of a structure's moments: p(p+1)/2, and p with a mean structure.
  package static func momentCount(_ structure: BlockStructure) -> Int {
    let p = structure.observedCount
    return p * (p + 1) / 2 + (structure.constant >= 0 ? p : 0)
  }

  package func value(at theta: UnsafePointer<Double>) -> Double? {
    jacobianIsFormed = false
    residualIsFormed = false
    candidate = nil
    guard moments.update(at: theta) else { return nil }
    let n = structure.momentOrder
    let p = structure.observedCount
    let c = structure.constant
    let sigma = moments.sigma.pointer
    var r = difference.pointer
    if c >= 0 {
      for i in 0..<p { r[i] = -sigma[i + c * n] }
      r += p
    }
    var position = 0
    for j in 0..<p {
      let d = c >= 0 ? sigma[j + c * n] : 0
      for i in j..<p {
        r[position] = sample[position] - sigma[i + j * n]
        if d != 0 { r[position] += d * sigma[i + c * n] }
        position += 1
      }
    }
    multiply(difference.pointer, into: weighted.pointer)
    let value = Kernels.dot(difference.pointer, weighted.pointer, count: momentCount)
    return value.isFinite ? value : nil
  }

  /// `target = V source`.
  private func multiply(_ source: UnsafePointer<Double>, into target: UnsafeMutablePointer<Double>) {
    if isDiagonal {
      for i in 0..<momentCount { target[i] = weight[i] * source[i] }
    } else {
      Kernels.multiply(
        symmetric: weight.pointer, order: momentCount, source, columns: 1, into: target)
    }
  }

  private func prepareResidual() {
    guard !residualIsFormed else { return }
    let n = structure.momentOrder
    let p = structure.observedCount
    let means = structure.constant >= 0 ? p : 0
    var position = means
    for j in 0..<p {
      residual.matrix[j + j * n] = -2 * weighted[position]
      position += 1
      for i in (j + 1)..<max(p, j + 1) {
        residual.matrix[i + j * n] = -weighted[position]
        residual.matrix[j + i * n] = -weighted[position]
        position += 1
      }
    }
    residual.form(meanPart: weighted.pointer)
    residualIsFormed = true
  }

  private func prepareJacobian() {
    guard !jacobianIsFormed else { return }
    for (index, element) in free.enumerated() {
      let column = jacobian.pointer + index * momentCount
      moments.derivative(of: element, into: column)
      multiply(column, into: weightedJacobian.pointer + index * momentCount)
    }
    jacobianIsFormed = true
  }

  package func addGradient(_ factor: Double, into gradient: UnsafeMutablePointer<Double>) {
    prepareResidual()
    for element in free { gradient[element.parameter] += factor * residual.first(element) }
  }

  package func addCurvature(
    _ kind: Curvature, _ factor: Double, dimension t: Int, into matrix: UnsafeMutablePointer<Double>
  ) {
    prepareJacobian()
    if kind == .exact { prepareResidual() }
    for bIndex in free.indices {
      let b = free[bIndex]
      for aIndex in bIndex..<free.count {
        let a = free[aIndex]
        var value =
          2
          * Kernels.dot(
            jacobian.pointer + aIndex * momentCount, weightedJacobian.pointer + bIndex * momentCount,
            count: momentCount)
        if kind == .exact { value += residual.second(a, b) }
        addPair(factor * value, a, b, isSameElement: aIndex == bIndex, dimension: t, into: matrix)
      }
    }
  }

  package func addMetric(_ factor: Double, into diagonal: UnsafeMutablePointer<Double>) {
    prepareJacobian()
    for (index, element) in free.enumerated() {
      diagonal[element.parameter] +=
        2 * factor
        * Kernels.dot(
          jacobian.pointer + index * momentCount, weightedJacobian.pointer + index * momentCount,
          count: momentCount)
    }
  }

  package func pairCurvature(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ kind: Curvature
  ) -> Double {
    if candidate != a {
      moments.derivative(of: a, into: otherColumn.pointer)
      multiply(otherColumn.pointer, into: candidateColumn.pointer)
      candidate = a
    }
    moments.derivative(of: b, into: otherColumn.pointer)
    var value = 2 * Kernels.dot(otherColumn.pointer, candidateColumn.pointer, count: momentCount)
    if kind == .exact {
      prepareResidual()
      value += residual.second(a, b)
    }
    return value
  }

  /// Calls `body` with the parameter and V Δₐ of every free element.
  func forEachWeightedDerivative(_ body: (_ parameter: Int, _ column: UnsafePointer<Double>) -> Void) {
    prepareJacobian()
    for (index, element) in free.enumerated() {
      body(element.parameter, weightedJacobian.pointer + index * momentCount)
    }
  }

  /// D V^½ for rows D over the moments: any matrix R with R Rᵀ = D V Dᵀ; `nil` where V is not positive definite.
  func rootWeighted(_ rows: Matrix) -> Matrix? {
    if isDiagonal {
      var result = rows
      for j in 0..<momentCount {
        let root = weight[j].squareRoot()
        for i in 0..<rows.rowCount { result[i, j] *= root }
      }
      return result
    }
    guard let factor = try? Cholesky(weight.matrix(rowCount: momentCount, columnCount: momentCount)) else {
      return nil
    }
    return rows * factor.lower
  }
}
