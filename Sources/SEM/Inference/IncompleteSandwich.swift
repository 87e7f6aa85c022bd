internal import SEMNumerics

/// What incomplete rows tell about the saturated moments of one block: information and first-order information for one
/// case, without the moments of fixed covariates, which are known.
struct IncompleteInformation {
  /// The places of the moments among means and vech.
  let places: [Int]
  /// The number of cases.
  let count: Double
  /// V_C, of complete data, at the saturated moments.
  let complete: Matrix
  /// V_M, observed.
  let observed: Matrix
  /// J, the mean of the products of the cases' scores; V_M where it is not asked for.
  let firstOrder: Matrix
  /// V_M⁻¹.
  let inverse: Matrix
  /// Δ, by the parameters of the model.
  let jacobian: Matrix

  /// Γ = V_M⁻¹ J V_M⁻¹: the asymptotic covariance matrix of the saturated moments.
  var spread: Matrix { isRobust ? inverse.sandwiching(firstOrder) : inverse }
  /// Whether J is not V_M.
  let isRobust: Bool

  /// - Parameters:
  ///   - fit: The fit.
  ///   - index: The block, from 0.
  ///   - isRobust: Whether the data need not be normal.
  init(_ fit: FittedModel, block index: Int, isRobust: Bool) throws(InferenceError) {
    let sample = fit.moments[index]
    let places = fit.randomMoments(index)
    guard let complete = SaturatedModel.completeInformation(sample),
      let observed = SaturatedModel.observedInformation(sample),
      let jacobian = fit.momentJacobian(index)
    else { throw .undefinedAtEstimates }
    self.places = places
    self.isRobust = isRobust
    count = fit.multiplier(ofBlock: index)
    self.complete = complete.submatrix(rows: places, columns: places)
    self.observed = observed.submatrix(rows: places, columns: places)
    self.jacobian = jacobian.submatrix(rows: places, columns: Array(0..<fit.estimates.count))
    guard let factor = try? Cholesky(self.observed) else { throw .notIdentified }
    inverse = factor.inverse()
    if isRobust {
      guard let rows = fit.rows, index < rows.count else { throw .needsRawData("Robust inference") }
      let sum = fit.saturatedScoreProducts(
        index, rows[index], mean: sample.mean ?? [], covariance: sample.covariance)
      guard let sum else { throw .undefinedAtEstimates }
      firstOrder = (1 / count) * sum.submatrix(rows: places, columns: places)
    } else {
      firstOrder = self.observed
    }
  }
}

extension FittedModel {
  /// Σ s sᵀ over the independent units of a block, s the scores (z, ½ Dᵀ vec(z zᵀ - W)) of their cases about means and vech
  /// at given moments, times the cases' weights.
  ///
  /// - Complexity: O(N q²), q = p (p + 3) / 2; O(C q) memory for C clusters.
  func saturatedScoreProducts(
    _ index: Int, _ rows: Matrix, mean: [Double], covariance: Matrix
  ) -> Matrix? {
    guard let patterns = moments[index].patterns else { return nil }
    let p = mean.count
    let n = p + 1
    let likelihood = PatternLikelihood(patterns.layout(variables: Array(0..<p), origin: mean))
    let point = NumberBuffer(count: n * n)
    for j in 0..<p { for i in 0..<p { point[i + j * n] = covariance[i, j] } }
    point[n * n - 1] = 1
    guard withExtendedLifetime(point, { likelihood.value(at: point.pointer) }) != nil else { return nil }
    let positions = halfVectorPositions(order: p)
    let q = p + positions.count
    let batch = ColumnBatch(length: q)
    let sum = NumberBuffer(count: q * q)
    let weight = NumberBuffer(count: n * n)
    let design = design.isEmpty ? nil : design[index]
    let clusters = design?.clusters
    let totals = NumberBuffer(count: q * (design?.clusterCount ?? 0))
    likelihood.eachSolvedCase(rows, order: Array(0..<p), patterns, weight) { _, members, z in
      for (position, row) in members.enumerated() {
        let factor = design?.weights?[row] ?? 1
        let column =
          clusters.map { totals.pointer + q * $0[row] } ?? batch.next(isNegative: false, into: sum.pointer)
        if clusters == nil { column.update(repeating: 0, count: q) }
        for i in 0..<p { column[i] += factor * z[i, position] }
        for (place, (i, j)) in positions.enumerated() {
          let value = factor * (z[i, position] * z[j, position] - weight[i + j * n])
          column[p + place] += i == j ? 0.5 * value : value
        }
      }
    }
    if let count = design?.clusterCount {
      // As in CaseDesign.aggregated.
      let scale = (Double(count) / Double(max(count - 1, 1))).squareRoot()
      for cluster in 0..<count {
        let column = batch.next(isNegative: false, into: sum.pointer)
        for i in 0..<q { column[i] = scale * totals[i + cluster * q] }
      }
    }
    batch.flush(into: sum.pointer)
    Kernels.mirrorLower(sum.pointer, order: q)
    return sum.matrix(rowCount: q, columnCount: q)
  }

  /// tr(A₁⁻¹B₁) of the saturated model of incomplete rows, with A₁ of the kind that the model's own information has.
  func incompleteSaturatedTrace(_ rows: [Matrix], _ kind: InformationKind) throws(InferenceError) -> Double {
    var trace = 0.0
    for (index, sample) in moments.enumerated() {
      let places = randomMoments(index)
      let information =
        kind == .expected
        ? SaturatedModel.expectedInformation(sample) : SaturatedModel.observedInformation(sample)
      guard let information,
        let products = saturatedScoreProducts(
          index, rows[index], mean: sample.mean ?? [], covariance: sample.covariance)
      else { throw .undefinedAtEstimates }
      let a = Double(sample.count) * information.submatrix(rows: places, columns: places)
      guard let factor = try? LU(a) else { throw .notIdentified }
      trace += factor.solve(products.submatrix(rows: places, columns: places)).trace
    }
    return trace
  }

  /// tr(UΓ) of the likelihood of incomplete rows, U = V - VΔ(ΔᵀVΔ)⁻¹ΔᵀV and Γ = V⁻¹JV⁻¹, with V the observed information
  /// about the saturated moments and J the mean product of the cases' scores, both at the saturated estimates (Yuan and
  /// Bentler 2000, equation 13). At the model's moments V may be indefinite.
  func fullInformationTrace() throws(InferenceError) -> Double {
    let t = estimates.count
    var trace = 0.0
    var information = Matrix(rowCount: t, columnCount: t)
    var meat = information
    for index in moments.indices {
      let block = try IncompleteInformation(self, block: index, isRobust: true)
      let transposed = block.jacobian.transposed
      trace += block.inverse.traceOfProduct(with: block.firstOrder)
      information += block.count * (transposed * (block.observed * block.jacobian))
      meat += block.count * (transposed * (block.firstOrder * block.jacobian))
    }
    guard let inverse = invert(information.symmetrized()) else { throw .notIdentified }
    return trace - inverse.traceOfProduct(with: meat)
  }

  // MARK: Two stages

  /// Δ, V_C and Γ of every block, and A = Σ n ΔᵀV_CΔ and B = Σ n ΔᵀV_CΓV_CΔ over them.
  private func twoStageParts() throws(InferenceError) -> (
    blocks: [IncompleteInformation], information: Matrix, meat: Matrix
  ) {
    let isRobust = options.isRobust
    let t = estimates.count
    var blocks: [IncompleteInformation] = []
    var information = Matrix(rowCount: t, columnCount: t)
    var meat = information
    for index in moments.indices {
      let block = try IncompleteInformation(self, block: index, isRobust: isRobust)
      let weighted = block.complete * block.jacobian
      information += block.count * (block.jacobian.transposed * weighted)
      meat += block.count * weighted.transposed.sandwiching(block.spread)
      blocks.append(block)
    }
    return (blocks, information.symmetrized(), meat)
  }

  /// Cov(θ̂) of the two-stage estimates: A⁻¹ B A⁻¹ with A = Σ n ΔᵀVΔ, B = Σ n ΔᵀVΓVΔ, V the complete-data weight at the
  /// saturated moments and Γ their asymptotic covariance matrix (Savalei and Bentler 2009, equation 9; with
  /// `robust.sem` or `robust.huber.white` that of nonnormal data, Savalei and Falk 2014).
  func twoStageCovariance() throws(InferenceError) -> EstimateCovariance {
    let parts = try twoStageParts()
    guard let inverse = invert(parts.information) else { throw .notIdentified }
    return EstimateCovariance(
      matrix: inverse.sandwiching(parts.meat), information: .observed, kind: options.standardErrors)
  }

  /// tr(UΓ) and tr((UΓ)²), U = V - VΔ(ΔᵀVΔ)⁻¹ΔᵀV, for the two-stage fit (Savalei and Bentler 2009, equation 12).
  func twoStageTraces() throws(InferenceError) -> (first: Double, second: Double) {
    let parts = try twoStageParts()
    guard let inverse = invert(parts.information) else { throw .notIdentified }
    let model = inverse * parts.meat
    var first = -model.trace
    var second = model.traceOfProduct(with: model)
    for block in parts.blocks {
      let product = block.complete * block.spread
      first += product.trace
      second += product.traceOfProduct(with: product)
      let weighted = block.complete * block.jacobian
      let twice = (block.spread * weighted).transposed.sandwiching(block.complete)
      second -= 2 * block.count * inverse.traceOfProduct(with: twice)
    }
    return (first, second)
  }
}
