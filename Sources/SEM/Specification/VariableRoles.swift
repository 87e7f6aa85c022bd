/// The part that each variable plays in a block, by the variables' numbers.
final class VariableRoles: Sendable {
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
  let latent: [Int]
  /// The observed variables: indicators, other dependent variables, predictors, and those in `~~` or `~ 1` only.
  let observed: [Int]
  /// Predictors whose moments the user leaves to the sample: observed, only on the right of `~`, without `~~` or `~ 1`.
  let covariates: [Int]
  /// Predictors that would be covariates, were they not in a `~~` or `~ 1`.
  let randomPredictors: [Int]
  /// Latent variables that depend on nothing.
  let exogenousLatents: [Int]
  /// Dependent variables that predict nothing and indicate nothing; latent ones first.
  let terminal: [Int]

  private let parts: [Part]
  /// The place of each variable among the latent and then the observed variables.
  private let places: [Int]

  func isLatent(_ variable: Int) -> Bool { parts[variable].contains(.latent) }
  func isCovariate(_ variable: Int) -> Bool { parts[variable].contains(.covariate) }
  func place(of variable: Int) -> Int { places[variable] }

  /// Reads the roles of variables numbered below `variableCount`.
  init(_ elements: [ModelElement], variableCount: Int) {
    var parts = [Part](repeating: [], count: variableCount)
    var latent: [Int] = []
    latent.reserveCapacity(8)
    // By index: an element in a variable of its own would be a copy.
    for index in elements.indices {
      let (left, right) = (elements[index].left, elements[index].right)
      switch elements[index].op {
      case .measurement:
        if parts[left].insert(.latent).inserted { latent.append(left) }
        parts[right].insert(.measured)
      case .regression:
        parts[left].insert(.outcome)
        parts[right].insert(.predictor)
      case .covariance:
        parts[left].insert(.mentioned)
        parts[right].insert(.mentioned)
      case .intercept: parts[left].insert(.mentioned)
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
    for index in elements.indices where elements[index].op == .measurement { add(elements[index].right) }
    let indicatorCount = observed.count
    for index in elements.indices where elements[index].op == .regression { add(elements[index].left) }
    let dependentCount = observed.count
    for index in elements.indices where elements[index].op == .regression { add(elements[index].right) }
    let predictorCount = observed.count
    for index in elements.indices where elements[index].op == .covariance { add(elements[index].left) }
    for index in elements.indices where elements[index].op == .covariance { add(elements[index].right) }
    for index in elements.indices where elements[index].op == .intercept { add(elements[index].left) }

    var covariates: [Int] = []
    var randomPredictors: [Int] = []
    if predictorCount > dependentCount { covariates.reserveCapacity(predictorCount - dependentCount) }
    for variable in observed[dependentCount..<predictorCount] {
      if parts[variable].contains(.mentioned) {
        randomPredictors.append(variable)
      } else {
        covariates.append(variable)
        parts[variable].insert(.covariate)
      }
    }
    var exogenousLatents: [Int] = []
    var terminal: [Int] = []
    exogenousLatents.reserveCapacity(latent.count)
    for variable in latent {
      if parts[variable].isDisjoint(with: [.measured, .outcome]) {
        exogenousLatents.append(variable)
      } else if parts[variable].isDisjoint(with: [.predictor, .measured]) {
        terminal.append(variable)
      }
    }
    for variable in observed[indicatorCount..<dependentCount] where !parts[variable].contains(.predictor) {
      terminal.append(variable)
    }
    var places = [Int](repeating: 0, count: variableCount)
    for (place, variable) in latent.enumerated() { places[variable] = place }
    for (place, variable) in observed.enumerated() { places[variable] = latent.count + place }
    self.latent = latent
    self.observed = observed
    self.covariates = covariates
    self.randomPredictors = randomPredictors
    self.exogenousLatents = exogenousLatents
    self.terminal = terminal
    self.parts = parts
    self.places = places
  }
}
