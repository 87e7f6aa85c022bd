/// The part that each variable plays in a block.
struct VariableRoles: Sendable {
  /// The latent variables, in the order of their first `=~`.
  let latent: [String]
  /// The observed variables: indicators, other dependent variables, predictors, and those in `~~` or `~ 1` only.
  let observed: [String]
  /// Predictors whose moments the user leaves to the sample: observed, only on the right of `~`, without `~~` or `~ 1`.
  let covariates: [String]
  /// Predictors that would be covariates, were they not in a `~~` or `~ 1`.
  let randomPredictors: [String]
  /// Latent variables that depend on nothing.
  let exogenousLatents: [String]
  /// Dependent variables that predict nothing and indicate nothing; latent ones first.
  let terminal: [String]

  let isLatent: Set<String>
  let isCovariate: Set<String>
  /// The place of each variable among the latent and then the observed variables.
  let order: [String: Int]

  init(_ elements: [ModelElement]) {
    var latent = OrderedNames()
    var measured: Set<String> = []
    var outcomes: Set<String> = []
    var predictors: Set<String> = []
    for element in elements {
      if element.op == .measurement {
        latent.add(element.lhs.text)
        measured.insert(element.rhs.text)
      } else if element.op == .regression {
        outcomes.insert(element.lhs.text)
        predictors.insert(element.rhs.text)
      }
    }
    var observed = OrderedNames()
    func addObserved(_ name: String) {
      if !latent.contains(name) { observed.add(name) }
    }
    for element in elements where element.op == .measurement { addObserved(element.rhs.text) }
    let indicatorCount = observed.names.count
    for element in elements where element.op == .regression { addObserved(element.lhs.text) }
    let dependentCount = observed.names.count
    for element in elements where element.op == .regression { addObserved(element.rhs.text) }
    let predictorCount = observed.names.count

    var mentioned: Set<String> = []
    for element in elements where element.op == .covariance {
      addObserved(element.lhs.text)
      mentioned.insert(element.lhs.text)
    }
    for element in elements where element.op == .covariance {
      addObserved(element.rhs.text)
      mentioned.insert(element.rhs.text)
    }
    for element in elements where element.op == .intercept {
      addObserved(element.lhs.text)
      mentioned.insert(element.lhs.text)
    }

    let names = observed.names
    let candidates = names[dependentCount..<predictorCount]
    self.latent = latent.names
    self.observed = names
    covariates = candidates.filter { !mentioned.contains($0) }
    randomPredictors = candidates.filter { mentioned.contains($0) }
    exogenousLatents = latent.names.filter { !measured.contains($0) && !outcomes.contains($0) }
    terminal =
      latent.names.filter { outcomes.contains($0) && !predictors.contains($0) && !measured.contains($0) }
      + names[indicatorCount..<dependentCount].filter { !predictors.contains($0) }
    isLatent = Set(latent.names)
    isCovariate = Set(covariates)
    var order: [String: Int] = [:]
    for (place, name) in (latent.names + names).enumerated() { order[name] = place }
    self.order = order
  }
}

extension ElementScope {
  /// Turns covariances so that the variable that comes first in the model's order stands left.
  mutating func orientCovariances() {
    guard elements.contains(where: { $0.op == .covariance }) else { return }
    let order = VariableRoles(elements).order
    turnCovariances { (order[$0] ?? 0) > (order[$1] ?? 0) }
  }
}

/// Names in the order in which they were added first.
struct OrderedNames {
  private(set) var names: [String] = []
  private var known: Set<String> = []

  mutating func add(_ name: String) {
    if known.insert(name).inserted { names.append(name) }
  }

  func contains(_ name: String) -> Bool { known.contains(name) }
}
