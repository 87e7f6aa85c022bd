public import SEMNumerics

/// How the draws of a bootstrap are made.
public enum BootstrapMethod: String, Sendable, Hashable, CaseIterable, Codable {
  /// Rows are drawn with replacement within each group (Efron 1979).
  case ordinary
  /// Rows are drawn after a transformation that makes the model true (Bollen and Stine 1992): for the test of the model.
  case bollenStine = "bollen-stine"
  /// Normal samples from Σ̂ and μ̂.
  case parametric
  /// Estimates are drawn from N(θ̂, Cov(θ̂)); nothing is fitted (MacKinnon, Lockwood and Williams 2004).
  case monteCarlo = "monte-carlo"
}

/// What a bootstrap does.
public struct BootstrapOptions: Sendable {
  /// How draws are made.
  public var method = BootstrapMethod.ordinary
  /// The number of draws.
  public var draws = 1000
  /// The seed; a draw is a function of the seed and of its number alone.
  public var seed: UInt64 = 1
  /// The number of threads, which the results do not depend on; `nil` for as many as there are processors.
  public var threads: Int?
  /// Whether draws with inadmissible solutions are kept, as lavaan does. Draws that do not converge never are.
  public var keepsInadmissible = true
  /// The statistics.
  public var selection = BootstrapSelection()
  /// Further quantities; each draw is then fitted in full, which costs about ten times as much.
  public var quantities: [BootstrapQuantity] = []
  /// For each block the cluster of each row; whole clusters are then drawn. `nil` draws rows.
  public var clusters: [[Int]]?
  /// Whether to fit the jackknife's samples too, which the acceleration of ``BootstrapIntervalKind/bca`` needs.
  public var withJackknife = true
  /// The jackknife leaves out single units up to so many, and then as many sets of units.
  public var jackknifeLimit = 1000

  /// A thousand ordinary draws.
  public init() {}
}

/// How one follows and ends a bootstrap from outside.
public struct BootstrapControl: Sendable {
  /// Called now and then with the number of draws done; by any thread.
  public var progress: (@Sendable (_ done: Int, _ total: Int) -> Void)?
  /// Asked before each draw; when it says yes, the draws done so far are the result.
  public var isCancelled: (@Sendable () -> Bool)?

  /// Neither.
  public init() {}
}

/// The draws of a bootstrap and what follows from them.
public struct BootstrapResult: Sendable {
  /// How draws were made.
  public let method: BootstrapMethod
  /// The seed.
  public let seed: UInt64
  /// What was computed, one for each column of ``draws``.
  public let statistics: [BootstrapStatistic]
  /// The statistics of the fit itself; NaN where one is not defined.
  public let original: [Double]
  /// The statistics of the draws that were kept, in the order of their numbers: draws × statistics; NaN where one is not
  /// defined.
  public let draws: Matrix
  /// The number of draws asked for.
  public let requested: Int
  /// The number of draws done.
  public let completed: Int
  /// How many of these did not converge or had a singular covariance matrix; they are left out.
  public let failed: Int
  /// How many had an inadmissible solution.
  public let inadmissible: Int
  /// Whether inadmissible draws are among ``draws``.
  public let keepsInadmissible: Bool
  /// The acceleration of each statistic; empty without a jackknife.
  public let accelerations: [Double]
  /// The coverage of intervals.
  public let confidenceLevel: Double

  /// Whether the bootstrap was ended before its last draw.
  public var isInterrupted: Bool { completed < requested }
  /// The number of draws that intervals rest on.
  public var usedCount: Int { draws.rowCount }

  /// The column of a statistic.
  public func column(of statistic: BootstrapStatistic) -> Int? { statistics.firstIndex(of: statistic) }

  /// The share of draws whose test statistic is at least the sample's: the p-value of Bollen and Stine's test of the
  /// model, where draws were made by their method (or by the parametric one).
  public var testPValue: Double? {
    guard method == .bollenStine || method == .parametric, let column = column(of: .chiSquare) else {
      return nil
    }
    let values = draws.column(column).filter { !$0.isNaN }
    guard !values.isEmpty, !original[column].isNaN else { return nil }
    return Double(values.count { $0 >= original[column] }) / Double(values.count)
  }
}

extension FittedModel {
  /// Draws samples, fits the model to each and collects statistics.
  ///
  /// Moments come from row counts and each search begins at the estimates; where that fails, once more at the usual
  /// starting values. A draw that still fails is counted and left out. The result is the same, bit for bit, for any number
  /// of threads.
  ///
  /// - Throws: ``InferenceError/needsRawData(_:)`` without rows (but for a parametric bootstrap),
  ///   ``InferenceError/unknownVariable(_:)``, ``InferenceError/undefinedAtEstimates``,
  ///   ``InferenceError/notAvailable(_:)`` (also where memory is short), ``InferenceError/notIdentified`` for
  ///   ``BootstrapMethod/monteCarlo``.
  /// - Complexity: O(n p²) and a few steps of O(p³ + t³) for each draw; memory for the draws done × statistics.
  public func bootstrap(
    _ options: BootstrapOptions = BootstrapOptions(), control: BootstrapControl = BootstrapControl()
  ) throws(InferenceError) -> BootstrapResult {
    guard options.draws > 0 else { throw .notAvailable("A bootstrap needs at least one draw.") }
    if self.options.weightVariable != nil, options.method == .bollenStine || options.method == .parametric {
      throw .notAvailable("With sampling weights only ordinary draws can be made: each row keeps its weight.")
    }
    if options.method == .monteCarlo { return try monteCarlo(options, control: control) }
    let source = try SampleSource(self, options: options)
    let plan = try DrawPlan(self, source: source, options: options)
    let store = try plan.run(.samples, draws: options.draws, threads: options.threads, control: control)
    var accelerations: [Double] = []
    if options.withJackknife, options.method != .parametric, !store.isInterrupted {
      let sets = source.jackknifeSets(limit: options.jackknifeLimit)
      var quiet = control
      quiet.progress = nil
      let left = try plan.run(.leaveOut(sets), draws: sets.count, threads: options.threads, control: quiet)
      if !left.isInterrupted { accelerations = left.accelerations(blocks: sets.map(\.block)) }
    }
    return store.result(
      plan, options: options, level: self.options.confidenceLevel, accelerations: accelerations)
  }

  /// Draws estimates from N(θ̂, V) and evaluates the statistics at each.
  ///
  /// A draw outside the model's domain gives no statistic and counts as failed.
  private func monteCarlo(_ options: BootstrapOptions, control: BootstrapControl) throws(InferenceError)
    -> BootstrapResult
  {
    let covariance = try estimateCovariance()
    guard let eigen = try? SymmetricEigen(covariance.matrix) else { throw .undefinedAtEstimates }
    // V has rank below t where constraints hold parameters.
    let root = eigen.reconstruct { max($0, 0).squareRoot() }
    var options = options
    options.quantities = []
    let source = SampleSource(
      blocks: [], method: .monteCarlo, seed: options.seed, lostDegree: 0)
    let plan = try DrawPlan(self, source: source, options: options)
    let store = try plan.run(
      .estimates(root: root), draws: options.draws, threads: options.threads, control: control)
    return store.result(plan, options: options, level: self.options.confidenceLevel, accelerations: [])
  }
}
