internal import SEM
internal import SEMNumerics

/// Discriminant validity after Fornell and Larcker (1981): a construct shares more variance with its items than with any
/// other construct, √AVE > |r|.
public struct FornellLarcker: Sendable, Hashable {
  /// The codes of the constructs.
  public let codes: [String]
  /// The correlations of the latent variables in the measurement model; `nil` where one is not defined.
  public let correlations: [[Double?]]
  /// The probabilities of the covariances behind them, from which their stars come.
  public let pValues: [[Double?]]
  /// √AVE of each construct; `nil` where AVE is.
  public let rootAverageVariances: [Double?]

  /// Reads the latent correlations of a measurement model.
  public init(_ measurement: MeasurementModel) {
    let codes = measurement.constructs.map(\.code)
    self.codes = codes
    rootAverageVariances = measurement.qualities.map { $0.averageVariance?.squareRoot() }
    let fit = measurement.fit
    var correlations = [[Double?]](repeating: Array(repeating: nil, count: codes.count), count: codes.count)
    var pValues = correlations
    let lines = fit.parameterEstimates(try? fit.estimateCovariance(measurement.convention))
    if let matrices = fit.matrices(ofBlock: 0) {
      let places = codes.map { matrices.variables.firstIndex(of: $0) }
      for (i, first) in places.enumerated() {
        for (j, second) in places.enumerated() {
          guard let first, let second else { continue }
          let product = matrices.totalCovariance[first, first] * matrices.totalCovariance[second, second]
          if i == j {
            correlations[i][j] = 1
          } else if product > 0 {
            correlations[i][j] = matrices.totalCovariance[first, second] / product.squareRoot()
          }
        }
      }
    }
    for (line, row) in zip(lines, fit.table.rows)
    where row.op == .covariance && row.lhs != row.rhs && row.block == 1 {
      guard let i = codes.firstIndex(of: row.lhs), let j = codes.firstIndex(of: row.rhs) else { continue }
      pValues[i][j] = line.pValue
      pValues[j][i] = line.pValue
    }
    self.correlations = correlations
    self.pValues = pValues
  }

  /// Whether a construct passes: √AVE above every |r| of its; `nil` without AVE.
  public func passes(_ index: Int) -> Bool? {
    guard let root = rootAverageVariances[index] else { return nil }
    return codes.indices.allSatisfy {
      $0 == index || (correlations[index][$0].map { $0.magnitude < root } ?? false)
    }
  }
}
