public import SEM
internal import SEMNumerics

/// A step of AMOS's comparison of groups: what is held equal over groups, on top of the steps before it.
public enum GroupStep: String, Sendable, Hashable, CaseIterable, Codable {
  /// Nothing is equal.
  case unconstrained
  /// Loadings.
  case measurementWeights = "measurement-weights"
  /// Intercepts of indicators; the means of latent variables of later groups become free.
  case measurementIntercepts = "measurement-intercepts"
  /// Regression coefficients.
  case structuralWeights = "structural-weights"
  /// Intercepts of outcomes.
  case structuralIntercepts = "structural-intercepts"
  /// Means of exogenous variables.
  case structuralMeans = "structural-means"
  /// Variances and covariances of exogenous variables.
  case structuralCovariances = "structural-covariances"
  /// Variances and covariances of the residuals of outcomes.
  case structuralResiduals = "structural-residuals"
  /// Variances and covariances of the residuals of indicators.
  case measurementResiduals = "measurement-residuals"

  /// Whether the step is about means.
  public var needsMeans: Bool {
    [.measurementIntercepts, .structuralIntercepts, .structuralMeans].contains(self)
  }

  /// AMOS's name of the step.
  public var name: Wording {
    switch self {
    case .unconstrained: Wording("Unconstrained", "无限制模型")
    case .measurementWeights: Wording("Measurement weights", "测量权重")
    case .measurementIntercepts: Wording("Measurement intercepts", "测量截距")
    case .structuralWeights: Wording("Structural weights", "结构权重")
    case .structuralIntercepts: Wording("Structural intercepts", "结构截距")
    case .structuralMeans: Wording("Structural means", "结构均值")
    case .structuralCovariances: Wording("Structural covariances", "结构协方差")
    case .structuralResiduals: Wording("Structural residuals", "结构残差")
    case .measurementResiduals: Wording("Measurement residuals", "测量残差")
    }
  }
}

/// A comparison of groups in AMOS's nesting order, with critical ratios for differences of paths.
public struct GroupComparison: Sendable {
  /// One group.
  public struct Group: Sendable, Hashable {
    /// The value in the data.
    public var value: String
    /// What it is called in print.
    public var label: Wording
    /// The number of its cases.
    public var count: Int
  }

  /// The test of a model against a less restricted one.
  public struct Difference: Sendable, Hashable {
    /// Δχ² with Δdf.
    public var test: ChiSquareTest
    /// The changes of indices: this model's less the other's. AMOS prints NFI Delta-1, IFI Delta-2, RFI rho-1 and TLI rho2
    /// with the opposite sign.
    public var changes: [FitIndex: Double]
  }

  /// One model.
  public struct Step: Sendable {
    /// What is equal.
    public let step: GroupStep
    /// The fit.
    public let fit: FittedModel
    /// Its indices.
    public let indices: FitIndices
    /// Against the unconstrained model; `nil` for that itself, and where a scaled difference cannot be had.
    public let againstFirst: Difference?
    /// Against the model before.
    public let againstPrevious: Difference?
    /// What makes the solution improper; empty for a proper one.
    public let findings: [InadmissibleFinding]
  }

  /// The groups, in the order of the fits' blocks.
  public let groups: [Group]
  /// The models that the steps give; a step that adds no equality is left out.
  public let steps: [Step]
  /// Remarks, such as that constraints were dropped.
  public let notes: [Wording]
  /// The convention.
  public let convention: StudyConvention

  /// The model of a step; `nil` where it was not fitted.
  public subscript(step: GroupStep) -> Step? { steps.first { $0.step == step } }

  /// Fits the models.
  ///
  /// Labels in the model do not make parameters equal over groups here, unlike in `Model.fit(to:group:)`.
  /// Covariates are random, as in AMOS.
  ///
  /// - Parameters:
  ///   - model: The structural model of one group.
  ///   - data: A table with the items, controls and the column of groups.
  ///   - groups: The column, and the values that are compared with their names; without values all, in order of appearance.
  ///   - includesMeans: Whether intercepts and means are part of the model and compared too.
  ///   - convention: Whose χ² and indices are shown.
  ///   - options: How models are fitted; the likelihood should be the normal one.
  /// - Throws: ``StudyError``: unknown or single groups, groups too small, models that cannot be fitted.
  /// - Complexity: one fit a step.
  public init(
    _ model: Model, data: DataTable, groups: StudyGroups, includesMeans: Bool = false,
    convention: StudyConvention = .lavaan, options: FitOptions = FitOptions()
  ) throws(StudyError) {
    let (table, values) = try Self.selectingGroups(data, groups)
    let (freed, dropsConstraints) = model.freedOfLabels(groupCount: values.count, hasMeans: includesMeans)
    let first: FittedModel
    do { first = try freed.fit(to: table, group: groups.variable.text, options: options) } catch {
      throw StudyError(
        .groups, "The model cannot be fitted to the groups of \(groups.variable.text): \(error)",
        hint: "Each group needs more complete rows than the model has observed variables.",
        at: groups.variable.place)
    }
    self.convention = convention
    self.groups = zip(first.table.blocks, first.moments).map { block, sample in
      Group(value: block.groupLabel, label: groups.label(of: block.groupLabel), count: sample.count)
    }
    notes =
      dropsConstraints
      ? [
        Wording(
          "The constraints of the one-group model are not part of the comparison of groups.",
          "单组模型中的约束未纳入多组比较。")
      ] : []
    // Moments are given with divisor N.
    let moments = first.moments.map { sample in
      var sample = sample
      if options.usesUnbiasedCovariance {
        sample.covariance *= Double(sample.count - 1) / Double(sample.count)
      }
      return sample
    }
    var steps: [Step] = []
    var equated = first.table
    for step in GroupStep.allCases where includesMeans || !step.needsMeans {
      let before = equated
      equated.impose(step)
      if step != .unconstrained, equated == before { continue }
      var fit = first
      if step != .unconstrained {
        do {
          fit = try ModelFitter(table: equated, options: options)
            .fit(moments, rows: first.rows, start: equated.averages(of: steps.last?.fit ?? first))
          (fit.design, fit.listwise, fit.incomplete) = (first.design, first.listwise, first.incomplete)
        } catch { throw .unavailable("The model \(step.name.english)", error) }
      }
      steps.append(Self.step(step, fit, after: steps, convention))
    }
    self.steps = steps
  }

  private static func selectingGroups(
    _ data: DataTable, _ groups: StudyGroups
  ) throws(StudyError) -> (DataTable, [String]) {
    let name = groups.variable.text
    guard let column = data[name] else {
      throw StudyError(
        .unknownColumn, "The group variable \(name) is in no column of the data.", at: groups.variable.place)
    }
    let texts = column.texts
    var present: [String] = []
    for case let text? in texts where !present.contains(text) { present.append(text) }
    let values = groups.values.isEmpty ? present : groups.values
    for value in values where !present.contains(value) {
      throw StudyError(
        .groups, "No row has the value \(value) of \(name).",
        hint: "The values are \(present.prefix(12).joined(separator: ", ")).", at: groups.variable.place)
    }
    guard values.count > 1 else {
      throw StudyError(
        .groups,
        "A comparison of groups needs two; \(name) has \(values.count == 1 ? "only the value \(values[0])" : "no value").",
        at: groups.variable.place)
    }
    guard !groups.values.isEmpty else { return (data, values) }
    // Rows in the order of the groups, so that blocks come in it.
    let rows = values.flatMap { value in texts.indices.filter { texts[$0] == value } }
    do { return (try data.selecting(rows: rows), values) } catch { throw .unavailable("Groups", error) }
  }

  private static func step(
    _ step: GroupStep, _ fit: FittedModel, after steps: [Step], _ convention: StudyConvention
  ) -> Step {
    let indices = FitIndices(fit, convention: convention)
    func difference(_ other: Step?) -> Difference? {
      guard let other, let test = fit.restrictionTest(against: other.fit, convention) else { return nil }
      var changes: [FitIndex: Double] = [:]
      for index in [FitIndex.cfi, .tli, .nfi, .rfi, .ifi, .rmsea, .srmr] {
        if let now = indices[index], let before = other.indices[index] { changes[index] = now - before }
      }
      return Difference(test: test, changes: changes)
    }
    return Step(
      step: step, fit: fit, indices: indices, againstFirst: difference(steps.first),
      againstPrevious: difference(steps.last), findings: fit.admissibility())
  }
}
