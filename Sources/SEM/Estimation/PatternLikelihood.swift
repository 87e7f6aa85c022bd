internal import SEMNumerics

/// The normal discrepancy of incomplete rows as a function of one augmented moment matrix, with its derivatives.
///
/// With Σ⁺ the moment matrix of all variables and a constant (row and column of the means, see ``BlockStructure``), o the
/// variables observed in pattern q and the constant, and M_q the pattern's moments,
///
///     F(Σ⁺) = Σ_q f_q [ log|Σ⁺_oo| + tr(M_q Σ⁺_oo⁻¹) - 1 ],   f_q = n_q / n
///
/// (Finkbeiner 1979; Arbuckle 1996). With P = (Σ⁺)⁻¹ and m the missing variables no pattern needs Σ⁺_oo⁻¹:
///
///     log|Σ⁺_oo| = log|Σ⁺| + log|P_mm|      Σ⁺_oo⁻¹ = P_oo - P_om P_mm⁻¹ P_mo = P - U Uᵀ,   U = P_·m L⁻ᵀ,  P_mm = L Lᵀ
///
/// and the gradient is that of complete data at expected moments, ∂F/∂Σ⁺ = Q = P - P T P (Dempster, Laird and Rubin 1977;
/// Fisher's identity in Louis 1982), where T holds what is observed and, for what is missing, its regression on what is
/// observed plus P_mm⁻¹. Only the blocks T_om and T_mm depend on Σ⁺: a pattern costs O(o m² + o m r) with r the rank of
/// its moments, not O(p³), and a complete pattern costs nothing. Patterns of which little is observed take Σ⁺_oo⁻¹ itself.
///
/// Everything is allocated once; one object serves one thread.
package final class PatternLikelihood {
  typealias Layout = PatternLayout.Pattern

  /// The patterns.
  let layout: PatternLayout
  /// The order of Σ⁺: the variables and the constant.
  let order: Int
  /// P.
  let precision: NumberBuffer
  let factors, products: NumberBuffer
  /// T of the patterns that go by P.
  private let expected: NumberBuffer
  /// Σ f_q (Σ⁺_oo⁻¹ - Σ⁺_oo⁻¹ M_q Σ⁺_oo⁻¹) of the others.
  private let direct: NumberBuffer
  /// Σ f_q Σ⁺_oo⁻¹ of the others.
  private let directWeight: NumberBuffer
  /// Σ f_q P_mm⁻¹ over the patterns that go by P.
  private let missingCovariance: NumberBuffer
  /// Σ⁺ at the last point.
  let sigma: NumberBuffer
  private let scratch: NumberBuffer
  let small: NumberBuffer
  let cross: NumberBuffer
  let regression: NumberBuffer
  private let reduced: NumberBuffer
  /// P_mm⁻¹ of the patterns at hand.
  private let covariances: NumberBuffer
  private let lanes: UnsafeMutablePointer<SIMD8<Double>>
  /// Above this order a matrix is inverted alone.
  private static let laneOrder = 24

  var layouts: [Layout] { layout.patterns }
  var places: [Int] { layout.places }
  /// The sum of the shares of the patterns that go by P.
  var precisionShare: Double { layout.precisionShare }
  /// The most columns that directions of a pattern can have.
  var widest: (u: Int, z: Int) { layout.widest }
  private var hasDirect: Bool { layout.hasDirect }

  /// Makes the evaluator.
  init(_ layout: PatternLayout) {
    self.layout = layout
    let n = layout.order
    order = n
    factors = layout.factors
    products = layout.products
    precision = NumberBuffer(count: n * n)
    expected = NumberBuffer(count: n * n)
    direct = NumberBuffer(count: layout.hasDirect ? n * n : 0)
    directWeight = NumberBuffer(count: layout.hasDirect ? n * n : 0)
    missingCovariance = NumberBuffer(count: n * n)
    sigma = NumberBuffer(count: n * n)
    scratch = NumberBuffer(count: n * n)
    small = NumberBuffer(count: n * n)
    cross = NumberBuffer(count: n * n)
    regression = NumberBuffer(count: n * n)
    reduced = NumberBuffer(count: 2 * n)
    let most = layout.patterns.reduce(0) { max($0, $1.missingCount) }
    let laneOrder = min(most, Self.laneOrder)
    covariances = NumberBuffer(count: max(most * most, LaneKernels.count * laneOrder * laneOrder))
    lanes = .allocate(capacity: max(1, laneOrder * laneOrder))
    lanes.initialize(repeating: .zero, count: max(1, laneOrder * laneOrder))
  }

  deinit { lanes.deallocate() }

  /// F at Σ⁺ (order², both triangles), or `nil` where Σ⁺ is not positive definite.
  ///
  /// Leaves behind what ``residual(into:)``, ``expectedMoments(into:)`` and the directions of patterns need.
  /// - Complexity: O(p³ + Σ_q o m (m + r)); no allocation.
  package func value(at point: UnsafePointer<Double>) -> Double? {
    let n = order
    sigma.pointer.update(from: point, count: n * n)
    let w = precision.pointer
    w.update(from: point, count: n * n)
    guard Kernels.choleskyInPlace(w, order: n) else { return nil }
    var sum = precisionShare * Kernels.logDeterminant(factor: w, order: n)
    Kernels.invertFactorInPlace(w, order: n)
    sum += Kernels.dot(layout.fixedMoments.pointer, w, count: n * n)
    scratch.fill(0)
    missingCovariance.fill(0)
    if hasDirect {
      direct.fill(0)
      directWeight.fill(0)
    }
    let isDefined = layout.patterns.withUnsafeBufferPointer { layouts in
      layout.places.withUnsafeBufferPointer { places in
        var first = 0
        while first < layouts.count {
          if layouts[first].missingCount == 0 {
            first += 1
          } else if layouts[first].isDirect {
            guard let term = addDirect(layouts[first], places) else { return false }
            sum += layouts[first].share * term
            first += 1
          } else {
            let end = self.endOfRun(layouts, from: first)
            let c = covariances.pointer
            guard let logarithms = invertMissing(layouts, places, first..<end, into: c) else { return false }
            let m = layouts[first].missingCount
            for index in first..<end {
              let trace = addExpected(layouts[index], places, covariance: c + (index - first) * m * m)
              sum += layouts[index].share * (logarithms[index - first] - trace)
            }
            first = end
          }
        }
        return true
      }
    }
    guard isDefined else { return nil }
    for j in 0..<n {
      for i in 0...j {
        let (upper, lower) = (i + j * n, j + i * n)
        let c = missingCovariance[upper] + missingCovariance[lower]
        missingCovariance[upper] = c
        missingCovariance[lower] = c
        let t = layout.fixedMoments[upper] + scratch[upper] + scratch[lower] + c
        expected[upper] = t
        expected[lower] = t
      }
    }
    return sum - 1
  }

  /// Where a run of patterns ends that are factored together: eight at most, which miss equally many variables.
  func endOfRun(_ layouts: UnsafeBufferPointer<Layout>, from first: Int) -> Int {
    let m = layouts[first].missingCount
    guard m <= Self.laneOrder else { return first + 1 }
    var end = first + 1
    while end < min(layouts.count, first + LaneKernels.count), layouts[end].missingCount == m { end += 1 }
    return end
  }

  /// P_mm⁻¹ of a run of patterns at the last point, m² numbers each; both triangles.
  ///
  /// - Returns: log|P_mm| of each; `nil` where a matrix has no factor.
  func invertMissing(
    _ layouts: UnsafeBufferPointer<Layout>, _ places: UnsafeBufferPointer<Int>, _ run: Range<Int>,
    into c: UnsafeMutablePointer<Double>
  ) -> SIMD8<Double>? {
    let n = order
    let m = layouts[run.lowerBound].missingCount
    if m > Self.laneOrder {
      let missing = layouts[run.lowerBound].missingStart
      for j in 0..<m {
        let column = precision.pointer + places[missing + j] * n
        for i in j..<m { c[i + j * m] = column[places[missing + i]] }
      }
      guard Kernels.choleskyInPlace(c, order: m) else { return nil }
      let logarithm = Kernels.logDeterminant(factor: c, order: m)
      Kernels.invertFactorInPlace(c, order: m)
      return SIMD8(repeating: logarithm)
    }
    let width = LaneKernels.count
    let numbers = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Double.self)
    for lane in 0..<width {
      // Lanes without a pattern repeat the last one.
      let missing = layouts[min(run.lowerBound + lane, run.upperBound - 1)].missingStart
      for j in 0..<m {
        let column = precision.pointer + places[missing + j] * n
        for i in j..<m { numbers[(i + j * m) * width + lane] = column[places[missing + i]] }
      }
    }
    guard let logarithms = LaneKernels.invertInPlace(lanes, order: m) else { return nil }
    for lane in 0..<run.count {
      let target = c + lane * m * m
      for j in 0..<m {
        for i in j..<m {
          let value = numbers[(i + j * m) * width + lane]
          target[i + j * m] = value
          target[j + i * m] = value
        }
      }
    }
    return logarithms
  }

  /// tr(P_mm⁻¹ P_mo M P_om) of one pattern with C = P_mm⁻¹; adds T_om, and half of T_mm, to the columns of m of `scratch`,
  /// with half of C apart.
  @inline(__always)
  private func addExpected(
    _ layout: Layout, _ places: UnsafeBufferPointer<Int>, covariance c: UnsafePointer<Double>
  ) -> Double {
    let m = layout.missingCount
    let missing = layout.missingStart
    let f = layout.share
    for j in 0..<m {
      let target = missingCovariance.pointer + places[missing + j] * order
      for i in 0..<j { target[places[missing + i]] += f * c[i + j * m] }
      target[places[missing + j]] += 0.5 * f * c[j + j * m]
    }
    return layout.productStart < 0
      ? addByFactor(layout, places, covariance: c) : addByProduct(layout, places, covariance: c)
  }

  /// With v = C P_mo R the expected values of what is missing are -v: adds -R vᵀ and half of v vᵀ.
  @inline(__always)
  private func addByFactor(
    _ layout: Layout, _ places: UnsafeBufferPointer<Int>, covariance c: UnsafePointer<Double>
  ) -> Double {
    let n = order
    let m = layout.missingCount
    let missing = layout.missingStart
    let f = layout.share
    let v = reduced.pointer
    var trace = 0.0
    for k in 0..<layout.rank {
      let factor = factors.pointer + layout.factorStart + k * n
      let solved = v + m
      for j in 0..<m {
        v[j] = Kernels.dot(factor, precision.pointer + places[missing + j] * n, count: n)
      }
      for j in 0..<m {
        var sum = 0.0
        for i in 0..<m { sum += c[i + j * m] * v[i] }
        solved[j] = sum
        trace += v[j] * sum
      }
      for j in 0..<m {
        let target = scratch.pointer + places[missing + j] * n
        let value = f * solved[j]
        Kernels.add(-value, factor, count: n, to: target)
        for i in 0..<j { target[places[missing + i]] += value * solved[i] }
        target[places[missing + j]] += 0.5 * value * solved[j]
      }
    }
    return trace
  }

  /// The same from M itself: with b = P_om C adds -M b and half of bᵀ M b.
  private func addByProduct(
    _ layout: Layout, _ places: UnsafeBufferPointer<Int>, covariance c: UnsafePointer<Double>
  ) -> Double {
    let n = order
    let o = layout.observedCount
    let m = layout.missingCount
    let w = cross.pointer
    let mb = w + o * m
    let b = regression.pointer
    for j in 0..<m {
      let column = precision.pointer + places[layout.missingStart + j] * n
      for i in 0..<o { w[i + j * o] = column[places[layout.observedStart + i]] }
    }
    for j in 0..<m {
      let target = b + j * o
      for i in 0..<o { target[i] = c[j * m] * w[i] }
      for k in 1..<max(m, 1) {
        let value = c[k + j * m]
        let column = w + k * o
        for i in 0..<o { target[i] += value * column[i] }
      }
    }
    Kernels.multiply(symmetric: products.pointer + layout.productStart, order: o, b, columns: m, into: mb)
    var trace = 0.0
    for j in 0..<m {
      let target = scratch.pointer + places[layout.missingStart + j] * n
      for i in 0...j {
        let value = layout.share * Kernels.dot(b + i * o, mb + j * o, count: o)
        target[places[layout.missingStart + i]] += i == j ? 0.5 * value : value
      }
      let source = mb + j * o
      trace += Kernels.dot(source, w + j * o, count: o)
      for i in 0..<o { target[places[layout.observedStart + i]] -= layout.share * source[i] }
    }
    return trace
  }

  /// log|Σ⁺_oo| + tr(M Σ⁺_oo⁻¹) of one pattern; adds its part to `direct`.
  private func addDirect(_ layout: Layout, _ places: UnsafeBufferPointer<Int>) -> Double? {
    let n = order
    let o = layout.observedCount
    let w = small.pointer
    gather(sigma.pointer, places.baseAddress.map { $0 + layout.observedStart }, o, into: w)
    guard Kernels.choleskyInPlace(w, order: o) else { return nil }
    let logDeterminant = Kernels.logDeterminant(factor: w, order: o)
    Kernels.invertFactorInPlace(w, order: o)
    var trace = 0.0
    let z = cross.pointer
    let f = layout.share
    for k in 0..<layout.rank {
      let factor = factors.pointer + layout.factorStart + k * n
      let column = regression.pointer
      for i in 0..<o { column[i] = factor[places[layout.observedStart + i]] }
      Kernels.multiply(symmetric: w, order: o, column, columns: 1, into: z)
      trace += Kernels.dot(column, z, count: o)
      for j in 0..<o {
        let target = direct.pointer + places[layout.observedStart + j] * n
        let value = f * z[j]
        for i in 0..<o { target[places[layout.observedStart + i]] -= value * z[i] }
      }
    }
    for j in 0..<o {
      let start = places[layout.observedStart + j] * n
      for i in 0..<o {
        let place = start + places[layout.observedStart + i]
        direct[place] += f * w[i + j * o]
        directWeight[place] += f * w[i + j * o]
      }
    }
    return logDeterminant + trace
  }

  func gather(
    _ matrix: UnsafePointer<Double>, _ places: UnsafePointer<Int>?, _ count: Int,
    into target: UnsafeMutablePointer<Double>
  ) {
    guard let places else { return }
    for j in 0..<count {
      let column = matrix + places[j] * order
      for i in 0..<count { target[i + j * count] = column[places[i]] }
    }
  }

  /// Q = ∂F/∂Σ⁺ at the last point, order²; for all patterns and, separately, for those that go by P.
  package func residual(
    into q: UnsafeMutablePointer<Double>, byPrecision part: UnsafeMutablePointer<Double>? = nil
  ) {
    let n = order
    Kernels.congruence(
      symmetric: precision.pointer, expected.pointer, order: n, scratch: scratch.pointer, into: q)
    for i in 0..<(n * n) { q[i] = precisionShare * precision[i] - q[i] }
    part?.update(from: q, count: n * n)
    if hasDirect { for i in 0..<(n * n) { q[i] += direct[i] } }
  }

  /// Σ f_q Σ⁺_oo⁻¹ at the last point, order²: the average inverse of the observed moment matrices.
  func averageWeight(into w: UnsafeMutablePointer<Double>) {
    subtractMissing(1, into: w)
    if hasDirect { for i in 0..<(order * order) { w[i] += directWeight[i] } }
  }

  /// f P - `factor` Σ f_q P C_q P at the last point, order², with C_q = P_mm⁻¹, over the patterns that go by P.
  func subtractMissing(_ factor: Double, into w: UnsafeMutablePointer<Double>) {
    let n = order
    Kernels.congruence(
      symmetric: precision.pointer, missingCovariance.pointer, order: n, scratch: scratch.pointer, into: w)
    for i in 0..<(n * n) { w[i] = precisionShare * precision[i] - factor * w[i] }
  }

  /// The expectation of the complete data's moments given what is observed, order²: one step of EM gives it to Σ⁺.
  package func expectedMoments(into t: UnsafeMutablePointer<Double>) {
    let n = order
    t.update(from: expected.pointer, count: n * n)
    guard hasDirect else { return }
    // f Σ - Σ Q Σ for the patterns that have no T.
    Kernels.congruence(
      symmetric: sigma.pointer, direct.pointer, order: n, scratch: scratch.pointer, into: small.pointer)
    for i in 0..<(n * n) { t[i] += (1 - precisionShare) * sigma[i] - small[i] }
  }

  /// The columns of R of a pattern with the expected values -C P_mo R in the gaps, order × rank, given C = P_mm⁻¹.
  ///
  /// - Complexity: O(p m r).
  func complete(
    _ layout: Layout, _ places: UnsafeBufferPointer<Int>, covariance c: UnsafePointer<Double>,
    into columns: UnsafeMutablePointer<Double>
  ) {
    let n = order
    let m = layout.missingCount
    let missing = layout.missingStart
    let v = reduced.pointer
    for k in 0..<layout.rank {
      let factor = factors.pointer + layout.factorStart + k * n
      let target = columns + k * n
      target.update(from: factor, count: n)
      for j in 0..<m { v[j] = Kernels.dot(factor, precision.pointer + places[missing + j] * n, count: n) }
      for j in 0..<m {
        var sum = 0.0
        for i in 0..<m { sum += c[i + j * m] * v[i] }
        target[places[missing + j]] = -sum
      }
    }
  }
}
