internal import SEMNumerics

/// The rows of one block about their means, and what their fixed covariates predict.
struct CentredCases {
  /// y - m, cases × variables in internal order.
  let values: Matrix
  /// The projection of `values` on the fixed covariates; `nil` without any.
  let predicted: Matrix?

  /// Centres rows; `nil` where the fixed covariates are linearly dependent.
  init?(rows: Matrix, order: [Int], fixed: [Int]) {
    values = Matrix(
      rowCount: rows.rowCount, columnCount: order.count, columnMajor: MomentDeviations.centred(rows, order))
    guard !fixed.isEmpty else {
      predicted = nil
      return
    }
    let covariates = values.submatrix(rows: Array(0..<rows.rowCount), columns: fixed)
    guard let factor = try? Cholesky(covariates.crossProduct()) else { return nil }
    predicted = covariates * factor.solve(covariates.crossProduct(with: values))
  }
}

/// Cases in the metric of a normal-theory weight W, W⁻¹ = L Lᵀ: y = L⁻¹(y - m), with the inner products of their
/// contributions d to the moments,
///
///     dᵢᵀV dⱼ = (yᵢ - ηᵢ)ᵀ(yⱼ - ηⱼ) + ½ tr (Dᵢ Dⱼ),   D = y yᵀ - η ηᵀ - T,  T the mean of y yᵀ - η ηᵀ
///
/// the first term only where means are modelled. η is what fixed covariates predict: given them a case contributes
/// d - E(d | x), so that their moments have no sampling error (lavaan's `fixed.x`); it is 0 without fixed covariates.
struct WhitenedCases {
  /// y, cases × variables.
  let values: Matrix
  /// η, or `nil`.
  let predicted: Matrix?
  /// Whether means are among the moments.
  let includesMeans: Bool
  /// yᵀT y - ηᵀT η of every case.
  private let shifts: [Double]
  /// tr T².
  private let constant: Double
  /// The mean of dᵀV d: tr(V Γ̂).
  let trace: Double

  init(_ cases: CentredCases, _ factor: Cholesky, includingMeans: Bool) {
    let values = factor.solveLower(cases.values.transposed).transposed
    let predicted = cases.predicted.map { factor.solveLower($0.transposed).transposed }
    let (n, p) = (values.rowCount, values.columnCount)
    var mean = values.crossProduct()
    if let predicted { mean -= predicted.crossProduct() }
    mean *= 1 / Double(max(n, 1))
    let spread = values * mean
    let predictedSpread = predicted.map { $0 * mean }
    let constant = mean.traceOfProduct(with: mean)
    var shifts = [Double](repeating: 0, count: n)
    var trace = 0.0
    for i in 0..<n {
      var (yy, yh, hh, shift) = (0.0, 0.0, 0.0, 0.0)
      for j in 0..<p {
        let y = values[i, j]
        yy += y * y
        shift += y * spread[i, j]
        guard let predicted, let predictedSpread else { continue }
        let h = predicted[i, j]
        yh += y * h
        hh += h * h
        shift -= h * predictedSpread[i, j]
      }
      shifts[i] = shift
      trace += 0.5 * (yy * yy - 2 * yh * yh + hh * hh - 2 * shift + constant)
      if includingMeans { trace += yy - 2 * yh + hh }
    }
    self.values = values
    self.predicted = predicted
    includesMeans = includingMeans
    self.shifts = shifts
    self.constant = constant
    self.trace = trace / Double(max(n, 1))
  }

  /// Calls `body` with strips of the Gram matrix dᵢᵀV dⱼ: the first case of the strip, and its rows.
  ///
  /// - Complexity: O(n² p) in time, O(n) in memory.
  func forEachStrip(_ body: (_ first: Int, _ gram: Matrix) -> Void) {
    let n = values.rowCount
    let columns = Array(0..<values.columnCount)
    let all = values.transposed
    let allPredicted = predicted?.transposed
    let stripSize = 256
    var first = 0
    while first < n {
      let size = min(stripSize, n - first)
      let strip = Array(first..<(first + size))
      let own = values.submatrix(rows: strip, columns: columns)
      var gram = own * all
      if let predicted, let allPredicted {
        let ownPredicted = predicted.submatrix(rows: strip, columns: columns)
        let right = own * allPredicted
        let left = ownPredicted * all
        let both = ownPredicted * allPredicted
        for index in gram.elements.indices {
          let (a, b) = (gram.elements[index], right.elements[index])
          let (c, d) = (left.elements[index], both.elements[index])
          gram.elements[index] =
            0.5 * (a * a - b * b - c * c + d * d) + (includesMeans ? a - b - c + d : 0)
        }
      } else {
        for index in gram.elements.indices {
          let a = gram.elements[index]
          gram.elements[index] = 0.5 * a * a + (includesMeans ? a : 0)
        }
      }
      for j in 0..<n {
        for i in 0..<size { gram[i, j] -= 0.5 * (shifts[first + i] + shifts[j] - constant) }
      }
      body(first, gram)
      first += size
    }
  }

  /// V^½ dᵢ, cases × moments: y - η, then vech D with the diagonal divided by √2.
  var explicit: Matrix {
    let p = values.columnCount
    let order = Array(0..<p)
    var result = MomentDeviations.matrix(rows: values, order: order, includingMeans: includesMeans)
    if let predicted {
      result -= MomentDeviations.matrix(rows: predicted, order: order, includingMeans: includesMeans)
    }
    var column = includesMeans ? p : 0
    for j in 0..<p {
      for i in 0..<result.rowCount { result[i, column] *= 0.5.squareRoot() }
      column += p - j
    }
    return result
  }
}
