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
  /// A key and its position; the key is 0 where the slot is empty.
  private struct Slot {
    var key: UInt64 = 0
    var position = 0
  }

  private var slots: [Slot]
  private var count = 0

  init(capacity: Int = 32) {
    var size = 16
    while size < 2 * capacity { size *= 2 }
    slots = [Slot](repeating: Slot(), count: size)
  }

  /// The position of an element; `nil` where it is unknown.
  subscript(key: ElementKey) -> Int? {
    let slot = slots[place(of: key.bits)]
    return slot.key == 0 ? nil : slot.position
  }

  /// Gives an element that is unknown a position; returns the one it has, if it is known.
  mutating func insert(_ key: ElementKey, at position: Int) -> Int? {
    let place = place(of: key.bits)
    guard slots[place].key == 0 else { return slots[place].position }
    slots[place] = Slot(key: key.bits, position: position)
    count += 1
    if 2 * count > slots.count { grow() }
    return nil
  }

  private func place(of key: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while slots[place].key != 0, slots[place].key != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: 2 * old.count)
    for slot in old where slot.key != 0 { slots[place(of: slot.key)] = slot }
  }
}
