import SEM
import SEMStudy
import Testing

@Suite struct GroupTests {
  static let groups: StudyGroups = {
    var groups = StudyGroups("GROUP")
    groups.values = ["micro_small", "medium"]
    groups.labels = [Wording("Micro and small", "小微企业"), Wording("Medium", "中型企业")]
    return groups
  }()
  static let comparison = Result {
    try GroupComparison(P2P.model(), data: P2P.table("p2p-survey-two-groups"), groups: groups)
  }

  /// lavaan 0.6-14: χ² 764.427 (774), 781.355 (794), 817.953 (807).
  @Test func ladderAsInLavaan() throws {
    let comparison = try Self.comparison.get()
    #expect(
      comparison.steps.map(\.step) == [
        .unconstrained, .measurementWeights, .structuralWeights, .structuralCovariances, .structuralResiduals,
        .measurementResiduals,
      ])
    let expected: [(Double, Double, Double, Double, Double)] = [
      (764.427, 774, 1.000, 0.000, 0.053), (781.355, 794, 1.000, 0.000, 0.054),
      (817.953, 807, 0.998, 0.009, 0.077),
    ]
    for (step, values) in zip(comparison.steps, expected) {
      expectNear(step.indices[.chiSquare], values.0, within: printed3, "\(step.step) chisq")
      expectNear(step.indices[.degreesOfFreedom], values.1, within: 0, "\(step.step) df")
      expectNear(step.indices[.cfi], values.2, within: printed3, "\(step.step) cfi")
      expectNear(step.indices[.rmsea], values.3, within: printed3, "\(step.step) rmsea")
      expectNear(step.indices[.srmr], values.4, within: printed3, "\(step.step) srmr")
    }
    let weights = try #require(comparison.steps[1].againstPrevious)
    expectNear(weights.test.statistic, 16.929, within: 2 * printed3, "Δχ²")
    expectNear(weights.test.pValue, 0.657609, within: 1e-4, "p")
    let structural = try #require(comparison.steps[2].againstPrevious)
    expectNear(structural.test.statistic, 36.597, within: 2 * printed3, "Δχ²")
    expectNear(structural.test.pValue, 0.000479, within: 1e-6, "p")
    let first = try #require(comparison.steps[2].againstFirst)
    #expect(first.test.degreesOfFreedom == 33)
    expectNear(first.test.statistic, 36.597 + 16.929, within: 4 * printed3, "Δχ²")
    #expect(first.changes[.cfi] ?? 0 < 0 && first.changes[.nfi] ?? 0 < 0)
    #expect(comparison.groups.map(\.count) == [210, 150])
    #expect(comparison.groups.map(\.label[.chinese]) == ["小微企业", "中型企业"])
  }

  /// The degrees of freedom that each step adds: 10 covariances and variances of PEOU, PR, PFC, SN, 3 of SIZE and AGE; 4
  /// disturbances; 28 residuals.
  @Test func stepsAddWhatTheySay() throws {
    let comparison = try Self.comparison.get()
    let added = comparison.steps.dropFirst().compactMap(\.againstPrevious?.test.degreesOfFreedom)
    #expect(added == [20, 13, 13, 4, 28])
    for step in comparison.steps {
      #expect(step.fit.convergence.isConverged)
      #expect(step.findings.isEmpty)
    }
  }

  /// AMOS's χ² is (N - G) / N times lavaan's.
  @Test func amosConvention() throws {
    let amos = try GroupComparison(
      P2P.model(), data: P2P.table("p2p-survey-two-groups"), groups: Self.groups, convention: .amos)
    for (a, b) in zip(amos.steps, try Self.comparison.get().steps) {
      expectNear(
        a.indices[.chiSquare], (b.indices[.chiSquare] ?? .nan) * 358 / 360, within: 1e-8, "\(a.step)")
    }
    // AMOS's RMSEA has no √G.
    let step = try #require(amos[.measurementResiduals])
    let c = try #require(step.indices[.chiSquare])
    let d = try #require(step.indices[.degreesOfFreedom])
    expectNear(step.indices[.rmsea], (max(c - d, 0) / (358 * d)).squareRoot(), within: rounding, "RMSEA")
  }

  /// lavaan 0.6-14, unconstrained model and model with equal loadings: estimate, standard error, p, std.all.
  static let paths: [(GroupStep, [(String, [Double], [Double])])] = [
    (
      .unconstrained,
      [
        ("PU", [0.248, 0.075, 0.001, 0.242], [0.211, 0.086, 0.015, 0.256]),
        ("PEOU", [-0.067, 0.100, 0.505, -0.052], [0.086, 0.091, 0.349, 0.112]),
        ("TR", [0.501, 0.094, 0.000, 0.414], [0.136, 0.087, 0.116, 0.161]),
        ("PR", [-0.352, 0.088, 0.000, -0.318], [-0.061, 0.087, 0.485, -0.075]),
        ("PFC", [-0.204, 0.085, 0.017, -0.159], [-0.053, 0.080, 0.506, -0.068]),
        ("SN", [0.114, 0.063, 0.072, 0.114], [0.108, 0.083, 0.192, 0.141]),
      ]
    ),
    (
      .measurementWeights,
      [
        ("PU", [0.240, 0.071, 0.001, 0.245], [0.249, 0.097, 0.010, 0.264]),
        ("PEOU", [-0.062, 0.089, 0.490, -0.054], [0.104, 0.113, 0.359, 0.111]),
        ("TR", [0.473, 0.086, 0.000, 0.413], [0.151, 0.100, 0.133, 0.153]),
        ("PR", [-0.331, 0.083, 0.000, -0.314], [-0.086, 0.101, 0.395, -0.093]),
        ("PFC", [-0.181, 0.075, 0.016, -0.159], [-0.045, 0.102, 0.662, -0.045]),
        ("SN", [0.119, 0.064, 0.061, 0.119], [0.122, 0.091, 0.183, 0.145]),
      ]
    ),
  ]

  @Test(arguments: 0..<2) func pathsOfGroups(_ index: Int) throws {
    let (step, expected) = Self.paths[index]
    let paths = try GroupPaths(Self.comparison.get(), step: step)
    for (from, small, medium) in expected {
      let path = try #require(paths.paths.first { $0.to == "FI" && $0.from == from })
      for (estimate, values) in zip(path.estimates, [small, medium]) {
        expectNear(estimate?.estimate, values[0], within: printed3, path.arrow)
        expectNear(estimate?.standardError, values[1], within: printed3, path.arrow)
        expectNear(estimate?.pValue, values[2], within: printed3, path.arrow)
        expectNear(estimate?.standardized, values[3], within: printed3, path.arrow)
      }
      guard step == .unconstrained else { continue }
      // Without equalities the groups are independent: (b₁ - b₂) / √(V₁ + V₂).
      let difference = try #require(path.differences.first)
      let (a, b) = (try #require(path.estimates[0]), try #require(path.estimates[1]))
      let variance =
        (a.standardError ?? .nan) * (a.standardError ?? .nan) + (b.standardError ?? .nan)
        * (b.standardError ?? .nan)
      expectNear(
        difference.criticalRatio, (a.estimate - b.estimate) / variance.squareRoot(), within: 1e-8, path.arrow)
    }
    #expect(paths.paths.count == 13)
    let trust = try #require(paths.paths.first { $0.to == "FI" && $0.from == "TR" }?.differences.first)
    #expect((trust.pValue ?? 1) < 0.05)
    // With equal weights there is no difference left to test.
    let equal = try GroupPaths(Self.comparison.get(), step: .structuralWeights)
    #expect(equal.paths.allSatisfy { $0.differences.allSatisfy { $0.criticalRatio == nil } })
  }

  /// The library's ladder of invariance with equal loadings and intercepts has the same χ².
  @Test func intercepts() throws {
    let text = "PU =~ PU1 + PU2 + PU3 + PU4\nFI =~ FI1 + FI2 + FI3\nFI ~ PU"
    let data = try P2P.table("p2p-survey-two-groups")
    let comparison = try GroupComparison(
      Model(text), data: data, groups: StudyGroups("GROUP"), includesMeans: true)
    #expect(comparison.steps.map(\.step) == GroupStep.allCases)
    let ladder = try MeasurementInvariance(Model(text), table: data, group: "GROUP")
    for (step, level) in [
      (GroupStep.unconstrained, InvarianceLevel.configural), (.measurementWeights, .metric),
      (.measurementIntercepts, .scalar),
    ] {
      let other = try #require(ladder.steps.first { $0.level == level })
      expectNear(
        comparison[step]?.indices[.chiSquare], other.fit.chiSquare.statistic, within: 1e-6, "\(step)")
      #expect(comparison[step]?.fit.degreesOfFreedom == other.fit.degreesOfFreedom)
    }
    // FI's intercept, PU's mean.
    #expect(comparison[.structuralIntercepts]?.againstPrevious?.test.degreesOfFreedom == 1)
    #expect(comparison[.structuralMeans]?.againstPrevious?.test.degreesOfFreedom == 1)
  }

  /// A label at two elements holds within each group, a label at one does not bind groups.
  @Test func labels() throws {
    let data = try P2P.table("p2p-survey-two-groups")
    let free = "PU =~ PU1 + PU2 + PU3 + PU4\nTR =~ TR1 + a*TR2 + TR3 + TR4\nTR ~ b*PU\nc := b*2"
    let bound = "PU =~ PU1 + PU2 + PU3 + PU4\nTR =~ TR1 + a*TR2 + a*TR3 + TR4\nTR ~ PU\na < 2"
    let one = try GroupComparison(Model(free), data: data, groups: StudyGroups("GROUP"))
    let two = try GroupComparison(Model(bound), data: data, groups: StudyGroups("GROUP"))
    #expect(one.steps[0].fit.degreesOfFreedom == 38)
    #expect(two.steps[0].fit.degreesOfFreedom == 40)
    #expect(one.notes.isEmpty && two.notes.count == 1)
    // Six loadings are free in each group, five are different ones where two are equal.
    #expect(one.steps[1].fit.degreesOfFreedom == 44 && two.steps[1].fit.degreesOfFreedom == 45)
  }

  @Test func badGroups() throws {
    let data = try P2P.table("p2p-survey-two-groups")
    var unknown = StudyGroups("GROUP")
    unknown.values = ["micro_small", "large"]
    for groups in [StudyGroups("NONE"), unknown] {
      #expect(throws: StudyError.self) { try GroupComparison(P2P.model(), data: data, groups: groups) }
    }
    var single = StudyGroups("GROUP")
    single.values = ["medium"]
    let error = #expect(throws: StudyError.self) {
      try GroupComparison(P2P.model(), data: data, groups: single)
    }
    #expect(error?.code == .groups)
    // SIZE as group: its smallest group has fewer cases than the model has variables.
    #expect(throws: StudyError.self) {
      try GroupComparison(P2P.model(), data: data, groups: StudyGroups("PU1"))
    }
  }
}
