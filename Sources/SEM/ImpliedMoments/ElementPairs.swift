internal import SEMNumerics

/// The second derivatives of all pairs of free elements at once: what ``ElementDerivatives`` gives one by one.
///
/// Free elements that stand below each other in A or S (the loadings of one factor, the residual variances) form runs.
/// Along a run every factor of a product either stays the same or moves down a column of X or Y, so that a column of the
/// matrix is filled by a few vector loops.
///
/// The curvature of Σ itself costs nothing extra. With Q = (W - V) / 2, E the effects B transposed (in the rows of
/// sources) and C = B S Bᵀ,
///
///     tr(W Σₐ V Σ_b) + tr(Q Σₐ_b)
///
/// is the first trace alone, with Y(V) + E and Z(V) + C in place of Y(V) and Z(V), and Y(W) - E and Z(W) - C in place of
/// Y(W) and Z(W); for two paths (i, j) and (k, l) among sources 2 B(j, k) B(l, i) comes on top
/// (`Docs/Mathematics.md`, section 2.4).
package final class ElementPairs {
  private let structure: BlockStructure
  private let runs: ElementRuns
  private let parameters: [Int]
  /// Whether the parameters of the free elements are consecutive numbers, so that a column is contiguous.
  private let isConsecutive: Bool
  private let line, xv, yv, zv, yw, zw: NumberSlice
  private let memory: NumberBuffer

  /// Finds the runs of a structure.
  package init(structure: BlockStructure) {
    self.structure = structure
    let (m, s, ns) = (structure.variableCount, structure.sourceCount, structure.sinkCount)
    var parameters: [Int] = []
    parameters.reserveCapacity(structure.freeElements.count)
    var runs = ElementRuns(variableCount: m, sourceCount: s, capacity: structure.freeElements.count)
    var isConsecutive = true
    for index in structure.freeElements {
      let element = structure.elements[index]
      if let last = parameters.last, element.parameter != last + 1 { isConsecutive = false }
      parameters.append(element.parameter)
      switch element.kind {
      case .path: runs.append(.paths, row: element.row, column: element.column - ns)
      case .covariance:
        let shape = element.row == element.column ? ElementRuns.Shape.variances : .covariances
        runs.append(shape, row: element.row, column: element.column)
      }
    }
    self.parameters = parameters
    self.runs = runs
    self.isConsecutive = isConsecutive
    let padding = ElementRuns.padding
    var slices = NumberSlices(capacity: parameters.count + m * m + 2 * (m * s + s * s) + 2 * padding)
    line = slices.take(parameters.count + padding)
    xv = slices.take(m * m)
    yv = slices.take(m * s)
    yw = slices.take(m * s)
    zv = slices.take(s * s)
    zw = slices.take(s * s)
    memory = slices.buffer
  }

  /// Whether every parameter of `dimension` has one element and all stand in order, so that ``write`` fills a whole triangle.
  package func cover(dimension: Int) -> Bool { isConsecutive && parameters.count == dimension }

  /// Writes `factor` times tr(W Σₐ V Σ_b) + tr(Q Σₐ_b), V = W - 2 Q, of all pairs into the lower triangle of a
  /// `dimension × dimension` matrix; two elements of one parameter count in both orders.
  ///
  /// - Parameters:
  ///   - w: The products of W.
  ///   - q: The products of Q, or `nil` for Q = 0: the expected curvature.
  ///   - effects: B over the sources; read only with `q`.
  ///   - total: C = B S Bᵀ over the sources; read only with `q`.
  ///   - adding: Whether to add to what stands there; may be `false` only where the pairs ``cover(dimension:)`` it.
  /// - Complexity: O(1) a pair; no allocation.
  package func write(
    _ factor: Double, _ w: WeightedProducts, _ q: WeightedProducts?, effects: UnsafePointer<Double>,
    total: UnsafePointer<Double>, dimension t: Int, adding: Bool,
    into matrix: UnsafeMutablePointer<Double>
  ) {
    var products = ElementRuns.Products(
      xw: w.x.pointer, yw: w.y.pointer, zw: w.z.pointer, xv: w.x.pointer, yv: w.y.pointer, zv: w.z.pointer,
      effects: nil)
    if let q {
      formProducts(w, q, effects, total)
      products.effects = effects
      products.xv = UnsafePointer(xv.pointer)
      (products.yw, products.zw) = (UnsafePointer(yw.pointer), UnsafePointer(zw.pointer))
      (products.yv, products.zv) = (UnsafePointer(yv.pointer), UnsafePointer(zv.pointer))
    }
    parameters.withUnsafeBufferPointer { parameters in
      let n = parameters.count
      runs.forEachLine(products, line: line.pointer) { b, sums in
        let column = parameters[b]
        if isConsecutive {
          let target = matrix + (column &* t &+ column)
          if adding {
            Kernels.add(factor, sums, count: n &- b, to: target)
          } else if factor == 1 {
            target.update(from: sums, count: n &- b)
          } else {
            for a in 0..<(n &- b) { target[a] = factor * sums[a] }
          }
        } else {
          for a in b..<n {
            let low = min(parameters[a], column)
            let high = max(parameters[a], column)
            let value = factor * sums[a &- b]
            matrix[high &+ low &* t] += low == high && a != b ? 2 * value : value
          }
        }
      }
    }
  }

  /// The products of W and V with what the curvature of Σ adds to them.
  private func formProducts(
    _ w: WeightedProducts, _ q: WeightedProducts, _ effects: UnsafePointer<Double>,
    _ total: UnsafePointer<Double>
  ) {
    let (m, s, ns) = (structure.variableCount, structure.sourceCount, structure.sinkCount)
    let (xv, yv, zv, yw, zw) = (xv.pointer, yv.pointer, zv.pointer, yw.pointer, zw.pointer)
    let (x, y, z, xq, yq, zq) = (
      w.x.pointer, w.y.pointer, w.z.pointer, q.x.pointer, q.y.pointer, q.z.pointer
    )
    for i in 0..<(m &* m) { xv[i] = x[i] - 2 * xq[i] }
    for l in 0..<s {
      for i in (l &* m)..<(l &* m &+ ns) {
        yv[i] = y[i] - 2 * yq[i]
        yw[i] = y[i]
      }
      for k in 0..<s {
        let i = l &* m &+ ns &+ k
        let effect = effects[l &+ k &* s]
        yv[i] = y[i] - 2 * yq[i] + effect
        yw[i] = y[i] - effect
      }
    }
    for i in 0..<(s &* s) {
      zv[i] = z[i] - 2 * zq[i] + total[i]
      zw[i] = z[i] - total[i]
    }
  }
}
