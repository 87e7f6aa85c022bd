// A structural equation model written in Swift: industry in 1960, democracy in 1960 and in 1965 (Bollen 1989).

import Foundation
import SEM

var options = ModelOptions()
options.meanStructure = true

// The same statements as in lavaan's syntax: `measured` is =~, `regressed` is ~, `covaries` is ~~, `Define` is :=.
let model = Model(options: options) {
  Latent("ind60").measured(by: "x1", "x2", "x3")
  Latent("dem60").measured(by: "y1", "y2", "y3", "y4")
  Latent("dem65").measured(by: "y5", "y6", "y7", "y8")

  Latent("dem60").regressed(on: .label("a", "ind60"))
  Latent("dem65").regressed(on: .label("c", "ind60"), .label("b", "dem60"))

  // The same question asked twice leaves correlated residuals.
  Observed("y1").covaries(with: "y5")
  Observed("y2").covaries(with: "y4", "y6")
  Observed("y3").covaries(with: "y7")
  Observed("y4").covaries(with: "y8")
  Observed("y6").covaries(with: "y8")

  Define("indirect", as: "a" * "b")
  Define("total", as: "a" * "b" + "c")
}

let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
let countries = try DataTable(contentsOf: examples.path + "/Data/PoliticalDemocracy.csv")
let fit = try model.fit(to: countries)

print("Political democracy: \(fit.count) countries, converged: \(fit.convergence.isConverged)\n")
let measures = fit.fitMeasures()
for name in ["chisq", "df", "pvalue", "cfi", "rmsea", "srmr", "aic", "bic"] {
  print("  " + left(name, 16) + right(measures[name], 9))
}

let covariance = try fit.estimateCovariance()
let estimates = fit.parameterEstimates(covariance)
let standardized = fit.standardizedEstimates(.all, covariance)

func show(_ title: String, _ op: SEM.Operator) {
  print("\n  " + left(title, 20) + ["Estimate", "S.E.", "z", "Std.all"].map { right($0, 9) }.joined())
  for (line, std) in zip(estimates, standardized) where line.parameter.op == op {
    let row = line.parameter
    let name = op == .intercept ? "\(row.lhs) ~ 1" : "\(row.lhs) \(row.op.rawValue) \(row.rhs)"
    print(
      "  " + left(name, 20) + right(line.estimate, 9) + right(line.z == nil ? nil : line.standardError, 9)
        + right(line.z, 9) + right(std.estimate, 9))
  }
}

show("Loadings", .measurement)
show("Regressions", .regression)
show("Means", .intercept)
show("Effects", .definition)

print("\n  Share of variance explained")
for share in fit.explainedVariances() where share.variable.hasPrefix("dem") {
  print("  " + left(share.variable, 20) + right(share.rSquared, 9))
}

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
