/// The function that estimation minimises.
public enum Estimator: String, Sendable, Hashable, CaseIterable, Codable {
  /// Normal-theory maximum likelihood.
  case maximumLikelihood = "ML"
}

/// Which likelihood the covariance matrix is taken to have.
public enum Likelihood: String, Sendable, Hashable, CaseIterable, Codable {
  /// Of the data: S has divisor N, χ² = N F.
  case normal
  /// Of the unbiased covariance matrix: S has divisor N - 1, χ² = (N - 1) F.
  case wishart
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

/// How a model is fitted.
public struct FitOptions: Sendable, Hashable {
  /// The function to minimise.
  public var estimator: Estimator = .maximumLikelihood
  /// Normal or Wishart.
  public var likelihood: Likelihood = .normal
  /// The information matrix behind standard errors.
  public var information: InformationKind = .expected
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
  /// The model asks for something that estimation does not do yet.
  case notYetSupported(String)
}
