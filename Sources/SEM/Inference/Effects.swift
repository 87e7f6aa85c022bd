internal import SEMNumerics

/// The influence of one variable on another, or a part of it.
public struct Effect: Sendable, Hashable {
  /// An estimate with its error, in one metric.
  public struct Estimate: Sendable, Hashable {
    /// The value; `nil` where it is not defined, such as a standardised effect with a negative variance.
    public var value: Double?
    /// The delta-method standard error; 0 for a constant, `nil` without Cov(θ̂).
    public var standardError: Double?
    /// value / standard error.
    public var z: Double?
    /// The two-sided p-value of `z`.
    public var pValue: Double?
    /// The lower end of the normal-theory interval.
    public var lower: Double?
    /// The upper end of the normal-theory interval.
    public var upper: Double?

    init(value: Double?, standardError: Double?, level: Double) {
      self.value = value.flatMap { $0.isFinite ? $0 : nil }
      self.standardError = standardError.flatMap { $0.isFinite ? $0 : nil }
      guard let value = self.value, let error = self.standardError else { return }
      let half = NormalDistribution.standard.quantile(upperTail: 0.5 * (1 - level)) * error
      lower = value - half
      upper = value + half
      guard error > 0 else { return }
      let ratio = value / error
      z = ratio
      pValue = min(2 * NormalDistribution.standard.upperTail(at: ratio.magnitude), 1)
    }
  }

  /// The part of the influence.
  public var kind: EffectKind
  /// The origin.
  public var from: String
  /// The target.
  public var to: String
  /// The variables along the way, origin and target included; empty for totals.
  public var path: [String]
  /// The block, from 1.
  public var block: Int
  /// In the variables' units.
  public var raw: Estimate
  /// With all variables of unit variance (`std.all`): raw · √(V(from) / V(to)).
  public var standardized: Estimate

  /// The way, as `a -> b -> c`.
  public var label: String { (path.isEmpty ? [from, to] : path).joined(separator: " -> ") }
}

/// Direct, indirect and total effects.
public struct EffectTable: Sendable, Hashable {
  /// The effects: for each pair the direct one, the specific indirect ones, all indirect ones together, the total.
  public var effects: [Effect]
  /// The blocks with feedback loops, from 1: there the specific effects run along simple chains only and do not add up
  /// to the indirect effect, which (I - A)⁻¹ gives.
  public var blocksWithFeedback: [Int]
  /// The largest modulus of the eigenvalues of A in those blocks: from 1 on the effects of a change do not settle, and
  /// total effects mean nothing (Bollen 1987, "Total, direct, and indirect effects in structural equation models").
  public var stabilityIndex: Double?
  /// Pairs with more chains than are listed, as `from -> to`.
  public var truncatedPairs: [String]

  /// One effect; `nil` where it is not in the table.
  public func effect(_ kind: EffectKind, from: String, to: String, block: Int = 1) -> Effect? {
    effects.first { $0.kind == kind && $0.from == from && $0.to == to && $0.block == block }
  }

  /// The effect along a chain of variables.
  public func effect(along path: [String], block: Int = 1) -> Effect? {
    effects.first { $0.path == path && $0.block == block }
  }
}

extension FittedModel {
  /// The direct, specific indirect and total effects of one variable on another.
  ///
  /// Totals are elements of B = (I - A)⁻¹ with ∂B(k,l)/∂A(i,j) = B(k,i) B(j,l); a specific effect is the product of the
  /// paths along one chain. Standard errors are those of the delta method (Sobel 1982; Bollen 1987); standardised
  /// effects take the variances' derivatives along, as ``standardizedEstimates(_:_:)`` does.
  ///
  /// - Parameters:
  ///   - from: The origin.
  ///   - to: The target; indicators are allowed.
  ///   - covariance: Cov(θ̂); `nil` leaves out everything but the values.
  /// - Throws: ``InferenceError/unknownVariable(_:)``, ``InferenceError/undefinedAtEstimates``.
  /// - Complexity: O(effects × rows of the table + t²) each.
  public func effects(from: String, to: String, covariance: EstimateCovariance? = nil)
    throws(InferenceError) -> EffectTable
  {
    try effects([.pair(from: from, to: to)], covariance: covariance)
  }

  /// The effects between all latent variables and all variables of regressions, or between chosen pairs.
  ///
  /// - Parameters:
  ///   - selections: What to look for; an effect that two of them ask for is listed once.
  ///   - covariance: Cov(θ̂); `nil` leaves out everything but the values.
  /// - Throws: ``InferenceError/unknownVariable(_:)``, ``InferenceError/undefinedAtEstimates``.
  public func effects(_ selections: [EffectSelection] = [.all], covariance: EstimateCovariance? = nil)
    throws(InferenceError) -> EffectTable
  {
    let paths = try EffectPaths(table: table, selections: selections)
    var effects: [Effect] = []
    var stability: Double?
    for (index, block) in table.blocks.enumerated() {
      guard let matrices = matrices(ofBlock: index) else { throw .undefinedAtEstimates }
      if paths.loopBlocks.contains(block.number) {
        stability = max(stability ?? 0, matrices.paths.spectralRadius())
      }
      let evaluator = EffectDerivatives(fit: self, block: block, matrices: matrices)
      for description in paths.descriptions where description.block == block.number {
        effects.append(evaluator.effect(description, covariance, level: options.confidenceLevel))
      }
    }
    return EffectTable(
      effects: effects, blocksWithFeedback: paths.loopBlocks, stabilityIndex: stability,
      truncatedPairs: paths.truncatedPairs.map { "\($0.from) -> \($0.to)" })
  }
}

/// Effects of one block with their gradients by the free parameters.
private struct EffectDerivatives {
  /// A free element of the block.
  private struct Element {
    var parameter: Int
    var isPath: Bool
    var i: Int
    var j: Int
  }

  private let matrices: ReticularMatrices
  private let elements: [Element]
  private let parameterCount: Int

  init(fit: FittedModel, block: ModelBlock, matrices: ReticularMatrices) {
    self.matrices = matrices
    parameterCount = fit.estimates.count
    var place: [String: Int] = [:]
    for (index, name) in matrices.variables.enumerated() where place[name] == nil { place[name] = index }
    elements = fit.table.rows.compactMap { row in
      guard row.block == block.number, row.free > 0, let left = place[row.lhs], let right = place[row.rhs]
      else { return nil }
      switch row.op {
      case .measurement: return Element(parameter: row.free - 1, isPath: true, i: right, j: left)
      case .regression: return Element(parameter: row.free - 1, isPath: true, i: left, j: right)
      case .covariance: return Element(parameter: row.free - 1, isPath: false, i: left, j: right)
      default: return nil
      }
    }
  }

  func effect(_ description: EffectDescription, _ covariance: EstimateCovariance?, level: Double) -> Effect {
    let raw = EffectPaths.value(
      description, path: { matrices.paths[$0, $1] }, effect: { matrices.totalEffects[$0, $1] })
    var gradient = [Double](repeating: 0, count: parameterCount)
    for element in elements where element.isPath {
      gradient[element.parameter] += EffectPaths.derivative(
        description, i: element.i, j: element.j, matrices: matrices)
    }
    let (from, to) = (description.from, description.to)
    let (fromVariance, toVariance) = (
      matrices.totalCovariance[from, from], matrices.totalCovariance[to, to]
    )
    var standardized: Double?
    var standardizedGradient: [Double]?
    if fromVariance > 0, toVariance > 0 {
      let scale = (fromVariance / toVariance).squareRoot()
      let result = raw * scale
      standardized = result
      var partials = gradient.map { $0 * scale }
      addVarianceDerivative(of: from, 0.5 * result / fromVariance, into: &partials)
      addVarianceDerivative(of: to, -0.5 * result / toVariance, into: &partials)
      standardizedGradient = partials
    }
    let names = matrices.variables
    return Effect(
      kind: description.kind, from: names[from], to: names[to], path: description.places.map { names[$0] },
      block: description.block,
      raw: Effect.Estimate(
        value: raw, standardError: covariance.flatMap { $0.standardError(gradient: gradient) }, level: level),
      standardized: Effect.Estimate(
        value: standardized,
        standardError: covariance.flatMap { covariance in
          standardizedGradient.flatMap { covariance.standardError(gradient: $0) }
        }, level: level))
  }

  /// Adds a multiple of ∂C(k,k)/∂θ: 2 B(k,i) C(k,j) for paths, 2 B(k,i) B(k,j) for covariances.
  private func addVarianceDerivative(of k: Int, _ factor: Double, into gradient: inout [Double]) {
    let b = matrices.totalEffects
    let c = matrices.totalCovariance
    for element in elements {
      let derivative =
        element.isPath
        ? 2 * b[k, element.i] * c[k, element.j]
        : (element.i == element.j ? 1 : 2) * b[k, element.i] * b[k, element.j]
      gradient[element.parameter] += factor * derivative
    }
  }
}
