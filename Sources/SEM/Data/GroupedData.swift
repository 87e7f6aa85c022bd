/// The complete rows of a table, by group: what a model is fitted to.
public struct GroupedData: Sendable {
  /// One group.
  public struct Group: Sendable {
    /// The value of the group variable; `nil` when the data are not grouped.
    public let label: String?
    /// The moments of the complete rows, divisor N.
    public let moments: SampleMoments
    /// What listwise deletion kept and dropped.
    public let report: ListwiseReport
    /// The complete rows, if they were asked to be kept.
    public let rows: CompleteRows?
  }

  /// The variables.
  public let variables: [String]
  /// The group variable.
  public let groupVariable: String?
  /// The groups, in the order in which their labels first appear in the table (lavaan's order).
  public let groups: [Group]
  /// The number of rows whose group is missing; they belong to no group.
  public let rowsWithoutGroup: Int

  init(variables: [String], groupVariable: String?, groups: [Group], rowsWithoutGroup: Int) {
    self.variables = variables
    self.groupVariable = groupVariable
    self.groups = groups
    self.rowsWithoutGroup = rowsWithoutGroup
  }

  /// Divides a table into groups and computes the moments of each.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - variables: Numeric columns.
  ///   - groupVariable: A column of labels, text or numeric; `nil` for one group.
  ///   - keepsRows: Whether to keep the values of the complete rows, which robust inference and factor scores need.
  /// - Throws: ``DataError`` for an unknown, repeated or text variable, an infinite value, or a group without a complete
  ///   row.
  /// - Complexity: O(*N p²*).
  public init(
    _ table: DataTable, variables: [String], groupVariable: String? = nil, keepsRows: Bool = true
  ) throws(DataError) {
    let columns = try ListwiseSelection.columns(of: table, variables: variables)
    self.variables = variables
    self.groupVariable = groupVariable
    let division = try Self.division(table, by: groupVariable)
    rowsWithoutGroup = division.withoutGroup
    var groups: [Group] = []
    for part in division.parts {
      let selection = try ListwiseSelection(
        columns, variables: variables, rowCount: table.rowCount, rows: part.rows)
      try selection.requireRows(group: part.label)
      groups.append(
        Group(
          label: part.label, moments: try SampleMoments(selection), report: selection.report,
          rows: keepsRows ? CompleteRows(selection) : nil))
    }
    self.groups = groups
  }

  /// The rows of every group.
  static func division(
    _ table: DataTable, by variable: String?
  ) throws(DataError) -> (parts: [(label: String?, rows: [Int]?)], withoutGroup: Int) {
    guard let variable else { return ([(nil, nil)], 0) }
    let (codes, levels) = try table.grouping(by: variable)
    guard !levels.isEmpty else {
      throw DataError(
        .allMissing, "The group variable \(variable) has no observed value.", variable: variable)
    }
    var rows = [[Int]](repeating: [], count: levels.count)
    var withoutGroup = 0
    for (row, code) in codes.enumerated() {
      if code >= 0 { rows[Int(code)].append(row) } else { withoutGroup += 1 }
    }
    return (zip(levels, rows).map { ($0, $1) }, withoutGroup)
  }

  /// The number of complete rows in all groups.
  public var count: Int { groups.reduce(0) { $0 + $1.moments.count } }

  /// The groups' labels; empty when the data are not grouped.
  public var labels: [String] { groups.compactMap(\.label) }
}
