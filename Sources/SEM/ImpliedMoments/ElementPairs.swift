internal import SEMNumerics

/// The second derivatives of all pairs of free elements at once: what ``ElementDerivatives`` gives one by one.
///
/// Free elements that stand next to each other in A or S (the loadings of one factor, the residual variances) form runs.
/// Along a run every factor of a product either stays the same or moves down a column of X or Y, so that a column of the
/// matrix is filled by a few vector loops.
package final class ElementPairs {
  /// How an element and those after it stand.
  private enum Shape {
    /// Paths from one source to consecutive sinks.
    case loadings
    /// Paths from one source to consecutive sources.
    case sourcePaths
    /// Consecutive diagonal elements of S.
    case variances
    /// Consecutive elements of one column of S.
    case covariances
  }

  private struct Run {
    var shape: Shape
    /// The first element's place among the free ones.
    var first: Int
    var count: Int
    var row: Int
    /// The column in internal indices.
    var column: Int
  }

  private let derivatives: ElementDerivatives
  private let free: [BlockStructure.Element]
  private let runs: [Run]
  /// Whether the parameters of the free elements are consecutive numbers, so that a column is contiguous.
  private let isConsecutive: Bool
  private let line: NumberBuffer

  /// Finds the runs of a structure.
  package init(structure: BlockStructure) {
    derivatives = ElementDerivatives(structure: structure)
    free = structure.freeElements.map { structure.elements[$0] }
    line = NumberBuffer(count: free.count)
    var runs: [Run] = []
    runs.reserveCapacity(free.count)
    var isConsecutive = true
    let ns = structure.sinkCount
    for (index, element) in free.enumerated() {
      if index > 0, element.parameter != free[index - 1].parameter + 1 { isConsecutive = false }
      let shape: Shape =
        switch element.kind {
        case .path: element.row < ns ? .loadings : .sourcePaths
        case .covariance: element.row == element.column ? .variances : .covariances
        }
      if let last = runs.last, last.shape == shape, element.row == last.row + last.count, element.row != ns,
        shape == .variances || element.column == last.column
      {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(Run(shape: shape, first: index, count: 1, row: element.row, column: element.column))
      }
    }
    self.runs = runs
    self.isConsecutive = isConsecutive
  }

  /// Adds `factor` times tr(W Σₐ V Σ_b), and tr(Q Σₐ_b) where Q is given, of all pairs to the lower triangle of a
  /// `dimension × dimension` matrix; two elements of one parameter count in both orders.
  ///
  /// - Parameters:
  ///   - w: The products of W.
  ///   - v: The products of V.
  ///   - q: The products of Q, or `nil` without the curvature of Σ itself.
  ///   - effects: B over the sources.
  ///   - total: C = B S Bᵀ over the sources; read only with `q`.
  /// - Complexity: O(1) a pair; no allocation.
  package func add(
    _ factor: Double, _ w: WeightedProducts, _ v: WeightedProducts, _ q: WeightedProducts?,
    effects: UnsafePointer<Double>, total: UnsafePointer<Double>, dimension t: Int,
    into matrix: UnsafeMutablePointer<Double>
  ) {
    let n = free.count
    let line = line.pointer
    free.withUnsafeBufferPointer { free in
      runs.withUnsafeBufferPointer { runs in
        for runIndex in runs.indices {
          let run = runs[runIndex]
          for bIndex in run.first..<(run.first &+ run.count) {
            let b = free[bIndex]
            let skipped = bIndex &- run.first
            for position in runIndex..<runs.count {
              var part = runs[position]
              if position == runIndex {
                // The rest of b's own run.
                part.first &+= skipped
                part.count &-= skipped
                part.row &+= skipped
              }
              fill(part, b, w, v, q, total, line + part.first)
              if let q { addSecond(part, b, q, effects, total, line + part.first) }
            }
            if isConsecutive {
              let target = matrix + (b.parameter &* t &+ b.parameter &- bIndex)
              for a in bIndex..<n { target[a] += factor * line[a] }
            } else {
              for a in bIndex..<n {
                let row = max(free[a].parameter, b.parameter)
                let column = min(free[a].parameter, b.parameter)
                let value = factor * line[a]
                matrix[row &+ column &* t] += row == column && a != bIndex ? 2 * value : value
              }
            }
          }
        }
      }
    }
  }

  /// tr(W Σₐ V Σ_b) for a in a run; for loadings with tr(Q Σₐ_b) where b is one of a sink.
  @inline(__always)
  private func fill(
    _ run: Run, _ b: BlockStructure.Element, _ w: WeightedProducts, _ v: WeightedProducts,
    _ q: WeightedProducts?, _ total: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>
  ) {
    let m = derivatives.variableCount
    let s = derivatives.sourceCount
    let ns = derivatives.sinkCount
    let count = run.count
    let (xw, yw, xv, yv) = (w.x.pointer, w.y.pointer, v.x.pointer, v.y.pointer)
    let i = run.row
    switch (b.kind, run.shape) {
    case (.path, .loadings), (.path, .sourcePaths):
      let (j, k, l) = (run.column &- ns, b.row, b.column &- ns)
      let jl = j &+ l &* s
      combine(
        yv[k &+ j &* m], yw + (i &+ l &* m), v.z.pointer[jl], xw + (i &+ k &* m),
        w.z.pointer[jl], xv + (i &+ k &* m), yw[k &+ j &* m], yv + (i &+ l &* m), count, out)
      if let q, run.shape == .loadings, k < ns {
        let factor = 2 * total[l &+ j &* s]
        let x = q.x.pointer + (i &+ k &* m)
        for r in 0..<count { out[r] += factor * x[r] }
      }
    case (.path, .variances):
      let (k, l) = (b.row, b.column &- ns)
      multiply(
        yv + (i &+ l &* m), xw + (i &+ k &* m), xv + (i &+ k &* m), yw + (i &+ l &* m), count, out)
    case (.path, .covariances):
      let (j, k, l) = (run.column, b.row, b.column &- ns)
      combine(
        xw[k &+ j &* m], yv + (i &+ l &* m), yv[j &+ l &* m], xw + (i &+ k &* m),
        yw[j &+ l &* m], xv + (i &+ k &* m), xv[k &+ j &* m], yw + (i &+ l &* m), count, out)
    case (.covariance, .variances):
      let (k, l) = (b.row, b.column)
      let (vk, wk) = (xv + (i &+ k &* m), xw + (i &+ k &* m))
      if k == l {
        for r in 0..<count { out[r] = vk[r] * wk[r] }
      } else {
        multiply(vk, xw + (i &+ l &* m), xv + (i &+ l &* m), wk, count, out)
      }
    case (.covariance, _):
      let (j, k, l) = (run.column, b.row, b.column)
      let half = k == l ? 0.5 : 1
      combine(
        half * xv[j &+ k &* m], xw + (i &+ l &* m), half * xv[j &+ l &* m], xw + (i &+ k &* m),
        half * xw[j &+ l &* m], xv + (i &+ k &* m), half * xw[j &+ k &* m], xv + (i &+ l &* m), count, out)
    }
  }

  /// tr(Q Σₐ_b) for a in a run, where ``fill(_:_:_:_:_:_:_:)`` did not add it.
  @inline(__always)
  private func addSecond(
    _ run: Run, _ b: BlockStructure.Element, _ q: WeightedProducts, _ effects: UnsafePointer<Double>,
    _ total: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>
  ) {
    guard b.kind == .path else { return }
    let ns = derivatives.sinkCount
    switch run.shape {
    case .loadings where b.row < ns: return
    case .variances where run.column < ns, .covariances where run.column < ns: return
    default: break
    }
    for r in 0..<run.count {
      out[r] += derivatives.second(free[run.first &+ r], b, q, effects: effects, total: total)
    }
  }

  /// `out = c1 u1 + c2 u2 + c3 u3 + c4 u4`.
  @inline(__always)
  private func combine(
    _ c1: Double, _ u1: UnsafePointer<Double>, _ c2: Double, _ u2: UnsafePointer<Double>,
    _ c3: Double, _ u3: UnsafePointer<Double>, _ c4: Double, _ u4: UnsafePointer<Double>,
    _ count: Int, _ out: UnsafeMutablePointer<Double>
  ) {
    var r = 0
    while r &+ 2 <= count {
      let sum =
        (c1 * pair(u1, r) + c2 * pair(u2, r)) + (c3 * pair(u3, r) + c4 * pair(u4, r))
      UnsafeMutableRawPointer(out + r).storeBytes(of: sum, as: SIMD2<Double>.self)
      r &+= 2
    }
    if r < count { out[r] = (c1 * u1[r] + c2 * u2[r]) + (c3 * u3[r] + c4 * u4[r]) }
  }

  /// `out = u1 u2 + u3 u4`, element by element.
  @inline(__always)
  private func multiply(
    _ u1: UnsafePointer<Double>, _ u2: UnsafePointer<Double>, _ u3: UnsafePointer<Double>,
    _ u4: UnsafePointer<Double>, _ count: Int, _ out: UnsafeMutablePointer<Double>
  ) {
    var r = 0
    while r &+ 2 <= count {
      let sum = pair(u1, r) * pair(u2, r) + pair(u3, r) * pair(u4, r)
      UnsafeMutableRawPointer(out + r).storeBytes(of: sum, as: SIMD2<Double>.self)
      r &+= 2
    }
    if r < count { out[r] = u1[r] * u2[r] + u3[r] * u4[r] }
  }

  @inline(__always)
  private func pair(_ pointer: UnsafePointer<Double>, _ index: Int) -> SIMD2<Double> {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: SIMD2<Double>.self)
  }
}
