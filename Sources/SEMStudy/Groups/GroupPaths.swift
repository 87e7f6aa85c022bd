internal import SEM
internal import SEMNumerics

/// The structural paths of each group, with critical ratios for their differences.
///
/// C.R. = (b₁ - b₂) / √(V(b₁) + V(b₂) - 2 Cov(b₁, b₂)), a standard normal z where the groups do not differ (AMOS: critical
/// ratios for differences between parameters).
public struct GroupPaths: Sendable, Hashable {
  /// One path in one group.
  public struct Estimate: Sendable, Hashable {
    /// The coefficient in the variables' units.
    public var estimate: Double
    /// Its standard error.
    public var standardError: Double?
    /// The two-sided probability.
    public var pValue: Double?
    /// The coefficient with all variables of unit variance.
    public var standardized: Double?
  }

  /// The difference of two groups.
  public struct Difference: Sendable, Hashable {
    /// The first group, from 0.
    public var first: Int
    /// The second group, from 0.
    public var second: Int
    /// The critical ratio; `nil` where the path is equal by constraint or an error is not defined.
    public var criticalRatio: Double?
    /// Its two-sided probability.
    public var pValue: Double?
  }

  /// One path.
  public struct Path: Sendable, Hashable {
    /// The outcome.
    public var to: String
    /// The predictor.
    public var from: String
    /// One for each group; `nil` in a group whose model has no such path.
    public var estimates: [Estimate?]
    /// One for each pair of groups.
    public var differences: [Difference]

    /// The path as AMOS writes it: `FI <--- PU`.
    public var arrow: String { "\(to) <--- \(from)" }
  }

  /// The model whose estimates these are.
  public let step: GroupStep
  /// The groups.
  public let groups: [GroupComparison.Group]
  /// The paths, in the model's order.
  public let paths: [Path]

  /// Reads the paths of a step.
  ///
  /// - Parameters:
  ///   - comparison: The comparison.
  ///   - step: The model: unconstrained, or with equal loadings, so that the scales of latent variables are alike.
  /// - Throws: ``StudyError``, where the step was not fitted or the model is not identified.
  public init(_ comparison: GroupComparison, step: GroupStep = .unconstrained) throws(StudyError) {
    guard let fit = comparison[step]?.fit else {
      throw StudyError(.unavailable, "The comparison of groups has no model \(step.name.english).")
    }
    let covariance = try fit.estimateCovariance(comparison.convention)
    let lines = fit.parameterEstimates(covariance)
    let standardized = fit.standardizedEstimates(.all, nil)
    var order: [[String]] = []
    var places: [[String]: [Int?]] = [:]
    let groupCount = comparison.groups.count
    for (index, row) in fit.table.rows.enumerated() where row.op == .regression {
      let key = [row.lhs, row.rhs]
      if places[key] == nil {
        order.append(key)
        places[key] = Array(repeating: nil, count: groupCount)
      }
      places[key]?[row.block - 1] = index
    }
    self.step = step
    groups = comparison.groups
    paths = order.map { key in
      let rows = places[key] ?? []
      let estimates = rows.map { index -> Estimate? in
        guard let index, let estimate = lines[index].estimate else { return nil }
        return Estimate(
          estimate: estimate,
          standardError: fit.table.rows[index].free > 0 ? lines[index].standardError : nil,
          pValue: lines[index].pValue,
          standardized: standardized.indices.contains(index) ? standardized[index].estimate : nil)
      }
      var differences: [Difference] = []
      for first in rows.indices {
        for second in rows.indices where second > first {
          guard let a = rows[first], let b = rows[second] else { continue }
          differences.append(Self.difference(fit, covariance, (first, a), (second, b)))
        }
      }
      return Path(to: key[0], from: key[1], estimates: estimates, differences: differences)
    }
  }

  private static func difference(
    _ fit: FittedModel, _ covariance: EstimateCovariance, _ first: (group: Int, row: Int),
    _ second: (group: Int, row: Int)
  ) -> Difference {
    var result = Difference(first: first.group, second: second.group)
    let (a, b) = (fit.table.rows[first.row].free, fit.table.rows[second.row].free)
    guard a != b else { return result }
    var gradient = [Double](repeating: 0, count: fit.estimates.count)
    if a > 0 { gradient[a - 1] = 1 }
    if b > 0 { gradient[b - 1] = -1 }
    guard let error = covariance.standardError(gradient: gradient), error > 0 else { return result }
    let ratio = (fit.rowValues[first.row] - fit.rowValues[second.row]) / error
    result.criticalRatio = ratio
    result.pValue = min(2 * NormalDistribution.standard.upperTail(at: ratio.magnitude), 1)
    return result
  }
}
