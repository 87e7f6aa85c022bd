#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

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
    /// c, by which the difference was divided; `nil` for the plain one.
    public var scalingFactor: Double?
    /// AIC of the restricted model minus that of the other; `nil` without likelihoods.
    public var aicDifference: Double?
    /// The same of BIC.
    public var bicDifference: Double?
    /// How the two models stand to each other.
    public var nesting: ModelNesting
    /// Why there is no test, or another one than was asked for.
    public var remark: String?
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
  ///
  /// Differences are plain, or those of Satorra and Bentler (2001) where all scaling factors are known.
  public init(_ models: [ComparedModel]) {
    self.init(models.map { ($0, nil) }, method: nil)
  }

  /// Compares fits to the same data; nesting is checked for neighbours.
  ///
  /// The check (Bentler and Satorra 2010, "Testing model nesting and equivalence") fits the less restricted model to the
  /// moments that the other one implies: a perfect fit means nested; with equal degrees of freedom it means equivalent.
  ///
  /// - Parameters:
  ///   - fits: The fits with the names under which they are shown.
  ///   - method: How differences are made; `nil` for what goes with the fits' tests: `satorra.bentler.2001` with mean-adjusted
  ///     ones (or that of 2010 where the former has a negative scaling factor), `satorra.2000` with scaled and shifted or
  ///     mean- and variance-adjusted ones, else `standard`.
  public init(fits: [(name: String, fit: FittedModel)], method: DifferenceTest? = nil) {
    self.init(fits.map { (ComparedModel($0.fit, name: $0.name), $0.fit) }, method: method)
  }

  private init(_ candidates: [(model: ComparedModel, fit: FittedModel?)], method: DifferenceTest?) {
    // A stable order: equal degrees of freedom stay as they were given.
    let sorted = candidates.enumerated().sorted {
      ($0.element.model.degreesOfFreedom, $0.offset) < ($1.element.model.degreesOfFreedom, $1.offset)
    }.map(\.element)
    models = sorted.map(\.model)
    steps = zip(sorted, sorted.dropFirst()).map { larger, restricted in
      if let first = larger.fit, let second = restricted.fit {
        return Self.step(larger.model, first, restricted.model, second, method)
      }
      return Self.step(larger.model, restricted.model)
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

  /// The step between two fits.
  ///
  /// - Parameter isNested: Whether the models are known to be nested, which saves a fit.
  static func step(
    _ larger: ComparedModel, _ first: FittedModel, _ restricted: ComparedModel, _ second: FittedModel,
    _ asked: DifferenceTest?, isNested: Bool = false
  ) -> Step {
    let method = asked ?? DifferenceTest.usual(for: [first, second])
    let relation: (nesting: ModelNesting, image: FittedModel?)? =
      isNested ? nil : second.embedding(in: first)
    let isSame = first.degreesOfFreedom == second.degreesOfFreedom
    let nesting = relation?.nesting ?? (isSame ? .equivalent : .nested)
    var step = step(larger, restricted, nesting)
    guard step.degreesOfFreedom > 0, nesting != .notNested else {
      step.difference(second.chiSquare.statistic - first.chiSquare.statistic, of: larger)
      step.method = .standard
      step.scalingFactor = nil
      return step
    }
    var methods = [method]
    if asked == nil, method == .satorraBentler2001 { methods.append(.satorraBentler2010) }
    for method in methods {
      do {
        let difference =
          if let relation {
            try second.difference(from: first, method, image: relation.image)
          } else {
            try second.difference(from: first, method)
          }
        step.method = method
        step.scalingFactor = difference.scalingFactor
        step.difference(difference.statistic, of: larger)
        step.addTest(restricted)
        return step
      } catch {
        step.remark = error.sentence
      }
    }
    step.method = method
    step.chiSquare = .nan
    step.pValue = nil
    step.rmsea = nil
    return step
  }

  /// The step between two results.
  private static func step(_ larger: ComparedModel, _ restricted: ComparedModel) -> Step {
    var step = step(larger, restricted, .unknown)
    if let c0 = restricted.scalingFactor, let c1 = larger.scalingFactor, step.degreesOfFreedom > 0 {
      let factor =
        (Double(restricted.degreesOfFreedom) * c0 - Double(larger.degreesOfFreedom) * c1)
        / Double(step.degreesOfFreedom)
      step.method = .satorraBentler2001
      step.scalingFactor = factor
      step.difference(factor > 0 ? step.chiSquare / factor : .nan, of: larger)
      if factor <= 0 {
        step.remark =
          "The scaling factor of the difference is not positive; satorra.bentler.2010 needs the models and their data."
      }
    }
    step.addTest(restricted)
    return step
  }

  private static func step(_ larger: ComparedModel, _ restricted: ComparedModel, _ nesting: ModelNesting)
    -> Step
  {
    var step = Step(
      chiSquare: 0, degreesOfFreedom: restricted.degreesOfFreedom - larger.degreesOfFreedom,
      method: .standard, nesting: nesting)
    step.difference(restricted.chiSquare - larger.chiSquare, of: larger)
    if let a = restricted.aic, let b = larger.aic { step.aicDifference = a - b }
    if let a = restricted.bic, let b = larger.bic { step.bicDifference = a - b }
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

extension ModelComparison.Step {
  /// Takes a difference of statistics, without the rounding of two equal ones.
  fileprivate mutating func difference(_ value: Double, of larger: ComparedModel) {
    chiSquare = value.magnitude < 1e-7 * max(1, larger.chiSquare) ? 0 : value
  }

  fileprivate mutating func addTest(_ restricted: ComparedModel) {
    guard degreesOfFreedom > 0, chiSquare.isFinite else { return }
    pValue = ChiSquareTest(statistic: max(chiSquare, 0), degreesOfFreedom: degreesOfFreedom).pValue
    let df = Double(degreesOfFreedom)
    let excess = max(0, chiSquare - df) / (df * Double(max(restricted.count, 1)))
    rmsea = (Double(restricted.groupCount) * excess).squareRoot()
  }
}

extension DifferenceTest {
  /// The difference that goes with the tests of fits.
  package static func usual(for fits: [FittedModel]) -> DifferenceTest {
    func all(_ kinds: Set<TestKind>) -> Bool {
      fits.allSatisfy {
        $0.degreesOfFreedom == 0 || $0.options.effectiveTests.contains(where: kinds.contains)
      }
    }
    guard fits.contains(where: { $0.degreesOfFreedom > 0 }) else { return .standard }
    if all(ComparedModel.meanAdjusted) { return .satorraBentler2001 }
    return all([.meanVarianceAdjusted, .scaledShifted]) ? .satorra2000 : .standard
  }
}

extension InferenceError {
  /// The error as a sentence of a report.
  var sentence: String {
    switch self {
    case .needsRawData(let what): "\(what) need the rows of the data."
    case .notIdentified: "The model is not identified."
    case .undefinedAtEstimates: "The estimates define no covariance matrix."
    case .unknownConstraint(let text), .notAvailable(let text): text.hasSuffix(".") ? text : text + "."
    case .unknownVariable(let name): "The model has no variable \(name)."
    }
  }
}
