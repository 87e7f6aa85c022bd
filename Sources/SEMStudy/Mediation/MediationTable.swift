public import SEM
internal import SEMNumerics

/// The pattern of a mediation after Zhao, Lynch and Chen (2010, figure 2): of the indirect and the direct effect.
public enum MediationPattern: String, Sendable, Hashable, CaseIterable, Codable {
  /// Both are significant, with one sign: partial mediation of Baron and Kenny (1986).
  case complementary
  /// Both are significant, with different signs: suppression.
  case competitive
  /// Only the indirect effect is significant: full mediation of Baron and Kenny.
  case indirectOnly = "indirect-only"
  /// Only the direct effect is significant.
  case directOnly = "direct-only"
  /// Neither is significant.
  case none

  /// Classifies a mediation.
  public init(indirect: Double, isIndirectSignificant: Bool, direct: Double, isDirectSignificant: Bool) {
    switch (isIndirectSignificant, isDirectSignificant) {
    case (true, true): self = indirect * direct >= 0 ? .complementary : .competitive
    case (true, false): self = .indirectOnly
    case (false, true): self = .directOnly
    case (false, false): self = .none
    }
  }

  /// The pattern in the words of Baron and Kenny.
  public var wording: Wording {
    switch self {
    case .complementary: Wording("partial mediation", "部分中介")
    case .competitive: Wording("competitive mediation (suppression)", "竞争性中介（遮掩效应）")
    case .indirectOnly: Wording("full mediation", "完全中介")
    case .directOnly: Wording("no mediation (direct effect only)", "无中介（仅直接效应）")
    case .none: Wording("no mediation", "中介不显著")
    }
  }
}

/// Indirect effects along chains with their bootstrap intervals, the share of the total effect, and a verdict.
public struct MediationTable: Sendable {
  /// An interval with its two-sided probability.
  public struct Interval: Sendable, Hashable {
    /// The kind.
    public var kind: BootstrapIntervalKind
    /// The lower end; `nil` where it is not defined.
    public var lower: Double?
    /// The upper end.
    public var upper: Double?
    /// The level at which the interval's nearer end would be 0.
    public var pValue: Double?

    /// Whether 0 lies outside; `nil` without ends.
    public var excludesZero: Bool? { lower.flatMap { lower in upper.map { lower > 0 || $0 < 0 } } }
  }

  /// An effect in the variables' units, with its intervals.
  public struct Quantity: Sendable, Hashable {
    /// The estimate; `nil` where there is none.
    public var estimate: Double?
    /// The same with all variables of unit variance.
    public var standardized: Double?
    /// The standard deviation of the draws; without a bootstrap that of the delta method.
    public var standardError: Double?
    /// estimate / standard error.
    public var z: Double?
    /// The probability of z under the normal distribution (Sobel's test with the delta method's error).
    public var normalPValue: Double?
    /// The intervals; empty without a bootstrap.
    public var intervals: [Interval]
    /// The same of the standardised effect.
    public var standardizedIntervals: [Interval]

    /// The interval of a kind.
    public subscript(kind: BootstrapIntervalKind) -> Interval? { intervals.first { $0.kind == kind } }
  }

  /// One chain.
  public struct Line: Sendable, Hashable {
    /// The hypothesis about it; `nil` for one that was found in the model.
    public var mediation: StudyMediation?
    /// The variables from cause to outcome.
    public var chain: [String]
    /// The product of the paths along the chain.
    public var indirect: Quantity
    /// The path from cause to outcome; `nil` where the model has none.
    public var direct: Quantity?
    /// All influence of the cause on the outcome.
    public var total: Quantity
    /// indirect / total; `nil` where that is no share.
    public var share: Double?
    /// Why there is no share.
    public var shareReason: Wording?
    /// The pattern; `nil` where significance cannot be told.
    public var pattern: MediationPattern?
    /// The verdict in words, which says so where the model itself rules out a direct effect.
    public var conclusion: Wording
    /// What the data say of the hypothesis about the chain.
    public var verdict: HypothesisVerdict?
    /// The indirect effect in each draw of the bootstrap; empty without one.
    public var draws: [Double] = []

    /// The chain as `PU -> FI -> FB`.
    public var label: String { chain.joined(separator: " -> ") }
  }

  /// The difference of two indirect effects of one cause on one outcome.
  public struct Contrast: Sendable, Hashable {
    /// The chain from whose effect the other's is taken.
    public var first: [String]
    /// The other chain.
    public var second: [String]
    /// The difference; its errors and intervals come from the differences of the draws.
    public var difference: Quantity
  }

  /// The chains.
  public let lines: [Line]
  /// The differences of all pairs of chains between the same two variables; empty without a bootstrap.
  public let contrasts: [Contrast]
  /// The kind of interval that verdicts rest on; `nil` where they rest on normal theory, without a bootstrap.
  public let verdictKind: BootstrapIntervalKind?
  /// The number of draws that intervals rest on.
  public let draws: Int
  /// The number of draws that failed.
  public let failedDraws: Int
  /// The coverage of intervals.
  public let confidenceLevel: Double

  /// The intervals that are computed.
  public static let kinds: [BootstrapIntervalKind] = [.percentile, .biasCorrected, .bca]

  /// Computes the mediations of a fit.
  ///
  /// Share and pattern: the share is indirect / total while the chain's effect and the rest of the total have one sign
  /// (Preacher and Kelley 2011); the pattern compares the chain's effect with the path from cause to outcome, each by
  /// whether its interval excludes 0.
  ///
  /// - Parameters:
  ///   - fit: The structural model.
  ///   - mediations: The chains to show; empty shows all between structural variables.
  ///   - bootstrap: The draws; `nil` for none. Their selection of statistics is replaced.
  ///   - kind: The kind of interval that verdicts rest on.
  ///   - convention: Whose delta-method errors are shown without a bootstrap.
  ///   - control: Progress and cancelling.
  /// - Throws: ``StudyError`` for chains that the model does not have, and where no draws can be made.
  /// - Complexity: that of the bootstrap.
  public init(
    _ fit: FittedModel, mediations: [StudyMediation] = [], bootstrap: BootstrapOptions? = nil,
    kind: BootstrapIntervalKind = .biasCorrected, convention: StudyConvention = .lavaan,
    control: BootstrapControl = BootstrapControl()
  ) throws(StudyError) {
    let selections: [EffectSelection] =
      mediations.isEmpty
      ? [.all] : mediations.map { .pair(from: $0.chain[0], to: $0.chain[$0.chain.count - 1]) }
    for mediation in mediations { try Self.check(mediation, fit) }
    confidenceLevel = fit.options.confidenceLevel
    let source: EffectSource
    do throws(InferenceError) {
      let covariance = try? fit.estimateCovariance(convention)
      let table = try fit.effects(selections, covariance: covariance)
      var draws: BootstrapResult?
      if var options = bootstrap {
        options.selection = BootstrapSelection()
        options.selection.standardized = []
        options.selection.explainedVariances = false
        options.selection.effects = selections
        draws = try fit.bootstrap(options, control: control)
      }
      source = EffectSource(table: table, draws: draws, level: fit.options.confidenceLevel)
    } catch {
      throw .unavailable("Mediation", error)
    }
    draws = source.draws?.usedCount ?? 0
    failedDraws = source.draws?.failed ?? 0
    verdictKind = source.draws == nil ? nil : kind
    let chosen: [(StudyMediation?, Int)] =
      mediations.isEmpty
      ? source.table.effects.indices.filter {
        source.table.effects[$0].kind == .specificIndirect && source.table.effects[$0].block == 1
      }.map { (nil, $0) }
      : mediations.compactMap { mediation in
        source.place(along: mediation.chain).map { (mediation, $0) }
      }
    lines = chosen.map { mediation, place in
      Self.line(mediation, place, source, kind: source.draws == nil ? nil : kind)
    }
    contrasts = Self.contrasts(chosen.map(\.1), source)
  }

  private static func check(_ mediation: StudyMediation, _ fit: FittedModel) throws(StudyError) {
    guard mediation.chain.count > 2 else {
      throw StudyError(
        .pathNotInModel, "\(mediation.id) needs a cause, at least one mediator and an outcome.",
        at: mediation.place)
    }
    for (from, to) in zip(mediation.chain, mediation.chain.dropFirst()) {
      let isThere = fit.table.rows.contains {
        ($0.op == .regression && $0.lhs == to && $0.rhs == from)
          || ($0.op == .measurement && $0.lhs == from && $0.rhs == to)
      }
      guard isThere else {
        throw StudyError(
          .pathNotInModel, "\(mediation.id) runs from \(from) to \(to), a path that the model does not have.",
          hint: "Add \(to) ~ \(from) to the model.", at: mediation.place)
      }
    }
  }

  private static func line(
    _ mediation: StudyMediation?, _ place: Int, _ source: EffectSource, kind: BootstrapIntervalKind?
  ) -> Line {
    let effect = source.table.effects[place]
    let indirect = source.quantity(at: place)
    let direct = source.place(.direct, from: effect.from, to: effect.to).map(source.quantity(at:))
    let total =
      source.place(.total, from: effect.from, to: effect.to).map(source.quantity(at:)) ?? Quantity.none
    var line = Line(
      mediation: mediation, chain: effect.path, indirect: indirect, direct: direct, total: total,
      conclusion: Wording("undetermined", "无法判定"))
    (line.share, line.shareReason) = share(indirect.estimate, total.estimate)
    line.draws = source.draws(at: place)
    let alpha = 1 - source.level
    func isSignificant(_ quantity: Quantity) -> Bool? {
      if let kind { return quantity[kind]?.excludesZero }
      return quantity.normalPValue.map { $0 < alpha }
    }
    let significance = isSignificant(indirect)
    if let mediation {
      line.verdict = HypothesisVerdict(
        value: indirect.estimate, isSignificant: significance, sign: mediation.sign)
    }
    guard let significance, let estimate = indirect.estimate else { return line }
    if let direct {
      // A direct path that is fixed has no interval of its own: it is as significant as its value is not 0.
      let directSignificance = isSignificant(direct) ?? (direct.estimate.map { $0 != 0 } ?? false)
      let pattern = MediationPattern(
        indirect: estimate, isIndirectSignificant: significance, direct: direct.estimate ?? 0,
        isDirectSignificant: directSignificance)
      line.pattern = pattern
      line.conclusion = pattern.wording
    } else {
      line.pattern = significance ? .indirectOnly : MediationPattern.none
      line.conclusion =
        significance
        ? Wording(
          "significant; the model has no direct path, so that full mediation is assumed, not tested",
          "间接效应显著；模型未设直接路径，完全中介为假定而非检验")
        : MediationPattern.none.wording
    }
    return line
  }

  /// indirect / total where both and their difference have one sign.
  private static func share(_ indirect: Double?, _ total: Double?) -> (Double?, Wording?) {
    guard let indirect, let total, total != 0 else {
      return (nil, Wording("the total effect is 0 or not defined", "总效应为零或无法计算"))
    }
    let rest = total - indirect
    // Rounding leaves a little where the chain is all there is.
    let isAll = rest.magnitude <= 1e-12 * max(total.magnitude, indirect.magnitude)
    guard isAll || rest * indirect > 0 else {
      return (
        nil,
        Wording(
          "this effect and the rest of the total effect have different signs", "该间接效应与其余效应方向相反，占比无意义")
      )
    }
    return (indirect / total, nil)
  }

  private static func contrasts(_ places: [Int], _ source: EffectSource) -> [Contrast] {
    guard source.draws != nil else { return [] }
    var result: [Contrast] = []
    for (position, first) in places.enumerated() {
      for second in places[(position + 1)...] {
        let (a, b) = (source.table.effects[first], source.table.effects[second])
        guard a.from == b.from, a.to == b.to, a.path != b.path else { continue }
        result.append(
          Contrast(first: a.path, second: b.path, difference: source.difference(first, second)))
      }
    }
    return result
  }
}

extension MediationTable.Quantity {
  static var none: MediationTable.Quantity {
    MediationTable.Quantity(
      estimate: nil, standardized: nil, standardError: nil, z: nil, normalPValue: nil, intervals: [],
      standardizedIntervals: [])
  }
}

/// Effects of a fit with the draws of each.
private struct EffectSource {
  var table: EffectTable
  var draws: BootstrapResult?
  var level: Double

  func place(along chain: [String]) -> Int? {
    table.effects.firstIndex { $0.path == chain && $0.block == 1 }
  }

  func place(_ kind: EffectKind, from: String, to: String) -> Int? {
    table.effects.firstIndex { $0.kind == kind && $0.from == from && $0.to == to && $0.block == 1 }
  }

  func quantity(at place: Int) -> MediationTable.Quantity {
    let effect = table.effects[place]
    var quantity = MediationTable.Quantity(
      estimate: effect.raw.value, standardized: effect.standardized.value,
      standardError: effect.raw.standardError, z: effect.raw.z, normalPValue: effect.raw.pValue,
      intervals: [],
      standardizedIntervals: [])
    guard let draws else { return quantity }
    quantity.intervals = intervals(draws, .effect(place, isStandardized: false))
    quantity.standardizedIntervals = intervals(draws, .effect(place, isStandardized: true))
    if let column = draws.column(of: .effect(place, isStandardized: false)) {
      let error = draws.summary(of: column, .percentile, level: level).standardError
      quantity.set(standardError: error)
    }
    return quantity
  }

  /// An effect in each draw.
  func draws(at place: Int) -> [Double] {
    guard let draws, let column = draws.column(of: .effect(place, isStandardized: false)) else { return [] }
    return draws.draws.column(column).filter { !$0.isNaN }
  }

  private func intervals(_ draws: BootstrapResult, _ statistic: BootstrapStatistic) -> [MediationTable
    .Interval]
  {
    guard let column = draws.column(of: statistic) else { return [] }
    return MediationTable.kinds.compactMap { kind in
      if kind == .bca, draws.accelerations.isEmpty { return nil }
      let summary = draws.summary(of: column, kind, level: level)
      return MediationTable.Interval(
        kind: kind, lower: summary.lower, upper: summary.upper, pValue: summary.pValue)
    }
  }

  /// The first effect less the second.
  func difference(_ first: Int, _ second: Int) -> MediationTable.Quantity {
    var quantity = MediationTable.Quantity.none
    func values(_ isStandardized: Bool) -> (estimate: Double, draws: [Double])? {
      guard let draws, let a = draws.column(of: .effect(first, isStandardized: isStandardized)),
        let b = draws.column(of: .effect(second, isStandardized: isStandardized))
      else { return nil }
      let differences = zip(draws.draws.column(a), draws.draws.column(b)).map { $0 - $1 }
      return (draws.original[a] - draws.original[b], differences.filter { !$0.isNaN })
    }
    func intervals(_ interval: BootstrapInterval) -> [MediationTable.Interval] {
      // The jackknife of the difference is not at hand: no acceleration.
      [.percentile, .biasCorrected].compactMap { kind in
        interval.ends(kind, level: level).map {
          MediationTable.Interval(
            kind: kind, lower: $0.lower, upper: $0.upper, pValue: interval.pValue(kind))
        }
      }
    }
    if let (estimate, differences) = values(false), differences.count > 1, !estimate.isNaN {
      let interval = BootstrapInterval(values: differences, estimate: estimate, acceleration: nil)
      quantity.estimate = estimate
      quantity.set(standardError: interval.standardError)
      quantity.intervals = intervals(interval)
    }
    if let (estimate, differences) = values(true), differences.count > 1, !estimate.isNaN {
      quantity.standardized = estimate
      quantity.standardizedIntervals = intervals(
        BootstrapInterval(values: differences, estimate: estimate, acceleration: nil))
    }
    return quantity
  }
}

extension MediationTable.Quantity {
  /// Takes over an error, with z and its probability.
  fileprivate mutating func set(standardError error: Double?) {
    standardError = error
    z = nil
    normalPValue = nil
    guard let error, error > 0, let estimate else { return }
    let ratio = estimate / error
    z = ratio
    normalPValue = min(2 * NormalDistribution.standard.upperTail(at: ratio.magnitude), 1)
  }
}
