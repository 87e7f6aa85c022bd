import SEM
import SEMNumerics
import Testing

@Suite struct DataProblemTests {
  /// Sixty rows of well-behaved numbers.
  private static func column(_ seed: UInt64, count: Int = 60) -> [Double] {
    var generator = DataGenerator(state: seed)
    return (0..<count).map { _ in Double.random(in: 1...7, using: &generator) }
  }

  private static let a = column(1)
  private static let b = column(2)
  private static let c = column(3)

  private func problems(_ columns: [(name: String, values: [Double])]) throws -> [DataProblem] {
    let table = try DataTable(columns: columns)
    return DataProblem.find(in: table, variables: table.variableNames)
  }

  @Test func soundDataHaveNoProblems() throws {
    #expect(try problems([("a", Self.a), ("b", Self.b), ("c", Self.c)]).isEmpty)
    for name in ["HolzingerSwineford1939.csv", "PoliticalDemocracy.csv"] {
      let table = try DataFixture.table(name)
      let numeric = table.columns.filter(\.isNumeric).map(\.name)
      #expect(DataProblem.find(in: table, variables: numeric).isEmpty)
    }
  }

  @Test(arguments: [0.1, 5, -3e8, 1e-200])
  func constantColumn(value: Double) throws {
    let found = try problems([("a", Self.a), ("k", [Double](repeating: value, count: 60)), ("b", Self.b)])
    #expect(found.map(\.code) == [.constantVariable])
    #expect(found.first?.variables == ["k"])
    #expect(found.first?.severity == .error)
  }

  @Test(arguments: [(2.0, 0.0), (-1, 7), (1e-4, 1e6), (1, 0)])
  func duplicatedColumn(factor: Double, shift: Double) throws {
    let found = try problems([("a", Self.a), ("b", Self.b), ("d", Self.a.map { factor * $0 + shift })])
    #expect(found.filter { $0.severity == .error }.map(\.code) == [.duplicatedVariables])
    #expect(found.first?.variables == ["a", "d"])
    #expect(found.first?.error.message.contains(factor < 0 ? "correlated -1" : "correlated 1") == true)
  }

  @Test func sumScoreIsCollinear() throws {
    let sum = zip(Self.a, Self.c).map { $0 + $1 }
    let found = try problems([("a", Self.a), ("b", Self.b), ("c", Self.c), ("sum", sum)])
    #expect(found.map(\.code) == [.collinearVariables])
    #expect(found.first?.variables == ["a", "c", "sum"])
    #expect(found.first?.error.message == "sum is a linear combination of a and c.")
  }

  @Test func nearlyCollinearIsAllowed() throws {
    let near = zip(Self.a, Self.c).map { $0 + 1e-3 * $1 }
    #expect(try problems([("a", Self.a), ("b", Self.b), ("near", near)]).isEmpty)
  }

  @Test func fewerRowsThanVariables() throws {
    let columns = (0..<5).map { (name: "v\($0)", values: Self.column(UInt64(10 + $0), count: 5)) }
    #expect(try problems(columns).map(\.code) == [.tooFewRows])
  }

  @Test func unequalScales() throws {
    let found = try problems([("a", Self.a), ("income", Self.b.map { $0 * 10_000 })])
    #expect(found.map(\.code) == [.unequalScales])
    #expect(found.first?.severity == .warning)
    #expect(found.first?.variables == ["income", "a"])
  }

  @Test func unusableColumnsAreAllReported() throws {
    let table = try dataTable("x1,x2,x3,t,g\n1,5,,a,u\n2,7,,b,u\n4,6,NA,c,\n3,9,.,d,v\n8,8,,e,v\n7,1,,f,v\n")
    let found = DataProblem.find(
      in: table, variables: ["x1", "x22", "x2", "x3", "t", "x1"], groupVariable: "g")
    #expect(
      found.map(\.code) == [
        .unknownVariable, .allMissing, .textColumn, .duplicateName, .missingGroup, .tooFewRows,
      ])
    #expect(found.map(\.severity) == [.error, .error, .error, .error, .warning, .error])
    #expect(found[0].error.hint == "Did you mean x2?")
    #expect(found[2].error.line == 2)
    #expect(found[5].group == "u")
  }

  @Test func constantInOneGroup() throws {
    var text = "x,y,g\n"
    for row in 0..<20 {
      text += "\(row < 10 ? 3.5 : Double(row)),\(row * row % 17),\(row < 10 ? "north" : "south")\n"
    }
    let table = try dataTable(text)
    let grouped = try GroupedData(table, variables: ["x", "y"], groupVariable: "g")
    #expect(grouped.problems.map(\.code) == [.constantVariable])
    #expect(grouped.problems.first?.group == "north")
    #expect(
      grouped.problems.first?.description.hasPrefix(
        "error: group north: x has the same value in all 10 rows: all are 3.5") == true)
    let error = #expect(throws: DataError.self) { try grouped.requireSound() }
    #expect(error?.message.hasPrefix("Group north: x") == true)
  }
}
