/// A set of defaults, named as lavaan's functions.
public enum Preset: String, Sendable, Hashable, CaseIterable {
  /// Structural equation models: what the user leaves out is filled in. lavaan's `sem()`.
  case sem
  /// Confirmatory factor analysis; the same defaults as ``sem``. lavaan's `cfa()`.
  case cfa
  /// Growth curves: observed intercepts are zero, latent means are free. lavaan's `growth()`.
  case growth
  /// Nothing is filled in but what every model needs. lavaan's `lavaan()`.
  case bare
}

/// A group of parameters that can be held equal over groups. lavaan's `group.equal`.
public enum GroupEquality: String, Sendable, Hashable, CaseIterable {
  /// Factor loadings: `loadings`.
  case loadings
  /// Intercepts of observed variables: `intercepts`.
  case intercepts
  /// Means and intercepts of latent variables: `means`.
  case means
  /// Regression coefficients: `regressions`.
  case regressions
  /// Residual variances of observed variables: `residuals`.
  case residuals
  /// Residual covariances between observed variables: `residual.covariances`.
  case residualCovariances = "residual.covariances"
  /// Variances and residual variances of latent variables: `lv.variances`.
  case latentVariances = "lv.variances"
  /// Covariances and residual covariances that involve a latent variable: `lv.covariances`.
  case latentCovariances = "lv.covariances"
}

/// The parts of a measurement model that effect coding scales. lavaan's `effect.coding`.
public enum EffectCoding: String, Sendable, Hashable, CaseIterable {
  /// The loadings of each factor average one.
  case loadings
  /// The intercepts of each factor's indicators sum to zero.
  case intercepts
}

/// How a parameter table is filled from the statements of a model.
///
/// A property that is `nil` takes the preset's default. The names that lavaan uses stand in the comments.
///
/// lavaan's `bad.marker.crit` (another marker where the first indicator is a poor one) has no counterpart: the user's
/// marker stays the marker.
public struct ModelOptions: Sendable, Hashable {
  /// Whether latent variances are fixed to 1 instead of a loading (`std.lv`). Default: no.
  public var standardizeLatents: Bool?
  /// Whether the covariances of latent variables that defaults add are fixed to 0 (`orthogonal`). Default: no.
  public var orthogonal: Bool?
  /// As ``orthogonal``, for exogenous latent variables only (`orthogonal.x`). Default: no.
  public var orthogonalExogenous: Bool?
  /// As ``orthogonal``, for endogenous latent variables only (`orthogonal.y`). Default: no.
  public var orthogonalEndogenous: Bool?
  /// Whether means are part of the model (`meanstructure`).
  ///
  /// Default: where the model has intercepts, in growth models, with several groups, with ``markerInterceptZero``,
  /// and with equal intercepts or means. Intercepts in the model bring means in even when this is `false`.
  public var meanStructure: Bool?
  /// Whether moments of covariates are fixed to the sample's (`fixed.x`). Default: yes.
  public var fixedCovariates: Bool?
  /// Whether intercepts of observed variables that defaults add are free (`int.ov.free`). Default: `sem`, `cfa`.
  public var interceptsObservedFree: Bool?
  /// Whether latent means that defaults add are free (`int.lv.free`). Default: `growth`.
  public var interceptsLatentFree: Bool?
  /// Whether the first loading of each factor is fixed to 1 (`auto.fix.first`). Default: all but `bare`.
  public var fixFirstLoading: Bool?
  /// Whether the residual variance of a factor's only indicator is fixed to 0 (`auto.fix.single`). Default: all but
  /// `bare`.
  public var fixSingleIndicator: Bool?
  /// Whether variances that defaults add are free (`auto.var`); they are fixed to 0 otherwise. Default: all but `bare`.
  public var freeVariances: Bool?
  /// Whether exogenous latent variables covary (`auto.cov.lv.x`). Default: all but `bare`.
  public var covaryExogenousLatents: Bool?
  /// Whether residuals of dependent variables that predict nothing covary (`auto.cov.y`). Default: all but `bare`.
  public var covaryEndogenous: Bool?
  /// Whether exogenous latent variables covary with observed covariates (`auto.cov.x`). Default: no.
  public var covaryExogenousLatentsWithObserved: Bool?
  /// Whether each marker's intercept is 0 and the latent mean free (`marker.int.zero`). Default: no.
  public var markerInterceptZero: Bool?
  /// The parts scaled by effect coding (`effect.coding`). Default: none.
  public var effectCoding: Set<EffectCoding>
  /// The parameters held equal over groups (`group.equal`). Default: none.
  public var groupEqual: Set<GroupEquality>
  /// Elements that stay free in spite of ``groupEqual`` (`group.partial`), such as `"visual=~x2"` or `"x3~1"`.
  public var groupPartial: [String]

  /// Makes options that change nothing.
  public init() {
    effectCoding = []
    groupEqual = []
    groupPartial = []
  }
}

extension Preset {
  /// The preset's defaults, with no property `nil` but ``ModelOptions/meanStructure``.
  public var options: ModelOptions {
    var options = ModelOptions()
    let fills = self != .bare
    options.standardizeLatents = false
    options.orthogonal = false
    options.orthogonalExogenous = false
    options.orthogonalEndogenous = false
    options.fixedCovariates = true
    options.interceptsObservedFree = self == .sem || self == .cfa
    options.interceptsLatentFree = self == .growth
    options.fixFirstLoading = fills
    options.fixSingleIndicator = fills
    options.freeVariances = fills
    options.covaryExogenousLatents = fills
    options.covaryEndogenous = fills
    options.covaryExogenousLatentsWithObserved = false
    options.markerInterceptZero = false
    return options
  }
}

/// Options in which every question has an answer.
struct ResolvedOptions: Sendable {
  let preset: Preset
  let standardizeLatents: Bool
  let orthogonalExogenous: Bool
  let orthogonalEndogenous: Bool
  let fixedCovariates: Bool
  let interceptsObservedFree: Bool
  let interceptsLatentFree: Bool
  let fixFirstLoading: Bool
  let fixSingleIndicator: Bool
  let freeVariances: Bool
  let covaryExogenousLatents: Bool
  let covaryEndogenous: Bool
  let covaryExogenousLatentsWithObserved: Bool
  let markerInterceptZero: Bool
  let effectCoding: Set<EffectCoding>
  let groupEqual: Set<GroupEquality>
  private let meanStructure: Bool?
  private let asksForFreeIntercepts: Bool

  init(_ options: ModelOptions, preset: Preset) {
    let defaults = preset.options
    func answer(_ given: Bool?, _ usual: Bool?) -> Bool { given ?? usual ?? false }
    self.preset = preset
    standardizeLatents = answer(options.standardizeLatents, defaults.standardizeLatents)
    let orthogonal = answer(options.orthogonal, defaults.orthogonal)
    orthogonalExogenous = orthogonal || answer(options.orthogonalExogenous, defaults.orthogonalExogenous)
    orthogonalEndogenous = orthogonal || answer(options.orthogonalEndogenous, defaults.orthogonalEndogenous)
    fixedCovariates = answer(options.fixedCovariates, defaults.fixedCovariates)
    markerInterceptZero = answer(options.markerInterceptZero, defaults.markerInterceptZero)
    interceptsObservedFree =
      answer(options.interceptsObservedFree, defaults.interceptsObservedFree) || markerInterceptZero
    interceptsLatentFree = answer(options.interceptsLatentFree, defaults.interceptsLatentFree)
    fixFirstLoading =
      answer(options.fixFirstLoading, defaults.fixFirstLoading) && !standardizeLatents
      && !options.effectCoding.contains(.loadings)
    fixSingleIndicator = answer(options.fixSingleIndicator, defaults.fixSingleIndicator)
    freeVariances = answer(options.freeVariances, defaults.freeVariances)
    covaryExogenousLatents = answer(options.covaryExogenousLatents, defaults.covaryExogenousLatents)
    covaryEndogenous = answer(options.covaryEndogenous, defaults.covaryEndogenous)
    covaryExogenousLatentsWithObserved = answer(
      options.covaryExogenousLatentsWithObserved, defaults.covaryExogenousLatentsWithObserved)
    effectCoding = options.effectCoding
    groupEqual = options.groupEqual
    meanStructure = options.meanStructure
    asksForFreeIntercepts =
      preset == .bare && (options.interceptsObservedFree == true || options.interceptsLatentFree == true)
  }

  /// Whether means are part of a model.
  func hasMeanStructure(modelHasIntercepts: Bool, groupCount: Int) -> Bool {
    if modelHasIntercepts || markerInterceptZero { return true }
    if let meanStructure { return meanStructure }
    return groupCount > 1 || preset == .growth || groupEqual.contains(.intercepts)
      || groupEqual.contains(.means)
      || asksForFreeIntercepts
  }
}
