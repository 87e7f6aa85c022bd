extension Model {
  /// Fits the model to a covariance matrix.
  ///
  /// - Parameters:
  ///   - covariance: The matrix with its number of cases, and means where a mean structure is wanted.
  ///   - estimator: The function to minimise; `nil` for that of the options.
  ///   - options: Likelihood, information and tolerances.
  /// - Throws: ``SEMError``.
  public func fit(
    to covariance: CovarianceInput, estimator: Estimator? = nil,
    options: FitOptions = FitOptions()
  ) throws(SEMError) -> FittedModel {
    try fit(to: [covariance], estimator: estimator, options: options)
  }

  /// Fits the model to the covariance matrices of several groups.
  ///
  /// As in lavaan's `sample.cov` with a list: the groups come in the given order, the variables of a matrix in any order,
  /// and means either with all matrices or with none. Without means the model has no mean structure, unless it asks for
  /// one.
  ///
  /// - Parameters:
  ///   - covariances: A matrix with its number of cases for each group, at least one.
  ///   - groupLabels: A label for each group; empty for "Group 1", "Group 2" and so on.
  ///   - estimator: The function to minimise; `nil` for that of the options.
  ///   - options: Likelihood, information and tolerances.
  /// - Throws: ``SEMError``, which names the group.
  public func fit(
    to covariances: [CovarianceInput], groupLabels: [String] = [], estimator: Estimator? = nil,
    options: FitOptions = FitOptions()
  ) throws(SEMError) -> FittedModel {
    var fit = try fit(
      to: covariances.map(\.moments), groupLabels: groupLabels, estimator: estimator, options: options)
    let labels = fit.table.blocks.map(\.groupLabel)
    for (covariance, label) in zip(covariances, labels) {
      fit.notes += covariance.problems.map {
        FitNote(
          code: $0.code.rawValue, message: (label.isEmpty ? "" : "Group \(label): ") + "\($0.error)",
          subjects: $0.variables)
      }
    }
    return fit
  }

  /// Fits the model to sample moments with divisor N; variables that the model does not name are left out.
  ///
  /// - Throws: ``SEMError``.
  public func fit(
    to moments: SampleMoments, estimator: Estimator? = nil, options: FitOptions = FitOptions()
  ) throws(SEMError) -> FittedModel {
    try fit(to: [moments], estimator: estimator, options: options)
  }

  /// Fits the model to the sample moments of several groups, divisor N; see
  /// ``fit(to:groupLabels:estimator:options:)-([CovarianceInput],_,_,_)``.
  ///
  /// - Throws: ``SEMError``, which names the group.
  public func fit(
    to moments: [SampleMoments], groupLabels: [String] = [], estimator: Estimator? = nil,
    options: FitOptions = FitOptions()
  ) throws(SEMError) -> FittedModel {
    var fitOptions = options
    if let estimator { fitOptions.estimator = estimator }
    let specification = try specification(
      of: moments, groupLabels: groupLabels, estimator: fitOptions.estimator)
    let blocks = specification.table.blocks
    var selected: [SampleMoments] = []
    selected.reserveCapacity(blocks.count)
    // Where their numbers differ the fitter says so.
    for index in 0..<min(blocks.count, moments.count) {
      let observed = blocks[index].observed
      let part = moments[index].selecting(observed)
      let label = moments.count > 1 ? blocks[index].groupLabel : nil
      if part.variables.count < observed.count,
        let missing = observed.first(where: { !moments[index].variables.contains($0) })
      {
        var error = DataError.unknownVariable(missing, in: moments[index].variables)
        if let label { error.message = "The matrix of group \(label) has no variable \(missing)." }
        throw .data(error)
      }
      if let problem = DataProblem.find(in: part, group: label).first(where: { $0.severity == .error }) {
        var error = problem.error
        if let label { error.message = "Group \(label): \(error.message)" }
        throw .data(error)
      }
      selected.append(part)
    }
    do {
      let fitter = try ModelFitter(table: specification.table, options: fitOptions)
      guard !specification.warnings.isEmpty else { return try fitter.fit(selected) }
      var fit = try fitter.fit(selected)
      fit.notes = specification.warnings.map { FitNote(code: $0.code, message: $0.description) }
      return fit
    } catch {
      throw .estimation(error)
    }
  }

  /// The parameter table for moments of one group or several.
  ///
  /// - Throws: ``SEMError/specification(_:)``; ``SEMError/data(_:)`` where the groups do not go together.
  public func specification(
    of moments: [SampleMoments], groupLabels: [String] = [], estimator: Estimator = .maximumLikelihood
  ) throws(SEMError) -> ModelSpecification {
    guard let first = moments.first else {
      throw .data(DataError(.noRows, "There is no covariance matrix to fit the model to."))
    }
    let hasMeans = first.mean != nil
    guard moments.count > 1 else {
      return try specification(
        dataVariables: first.variables, hasMeans: hasMeans, estimator: estimator)
    }
    let labels = groupLabels.isEmpty ? moments.indices.map { "Group \($0 + 1)" } : groupLabels
    guard labels.count == moments.count else {
      throw .data(
        DataError(
          .mismatchedNames, "There are \(moments.count) covariance matrices and \(labels.count) group labels."
        ))
    }
    if let twice = labels.first(where: { label in labels.count { $0 == label } > 1 }) {
      throw .data(DataError(.duplicateName, "Two groups are called \(twice)."))
    }
    if let other = moments.firstIndex(where: { ($0.mean != nil) != hasMeans }) {
      let (with, without) = hasMeans ? (labels[0], labels[other]) : (labels[other], labels[0])
      throw .data(
        DataError(
          .mismatchedNames, "Group \(with) has means, group \(without) has none.",
          hint: "Give means for all groups or for none."))
    }
    var model = self
    // Without means there is nothing to model, unless equality asks for them: that is an error later on.
    let asksForMeans = options.groupEqual.contains(.intercepts) || options.groupEqual.contains(.means)
    if !hasMeans, model.options.meanStructure == nil, !asksForMeans { model.options.meanStructure = false }
    return try model.specification(
      groupLabels: labels, dataVariables: first.variables, hasMeans: hasMeans, estimator: estimator)
  }
}
