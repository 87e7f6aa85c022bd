public import SEM
internal import SEMNumerics

/// Little's test of whether answers are missing completely at random.
///
/// d² = Σⱼ nⱼ (ȳⱼ - μ̂ⱼ)ᵀ Σ̃ⱼ⁻¹ (ȳⱼ - μ̂ⱼ) over the patterns j, with the maximum likelihood means of the observed items and
/// Σ̃ = N / (N - 1) times their covariances; df = Σⱼ pⱼ - p.
///
/// Source: Little (1988), Journal of the American Statistical Association 83, 1198-1202, equation 5.
public struct LittleTest: Sendable, Hashable {
  /// d².
  public let statistic: Double
  /// The degrees of freedom.
  public let degreesOfFreedom: Int
  /// The number of cases with an answer.
  public let count: Int
  /// The upper tail of the chi-square distribution.
  public var pValue: Double {
    ChiSquareDistribution(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(at: statistic)
  }

  init?(_ saturated: SaturatedMoments) {
    guard let patterns = saturated.moments.patterns, let mean = saturated.moments.mean else { return nil }
    let n = Double(patterns.count)
    var statistic = 0.0
    var observed = 0
    for pattern in patterns.patterns where !pattern.observed.isEmpty {
      let block = saturated.moments.covariance.submatrix(rows: pattern.observed, columns: pattern.observed)
      guard let factor = try? Cholesky(block) else { return nil }
      let deviation = zip(pattern.observed, pattern.mean).map { $1 - mean[$0] }
      let solved = factor.solve(deviation)
      statistic += Double(pattern.count) * zip(deviation, solved).reduce(0) { $0 + $1.0 * $1.1 } * (n - 1) / n
      observed += pattern.observed.count
    }
    self.statistic = statistic
    degreesOfFreedom = observed - mean.count
    count = patterns.count
    guard degreesOfFreedom > 0 else { return nil }
  }
}

/// Which answers are missing: by item, by case, and in which patterns.
public struct MissingSummary: Sendable, Hashable {
  /// One item.
  public struct Item: Sendable, Hashable {
    /// The item.
    public let name: String
    /// The number of missing answers.
    public let missingCount: Int
    /// Their share of all rows.
    public let share: Double
  }

  /// Cases with so many missing answers.
  public struct CaseCount: Sendable, Hashable {
    /// The number of missing answers.
    public let missingAnswers: Int
    /// The number of cases.
    public let count: Int
  }

  /// Cases that miss the same items.
  public struct Pattern: Sendable, Hashable {
    /// The missing items; empty for complete cases.
    public let missing: [String]
    /// The number of cases.
    public let count: Int
  }

  /// The number of rows.
  public let rowCount: Int
  /// The items.
  public let items: [Item]
  /// How many cases miss how many answers, ascending.
  public let cases: [CaseCount]
  /// The patterns, the most frequent first.
  public let patterns: [Pattern]
  /// Little's test; `nil` where nothing is missing or ``littleReason`` says why it cannot be computed.
  public let little: LittleTest?
  /// Why there is no test although answers are missing.
  public let littleReason: String?

  /// The number of complete cases.
  public var completeCount: Int { cases.first { $0.missingAnswers == 0 }?.count ?? 0 }
  /// The number of missing answers.
  public var missingCount: Int { items.reduce(0) { $0 + $1.missingCount } }
  /// Their share of all answers.
  public var share: Double {
    rowCount * items.count == 0 ? 0 : Double(missingCount) / Double(rowCount * items.count)
  }

  /// Summarises some columns of a table.
  ///
  /// - Throws: ``StudyError`` for a column that is unknown or holds text. An item without answers is no error.
  /// - Complexity: O(N p), and that of EM for Little's test.
  public init(_ table: DataTable, items names: [String]) throws(StudyError) {
    var columns: [[Double]] = []
    for name in names {
      do { columns.append(try table.numericColumn(name)) } catch { throw StudyError(items: error) }
    }
    let n = table.rowCount
    rowCount = n
    items = zip(names, columns).map { name, column in
      let count = column.count { $0.isNaN }
      return Item(name: name, missingCount: count, share: n == 0 ? 0 : Double(count) / Double(n))
    }
    var patternCounts: [[Int]: Int] = [:]
    var order: [[Int]] = []
    var perCase = [Int](repeating: 0, count: names.count + 1)
    for row in 0..<n {
      let missing = columns.indices.filter { columns[$0][row].isNaN }
      perCase[missing.count] += 1
      if patternCounts.updateValue((patternCounts[missing] ?? 0) + 1, forKey: missing) == nil {
        order.append(missing)
      }
    }
    cases = perCase.enumerated().filter { $0.element > 0 }.map { CaseCount(missingAnswers: $0, count: $1) }
    let sorted = order.enumerated().sorted {
      let (a, b) = (patternCounts[$0.element] ?? 0, patternCounts[$1.element] ?? 0)
      return a == b ? $0.offset < $1.offset : a > b
    }
    patterns = sorted.map { _, missing in
      Pattern(missing: missing.map { names[$0] }, count: patternCounts[missing] ?? 0)
    }
    (little, littleReason) =
      items.contains { $0.missingCount > 0 } ? Self.littleTest(table, names) : (nil, nil)
  }

  private static func littleTest(_ table: DataTable, _ names: [String]) -> (LittleTest?, String?) {
    do {
      guard let group = try IncompleteData(table, variables: names).groups.first,
        let saturated = SaturatedMoments(group.patterns)
      else { return (nil, "The incomplete answers have no positive definite covariance matrix.") }
      guard saturated.isConverged else {
        return (nil, "The maximum likelihood moments of the incomplete answers did not converge.")
      }
      let test = LittleTest(saturated)
      return (test, test == nil ? "All cases with answers miss the same items." : nil)
    } catch {
      return (nil, error.message)
    }
  }
}
