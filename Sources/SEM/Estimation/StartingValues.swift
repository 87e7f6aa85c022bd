internal import SEMNumerics

/// Starting values without iteration: loadings by instrumental variables, latent covariances by the multiple-group
/// method, regressions by least squares.
///
/// 1. Loadings of a factor from triads, λⱼ/λ₁ = Σₖ wₖ rⱼₖ r₁ₖ / Σₖ wₖ r₁ₖ² (FABIN2, Hägglund 1982), in correlations, so
///    that a change of a variable's unit changes its starting values exactly. The factor's own indicators k have weight
///    1, other observed variables less.
/// 2. Covariances among factors and with other variables through L = (Λᵀ D⁻¹ Λ)⁻¹ Λᵀ D⁻¹ (Guttman 1952). Factors are done
///    level by level, so that second-order factors see first-order ones as their indicators.
/// 3. Regressions by least squares on those covariances; residual variances are what remains, kept positive.
///
/// The user's `start()` values come last and win.
struct StartingValues {
  /// A table row by the numbers of its variables: the block's observed ones, then its latent ones.
  struct Row {
    var op: Operator
    var left: Int
    var right: Int
    var free: Int
    var fixed: Double
    var start: Double?

    var isEstimated: Bool { free > 0 && start == nil }
    /// Where a path leads and where it comes from; `nil` for what is no path.
    var path: (target: Int, origin: Int)? {
      switch op {
      case .measurement: (right, left)
      case .regression: (left, right)
      default: nil
      }
    }
  }

  /// What is known of a variable.
  struct Variable {
    /// Where its loadings begin in ``loadingRows``, and how many there are.
    var firstMember = 0
    var memberCount = 0
    /// The rows of its variance and its intercept, or -1.
    var variance = -1
    var intercept = -1
    var isIndicator = false
    var isOutcome = false
    /// Whether its covariances are known or already estimated.
    var isKnown = false
  }

  let rows: [Row]
  let observedCount: Int
  let hasMeanStructure: Bool
  let sampleMean: [Double]?
  /// The rows of loadings, factor by factor.
  let loadingRows: [Int]
  /// The row of each covariance of two variables.
  private let covarianceRows: ElementIndex
  /// Whether the covariance of any two latent variables is fixed to zero.
  let hasOrthogonalFactors: Bool
  var variables: [Variable]
  /// The known covariances, all variables × all variables.
  var covariance: Matrix
  /// Estimates by row.
  var values: [Double?]

  var variableCount: Int { variables.count }

  /// The share of a variance that is never given away to or taken from a residual.
  static let leastShare = 0.1

  /// Starting values of all free parameters; a parameter shared by blocks takes the first block's value.
  ///
  /// - Parameter numbered: The table's rows by number, where they are at hand.
  static func values(
    table: ParameterTable, moments: [SampleMoments], numbered: [BlockRows]? = nil
  ) -> [Double] {
    var result = [Double](repeating: .nan, count: table.freeParameterCount)
    for index in table.blocks.indices {
      var starter = StartingValues(
        table: table, numbered: numbered?[index] ?? BlockRows(table, block: table.blocks[index]),
        moments: moments[index])
      starter.estimate()
      starter.fill(&result)
    }
    for parameter in result.indices where result[parameter].isNaN { result[parameter] = 0 }
    table.rows.withUnsafeBufferPointer { rows in
      for index in rows.indices where rows[index].free > 0 {
        if let start = rows[index].start { result[rows[index].free - 1] = start }
      }
    }
    keepWithinBounds(&result, of: table)
    return result
  }

  /// Writes what is known of parameters that are still NaN.
  private func fill(_ result: inout [Double]) {
    for index in rows.indices where rows[index].free > 0 {
      if let value = values[index], value.isFinite, result[rows[index].free - 1].isNaN {
        result[rows[index].free - 1] = value
      }
    }
  }

  /// The plain starts of lavaan's default without its factor analysis: loadings 1, half the variances, latent
  /// variances 0.05, nothing else; not the user's either, which may be what kept the first start from working.
  static func simple(table: ParameterTable, moments: [SampleMoments]) -> [Double] {
    var result = [Double](repeating: 0, count: table.freeParameterCount)
    for (block, sample) in zip(table.blocks, moments) {
      let rows = BlockRows(table, block: block)
      for row in rows.rows where table.rows[row.tableRow].free > 0 {
        let parameter = table.rows[row.tableRow].free - 1
        let isObserved = row.left >= 0 && row.left < rows.observedCount
        switch row.op {
        case .measurement: result[parameter] = 1
        case .covariance where row.left == row.right:
          result[parameter] = isObserved ? 0.5 * sample.covariance[row.left, row.left] : 0.05
        case .intercept: result[parameter] = isObserved ? sample.mean?[row.left] ?? 0 : 0
        default: break
        }
      }
    }
    keepWithinBounds(&result, of: table)
    return result
  }

  /// Bounds hold from the start.
  private static func keepWithinBounds(_ values: inout [Double], of table: ParameterTable) {
    table.rows.withUnsafeBufferPointer { rows in
      for index in rows.indices where rows[index].free > 0 {
        let free = rows[index].free - 1
        if let lower = rows[index].lower { values[free] = max(values[free], lower) }
        if let upper = rows[index].upper { values[free] = min(values[free], upper) }
      }
    }
  }

  private init(table: ParameterTable, numbered: BlockRows, moments: SampleMoments) {
    let p = numbered.observedCount
    let m = numbered.variableCount
    observedCount = p
    hasMeanStructure = table.hasMeanStructure
    sampleMean = moments.mean
    var covarianceRows = ElementIndex(capacity: numbered.rows.count / 2)
    var variables = [Variable](repeating: Variable(), count: m)
    for variable in 0..<p { variables[variable].isKnown = true }
    covariance = Matrix(rowCount: m, columnCount: m)
    covariance.elements.withUnsafeMutableBufferPointer { all in
      moments.covariance.elements.withUnsafeBufferPointer { sample in
        for j in 0..<p { for i in 0..<p { all[i + j * m] = sample[i + j * p] } }
      }
    }
    var hasOrthogonalFactors = false
    var rows: [Row] = []
    rows.reserveCapacity(numbered.rows.count)
    for row in numbered.rows {
      let left = row.left
      let right = row.op == .intercept ? left : row.right
      guard left >= 0, right >= 0 else { continue }
      switch row.op {
      case .measurement:
        variables[left].memberCount += 1
        variables[right].isIndicator = true
      case .regression: variables[left].isOutcome = true
      case .covariance where left == right:
        if variables[left].variance < 0 { variables[left].variance = rows.count }
      case .covariance: _ = covarianceRows.insert(ElementKey(left, .covariance, right), at: rows.count)
      case .intercept: variables[left].intercept = rows.count
      default: continue
      }
      let index = row.tableRow
      var fixed = table.rows[index].fixedValue ?? 0
      if table.rows[index].isExogenous {
        fixed = row.op == .intercept ? moments.mean?[left] ?? 0 : covariance[left, right]
      }
      if row.op == .covariance, left != right, min(left, right) >= p, table.rows[index].free == 0, fixed == 0
      {
        hasOrthogonalFactors = true
      }
      rows.append(
        Row(
          op: row.op, left: left, right: right, free: table.rows[index].free, fixed: fixed,
          start: table.rows[index].start))
    }
    var loadingCount = 0
    for variable in 0..<m {
      variables[variable].firstMember = loadingCount
      loadingCount += variables[variable].memberCount
      variables[variable].memberCount = 0
    }
    var loadingRows = [Int](repeating: 0, count: loadingCount)
    for index in rows.indices where rows[index].op == .measurement {
      let factor = rows[index].left
      loadingRows[variables[factor].firstMember + variables[factor].memberCount] = index
      variables[factor].memberCount += 1
    }
    self.variables = variables
    self.loadingRows = loadingRows
    self.covarianceRows = covarianceRows
    self.rows = rows
    self.hasOrthogonalFactors = hasOrthogonalFactors
    values = rows.map { $0.free > 0 ? $0.start : $0.fixed }
  }

  /// The places of a latent variable's loadings in ``loadingRows``, in the table's order.
  func members(of factor: Int) -> Range<Int> {
    let first = variables[factor].firstMember
    return first..<(first + variables[factor].memberCount)
  }

  /// The row of a loading by its place.
  @inline(__always)
  func loading(_ member: Int) -> Row { rows[loadingRows[member]] }

  private mutating func estimate() {
    var waiting = Array(observedCount..<variableCount)
    var ready: [Int] = []
    ready.reserveCapacity(waiting.count)
    while !waiting.isEmpty {
      ready.removeAll(keepingCapacity: true)
      for factor in waiting {
        let members = members(of: factor)
        if !members.isEmpty, members.allSatisfy({ variables[loading($0).right].isKnown }) {
          ready.append(factor)
        }
      }
      guard !ready.isEmpty else { break }
      estimateFactors(ready)
      waiting.removeAll { variables[$0].isKnown }
    }
    // Latent variables without indicators: unit variance, unrelated.
    for factor in waiting {
      covariance[factor, factor] = 1
      variables[factor].isKnown = true
    }
    estimateRegressions()
    estimateCovariances()
    if hasMeanStructure { estimateIntercepts() }
  }

  func row(ofCovariance first: Int, _ second: Int) -> Int? {
    guard first == second else { return covarianceRows[ElementKey(first, .covariance, second)] }
    return variables[first].variance >= 0 ? variables[first].variance : nil
  }

  /// The fixed value of a covariance; `nil` where it is free or not in the table.
  func fixedCovariance(_ first: Int, _ second: Int) -> Double? {
    row(ofCovariance: first, second).flatMap { rows[$0].free == 0 ? rows[$0].fixed : nil }
  }

  // MARK: Factors

  /// A factor's loading, by places among the indicators and factors that are estimated together.
  struct Loading {
    /// The place among ``rows``.
    var row: Int
    var indicator: Int
    var factor: Int
    var value: Double
  }

  /// Estimates factors whose indicators are known and makes them known.
  private mutating func estimateFactors(_ factors: [Int]) {
    var indicators: [Int] = []
    indicators.reserveCapacity(loadingRows.count)
    var placeOf = [Int](repeating: -1, count: variableCount)
    var isShared = false
    for factor in factors {
      for member in members(of: factor) {
        let variable = loading(member).right
        if placeOf[variable] >= 0 {
          isShared = true
        } else {
          placeOf[variable] = indicators.count
          indicators.append(variable)
        }
      }
    }
    let m = variableCount
    var slices = NumberSlices(capacity: 2 * m + factors.count + indicators.count)
    let deviation = slices.take(m)
    let scratch = slices.take(m)
    let phi = slices.take(factors.count)
    let theta = slices.take(indicators.count)
    let memory = slices.buffer
    for variable in 0..<m where variables[variable].isKnown && covariance[variable, variable] > 0 {
      deviation[variable] = covariance[variable, variable].squareRoot()
    }
    var lambda: [Loading] = []
    lambda.reserveCapacity(loadingRows.count)
    if isShared {
      estimateSharing(factors, placeOf, deviation, scratch, phi, &lambda)
    } else {
      for c in factors.indices {
        phi[c] = oneFactor(
          factors[c], number: c, covariance, deviation, sharesIndicators: false, placeOf, scratch, &lambda)
      }
    }
    for loading in lambda { values[loading.row] = loading.value }

    // Residual variances.
    for loading in lambda { theta[loading.indicator] += loading.value * loading.value * phi[loading.factor] }
    for (r, variable) in indicators.enumerated() {
      let total = covariance[variable, variable]
      theta[r] = min(max(total - theta[r], Self.leastShare * total), total)
      if let index = row(ofCovariance: variable, variable) {
        if rows[index].free > 0 {
          values[index] = rows[index].start ?? theta[r]
        } else {
          theta[r] = rows[index].fixed
        }
      }
    }
    addCovariances(
      of: factors, indicators: indicators, lambda: lambda, phi: phi, theta: theta, deviation: deviation)
    withExtendedLifetime(memory) {}
  }

  /// Factors of the same indicators (bifactor models): the wider ones first, the others from what these leave over.
  private func estimateSharing(
    _ factors: [Int], _ placeOf: [Int], _ deviation: NumberSlice, _ scratch: NumberSlice, _ phi: NumberSlice,
    _ lambda: inout [Loading]
  ) {
    var remaining = covariance
    for c in factors.indices.sorted(by: { members(of: factors[$0]).count > members(of: factors[$1]).count }) {
      let first = lambda.count
      phi[c] = oneFactor(
        factors[c], number: c, remaining, deviation, sharesIndicators: true, placeOf, scratch, &lambda)
      guard isWider(factors[c], among: factors) else { continue }
      for a in lambda[first...] {
        for b in lambda[first...] where a.row != b.row {
          remaining[rows[a.row].right, rows[b.row].right] -= a.value * b.value * phi[c]
        }
      }
    }
  }

  /// Whether narrower factors measure with several of a factor's indicators.
  private func isWider(_ factor: Int, among factors: [Int]) -> Bool {
    factors.contains { other in
      guard other != factor, members(of: other).count < members(of: factor).count else { return false }
      let shared = members(of: other).count { o in
        members(of: factor).contains { loading($0).right == loading(o).right }
      }
      return shared > 1
    }
  }
}
