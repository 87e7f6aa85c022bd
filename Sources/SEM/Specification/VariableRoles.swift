/// The part that each variable plays in a block, by the variables' numbers.
struct VariableRoles: Sendable {
  /// What is said of a variable.
  private struct Part: OptionSet {
    let rawValue: UInt8
    static let latent = Part(rawValue: 1)
    static let observed = Part(rawValue: 2)
    /// An indicator, on the right of `=~`.
    static let measured = Part(rawValue: 4)
    /// On the left of `~`.
    static let outcome = Part(rawValue: 8)
    /// On the right of `~`.
    static let predictor = Part(rawValue: 16)
    /// In a `~~` or `~ 1`.
    static let mentioned = Part(rawValue: 32)
    static let covariate = Part(rawValue: 64)
  }

  /// The latent variables, in the order of their first `=~`.
  private(set) var latent: [Int] = []
  /// The observed variables: indicators, other dependent variables, predictors, and those in `~~` or `~ 1` only.
  private(set) var observed: [Int] = []
  /// Predictors whose moments the user leaves to the sample: observed, only on the right of `~`, without `~~` or `~ 1`.
  private(set) var covariates: [Int] = []
  /// Predictors that would be covariates, were they not in a `~~` or `~ 1`.
  private(set) var randomPredictors: [Int] = []
  /// Latent variables that depend on nothing.
  let exogenousLatents: [Int]
  /// Dependent variables that predict nothing and indicate nothing; latent ones first.
  let terminal: [Int]

  private var parts: [Part]
  /// The place of each variable among the latent and then the observed variables.
  private var places: [Int]

  func isLatent(_ variable: Int) -> Bool { parts[variable].contains(.latent) }
  func isCovariate(_ variable: Int) -> Bool { parts[variable].contains(.covariate) }
  func place(of variable: Int) -> Int { places[variable] }

  /// Reads the roles of variables numbered below `variableCount`.
  init(_ elements: [ModelElement], variableCount: Int) {
    var parts = [Part](repeating: [], count: variableCount)
    var latent: [Int] = []
    for element in elements {
      switch element.op {
      case .measurement:
        if parts[element.left].insert(.latent).inserted { latent.append(element.left) }
        parts[element.right].insert(.measured)
      case .regression:
        parts[element.left].insert(.outcome)
        parts[element.right].insert(.predictor)
      case .covariance:
        parts[element.left].insert(.mentioned)
        parts[element.right].insert(.mentioned)
      case .intercept: parts[element.left].insert(.mentioned)
      default: break
      }
    }
    var observed: [Int] = []
    observed.reserveCapacity(variableCount)
    func add(_ variable: Int) {
      guard parts[variable].isDisjoint(with: [.latent, .observed]) else { return }
      parts[variable].insert(.observed)
      observed.append(variable)
    }
    for element in elements where element.op == .measurement { add(element.right) }
    let indicatorCount = observed.count
    for element in elements where element.op == .regression { add(element.left) }
    let dependentCount = observed.count
    for element in elements where element.op == .regression { add(element.right) }
    let predictorCount = observed.count
    for element in elements where element.op == .covariance { add(element.left) }
    for element in elements where element.op == .covariance { add(element.right) }
    for element in elements where element.op == .intercept { add(element.left) }

    for variable in observed[dependentCount..<predictorCount] {
      if parts[variable].contains(.mentioned) {
        randomPredictors.append(variable)
      } else {
        covariates.append(variable)
        parts[variable].insert(.covariate)
      }
    }
    exogenousLatents = latent.filter { parts[$0].isDisjoint(with: [.measured, .outcome]) }
    terminal =
      latent.filter { parts[$0].isDisjoint(with: [.predictor, .measured]) && parts[$0].contains(.outcome) }
      + observed[indicatorCount..<dependentCount].filter { !parts[$0].contains(.predictor) }
    places = [Int](repeating: 0, count: variableCount)
    for (place, variable) in latent.enumerated() { places[variable] = place }
    for (place, variable) in observed.enumerated() { places[variable] = latent.count + place }
    self.parts = parts
    self.latent = latent
    self.observed = observed
  }
}
