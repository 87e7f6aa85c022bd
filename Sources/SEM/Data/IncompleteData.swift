public import SEMNumerics

/// The rows of a table with their missing values, by group: what a model is fitted to without listwise deletion.
public struct IncompleteData: Sendable {
  /// One group.
  public struct Group: Sendable {
    /// The value of the group variable; `nil` when the data are not grouped.
    public let label: String?
    /// The rows that are used, cases × variables, NaN where missing.
    public let rows: Matrix
    /// For every row that is used its number in the table, counted from 0.
    public let tableRows: [Int]
    /// The patterns of the rows.
    public let patterns: MissingPatterns
    /// What was kept and dropped.
    public let report: MissingReport
    /// Weights and clusters; `nil` without any.
    public let design: CaseDesign?
  }

  /// The variables.
  public let variables: [String]
  /// The group variable.
  public let groupVariable: String?
  /// The groups, in the order in which their labels first appear in the table.
  public let groups: [Group]
  /// The number of rows whose group is missing; they belong to no group.
  public let rowsWithoutGroup: Int

  /// Takes the rows of a table in which something is observed.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - variables: Numeric columns.
  ///   - complete: Variables that must be observed, such as fixed covariates: rows without them are dropped.
  ///   - groupVariable: A column of labels, text or numeric; `nil` for one group.
  ///   - weights: A column of sampling weights, 0 or more.
  ///   - clusters: A column whose values name the clusters.
  /// - Throws: ``DataError`` for an unknown, repeated or text variable, an infinite value, a case without weight or
  ///   cluster, a variable without any observed value in a group, or a group without rows.
  /// - Complexity: O(*N p²*).
  public init(
    _ table: DataTable, variables: [String], complete: [String] = [], groupVariable: String? = nil,
    weights: String? = nil, clusters: String? = nil
  ) throws(DataError) {
    let columns = try ListwiseSelection.columns(of: table, variables: variables)
    self.variables = variables
    self.groupVariable = groupVariable
    let division = try GroupedData.division(table, by: groupVariable)
    rowsWithoutGroup = division.withoutGroup
    let required = complete.compactMap { variables.firstIndex(of: $0) }
    var groups: [Group] = []
    for part in division.parts {
      // Checks for infinite values, and counts missing ones.
      let selection = try ListwiseSelection(
        columns, variables: variables, rowCount: table.rowCount, rows: part.rows)
      let rows = part.rows ?? Array(0..<table.rowCount)
      let kept = try Group.kept(selection, rows: rows, required, part.label)
      let design = try CaseDesign(
        table, rows: kept.used, group: part.label, weights: weights, clusters: clusters)
      groups.append(try Group(selection, rows: rows, kept, design, part.label))
    }
    self.groups = groups
  }
}

extension IncompleteData.Group {
  /// The rows in which something and all fixed covariates are observed, and the number of those with nothing else.
  fileprivate static func kept(
    _ selection: ListwiseSelection, rows: [Int], _ required: [Int], _ label: String?
  ) throws(DataError) -> (used: [Int], emptyCount: Int) {
    let place = label.map { " in group \($0)" } ?? ""
    for missing in selection.report.missing where missing.count == rows.count {
      throw DataError(
        .allMissing, "\(missing.variable) has no observed value\(place).", variable: missing.variable,
        hint: "Leave it out of the model, or check how missing values are coded.")
    }
    let withCovariates = rows.filter { row in required.allSatisfy { !selection.columns[$0][row].isNaN } }
    let used = withCovariates.filter { row in selection.columns.contains { !$0[row].isNaN } }
    guard !used.isEmpty else {
      throw DataError(.noCompleteRows, "No row\(place) has all fixed covariates observed.")
    }
    return (used, withCovariates.count - used.count)
  }

  fileprivate init(
    _ selection: ListwiseSelection, rows: [Int], _ kept: (used: [Int], emptyCount: Int),
    _ design: CaseDesign?, _ label: String?
  ) throws(DataError) {
    let place = label.map { " in group \($0)" } ?? ""
    let used = kept.used
    var elements: [Double] = []
    elements.reserveCapacity(used.count * selection.columns.count)
    for (variable, column) in zip(selection.variables, selection.columns) {
      var isObserved = false
      for row in used {
        elements.append(column[row])
        if !column[row].isNaN { isObserved = true }
      }
      guard isObserved else {
        throw DataError(
          .allMissing, "\(variable) has no observed value\(place) where all fixed covariates are observed.",
          variable: variable, hint: "Leave it out of the model, or let the covariates be random.")
      }
    }
    self.label = label
    tableRows = used
    self.rows = Matrix(
      rowCount: used.count, columnCount: selection.columns.count, columnMajor: elements)
    patterns = MissingPatterns(self.rows, variables: selection.variables, weights: design?.weights)
    self.design = design
    report = MissingReport(
      rowCount: rows.count, usedCount: used.count, emptyCount: kept.emptyCount,
      patternCount: patterns.patterns.count,
      missing: zip(selection.variables, patterns.observedCounts).map {
        ListwiseReport.Missing(variable: $0, count: used.count - $1)
      })
  }
}

/// What is kept of incomplete rows.
public struct MissingReport: Sendable, Hashable {
  /// The number of rows.
  public let rowCount: Int
  /// The number of rows that are used.
  public let usedCount: Int
  /// The number of rows dropped because nothing is observed in them.
  public let emptyCount: Int
  /// The number of different sets of observed variables.
  public let patternCount: Int
  /// For every variable how often it is missing in the rows that are used.
  public let missing: [ListwiseReport.Missing]

  /// The number of rows dropped because a fixed covariate is missing.
  public var droppedForCovariates: Int { rowCount - usedCount - emptyCount }
}

extension IncompleteData {
  /// Everything in the patterns that prevents or endangers an analysis.
  public var problems: [DataProblem] {
    var problems: [DataProblem] = []
    if rowsWithoutGroup > 0, let groupVariable {
      problems.append(.withoutGroup(rowsWithoutGroup, variable: groupVariable))
    }
    for group in groups { problems += group.problems }
    return problems
  }
}

extension IncompleteData.Group {
  fileprivate var problems: [DataProblem] {
    var problems: [DataProblem] = []
    if report.emptyCount > 0 {
      problems.append(
        DataProblem(
          .warning,
          DataError(
            .emptyRows,
            "\(counted(report.emptyCount, "row")) without any observed value \(report.emptyCount == 1 ? "is" : "are") left out."
          ), group: label))
    }
    if report.droppedForCovariates > 0 {
      let count = report.droppedForCovariates
      problems.append(
        DataProblem(
          .warning,
          DataError(
            .missingCovariates,
            "\(counted(count, "row")) with a missing covariate \(count == 1 ? "is" : "are") left out.",
            hint: "Let the covariates be random (ml.x) to keep them."), group: label))
    }
    problems += DataProblem.find(in: available, group: label).filter {
      $0.code != .collinearVariables && $0.code != .duplicatedVariables
    }
    problems += neverTogether
    return problems
  }

  /// Means and variances of what is observed, without covariances.
  private var available: SampleMoments {
    let (mean, variance) = patterns.availableMoments()
    return SampleMoments(
      variables: patterns.variables, count: patterns.count, mean: mean, covariance: .diagonal(variance))
  }

  /// Pairs of variables of which no row has both.
  private var neverTogether: [DataProblem] {
    let coverage = patterns.coverage
    var problems: [DataProblem] = []
    for j in patterns.variables.indices {
      let others = patterns.variables.indices.filter { $0 > j && coverage[$0, j] == 0 }
      guard !others.isEmpty else { continue }
      let name = patterns.variables[j]
      let names = others.map { patterns.variables[$0] }
      problems.append(
        DataProblem(
          .warning,
          DataError(
            .neverTogether,
            "\(name) and \(listed(names)) are never observed in the same row, so the data say nothing about their "
              + "covariance\(names.count == 1 ? "" : "s"): the saturated model is not identified, and tests against it "
              + "have too many degrees of freedom.", variable: name), variables: [name] + names, group: label)
      )
    }
    return problems
  }
}
