/// A model built in Swift instead of text.
///
/// ```swift
/// let model = Model {
///   Latent("visual").measured(by: "x1", "x2", .label("a", "x3"))
///   Latent("speed").measured(by: "x7", .start(0.8, "x8"), .fixed(0.5, "x9"))
///   Observed("y").regressed(on: .label("b", "visual"), "speed")
///   Observed("x1").covaries(with: "x7")
///   Define("ab", as: "a" * "b")
/// }
/// ```
///
/// It holds the same statements as the text `visual =~ x1 + x2 + a*x3` and so on, and gives the same parameter table.
public struct Model: Sendable, Hashable {
  /// The statements; `syntax.text` shows them in lavaan's language.
  public let syntax: ModelSyntax

  /// Makes a model.
  ///
  /// Nothing is checked here: ``ModelSpecification`` does.
  public init(@ModelBuilder _ statements: () -> [Statement]) {
    syntax = ModelSyntax(statements: statements())
  }
}

extension ModelSpecification {
  /// Completes a model built in Swift; see ``init(_:preset:options:groupLabels:dataVariables:)``.
  ///
  /// - Throws: ``SpecificationError``.
  public init(
    _ model: Model, preset: Preset = .sem, options: ModelOptions = ModelOptions(), groupLabels: [String] = [],
    dataVariables: [String]? = nil
  ) throws(SpecificationError) {
    try self.init(
      model.syntax, preset: preset, options: options, groupLabels: groupLabels, dataVariables: dataVariables)
  }
}

/// Collects the statements of a ``Model``; `if` and `for` may be used.
@resultBuilder
public enum ModelBuilder {
  /// One statement.
  public static func buildExpression(_ statement: Statement) -> [Statement] { [statement] }
  /// Several statements.
  public static func buildExpression(_ statements: [Statement]) -> [Statement] { statements }
  /// All statements of a block.
  public static func buildBlock(_ parts: [Statement]...) -> [Statement] { parts.flatMap { $0 } }
  /// `if` without `else`.
  public static func buildOptional(_ part: [Statement]?) -> [Statement] { part ?? [] }
  /// `if`.
  public static func buildEither(first part: [Statement]) -> [Statement] { part }
  /// `else`.
  public static func buildEither(second part: [Statement]) -> [Statement] { part }
  /// `for`.
  public static func buildArray(_ parts: [[Statement]]) -> [Statement] { parts.flatMap { $0 } }
}

// MARK: - Variables

/// A variable, or several, of which a model built in Swift states something.
public protocol ModelVariable: Sendable {
  /// The names.
  var names: [String] { get }
}

extension ModelVariable {
  private func formula(_ op: Operator, _ right: [Term]) -> Statement {
    Statement(.formula(left: names.map { Term(.variable(Name($0))) }, op: op, right: right))
  }

  fileprivate func statement(_ op: Operator, _ right: [Term]) -> Statement { formula(op, right) }

  /// A regression on predictors: `y ~ x1 + x2`.
  public func regressed(on predictors: Term...) -> Statement { formula(.regression, predictors) }

  /// Covariances with other variables: `x1 ~~ x2 + x3`.
  public func covaries(with others: Term...) -> Statement { formula(.covariance, others) }

  /// The variance or residual variance of each variable: `x1 ~~ x1`.
  ///
  /// - Parameter modify: Gives the term its modifiers, as in `{ $0.fixed(0) }`.
  public func variance(_ modify: (Term) -> Term = { $0 }) -> [Statement] {
    names.map { name in
      let variable = Term(.variable(Name(name)))
      return Statement(.formula(left: [variable], op: .covariance, right: [modify(variable)]))
    }
  }

  /// The intercept or mean: `x1 ~ 1`.
  ///
  /// - Parameter modify: Gives the term its modifiers, as in `{ $0.label("m") }`.
  public func intercept(_ modify: (Term) -> Term = { $0 }) -> Statement {
    formula(.regression, [modify(Term(.intercept(1)))])
  }
}

/// Latent variables.
public struct Latent: ModelVariable {
  /// The names.
  public let names: [String]

  /// Names one latent variable, or several of which the same is said.
  public init(_ names: String...) { self.names = names }

  /// The measurement by indicators: `f =~ x1 + x2`.
  public func measured(by indicators: Term...) -> Statement { statement(.measurement, indicators) }

  /// The measurement by indicators: `f =~ x1 + x2`.
  public func measured(by indicators: [String]) -> Statement {
    statement(.measurement, indicators.map { Term(stringLiteral: $0) })
  }
}

/// Observed variables.
public struct Observed: ModelVariable {
  /// The names.
  public let names: [String]

  /// Names one observed variable, or several of which the same is said.
  public init(_ names: String...) { self.names = names }
}

// MARK: - Terms

extension Term: ExpressibleByStringLiteral {
  /// A variable without modifiers.
  public init(stringLiteral name: String) { self.init(.variable(Name(name))) }

  private func adding(_ kind: Modifier.Kind) -> Term {
    var term = self
    term.modifiers.append(Modifier(kind))
    return term
  }

  /// Fixes the parameter: `0.5*x`.
  public func fixed(_ value: Double) -> Term { adding(.value([.fixed(value)])) }
  /// Fixes the parameter to a value for each group, free where `nil`: `c(1, NA)*x`.
  public func fixed(_ values: [Double?]) -> Term {
    adding(.value(values.map { $0.map { .fixed($0) } ?? .free }))
  }
  /// Frees the parameter where a default would fix it: `NA*x`.
  public func free() -> Term { adding(.value([.free])) }
  /// Labels the parameter: `a*x`. Parameters with the same label are equal.
  public func label(_ label: String) -> Term { adding(.value([.label(label)])) }
  /// Labels the parameter of each group: `c(a1, a2)*x`.
  public func label(_ labels: [String]) -> Term { adding(.value(labels.map { .label($0) })) }
  /// Gives a starting value: `start(0.8)*x`.
  public func start(_ value: Double) -> Term { adding(.start([value])) }
  /// Gives a starting value for each group: `start(c(0.8, 0.9))*x`.
  public func start(_ values: [Double?]) -> Term { adding(.start(values)) }
  /// Sets a lower bound: `lower(0)*x`.
  public func lower(_ value: Double) -> Term { adding(.lower([value])) }
  /// Sets an upper bound: `upper(1)*x`.
  public func upper(_ value: Double) -> Term { adding(.upper([value])) }
  /// Makes the parameter equal another, named by its label or as `"f=~x2"`: `equal("f=~x2")*x`.
  public func equal(to target: String) -> Term { adding(.equal([target])) }

  /// A variable with its parameter fixed: `0.5*x`.
  public static func fixed(_ value: Double, _ term: Term) -> Term { term.fixed(value) }
  /// A variable with its parameter fixed for each group, free where `nil`: `c(1, NA)*x`.
  public static func fixed(_ values: [Double?], _ term: Term) -> Term { term.fixed(values) }
  /// A variable with its parameter free: `NA*x`.
  public static func free(_ term: Term) -> Term { term.free() }
  /// A variable with its parameter labelled: `a*x`.
  public static func label(_ label: String, _ term: Term) -> Term { term.label(label) }
  /// A variable with its parameter labelled for each group: `c(a1, a2)*x`.
  public static func label(_ labels: [String], _ term: Term) -> Term { term.label(labels) }
  /// A variable with a starting value for its parameter: `start(0.8)*x`.
  public static func start(_ value: Double, _ term: Term) -> Term { term.start(value) }
  /// The intercept: `1`.
  public static var one: Term { Term(.intercept(1)) }
}

// MARK: - Groups, constraints and definitions

/// Statements that hold in one group: `group: Pasteur`.
///
/// Written as a function with a type's name because it reads as part of the model.
public func Group(_ label: String, @ModelBuilder _ statements: () -> [Statement]) -> [Statement] {
  [Statement(.block(keyword: Name("group"), label: Name(label)))] + statements()
}

/// A defined parameter: `ab := a*b`.
public func Define(_ name: String, as expression: Expression) -> Statement {
  Statement(.definition(name: Name(name), expression: expression))
}

/// An equality constraint: `a == b`.
public func Constrain(_ left: Expression, equals right: Expression) -> Statement {
  Statement(.constraint(Constraint(lhs: left, op: .equality, rhs: right)))
}

/// An inequality constraint: `a < 1`.
public func Constrain(_ left: Expression, below right: Expression) -> Statement {
  Statement(.constraint(Constraint(lhs: left, op: .lessThan, rhs: right)))
}

/// An inequality constraint: `a > 0`.
public func Constrain(_ left: Expression, above right: Expression) -> Statement {
  Statement(.constraint(Constraint(lhs: left, op: .greaterThan, rhs: right)))
}
