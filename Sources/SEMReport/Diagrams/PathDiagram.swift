public import SEM

/// A model of one group as a graph: variables, arrows and double-headed curves with the text that stands on them.
///
/// It is laid out and drawn by ``drawing()``, and printed for Graphviz by ``dot``.
public struct PathDiagram: Sendable, Hashable {
  /// What a variable is.
  public enum Kind: Sendable, Hashable {
    /// An ellipse.
    case latent
    /// A box.
    case observed
    /// The constant 1 of a mean structure: a triangle.
    case constant
  }

  /// A variable.
  public struct Variable: Sendable, Hashable {
    /// The name in the model.
    public var name: String
    /// What is printed, broken into lines.
    public var lines: [String]
    /// Smaller lines below: R², a mean.
    public var details: [String] = []
    /// What it is.
    public var kind: Kind
    /// Whether it has a residual: something explains it, and not wholly.
    public var hasResidual = false
    /// The variance, or the residual's, as text; empty where it is not shown.
    public var variance = ""
  }

  /// What an arrow means.
  public enum Relation: Sendable, Hashable {
    /// From a latent variable to an indicator.
    case loading
    /// From a predictor to an outcome.
    case regression
    /// From the constant to a variable.
    case mean
    /// Double-headed.
    case covariance
  }

  /// An arrow, or a double-headed curve.
  public struct Edge: Sendable, Hashable {
    /// The place of the first variable.
    public var from: Int
    /// The place of the second variable; of the one that the arrow points to.
    public var to: Int
    /// What it means.
    public var relation: Relation
    /// What stands on it; empty for nothing.
    public var label: String
    /// Whether its p-value is at or above the level of ``DiagramOptions/dashedFrom``.
    public var isInsignificant = false
  }

  /// The title.
  public var title: String
  /// The variables, in the order of the model.
  public var variables: [Variable]
  /// The arrows and curves.
  public var edges: [Edge]
  /// How it is drawn.
  public var options: DiagramOptions

  /// The diagram of a fit.
  ///
  /// Stars and dashes go by the p-values of the estimates; loadings that are fixed to give a latent variable its scale
  /// have none, and go by those of the standardised solution where that is shown.
  /// - Parameters:
  ///   - summary: The fit.
  ///   - group: The group, from 1.
  ///   - options: What to show.
  public init(_ summary: FitSummary, group: Int = 1, options: DiagramOptions = DiagramOptions()) {
    let values =
      switch options.values {
      case .standardized: summary.standardizedAll
      case .raw, .none: summary.estimates
      }
    self.init(
      summary.fit.table, group: group, options: options,
      rows: DiagramRows(
        shown: values, tested: summary.estimates, explained: summary.explainedVariances,
        isStandardized: options.values == .standardized))
  }

  /// The diagram of a model without a fit: its structure, and its fixed values.
  ///
  /// - Parameters:
  ///   - table: The parameters.
  ///   - group: The group, from 1.
  ///   - options: What to show; ``DiagramOptions/Values/standardized`` shows nothing here, and
  ///     ``DiagramOptions/Values/raw`` fixed values.
  public init(_ table: ParameterTable, group: Int = 1, options: DiagramOptions = DiagramOptions()) {
    self.init(table, group: group, options: options, rows: DiagramRows())
  }

  /// One diagram for each group of a fit.
  public static func all(_ summary: FitSummary, options: DiagramOptions = DiagramOptions()) -> [PathDiagram] {
    summary.fit.table.blocks.map { PathDiagram(summary, group: $0.group, options: options) }
  }

  /// The place of a variable.
  public func index(of name: String) -> Int? { variables.firstIndex { $0.name == name } }

  /// The arrows and curves in words, one sentence each: for readers who do not see the picture.
  public var summary: String {
    edges.filter { $0.relation != .mean }.map { edge in
      let ends = [edge.from, edge.to].map { variables[$0].lines.joined(separator: " ") }
      let sign = edge.relation == .covariance ? " ↔ " : " → "
      return ends[0] + sign + ends[1] + (edge.label.isEmpty ? "" : " " + edge.label)
    }.joined(separator: "; ")
  }
}
