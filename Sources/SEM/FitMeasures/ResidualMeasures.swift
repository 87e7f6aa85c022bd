internal import SEMNumerics

/// Root mean square residuals in their four forms, each the mean of the groups' values weighted by their cases.
///
/// - `rmr`: S - Σ (Jöreskog and Sörbom 1981);
/// - `srmr`, `srmr_bentler`: divided by the sample's standard deviations (Bentler 1995);
/// - `crmr`: differences of correlations, off the diagonal (Ogasawara 2001; Maydeu-Olivares 2017);
/// - `srmr_mplus`: as crmr off the diagonal, relative differences of variances on it (Muthén and Muthén).
///
/// With a mean structure residual means join them; the forms `_nomean` leave those out. Fixed covariates count.
struct ResidualMeasures {
  private var sums: [String: Double] = [:]

  init(fit: FittedModel) {
    let total = Double(fit.count)
    for (index, sample) in fit.moments.enumerated() {
      guard let matrices = fit.matrices(ofBlock: index) else { continue }
      let weight = Double(sample.count) / total
      for (name, value) in Self.group(
        sample, matrices, mean: fit.table.hasMeanStructure ? sample.mean : nil)
      {
        sums[name, default: 0] += weight * value
      }
    }
  }

  func add(to measures: inout FitMeasures) {
    for name in [
      "rmr", "rmr_nomean", "srmr", "srmr_bentler", "srmr_bentler_nomean", "crmr", "crmr_nomean", "srmr_mplus",
      "srmr_mplus_nomean",
    ] { measures.set(name, sums[name]) }
  }

  private static func group(
    _ sample: SampleMoments, _ matrices: ReticularMatrices, mean: [Double]?
  ) -> [String: Double] {
    let s = sample.covariance
    let sigma = matrices.observedCovariance
    let mu = matrices.observedMean
    let p = s.rowCount
    var raw = 0.0
    var bentler = 0.0
    var correlation = 0.0
    var diagonal = 0.0
    for j in 0..<p {
      for i in j..<p {
        let residual = s[i, j] - sigma[i, j]
        raw += residual * residual
        bentler += residual * residual / (s[i, i] * s[j, j])
        if i == j {
          let relative = residual / s[i, i]
          diagonal += relative * relative
        } else {
          let difference =
            s[i, j] / (s[i, i] * s[j, j]).squareRoot() - sigma[i, j]
            / (sigma[i, i] * sigma[j, j]).squareRoot()
          correlation += difference * difference
        }
      }
    }
    var rawMean = 0.0
    var bentlerMean = 0.0
    var mplusMean = 0.0
    if let mean {
      for i in 0..<p {
        let residual = mean[i] - mu[i]
        rawMean += residual * residual
        bentlerMean += residual * residual / s[i, i]
        let difference = mean[i] / s[i, i].squareRoot() - mu[i] / sigma[i, i].squareRoot()
        mplusMean += difference * difference
      }
    }
    let moments = Double(p * (p + 1) / 2)
    let pairs = Double(p * (p - 1) / 2)
    let means = mean == nil ? 0 : Double(p)
    func root(_ sum: Double, _ count: Double) -> Double { count > 0 ? (sum / count).squareRoot() : 0 }
    let srmr = root(bentler + bentlerMean, moments + means)
    return [
      "rmr": root(raw + rawMean, moments + means), "rmr_nomean": root(raw, moments),
      "srmr": srmr, "srmr_bentler": srmr, "srmr_bentler_nomean": root(bentler, moments),
      "crmr": root(correlation + bentlerMean, pairs + means), "crmr_nomean": root(correlation, pairs),
      "srmr_mplus": root(correlation + diagonal + mplusMean, moments + means),
      "srmr_mplus_nomean": root(correlation + diagonal, moments),
    ]
  }
}
