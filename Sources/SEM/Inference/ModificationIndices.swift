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
  /// - Complexity: O(t²) for each candidate, in matrix products.
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

    let standardizer = standardizer
    let half = 0.5 * multiplier
    var result: [ModificationIndex] = []
    result.reserveCapacity(candidates.count)
    var first = 0
    while first < candidates.count {
      let width = min(Self.stripWidth, candidates.count - first)
      // Information about the candidates of a strip and the free parameters, a column each; and their own.
      var cross = Matrix(rowCount: t, columnCount: width)
      var own = [Double](repeating: 0, count: width)
      for (index, block) in objective.blocks.enumerated() {
        block.addCrossInformation(
          of: (t + first)..<(t + first + width), kind, objective.weights[index], to: &cross, own: &own)
      }
      let weighted = inverse * cross
      for position in 0..<width {
        var explained = 0.0
        for a in (position * t)..<((position + 1) * t) {
          explained += cross.elements[a] * weighted.elements[a]
        }
        let remaining = own[position] - explained
        guard own[position] > 0, remaining > 1e-9 * own[position] else { continue }
        let score = -gradient[t + first + position]
        let change = score / remaining
        var row = candidates[first + position].row
        row.free = 0
        result.append(
          ModificationIndex(
            parameter: row, index: half * score * change, expectedChange: change,
            standardizedLatent: standardizer?.value(row, change, .latent),
            standardizedAll: standardizer?.value(row, change, .all),
            standardizedExceptCovariates: standardizer?.value(row, change, .exceptCovariates)))
      }
      first += width
    }
    return result
  }

  /// How many candidates are taken at a time.
  private static let stripWidth = 128

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

  /// What tells rows of one block apart; a covariance has no direction.
  private struct Place: Hashable {
    var op: Operator
    var left: String
    var right: String

    init(_ op: Operator, _ lhs: String, _ rhs: String) {
      self.op = op
      (left, right) = op == .covariance && rhs < lhs ? (rhs, lhs) : (lhs, rhs)
    }
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
      var present = Set<Place>()
      for row in rows { present.insert(Place(row.op, row.lhs, row.rhs)) }
      func add(_ lhs: String, _ op: Operator, _ rhs: String) {
        guard present.insert(Place(op, lhs, rhs)).inserted else { return }
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
            present.contains(Place(.measurement, target, origin))
            || present.contains(Place(.measurement, origin, target))
          if !isMeasured { add(target, .regression, origin) }
        }
      }
    }
    return result
  }
}

extension BlockDiscrepancy {
  /// Adds `factor` times the curvature between the parameters `range` and those before the first of all candidates, the
  /// rows of `cross`, and between each and itself.
  fileprivate func addCrossInformation(
    of range: Range<Int>, _ kind: Curvature, _ factor: Double, to cross: inout Matrix, own: inout [Double]
  ) {
    let t = cross.rowCount
    let free = structure.elements.filter { $0.parameter >= 0 && $0.parameter < t }
    let line = NumberBuffer(count: free.count)
    for candidate in structure.elements where range.contains(candidate.parameter) {
      let position = candidate.parameter - range.lowerBound
      own[position] += factor * pairCurvature(candidate, candidate, kind)
      pairCurvatures(candidate, free, kind, into: line.pointer)
      for (index, element) in free.enumerated() {
        cross.elements[element.parameter + position * t] += factor * line[index]
      }
    }
  }
}
