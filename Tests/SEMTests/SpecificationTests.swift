import SEM
import Testing

private func complete(
  _ text: String, preset: Preset = .sem, groups: [String] = [],
  _ change: (inout ModelOptions) -> Void = { _ in }
) throws -> ParameterTable {
  var options = ModelOptions()
  change(&options)
  return try ModelSpecification(
    try ModelSyntax(parsing: text), preset: preset, options: options, groupLabels: groups
  ).table
}

extension ParameterTable {
  /// The row of an element, such as `"f =~ x2"` or `"f =~ x2 [2]"`.
  fileprivate func row(_ key: String) throws -> Parameter {
    let wanted = key.hasSuffix("]") ? key : key + " [1]"
    return try #require(rows.first { "\($0.lhs) \($0.op.rawValue) \($0.rhs) [\($0.block)]" == wanted })
  }
}

@Suite struct SpecificationTests {
  @Test func modifiersReachTheRows() throws {
    let table = try complete("f =~ x1 + start(0.5)*a*x2 + lower(0)*upper(2)*x3 + 0.7*x4 + NA*x5")
    let labelled = try table.row("f =~ x2")
    #expect(labelled.label == "a" && labelled.start == 0.5 && labelled.free == 1 && labelled.origin == .user)
    let bounded = try table.row("f =~ x3")
    #expect(bounded.lower == 0 && bounded.upper == 2 && bounded.free == 2)
    let fixed = try table.row("f =~ x4")
    #expect(fixed.fixedValue == 0.7 && fixed.free == 0)
    #expect(try table.row("f =~ x5").free == 3)
    #expect(try table.row("x1 ~~ x1").origin == .preset)
  }

  @Test func equalParametersShareANumber() throws {
    let table = try complete("f =~ x1 + a*x2 + a*x3 + b*x4 + equal(\"f=~x4\")*x5 + equal(\"b\")*x6")
    #expect(try table.row("f =~ x2").free == table.row("f =~ x3").free)
    #expect(try table.row("f =~ x4").free == table.row("f =~ x5").free)
    #expect(try table.row("f =~ x4").free == table.row("f =~ x6").free)
    #expect(table.freeParameterCount == 2 + 6 + 1)
  }

  @Test func equalNamesOfSpacedVariablesWork() throws {
    let table = try complete("f =~ x1 + \"x 2\" + equal(\"f =~ x 2\")*x3")
    #expect(try table.row("f =~ x 2").free == table.row("f =~ x3").free)
  }

  @Test func groupsShareOrNot() throws {
    let configural = try complete("f =~ x1 + x2 + x3", groups: ["A", "B"])
    #expect(configural.blocks.map(\.groupLabel) == ["A", "B"])
    #expect(configural.hasMeanStructure)
    #expect(configural.freeParameterCount == 18)
    let metric = try complete("f =~ x1 + x2 + x3", groups: ["A", "B"]) { $0.groupEqual = [.loadings] }
    #expect(metric.freeParameterCount == 16)
    #expect(try metric.row("f =~ x2").free == metric.row("f =~ x2 [2]").free)
    let partial = try complete("f =~ x1 + x2 + x3", groups: ["A", "B"]) {
      $0.groupEqual = [.loadings]
      $0.groupPartial = ["f =~ x2"]
    }
    #expect(partial.freeParameterCount == 17)
    let scalar = try complete("f =~ x1 + x2 + x3", groups: ["A", "B", "C"]) {
      $0.groupEqual = [.loadings, .intercepts]
    }
    #expect(try scalar.row("f ~1 ").fixedValue == 0)
    #expect(try scalar.row("f ~1  [2]").free > 0 && scalar.row("f ~1  [3]").free > 0)
  }

  @Test func groupBlocksTakeTheDatasOrder() throws {
    let text = "group: B\nf =~ x1 + x2 + x3\ngroup: A\nf =~ x1 + x2"
    let ordered = try complete(text, groups: ["A", "B"])
    #expect(ordered.blocks.map(\.observed) == [["x1", "x2"], ["x1", "x2", "x3"]])
    let asWritten = try complete(text)
    #expect(asWritten.blocks.map(\.groupLabel) == ["B", "A"])
  }

  @Test func labelsReachAcrossGroupBlocks() throws {
    let table = try complete("group: 1\nf =~ x1 + v*x2\ngroup: 2\nf =~ x1 + v*x2")
    #expect(try table.row("f =~ x2").free == table.row("f =~ x2 [2]").free)
  }

  @Test func numbersAndLabelsMayMixOverGroups() throws {
    let table = try complete("f =~ x1 + c(0.5, b)*x2 + c(a, NA)*x3", groups: ["1", "2"])
    #expect(try table.row("f =~ x2").fixedValue == 0.5)
    #expect(try table.row("f =~ x2 [2]").label == "b")
    #expect(try table.row("f =~ x3").label == "a")
    #expect(try table.row("f =~ x3 [2]").label.isEmpty && table.row("f =~ x3 [2]").free > 0)
  }

  @Test func constraintsAndDefinitionsAreKept() throws {
    let table = try complete("e1 := ab + 1\nab := a*b\ny ~ a*x + b*z\na == 2*b\na > 0\nb < 1")
    #expect(table.definitions.map(\.name) == ["ab", "e1"])
    #expect(table.constraints.map(\.op) == [.equality, .greaterThan, .lessThan])
    #expect(table.freeParameterCount == 3)
  }

  @Test func covariatesAreFixedUnlessAsked() throws {
    let fixed = try complete("y ~ 1 + x + z")
    #expect(fixed.blocks[0].fixedCovariates == ["x", "z"])
    let row = try fixed.row("x ~~ z")
    #expect(row.isExogenous && row.free == 0 && row.fixedValue == nil)
    #expect(try fixed.row("x ~1 ").isExogenous)
    let free = try complete("y ~ 1 + x + z") { $0.fixedCovariates = false }
    #expect(free.blocks[0].fixedCovariates.isEmpty)
    #expect(try free.row("x ~~ z").free > 0 && free.row("x ~1 ").free > 0)
  }

  @Test func markerInterceptsCanBeZero() throws {
    let table = try complete("f =~ x1 + x2 + x3") { $0.markerInterceptZero = true }
    #expect(table.hasMeanStructure)
    #expect(try table.row("x1 ~1 ").fixedValue == 0)
    #expect(try table.row("x2 ~1 ").free > 0 && table.row("f ~1 ").free > 0)
  }

  @Test func effectCodingNamesItsRows() throws {
    let table = try complete("f =~ x1 + a*x2 + x3") {
      $0.effectCoding = [.loadings, .intercepts]
      $0.meanStructure = true
    }
    #expect(
      table.constraints.map { "\($0.lhs) \($0.op.rawValue) \($0.rhs)" } == [
        ".p1. == 3 - a - .p3.", ".p8. == 0 - .p9. - .p10.",
      ])
    #expect(try table.row("f =~ x3").label == ".p3.")
    #expect(try table.row("f ~1 ").free > 0)
    let twoGroups = try complete("f =~ x1 + x2 + x3", groups: ["A", "B"]) {
      $0.effectCoding = [.loadings]
      $0.groupEqual = [.loadings]
    }
    #expect(twoGroups.constraints.count == 1)
  }

  @Test func latentsCanCovaryWithCovariates() throws {
    let table = try complete("f =~ x1 + x2 + x3\ng =~ x4 + x5\ng ~ a") {
      $0.covaryExogenousLatentsWithObserved = true
    }
    #expect(try table.row("f ~~ a").free > 0)
  }

  @Test func meansFollowTheRules() throws {
    let text = "f =~ x1 + x2 + x3"
    #expect(try !complete(text).hasMeanStructure)
    #expect(try complete(text) { $0.meanStructure = true }.hasMeanStructure)
    #expect(try complete(text, preset: .growth).hasMeanStructure)
    #expect(try complete(text, groups: ["1", "2"]).hasMeanStructure)
    #expect(try !complete(text, groups: ["1", "2"]) { $0.meanStructure = false }.hasMeanStructure)
    #expect(try complete(text + "\nx1 ~ 1") { $0.meanStructure = false }.hasMeanStructure)
    #expect(try complete(text, preset: .bare) { $0.interceptsObservedFree = true }.hasMeanStructure)
  }

  @Test func largeModelsAreQuickOrRefused() throws {
    let outcomes = (1...2000).map { "y\($0) ~ f" }.joined(separator: "\n")
    let measured = "f =~ x1 + x2 + x3\n"
    #expect(
      try complete(measured + outcomes) { $0.covaryEndogenous = false }.freeParameterCount == 2 * 2000 + 6)
    let predictors = "y ~ " + (1...10_000).map { "x\($0)" }.joined(separator: " + ")
    #expect(throws: SpecificationError.self) { try complete(predictors) }
  }

  @Test(
    arguments: ReferenceTables.load("parameter-tables")
      + ReferenceTables.load("parameter-tables-lavaan-0.6-14"))
  func printedTablesReadBack(_ reference: ReferenceTables.Case) throws {
    let table = try reference.specification().table
    var options = ModelOptions()
    options.fixedCovariates = reference.options["fixed.x"]?.flag
    options.meanStructure = table.hasMeanStructure
    let again = try ModelSpecification(
      try ModelSyntax(parsing: table.syntax), preset: .bare, options: options,
      groupLabels: reference.groupLabels
    ).table
    func summary(_ table: ParameterTable) -> [String] {
      table.rows.map { row in
        "\(row.lhs) \(row.op.rawValue) \(row.rhs) \(row.block) \(row.free > 0) \(row.fixedValue ?? -99) \(row.isExogenous)"
      }.sorted()
    }
    #expect(summary(again) == summary(table))
    #expect(again.freeParameterCount == table.freeParameterCount)
    #expect(again.definitions == table.definitions)
    #expect(again.constraints.count == table.constraints.count)
    #expect(again.blocks.map { Set($0.observed) } == table.blocks.map { Set($0.observed) })
  }
}
