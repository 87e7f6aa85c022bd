import Foundation
import SEM
import SEMStudy
import Testing

/// The study of P2P financing: a reconstruction with simulated data.
enum P2P {
  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples")

  static let constructs: [StudyConstruct] = [
    ("PU", 4), ("PEOU", 4), ("PFC", 3), ("PR", 4), ("TR", 4), ("SN", 3), ("FI", 3), ("FB", 3),
  ].map { code, count in
    StudyConstruct(code, items: (1...count).map { StudyItem("\(code)\($0)") })
  }

  static let hypotheses: [StudyHypothesis] = [
    ("H1", "PEOU", "PU", ExpectedSign.positive), ("H2", "PU", "FI", .positive),
    ("H3", "PEOU", "FI", .positive),
    ("H4", "TR", "FI", .positive), ("H5", "PR", "FI", .negative), ("H6", "PR", "TR", .negative),
    ("H7", "PU", "TR", .positive), ("H8", "SN", "FI", .positive), ("H9", "PFC", "FI", .negative),
    ("H10", "FI", "FB", .positive), ("H11", "PFC", "FB", .negative),
  ].map { StudyHypothesis($0.0, from: $0.1, to: $0.2, sign: $0.3) }

  static let mediations: [StudyMediation] = [
    ["PU", "FI", "FB"], ["TR", "FI", "FB"], ["PFC", "FI", "FB"], ["PR", "TR", "FI"],
    ["PR", "TR", "FI", "FB"],
    ["PEOU", "PU", "FI", "FB"],
  ].enumerated().map { StudyMediation("H12.\($0 + 1)", chain: $1) }

  static func table(_ name: String) throws -> DataTable {
    try DataTable(contentsOf: directory.appendingPathComponent("Data/\(name).csv").path)
  }

  static func model() throws -> Model {
    var options = ModelOptions()
    options.fixedCovariates = false
    let text = try String(contentsOf: directory.appendingPathComponent("Models/p2p.lav"), encoding: .utf8)
    return try Model(text, options: options)
  }

  /// Fitted once for all tests.
  static let survey = Result { try table("p2p-survey") }
  static let fit = Result { try model().fit(to: survey.get()) }
  static let measurement = Result { try MeasurementModel(constructs: constructs, data: survey.get()) }
}

/// Half a unit of the last of three printed decimals, and a little for rounding of what was printed.
let printed3 = 0.00055
/// The same for two decimals.
let printed2 = 0.0051
/// The same for one decimal.
let printed1 = 0.051
/// What is left by another program's optimiser, in correlations.
let otherOptimiser = 2e-6
/// Rounding of sums of a few hundred terms.
let rounding = 1e-10

/// Compares a number that may be missing.
func expectNear(
  _ value: Double?, _ expected: Double, within tolerance: Double, _ label: String = "",
  sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  guard let value, (value - expected).magnitude <= tolerance else {
    Issue.record(
      "\(label): \(value.map { "\($0)" } ?? "nil") instead of \(expected)", sourceLocation: sourceLocation)
    return
  }
}
