internal import SEMNumerics

extension PatternLikelihood {
  /// The directions of a pattern's missing information at the last point, each a column of `order` numbers.
  ///
  /// By P the columns u are U and the weight of the pattern is P - U Uᵀ; otherwise u are those of Y with Σ⁺_oo⁻¹ = Y Yᵀ.
  /// The columns z, where asked for, are Σ⁺_oo⁻¹ R. All are zero where they have no part.
  /// - Returns: The number of columns of u.
  func directions(
    of layout: Layout, u: UnsafeMutablePointer<Double>, z: UnsafeMutablePointer<Double>?
  ) -> Int {
    places.withUnsafeBufferPointer { places in
      layout.isDirect
        ? directDirections(layout, places, u: u, z: z) : precisionDirections(layout, places, u: u, z: z)
    }
  }

  private func precisionDirections(
    _ layout: Layout, _ places: UnsafeBufferPointer<Int>, u: UnsafeMutablePointer<Double>,
    z: UnsafeMutablePointer<Double>?
  ) -> Int {
    let n = order
    let o = layout.observedCount
    let m = layout.missingCount
    let l = small.pointer
    let w = precision.pointer
    let b = cross.pointer
    for j in 0..<m {
      let column = w + places[layout.missingStart + j] * n
      for i in j..<m { l[i + j * m] = column[places[layout.missingStart + i]] }
      for i in 0..<o { b[i + j * o] = column[places[layout.observedStart + i]] }
    }
    guard Kernels.choleskyInPlace(l, order: m) else { return 0 }
    halfSolveRows(b, rows: o, factor: l, order: m)
    u.update(repeating: 0, count: n * m)
    for j in 0..<m {
      let target = u + j * n
      for i in 0..<o { target[places[layout.observedStart + i]] = b[i + j * o] }
      for i in j..<m { target[places[layout.missingStart + i]] = l[i + j * m] }
    }
    guard let z else { return m }
    z.update(repeating: 0, count: n * layout.rank)
    for k in 0..<layout.rank {
      let column = factors.pointer + layout.factorStart + k * n
      let target = z + k * n
      for j in 0..<n where column[j] != 0 {
        let value = column[j]
        let source = w + j * n
        for i in 0..<n { target[i] += value * source[i] }
      }
      for j in 0..<m {
        let value = Kernels.dot(u + j * n, column, count: n)
        let source = u + j * n
        for i in 0..<n { target[i] -= value * source[i] }
      }
      // Exactly, not up to rounding.
      for j in 0..<m { target[places[layout.missingStart + j]] = 0 }
    }
    return m
  }

  private func directDirections(
    _ layout: Layout, _ places: UnsafeBufferPointer<Int>, u: UnsafeMutablePointer<Double>,
    z: UnsafeMutablePointer<Double>?
  ) -> Int {
    let n = order
    let o = layout.observedCount
    let l = small.pointer
    gather(sigma.pointer, places.baseAddress.map { $0 + layout.observedStart }, o, into: l)
    guard Kernels.choleskyInPlace(l, order: o) else { return 0 }
    // Y = L⁻ᵀ: its rows are the rows of I solved by L.
    let y = cross.pointer
    y.update(repeating: 0, count: o * o)
    for i in 0..<o { y[i + i * o] = 1 }
    halfSolveRows(y, rows: o, factor: l, order: o)
    u.update(repeating: 0, count: n * o)
    for j in 0..<o {
      let target = u + j * n
      for i in 0..<o { target[places[layout.observedStart + i]] = y[i + j * o] }
    }
    guard let z else { return o }
    z.update(repeating: 0, count: n * layout.rank)
    let solved = regression.pointer
    for k in 0..<layout.rank {
      let factor = factors.pointer + layout.factorStart + k * n
      for i in 0..<o { solved[i] = factor[places[layout.observedStart + i]] }
      Kernels.solve(factor: l, order: o, solved)
      for i in 0..<o { z[k * n + places[layout.observedStart + i]] = solved[i] }
    }
    return o
  }

  /// b ← b L⁻ᵀ.
  @inline(__always)
  private func halfSolveRows(
    _ b: UnsafeMutablePointer<Double>, rows: Int, factor l: UnsafePointer<Double>, order m: Int
  ) {
    for j in 0..<m {
      let target = b + j * rows
      for k in 0..<j {
        let value = l[j + k * m]
        let column = b + k * rows
        for i in 0..<rows { target[i] -= value * column[i] }
      }
      let scale = 1 / l[j + j * m]
      for i in 0..<rows { target[i] *= scale }
    }
  }

  /// Σ⁺_oo⁻¹ of a pattern, embedded into `order²` numbers with zeros for what is missing.
  func weight(of layout: Layout, u: UnsafeMutablePointer<Double>, into w: UnsafeMutablePointer<Double>) {
    let n = order
    let count = layout.missingCount == 0 ? 0 : directions(of: layout, u: u, z: nil)
    if layout.isDirect {
      w.update(repeating: 0, count: n * n)
    } else {
      w.update(from: precision.pointer, count: n * n)
    }
    let sign = layout.isDirect ? 1.0 : -1.0
    for k in 0..<count {
      let column = u + k * n
      for j in 0..<n {
        let value = sign * column[j]
        if value == 0 { continue }
        for i in 0..<n { w[i + j * n] += value * column[i] }
      }
    }
    guard !layout.isDirect else { return }
    for k in 0..<layout.missingCount {
      let place = places[layout.missingStart + k]
      for i in 0..<n {
        w[i + place * n] = 0
        w[place + i * n] = 0
      }
    }
  }
}
