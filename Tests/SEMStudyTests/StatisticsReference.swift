import Foundation
import SEM
import SEMNumerics
import SEMStudy
import Testing

/// Figures of other programs (`Fixtures/study-statistics.json`; its `_meta` names programs, versions and inputs) and the data
/// they were computed from.
enum Reference {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  /// Read anew each time: a dictionary of anything cannot be shared between threads.
  static var contents: [String: [String: Any]] {
    let url = tests.appendingPathComponent("Fixtures/study-statistics.json")
    guard let data = try? Data(contentsOf: url), let object = try? JSONSerialization.jsonObject(with: data)
    else { return [:] }
    return object as? [String: [String: Any]] ?? [:]
  }

  static func number(_ key: String, _ name: String) throws -> Double {
    try #require((contents[key]?[name] as? NSNumber)?.doubleValue, "\(key).\(name)")
  }
  static func numbers(_ key: String, _ name: String) throws -> [Double] {
    try #require((contents[key]?[name] as? [NSNumber])?.map(\.doubleValue), "\(key).\(name)")
  }
  static func matrix(_ key: String, _ name: String) throws -> Matrix {
    Matrix(
      rows: try #require(
        (contents[key]?[name] as? [[NSNumber]])?.map { $0.map(\.doubleValue) }, "\(key).\(name)"))
  }
  static func object(_ key: String, _ name: String) throws -> [String: Any] {
    try #require(contents[key]?[name] as? [String: Any], "\(key).\(name)")
  }

  /// The 28 items of the study of P2P financing, 360 rows.
  static let items = P2P.constructs.flatMap(\.itemCodes)
  /// x1 to x9 of Holzinger and Swineford, 301 rows.
  static let tests9 = (1...9).map { "x\($0)" }
  static let survey = Result { try P2P.table("p2p-survey") }
  static let holzinger = Result { try P2P.table("HolzingerSwineford1939") }
  /// The same with values deleted at random.
  static let incomplete = Result {
    try DataTable(
      contentsOf: tests.deletingLastPathComponent().appendingPathComponent(
        "SEMTests/Fixtures/data/hs-missing.csv"
      )
      .path)
  }
  static let surveyMoments = Result { try ItemMoments(survey.get(), items: items) }
  static let holzingerMoments = Result { try ItemMoments(holzinger.get(), items: tests9) }
}

/// Compares lists.
func expectAllNear(
  _ values: [Double], _ expected: [Double], _ tolerance: Double, _ label: String = "",
  sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  #expect(values.count == expected.count, "\(label)", sourceLocation: sourceLocation)
  for (place, pair) in zip(values, expected).enumerated()
  where !(abs(pair.0 - pair.1) <= tolerance * max(1, abs(pair.1))) {
    Issue.record("\(label)[\(place)]: \(pair.0) instead of \(pair.1)", sourceLocation: sourceLocation)
  }
}

/// Compares loadings up to the order and sign of factors, and the factors' correlations with them.
func expectSameFactors(
  _ loadings: Matrix, _ expected: Matrix, _ tolerance: Double, correlations: (Matrix, Matrix)? = nil,
  sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  #expect(loadings.columnCount == expected.columnCount, sourceLocation: sourceLocation)
  var used: [(place: Int, sign: Double)] = []
  for j in 0..<expected.columnCount {
    let target = expected.column(j)
    let products = (0..<loadings.columnCount).map { k in
      used.contains { $0.place == k } ? 0 : zip(loadings.column(k), target).reduce(0) { $0 + $1.0 * $1.1 }
    }
    guard let place = products.indices.max(by: { abs(products[$0]) < abs(products[$1]) }) else { return }
    let sign: Double = products[place] < 0 ? -1 : 1
    used.append((place, sign))
    expectAllNear(
      loadings.column(place).map { sign * $0 }, target, tolerance, "factor \(j + 1)",
      sourceLocation: sourceLocation)
  }
  guard let correlations else { return }
  for j in used.indices {
    for i in used.indices {
      let value = used[i].sign * used[j].sign * correlations.0[used[i].place, used[j].place]
      if !(abs(value - correlations.1[i, j]) <= tolerance) {
        Issue.record(
          "correlation \(i + 1), \(j + 1): \(value) instead of \(correlations.1[i, j])",
          sourceLocation: sourceLocation)
      }
    }
  }
}

/// Rotations and extractions by other programs stop at gradients of about 1e-8 to 1e-5.
let otherRotation = 2e-5
