internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// What a comparison needs to know of one model: taken from a fit, or read from its JSON.
public struct ComparedModel: Sendable, Hashable {
  /// The name under which it is shown.
  public var name: String
  /// The model's test statistic.
  public var chiSquare: Double
  /// Its degrees of freedom.
  public var degreesOfFreedom: Int
  /// The number of free parameters.
  public var parameterCount: Int
  /// The number of cases in all groups.
  public var count: Int
  /// The number of groups.
  public var groupCount: Int
  /// The log-likelihood; `nil` for estimators without one.
  public var logLikelihood: Double?
  /// The scaling factor of a mean-adjusted statistic (chi-square / scaled chi-square); `nil` without one.
  public var scalingFactor: Double?
  /// The estimator's name: only models fitted alike can be compared.
  public var estimator: String
  /// A fingerprint of the data; empty where none is known.
  public var fingerprint: String = ""
  /// CFI, RMSEA and SRMR, for the table.
  public var measures: [String: Double] = [:]

  /// Makes a description.
  public init(
    name: String, chiSquare: Double, degreesOfFreedom: Int, parameterCount: Int, count: Int,
    groupCount: Int = 1, logLikelihood: Double? = nil, scalingFactor: Double? = nil, estimator: String = "ML"
  ) {
    self.name = name
    self.chiSquare = chiSquare
    self.degreesOfFreedom = degreesOfFreedom
    self.parameterCount = parameterCount
    self.count = count
    self.groupCount = groupCount
    self.logLikelihood = logLikelihood
    self.scalingFactor = scalingFactor
    self.estimator = estimator
  }

  /// Describes a fit.
  public init(_ fit: FittedModel, name: String) {
    self.init(fit, name: name, measures: fit.fitMeasures())
  }

  /// Describes a fit whose measures are known.
  init(_ fit: FittedModel, name: String, measures: FitMeasures) {
    let test = fit.chiSquare
    self.init(
      name: name, chiSquare: test.statistic, degreesOfFreedom: test.degreesOfFreedom,
      parameterCount: fit.parameterCount, count: fit.count,
      groupCount: Set(fit.table.blocks.map(\.group)).count,
      logLikelihood: fit.options.estimator.isLeastSquares ? nil : measures["logl"],
      scalingFactor: fit.options.effectiveTests.contains(where: Self.meanAdjusted.contains)
        ? measures["chisq.scaling.factor"] : nil,
      estimator: fit.options.estimator.rawValue)
    fingerprint = fit.dataFingerprint
    for key in ["cfi", "rmsea", "srmr"] { self.measures[key] = measures[key] }
  }

  /// The tests whose scaling factor the difference of Satorra and Bentler (2001) may use.
  public static let meanAdjusted: Set<TestKind> = [.satorraBentler, .yuanBentler, .yuanBentlerMplus]

  /// -2 logl + 2 q.
  public var aic: Double? { logLikelihood.map { -2 * $0 + 2 * Double(parameterCount) } }
  /// -2 logl + q log N.
  public var bic: Double? {
    logLikelihood.map { -2 * $0 + Double(parameterCount) * log(Double(max(count, 1))) }
  }
}

extension FittedModel {
  /// A fingerprint of the sample: group sizes, variables, means and variances to nine digits, whatever their order.
  public var dataFingerprint: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ text: String) {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    for sample in moments {
      add("\(sample.count)")
      let factor = options.usesUnbiasedCovariance ? Double(sample.count - 1) / Double(sample.count) : 1
      for index in sample.variables.indices.sorted(by: { sample.variables[$0] < sample.variables[$1] }) {
        add(sample.variables[index])
        add(Self.rounded(sample.covariance[index, index] * factor))
      }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Nine significant digits as text.
  private static func rounded(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "0" }
    let exponent = Int(log10(value.magnitude).rounded(.down))
    let scaled = value * pow(10, Double(8 - exponent))
    return scaled.magnitude < 9e18 ? "\(Int64(scaled.rounded()))e\(exponent)" : "\(value)"
  }
}
