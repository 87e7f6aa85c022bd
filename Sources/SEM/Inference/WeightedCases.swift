internal import SEMNumerics

/// The cases of one block as the weight V of its discrepancy sees them: what robust inference needs of Γ̂, the covariance
/// matrix of the cases' contributions d = (y - m, vech((y - m)(y - m)ᵀ - S)) to the sample moments, without forming it.
///
/// With a normal-theory weight and y = L⁻¹(y - m), W⁻¹ = L Lᵀ, T the mean of y yᵀ,
///
///     dᵢᵀV dⱼ = yᵢᵀyⱼ + ½ ((yᵢᵀyⱼ)² - yᵢᵀT yᵢ - yⱼᵀT yⱼ + tr T²)
///
/// the first term only where means are modelled: O(p) for each pair of cases where Γ̂ has p⁴ / 4 elements.
struct WeightedCases {
  /// The number of cases.
  let count: Int
  /// ΔᵀV dᵢ √(m/n), cases × parameters: their cross-product is m ΔᵀVΓ̂VΔ.
  let projections: Matrix
  /// tr(V Γ̂).
  let weightTrace: Double
  private let form: Form

  private enum Form {
    /// The whitened cases, cases × variables.
    case whitened(Matrix, includingMeans: Bool)
    /// V^½ dᵢ, cases × moments.
    case explicit(Matrix)
  }

  /// Cases under the normal-theory weight at a covariance matrix.
  ///
  /// - Parameters:
  ///   - workspace: The model's moments, evaluated.
  ///   - covariance: The inverse of W, in internal order.
  ///   - rows: The complete rows, in the block's order of variables.
  ///   - multiplier: m, the block's multiplier.
  ///   - t: The number of free parameters.
  /// - Complexity: O(n (p² + p k + t)).
  init?(
    workspace: MomentWorkspace, covariance: Matrix, rows: Matrix, multiplier: Double, parameterCount t: Int
  ) {
    guard let factor = try? Cholesky(covariance) else { return nil }
    let structure = workspace.structure
    let n = rows.rowCount
    let p = structure.observedCount
    let c = structure.constant
    let centred = Matrix(
      rowCount: n, columnCount: p, columnMajor: MomentDeviations.centred(rows, structure.observedOrder))
    let whitened = factor.solveLower(centred.transposed).transposed

    // z = (W x, 1 - dᵀW x): the forms of these are ΔᵀV d but for a constant, which their means take out.
    var vectors = Matrix(rowCount: n, columnCount: structure.momentOrder)
    let solved = factor.solve(centred.transposed)
    for j in 0..<p { for i in 0..<n { vectors[i, j] = solved[j, i] } }
    if c >= 0 {
      for i in 0..<n {
        var value = 1.0
        for j in 0..<p { value -= solved[j, i] * workspace.sigma[j + c * structure.momentOrder] }
        vectors[i, c] = value
      }
    }
    var forms = Matrix(rowCount: n, columnCount: t)
    workspace.addForms(of: vectors, into: &forms, from: 0)
    let scale = (multiplier / Double(max(n, 1))).squareRoot()
    for a in 0..<t {
      var sum = 0.0
      for i in 0..<n { sum += forms[i, a] }
      let mean = sum / Double(max(n, 1))
      for i in 0..<n { forms[i, a] = (forms[i, a] - mean) * scale }
    }

    count = n
    projections = forms
    form = .whitened(whitened, includingMeans: c >= 0)
    let (squares, shifts, constant) = Self.scalars(whitened)
    var trace = 0.0
    for i in 0..<n {
      trace += 0.5 * (squares[i] * squares[i] - 2 * shifts[i] + constant) + (c >= 0 ? squares[i] : 0)
    }
    weightTrace = trace / Double(max(n, 1))
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

  /// |y|², yᵀT y of every case and tr T².
  private static func scalars(_ whitened: Matrix) -> (squares: [Double], shifts: [Double], constant: Double) {
    let n = whitened.rowCount
    let p = whitened.columnCount
    let mean = (1 / Double(max(n, 1))) * whitened.crossProduct()
    let spread = whitened * mean
    var squares = [Double](repeating: 0, count: n)
    var shifts = squares
    for j in 0..<p {
      for i in 0..<n {
        squares[i] += whitened[i, j] * whitened[i, j]
        shifts[i] += whitened[i, j] * spread[i, j]
      }
    }
    return (squares, shifts, mean.traceOfProduct(with: mean))
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
    case .whitened(let whitened, let includingMeans):
      let p = Double(whitened.columnCount)
      let moments = p * (p + 1) / 2 + (includingMeans ? p : 0)
      if n * (p + t) <= moments * (moments / 2 + t) {
        return traceOverCases(whitened, includingMeans, inverse, n)
      }
      return Self.trace(moments: Self.explicit(whitened, includingMeans), projections, inverse, n)
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

  private func traceOverCases(
    _ whitened: Matrix, _ includingMeans: Bool, _ inverse: Matrix, _ n: Double
  ) -> Double {
    let (_, shifts, constant) = Self.scalars(whitened)
    let weighted = projections * inverse
    let all = whitened.transposed
    var norm = 0.0
    var mixed = 0.0
    let stripSize = 256
    var first = 0
    while first < count {
      let size = min(stripSize, count - first)
      let strip = Array(first..<(first + size))
      var gram = whitened.submatrix(rows: strip, columns: Array(0..<whitened.columnCount)) * all
      for j in 0..<count {
        for i in 0..<size {
          let product = gram[i, j]
          let value =
            0.5 * (product * product - shifts[first + i] - shifts[j] + constant)
            + (includingMeans ? product : 0)
          gram[i, j] = value
          norm += value * value
        }
      }
      let projected = gram * projections
      for a in 0..<projected.columnCount {
        for i in 0..<size { mixed += projected[i, a] * weighted[first + i, a] }
      }
      first += size
    }
    return norm / (n * n) - 2 / n * mixed
  }

  /// V^½ dᵢ from whitened cases: y, then vech(y yᵀ - T) with the diagonal divided by √2.
  private static func explicit(_ whitened: Matrix, _ includingMeans: Bool) -> Matrix {
    let p = whitened.columnCount
    var result = MomentDeviations.matrix(
      rows: whitened, order: Array(0..<p), includingMeans: includingMeans)
    let n = result.rowCount
    var column = includingMeans ? p : 0
    for j in 0..<p {
      for i in 0..<n { result[i, column] *= 0.5.squareRoot() }
      column += p - j
    }
    return result
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
