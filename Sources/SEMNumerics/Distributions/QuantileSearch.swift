#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Finds quantiles of distributions on the positive half line.
enum QuantileSearch {
  /// Finds the positive *x* whose tail has a given probability.
  ///
  /// Newton's method on log(tail) as a function of log(*x*), where both ends of every distribution here are straight
  /// or gently curved; a bracket shrinks with every evaluation, and a step that leaves it is replaced by a bisection
  /// on the logarithmic scale.
  ///
  /// - Parameters:
  ///   - p: The probability, in (0, 1).
  ///   - start: The first guess; anything positive.
  ///   - rising: Whether the tail grows with *x* (lower tail) or falls (upper tail).
  ///   - tail: The tail's probability at *x*.
  ///   - density: The density at *x*.
  /// - Returns: The root, 0 or infinity where it lies outside the range of doubles.
  static func positive(
    tail p: Double, start: Double, rising: Bool,
    _ tail: (Double) -> Double, density: (Double) -> Double
  ) -> Double {
    let smallest = Double.leastNormalMagnitude
    let largest = Double.greatestFiniteMagnitude
    var low = 0.0
    var high = Double.infinity
    var x = start > smallest ? min(start, largest) : smallest
    for _ in 0..<200 {
      let value = tail(x)
      if value.isNaN { return .nan }
      if value == p { return x }
      if (value < p) == rising { low = max(low, x) } else { high = min(high, x) }
      if low >= largest { return .infinity }
      if high <= smallest { return 0 }

      let slope = x * density(x) / value
      let gap = abs(value - p) < 0.5 * p ? -log1p((p - value) / value) : log(value / p)
      // `value / p` overflows only when p is subnormal.
      let step = (rising ? -1 : 1) * gap / slope
      if step.isFinite && slope > 0 {
        let next = abs(step) < 1 ? x + x * expm1(step) : x * exp(step)
        if abs(step) < 4e-16 { return next }
        if next > low && next < high && next.isFinite && next >= smallest {
          // Quadratic convergence: a step this small leaves an error at rounding level.
          if abs(step) < 1e-9 { return next }
          x = next
          continue
        }
      }
      let bottom = low > 0 ? low : max(smallest, min(x * 1e-4, high * 1e-4))
      let top = high < .infinity ? high : min(largest, max(x, bottom)) * 1e4
      let middle = exp(0.5 * (log(bottom) + log(min(top, largest))))
      if low > 0 && high < .infinity && high / low < 1 + 4e-16 { return middle }
      x = middle
    }
    return x
  }
}
