public import SEMNumerics

/// Why a quantity of inference cannot be had.
public enum InferenceError: Error, Sendable, Hashable {
  /// First-order information, scores and the like need the rows of the data.
  case needsRawData(String)
  /// The information matrix has no inverse: the model is not identified.
  case notIdentified
  /// Text that states no testable constraint.
  case unknownConstraint(String)
  /// The estimates do not define a model covariance matrix.
  case undefinedAtEstimates
  /// A variable that the model does not have.
  case unknownVariable(String)
  /// Something that is asked for cannot be done for such a fit.
  case notAvailable(String)
}

extension FittedModel {
  /// The information matrix of the whole sample in the free parameters.
  ///
  /// - `expected`: ½ Σ_g m_g tr(W Σₐ W Σ_b) with m_g the blocks' multipliers (n, or n - 1 for Wishart);
  /// - `observed`: ½ Σ_g m_g ∂²F_g/∂θₐ∂θ_b;
  /// - `firstOrder`: the sum over cases of the products of their scores (Berndt, Hall, Hall and Hausman 1974).
  ///
  /// - Throws: ``InferenceError/needsRawData(_:)`` for first-order information without rows.
  /// - Complexity: O(p³ + t²), plus O(N t²) for first-order information.
  public func information(_ kind: InformationKind) throws(InferenceError) -> Matrix {
    guard let objective = evaluatedObjective() else { throw .undefinedAtEstimates }
    let t = estimates.count
    if kind == .firstOrder {
      let scores = try caseScores()
      return scores.crossProduct()
    }
    let buffer = NumberBuffer(count: t * t)
    objective.curvature(kind == .observed ? .exact : .expected, into: buffer.pointer)
    Kernels.mirrorLower(buffer.pointer, order: t)
    let factor = 0.5 * multiplier
    for i in 0..<buffer.count { buffer[i] *= factor }
    return buffer.matrix(rowCount: t, columnCount: t)
  }

  /// The derivatives of each case's log-likelihood by the free parameters, cases of all blocks one below the other.
  ///
  /// With z = W (y - μ) and the constant appended, ∂ℓ/∂A(i, j) = (gᵢᵀz)(hⱼᵀz) - gᵢᵀW hⱼ, and likewise for S.
  /// Without a mean structure cases are taken about the sample's means.
  /// - Throws: ``InferenceError/needsRawData(_:)``.
  /// - Complexity: O(N (p k + t)) for k sources.
  public func caseScores() throws(InferenceError) -> Matrix {
    guard let rows else { throw .needsRawData("The scores of the cases") }
    if isFullInformation { return try incompleteCaseScores(rows) }
    guard let blocks = normalTheoryBlocks() else { throw .undefinedAtEstimates }
    var scores = Matrix(rowCount: rows.reduce(0) { $0 + $1.rowCount }, columnCount: estimates.count)
    var first = 0
    for (index, block) in blocks.enumerated() {
      block.addScores(
        rows: rows[index], mean: moments[index].mean ?? columnMeans(rows[index]), into: &scores, from: first)
      first += rows[index].rowCount
    }
    return scores
  }

  private func columnMeans(_ rows: Matrix) -> [Double] {
    (0..<rows.columnCount).map { column in
      rows.column(column).reduce(0, +) / Double(max(rows.rowCount, 1))
    }
  }

  /// The objective, evaluated at the estimates.
  package func evaluatedObjective() -> ModelObjective? {
    guard let objective = objective() else { return nil }
    let isDefined = estimates.withUnsafeBufferPointer { point in
      point.baseAddress.map { objective.value(at: $0) != nil } ?? false
    }
    return isDefined ? objective : nil
  }

  /// The normal-theory discrepancy of each block, evaluated at the estimates whatever estimator they came from.
  package func normalTheoryBlocks() -> [MaximumLikelihoodBlock]? {
    var result: [MaximumLikelihoodBlock] = []
    for (block, sample) in zip(table.blocks, moments) {
      let structure = BlockStructure(
        block: block, table: table, sampleValue: { ModelFitter.sampleValue($0, block, sample) })
      guard let evaluator = MaximumLikelihoodBlock(structure: structure, sample: sample) else { return nil }
      let isDefined = estimates.withUnsafeBufferPointer { point in
        point.baseAddress.map { evaluator.value(at: $0) != nil } ?? false
      }
      guard isDefined else { return nil }
      result.append(evaluator)
    }
    return result
  }
}

extension MaximumLikelihoodBlock {
  /// Adds the scores of a block's cases to the rows from `first` on.
  fileprivate func addScores(rows: Matrix, mean: [Double], into scores: inout Matrix, from first: Int) {
    prepareWeight()
    let p = structure.momentOrder
    let k = structure.sourceCount
    let ns = structure.sinkCount
    let free = structure.freeElements.map { structure.elements[$0] }
    let deviation = NumberBuffer(count: p)
    let z = NumberBuffer(count: p)
    let gz = NumberBuffer(count: k)
    let hz = NumberBuffer(count: k)
    for row in 0..<rows.rowCount {
      for (place, column) in structure.observedOrder.enumerated() {
        deviation[place] = rows[row, column] - mean[column]
      }
      if structure.constant >= 0 { deviation[structure.constant] = 1 }
      Kernels.multiply(symmetric: weight.pointer, order: p, deviation.pointer, columns: 1, into: z.pointer)
      for q in 0..<k {
        gz[q] = Kernels.dot(moments.g.pointer + q * p, z.pointer, count: p)
        hz[q] = Kernels.dot(moments.h.pointer + q * p, z.pointer, count: p)
      }
      for element in free {
        let left = element.row < ns ? z[element.row] : gz[element.row - ns]
        let product: Double
        switch element.kind {
        case .path: product = 2 * left * hz[element.column - ns]
        case .covariance:
          let right = element.column < ns ? z[element.column] : gz[element.column - ns]
          product = (element.row == element.column ? 1 : 2) * left * right
        }
        scores[first + row, element.parameter] += 0.5 * (product - derivatives.first(element, weightProducts))
      }
    }
  }
}
