internal import SEMNumerics

/// One factor alone, and factors together.
extension StartingValues {
  /// What a variable outside a factor counts beside its own indicators: by itself it says little, there are many of them,
  /// and they say the same; yet where the model does not hold the minimum heeds them. 0.1 to 0.3 do about as well.
  private static let outsideShare = 0.15
  /// The sum of squared correlations with the anchor below which triads say nothing.
  private static let leastStrength = 1e-3

  /// Adds the loadings of one factor, in the order of its rows, and returns its variance.
  ///
  /// - Parameters:
  ///   - number: The factor's place among those that are estimated together.
  ///   - covariance: The covariances that are left to explain.
  ///   - deviation: The variables' standard deviations, 0 where they are not known.
  ///   - sharesIndicators: Whether other factors have its indicators, so that only these tell about it.
  ///   - placeOf: The indicators' places.
  ///   - scratch: A number for each variable.
  func oneFactor(
    _ factor: Int, number: Int, _ covariance: Matrix, _ deviation: NumberSlice, sharesIndicators: Bool,
    _ placeOf: [Int], _ scratch: NumberSlice, _ lambda: inout [Loading]
  ) -> Double {
    let members = members(of: factor)
    let q = members.count
    let first = lambda.count
    // The indicator that carries the scale: the first with a fixed loading other than 0, else the first.
    let anchorMember = members.first { loading($0).free == 0 && loading($0).fixed != 0 } ?? members.lowerBound
    let anchor = loading(anchorMember)
    let a = anchor.right
    // What other variables say of a second-order factor goes through one of its indicators; of an orthogonal one they say
    // nothing.
    let usesOthers =
      q <= 2
      || !sharesIndicators && !hasOrthogonalFactors
        && members.allSatisfy { loading($0).right < observedCount }
    for k in 0..<scratch.count { scratch[k] = 0 }
    let fixedVariance = fixedCovariance(factor, factor)
    return covariance.elements.withUnsafeBufferPointer { s in
      guard let s = s.baseAddress else { return 1 }
      let m = scratch.count
      let column = s + a * m
      func use(_ k: Int, _ share: Double) {
        if k != a, deviation[k] > 0 { scratch[k] = share * column[k] / (deviation[k] * deviation[k]) }
      }
      if usesOthers { for k in 0..<observedCount { use(k, q <= 2 ? 1 : Self.outsideShare) } }
      for member in members { use(loading(member).right, 1) }

      // Loadings relative to the anchor in the metric of correlations.
      let square = Kernels.dot(column, scratch.pointer, count: m)
      for member in members {
        let j = loading(member).right
        var value = 1.0
        if j != a {
          let numerator = Kernels.dot(s + j * m, scratch.pointer, count: m) - s[j + j * m] * scratch[j]
          let denominator = square - column[j] * scratch[j]
          let isDetermined = denominator > Self.leastStrength * deviation[a] * deviation[a]
          value = isDetermined ? numerator * deviation[a] / (denominator * deviation[j]) : .nan
          if !value.isFinite || value.magnitude > 4 || value.magnitude < 0.05 {
            value = column[j] < 0 ? -1 : 1
          }
        }
        lambda.append(
          Loading(row: loadingRows[member], indicator: placeOf[j], factor: number, value: value))
      }
      // The anchor's share of variance: r = relativeⱼ relativeₖ · share, by least squares over pairs.
      var numerator = 0.0
      var denominator = 0.0
      var largest = 0.0
      for x in 0..<q {
        let j = loading(members.lowerBound + x).right
        let relative = lambda[first + x].value
        largest = max(largest, relative.magnitude)
        for y in 0..<x {
          let k = loading(members.lowerBound + y).right
          let product = relative * lambda[first + y].value
          let scale = deviation[j] * deviation[k]
          if scale > 0 { numerator += product * s[j + k * m] / scale }
          denominator += product * product
        }
      }
      var share = denominator > 0 ? numerator / denominator : 1 - Self.leastShare
      if q == 1, let fixed = fixedCovariance(a, a) {
        share = 1 - fixed / max(deviation[a] * deviation[a], .leastNormalMagnitude)
        if share <= 0 { share = 1 }
      } else {
        share = min(max(share, 0.05), (1 - Self.leastShare) / (largest * largest))
      }

      // Back to the variables' units: the anchor's loading sets the scale of the factor.
      let commonSD = share.squareRoot() * deviation[a]
      let anchorLoading: Double
      if anchor.free == 0, anchor.fixed != 0 {
        anchorLoading = anchor.fixed
      } else if let start = anchor.start, start != 0 {
        anchorLoading = start
      } else {
        anchorLoading = commonSD / max(fixedVariance ?? 1, .leastNormalMagnitude).squareRoot()
      }
      let unit = anchorLoading / max(deviation[a], .leastNormalMagnitude)
      for x in 0..<q {
        let row = loading(members.lowerBound + x)
        let estimate = lambda[first + x].value * deviation[row.right] * unit
        lambda[first + x].value = row.free == 0 ? row.fixed : row.start ?? estimate
      }
      return fixedVariance ?? commonSD * commonSD / (anchorLoading * anchorLoading)
    }
  }

  /// Covariances of factors among themselves and with what is known, through L = (Λᵀ D⁻¹ Λ)⁻¹ Λᵀ D⁻¹; makes the
  /// factors known.
  ///
  /// Without cross loadings L has one weight for each indicator; zeros are skipped.
  mutating func addCovariances(
    of factors: [Int], indicators: [Int], lambda: [Loading], phi: NumberSlice, theta: NumberSlice,
    deviation: NumberSlice
  ) {
    let f = factors.count
    let m = variableCount
    var slices = NumberSlices(capacity: f * (indicators.count + m + 2 * f))
    let weights = slices.take(f * indicators.count)
    let gram = slices.take(f * f)
    fill(weights, gram, factorCount: f, indicators: indicators, lambda: lambda)
    // (Σ - Θ) Lᵀ, a column for each factor, and L (Σ - Θ) Lᵀ.
    let cross = slices.take(f * m)
    let between = slices.take(f * f)
    let memory = slices.buffer
    covariance.elements.withUnsafeBufferPointer { covariance in
      for (r, i) in indicators.enumerated() {
        for a in 0..<f where weights[a + r * f] != 0 {
          let weight = weights[a + r * f]
          for v in 0..<m { cross[v + a * m] += weight * covariance[v + i * m] }
          cross[i + a * m] -= weight * theta[r]
        }
      }
    }
    for (r, i) in indicators.enumerated() {
      for b in 0..<f where weights[b + r * f] != 0 {
        for a in 0..<f { between[a + b * f] += cross[i + a * m] * weights[b + r * f] }
      }
    }
    for (a, factor) in factors.enumerated() {
      // Far from the limits of correlations, so that Σ stays positive definite.
      let factorDeviation = phi[a].squareRoot()
      covariance.elements.withUnsafeMutableBufferPointer { covariance in
        covariance[factor + factor * m] = phi[a]
        for v in 0..<m where variables[v].isKnown {
          let limit = 0.9 * factorDeviation * deviation[v]
          let value = min(max(cross[v + a * m], -limit), limit)
          covariance[factor + v * m] = value
          covariance[v + factor * m] = value
        }
      }
      for b in 0..<a {
        let limit = 0.85 * (phi[a] * phi[b]).squareRoot()
        let estimate = 0.5 * (between[a + b * f] + between[b + a * f])
        let value = fixedCovariance(factor, factors[b]) ?? min(max(estimate, -limit), limit)
        covariance[factor, factors[b]] = value
        covariance[factors[b], factor] = value
      }
    }
    for factor in factors { variables[factor].isKnown = true }
    withExtendedLifetime(memory) {}
  }

  /// L, factors × indicators column by column, over zeros; zeros where Λᵀ D⁻¹ Λ, for which `gram` is memory, is singular.
  private func fill(
    _ weights: NumberSlice, _ gram: NumberSlice, factorCount f: Int, indicators: [Int], lambda: [Loading]
  ) {
    for loading in lambda {
      let variable = indicators[loading.indicator]
      weights[loading.factor + loading.indicator * f] =
        loading.value / max(covariance[variable, variable], .leastNormalMagnitude)
    }
    for loading in lambda {
      for a in 0..<f where weights[a + loading.indicator * f] != 0 {
        gram[a + loading.factor * f] += weights[a + loading.indicator * f] * loading.value
      }
    }
    var isDiagonal = true
    for a in 0..<f {
      gram[a + a * f] *= 1 + 1e-8
      if !(gram[a + a * f] > 0) { isDiagonal = false }
      for b in 0..<f where b != a && gram[b + a * f] != 0 { isDiagonal = false }
    }
    if isDiagonal {
      for loading in lambda {
        weights[loading.factor + loading.indicator * f] /= gram[loading.factor + loading.factor * f]
      }
    } else if Kernels.choleskyInPlace(gram.pointer, order: f) {
      for r in indicators.indices { Kernels.solve(factor: gram.pointer, order: f, weights.pointer + r * f) }
    } else {
      for index in 0..<weights.count { weights[index] = 0 }
    }
  }
}
