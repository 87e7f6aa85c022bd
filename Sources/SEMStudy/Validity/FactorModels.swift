public import SEM
internal import SEMNumerics

/// Competing factor models: the constructs' own factors, and models in which factors are merged step by step down to one.
///
/// If fewer factors fit as well, constructs cannot be told apart.
public struct FactorModels: Sendable {
  /// One model.
  public struct Candidate: Sendable {
    /// The codes of the constructs that share a factor, factor by factor.
    public let factors: [[String]]
    /// The fit.
    public let fit: FittedModel
    /// Its indices.
    public let indices: FitIndices
    /// χ² and df against the first model; `nil` for the first, and where a scaled difference cannot be had.
    public let difference: ChiSquareTest?
    /// What makes the solution improper; empty for a proper one.
    public let findings: [InadmissibleFinding]

    /// The factors as `PU+PEOU; PFC; PR`.
    public var label: String { factors.map { $0.joined(separator: "+") }.joined(separator: "; ") }
  }

  /// The models, that with all factors first.
  public let candidates: [Candidate]

  /// Fits the models.
  ///
  /// - Parameters:
  ///   - constructs: The constructs.
  ///   - data: A table whose columns are named like the items.
  ///   - merges: The steps: each joins the factors of the named constructs, on top of the steps before it. `nil` joins in
  ///     each step the two factors with the largest |r| of the step before. The last model is always that of one factor.
  ///   - additions: Statements that all models have besides, such as `PU1 ~~ PU2`, in lavaan's syntax.
  ///   - convention: Whose indices are shown.
  ///   - options: How models are fitted.
  /// - Throws: ``StudyError``.
  /// - Complexity: one fit a step.
  public init(
    _ constructs: [StudyConstruct], data: DataTable, merges: [[String]]? = nil, additions: String = "",
    convention: StudyConvention = .lavaan, options: FitOptions = FitOptions()
  ) throws(StudyError) {
    let statements = try FactorModelBuilder(constructs, additions: additions).statements
    for code in (merges ?? []).flatMap(\.self) where !constructs.contains(where: { $0.code == code }) {
      throw StudyError(
        .unknownConstruct, "A competing model joins \(code), which is no construct.",
        hint: "The constructs are \(constructs.map(\.code).joined(separator: ", ")).")
    }
    var groups = constructs.map { [$0] }
    var remaining = merges ?? []
    var candidates: [Candidate] = []
    while true {
      let model = try FactorModelBuilder(groups: groups, statements: statements).model()
      let fit: FittedModel
      do { fit = try model.fit(to: data, options: options) } catch {
        throw .unavailable("The model with \(groups.count) factors", error)
      }
      let difference = candidates.first.flatMap { fit.restrictionTest(against: $0.fit, convention) }
      candidates.append(
        Candidate(
          factors: groups.map { $0.map(\.code) }, fit: fit,
          indices: FitIndices(fit, convention: convention), difference: difference,
          findings: fit.admissibility()))
      guard groups.count > 1 else { break }
      let before = groups.count
      while groups.count == before {
        if merges == nil {
          groups = Self.merging(Self.mostCorrelated(fit, groups), in: groups)
        } else if remaining.isEmpty {
          groups = [groups.flatMap(\.self)]
        } else {
          groups = Self.merging(Set(remaining.removeFirst()), in: groups)
        }
      }
    }
    self.candidates = candidates
  }

  /// Joins all factors that hold one of the constructs; the joined factor takes the place of the first.
  private static func merging(_ codes: Set<String>, in groups: [[StudyConstruct]]) -> [[StudyConstruct]] {
    let isJoined = groups.map { $0.contains { codes.contains($0.code) } }
    guard let first = isJoined.firstIndex(of: true) else { return groups }
    var result: [[StudyConstruct]] = []
    for (index, group) in groups.enumerated() {
      if index == first {
        result.append(zip(groups, isJoined).filter(\.1).flatMap(\.0))
      } else if !isJoined[index] {
        result.append(group)
      }
    }
    return result
  }

  /// A construct of each of the two factors with the largest |r|; of the first two where no correlation is defined.
  private static func mostCorrelated(_ fit: FittedModel, _ groups: [[StudyConstruct]]) -> Set<String> {
    var best: (size: Double, pair: [Int]) = (-1, [0, 1])
    if let matrices = fit.matrices(ofBlock: 0) {
      let latent = Array(matrices.latent)
      for j in groups.indices {
        for i in groups.indices where i < j && latent.indices.contains(j) {
          let (a, b) = (latent[i], latent[j])
          let product = matrices.totalCovariance[a, a] * matrices.totalCovariance[b, b]
          guard product > 0 else { continue }
          let size = matrices.totalCovariance[a, b].magnitude / product.squareRoot()
          if size > best.size { best = (size, [i, j]) }
        }
      }
    }
    return Set(best.pair.compactMap { groups[$0].first?.code })
  }
}
