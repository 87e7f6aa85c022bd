public import SEMNumerics

/// The matrices of one block in full, over observed then latent variables in model order: v = α + A v + u, Cov(u) = S.
///
/// The plain form, for results and as the test of the fast one: dense, and made anew for each call.
public struct ReticularMatrices: Sendable, Hashable {
  /// The variables: the block's observed ones, then its latent ones.
  public let variables: [String]
  /// The number of observed variables.
  public let observedCount: Int
  /// A: element (i, j) is the path from variable j to variable i.
  public let paths: Matrix
  /// S: the covariances of residuals and of exogenous variables.
  public let residualCovariance: Matrix
  /// α: intercepts, and means of exogenous variables; zeros without a mean structure.
  public let intercepts: [Double]
  /// B = (I - A)⁻¹: total effects, with ones on the diagonal.
  public let totalEffects: Matrix
  /// C = B S Bᵀ: the model's covariance matrix of all variables.
  public let totalCovariance: Matrix
  /// ν = B α: the model's means of all variables.
  public let totalMean: [Double]

  /// Computes the matrices from the values of the table's rows; `nil` where I - A has no inverse.
  ///
  /// - Complexity: O(m³) for m variables.
  public init?(block: ModelBlock, table: ParameterTable, rowValues: [Double]) {
    variables = block.observed + block.latent
    observedCount = block.observed.count
    let m = variables.count
    var place: [String: Int] = [:]
    for (index, name) in variables.enumerated() where place[name] == nil { place[name] = index }
    var a = Matrix(rowCount: m, columnCount: m)
    var s = Matrix(rowCount: m, columnCount: m)
    var alpha = [Double](repeating: 0, count: m)
    for (index, row) in table.rows.enumerated() where row.block == block.number {
      guard let left = place[row.lhs] else { continue }
      switch row.op {
      case .measurement:
        if let right = place[row.rhs] { a[right, left] += rowValues[index] }
      case .regression:
        if let right = place[row.rhs] { a[left, right] += rowValues[index] }
      case .covariance:
        guard let right = place[row.rhs] else { continue }
        s[left, right] += rowValues[index]
        if left != right { s[right, left] += rowValues[index] }
      case .intercept:
        alpha[left] += rowValues[index]
      default: break
      }
    }
    let inverse = NumberBuffer(count: m * m)
    for j in 0..<m {
      for i in 0..<m { inverse[i + j * m] = (i == j ? 1 : 0) - a[i, j] }
    }
    var pivots = [Int](repeating: 0, count: m)
    let isInvertible = pivots.withUnsafeMutableBufferPointer { pivots in
      m == 0
        || pivots.baseAddress.map { Kernels.invertInPlace(inverse.pointer, order: m, pivots: $0) } ?? false
    }
    guard isInvertible else { return nil }
    let left = NumberBuffer(count: m * m)
    let total = NumberBuffer(count: m * m)
    let residual = NumberBuffer(s.elements)
    withExtendedLifetime(residual) {
      Kernels.product(inverse.pointer, rows: m, inner: m, residual.pointer, columns: m, into: left.pointer)
    }
    for j in 0..<m {
      for i in 0...j {
        var sum = 0.0
        for q in 0..<m { sum += left[i + q * m] * inverse[j + q * m] }
        total[i + j * m] = sum
        total[j + i * m] = sum
      }
    }
    paths = a
    residualCovariance = s
    intercepts = alpha
    totalEffects = inverse.matrix(rowCount: m, columnCount: m)
    totalCovariance = total.matrix(rowCount: m, columnCount: m)
    totalMean = totalEffects.multiplied(by: alpha)
  }

  /// The places of the observed variables.
  public var observed: Range<Int> { 0..<observedCount }
  /// The places of the latent variables.
  public var latent: Range<Int> { observedCount..<variables.count }

  /// Σ: the model's covariance matrix of the observed variables.
  public var observedCovariance: Matrix {
    totalCovariance.submatrix(rows: Array(observed), columns: Array(observed))
  }
  /// The model's covariance matrix of the latent variables.
  public var latentCovariance: Matrix {
    totalCovariance.submatrix(rows: Array(latent), columns: Array(latent))
  }
  /// μ: the model's means of the observed variables.
  public var observedMean: [Double] { Array(totalMean[observed]) }
}
