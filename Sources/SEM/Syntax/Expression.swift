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
    case expm1, log1p, log2, log10
    case sin, cos, tan, asin, acos, atan
    case sinh, cosh, tanh, asinh, acosh, atanh
    /// The standard normal distribution function, quantile function and density.
    case pnorm, qnorm, dnorm
    /// The logistic distribution function and its inverse, the logit.
    case plogis, qlogis
    case min, max, pmin, pmax, sum, prod, mean

    /// How many arguments the function takes.
    var arity: ClosedRange<Int> {
      switch self {
      case .log: 1...2
      case .min, .max, .pmin, .pmax, .sum, .prod, .mean: 1...Parser.maximumOperands
      default: 1...1
      }
    }

    var arityDescription: String {
      switch self {
      case .log: "one or two arguments"
      case .min, .max, .pmin, .pmax, .sum, .prod, .mean: "at least one argument"
      default: "one argument"
      }
    }

    /// Whether `c(a, b)` may stand for the elements.
    var takesVector: Bool {
      switch self {
      case .min, .max, .sum, .prod, .mean: true
      default: false
      }
    }
  }

  /// The names that the expression uses, each once, in the order of their first use; without `pi`.
  public var names: [String] {
    var seen: Set<String> = []
    var result: [String] = []
    visitNames { name in
      if name != "pi", seen.insert(name).inserted { result.append(name) }
    }
    return result
  }

  private func visitNames(_ visit: (String) -> Void) {
    switch self {
    case .number: break
    case .name(let name): visit(name)
    case .negated(let inner): inner.visitNames(visit)
    case .binary(_, let left, let right):
      left.visitNames(visit)
      right.visitNames(visit)
    case .call(_, let arguments):
      for argument in arguments { argument.visitNames(visit) }
    }
  }

  /// Reads an expression, such as `a*b + exp(c)`.
  ///
  /// - Throws: ``SyntaxError``.
  public init(parsing text: String) throws(SyntaxError) {
    let source = SourceText(text)
    do throws(SyntaxProblem) {
      self = try Parser.expression(from: try Lexer.tokens(of: source), in: source)
    } catch {
      throw SyntaxError(
        code: error.code, message: error.message, hint: error.hint, range: error.range, in: source)
    }
  }
}

/// Why an expression has no value.
public enum ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The expression uses a name that nothing gives a value; the nearest known name, if any.
  case unknownName(String, nearest: String?)
  /// A definition uses itself, directly or through others.
  case cyclicDefinition(String)
  /// A function was given a number of arguments it does not take.
  case wrongArgumentCount(Expression.Function, Int)

  /// The message.
  public var description: String {
    switch self {
    case .unknownName(let name, let nearest):
      "'\(name)' is not the label of a parameter." + (nearest.map { " Did you mean '\($0)'?" } ?? "")
    case .cyclicDefinition(let name): "The definition of '\(name)' uses itself."
    case .wrongArgumentCount(let function, let count):
      "'\(function.rawValue)' takes \(function.arityDescription), not \(count)."
    }
  }
}
