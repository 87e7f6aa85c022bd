internal import SEMNumerics

extension FittedModel {
  /// Cov(θ̂) of the kind that ``FitOptions/standardErrors`` asks for.
  ///
  /// With A the information (expected, or observed where asked for) and A⁻¹ taken along active constraints:
  ///
  /// - `robust.sem`: A⁻¹ B A⁻¹, B = Σ m ΔᵀVΓ̂VΔ (Browne 1984, equation 2.12; Satorra and Bentler 1994, equation 16.10);
  /// - `robust.sem.nt`: the same with Γ of normal variables, 2 tr(S M S M') for symmetric forms M;
  /// - `robust.huber.white`: A⁻¹ B A⁻¹, B = Σ sᵢ sᵢᵀ over the cases' scores (Huber 1967; White 1982, theorem 3.2);
  /// - `first.order`: B⁻¹.
  ///
  /// Weights multiply scores and contributions; with clusters these are summed within clusters first.
  /// The two-stage fit has the covariance matrix of ``twoStageCovariance()``.
  ///
  /// - Throws: ``InferenceError``.
  /// - Complexity: O(p³ + t³), and O(N (p² + t²)) for the kinds that need the cases.
  func robustCovariance() throws(InferenceError) -> EstimateCovariance {
    let kind = options.effectiveStandardErrors
    if options.missing == .twoStage, kind != .none { return try twoStageCovariance() }
    switch kind {
    case .standard, .none: return try estimateCovariance(options.information)
    case .firstOrder: return try estimateCovariance(.firstOrder)
    case .robustHuberWhite, .robustSEM, .robustSEMNormal, .robustCluster, .robustClusterSEM:
      if kind == .robustCluster || kind == .robustClusterSEM, options.clusterVariable == nil {
        throw .notAvailable("\(kind.rawValue) needs clusters; name their variable")
      }
      let bread: InformationKind =
        options.information == .firstOrder
        ? (kind == .robustHuberWhite || kind == .robustCluster ? .observed : .expected) : options.information
      let inverse = try estimateCovariance(bread).matrix
      let meat: Matrix
      switch kind {
      case .robustHuberWhite, .robustCluster: meat = try information(.firstOrder)
      case .robustSEM, .robustClusterSEM: meat = try momentMeat()
      default: meat = try normalTheoryMeat()
      }
      return EstimateCovariance(
        matrix: inverse.sandwiching(meat).symmetrized(), information: bread, kind: kind)
    }
  }

  /// Σ m ΔᵀVΓ̂VΔ.
  func momentMeat() throws(InferenceError) -> Matrix {
    var sum = Matrix(rowCount: estimates.count, columnCount: estimates.count)
    for cases in try weightedCases() { sum += cases.projections.crossProduct() }
    return sum
  }

  /// The cases of every block as the estimator's weight sees them.
  ///
  /// - Throws: ``InferenceError/needsRawData(_:)``, ``InferenceError/notAvailable(_:)`` for incomplete rows.
  func weightedCases() throws(InferenceError) -> [WeightedCases] {
    guard let rows else { throw .needsRawData("Robust standard errors and tests") }
    guard options.missing == .listwise else {
      throw .notAvailable(
        "robust.sem and the tests that go with it need complete rows; use --missing listwise, or MLR")
    }
    guard let objective = evaluatedObjective() else { throw .undefinedAtEstimates }
    var result: [WeightedCases] = []
    for (index, block) in objective.blocks.enumerated() {
      let m = multiplier(ofBlock: index)
      let fixed = fixedCovariates(index, block.structure.observedOrder)
      let design = design.isEmpty ? nil : design[index]
      let cases: WeightedCases?
      if let block = block as? WeightedLeastSquaresBlock {
        cases = WeightedCases(
          block: block, rows: rows[index], fixed: fixed, design: design, multiplier: m,
          parameterCount: estimates.count)
      } else {
        cases = weightCovariance(index, block).flatMap {
          WeightedCases(
            workspace: block.moments, covariance: $0, rows: rows[index],
            fixed: fixed, design: design, multiplier: m, parameterCount: estimates.count)
        }
      }
      guard let cases else { throw .undefinedAtEstimates }
      result.append(cases)
    }
    return result
  }

  /// The places of the covariates whose moments are fixed, among variables in the given order.
  func fixedCovariates(_ index: Int, _ order: [Int]) -> [Int] {
    let block = table.blocks[index]
    let fixed = Set(table.rows.filter { $0.block == block.number && $0.isExogenous }.map(\.lhs))
    return order.indices.filter { fixed.contains(block.observed[order[$0]]) }
  }

  /// The inverse of a normal-theory weight in internal order: Σ for maximum likelihood, S for GLS.
  private func weightCovariance(_ index: Int, _ block: any BlockDiscrepancy) -> Matrix? {
    let order = block.structure.observedOrder
    let covariance =
      options.estimator == .generalizedLeastSquares
      ? moments[index].covariance : matrices(ofBlock: index)?.observedCovariance
    return covariance?.submatrix(rows: order, columns: order)
  }

  /// Σ m ΔᵀVΓVΔ with Γ of normal variables at the sample's moments.
  private func normalTheoryMeat() throws(InferenceError) -> Matrix {
    guard let objective = evaluatedObjective() else { throw .undefinedAtEstimates }
    let t = estimates.count
    var meat = Matrix(rowCount: t, columnCount: t)
    for (index, block) in objective.blocks.enumerated() {
      let order = block.structure.observedOrder
      let sample = moments[index].covariance.submatrix(rows: order, columns: order)
      let m = multiplier(ofBlock: index)
      if let block = block as? WeightedLeastSquaresBlock {
        let weighted = block.weightedDerivatives(parameterCount: t)
        meat += m * weighted.crossProduct(with: Self.normalTheoryProduct(sample, weighted))
      } else {
        guard let covariance = weightCovariance(index, block), let factor = try? Cholesky(covariance) else {
          throw .undefinedAtEstimates
        }
        let weight = factor.inverse()
        meat += m * block.normalTheoryForm(weight.sandwiching(sample), parameterCount: t)
      }
    }
    return meat.symmetrized()
  }

  /// Γ times columns over means (if there are that many rows) and vech, for normal variables with covariance matrix S.
  private static func normalTheoryProduct(_ sample: Matrix, _ columns: Matrix) -> Matrix {
    let p = sample.rowCount
    let means = columns.rowCount - p * (p + 1) / 2
    var result = Matrix(rowCount: columns.rowCount, columnCount: columns.columnCount)
    for column in 0..<columns.columnCount {
      if means > 0 {
        let product = sample.multiplied(by: (0..<p).map { columns[$0, column] })
        for i in 0..<p { result[i, column] = product[i] }
      }
      var form = Matrix(rowCount: p, columnCount: p)
      for (position, place) in halfVectorPositions(order: p).enumerated() {
        let value = columns[means + position, column] * (place.row == place.column ? 1 : 0.5)
        form[place.row, place.column] = value
        form[place.column, place.row] = value
      }
      let product = sample.sandwiching(form)
      for (position, place) in halfVectorPositions(order: p).enumerated() {
        result[means + position, column] = 2 * product[place.row, place.column]
      }
    }
    return result
  }
}

extension BlockDiscrepancy {
  /// ½ tr(K Σₐ K Σ_b) + μₐᵀ K μ_b over the free parameters, for a symmetric K in internal order.
  func normalTheoryForm(_ k: Matrix, parameterCount t: Int) -> Matrix {
    let n = structure.momentOrder
    let p = structure.observedCount
    let c = structure.constant
    let bordered = NumberBuffer(count: n * n)
    for j in 0..<p { for i in 0..<p { bordered[i + j * n] = k[i, j] } }
    if c >= 0 {
      // In the frame about the sample's means; see GeneralizedLeastSquaresBlock.
      let d = (0..<p).map { moments.sigma[$0 + c * n] }
      let kd = k.multiplied(by: d)
      var corner = 1.0
      for i in 0..<p {
        bordered[i + c * n] = -kd[i]
        bordered[c + i * n] = -kd[i]
        corner += d[i] * kd[i]
      }
      bordered[c + c * n] = corner
    }
    let products = WeightedProducts(structure: structure)
    withExtendedLifetime(bordered) {
      products.form(weight: bordered.pointer, moments: moments, includingZ: true)
    }
    let derivatives = ElementDerivatives(structure: structure)
    let free = structure.freeElements.map { structure.elements[$0] }
    var result = Matrix(rowCount: t, columnCount: t)
    for a in free {
      for b in free {
        result[a.parameter, b.parameter] += 0.5 * derivatives.product(a, b, products, products)
      }
    }
    return result
  }
}
