// Confirmatory factor analysis: nine tests of ability of 301 pupils measure three factors (Holzinger and Swineford 1939).

import Foundation
import SEM

let model = try Model(
  """
  visual  =~ x1 + x2 + x3
  textual =~ x4 + x5 + x6
  speed   =~ x7 + x8 + x9
  """, preset: .cfa)

let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
let pupils = try DataTable(contentsOf: examples.path + "/Data/HolzingerSwineford1939.csv")
let fit = try model.fit(to: pupils)

print(
  "Holzinger and Swineford: three factors, \(fit.count) pupils, converged: \(fit.convergence.isConverged)\n")

let measures = fit.fitMeasures()
for name in ["chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr"] {
  print("  " + left(name, 16) + right(measures[name], 9))
}

// The estimates and the standardised solution have one line for each row of the parameter table.
let covariance = try fit.estimateCovariance()
let estimates = fit.parameterEstimates(covariance)
let standardized = fit.standardizedEstimates(.all, covariance)

print("\n  " + left("Parameter", 20) + ["Estimate", "S.E.", "z", "Std.all"].map { right($0, 9) }.joined())
for (line, std) in zip(estimates, standardized) {
  let row = line.parameter
  let name = "\(row.lhs) \(row.op.rawValue) \(row.rhs)"
  print(
    "  " + left(name, 20) + right(line.estimate, 9) + right(line.z == nil ? nil : line.standardError, 9)
      + right(line.z, 9) + right(std.estimate, 9))
}

print("\nWhere the model could be improved: the largest modification indices")
for candidate in try fit.modificationIndices().sorted(by: { $0.index > $1.index }).prefix(3) {
  let row = candidate.parameter
  let name = "\(row.lhs) \(row.op.rawValue) \(row.rhs)"
  print(
    "  " + left(name, 20) + right(candidate.index, 9) + "  expected change"
      + right(candidate.expectedChange, 9))
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
