import Foundation
import Testing

/// How far two numbers may differ: relative to the larger of the expected magnitude and a floor.
struct Tolerance: Sendable {
  /// The allowed difference.
  var size: Double
  /// The magnitude below which the difference is absolute; 0 for a purely relative tolerance.
  var floor: Double = 1

  /// |value - expected| / max(|expected|, floor).
  func error(_ value: Double, _ expected: Double) -> Double {
    if value == expected { return 0 }
    let scale = max(expected.magnitude, floor)
    return scale > 0 ? (value - expected).magnitude / scale : .infinity
  }
}

/// The worst errors seen, written out when the environment asks for it: how much room a tolerance leaves.
enum ErrorLog {
  static let isOn = ProcessInfo.processInfo.environment["SEM_TEST_ERRORS"] != nil

  static func note(_ kind: String, _ label: String, _ error: Double) {
    guard isOn else { return }
    print("error\t\(kind)\t\(error)\t\(label)")
  }
}

/// Compares one number; `kind` names the quantity, `label` the place.
func expectClose(
  _ value: Double?, _ expected: Double, _ tolerance: Tolerance, _ kind: String, _ label: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let value, value.isFinite else {
    Issue.record(
      "\(kind) \(label): \(value.map { "\($0)" } ?? "nil") instead of \(expected)",
      sourceLocation: sourceLocation)
    return
  }
  let error = tolerance.error(value, expected)
  ErrorLog.note(kind, label, error)
  if !(error <= tolerance.size) {
    Issue.record(
      "\(kind) \(label): \(value) instead of \(expected), off by \(error)", sourceLocation: sourceLocation)
  }
}
