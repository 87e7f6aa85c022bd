public import SEM

extension Study {
  /// Computes everything the study asks for.
  ///
  /// The result is the same for a seed, whatever the number of threads. What cannot be computed says why, and the rest
  /// goes on.
  ///
  /// - Complexity: some dozen fits, and the draws of the bootstraps: seconds for a survey of thirty items.
  public func run(progress: StudyProgress = StudyProgress()) -> StudyResult {
    var result = StudyResult(self)
    progress.report?(.description, 0)
    describe(&result)
    progress.report?(.reliability, 0)
    result.reliability = file.constructs.map { construct in
      StudyPart { () throws(StudyError) in
        do throws(StudyError) {
          return try ScaleReliability(table, items: construct.itemCodes, missing: missingAnswers)
        } catch {
          throw error.placed(at: construct.place, in: file)
        }
      }
    }
    progress.report?(.exploration, 0)
    explore(&result)
    progress.report?(.measurement, 0)
    measure(&result, progress)
    progress.report?(.structure, 0)
    structure(&result, progress)
    progress.report?(.groups, 0)
    compareGroups(&result)
    summarize(&result)
    return result
  }

  /// How models are fitted.
  public var fitOptions: FitOptions {
    var options = EstimatorPreset(file.options.estimator).map(FitOptions.init) ?? FitOptions()
    options.missing = file.options.missing
    options.confidenceLevel = file.options.confidenceLevel
    return options
  }

  /// The structural model, whose covariates are random as in AMOS; `nil` without paths.
  ///
  /// - Throws: ``StudyError``, with the line where the model text is the author's.
  public func structuralModel() throws(StudyError) -> Model? {
    guard file.isStructural, let text = file.structuralModel else { return nil }
    var options = ModelOptions()
    options.fixedCovariates = false
    do { return try Model(text, options: options) } catch { throw failure(error) }
  }

  // MARK: Measurement

  private func measure(_ result: inout StudyResult, _ progress: StudyProgress) {
    let options = file.options
    result.measurement = StudyPart { () throws(StudyError) in
      try MeasurementModel(
        constructs: file.constructs, data: table, additions: measurementAdditions,
        convention: options.convention,
        options: fitOptions)
    }
    result.fornellLarcker = result.measurement.map { FornellLarcker($0) }
    guard file.constructs.count > 1 else { return }
    result.heterotraitMonotrait = StudyPart { () throws(StudyError) in
      var settings = HeterotraitMonotrait.Options()
      settings.draws = options.bootstrapDraws
      settings.seed = options.seed
      settings.threads = options.threads
      settings.confidenceLevel = options.confidenceLevel
      return try HeterotraitMonotrait(file.constructs, data: table, options: settings)
    }
    progress.report?(.factorModels, 0)
    result.factorModels = StudyPart { () throws(StudyError) in
      let merges = options.competingMerges.map { $0.map(\.text) }
      return try FactorModels(
        file.constructs, data: table, merges: merges.isEmpty ? nil : merges, additions: measurementAdditions,
        convention: options.convention,
        options: fitOptions)
    }
    progress.report?(.commonMethod, 0)
    result.commonMethod = result.measurement.map { (model) throws(StudyError) in
      try CommonMethodBias(model, data: table, options: fitOptions)
    }
  }

  /// The added lines that are about items alone, such as `PU1 ~~ PU2`.
  private var measurementAdditions: String {
    let items = Set(itemCodes)
    return file.additions.map(\.text).filter { text in
      guard let syntax = try? ModelSyntax(parsing: text) else { return false }
      return !syntax.statements.isEmpty
        && syntax.statements.allSatisfy { statement in
          guard case .formula(let left, .covariance, let right) = statement.kind else { return false }
          return (left + right).allSatisfy { $0.variableName.map(items.contains) == true }
        }
    }.joined(separator: "\n")
  }

  // MARK: Structure

  private func structure(_ result: inout StudyResult, _ progress: StudyProgress) {
    let options = file.options
    let model: Model?
    do throws(StudyError) { model = try structuralModel() } catch {
      result.structure = .unavailable(error)
      return
    }
    if let model {
      result.structure = StudyPart { () throws(StudyError) in
        do throws(SEMError) { return try model.fit(to: table, options: fitOptions) } catch {
          throw failure(error)
        }
      }
    }
    result.fit = StudyPart { () throws(StudyError) in
      var models: [FitTable.Model] = []
      if let measurement = result.measurement.value {
        models.append(
          FitTable.Model(
            Wording("Measurement model", "测量模型"), FitIndices(measurement.fit, convention: options.convention))
        )
      }
      if let structure = result.structure.value {
        models.append(
          FitTable.Model(
            Wording("Structural model", "结构模型"), FitIndices(structure, convention: options.convention)))
      }
      guard !models.isEmpty else {
        throw result.failure ?? StudyError(.unavailable, "No model could be fitted.")
      }
      return FitTable(models)
    }
    result.modification =
      (result.structure.value ?? result.measurement.value?.fit).map { fit in
        StudyPart { () throws(StudyError) in try ModificationTable(fit, convention: options.convention) }
      } ?? .notAsked
    result.paths = result.structure.map { (fit) throws(StudyError) in
      try PathTable(
        fit, hypotheses: file.hypotheses, controls: file.controls.map(\.code), convention: options.convention,
        significance: options.cutoffs.significance)
    }
    result.effects = result.structure.map { (fit) throws(StudyError) in try EffectMatrices(fit) }
    progress.report?(.mediation, 0)
    guard !file.mediations.isEmpty else { return }
    result.mediation = result.structure.map { (fit) throws(StudyError) in
      try MediationTable(
        fit, mediations: file.mediations, bootstrap: bootstrapOptions, kind: options.bootstrapInterval,
        convention: options.convention, control: progress.bootstrap(.mediation))
    }
  }

  /// How draws are made; `nil` for none.
  private var bootstrapOptions: BootstrapOptions? {
    guard file.options.bootstrapDraws > 0 else { return nil }
    var options = BootstrapOptions()
    options.draws = file.options.bootstrapDraws
    options.seed = file.options.seed
    options.threads = file.options.threads
    return options
  }

  // MARK: Groups and summary

  private func compareGroups(_ result: inout StudyResult) {
    guard let groups = file.groups, let rows = groupTable else { return }
    result.groups = StudyPart { () throws(StudyError) in
      let own = try structuralModel()
      let model = if let own { own } else { try measurementOnly() }
      return try GroupComparison(
        model, data: rows, groups: groups, convention: file.options.convention, options: fitOptions)
    }
    guard file.isStructural else { return }
    result.groupPaths = result.groups.map { (comparison) throws(StudyError) in try GroupPaths(comparison) }
    result.equalLoadingsPaths = result.groups.map { (comparison) throws(StudyError) in
      try GroupPaths(comparison, step: .measurementWeights)
    }
  }

  private func measurementOnly() throws(StudyError) -> Model {
    do { return try Model(file.measurementModel + "\n" + measurementAdditions, preset: .cfa) } catch {
      throw failure(error)
    }
  }

  private func summarize(_ result: inout StudyResult) {
    guard !file.hypotheses.isEmpty || !file.mediations.isEmpty else { return }
    result.hypotheses = result.paths.map { paths in
      HypothesisSummary(paths: paths, mediation: result.mediation.value, name: file.name(of:))
    }
  }

  // MARK: Failures

  /// An error of a model or a fit, with the line of the study file where the model text is the author's.
  func failure(_ error: SEMError) -> StudyError {
    var failure: StudyError
    switch error {
    case .syntax(let error):
      failure =
        file.model.map { StudyError(error, in: $0) }
        ?? StudyError(.wrongValue, error.message, hint: error.hint)
    case .specification(let error):
      failure = StudyError(.wrongValue, error.message, hint: error.hint)
      if let text = file.model, let line = error.line, let place = text.place {
        failure.place = StudyPlace(
          line: place.line + line - 1, column: place.column + (error.column ?? 1) - 1)
      }
    case .data(let error): failure = StudyError(.unavailable, error.message, hint: error.hint)
    case .estimation(let error): failure = StudyError(.unavailable, "The model cannot be fitted: \(error).")
    case .inference(let error): failure = .unavailable("The model", error)
    }
    return file.located(failure)
  }
}
