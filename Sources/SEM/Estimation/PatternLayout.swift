internal import SEMNumerics

/// The patterns of incomplete rows laid out for ``PatternLikelihood``: all that does not depend on Σ⁺.
///
/// Nothing changes after `init`, so that likelihoods, also of several threads, share one.
final class PatternLayout: @unchecked Sendable {
  /// One pattern: where its numbers stand.
  struct Pattern {
    /// n_q / n; of weighted rows their share of the weights.
    var share: Double
    /// The observed variables with the constant at the end, in ``places``.
    var observedStart: Int
    var observedCount: Int
    /// The missing variables, in ``places``.
    var missingStart: Int
    var missingCount: Int
    /// R with R Rᵀ = M_q, order × rank with zeros for what is missing, in ``factors``.
    var factorStart: Int
    var rank: Int
    /// M_q, observedCount², in ``products``, or -1 where R is shorter.
    var productStart: Int
    /// Whether Σ⁺_oo is inverted itself.
    var isDirect: Bool
  }

  /// The order of Σ⁺: the variables and the constant.
  let order: Int
  /// The values from which the variables are measured, in the order of Σ⁺.
  let origin: [Double]
  let patterns: [Pattern]
  let places: [Int]
  /// The columns of all R, the one of the means last.
  let factors: NumberBuffer
  let products: NumberBuffer
  /// Σ f_q M_q over the patterns that go by P.
  let fixedMoments: NumberBuffer
  /// The sum of the shares of the patterns that go by P.
  let precisionShare: Double
  let hasDirect: Bool
  /// The most columns that directions of a pattern can have.
  let widest: (u: Int, z: Int)

  /// Lays out the patterns.
  ///
  /// - Parameters:
  ///   - source: The patterns.
  ///   - variables: For each row of Σ⁺ but the last, the place of the variable in the patterns.
  ///   - origin: The values from which the variables are measured, in the order of Σ⁺.
  init(_ source: MissingPatterns, variables: [Int], origin: [Double]) {
    precondition(variables.count == origin.count, "One origin for each variable.")
    let p = variables.count
    let n = p + 1
    var patterns: [Pattern] = []
    patterns.reserveCapacity(source.patterns.count)
    let total = source.patterns.reduce(0) { $0 + $1.weight }
    // For each variable its place in the list of the pattern at hand.
    var placeOf = [Int](repeating: -1, count: source.variables.count)
    let factors = NumberBuffer(count: source.patterns.reduce(0) { $0 + n * ($1.deviations.columnCount + 1) })
    let places = [Int](unsafeUninitializedCapacity: source.patterns.count * n) { places, placeCount in
      variables.withUnsafeBufferPointer { variables in
        placeOf.withUnsafeMutableBufferPointer { placeOf in
          var factorCount = 0
          for pattern in source.patterns {
            let q = pattern.observed.count
            for place in 0..<q { placeOf[pattern.observed[place]] = place }
            let rank = pattern.deviations.columnCount + 1
            let observedStart = placeCount
            var end = observedStart
            for row in 0..<p where placeOf[variables[row]] >= 0 {
              places[end] = row
              end += 1
            }
            let o = end - observedStart + 1
            places[end] = p
            end += 1
            for row in 0..<p where placeOf[variables[row]] < 0 {
              places[end] = row
              end += 1
            }
            placeCount = end
            pattern.deviations.elements.withUnsafeBufferPointer { deviations in
              for column in 0..<(rank - 1) {
                let target = factors.pointer + factorCount + column * n
                for index in observedStart..<(observedStart + o - 1) {
                  target[places[index]] = deviations[placeOf[variables[places[index]]] + column * q]
                }
              }
            }
            pattern.mean.withUnsafeBufferPointer { mean in
              let target = factors.pointer + factorCount + (rank - 1) * n
              for index in observedStart..<(observedStart + o - 1) {
                let row = places[index]
                target[row] = mean[placeOf[variables[row]]] - origin[row]
              }
              target[p] = 1
            }
            for place in 0..<q { placeOf[pattern.observed[place]] = -1 }
            patterns.append(
              Pattern(
                share: pattern.weight / total, observedStart: observedStart, observedCount: o,
                missingStart: observedStart + o, missingCount: n - o, factorStart: factorCount, rank: rank,
                productStart: -1, isDirect: o < n - o))
            factorCount += n * rank
          }
        }
      }
    }
    order = n
    self.origin = origin
    self.places = places
    self.factors = factors
    products = Self.products(&patterns, places, factors, order: n)
    self.patterns = patterns
    fixedMoments = Self.fixedMoments(patterns, factors, order: n)
    precisionShare = patterns.reduce(0) { $1.isDirect ? $0 : $0 + $1.share }
    hasDirect = patterns.contains(where: \.isDirect)
    widest = patterns.reduce((u: 0, z: 0)) { widest, pattern in
      guard pattern.missingCount > 0 else { return widest }
      let u = pattern.isDirect ? pattern.observedCount : pattern.missingCount
      return (u: max(widest.u, u), z: max(widest.z, pattern.rank))
    }
  }

  /// The same patterns measured from elsewhere.
  init(_ other: PatternLayout, origin: [Double]) {
    precondition(origin.count == other.origin.count, "One origin for each variable.")
    let n = other.order
    order = n
    self.origin = origin
    places = other.places
    factors = NumberBuffer(copying: other.factors)
    let shift = zip(other.origin, origin).map { $0 - $1 }
    for pattern in other.patterns {
      let target = factors.pointer + pattern.factorStart + (pattern.rank - 1) * n
      for index in pattern.observedStart..<(pattern.observedStart + pattern.observedCount - 1) {
        target[places[index]] += shift[places[index]]
      }
    }
    var patterns = other.patterns
    products = Self.products(&patterns, places, factors, order: n)
    self.patterns = patterns
    fixedMoments = Self.fixedMoments(patterns, factors, order: n)
    precisionShare = other.precisionShare
    hasDirect = other.hasDirect
    widest = other.widest
  }

  /// M_q where R is not much shorter.
  private static func products(
    _ patterns: inout [Pattern], _ places: [Int], _ factors: NumberBuffer, order n: Int
  ) -> NumberBuffer {
    var count = 0
    for index in patterns.indices {
      let pattern = patterns[index]
      guard 2 * pattern.rank > pattern.observedCount, pattern.missingCount > 0, !pattern.isDirect else {
        continue
      }
      patterns[index].productStart = count
      count += pattern.observedCount * pattern.observedCount
    }
    let products = NumberBuffer(count: count)
    for pattern in patterns where pattern.productStart >= 0 {
      let o = pattern.observedCount
      let target = products.pointer + pattern.productStart
      for column in 0..<pattern.rank {
        let factor = factors.pointer + pattern.factorStart + column * n
        for j in 0..<o {
          let value = factor[places[pattern.observedStart + j]]
          for i in 0..<o { target[i + j * o] += value * factor[places[pattern.observedStart + i]] }
        }
      }
    }
    return products
  }

  private static func fixedMoments(
    _ patterns: [Pattern], _ factors: NumberBuffer, order n: Int
  ) -> NumberBuffer {
    let result = NumberBuffer(count: n * n)
    let batch = ColumnBatch(length: n)
    for pattern in patterns where !pattern.isDirect {
      let root = pattern.share.squareRoot()
      for column in 0..<pattern.rank {
        let factor = factors.pointer + pattern.factorStart + column * n
        let target = batch.next(isNegative: false, into: result.pointer)
        for i in 0..<n { target[i] = root * factor[i] }
      }
    }
    batch.flush(into: result.pointer)
    Kernels.mirrorLower(result.pointer, order: n)
    return result
  }
}

extension MissingPatterns {
  /// The patterns of all variables in their order, measured from the means of what is observed.
  var layout: PatternLayout {
    shared.value("layout") {
      PatternLayout(self, variables: Array(variables.indices), origin: availableMoments().mean)
    }
  }

  /// The patterns of some variables, or of all in another order, measured from any origin; shared where it can be.
  func layout(variables places: [Int], origin: [Double]) -> PatternLayout {
    guard places.elementsEqual(variables.indices) else {
      return PatternLayout(self, variables: places, origin: origin)
    }
    let common = layout
    return origin == common.origin ? common : PatternLayout(common, origin: origin)
  }
}
