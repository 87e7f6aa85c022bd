public import SEM

/// The measurement model of a study (a confirmatory factor analysis of all constructs) with what convergent validity rests
/// on: loadings, composite reliability, average variance extracted.
public struct MeasurementModel: Sendable {
  /// One item on its construct.
  public struct Loading: Sendable, Hashable {
    /// The code of the construct.
    public var construct: String
    /// The item.
    public var item: String
    /// The loading in the items' units.
    public var estimate: Double
    /// Its standard error; `nil` for the marker, whose loading is fixed, and where it is not defined.
    public var standardError: Double?
    /// estimate / standard error.
    public var criticalRatio: Double?
    /// The two-sided probability of it.
    public var pValue: Double?
    /// The loading with item and construct of unit variance.
    public var standardized: Double?
    /// The squared multiple correlation: the share of the item's variance that its construct explains.
    public var squaredMultipleCorrelation: Double?
    /// Whether the loading is fixed to give the construct its scale.
    public var isMarker: Bool
  }

  /// What a construct's loadings come to.
  public struct Quality: Sendable, Hashable {
    /// The code of the construct.
    public var construct: String
    /// (Σλ)² / ((Σλ)² + Σ(1 - λ²)) over standardised loadings λ (Fornell and Larcker 1981, equation 10).
    public var compositeReliability: Double?
    /// Σλ² / k (the same, equation 11).
    public var averageVariance: Double?
    /// Why there is no value.
    public var reason: Wording?
  }

  /// The constructs.
  public let constructs: [StudyConstruct]
  /// The statements that the model has besides, in lavaan's syntax.
  public let additions: String
  /// The fit.
  public let fit: FittedModel
  /// The convention of standard errors.
  public let convention: StudyConvention
  /// The loadings, by construct.
  public let loadings: [Loading]
  /// One line for each construct.
  public let qualities: [Quality]
  /// What makes the solution improper; empty for a proper one.
  public let findings: [InadmissibleFinding]

  /// Fits the measurement model: every construct measured by its items, all constructs correlated.
  ///
  /// - Parameters:
  ///   - constructs: The constructs; one with a single item is taken to be measured without error.
  ///   - data: A table whose columns are named like the items.
  ///   - additions: Statements that the measurement model also has, such as `PU1 ~~ PU2`, in lavaan's syntax.
  ///   - convention: Whose standard errors are shown.
  ///   - options: How the model is fitted.
  /// - Throws: ``StudyError`` for data or a model that cannot be fitted. Not converging is no error: see
  ///   `FittedModel.convergence`.
  /// - Complexity: that of one fit.
  public init(
    constructs: [StudyConstruct], data: DataTable, additions: String = "",
    convention: StudyConvention = .lavaan,
    options: FitOptions = FitOptions()
  ) throws(StudyError) {
    let model = try FactorModelBuilder(constructs, additions: additions).model()
    let fit: FittedModel
    do { fit = try model.fit(to: data, options: options) } catch {
      throw .unavailable("The measurement model", error)
    }
    self.init(constructs: constructs, fit: fit, convention: convention, additions: additions)
  }

  /// Reads the measurement part of a fit, which may be that of the structural model.
  ///
  /// - Parameters:
  ///   - constructs: The constructs to show; items that do not load on them in the fit are left out.
  ///   - fit: The fit; of several groups the first is shown.
  ///   - convention: Whose standard errors are shown.
  ///   - additions: The statements that the model has besides, which models made from this one take over.
  public init(
    constructs: [StudyConstruct], fit: FittedModel, convention: StudyConvention = .lavaan,
    additions: String = ""
  ) {
    self.constructs = constructs
    self.additions = additions
    self.fit = fit
    self.convention = convention
    findings = fit.admissibility()
    let covariance = try? fit.estimateCovariance(convention)
    let lines = fit.parameterEstimates(covariance)
    let standardized = fit.standardizedEstimates(.all, nil)
    var explained: [String: Double] = [:]
    for line in fit.explainedVariances() where line.block == 1 { explained[line.variable] = line.rSquared }
    var loadings: [Loading] = []
    for construct in constructs {
      for item in construct.itemCodes {
        guard
          let index = fit.table.rows.firstIndex(where: {
            $0.op == .measurement && $0.lhs == construct.code && $0.rhs == item && $0.block == 1
          }), let estimate = lines[index].estimate
        else { continue }
        let isMarker = fit.table.rows[index].free == 0
        loadings.append(
          Loading(
            construct: construct.code, item: item, estimate: estimate,
            standardError: isMarker ? nil : lines[index].standardError,
            criticalRatio: lines[index].z, pValue: lines[index].pValue,
            standardized: standardized.indices.contains(index) ? standardized[index].estimate : nil,
            squaredMultipleCorrelation: explained[item], isMarker: isMarker))
      }
    }
    self.loadings = loadings
    qualities = constructs.map { construct in
      Self.quality(construct.code, loadings.filter { $0.construct == construct.code })
    }
  }

  private static func quality(_ code: String, _ loadings: [Loading]) -> Quality {
    var quality = Quality(construct: code)
    let values = loadings.compactMap(\.standardized)
    guard values.count == loadings.count, values.count > 1 else {
      quality.reason =
        loadings.count == 1
        ? Wording("one item: measured without error by assumption", "仅有一个题项，假定无测量误差")
        : Wording("loadings are not defined", "载荷无法计算")
      return quality
    }
    guard values.allSatisfy({ $0.magnitude <= 1 }) else {
      quality.reason = Wording(
        "a standardised loading beyond 1 (negative residual variance)", "标准化载荷超过1（残差方差为负）")
      return quality
    }
    let sum = values.reduce(0, +)
    let squares = values.reduce(0) { $0 + $1 * $1 }
    let errors = Double(values.count) - squares
    quality.compositeReliability = sum * sum / (sum * sum + errors)
    quality.averageVariance = squares / Double(values.count)
    return quality
  }

  /// The line of a construct.
  public subscript(construct code: String) -> Quality? { qualities.first { $0.construct == code } }
}

/// Builds confirmatory factor models of constructs.
struct FactorModelBuilder {
  /// For each factor its name and items.
  var factors: [(name: String, items: [String])]
  /// Further statements.
  var statements: [Statement] = []

  /// One factor for each construct.
  ///
  /// - Throws: ``StudyError`` for a construct without items or additions that cannot be read.
  init(_ constructs: [StudyConstruct], additions: String = "") throws(StudyError) {
    guard !constructs.isEmpty else { throw StudyError(.tooFewItems, "The study has no construct.") }
    for construct in constructs where construct.items.isEmpty {
      throw StudyError(
        .tooFewItems, "The construct \(construct.code) has no item.",
        hint: "Name the columns that measure it.",
        at: construct.place)
    }
    factors = constructs.map { ($0.code, $0.itemCodes) }
    guard !additions.isEmpty else { return }
    do { statements = try ModelSyntax(parsing: additions).statements } catch {
      throw StudyError(.unavailable, "The measurement model's additions cannot be read: \(error)")
    }
  }

  /// Factors that are each measured by the items of several constructs.
  init(groups: [[StudyConstruct]], statements: [Statement] = []) {
    self.statements = statements
    factors = groups.map { group in
      (group.map(\.code).joined(separator: "+"), group.flatMap(\.itemCodes))
    }
  }

  /// The model.
  func model() throws(StudyError) -> Model {
    Model(preset: .cfa) {
      for factor in factors { Latent(factor.name).measured(by: factor.items) }
      statements
    }
  }
}
