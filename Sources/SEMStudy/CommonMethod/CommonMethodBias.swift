public import SEM
internal import SEMNumerics

/// Checks for variance that the common method, not the constructs, puts into the items (Podsakoff, MacKenzie, Lee and
/// Podsakoff 2003): Harman's share of the first unrotated component, the one-factor model, an unmeasured latent method
/// factor.
public struct CommonMethodBias: Sendable {
  /// The loadings of the method factor.
  public enum MethodLoadings: String, Sendable, Hashable, CaseIterable, Codable {
    /// One loading, the same for all items.
    case equal
    /// A loading for each item.
    case free
  }

  /// The model with a method factor, uncorrelated with the constructs and of variance 1, on which all items load.
  public struct MethodFactorModel: Sendable {
    /// Its loadings.
    public let loadings: MethodLoadings
    /// The fit.
    public let fit: FittedModel
    /// Its indices.
    public let indices: FitIndices
    /// χ² and df of the measurement model against this one; `nil` where a scaled difference cannot be had.
    public let difference: ChiSquareTest?
    /// The change of CFI, TLI, RMSEA and SRMR from the measurement model to this one.
    public let changes: [FitIndex: Double]
    /// The mean squared standardised loading on the method factor: its share of the items' variance.
    public let varianceShare: Double?
    /// What makes the solution improper; empty for a proper one.
    public let findings: [InadmissibleFinding]
    /// The number of searches from different starts.
    public fileprivate(set) var searchCount: Int
    /// How many of them did not converge, as where the likelihood rises without end, or ended in an improper solution: with
    /// free loadings the model is often empirically underidentified (Richardson, Simmering and Sturman 2009; Chin, Thatcher
    /// and Wright 2012).
    public fileprivate(set) var improperSearchCount: Int

    /// Whether the method factor improves fit by less than the usual limits (ΔCFI and ΔTLI below 0.1, ΔRMSEA and ΔSRMR below
    /// 0.05: Wen, Huang and Tang 2018); `nil` where the solution is improper or did not converge, so that its fit says
    /// nothing.
    public var passes: Bool? {
      guard fit.convergence.isConverged, findings.isEmpty else { return nil }
      guard let cfi = changes[.cfi], let tli = changes[.tli], let rmsea = changes[.rmsea],
        let srmr = changes[.srmr]
      else { return nil }
      return cfi < 0.1 && tli < 0.1 && -rmsea < 0.05 && -srmr < 0.05
    }
  }

  /// The largest eigenvalue of the items' correlation matrix.
  public let firstEigenvalue: Double
  /// The share of the variance that the first unrotated principal component has (Harman 1976; Podsakoff and Organ 1986).
  public let harmanShare: Double
  /// The number of eigenvalues above 1.
  public let componentCount: Int
  /// The measurement model.
  public let measurement: FitIndices
  /// The model of one factor; `nil` where there is but one construct.
  public let singleFactor: FitIndices?
  /// The models with a method factor.
  public let methodFactors: [MethodFactorModel]

  /// Computes the checks.
  ///
  /// - Parameters:
  ///   - measurement: The measurement model.
  ///   - data: The data it was fitted to.
  ///   - options: How models are fitted.
  /// - Throws: ``StudyError``.
  /// - Complexity: three fits.
  public init(_ measurement: MeasurementModel, data: DataTable, options: FitOptions = FitOptions())
    throws(StudyError)
  {
    let constructs = measurement.constructs
    let items = constructs.flatMap(\.itemCodes)
    let rows: Matrix
    do { rows = try CompleteRows(data, variables: items).values } catch {
      throw .unavailable("Harman's test", error)
    }
    let correlations = WeightedCorrelations(rows)
    if let constant = correlations.constantColumn {
      throw StudyError(
        .constantItem, "Harman's test cannot be computed: \(items[constant]) has the same answer everywhere.")
    }
    guard let eigen = try? SymmetricEigen(correlations.matrix(counts: nil)), let largest = eigen.values.last
    else {
      throw StudyError(.unavailable, "The items' correlation matrix has no eigenvalues.")
    }
    firstEigenvalue = largest
    harmanShare = largest / Double(items.count)
    componentCount = eigen.values.count { $0 > 1 }
    self.measurement = FitIndices(measurement.fit, convention: measurement.convention)
    if constructs.count > 1 {
      let additions = try FactorModelBuilder(constructs, additions: measurement.additions).statements
      let model = try FactorModelBuilder(groups: [constructs], statements: additions).model()
      do {
        singleFactor = FitIndices(
          try model.fit(to: data, options: options), convention: measurement.convention)
      } catch { throw .unavailable("The model of one factor", error) }
    } else {
      singleFactor = nil
    }
    let components = eigen.vectors.column(items.count - 1).map { $0 * max(largest, 0).squareRoot() }
    let base = self.measurement
    var models: [MethodFactorModel] = []
    for loadings in MethodLoadings.allCases {
      // The likelihood may have several maxima: one near equal loadings, one near the first component, whose signs differ.
      // A model that cannot be fitted at all, as with too few items, is left out.
      let starts = loadings == .equal ? [Self.equalStart(items)] : [components, Self.equalStart(items)]
      let found = starts.compactMap { start in
        try? Self.methodModel(loadings, measurement, base, start, data: data, options: options)
      }
      let converged = found.filter(\.fit.convergence.isConverged)
      let best = (converged.isEmpty ? found : converged).min { $0.fit.discrepancy < $1.fit.discrepancy }
      if var best {
        best.searchCount = found.reduce(0) { $0 + $1.searchCount }
        best.improperSearchCount = found.reduce(0) { $0 + $1.improperSearchCount }
        models.append(best)
      }
    }
    methodFactors = models
  }

  /// Standardised loadings to begin at: at 0 the fit does not change with an equal loading.
  private static func equalStart(_ items: [String]) -> [Double] {
    [Double](repeating: 0.3, count: items.count)
  }

  private static func methodModel(
    _ loadings: MethodLoadings, _ measurement: MeasurementModel, _ base: FitIndices, _ start: [Double],
    data: DataTable, options: FitOptions
  ) throws(StudyError) -> MethodFactorModel {
    let constructs = measurement.constructs
    let builder = try FactorModelBuilder(constructs, additions: measurement.additions)
    let items = constructs.flatMap(\.itemCodes)
    var name = "method"
    while constructs.contains(where: { $0.code == name }) || data[name] != nil { name += "_" }
    let sample = measurement.fit.moments.first
    let deviations = items.map { item in
      sample?.variables.firstIndex(of: item).flatMap { sample?.covariance[$0, $0].squareRoot() } ?? 1
    }
    let mean = deviations.reduce(0, +) / Double(max(items.count, 1))
    let terms = items.indices.map { index in
      let term = Term(stringLiteral: items[index]).free()
      return loadings == .equal
        ? term.start(start[index] * mean).label(name + ".loading")
        : term.start(start[index] * deviations[index])
    }
    let method = Term(.variable(Name(name)))
    let model = Model(preset: .cfa) {
      for factor in builder.factors { Latent(factor.name).measured(by: factor.items) }
      Statement(.formula(left: [method], op: .measurement, right: terms))
      Latent(name).variance { $0.fixed(1) }
      for factor in builder.factors {
        Latent(name).covaries(with: .fixed(0, Term(stringLiteral: factor.name)))
      }
      builder.statements
    }
    let fit: FittedModel
    do { fit = try model.fit(to: data, options: options) } catch {
      throw .unavailable("The model with a method factor", error)
    }
    let indices = FitIndices(fit, convention: measurement.convention)
    var changes: [FitIndex: Double] = [:]
    for index in [FitIndex.cfi, .tli, .rmsea, .srmr] {
      if let now = indices[index], let before = base[index] { changes[index] = now - before }
    }
    let standardized = fit.standardizedEstimates(.all, nil)
    let squares = zip(fit.table.rows, standardized).compactMap { row, line -> Double? in
      row.op == .measurement && row.lhs == name ? line.estimate.map { $0 * $0 } : nil
    }
    let findings = fit.admissibility()
    let failedCount = fit.convergence.failedStarts.count
    return MethodFactorModel(
      loadings: loadings, fit: fit, indices: indices,
      difference: measurement.fit.restrictionTest(against: fit, measurement.convention),
      changes: changes,
      varianceShare: squares.count == items.count && !squares.isEmpty
        ? squares.reduce(0, +) / Double(squares.count) : nil,
      findings: findings, searchCount: failedCount + 1,
      improperSearchCount: failedCount + (fit.convergence.isConverged && findings.isEmpty ? 0 : 1))
  }
}
