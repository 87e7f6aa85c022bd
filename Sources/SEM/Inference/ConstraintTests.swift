internal import SEMNumerics

/// What releasing one active equality constraint, or all of them, would bring.
public struct ConstraintScoreTest: Sendable, Hashable {
  /// The constraint; `nil` for the test of all together.
  public var constraint: Constraint?
  /// The score statistic: about how much χ² would fall.
  public var statistic: ChiSquareTest
}

/// A test that functions of the parameters are zero.
public struct WaldTest: Sendable, Hashable {
  /// The functions' values at the estimates.
  public var values: [Double]
  /// cᵀ (J Cov(θ̂) Jᵀ)⁻¹ c.
  public var statistic: ChiSquareTest
}

extension FittedModel {
  /// Score (Lagrange multiplier) tests of the equality constraints, each by itself, then all together.
  ///
  /// With s the score and I the expected information, releasing a constraint adds one direction d to the tangent Z of the
  /// others: T = (dᵀs)² / (dᵀId - dᵀIZ (ZᵀIZ)⁻¹ ZᵀId); all together give sᵀ I⁻¹ s on their rank (Silvey 1959; Bentler and
  /// Chou 1992).
  /// - Throws: ``InferenceError/notIdentified`` where the released model is not identified.
  public func constraintScoreTests() throws(InferenceError) -> [ConstraintScoreTest] {
    guard let report = constraints, report.equalityRank > 0 else { return [] }
    let information = try information(.expected)
    guard let objective = evaluatedObjective() else { throw .undefinedAtEstimates }
    let t = estimates.count
    let gradient = NumberBuffer(count: t)
    objective.gradient(into: gradient.pointer)
    let score = gradient.array.map { -0.5 * multiplier * $0 }
    guard let functions = (try? ModelConstraints(table: table)) ?? nil else { return [] }
    let jacobian = functions.evaluate(at: estimates).jacobian
    var bounds: [[Double]] = report.parametersAtBounds.map { parameter in
      (0..<t).map { $0 == parameter - 1 ? 1 : 0 }
    }
    let independent = report.items.indices.filter {
      report.items[$0].isActive && !report.items[$0].isRedundant
    }
    bounds += independent.filter { $0 >= functions.equalityCount }.map { jacobian.row($0) }

    /// sᵀ Z (Zᵀ I Z)⁻¹ Zᵀ s for the tangent of some rows.
    func statistic(_ rows: [[Double]]) -> Double? {
      let tangent = rows.isEmpty ? Matrix.identity(t) : (try? QR(Matrix(rows: rows)))?.nullSpace()
      guard let tangent, let factor = try? Cholesky(tangent.transposed.sandwiching(information)),
        factor.smallestPivotRatio > Identification.tolerance
      else { return nil }
      let reduced = tangent.transposeMultiplied(by: score)
      return zip(reduced, factor.solve(reduced)).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let equalities = independent.filter { $0 < functions.equalityCount }
    var result: [ConstraintScoreTest] = []
    for released in equalities {
      let others = equalities.filter { $0 != released }.map { jacobian.row($0) }
      guard let value = statistic(bounds + others) else { throw .notIdentified }
      result.append(
        ConstraintScoreTest(
          constraint: report.items[released].constraint,
          statistic: ChiSquareTest(statistic: value, degreesOfFreedom: 1)))
    }
    guard let total = statistic(bounds) else { throw .notIdentified }
    result.append(
      ConstraintScoreTest(
        constraint: nil, statistic: ChiSquareTest(statistic: total, degreesOfFreedom: equalities.count)))
    return result
  }

  /// The Wald test that constraints such as `a == b` hold, from a model fitted without them.
  ///
  /// - Parameters:
  ///   - text: The constraints in the syntax of models, separated by line breaks or `;`.
  ///   - covariance: Cov(θ̂).
  /// - Throws: ``InferenceError/unknownConstraint(_:)`` for text that is no equality between labelled parameters,
  ///   ``InferenceError/notIdentified`` where the functions are dependent.
  public func waldTest(_ text: String, _ covariance: EstimateCovariance) throws(InferenceError) -> WaldTest {
    var changed = table
    do {
      changed.constraints = try ModelSyntax(parsing: text).statements.compactMap { statement in
        if case .constraint(let constraint) = statement.kind { constraint } else { nil }
      }
    } catch {
      throw .unknownConstraint(error.message)
    }
    let functions: ModelConstraints?
    do { functions = try ModelConstraints(table: changed) } catch { throw .unknownConstraint("\(error)") }
    guard let functions, functions.equalityCount == functions.count else {
      throw .unknownConstraint("A Wald test needs equality constraints between labelled parameters.")
    }
    let state = functions.evaluate(at: estimates)
    let spread = state.jacobian.sandwiching(covariance.matrix)
    guard let factor = try? Cholesky(spread), factor.smallestPivotRatio > Identification.tolerance else {
      throw .notIdentified
    }
    let value = zip(state.values, factor.solve(state.values)).reduce(0) { $0 + $1.0 * $1.1 }
    return WaldTest(
      values: state.values, statistic: ChiSquareTest(statistic: value, degreesOfFreedom: functions.count))
  }
}
