internal import Foundation

/// Numbers as tables print them.
enum TextNumber {
  /// A fixed number of decimals; an empty text for none.
  static func fixed(_ value: Double?, _ decimals: Int = 3) -> String {
    guard let value, value.isFinite else { return "" }
    // A value that is too wide for a column of decimals keeps its digits in the exponent.
    if value.magnitude >= 1e7 { return String(format: "%.\(decimals)e", value) }
    let text = String(format: "%.\(decimals)f", value)
    // No negative zero.
    return text.hasPrefix("-") && text.allSatisfy({ "-0.".contains($0) }) ? String(text.dropFirst()) : text
  }

  /// A p-value: three decimals, or "<.001"-like below them.
  static func pValue(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return value < 0.0005 ? "<0.001" : fixed(value)
  }

  /// Significant digits without an exponent where that is readable.
  static func significant(_ value: Double, _ digits: Int) -> String {
    guard value != 0 else { return "0" }
    let exponent = Int(log10(value.magnitude).rounded(.down))
    if exponent < -5 || exponent > 7 { return String(format: "%.\(digits - 1)e", value) }
    return String(format: "%.\(max(0, digits - 1 - exponent))f", value)
  }
}
