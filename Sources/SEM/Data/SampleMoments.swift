public import SEMNumerics

/// The moments of one group's complete rows.
public struct SampleMoments: Sendable, Hashable {
  /// The variables, in the order of the rows and columns of ``covariance``.
  public var variables: [String]
  /// The number of cases.
  public var count: Int
  /// The means; `nil` when only a covariance matrix is known.
  public var mean: [Double]?
  /// The covariance matrix with divisor N.
  public var covariance: Matrix
  /// The incomplete rows behind estimated moments; `nil` for moments of complete rows.
  public var patterns: MissingPatterns?

  /// Makes moments; `covariance` has divisor N.
  public init(variables: [String], count: Int, mean: [Double]?, covariance: Matrix) {
    precondition(covariance.isSquare && covariance.rowCount == variables.count)
    precondition(mean == nil || mean?.count == variables.count)
    self.variables = variables
    self.count = count
    self.mean = mean
    self.covariance = covariance
  }

  /// The moments of some of the variables, in the given order; unknown names are left out.
  public func selecting(_ names: [String]) -> SampleMoments {
    if names == variables, patterns == nil { return self }
    var positions = NameIndex(capacity: variables.count)
    var first: [Int] = []
    for (place, name) in variables.enumerated() where positions.insert(name) == first.count {
      first.append(place)
    }
    let places = names.compactMap { name in positions[name].map { first[$0] } }
    return SampleMoments(
      variables: places.map { variables[$0] }, count: count,
      mean: mean.map { mean in places.map { mean[$0] } },
      covariance: covariance.submatrix(rows: places, columns: places))
  }
}
