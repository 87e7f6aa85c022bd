/// One row of the parameter table: an element of the model, free or fixed.
public struct Parameter: Sendable, Hashable {
  /// Who put the row into the table.
  public enum Origin: Sendable, Hashable {
    /// The user's syntax or builder.
    case user
    /// A default of the preset.
    case preset
  }

  /// The left-hand side: the latent variable of `=~`, the outcome of `~`, the first variable of `~~`.
  public var lhs: String
  /// The relation.
  public var op: Operator
  /// The right-hand side; empty for `~1`.
  public var rhs: String
  /// The block (group and level), from 1.
  public var block: Int
  /// The group, from 1.
  public var group: Int
  /// The level, from 1; always 1 in single-level models.
  public var level: Int = 1
  /// The free parameter that this row shows, from 1; 0 when the row is fixed.
  ///
  /// Rows with the same label, or made equal by `equal()` or `group.equal`, share one number.
  public var free: Int = 0
  /// The value of a fixed row; `nil` where the row is free or takes its value from the sample.
  public var fixedValue: Double?
  /// The user's starting value.
  public var start: Double?
  /// The user's lower bound.
  public var lower: Double?
  /// The user's upper bound.
  public var upper: Double?
  /// The user's label, or an empty string.
  public var label: String = ""
  /// Whether the row holds a moment of fixed covariates (`fixed.x`), equal to the sample's.
  public var isExogenous: Bool = false
  /// Who put the row into the table.
  public var origin: Origin = .user

  /// Makes a row.
  public init(lhs: String, op: Operator, rhs: String, block: Int = 1, group: Int = 1) {
    self.lhs = lhs
    self.op = op
    self.rhs = rhs
    self.block = block
    self.group = group
  }
}
