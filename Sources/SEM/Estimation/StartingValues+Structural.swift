internal import SEMNumerics

/// What follows from the factors' covariances: regressions, covariances, means.
extension StartingValues {
  // MARK: Structural part

  mutating func estimateRegressions() {
    // Memory that serves all outcomes.
    var predictors: [Int] = []
    var free: [Int] = []
    var target: [Double] = []
    var gram: [Double] = []
    for outcome in variables.indices where variables[outcome].isOutcome {
      predictors.removeAll(keepingCapacity: true)
      free.removeAll(keepingCapacity: true)
      target.removeAll(keepingCapacity: true)
      gram.removeAll(keepingCapacity: true)
      predictors.reserveCapacity(8)
      free.reserveCapacity(8)
      for index in rows.indices where rows[index].op == .regression && rows[index].left == outcome {
        predictors.append(index)
        if rows[index].isEstimated { free.append(index) }
      }
      let total = covariance[outcome, outcome]
      target.reserveCapacity(free.count)
      gram.reserveCapacity(free.count * free.count)
      for a in free {
        var value = covariance[rows[a].right, outcome]
        for index in predictors where !rows[index].isEstimated {
          value -= (values[index] ?? 0) * covariance[rows[a].right, rows[index].right]
        }
        target.append(value)
        for b in free {
          // A ridge, since estimated covariances of latent variables may be collinear.
          gram.append((a == b ? 1.02 : 1) * covariance[rows[a].right, rows[b].right])
        }
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
        outcome >= observedCount || !variables[outcome].isIndicator
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

  mutating func estimateCovariances() {
    var residuals: [Int] = []
    for (index, row) in rows.enumerated() where row.op == .covariance && row.free > 0 && values[index] == nil
    {
      let (i, j) = (row.left, row.right)
      if i != j, variables[i].isIndicator || variables[j].isIndicator {
        // A factor's misfit shows in all its indicators: taken for covariances of residuals it leads to poor local minima.
        values[index] = 0
      } else if i == j || !(variables[i].isOutcome || variables[j].isOutcome) {
        values[index] = covariance[i, j]
      } else {
        residuals.append(index)
      }
    }
    estimateResidualCovariances(residuals)
  }

  /// What is left of the covariances of outcomes once their causes are taken out: an element of (I - A) C (I - A)ᵀ.
  private mutating func estimateResidualCovariances(_ wanted: [Int]) {
    guard !wanted.isEmpty else { return }
    // The causes of variable v with their coefficients stand at places first[v] ..< first[v + 1].
    var first = [Int](repeating: 0, count: variableCount + 1)
    for row in rows {
      if let (target, _) = row.path { first[target + 1] += 1 }
    }
    for variable in 0..<variableCount { first[variable + 1] += first[variable] }
    var causes = [(origin: Int, coefficient: Double)](repeating: (0, 0), count: first[variableCount])
    var next = first
    for (index, row) in rows.enumerated() {
      guard let (target, origin) = row.path else { continue }
      causes[next[target]] = (origin, values[index] ?? 0)
      next[target] += 1
    }
    for index in wanted {
      let (i, j) = (rows[index].left, rows[index].right)
      var sum = covariance[i, j]
      for a in causes[first[i]..<first[i + 1]] { sum -= a.coefficient * covariance[a.origin, j] }
      for b in causes[first[j]..<first[j + 1]] {
        sum -= b.coefficient * covariance[i, b.origin]
        for a in causes[first[i]..<first[i + 1]] {
          sum += a.coefficient * b.coefficient * covariance[a.origin, b.origin]
        }
      }
      func variance(_ variable: Int) -> Double {
        row(ofCovariance: variable, variable).flatMap { values[$0] } ?? 0
      }
      let limit = Self.greatestCorrelation * max(variance(i) * variance(j), 0).squareRoot()
      values[index] = sum.isFinite ? min(max(sum, -limit), limit) : 0
    }
  }

  /// The largest correlation of residuals at the start: several of them together should stay positive definite.
  private static let greatestCorrelation = 0.5

  // MARK: Means

  mutating func estimateIntercepts() {
    guard let sampleMean else { return }
    var means = sampleMean
    for factor in observedCount..<variableCount {
      means.append(variables[factor].intercept >= 0 ? values[variables[factor].intercept] ?? 0 : 0)
    }
    // Latent means that are free, from indicators whose intercepts are fixed, by least squares.
    let free = (observedCount..<variableCount).filter { factor in
      variables[factor].intercept >= 0 && rows[variables[factor].intercept].isEstimated
    }
    let n = free.count
    if n > 0 {
      var gram = [Double](repeating: 0, count: n * n)
      var target = [Double](repeating: 0, count: n)
      for variable in 0..<observedCount {
        let intercept = variables[variable].intercept
        guard intercept >= 0, rows[intercept].free == 0 else { continue }
        let weight = 1 / max(covariance[variable, variable], .leastNormalMagnitude)
        let coefficients = free.map { factor in
          members(of: factor).first { loading($0).right == variable }.flatMap { values[loadingRows[$0]] } ?? 0
        }
        for a in 0..<n {
          target[a] += weight * coefficients[a] * (sampleMean[variable] - rows[intercept].fixed)
          for b in 0..<n { gram[a + b * n] += weight * coefficients[a] * coefficients[b] }
        }
      }
      let isSolved = Self.solve(&gram, &target)
      for (a, factor) in free.enumerated() { means[factor] = isSolved ? target[a] : 0 }
    }
    addMeansOfCauses(to: &means)
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

  /// Adds what their causes give the latent variables whose intercepts are not estimated: MIMIC models, higher orders.
  private func addMeansOfCauses(to means: inout [Double]) {
    let intercepts = means
    // A sweep carries means one path further.
    for _ in observedCount..<variableCount {
      var sums = intercepts
      for (index, row) in rows.enumerated() {
        guard let (target, origin) = row.path, target >= observedCount,
          variables[target].intercept < 0 || !rows[variables[target].intercept].isEstimated
        else { continue }
        sums[target] += (values[index] ?? 0) * means[origin]
      }
      if sums == means { return }
      means = sums
    }
  }
}
