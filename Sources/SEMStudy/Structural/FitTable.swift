/// What an index compares a model with.
public enum FitIndexKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// The data.
  case absolute
  /// The independence model.
  case incremental
  /// The data, with a price for every parameter.
  case parsimony
}

/// What a criterion says of a value.
public enum FitVerdict: String, Sendable, Hashable, CaseIterable, Codable {
  /// The stricter cut-off is met.
  case ideal
  /// Only the more lenient cut-off is met.
  case acceptable
  /// Neither is met.
  case poor
}

/// A customary cut-off with its source. Customary does not mean right: Marsh, Hau and Wen (2004) warn of golden rules.
public struct FitCriterion: Sendable, Hashable {
  /// The index.
  public var index: FitIndex
  /// The kind of index.
  public var kind: FitIndexKind
  /// Whether less is better.
  public var prefersSmall: Bool
  /// The stricter cut-off, which itself meets it.
  public var ideal: Double
  /// The more lenient cut-off; that of ``ideal`` where there is but one.
  public var acceptable: Double
  /// Author and year.
  public var source: String

  /// Makes a criterion.
  public init(
    _ index: FitIndex, _ kind: FitIndexKind, prefersSmall: Bool = false, ideal: Double,
    acceptable: Double? = nil, source: String
  ) {
    self.index = index
    self.kind = kind
    self.prefersSmall = prefersSmall
    self.ideal = ideal
    self.acceptable = acceptable ?? ideal
    self.source = source
  }

  /// What the criterion says of a value.
  public func verdict(_ value: Double) -> FitVerdict {
    func meets(_ limit: Double) -> Bool { prefersSmall ? value <= limit : value >= limit }
    return meets(ideal) ? .ideal : meets(acceptable) ? .acceptable : .poor
  }

  /// The criteria that papers on surveys use.
  public static let customary: [FitCriterion] = [
    FitCriterion(
      .relativeChiSquare, .absolute, prefersSmall: true, ideal: 3, acceptable: 5,
      source: "Kline (1998); Wheaton et al. (1977)"),
    FitCriterion(
      .rmsea, .absolute, prefersSmall: true, ideal: 0.05, acceptable: 0.08, source: "Browne & Cudeck (1993)"),
    FitCriterion(
      .gfi, .absolute, ideal: 0.9, acceptable: 0.8,
      source: "Jöreskog & Sörbom (1984); Doll, Xia & Torkzadeh (1994)"),
    FitCriterion(
      .agfi, .absolute, ideal: 0.9, acceptable: 0.8,
      source: "Jöreskog & Sörbom (1984); MacCallum & Hong (1997)"),
    FitCriterion(.rmr, .absolute, prefersSmall: true, ideal: 0.05, source: "Byrne (2010)"),
    FitCriterion(
      .srmr, .absolute, prefersSmall: true, ideal: 0.05, acceptable: 0.08,
      source: "Byrne (2010); Hu & Bentler (1999)"),
    FitCriterion(.nfi, .incremental, ideal: 0.95, acceptable: 0.9, source: "Bentler & Bonett (1980)"),
    FitCriterion(.rfi, .incremental, ideal: 0.95, acceptable: 0.9, source: "Bollen (1986)"),
    FitCriterion(
      .ifi, .incremental, ideal: 0.95, acceptable: 0.9, source: "Hu & Bentler (1999); Bentler & Bonett (1980)"
    ),
    FitCriterion(
      .tli, .incremental, ideal: 0.95, acceptable: 0.9, source: "Hu & Bentler (1999); Bentler & Bonett (1980)"
    ),
    FitCriterion(
      .cfi, .incremental, ideal: 0.95, acceptable: 0.9, source: "Hu & Bentler (1999); Bentler (1990)"),
    FitCriterion(.pgfi, .parsimony, ideal: 0.5, source: "Mulaik et al. (1989)"),
    FitCriterion(.pnfi, .parsimony, ideal: 0.5, source: "Mulaik et al. (1989)"),
    FitCriterion(.pcfi, .parsimony, ideal: 0.5, source: "Mulaik et al. (1989)"),
    FitCriterion(.hoelter05, .parsimony, ideal: 200, source: "Hoelter (1983)"),
  ]
}

/// The fit of one model, or of measurement and structural model side by side, judged by criteria.
public struct FitTable: Sendable, Hashable {
  /// One model.
  public struct Model: Sendable, Hashable {
    /// What it is called.
    public var name: Wording
    /// Its indices.
    public var indices: FitIndices

    /// Names the indices of a model.
    public init(_ name: Wording, _ indices: FitIndices) {
      self.name = name
      self.indices = indices
    }
  }

  /// The models; verdicts are about the last.
  public var models: [Model]
  /// The criteria, in the order of the table.
  public var criteria: [FitCriterion]

  /// Makes a table.
  ///
  /// - Precondition: There is at least one model.
  public init(_ models: [Model], criteria: [FitCriterion] = FitCriterion.customary) {
    precondition(!models.isEmpty, "A table of fit needs a model.")
    self.models = models
    self.criteria = criteria
  }

  /// What a criterion says of the last model; `nil` where the index is not defined.
  public func verdict(_ criterion: FitCriterion) -> FitVerdict? {
    models.last?.indices[criterion.index].map(criterion.verdict)
  }
}
