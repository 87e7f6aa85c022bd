internal import SEMNumerics

/// Starting values without iteration: loadings by instrumental variables, latent covariances by the multiple-group
/// method, regressions by least squares.
///
/// 1. Loadings of a factor from triads, λⱼ/λ₁ = Σₖ rⱼₖ r₁ₖ / Σₖ r₁ₖ² (FABIN2, Hägglund 1982), in correlations, so that a
///    change of a variable's unit changes its starting values exactly.
/// 2. Covariances among factors and with other variables through L = (Λᵀ D⁻¹ Λ)⁻¹ Λᵀ D⁻¹ (Guttman 1952). Factors are done
///    level by level, so that second-order factors see first-order ones as their indicators.
/// 3. Regressions by least squares on those covariances; residual variances are what remains, kept positive.
///
/// The user's `start()` values come last and win.
struct StartingValues {
  /// A table row by the numbers of its variables: the block's observed ones, then its latent ones.
  private struct Row {
    var op: Operator
    var left: Int
    var right: Int
    var free: Int
    var fixed: Double
    var start: Double?

    var isEstimated: Bool { free > 0 && start == nil }
  }

  private let rows: [Row]
  private let observedCount: Int
  private let hasMeanStructure: Bool
  private let sampleMean: [Double]?
  /// The rows of each latent variable's loadings.
  private var loadings: [[Int]]
  /// The row of each variance or covariance and of each intercept, or -1.
  private var covarianceRow: [Int]
  private var interceptRow: [Int]
  private var isIndicator: [Bool]
  private var isOutcome: [Bool]
  /// Variables whose covariances are known or already estimated.
  private var isKnown: [Bool]
  /// Those covariances, all variables × all variables.
  private var covariance: Matrix
  /// Estimates by row.
  private var values: [Double?]

  private var variableCount: Int { isKnown.count }

  /// The share of a variance that is never given away to or taken from a residual.
  private static let leastShare = 0.1

  /// Starting values of all free parameters; a parameter shared by blocks takes the first block's value.
  static func values(table: ParameterTable, moments: [SampleMoments]) -> [Double] {
    var result = [Double?](repeating: nil, count: table.freeParameterCount)
    for (index, block) in table.blocks.enumerated() {
      var starter = StartingValues(table: table, block: block, moments: moments[index])
      starter.estimate()
      for (row, value) in zip(starter.rows, starter.values) where row.free > 0 {
        if let value, value.isFinite, result[row.free - 1] == nil { result[row.free - 1] = value }
      }
    }
    return override(result.map { $0 ?? 0 }, by: table)
  }

  /// The plain starts of lavaan's default without its factor analysis: loadings 1, half the variances, latent
  /// variances 0.05, nothing else; not the user's either, which may be what kept the first start from working.
  static func simple(table: ParameterTable, moments: [SampleMoments]) -> [Double] {
    var result = [Double](repeating: 0, count: table.freeParameterCount)
    for row in table.rows where row.free > 0 {
      let block = table.blocks[row.block - 1]
      let sample = moments[row.block - 1]
      let observed = block.observed.firstIndex(of: row.lhs)
      switch row.op {
      case .measurement: result[row.free - 1] = 1
      case .covariance where row.lhs == row.rhs:
        result[row.free - 1] = observed.map { 0.5 * sample.covariance[$0, $0] } ?? 0.05
      case .intercept: result[row.free - 1] = observed.map { sample.mean?[$0] ?? 0 } ?? 0
      default: break
      }
    }
    return withinBounds(result, of: table)
  }

  private static func override(_ values: [Double], by table: ParameterTable) -> [Double] {
    var values = values
    for row in table.rows where row.free > 0 {
      if let start = row.start { values[row.free - 1] = start }
    }
    return withinBounds(values, of: table)
  }

  private static func withinBounds(_ values: [Double], of table: ParameterTable) -> [Double] {
    var values = values
    // Bounds hold from the start.
    for row in table.rows where row.free > 0 {
      if let lower = row.lower { values[row.free - 1] = max(values[row.free - 1], lower) }
      if let upper = row.upper { values[row.free - 1] = min(values[row.free - 1], upper) }
    }
    return values
  }

  private init(table: ParameterTable, block: ModelBlock, moments: SampleMoments) {
    let p = block.observed.count
    let m = p + block.latent.count
    observedCount = p
    hasMeanStructure = table.hasMeanStructure
    sampleMean = moments.mean
    var number: [String: Int] = [:]
    number.reserveCapacity(m)
    for (index, name) in (block.observed + block.latent).enumerated() where number[name] == nil {
      number[name] = index
    }
    loadings = [[Int]](repeating: [], count: m)
    covarianceRow = [Int](repeating: -1, count: m * m)
    interceptRow = [Int](repeating: -1, count: m)
    isIndicator = [Bool](repeating: false, count: m)
    isOutcome = isIndicator
    isKnown = (0..<m).map { $0 < p }
    covariance = Matrix(rowCount: m, columnCount: m)
    for j in 0..<p { for i in 0..<p { covariance[i, j] = moments.covariance[i, j] } }
    var rows: [Row] = []
    for row in table.rows where row.block == block.number {
      guard let left = number[row.lhs] else { continue }
      let right = row.op == .intercept ? left : number[row.rhs]
      guard let right else { continue }
      let index = rows.count
      switch row.op {
      case .measurement:
        loadings[left].append(index)
        isIndicator[right] = true
      case .regression: isOutcome[left] = true
      case .covariance:
        covarianceRow[left + right * m] = index
        covarianceRow[right + left * m] = index
      case .intercept: interceptRow[left] = index
      default: continue
      }
      let fixed =
        row.isExogenous ? ModelFitter.sampleValue(row, block, moments) : row.fixedValue ?? 0
      rows.append(
        Row(op: row.op, left: left, right: right, free: row.free, fixed: fixed, start: row.start))
    }
    self.rows = rows
    values = rows.map { $0.free > 0 ? $0.start : $0.fixed }
  }

  private mutating func estimate() {
    var waiting = Array(observedCount..<variableCount)
    while !waiting.isEmpty {
      let ready = waiting.filter { factor in
        !loadings[factor].isEmpty && loadings[factor].allSatisfy { isKnown[rows[$0].right] }
      }
      guard !ready.isEmpty else { break }
      estimateFactors(ready)
      waiting.removeAll { ready.contains($0) }
    }
    // Latent variables without indicators: unit variance, unrelated.
    for factor in waiting {
      covariance[factor, factor] = 1
      isKnown[factor] = true
    }
    estimateRegressions()
    estimateCovariances()
    if hasMeanStructure { estimateIntercepts() }
  }

  private func row(ofCovariance first: Int, _ second: Int) -> Int? {
    let index = covarianceRow[first + second * variableCount]
    return index >= 0 ? index : nil
  }

  /// The fixed value of a covariance; `nil` where it is free or not in the table.
  private func fixedCovariance(_ first: Int, _ second: Int) -> Double? {
    row(ofCovariance: first, second).flatMap { rows[$0].free == 0 ? rows[$0].fixed : nil }
  }

  // MARK: Factors

  /// Estimates factors whose indicators are known and makes them known.
  private mutating func estimateFactors(_ factors: [Int]) {
    var indicators: [Int] = []
    var placeOf = [Int](repeating: -1, count: variableCount)
    for factor in factors {
      for index in loadings[factor] where placeOf[rows[index].right] < 0 {
        placeOf[rows[index].right] = indicators.count
        indicators.append(rows[index].right)
      }
    }
    let known = isKnown.indices.filter { isKnown[$0] }
    let q = indicators.count
    let f = factors.count
    var lambda = Matrix(rowCount: q, columnCount: f)
    var phi = [Double](repeating: 1, count: f)
    // Correlations that wider factors of the same indicators leave over (bifactor models).
    var remaining = Matrix(rowCount: variableCount, columnCount: variableCount)
    let deviation = (0..<variableCount).map { covariance[$0, $0] > 0 ? covariance[$0, $0].squareRoot() : 0 }
    for j in known {
      for i in known where deviation[i] > 0 && deviation[j] > 0 {
        remaining[i, j] = covariance[i, j] / (deviation[i] * deviation[j])
      }
    }
    for c in factors.indices.sorted(by: { loadings[factors[$0]].count > loadings[factors[$1]].count }) {
      let members = loadings[factors[c]]
      let (found, variance) = oneFactor(factors[c], remaining)
      phi[c] = variance
      for (index, value) in zip(members, found) {
        values[index] = value
        lambda[placeOf[rows[index].right], c] = value
      }
      guard sharesIndicators(factors[c], with: factors) else { continue }
      for (a, first) in zip(members, found) {
        for (b, second) in zip(members, found) where a != b {
          let (i, j) = (rows[a].right, rows[b].right)
          remaining[i, j] -= first * second * variance / (deviation[i] * deviation[j])
        }
      }
    }

    // Residual variances.
    var theta = [Double](repeating: 0, count: q)
    for (r, variable) in indicators.enumerated() {
      let total = covariance[variable, variable]
      let common = (0..<f).reduce(0) { $0 + lambda[r, $1] * lambda[r, $1] * phi[$1] }
      var residual = min(max(total - common, Self.leastShare * total), total)
      if let index = row(ofCovariance: variable, variable) {
        if rows[index].free > 0 {
          values[index] = rows[index].start ?? residual
        } else {
          residual = rows[index].fixed
        }
      }
      theta[r] = residual
    }
    addCovariances(of: factors, indicators: indicators, known: known, lambda: lambda, phi: phi, theta: theta)
  }

  /// Whether narrower factors measure with several of a factor's indicators.
  private func sharesIndicators(_ factor: Int, with factors: [Int]) -> Bool {
    factors.contains { other in
      guard other != factor, loadings[other].count < loadings[factor].count else { return false }
      let shared = loadings[other].count { o in
        loadings[factor].contains { rows[$0].right == rows[o].right }
      }
      return shared > 1
    }
  }

  /// Covariances of factors among themselves and with what is known, through L = (Λᵀ D⁻¹ Λ)⁻¹ Λᵀ D⁻¹.
  private mutating func addCovariances(
    of factors: [Int], indicators: [Int], known: [Int], lambda: Matrix, phi: [Double], theta: [Double]
  ) {
    let q = indicators.count
    let f = factors.count
    var gram = Matrix(rowCount: f, columnCount: f)
    var weights = Matrix(rowCount: f, columnCount: q)
    for r in 0..<q {
      let precision = 1 / max(covariance[indicators[r], indicators[r]], .leastNormalMagnitude)
      for a in 0..<f where lambda[r, a] != 0 {
        weights[a, r] = lambda[r, a] * precision
        for b in 0..<f { gram[a, b] += weights[a, r] * lambda[r, b] }
      }
    }
    for a in 0..<f { gram[a, a] *= 1 + 1e-8 }
    let isSolvable = gram.elements.withUnsafeMutableBufferPointer { gram in
      weights.elements.withUnsafeMutableBufferPointer { weights -> Bool in
        guard let base = gram.baseAddress, let columns = weights.baseAddress,
          Kernels.choleskyInPlace(base, order: f)
        else { return false }
        for r in 0..<q { Kernels.solve(factor: base, order: f, columns + r * f) }
        return true
      }
    }
    var cross = Matrix(rowCount: f, columnCount: variableCount)
    if isSolvable {
      for v in known {
        for r in 0..<q {
          let i = indicators[r]
          let value = covariance[i, v] - (i == v ? theta[r] : 0)
          if value == 0 { continue }
          for a in 0..<f { cross[a, v] += weights[a, r] * value }
        }
      }
    }
    for (a, factor) in factors.enumerated() {
      covariance[factor, factor] = phi[a]
      isKnown[factor] = true
      // Far from the limits of correlations, so that Σ stays positive definite.
      for v in known {
        let limit = 0.9 * (phi[a] * covariance[v, v]).squareRoot()
        covariance[factor, v] = min(max(cross[a, v], -limit), limit)
        covariance[v, factor] = covariance[factor, v]
      }
      for b in 0..<a {
        var value = 0.0
        for r in 0..<q {
          value += cross[a, indicators[r]] * weights[b, r] + cross[b, indicators[r]] * weights[a, r]
        }
        let limit = 0.85 * (phi[a] * phi[b]).squareRoot()
        value = fixedCovariance(factor, factors[b]) ?? min(max(0.5 * value, -limit), limit)
        covariance[factor, factors[b]] = value
        covariance[factors[b], factor] = value
      }
    }
  }

  /// The loadings of one factor, in the order of its rows, and its variance, from the correlations that are left.
  private func oneFactor(_ factor: Int, _ correlation: Matrix) -> (loadings: [Double], variance: Double) {
    let members = loadings[factor]
    let places = members.map { rows[$0].right }
    let sd = places.map { covariance[$0, $0].squareRoot() }
    let q = members.count
    let fixedVariance = fixedCovariance(factor, factor)
    // The indicator that carries the scale: the first with a fixed loading other than 0, else the first.
    let anchor = members.indices.first { rows[members[$0]].free == 0 && rows[members[$0]].fixed != 0 } ?? 0

    // Loadings relative to the anchor in the metric of correlations.
    var relative = [Double](repeating: 1, count: q)
    let instruments = q > 2 ? places : (0..<observedCount).filter { !places.contains($0) }
    for j in 0..<q where j != anchor {
      var numerator = 0.0
      var denominator = 0.0
      for k in instruments where k != places[j] && k != places[anchor] {
        numerator += correlation[places[j], k] * correlation[places[anchor], k]
        denominator += correlation[places[anchor], k] * correlation[places[anchor], k]
      }
      var value = denominator > 1e-3 ? numerator / denominator : .nan
      if !value.isFinite || value.magnitude > 4 || value.magnitude < 0.05 {
        value = correlation[places[j], places[anchor]] < 0 ? -1 : 1
      }
      relative[j] = value
    }
    // The anchor's share of variance: r = relativeⱼ relativeₖ · share, by least squares over pairs.
    var numerator = 0.0
    var denominator = 0.0
    for j in 0..<q {
      for k in 0..<j {
        let product = relative[j] * relative[k]
        numerator += product * correlation[places[j], places[k]]
        denominator += product * product
      }
    }
    let largest = relative.map(\.magnitude).max() ?? 1
    var share = denominator > 0 ? numerator / denominator : 1 - Self.leastShare
    if q == 1, let fixed = fixedCovariance(places[0], places[0]) {
      share = 1 - fixed / max(sd[0] * sd[0], .leastNormalMagnitude)
      if share <= 0 { share = 1 }
    } else {
      share = min(max(share, 0.05), (1 - Self.leastShare) / (largest * largest))
    }

    // Back to the variables' units: the anchor's loading sets the scale of the factor.
    let anchorRow = rows[members[anchor]]
    let commonSD = share.squareRoot() * sd[anchor]
    let anchorLoading: Double
    if anchorRow.free == 0, anchorRow.fixed != 0 {
      anchorLoading = anchorRow.fixed
    } else if let start = anchorRow.start, start != 0 {
      anchorLoading = start
    } else {
      anchorLoading = commonSD / max(fixedVariance ?? 1, .leastNormalMagnitude).squareRoot()
    }
    let variance = commonSD * commonSD / (anchorLoading * anchorLoading)
    let found = members.indices.map { j -> Double in
      let row = rows[members[j]]
      let estimate = anchorLoading * relative[j] * sd[j] / max(sd[anchor], .leastNormalMagnitude)
      return row.free == 0 ? row.fixed : row.start ?? estimate
    }
    return (found, fixedVariance ?? variance)
  }

  // MARK: Structural part

  private mutating func estimateRegressions() {
    for outcome in isOutcome.indices where isOutcome[outcome] {
      let predictors = rows.indices.filter { rows[$0].op == .regression && rows[$0].left == outcome }
      let free = predictors.filter { rows[$0].isEstimated }
      let total = covariance[outcome, outcome]
      var target = free.map { covariance[rows[$0].right, outcome] }
      for index in predictors where !rows[index].isEstimated {
        let coefficient = values[index] ?? 0
        for (position, other) in free.enumerated() {
          target[position] -= coefficient * covariance[rows[other].right, rows[index].right]
        }
      }
      let n = free.count
      var gram = [Double](repeating: 0, count: n * n)
      for (a, first) in free.enumerated() {
        for (b, second) in free.enumerated() {
          gram[a + b * n] = covariance[rows[first].right, rows[second].right]
        }
        // A ridge, since estimated covariances of latent variables may be collinear.
        gram[a + a * n] *= 1.02
      }
      let isSolved = Self.solve(&gram, &target)
      for (position, index) in free.enumerated() { values[index] = isSolved ? target[position] : 0 }
      // What the predictors explain, at most nine tenths.
      var explained = 0.0
      for a in predictors {
        for b in predictors {
          explained += (values[a] ?? 0) * (values[b] ?? 0) * covariance[rows[a].right, rows[b].right]
        }
      }
      if let index = row(ofCovariance: outcome, outcome), rows[index].isEstimated,
        outcome >= observedCount || !isIndicator[outcome]
      {
        values[index] = min(max(total - explained, Self.leastShare * total), total)
      }
    }
  }

  /// Solves a positive definite system in place; `false` where it is not positive definite.
  private static func solve(_ gram: inout [Double], _ right: inout [Double]) -> Bool {
    let n = right.count
    return gram.withUnsafeMutableBufferPointer { gram in
      right.withUnsafeMutableBufferPointer { right -> Bool in
        guard let base = gram.baseAddress, let target = right.baseAddress,
          Kernels.choleskyInPlace(base, order: n)
        else { return n == 0 }
        Kernels.solve(factor: base, order: n, target)
        return right.allSatisfy(\.isFinite)
      }
    }
  }

  private mutating func estimateCovariances() {
    for (index, row) in rows.enumerated() where row.op == .covariance && row.free > 0 && values[index] == nil
    {
      let (i, j) = (row.left, row.right)
      let isResidual = isOutcome[i] || isOutcome[j] || isIndicator[i] || isIndicator[j]
      // Of the covariances of residuals nothing is known yet.
      values[index] = i == j || !isResidual ? covariance[i, j] : 0
    }
  }

  // MARK: Means

  private mutating func estimateIntercepts() {
    guard let sampleMean else { return }
    var means = sampleMean
    for factor in observedCount..<variableCount {
      means.append(interceptRow[factor] >= 0 ? values[interceptRow[factor]] ?? 0 : 0)
    }
    // Latent means that are free, from indicators whose intercepts are fixed, by least squares.
    let free = (observedCount..<variableCount).filter { factor in
      interceptRow[factor] >= 0 && rows[interceptRow[factor]].isEstimated
    }
    let n = free.count
    if n > 0 {
      var gram = [Double](repeating: 0, count: n * n)
      var target = [Double](repeating: 0, count: n)
      for variable in 0..<observedCount {
        let intercept = interceptRow[variable]
        guard intercept >= 0, rows[intercept].free == 0 else { continue }
        let weight = 1 / max(covariance[variable, variable], .leastNormalMagnitude)
        let coefficients = free.map { factor in
          loadings[factor].first { rows[$0].right == variable }.flatMap { values[$0] } ?? 0
        }
        for a in 0..<n {
          target[a] += weight * coefficients[a] * (sampleMean[variable] - rows[intercept].fixed)
          for b in 0..<n { gram[a + b * n] += weight * coefficients[a] * coefficients[b] }
        }
      }
      let isSolved = Self.solve(&gram, &target)
      for (a, factor) in free.enumerated() { means[factor] = isSolved ? target[a] : 0 }
    }
    // Intercepts: what the causes do not explain of each mean.
    var intercepts = means
    for (index, row) in rows.enumerated() {
      if row.op == .regression {
        intercepts[row.left] -= (values[index] ?? 0) * means[row.right]
      } else if row.op == .measurement {
        intercepts[row.right] -= (values[index] ?? 0) * means[row.left]
      }
    }
    for (index, row) in rows.enumerated() where row.op == .intercept && row.isEstimated {
      values[index] = intercepts[row.left]
    }
  }
}
