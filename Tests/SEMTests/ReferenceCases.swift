import Foundation
import SEM
import SEMNumerics
import Synchronization
import Testing

/// Answers of another program to one model.
struct ReferenceCase: Decodable, Sendable, CustomTestStringConvertible {
  var id: String
  var tags: [String]?
  var model: String
  var data: String?
  var sampleCovariance: SampleCovariance?
  var options: [String: ReferenceTables.Setting]
  var npar: Int?
  var nobs: Numbers?
  var parameters: [[Cell]]?
  var fitMeasures: [String: Double?]?
  var rSquared: [String: Double?]?
  var modificationIndices: Table?
  var factorScores: Scores?
  var regressionScores: Scores?
  var bartlettScores: Scores?
  var residuals: [String: Cells]?
  var impliedCovariance: [[Double]]?
  var tests: [[Cell]]?

  enum CodingKeys: String, CodingKey {
    case id, tags, model, data, options, npar, nobs, parameters, residuals, tests
    case sampleCovariance = "sample_cov"
    case fitMeasures = "fit_measures"
    case rSquared = "rsquare"
    case modificationIndices = "modification_indices"
    case factorScores = "factor_scores"
    case regressionScores = "factor_scores_regression"
    case bartlettScores = "factor_scores_bartlett"
    case impliedCovariance = "implied_cov"
  }

  struct SampleCovariance: Decodable, Sendable {
    var names: [String]
    var matrix: [[Double]]
    var mean: [Double]?
    var nobs: Int
  }

  /// Rows of numbers and texts under named columns.
  struct Table: Decodable, Sendable {
    var columns: [String]
    var rows: [[Cell]]
  }

  /// The scores of the first cases.
  struct Scores: Decodable, Sendable {
    var columns: [String]
    var rows: [[Double]]

    enum CodingKeys: String, CodingKey {
      case columns
      case rows = "first_rows"
    }
  }

  /// One number or several.
  struct Numbers: Decodable, Sendable {
    var values: [Int]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let one = try? container.decode(Int.self) {
        values = [one]
      } else {
        values = try container.decode([Int].self)
      }
    }
  }

  enum Cell: Decodable, Sendable {
    case number(Double)
    case text(String)
    case missing

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .missing
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    var number: Double? { if case .number(let number) = self { number } else { nil } }
    var text: String { if case .text(let text) = self { text } else { "" } }
  }

  /// A list of names, or a matrix in which what is undefined is missing.
  enum Cells: Decodable, Sendable {
    case names([String])
    case matrix([[Double?]])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let names = try? container.decode([String].self) {
        self = .names(names)
      } else {
        self = .matrix(try container.decode([[Double?]].self))
      }
    }

    var names: [String] { if case .names(let names) = self { names } else { [] } }
    var matrix: [[Double?]] { if case .matrix(let matrix) = self { matrix } else { [] } }
  }

  var testDescription: String { id }
}

/// A file of reference cases.
struct ReferenceFile: Decodable {
  var columns: [String]?
  var cases: [ReferenceCase]

  enum CodingKeys: String, CodingKey {
    case cases
    case columns = "parameter_columns"
  }

  /// An empty file when the fixture cannot be read, which a test notices.
  static func load(_ name: String) -> ReferenceFile {
    guard let url = Bundle.module.url(forResource: "Fixtures/" + name, withExtension: "json"),
      let data = try? Data(contentsOf: url),
      let file = try? JSONDecoder().decode(ReferenceFile.self, from: data)
    else { return ReferenceFile(columns: nil, cases: []) }
    return file
  }
}

// MARK: - Our answers

/// How rows of two programs are matched: a covariance has no direction, a defined parameter one name.
func rowKey(_ lhs: String, _ op: String, _ rhs: String, _ block: Int) -> String {
  if op == ":=" { return "\(lhs) :=" }
  let swap = op == "~~" && lhs > rhs
  return "\(swap ? rhs : lhs) \(op) \(swap ? lhs : rhs) [\(block)]"
}

extension Parameter {
  /// The key by which references find a row.
  var referenceKey: String { rowKey(lhs, op.rawValue, rhs, block) }
}

extension ReferenceCase {
  var fitOptions: FitOptions {
    let preset = options["estimator"]?.texts.first.flatMap { EstimatorPreset($0) }
    var result = preset.map { FitOptions($0) } ?? FitOptions()
    if let kind = options["se"]?.texts.first.flatMap({ StandardErrorKind(rawValue: $0) }) {
      result.standardErrors = kind
    }
    if let names = options["test"]?.texts { result.tests = names.compactMap { TestKind(rawValue: $0) } }
    if let missing = options["missing"]?.texts.first.flatMap({ MissingData(rawValue: $0) }) {
      result.missing = missing
    }
    result.clusterVariable = options["cluster"]?.texts.first
    result.weightVariable = options["sampling.weights"]?.texts.first
    if options["likelihood"]?.texts.first == "wishart" { result.likelihood = .wishart }
    switch options["information"]?.texts.first {
    case "expected": result.information = .expected
    case "observed": result.information = .observed
    case "first.order": result.information = .firstOrder
    default: break
    }
    return result
  }

  func makeModel() throws -> Model {
    try Model(model, preset: options.preset, options: options.modelOptions)
  }

  /// Fits the model anew.
  func fitted() throws -> FittedModel {
    let model = try makeModel()
    if let data {
      return try model.fit(
        to: DataFixture.table(data), group: options["group"]?.texts.first, options: fitOptions)
    }
    let sample = try #require(sampleCovariance)
    // As lavaan: the matrix has divisor N - 1.
    let factor = Double(sample.nobs - 1) / Double(sample.nobs)
    let moments = SampleMoments(
      variables: sample.names, count: sample.nobs, mean: sample.mean,
      covariance: factor * Matrix(rows: sample.matrix))
    return try model.fit(to: moments, options: fitOptions)
  }

  private static let cache = Mutex<[String: FittedModel]>([:])

  /// The fit, made once for all tests of a file.
  func fit(of file: String) throws -> FittedModel {
    let key = file + "/" + id
    if let fit = Self.cache.withLock({ $0[key] }) { return fit }
    let fit = try fitted()
    Self.cache.withLock { $0[key] = fit }
    return fit
  }
}
