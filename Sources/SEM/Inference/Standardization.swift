internal import SEMNumerics

/// Which variables a standardised solution gives unit variance.
public enum StandardizationKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// Latent variables (`std.lv`).
  case latent = "std.lv"
  /// All variables (`std.all`).
  case all = "std.all"
  /// All but observed exogenous covariates (`std.nox`).
  case exceptCovariates = "std.nox"
}

/// Standardised values of all table rows with their Jacobian.
///
/// Every standardised value is the row's value times powers of model-implied variances, s = v Π Vₖ^eₖ: total variances
/// for loadings, regressions, variances and intercepts, residual variances for covariances (so that they become
/// correlations of residuals). Hence ds = Π Vₖ^eₖ dv + s Σ eₖ dVₖ / Vₖ, with the total variances' derivatives
/// ∂C(k,k)/∂A(i,j) = 2 B(k,i) C(k,j) and ∂C(k,k)/∂S(i,j) = 2 B(k,i) B(k,j).
struct Standardizer: Sendable {
  /// What one block needs; a class, since every row asks and none should copy.
  private final class BlockPart: Sendable {
    let matrices: ReticularMatrices
    let place: [String: Int]
    /// ∂C(k,k)/∂θ of each variable k: the parameters that its variance depends on.
    let totalDerivatives: [SparseGradient]
    /// For each variable, the free parameter that is its residual variance, or -1.
    let residualParameter: [Int]
    let covariates: Set<String>

    init(
      matrices: ReticularMatrices, place: [String: Int], totalDerivatives: [SparseGradient],
      residualParameter: [Int], covariates: Set<String>
    ) {
      self.matrices = matrices
      self.place = place
      self.totalDerivatives = totalDerivatives
      self.residualParameter = residualParameter
      self.covariates = covariates
    }
  }

  private let table: ParameterTable
  private let parts: [BlockPart]
  private let parameterCount: Int

  init?(fit: FittedModel) {
    table = fit.table
    parameterCount = fit.estimates.count
    var parts: [BlockPart] = []
    for index in fit.table.blocks.indices {
      guard let matrices = fit.matrices(ofBlock: index) else { return nil }
      parts.append(Self.part(fit.table, index, matrices, fit.estimates.count))
    }
    self.parts = parts
  }

  private static func part(
    _ table: ParameterTable, _ index: Int, _ matrices: ReticularMatrices, _ t: Int
  ) -> BlockPart {
    let block = table.blocks[index]
    var place: [String: Int] = [:]
    for (position, name) in matrices.variables.enumerated() where place[name] == nil {
      place[name] = position
    }
    let m = matrices.variables.count
    var derivatives = [SparseGradient](repeating: SparseGradient(), count: m)
    var residual = [Int](repeating: -1, count: m)
    let b = matrices.totalEffects
    let c = matrices.totalCovariance
    for row in table.rows where row.block == block.number && row.free > 0 {
      let a = row.free - 1
      guard row.op != .intercept, let left = place[row.lhs], let right = place[row.rhs] else { continue }
      let (i, j) = row.op == .measurement ? (right, left) : (left, right)
      for k in 0..<m where b.elements[k + i * m] != 0 || row.op == .covariance {
        let own = b.elements[k + i * m]
        let value: Double
        switch row.op {
        case .measurement, .regression: value = 2 * own * c.elements[k + j * m]
        case .covariance: value = (i == j ? 1 : 2) * own * b.elements[k + j * m]
        default: value = 0
        }
        if value != 0 { derivatives[k].add(value, at: a) }
      }
      if row.op == .covariance, left == right { residual[left] = a }
    }
    return BlockPart(
      matrices: matrices, place: place, totalDerivatives: derivatives, residualParameter: residual,
      covariates: exogenousObserved(table, block))
  }

  /// Observed variables that only predict: no indicator of anything, never an outcome, predictor of something, and with
  /// no moment that the user mentioned, which would make them random (lavaan's rule).
  static func exogenousObserved(_ table: ParameterTable, _ block: ModelBlock) -> Set<String> {
    var predictors = Set<String>()
    var others = Set<String>()
    for row in table.rows where row.block == block.number {
      switch row.op {
      case .regression:
        predictors.insert(row.rhs)
        others.insert(row.lhs)
      case .measurement: others.insert(row.rhs)
      case .covariance where row.origin == .user: others.formUnion([row.lhs, row.rhs])
      case .intercept where row.origin == .user: others.insert(row.lhs)
      default: break
      }
    }
    return predictors.intersection(block.observed).subtracting(others)
  }

  /// One variance in the product of powers.
  private struct Factor {
    var variable: Int
    var isResidual: Bool
    var exponent: Double
  }

  /// The variances of a row's product of powers: none, one or two.
  private func factors(
    _ row: Parameter, _ part: BlockPart, _ kind: StandardizationKind
  ) -> (first: Factor?, second: Factor?) {
    func factor(
      _ name: String, _ exponent: Double, isResidual: Bool = false, isOutcome: Bool = false
    ) -> Factor? {
      guard let index = part.place[name] else { return nil }
      switch kind {
      case .latent: if index < part.matrices.observedCount { return nil }
      case .all: break
      // A modification index may make a covariate an outcome.
      case .exceptCovariates: if !isOutcome, part.covariates.contains(name) { return nil }
      }
      return Factor(variable: index, isResidual: isResidual, exponent: exponent)
    }
    switch row.op {
    case .measurement: return (factor(row.lhs, 0.5), factor(row.rhs, -0.5))
    case .regression: return (factor(row.rhs, 0.5), factor(row.lhs, -0.5, isOutcome: true))
    case .covariance where row.lhs == row.rhs: return (factor(row.lhs, -1), nil)
    case .covariance:
      return (factor(row.lhs, -0.5, isResidual: true), factor(row.rhs, -0.5, isResidual: true))
    case .intercept: return (factor(row.lhs, -0.5), nil)
    default: return (nil, nil)
    }
  }

  /// The factor Π Vₖ^eₖ of a row, also of one that is not in the table; `nil` where a variance is not positive.
  func scale(_ row: Parameter, _ kind: StandardizationKind) -> Double? {
    let part = parts[row.block - 1]
    let factors = factors(row, part, kind)
    guard let first = power(factors.first, part), let second = power(factors.second, part) else { return nil }
    return first * second
  }

  /// V^e; 1 without a factor.
  private func power(_ factor: Factor?, _ part: BlockPart) -> Double? {
    guard let factor else { return 1 }
    let value = variance(factor, part)
    guard value > 0 else { return nil }
    return factor.exponent == -1
      ? 1 / value : factor.exponent > 0 ? value.squareRoot() : 1 / value.squareRoot()
  }

  private func variance(_ factor: Factor, _ part: BlockPart) -> Double {
    factor.isResidual
      ? part.matrices.residualCovariance[factor.variable, factor.variable]
      : part.matrices.totalCovariance[factor.variable, factor.variable]
  }

  /// A row's standardised value.
  func value(_ row: Parameter, _ value: Double, _ kind: StandardizationKind) -> Double? {
    scale(row, kind).map { $0 * value }
  }

  /// The gradient of a row's standardised value by the free parameters.
  func gradient(_ row: Parameter, _ value: Double, _ kind: StandardizationKind) -> SparseGradient? {
    valueAndGradient(row, value, kind)?.gradient
  }

  /// A row's standardised value with its gradient by the free parameters.
  func valueAndGradient(
    _ row: Parameter, _ value: Double, _ kind: StandardizationKind
  ) -> (value: Double, gradient: SparseGradient)? {
    let part = parts[row.block - 1]
    let factors = factors(row, part, kind)
    guard let first = power(factors.first, part), let second = power(factors.second, part) else { return nil }
    let scale = first * second
    var gradient = SparseGradient()
    if row.free > 0 { gradient.add(scale, at: row.free - 1) }
    for case let factor? in [factors.first, factors.second] {
      let weight = scale * value * factor.exponent / variance(factor, part)
      if weight == 0 { continue }
      if factor.isResidual {
        let parameter = part.residualParameter[factor.variable]
        if parameter >= 0 { gradient.add(weight, at: parameter) }
      } else {
        let derivatives = part.totalDerivatives[factor.variable]
        for (index, parameter) in derivatives.parameters.enumerated() {
          gradient.add(weight * derivatives.values[index], at: parameter)
        }
      }
    }
    return (scale * value, gradient)
  }
}

/// A gradient by the free parameters of which only what is not zero is kept; a parameter may occur more than once.
struct SparseGradient: Sendable {
  /// Parameters, from 0.
  private(set) var parameters: [Int] = []
  private(set) var values: [Double] = []

  mutating func add(_ value: Double, at parameter: Int) {
    parameters.append(parameter)
    values.append(value)
  }
}

extension EstimateCovariance {
  /// The standard error of a function with a sparse gradient (delta method); `nil` where it is not defined.
  ///
  /// - Complexity: O(n²) for n numbers of the gradient.
  func standardError(gradient: SparseGradient) -> Double? {
    let t = matrix.rowCount
    // A parameter that occurs twice is summed first: what cancels exactly must leave exactly nothing.
    var values = [Double](repeating: 0, count: t)
    for (index, parameter) in gradient.parameters.enumerated() { values[parameter] += gradient.values[index] }
    let places = values.indices.filter { values[$0] != 0 }
    let variance = matrix.elements.withUnsafeBufferPointer { v in
      var sum = 0.0
      for (b, column) in places.enumerated() {
        // The matrix is symmetric: pairs count twice.
        var inner = 0.0
        for a in 0..<b { inner += values[places[a]] * v[places[a] + column * t] }
        sum += values[column] * (2 * inner + values[column] * v[column + column * t])
      }
      return sum
    }
    return variance >= 0 ? variance.squareRoot() : nil
  }
}
