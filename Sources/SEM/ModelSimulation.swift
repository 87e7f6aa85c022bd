public import SEMNumerics

/// Samples from a model whose parameters are known.
///
/// ```swift
/// let population = try ModelSimulation(Model("f =~ 0.8*x1 + 0.7*x2 + 0.6*x3\nx1 ~~ 0.36*x1"))
/// let sample = population.sample(counts: [300], seed: 1)        // a DataTable of 300 rows
/// ```
public struct ModelSimulation: Sendable {
  /// How cases are distributed about their means.
  public enum Distribution: Sendable, Hashable {
    /// Multivariate normal.
    case normal
    /// √s times a normal vector, s a variance of mean 1 with two values: elliptical, every variable with this excess
    /// kurtosis κ ≥ 0. Normal-theory statistics are then too large by the factor 1 + κ/3 (Browne 1984, section 4).
    ///
    /// s has the variance V = κ/3: s = 1 + √2 V with probability 1/(1 + 2V), else 1 - 1/√2.
    case elliptical(excessKurtosis: Double)
  }

  /// The parameter table.
  public let table: ParameterTable
  /// The values of its rows.
  public let rowValues: [Double]
  /// How cases are distributed.
  public let distribution: Distribution
  private let samplers: [MultivariateNormalSampler]
  private let means: [[Double]]

  /// The population of a model's text: fixed values and `start()` values are true; what has neither is 1 for loadings and
  /// variances and 0 otherwise. Covariates are random.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - groupCount: The number of groups, for models with values of their own in each (`c(0.5, 0.7)*x`).
  ///   - distribution: How cases are distributed.
  /// - Throws: ``SEMError`` for a faulty model, or values that give no positive definite covariance matrix.
  public init(_ model: Model, groupCount: Int = 1, distribution: Distribution = .normal) throws(SEMError) {
    var model = model
    model.options.fixedCovariates = false
    let labels = groupCount > 1 ? (1...groupCount).map { "\($0)" } : []
    let table = try model.specification(groupLabels: labels).table
    var shared: [Int: Double] = [:]
    for row in table.rows where row.free > 0 && shared[row.free] == nil { shared[row.free] = row.start }
    let values = table.rows.map { row -> Double in
      if let value = row.fixedValue ?? row.start ?? shared[row.free] { return value }
      return row.op == .measurement || (row.op == .covariance && row.lhs == row.rhs) ? 1 : 0
    }
    try self.init(table: table, rowValues: values, distribution: distribution)
  }

  /// The population whose parameters are a fit's estimates.
  ///
  /// - Throws: ``SEMError`` where the estimates give no positive definite covariance matrix.
  public init(_ fit: FittedModel, distribution: Distribution = .normal) throws(SEMError) {
    try self.init(table: fit.table, rowValues: fit.rowValues, distribution: distribution)
  }

  private init(table: ParameterTable, rowValues: [Double], distribution: Distribution) throws(SEMError) {
    self.table = table
    self.rowValues = rowValues
    self.distribution = distribution
    var samplers: [MultivariateNormalSampler] = []
    var means: [[Double]] = []
    for block in table.blocks {
      let place = block.groupLabel.isEmpty ? "" : " of group \(block.groupLabel)"
      guard let matrices = ReticularMatrices(block: block, table: table, rowValues: rowValues),
        let sampler = try? MultivariateNormalSampler(covariance: matrices.observedCovariance)
      else {
        throw .data(
          DataError(
            .notPositiveDefinite,
            "The model's values\(place) give no positive definite covariance matrix of the observed variables.",
            hint: "Look for a covariance that is too large for its variances."))
      }
      samplers.append(sampler)
      means.append(matrices.observedMean)
    }
    self.samplers = samplers
    self.means = means
  }

  /// The rows of one group, cases × observed variables in the block's order.
  ///
  /// - Parameters:
  ///   - count: The number of cases.
  ///   - block: The group, from 0.
  ///   - stream: The source of randomness.
  /// - Complexity: O(count p²).
  public func rows(count: Int, block: Int = 0, using stream: inout RandomStream) -> Matrix {
    var rows = samplers[block].sample(count: count, using: &stream)
    if case .elliptical(let kurtosis) = distribution, kurtosis > 0 {
      let variance = kurtosis / 3
      for i in 0..<count {
        let isLarge = stream.uniform() < 1 / (1 + 2 * variance)
        let scale = (isLarge ? 1 + 2.0.squareRoot() * variance : 1 - 0.5.squareRoot()).squareRoot()
        for j in 0..<rows.columnCount { rows[i, j] *= scale }
      }
    }
    for (j, mean) in means[block].enumerated() where mean != 0 {
      for i in 0..<count { rows[i, j] += mean }
    }
    return rows
  }

  /// The moments of rows, divisor N, as a fit takes them.
  ///
  /// - Complexity: O(count p²).
  public func moments(of rows: Matrix, block: Int = 0) -> SampleMoments {
    let n = rows.rowCount
    let p = rows.columnCount
    let factor = 1 / Double(max(n, 1))
    var centred = rows
    var mean = [Double](repeating: 0, count: p)
    for j in 0..<p {
      for i in 0..<n { mean[j] += rows[i, j] * factor }
      for i in 0..<n { centred[i, j] -= mean[j] }
    }
    return SampleMoments(
      variables: table.blocks[block].observed, count: n, mean: mean,
      covariance: factor * centred.crossProduct())
  }

  /// A sample as a table; with several groups a last column `group` holds their labels. A variable that a group has not is
  /// missing there.
  ///
  /// - Parameters:
  ///   - counts: The number of cases of each group.
  ///   - seed: The seed; a sample is a function of seed, number and group alone.
  ///   - number: The number of the sample among many of one seed.
  /// - Complexity: O(N p²).
  public func sample(counts: [Int], seed: UInt64, number: UInt64 = 0) -> DataTable {
    precondition(counts.count == table.blocks.count, "one number of cases for each group")
    var names: [String] = []
    for block in table.blocks { names += block.observed.filter { !names.contains($0) } }
    var columns = [[Double]](repeating: [], count: names.count)
    var groups: [Double] = []
    for (block, count) in counts.enumerated() {
      var stream = RandomStream(seed: seed, stream: number, purpose: UInt64(block))
      let rows = rows(count: count, block: block, using: &stream)
      let own = table.blocks[block].observed
      for (column, name) in names.enumerated() {
        let place = own.firstIndex(of: name)
        columns[column] += place.map(rows.column) ?? [Double](repeating: .nan, count: count)
      }
      groups += [Double](repeating: Double(block + 1), count: count)
    }
    var result = zip(names, columns).map { DataTable.Column(name: $0, values: $1) }
    if counts.count > 1 {
      let name = names.contains("group") ? "group.number" : "group"
      result.append(DataTable.Column(name: name, values: groups))
    }
    return DataTable(checked: result, rowCount: groups.count, file: nil)
  }
}
