public import SEM
internal import SEMNumerics

/// A bootstrap interval for Cronbach's α: it assumes neither normal answers nor equal covariances.
public struct AlphaBootstrap: Sendable, Hashable {
  /// α of the sample.
  public let alpha: Double
  /// The standard deviation of the draws.
  public let standardError: Double
  /// The percentile interval.
  public let interval: ClosedRange<Double>
  /// The coverage.
  public let level: Double
  /// The number of draws in which α is defined.
  public let draws: Int
  /// The seed.
  public let seed: UInt64

  /// Resamples the complete rows of a construct's items.
  ///
  /// - Parameters:
  ///   - table: The data.
  ///   - items: At least two numeric columns.
  ///   - draws: The number of bootstrap samples.
  ///   - seed: The seed; draw b takes Philox stream b, so that no result depends on the number of threads.
  ///   - level: The coverage.
  ///   - threads: `nil` for as many as there are processors.
  /// - Throws: ``StudyError``, as ``ScaleReliability`` does.
  /// - Complexity: O(draws · N k).
  public init(
    _ table: DataTable, items: [String], draws: Int = 2000, seed: UInt64 = 1, level: Double = 0.95,
    threads: Int? = nil
  ) throws(StudyError) {
    alpha = try ScaleReliability(table, items: items).alpha
    let complete: CompleteRows
    do { complete = try CompleteRows(table, variables: items) } catch { throw StudyError(items: error) }
    var rows = complete.values
    _ = rows.centreColumns()
    let (n, k) = (rows.rowCount, items.count)
    let data = rows
    let results = ParallelDraws.run(draws: max(draws, 2), columns: 1, threads: threads) { draw, result in
      var stream = RandomStream(seed: seed, stream: UInt64(draw), purpose: Self.purpose)
      var sums = [Double](repeating: 0, count: k + 1)
      var squares = sums
      for _ in 0..<n {
        let row = stream.integer(below: n)
        var total = 0.0
        for j in 0..<k {
          let value = data.elements[row + j * n]
          total += value
          sums[j] += value
          squares[j] += value * value
        }
        sums[k] += total
        squares[k] += total * total
      }
      let spread = zip(sums, squares).map { $1 - $0 * $0 / Double(n) }
      let single = spread[..<k].reduce(0, +)
      result.pointee =
        spread[k] > 1e-12 * single ? Double(k) / Double(k - 1) * (1 - single / spread[k]) : .nan
    }
    let values = results.elements.filter { $0.isFinite }.sorted()
    guard values.count > 1 else {
      throw StudyError(.unavailable, "No bootstrap sample gives an α: the items hardly vary.")
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    let tail = (1 - min(max(level, 0), 1)) / 2
    let lower = values.quantile(tail)
    standardError = variance.squareRoot()
    interval = lower...max(lower, values.quantile(1 - tail))
    self.level = level
    self.draws = values.count
    self.seed = seed
  }

  private static let purpose: UInt64 = 0x616c_7068_61
}

extension [Double] {
  /// A quantile of ascending numbers: linear interpolation at (n - 1) p, R's type 7 (Hyndman and Fan 1996).
  func quantile(_ p: Double) -> Double {
    guard let last = indices.last else { return .nan }
    let position = Swift.min(Swift.max(p, 0), 1) * Double(last)
    let below = Int(position)
    let above = Swift.min(below + 1, last)
    return self[below] + (position - Double(below)) * (self[above] - self[below])
  }
}
