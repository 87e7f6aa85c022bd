/// A ZIP archive whose files are stored without compression (APPNOTE 6.3.10): all that an Office document needs.
///
/// The same files give the same bytes: every entry bears the first date that the format knows, 1 January 1980.
struct ZIPArchive {
  private var data: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  init() {}

  /// Adds a file.
  ///
  /// - Parameter name: Its path inside the archive, with `/` between folders.
  mutating func add(_ name: String, _ bytes: [UInt8]) {
    let offset = UInt32(data.count)
    let name = Array(name.utf8)
    let size = UInt32(bytes.count)
    // Version 2.0, names in UTF-8 (bit 11), method 0 (stored), time 0, date 1980-01-01.
    let common =
      Self.little(UInt16(20)) + Self.little(UInt16(0x0800)) + Self.little(UInt16(0)) + Self.little(UInt16(0))
      + Self.little(UInt16(0x0021)) + Self.little(Self.checksum(bytes)) + Self.little(size)
      + Self.little(size)
      + Self.little(UInt16(name.count)) + Self.little(UInt16(0))
    data += Self.little(UInt32(0x0403_4B50)) + common + name + bytes
    // Comment, disk, attributes: nothing; where the entry begins.
    directory += Self.little(UInt32(0x0201_4B50)) + Self.little(UInt16(20)) + common
    directory += [UInt8](repeating: 0, count: 10) + Self.little(offset) + name
    count += 1
  }

  mutating func add(_ name: String, _ text: String) { add(name, Array(text.utf8)) }

  /// The whole archive.
  var bytes: [UInt8] {
    let end =
      Self.little(UInt32(0x0605_4B50)) + [0, 0, 0, 0] + Self.little(UInt16(count))
      + Self.little(UInt16(count))
      + Self.little(UInt32(directory.count)) + Self.little(UInt32(data.count)) + [0, 0]
    return data + directory + end
  }

  private static func little<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    (0..<Word.bitWidth / 8).map { UInt8(truncatingIfNeeded: word >> Word(8 * $0)) }
  }

  /// CRC-32 with the reflected polynomial EDB88320 (ISO 3309).
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF as UInt32) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }
}
