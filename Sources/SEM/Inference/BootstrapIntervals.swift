internal import SEMNumerics

/// How an interval is made of a statistic's draws.
public enum BootstrapIntervalKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// t - bias ± z · SE.
  case normal
  /// 2 t - the percentile interval's ends, crossed.
  case basic
  /// Quantiles of the draws.
  case percentile
  /// Quantiles at levels that correct for the share of draws below t (Efron 1981).
  case biasCorrected = "bc"
  /// The same with acceleration (Efron 1987).
  case bca
}

/// What the draws say of one statistic.
public struct BootstrapSummary: Sendable, Hashable {
  /// The statistic.
  public var statistic: BootstrapStatistic
  /// Its value for the sample.
  public var estimate: Double?
  /// The mean of the draws minus the estimate.
  public var bias: Double?
  /// The standard deviation of the draws (divisor draws - 1).
  public var standardError: Double?
  /// The lower end of the interval.
  public var lower: Double?
  /// The upper end of the interval.
  public var upper: Double?
  /// The level at which the interval's nearer end would be 0: a two-sided p-value.
  public var pValue: Double?
  /// Whether an end is the smallest or largest draw because there are too few draws for the level.
  public var isAtExtreme: Bool
  /// The number of draws in which the statistic is defined.
  public var count: Int
}

extension BootstrapResult {
  /// Bias, standard error and interval of every statistic.
  ///
  /// Quantiles follow Davison and Hinkley (1997, equation 5.8), as R's boot and lavaan do: the order statistic number
  /// (R + 1)α, and between two order statistics linear interpolation on the scale of normal quantiles. With w the normal
  /// quantile of the share of draws below t and a the acceleration, BCa takes the levels
  /// Φ(w + (w + z) / (1 - a (w + z))); the bias-corrected interval is the same with a = 0.
  ///
  /// - Parameters:
  ///   - kind: The kind of interval. Without a jackknife ``BootstrapIntervalKind/bca`` has no ends.
  ///   - level: The coverage; `nil` for that of the fit.
  /// - Complexity: O(draws) for each statistic.
  public func summaries(_ kind: BootstrapIntervalKind, level: Double? = nil) -> [BootstrapSummary] {
    statistics.indices.map { summary(of: $0, kind, level: level ?? confidenceLevel) }
  }

  /// Bias, standard error and interval of one statistic, a column of ``draws``.
  public func summary(of column: Int, _ kind: BootstrapIntervalKind, level: Double) -> BootstrapSummary {
    let rows = draws.rowCount
    var values: [Double] = []
    values.reserveCapacity(rows)
    for index in (column * rows)..<((column + 1) * rows) where !draws.elements[index].isNaN {
      values.append(draws.elements[index])
    }
    let estimate = original[column]
    var summary = BootstrapSummary(
      statistic: statistics[column], estimate: estimate.isNaN ? nil : estimate, isAtExtreme: false,
      count: values.count)
    guard values.count > 1, !estimate.isNaN else { return summary }
    let interval = BootstrapInterval(
      values: values, estimate: estimate, acceleration: accelerations.isEmpty ? nil : accelerations[column])
    summary.bias = interval.bias
    summary.standardError = interval.standardError
    // A fixed value, such as a loading of 1, has no distribution.
    guard interval.standardError > 1e-14 * estimate.magnitude else {
      summary.standardError = 0
      summary.lower = estimate
      summary.upper = estimate
      return summary
    }
    if let ends = interval.ends(kind, level: level) {
      summary.lower = ends.lower
      summary.upper = ends.upper
      summary.isAtExtreme = ends.isAtExtreme
    }
    summary.pValue = interval.pValue(kind)
    return summary
  }
}

/// Intervals from the draws of one statistic.
package struct BootstrapInterval {
  private var values: [Double]
  private let estimate: Double
  private let acceleration: Double?
  package let bias: Double
  package let standardError: Double

  /// - Parameter values: At least two finite draws.
  package init(values: [Double], estimate: Double, acceleration: Double?) {
    self.values = values
    self.estimate = estimate
    self.acceleration = acceleration
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    bias = mean - estimate
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = (squares / (count - 1)).squareRoot()
  }

  /// Efron's acceleration Σ d³ / (6 (Σ d²)^1.5), d the mean of a stratum's leave-out values minus each of them (Efron 1987;
  /// Davison and Hinkley 1997, section 5.3); NaN where it is not defined.
  static func acceleration(leaveOut: [Double], strata: [Int]) -> Double {
    let count = (strata.max() ?? 0) + 1
    var sums = [Double](repeating: 0, count: count)
    var sizes = sums
    for (value, stratum) in zip(leaveOut, strata) {
      sums[stratum] += value
      sizes[stratum] += 1
    }
    var squares = 0.0
    var cubes = 0.0
    for (value, stratum) in zip(leaveOut, strata) {
      let d = sums[stratum] / sizes[stratum] - value
      squares += d * d
      cubes += d * d * d
    }
    return squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : .nan
  }

  /// The ends of an interval; `nil` where they are not defined.
  package func ends(_ kind: BootstrapIntervalKind, level: Double) -> (
    lower: Double, upper: Double, isAtExtreme: Bool
  )? {
    let tail = 0.5 * (1 - level)
    guard tail > 0, tail < 0.5 else { return nil }
    let z = NormalDistribution.standard.quantile(upperTail: tail)
    switch kind {
    case .normal:
      let center = estimate - bias
      return (center - z * standardError, center + z * standardError, false)
    case .basic, .percentile:
      let (lower, upper, isAtExtreme) = quantiles(tail, 1 - tail)
      return kind == .percentile
        ? (lower, upper, isAtExtreme) : (2 * estimate - upper, 2 * estimate - lower, isAtExtreme)
    case .biasCorrected, .bca:
      guard let (w, a) = corrections(kind) else { return nil }
      func corrected(_ z: Double) -> Double {
        NormalDistribution.standard.lowerTail(at: w + (w + z) / (1 - a * (w + z)))
      }
      let (low, high) = (corrected(-z), corrected(z))
      guard low.isFinite, high.isFinite else { return nil }
      return quantiles(low, high)
    }
  }

  /// w and a; `nil` where all draws lie on one side of the estimate, or a is not known.
  private func corrections(_ kind: BootstrapIntervalKind) -> (w: Double, a: Double)? {
    let below = values.count { $0 < estimate }
    guard below > 0, below < values.count else { return nil }
    let w = NormalDistribution.standard.quantile(lowerTail: Double(below) / Double(values.count))
    if kind == .biasCorrected { return (w, 0) }
    guard let acceleration, acceleration.isFinite else { return nil }
    return (w, acceleration)
  }

  /// The level at which an end of the interval meets 0: by inversion of ``ends(_:level:)``.
  package func pValue(_ kind: BootstrapIntervalKind) -> Double? {
    let normal = NormalDistribution.standard
    if kind == .normal {
      return min(1, 2 * normal.upperTail(at: ((estimate - bias) / standardError).magnitude))
    }
    let count = Double(values.count)
    let null = kind == .basic ? 2 * estimate : 0
    // Half of the draws at the value itself; never nothing or all.
    let below = Double(values.count { $0 < null }) + 0.5 * Double(values.count { $0 == null })
    let share = min(max(below, 1), count) / (count + 1)
    var z = normal.quantile(lowerTail: share)
    if kind == .biasCorrected || kind == .bca {
      guard let (w, a) = corrections(kind) else { return nil }
      let y = z - w
      let denominator = 1 + a * y
      guard denominator > 0 else { return nil }
      z = y / denominator - w
    }
    return min(1, 2 * normal.upperTail(at: z.magnitude))
  }

  /// Two quantiles, with whether one of them lies beyond the draws.
  private func quantiles(_ low: Double, _ high: Double) -> (Double, Double, Bool) {
    var values = values
    let count = values.count
    func quantile(_ level: Double) -> (Double, Bool) {
      let rank = Double(count + 1) * level
      // Rounding in the level must not turn rank 25 into 24.999….
      let whole = (rank - rank.rounded()).magnitude < 1e-9 * Double(count + 1) ? rank.rounded() : nil
      let k = Int((whole ?? rank.rounded(.down)))
      if k < 1 { return (Self.select(0, &values), true) }
      if k >= count { return (Self.select(count - 1, &values), k > count || whole == nil) }
      let lower = Self.select(k - 1, &values)
      if whole != nil { return (lower, false) }
      let upper = Self.select(k, &values)
      let normal = NormalDistribution.standard
      let (q, q0, q1) = (
        normal.quantile(lowerTail: level), normal.quantile(lowerTail: Double(k) / Double(count + 1)),
        normal.quantile(lowerTail: Double(k + 1) / Double(count + 1))
      )
      return (lower + (q - q0) / (q1 - q0) * (upper - lower), false)
    }
    let lower = quantile(low)
    let upper = quantile(high)
    return (lower.0, upper.0, lower.1 || upper.1)
  }

  /// The element that would stand at `rank`, from 0, if the values were sorted; partly sorts them (Hoare 1961).
  static func select(_ rank: Int, _ values: inout [Double]) -> Double {
    var first = 0
    var last = values.count - 1
    while first < last {
      // The median of three as pivot, so that sorted values are no trap.
      let middle = first + (last - first) / 2
      let (a, b, c) = (values[first], values[middle], values[last])
      let pivot = max(min(a, b), min(max(a, b), c))
      var i = first
      var j = last
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        if i <= j {
          values.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if rank <= j { last = j } else if rank >= i { first = i } else { return values[rank] }
    }
    return values[rank]
  }
}
