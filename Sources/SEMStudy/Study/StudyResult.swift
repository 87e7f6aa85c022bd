public import SEM

/// Everything a study finds, as values: what a report prints is here first.
public struct StudyResult: Sendable {
  /// The study with its data.
  public let study: Study

  // MARK: Answers
  /// Who answered: frequencies of the respondents' properties.
  public internal(set) var respondents: StudyPart<[FrequencyTable]> = .notAsked
  /// The items one by one, reversed ones mirrored.
  public internal(set) var items: StudyPart<ItemDescriptives> = .notAsked
  /// Multivariate normality.
  public internal(set) var normality: StudyPart<MardiaTest> = .notAsked
  /// What is missing.
  public internal(set) var missing: StudyPart<MissingSummary> = .notAsked
  /// How carefully was answered.
  public internal(set) var quality: StudyPart<ResponseQuality> = .notAsked
  /// α, ω and item-total correlations, for each construct.
  public internal(set) var reliability: [StudyPart<ScaleReliability>] = []

  // MARK: Exploratory factors
  /// KMO and Bartlett's test.
  public internal(set) var adequacy: StudyPart<SamplingAdequacy> = .notAsked
  /// How many factors stand out of chance.
  public internal(set) var parallel: StudyPart<ParallelAnalysis> = .notAsked
  /// The exploratory factor analysis.
  public internal(set) var exploration: StudyPart<ExploratoryFactorAnalysis> = .notAsked

  // MARK: Measurement
  /// The measurement model: loadings, composite reliability, average variance extracted.
  public internal(set) var measurement: StudyPart<MeasurementModel> = .notAsked
  /// Discriminant validity by Fornell and Larcker's rule.
  public internal(set) var fornellLarcker: StudyPart<FornellLarcker> = .notAsked
  /// Discriminant validity by heterotrait-monotrait ratios.
  public internal(set) var heterotraitMonotrait: StudyPart<HeterotraitMonotrait> = .notAsked
  /// Models with fewer factors.
  public internal(set) var factorModels: StudyPart<FactorModels> = .notAsked
  /// Common method bias.
  public internal(set) var commonMethod: StudyPart<CommonMethodBias> = .notAsked

  // MARK: Structure
  /// The structural model.
  public internal(set) var structure: StudyPart<FittedModel> = .notAsked
  /// The fit of both models.
  public internal(set) var fit: StudyPart<FitTable> = .notAsked
  /// Paths with the verdicts on hypotheses, and R².
  public internal(set) var paths: StudyPart<PathTable> = .notAsked
  /// Direct, indirect and total effects.
  public internal(set) var effects: StudyPart<EffectMatrices> = .notAsked
  /// Indirect effects with their bootstrap.
  public internal(set) var mediation: StudyPart<MediationTable> = .notAsked
  /// What would improve the fit; nothing is changed by itself.
  public internal(set) var modification: StudyPart<ModificationTable> = .notAsked

  // MARK: Groups and summary
  /// The comparison of groups.
  public internal(set) var groups: StudyPart<GroupComparison> = .notAsked
  /// The paths in each group, of the unconstrained model.
  public internal(set) var groupPaths: StudyPart<GroupPaths> = .notAsked
  /// The same with equal loadings, so that the groups' latent variables have one scale.
  public internal(set) var equalLoadingsPaths: StudyPart<GroupPaths> = .notAsked
  /// All hypotheses with their verdicts.
  public internal(set) var hypotheses: StudyPart<HypothesisSummary> = .notAsked

  init(_ study: Study) { self.study = study }
}

/// How far the main model of a study may be trusted.
public enum StudyStatus: String, Sendable, Hashable, CaseIterable {
  /// Converged, identified, proper.
  case proper
  /// Converged to a solution that real variables cannot have.
  case inadmissible
  /// The search did not end at a minimum.
  case notConverged = "not-converged"
  /// The data do not determine the parameters.
  case notIdentified = "not-identified"
  /// The model could not be fitted to these data.
  case notFitted = "not-fitted"
}

extension StudyResult {
  /// The structural model, or the measurement model of a study without paths.
  public var mainFit: FittedModel? {
    switch structure {
    case .computed(let fit): fit
    case .unavailable: nil
    case .notAsked: measurement.value?.fit
    }
  }

  /// How far the main model may be trusted.
  public var status: StudyStatus {
    guard let fit = mainFit else { return .notFitted }
    guard fit.convergence.isConverged else { return .notConverged }
    if let identification = try? fit.identification(), !identification.isIdentified { return .notIdentified }
    return fit.admissibility().isEmpty ? .proper : .inadmissible
  }

  /// Why the main model could not be fitted.
  public var failure: StudyError? { structure.error ?? measurement.error }
}
