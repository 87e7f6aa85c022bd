package import SEMNumerics

/// Σ(θ) and μ(θ) of one block, with what their derivatives need; made once per model and thread, reused for every θ.
///
/// With B = (I - A)⁻¹ over the sources, T = S Bᵀ and C = B T the derivatives of the moments have rank one or two
/// (`Docs/Mathematics.md`, section 2):
///
///     ∂Σ/∂A(i, j) = gᵢ hⱼᵀ + hⱼ gᵢᵀ      ∂Σ/∂S(i, j) = gᵢ gⱼᵀ + gⱼ gᵢᵀ  (once for i = j)
///
/// where gᵢ is the effect of variable i on the observed ones and hⱼ their covariance with variable j. A mean structure
/// is part of it: the constant's row and column of ``sigma`` hold the means, measured from ``origin`` (the sample's
/// means), so that near a solution nothing large cancels.
package final class MomentWorkspace {
  /// The pattern.
  package let structure: BlockStructure
  /// The values of all elements at the last θ.
  let values: NumberSlice
  /// B over the sources, sourceCount².
  package let effects: NumberSlice
  /// T = S Bᵀ over the sources, sourceCount².
  let spread: NumberSlice
  /// G: momentOrder × sourceCount.
  package let g: NumberSlice
  /// H: momentOrder × sourceCount.
  package let h: NumberSlice
  /// Σ about ``origin``, momentOrder², both triangles.
  package let sigma: NumberSlice
  /// The sample's means in internal order, or zeros.
  let origin: NumberSlice
  private let memory: NumberBuffer
  private let pivots: UnsafeMutablePointer<Int>

  /// Makes a workspace; `origin` are the sample's means in internal order (all observed variables).
  package init(structure: BlockStructure, origin: [Double]) {
    self.structure = structure
    let k = structure.sourceCount
    let p = structure.momentOrder
    let elementCount = structure.elements.count
    var slices = NumberSlices(capacity: elementCount + 2 * (k * k + p * k) + p * p + origin.count)
    values = slices.take(elementCount)
    effects = slices.take(k * k)
    spread = slices.take(k * k)
    g = slices.take(p * k)
    h = slices.take(p * k)
    sigma = slices.take(p * p)
    self.origin = slices.take(origin.count)
    memory = slices.buffer
    for (index, value) in origin.enumerated() { self.origin[index] = value }
    pivots = .allocate(capacity: max(k, 1))
    for (index, element) in structure.elements.enumerated() where element.parameter < 0 {
      values[index] = element.value
    }
  }

  deinit { pivots.deallocate() }

  /// Computes everything at θ.
  ///
  /// - Parameters:
  ///   - theta: The free parameters.
  ///   - includingSigma: Whether to form H and Σ; G, B and T are formed anyway.
  /// - Returns: Whether (I - A) could be inverted.
  /// - Complexity: O(p k² + p · nonzeros of A), for k sources; no allocation.
  package func update(at theta: UnsafePointer<Double>, includingSigma: Bool = true) -> Bool {
    let ns = structure.sinkCount
    let k = structure.sourceCount
    let p = structure.momentOrder
    structure.elements.withUnsafeBufferPointer { elements in
      for index in elements.indices where elements[index].parameter >= 0 {
        values[index] = theta[elements[index].parameter]
      }
    }
    guard updateEffects() else { return false }

    return structure.elements.withUnsafeBufferPointer { elements in
      let b = effects.pointer
      let t = spread.pointer
      let g = g.pointer
      let h = h.pointer
      let s = sigma.pointer
      let a = values.pointer

      // T = S Bᵀ over the sources.
      t.update(repeating: 0, count: k * k)
      for index in structure.firstCovariance..<elements.count where elements[index].row >= ns {
        let i = elements[index].row - ns
        let j = elements[index].column - ns
        let value = a[index]
        if value == 0 { continue }
        for q in 0..<k { t[i + q * k] += value * b[q + j * k] }
        if i != j { for q in 0..<k { t[j + q * k] += value * b[q + i * k] } }
      }

      // G: effects of the sources on the observed variables; the constant's column is taken from the origin.
      g.update(repeating: 0, count: p * k)
      for index in 0..<structure.firstCovariance where elements[index].row < ns {
        let i = elements[index].row
        let j = elements[index].column - ns
        let value = a[index]
        for q in 0..<k { g[i + q * p] += value * b[j + q * k] }
      }
      for r in ns..<max(p, ns) {
        for q in 0..<k { g[r + q * p] = b[r - ns + q * k] }
      }
      let constant = structure.constant
      if constant >= 0 {
        let column = g + (constant - ns) * p
        for i in 0..<structure.observedCount { column[i] -= origin[i] }
      }

      guard includingSigma else { return true }
      // H = G T, plus what sinks share with sources in S.
      Kernels.product(g, rows: p, inner: k, t, columns: k, into: h)
      for index in structure.firstCovariance..<elements.count
      where elements[index].row < ns && elements[index].column >= ns {
        let i = elements[index].row
        let j = elements[index].column - ns
        for q in 0..<k { h[i + q * p] += a[index] * b[q + j * k] }
      }

      // Σ column by column: sources copy H, sinks combine it.
      s.update(repeating: 0, count: p * p)
      for r in ns..<max(p, ns) { (s + r * p).update(from: h + (r - ns) * p, count: p) }
      for index in 0..<structure.firstCovariance where elements[index].row < ns {
        let target = s + elements[index].row * p
        let source = h + (elements[index].column - ns) * p
        let value = a[index]
        for r in 0..<p { target[r] += value * source[r] }
      }
      for index in structure.firstCovariance..<elements.count where elements[index].row < ns {
        let i = elements[index].row
        let j = elements[index].column
        let value = a[index]
        if j < ns {
          s[j + i * p] += value
          if i != j { s[i + j * p] += value }
        } else {
          let source = g + (j - ns) * p
          let target = s + i * p
          for r in 0..<p { target[r] += value * source[r] }
        }
      }
      if constant >= 0 {
        let means = h + (constant - ns) * p
        for i in 0..<structure.observedCount where origin[i] != 0 {
          let target = s + i * p
          let shift = origin[i]
          for r in 0..<p { target[r] -= shift * means[r] }
        }
      }
      return true
    }
  }

  /// C = B T over the sources (second moments where there is a constant), into sourceCount² numbers.
  package func totalCovariance(into c: UnsafeMutablePointer<Double>) {
    let k = structure.sourceCount
    Kernels.product(effects.pointer, rows: k, inner: k, spread.pointer, columns: k, into: c)
  }

  /// B over the sources: by substitution without loops, by elimination with loops.
  private func updateEffects() -> Bool {
    let ns = structure.sinkCount
    let k = structure.sourceCount
    let b = effects.pointer
    b.update(repeating: 0, count: k * k)
    for i in 0..<k { b[i + i * k] = 1 }
    return structure.elements.withUnsafeBufferPointer { elements in
      structure.sourcePaths.withUnsafeBufferPointer { paths in
        for index in paths {
          let i = elements[index].row - ns
          let j = elements[index].column - ns
          if structure.hasLoops {
            b[i + j * k] -= values[index]
          } else {
            let value = values[index]
            for q in 0..<k { b[i + q * k] += value * b[j + q * k] }
          }
        }
        return structure.hasLoops ? Kernels.invertInPlace(b, order: k, pivots: pivots) : true
      }
    }
  }
}
