import SEM
import SEMNumerics
import Testing

/// Sampling weights and clusters with incomplete rows, with least squares and in the bootstrap: identities.
/// Lavaan's figures are in ``RobustReferenceTests``.
@Suite struct WeightedTests {
  static let model = InferenceModels.threeFactors
  /// Two searches, each with a scaled gradient below 1e-8.
  static let twoSearches = Tolerance(size: 1e-7)

  static func options(_ change: (inout FitOptions) -> Void) -> FitOptions {
    var options = FitOptions()
    change(&options)
    return options
  }

  /// The columns of a file with some of its rows, each as often as asked for, and further columns.
  static func table(
    _ file: String, extra: [(String, [Double])] = [], times: ((Int) -> Int)? = nil
  ) throws -> DataTable {
    let source = try DataFixture.table(file)
    let rows = (0..<source.rowCount).flatMap { [Int](repeating: $0, count: times?($0) ?? 1) }
    var columns: [(name: String, values: [Double])] = []
    for name in (1...9).map({ "x\($0)" }) + ["weight"] {
      let values = try source.numericColumn(name)
      columns.append((name, rows.map { values[$0] }))
    }
    for (name, values) in extra { columns.append((name, rows.map { values[$0] })) }
    return try DataTable(columns: columns)
  }

  static func expectSame(_ left: FittedModel, _ right: FittedModel, _ label: String) throws {
    let mine = left.parameterEstimates(try left.estimateCovariance())
    let theirs = right.parameterEstimates(try right.estimateCovariance())
    for (a, b) in zip(mine, theirs) {
      if let value = b.estimate { expectClose(a.estimate, value, twoSearches, "weighted", label) }
      if let error = b.standardError {
        expectClose(a.standardError, error, twoSearches, "weighted se", label)
      }
    }
    let measures = left.fitMeasures()
    for measure in right.fitMeasures().values {
      // gfi takes another statistic for incomplete data; corrected indices take theirs at the saturated moments.
      guard let value = measure.value, !measure.name.hasPrefix("gfi"), !measure.name.hasSuffix(".robust")
      else { continue }
      expectClose(measures[measure.name], value, twoSearches, "weighted", "\(label) \(measure.name)")
    }
  }

  /// The likelihood of incomplete rows with weights and clusters is on complete rows that of complete rows.
  @Test(arguments: [true, false], [true, false])
  func completeRowsNeedNoPatterns(weights: Bool, clusters: Bool) throws {
    guard weights || clusters else { return }
    var modelOptions = ModelOptions()
    modelOptions.meanStructure = true
    let model = try Model(Self.model, preset: .cfa, options: modelOptions)
    let table = try DataFixture.table("hs-clusters.csv")
    let fits = try [MissingData.fullInformation, .listwise].map { missing in
      try model.fit(
        to: table,
        options: Self.options {
          $0.missing = missing
          $0.weightVariable = weights ? "weight" : nil
          $0.clusterVariable = clusters ? "cluster" : nil
        })
    }
    try Self.expectSame(fits[0], fits[1], "complete \(weights) \(clusters)")
  }

  @Test func equalWeightsAreNone() throws {
    let model = try Model(Self.model, preset: .cfa)
    let source = try DataFixture.table("hs-missing-clusters.csv")
    let table = try Self.table(
      "hs-missing-clusters.csv", extra: [("w", [Double](repeating: 0.37, count: source.rowCount))])
    func fit(_ weights: String?) throws -> FittedModel {
      try model.fit(
        to: table,
        options: Self.options {
          $0 = EstimatorPreset("MLR").map(FitOptions.init) ?? $0
          $0.missing = .fullInformation
          $0.weightVariable = weights
        })
    }
    try Self.expectSame(try fit("w"), try fit(nil), "equal weights")
  }

  /// A row with weight 2 counts as two rows; one with weight 0 as none.
  @Test(arguments: [MissingData.fullInformation, .twoStage])
  func weightsAreFrequencies(missing: MissingData) throws {
    let model = try Model(Self.model, preset: .cfa)
    let count = try DataFixture.table("hs-missing-clusters.csv").rowCount
    let frequency = (0..<count).map { $0 % 3 }
    let weighted = try Self.table("hs-missing-clusters.csv", extra: [("w", frequency.map(Double.init))])
    let repeated = try Self.table("hs-missing-clusters.csv", times: { frequency[$0] })
    let mine = try model.fit(
      to: weighted,
      options: Self.options {
        $0.missing = missing
        $0.weightVariable = "w"
      })
    let theirs = try model.fit(to: repeated, options: Self.options { $0.missing = missing })
    for (a, b) in zip(mine.estimates, theirs.estimates) {
      expectClose(a, b, Self.twoSearches, "frequencies", "\(missing)")
    }
  }

  /// F of WLS and DWLS is (s - σ)ᵀ W (s - σ) with W from Γ̂ = Σ wᵢ² dᵢdᵢᵀ / n, written down with matrices.
  @Test(arguments: [Estimator.weightedLeastSquares, .diagonallyWeightedLeastSquares])
  func leastSquaresWeighsContributions(estimator: Estimator) throws {
    let table = try DataFixture.table("hs-clusters.csv")
    let fit = try Model("f =~ x1 + x2 + x3 + x4").fit(
      to: table,
      options: Self.options {
        $0.estimator = estimator
        $0.weightVariable = "weight"
      })
    #expect(fit.convergence.isConverged)
    let rows = try #require(fit.rows)[0]
    let raw = try table.numericColumn("weight")
    let n = rows.rowCount
    let w = raw.map { $0 * Double(n) / raw.reduce(0, +) }
    let p = 4
    let mean = (0..<p).map { j in (0..<n).reduce(0) { $0 + w[$1] * rows[$1, j] } / Double(n) }
    let positions = halfVectorPositions(order: p)
    var s = [Double](repeating: 0, count: positions.count)
    var products = Matrix(rowCount: n, columnCount: positions.count)
    for (k, (i, j)) in positions.enumerated() {
      for r in 0..<n {
        products[r, k] = (rows[r, i] - mean[i]) * (rows[r, j] - mean[j])
        s[k] += w[r] * products[r, k] / Double(n)
      }
      for r in 0..<n { products[r, k] = w[r] * (products[r, k] - s[k]) }
    }
    var gamma = (1 / Double(n)) * products.crossProduct()
    if estimator == .diagonallyWeightedLeastSquares { gamma = .diagonal(gamma.diagonal) }
    let sigma = try #require(fit.matrices(ofBlock: 0)).observedCovariance
    let scale = Double(n) / Double(n - 1)
    let residual = positions.enumerated().map { scale * s[$0] - sigma[$1.row, $1.column] }
    let expected = try Cholesky(gamma).inverse().quadraticForm(residual)
    expectClose(fit.discrepancy, expected, Tolerance(size: 1e-10), "weighted WLS", "\(estimator)")
  }

  /// Draws of weighted rows: the fast way by moments and the full way by rows give the same; equal weights are none; and
  /// draws of incomplete rows with equal weights are those without.
  @Test func bootstrapKeepsTheWeightsOfRows() throws {
    let model = try Model("f =~ x1 + x2 + x3 + x4")
    let complete = try Self.table("hs-clusters.csv", extra: [("one", [Double](repeating: 1, count: 301))])
    func draws(_ table: DataTable, _ weights: String?, full: Bool = false, _ missing: MissingData = .listwise)
      throws -> BootstrapResult
    {
      let fit = try model.fit(
        to: table,
        options: Self.options {
          $0.weightVariable = weights
          $0.missing = missing
        })
      var options = BootstrapOptions()
      options.draws = 6
      options.seed = 11
      options.withJackknife = false
      if full { options.quantities = [.fitMeasures(["cfi"])] }
      return try fit.bootstrap(options)
    }
    func expectEqual(_ left: BootstrapResult, _ right: BootstrapResult, _ label: String) {
      #expect(left.usedCount == 6 && right.usedCount == 6)
      for column in 0..<8 {
        for row in 0..<6 {
          expectClose(
            left.draws[row, column], right.draws[row, column], Tolerance(size: 1e-6), "draws", label)
        }
      }
    }
    let weighted = try draws(complete, "weight")
    expectEqual(weighted, try draws(complete, "weight", full: true), "fast and full")
    let plain = try draws(complete, nil)
    expectEqual(try draws(complete, "one"), plain, "equal weights")
    #expect((0..<8).contains { (weighted.draws[0, $0] - plain.draws[0, $0]).magnitude > 1e-3 })
    let holes = try Self.table(
      "hs-missing-clusters.csv", extra: [("one", [Double](repeating: 1, count: 301))])
    expectEqual(
      try draws(holes, "one", full: false, .fullInformation),
      try draws(holes, nil, full: false, .fullInformation), "incomplete")
    let fit = try model.fit(to: complete, options: Self.options { $0.weightVariable = "weight" })
    for method in [BootstrapMethod.bollenStine, .parametric] {
      var options = BootstrapOptions()
      options.method = method
      options.draws = 2
      #expect(throws: InferenceError.self) { try fit.bootstrap(options) }
    }
  }
}
