public import SEM

/// A bootstrap with intervals, ready to be shown.
public struct BootstrapReport: Sendable {
  /// The draws.
  public let result: BootstrapResult
  /// The kind of the intervals.
  public let kind: BootstrapIntervalKind
  /// Bias, error and interval of every statistic.
  public let summaries: [BootstrapSummary]
  let fit: FittedModel
  let effects: EffectTable?
  private let places: [BootstrapStatistic: Int]

  /// Makes a report.
  ///
  /// - Parameters:
  ///   - result: The draws.
  ///   - fit: The fit they belong to.
  ///   - kind: The kind of the intervals.
  ///   - effects: The effects that were selected.
  public init(
    _ result: BootstrapResult, fit: FittedModel, kind: BootstrapIntervalKind, effects: EffectTable? = nil
  ) {
    self.result = result
    self.kind = kind
    self.fit = fit
    self.effects = effects
    summaries = result.summaries(kind)
    var places: [BootstrapStatistic: Int] = [:]
    for (index, statistic) in result.statistics.enumerated() { places[statistic] = index }
    self.places = places
  }

  func summary(_ statistic: BootstrapStatistic) -> BootstrapSummary? {
    places[statistic].map { summaries[$0] }
  }

  /// The rows of the table and the defined parameters.
  var lines: [Parameter] { fit.parameterEstimates(nil).map(\.parameter) }

  /// A row's name, with its group where there are several.
  func rowName(_ line: Parameter) -> String {
    let name =
      line.op == .definition
      ? line.lhs : line.op == .intercept ? "\(line.lhs) ~ 1" : "\(line.lhs) \(line.op.rawValue) \(line.rhs)"
    guard fit.table.blocks.count > 1, line.group > 0 else { return name }
    return name + " (\(fit.table.blocks[line.block - 1].groupLabel))"
  }

  /// The block `bootstrap` (or `monte_carlo`) of a fit's JSON.
  public var json: JSONValue {
    func numbers(_ summary: BootstrapSummary?, _ end: String = "") -> [(String, JSONValue)] {
      [
        ("est" + end, JSONValue(summary?.estimate)), ("bias" + end, JSONValue(summary?.bias)),
        ("se" + end, JSONValue(summary?.standardError)), ("ci_lower" + end, JSONValue(summary?.lower)),
        ("ci_upper" + end, JSONValue(summary?.upper)), ("pvalue" + end, JSONValue(summary?.pValue)),
      ]
    }
    var members: [(String, JSONValue)] = [
      ("type", .string(result.method.rawValue)), ("requested", .integer(result.requested)),
      ("completed", .integer(result.completed)), ("used", .integer(result.usedCount)),
      ("failed", .integer(result.failed)), ("inadmissible", .integer(result.inadmissible)),
      ("keeps_inadmissible", .bool(result.keepsInadmissible)), ("interrupted", .bool(result.isInterrupted)),
      ("seed", .string("\(result.seed)")), ("ci", .string(kind.rawValue)),
      ("level", JSONValue(result.confidenceLevel)),
    ]
    if let pValue = result.testPValue { members.append(("test_pvalue", JSONValue(pValue))) }
    var parameters: [JSONValue] = []
    for (index, line) in lines.enumerated() {
      let own = summary(.estimate(index))
      let standardized = summary(.standardized(.all, index))
      guard own != nil || standardized != nil else { continue }
      parameters.append(
        .object(
          [
            ("lhs", .string(line.lhs)), ("op", .string(line.op.rawValue)), ("rhs", .string(line.rhs)),
            ("block", .integer(line.block)), ("group", .integer(line.group)), ("label", .string(line.label)),
          ] + numbers(own) + numbers(standardized, "_std_all")))
    }
    members.append(("parameters", .array(parameters)))
    var explained: [JSONValue] = []
    var named: [(String, JSONValue)] = []
    for summary in summaries {
      switch summary.statistic {
      case .explainedVariance(let variable, let block):
        explained.append(
          .object([("variable", .string(variable)), ("block", .integer(block))] + numbers(summary)))
      case .chiSquare: named.append(("chisq", .object(numbers(summary))))
      case .named(let name): named.append((name, .object(numbers(summary))))
      default: break
      }
    }
    if !explained.isEmpty { members.append(("r_squared", .array(explained))) }
    if !named.isEmpty { members.append(("fit_measures", .object(named))) }
    if let effects {
      members.append(
        (
          "effects",
          .array(
            effects.effects.enumerated().map { index, effect in
              .object(
                [
                  ("type", .string(effect.kind.rawValue)), ("from", .string(effect.from)),
                  ("to", .string(effect.to)), ("path", .array(effect.path.map { .string($0) })),
                  ("block", .integer(effect.block)),
                ] + numbers(summary(.effect(index, isStandardized: false)))
                  + numbers(summary(.effect(index, isStandardized: true)), "_std_all"))
            })
        ))
    }
    return .object(members)
  }

  /// How the draws went, in sentences.
  public var remarks: [String] {
    var result: [String] = []
    let draws = self.result
    if draws.isInterrupted {
      result.append("Interrupted after \(draws.completed) of \(draws.requested) draws.")
    }
    if draws.failed > 0 { result.append("\(draws.failed) draws did not converge and are left out.") }
    if draws.inadmissible > 0 {
      let fate = draws.keepsInadmissible ? "kept" : "left out"
      result.append("\(draws.inadmissible) draws have an inadmissible solution (\(fate)).")
    }
    if summaries.contains(where: { $0.isAtExtreme }) {
      result.append("Some intervals end at the smallest or largest draw: more draws are needed.")
    }
    return result
  }

  /// The tables for a terminal.
  ///
  /// - Parameter width: The columns of the page, at least 40.
  public func text(width: Int = 80) -> String {
    let draws = result
    let name =
      switch draws.method {
      case .ordinary: "Bootstrap"
      case .bollenStine: "Bollen-Stine bootstrap"
      case .parametric: "Parametric bootstrap"
      case .monteCarlo: "Monte Carlo intervals"
      }
    let level = TextNumber.fixed(100 * draws.confidenceLevel, 0)
    var page = TextPage(width: width)
    page.paragraph(
      "\(name): \(draws.usedCount) draws, seed \(draws.seed), \(level)% intervals: \(kind.rawValue)",
      hanging: 2)
    page.blank()
    for remark in remarks { page.paragraph(remark, indent: 2) }
    page.blank()
    if let pValue = draws.testPValue, let place = places[.chiSquare] {
      page.paragraph(
        "Test of the model: chi-square \(TextNumber.fixed(draws.original[place])), bootstrap p \(TextNumber.pValue(pValue))",
        indent: 2)
      page.blank()
    }
    var table = PlainTable(
      header: ["", "Estimate", "Bias", "SE", "Lower", "Upper", "P", "Std.all", "SE", "Lower", "Upper"])
    table.breaks = [7]
    func cells(_ summary: BootstrapSummary?, full: Bool) -> [String] {
      let ends = [TextNumber.fixed(summary?.lower), TextNumber.fixed(summary?.upper)]
      guard full else {
        return [TextNumber.fixed(summary?.estimate), TextNumber.fixed(summary?.standardError)] + ends
      }
      return [
        TextNumber.fixed(summary?.estimate), TextNumber.fixed(summary?.bias),
        TextNumber.fixed(summary?.standardError),
      ] + ends + [TextNumber.pValue(summary?.pValue)]
    }
    let groups = fit.table.blocks.count
    for (index, line) in self.lines.enumerated() {
      let own = summary(.estimate(index))
      guard own != nil else { continue }
      table.rows.append(
        [rowName(line)] + cells(own, full: true) + cells(summary(.standardized(.all, index)), full: false))
    }
    if let effects {
      for (index, effect) in effects.effects.enumerated() where effect.kind != .direct {
        let kind =
          effect.kind == .total ? "total: " : effect.kind == .totalIndirect ? "all indirect: " : ""
        let group = groups > 1 ? " (\(fit.table.blocks[effect.block - 1].groupLabel))" : ""
        table.rows.append(
          [kind + effect.label + group] + cells(summary(.effect(index, isStandardized: false)), full: true)
            + cells(summary(.effect(index, isStandardized: true)), full: false))
      }
    }
    for summary in summaries {
      switch summary.statistic {
      case .explainedVariance(let variable, _):
        table.rows.append(["R2 " + variable] + cells(summary, full: true).dropLast() + [""])
      case .named(let name): table.rows.append([name] + cells(summary, full: true).dropLast() + [""])
      default: break
      }
    }
    page.add(table.lines(width: page.width))
    return page.text
  }
}
