/// An unevaluated sum of two doubles, about 32 significant digits.
///
/// Exponents of densities reach 700 in deep tails, where one rounding of the exponent costs 13 digits of 16 in nothing
/// but three places: forming a ratio, subtracting one, and taking the logarithm. These are done in this type.
///
/// Source: T. J. Dekker (1971), "A floating-point technique for extending the available precision", Numerische
/// Mathematik 18, 224-242; D. E. Knuth, The Art of Computer Programming 2, section 4.2.2 (error-free sum).
struct DoubleDouble: Sendable {
  /// The value rounded to a double.
  let high: Double
  /// What rounding left over.
  let low: Double

  /// Joins two parts which must not overlap.
  @inline(__always)
  init(high: Double, low: Double) {
    self.high = high
    self.low = low
  }

  /// The exact value of a double.
  @inline(__always)
  init(_ value: Double) { self.init(high: value, low: 0) }

  /// Joins two parts of which the first is the larger.
  @inline(__always)
  init(larger: Double, smaller: Double) {
    let sum = larger + smaller
    self.init(high: sum, low: smaller - (sum - larger))
  }

  /// The exact sum of two doubles.
  @inline(__always)
  static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
    let sum = a + b
    let part = sum - a
    return DoubleDouble(high: sum, low: (a - (sum - part)) + (b - part))
  }

  /// The exact product of two doubles.
  @inline(__always)
  static func product(_ a: Double, _ b: Double) -> DoubleDouble {
    let product = a * b
    return DoubleDouble(high: product, low: (-product).addingProduct(a, b))
  }

  /// The negative value.
  @inline(__always)
  static prefix func - (a: DoubleDouble) -> DoubleDouble { DoubleDouble(high: -a.high, low: -a.low) }

  /// The sum.
  @inline(__always)
  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let high = sum(a.high, b.high)
    let low = sum(a.low, b.low)
    let first = DoubleDouble(larger: high.high, smaller: high.low + low.high)
    return DoubleDouble(larger: first.high, smaller: first.low + low.low)
  }

  /// The sum with a double.
  @inline(__always)
  static func + (a: DoubleDouble, b: Double) -> DoubleDouble {
    let high = sum(a.high, b)
    return DoubleDouble(larger: high.high, smaller: high.low + a.low)
  }

  /// The difference.
  @inline(__always)
  static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

  /// The difference with a double.
  @inline(__always)
  static func - (a: DoubleDouble, b: Double) -> DoubleDouble { a + -b }

  /// The product.
  @inline(__always)
  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let high = product(a.high, b.high)
    return DoubleDouble(larger: high.high, smaller: high.low + (a.high * b.low + a.low * b.high))
  }

  /// The product with a double.
  @inline(__always)
  static func * (a: DoubleDouble, b: Double) -> DoubleDouble {
    let high = product(a.high, b)
    return DoubleDouble(larger: high.high, smaller: high.low + a.low * b)
  }

  /// The quotient.
  @inline(__always)
  static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let first = a.high / b.high
    let rest = a - b * first
    return DoubleDouble(larger: first, smaller: rest.high / b.high)
  }

  /// The quotient by a double.
  @inline(__always)
  static func / (a: DoubleDouble, b: Double) -> DoubleDouble {
    let first = a.high / b
    let rest = a - product(first, b)
    return DoubleDouble(larger: first, smaller: rest.high / b)
  }
}
