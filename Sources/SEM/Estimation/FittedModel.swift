public import SEMNumerics

/// How the search for the minimum went.
public struct Convergence: Sendable, Hashable {
  /// Whether every element of the scaled gradient is below the tolerance.
  public var isConverged: Bool { termination == .converged }
  /// Why the search ended.
  public var termination: Termination
  /// The number of steps from the start that led to the result.
  public var iterations: Int
  /// The number of evaluations from that start.
  public var evaluations: Int
  /// The largest |∂F/∂θ| / √(expected ∂²F/∂θ²).
  public var scaledGradient: Double
  /// The start that led to the result, and those that failed before it.
  public var start: String
  /// The starts that failed.
  public var failedStarts: [String]
  /// The parameters that grew, or latent variances that shrank to nothing, where the search found no end; empty after
  /// convergence.
  public var diverging: [String] = []
}

/// A model with its estimates: what all inference starts from.
///
/// A fit that did not converge is a value too; ``convergence`` tells.
public struct FittedModel: Sendable {
  /// The parameter table.
  public let table: ParameterTable
  /// The moments that were fitted, one per block, with the divisor of the likelihood (N or N - 1).
  public let moments: [SampleMoments]
  /// The rows of each block, rows × observed variables in the block's order, NaN for values that are missing (none with
  /// listwise deletion); `nil` without raw data.
  public let rows: [Matrix]?
  /// How the model was fitted.
  public let options: FitOptions
  /// The estimates of the free parameters, in the order of ``Parameter/free``.
  public let estimates: [Double]
  /// The values of all rows of the table: estimated, fixed, or the sample's for fixed covariates.
  public let rowValues: [Double]
  /// The minimum of the discrepancy F, blocks weighted by their share of the cases.
  public let discrepancy: Double
  /// F of each block.
  public let blockDiscrepancies: [Double]
  /// How the search went.
  public internal(set) var convergence: Convergence
  /// How the user's constraints and bounds stand; `nil` without any.
  public let constraints: ConstraintReport?
  /// Remarks on the model's text and on the data.
  public var notes: [FitNote] = []
  /// What listwise deletion kept and dropped, per block; empty without raw data.
  public var listwise: [ListwiseReport] = []
  /// What was kept of incomplete rows, per block; empty with listwise deletion.
  public var incomplete: [MissingReport] = []

  /// The weights and clusters of the cases, per block; empty without any.
  public var design: [CaseDesign] = []

  /// Matrices and inverses that much of inference asks for.
  let memo = Memo()

  /// The number of free parameters, lessened by independent equality constraints (lavaan's `npar`).
  public var parameterCount: Int { estimates.count - (constraints?.equalityRank ?? 0) }
  /// The number of cases.
  public var count: Int { moments.reduce(0) { $0 + $1.count } }
  /// The multiplier that turns F into χ² for one block: n, or n - 1 for the Wishart likelihood and least squares.
  public func multiplier(ofBlock index: Int) -> Double {
    options.multiplier(count: moments[index].count)
  }
  /// The sum of the blocks' multipliers: N, or N minus the number of groups.
  public var multiplier: Double { moments.indices.reduce(0) { $0 + multiplier(ofBlock: $1) } }

  /// The matrices of a block at the estimates; `nil` only where no estimate exists.
  public func matrices(ofBlock index: Int) -> ReticularMatrices? {
    memo.value("matrices \(index)") {
      ReticularMatrices(block: table.blocks[index], table: table, rowValues: rowValues)
    }
  }

  /// A workspace at the estimates.
  package func objective(everyVariableIsSource: Bool = false, table other: ParameterTable? = nil)
    -> ModelObjective?
  {
    ModelFitter.objective(
      table: other ?? table, moments: moments, rows: rows, design: design, options: options,
      everyVariableIsSource: everyVariableIsSource)
  }
}

/// A remark on a fit that came before estimation: about the model's text or about the data.
public struct FitNote: Sendable, Hashable {
  /// A stable short name that scripts may match.
  public var code: String
  /// The remark in sentences.
  public var message: String
  /// The variables or parameters concerned.
  public var subjects: [String]

  /// Makes a note.
  public init(code: String, message: String, subjects: [String] = []) {
    self.code = code
    self.message = message
    self.subjects = subjects
  }
}
