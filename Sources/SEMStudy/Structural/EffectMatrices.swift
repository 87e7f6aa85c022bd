public import SEM
public import SEMNumerics

/// Direct, indirect and total effects of all structural variables on each other, as AMOS lays them out: rows are outcomes,
/// columns causes.
public struct EffectMatrices: Sendable, Hashable {
  /// Which part of an effect.
  public enum Part: String, Sendable, Hashable, CaseIterable, Codable {
    /// The path.
    case direct
    /// Everything else.
    case indirect
    /// Both.
    case total
  }

  /// The causes, in the order of columns: variables from which a path leaves.
  public let causes: [String]
  /// The outcomes, in the order of rows: variables to which a path leads.
  public let outcomes: [String]
  private let raw: [Part: Matrix]
  private let standardized: [Part: Matrix]

  /// outcomes × causes; 0 where there is no effect, NaN where a standardised one is not defined.
  public func matrix(_ part: Part, isStandardized: Bool) -> Matrix {
    (isStandardized ? standardized : raw)[part] ?? Matrix(rowCount: outcomes.count, columnCount: causes.count)
  }

  /// Reads the effects of a fit; indicators are left out.
  ///
  /// - Parameters:
  ///   - fit: The structural model.
  ///   - block: The group, from 1.
  /// - Throws: ``StudyError``, where estimates define no effects.
  public init(_ fit: FittedModel, block: Int = 1) throws(StudyError) {
    guard let matrices = fit.matrices(ofBlock: block - 1) else {
      throw .unavailable("Effects", InferenceError.undefinedAtEstimates)
    }
    let rows = fit.table.rows.filter { $0.op == .regression && $0.block == block }
    var causes: [String] = []
    var outcomes: [String] = []
    for row in rows {
      if !outcomes.contains(row.lhs) { outcomes.append(row.lhs) }
      if !causes.contains(row.rhs) { causes.append(row.rhs) }
    }
    // Exogenous causes first, as in AMOS.
    causes = causes.filter { !outcomes.contains($0) } + causes.filter(outcomes.contains)
    self.causes = causes
    self.outcomes = outcomes
    let columns = causes.compactMap { matrices.variables.firstIndex(of: $0) }
    let lines = outcomes.compactMap { matrices.variables.firstIndex(of: $0) }
    let direct = matrices.paths.submatrix(rows: lines, columns: columns)
    var total = matrices.totalEffects.submatrix(rows: lines, columns: columns)
    for (i, row) in lines.enumerated() {
      for (j, column) in columns.enumerated() where row == column { total[i, j] -= 1 }
    }
    raw = [.direct: direct, .total: total, .indirect: total - direct]
    let variances = matrices.totalCovariance.diagonal
    standardized = raw.mapValues { matrix in
      var scaled = matrix
      for (i, row) in lines.enumerated() {
        for (j, column) in columns.enumerated() {
          let isDefined = variances[row] > 0 && variances[column] > 0
          scaled[i, j] = isDefined ? matrix[i, j] * (variances[column] / variances[row]).squareRoot() : .nan
        }
      }
      return scaled
    }
  }
}
