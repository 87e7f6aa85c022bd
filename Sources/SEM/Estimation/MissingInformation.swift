internal import SEMNumerics

/// The information that incomplete rows lack: the variance of the complete data's score given what is observed.
///
/// Of a pattern's complete data y yᵀ only the products with a missing variable vary. With C = P_mm⁻¹, zero outside of what
/// is missing, and M̂ the pattern's moments with expected values in the gaps, the curvature of ``PatternLikelihood`` by
/// two derivatives Σₐ and Σ_b of Σ⁺ lacks
///
///     Σ_q f_q tr[ A C_q B (C_q + 2 M̂_q) ],   A = P Σₐ P,  B = P Σ_b P
///
/// (Louis 1982, equation 3.2) of complete data's; the expected curvature lacks the same without M̂. So a pattern adds its
/// few products C_ij (C + 2 M̂)_kl to one matrix that serves all derivatives: O(m² p²) operations for m missing of p
/// variables instead of O(p⁴), and P enters once, after the sum.
///
/// Everything is allocated once; one object serves one thread.
final class MissingInformation {
  private let order: Int
  /// The number of elements of the lower triangle of Σ⁺.
  let length: Int
  /// The place of (row, column) with row ≥ column in the lower triangle by columns is `start[column] + row`.
  private let start: [Int]
  /// Σ f C_ij (C + 2 M̂)_kl: a row of `length` numbers for each (i, j), i ≥ j.
  private let products: NumberBuffer
  /// Σ f tr(Sₐ C S_b (C + 2 M̂)), Sₐ the symmetric unit matrices of the lower triangle; length², both triangles.
  private let spread: NumberBuffer
  /// C and the completed columns of some patterns, and C + 2 M̂ of one.
  private let covariances, columns, line: NumberBuffer
  /// Numbers of a line that are added at a time, so that the part of ``products`` at hand stays in the cache.
  private static let lineWidth = 64
  private static let batchSize = 1 << 14

  init(_ layout: PatternLayout) {
    let n = layout.order
    order = n
    length = n * (n + 1) / 2
    start = (0..<n).map { $0 * n - $0 * ($0 + 1) / 2 }
    products = NumberBuffer(count: length * length)
    spread = NumberBuffer(count: length * length)
    // Room for a batch and one run of patterns more, or for all of them.
    let needed = layout.patterns.reduce((c: 0, y: 0)) { sum, pattern in
      (c: sum.c + pattern.missingCount * pattern.missingCount, y: sum.y + n * pattern.rank)
    }
    covariances = NumberBuffer(count: min(needed.c, Self.batchSize + LaneKernels.count * n * n))
    columns = NumberBuffer(count: min(needed.y, Self.batchSize + LaneKernels.count * n * layout.widest.z))
    line = NumberBuffer(count: Self.lineWidth + n)
  }

  /// Sums over the patterns at the last point of their likelihood.
  ///
  /// - Returns: Whether every P_mm is positive definite.
  /// - Complexity: O(m² p²) for each pattern and O(p⁴).
  func form(_ likelihood: PatternLikelihood, _ kind: Curvature) -> Bool {
    products.fill(0)
    var waiting: [Waiting] = []
    waiting.reserveCapacity(256)
    var usedC = 0
    var usedY = 0
    return likelihood.places.withUnsafeBufferPointer { places in
      guard let base = places.baseAddress else { return true }
      let isDefined = likelihood.layouts.withUnsafeBufferPointer { layouts in
        var first = 0
        while first < layouts.count {
          let m = layouts[first].missingCount
          guard m > 0 else {
            first += 1
            continue
          }
          let end = likelihood.endOfRun(layouts, from: first)
          if usedC >= Self.batchSize || usedY >= Self.batchSize {
            add(waiting, kind)
            waiting.removeAll(keepingCapacity: true)
            usedC = 0
            usedY = 0
          }
          let c = covariances.pointer + usedC
          guard likelihood.invertMissing(layouts, places, first..<end, into: c) != nil else { return false }
          for index in first..<end {
            let layout = layouts[index]
            let own = c + (index - first) * m * m
            let y = columns.pointer + usedY
            if kind == .exact {
              likelihood.complete(layout, places, covariance: own, into: y)
              usedY += order * layout.rank
            }
            waiting.append(
              Waiting(
                share: layout.share, missing: base + layout.missingStart, count: m, covariance: own,
                columns: y,
                rank: layout.rank))
          }
          usedC += (end - first) * m * m
          first = end
        }
        return true
      }
      guard isDefined else { return false }
      add(waiting, kind)
      contract()
      return true
    }
  }

  /// A pattern whose products are still to be added.
  private struct Waiting {
    var share: Double
    var missing: UnsafePointer<Int>
    var count: Int
    var covariance: UnsafePointer<Double>
    var columns: UnsafePointer<Double>
    var rank: Int
  }

  private func add(_ waiting: [Waiting], _ kind: Curvature) {
    let n = order
    start.withUnsafeBufferPointer { start in
      if kind == .expected {
        for item in waiting { addCovariances(item, start) }
        return
      }
      var first = 0
      while first < n {
        var end = first
        var width = 0
        while end < n, width < Self.lineWidth {
          width += n - end
          end += 1
        }
        for item in waiting { addMoments(item, start, from: first, to: end, width) }
        first = end
      }
    }
  }

  /// C_ij C_kl.
  private func addCovariances(_ item: Waiting, _ start: UnsafeBufferPointer<Int>) {
    let (m, c, missing) = (item.count, item.covariance, item.missing)
    for j in 0..<m {
      for i in j..<m {
        let target = products.pointer + (start[missing[j]] + missing[i]) * length
        let factor = item.share * c[i + j * m]
        for l in 0..<m {
          let column = target + start[missing[l]]
          for k in l..<m { column[missing[k]] += factor * c[k + l * m] }
        }
      }
    }
  }

  /// C_ij (C + 2 M̂)_kl for the columns l of a range, which have `width` elements.
  @inline(__always)
  private func addMoments(
    _ item: Waiting, _ start: UnsafeBufferPointer<Int>, from first: Int, to end: Int, _ width: Int
  ) {
    let n = order
    let (m, c, missing) = (item.count, item.covariance, item.missing)
    let e = line.pointer
    let origin = start[first] + first
    for r in 0..<item.rank {
      let y = item.columns + r * n
      var target = e
      for l in first..<end {
        let factor = 2 * item.share * y[l]
        let count = n - l
        if r == 0 {
          for k in 0..<count { target[k] = factor * y[l + k] }
        } else {
          for k in 0..<count { target[k] += factor * y[l + k] }
        }
        target += count
      }
    }
    for l in 0..<m where missing[l] >= first && missing[l] < end {
      let target = e + (start[missing[l]] - origin)
      for k in l..<m { target[missing[k]] += item.share * c[k + l * m] }
    }
    for j in 0..<m {
      let rows = products.pointer + (start[missing[j]] * length + origin)
      for i in j..<m {
        let factor = c[i + j * m]
        Kernels.add(factor, e, count: width, to: rows + missing[i] * length)
      }
    }
  }

  /// tr(S_ij C S_kl E) = C_li E_jk + C_ki E_jl + C_lj E_ik + C_kj E_il, half of it where i = j, and again where k = l.
  private func contract() {
    let n = order
    let h = length
    let d = products.pointer
    let target = spread.pointer
    start.withUnsafeBufferPointer { start in
      @inline(__always)
      func place(_ i: Int, _ j: Int) -> Int { i >= j ? start[j] + i : start[i] + j }
      for l in 0..<n {
        for k in l..<n {
          let column = target + (start[l] + k) * h
          let outer = k == l ? 0.5 : 1
          for j in l..<n {
            let (jk, jl) = (place(j, k), place(j, l))
            let lj = d + jl * h
            let kj = d + jk * h
            for i in j..<n where j > l || i >= k {
              let (ik, il) = (place(i, k), place(i, l))
              let value = d[il * h + jk] + d[ik * h + jl] + lj[ik] + kj[il]
              column[start[j] + i] = (i == j ? 0.5 * outer : outer) * value
            }
          }
        }
      }
    }
    Kernels.mirrorLower(target, order: h)
  }

  /// Adds `factor` times the missing curvature by the elements of a model to the lower triangle of a
  /// `dimension × dimension` matrix.
  ///
  /// - Parameters:
  ///   - list: The elements of the model.
  ///   - targets: Where each element's numbers go; `nil` for its parameter.
  ///   - moments: The model's moments at the point of ``form(_:_:)``.
  ///   - precision: P.
  /// - Complexity: O(p⁴ t).
  func add(
    _ factor: Double, elements list: [BlockStructure.Element], targets: [Int]?, dimension t: Int,
    moments: MomentWorkspace, precision: UnsafePointer<Double>, into matrix: UnsafeMutablePointer<Double>
  ) {
    let n = order
    let h = length
    let ns = moments.structure.sinkCount
    let sources = moments.structure.sourceCount
    // P G, of a sink the column of P, and P H.
    let g = NumberBuffer(count: n * (ns + sources))
    let hs = NumberBuffer(count: n * sources)
    g.pointer.update(from: precision, count: n * ns)
    Kernels.product(
      symmetric: precision, order: n, moments.g.pointer, columns: sources, into: g.pointer + n * ns)
    Kernels.product(symmetric: precision, order: n, moments.h.pointer, columns: sources, into: hs.pointer)
    // The lower triangles of P Σₐ P.
    let slopes = NumberBuffer(count: h * t)
    for (index, element) in list.enumerated() {
      let u = g.pointer + element.row * n
      let v = element.kind == .path ? hs.pointer + (element.column - ns) * n : g.pointer + element.column * n
      let isSquare = element.kind == .covariance && element.row == element.column
      var target = slopes.pointer + (targets?[index] ?? element.parameter) * h
      for j in 0..<n {
        let (uj, vj) = (u[j], v[j])
        if isSquare {
          for i in j..<n { target[i - j] += u[i] * uj }
        } else {
          for i in j..<n { target[i - j] += u[i] * vj + v[i] * uj }
        }
        target += n - j
      }
    }
    let weighted = NumberBuffer(count: h * t)
    Kernels.product(spread.pointer, slopes.pointer, rows: h, h, t, into: weighted.pointer)
    let result = NumberBuffer(count: t * t)
    Kernels.product(transposed: slopes.pointer, weighted.pointer, rows: h, t, t, into: result.pointer)
    for j in 0..<t { for i in j..<t { matrix[i + j * t] += factor * result[i + j * t] } }
  }

  /// Turns the sums into the missing curvature by all elements of Σ⁺ itself, and returns it: length², both triangles.
  ///
  /// - Complexity: O(p⁵), in products of p × p matrices.
  func bySaturatedMoments(precision: UnsafePointer<Double>) -> NumberBuffer {
    // Rows, then columns: products serves as the first result.
    transform(spread.pointer, precision, into: products.pointer)
    transform(products.pointer, precision, into: spread.pointer)
    return spread
  }

  /// Of each column, the lower triangle of a linear function of symmetric matrices A, its values for A = P Sₐ P; transposed.
  private func transform(
    _ source: UnsafePointer<Double>, _ precision: UnsafePointer<Double>,
    into target: UnsafeMutablePointer<Double>
  ) {
    let n = order
    let h = length
    let (y, scratch, z) = (NumberBuffer(count: n * n), NumberBuffer(count: n * n), NumberBuffer(count: n * n))
    for b in 0..<h {
      var place = source + b * h
      for j in 0..<n {
        y[j + j * n] = place[0]
        for i in (j + 1)..<max(n, j + 1) {
          y[i + j * n] = 0.5 * place[i - j]
          y[j + i * n] = 0.5 * place[i - j]
        }
        place += n - j
      }
      Kernels.congruence(symmetric: precision, y.pointer, order: n, scratch: scratch.pointer, into: z.pointer)
      var row = 0
      for j in 0..<n {
        for i in j..<n {
          target[b + row * h] = i == j ? z[i + j * n] : 2 * z[i + j * n]
          row += 1
        }
      }
    }
    withExtendedLifetime((y, scratch, z)) {}
  }
}
