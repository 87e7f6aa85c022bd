// P2P lending and the financing behaviour of small firms: a reconstruction with simulated data, not the book's numbers.
//
// Eight constructs of a survey (perceived usefulness PU, ease of use PEOU, financing cost PFC, risk PR, trust TR,
// subjective norm SN, financing intention FI, financing behaviour FB) and two controls. See Examples/README.md.

import Foundation
import SEM

// MARK: The model, in lavaan's syntax

let model = try Model(
  """
  PU   =~ PU1 + PU2 + PU3 + PU4
  PEOU =~ PEOU1 + PEOU2 + PEOU3 + PEOU4
  PFC  =~ PFC1 + PFC2 + PFC3
  PR   =~ PR1 + PR2 + PR3 + PR4
  TR   =~ TR1 + TR2 + TR3 + TR4
  SN   =~ SN1 + SN2 + SN3
  FI   =~ FI1 + FI2 + FI3
  FB   =~ FB1 + FB2 + FB3

  PU ~ a1*PEOU
  TR ~ t1*PR + t2*PU
  FI ~ b1*PU + b2*PEOU + b3*TR + b4*PR + b5*PFC + b6*SN
  FB ~ c1*FI + c2*PFC + SIZE + AGE

  # Firm size and age are controls, uncorrelated with the exogenous constructs.
  PEOU ~~ 0*SIZE + 0*AGE
  PR   ~~ 0*SIZE + 0*AGE
  PFC  ~~ 0*SIZE + 0*AGE
  SN   ~~ 0*SIZE + 0*AGE
  SIZE ~~ AGE

  ind_PU_FI_FB  := b1*c1
  ind_TR_FI_FB  := b3*c1
  ind_PFC_FI_FB := b5*c1
  tot_PFC_FB    := b5*c1 + c2
  ind_PR_TR_FI  := t1*b3
  tot_PR_FI     := t1*b3 + b4
  chain_PR_FB   := t1*b3*c1
  chain_PEOU_FB := a1*b1*c1
  """, options: randomCovariates())

/// Size and age are random variables here, not fixed ones.
func randomCovariates() -> ModelOptions {
  var options = ModelOptions()
  options.fixedCovariates = false
  return options
}

/// What the study expects: the label of a path, its sign, and its value in the simulated population (standardised).
struct Hypothesis {
  let name: String
  let label: String
  let population: Double
}

let hypotheses = [
  Hypothesis(name: "H1", label: "a1", population: 0.48),
  Hypothesis(name: "H2", label: "b1", population: 0.27),
  Hypothesis(name: "H3", label: "b2", population: 0.06),
  Hypothesis(name: "H4", label: "b3", population: 0.25),
  Hypothesis(name: "H5", label: "b4", population: -0.15),
  Hypothesis(name: "H6", label: "t1", population: -0.32),
  Hypothesis(name: "H7", label: "t2", population: 0.34),
  Hypothesis(name: "H8", label: "b6", population: 0.17),
  Hypothesis(name: "H9", label: "b5", population: -0.20),
  Hypothesis(name: "H10", label: "c1", population: 0.52),
  Hypothesis(name: "H11", label: "c2", population: -0.15),
]

print("A reconstruction with simulated data; these are not the numbers of the book that suggested the study.")

// MARK: The survey

let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Data/"
let survey = try DataTable(contentsOf: folder + "p2p-survey.csv")
let fit = try model.fit(to: survey)
let covariance = try fit.estimateCovariance()
let estimates = fit.parameterEstimates(covariance)
let standardized = fit.standardizedEstimates(.all, covariance)
let measures = fit.fitMeasures()

print(
  "\nSurvey of \(fit.count) firms: \(fit.estimates.count) free parameters, converged: \(fit.convergence.isConverged)\n"
)
for name in [
  "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "gfi_lisrel",
] {
  print("  " + left(name, 16) + right(measures[name], 9))
}

// AMOS multiplies the discrepancy by N - 1; the Wishart likelihood does the same.
var amos = FitOptions()
amos.likelihood = .wishart
print(
  "  " + left("CMIN as in AMOS", 16) + right(try model.fit(to: survey, options: amos).chiSquare.statistic, 9))

print("\nHypotheses")
print(
  "  " + left("", 5) + left("Path", 14)
    + ["Estimate", "S.E.", "C.R.", "P", "Std."].map { right($0, 9) }.joined() + "  Verdict")
for hypothesis in hypotheses {
  guard let index = estimates.firstIndex(where: { $0.parameter.label == hypothesis.label }) else { continue }
  let line = estimates[index]
  let path = line.parameter.lhs + " <--- " + line.parameter.rhs
  let isSupported = (line.pValue ?? 1) < 0.05 && (line.estimate ?? 0) * hypothesis.population > 0
  print(
    "  " + left(hypothesis.name, 5) + left(path, 14) + numbers(line) + right(standardized[index].estimate, 9)
      + (isSupported ? "  supported" : "  not supported"))
}

print("\nIndirect and total effects")
print("  " + left("", 19) + ["Estimate", "S.E.", "C.R.", "P", "Std."].map { right($0, 9) }.joined())
for (line, std) in zip(estimates, standardized) where line.parameter.op == .definition {
  print("  " + left(line.parameter.lhs, 19) + numbers(line) + right(std.estimate, 9))
}

// MARK: The population from which the survey was drawn

let matrix = try NamedMatrix(contentsOf: folder + "p2p-population-covariance.csv")
let population = try model.fit(to: CovarianceInput(matrix, count: 360, divisor: .maximumLikelihood))
let recovered = population.standardizedEstimates(.all, nil)
let errors = hypotheses.map { hypothesis in
  let line = recovered.first { $0.parameter.label == hypothesis.label }
  return ((line?.estimate ?? .nan) - hypothesis.population).magnitude
}
print("\nExact population covariance matrix")
print("  " + left("chisq", 16) + right(population.chiSquare.statistic, 9))
print(
  "  all \(errors.count) paths recovered to 6 decimals: \(errors.allSatisfy { $0 < 5e-7 } ? "yes" : "no")")

// MARK: Layout

func left(_ text: String, _ width: Int) -> String {
  text.padding(toLength: width, withPad: " ", startingAt: 0)
}

func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

func right(_ value: Double?, _ width: Int) -> String {
  right(value.map { String(format: "%.3f", $0) } ?? "", width)
}

/// Estimate, standard error, critical ratio and p-value.
func numbers(_ line: ParameterEstimate) -> String {
  let p = (line.pValue ?? 1) < 0.001 ? right("***", 9) : right(line.pValue, 9)
  return right(line.estimate, 9) + right(line.standardError, 9) + right(line.z, 9) + p
}
