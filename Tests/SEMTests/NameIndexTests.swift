import SEM
import SEMNumerics
import Testing

/// Names and rows by number, against plain look-ups.
@Suite struct NameIndexTests {
  /// Names that a hash could get wrong: equal strings of different bytes, other scripts, long ones, near ones.
  private static let difficult = [
    "", "x", "X", "x1", "x10", "1x", "é", "e\u{301}", "变量", "信任", "K", "\u{212A}", "\u{212A}1", "K1", "Ω",
    "\u{2126}",
    "a;b", "a\u{37E}b", "a name that is longer than fifteen bytes",
    "a name that is longer than fifteen byteS",
  ]

  /// The same numbers as from a dictionary, over several growths.
  @Test func numbersAreThoseOfADictionary() {
    var random = RandomStream(seed: 11)
    var index = NameIndex(capacity: 1)
    var expected: [String: Int] = [:]
    for _ in 0..<3000 {
      let pick = Int(random.uniform() * 600)
      let name = pick < Self.difficult.count ? Self.difficult[pick] : "v\(pick)"
      #expect(index[name] == expected[name])
      let number = index.insert(name)
      #expect(number == expected[name, default: expected.count])
      expected[name] = number
    }
    #expect(index.count == expected.count)
    #expect(Self.difficult.allSatisfy { index[$0] == expected[$0] })
    #expect(index.names.enumerated().allSatisfy { expected[$1] == $0 })
  }

  /// Places of a block's variables, also where it has a name twice and the rows name others.
  @Test func rowsHaveTheFirstPlaces() {
    let block = ModelBlock(observed: ["a", "b", "a", "c"], latent: ["f", "b", "g"])
    let all = block.observed + block.latent
    let names = all + ["unknown", ""]
    var rows: [Parameter] = []
    for (number, lhs) in names.enumerated() {
      for rhs in names {
        let op: Operator = [.measurement, .regression, .covariance, .intercept][(number + rhs.count) % 4]
        rows.append(Parameter(lhs: lhs, op: op, rhs: op == .intercept ? "" : rhs, block: 1 + rows.count % 2))
      }
    }
    let table = ParameterTable(rows: rows, blocks: [block], hasMeanStructure: true)
    let numbered = BlockRows(table, block: block)
    #expect(numbered.rows.map(\.tableRow) == rows.indices.filter { rows[$0].block == 1 })
    #expect(numbered.observedCount == 4 && numbered.variableCount == 7)
    for row in numbered.rows {
      let parameter = rows[row.tableRow]
      #expect(row.op == parameter.op)
      #expect(row.left == all.firstIndex(of: parameter.lhs) ?? -1)
      #expect(row.right == (row.op == .intercept ? -1 : all.firstIndex(of: parameter.rhs) ?? -1))
    }
  }

  /// The constant of a mean structure is no variable, whatever a variable is called.
  @Test func aVariableMayBeCalledOne() throws {
    func fit(_ name: String) throws -> FittedModel {
      var covariance = Matrix(rowCount: 3, columnCount: 3, repeating: 0.5)
      for i in 0..<3 { covariance[i, i] = 1 + 0.1 * Double(i) }
      let moments = SampleMoments(
        variables: [name, "x2", "x3"], count: 100, mean: [2, 3, 4], covariance: covariance)
      return try Model("f =~ \"\(name)\" + x2 + x3").fit(to: moments)
    }
    let plain = try fit("x1")
    let odd = try fit("1")
    #expect(odd.convergence.isConverged)
    #expect(odd.estimates == plain.estimates)
  }
}
