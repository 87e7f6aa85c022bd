internal import SEMNumerics

extension FittedModel {
  /// The share of a variable's variance that the model explains.
  public struct ExplainedVariance: Sendable, Hashable {
    /// The variable: an indicator, or an outcome of a regression.
    public var variable: String
    /// The block, from 1.
    public var block: Int
    /// 1 - residual variance / total variance; `nil` where the total variance is not positive.
    public var rSquared: Double?
  }

  /// R² of every indicator and every outcome, observed variables first.
  ///
  /// A negative residual variance gives more than 1, and is reported by ``admissibility()``.
  public func explainedVariances() -> [ExplainedVariance] {
    var result: [ExplainedVariance] = []
    for (index, block) in table.blocks.enumerated() {
      guard let matrices = matrices(ofBlock: index) else { continue }
      var explained = Set<String>()
      for row in table.rows where row.block == block.number {
        if row.op == .measurement { explained.insert(row.rhs) }
        if row.op == .regression { explained.insert(row.lhs) }
      }
      for (place, name) in matrices.variables.enumerated() where explained.contains(name) {
        let total = matrices.totalCovariance[place, place]
        let residual = matrices.residualCovariance[place, place]
        result.append(
          ExplainedVariance(
            variable: name, block: block.number, rSquared: total > 0 ? 1 - residual / total : nil))
      }
    }
    return result
  }
}
