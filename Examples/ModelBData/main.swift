// Draws the survey of model B: 320 answers on five-point scales to 18 items. All numbers are simulated.
//
//   swift run ModelBData > Examples/Data/model-b-survey.csv
//
// Five constructs: the firm's own conditions ENT, bank services BANK, government policy GOV, services of P2P platforms
// PLAT, and financing behaviour FB, on which the others act. The population was chosen for the example.

import SEMNumerics

let seed: UInt64 = 20_180_502
let firms = 320

// MARK: The population

/// The causes with their standardised loadings, in the order of the correlations.
let causes: [(name: String, loadings: [Double])] = [
  ("ENT", [0.70, 0.76, 0.73, 0.66]), ("BANK", [0.78, 0.82, 0.74]), ("GOV", [0.76, 0.83, 0.79]),
  ("PLAT", [0.74, 0.81, 0.78, 0.72]),
]
let correlations = Matrix(rows: [
  [1, 0.35, 0.30, 0.30],
  [0.35, 1, 0.40, 0.25],
  [0.30, 0.40, 1, 0.35],
  [0.30, 0.25, 0.35, 1],
])
/// The paths to financing behaviour.
let paths = [0.05, 0.20, 0.33, 0.28]
let behaviour = [0.77, 0.83, 0.79, 0.71]

/// R² = γ' Φ γ.
let explained = paths.indices.reduce(0) { sum, i in
  sum + paths.indices.reduce(0) { $0 + paths[i] * correlations[i, $1] * paths[$1] }
}

/// Where answers 1 to 5 meet on the scale of a standard normal response.
let thresholds = [-1.5, -0.7, 0.1, 1.1]

// MARK: The draws

var stream = RandomStream(seed: seed)
let sampler = try MultivariateNormalSampler(covariance: correlations)
let factors = sampler.sample(count: firms, using: &stream)

/// An item: its share of the factor, the rest its own.
@MainActor func answer(_ factor: Double, _ loading: Double) -> Int {
  let response = loading * factor + (1 - loading * loading).squareRoot() * stream.normal()
  return 1 + thresholds.count { response > $0 }
}

let names = causes.flatMap { cause in cause.loadings.indices.map { "\(cause.name)\($0 + 1)" } }
print((names + behaviour.indices.map { "FB\($0 + 1)" }).joined(separator: ","))
for firm in 0..<firms {
  var answers: [Int] = []
  for (place, cause) in causes.enumerated() {
    answers += cause.loadings.map { answer(factors[firm, place], $0) }
  }
  let effect = paths.indices.reduce(0) { $0 + paths[$1] * factors[firm, $1] }
  let outcome = effect + (1 - explained).squareRoot() * stream.normal()
  answers += behaviour.map { answer(outcome, $0) }
  print(answers.map(String.init).joined(separator: ","))
}
