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
  /// - Complexity: O(m) for each path and covariance of m variables without feedback loops, O(m³) with them.
  public init?(block: ModelBlock, table: ParameterTable, rowValues: [Double]) {
    variables = block.observed + block.latent
    observedCount = block.observed.count
    let m = variables.count
    var a = Matrix(rowCount: m, columnCount: m)
    var s = Matrix(rowCount: m, columnCount: m)
    var alpha = [Double](repeating: 0, count: m)
    var arrows: [Path] = []
    var covariances: [Path] = []
    for row in BlockRows(table, block: block).rows where row.left >= 0 {
      let (left, right, value) = (row.left, row.right, rowValues[row.tableRow])
      switch row.op {
      case .measurement, .regression:
        guard right >= 0 else { continue }
        let (target, origin) = row.op == .measurement ? (right, left) : (left, right)
        a.elements[target + origin * m] += value
        if value != 0 { arrows.append(Path(target: target, origin: origin, value: value)) }
      case .covariance:
        guard right >= 0 else { continue }
        s.elements[left + right * m] += value
        if left != right { s.elements[right + left * m] += value }
        if value != 0 { covariances.append(Path(target: left, origin: right, value: value)) }
      case .intercept:
        alpha[left] += value
      default: break
      }
    }
    guard let solved = Self.sweep(m, arrows, covariances) ?? Self.invert(a, s) else { return nil }
    paths = a
    residualCovariance = s
    intercepts = alpha
    totalEffects = solved.effects
    totalCovariance = solved.covariance
    totalMean = totalEffects.multiplied(by: alpha)
  }

  /// A path that is not zero, or a covariance with its variables in either order.
  private struct Path {
    var target: Int
    var origin: Int
    var value: Double
  }

  /// B and C = B S Bᵀ by one sweep along the paths each, origins before targets; `nil` where paths form a loop.
  private static func sweep(_ m: Int, _ paths: [Path], _ covariances: [Path]) -> (
    effects: Matrix, covariance: Matrix
  )? {
    var incoming = [Int](repeating: 0, count: m)
    var outgoing = [[Int]](repeating: [], count: m)
    for (index, path) in paths.enumerated() {
      incoming[path.target] += 1
      outgoing[path.origin].append(index)
    }
    var order = (0..<m).filter { incoming[$0] == 0 }
    var next = 0
    while next < order.count {
      for index in outgoing[order[next]] {
        incoming[paths[index].target] -= 1
        if incoming[paths[index].target] == 0 { order.append(paths[index].target) }
      }
      next += 1
    }
    guard order.count == m else { return nil }
    let forward = order.flatMap { outgoing[$0] }
    // Bᵀ = (I - Aᵀ)⁻¹ has the effects on a variable as a column: those of its origins come first.
    let transposed = NumberBuffer(count: m * m)
    for i in 0..<m { transposed[i + i * m] = 1 }
    for index in forward { add(paths[index], to: transposed.pointer, m) }
    let spread = NumberBuffer(count: m * m)
    // Rows of T = S Bᵀ, then of C = B T.
    var effects = Matrix(rowCount: m, columnCount: m)
    for j in 0..<m { for i in 0..<m { effects.elements[i + j * m] = transposed[j + i * m] } }
    effects.elements.withUnsafeBufferPointer { b in
      guard let base = b.baseAddress else { return }
      for item in covariances {
        let (i, j) = (item.target, item.origin)
        addColumn(base + j * m, item.value, to: spread.pointer + i * m, m)
        if i != j { addColumn(base + i * m, item.value, to: spread.pointer + j * m, m) }
      }
    }
    for index in forward { add(paths[index], to: spread.pointer, m) }
    Kernels.mirrorLower(spread.pointer, order: m)
    return withExtendedLifetime((transposed, spread)) {
      (effects, spread.matrix(rowCount: m, columnCount: m))
    }
  }

  /// Adds the column of a path's origin to that of its target.
  @inline(__always)
  private static func add(_ path: Path, to columns: UnsafeMutablePointer<Double>, _ m: Int) {
    addColumn(columns + path.origin * m, path.value, to: columns + path.target * m, m)
  }

  @inline(__always)
  private static func addColumn(
    _ source: UnsafePointer<Double>, _ value: Double, to target: UnsafeMutablePointer<Double>, _ m: Int
  ) {
    for k in 0..<m { target[k] += value * source[k] }
  }

  /// B and C by elimination: the plain way, which loops need.
  static func invert(_ a: Matrix, _ s: Matrix) -> (effects: Matrix, covariance: Matrix)? {
    let m = a.rowCount
    guard let effects = try? LU(Matrix.identity(m) - a).inverse(), effects.isFinite else { return nil }
    return (effects, effects.sandwiching(s))
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
