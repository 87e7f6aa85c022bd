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
      guard let block = block as? FullInformationBlock, let patterns = moments[index].patterns else {
        throw .undefinedAtEstimates
      }
      block.addScores(rows: rows[index], patterns: patterns, into: &scores, from: first)
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
    rows: Matrix, patterns: MissingPatterns, into scores: inout Matrix, from first: Int
  ) {
    let n = structure.momentOrder
    let free = structure.freeElements.map { structure.elements[$0] }
    let weight = NumberBuffer(count: n * n)
    let products = WeightedProducts(structure: structure)
    var solved = Matrix(rowCount: rows.rowCount, columnCount: n)
    likelihood.eachSolvedCase(rows, order: structure.observedOrder, patterns, weight) {
      pattern, members, z in
      products.form(weight: weight.pointer, moments: moments, includingZ: false)
      for element in free {
        let expected = 0.5 * derivatives.first(element, products)
        for row in members { scores[first + row, element.parameter] -= expected }
      }
      for (position, row) in members.enumerated() {
        for i in 0..<n { solved[row, i] = z[i, position] }
      }
    }
    moments.addForms(of: solved, into: &scores, from: first)
  }
}

extension PatternLikelihood {
  /// Calls back for each pattern with W⁺ in `weight`, the rows of the pattern, and z = W⁺ (y, 1) of each as columns.
  ///
  /// - Complexity: O(p² m) for each pattern and O(p²) for each case.
  func eachSolvedCase(
    _ rows: Matrix, order places: [Int], _ patterns: MissingPatterns, _ weight: NumberBuffer,
    _ body: (_ pattern: Int, _ members: [Int], _ z: Matrix) -> Void
  ) {
    let n = order
    let scratch = NumberBuffer(count: n * n)
    var members = [[Int]](repeating: [], count: patterns.patterns.count)
    for (row, pattern) in patterns.patternOfRow.enumerated() { members[pattern].append(row) }
    for (pattern, own) in layouts.enumerated() {
      self.weight(of: own, u: scratch.pointer, into: weight.pointer)
      var deviations = Matrix(rowCount: n, columnCount: members[pattern].count)
      for (position, row) in members[pattern].enumerated() {
        for (place, column) in places.enumerated() {
          let value = rows[row, column]
          deviations[place, position] = value.isNaN ? 0 : value - layout.origin[place]
        }
        deviations[n - 1, position] = 1
      }
      body(pattern, members[pattern], weight.matrix(rowCount: n, columnCount: n) * deviations)
    }
  }
}
