internal import SEMNumerics

/// The products X = Gᵀ W G, Y = Gᵀ W H and Z = Hᵀ W H of one symmetric weight W, from which every derivative follows.
///
/// X runs over all variables, Y from all variables to the sources, Z over the sources. A sink i has gᵢ = eᵢ, so that its
/// rows are rows of W, W G and W H.
package final class WeightedProducts {
  private let structure: BlockStructure
  /// X, variableCount².
  let x: NumberSlice
  /// Y, variableCount × sourceCount.
  let y: NumberSlice
  /// Z, sourceCount².
  let z: NumberSlice
  private let wg: NumberSlice
  private let wh: NumberSlice
  private let corner: NumberSlice
  private let memory: NumberBuffer
  /// Whether residuals of sinks covary with sources.
  private let hasSharedResiduals: Bool

  /// Makes room for the products of a structure.
  package init(structure: BlockStructure) {
    self.structure = structure
    let m = structure.variableCount
    let k = structure.sourceCount
    let p = structure.momentOrder
    hasSharedResiduals = structure.elements[structure.firstCovariance...].contains {
      $0.row < structure.sinkCount && $0.column >= structure.sinkCount
    }
    var slices = NumberSlices(capacity: m * m + m * k + 2 * k * k + 2 * p * k + ElementRuns.padding)
    x = slices.take(m * m)
    y = slices.take(m * k)
    z = slices.take(k * k)
    wg = slices.take(p * k)
    wh = slices.take(p * k)
    corner = slices.take(k * k)
    memory = slices.buffer
  }

  /// Forms X and Y, and Z where asked for.
  ///
  /// - Complexity: O(p · nonzeros of G + p k²); no allocation.
  package func form(
    weight w: UnsafePointer<Double>, moments: MomentWorkspace, includingZ: Bool
  ) {
    let ns = structure.sinkCount
    let k = structure.sourceCount
    let p = structure.momentOrder
    let m = structure.variableCount
    let wg = wg.pointer
    let wh = wh.pointer
    Kernels.multiply(symmetric: w, order: p, moments.g.pointer, columns: k, into: wg)
    // W H = (W G) T plus what sinks share with sources in S.
    Kernels.product(wg, rows: p, inner: k, moments.spread.pointer, columns: k, into: wh)
    structure.elements.withUnsafeBufferPointer { elements in
      for index in structure.firstCovariance..<elements.count
      where elements[index].row < ns && elements[index].column >= ns {
        let source = w + elements[index].row * p
        let j = elements[index].column - ns
        for q in 0..<k {
          let factor = moments.values[index] * moments.effects[q + j * k]
          if factor == 0 { continue }
          let target = wh + q * p
          for r in 0..<p { target[r] += factor * source[r] }
        }
      }
    }

    let x = x.pointer
    let y = y.pointer
    for j in 0..<ns { (x + j * m).update(from: w + j * p, count: ns) }
    for q in 0..<k {
      for i in 0..<ns {
        let value = wg[i + q * p]
        x[i + (ns + q) * m] = value
        x[ns + q + i * m] = value
      }
      (y + q * m).update(from: wh + q * p, count: ns)
    }
    // Between sources: Gᵀ W G and Gᵀ W H.
    let corner = corner.pointer
    Kernels.transposedProduct(moments.g.pointer, columns: k, wg, columns: k, rows: p, into: corner)
    for q in 0..<k { (x + ns + (ns + q) * m).update(from: corner + q * k, count: k) }
    let z = z.pointer
    if hasSharedResiduals {
      Kernels.transposedProduct(moments.g.pointer, columns: k, wh, columns: k, rows: p, into: corner)
      if includingZ {
        Kernels.transposedProduct(moments.h.pointer, columns: k, wh, columns: k, rows: p, into: z)
      }
      for q in 0..<k { (y + ns + q * m).update(from: corner + q * k, count: k) }
    } else {
      // H = G T, so that the same products follow from Gᵀ W G: Gᵀ W H = (Gᵀ W G) T, Hᵀ W H = Tᵀ (Gᵀ W H).
      let spread = moments.spread.pointer
      Kernels.product(corner, rows: k, inner: k, spread, columns: k, into: z)
      for q in 0..<k { (y + ns + q * m).update(from: z + q * k, count: k) }
      if includingZ {
        corner.update(from: z, count: k * k)
        Kernels.transposedProduct(spread, columns: k, corner, columns: k, rows: k, into: z)
      }
    }
  }

  /// Sets all three products to `a - 2 b`.
  func subtractTwice(_ b: WeightedProducts, from a: WeightedProducts) {
    for i in 0..<x.count { x[i] = a.x[i] - 2 * b.x[i] }
    for i in 0..<y.count { y[i] = a.y[i] - 2 * b.y[i] }
    for i in 0..<z.count { z[i] = a.z[i] - 2 * b.z[i] }
  }
}

/// First and second derivatives with respect to single elements of A and S, each in O(1) from ``WeightedProducts``.
///
/// Sources: the rank-one form of the derivatives is in McDonald and Swaminathan (1973) and McArdle and McDonald (1984);
/// the formulas are derived in `Docs/Mathematics.md`, section 2.
package struct ElementDerivatives {
  let sinkCount: Int
  let variableCount: Int
  let sourceCount: Int

  package init(structure: BlockStructure) {
    sinkCount = structure.sinkCount
    variableCount = structure.variableCount
    sourceCount = structure.sourceCount
  }

  /// tr(Q Σₐ).
  @inline(__always)
  package func first(_ a: BlockStructure.Element, _ q: WeightedProducts) -> Double {
    let m = variableCount
    switch a.kind {
    case .path: return 2 * q.y.pointer[a.row &+ (a.column &- sinkCount) &* m]
    case .covariance:
      let value = q.x.pointer[a.row &+ a.column &* m]
      return a.row == a.column ? value : 2 * value
    }
  }

  /// tr(W Σₐ V Σ_b) for two symmetric weights, W in `w` and V in `v`.
  @inline(__always)
  package func product(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ w: WeightedProducts, _ v: WeightedProducts
  ) -> Double {
    let m = variableCount
    let ns = sinkCount
    let (xw, yw) = (w.x.pointer, w.y.pointer)
    let (xv, yv) = (v.x.pointer, v.y.pointer)
    switch (a.kind, b.kind) {
    case (.path, .path):
      let (i, j, k, l) = (a.row, a.column &- ns, b.row, b.column &- ns)
      let jl = j &+ l &* sourceCount
      return yv[k &+ j &* m] * yw[i &+ l &* m] + v.z.pointer[jl] * xw[k &+ i &* m]
        + xv[i &+ k &* m] * w.z.pointer[jl] + yv[i &+ l &* m] * yw[k &+ j &* m]
    case (.path, .covariance):
      return pathCovariance(a, b, w, v)
    case (.covariance, .path):
      return pathCovariance(b, a, v, w)
    case (.covariance, .covariance):
      let (i, j, k, l) = (a.row, a.column, b.row, b.column)
      // Σₐ = gᵢ gⱼᵀ + gⱼ gᵢᵀ, halved on the diagonal.
      let sum =
        xv[j &+ k &* m] * xw[i &+ l &* m] + xv[j &+ l &* m] * xw[i &+ k &* m]
        + xv[i &+ k &* m] * xw[j &+ l &* m] + xv[i &+ l &* m] * xw[j &+ k &* m]
      return sum * (i == j ? 0.5 : 1) * (k == l ? 0.5 : 1)
    }
  }

  @inline(__always)
  private func pathCovariance(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ w: WeightedProducts, _ v: WeightedProducts
  ) -> Double {
    let m = variableCount
    let (i, j, k, l) = (a.row, a.column &- sinkCount, b.row, b.column)
    let (xw, yw) = (w.x.pointer, w.y.pointer)
    let (xv, yv) = (v.x.pointer, v.y.pointer)
    let sum =
      yv[k &+ j &* m] * xw[i &+ l &* m] + yv[l &+ j &* m] * xw[i &+ k &* m]
      + xv[i &+ k &* m] * yw[l &+ j &* m] + xv[i &+ l &* m] * yw[k &+ j &* m]
    return k == l ? 0.5 * sum : sum
  }

  /// tr(Q Σₐ_b), the curvature of Σ itself; `effects` is B and `total` C = B S Bᵀ over the sources.
  @inline(__always)
  func second(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ q: WeightedProducts,
    effects: UnsafePointer<Double>, total: UnsafePointer<Double>
  ) -> Double {
    switch (a.kind, b.kind) {
    case (.covariance, .covariance): return 0
    case (.covariance, .path): return secondPathCovariance(b, a, q, effects)
    case (.path, .covariance): return secondPathCovariance(a, b, q, effects)
    case (.path, .path):
      let m = variableCount
      let ns = sinkCount
      let s = sourceCount
      let (i, j, k, l) = (a.row, a.column &- ns, b.row, b.column &- ns)
      // B(l, i) is the effect of a's target on b's origin: zero for a sink.
      var sum = total[l &+ j &* s] * q.x.pointer[i &+ k &* m]
      if i >= ns { sum += effects[l &+ (i &- ns) &* s] * q.y.pointer[k &+ j &* m] }
      if k >= ns { sum += effects[j &+ (k &- ns) &* s] * q.y.pointer[i &+ l &* m] }
      return 2 * sum
    }
  }

  @inline(__always)
  private func secondPathCovariance(
    _ a: BlockStructure.Element, _ b: BlockStructure.Element, _ q: WeightedProducts,
    _ effects: UnsafePointer<Double>
  ) -> Double {
    let m = variableCount
    let ns = sinkCount
    let s = sourceCount
    let (i, j, k, l) = (a.row, a.column &- ns, b.row, b.column)
    var sum = 0.0
    if l >= ns { sum += q.x.pointer[i &+ k &* m] * effects[j &+ (l &- ns) &* s] }
    if k >= ns, k != l { sum += q.x.pointer[i &+ l &* m] * effects[j &+ (k &- ns) &* s] }
    return 2 * sum
  }
}
