/// The function that estimation minimises.
public enum Estimator: String, Sendable, Hashable, CaseIterable, Codable {
  /// Normal-theory maximum likelihood.
  case maximumLikelihood = "ML"
  /// Unweighted least squares: the sum of squared residuals of the distinct moments.
  case unweightedLeastSquares = "ULS"
  /// Generalised least squares: ½ tr (S⁻¹ (S - Σ))² (Jöreskog and Goldberger 1972).
  case generalizedLeastSquares = "GLS"
  /// Weighted least squares, asymptotically distribution free (Browne 1984).
  case weightedLeastSquares = "WLS"
  /// Diagonally weighted least squares: WLS with the diagonal of its weight.
  case diagonallyWeightedLeastSquares = "DWLS"

  /// Whether the discrepancy is a quadratic form of moment residuals.
  public var isLeastSquares: Bool { self != .maximumLikelihood }
}

/// Which likelihood the covariance matrix is taken to have.
public enum Likelihood: String, Sendable, Hashable, CaseIterable, Codable {
  /// Of the data: S has divisor N, χ² = N F.
  case normal
  /// Of the unbiased covariance matrix: S has divisor N - 1, χ² = (N - 1) F.
  case wishart
}

/// What becomes of rows with missing values.
public enum MissingData: String, Sendable, Hashable, CaseIterable, Codable {
  /// They are left out.
  case listwise
  /// They contribute the likelihood of what was observed (full information maximum likelihood).
  case fullInformation = "fiml"
  /// Saturated moments are estimated from them first, and the model is fitted to those (Yuan and Bentler 2000).
  case twoStage = "two.stage"
}

/// Which information matrix standard errors come from.
public enum InformationKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// The expectation of the second derivatives under the model.
  case expected
  /// The second derivatives at the estimates.
  case observed
  /// The cross-products of the cases' first derivatives; needs raw data.
  case firstOrder = "first-order"
}

/// How standard errors are computed, under lavaan's names.
public enum StandardErrorKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// From the inverse of the information matrix.
  case standard
  /// (ΔᵀVΔ)⁻¹ ΔᵀVΓVΔ (ΔᵀVΔ)⁻¹ (Browne 1984; Satorra and Bentler 1994).
  case robustSEM = "robust.sem"
  /// The same with Γ of normal variables at the sample's moments.
  case robustSEMNormal = "robust.sem.nt"
  /// (observed or expected information)⁻¹ (first-order information) (the same)⁻¹ (Huber 1967; White 1982).
  case robustHuberWhite = "robust.huber.white"
  /// `robust.huber.white` with the scores summed within clusters.
  case robustCluster = "robust.cluster"
  /// `robust.sem` with the cases' contributions summed within clusters.
  case robustClusterSEM = "robust.cluster.sem"
  /// From the inverse of the first-order information.
  case firstOrder = "first.order"
  /// None.
  case none
}

/// Test statistics of the model, under lavaan's names.
public enum TestKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// The likelihood-ratio statistic, or N F of least squares.
  case standard
  /// Mean-adjusted (Satorra and Bentler 1994).
  case satorraBentler = "satorra.bentler"
  /// Mean-adjusted for missing and nonnormal data (Yuan and Bentler 2000).
  case yuanBentler = "yuan.bentler"
  /// The same as Mplus computes it (Asparouhov and Muthén 2005).
  case yuanBentlerMplus = "yuan.bentler.mplus"
  /// Mean- and variance-adjusted with fractional degrees of freedom (Satterthwaite).
  case meanVarianceAdjusted = "mean.var.adjusted"
  /// Scaled and shifted (Asparouhov and Muthén 2010).
  case scaledShifted = "scaled.shifted"
  /// Browne's residual-based statistic with the distribution-free weight (Browne 1984).
  case browneResidualADF = "browne.residual.adf"
  /// Browne's residual-based statistic with the normal-theory weight at the sample's moments.
  case browneResidualNT = "browne.residual.nt"
  /// The same with the weight at the model's moments.
  case browneResidualNTModel = "browne.residual.nt.model"
  /// The bootstrap of Bollen and Stine (1992), ``FitOptions/testDraws`` draws.
  case bollenStine = "bollen.stine"
}

/// How a model is fitted.
public struct FitOptions: Sendable, Hashable {
  /// The function to minimise.
  public var estimator: Estimator = .maximumLikelihood
  /// Normal or Wishart.
  public var likelihood: Likelihood = .normal
  /// What becomes of rows with missing values.
  public var missing: MissingData = .listwise
  /// The information matrix behind standard errors; unless it is set, observed for ``MissingData/fullInformation`` (with
  /// values missing at random the expected one is biased: Kenward and Molenberghs 1998), for `robust.huber.white` and for
  /// likelihoods of clusters or weighted cases, else expected.
  public var information: InformationKind {
    get {
      let isLikelihood = !estimator.isLeastSquares && standardErrors != .robustSEM
      let isRobust =
        standardErrors == .robustHuberWhite || standardErrors == .robustCluster || hasDesign && isLikelihood
      return chosenInformation ?? (missing == .fullInformation || isRobust ? .observed : .expected)
    }
    set { chosenInformation = newValue }
  }
  private var chosenInformation: InformationKind?
  /// How standard errors are computed.
  public var standardErrors: StandardErrorKind = .standard
  /// Tests beyond the standard one.
  public var tests: [TestKind] = []
  /// The draws behind ``TestKind/bollenStine``.
  public var testDraws = 1000
  /// The seed of those draws.
  public var testSeed: UInt64 = 1
  /// The column whose values name the clusters in which cases were sampled: standard errors and tests are then robust to
  /// dependence within them (Huber 1967; Muthén and Satorra 1995).
  public var clusterVariable: String?
  /// The column of sampling weights, scaled to sum to the cases of each group: the likelihood is a weighted sum over
  /// cases (Asparouhov 2005).
  public var weightVariable: String?
  /// The largest scaled gradient element of a converged fit: |∂F/∂θ| / √(expected ∂²F/∂θ²).
  public var gradientTolerance = 1e-8
  /// The limit of steps from one start.
  public var iterationLimit = 500
  /// How many other starts are tried when the first does not converge.
  public var extraStarts = 6
  /// The coverage of confidence intervals.
  public var confidenceLevel = 0.95

  /// lavaan's defaults: normal-theory ML, expected information, 95 % intervals.
  public init() {}

  /// Whether cases have weights or come in clusters.
  public var hasDesign: Bool { clusterVariable != nil || weightVariable != nil }

  /// Whether S has divisor N - 1 and χ² = (N - 1) F: for the Wishart likelihood and for least squares.
  public var usesUnbiasedCovariance: Bool { likelihood == .wishart || estimator.isLeastSquares }

  /// The multiplier that turns F into χ² for a block of some cases: n, or n - 1.
  public func multiplier(count: Int) -> Double { Double(count - (usesUnbiasedCovariance ? 1 : 0)) }
}

/// Why a model could not be fitted at all.
public enum EstimationError: Error, Sendable, Hashable {
  /// A group's sample covariance matrix is not positive definite.
  case sampleCovarianceNotPositiveDefinite(group: String)
  /// The model has a mean structure and the data have no means.
  case meansAreMissing
  /// The model has no free parameter.
  case nothingToEstimate
  /// The moments do not belong to the model's blocks.
  case momentsDoNotMatchModel(String)
  /// No start gave a positive definite model covariance matrix.
  case noUsableStart
  /// The weight matrix of WLS or DWLS has no inverse: a group has too few cases for its number of moments, or a
  /// variable is constant.
  case weightNotPositiveDefinite(group: String, cases: Int, moments: Int)
  /// The estimator or test needs the rows of the data.
  case rawDataNeeded(String)
  /// Constraints that cannot hold together, or that name no parameter.
  case impossibleConstraints(String)
  /// The model asks for something that estimation does not do yet.
  case notYetSupported(String)
}
