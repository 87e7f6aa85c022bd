/// Turns bytes in the encodings of spreadsheets into UTF-8.
enum TextDecoding {
  /// Calls a closure with the text as UTF-8 without a byte order mark; UTF-8 text is not copied.
  ///
  /// - Throws: ``DataError/Code/notText``, ``DataError/Code/invalidEncoding``, ``DataError/Code/nulByte``, and what the
  ///   closure throws.
  static func withUTF8<Result>(
    _ raw: UnsafeBufferPointer<UInt8>, encoding wanted: CSVOptions.Encoding?,
    _ body: (UnsafeBufferPointer<UInt8>) throws(DataError) -> Result
  ) throws(DataError) -> Result {
    try rejectOtherFormats(raw)
    let marked = byteOrderMark(raw)
    let bytes = UnsafeBufferPointer(rebasing: raw[(marked?.length ?? 0)...])
    let decoded: [UInt8]?
    switch wanted ?? marked?.encoding {
    case .utf8:
      if let offset = firstInvalidUTF8(bytes) { throw invalid(bytes, at: offset, encoding: .utf8) }
      decoded = nil
    case .utf16LittleEndian: decoded = utf16(bytes, lowByteFirst: true)
    case .utf16BigEndian: decoded = utf16(bytes, lowByteFirst: false)
    case .windows1252: decoded = windows1252(bytes)
    case .gb18030:
      guard let text = try GB18030.utf8(bytes) else {
        throw invalid(bytes, at: nil, encoding: .gb18030)
      }
      decoded = text
    case nil:
      if firstInvalidUTF8(bytes) == nil {
        decoded = nil
      } else if resemblesGB18030(bytes), let text = try GB18030.utf8(bytes) {
        decoded = text
      } else {
        decoded = windows1252(bytes)
      }
    }
    guard let decoded else {
      try rejectNUL(bytes)
      return try body(bytes)
    }
    return try decoded.withUnsafeBufferPointer { buffer throws(DataError) in
      try rejectNUL(buffer)
      return try body(buffer)
    }
  }

  // MARK: Parts of a text

  /// Checks a part of a text that comes in parts; a character may be cut at the end of all parts but the last.
  ///
  /// - Throws: ``DataError/Code/notText``, ``DataError/Code/invalidEncoding``, ``DataError/Code/nulByte``.
  static func requireUTF8(
    _ bytes: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool, line: Int
  ) throws(DataError) {
    if isFirst {
      try rejectOtherFormats(bytes)
      if let mark = byteOrderMark(bytes), mark.encoding != .utf8 {
        throw DataError(
          .invalidEncoding, "The text is \(mark.encoding.rawValue); only UTF-8 can be read from a pipe.",
          hint: "Save it as UTF-8, or read it from a file.")
      }
    }
    if let offset = firstInvalidUTF8(bytes), isLast || bytes.count - offset > 3 {
      var error = invalid(bytes, at: offset, encoding: .utf8)
      if let found = error.line { error.line = found + line - 1 }
      throw error
    }
    if bytes.contains(0) { try rejectNUL(bytes) }
  }

  /// The length of the byte order mark at the start of a text.
  static func markLength(_ bytes: UnsafeBufferPointer<UInt8>) -> Int { byteOrderMark(bytes)?.length ?? 0 }

  // MARK: What is not text

  private static func rejectOtherFormats(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) {
    let formats: [(start: [UInt8], name: String)] = [
      ([0x50, 0x4B, 0x03, 0x04], "an Excel workbook or a zip archive"),
      ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"), (Array("$FL2".utf8), "an SPSS file"),
      (Array("$FL3".utf8), "a compressed SPSS file"), (Array("<stata_dta>".utf8), "a Stata file"),
      ([0x1F, 0x8B], "a file compressed by gzip or an R data file"), (Array("PAR1".utf8), "a Parquet file"),
      (Array("%PDF".utf8), "a PDF file"),
    ]
    for format in formats where bytes.starts(with: format.start) {
      throw DataError(.notText, "This is \(format.name), not text.", hint: "Save the data as CSV.")
    }
  }

  private static func rejectNUL(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) {
    guard let offset = bytes.firstIndex(of: 0) else { return }
    throw DataError(
      .nulByte, "There is a NUL byte, which text does not have.", line: line(bytes, at: offset),
      hint: "The file is damaged, or not text, or UTF-16 without a byte order mark; save it as CSV in UTF-8.")
  }

  private static func invalid(
    _ bytes: UnsafeBufferPointer<UInt8>, at offset: Int?, encoding: CSVOptions.Encoding
  ) -> DataError {
    DataError(
      .invalidEncoding, "The text is not valid \(encoding.rawValue).",
      line: offset.map { line(bytes, at: $0) },
      hint: "Save the file as UTF-8, or name its encoding.")
  }

  /// The line at an offset, counted from 1.
  private static func line(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int {
    var scanner = CSVScanner(bytes, delimiter: 0)
    var position = 0
    while position < offset {
      let endsLine = bytes[position] == 0x0A || bytes[position] == 0x0D
      position = endsLine ? scanner.endLine(at: position) : position + 1
    }
    return scanner.line
  }

  // MARK: Recognition

  private static func byteOrderMark(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) -> (encoding: CSVOptions.Encoding, length: Int)? {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
    if bytes.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
    if bytes.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
    return nil
  }

  /// The offset of the first byte that is not part of valid UTF-8 (Unicode 16, table 3-7), or `nil`.
  static func firstInvalidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let raw = UnsafeRawBufferPointer(bytes)
    var i = 0
    while i < bytes.count {
      if i + 8 <= bytes.count,
        raw.loadUnaligned(fromByteOffset: i, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        i += 8
        continue
      }
      let first = bytes[i]
      let length: Int
      var allowed: ClosedRange<UInt8> = 0x80...0xBF
      switch first {
      case 0x00...0x7F: length = 1
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, allowed) = (3, 0xA0...0xBF)
      case 0xED: (length, allowed) = (3, 0x80...0x9F)
      case 0xE1...0xEF: length = 3
      case 0xF0: (length, allowed) = (4, 0x90...0xBF)
      case 0xF1...0xF3: length = 4
      case 0xF4: (length, allowed) = (4, 0x80...0x8F)
      default: return i
      }
      guard i + length <= bytes.count else { return i }
      for offset in 1..<Swift.max(length, 1) {
        guard allowed.contains(bytes[i + offset]) else { return i }
        allowed = 0x80...0xBF
      }
      i += length
    }
    return nil
  }

  /// Whether bytes above 0x7F come in pairs, as in Chinese text, rather than alone, as in Western European text.
  private static func resemblesGB18030(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var pairs = 0
    var singles = 0
    var i = 0
    while i < bytes.count {
      guard bytes[i] >= 0x80 else {
        i += 1
        continue
      }
      let isPair = i + 1 < bytes.count && bytes[i + 1] >= 0x80
      if isPair { pairs += 1 } else { singles += 1 }
      i += isPair ? 2 : 1
    }
    return pairs > singles
  }

  // MARK: Decoding

  private static func utf16(_ bytes: UnsafeBufferPointer<UInt8>, lowByteFirst: Bool) -> [UInt8] {
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    var i = 0
    while i + 1 < bytes.count {
      let first = UInt16(bytes[i])
      let second = UInt16(bytes[i + 1])
      units.append(lowByteFirst ? first | second << 8 : second | first << 8)
      i += 2
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private static func windows1252(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes {
      if byte < 0x80 {
        result.append(byte)
      } else {
        let code = byte < 0xA0 ? windows1252Upper[Int(byte) - 0x80] : UInt32(byte)
        let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
        result.append(contentsOf: Character(scalar).utf8)
      }
    }
    return result
  }

  /// The code points of 0x80 … 0x9F in windows-1252; the unassigned ones keep their value.
  private static let windows1252Upper: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
    0x8D,
    0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161,
    0x203A,
    0x0153, 0x9D, 0x017E, 0x0178,
  ]
}
