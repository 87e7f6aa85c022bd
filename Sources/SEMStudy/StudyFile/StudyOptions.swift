public import SEM

/// The customs by which a study is computed and printed.
public enum StudyConvention: String, Sendable, Hashable, CaseIterable, Codable {
  /// χ² = (N - 1) F, AIC, BCC and ECVI by AMOS's formulas, `FI <--- PU`, C.R., `***`.
  case amos
  /// χ² = N F, AIC with the log-likelihood, as lavaan prints by default.
  case lavaan
}

/// How a study is computed. The defaults are those of the study file.
public struct StudyOptions: Sendable, Hashable {
  /// How the number of factors of the exploratory analysis is chosen.
  public enum FactorCount: Sendable, Hashable {
    /// As many as there are constructs.
    case constructs
    /// As many as there are eigenvalues above 1 (Kaiser 1960).
    case kaiser
    /// Parallel analysis (Horn 1965).
    case parallel
    /// A number.
    case fixed(Int)
  }

  /// Whose customs are followed.
  public var convention = StudyConvention.lavaan
  /// The estimator with its standard errors and test, by lavaan's name: ML, MLR, MLM …
  public var estimator = "ML"
  /// What becomes of answers that are missing.
  public var missing = MissingData.listwise
  /// The number of bootstrap draws; 0 for no bootstrap.
  public var bootstrapDraws = 2000
  /// The kind of interval on which verdicts rest. Percentile and bias-corrected ones are printed always.
  public var bootstrapInterval = BootstrapIntervalKind.biasCorrected
  /// The seed of everything random.
  public var seed: UInt64 = 1
  /// The coverage of intervals.
  public var confidenceLevel = 0.95
  /// How factors are extracted.
  public var factorExtraction = FactorExtraction.principalComponents
  /// How factors are rotated.
  public var factorRotation = FactorRotation.varimax
  /// How the number of factors is chosen.
  public var factorCount = FactorCount.kaiser
  /// The steps from the full measurement model to one factor: each joins the factors of the named constructs, on top of
  /// the steps before it. Empty joins the two most correlated ones in each step.
  public var competingMerges: [[StudyName]] = []
  /// Whether controls are uncorrelated with the exogenous constructs.
  public var independentControls = false
  /// The cut-offs with which figures are compared.
  public var cutoffs = StudyCutoffs()
  /// The number of threads, on which no result depends; `nil` for as many as there are processors.
  public var threads: Int?

  /// The defaults.
  public init() {}
}

/// The cut-offs with which a study's figures are compared. They are customs, not laws; tables name their sources.
public struct StudyCutoffs: Sendable, Hashable {
  /// Cronbach's α, McDonald's ω (Nunnally 1978).
  public var alpha = 0.7
  /// Corrected item-total correlation (Churchill 1979).
  public var itemTotal = 0.5
  /// Kaiser-Meyer-Olkin measure (Kaiser 1974).
  public var kmo = 0.7
  /// Standardised loading in factor analyses (Hair et al. 2010).
  public var loading = 0.5
  /// Composite reliability (Fornell and Larcker 1981; Bagozzi and Yi 1988).
  public var compositeReliability = 0.7
  /// Average variance extracted (Fornell and Larcker 1981).
  public var averageVariance = 0.5
  /// Heterotrait-monotrait ratio (Henseler, Ringle and Sarstedt 2015).
  public var htmt = 0.85
  /// The share of the first unrotated factor in Harman's test (Podsakoff and Organ 1986).
  public var harman = 0.4
  /// The largest probability of a significant result.
  public var significance = 0.05

  /// The usual ones.
  public init() {}
}
