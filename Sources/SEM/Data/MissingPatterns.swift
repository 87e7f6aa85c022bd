public import SEMNumerics

/// Incomplete rows as their patterns: which variables are observed together, how often, and with what moments.
///
/// This is all that a normal likelihood of incomplete data needs; rows are not looked at again.
public struct MissingPatterns: Sendable, Hashable {
  /// The rows in which the same variables are observed.
  public struct Pattern: Sendable, Hashable {
    /// The places of the observed variables, ascending.
    public let observed: [Int]
    /// The number of rows.
    public let count: Int
    /// The sum of the rows' weights: ``count`` without any.
    public let weight: Double
    /// The means of the observed variables.
    public let mean: [Double]
    /// D with D Dᵀ the covariance matrix (divisor ``weight``): one row per observed variable, no more columns than needed.
    public let deviations: Matrix

    /// The covariance matrix of the observed variables, divisor ``weight``.
    public var covariance: Matrix { deviations * deviations.transposed }
  }

  /// The variables.
  public let variables: [String]
  /// The patterns, those with more observed variables first, then in order of first appearance.
  public let patterns: [Pattern]
  /// For every row the index of its pattern.
  public let patternOfRow: [Int]
  /// What follows from the patterns alone and is needed more than once.
  let shared = Memo()

  /// The number of rows.
  public var count: Int { patternOfRow.count }

  /// Whether variables, patterns and the rows' patterns are equal.
  public static func == (left: MissingPatterns, right: MissingPatterns) -> Bool {
    left.variables == right.variables && left.patternOfRow == right.patternOfRow
      && left.patterns == right.patterns
  }

  /// Hashes what ``==(_:_:)`` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(variables)
    hasher.combine(patterns)
    hasher.combine(patternOfRow)
  }

  private init(variables: [String], patterns: [Pattern], patternOfRow: [Int]) {
    self.variables = variables
    self.patterns = patterns
    self.patternOfRow = patternOfRow
  }

  /// Sorts rows by pattern; NaN marks a missing value, and a row without any observed value has a pattern of its own.
  ///
  /// - Parameters:
  ///   - rows: cases × variables.
  ///   - variables: The names of the columns.
  ///   - weights: The rows' weights, none negative, which sum to their number; `nil` for equal ones.
  /// - Complexity: O(N p) for the patterns and O(N p²) for the moments.
  public init(_ rows: Matrix, variables: [String], weights: [Double]? = nil) {
    precondition(rows.columnCount == variables.count, "One name for each column.")
    precondition(weights == nil || weights?.count == rows.rowCount, "One weight for each row.")
    self.variables = variables
    let (appearance, members) = Self.members(rows)
    let observed = members.map { rowsOfPattern in
      variables.indices.filter { !rows[rowsOfPattern[0], $0].isNaN }
    }
    let order = members.indices.sorted {
      observed[$0].count == observed[$1].count ? $0 < $1 : observed[$0].count > observed[$1].count
    }
    patterns = order.map { index in
      let (own, places) = (members[index], observed[index])
      return weights.map { Pattern(rows, members: own, observed: places, weighted: $0) }
        ?? Pattern(rows, members: own, observed: places)
    }
    var place = [Int](repeating: 0, count: order.count)
    for (position, pattern) in order.enumerated() { place[pattern] = position }
    patternOfRow = appearance.map { place[$0] }
  }

  /// Patterns in order of first appearance: that of every row, and the rows of each.
  private static func members(_ rows: Matrix) -> (ofRow: [Int], members: [[Int]]) {
    struct Step: Hashable {
      var before: Int
      var word: UInt64
    }
    let n = rows.rowCount
    var ids = [Int](repeating: 0, count: n)
    var patternCount = n > 0 ? 1 : 0
    // 64 variables at a time, each time telling apart what was alike so far.
    var first = 0
    while first < rows.columnCount {
      let last = min(first + 64, rows.columnCount)
      var words = [UInt64](repeating: 0, count: n)
      for column in first..<last {
        let bit = UInt64(1) << UInt64(column - first)
        for row in 0..<n where rows.elements[row + column * n].isNaN { words[row] |= bit }
      }
      var known: [Step: Int] = [:]
      for row in 0..<n {
        let step = Step(before: ids[row], word: words[row])
        if let id = known[step] {
          ids[row] = id
        } else {
          ids[row] = known.count
          known[step] = known.count
        }
      }
      patternCount = known.count
      first = last
    }
    var members = [[Int]](repeating: [], count: patternCount)
    for (row, id) in ids.enumerated() { members[id].append(row) }
    return (ids, members)
  }

  /// The number of rows in which each variable is observed.
  public var observedCounts: [Int] {
    var counts = [Int](repeating: 0, count: variables.count)
    for pattern in patterns { for variable in pattern.observed { counts[variable] += pattern.count } }
    return counts
  }

  /// The sum of the weights of the rows in which each variable is observed.
  package var observedWeights: [Double] {
    var sums = [Double](repeating: 0, count: variables.count)
    for pattern in patterns { for variable in pattern.observed { sums[variable] += pattern.weight } }
    return sums
  }

  /// The share of rows in which two variables are observed together; the diagonal has the shares of each.
  ///
  /// - Complexity: O(p²) for each pattern.
  public var coverage: Matrix {
    var result = Matrix(rowCount: variables.count, columnCount: variables.count)
    let p = variables.count
    result.elements.withUnsafeMutableBufferPointer { result in
      for pattern in patterns {
        let share = Double(pattern.count) / Double(count)
        for j in pattern.observed { for i in pattern.observed { result[i + j * p] += share } }
      }
    }
    return result
  }

  /// The means and variances of what is observed of each variable (divisor: the number of its values),
  /// weighted where rows have weights.
  ///
  /// A variable without a value of positive weight has mean and variance 0.
  public func availableMoments() -> (mean: [Double], variance: [Double]) {
    shared.value("available") { findAvailableMoments() }
  }

  private func findAvailableMoments() -> (mean: [Double], variance: [Double]) {
    var mean = [Double](repeating: 0, count: variables.count)
    var counts = mean
    var variance = mean
    mean.withUnsafeMutableBufferPointer { mean in
      counts.withUnsafeMutableBufferPointer { counts in
        variance.withUnsafeMutableBufferPointer { variance in
          for pattern in patterns where pattern.weight > 0 {
            for place in 0..<pattern.observed.count {
              let variable = pattern.observed[place]
              counts[variable] += pattern.weight
              // Updating the mean, not a sum, keeps digits where means are large.
              mean[variable] += pattern.weight * (pattern.mean[place] - mean[variable]) / counts[variable]
            }
          }
          for pattern in patterns where pattern.weight > 0 {
            let q = pattern.observed.count
            for place in 0..<q {
              let variable = pattern.observed[place]
              var sum = pattern.mean[place] - mean[variable]
              sum *= sum
              for column in 0..<pattern.deviations.columnCount {
                let value = pattern.deviations.elements[place + column * q]
                sum += value * value
              }
              variance[variable] += pattern.weight / counts[variable] * sum
            }
          }
        }
      }
    }
    return (mean, variance)
  }
}

extension MissingPatterns.Pattern {
  fileprivate init(
    selected observed: [Int], of other: MissingPatterns.Pattern, mean: [Double], deviations: Matrix
  ) {
    self.observed = observed
    count = other.count
    weight = other.weight
    self.mean = mean
    self.deviations = deviations
  }

  /// The moments of some rows with the same observed variables.
  fileprivate init(_ rows: Matrix, members: [Int], observed: [Int]) {
    let p = observed.count
    let n = Double(members.count)
    self.observed = observed
    count = members.count
    weight = n
    var mean = [Double](repeating: 0, count: p)
    if members.count - 1 <= p {
      // Each further row adds √(k / (k+1)) (y - mean of the k before it) to the deviations (Welford 1962).
      var columns: [Double] = []
      columns.reserveCapacity(max(members.count - 1, 0) * p)
      for (k, row) in members.enumerated() {
        let factor = (Double(k) / Double(k + 1) / n).squareRoot()
        for (place, variable) in observed.enumerated() {
          let difference = rows[row, variable] - mean[place]
          if k > 0 { columns.append(factor * difference) }
          mean[place] += difference / Double(k + 1)
        }
      }
      self.mean = mean
      deviations = Matrix(rowCount: p, columnCount: max(members.count - 1, 0), columnMajor: columns)
      return
    }
    for (place, variable) in observed.enumerated() {
      for row in members { mean[place] += rows[row, variable] }
      mean[place] /= n
    }
    var products = Matrix(rowCount: p, columnCount: p)
    var deviation = [Double](repeating: 0, count: p)
    for row in members {
      for (place, variable) in observed.enumerated() { deviation[place] = rows[row, variable] - mean[place] }
      for j in 0..<p {
        let factor = deviation[j] / n
        for i in j..<p { products.elements[i + j * p] += factor * deviation[i] }
      }
    }
    self.mean = mean
    deviations = Self.factor(products)
  }

  /// The weighted moments of some rows; those of a pattern without weight are 0.
  fileprivate init(_ rows: Matrix, members: [Int], observed: [Int], weighted weights: [Double]) {
    let p = observed.count
    let total = members.reduce(0) { $0 + weights[$1] }
    var mean = [Double](repeating: 0, count: p)
    var products = Matrix(rowCount: p, columnCount: p)
    if total > 0 {
      for (place, variable) in observed.enumerated() {
        for row in members { mean[place] += weights[row] * rows[row, variable] / total }
      }
      for row in members {
        let deviation = observed.enumerated().map { rows[row, $1] - mean[$0] }
        for j in 0..<p {
          let factor = weights[row] / total * deviation[j]
          for i in j..<p { products[i, j] += factor * deviation[i] }
        }
      }
    }
    self.observed = observed
    count = members.count
    weight = total
    self.mean = mean
    deviations = Self.factor(products)
  }

  /// D with D Dᵀ = A for a positive semidefinite A of which the lower triangle is given, by Cholesky with pivoting.
  ///
  /// Source: Higham (2002), Accuracy and Stability of Numerical Algorithms, section 10.3.
  private static func factor(_ matrix: Matrix) -> Matrix {
    let p = matrix.rowCount
    var rest = matrix
    for j in 0..<p { for i in 0..<j { rest[i, j] = matrix[j, i] } }
    let original = matrix.diagonal
    var columns: [Double] = []
    var rank = 0
    while rank < p {
      // The variable of which most is left, relative to its variance.
      var best = -1
      var share = Double(p) * 0x1p-50
      for i in 0..<p where original[i] > 0 && rest[i, i] > share * original[i] {
        best = i
        share = rest[i, i] / original[i]
      }
      guard best >= 0 else { break }
      let root = rest[best, best].squareRoot()
      let column = (0..<p).map { rest[$0, best] / root }
      for j in 0..<p { for i in 0..<p { rest[i, j] -= column[i] * column[j] } }
      for i in 0..<p {
        rest[i, best] = 0
        rest[best, i] = 0
      }
      columns += column
      rank += 1
    }
    return Matrix(rowCount: p, columnCount: rank, columnMajor: columns)
  }
}

extension MissingPatterns {
  /// The patterns of some of the variables; patterns that become equal stay apart.
  package func selecting(_ places: [Int]) -> MissingPatterns {
    let selected = patterns.map { pattern in
      let kept = places.indices.compactMap { place in
        pattern.observed.firstIndex(of: places[place]).map { (place: place, old: $0) }
      }
      return Pattern(
        selected: kept.map(\.place), of: pattern, mean: kept.map { pattern.mean[$0.old] },
        deviations: pattern.deviations.submatrix(
          rows: kept.map(\.old), columns: Array(0..<pattern.deviations.columnCount)))
    }
    return MissingPatterns(
      variables: places.map { variables[$0] }, patterns: selected, patternOfRow: patternOfRow)
  }
}
