/// Reads decimal numbers from bytes, rounded to the nearest double.
///
/// Grammar: `[+-] digits [mark digits] [(e|E) [+-] digits]`, at least one digit in the significand, nothing else. No
/// hexadecimal, no `inf`, no grouping of thousands. The locale plays no part.
enum DecimalNumber {
  /// What stands at a position.
  enum Reading {
    /// A number, the position after it, and whether it has a decimal mark.
    case number(Double, end: Int, hasMark: Bool)
    /// A number beyond the range of double precision, and the position after it.
    case overflow(end: Int)
    /// Not a number.
    case none
  }

  /// Reads the longest number that starts at a position.
  ///
  /// Up to 15 significant digits and 22 powers of ten, one exact multiplication or division rounds correctly (Clinger,
  /// 1990, "How to read floating point numbers accurately", PLDI '90). Up to 19 digits with at most 19 decimals, the
  /// quotient of integers is formed in 128 bits and rounded to even by hand. Everything else goes to the standard library.
  @inline(__always)
  static func read(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, mark: UInt8) -> Reading {
    let count = bytes.count
    var position = start
    var isNegative = false
    if position < count, bytes[position] == 0x2D || bytes[position] == 0x2B {
      isNegative = bytes[position] == 0x2D
      position += 1
    }
    var significand: UInt64 = 0
    let firstDigit = position
    while position < count {
      let digit = bytes[position] &- 0x30
      if digit > 9 { break }
      significand = significand &* 10 &+ UInt64(digit)
      position += 1
    }
    var digitCount = position - firstDigit
    var exponent = 0
    var hasMark = false
    if position < count, bytes[position] == mark {
      position += 1
      let firstDecimal = position
      while position < count {
        let digit = bytes[position] &- 0x30
        if digit > 9 { break }
        significand = significand &* 10 &+ UInt64(digit)
        position += 1
      }
      exponent = firstDecimal - position
      digitCount -= exponent
      hasMark = true
    }
    if digitCount == 0 { return .none }
    if position < count, bytes[position] | 0x20 == 0x65 {
      var next = position + 1
      var isNegativePower = false
      if next < count, bytes[next] == 0x2D || bytes[next] == 0x2B {
        isNegativePower = bytes[next] == 0x2D
        next += 1
      }
      let firstPower = next
      var power = 0
      while next < count {
        let digit = bytes[next] &- 0x30
        if digit > 9 { break }
        power = Swift.min(power &* 10 &+ Int(digit), 1_000_000)
        next += 1
      }
      if next > firstPower {
        exponent += isNegativePower ? -power : power
        position = next
      }
    }
    if digitCount <= 19 {
      if let value = exact(significand, exponent) {
        return .number(isNegative ? -value : value, end: position, hasMark: hasMark)
      }
    }
    return slow(bytes, from: start, to: position, mark: mark, hasMark: hasMark)
  }

  /// `significand × 10^exponent` rounded to nearest, ties to even, where that is cheap.
  @inline(__always)
  static func exact(_ significand: UInt64, _ exponent: Int) -> Double? {
    if significand <= 1 << 53 {
      if exponent == 0 { return Double(significand) }
      if exponent < 0, exponent >= -22 { return Double(significand) / powers[-exponent] }
      if exponent > 0, exponent <= 22 { return Double(significand) * powers[exponent] }
    }
    if significand == 0 { return 0 }
    if exponent == 0 { return Double(significand) }
    if exponent < 0, exponent >= -19 {
      return quotient(significand, integerPowers[-exponent], ofTen: -exponent)
    }
    return nil
  }

  /// The quotient of two positive integers rounded to nearest, ties to even.
  @inline(never)
  private static func quotient(_ dividend: UInt64, _ divisor: UInt64, ofTen: Int) -> Double {
    let divisorShift = divisor.leadingZeroBitCount
    let dividendShift = dividend.leadingZeroBitCount
    let d = divisor << UInt64(divisorShift)
    let n = dividend << UInt64(dividendShift)
    var power = divisorShift - dividendShift - 64
    // Both have their top bit set, so the quotient of 128 by 64 bits has exactly 64 bits.
    let result: (quotient: UInt64, remainder: UInt64)
    if n >= d {
      result = d.dividingFullWidth((n >> 1, n << 63))
      power += 1
    } else {
      result = d.dividingFullWidth((n, 0))
    }
    var mantissa = result.quotient >> 11
    let rest = result.quotient & 0x7FF
    if rest > 0x400 || (rest == 0x400 && (result.remainder != 0 || mantissa & 1 == 1)) { mantissa += 1 }
    return Double(mantissa) * Double(sign: .plus, exponent: power + 11, significand: 1)
  }

  /// The standard library's reading, which is exact, slower, and independent of the locale.
  @inline(never)
  private static func slow(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, mark: UInt8, hasMark: Bool
  ) -> Reading {
    let text = String(decoding: bytes[start..<end].map { $0 == mark ? 0x2E : $0 }, as: UTF8.self)
    guard let value = Double(text) else { return .none }
    return value.isFinite ? .number(value, end: end, hasMark: hasMark) : .overflow(end: end)
  }

  /// Reads a whole text as a number; white space around it is allowed, a point or a comma may be the decimal mark.
  static func read(_ text: String) -> Double? {
    let bytes = Array(text.utf8.drop { $0 == 0x20 || $0 == 0x09 })
    return bytes.withUnsafeBufferPointer { buffer in
      for mark: UInt8 in [0x2E, 0x2C] {
        if case .number(let value, let end, _) = read(buffer, at: 0, mark: mark),
          buffer[end...].allSatisfy({ $0 == 0x20 || $0 == 0x09 })
        {
          return value
        }
      }
      return nil
    }
  }

  /// 10^0 … 10^22, which doubles hold exactly.
  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
    1e20, 1e21, 1e22,
  ]

  /// 10^0 … 10^19.
  private static let integerPowers: [UInt64] = (0...19).map { power in
    (0..<power).reduce(1 as UInt64) { product, _ in product * 10 }
  }
}
