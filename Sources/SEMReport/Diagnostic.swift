public import SEM

/// Something a reader of results must know: what, about which parameters, and what to do.
public struct Diagnostic: Sendable, Hashable {
  /// A stable short name that scripts may match.
  public var code: String
  /// Cause, place and cure in sentences.
  public var message: String
  /// The parameters or variables concerned.
  public var parameters: [String]

  /// Makes a diagnostic.
  public init(code: String, message: String, parameters: [String] = []) {
    self.code = code
    self.message = message
    self.parameters = parameters
  }

  /// What a solution has that real variables cannot.
  public init(_ finding: InadmissibleFinding, groupCount: Int) {
    func place(_ block: Int) -> String { groupCount > 1 ? " in group \(block)" : "" }
    switch finding {
    case .negativeVariance(let parameter, let value, let block):
      self.init(
        code: "negative-variance",
        message:
          "The variance \(parameter)\(place(block)) is negative (\(Self.short(value))). Usual causes: few cases, weak or few"
          + " indicators, two nearly identical variables, or a misspecified model. If the interval covers 0, the"
          + " variance may be fixed to 0 or bounded by lower(0).",
        parameters: [parameter])
    case .correlationBeyondOne(let first, let second, let correlation, let block):
      self.init(
        code: "correlation-beyond-one",
        message:
          "The model correlation of \(first) and \(second)\(place(block)) is \(Self.short(correlation)), beyond 1. The two may be"
          + " one construct: try to merge them, or fix their correlation.",
        parameters: [first + "~~" + second])
    case .latentCovarianceNotPositiveDefinite(let eigenvalue, let weights, let block):
      // Sizes that differ by rounding alone do not decide.
      func size(_ weight: (key: String, value: Double)) -> Double {
        (weight.value.magnitude * 1e6).rounded()
      }
      let terms = weights.sorted { (size($1), $0.key) < (size($0), $1.key) }
      self.init(
        code: "latent-covariance-not-positive-definite",
        message:
          "The covariance matrix of the latent variables\(place(block)) is not positive definite (smallest eigenvalue of their"
          + " correlations \(Self.short(eigenvalue))). The combination at fault: "
          + terms.map { "\(Self.short($0.value)) \($0.key)" }.joined(separator: ", ") + ".",
        parameters: terms.map(\.key))
    case .residualCovarianceNotPositiveDefinite(let eigenvalue, let variables, let block):
      self.init(
        code: "residual-covariance-not-positive-definite",
        message:
          "The covariance matrix of the residuals\(place(block)) is not positive definite (smallest eigenvalue of their"
          + " correlations \(Self.short(eigenvalue))). Look at the residual covariances of "
          + variables.joined(separator: ", ") + ".",
        parameters: variables)
    }
  }

  /// What the data cannot tell.
  public static func notIdentified(_ identification: Identification) -> [Diagnostic] {
    var result: [Diagnostic] = []
    if identification.degreesOfFreedom < 0 {
      result.append(
        Diagnostic(
          code: "not-identified",
          message:
            "The model has \(-identification.degreesOfFreedom) free parameter\(identification.degreesOfFreedom == -1 ? "" : "s") more than there are"
            + " sample moments."
            + " Fix parameters or add indicators."))
    }
    for direction in identification.directions {
      let names = direction.terms.map(\.name)
      let shown = direction.terms.prefix(8).map { "\(short($0.weight))·(\($0.name))" }.joined(separator: " ")
      let rest = direction.terms.count > 8 ? " and \(direction.terms.count - 8) more" : ""
      result.append(
        Diagnostic(
          code: "not-identified",
          message:
            names.count == 1
            ? "The data say nothing about \(names[0]). Fix it, or leave it out."
            : "The data say nothing about a combination of parameters: \(shown)\(rest). Fix one of them (for a factor: one"
              + " loading or the variance), or make some equal.",
          parameters: names))
    }
    return result
  }

  /// Three significant digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return "undefined" }
    return TextNumber.significant(value, 3)
  }
}
