/// The relation that a row of the parameter table states, spelled as in lavaan's syntax.
public enum Operator: String, Sendable, Hashable, CaseIterable {
  /// A latent variable is measured by an indicator: `f =~ x`.
  case measurement = "=~"
  /// A composite is formed by an indicator: `c <~ x`.
  case composite = "<~"
  /// A variable is regressed on another: `y ~ x`.
  case regression = "~"
  /// A variance or covariance: `x ~~ y`.
  case covariance = "~~"
  /// An intercept or mean: `x ~ 1`.
  case intercept = "~1"
  /// A threshold of an ordered variable: `x | t1`.
  case threshold = "|"
  /// The scale of an ordered variable's latent response: `x ~*~ x`.
  case scale = "~*~"
  /// An equality constraint: `a == b`.
  case equality = "=="
  /// An inequality constraint: `a < b`.
  case lessThan = "<"
  /// An inequality constraint: `a > b`.
  case greaterThan = ">"
  /// A defined parameter: `ab := a * b`.
  case definition = ":="
}
