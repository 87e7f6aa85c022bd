extension Expression {
  /// The value of the expression.
  ///
  /// - Parameter lookup: Gives the value of a label, or `nil` for a name it does not know. `pi` is known.
  /// - Returns: The value; NaN outside a function's domain.
  /// - Throws: ``ExpressionError/unknownName(_:nearest:)``, or ``ExpressionError/wrongArgumentCount(_:_:)`` for a
  ///   call that no text produced.
  public func value(_ lookup: (String) -> Double?) throws(ExpressionError) -> Double {
    switch self {
    case .number(let value): return value
    case .name(let name):
      if let value = lookup(name) { return value }
      guard name == "pi" else { throw .unknownName(name, nearest: nil) }
      return Double.pi
    case .negated(let inner): return -(try inner.value(lookup))
    case .binary(let op, let left, let right):
      let first = try left.value(lookup)
      let second = try right.value(lookup)
      switch op {
      case .add: return first + second
      case .subtract: return first - second
      case .multiply: return first * second
      case .divide: return first / second
      case .power: return ElementaryFunction.power(first, second).value
      }
    case .call(let function, let arguments):
      var values: [Double] = []
      for argument in arguments { values.append(try argument.value(lookup)) }
      guard function.arity.contains(values.count) else { throw .wrongArgumentCount(function, values.count) }
      return Expression.value(of: function, values)
    }
  }

  private static func value(of function: Function, _ values: [Double]) -> Double {
    switch function {
    case .sum: return values.reduce(0, +)
    case .mean: return values.reduce(0, +) / Double(values.count)
    case .prod: return values.reduce(1, *)
    case .min, .pmin: return values.dropFirst().reduce(values[0]) { $0.isNaN || $0 <= $1 ? $0 : $1 }
    case .max, .pmax: return values.dropFirst().reduce(values[0]) { $0.isNaN || $0 >= $1 ? $0 : $1 }
    case .log where values.count == 2:
      return ElementaryFunction.value(of: .log, at: values[0])
        / ElementaryFunction.value(of: .log, at: values[1])
    default: return ElementaryFunction.value(of: function, at: values[0])
    }
  }
}

extension Expression: CustomStringConvertible {
  /// The expression as lavaan's language writes it, with no more parentheses than needed.
  public var description: String { text(outer: 0) }

  /// The binding strength of each form: sum 1, product 2, sign 3, power 4, primary 5.
  private func text(outer: Int) -> String {
    let inner: (text: String, strength: Int)
    switch self {
    case .number(let value):
      inner = (shortDescription(value), value < 0 ? 3 : 5)
    case .name(let name): inner = (name, 5)
    case .negated(let operand): inner = ("-" + operand.text(outer: 3), 3)
    case .binary(let op, let left, let right):
      switch op {
      case .add: inner = (left.text(outer: 1) + " + " + right.text(outer: 2), 1)
      case .subtract: inner = (left.text(outer: 1) + " - " + right.text(outer: 2), 1)
      case .multiply: inner = (left.text(outer: 2) + "*" + right.text(outer: 3), 2)
      case .divide: inner = (left.text(outer: 2) + "/" + right.text(outer: 3), 2)
      case .power: inner = (left.text(outer: 5) + "^" + right.text(outer: 3), 4)
      }
    case .call(let function, let arguments):
      let list = arguments.map { $0.text(outer: 0) }.joined(separator: ", ")
      inner = (function == .mean ? "mean(c(\(list)))" : "\(function.rawValue)(\(list))", 5)
    }
    return inner.strength < outer ? "(\(inner.text))" : inner.text
  }
}
