internal import SEMNumerics

/// Something about a solution that a model of real variables cannot have.
public enum InadmissibleFinding: Sendable, Hashable {
  /// A variance that is negative.
  case negativeVariance(parameter: String, value: Double, block: Int)
  /// Two variables whose model correlation is beyond ±1.
  case correlationBeyondOne(first: String, second: String, correlation: Double, block: Int)
  /// The covariance matrix of the latent variables is not positive definite; the weights belong to the eigenvector of
  /// its smallest eigenvalue, in correlations.
  case latentCovarianceNotPositiveDefinite(eigenvalue: Double, weights: [String: Double], block: Int)
  /// The covariance matrix of the observed variables' residuals is not positive definite.
  case residualCovarianceNotPositiveDefinite(eigenvalue: Double, variables: [String], block: Int)
}

extension FittedModel {
  /// What makes the solution inadmissible; empty for a proper one.
  ///
  /// Variances and correlations are judged with the tolerance that rounding needs (1e-8 of the variable's total variance),
  /// so that a variance at its bound of 0 is proper.
  public func admissibility() -> [InadmissibleFinding] {
    var findings: [InadmissibleFinding] = []
    for (index, block) in table.blocks.enumerated() {
      guard let matrices = matrices(ofBlock: index) else { continue }
      let total = matrices.totalCovariance
      let residual = matrices.residualCovariance
      let tolerance = 1e-8
      var hasNegativeVariance = Set<Int>()
      for (k, name) in matrices.variables.enumerated() {
        let limit = tolerance * max(total[k, k].magnitude, residual[k, k].magnitude)
        if residual[k, k] < -limit {
          hasNegativeVariance.insert(k)
          findings.append(
            .negativeVariance(
              parameter: name + "~~" + name, value: residual[k, k], block: block.number))
        }
      }
      let latent = Array(matrices.latent)
      for (position, i) in latent.enumerated() {
        for j in latent[..<position] {
          let scale = (total[i, i] * total[j, j]).squareRoot()
          guard scale > 0 else { continue }
          let correlation = total[i, j] / scale
          if correlation.magnitude > 1 + tolerance {
            findings.append(
              .correlationBeyondOne(
                first: matrices.variables[j], second: matrices.variables[i], correlation: correlation,
                block: block.number))
          }
        }
      }
      if let (value, vector) = smallestEigen(total, latent), value < -tolerance, !latent.isEmpty {
        var weights: [String: Double] = [:]
        for (position, k) in latent.enumerated() where vector[position].magnitude > 0.1 {
          weights[matrices.variables[k]] = vector[position]
        }
        findings.append(
          .latentCovarianceNotPositiveDefinite(eigenvalue: value, weights: weights, block: block.number))
      }
      // Residuals that covary: negative variances alone have been named above.
      let covarying = matrices.observed.filter { i in
        matrices.observed.contains { $0 != i && residual[i, $0] != 0 }
      }
      if let (value, vector) = smallestEigen(residual, covarying), value < -tolerance,
        covarying.allSatisfy({ !hasNegativeVariance.contains($0) })
      {
        let names = covarying.indices.filter { vector[$0].magnitude > 0.1 }.map {
          matrices.variables[covarying[$0]]
        }
        findings.append(
          .residualCovarianceNotPositiveDefinite(eigenvalue: value, variables: names, block: block.number))
      }
    }
    return findings
  }

  /// The smallest eigenvalue of a submatrix scaled to unit magnitude on the diagonal, with its vector.
  private func smallestEigen(_ matrix: Matrix, _ places: [Int]) -> (Double, [Double])? {
    guard !places.isEmpty else { return nil }
    var part = matrix.submatrix(rows: places, columns: places)
    let scale = part.diagonal.map { $0 != 0 ? 1 / $0.magnitude.squareRoot() : 1 }
    for j in scale.indices { for i in scale.indices { part[i, j] *= scale[i] * scale[j] } }
    guard let eigen = try? SymmetricEigen(part), let value = eigen.values.first else { return nil }
    return (value, eigen.vectors.column(0))
  }
}
