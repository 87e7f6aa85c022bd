extension Expression: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A label.
  public init(stringLiteral name: String) { self = .name(name) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }

  /// The sum.
  public static func + (left: Expression, right: Expression) -> Expression { .binary(.add, left, right) }
  /// The difference.
  public static func - (left: Expression, right: Expression) -> Expression { .binary(.subtract, left, right) }
  /// The product.
  public static func * (left: Expression, right: Expression) -> Expression { .binary(.multiply, left, right) }
  /// The quotient.
  public static func / (left: Expression, right: Expression) -> Expression { .binary(.divide, left, right) }
  /// The negative.
  public static prefix func - (operand: Expression) -> Expression { .negated(operand) }

  /// The power `base^exponent`.
  public static func power(_ base: Expression, _ exponent: Expression) -> Expression {
    .binary(.power, base, exponent)
  }
  /// The exponential.
  public static func exp(_ argument: Expression) -> Expression { .call(.exp, [argument]) }
  /// The natural logarithm.
  public static func log(_ argument: Expression) -> Expression { .call(.log, [argument]) }
  /// The square root.
  public static func sqrt(_ argument: Expression) -> Expression { .call(.sqrt, [argument]) }
}
