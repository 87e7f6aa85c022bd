import Foundation
import SEM
import SEMNumerics

/// A model with its data.
struct Case {
  var name: String
  var text: String
  var data: DataTable
  var preset = Preset.sem
  var options = ModelOptions()

  /// How the model is fitted where rows have missing values.
  var hasMissing: Bool { name.hasSuffix("missing") }
  /// Seconds for point estimates by other programs, from other runs on this kind of machine.
  var publishedEstimates: [String: Double] = [:]
  /// The same for the whole job.
  var publishedWhole: [String: Double] = [:]

  /// The name as a folder's.
  static func folder(_ name: String) -> String {
    String(name.filter { $0.isLetter || $0.isNumber || $0 == " " }.map { $0 == " " ? "-" : $0 })
  }

  func model() throws(SEMError) -> Model { try Model(text, preset: preset, options: options) }

  /// The parameter table and the moments of the complete rows, in its order.
  func prepared() throws -> (table: ParameterTable, moments: [SampleMoments]) {
    let specification = try model().specification(dataVariables: data.variableNames)
    let grouped = try GroupedData(data, variables: specification.table.blocks[0].observed)
    return (specification.table, grouped.groups.map(\.moments))
  }

  /// The root of the repository: this file is Benchmarks/Sources/swift-sem-bench/Cases.swift.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: root.appending(path: "Benchmarks/Cases/\(name).lav"), encoding: .utf8)
  }

  private static func table(_ name: String) throws -> DataTable {
    try DataTable(contentsOf: root.appending(path: "\(name).csv").path)
  }

  /// The cases that point estimates and the whole job are timed on.
  static let names = [
    "9 indicators", "11 indicators", "MIMIC, fixed x", "30 indicators (P2P)", "100 indicators",
  ]

  /// The cases with missing values, and the one for robust errors and tests.
  static let furtherNames = [
    "9 indicators, missing", "20 variables, missing", "40 variables, missing", "100 indicators, robust",
  ]

  /// One of ``names`` or ``furtherNames``.
  static func named(_ name: String) throws -> Case {
    var random = ModelOptions()
    random.fixedCovariates = false
    switch name {
    case "9 indicators":
      return Case(
        name: name, text: try text("three-factors"), data: try table("Examples/Data/HolzingerSwineford1939"),
        publishedEstimates: ["prototype": 0.87e-3, "magmaan": 0.39e-3], publishedWhole: ["magmaan": 2.2e-3])
    case "11 indicators":
      return Case(
        name: name, text: try text("political-democracy"),
        data: try table("Examples/Data/PoliticalDemocracy"),
        publishedEstimates: ["prototype": 0.81e-3, "magmaan": 1.29e-3], publishedWhole: ["magmaan": 1.9e-3])
    case "MIMIC, fixed x":
      return Case(
        name: name, text: try text("mimic"), data: try table("Examples/Data/HolzingerSwineford1939"))
    case "30 indicators (P2P)":
      return Case(
        name: name, text: try text("p2p"), data: try table("Examples/Data/p2p-survey"), options: random)
    case "9 indicators, missing":
      return Case(
        name: name, text: try text("three-factors"),
        data: try table("Tests/SEMTests/Fixtures/data/hs-missing"))
    case "20 variables, missing":
      return try simulated(name: name, factors: 4, indicatorsPerFactor: 5, rows: 5000, missing: 0.12)
    case "40 variables, missing":
      return try simulated(name: name, factors: 8, indicatorsPerFactor: 5, rows: 20_000, missing: 0.12)
    case "100 indicators, robust":
      return try simulated(
        name: name, factors: 10, indicatorsPerFactor: 10, rows: 2000, tailFreedom: 10)
    default:
      return try simulated(
        name: name, factors: 10, indicatorsPerFactor: 10, rows: 1000,
        publishedEstimates: ["prototype": 29e-3, "magmaan": 215e-3], publishedWhole: ["magmaan": 607e-3])
    }
  }

  /// The models of growing size: 20 indicators per factor.
  static func scaled(indicators p: Int) throws -> Case {
    try simulated(
      name: "\(p) indicators", factors: max(1, p / 20), indicatorsPerFactor: min(p, 20),
      rows: max(1000, 2 * p))
  }

  /// Loadings between 0.6 and 0.9, factor correlations of 0.3, unit variances.
  ///
  /// - Parameters:
  ///   - missing: The share of cells that are deleted at random.
  ///   - tailFreedom: Rows are divided by √(χ²/df) of so many degrees of freedom: multivariate t.
  static func simulated(
    name: String, factors: Int, indicatorsPerFactor: Int, rows: Int, missing: Double = 0,
    tailFreedom: Int = 0,
    publishedEstimates: [String: Double] = [:], publishedWhole: [String: Double] = [:]
  ) throws -> Case {
    let p = factors * indicatorsPerFactor
    func loading(_ i: Int) -> Double { 0.6 + 0.1 * Double(i % indicatorsPerFactor % 4) }
    var covariance = Matrix(rowCount: p, columnCount: p)
    for j in 0..<p {
      for i in 0..<p {
        let share = i / indicatorsPerFactor == j / indicatorsPerFactor ? 1 : 0.3
        covariance[i, j] = i == j ? 1 : share * loading(i) * loading(j)
      }
    }
    var stream = RandomStream(seed: 2024, stream: UInt64(p))
    var sample = try MultivariateNormalSampler(covariance: covariance).sample(count: rows, using: &stream)
    if tailFreedom > 0 {
      for row in 0..<rows {
        var sum = 0.0
        for _ in 0..<tailFreedom {
          let z = stream.normal()
          sum += z * z
        }
        let factor = (Double(tailFreedom) / sum).squareRoot()
        for j in 0..<p { sample[row, j] *= factor }
      }
    }
    if missing > 0 {
      for index in sample.elements.indices where stream.uniform() < missing { sample.elements[index] = .nan }
    }
    let columns = (0..<p).map { (name: "x\($0 + 1)", values: sample.column($0)) }
    let lines = (0..<factors).map { f in
      let names = (0..<indicatorsPerFactor).map { "x\(f * indicatorsPerFactor + $0 + 1)" }
      return "f\(f + 1) =~ " + names.joined(separator: " + ")
    }
    return Case(
      name: name, text: lines.joined(separator: "\n") + "\n", data: try DataTable(columns: columns),
      publishedEstimates: publishedEstimates, publishedWhole: publishedWhole)
  }
}
