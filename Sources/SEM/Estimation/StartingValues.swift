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
  private let table: ParameterTable
  private let block: ModelBlock
  private let rows: [Parameter]
  /// Variables whose covariances are known or already estimated, and those covariances.
  private var known: [String]
  private var place: [String: Int] = [:]
  private var covariance: Matrix
  private var mean: [Double]
  private let sampleMean: [Double]?
  /// Estimates by table row, aligned with `rows`.
  private var values: [Double?]

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
  /// variances 0.05, nothing else.
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
    return override(result, by: table)
  }

  private static func override(_ values: [Double], by table: ParameterTable) -> [Double] {
    var values = values
    for row in table.rows where row.free > 0 {
      if let start = row.start { values[row.free - 1] = start }
    }
    // Bounds hold from the start.
    for row in table.rows where row.free > 0 {
      if let lower = row.lower { values[row.free - 1] = max(values[row.free - 1], lower) }
      if let upper = row.upper { values[row.free - 1] = min(values[row.free - 1], upper) }
    }
    return values
  }

  private init(table: ParameterTable, block: ModelBlock, moments: SampleMoments) {
    self.table = table
    self.block = block
    rows = table.rows.filter { $0.block == block.number }
    known = block.observed
    for (index, name) in block.observed.enumerated() { place[name] = index }
    covariance = moments.covariance
    sampleMean = moments.mean
    mean = moments.mean ?? [Double](repeating: 0, count: block.observed.count)
    values = rows.map { $0.free > 0 ? $0.start : $0.fixedValue }
  }

  private mutating func estimate() {
    var waiting = block.latent
    while !waiting.isEmpty {
      let ready = waiting.filter { factor in
        let indicators = loadings(of: factor)
        return !indicators.isEmpty && indicators.allSatisfy { place[rows[$0].rhs] != nil }
      }
      guard !ready.isEmpty else { break }
      estimateFactors(ready)
      waiting.removeAll { ready.contains($0) }
    }
    // Latent variables without indicators: unit variance, unrelated.
    for factor in waiting { add(factor, variance: 1, covariances: [:], mean: 0) }
    estimateRegressions()
    estimateCovariances()
    if table.hasMeanStructure { estimateIntercepts() }
  }

  private func loadings(of factor: String) -> [Int] {
    rows.indices.filter { rows[$0].op == .measurement && rows[$0].lhs == factor }
  }

  private func variance(_ name: String) -> Double {
    place[name].map { covariance[$0, $0] } ?? 1
  }

  private func covariance(_ first: String, _ second: String) -> Double {
    guard let i = place[first], let j = place[second] else { return 0 }
    return covariance[i, j]
  }

  private func row(_ op: Operator, _ lhs: String, _ rhs: String) -> Int? {
    rows.firstIndex {
      $0.op == op
        && (($0.lhs == lhs && $0.rhs == rhs) || (op == .covariance && $0.lhs == rhs && $0.rhs == lhs))
    }
  }

  private mutating func add(_ name: String, variance: Double, covariances: [String: Double], mean: Double) {
    let old = covariance
    let n = known.count
    var new = Matrix(rowCount: n + 1, columnCount: n + 1)
    for j in 0..<n { for i in 0..<n { new[i, j] = old[i, j] } }
    for (other, value) in covariances {
      guard let i = place[other] else { continue }
      new[i, n] = value
      new[n, i] = value
    }
    new[n, n] = variance
    place[name] = n
    known.append(name)
    covariance = new
    self.mean.append(mean)
  }

  // MARK: Factors

  /// Estimates factors whose indicators are known and adds them to the known variables.
  private mutating func estimateFactors(_ factors: [String]) {
    var indicators: [String] = []
    for factor in factors {
      for index in loadings(of: factor) where !indicators.contains(rows[index].rhs) {
        indicators.append(rows[index].rhs)
      }
    }
    let q = indicators.count
    let f = factors.count
    var lambda = Matrix(rowCount: q, columnCount: f)
    var phi = [Double](repeating: 1, count: f)
    // Correlations that earlier factors of the same indicators leave over (bifactor models), widest factor first.
    var remaining = Matrix(rowCount: known.count, columnCount: known.count)
    for j in known.indices {
      for i in known.indices {
        let scale = (covariance[i, i] * covariance[j, j]).squareRoot()
        remaining[i, j] = scale > 0 ? covariance[i, j] / scale : 0
      }
    }
    let widest = factors.indices.sorted { loadings(of: factors[$0]).count > loadings(of: factors[$1]).count }
    for c in widest {
      let (values, variance) = oneFactor(factors[c], remaining)
      phi[c] = variance
      for (index, value) in values {
        self.values[index] = value
        if let r = indicators.firstIndex(of: rows[index].rhs) { lambda[r, c] = value }
      }
      let members = loadings(of: factors[c])
      let isWide = factors.indices.contains { other in
        other != c && loadings(of: factors[other]).count < members.count
          && loadings(of: factors[other]).count(where: { o in members.contains { rows[$0].rhs == rows[o].rhs }
          }) > 1
      }
      if isWide {
        for a in members {
          for b in members {
            guard let i = place[rows[a].rhs], let j = place[rows[b].rhs], i != j else { continue }
            let scale = (covariance[i, i] * covariance[j, j]).squareRoot()
            remaining[i, j] -= (self.values[a] ?? 0) * (self.values[b] ?? 0) * variance / scale
          }
        }
      }
    }

    // Residual variances.
    var theta = [Double](repeating: 0, count: q)
    for (r, name) in indicators.enumerated() {
      let total = variance(name)
      let common = (0..<f).reduce(0) { $0 + lambda[r, $1] * lambda[r, $1] * phi[$1] }
      var residual = min(max(total - common, Self.leastShare * total), total)
      if let index = row(.covariance, name, name) {
        if rows[index].free > 0 {
          // Structural variables get theirs after the regressions.
          values[index] = rows[index].start ?? residual
        } else {
          residual = rows[index].fixedValue ?? residual
        }
      }
      theta[r] = residual
    }

    // L = (Λᵀ D⁻¹ Λ)⁻¹ Λᵀ D⁻¹ takes indicators to factors.
    let d = indicators.map { max(variance($0), .leastNormalMagnitude) }
    var gram = [Double](repeating: 0, count: f * f)
    for a in 0..<f {
      for b in 0..<f {
        gram[a + b * f] = (0..<q).reduce(0) { $0 + lambda[$1, a] * lambda[$1, b] / d[$1] }
      }
      gram[a + a * f] *= 1 + 1e-8
    }
    var weights = Matrix(rowCount: f, columnCount: q)
    let solvable = gram.withUnsafeMutableBufferPointer { gram -> Bool in
      guard let base = gram.baseAddress, Kernels.choleskyInPlace(base, order: f) else { return false }
      for r in 0..<q {
        var column = (0..<f).map { lambda[r, $0] / d[r] }
        column.withUnsafeMutableBufferPointer {
          if let target = $0.baseAddress { Kernels.solve(factor: base, order: f, target) }
        }
        for a in 0..<f { weights[a, r] = column[a] }
      }
      return true
    }
    var psi = Matrix.diagonal(phi)
    var cross = Matrix(rowCount: f, columnCount: known.count)
    if solvable {
      for a in 0..<f {
        for v in known.indices {
          cross[a, v] = (0..<q).reduce(0) { sum, r in
            let i = place[indicators[r]] ?? 0
            let value = covariance[i, v] - (i == v ? theta[r] : 0)
            return sum + weights[a, r] * value
          }
        }
      }
      for a in 0..<f {
        for b in 0..<f where a != b {
          psi[a, b] = (0..<q).reduce(0) { $0 + cross[a, place[indicators[$1]] ?? 0] * weights[b, $1] }
        }
      }
    }
    // Correlations beyond 0.85 and factors that do not covary by the model.
    for a in 0..<f {
      for b in 0..<f where a != b {
        let limit = 0.85 * (phi[a] * phi[b]).squareRoot()
        psi[a, b] = min(max(0.5 * (psi[a, b] + psi[b, a]), -limit), limit)
        if let index = row(.covariance, factors[a], factors[b]), rows[index].free == 0 {
          psi[a, b] = rows[index].fixedValue ?? 0
        }
        psi[b, a] = psi[a, b]
      }
    }
    for (a, factor) in factors.enumerated() {
      var covariances: [String: Double] = [:]
      for v in known.indices where v < cross.columnCount {
        let limit = 0.9 * (phi[a] * covariance[v, v]).squareRoot()
        covariances[known[v]] = min(max(cross[a, v], -limit), limit)
      }
      for b in 0..<a { covariances[factors[b]] = psi[a, b] }
      add(factor, variance: phi[a], covariances: covariances, mean: 0)
    }
  }

  /// Loadings by table row and the variance of one factor, from the correlations that are left.
  private func oneFactor(_ factor: String, _ correlation: Matrix) -> (
    loadings: [(Int, Double)], variance: Double
  ) {
    let members = loadings(of: factor)
    let places = members.map { place[rows[$0].rhs] ?? 0 }
    let sd = places.map { covariance[$0, $0].squareRoot() }
    let q = members.count
    let varianceRow = row(.covariance, factor, factor)
    let fixedVariance = varianceRow.flatMap { rows[$0].free == 0 ? rows[$0].fixedValue : nil }
    // The indicator that carries the scale: the first with a fixed loading other than 0, else the first.
    let anchor =
      members.indices.first { rows[members[$0]].free == 0 && (rows[members[$0]].fixedValue ?? 0) != 0 } ?? 0

    // Loadings relative to the anchor in the metric of correlations.
    var relative = [Double](repeating: 1, count: q)
    let others = known.indices.filter { !places.contains($0) && $0 < block.observed.count }
    for j in 0..<q where j != anchor {
      let instruments = q > 2 ? places.filter { $0 != places[j] && $0 != places[anchor] } : others
      var numerator = 0.0
      var denominator = 0.0
      for k in instruments {
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
    if q == 1, let index = row(.covariance, rows[members[0]].rhs, rows[members[0]].rhs), rows[index].free == 0
    {
      share = 1 - (rows[index].fixedValue ?? 0) / max(sd[0] * sd[0], .leastNormalMagnitude)
      if share <= 0 { share = 1 }
    } else {
      share = min(max(share, 0.05), (1 - Self.leastShare) / (largest * largest))
    }

    // Back to the variables' units: the anchor's loading sets the scale of the factor.
    let anchorRow = rows[members[anchor]]
    let commonSD = share.squareRoot() * sd[anchor]
    let anchorLoading: Double
    if anchorRow.free == 0, let fixed = anchorRow.fixedValue, fixed != 0 {
      anchorLoading = fixed
    } else if let start = anchorRow.start, start != 0 {
      anchorLoading = start
    } else {
      anchorLoading = commonSD / max(fixedVariance ?? 1, .leastNormalMagnitude).squareRoot()
    }
    let variance = commonSD * commonSD / (anchorLoading * anchorLoading)
    let loadings = members.indices.map { j -> (Int, Double) in
      let row = rows[members[j]]
      let estimate = anchorLoading * relative[j] * sd[j] / max(sd[anchor], .leastNormalMagnitude)
      return (members[j], row.free == 0 ? row.fixedValue ?? 0 : row.start ?? estimate)
    }
    return (loadings, fixedVariance ?? variance)
  }

  // MARK: Structural part

  private mutating func estimateRegressions() {
    let outcomes = rows.indices.filter { rows[$0].op == .regression }.map { rows[$0].lhs }
    var done = Set<String>()
    for outcome in outcomes where done.insert(outcome).inserted {
      let predictors = rows.indices.filter { rows[$0].op == .regression && rows[$0].lhs == outcome }
      let free = predictors.filter { rows[$0].free > 0 && rows[$0].start == nil }
      let total = variance(outcome)
      var target = free.map { covariance(rows[$0].rhs, outcome) }
      for index in predictors where !free.contains(index) {
        let coefficient = values[index] ?? 0
        for (position, other) in free.enumerated() {
          target[position] -= coefficient * covariance(rows[other].rhs, rows[index].rhs)
        }
      }
      let n = free.count
      var gram = [Double](repeating: 0, count: n * n)
      for (a, first) in free.enumerated() {
        for (b, second) in free.enumerated() {
          gram[a + b * n] = covariance(rows[first].rhs, rows[second].rhs)
        }
        gram[a + a * n] *= 1.02
      }
      let solved = gram.withUnsafeMutableBufferPointer { gram -> Bool in
        guard let base = gram.baseAddress, Kernels.choleskyInPlace(base, order: n) else { return n == 0 }
        target.withUnsafeMutableBufferPointer {
          if let right = $0.baseAddress { Kernels.solve(factor: base, order: n, right) }
        }
        return true
      }
      for (position, index) in free.enumerated() { values[index] = solved ? target[position] : 0 }
      // What the predictors explain, at most nine tenths.
      var explained = 0.0
      for a in predictors {
        for b in predictors {
          explained += (values[a] ?? 0) * (values[b] ?? 0) * covariance(rows[a].rhs, rows[b].rhs)
        }
      }
      if let index = row(.covariance, outcome, outcome), rows[index].free > 0, rows[index].start == nil {
        if block.latent.contains(outcome) || loadingRow(of: outcome) == nil {
          values[index] = min(max(total - explained, Self.leastShare * total), total)
        }
      }
    }
  }

  private func loadingRow(of indicator: String) -> Int? {
    rows.firstIndex { $0.op == .measurement && $0.rhs == indicator }
  }

  private mutating func estimateCovariances() {
    let outcomes = Set(rows.filter { $0.op == .regression }.map(\.lhs))
    for (index, row) in rows.enumerated() where row.op == .covariance && row.free > 0 && values[index] == nil
    {
      if row.lhs == row.rhs {
        values[index] = variance(row.lhs)
      } else if outcomes.contains(row.lhs) || outcomes.contains(row.rhs) || loadingRow(of: row.lhs) != nil
        || loadingRow(of: row.rhs) != nil
      {
        // Covariances of residuals: nothing is known of them yet.
        values[index] = 0
      } else {
        values[index] = covariance(row.lhs, row.rhs)
      }
    }
  }

  // MARK: Means

  private mutating func estimateIntercepts() {
    guard let sampleMean else { return }
    var means: [String: Double] = [:]
    for (index, name) in block.observed.enumerated() { means[name] = sampleMean[index] }
    // Latent means that are free, from indicators whose intercepts are fixed, by least squares.
    let free = block.latent.filter { factor in
      row(.intercept, factor, "").map { rows[$0].free > 0 && rows[$0].start == nil } ?? false
    }
    for factor in block.latent {
      if let index = row(.intercept, factor, "") {
        means[factor] = values[index] ?? 0
      } else {
        means[factor] = 0
      }
    }
    let n = free.count
    if n > 0 {
      var gram = [Double](repeating: 0, count: n * n)
      var target = [Double](repeating: 0, count: n)
      for (index, name) in block.observed.enumerated() {
        guard let intercept = row(.intercept, name, ""), rows[intercept].free == 0 else { continue }
        let weight = 1 / max(variance(name), .leastNormalMagnitude)
        let coefficients = free.map { factor in
          rows.indices.first { rows[$0].op == .measurement && rows[$0].lhs == factor && rows[$0].rhs == name }
            .flatMap { values[$0] } ?? 0
        }
        for a in 0..<n {
          target[a] += weight * coefficients[a] * (sampleMean[index] - (rows[intercept].fixedValue ?? 0))
          for b in 0..<n { gram[a + b * n] += weight * coefficients[a] * coefficients[b] }
        }
      }
      let solved = gram.withUnsafeMutableBufferPointer { gram -> Bool in
        guard let base = gram.baseAddress, Kernels.choleskyInPlace(base, order: n) else { return false }
        target.withUnsafeMutableBufferPointer {
          if let right = $0.baseAddress { Kernels.solve(factor: base, order: n, right) }
        }
        return target.allSatisfy(\.isFinite)
      }
      for (a, factor) in free.enumerated() { means[factor] = solved ? target[a] : 0 }
    }
    for (index, row) in rows.enumerated() where row.op == .intercept && row.free > 0 && row.start == nil {
      var value = means[row.lhs] ?? 0
      for (other, path) in rows.enumerated() {
        if path.op == .regression, path.lhs == row.lhs {
          value -= (values[other] ?? 0) * (means[path.rhs] ?? 0)
        } else if path.op == .measurement, path.rhs == row.lhs {
          value -= (values[other] ?? 0) * (means[path.lhs] ?? 0)
        }
      }
      values[index] = value
    }
  }
}
