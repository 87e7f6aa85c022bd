internal import SEMNumerics

/// One factor alone, and factors together.
extension StartingValues {
  /// The loadings of one factor, in the order of its rows, and its variance.
  ///
  /// - Parameters:
  ///   - covariance: The covariances that are left to explain.
  ///   - deviation: The variables' standard deviations, 0 where they are not known.
  func oneFactor(_ factor: Int, _ covariance: Matrix, _ deviation: [Double]) -> (
    loadings: [Double], variance: Double
  ) {
    let members = Array(loadings(of: factor))
    let places = members.map { rows[$0].right }
    let sd = places.map { deviation[$0] }
    let q = members.count
    let fixedVariance = fixedCovariance(factor, factor)
    // The indicator that carries the scale: the first with a fixed loading other than 0, else the first.
    let anchor = members.indices.first { rows[members[$0]].free == 0 && rows[members[$0]].fixed != 0 } ?? 0

    // Correlations of the indicators with one another and, where they are too few, with all other variables.
    var others = places
    if q <= 2 { others += (0..<observedCount).filter { !places.contains($0) } }
    var correlation = [Double](repeating: 0, count: q * others.count)
    for (k, other) in others.enumerated() where deviation[other] > 0 {
      for j in 0..<q where sd[j] > 0 {
        correlation[j + k * q] =
          covariance.elements[places[j] + other * covariance.rowCount] / (sd[j] * deviation[other])
      }
    }
    let instruments = q > 2 ? 0..<q : q..<others.count

    // Loadings relative to the anchor in the metric of correlations.
    var relative = [Double](repeating: 1, count: q)
    for j in 0..<q where j != anchor {
      var numerator = 0.0
      var denominator = 0.0
      for k in instruments where k != j && k != anchor {
        numerator += correlation[j + k * q] * correlation[anchor + k * q]
        denominator += correlation[anchor + k * q] * correlation[anchor + k * q]
      }
      var value = denominator > 1e-3 ? numerator / denominator : .nan
      if !value.isFinite || value.magnitude > 4 || value.magnitude < 0.05 {
        value = correlation[j + anchor * q] < 0 ? -1 : 1
      }
      relative[j] = value
    }
    // The anchor's share of variance: r = relativeⱼ relativeₖ · share, by least squares over pairs.
    var numerator = 0.0
    var denominator = 0.0
    for j in 0..<q {
      for k in 0..<j {
        let product = relative[j] * relative[k]
        numerator += product * correlation[j + k * q]
        denominator += product * product
      }
    }
    let largest = relative.map(\.magnitude).max() ?? 1
    var share = denominator > 0 ? numerator / denominator : 1 - Self.leastShare
    if q == 1, let fixed = fixedCovariance(places[0], places[0]) {
      share = 1 - fixed / max(sd[0] * sd[0], .leastNormalMagnitude)
      if share <= 0 { share = 1 }
    } else {
      share = min(max(share, 0.05), (1 - Self.leastShare) / (largest * largest))
    }

    // Back to the variables' units: the anchor's loading sets the scale of the factor.
    let anchorRow = rows[members[anchor]]
    let commonSD = share.squareRoot() * sd[anchor]
    let anchorLoading: Double
    if anchorRow.free == 0, anchorRow.fixed != 0 {
      anchorLoading = anchorRow.fixed
    } else if let start = anchorRow.start, start != 0 {
      anchorLoading = start
    } else {
      anchorLoading = commonSD / max(fixedVariance ?? 1, .leastNormalMagnitude).squareRoot()
    }
    let variance = commonSD * commonSD / (anchorLoading * anchorLoading)
    let found = members.indices.map { j -> Double in
      let row = rows[members[j]]
      let estimate = anchorLoading * relative[j] * sd[j] / max(sd[anchor], .leastNormalMagnitude)
      return row.free == 0 ? row.fixed : row.start ?? estimate
    }
    return (found, fixedVariance ?? variance)
  }

  /// Covariances of factors among themselves and with what is known, through L = (Λᵀ D⁻¹ Λ)⁻¹ Λᵀ D⁻¹; makes the
  /// factors known.
  ///
  /// Without cross loadings L has one weight for each indicator; zeros are skipped.
  mutating func addCovariances(
    of factors: [Int], indicators: [Int], lambda: [Loading], phi: [Double], theta: [Double],
    deviation: [Double]
  ) {
    let f = factors.count
    let m = variableCount
    let weights = self.weights(factorCount: f, indicators: indicators, lambda: lambda)
    let known = isKnown.indices.filter { isKnown[$0] }
    // L (Σ - Θ), for the known variables as columns, and L (Σ - Θ) Lᵀ.
    var cross = [Double](repeating: 0, count: f * m)
    var between = [Double](repeating: 0, count: f * f)
    covariance.elements.withUnsafeBufferPointer { covariance in
      cross.withUnsafeMutableBufferPointer { cross in
        for (r, i) in indicators.enumerated() {
          for a in 0..<f where weights[a + r * f] != 0 {
            let weight = weights[a + r * f]
            for v in known { cross[a + v * f] += weight * covariance[v + i * m] }
            cross[a + i * f] -= weight * theta[r]
          }
        }
      }
    }
    for (r, i) in indicators.enumerated() {
      for b in 0..<f where weights[b + r * f] != 0 {
        for a in 0..<f { between[a + b * f] += cross[a + i * f] * weights[b + r * f] }
      }
    }
    for (a, factor) in factors.enumerated() {
      covariance[factor, factor] = phi[a]
      isKnown[factor] = true
      // Far from the limits of correlations, so that Σ stays positive definite.
      let factorDeviation = phi[a].squareRoot()
      for v in known {
        let limit = 0.9 * factorDeviation * deviation[v]
        let value = min(max(cross[a + v * f], -limit), limit)
        covariance.elements[factor + v * m] = value
        covariance.elements[v + factor * m] = value
      }
      for b in 0..<a {
        let limit = 0.85 * (phi[a] * phi[b]).squareRoot()
        let estimate = 0.5 * (between[a + b * f] + between[b + a * f])
        let value = fixedCovariance(factor, factors[b]) ?? min(max(estimate, -limit), limit)
        covariance[factor, factors[b]] = value
        covariance[factors[b], factor] = value
      }
    }
  }

  /// L, factors × indicators column by column; zeros where Λᵀ D⁻¹ Λ is singular.
  private func weights(factorCount f: Int, indicators: [Int], lambda: [Loading]) -> [Double] {
    var weights = [Double](repeating: 0, count: f * indicators.count)
    for loading in lambda {
      let variable = indicators[loading.indicator]
      weights[loading.factor + loading.indicator * f] =
        loading.value / max(covariance[variable, variable], .leastNormalMagnitude)
    }
    var gram = [Double](repeating: 0, count: f * f)
    for loading in lambda {
      for a in 0..<f where weights[a + loading.indicator * f] != 0 {
        gram[a + loading.factor * f] += weights[a + loading.indicator * f] * loading.value
      }
    }
    for a in 0..<f { gram[a + a * f] *= 1 + 1e-8 }
    if gram.indices.allSatisfy({ gram[$0] == 0 || $0 % (f + 1) == 0 }),
      (0..<f).allSatisfy({ gram[$0 + $0 * f] > 0 })
    {
      for loading in lambda {
        weights[loading.factor + loading.indicator * f] /= gram[loading.factor + loading.factor * f]
      }
      return weights
    }
    let isSolvable = gram.withUnsafeMutableBufferPointer { gram in
      weights.withUnsafeMutableBufferPointer { weights -> Bool in
        guard let base = gram.baseAddress, let columns = weights.baseAddress,
          Kernels.choleskyInPlace(base, order: f)
        else { return false }
        for r in indicators.indices { Kernels.solve(factor: base, order: f, columns + r * f) }
        return true
      }
    }
    return isSolvable ? weights : [Double](repeating: 0, count: weights.count)
  }
}
