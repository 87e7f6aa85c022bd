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
    let test = fit.chiSquare
    let measures = fit.fitMeasures()
    self.init(
      name: name, chiSquare: test.statistic, degreesOfFreedom: test.degreesOfFreedom,
      parameterCount: fit.parameterCount, count: fit.count,
      groupCount: Set(fit.table.blocks.map(\.group)).count,
      logLikelihood: fit.options.estimator.isLeastSquares ? nil : measures["logl"],
      scalingFactor: measures["chisq.scaling.factor"], estimator: fit.options.estimator.rawValue)
    fingerprint = fit.dataFingerprint
    for key in ["cfi", "rmsea", "srmr"] { self.measures[key] = measures[key] }
  }

  /// -2 logl + 2 q.
  public var aic: Double? { logLikelihood.map { -2 * $0 + 2 * Double(parameterCount) } }
  /// -2 logl + q log N.
  public var bic: Double? {
    logLikelihood.map { -2 * $0 + Double(parameterCount) * log(Double(max(count, 1))) }
  }
}

/// How two models stand to each other.
public enum ModelNesting: String, Sendable, Hashable, CaseIterable, Codable {
  /// Every covariance matrix of the model with more degrees of freedom is one of the other's.
  case nested
  /// Both fit the same covariance matrices: no data can tell them apart.
  case equivalent
  /// The restricted model is no special case of the other: a likelihood ratio test does not apply.
  case notNested = "not-nested"
  /// Not checked: the models themselves are not at hand, or a fit did not converge.
  case unknown
}

/// How a difference of test statistics was made.
public enum DifferenceTest: String, Sendable, Hashable, CaseIterable, Codable {
  /// χ² minus χ².
  case standard
  /// (χ² - χ²) / c with c = (d₀ c₀ - d₁ c₁) / (d₀ - d₁) (Satorra and Bentler 2001).
  case satorraBentler2001 = "satorra.bentler.2001"
}

/// Models of the same data, from the least to the most restricted, with the tests between neighbours.
public struct ModelComparison: Sendable, Hashable {
  /// The test of a model against the less restricted one before it.
  public struct Step: Sendable, Hashable {
    /// The difference of the statistics.
    public var chiSquare: Double
    /// The difference of the degrees of freedom.
    public var degreesOfFreedom: Int
    /// The upper tail; `nil` without a difference in degrees of freedom, or for models that are not nested.
    public var pValue: Double?
    /// √(G max(0, (Δχ² - Δdf) / (Δdf N))): the misfit of the restrictions by themselves (Browne and Cudeck 1993).
    public var rmsea: Double?
    /// How the difference was made.
    public var method: DifferenceTest
    /// How the two models stand to each other.
    public var nesting: ModelNesting
  }

  /// The models, those with the fewest degrees of freedom first.
  public let models: [ComparedModel]
  /// For every model but the first the test against the one before; as many as ``models`` less one.
  public let steps: [Step]
  /// exp(-½ ΔAIC), scaled to the sum 1 (Burnham and Anderson 2002); empty without likelihoods.
  public let akaikeWeights: [Double]
  /// The same of BIC.
  public let bicWeights: [Double]
  /// Why the models cannot be compared after all: other data, other estimators.
  public let objections: [String]

  /// Compares models of which only the results are known; whether they are nested is not checked.
  public init(_ models: [ComparedModel]) {
    self.init(models.map { ($0, nil) })
  }

  /// Compares fits to the same data; nesting is checked for neighbours.
  ///
  /// The check (Bentler and Satorra 2010, "Testing model nesting and equivalence") fits the less restricted model to the
  /// moments that the other one implies: a perfect fit means nested; with equal degrees of freedom it means equivalent.
  public init(fits: [(name: String, fit: FittedModel)]) {
    self.init(fits.map { (ComparedModel($0.fit, name: $0.name), $0.fit) })
  }

  private init(_ candidates: [(model: ComparedModel, fit: FittedModel?)]) {
    // A stable order: equal degrees of freedom stay as they were given.
    let sorted = candidates.enumerated().sorted {
      ($0.element.model.degreesOfFreedom, $0.offset) < ($1.element.model.degreesOfFreedom, $1.offset)
    }.map(\.element)
    models = sorted.map(\.model)
    steps = zip(sorted, sorted.dropFirst()).map { larger, restricted in
      let nesting =
        larger.fit.flatMap { fit in restricted.fit.map { $0.nesting(in: fit) } } ?? ModelNesting.unknown
      return Self.step(larger.model, restricted.model, nesting)
    }
    akaikeWeights = Self.weights(models.map(\.aic))
    bicWeights = Self.weights(models.map(\.bic))
    var objections: [String] = []
    if Set(models.map(\.count)).count > 1 {
      objections.append(
        "The models were fitted to different numbers of cases ("
          + models.map { "\($0.name): \($0.count)" }.joined(separator: ", ") + ").")
    }
    if Set(models.map(\.estimator)).count > 1 {
      objections.append("The models were fitted by different estimators.")
    }
    let fingerprints = Set(models.map(\.fingerprint).filter { !$0.isEmpty })
    if fingerprints.count > 1 {
      objections.append("The models were fitted to different data or different variables.")
    }
    self.objections = objections
  }

  private static func step(_ larger: ComparedModel, _ restricted: ComparedModel, _ nesting: ModelNesting)
    -> Step
  {
    let df = restricted.degreesOfFreedom - larger.degreesOfFreedom
    var difference = restricted.chiSquare - larger.chiSquare
    var method = DifferenceTest.standard
    if let c0 = restricted.scalingFactor, let c1 = larger.scalingFactor, df > 0 {
      let factor =
        (Double(restricted.degreesOfFreedom) * c0 - Double(larger.degreesOfFreedom) * c1) / Double(df)
      difference = factor > 0 ? difference / factor : .nan
      method = .satorraBentler2001
    }
    // Rounding of two equal statistics.
    if difference.magnitude < 1e-7 * max(1, larger.chiSquare) { difference = 0 }
    var step = Step(
      chiSquare: difference, degreesOfFreedom: df, pValue: nil, rmsea: nil, method: method, nesting: nesting)
    guard df > 0, nesting != .notNested, difference.isFinite else { return step }
    step.pValue = ChiSquareTest(statistic: max(difference, 0), degreesOfFreedom: df).pValue
    let excess = max(0, difference - Double(df)) / (Double(df) * Double(max(restricted.count, 1)))
    step.rmsea = (Double(restricted.groupCount) * excess).squareRoot()
    return step
  }

  private static func weights(_ criteria: [Double?]) -> [Double] {
    let known = criteria.compactMap(\.self)
    guard known.count == criteria.count, let least = known.min(), least.isFinite else { return [] }
    let weights = known.map { exp(-0.5 * ($0 - least)) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

extension FittedModel {
  /// Whether this model is a special case of another, by the numerical procedure of Bentler and Satorra (2010).
  ///
  /// The other model is fitted to this model's Σ̂ and μ̂; it holds there (F below 1e-7) if and only if this model is nested
  /// in it, save for points of measure zero.
  ///
  /// - Complexity: that of one fit.
  public func nesting(in larger: FittedModel) -> ModelNesting {
    guard table.blocks.count == larger.table.blocks.count else { return .notNested }
    var implied: [SampleMoments] = []
    for (index, block) in larger.table.blocks.enumerated() {
      guard let matrices = matrices(ofBlock: index) else { return .unknown }
      let own = table.blocks[index].observed
      guard Set(own) == Set(block.observed) else { return .notNested }
      var sample = moments[index]
      sample.covariance = matrices.observedCovariance
      if table.hasMeanStructure { sample.mean = matrices.observedMean }
      implied.append(sample.selecting(block.observed))
    }
    var options = FitOptions()
    options.gradientTolerance = larger.options.gradientTolerance
    guard let fitter = try? ModelFitter(table: larger.table, options: options) else { return .unknown }
    // The larger model's own estimates, and its usual starts: one of them reaches a perfect fit if there is one.
    var least = Double.infinity
    var isConverged = false
    for start in [larger.estimates, nil] {
      guard let fit = try? fitter.fit(implied, start: start) else { continue }
      least = min(least, fit.discrepancy)
      isConverged = isConverged || fit.convergence.isConverged
      if least < Self.perfectFit { break }
    }
    if least < Self.perfectFit {
      return degreesOfFreedom == larger.degreesOfFreedom ? .equivalent : .nested
    }
    return isConverged ? .notNested : .unknown
  }

  private static let perfectFit = 1e-7

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
