public import SEMNumerics

/// How factor scores are computed.
public enum FactorScoreMethod: String, Sendable, Hashable, CaseIterable, Codable {
  /// The conditional expectation of the latent variables given the observed ones (Thurstone 1935).
  case regression
  /// The generalised least-squares estimate from the indicators alone (Bartlett 1937).
  case bartlett
}

/// The linear rule that turns a case of one block into factor scores.
public struct FactorScoreWeights: Sendable, Hashable {
  /// The latent variables: the rows of ``weights``.
  public var latent: [String]
  /// The observed variables: the columns of ``weights``.
  public var observed: [String]
  /// The weights, latent × observed.
  public var weights: Matrix
  /// The scores of a case whose values are all zero.
  public var constants: [Double]

  /// The scores of complete rows (cases × observed), cases × latent.
  public func scores(_ rows: Matrix) -> Matrix {
    precondition(rows.columnCount == observed.count, "One column for each observed variable.")
    var result = Matrix(rowCount: rows.rowCount, columnCount: latent.count)
    for l in latent.indices {
      for i in 0..<rows.rowCount {
        var sum = constants[l]
        for v in observed.indices { sum += weights[l, v] * rows[i, v] }
        result[i, l] = sum
      }
    }
    return result
  }
}

extension FittedModel {
  /// The weights of factor scores in one block.
  ///
  /// - `regression`: ν_η + C_ηy Σ⁻¹ (y - μ);
  /// - `bartlett`: with r = (I - A_yy) y - α_y the indicators' part that is due to the factors, r = Λ η + ε,
  ///   η̂ = (Λᵀ Ω⁻¹ Λ)⁻¹ Λᵀ Ω⁻¹ r, Ω = Λ Ψ Λᵀ + Θ; at y = μ it is ν_η. Ω in place of Θ gives the same weights and
  ///   exists also where a residual variance is 0. A factor without indicators of its own is estimated in the same way
  ///   from those of the factors that it affects, whose disturbances then belong to Ω.
  ///
  /// Without a mean structure the sample's means take the place of μ, and latent intercepts are 0, as a saturated mean
  /// structure would have it.
  /// For a case with missing values the formulas hold for what is observed in it; of indicators that depend on further
  /// observed variables Bartlett's scores use those whose causes are observed too.
  /// - Parameters:
  ///   - method: How scores are computed.
  ///   - index: The block, from 0.
  ///   - places: The observed variables that a case has, ascending; `nil` for all.
  /// - Returns: `nil` for a block without latent variables, or where a matrix above has no inverse.
  public func factorScoreWeights(
    _ method: FactorScoreMethod = .regression, block index: Int = 0, observed places: [Int]? = nil
  ) -> FactorScoreWeights? {
    guard let matrices = matrices(ofBlock: index), !matrices.latent.isEmpty else { return nil }
    let observed = places ?? Array(matrices.observed)
    let latent = Array(matrices.latent)
    let names = latent.map { matrices.variables[$0] }
    let variables = observed.map { matrices.variables[$0] }
    let allMeans =
      table.hasMeanStructure
      ? matrices.observedMean : moments[index].mean ?? matrices.observedMean.map { _ in 0 }
    let mean = observed.map { allMeans[$0] }
    // Without a mean structure, what a saturated one would give: latent intercepts are 0.
    var latentMean = latent.map { matrices.totalMean[$0] }
    if !table.hasMeanStructure {
      let paths = matrices.paths.submatrix(rows: latent, columns: latent)
      guard let loops = try? LU(.identity(latent.count) - paths) else { return nil }
      latentMean = loops.solve(
        matrices.paths.submatrix(rows: latent, columns: observed).multiplied(by: mean))
    }
    func rule(_ weights: Matrix) -> FactorScoreWeights {
      let shift = weights.multiplied(by: mean)
      return FactorScoreWeights(
        latent: names, observed: variables, weights: weights,
        constants: zip(latentMean, shift).map { $0 - $1 })
    }
    switch method {
    case .regression:
      let sigma = matrices.totalCovariance.submatrix(rows: observed, columns: observed)
      guard let factor = try? Cholesky(sigma) else { return nil }
      let cross = matrices.totalCovariance.submatrix(rows: observed, columns: latent)
      return rule(factor.solve(cross).transposed)
    case .bartlett:
      let indicators = observed.filter { i in
        latent.contains { matrices.paths[i, $0] != 0 }
          && matrices.observed.allSatisfy { matrices.paths[i, $0] == 0 || observed.contains($0) }
      }
      guard let fromIndicators = bartlettWeights(matrices, indicators: indicators) else { return nil }
      // r = (I - A_yy) y - α_y on the indicators.
      var weights = Matrix(rowCount: latent.count, columnCount: observed.count)
      for l in latent.indices {
        for (position, i) in indicators.enumerated() {
          for (column, j) in observed.enumerated() {
            weights[l, column] += fromIndicators[l, position] * ((i == j ? 1 : 0) - matrices.paths[i, j])
          }
        }
      }
      return rule(weights)
    }
  }

  /// (Λᵀ Ω⁻¹ Λ)⁻¹ Λᵀ Ω⁻¹ of Bartlett's scores, latent × indicators, by levels: factors with indicators of their own first,
  /// then those whose latent effects all have lower levels. With "l" the lower levels and B = (I - A_ll)⁻¹ the factors k of
  /// a level have Λ = Λ_l B A_lk and Ω = Λ_l B Ψ_ll Bᵀ Λ_lᵀ + Θ.
  private func bartlettWeights(_ matrices: ReticularMatrices, indicators: [Int]) -> Matrix? {
    guard !indicators.isEmpty else { return nil }
    let latent = Array(matrices.latent)
    let residual = matrices.residualCovariance.submatrix(rows: indicators, columns: indicators)
    func paths(_ rows: [Int], _ columns: [Int]) -> Matrix {
      matrices.paths.submatrix(rows: rows, columns: columns)
    }
    var result = Matrix(rowCount: latent.count, columnCount: indicators.count)
    var lower: [Int] = []
    while lower.count < latent.count {
      let level = latent.filter { factor in
        guard !lower.contains(factor) else { return false }
        if lower.isEmpty { return indicators.contains { matrices.paths[$0, factor] != 0 } }
        let effects = latent.filter { matrices.paths[$0, factor] != 0 }
        return !effects.isEmpty && effects.allSatisfy(lower.contains)
      }
      guard !level.isEmpty else { return nil }
      let loadings: Matrix
      let omega: Matrix
      if lower.isEmpty {
        let places = level.compactMap(latent.firstIndex(of:))
        loadings = paths(indicators, level)
        omega =
          loadings * matrices.latentCovariance.submatrix(rows: places, columns: places) * loadings.transposed
          + residual
      } else {
        guard let loops = try? LU(.identity(lower.count) - paths(lower, lower)) else { return nil }
        let reach = paths(indicators, lower) * loops.inverse()
        loadings = reach * paths(lower, level)
        omega =
          reach * matrices.residualCovariance.submatrix(rows: lower, columns: lower) * reach.transposed
          + residual
      }
      guard let factor = try? Cholesky(omega.symmetrized()) else { return nil }
      let solved = factor.solve(loadings)
      guard let gram = try? Cholesky((loadings.transposed * solved).symmetrized()),
        gram.smallestPivotRatio > 1e-12
      else { return nil }
      let weights = gram.solve(solved.transposed)
      for (row, member) in level.enumerated() {
        guard let place = latent.firstIndex(of: member) else { return nil }
        for column in indicators.indices { result[place, column] = weights[row, column] }
      }
      lower += level
    }
    return result
  }

  /// The factor scores of a block's rows, cases × latent variables; NaN for a case from which they cannot be computed.
  ///
  /// - Throws: ``InferenceError/needsRawData(_:)``, ``InferenceError/undefinedAtEstimates``.
  public func factorScores(_ method: FactorScoreMethod = .regression, block index: Int = 0)
    throws(InferenceError) -> Matrix
  {
    guard let rows, index < rows.count else { throw .needsRawData("Factor scores") }
    if let patterns = moments[index].patterns {
      return try incompleteFactorScores(method, block: index, rows[index], patterns)
    }
    guard let weights = factorScoreWeights(method, block: index) else { throw .undefinedAtEstimates }
    return weights.scores(rows[index])
  }
}

extension FittedModel {
  /// Scores of rows with missing values, by pattern.
  private func incompleteFactorScores(
    _ method: FactorScoreMethod, block index: Int, _ rows: Matrix, _ patterns: MissingPatterns
  ) throws(InferenceError) -> Matrix {
    let latentCount = table.blocks[index].latent.count
    guard latentCount > 0 else { throw .undefinedAtEstimates }
    var result = Matrix(
      rowCount: rows.rowCount, columnCount: latentCount,
      columnMajor: [Double](repeating: .nan, count: rows.rowCount * latentCount))
    let rules = patterns.patterns.map { factorScoreWeights(method, block: index, observed: $0.observed) }
    for (row, pattern) in patterns.patternOfRow.enumerated() {
      guard let rule = rules[pattern] else { continue }
      for l in 0..<latentCount {
        var sum = rule.constants[l]
        for (column, place) in patterns.patterns[pattern].observed.enumerated() {
          sum += rule.weights[l, column] * rows[row, place]
        }
        result[row, l] = sum
      }
    }
    return result
  }

  /// A table of factor scores with one row for each row of the data; rows without scores are missing.
  ///
  /// - Parameters:
  ///   - method: How scores are computed.
  ///   - data: The data.
  ///   - groupVariable: The column of groups, where the model has groups.
  /// - Throws: ``InferenceError/undefinedAtEstimates``; ``DataError`` as an `any Error` where a variable is missing.
  public func scoreTable(
    _ method: FactorScoreMethod, for data: DataTable, groupVariable: String? = nil
  ) throws -> DataTable {
    guard let first = table.blocks.first else { throw InferenceError.undefinedAtEstimates }
    var columns = [[Double]](
      repeating: [Double](repeating: .nan, count: data.rowCount), count: first.latent.count)
    if moments.contains(where: { $0.patterns != nil }) {
      let fixed = table.rows.filter(\.isExogenous).map(\.lhs)
      let incomplete = try IncompleteData(
        data, variables: first.observed, complete: fixed, groupVariable: groupVariable)
      for (index, group) in incomplete.groups.enumerated() {
        let scores = try incompleteFactorScores(method, block: index, group.rows, group.patterns)
        for (position, row) in group.tableRows.enumerated() {
          for factor in columns.indices { columns[factor][row] = scores[position, factor] }
        }
      }
      return try DataTable(columns: zip(first.latent, columns).map { (name: $0, values: $1) })
    }
    let grouped = try GroupedData(data, variables: first.observed, groupVariable: groupVariable)
    for (index, group) in grouped.groups.enumerated() {
      guard let rows = group.rows, let weights = factorScoreWeights(method, block: index) else {
        throw InferenceError.undefinedAtEstimates
      }
      let scores = weights.scores(rows.values)
      for (position, row) in rows.tableRows.enumerated() {
        for factor in columns.indices { columns[factor][row] = scores[position, factor] }
      }
    }
    return try DataTable(columns: zip(first.latent, columns).map { (name: $0, values: $1) })
  }
}
