/// An arithmetic expression over parameter labels, as in `ab := a * b` or `a == 2 * b`.
public indirect enum Expression: Sendable, Hashable {
  /// A number.
  case number(Double)
  /// A label, a definition's name, or `pi`.
  case name(String)
  /// A negated expression.
  case negated(Expression)
  /// Two expressions joined by `+ - * / ^`.
  case binary(BinaryOperator, Expression, Expression)
  /// A function of one or more arguments.
  case call(Function, [Expression])

  /// The arithmetic operators.
  public enum BinaryOperator: String, Sendable, Hashable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case power = "^"
  }

  /// The functions an expression may call, spelled as in R.
  public enum Function: String, Sendable, Hashable, CaseIterable {
    case exp, log, sqrt, abs
  }
}
