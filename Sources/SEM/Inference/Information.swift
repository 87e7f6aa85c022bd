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
    if kind == .firstOrder {
      guard evaluatedObjective() != nil else { throw .undefinedAtEstimates }
      return try unitScores().crossProduct()
    }
    if isFullInformation {
      // Errors need the observed, identification the expected one: both from one pass over the patterns.
      let both = try memo.value("information") { () throws(InferenceError) in
        guard let objective = evaluatedObjective() else { throw .undefinedAtEstimates }
        return (observed: information(objective, .exact), expected: information(objective, .expected))
      }
      return kind == .observed ? both.observed : both.expected
    }
    guard let objective = evaluatedObjective() else { throw .undefinedAtEstimates }
    return information(objective, kind == .observed ? .exact : .expected)
  }

  private func information(_ objective: ModelObjective, _ kind: Curvature) -> Matrix {
    let t = estimates.count
    var result = Matrix(rowCount: t, columnCount: t)
    result.elements.withUnsafeMutableBufferPointer { elements in
      guard let base = elements.baseAddress else { return }
      objective.curvature(kind, into: base)
      Kernels.mirrorLower(base, order: t)
      let factor = 0.5 * multiplier
      for i in elements.indices { elements[i] *= factor }
    }
    return result
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
