internal import SEMNumerics

extension FittedModel {
  /// The independence model, fitted in the same way: covariances among variables are zero but for those among covariates;
  /// `nil` where it cannot be fitted.
  ///
  /// Its likelihood-ratio statistic has a closed form (``independenceTest()``); other discrepancies and scaled tests need
  /// the fit itself.
  func independenceFit() -> FittedModel? {
    var baseline = table
    baseline.rows = []
    baseline.definitions = []
    baseline.constraints = []
    var start: [Double] = []
    for (index, block) in table.blocks.enumerated() {
      let covariates = Standardizer.exogenousObserved(table, block)
      let fixed = table.rows.filter { $0.block == block.number && $0.isExogenous }
      func add(_ lhs: String, _ op: Operator, _ rhs: String, _ value: Double) {
        if let row = fixed.first(where: {
          $0.op == op && (($0.lhs == lhs && $0.rhs == rhs) || ($0.lhs == rhs && $0.rhs == lhs))
        }) {
          baseline.rows.append(row)
          return
        }
        var row = Parameter(lhs: lhs, op: op, rhs: rhs, block: block.number, group: block.group)
        start.append(value)
        row.free = start.count
        baseline.rows.append(row)
      }
      let sample = moments[index]
      for (i, name) in block.observed.enumerated() {
        add(name, .covariance, name, sample.covariance[i, i])
        if table.hasMeanStructure { add(name, .intercept, "", sample.mean?[i] ?? 0) }
        for (j, other) in block.observed[..<i].enumerated()
        where covariates.contains(name) && covariates.contains(other) {
          add(other, .covariance, name, sample.covariance[i, j])
        }
      }
      baseline.blocks[index].latent = []
    }
    guard !start.isEmpty, let fitter = try? ModelFitter(table: baseline, options: options) else { return nil }
    // The fitter takes moments with divisor N.
    let raw = moments.enumerated().map { index, sample in
      var sample = sample
      let factor = multiplier(ofBlock: index) / Double(max(sample.count, 1))
      if factor != 1 { sample.covariance = factor * sample.covariance }
      return sample
    }
    return try? fitter.fit(raw, rows: rows, design: design, start: start)
  }
}
