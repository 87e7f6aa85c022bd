internal import SEMNumerics

extension DataProblem {
  /// Looks for everything in a table that prevents or endangers the analysis of some variables.
  ///
  /// Nothing is thrown: the problems of all variables and groups come in one list, errors and warnings. Variables that cannot
  /// be used at all are left out when the others are looked at together.
  ///
  /// - Complexity: O(*N p²* + *p³*) per group.
  public static func find(
    in table: DataTable, variables: [String], groupVariable: String? = nil
  ) -> [DataProblem] {
    var problems: [DataProblem] = []
    var usable: [String] = []
    var columns: [[Double]] = []
    for name in variables {
      do throws(DataError) {
        let column = try numericColumn(name, of: table, besides: usable)
        usable.append(name)
        columns.append(column)
      } catch {
        problems.append(DataProblem(.error, error))
      }
    }
    do throws(DataError) {
      let division = try GroupedData.division(table, by: groupVariable)
      if division.withoutGroup > 0, let groupVariable {
        problems.append(.withoutGroup(division.withoutGroup, variable: groupVariable))
      }
      guard !usable.isEmpty else { return problems }
      for part in division.parts {
        do throws(DataError) {
          let selection = try ListwiseSelection(
            columns, variables: usable, rowCount: table.rowCount, rows: part.rows)
          try selection.requireRows(group: part.label)
          problems += find(in: try SampleMoments(selection), group: part.label)
        } catch {
          problems.append(DataProblem(.error, error.inFile(table.file), group: part.label))
        }
      }
    } catch {
      problems.append(DataProblem(.error, error))
    }
    return problems
  }

  /// A column that can be used as a variable: numeric, not asked for before, finite, observed at least once.
  private static func numericColumn(
    _ name: String, of table: DataTable, besides others: [String]
  ) throws(DataError) -> [Double] {
    if others.contains(name) {
      throw DataError(.duplicateName, "\(name) is asked for twice.", variable: name)
    }
    let column = try table.numericColumn(name)
    if column.allSatisfy(\.isNaN) {
      throw DataError(
        .allMissing, "\(name) has no observed value.", variable: name,
        hint: "Leave it out of the model, or check how missing values are coded.", file: table.file)
    }
    return column
  }

  static func withoutGroup(_ count: Int, variable: String) -> DataProblem {
    DataProblem(
      .warning,
      DataError(
        .missingGroup,
        "\(counted(count, "row")) without a value of \(variable) \(count == 1 ? "is" : "are") left out.",
        variable: variable))
  }

  /// Looks for what the moments alone reveal: constants, too few rows, linear dependence, very unequal scales.
  ///
  /// - Complexity: O(*p³*).
  public static func find(in moments: SampleMoments, group: String? = nil) -> [DataProblem] {
    let names = moments.variables
    var problems: [DataProblem] = []
    var varying: [Int] = []
    varying.reserveCapacity(names.count)
    // One row makes every variable constant; that there is only one is what matters.
    for index in names.indices where moments.count > 1 {
      let variance = moments.covariance[index, index]
      let mean = moments.mean?[index] ?? 0
      if variance.squareRoot() > 1e-13 * abs(mean) {
        varying.append(index)
      } else {
        let value = moments.mean == nil ? "" : ": all are \(significant(mean, digits: 6))"
        problems.append(
          DataProblem(
            .error,
            DataError(
              .constantVariable,
              "\(names[index]) has the same value in all \(counted(moments.count, "row"))\(value).",
              variable: names[index], hint: "Leave it out of the model."), group: group))
      }
    }
    if moments.count <= names.count {
      problems.append(
        DataProblem(
          .error,
          DataError(
            .tooFewRows,
            "There \(moments.count == 1 ? "is" : "are") \(counted(moments.count, "complete row")) for "
              + "\(counted(names.count, "variable")); the covariance matrix is singular unless rows outnumber variables.",
            hint: "Use fewer variables, or more rows."),
          variables: names, group: group))
    } else {
      problems += dependences(in: moments, among: varying, group: group)
    }
    if let problem = unequalScales(in: moments, among: varying, group: group) { problems.append(problem) }
    return problems
  }

  private static func dependences(
    in moments: SampleMoments, among varying: [Int], group: String?
  ) -> [DataProblem] {
    let isWhole = varying.count == moments.variables.count
    let found = Collinearity(
      isWhole ? moments.covariance : moments.covariance.submatrix(rows: varying, columns: varying)
    ).dependences
    return found.map { dependence in
      let variable = varying[dependence.variable]
      let name = moments.variables[variable]
      let others = dependence.others.map { moments.variables[varying[$0]] }
      let error: DataError
      if others.count == 1, let other = dependence.others.first {
        let isMirrored = moments.covariance[variable, varying[other]] < 0
        error = DataError(
          .duplicatedVariables,
          "\(others[0]) and \(name) are correlated \(isMirrored ? "-1" : "1"): they hold the same information.",
          variable: name, hint: "Leave one of them out.")
      } else {
        error = DataError(
          .collinearVariables, "\(name) is a linear combination of \(listed(others)).", variable: name,
          hint: "Leave one of them out; a sum score cannot stand beside all of its parts.")
      }
      return DataProblem(.error, error, variables: others + [name], group: group)
    }
  }

  private static func unequalScales(
    in moments: SampleMoments, among varying: [Int], group: String?
  ) -> DataProblem? {
    func variance(_ place: Int) -> Double { moments.covariance[place, place] }
    guard let high = varying.max(by: { variance($0) < variance($1) }),
      let low = varying.min(by: { variance($0) < variance($1) }), variance(high) / variance(low) > 1e6
    else { return nil }
    let largest = (name: moments.variables[high], value: variance(high))
    let smallest = (name: moments.variables[low], value: variance(low))
    return DataProblem(
      .warning,
      DataError(
        .unequalScales,
        "The variances differ widely: \(significant(largest.value, digits: 3)) for \(largest.name), "
          + "\(significant(smallest.value, digits: 3)) for \(smallest.name).", variable: largest.name,
        hint: "Rescale, for example from euros to thousands of euros."),
      variables: [largest.name, smallest.name], group: group)
  }

  /// A number rounded to some significant digits, for messages.
  static func significant(_ value: Double, digits: Int) -> String {
    guard value != 0, value.isFinite else { return DataTable.spelled(value) }
    return PrintedNumber.text(value, "%.\(digits)g")
  }
}

extension GroupedData {
  /// Everything in the complete rows that prevents or endangers an analysis; see ``DataProblem/find(in:group:)``.
  public var problems: [DataProblem] {
    var problems: [DataProblem] = []
    if rowsWithoutGroup > 0, let groupVariable {
      problems.append(.withoutGroup(rowsWithoutGroup, variable: groupVariable))
    }
    for group in groups { problems += DataProblem.find(in: group.moments, group: group.label) }
    return problems
  }

  /// Throws the first problem that prevents an analysis by maximum likelihood.
  public func requireSound() throws(DataError) {
    for problem in problems where problem.severity == .error {
      var error = problem.error
      if let group = problem.group { error.message = "Group \(group): \(error.message)" }
      throw error
    }
  }
}
