internal import SEMNumerics

extension FittedModel {
  /// Whether the likelihood is that of incomplete rows.
  var isFullInformation: Bool {
    options.missing == .fullInformation && moments.allSatisfy { $0.patterns != nil }
  }

  /// The derivatives of each incomplete case's log-likelihood by the free parameters; see ``caseScores()``.
  func incompleteCaseScores(_ rows: [Matrix]) throws(InferenceError) -> Matrix {
    guard let objective = evaluatedObjective() else { throw .undefinedAtEstimates }
    var scores = Matrix(rowCount: rows.reduce(0) { $0 + $1.rowCount }, columnCount: estimates.count)
    var first = 0
    for (index, block) in objective.blocks.enumerated() {
      guard let block = block as? FullInformationBlock, let patterns = moments[index].patterns,
        let mean = moments[index].mean
      else { throw .undefinedAtEstimates }
      block.addScores(rows: rows[index], mean: mean, patterns: patterns, into: &scores, from: first)
      first += rows[index].rowCount
    }
    return scores
  }
}

extension FullInformationBlock {
  /// Adds the scores of a block's cases, at the last point, to the rows from `first` on.
  ///
  /// With the pattern's inverse W⁺ of the augmented Σ⁺_oo, zero elsewhere, and z = W⁺ (y, 1): ½ (zᵀΣₐz - tr(W⁺Σₐ)).
  /// - Complexity: O(p k²) for each pattern and O(p² + p k + t) for each case.
  func addScores(
    rows: Matrix, mean: [Double], patterns: MissingPatterns, into scores: inout Matrix, from first: Int
  ) {
    let n = structure.momentOrder
    let k = structure.sourceCount
    let ns = structure.sinkCount
    let free = structure.freeElements.map { structure.elements[$0] }
    let weight = NumberBuffer(count: n * n)
    let scratch = NumberBuffer(count: n * n)
    let products = WeightedProducts(structure: structure)
    let deviation = NumberBuffer(count: n)
    let z = NumberBuffer(count: n)
    let gz = NumberBuffer(count: k)
    let hz = NumberBuffer(count: k)
    var members = [[Int]](repeating: [], count: patterns.patterns.count)
    for (row, pattern) in patterns.patternOfRow.enumerated() { members[pattern].append(row) }
    for (pattern, layout) in likelihood.layouts.enumerated() {
      likelihood.weight(of: layout, u: scratch.pointer, into: weight.pointer)
      products.form(weight: weight.pointer, moments: moments, includingZ: false)
      let traces = free.map { derivatives.first($0, products) }
      for row in members[pattern] {
        for (place, column) in structure.observedOrder.enumerated() {
          let value = rows[row, column]
          deviation[place] = value.isNaN ? 0 : value - mean[column]
        }
        deviation[n - 1] = 1
        Kernels.multiply(symmetric: weight.pointer, order: n, deviation.pointer, columns: 1, into: z.pointer)
        for q in 0..<k {
          gz[q] = Kernels.dot(moments.g.pointer + q * n, z.pointer, count: n)
          hz[q] = Kernels.dot(moments.h.pointer + q * n, z.pointer, count: n)
        }
        for (index, element) in free.enumerated() {
          let left = element.row < ns ? z[element.row] : gz[element.row - ns]
          let product: Double
          switch element.kind {
          case .path: product = 2 * left * hz[element.column - ns]
          case .covariance:
            let right = element.column < ns ? z[element.column] : gz[element.column - ns]
            product = (element.row == element.column ? 1 : 2) * left * right
          }
          scores[first + row, element.parameter] += 0.5 * (product - traces[index])
        }
      }
    }
  }
}
