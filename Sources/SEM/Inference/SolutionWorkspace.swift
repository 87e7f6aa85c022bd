internal import SEMNumerics

/// The matrices of ``ReticularMatrices`` in memory that is made once, for thousands of evaluations.
///
/// A and S are sparse: B = (I - A)⁻¹ comes from one sweep over the paths, against their direction, and C = B S Bᵀ from
/// one along them. Only feedback loops need an inversion. One workspace serves one thread.
final class SolutionWorkspace {
  /// One path or covariance.
  private struct Element {
    var tableRow: Int
    /// The target of a path, the first variable of a covariance.
    var i: Int
    /// The origin of a path, the second variable of a covariance.
    var j: Int
  }

  /// The number of variables: observed, then latent.
  let count: Int
  let observedCount: Int
  /// Where the variables stand by name.
  let place: [String: Int]
  /// A, count², column-major.
  private let pathMatrix: NumberBuffer
  /// S, count², both triangles.
  private let residual: NumberBuffer
  /// B, count², column-major.
  private let effects: NumberBuffer
  /// T = S Bᵀ by rows, then scratch.
  private let spread: NumberBuffer
  /// C, count², both triangles.
  private let total: NumberBuffer
  private let scratch: NumberBuffer
  /// Paths so ordered that those out of a variable come before those into it.
  private let pathsBackward: [Element]
  /// Paths so ordered that those into a variable come before those out of it.
  private let pathsForward: [Element]
  private let covariances: [Element]
  private let hasLoops: Bool
  /// Variables without outgoing paths: their columns of B are unit vectors, and of their rows of C the variance alone is
  /// formed. None where there are loops.
  private let isSink: [Bool]
  private var pivots: [Int]
  /// The observed variables with covarying residuals.
  private let covarying: [Int]

  init(table: ParameterTable, block: ModelBlock) {
    let names = block.observed + block.latent
    count = names.count
    observedCount = block.observed.count
    var place: [String: Int] = [:]
    for (index, name) in names.enumerated() where place[name] == nil { place[name] = index }
    self.place = place
    var paths: [Element] = []
    var covariances: [Element] = []
    for (index, row) in table.rows.enumerated() where row.block == block.number {
      guard let left = place[row.lhs], let right = place[row.rhs] else { continue }
      switch row.op {
      case .measurement: paths.append(Element(tableRow: index, i: right, j: left))
      case .regression: paths.append(Element(tableRow: index, i: left, j: right))
      case .covariance: covariances.append(Element(tableRow: index, i: left, j: right))
      default: break
      }
    }
    self.covariances = covariances
    var covarying = Set<Int>()
    for element in covariances where element.i != element.j {
      if element.i < block.observed.count, element.j < block.observed.count {
        covarying.insert(element.i)
        covarying.insert(element.j)
      }
    }
    self.covarying = covarying.sorted()
    let order = Self.topologicalOrder(count: count, paths)
    hasLoops = order == nil
    var isSink = [Bool](repeating: order != nil, count: count)
    for path in paths { isSink[path.j] = false }
    // The matrix of the latent variables is read in full.
    for variable in observedCount..<count { isSink[variable] = false }
    self.isSink = isSink
    let level = order ?? Array(0..<count)
    pathsForward = paths.sorted { (level[$0.i], $0.tableRow) < (level[$1.i], $1.tableRow) }
    pathsBackward = paths.sorted { (level[$1.j], $0.tableRow) < (level[$0.j], $1.tableRow) }
    let size = count * count
    pathMatrix = NumberBuffer(count: size)
    residual = NumberBuffer(count: size)
    effects = NumberBuffer(count: size)
    spread = NumberBuffer(count: size)
    total = NumberBuffer(count: size)
    scratch = NumberBuffer(count: size)
    pivots = [Int](repeating: 0, count: max(count, 1))
  }

  /// The position of each variable in an order in which origins come before targets; `nil` when there are loops.
  private static func topologicalOrder(count: Int, _ paths: [Element]) -> [Int]? {
    var incoming = [Int](repeating: 0, count: count)
    for path in paths { incoming[path.i] += 1 }
    var order = (0..<count).filter { incoming[$0] == 0 }
    var next = 0
    while next < order.count {
      for path in paths where path.j == order[next] {
        incoming[path.i] -= 1
        if incoming[path.i] == 0 { order.append(path.i) }
      }
      next += 1
    }
    guard order.count == count else { return nil }
    var position = [Int](repeating: 0, count: count)
    for (index, variable) in order.enumerated() { position[variable] = index }
    return position
  }

  /// A(to, from).
  @inline(__always) func path(to: Int, from: Int) -> Double { pathMatrix[to + from * count] }
  /// B(to, from).
  @inline(__always) func effect(to: Int, from: Int) -> Double { effects[to + from * count] }
  /// C(i, i).
  @inline(__always) func totalVariance(_ i: Int) -> Double { total[i + i * count] }
  /// S(i, i).
  @inline(__always) func residualVariance(_ i: Int) -> Double { residual[i + i * count] }

  /// Computes all matrices from the values of the table's rows.
  ///
  /// - Returns: Whether I - A could be inverted.
  /// - Complexity: O((paths + covariances) × variables) without loops, O(variables³) with them; no allocation.
  func update(_ values: UnsafePointer<Double>) -> Bool {
    let m = count
    let (a, s, b) = (pathMatrix.pointer, residual.pointer, effects.pointer)
    let (t, c) = (spread.pointer, total.pointer)
    a.update(repeating: 0, count: m * m)
    s.update(repeating: 0, count: m * m)
    t.update(repeating: 0, count: m * m)
    for element in pathsForward { a[element.i + element.j * m] += values[element.tableRow] }
    for element in covariances {
      let value = values[element.tableRow]
      s[element.i + element.j * m] += value
      if element.i != element.j { s[element.j + element.i * m] += value }
    }
    guard updateEffects(values) else { return false }
    // T(i, k) = Σ S(i, j) B(k, j), row by row.
    for element in covariances {
      let value = values[element.tableRow]
      if value == 0 { continue }
      let (i, j) = (element.i, element.j)
      addColumn(j, of: b, times: value, to: t + i * m)
      if i != j { addColumn(i, of: b, times: value, to: t + j * m) }
    }
    if hasLoops {
      // Row-major T is Tᵀ: C = T' Bᵀ with T' column-major (k, i).
      for k in 0..<m {
        for x in 0..<m {
          var sum = 0.0
          for i in 0..<m { sum += b[k + i * m] * t[i * m + x] }
          c[k * m + x] = sum
        }
      }
    } else {
      c.update(from: t, count: m * m)
      for element in pathsForward {
        let value = values[element.tableRow]
        if value == 0 { continue }
        let target = c + element.i * m
        let origin = c + element.j * m
        if isSink[element.i] {
          target[element.i] += value * origin[element.i]
        } else {
          for x in 0..<m { target[x] += value * origin[x] }
        }
      }
    }
    return true
  }

  /// target += value B(·, j).
  @inline(__always)
  private func addColumn(
    _ j: Int, of b: UnsafePointer<Double>, times value: Double, to target: UnsafeMutablePointer<Double>
  ) {
    if isSink[j] {
      target[j] += value
    } else {
      let column = b + j * count
      for k in 0..<count { target[k] += value * column[k] }
    }
  }

  private func updateEffects(_ values: UnsafePointer<Double>) -> Bool {
    let m = count
    let b = effects.pointer
    b.update(repeating: 0, count: m * m)
    for i in 0..<m { b[i + i * m] = 1 }
    if hasLoops {
      for i in 0..<(m * m) { b[i] -= pathMatrix[i] }
      return pivots.withUnsafeMutableBufferPointer { pivots in
        pivots.baseAddress.map { Kernels.invertInPlace(b, order: m, pivots: $0) } ?? false
      }
    }
    // B = I + B A, column by column from the last targets on.
    for element in pathsBackward {
      let value = values[element.tableRow]
      if value == 0 { continue }
      addColumn(element.i, of: b, times: value, to: b + element.j * m)
    }
    return true
  }

  /// Whether variables with these matrices can exist, as ``FittedModel/admissibility()`` judges: no negative variance,
  /// latent covariances and residual covariances without a negative eigenvalue.
  func isAdmissible() -> Bool {
    let tolerance = 1e-8
    for i in 0..<count {
      let own = residualVariance(i)
      if !(own >= -tolerance * max(totalVariance(i).magnitude, own.magnitude)) { return false }
    }
    return isSemidefinite(total, first: observedCount, last: count)
      && isSemidefinite(residual, places: covarying)
  }

  private func isSemidefinite(_ matrix: NumberBuffer, first: Int, last: Int) -> Bool {
    let n = last - first
    guard n > 0 else { return true }
    for j in 0..<n {
      for i in 0..<n { scratch[i + j * n] = matrix[first + i + (first + j) * count] }
    }
    return scratchIsSemidefinite(n)
  }

  private func isSemidefinite(_ matrix: NumberBuffer, places: [Int]) -> Bool {
    guard !places.isEmpty else { return true }
    let n = places.count
    for j in 0..<n {
      for i in 0..<n { scratch[i + j * n] = matrix[places[i] + places[j] * count] }
    }
    return scratchIsSemidefinite(n)
  }

  /// Whether the matrix in the scratch memory, scaled to a unit diagonal, has no eigenvalue below -1e-8.
  private func scratchIsSemidefinite(_ n: Int) -> Bool {
    let a = scratch.pointer
    // T is not needed any more.
    let scale = spread.pointer
    for i in 0..<n {
      let own = a[i + i * n]
      guard own.isFinite else { return false }
      scale[i] = own != 0 ? 1 / own.magnitude.squareRoot() : 1
    }
    for j in 0..<n { for i in 0..<n { a[i + j * n] *= scale[i] * scale[j] } }
    for i in 0..<n { a[i + i * n] += 1.1e-8 }
    return Kernels.choleskyInPlace(a, order: n)
  }
}
