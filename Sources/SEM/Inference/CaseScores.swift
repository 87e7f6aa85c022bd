public import SEMNumerics

extension FittedModel {
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
}

extension MaximumLikelihoodBlock {
  /// Adds the scores of a block's cases to the rows from `first` on.
  fileprivate func addScores(rows: Matrix, mean: [Double], into scores: inout Matrix, from first: Int) {
    prepareWeight()
    let n = rows.rowCount
    let p = structure.momentOrder
    var deviations = Matrix(rowCount: n, columnCount: p)
    for (place, column) in structure.observedOrder.enumerated() {
      for row in 0..<n { deviations[row, place] = rows[row, column] - mean[column] }
    }
    if structure.constant >= 0 { for row in 0..<n { deviations[row, structure.constant] = 1 } }
    moments.addForms(of: deviations * weight.matrix(rowCount: p, columnCount: p), into: &scores, from: first)
    for index in structure.freeElements {
      let element = structure.elements[index]
      let expected = 0.5 * derivatives.first(element, weightProducts)
      for row in 0..<n { scores[first + row, element.parameter] -= expected }
    }
  }
}

extension MomentWorkspace {
  /// Adds ½ zᵀ Σ̃ₐ z of many vectors z, the rows of `vectors`, for every free parameter; Σ̃ₐ is the derivative of the
  /// second moments about ``origin`` with the constant's row and column.
  ///
  /// - Complexity: O(n (p k + t)) for n vectors and k sources.
  func addForms(of vectors: Matrix, into forms: inout Matrix, from first: Int) {
    let n = vectors.rowCount
    let p = structure.momentOrder
    let k = structure.sourceCount
    let ns = structure.sinkCount
    let left = vectors * g.matrix(rowCount: p, columnCount: k)
    let right = vectors * h.matrix(rowCount: p, columnCount: k)
    let stride = forms.rowCount
    forms.elements.withUnsafeMutableBufferPointer { forms in
      vectors.elements.withUnsafeBufferPointer { z in
        left.elements.withUnsafeBufferPointer { gz in
          right.elements.withUnsafeBufferPointer { hz in
            for index in structure.freeElements {
              let a = structure.elements[index]
              let (x, i) = a.row < ns ? (z, a.row * n) : (gz, (a.row - ns) * n)
              let (y, j) =
                a.kind == .path
                ? (hz, (a.column - ns) * n) : a.column < ns ? (z, a.column * n) : (gz, (a.column - ns) * n)
              let factor = a.kind == .covariance && a.row == a.column ? 0.5 : 1
              let target = first + a.parameter * stride
              for r in 0..<n { forms[target + r] += factor * x[i + r] * y[j + r] }
            }
          }
        }
      }
    }
  }
}
