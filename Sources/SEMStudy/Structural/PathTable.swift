public import SEM

/// What the data say of a hypothesis.
public enum HypothesisVerdict: String, Sendable, Hashable, CaseIterable, Codable {
  /// Significant in the expected direction.
  case supported
  /// Not significant.
  case notSupported = "not-supported"
  /// Significant in the other direction.
  case opposite
  /// It has no probability.
  case undetermined

  /// Judges an effect.
  ///
  /// - Parameters:
  ///   - value: The estimate.
  ///   - isSignificant: Whether it differs from 0; `nil` where that cannot be told.
  ///   - sign: The expected direction; `nil` for either.
  public init(value: Double?, isSignificant: Bool?, sign: ExpectedSign?) {
    guard let value, let isSignificant else {
      self = .undetermined
      return
    }
    guard isSignificant else {
      self = .notSupported
      return
    }
    switch sign {
    case .positive?: self = value > 0 ? .supported : .opposite
    case .negative?: self = value < 0 ? .supported : .opposite
    case nil: self = .supported
    }
  }

  /// Whether the hypothesis is supported.
  public var isSupported: Bool { self == .supported }

  /// The verdict in words.
  public var wording: Wording {
    switch self {
    case .supported: Wording("supported", "支持")
    case .notSupported: Wording("not supported", "不支持")
    case .opposite: Wording("not supported (opposite sign)", "不支持（方向相反）")
    case .undetermined: Wording("undetermined", "无法判定")
    }
  }
}

/// The structural paths of a fit with the hypotheses about them, and R² of the outcomes.
public struct PathTable: Sendable, Hashable {
  /// One path.
  public struct Path: Sendable, Hashable {
    /// The outcome.
    public var to: String
    /// The predictor.
    public var from: String
    /// The coefficient in the variables' units.
    public var estimate: Double?
    /// Its standard error; `nil` where it is fixed or not defined.
    public var standardError: Double?
    /// estimate / standard error; a z, not a t.
    public var criticalRatio: Double?
    /// The two-sided probability.
    public var pValue: Double?
    /// The coefficient with all variables of unit variance.
    public var standardized: Double?
    /// The hypothesis about the path.
    public var hypothesis: StudyHypothesis?
    /// What the data say of it; `nil` without a hypothesis.
    public var verdict: HypothesisVerdict?
    /// Whether the predictor is a control variable.
    public var isControl: Bool

    /// The path as AMOS writes it: `FI <--- PU`.
    public var arrow: String { "\(to) <--- \(from)" }
  }

  /// The paths: those with hypotheses in their order, then the others, those of controls last.
  public let paths: [Path]
  /// R² of each outcome, in the model's order; `nil` where it is not defined.
  public let explained: [(variable: String, rSquared: Double?)]
  /// The convention of standard errors.
  public let convention: StudyConvention
  /// The largest probability of a significant path.
  public let significance: Double

  /// Reads the paths of a fit.
  ///
  /// - Parameters:
  ///   - fit: The structural model.
  ///   - hypotheses: Hypotheses about paths.
  ///   - controls: The names of control variables.
  ///   - block: The group, from 1.
  ///   - convention: Whose standard errors are shown.
  ///   - significance: The largest probability of a significant path.
  /// - Throws: ``StudyError`` with ``StudyError/Code/pathNotInModel`` for a hypothesis about a path that the model does not
  ///   have.
  /// - Complexity: O(t³) for the standard errors.
  public init(
    _ fit: FittedModel, hypotheses: [StudyHypothesis] = [], controls: [String] = [], block: Int = 1,
    convention: StudyConvention = .lavaan, significance: Double = 0.05
  ) throws(StudyError) {
    self.convention = convention
    self.significance = significance
    let lines = fit.parameterEstimates(try? fit.estimateCovariance(convention))
    let standardized = fit.standardizedEstimates(.all, nil)
    let controls = Set(controls)
    var paths: [Path] = []
    for (index, row) in fit.table.rows.enumerated() where row.op == .regression && row.block == block {
      let line = lines[index]
      paths.append(
        Path(
          to: row.lhs, from: row.rhs, estimate: line.estimate,
          standardError: row.free > 0 ? line.standardError : nil, criticalRatio: line.z, pValue: line.pValue,
          standardized: standardized.indices.contains(index) ? standardized[index].estimate : nil,
          hypothesis: nil, verdict: nil, isControl: controls.contains(row.rhs)))
    }
    var order: [Int] = []
    for hypothesis in hypotheses {
      guard
        let index = paths.firstIndex(where: { $0.from == hypothesis.path.from && $0.to == hypothesis.path.to }
        )
      else {
        throw StudyError(
          .pathNotInModel,
          "\(hypothesis.id) is about the path from \(hypothesis.path.from) to \(hypothesis.path.to), which the model does not have.",
          hint: "Add \(hypothesis.path.to) ~ \(hypothesis.path.from) to the model.", at: hypothesis.path.place
        )
      }
      paths[index].hypothesis = hypothesis
      paths[index].verdict = HypothesisVerdict(
        value: paths[index].estimate, isSignificant: paths[index].pValue.map { $0 < significance },
        sign: hypothesis.sign)
      if !order.contains(index) { order.append(index) }
    }
    let others = paths.indices.filter { !order.contains($0) }
    order += others.filter { !paths[$0].isControl } + others.filter { paths[$0].isControl }
    self.paths = order.map { paths[$0] }
    var outcomes: [String] = []
    for path in paths where !outcomes.contains(path.to) { outcomes.append(path.to) }
    let explained = fit.explainedVariances().filter { $0.block == block }
    self.explained = outcomes.map { name in (name, explained.first { $0.variable == name }?.rSquared) }
  }

  /// The path between two variables.
  public func path(from: String, to: String) -> Path? { paths.first { $0.from == from && $0.to == to } }

  /// Equality of all that is shown.
  public static func == (left: PathTable, right: PathTable) -> Bool {
    left.paths == right.paths && left.convention == right.convention
      && left.explained.map(\.variable) == right.explained.map(\.variable)
      && left.explained.map(\.rSquared) == right.explained.map(\.rSquared)
  }

  /// Feeds the paths to a hash.
  public func hash(into hasher: inout Hasher) { hasher.combine(paths) }
}
