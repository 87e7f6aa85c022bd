/// The variables of one block (a group, and later a level), in model order.
public struct ModelBlock: Sendable, Hashable {
  /// The block's number, from 1.
  public var number: Int
  /// The group's number, from 1.
  public var group: Int
  /// The group's label in the data; empty for a single group.
  public var groupLabel: String
  /// The observed variables, in the order in which sample moments stand.
  public var observed: [String]
  /// The latent variables.
  public var latent: [String]
  /// The observed variables that are only predictors and whose moments are fixed to the sample's (`fixed.x`).
  public var fixedCovariates: [String]

  /// Makes a block.
  public init(
    number: Int = 1, group: Int = 1, groupLabel: String = "", observed: [String], latent: [String],
    fixedCovariates: [String] = []
  ) {
    self.number = number
    self.group = group
    self.groupLabel = groupLabel
    self.observed = observed
    self.latent = latent
    self.fixedCovariates = fixedCovariates
  }
}

/// A model as every later stage reads it: one row per element, fixed or free.
public struct ParameterTable: Sendable, Hashable {
  /// The elements of the model, in lavaan's order: the user's rows first, then the preset's, then intercepts.
  public var rows: [Parameter]
  /// The blocks, in the order of their numbers.
  public var blocks: [ModelBlock]
  /// Constraints `==`, `<`, `>` between labelled parameters, in the user's order.
  public var constraints: [Constraint]
  /// Defined parameters `:=`, in the user's order; later ones may use earlier ones.
  public var definitions: [Definition]
  /// Whether means are part of the model.
  public var hasMeanStructure: Bool

  /// Makes a table.
  public init(
    rows: [Parameter], blocks: [ModelBlock], constraints: [Constraint] = [], definitions: [Definition] = [],
    hasMeanStructure: Bool
  ) {
    self.rows = rows
    self.blocks = blocks
    self.constraints = constraints
    self.definitions = definitions
    self.hasMeanStructure = hasMeanStructure
  }

  /// The number of distinct free parameters, before constraints.
  public var freeParameterCount: Int {
    rows.withUnsafeBufferPointer { rows in
      var count = 0
      for index in rows.indices { count = max(count, rows[index].free) }
      return count
    }
  }
}
