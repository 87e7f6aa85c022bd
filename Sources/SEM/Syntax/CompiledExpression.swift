/// An expression made ready for many evaluations over a vector of variables, with exact first and second derivatives.
///
/// The expression becomes a list of operations in which each uses earlier results only. The gradient is one sweep
/// forward and one backward over the list (reverse mode); a column of the Hessian one more of each (forward over
/// reverse). Source: Griewank and Walther (2008), Evaluating Derivatives, chapters 3 and 5.
public struct CompiledExpression: Sendable, Hashable {
  /// The indices of the variables that the value depends on, ascending.
  public let variables: [Int]
  /// The least number of elements that a vector of variables must have.
  public let requiredCount: Int

  var operations: [Operation]
  /// The operation whose value is the expression's.
  let root: Int

  /// One step: what it computes and where its operands stand in the list.
  enum Operation: Sendable, Hashable {
    case constant(Double)
    case variable(Int)
    case negate(Int)
    case function(Expression.Function, Int)
    case binary(Expression.BinaryOperator, Int, Int)
    case minimum(Int, Int)
    case maximum(Int, Int)
  }

  /// Makes an expression ready.
  ///
  /// - Parameters:
  ///   - expression: The expression.
  ///   - indices: The index of each variable by its label.
  ///   - constants: The values of labels that do not vary, such as those of fixed parameters.
  ///   - definitions: Defined parameters that the expression may use by name, in any order.
  /// - Throws: ``ExpressionError``.
  /// - Complexity: O(size of the expression and of the definitions it uses); each definition is compiled once.
  public init(
    _ expression: Expression, resolving indices: [String: Int], constants: [String: Double] = [:],
    definitions: [Definition] = []
  ) throws(ExpressionError) {
    var compiler = Compiler(indices: indices, constants: constants, definitions: definitions)
    try compiler.compileDefinitions(usedBy: expression)
    root = try compiler.compile(expression)
    operations = compiler.operations
    var used: Set<Int> = []
    for case .variable(let index) in operations { used.insert(index) }
    variables = used.sorted()
    requiredCount = (variables.last ?? -1) + 1
  }

  /// Memory for evaluations, made once and used by one thread at a time.
  public struct Workspace: Sendable {
    var values: [Double]
    var adjoints: [Double]
    var tangents: [Double]
    var adjointTangents: [Double]

    /// Makes memory that fits an expression.
    public init(for expression: CompiledExpression) {
      let count = expression.operations.count
      values = [Double](repeating: 0, count: count)
      adjoints = values
      tangents = values
      adjointTangents = values
    }
  }

  /// The value at `x`.
  ///
  /// - Precondition: `x` has at least ``requiredCount`` elements.
  public func value(_ x: [Double]) -> Double {
    var workspace = Workspace(for: self)
    return value(x, workspace: &workspace)
  }

  /// The value at `x`, without allocation.
  public func value(_ x: [Double], workspace: inout Workspace) -> Double {
    precondition(x.count >= requiredCount, "the vector of variables is too short")
    forward(x, &workspace)
    return workspace.values[root]
  }

  /// The value and the gradient at `x`.
  ///
  /// - Parameters:
  ///   - x: The variables.
  ///   - gradient: Receives the derivative by each variable; elements of variables that the expression does not use
  ///     become 0.
  /// - Precondition: `x` has at least ``requiredCount`` elements, `gradient` as many as `x`.
  public func valueAndGradient(at x: [Double], gradient: inout [Double]) -> Double {
    var workspace = Workspace(for: self)
    return valueAndGradient(at: x, gradient: &gradient, workspace: &workspace)
  }

  /// The value and the gradient at `x`, without allocation.
  public func valueAndGradient(
    at x: [Double], gradient: inout [Double], workspace: inout Workspace
  ) -> Double {
    precondition(gradient.count == x.count, "the gradient has another length than the variables")
    let value = value(x, workspace: &workspace)
    backward(&workspace)
    for index in gradient.indices { gradient[index] = 0 }
    for (step, operation) in operations.enumerated() {
      if case .variable(let index) = operation { gradient[index] += workspace.adjoints[step] }
    }
    return value
  }

  /// The second derivatives at `x`, by rows and columns of ``variables``: a symmetric matrix, column-major, of order
  /// `variables.count`.
  ///
  /// - Complexity: O(operations × variables).
  public func hessian(at x: [Double]) -> [Double] {
    var workspace = Workspace(for: self)
    _ = value(x, workspace: &workspace)
    backward(&workspace)
    let order = variables.count
    var hessian = [Double](repeating: 0, count: order * order)
    var row: [Int: Int] = [:]
    for (position, index) in variables.enumerated() { row[index] = position }
    for (column, variable) in variables.enumerated() {
      tangent(along: variable, &workspace)
      for (step, operation) in operations.enumerated() {
        guard case .variable(let index) = operation, let position = row[index] else { continue }
        hessian[column * order + position] += workspace.adjointTangents[step]
      }
    }
    return hessian
  }
}

/// Turns an expression tree into a list of operations.
private struct Compiler {
  var operations: [CompiledExpression.Operation] = []
  private let indices: [String: Int]
  private let constants: [String: Double]
  private var definitions: [String: Expression] = [:]
  private var known: [String: Int] = [:]

  init(indices: [String: Int], constants: [String: Double], definitions: [Definition]) {
    self.indices = indices
    self.constants = constants
    for definition in definitions { self.definitions[definition.name] = definition.expression }
  }

  private mutating func append(_ operation: CompiledExpression.Operation) -> Int {
    operations.append(operation)
    return operations.count - 1
  }

  mutating func compile(_ expression: Expression) throws(ExpressionError) -> Int {
    switch expression {
    case .number(let value): return append(.constant(value))
    case .name(let name): return try resolve(name)
    case .negated(let inner):
      let operand = try compile(inner)
      return append(.negate(operand))
    case .binary(let op, let left, let right):
      let first = try compile(left)
      let second = try compile(right)
      return append(.binary(op, first, second))
    case .call(let function, let arguments): return try call(function, arguments)
    }
  }

  /// Compiles the definitions that an expression uses, each after those it uses itself.
  ///
  /// The order is found without recursion: a chain of definitions may be as long as the model.
  mutating func compileDefinitions(usedBy expression: Expression) throws(ExpressionError) {
    var open: Set<String> = []
    var pending: [(name: String, isEntered: Bool)] = expression.names.map { ($0, false) }
    while let (name, isEntered) = pending.popLast() {
      guard known[name] == nil, indices[name] == nil, constants[name] == nil,
        let definition = definitions[name]
      else { continue }
      if isEntered {
        open.remove(name)
        known[name] = try compile(definition)
        continue
      }
      guard open.insert(name).inserted else { throw .cyclicDefinition(name) }
      pending.append((name, true))
      for used in definition.names where known[used] == nil {
        guard !open.contains(used) else { throw .cyclicDefinition(used) }
        pending.append((used, false))
      }
    }
  }

  private mutating func resolve(_ name: String) throws(ExpressionError) -> Int {
    if let step = known[name] { return step }
    let step: Int
    if let index = indices[name] {
      step = append(.variable(index))
    } else if let value = constants[name] {
      step = append(.constant(value))
    } else if name == "pi" {
      step = append(.constant(Double.pi))
    } else {
      let candidates = Array(indices.keys) + Array(constants.keys) + Array(definitions.keys)
      throw .unknownName(name, nearest: nearestName(to: name, in: candidates.sorted()))
    }
    known[name] = step
    return step
  }

  private mutating func call(
    _ function: Expression.Function, _ arguments: [Expression]
  ) throws(ExpressionError) -> Int {
    guard function.arity.contains(arguments.count) else {
      throw .wrongArgumentCount(function, arguments.count)
    }
    var steps: [Int] = []
    for argument in arguments { steps.append(try compile(argument)) }
    var result = steps[0]
    switch function {
    case .sum, .mean:
      for step in steps.dropFirst() { result = append(.binary(.add, result, step)) }
      guard function == .mean else { return result }
      let count = append(.constant(Double(steps.count)))
      return append(.binary(.divide, result, count))
    case .prod:
      for step in steps.dropFirst() { result = append(.binary(.multiply, result, step)) }
      return result
    case .min, .pmin:
      for step in steps.dropFirst() { result = append(.minimum(result, step)) }
      return result
    case .max, .pmax:
      for step in steps.dropFirst() { result = append(.maximum(result, step)) }
      return result
    case .log where steps.count == 2:
      let numerator = append(.function(.log, steps[0]))
      let denominator = append(.function(.log, steps[1]))
      return append(.binary(.divide, numerator, denominator))
    default: return append(.function(function, result))
    }
  }
}
