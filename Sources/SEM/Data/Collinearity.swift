internal import SEMNumerics

/// Finds variables of a covariance matrix that are linear combinations of earlier ones.
///
/// A Cholesky factorization of the correlations, row by row. The pivot of a variable is 1 - R², the part of its variance
/// that the earlier variables leave unexplained; where it vanishes the variable is reported, left out, and the
/// factorization goes on. Nearly always nothing vanishes: a plain factorization says so first.
struct Collinearity {
  /// A variable that others determine.
  struct Dependence {
    /// The variable.
    var variable: Int
    /// The earlier variables of which it is a combination.
    var others: [Int]
    /// The part of its variance left unexplained, near zero or, for an indefinite matrix, negative.
    var unexplained: Double
  }

  /// Below this a part of variance counts as none: correlations computed in double precision are no more exact.
  static let tolerance = 1e-10

  private(set) var dependences: [Dependence] = []

  /// Factors a covariance matrix whose diagonal is positive.
  ///
  /// - Complexity: O(*p³*); allocates once, and again only for what it finds.
  init(_ covariance: Matrix) {
    let order = covariance.rowCount
    var slices = NumberSlices(capacity: order * (order + 1))
    let scale = slices.take(order)
    let memory = slices.buffer
    defer { withExtendedLifetime(memory) {} }
    for i in 0..<order {
      let variance = covariance.elements[i + i * order]
      scale[i] = variance > 0 ? 1 / variance.squareRoot() : 1
    }
    if Self.isWellConditioned(covariance, scale, factor: slices.take(order * order).pointer) { return }
    var kept: [Int] = []
    kept.reserveCapacity(order)
    // Row k, of `order` places, belongs to variable kept[k]. Row by row, so that sums run along memory.
    var factor = [Double](repeating: 0, count: order * order)
    for i in 0..<order {
      let start = kept.count * order
      let pivot = covariance.elements.withUnsafeBufferPointer { covariance in
        factor.withUnsafeMutableBufferPointer { factor in
          var pivot = 1.0
          for k in 0..<kept.count {
            let j = kept[k]
            let other = k * order
            var value = covariance[i + j * order] * scale[i] * scale[j]
            for l in 0..<k { value -= factor[start + l] * factor[other + l] }
            value /= factor[other + k]
            factor[start + k] = value
            pivot -= value * value
          }
          return pivot
        }
      }
      if pivot > Self.tolerance {
        factor[start + kept.count] = pivot.squareRoot()
        kept.append(i)
      } else {
        let weights = Self.weights(of: kept.count, factor, order)
        let others = zip(kept, weights).filter { abs($0.1) > 1e-5 }.map(\.0)
        dependences.append(Dependence(variable: i, others: others, unexplained: pivot))
      }
    }
  }

  /// Whether every pivot of the correlations is far above the tolerance.
  private static func isWellConditioned(
    _ covariance: Matrix, _ scale: NumberSlice, factor: UnsafeMutablePointer<Double>
  ) -> Bool {
    let order = scale.count
    covariance.elements.withUnsafeBufferPointer { covariance in
      for j in 0..<order {
        for i in j..<order { factor[i + j * order] = covariance[i + j * order] * scale[i] * scale[j] }
      }
    }
    guard Kernels.choleskyInPlace(factor, order: order) else { return false }
    return (0..<order).allSatisfy { i in
      let root = factor[i + i * order]
      return root * root > 2 * tolerance
    }
  }

  /// The regression weights of the variable in the row after the kept ones on those: solves `Lᵀ w = row`.
  private static func weights(of count: Int, _ factor: [Double], _ order: Int) -> [Double] {
    var weights = Array(factor[(count * order)..<(count * order + count)])
    for k in stride(from: count - 1, through: 0, by: -1) {
      weights[k] /= factor[k * order + k]
      for l in 0..<k { weights[l] -= weights[k] * factor[k * order + l] }
    }
    return weights
  }
}
