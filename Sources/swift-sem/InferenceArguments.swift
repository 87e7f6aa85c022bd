internal import ArgumentParser
internal import SEM
internal import SEMNumerics
internal import SEMReport

/// Options of `fit` for effects and resampling.
struct InferenceArguments: ParsableArguments {
  enum MethodChoice: String, Choice {
    case ordinary
    case bollenStine = "bollen-stine"
    case parametric
    var value: BootstrapMethod { BootstrapMethod(rawValue: rawValue) ?? .ordinary }
  }

  enum IntervalChoice: String, Choice {
    case bca, bc, percentile, normal, basic
    var value: BootstrapIntervalKind { BootstrapIntervalKind(rawValue: rawValue) ?? .percentile }
  }

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Add direct, indirect and total effects: 'all', or one pair as 'x->y'; may be repeated.",
      valueName: "x->y"))
  var effects: [String] = []

  @Option(help: ArgumentHelp("Add bootstrap errors and intervals from so many draws.", valueName: "draws"))
  var bootstrap: Int?

  @Option(name: .customLong("bootstrap-type"), help: "How draws are made.")
  var method: MethodChoice = .ordinary

  @Option(name: .customLong("ci"), help: "The kind of bootstrap intervals; bca for ordinary draws.")
  var interval: IntervalChoice?

  @Option(
    name: .customLong("bootstrap-cluster"),
    help: ArgumentHelp("Draw whole clusters, the values of this variable.", valueName: "variable"))
  var cluster: String?

  @Option(
    name: .customLong("bootstrap-measures"),
    help: ArgumentHelp("Fit measures to bootstrap too, such as cfi,rmsea.", valueName: "names"))
  var measures: String?

  @Option(
    name: .customLong("bootstrap-draws"),
    help: ArgumentHelp("Write the statistics of every draw to a CSV file.", valueName: "file"))
  var drawsFile: String?

  @Flag(name: .customLong("drop-inadmissible"), help: "Leave out draws with an inadmissible solution.")
  var dropsInadmissible = false

  @Option(
    name: .customLong("monte-carlo"),
    help: ArgumentHelp(
      "Add Monte Carlo intervals of defined parameters and effects from so many draws.", valueName: "draws"))
  var monteCarlo: Int?

  @Option(help: ArgumentHelp("The seed of all draws.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("How many threads to use; results do not depend on it.", valueName: "number"))
  var threads: Int?

  func validate() throws {
    for (count, name) in [(bootstrap, "--bootstrap"), (monteCarlo, "--monte-carlo"), (threads, "--threads")] {
      if let count, !(1...10_000_000).contains(count) {
        throw ValidationError("\(name) must lie between 1 and 10000000.")
      }
    }
    if bootstrap == nil {
      let needing = [
        (interval != nil, "--ci"), (cluster != nil, "--bootstrap-cluster"),
        (measures != nil, "--bootstrap-measures"),
        (drawsFile != nil, "--bootstrap-draws"), (dropsInadmissible, "--drop-inadmissible"),
      ]
      if let (_, name) = needing.first(where: { $0.0 }) {
        throw ValidationError("\(name) goes with --bootstrap: add --bootstrap 5000.")
      }
    }
  }

  /// The effects asked for.
  func effectSelections() throws -> [EffectSelection] {
    try effects.map { text in
      if text == "all" { return .all }
      let parts = text.split(separator: ">", maxSplits: 1).map(String.init)
      guard parts.count == 2, parts[0].hasSuffix("-") else {
        throw Failure(
          code: "usage.effects", message: "--effects \(text) names no pair of variables.",
          hint: "Write --effects all, or --effects 'x->y'.", status: .usage)
      }
      return .pair(
        from: parts[0].dropLast().trimmedSpaces,
        to: parts[1].trimmedSpaces)
    }
  }

  /// What was asked for beyond the summary.
  struct Additions {
    /// Further members of the JSON.
    var json: [(String, JSONValue)] = []
    /// Further text, for a width of the page.
    var texts: [(_ width: Int) -> String] = []
    /// Effects, for reports.
    var effects: EffectTable?
    /// Bootstrap and Monte Carlo intervals, for reports.
    var resampling: [BootstrapReport] = []

    /// The further text, each part after a blank line.
    func text(width: Int) -> String { texts.map { "\n" + $0(width) }.joined() }
  }

  /// What was asked for beyond the summary.
  func additions(to summary: FitSummary, data: DataArguments.Source, group: String?) throws -> Additions {
    var additions = Additions()
    let selections = try effectSelections()
    let fit = summary.fit
    let groups = fit.table.blocks.map(\.groupLabel)
    do {
      if !selections.isEmpty {
        let effects = try fit.effects(selections, covariance: summary.covariance)
        additions.effects = effects
        additions.json.append(("effects", effects.json(groups: groups)))
        additions.texts.append { effects.text(groups: groups, width: $0) }
      }
      guard fit.convergence.isConverged else { return additions }
      if let draws = bootstrap {
        var options = BootstrapOptions()
        options.method = method.value
        options.draws = draws
        options.keepsInadmissible = !dropsInadmissible
        if let measures {
          options.quantities = [.fitMeasures(try measureNames(measures, of: summary))]
        }
        options.clusters = try clusters(fit, data, group)
        let kind = interval?.value ?? (method == .ordinary ? .bca : .percentile)
        options.withJackknife = kind == .bca
        let report = try run(options, "bootstrap", fit, selections, kind, additions.effects)
        additions.json.append(("bootstrap", report.json))
        additions.texts.append(report.text)
        additions.resampling.append(report)
        if let drawsFile { try writeDraws(report.result, fit, additions.effects, to: drawsFile) }
      }
      if let draws = monteCarlo {
        var options = BootstrapOptions()
        options.method = .monteCarlo
        options.draws = draws
        let report = try run(options, "monte carlo", fit, selections, .percentile, additions.effects)
        additions.json.append(("monte_carlo", report.json))
        additions.texts.append(report.text)
        additions.resampling.append(report)
      }
    } catch let error as InferenceError {
      throw SEMError.inference(error)
    }
    return additions
  }

  private func run(
    _ options: BootstrapOptions, _ title: String, _ fit: FittedModel, _ selections: [EffectSelection],
    _ kind: BootstrapIntervalKind, _ table: EffectTable?
  ) throws -> BootstrapReport {
    var options = options
    options.seed = seed
    options.threads = threads
    options.selection.effects = selections
    let result = try Progress.watching(title) { control in try fit.bootstrap(options, control: control) }
    // Without a jackknife, which an interruption leaves out, BCa has no ends: what is done still gives bias-corrected ones.
    let kind = kind == .bca && result.accelerations.isEmpty ? .biasCorrected : kind
    return BootstrapReport(result, fit: fit, kind: kind, effects: table)
  }

  private func measureNames(_ text: String, of summary: FitSummary) throws -> [String] {
    let names = text.split(separator: ",").map { $0.trimmedSpaces }
    let known = summary.fitMeasures.values.map(\.name)
    for name in names where !known.contains(name) {
      throw Failure(
        code: "usage.fit-measure", message: "There is no fit measure '\(name)'.",
        hint: "The names are those of the JSON block fit_measures.", status: .usage)
    }
    return names
  }

  /// The cluster of every row that the model was fitted to.
  private func clusters(_ fit: FittedModel, _ data: DataArguments.Source, _ group: String?) throws -> [[Int]]?
  {
    guard let cluster else { return nil }
    guard let table = try data.table() else {
      throw Failure(
        code: "usage.cluster", message: "--bootstrap-cluster needs rows of data.", status: .usage)
    }
    do {
      return try fit.clusterCodes(cluster, in: table, groupVariable: group)
    } catch {
      throw Failure(error)
    }
  }

  private func writeDraws(
    _ result: BootstrapResult, _ fit: FittedModel, _ table: EffectTable?, to path: String
  )
    throws
  {
    let lines = fit.parameterEstimates(nil).map(\.parameter)
    func name(_ statistic: BootstrapStatistic) -> String {
      switch statistic {
      case .estimate(let index): fit.table.name(of: lines[index])
      case .standardized(let kind, let index): kind.rawValue + ":" + fit.table.name(of: lines[index])
      case .explainedVariance(let variable, let block): "r2:\(variable)" + (block > 1 ? ".g\(block)" : "")
      case .effect(let index, let isStandardized):
        (isStandardized ? "std.all:" : "") + (table?.effects[index].kind.rawValue ?? "effect") + ":"
          + (table?.effects[index].label ?? "\(index)")
      case .chiSquare: "chisq"
      case .named(let name): name
      }
    }
    func quoted(_ text: String) -> String {
      text.contains(where: { ",\"\n".contains($0) })
        ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
    var text = result.statistics.map { quoted(name($0)) }.joined(separator: ",") + "\n"
    for row in 0..<result.draws.rowCount {
      text +=
        (0..<result.draws.columnCount).map { column in
          let value = result.draws[row, column]
          return value.isNaN ? "NA" : "\(value)"
        }.joined(separator: ",") + "\n"
    }
    try Output.write(text, to: path)
  }
}
