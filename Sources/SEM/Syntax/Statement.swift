/// A name in a model text.
public struct Name: Sendable, Hashable {
  /// The name, without quotes.
  public var text: String
  /// Where it stands.
  public var range: SourceRange

  /// Makes a name.
  public init(_ text: String, range: SourceRange = .none) {
    self.text = text
    self.range = range
  }
}

/// One element of a modifier: `0.5`, `NA` or a label.
public enum ModifierValue: Sendable, Hashable {
  /// The parameter is fixed to a number.
  case fixed(Double)
  /// The parameter is free, even where a default would fix it: `NA`.
  case free
  /// The parameter has a label.
  case label(String)
}

/// What stands before a `*`: a value, label, start, bound or the like; one element for all groups or one for each.
public struct Modifier: Sendable, Hashable {
  /// The kinds of modifier.
  public enum Kind: Sendable, Hashable {
    /// A number, `NA` or a label: `0.5*x`, `NA*x`, `a*x`, `c(a, b)*x`.
    case value([ModifierValue])
    /// Labels: `label("a")*x`; `nil` leaves a group without one.
    case label([String?])
    /// Starting values: `start(0.8)*x`, `0.8?x`.
    case start([Double?])
    /// Lower bounds: `lower(0)*x`.
    case lower([Double?])
    /// Upper bounds: `upper(1)*x`.
    case upper([Double?])
    /// The label of a parameter, or the element itself as `"f=~x2"`, which this one equals: `equal("f=~x2")*x`.
    case equal([String])
    /// The block of exploratory factors that a factor belongs to: `efa("b")*f`.
    case exploratory(String)
    /// The name of a random slope: `rv("s")*x`.
    case randomSlope(String)
  }

  /// The kind with its values.
  public var kind: Kind
  /// Where it stands.
  public var range: SourceRange

  /// Makes a modifier.
  public init(_ kind: Kind, range: SourceRange = .none) {
    self.kind = kind
    self.range = range
  }

  /// The number of elements, when there is more than one value per group.
  var count: Int {
    switch kind {
    case .value(let values): values.count
    case .label(let values): values.count
    case .start(let values), .lower(let values), .upper(let values): values.count
    case .equal(let values): values.count
    case .exploratory, .randomSlope: 1
    }
  }
}

/// One term of a formula: a variable with its modifiers.
public struct Term: Sendable, Hashable {
  /// What a term speaks of.
  public enum Target: Sendable, Hashable {
    /// A variable.
    case variable(Name)
    /// The product of two variables, `x:z`.
    case interaction(Name, Name)
    /// The intercept: `1`, or `0`, which fixes it at zero.
    case intercept(Double)
  }

  /// The modifiers, in the order in which they are written.
  public var modifiers: [Modifier]
  /// What the term speaks of.
  public var target: Target
  /// Where the term stands, with its modifiers.
  public var range: SourceRange

  /// Makes a term.
  public init(_ target: Target, modifiers: [Modifier] = [], range: SourceRange = .none) {
    self.target = target
    self.modifiers = modifiers
    self.range = range
  }
}

/// One statement of a model text.
public struct Statement: Sendable, Hashable {
  /// The kinds of statement.
  public enum Kind: Sendable, Hashable {
    /// `left op right` with an operator between variables, such as `f =~ x1 + x2`.
    case formula(left: [Term], op: Operator, right: [Term])
    /// `lhs op rhs` with `==`, `<` or `>`.
    case constraint(Constraint)
    /// `name := expression`.
    case definition(name: Name, expression: Expression)
    /// `group: label`, `level: 1`; holds for the statements that follow.
    case block(keyword: Name, label: Name)
  }

  /// The kind with its content.
  public var kind: Kind
  /// Where the statement stands.
  public var range: SourceRange
  /// The names in the expressions of a constraint or definition, with their places.
  public var expressionNames: [Name]

  /// Makes a statement.
  public init(_ kind: Kind, range: SourceRange = .none, expressionNames: [Name] = []) {
    self.kind = kind
    self.range = range
    self.expressionNames = expressionNames
  }
}
