internal import SEMNumerics

/// Whether items share enough for a factor analysis: Kaiser, Meyer and Olkin's measure and Bartlett's test of sphericity.
///
/// With partial correlations q given all other items, KMO = Σ r² / (Σ r² + Σ q²) over all pairs, MSA the same over the pairs
/// of one item; 0 where nothing correlates. Bartlett: χ² = -(N - 1 - (2p + 5) / 6) ln |R|, df = p (p - 1) / 2.
///
/// Sources: Kaiser and Rice (1974), Educational and Psychological Measurement 34, 111-117; Bartlett (1950), British Journal
/// of Psychology (Statistical Section) 3, 77-85.
public struct SamplingAdequacy: Sendable, Hashable {
  /// Kaiser's words for the measure (1974, Psychometrika 39, 31-36).
  public enum Grade: String, Sendable, Hashable, CaseIterable, Codable {
    /// 0.9 or more.
    case marvelous
    /// 0.8 or more.
    case meritorious
    /// 0.7 or more.
    case middling
    /// 0.6 or more.
    case mediocre
    /// 0.5 or more.
    case miserable
    /// Below 0.5.
    case unacceptable
  }

  /// One item.
  public struct Item: Sendable, Hashable {
    /// The item.
    public let name: String
    /// Its measure of sampling adequacy (MSA).
    public let adequacy: Double
  }

  /// The measure of all items (KMO).
  public let overall: Double
  /// The items.
  public let items: [Item]
  /// Bartlett's χ².
  public let chiSquare: Double
  /// Its degrees of freedom.
  public let degreesOfFreedom: Int
  /// The natural logarithm of the determinant of the correlations.
  public let logDeterminant: Double
  /// The number of cases.
  public let count: Int

  /// The probability of ``chiSquare`` if all correlations are 0.
  public var pValue: Double {
    ChiSquareDistribution(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(at: chiSquare)
  }
  /// Kaiser's word for ``overall``.
  public var grade: Grade { Self.grade(overall) }

  /// Kaiser's word for a value.
  public static func grade(_ value: Double) -> Grade {
    switch value {
    case 0.9...: .marvelous
    case 0.8...: .meritorious
    case 0.7...: .middling
    case 0.6...: .mediocre
    case 0.5...: .miserable
    default: .unacceptable
    }
  }

  /// Computes both.
  ///
  /// - Throws: ``StudyError``: fewer than two items (``StudyError/Code/tooFewItems``), or correlations that are singular or
  ///   indefinite (``StudyError/Code/unavailable``), as with fewer cases than items.
  /// - Complexity: O(p³).
  public init(_ moments: ItemMoments) throws(StudyError) {
    let p = moments.items.count
    guard p >= 2 else {
      throw StudyError(
        .tooFewItems, "Sampling adequacy needs at least two items; there \(p == 1 ? "is one" : "are none").")
    }
    let factor = try moments.definiteFactor("Sampling adequacy and Bartlett's test")
    let inverse = factor.inverse()
    var (shared, partial) = ([Double](repeating: 0, count: p), [Double](repeating: 0, count: p))
    for j in 0..<p {
      for i in 0..<p where i != j {
        let r = moments.correlation[i, j]
        shared[j] += r * r
        partial[j] += inverse[i, j] * inverse[i, j] / (inverse[i, i] * inverse[j, j])
      }
    }
    let (sumShared, sumPartial) = (shared.reduce(0, +), partial.reduce(0, +))
    func share(_ a: Double, _ b: Double) -> Double { a + b > 0 ? a / (a + b) : 0 }
    overall = share(sumShared, sumPartial)
    items = (0..<p).map { Item(name: moments.items[$0], adequacy: share(shared[$0], partial[$0])) }
    logDeterminant = factor.logDeterminant
    let multiplier = Double(moments.count) - 1 - Double(2 * p + 5) / 6
    chiSquare = max(0, -multiplier * factor.logDeterminant)
    degreesOfFreedom = p * (p - 1) / 2
    count = moments.count
  }
}

extension ItemMoments {
  /// The eigenvalues of the correlations, descending.
  ///
  /// - Throws: ``StudyError/Code/unavailable`` for correlations that are not finite.
  /// - Complexity: O(p³).
  public func eigenvalues() throws(StudyError) -> [Double] { try eigen().values.reversed() }

  /// The number of eigenvalues above 1 (Kaiser 1960; Guttman 1954), at least 1.
  ///
  /// - Throws: as ``eigenvalues()``.
  public func kaiserCount() throws(StudyError) -> Int { max(1, try eigenvalues().count { $0 > 1 }) }

  func eigen() throws(StudyError) -> SymmetricEigen {
    guard let eigen = try? SymmetricEigen(correlation) else {
      throw StudyError(.unavailable, "The correlations of the items have no eigenvalues.")
    }
    return eigen
  }

  /// The Cholesky factor of the correlations, which must be safely positive definite.
  func definiteFactor(_ purpose: String) throws(StudyError) -> Cholesky {
    if let factor = try? Cholesky(correlation), factor.smallestPivotRatio > 1e-10 { return factor }
    if missing == .listwise, count <= items.count {
      throw StudyError(
        .tooFewCases, "\(purpose) of \(items.count) items needs more cases than items; there are \(count).")
    }
    throw StudyError(
      .unavailable, "\(purpose) cannot be computed: the correlations are not positive definite.",
      hint: missing == .pairwise
        ? "Correlations from pairs need not fit together; use all answers by full information, or listwise answers."
        : "One item is determined by the others: look for an item that is there twice, or a sum of others.")
  }
}
