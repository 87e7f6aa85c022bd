/// The codes that mark missing cells: `NA`, `NaN`, `.`, the empty cell, and the user's own.
struct MissingCodes {
  /// The user's codes as bytes.
  let texts: [[UInt8]]
  /// Those of them that are numbers.
  let numbers: [Double]

  init(_ codes: [String]) {
    let trimmed = codes.map { Array($0.utf8.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()) }
    texts = trimmed
    numbers = trimmed.compactMap { DecimalNumber.read(String(decoding: $0, as: UTF8.self)) }
  }

  /// Whether a cell's content marks it as missing; numeric codes are compared by ``marks(_:)-(Double)``.
  func marks(_ content: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    switch content.count {
    case 0: return true
    case 1 where content.first == 0x2E: return true
    case 2 where content.elementsEqual("NA".utf8): return true
    case 3 where content.elementsEqual("NaN".utf8) || content.elementsEqual("nan".utf8): return true
    default: return texts.contains { content.elementsEqual($0) }
    }
  }

  /// Whether a number is a missing code.
  @inline(__always)
  func marks(_ value: Double) -> Bool {
    for number in numbers where number == value { return true }
    return false
  }
}
