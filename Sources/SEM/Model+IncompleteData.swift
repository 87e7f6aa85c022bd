internal import SEMNumerics

extension Model {
  /// Fits the model to the rows of a table with their missing values; means become part of the model.
  ///
  /// The saturated moments are estimated first: for the test, for starting values, and as what the two-stage fit uses.
  func fit(toIncomplete table: DataTable, group: String?, options fitOptions: FitOptions)
    throws(SEMError) -> FittedModel
  {
    let labels: [String]
    do { labels = try group.map { name throws(DataError) in try table.categories(of: name) } ?? [] } catch {
      throw .data(error)
    }
    var notes: [FitNote] = []
    var model = self
    if options.meanStructure == false {
      notes.append(
        FitNote(code: "mean-structure-added", message: "Incomplete data need a mean structure; it was added.")
      )
    }
    model.options.meanStructure = true
    let specification = try model.specification(groupLabels: labels, dataVariables: table.variableNames)
    let observed = try Self.commonVariables(of: specification.table)
    notes += specification.warnings.map { FitNote(code: $0.code, message: $0.description) }
    let data: IncompleteData
    var moments: [SampleMoments] = []
    do {
      let fixed = specification.table.rows.filter(\.isExogenous).map(\.lhs)
      data = try IncompleteData(
        table, variables: observed, complete: fixed, groupVariable: group,
        weights: fitOptions.weightVariable, clusters: fitOptions.clusterVariable)
      let problems = data.problems
      try Self.requireSound(problems)
      notes += problems.map {
        FitNote(code: $0.code.rawValue, message: "\($0.error)", subjects: $0.variables)
      }
      for group in data.groups { moments.append(try Self.saturatedMoments(group, &notes)) }
    } catch {
      throw .data(error)
    }
    do {
      let fitter = try ModelFitter(table: specification.table, options: fitOptions)
      var fit = try fitter.fit(
        moments, rows: data.groups.map(\.rows), design: data.groups.compactMap(\.design))
      fit.notes = notes
      fit.incomplete = data.groups.map(\.report)
      return fit
    } catch {
      throw .estimation(error)
    }
  }

  private static func requireSound(_ problems: [DataProblem]) throws(DataError) {
    guard let problem = problems.first(where: { $0.severity == .error }) else { return }
    var error = problem.error
    if let group = problem.group { error.message = "Group \(group): \(error.message)" }
    throw error
  }

  private static func saturatedMoments(
    _ group: IncompleteData.Group, _ notes: inout [FitNote]
  ) throws(DataError) -> SampleMoments {
    let place = group.label.map { " of group \($0)" } ?? ""
    guard let saturated = SaturatedMoments(group.patterns) else {
      throw DataError(
        .notPositiveDefinite,
        "The incomplete data\(place) have no positive definite covariance matrix: too few rows have enough variables.",
        hint: "Look for variables that determine each other, or that are rarely observed together.")
    }
    try requireSound(DataProblem.find(in: saturated.moments, group: group.label))
    if !saturated.isConverged {
      notes.append(
        FitNote(
          code: "saturated-not-converged",
          message:
            "The saturated moments\(place) did not converge; tests and indices against them are not exact."))
    }
    return saturated.moments
  }
}
