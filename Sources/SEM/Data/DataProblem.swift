/// Something in the data that prevents an analysis or makes it doubtful.
public struct DataProblem: Sendable, Hashable {
  /// How grave a problem is.
  public enum Severity: String, Sendable, Hashable, CaseIterable {
    /// The analysis is possible.
    case warning
    /// The analysis is not possible.
    case error
  }

  /// How grave it is.
  public var severity: Severity
  /// What is wrong, where, and the cure.
  public var error: DataError
  /// The variables concerned.
  public var variables: [String]
  /// The group concerned, when the data are grouped.
  public var group: String?

  /// Makes a problem.
  public init(_ severity: Severity, _ error: DataError, variables: [String] = [], group: String? = nil) {
    self.severity = severity
    self.error = error
    self.variables = variables.isEmpty ? error.variable.map { [$0] } ?? [] : variables
    self.group = group
  }

  /// The kind of problem.
  public var code: DataError.Code { error.code }

  static var correlationsAsCovariances: DataProblem {
    DataProblem(
      .warning,
      DataError(
        .correlationsAsCovariances, "All variances are 1: the matrix seems to hold correlations.",
        hint: "Give the standard deviations too, or standard errors and tests may be wrong."))
  }
}

extension DataProblem: CustomStringConvertible {
  /// The problem as a person would like to read it.
  public var description: String { "\(severity.rawValue): \(group.map { "group \($0): " } ?? "")\(error)" }
}
