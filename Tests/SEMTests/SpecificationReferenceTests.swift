import Foundation
import SEM
import Testing

/// Parameter tables of lavaan, as Fixtures/parameter-tables.json holds them.
struct ReferenceTables: Decodable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var id: String
    var model: String
    var options: [String: Setting]
    var npar: Int
    var constraints: Int
    var observed: [String]?
    var latent: [String]?
    var rows: [Row]

    var testDescription: String { id }
  }

  /// `lhs, op, rhs, block, isFree`, and the value of a fixed row.
  struct Row: Decodable, Sendable {
    var lhs: String
    var op: String
    var rhs: String
    var block: Int
    var isFree: Bool
    var fixedValue: Double?

    init(from decoder: any Decoder) throws {
      var row = try decoder.unkeyedContainer()
      lhs = try row.decode(String.self)
      op = try row.decode(String.self)
      rhs = try row.decode(String.self)
      block = try row.decode(Int.self)
      isFree = try row.decode(Int.self) == 1
      fixedValue = row.isAtEnd ? nil : try row.decode(Double?.self)
    }

    var key: String { "\(lhs) \(op) \(rhs) [\(block)]" }
  }

  enum Setting: Decodable, Sendable {
    case flag(Bool)
    case texts([String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let text = try? container.decode(String.self) {
        self = .texts([text])
      } else {
        self = .texts(try container.decode([String].self))
      }
    }

    var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
    var texts: [String] { if case .texts(let texts) = self { texts } else { [] } }
  }

  var reference: String
  var cases: [Case]

  /// The cases of a fixture; no case at all when the file cannot be read, which a test notices.
  static func load(_ name: String) -> [Case] {
    guard let url = Bundle.module.url(forResource: "Fixtures/" + name, withExtension: "json"),
      let data = try? Data(contentsOf: url),
      let tables = try? JSONDecoder().decode(ReferenceTables.self, from: data)
    else { return [] }
    return tables.cases
  }
}

/// Options with lavaan's names.
extension [String: ReferenceTables.Setting] {
  var preset: Preset {
    switch self["fun"]?.texts.first {
    case "cfa": .cfa
    case "growth": .growth
    case "lavaan": .bare
    default: .sem
    }
  }

  /// Our options, from those with lavaan's names.
  var modelOptions: ModelOptions {
    var result = ModelOptions()
    result.standardizeLatents = self["std.lv"]?.flag
    result.orthogonal = self["orthogonal"]?.flag
    result.orthogonalExogenous = self["orthogonal.x"]?.flag
    result.orthogonalEndogenous = self["orthogonal.y"]?.flag
    result.meanStructure = self["missing"]?.texts.first == "fiml" ? true : self["meanstructure"]?.flag
    result.fixedCovariates = self["fixed.x"]?.flag
    result.interceptsObservedFree = self["int.ov.free"]?.flag
    result.interceptsLatentFree = self["int.lv.free"]?.flag
    result.fixFirstLoading = self["auto.fix.first"]?.flag
    result.fixSingleIndicator = self["auto.fix.single"]?.flag
    result.freeVariances = self["auto.var"]?.flag
    result.covaryExogenousLatents = self["auto.cov.lv.x"]?.flag
    result.covaryEndogenous = self["auto.cov.y"]?.flag
    if self["effect.coding"]?.flag == true {
      result.effectCoding = [.loadings, .intercepts]
    } else {
      result.effectCoding = Set(
        (self["effect.coding"]?.texts ?? []).compactMap { EffectCoding(rawValue: $0) })
    }
    result.groupEqual = Set((self["group.equal"]?.texts ?? []).compactMap { GroupEquality(rawValue: $0) })
    result.groupPartial = self["group.partial"]?.texts ?? []
    return result
  }
}

extension ReferenceTables.Case {
  var groupLabels: [String] {
    guard options["group"] != nil else { return [] }
    return (1...(rows.map(\.block).max() ?? 1)).map { "\($0)" }
  }

  func specification() throws -> ModelSpecification {
    try ModelSpecification(
      try ModelSyntax(parsing: model), preset: options.preset, options: options.modelOptions,
      groupLabels: groupLabels)
  }
}

extension Parameter {
  var key: String { "\(lhs) \(op.rawValue) \(rhs) [\(block)]" }
}

@Suite struct SpecificationReferenceTests {
  @Test func fixturesAreRead() {
    #expect(ReferenceTables.load("parameter-tables").count >= 57)
  }

  /// Fitted models of lavaan 0.7.2.3170; `npar` is the number of parameters after constraints.
  @Test(arguments: ReferenceTables.load("parameter-tables"))
  func tableIsLavaans(_ reference: ReferenceTables.Case) throws {
    let table = try reference.specification().table
    check(table, against: reference)
    #expect(table.freeParameterCount - reference.constraints == reference.npar)
    #expect(table.constraints.count { $0.op == .equality } == reference.constraints)
  }

  /// Tables of lavaan 0.6-14 without a fit; `npar` is the number of distinct free parameters before constraints.
  @Test(arguments: ReferenceTables.load("parameter-tables-lavaan-0.6-14"))
  func tableIsThatOfOlderLavaan(_ reference: ReferenceTables.Case) throws {
    let table = try reference.specification().table
    check(table, against: reference)
    #expect(table.freeParameterCount == reference.npar)
    #expect(table.blocks.first?.observed == reference.observed)
    #expect(table.blocks.first?.latent == reference.latent)
  }

  private func check(_ table: ParameterTable, against reference: ReferenceTables.Case) {
    #expect(table.rows.map(\.key) == reference.rows.map(\.key), "rows in lavaan's order")
    for (row, expected) in zip(table.rows, reference.rows) {
      #expect((row.free > 0) == expected.isFree, "\(expected.key)")
      if !expected.isFree, !row.isExogenous, let value = expected.fixedValue {
        #expect(row.fixedValue == value, "\(expected.key)")
      }
    }
  }
}
