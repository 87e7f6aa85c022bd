internal import CLinearAlgebra

/// Numbers as C prints them.
package enum PrintedNumber {
  /// The text of a number.
  ///
  /// Foundation's `String(format:)` gives the same and takes ten times as long.
  /// - Parameter format: One conversion with its precision, such as `%.3f`, `%.2e` or `%.4g`.
  package static func text(_ value: Double, _ format: String) -> String {
    // The longest is a number of 309 digits with decimals.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      let count = Int(la_print(start, buffer.count, format, value))
      return String(
        decoding: UnsafeRawBufferPointer(start: start, count: min(count, buffer.count - 1)), as: UTF8.self)
    }
  }
}
