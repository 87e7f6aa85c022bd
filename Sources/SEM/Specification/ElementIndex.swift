/// What identifies an element within a block, by the numbers of its variables; the order of a covariance's variables
/// does not matter. An intercept has no right-hand variable: -1.
struct ElementKey: Equatable {
  /// Never 0.
  fileprivate let bits: UInt64

  init(_ left: Int, _ op: Operator, _ right: Int) {
    let swaps = op == .covariance && right < left
    let (first, second) = swaps ? (right, left) : (left, right)
    let kind: UInt64 =
      switch op {
      case .measurement: 1
      case .regression: 2
      case .covariance: 3
      case .intercept: 4
      default: 5
      }
    bits = UInt64(first) << 36 | UInt64(second + 1) << 4 | kind
  }
}

/// The positions of elements by their keys, with open addressing; at most half full.
struct ElementIndex: Sendable {
  private var keys: [UInt64]
  private var positions: [Int]
  private var count = 0

  init(capacity: Int = 32) {
    var size = 16
    while size < 2 * capacity { size *= 2 }
    keys = [UInt64](repeating: 0, count: size)
    positions = [Int](repeating: 0, count: size)
  }

  /// The position of an element; `nil` where it is unknown.
  subscript(key: ElementKey) -> Int? {
    let slot = slot(of: key.bits)
    return keys[slot] == 0 ? nil : positions[slot]
  }

  /// Gives an element that is unknown a position; returns the one it has, if it is known.
  mutating func insert(_ key: ElementKey, at position: Int) -> Int? {
    let slot = slot(of: key.bits)
    guard keys[slot] == 0 else { return positions[slot] }
    keys[slot] = key.bits
    positions[slot] = position
    count += 1
    if 2 * count > keys.count { grow() }
    return nil
  }

  private func slot(of bits: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (bits &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while keys[slot] != 0, keys[slot] != bits { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let (oldKeys, oldPositions) = (keys, positions)
    keys = [UInt64](repeating: 0, count: 2 * oldKeys.count)
    positions = [Int](repeating: 0, count: keys.count)
    for (place, bits) in oldKeys.enumerated() where bits != 0 {
      let slot = slot(of: bits)
      keys[slot] = bits
      positions[slot] = oldPositions[place]
    }
  }
}
