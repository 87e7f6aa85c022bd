import Foundation
import SEM
import SEMNumerics
import Testing

/// Solutions by an independent program with 100 digits (Scripts/oracles/high-precision.py).
struct HighPrecisionCase: Decodable, Sendable, CustomTestStringConvertible {
  struct Row: Decodable, Sendable {
    var lhs: String
    var op: String
    var rhs: String
    var est: String
    var expected: String?
    var observed: String?

    enum CodingKeys: String, CodingKey {
      case lhs, op, rhs, est
      case expected = "se.expected"
      case observed = "se.observed"
    }
  }

  var id: String
  var model: String
  var data: String?
  var sampleCovariance: ReferenceCase.SampleCovariance?
  var options: [String: ReferenceTables.Setting]
  var objective: String
  var chisq: String
  var parameters: [Row]
  var testDescription: String { id }

  enum CodingKeys: String, CodingKey {
    case id, model, data, options, objective, chisq, parameters
    case sampleCovariance = "sample_cov"
  }

  /// The model and its data.
  var reference: ReferenceCase {
    ReferenceCase(id: id, model: model, data: data, sampleCovariance: sampleCovariance, options: options)
  }

  private struct File: Decodable { var cases: [HighPrecisionCase] }

  static func load() -> [HighPrecisionCase] {
    guard let url = Bundle.module.url(forResource: "Fixtures/high-precision", withExtension: "json"),
      let data = try? Data(contentsOf: url), let file = try? JSONDecoder().decode(File.self, from: data)
    else { return [] }
    return file.cases
  }
}

@Suite struct HighPrecisionTests {
  static let cases = HighPrecisionCase.load()

  /// Rounding of the moments, multiplied by the condition of the problem: 1e-10 is the goal, in the parameter's own size
  /// or in standard errors where an estimate is near 0.
  static let estimate = Tolerance(size: 1e-9, floor: 0)
  static let standardError = Tolerance(size: 1e-8, floor: 0)
  /// F is a difference of numbers of size p; χ² is N times that.
  static let objective = Tolerance(size: 1e-12)
  static let chiSquare = Tolerance(size: 1e-9)

  @Test func casesAreRead() { #expect(Self.cases.count == 21) }

  @Test(arguments: cases)
  func estimatesAndErrorsAgree(_ expected: HighPrecisionCase) throws {
    let fit = try expected.reference.fit(of: "high")
    #expect(fit.convergence.isConverged, "\(fit.convergence)")
    let kinds: [(InformationKind, KeyPath<HighPrecisionCase.Row, String?>, String)] = [
      (.expected, \.expected, "se.expected"), (.observed, \.observed, "se.observed"),
    ]
    let answers = try kinds.map { kind in
      Dictionary(
        fit.parameterEstimates(try fit.estimateCovariance(kind.0)).map { ($0.parameter.referenceKey, $0) },
        uniquingKeysWith: { first, _ in first })
    }
    for row in expected.parameters {
      let key = rowKey(row.lhs, row.op, row.rhs, 1)
      let label = "\(expected.id) \(key)"
      let mine = try #require(answers[0][key], "\(label): no such row")
      let estimate = try #require(Double(row.est))
      let scale = row.expected.flatMap(Double.init) ?? 1e-3
      expectClose(
        mine.estimate, estimate, Tolerance(size: Self.estimate.size, floor: scale), "high est", label)
      for (index, kind) in kinds.enumerated() {
        guard let number = row[keyPath: kind.1].flatMap(Double.init) else { continue }
        expectClose(
          answers[index][key]?.standardError, number, Self.standardError, "high " + kind.2, label)
      }
    }
    expectClose(
      fit.discrepancy, try #require(Double(expected.objective)), Self.objective, "high objective", expected.id
    )
    expectClose(
      fit.chiSquare.statistic, try #require(Double(expected.chisq)), Self.chiSquare, "high chisq", expected.id
    )
  }
}
