internal import ArgumentParser
internal import SEM
internal import SEMReport
internal import SEMStudy

/// What a path diagram shows and how it looks.
struct DiagramArguments: ParsableArguments {
  enum ValuesChoice: String, Choice { case standardized, raw, none }
  enum ResidualsChoice: String, Choice { case circles, arrows, none }
  enum CovariancesChoice: String, Choice { case all, estimated, none }
  enum MeansChoice: String, Choice { case none, values, triangle }
  enum ThemeChoice: String, Choice { case paper, screen, amos }
  enum DirectionChoice: String, Choice {
    case leftToRight = "left-to-right"
    case topDown = "top-down"
  }

  @Option(
    help: "The numbers on the arrows; by default standardized with data, none without (raw: fixed values).")
  var values: ValuesChoice?

  @Flag(help: "Mark significance: * p < .05, ** p < .01, *** p < .001.")
  var stars = false

  @Flag(name: .customLong("r-squared"), help: "Show R² in each variable that is explained.")
  var rSquared = false

  @Flag(help: "Show the variances of residuals and of exogenous variables.")
  var variances = false

  @Flag(
    name: .customLong("parameter-labels"), help: "Show the labels of parameters, such as H1 in 'y ~ H1*x'.")
  var parameterLabels = false

  @Option(
    name: .customLong("dashed-from"), parsing: .unconditional,
    help: ArgumentHelp("Dash what has a p-value from here on; 1.1 dashes nothing.", valueName: "p"))
  var dashedFrom = 0.05

  @Option(help: "How residuals are drawn; by default as the theme has it.")
  var residuals: ResidualsChoice?

  @Option(help: "Which double-headed curves are drawn; those fixed to 0 never are.")
  var covariances: CovariancesChoice = .all

  @Option(
    name: .customLong("intercepts"),
    help: "Means and intercepts: numbers in the variables, or arrows from a triangle.")
  var means: MeansChoice = .none

  @Flag(name: .customLong("structural-only"), help: "Leave indicators out.")
  var structuralOnly = false

  @Option(parsing: .unconditional, help: ArgumentHelp("The decimals of numbers, 0 to 6.", valueName: "count"))
  var decimals = 2

  @Option(
    help: ArgumentHelp(
      "A CSV file with the columns name and label: what to print instead of the names, in any script.",
      valueName: "file"))
  var labels: String?

  @Option(help: "paper (black and white), screen (quiet colours) or amos.")
  var theme: ThemeChoice = .paper

  @Option(help: "Where arrows point.")
  var direction: DirectionChoice = .leftToRight

  @Option(help: "Explain stars, dashes and numbers below the picture, in this language.")
  var legend: LanguageChoice?

  @Option(help: ArgumentHelp("A line of your own below the picture.", valueName: "text"))
  var note: String?

  /// The options of the picture.
  ///
  /// - Parameter hasData: Whether there are estimates to show.
  func options(hasData: Bool) throws -> DiagramOptions {
    var options = DiagramOptions()
    if values == .standardized, !hasData {
      throw Failure(
        code: "usage.no-data", message: "Standardised values need a fit.",
        hint: "Add --data FILE, or --cov FILE --nobs N.", status: .usage)
    }
    guard (0...6).contains(decimals) else {
      throw Failure(
        code: "usage.decimals", message: "--decimals must lie between 0 and 6, not \(decimals).",
        status: .usage)
    }
    guard dashedFrom > 0 else {
      throw Failure(
        code: "usage.dashed-from", message: "--dashed-from must be a positive number.",
        hint: "The default is 0.05.", status: .usage)
    }
    options.values = values.flatMap { .init(rawValue: $0.rawValue) } ?? (hasData ? .standardized : .none)
    options.showsStars = stars
    options.showsRSquared = rSquared
    options.showsVariances = variances
    options.showsParameterLabels = parameterLabels
    options.dashedFrom = dashedFrom > 1 ? nil : dashedFrom
    options.residuals = residuals.flatMap { .init(rawValue: $0.rawValue) }
    options.covariances = .init(rawValue: covariances.rawValue) ?? .all
    options.means = .init(rawValue: means.rawValue) ?? .none
    options.showsIndicators = !structuralOnly
    options.decimals = decimals
    options.direction = .init(rawValue: direction.rawValue) ?? .leftToRight
    switch theme {
    case .paper: options.theme = .paper
    case .screen: options.theme = .screen
    case .amos: options.theme = .amos
    }
    if let labels { options.labels = try Self.readLabels(labels) }
    let legend = self.legend.flatMap { StudyLanguage(rawValue: $0.rawValue) }
    options.note = [legend.map { options.legend(in: $0, hasEstimates: hasData) }, note].compactMap(\.self)
      .filter { !$0.isEmpty }.joined(separator: " ")
    return options
  }

  private static func readLabels(_ path: String) throws -> [String: String] {
    do throws(DataError) {
      let table = try DataTable(contentsOf: path)
      let names = try texts(try table.column("name"))
      let texts = try texts(try table.column("label"))
      var labels: [String: String] = [:]
      for (name, text) in zip(names, texts) where !name.isEmpty && !text.isEmpty { labels[name] = text }
      return labels
    } catch {
      throw Failure(error)
    }
  }

  private static func texts(_ column: DataTable.Column) throws(DataError) -> [String] {
    switch column.cells {
    case .numeric(let values):
      values.map { $0.isNaN ? "" : $0 == $0.rounded() && $0.magnitude < 1e15 ? String(Int($0)) : String($0) }
    case .text(let codes, let levels): codes.map { $0 < 0 ? "" : levels[Int($0)] }
    }
  }
}
