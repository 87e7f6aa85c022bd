import SEM
import SEMNumerics
import SEMStudy
import Testing

/// Input from which some figures cannot be had: they are missing with a reason, and nothing stops.
@Suite struct DegenerateTests {
  /// Items of two factors with loading √.5 and a latent correlation, in a sample without sampling error.
  private static func constructs(_ counts: [Int]) -> [StudyConstruct] {
    counts.enumerated().map { index, count in
      StudyConstruct("F\(index + 1)", items: (1...count).map { StudyItem("F\(index + 1)\($0)") })
    }
  }

  /// 200 rows of random items of several factors.
  private static func sample(_ counts: [Int], correlation: Double, loading: Double = 0.7, seed: UInt64 = 3)
    throws
    -> DataTable
  {
    var random = RandomStream(seed: seed)
    var columns = counts.map { [[Double]](repeating: [], count: $0) }
    for _ in 0..<200 {
      let common = random.normal()
      for factor in counts.indices {
        let own = random.normal()
        let value = correlation.squareRoot() * common + (1 - correlation).squareRoot() * own
        for item in 0..<counts[factor] {
          columns[factor][item].append(
            loading * value + (1 - loading * loading).squareRoot() * random.normal())
        }
      }
    }
    return try DataTable(
      columns: columns.enumerated().flatMap { factor, items in
        items.enumerated().map { ("F\(factor + 1)\($0.offset + 1)", $0.element) }
      })
  }

  @Test func aConstructOfOneItem() throws {
    let constructs = Self.constructs([3, 1, 3])
    let data = try Self.sample([3, 1, 3], correlation: 0.5)
    let measurement = try MeasurementModel(constructs: constructs, data: data)
    #expect(measurement.qualities[1].averageVariance == nil && measurement.qualities[1].reason != nil)
    #expect(measurement.qualities[0].averageVariance != nil && measurement.qualities[0].reason == nil)
    expectNear(measurement.loadings.first { $0.item == "F21" }?.standardized, 1, within: rounding, "one item")
    let table = FornellLarcker(measurement)
    #expect(table.passes(1) == nil)
    var options = HeterotraitMonotrait.Options()
    options.draws = 20
    let htmt = try HeterotraitMonotrait(constructs, data: data, options: options)
    #expect(htmt.pairs(.htmt).allSatisfy { $0.value != nil })
    #expect(try FactorModels(constructs, data: data).candidates.map(\.factors.count) == [3, 2, 1])
  }

  @Test func onlyOneConstruct() throws {
    let constructs = Self.constructs([4])
    let data = try Self.sample([4], correlation: 0.5)
    let measurement = try MeasurementModel(constructs: constructs, data: data)
    #expect(FornellLarcker(measurement).passes(0) == true)
    #expect(try HeterotraitMonotrait(constructs, data: data).pairs(.htmt).isEmpty)
    #expect(try FactorModels(constructs, data: data).candidates.count == 1)
    let bias = try CommonMethodBias(measurement, data: data)
    #expect(bias.singleFactor == nil)
    #expect(bias.methodFactors.allSatisfy { $0.passes == nil || $0.fit.convergence.isConverged })
  }

  /// Two constructs that are one: correlation near 1, HTMT near 1, no discriminant validity.
  @Test func constructsThatAreOne() throws {
    let constructs = Self.constructs([3, 3])
    let data = try Self.sample([3, 3], correlation: 1)
    let measurement = try MeasurementModel(constructs: constructs, data: data)
    let table = FornellLarcker(measurement)
    #expect((table.correlations[1][0] ?? 0) > 0.9)
    #expect(table.passes(0) == false && table.passes(1) == false)
    var options = HeterotraitMonotrait.Options()
    options.draws = 50
    let pair = try #require(
      try HeterotraitMonotrait(constructs, data: data, options: options).pairs(.htmt).first)
    #expect((pair.value ?? 0) > 0.85 && (pair.upper ?? 0) > 0.9)
    let models = try FactorModels(constructs, data: data)
    #expect(models.candidates[1].difference?.pValue ?? 0 > 0.01)
  }

  /// A covariance matrix whose one-factor solution has a loading beyond 1: r₁₂ r₁₃ / r₂₃ = 1.12.
  @Test func heywood() throws {
    let moments = SampleMoments(
      variables: ["F11", "F12", "F13"], count: 200, mean: nil,
      covariance: Matrix(rows: [[1, 0.8, 0.7], [0.8, 1, 0.5], [0.7, 0.5, 1]]))
    let fit = try Model("F1 =~ F11 + F12 + F13", preset: .cfa).fit(to: moments)
    let measurement = MeasurementModel(constructs: Self.constructs([3]), fit: fit)
    #expect(!measurement.findings.isEmpty)
    expectNear(measurement.loadings[0].standardized, 1.12.squareRoot(), within: 1e-6, "loading")
    #expect(measurement.qualities[0].compositeReliability == nil)
    #expect(measurement.qualities[0].reason?[.english].contains("beyond 1") == true)
  }

  @Test func badItems() throws {
    let data = try Self.sample([3, 3], correlation: 0.5)
    let none = [StudyConstruct("F1", items: [])]
    #expect(throws: StudyError.self) { try MeasurementModel(constructs: none, data: data) }
    let unknown = [StudyConstruct("F1", items: [StudyItem("F11"), StudyItem("nowhere")])]
    #expect(throws: StudyError.self) { try MeasurementModel(constructs: unknown, data: data) }
    #expect(throws: StudyError.self) { try HeterotraitMonotrait(unknown, data: data) }
    let constant = try DataTable(columns: [("a", [1, 2, 3, 2]), ("b", [2, 2, 2, 2]), ("c", [3, 1, 2, 2])])
    let constructs = [
      StudyConstruct("A", items: [StudyItem("a"), StudyItem("b")]),
      StudyConstruct("B", items: [StudyItem("c")]),
    ]
    let error = #expect(throws: StudyError.self) { try HeterotraitMonotrait(constructs, data: constant) }
    #expect(error?.code == .constantItem && error?.message.contains("b") == true)
    // Fewer rows than items.
    let few = try data.selecting(rows: Array(0..<5))
    #expect(throws: StudyError.self) { try MeasurementModel(constructs: Self.constructs([3, 3]), data: few) }
    let noRows = try DataTable(columns: [("a", [Double.nan]), ("c", [Double.nan])])
    let single = [StudyConstruct("A", items: [StudyItem("a")]), StudyConstruct("B", items: [StudyItem("c")])]
    #expect(throws: StudyError.self) { try HeterotraitMonotrait(single, data: noRows) }
  }

  /// A saturated model has no RMSEA and no χ²/df; nothing is NaN.
  @Test func saturatedModels() throws {
    let moments = SampleMoments(
      variables: ["x", "m", "y"], count: 100, mean: nil,
      covariance: Matrix(rows: [[1, 0.5, 0.4], [0.5, 1, 0.6], [0.4, 0.6, 1]]))
    let fit = try Model("m ~ x\ny ~ m + x").fit(to: moments)
    for convention in StudyConvention.allCases {
      let indices = FitIndices(fit, convention: convention)
      #expect(indices[.relativeChiSquare] == nil && indices[.agfi] == nil)
      #expect(indices[.degreesOfFreedom] == 0)
      expectNear(indices[.cfi], 1, within: 1e-9, "CFI")
      expectNear(indices[.gfi], 1, within: 1e-9, "GFI")
      for index in FitIndex.allCases { #expect(indices[index]?.isFinite ?? true) }
    }
    // BCC needs more than p + 2 cases.
    let measures = AmosMeasures(
      test: ChiSquareTest(statistic: 3, degreesOfFreedom: 2), parameterCount: 4,
      baseline: ChiSquareTest(statistic: 50, degreesOfFreedom: 6),
      groups: [AmosMeasures.Group(count: 6, variableCount: 4)])
    #expect(measures.bcc == nil && measures.mecvi == nil)
  }
}
