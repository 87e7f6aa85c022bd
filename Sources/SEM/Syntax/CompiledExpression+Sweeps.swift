/// The sweeps over the list of operations.
extension CompiledExpression {
  /// Computes every value, in order.
  func forward(_ x: [Double], _ workspace: inout Workspace) {
    for (step, operation) in operations.enumerated() {
      let value: Double
      switch operation {
      case .constant(let constant): value = constant
      case .variable(let index): value = x[index]
      case .negate(let operand): value = -workspace.values[operand]
      case .function(let function, let operand):
        value = ElementaryFunction.value(of: function, at: workspace.values[operand])
      case .binary(let op, let left, let right):
        value = Self.value(op, workspace.values[left], workspace.values[right])
      case .minimum(let left, let right):
        let (first, second) = (workspace.values[left], workspace.values[right])
        value = first.isNaN || first <= second ? first : second
      case .maximum(let left, let right):
        let (first, second) = (workspace.values[left], workspace.values[right])
        value = first.isNaN || first >= second ? first : second
      }
      workspace.values[step] = value
    }
  }

  private static func value(_ op: Expression.BinaryOperator, _ left: Double, _ right: Double) -> Double {
    switch op {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    case .power: ElementaryFunction.power(left, right).value
    }
  }

  /// The partial derivatives of a binary operation by its operands, first and second order.
  private struct Partials {
    var left = 0.0
    var right = 0.0
    var leftLeft = 0.0
    var mixed = 0.0
    var rightRight = 0.0

    init(_ op: Expression.BinaryOperator, _ a: Double, _ b: Double, exponentVaries: Bool) {
      switch op {
      case .add: (left, right) = (1, 1)
      case .subtract: (left, right) = (1, -1)
      case .multiply: (left, right, mixed) = (b, a, 1)
      case .divide:
        (left, right) = (1 / b, -a / (b * b))
        (mixed, rightRight) = (-1 / (b * b), 2 * a / (b * b * b))
      case .power:
        let power = ElementaryFunction.power(a, b)
        (left, leftLeft) = (power.byBase, power.baseBase)
        if exponentVaries { (right, mixed, rightRight) = (power.byExponent, power.mixed, power.exponents) }
      }
    }
  }

  /// Whether an operand can vary: constants can not, and are skipped where their derivative may be undefined.
  private func varies(_ step: Int) -> Bool {
    switch operations[step] {
    case .constant: false
    case .negate(let operand): varies(operand)
    default: true
    }
  }

  /// Computes the derivative of the result by every step, from the last to the first.
  func backward(_ workspace: inout Workspace) {
    for step in workspace.adjoints.indices { workspace.adjoints[step] = 0 }
    workspace.adjoints[root] = 1
    for step in operations.indices.reversed() {
      let adjoint = workspace.adjoints[step]
      guard adjoint != 0 else { continue }
      switch operations[step] {
      case .constant, .variable: break
      case .negate(let operand): workspace.adjoints[operand] -= adjoint
      case .function(let function, let operand):
        let jet = ElementaryFunction.jet(of: function, at: workspace.values[operand])
        workspace.adjoints[operand] += adjoint * jet.first
      case .binary(let op, let left, let right):
        let partials = Partials(
          op, workspace.values[left], workspace.values[right], exponentVaries: varies(right))
        workspace.adjoints[left] += adjoint * partials.left
        workspace.adjoints[right] += adjoint * partials.right
      case .minimum(let left, let right), .maximum(let left, let right):
        workspace.adjoints[chosen(step, left, right, workspace)] += adjoint
      }
    }
  }

  private func chosen(_ step: Int, _ left: Int, _ right: Int, _ workspace: Workspace) -> Int {
    workspace.values[step] == workspace.values[left] ? left : right
  }

  /// Computes the derivative of every value and every adjoint along one variable, after `forward` and `backward`.
  func tangent(along variable: Int, _ workspace: inout Workspace) {
    for (step, operation) in operations.enumerated() {
      let tangent: Double
      switch operation {
      case .constant: tangent = 0
      case .variable(let index): tangent = index == variable ? 1 : 0
      case .negate(let operand): tangent = -workspace.tangents[operand]
      case .function(let function, let operand):
        let slope = ElementaryFunction.jet(of: function, at: workspace.values[operand]).first
        tangent = Self.product(slope, workspace.tangents[operand])
      case .binary(let op, let left, let right):
        let partials = Partials(
          op, workspace.values[left], workspace.values[right], exponentVaries: varies(right))
        tangent =
          Self.product(partials.left, workspace.tangents[left])
          + Self.product(partials.right, workspace.tangents[right])
      case .minimum(let left, let right), .maximum(let left, let right):
        tangent = workspace.tangents[chosen(step, left, right, workspace)]
      }
      workspace.tangents[step] = tangent
      workspace.adjointTangents[step] = 0
    }
    for step in operations.indices.reversed() {
      let adjoint = workspace.adjoints[step]
      let change = workspace.adjointTangents[step]
      switch operations[step] {
      case .constant, .variable: break
      case .negate(let operand): workspace.adjointTangents[operand] -= change
      case .function(let function, let operand):
        let jet = ElementaryFunction.jet(of: function, at: workspace.values[operand])
        workspace.adjointTangents[operand] +=
          Self.product(change, jet.first)
          + Self.product(adjoint * workspace.tangents[operand], jet.second)
      case .binary(let op, let left, let right):
        let partials = Partials(
          op, workspace.values[left], workspace.values[right], exponentVaries: varies(right))
        let (leftTangent, rightTangent) = (workspace.tangents[left], workspace.tangents[right])
        workspace.adjointTangents[left] +=
          Self.product(change, partials.left) + Self.product(adjoint * leftTangent, partials.leftLeft)
          + Self.product(adjoint * rightTangent, partials.mixed)
        workspace.adjointTangents[right] +=
          Self.product(change, partials.right) + Self.product(adjoint * leftTangent, partials.mixed)
          + Self.product(adjoint * rightTangent, partials.rightRight)
      case .minimum(let left, let right), .maximum(let left, let right):
        workspace.adjointTangents[chosen(step, left, right, workspace)] += change
      }
    }
  }

  /// A product in which an exact zero stays zero, so that a pole elsewhere does not spoil it.
  private static func product(_ first: Double, _ second: Double) -> Double {
    first == 0 || second == 0 ? 0 : first * second
  }
}
