public import SEM
internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A fit index; the raw value is its name in JSON and CSV.
public enum FitIndex: String, Sendable, Hashable, CaseIterable, Codable {
  /// The test statistic.
  case chiSquare = "chisq"
  /// Its degrees of freedom.
  case degreesOfFreedom = "df"
  /// Its probability.
  case pValue = "pvalue"
  /// χ² / df.
  case relativeChiSquare = "chisq.df"
  /// Root mean square error of approximation.
  case rmsea
  /// The lower end of its 90 % interval.
  case rmseaLower = "rmsea.ci.lower"
  /// The upper end of its 90 % interval.
  case rmseaUpper = "rmsea.ci.upper"
  /// The probability of close fit.
  case closeFit = "pclose"
  /// Jöreskog and Sörbom's goodness of fit index.
  case gfi
  /// The same adjusted for degrees of freedom.
  case agfi
  /// Root mean square residual.
  case rmr
  /// The same of correlations.
  case srmr
  /// Normed fit index.
  case nfi
  /// Relative fit index.
  case rfi
  /// Incremental fit index.
  case ifi
  /// Tucker-Lewis index.
  case tli
  /// Comparative fit index.
  case cfi
  /// GFI times df over the number of moments.
  case pgfi
  /// NFI times the ratio of degrees of freedom.
  case pnfi
  /// CFI times the ratio of degrees of freedom.
  case pcfi
  /// Hoelter's critical N at 0.05.
  case hoelter05 = "hoelter.05"
  /// Hoelter's critical N at 0.01.
  case hoelter01 = "hoelter.01"

  /// The customary abbreviation.
  public var abbreviation: String {
    switch self {
    case .chiSquare: "χ²"
    case .degreesOfFreedom: "df"
    case .pValue: "p"
    case .relativeChiSquare: "χ²/df"
    case .rmseaLower: "RMSEA LO 90"
    case .rmseaUpper: "RMSEA HI 90"
    case .closeFit: "PCLOSE"
    case .hoelter05: "Hoelter CN (0.05)"
    case .hoelter01: "Hoelter CN (0.01)"
    default: rawValue.uppercased()
    }
  }
}

/// The fit of one model by a convention, and its information criteria beside those of the saturated and the independence
/// model.
public struct FitIndices: Sendable, Hashable {
  /// The criteria of one model, for which less is better.
  public struct Criteria: Sendable, Hashable {
    /// The number of parameters.
    public var parameterCount: Int
    /// The test statistic.
    public var chiSquare: Double
    /// Its degrees of freedom.
    public var degreesOfFreedom: Int
    /// Akaike's criterion: χ² + 2 q as in AMOS, -2 log L + 2 q as in lavaan.
    public var aic: Double
    /// Browne and Cudeck's criterion; AMOS only.
    public var bcc: Double?
    /// Schwarz' criterion.
    public var bic: Double
    /// Bozdogan's criterion; AMOS only.
    public var caic: Double?
    /// The expected cross-validation index.
    public var ecvi: Double
    /// The same from BCC; AMOS only.
    public var mecvi: Double?
  }

  /// The convention.
  public let convention: StudyConvention
  /// The number of cases.
  public let count: Int
  /// The model.
  public let model: Criteria
  /// The saturated model.
  public let saturated: Criteria
  /// The independence model.
  public let independence: Criteria
  /// Whether χ² and what follows from it are those of a scaled test: robust where lavaan has a robust form, else scaled.
  public let isScaled: Bool
  private var values: [FitIndex: Double] = [:]

  /// The value of an index; `nil` where it is not defined, as RMSEA without degrees of freedom.
  public subscript(index: FitIndex) -> Double? { values[index] }

  /// Computes all indices of a fit.
  ///
  /// GFI, AGFI, PGFI and RMR are those of variances and covariances alone: AMOS reports none with means in the model, and
  /// unconstrained means would otherwise raise them.
  ///
  /// - Complexity: O(p³ + p² t).
  public init(_ fit: FittedModel, convention: StudyConvention = .lavaan) {
    self.convention = convention
    count = fit.count
    let test = fit.chiSquare(convention)
    let baseline = fit.independenceTest(convention)
    let hasMeans = fit.table.hasMeanStructure
    // AMOS counts the moments of covariates among its parameters.
    let q = fit.parameterCount + (convention == .amos ? Self.covariateMoments(fit) : 0)
    let groups = fit.moments.map {
      AmosMeasures.Group(count: $0.count, variableCount: $0.variables.count)
    }
    let momentCount =
      convention == .amos
      ? groups.reduce(0) { $0 + $1.variableCount * ($1.variableCount + (hasMeans ? 3 : 1)) / 2 }
      : fit.table.distinctMomentCount
    let amos = AmosMeasures(test: test, parameterCount: q, baseline: baseline, groups: groups)
    let measures = fit.fitMeasures()
    isScaled = convention == .lavaan && measures["chisq.scaled"] != nil
    let n = fit.multiplier
    let offset = -2 * fit.logLikelihoods().saturated
    func criteria(_ c: Double, _ d: Int, _ q: Int) -> Criteria {
      let test = ChiSquareTest(statistic: c, degreesOfFreedom: d)
      let own = AmosMeasures(test: test, parameterCount: q, baseline: baseline, groups: groups)
      switch convention {
      case .amos:
        return Criteria(
          parameterCount: q, chiSquare: c, degreesOfFreedom: d, aic: own.aic, bcc: own.bcc, bic: own.bic,
          caic: own.caic, ecvi: own.ecvi, mecvi: own.mecvi)
      case .lavaan:
        // log L = log L of the saturated model - χ² / 2; the Wishart likelihood's χ² has another multiplier.
        let deviance = c * Double(fit.count) / n + offset
        let parameters = Double(q)
        return Criteria(
          parameterCount: q, chiSquare: c, degreesOfFreedom: d, aic: deviance + 2 * parameters, bcc: nil,
          bic: deviance + parameters * log(Double(fit.count)), caic: nil,
          ecvi: c / n + 2 * parameters / n, mecvi: nil)
      }
    }
    model = criteria(test.statistic, test.degreesOfFreedom, q)
    saturated = criteria(0, 0, momentCount)
    independence = criteria(
      baseline.statistic, baseline.degreesOfFreedom, momentCount - baseline.degreesOfFreedom)

    let gfi = Self.goodnessOfFit(fit)
    let moments = Double(
      groups.reduce(0) { $0 + $1.variableCount * ($1.variableCount + 1) / 2 })
    let d = Double(test.degreesOfFreedom)
    set(.chiSquare, test.statistic)
    set(.degreesOfFreedom, d)
    set(.pValue, test.pValue)
    set(.relativeChiSquare, amos.relativeChiSquare)
    set(.gfi, gfi)
    set(.agfi, d > 0 ? gfi.map { 1 - moments / d * (1 - $0) } : nil)
    set(.pgfi, gfi.map { d / moments * $0 })
    set(.rmr, measures["rmr_nomean"])
    set(.srmr, measures["srmr"])
    switch convention {
    case .lavaan:
      // As lavaan: robust forms are consistent for the population values of the normal ones, scaled forms are not.
      func value(_ name: String) -> Double? {
        isScaled ? measures[name + ".robust"] ?? measures[name + ".scaled"] ?? measures[name] : measures[name]
      }
      if isScaled {
        set(.chiSquare, measures["chisq.scaled"])
        set(.degreesOfFreedom, measures["df.scaled"])
        set(.pValue, measures["pvalue.scaled"])
        set(
          .relativeChiSquare,
          measures["chisq.scaled"].flatMap { t in measures["df.scaled"].flatMap { $0 > 0 ? t / $0 : nil } })
      }
      for index in [FitIndex.rmsea, .rmseaLower, .rmseaUpper, .nfi, .rfi, .ifi, .tli, .cfi, .pnfi] {
        set(index, value(index.rawValue))
      }
      set(.closeFit, value("rmsea.pvalue"))
      set(.hoelter05, measures["cn_05"])
      set(.hoelter01, measures["cn_01"])
      set(.pcfi, amos.parsimonyRatio.flatMap { ratio in value("cfi").map { ratio * $0 } })
    case .amos:
      set(.rmsea, amos.rmsea)
      set(.rmseaLower, amos.rmseaInterval?.lower)
      set(.rmseaUpper, amos.rmseaInterval?.upper)
      set(.closeFit, amos.closeFitProbability)
      set(.nfi, amos.nfi)
      set(.rfi, amos.rfi)
      set(.ifi, amos.ifi)
      set(.tli, amos.tli)
      set(.cfi, amos.cfi)
      set(.pnfi, amos.pnfi)
      set(.pcfi, amos.pcfi)
      set(.hoelter05, amos.hoelter(0.05))
      set(.hoelter01, amos.hoelter(0.01))
    }
  }

  private mutating func set(_ index: FitIndex, _ value: Double?) {
    if let value, value.isFinite { values[index] = value }
  }

  /// The number of moments of fixed covariates that the parameter count leaves out.
  private static func covariateMoments(_ fit: FittedModel) -> Int {
    fit.table.rows.count { $0.isExogenous && ($0.op == .covariance || fit.table.hasMeanStructure) }
  }

  /// 1 - Σ N_g tr (Σ⁻¹ (S - Σ))² / Σ N_g tr (Σ⁻¹ S)² (Jöreskog and Sörbom 1981; Tanaka and Huba 1985).
  private static func goodnessOfFit(_ fit: FittedModel) -> Double? {
    var residual = 0.0
    var whole = 0.0
    for (index, sample) in fit.moments.enumerated() {
      guard let matrices = fit.matrices(ofBlock: index),
        let factor = try? Cholesky(matrices.observedCovariance)
      else { return nil }
      let product = factor.inverse() * sample.covariance
      let size = Double(sample.count)
      for j in 0..<product.columnCount {
        for i in 0..<product.rowCount {
          let unit = i == j ? 1.0 : 0
          residual += size * (product[i, j] - unit) * (product[j, i] - unit)
          whole += size * product[i, j] * product[j, i]
        }
      }
    }
    return whole > 0 ? 1 - residual / whole : nil
  }
}
