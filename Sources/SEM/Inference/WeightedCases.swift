internal import SEMNumerics

/// The cases of one block as the weight V of its discrepancy sees them: what robust inference needs of Γ̂, the covariance
/// matrix of the cases' contributions d = (y - m, vech((y - m)(y - m)ᵀ - S)) to the sample moments, without forming it.
///
/// ``WhitenedCases`` has the inner products dᵢᵀV dⱼ: O(p) for each pair of cases where Γ̂ has p⁴ / 4 elements.
struct WeightedCases {
  /// The number of cases.
  let count: Int
  /// ΔᵀV dᵢ √(m/n), cases × parameters: their cross-product is m ΔᵀVΓ̂VΔ.
  let projections: Matrix
  /// tr(V Γ̂).
  let weightTrace: Double
  private let form: Form

  private enum Form {
    case whitened(WhitenedCases)
    /// V^½ dᵢ, cases × moments.
    case explicit(Matrix)
  }

  /// Cases under the normal-theory weight at a covariance matrix.
  ///
  /// - Parameters:
  ///   - workspace: The model's moments, evaluated.
  ///   - covariance: The inverse of W, in internal order.
  ///   - rows: The complete rows, in the block's order of variables.
  ///   - fixed: The fixed covariates, in internal order; see ``WhitenedCases``.
  ///   - multiplier: m, the block's multiplier.
  ///   - t: The number of free parameters.
  /// - Complexity: O(n (p² + p k + t)).
  init?(
    workspace: MomentWorkspace, covariance: Matrix, rows: Matrix, fixed: [Int], multiplier: Double,
    parameterCount t: Int
  ) {
    let structure = workspace.structure
    guard let factor = try? Cholesky(covariance),
      let cases = CentredCases(rows: rows, order: structure.observedOrder, fixed: fixed)
    else { return nil }
    let n = rows.rowCount
    var forms = Matrix(rowCount: n, columnCount: t)
    workspace.addForms(of: Self.vectors(cases.values, factor, workspace), into: &forms, from: 0)
    if let predicted = cases.predicted {
      var part = Matrix(rowCount: n, columnCount: t)
      workspace.addForms(of: Self.vectors(predicted, factor, workspace), into: &part, from: 0)
      forms -= part
    }
    let scale = (multiplier / Double(max(n, 1))).squareRoot()
    for a in 0..<t {
      var sum = 0.0
      for i in 0..<n { sum += forms[i, a] }
      let mean = sum / Double(max(n, 1))
      for i in 0..<n { forms[i, a] = (forms[i, a] - mean) * scale }
    }
    count = n
    projections = forms
    let whitened = WhitenedCases(cases, factor, includingMeans: structure.constant >= 0)
    form = .whitened(whitened)
    weightTrace = whitened.trace
  }

  /// z = (W x, 1 - dᵀW x): their forms ½ zᵀΣ̃ₐz are ΔᵀV d but for a constant, which the mean over cases takes out.
  private static func vectors(_ centred: Matrix, _ factor: Cholesky, _ workspace: MomentWorkspace) -> Matrix {
    let structure = workspace.structure
    let (n, p, c) = (centred.rowCount, structure.observedCount, structure.constant)
    let solved = factor.solve(centred.transposed)
    var vectors = Matrix(rowCount: n, columnCount: structure.momentOrder)
    for j in 0..<p { for i in 0..<n { vectors[i, j] = solved[j, i] } }
    if c >= 0 {
      for i in 0..<n {
        var value = 1.0
        for j in 0..<p { value -= solved[j, i] * workspace.sigma[j + c * structure.momentOrder] }
        vectors[i, c] = value
      }
    }
    return vectors
  }

  /// Cases under any weight over the distinct moments.
  ///
  /// - Complexity: O(n p* t) for a diagonal weight, O(n p*²) for a full one.
  init?(block: WeightedLeastSquaresBlock, rows: Matrix, multiplier: Double, parameterCount t: Int) {
    let structure = block.structure
    let deviations = MomentDeviations.matrix(
      rows: rows, order: structure.observedOrder, includingMeans: structure.constant >= 0)
    let n = rows.rowCount
    guard let root = block.rootWeighted(deviations) else { return nil }
    let scale = (multiplier / Double(max(n, 1))).squareRoot()
    count = n
    projections = scale * (deviations * block.weightedDerivatives(parameterCount: t))
    form = .explicit(root)
    weightTrace = root.elements.reduce(0) { $0 + $1 * $1 } / Double(max(n, 1))
  }

  /// This block's part of tr (UΓ̂)²: ‖G‖²/n² - (2/n) tr(I⁻¹ ŨᵀG Ũ) with the Gram matrix G of the V^½ dᵢ and
  /// the projections Ũ; what is missing to the whole is tr (I⁻¹ B)² of all blocks.
  ///
  /// G is formed over the cases or over the moments, whichever costs less, in the first case a strip at a time.
  func secondTrace(inverse: Matrix) -> Double {
    let n = Double(max(count, 1))
    let t = Double(projections.columnCount)
    switch form {
    case .explicit(let root): return Self.trace(moments: root, projections, inverse, n)
    case .whitened(let cases):
      let p = Double(cases.values.columnCount)
      let moments = p * (p + 1) / 2 + (cases.includesMeans ? p : 0)
      if n * (p + t) <= moments * (moments / 2 + t) { return traceOverCases(cases, inverse, n) }
      return Self.trace(moments: cases.explicit, projections, inverse, n)
    }
  }

  private static func trace(moments root: Matrix, _ projections: Matrix, _ inverse: Matrix, _ n: Double)
    -> Double
  {
    let gram = root.crossProduct()
    let mixed = projections.crossProduct(with: root)
    let weighted = inverse * mixed
    let norm = gram.elements.reduce(0) { $0 + $1 * $1 }
    return norm / (n * n) - 2 / n * zip(weighted.elements, mixed.elements).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func traceOverCases(_ cases: WhitenedCases, _ inverse: Matrix, _ n: Double) -> Double {
    let weighted = projections * inverse
    var norm = 0.0
    var mixed = 0.0
    cases.forEachStrip { first, gram in
      for value in gram.elements { norm += value * value }
      let projected = gram * projections
      for a in 0..<projected.columnCount {
        for i in 0..<gram.rowCount { mixed += projected[i, a] * weighted[first + i, a] }
      }
    }
    return norm / (n * n) - 2 / n * mixed
  }
}

extension WeightedLeastSquaresBlock {
  /// V Δ, moments × parameters.
  func weightedDerivatives(parameterCount t: Int) -> Matrix {
    var result = Matrix(rowCount: momentCount, columnCount: t)
    forEachWeightedDerivative { parameter, column in
      for i in 0..<momentCount { result[i, parameter] += column[i] }
    }
    return result
  }
}
