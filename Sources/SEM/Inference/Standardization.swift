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
    let names: BlockNames
    /// ∂C(k,k)/∂θ of variable k: the parameters on which its variance depends, from ``firstTerm``[k] to its successor's.
    let terms: [(parameter: Int, value: Double)]
    let firstTerm: [Int]
    /// For each variable, the free parameter that is its residual variance, or -1.
    let residualParameter: [Int]
    let isCovariate: [Bool]

    init(_ table: ParameterTable, _ block: ModelBlock, _ matrices: ReticularMatrices) {
      self.matrices = matrices
      names = BlockNames(block)
      let rows = BlockRows(table, block: block)
      let m = rows.variableCount
      let b = matrices.totalEffects.elements
      let c = matrices.totalCovariance.elements
      let free = rows.rows.filter {
        table.rows[$0.tableRow].free > 0 && $0.op != .intercept && $0.left >= 0 && $0.right >= 0
      }
      var terms: [(parameter: Int, value: Double)] = []
      terms.reserveCapacity(4 * free.count)
      var firstTerm = [0]
      firstTerm.reserveCapacity(m + 1)
      for k in 0..<m {
        for row in free {
          let (i, j) = row.op == .measurement ? (row.right, row.left) : (row.left, row.right)
          let own = b[k + i * m]
          if own == 0 { continue }
          let value: Double
          switch row.op {
          case .measurement, .regression: value = 2 * own * c[k + j * m]
          case .covariance: value = (i == j ? 1 : 2) * own * b[k + j * m]
          default: value = 0
          }
          if value != 0 { terms.append((table.rows[row.tableRow].free - 1, value)) }
        }
        firstTerm.append(terms.count)
      }
      self.terms = terms
      self.firstTerm = firstTerm
      var residual = [Int](repeating: -1, count: m)
      for row in free where row.op == .covariance && row.left == row.right {
        residual[row.left] = table.rows[row.tableRow].free - 1
      }
      residualParameter = residual
      isCovariate = Standardizer.isExogenousObserved(table, rows)
    }
  }

  private let parts: [BlockPart]

  init?(fit: FittedModel) {
    var parts: [BlockPart] = []
    for (index, block) in fit.table.blocks.enumerated() {
      guard let matrices = fit.matrices(ofBlock: index) else { return nil }
      parts.append(BlockPart(fit.table, block, matrices))
    }
    self.parts = parts
  }

  /// Observed variables that only predict: no indicator of anything, never an outcome, predictor of something, and with
  /// no moment that the user mentioned, which would make them random (lavaan's rule).
  static func exogenousObserved(_ table: ParameterTable, _ block: ModelBlock) -> Set<String> {
    let isExogenous = isExogenousObserved(table, BlockRows(table, block: block))
    return Set(block.observed.indices.lazy.filter { isExogenous[$0] }.map { block.observed[$0] })
  }

  /// Which variables ``exogenousObserved(_:_:)`` names.
  private static func isExogenousObserved(_ table: ParameterTable, _ rows: BlockRows) -> [Bool] {
    var isPredictor = [Bool](repeating: false, count: rows.variableCount)
    var isOther = isPredictor
    func mark(_ variable: Int, _ marks: inout [Bool]) {
      if variable >= 0 { marks[variable] = true }
    }
    for row in rows.rows {
      switch row.op {
      case .regression:
        mark(row.right, &isPredictor)
        mark(row.left, &isOther)
      case .measurement: mark(row.right, &isOther)
      case .covariance where table.rows[row.tableRow].origin == .user:
        mark(row.left, &isOther)
        mark(row.right, &isOther)
      case .intercept where table.rows[row.tableRow].origin == .user: mark(row.left, &isOther)
      default: break
      }
    }
    return isPredictor.indices.map { isPredictor[$0] && !isOther[$0] && $0 < rows.observedCount }
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
      guard let index = part.names[name] else { return nil }
      switch kind {
      case .latent: if index < part.matrices.observedCount { return nil }
      case .all: break
      // A modification index may make a covariate an outcome.
      case .exceptCovariates: if !isOutcome, part.isCovariate[index] { return nil }
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

  /// A row's standardised value; adds its gradient by the free parameters, times a weight, to a sum.
  ///
  /// - Returns: `nil`, and nothing added, where a variance is not positive.
  func value(
    _ row: Parameter, _ value: Double, _ kind: StandardizationKind, addingGradientTo sum: inout GradientSum,
    weight: Double = 1
  ) -> Double? {
    let part = parts[row.block - 1]
    let factors = factors(row, part, kind)
    guard let first = power(factors.first, part), let second = power(factors.second, part) else { return nil }
    let scale = first * second
    if row.free > 0 { sum.add(weight * scale, at: row.free - 1) }
    for case let factor? in [factors.first, factors.second] {
      let share = weight * scale * value * factor.exponent / variance(factor, part)
      if share == 0 { continue }
      if factor.isResidual {
        let parameter = part.residualParameter[factor.variable]
        if parameter >= 0 { sum.add(share, at: parameter) }
      } else {
        for index in part.firstTerm[factor.variable]..<part.firstTerm[factor.variable + 1] {
          sum.add(share * part.terms[index].value, at: part.terms[index].parameter)
        }
      }
    }
    return scale * value
  }
}

/// A gradient by the free parameters that is summed term by term and remembers which it has met; made once for many rows.
struct GradientSum {
  /// The sums of all parameters.
  private(set) var values: [Double]
  /// The parameters met, from 0, each once.
  private(set) var parameters: [Int] = []
  private var isMet: [Bool]

  init(count: Int) {
    values = [Double](repeating: 0, count: count)
    isMet = [Bool](repeating: false, count: count)
  }

  mutating func add(_ value: Double, at parameter: Int) {
    values[parameter] += value
    if !isMet[parameter] {
      isMet[parameter] = true
      parameters.append(parameter)
    }
  }

  mutating func reset() {
    for parameter in parameters {
      values[parameter] = 0
      isMet[parameter] = false
    }
    parameters.removeAll(keepingCapacity: true)
  }
}

extension EstimateCovariance {
  /// The standard error of a function with the given gradient (delta method); `nil` where it is not defined.
  ///
  /// A parameter that occurs in several terms was summed first: what cancels exactly leaves exactly nothing.
  /// - Complexity: O(n²) for n parameters met.
  func standardError(gradient: GradientSum) -> Double? {
    let t = matrix.rowCount
    let variance = matrix.elements.withUnsafeBufferPointer { v in
      gradient.values.withUnsafeBufferPointer { values in
        gradient.parameters.withUnsafeBufferPointer { places in
          var sum = 0.0
          for b in places.indices {
            let column = places[b]
            if values[column] == 0 { continue }
            // The matrix is symmetric: pairs count twice.
            var inner = 0.0
            for a in 0..<b { inner += values[places[a]] * v[places[a] + column * t] }
            sum += values[column] * (2 * inner + values[column] * v[column + column * t])
          }
          return sum
        }
      }
    }
    return variance >= 0 ? variance.squareRoot() : nil
  }
}
