/// Distinct names, numbered from 0 in the order in which they came.
///
/// Between a model's text and its matrices everything works on these numbers. Names that are equal as strings are one
/// name, as in a dictionary; a dictionary of strings takes several times as long, since it guards against keys that an
/// attacker chose.
package struct NameIndex: Sendable {
  /// The names by their number.
  package private(set) var names: [String]
  /// Open addressing: the upper half of a hash and, below it, a number plus one; 0 where empty. At most half full.
  private var slots: [UInt64]

  /// Makes an index without names, with room for some.
  package init(capacity: Int = 32) {
    names = []
    names.reserveCapacity(capacity)
    var size = 16
    while size < 2 * capacity { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
  }

  /// Numbers the first of all names that are equal.
  package init(_ first: [String], _ second: [String] = []) {
    self.init(capacity: first.count + second.count)
    for name in first { insert(name) }
    for name in second { insert(name) }
  }

  /// The number of distinct names.
  package var count: Int { names.count }

  /// The number of a name; `nil` where it is unknown.
  package subscript(name: String) -> Int? {
    let found = find(name, hash: Self.hash(name)).number
    return found >= 0 ? found : nil
  }

  /// The number of a name, a new one where it is unknown.
  @discardableResult
  package mutating func insert(_ name: String) -> Int {
    let hash = Self.hash(name)
    let (number, slot) = find(name, hash: hash)
    if number >= 0 { return number }
    names.append(name)
    slots[slot] = Self.entry(hash, names.count)
    if 2 * names.count > slots.count { grow() }
    return names.count - 1
  }

  /// The number, or -1 and the empty slot where it would go.
  private func find(_ name: String, hash: UInt64) -> (number: Int, slot: Int) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash >> 32) & mask
    while slots[slot] != 0 {
      let number = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
      if slots[slot] >> 32 == hash >> 32, names[number] == name { return (number, slot) }
      slot = (slot + 1) & mask
    }
    return (-1, slot)
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: 2 * old.count)
    let mask = slots.count - 1
    for entry in old where entry != 0 {
      var slot = Int(truncatingIfNeeded: entry >> 32) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
  }

  private static func entry(_ hash: UInt64, _ count: Int) -> UInt64 {
    hash & 0xFFFF_FFFF_0000_0000 | UInt64(count)
  }

  private static func hash(_ name: String) -> UInt64 {
    name.utf8.withContiguousStorageIfAvailable(hash(ofASCII:)).flatMap { $0 } ?? hash(ofOther: name)
  }

  /// FNV-1a (Fowler, Noll and Vo), its bits mixed into the upper half; `nil` unless all bytes are ASCII.
  private static func hash(ofASCII bytes: UnsafeBufferPointer<UInt8>) -> UInt64? {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var union: UInt8 = 0
    for byte in bytes {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
      union |= byte
    }
    return union < 0x80 ? (hash ^ (hash >> 29)) &* 0x9E37_79B9_7F4A_7C15 : nil
  }

  /// Equal for canonically equivalent names, which are equal strings.
  private static func hash(ofOther name: String) -> UInt64 {
    // The few scalars that are equivalent to an ASCII character: the Kelvin sign, the Greek question mark and varia.
    let equivalents: [Unicode.Scalar: Unicode.Scalar] = ["\u{212A}": "K", "\u{37E}": ";", "\u{1FEF}": "`"]
    guard name.unicodeScalars.contains(where: { equivalents[$0] != nil }) else {
      return UInt64(truncatingIfNeeded: name.hashValue)
    }
    var plain = String.UnicodeScalarView()
    for scalar in name.unicodeScalars { plain.append(equivalents[scalar] ?? scalar) }
    let text = String(plain)
    return text.utf8.withContiguousStorageIfAvailable(hash(ofASCII:)).flatMap { $0 }
      ?? UInt64(truncatingIfNeeded: text.hashValue)
  }
}
