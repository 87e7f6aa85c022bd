/// A constraint between parameters, `lhs op rhs`.
public struct Constraint: Sendable, Hashable {
  /// The left side.
  public var lhs: Expression
  /// `==`, `<` or `>`.
  public var op: Operator
  /// The right side.
  public var rhs: Expression

  /// Makes a constraint.
  public init(lhs: Expression, op: Operator, rhs: Expression) {
    self.lhs = lhs
    self.op = op
    self.rhs = rhs
  }
}

/// A defined parameter, `name := expression`.
public struct Definition: Sendable, Hashable {
  /// The name.
  public var name: String
  /// The formula over labels of free or fixed rows and earlier definitions.
  public var expression: Expression

  /// Makes a definition.
  public init(name: String, expression: Expression) {
    self.name = name
    self.expression = expression
  }
}
