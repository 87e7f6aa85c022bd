internal import SEMNumerics

/// What freeing one fixed or absent parameter would bring.
public struct ModificationIndex: Sendable, Hashable {
  /// The parameter: a fixed row of the table, or one that the table does not have.
  public var parameter: Parameter
  /// The score statistic: about how much χ² would fall (Sörbom 1989).
  public var index: Double
  /// The expected change of the parameter (Saris, Satorra and Sörbom 1987).
  public var expectedChange: Double
  /// The expected change with latent variables of unit variance.
  public var standardizedLatent: Double?
  /// The expected change with all variables of unit variance.
  public var standardizedAll: Double?
  /// The expected change with all variables but exogenous covariates of unit variance.
  public var standardizedExceptCovariates: Double?
}

extension FittedModel {
  /// Modification indices of all fixed rows and of the parameters one could add, in that order.
  ///
  /// With s = -½ m ∂F/∂φ and I the information, mi = s² / (I_φφ - I_φθ I_θθ⁻¹ I_θφ) and epc = s / (the same). Added are
  /// loadings of every factor on every indicator, covariances of all pairs of observed variables and of latent
  /// variables, and in models with regressions paths among their variables. Parameters that would not be identified are
  /// left out. The moments of fixed covariates count as free here, so that a path into a covariate is judged as in the
  /// model with random covariates; no other index changes by that.
  ///
  /// - Parameter information: Expected, as in lavaan whatever the standard errors come from, or observed.
  /// - Throws: ``InferenceError/notIdentified``.
  /// - Complexity: O(t) for each element of the cross information and O(t²) for each candidate.
  public func modificationIndices(information: InformationKind = .expected)
    throws(InferenceError) -> [ModificationIndex]
  {
    let candidates = Self.candidates(table)
    var random = table
    var values = estimates
    for (index, row) in table.rows.enumerated()
    where row.isExogenous && (row.op != .intercept || table.hasMeanStructure) {
      values.append(rowValues[index])
      random.rows[index].free = values.count
      random.rows[index].isExogenous = false
    }
    let t = values.count
    let kind: Curvature = information == .observed ? .exact : .expected
    guard let inverse = invert(try curvature(kind, random, values)) else { throw .notIdentified }
    var extended = random
    for (position, candidate) in candidates.enumerated() {
      var row = candidate.row
      row.free = t + position + 1
      row.isExogenous = false
      if let index = candidate.tableRow { extended.rows[index] = row } else { extended.rows.append(row) }
      values.append(candidate.tableRow.map { rowValues[$0] } ?? 0)
    }
    guard let objective = objective(everyVariableIsSource: true, table: extended) else {
      throw .undefinedAtEstimates
    }
    let isDefined = values.withUnsafeBufferPointer { point in
      point.baseAddress.map { objective.value(at: $0) != nil } ?? false
    }
    guard isDefined else { throw .undefinedAtEstimates }
    let gradient = NumberBuffer(count: values.count)
    objective.gradient(into: gradient.pointer)

    let standardizer = Standardizer(fit: self)
    let half = 0.5 * multiplier
    let column = NumberBuffer(count: t + 1)
    var result: [ModificationIndex] = []
    for (position, candidate) in candidates.enumerated() {
      // Information about the candidate and the free parameters; the last element is its own.
      column.fill(0)
      for (index, block) in objective.blocks.enumerated() {
        block.addInformationColumn(
          of: t + position, kind, objective.weights[index], freeCount: t, into: column.pointer)
      }
      let own = column[t]
      let explained = inverse.quadraticForm(Array(column.array[..<t]))
      let remaining = own - explained
      guard own > 0, remaining > 1e-9 * own else { continue }
      let score = -gradient[t + position]
      let change = score / remaining
      var row = candidate.row
      row.free = 0
      result.append(
        ModificationIndex(
          parameter: row, index: half * score * change, expectedChange: change,
          standardizedLatent: standardizer?.value(row, change, .latent),
          standardizedAll: standardizer?.value(row, change, .all),
          standardizedExceptCovariates: standardizer?.value(row, change, .exceptCovariates)))
    }
    return result
  }

  /// The second derivatives of F at the given values of a table's parameters.
  private func curvature(
    _ kind: Curvature, _ table: ParameterTable, _ values: [Double]
  ) throws(InferenceError) -> Matrix {
    let isDefined = { (objective: ModelObjective) in
      values.withUnsafeBufferPointer { $0.baseAddress.map { objective.value(at: $0) != nil } ?? false }
    }
    guard let objective = objective(table: table), isDefined(objective) else { throw .undefinedAtEstimates }
    let t = values.count
    let buffer = NumberBuffer(count: t * t)
    objective.curvature(kind, into: buffer.pointer)
    Kernels.mirrorLower(buffer.pointer, order: t)
    return buffer.matrix(rowCount: t, columnCount: t)
  }

  private struct Candidate {
    var row: Parameter
    var tableRow: Int?
  }

  private static func candidates(_ table: ParameterTable) -> [Candidate] {
    var result: [Candidate] = []
    for (index, row) in table.rows.enumerated() where row.free == 0 && !row.isExogenous {
      switch row.op {
      case .measurement, .regression, .covariance: result.append(Candidate(row: row, tableRow: index))
      case .intercept where table.hasMeanStructure: result.append(Candidate(row: row, tableRow: index))
      default: break
      }
    }
    for block in table.blocks {
      let rows = table.rows.filter { $0.block == block.number }
      var present = Set<[String]>()
      for row in rows {
        present.insert([row.op.rawValue, row.lhs, row.rhs])
        if row.op == .covariance { present.insert([row.op.rawValue, row.rhs, row.lhs]) }
      }
      func add(_ lhs: String, _ op: Operator, _ rhs: String) {
        guard present.insert([op.rawValue, lhs, rhs]).inserted else { return }
        if op == .covariance { present.insert([op.rawValue, rhs, lhs]) }
        var row = Parameter(lhs: lhs, op: op, rhs: rhs, block: block.number, group: block.group)
        row.origin = .preset
        result.append(Candidate(row: row, tableRow: nil))
      }
      let fixed = Set(rows.filter { $0.isExogenous }.map(\.lhs))
      let observed = Set(block.observed)
      var indicators: [String] = []
      for row in rows
      where row.op == .measurement && observed.contains(row.rhs) && !indicators.contains(row.rhs) {
        indicators.append(row.rhs)
      }
      for factor in block.latent where rows.contains(where: { $0.op == .measurement && $0.lhs == factor }) {
        for indicator in indicators { add(factor, .measurement, indicator) }
      }
      let random = block.observed.filter { !fixed.contains($0) }
      for (position, first) in random.enumerated() {
        for second in random[(position + 1)...] { add(first, .covariance, second) }
      }
      for (position, first) in block.latent.enumerated() {
        for second in block.latent[(position + 1)...] { add(first, .covariance, second) }
      }
      // Paths among the variables of regressions; not against a loading.
      var outcomes: [String] = []
      var predictors: [String] = []
      for row in rows where row.op == .regression && !outcomes.contains(row.lhs) { outcomes.append(row.lhs) }
      for row in rows
      where row.op == .regression && !outcomes.contains(row.rhs) && !predictors.contains(row.rhs) {
        predictors.append(row.rhs)
      }
      let variables = outcomes + predictors
      for target in variables {
        for origin in variables where origin != target {
          let isMeasured =
            present.contains([Operator.measurement.rawValue, target, origin])
            || present.contains([Operator.measurement.rawValue, origin, target])
          if !isMeasured { add(target, .regression, origin) }
        }
      }
    }
    return result
  }
}

extension BlockDiscrepancy {
  /// Adds `factor` times the curvature between parameter `of` and the first `freeCount` ones, then its own.
  fileprivate func addInformationColumn(
    of parameter: Int, _ kind: Curvature, _ factor: Double, freeCount t: Int,
    into column: UnsafeMutablePointer<Double>
  ) {
    guard let candidate = structure.elements.first(where: { $0.parameter == parameter }) else { return }
    for element in structure.elements where element.parameter >= 0 && element.parameter < t {
      column[element.parameter] += factor * pairCurvature(candidate, element, kind)
    }
    column[t] += factor * pairCurvature(candidate, candidate, kind)
  }
}
