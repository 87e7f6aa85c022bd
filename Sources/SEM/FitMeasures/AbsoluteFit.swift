internal import SEMNumerics

/// LISREL's goodness of fit: 1 - eᵀVe / sᵀVs with residual moments e, sample moments s and the normal-theory weight V at
/// the model's moments (Jöreskog and Sörbom 1981; Tanaka and Huba 1985), groups weighted by their cases.
struct AbsoluteFit {
  /// The index.
  let gfi: Double
  /// The number of distinct moments, those of fixed covariates included.
  let momentCount: Double

  init(fit: FittedModel) {
    var index = 0.0
    var count = 0.0
    for (position, block) in fit.table.blocks.enumerated() {
      let sample = fit.moments[position]
      let p = block.observed.count
      count += Double(p * (p + 1) / 2 + (fit.table.hasMeanStructure ? p : 0))
      guard let matrices = fit.matrices(ofBlock: position),
        let factor = try? Cholesky(matrices.observedCovariance)
      else {
        index = .nan
        continue
      }
      let fixed = Set(
        fit.table.rows.filter { $0.block == block.number && $0.isExogenous }.map(\.lhs))
      let weight = factor.inverse()
      let isFixed = block.observed.map(fixed.contains)
      if fit.isFullInformation {
        let part = IncompleteAbsoluteFit(fit: fit, block: position, isFixed: isFixed)
        index += Double(sample.count) / Double(fit.count) * (part.map { 1 - $0.residual / $0.whole } ?? .nan)
        continue
      }
      let mean = fit.table.hasMeanStructure ? sample.mean : nil
      let residual = Self.quadraticForm(
        weight, sample.covariance - matrices.observedCovariance,
        mean.map { zip($0, matrices.observedMean).map { $0 - $1 } }, isFixed)
      let whole = Self.quadraticForm(weight, sample.covariance, mean, isFixed)
      index += Double(sample.count) / Double(fit.count) * (whole > 0 ? 1 - residual / whole : 1)
    }
    gfi = index
    momentCount = count
  }

  /// ½ tr(W E W E) + dᵀ W d, moments among fixed covariates left out of E and d.
  private static func quadraticForm(
    _ weight: Matrix, _ difference: Matrix, _ mean: [Double]?, _ isFixed: [Bool]
  ) -> Double {
    var difference = difference
    let p = isFixed.count
    for j in 0..<p {
      for i in 0..<p where isFixed[i] && isFixed[j] { difference[i, j] = 0 }
    }
    let product = weight * difference
    var sum = 0.5 * product.traceOfProduct(with: product)
    if let mean {
      sum += weight.quadraticForm(zip(mean, isFixed).map { $1 ? 0 : $0 })
    }
    return sum
  }
}
