internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Numbers as tables print them.
enum TextNumber {
  /// A fixed number of decimals; an empty text for none.
  static func fixed(_ value: Double?, _ decimals: Int = 3) -> String {
    guard let value, value.isFinite else { return "" }
    // A value that is too wide for a column of decimals keeps its digits in the exponent.
    if value.magnitude >= 1e7 { return exponential(value) }
    let text = PrintedNumber.text(value, "%.\(decimals)f")
    // No negative zero.
    return text.hasPrefix("-") && text.allSatisfy({ "-0.".contains($0) }) ? String(text.dropFirst()) : text
  }

  /// Three significant digits and an exponent: for values that three decimals would show as 0.000.
  static func exponential(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return value == 0 ? "0" : PrintedNumber.text(value, "%.2e")
  }

  /// A p-value: three decimals, or "<0.001".
  static func pValue(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return value < 0.001 ? "<0.001" : fixed(value)
  }

  /// Significant digits without an exponent where that is readable.
  static func significant(_ value: Double, _ digits: Int) -> String {
    guard value != 0 else { return "0" }
    let exponent = Int(log10(value.magnitude).rounded(.down))
    if exponent < -5 || exponent > 7 { return PrintedNumber.text(value, "%.\(digits - 1)e") }
    return PrintedNumber.text(value, "%.\(max(0, digits - 1 - exponent))f")
  }

  /// A share as a percentage, as in "95 %".
  static func percent(_ value: Double) -> String {
    let text = PrintedNumber.text(100 * value, "%.4g")
    return text + " %"
  }

  /// A count with its noun, in the singular for one.
  static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
