package import SEMNumerics

/// The model with every mean and covariance free, of which incomplete data know the information.
///
/// Its parameters are the means, then the lower triangle of the covariance matrix by columns.
package enum SaturatedModel {
  /// The table of one block.
  package static func table(of variables: [String]) -> ParameterTable {
    var rows: [Parameter] = []
    func add(_ lhs: String, _ op: Operator, _ rhs: String) {
      var row = Parameter(lhs: lhs, op: op, rhs: rhs)
      row.free = rows.count + 1
      rows.append(row)
    }
    for name in variables { add(name, .intercept, "") }
    for (j, name) in variables.enumerated() {
      for other in variables[j...] { add(name, .covariance, other) }
    }
    return ParameterTable(
      rows: rows, blocks: [ModelBlock(observed: variables, latent: [])], hasMeanStructure: true)
  }

  /// The parameters at some moments.
  package static func values(_ moments: SampleMoments) -> [Double] {
    (moments.mean ?? moments.variables.map { _ in 0 }) + moments.covariance.halfVectorization
  }

  /// The discrepancy of incomplete data, evaluated at the saturated estimates.
  static func incompleteBlock(_ sample: SampleMoments) -> FullInformationBlock? {
    FullInformationBlock(structure: structure(table(of: sample.variables)), sample: sample)
      .flatMap { isDefined($0, sample) ? $0 : nil }
  }

  private static func structure(_ table: ParameterTable) -> BlockStructure {
    BlockStructure(block: table.blocks[0], table: table, sampleValue: { _ in 0 })
  }

  private static func isDefined(_ block: some BlockDiscrepancy, _ sample: SampleMoments) -> Bool {
    values(sample).withUnsafeBufferPointer { point in
      point.baseAddress.map { block.value(at: $0) != nil } ?? false
    }
  }

  /// The observed information of incomplete data about saturated moments at other moments, for one case: ½ ∂²F.
  ///
  /// - Complexity: that of ``observedInformation(_:)``.
  package static func observedInformation(
    _ sample: SampleMoments, at mean: [Double], _ covariance: Matrix
  ) -> Matrix? {
    let block = FullInformationBlock(structure: structure(table(of: sample.variables)), sample: sample)
    let point = mean + covariance.halfVectorization
    return block.flatMap { block in
      let isDefined = point.withUnsafeBufferPointer { point in
        point.baseAddress.map { block.value(at: $0) != nil } ?? false
      }
      return isDefined ? halfCurvature(block, .exact, sample) : nil
    }
  }

  /// The observed information of incomplete data at the saturated moments, for one case: ½ ∂²F.
  ///
  /// - Complexity: O(q² m (m + r)) for each pattern, q = p (p + 3) / 2.
  package static func observedInformation(_ sample: SampleMoments) -> Matrix? {
    incompleteBlock(sample).map { halfCurvature($0, .exact, sample) }
  }

  /// The expected information of complete data at given moments, for one case: Σ⁻¹ and ½ Dᵀ (Σ⁻¹ ⊗ Σ⁻¹) D.
  package static func completeInformation(_ moments: SampleMoments) -> Matrix? {
    var complete = moments
    complete.patterns = nil
    complete.mean = moments.mean ?? moments.variables.map { _ in 0 }
    guard
      let block = MaximumLikelihoodBlock(
        structure: structure(table(of: moments.variables)), sample: complete), isDefined(block, complete)
    else { return nil }
    return halfCurvature(block, .expected, complete)
  }

  private static func halfCurvature(
    _ block: some BlockDiscrepancy, _ kind: Curvature, _ sample: SampleMoments
  ) -> Matrix {
    let p = sample.variables.count
    let q = p * (p + 3) / 2
    let buffer = NumberBuffer(count: q * q)
    block.addCurvature(kind, 0.5, dimension: q, into: buffer.pointer)
    Kernels.mirrorLower(buffer.pointer, order: q)
    return buffer.matrix(rowCount: q, columnCount: q)
  }
}

extension SampleMoments {
  /// -2 / n times the log-likelihood of the incomplete rows at given moments, without the part of 2π.
  ///
  /// - Returns: `nil` where the covariance matrix is not positive definite, or without patterns.
  package func patternDiscrepancy(mean other: [Double], covariance: Matrix) -> Double? {
    guard let patterns, let mean else { return nil }
    let p = variables.count
    let n = p + 1
    let likelihood = PatternLikelihood(patterns, variables: Array(0..<p), origin: mean)
    let deviation = zip(other, mean).map { $0 - $1 } + [1]
    let point = NumberBuffer(count: n * n)
    for j in 0..<n {
      for i in 0..<n {
        point[i + j * n] = deviation[i] * deviation[j] + (i < p && j < p ? covariance[i, j] : 0)
      }
    }
    return withExtendedLifetime(point) { likelihood.value(at: point.pointer) }
  }
}
