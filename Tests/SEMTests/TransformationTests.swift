import Foundation
import SEM
import SEMNumerics
import Testing

/// What must not matter does not matter.
@Suite struct TransformationTests {
  static let democracy = """
    ind60 =~ x1 + x2 + x3
    dem60 =~ y1 + y2 + y3 + y4
    dem65 =~ y5 + y6 + y7 + y8
    dem60 ~ ind60
    dem65 ~ ind60 + dem60
    y1 ~~ y5
    y2 ~~ y4 + y6
    """
  static let abilities = """
    visual =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    speed =~ x7 + x8 + x9
    """

  /// Another unit or order changes the rounding of every step; two optima to rounding agree to this.
  static let rounding = 1e-10

  private static func democracyData() throws -> DataTable {
    let table = try DataFixture.table("PoliticalDemocracy.csv")
    let names = (1...3).map { "x\($0)" } + (1...8).map { "y\($0)" }
    return try DataTable(columns: try names.map { (name: $0, values: try numbers(table, $0)) })
  }

  private static func numbers(_ table: DataTable, _ name: String) throws -> [Double] {
    try table.numericColumn(name)
  }

  private func options(means: Bool = true, standardizeLatents: Bool = false) -> ModelOptions {
    var result = ModelOptions()
    result.meanStructure = means
    result.standardizeLatents = standardizeLatents
    return result
  }

  private func answers(_ fit: FittedModel) throws -> [String: (estimate: Double, error: Double)] {
    let covariance = try fit.estimateCovariance()
    var result: [String: (Double, Double)] = [:]
    for row in fit.parameterEstimates(covariance) {
      result[row.parameter.referenceKey] = (try #require(row.estimate), try #require(row.standardError))
    }
    return result
  }

  private func standardized(_ fit: FittedModel) throws -> [String: (estimate: Double, error: Double)] {
    let covariance = try fit.estimateCovariance()
    var result: [String: (Double, Double)] = [:]
    for row in fit.standardizedEstimates(.all, covariance) {
      result[row.parameter.referenceKey] = (try #require(row.estimate), try #require(row.standardError))
    }
    return result
  }

  private func expectSame(
    _ mine: [String: (estimate: Double, error: Double)],
    _ theirs: [String: (estimate: Double, error: Double)],
    _ kind: String, scale: (String) -> Double = { _ in 1 }, size: Double = rounding
  ) {
    #expect(mine.count == theirs.count)
    for (key, expected) in theirs {
      let factor = scale(key)
      let floor = (expected.error > 0 ? expected.error : 1) * abs(factor)
      expectClose(
        mine[key]?.estimate, factor * expected.estimate, Tolerance(size: size, floor: floor), kind, key)
      expectClose(
        mine[key]?.error, abs(factor) * expected.error, Tolerance(size: size, floor: 0), kind + " se", key)
    }
  }

  @Test(arguments: [true, false])
  func unitsRescaleParameters(hasMeans: Bool) throws {
    let data = try Self.democracyData()
    let units = ["y1": 1000, "x2": 0.01, "y7": -3.7, "x1": 0.3, "y5": 250.0]
    let scaled = try DataTable(
      columns: try data.columns.map { column in
        (
          name: column.name,
          values: try Self.numbers(data, column.name).map { $0 * (units[column.name] ?? 1) }
        )
      })
    let model = try Model(Self.democracy, options: options(means: hasMeans))
    let plain = try model.fit(to: data)
    let rescaled = try model.fit(to: scaled)
    // A factor has the unit of its marker.
    let markers = ["ind60": "x1", "dem60": "y1", "dem65": "y5"]
    let unit = { (name: String) in units[markers[name] ?? name] ?? 1 }
    expectSame(
      try answers(rescaled), try answers(plain), "rescaled",
      scale: { key in
        let parts = key.split(separator: " ").map(String.init)
        switch parts[1] {
        case "=~": return unit(parts[2]) / unit(parts[0])
        case "~": return unit(parts[0]) / unit(parts[2])
        case "~~": return unit(parts[0]) * unit(parts[2])
        default: return unit(parts[0])
        }
      })
    expectClose(
      rescaled.chiSquare.statistic, plain.chiSquare.statistic, Tolerance(size: Self.rounding), "rescaled",
      "chisq")
    // Of the standardised values only signs may change, with a variable that is turned around.
    let mine = try standardized(rescaled)
    for (key, value) in try standardized(plain) {
      expectClose(
        mine[key]?.estimate.magnitude, value.estimate.magnitude, Tolerance(size: Self.rounding),
        "std rescaled", key)
    }
    #expect(rescaled.convergence.iterations == plain.convergence.iterations)
  }

  @Test func orderChangesNothing() throws {
    let data = try Self.democracyData()
    let model = try Model(Self.democracy, options: options())
    let plain = try answers(try model.fit(to: data))
    let turned = try DataTable(
      columns: try data.columns.reversed().map { (name: $0.name, values: try Self.numbers(data, $0.name)) })
    expectSame(try answers(try model.fit(to: turned)), plain, "columns", size: 1e-12)
    var random = RandomStream(seed: 8)
    var order = Array(0..<data.rowCount)
    random.shuffle(&order)
    expectSame(
      try answers(try model.fit(to: data.selecting(rows: order))), plain, "rows", size: 1e-11)
    let statements = Self.democracy.split(separator: "\n").reversed().joined(separator: "\n")
    let reversed = try Model(statements, options: options())
    // Another order of variables: other sums, and a Cholesky factor of another matrix.
    expectSame(try answers(try reversed.fit(to: data)), plain, "statements", size: 1e-11)
  }

  @Test func scaleOfFactorsIsAConvention() throws {
    let data = try Self.democracyData()
    let marker = try Model(Self.democracy, options: options()).fit(to: data)
    let unit = try Model(Self.democracy, options: options(standardizeLatents: true)).fit(to: data)
    expectClose(
      unit.chiSquare.statistic, marker.chiSquare.statistic, Tolerance(size: Self.rounding), "scale", "chisq")
    let theirs = try standardized(marker)
    for (key, value) in try standardized(unit) {
      expectClose(
        value.estimate, try #require(theirs[key]).estimate, Tolerance(size: Self.rounding), "scale", key)
      expectClose(
        value.error, try #require(theirs[key]).error, Tolerance(size: 1e-8, floor: 1e-3), "scale se", key)
    }
  }

  @Test func constantsMoveInterceptsOnly() throws {
    let data = try Self.democracyData()
    let shifts = ["y1": 1000.0, "x3": -17]
    let shifted = try DataTable(
      columns: try data.columns.map { column in
        (
          name: column.name,
          values: try Self.numbers(data, column.name).map { $0 + (shifts[column.name] ?? 0) }
        )
      })
    let model = try Model(Self.democracy, options: options())
    let plain = try answers(try model.fit(to: data))
    // y1 + 1000 has three digits fewer than y1.
    for (key, value) in try answers(try model.fit(to: shifted)) {
      let before = try #require(plain[key])
      let name = String(key.prefix(while: { $0 != " " }))
      let shift = key.contains("~1") ? shifts[name] ?? 0 : 0
      expectClose(
        value.estimate, before.estimate + shift, Tolerance(size: 1e-11, floor: max(before.error, 1)), "shift",
        key)
      expectClose(value.error, before.error, Tolerance(size: 1e-9, floor: 1e-6), "shift se", key)
    }
  }

  /// Twice the same data in two groups with everything equal: the same estimates, twice the χ², errors by √2 smaller.
  @Test func identicalGroupsAreOneGroup() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let names = (1...9).map { "x\($0)" }
    let rows = table.rowCount
    var columns = try names.map { (name: $0, values: try Self.numbers(table, $0)) }
    for index in columns.indices { columns[index].values += columns[index].values }
    columns.append(
      (name: "group", values: [Double](repeating: 1, count: rows) + [Double](repeating: 2, count: rows)))
    let twice = try DataTable(columns: columns)
    var equal = options()
    equal.groupEqual = Set(GroupEquality.allCases)
    equal.groupEqual.remove(.means)
    let one = try Model(Self.abilities, preset: .cfa, options: options()).fit(to: table)
    let two = try Model(Self.abilities, preset: .cfa, options: equal).fit(to: twice, group: "group")
    // Equal intercepts free the second group's latent means, which are then zero.
    expectClose(
      two.chiSquare.statistic, 2 * one.chiSquare.statistic, Tolerance(size: Self.rounding), "groups", "chisq")
    let single = try answers(one)
    for (key, value) in try answers(two) where key.hasSuffix("[1]") && !key.contains("~1") {
      let expected = try #require(single[key])
      expectClose(value.estimate, expected.estimate, Tolerance(size: Self.rounding), "groups", key)
      expectClose(
        value.error, expected.error / 2.0.squareRoot(), Tolerance(size: 1e-9, floor: 1e-6), "groups se", key)
    }
    for (key, value) in try answers(two)
    where key.hasSuffix("[2]") && key.contains("~1") && !key.hasPrefix("x") {
      #expect(value.estimate.magnitude < Self.rounding, "\(key)")
    }
  }

  /// Fitted to its own Σ a model gets its parameters back with χ² = 0, and both kinds of information agree.
  @Test(arguments: ["p2p-population", "pd-sem", "hs-higher-order", "wheaton-cov", "growth-linear"])
  func ownMomentsGiveOwnParameters(id: String) throws {
    let reference = try #require(ReferenceFile.load("lavaan-reference").cases.first { $0.id == id })
    let origin = try reference.fit(of: "0.7")
    let matrices = try #require(origin.matrices(ofBlock: 0))
    let block = origin.table.blocks[0]
    let moments = SampleMoments(
      variables: block.observed, count: origin.count,
      mean: origin.table.hasMeanStructure ? matrices.observedMean : nil,
      covariance: matrices.observedCovariance)
    let fit = try ModelFitter(table: origin.table).fit([moments])
    #expect(fit.convergence.isConverged)
    #expect(fit.chiSquare.statistic < 1e-9)
    let errors = try fit.estimateCovariance(.expected).standardErrors
    for (index, value) in fit.estimates.enumerated() {
      expectClose(
        value, origin.estimates[index], Tolerance(size: 1e-9, floor: try #require(errors[index])),
        "recovered",
        "\(id) \(index)")
    }
    let expected = try fit.information(.expected)
    let observed = try fit.information(.observed)
    for a in fit.estimates.indices {
      for b in fit.estimates.indices {
        expectClose(
          observed[a, b], expected[a, b],
          Tolerance(size: 1e-8, floor: (expected[a, a] * expected[b, b]).squareRoot()), "information",
          "\(id) \(a) \(b)")
      }
    }
  }

  @Test func saturatedModelsFitExactly() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let models = [
      "x1 ~~ x2 + x3\nx2 ~~ x3", "x3 ~ x1 + x2", "f =~ x1 + x2 + x3", "x2 ~ x1\nx3 ~ x1 + x2", "x1 ~~ x1",
    ]
    for text in models {
      for hasMeans in [true, false] {
        let fit = try Model(text, options: options(means: hasMeans)).fit(to: table)
        #expect(fit.degreesOfFreedom == 0, "\(text)")
        #expect(fit.chiSquare.statistic < 1e-9, "\(text)")
        #expect(fit.chiSquare.pValue == nil)
        let measures = fit.fitMeasures()
        expectClose(measures["cfi"], 1, Tolerance(size: 1e-12), "saturated", "cfi \(text)")
        #expect(measures["rmsea"] == 0)
      }
    }
  }

  /// Restrictions cost fit, and χ² says how much.
  @Test func nestedModelsAreOrdered() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    func chiSquare(_ text: String, orthogonal: Bool = false) throws -> (Double, Int) {
      var options = ModelOptions()
      options.orthogonal = orthogonal
      let fit = try Model(text, preset: .cfa, options: options).fit(to: table)
      #expect(fit.convergence.isConverged)
      return (fit.chiSquare.statistic, fit.degreesOfFreedom)
    }
    let chain = [
      try chiSquare(Self.abilities + "\nvisual =~ x9\nx7 ~~ x8"),
      try chiSquare(Self.abilities + "\nvisual =~ x9"),
      try chiSquare(Self.abilities), try chiSquare(Self.abilities, orthogonal: true),
    ]
    for (rich, poor) in zip(chain, chain.dropFirst()) {
      #expect(poor.0 > rich.0 && poor.1 > rich.1)
    }
    #expect(abs(chain[2].0 - 85.3055217707089) < 1e-9)
  }
}
