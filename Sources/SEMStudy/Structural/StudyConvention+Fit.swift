public import SEM
internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Both conventions look at one fit with the normal likelihood, so that estimates are the same:
/// - `lavaan`: χ² = N F, measures as lavaan defines them;
/// - `amos`: CMIN = (N - G) F for G groups with F = Σ N_g F_g / N and S of divisor N, standard errors √(N / (N - G)) times
///   as large (Amos User's Guide, appendix B, equation D1 with r = G), and the formulas of appendix C in ``AmosMeasures``.
extension StudyConvention {
  /// The number by which the convention multiplies a fit's χ².
  ///
  /// Fits with the Wishart likelihood have χ² = (N - 1) F already, and likelihoods of incomplete rows have no divisor: 1.
  public func factor(for fit: FittedModel) -> Double {
    guard self == .amos, !fit.options.usesUnbiasedCovariance, fit.options.missing == .listwise else {
      return 1
    }
    let count = Double(fit.count)
    return (count - Double(fit.table.blocks.count)) / count
  }
}

extension FittedModel {
  /// The test of the model.
  public func chiSquare(_ convention: StudyConvention) -> ChiSquareTest {
    let test = chiSquare
    return ChiSquareTest(
      statistic: test.statistic * convention.factor(for: self), degreesOfFreedom: test.degreesOfFreedom)
  }

  /// The test of the independence model; AMOS's has all observed variables uncorrelated, covariates too.
  public func independenceTest(_ convention: StudyConvention) -> ChiSquareTest {
    guard convention == .amos, options.missing == .listwise, !options.estimator.isLeastSquares else {
      return independenceTest()
    }
    var statistic = 0.0
    var degreesOfFreedom = 0
    for (index, sample) in moments.enumerated() {
      let p = sample.variables.count
      degreesOfFreedom += p * (p - 1) / 2
      guard let factor = try? Cholesky(sample.covariance) else { continue }
      let logVariances = sample.covariance.diagonal.reduce(0) { $0 + log($1) }
      statistic += multiplier(ofBlock: index) * (logVariances - factor.logDeterminant)
    }
    return ChiSquareTest(
      statistic: max(statistic, 0) * convention.factor(for: self), degreesOfFreedom: degreesOfFreedom)
  }

  /// Cov(θ̂).
  ///
  /// - Throws: ``StudyError`` with ``StudyError/Code/unavailable``, where the model is not identified.
  public func estimateCovariance(_ convention: StudyConvention) throws(StudyError) -> EstimateCovariance {
    do throws(InferenceError) {
      return try estimateCovariance().scaled(by: 1 / convention.factor(for: self))
    } catch {
      throw .unavailable("The standard errors", error)
    }
  }
}

extension FittedModel {
  /// χ² and df of what this model restricts in a less restricted one.
  ///
  /// As lavaan does, differences are scaled where the fits have scaled tests (Satorra and Bentler 2001, 2010; Satorra 2000);
  /// AMOS has no such tests.
  ///
  /// - Returns: `nil` where a scaled difference cannot be had.
  func restrictionTest(against larger: FittedModel, _ convention: StudyConvention) -> ChiSquareTest? {
    let degreesOfFreedom = degreesOfFreedom - larger.degreesOfFreedom
    let method = DifferenceTest.usual(for: [larger, self])
    var statistic = chiSquare(convention).statistic - larger.chiSquare(convention).statistic
    if convention == .lavaan, method != .standard, degreesOfFreedom > 0 {
      let methods = method == .satorraBentler2001 ? [method, .satorraBentler2010] : [method]
      let scaled = methods.lazy.compactMap { try? self.difference(from: larger, $0).statistic }
      guard let first = scaled.first(where: \.isFinite) else { return nil }
      statistic = first
    }
    return ChiSquareTest(statistic: max(statistic, 0), degreesOfFreedom: degreesOfFreedom)
  }
}

extension StudyError {
  /// The error for something that a fit cannot give.
  static func unavailable(_ what: String, _ error: any Error) -> StudyError {
    let reason: String
    switch error {
    case InferenceError.notIdentified: reason = "the model is not identified"
    case InferenceError.undefinedAtEstimates: reason = "the estimates define no covariance matrix"
    case InferenceError.needsRawData: reason = "the rows of the data are needed"
    case InferenceError.unknownVariable(let name): reason = "the model has no variable \(name)"
    case InferenceError.notAvailable(let text): reason = text
    case SEMError.inference(let error): return unavailable(what, error)
    case SEMError.data(let error): return unavailable(what, error)
    case let error as DataError:
      return StudyError(.unavailable, "\(what) cannot be computed: \(error.message)", hint: error.hint)
    case SEMError.specification(let error):
      return StudyError(.unavailable, "\(what) cannot be computed: \(error.message)", hint: error.hint)
    default: reason = "\(error)"
    }
    return StudyError(.unavailable, "\(what) cannot be computed: \(reason).")
  }
}
