/// What one of lavaan's estimator names stands for: an estimator with its standard errors, tests and information.
///
/// | name | estimator | standard errors | test | information |
/// |---|---|---|---|---|
/// | ML | ML | standard | standard | expected |
/// | MLM, MLMV, MLMVS | ML | robust.sem | satorra.bentler, scaled.shifted, mean.var.adjusted | expected |
/// | MLR | ML | robust.huber.white | yuan.bentler.mplus | observed |
/// | MLF | ML | first.order | standard | first-order |
/// | GLS, WLS | themselves | standard | standard | expected |
/// | ULS, DWLS | themselves | robust.sem.nt | browne.residual.nt | expected |
/// | ULSM, WLSM and their MV, MVS | ULS, DWLS | robust.sem | as for MLM, MLMV, MLMVS | expected |
public struct EstimatorPreset: Sendable, Hashable {
  /// lavaan's name in capitals.
  public let name: String
  /// The function to minimise.
  public let estimator: Estimator
  /// How standard errors are computed.
  public let standardErrors: StandardErrorKind
  /// Tests beyond the standard one.
  public let tests: [TestKind]
  /// The information matrix.
  public let information: InformationKind

  /// All names, in the order in which a manual lists them.
  public static let names = [
    "ML", "MLM", "MLMV", "MLMVS", "MLR", "MLF", "GLS", "WLS", "DWLS", "ULS", "WLSM", "WLSMV", "WLSMVS",
    "ULSM",
    "ULSMV", "ULSMVS",
  ]

  /// Looks a name up, in capitals or not; `nil` where it is unknown.
  public init?(_ name: String) {
    let name = name.uppercased()
    guard Self.names.contains(name) else { return nil }
    self.name = name
    let scaled: TestKind? =
      name.hasSuffix("MVS")
      ? .meanVarianceAdjusted
      : name.hasSuffix("MV") ? .scaledShifted : name.hasSuffix("M") ? .satorraBentler : nil
    estimator =
      switch name {
      case "GLS": .generalizedLeastSquares
      case "WLS": .weightedLeastSquares
      case _ where name.hasPrefix("ULS"): .unweightedLeastSquares
      case _ where name.hasPrefix("WLS") || name == "DWLS": .diagonallyWeightedLeastSquares
      default: .maximumLikelihood
      }
    switch name {
    case "MLR":
      (standardErrors, tests, information) = (.robustHuberWhite, [.yuanBentlerMplus], .observed)
    case "MLF": (standardErrors, tests, information) = (.firstOrder, [], .firstOrder)
    case "ULS", "DWLS":
      (standardErrors, tests, information) = (.robustSEMNormal, [.browneResidualNT], .expected)
    default:
      (standardErrors, tests, information) = (
        scaled == nil ? .standard : .robustSEM, scaled.map { [$0] } ?? [], .expected
      )
    }
  }
}

extension FitOptions {
  /// Whether standard errors allow for data that are not normal, for clusters or for weights.
  var isRobust: Bool {
    switch effectiveStandardErrors {
    case .robustSEM, .robustHuberWhite, .robustCluster, .robustClusterSEM: true
    case .standard, .robustSEMNormal, .firstOrder, .none: false
    }
  }

  /// The options that one of lavaan's estimator names stands for.
  public init(_ preset: EstimatorPreset) {
    self.init()
    estimator = preset.estimator
    standardErrors = preset.standardErrors
    tests = preset.tests
    // Left open where it is the default, so that missing data may choose the observed one.
    if preset.information != .expected { information = preset.information }
  }

  /// The standard errors that are computed: those asked for, but in place of the standard ones
  ///
  /// - robust ones where cases have weights or come in clusters;
  /// - robust.sem.nt for ULS and DWLS, where the inverse of ΔᵀVΔ is no covariance matrix of anything.
  public var effectiveStandardErrors: StandardErrorKind {
    let isUnweighted =
      estimator == .unweightedLeastSquares || estimator == .diagonallyWeightedLeastSquares
    var kind = standardErrors
    if kind == .standard {
      if hasDesign {
        kind = estimator.isLeastSquares ? .robustSEM : .robustHuberWhite
      } else if isUnweighted {
        kind = .robustSEMNormal
      }
    }
    guard clusterVariable != nil else { return kind }
    switch kind {
    case .robustHuberWhite: return .robustCluster
    case .robustSEM: return .robustClusterSEM
    default: return kind
    }
  }
}
