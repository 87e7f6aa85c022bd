/// All hypotheses with what the data say of them.
public struct HypothesisSummary: Sendable, Hashable {
  /// One hypothesis.
  public struct Line: Sendable, Hashable {
    /// Its number.
    public var id: String
    /// The hypothesis in words; one is made of the path where the study gives none.
    public var text: Wording
    /// The path or chain, as `PU -> FI`.
    public var path: String
    /// The expected direction.
    public var sign: ExpectedSign?
    /// The standardised estimate of path or indirect effect.
    public var standardized: Double?
    /// The probability of it.
    public var pValue: Double?
    /// The interval of an indirect effect.
    public var interval: MediationTable.Interval?
    /// The verdict.
    public var verdict: HypothesisVerdict
    /// For a chain, the kind of mediation.
    public var remark: Wording?
  }

  /// The hypotheses: about paths in their order, then about chains.
  public let lines: [Line]

  /// Collects the verdicts.
  ///
  /// - Parameters:
  ///   - paths: The paths with their hypotheses.
  ///   - mediation: The chains with theirs; `nil` for none.
  ///   - name: What a variable is called in print.
  public init(
    paths: PathTable, mediation: MediationTable? = nil, name: (String) -> Wording = { Wording($0) }
  ) {
    var lines: [Line] = []
    for path in paths.paths {
      guard let hypothesis = path.hypothesis, let verdict = path.verdict else { continue }
      lines.append(
        Line(
          id: hypothesis.id,
          text: hypothesis.text ?? Self.sentence([path.from, path.to], hypothesis.sign, name),
          path: "\(path.from) -> \(path.to)", sign: hypothesis.sign, standardized: path.standardized,
          pValue: path.pValue, interval: nil, verdict: verdict, remark: nil))
    }
    for line in mediation?.lines ?? [] {
      guard let hypothesis = line.mediation, let verdict = line.verdict else { continue }
      let interval = mediation?.verdictKind.flatMap { line.indirect[$0] }
      lines.append(
        Line(
          id: hypothesis.id, text: hypothesis.text ?? Self.sentence(line.chain, hypothesis.sign, name),
          path: line.label, sign: hypothesis.sign, standardized: line.indirect.standardized,
          pValue: interval?.pValue ?? line.indirect.normalPValue, interval: interval, verdict: verdict,
          remark: line.conclusion))
    }
    self.lines = lines
  }

  private static func sentence(_ chain: [String], _ sign: ExpectedSign?, _ name: (String) -> Wording)
    -> Wording
  {
    let (from, to) = (name(chain[0]), name(chain[chain.count - 1]))
    let between = chain.dropFirst().dropLast().map(name)
    if between.isEmpty {
      let effect: (String, String) =
        switch sign {
        case .positive?: ("has a positive effect on", "正向影响")
        case .negative?: ("has a negative effect on", "负向影响")
        case nil: ("has an effect on", "影响")
        }
      return Wording(
        "\(from.english) \(effect.0) \(to.english)", "\(from.chinese)\(effect.1)\(to.chinese)")
    }
    return Wording(
      between.map(\.english).joined(separator: " and ")
        + " mediate\(between.count == 1 ? "s" : "") the effect of \(from.english) on \(to.english)",
      between.map(\.chinese).joined(separator: "、") + "在\(from.chinese)与\(to.chinese)之间起中介作用")
  }
}
