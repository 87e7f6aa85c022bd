public import SEMNumerics

/// The user's constraints `==`, `<` and `>` as functions of the free parameters.
///
/// Equalities are lhs - rhs = 0; `a < b` is b - a ≥ 0 and `a > b` is a - b ≥ 0, as optimisers want them.
package final class ModelConstraints: ConstraintFunctions {
  /// The constraints in the order of the functions: equalities first.
  package let constraints: [Constraint]
  package let equalityCount: Int
  package let isLinear: Bool
  package var count: Int { constraints.count }
  private let dimension: Int
  private let formulas: [CompiledExpression]
  private var workspaces: [CompiledExpression.Workspace]
  private var x: [Double]
  private var gradient: [Double]

  /// Compiles the constraints of a table; `nil` where there are none.
  ///
  /// - Throws: ``EstimationError/impossibleConstraints(_:)`` for a constraint that names no parameter, or one between
  ///   fixed values that does not hold.
  package init?(table: ParameterTable) throws(EstimationError) {
    guard !table.constraints.isEmpty else { return nil }
    var indices: [String: Int] = [:]
    var constants: [String: Double] = [:]
    for row in table.rows where !row.label.isEmpty {
      if row.free > 0 {
        indices[row.label] = indices[row.label] ?? row.free - 1
      } else if let value = row.fixedValue {
        constants[row.label] = constants[row.label] ?? value
      }
    }
    dimension = table.freeParameterCount
    x = [Double](repeating: 0.5, count: dimension)
    gradient = x
    var equalities: [(Constraint, CompiledExpression)] = []
    var inequalities: [(Constraint, CompiledExpression)] = []
    for constraint in table.constraints {
      let difference: Expression =
        constraint.op == .lessThan
        ? .binary(.subtract, constraint.rhs, constraint.lhs)
        : .binary(.subtract, constraint.lhs, constraint.rhs)
      let formula: CompiledExpression
      do {
        formula = try CompiledExpression(
          difference, resolving: indices, constants: constants, definitions: table.definitions)
      } catch {
        throw .impossibleConstraints("The constraint \(constraint.text): \(error)")
      }
      if formula.variables.isEmpty {
        let value = formula.value(x)
        let holds = constraint.op == .equality ? value.magnitude < 1e-12 : value >= -1e-12
        guard holds else {
          throw .impossibleConstraints(
            "The constraint \(constraint.text) is about fixed values only, and does not hold.")
        }
        continue
      }
      if constraint.op == .equality {
        equalities.append((constraint, formula))
      } else {
        inequalities.append((constraint, formula))
      }
    }
    let all = equalities + inequalities
    guard !all.isEmpty else { return nil }
    equalityCount = equalities.count
    constraints = all.map(\.0)
    formulas = all.map(\.1)
    workspaces = formulas.map { CompiledExpression.Workspace(for: $0) }
    isLinear = all.allSatisfy { Self.isLinear($0.1, dimension: table.freeParameterCount) }
  }

  /// Whether second derivatives vanish at points without symmetry.
  private static func isLinear(_ formula: CompiledExpression, dimension: Int) -> Bool {
    for scale in [0.37, 1.91] {
      let point: [Double] = (0..<dimension).map { (i: Int) -> Double in
        scale + 0.173 * Double(i % 7) + 0.011 * Double(i % 13)
      }
      if formula.hessian(at: point).contains(where: { !($0.magnitude < 1e-12) }) { return false }
    }
    return true
  }

  package func evaluate(
    at point: UnsafePointer<Double>, values: UnsafeMutablePointer<Double>,
    jacobian: UnsafeMutablePointer<Double>
  ) {
    for i in 0..<dimension { x[i] = point[i] }
    for k in formulas.indices {
      values[k] = formulas[k].valueAndGradient(at: x, gradient: &gradient, workspace: &workspaces[k])
      for i in 0..<dimension { jacobian[k + i * formulas.count] = gradient[i] }
    }
  }

  package func addHessian(weights: UnsafePointer<Double>, into matrix: UnsafeMutablePointer<Double>) {
    guard !isLinear else { return }
    for (k, formula) in formulas.enumerated() where weights[k] != 0 {
      let hessian = formula.hessian(at: x)
      let order = formula.variables.count
      for (b, j) in formula.variables.enumerated() {
        for (a, i) in formula.variables.enumerated() {
          matrix[i + j * dimension] += weights[k] * hessian[a + b * order]
        }
      }
    }
  }

  /// Values and Jacobian at a point.
  package func evaluate(at point: [Double]) -> (values: [Double], jacobian: Matrix) {
    var values = [Double](repeating: 0, count: count)
    var jacobian = Matrix(rowCount: count, columnCount: dimension)
    for i in 0..<dimension { x[i] = point[i] }
    for k in formulas.indices {
      values[k] = formulas[k].valueAndGradient(at: x, gradient: &gradient, workspace: &workspaces[k])
      for i in 0..<dimension { jacobian[k, i] = gradient[i] }
    }
    return (values, jacobian)
  }
}

extension ModelConstraints {
  /// A point near another at which the equalities hold, by Gauss-Newton steps of least norm, with their tangent there.
  ///
  /// - Returns: The point, an orthonormal basis of the null space of the equalities' Jacobian, and its rank; `nil` where
  ///   no such point was found.
  package func nearestFeasible(to start: [Double]) -> (point: [Double], tangent: Matrix, rank: Int)? {
    var point = start
    let t = start.count
    guard equalityCount > 0 else { return (point, .identity(t), 0) }
    for _ in 0..<50 {
      let state = evaluate(at: point)
      let rows = Array(0..<equalityCount)
      let jacobian = state.jacobian.submatrix(rows: rows, columns: Array(0..<t))
      let values = Array(state.values[..<equalityCount])
      guard values.allSatisfy(\.isFinite), let qr = try? QR(jacobian) else { return nil }
      if values.allSatisfy({ $0.magnitude < 1e-11 }) { return (point, qr.nullSpace(), qr.rank) }
      guard let eigen = try? SymmetricEigen(jacobian * jacobian.transposed) else { return nil }
      let step = jacobian.transposeMultiplied(by: eigen.pseudoInverse().multiplied(by: values))
      for i in 0..<t { point[i] -= step[i] }
    }
    return nil
  }
}

extension Constraint {
  /// The constraint as in the syntax.
  public var text: String { "\(lhs) \(op.rawValue) \(rhs)" }
}

/// How the user's constraints stand at the estimates.
public struct ConstraintReport: Sendable, Hashable {
  /// One constraint.
  public struct Item: Sendable, Hashable {
    /// The constraint.
    public var constraint: Constraint
    /// lhs - rhs at the estimates.
    public var value: Double
    /// Whether it holds the estimates back: every equality, and an inequality at its limit.
    public var isActive: Bool
    /// The multiplier λ in ∇F + Σ λ ∇(lhs - rhs) = 0; 0 for an inequality that is not active.
    public var multiplier: Double
    /// Whether the other active constraints imply it.
    public var isRedundant: Bool
  }

  /// The constraints, equalities first.
  public var items: [Item]
  /// Whether every constraint is linear.
  public var isLinear: Bool
  /// Parameters at their bounds, counted from 1.
  public var parametersAtBounds: [Int]
  /// The number of independent equalities: by so much the number of free parameters falls.
  public var equalityRank: Int
  /// An orthonormal basis of the directions in which the estimates can move, t × (t - rank of all active constraints).
  public var tangent: Matrix
}
