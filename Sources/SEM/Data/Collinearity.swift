internal import SEMNumerics

/// Finds variables of a covariance matrix that are linear combinations of earlier ones.
///
/// A Cholesky factorization of the correlations, row by row. The pivot of a variable is 1 - R², the part of its variance
/// that the earlier variables leave unexplained; where it vanishes the variable is reported, left out, and the
/// factorization goes on.
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

  /// Factors a covariance matrix whose diagonal is positive. Cost: O(*p³*).
  init(_ covariance: Matrix) {
    let order = covariance.rowCount
    let scale = covariance.diagonal.map { $0 > 0 ? $0.squareRoot() : 1 }
    var kept: [Int] = []
    // Row k of the factor belongs to variable kept[k].
    var factor: [[Double]] = []
    for i in 0..<order {
      var row: [Double] = []
      var pivot = 1.0
      for (k, j) in kept.enumerated() {
        var value = covariance[i, j] / scale[i] / scale[j]
        for l in 0..<k { value -= row[l] * factor[k][l] }
        value /= factor[k][k]
        row.append(value)
        pivot -= value * value
      }
      if pivot > Self.tolerance {
        row.append(pivot.squareRoot())
        factor.append(row)
        kept.append(i)
      } else {
        let weights = Self.weights(row, factor)
        let others = zip(kept, weights).filter { abs($0.1) > 1e-5 }.map(\.0)
        dependences.append(Dependence(variable: i, others: others, unexplained: pivot))
      }
    }
  }

  /// The regression weights of a variable on the kept ones: solves `Lᵀ w = row`.
  private static func weights(_ row: [Double], _ factor: [[Double]]) -> [Double] {
    var weights = row
    for k in stride(from: weights.count - 1, through: 0, by: -1) {
      weights[k] /= factor[k][k]
      for l in 0..<k { weights[l] -= weights[k] * factor[k][l] }
    }
    return weights
  }
}
