/// What was recognised of a delimited text: where its rows begin and what separates cells.
struct CSVDialect {
  var delimiter: UInt8
  var start: Int
  var line: Int

  /// Recognises the delimiter from the first 25 rows, unless it is given.
  ///
  /// Excel's first line `sep=;` is obeyed and left out.
  init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter wanted: CSVOptions.Delimiter?) {
    start = 0
    line = 1
    delimiter = wanted?.rawValue ?? 0x2C
    var scanner = CSVScanner(bytes, delimiter: 0x0A)
    guard scanner.skipBlankLines() else { return }
    let first = scanner.position
    if first + 5 <= bytes.count, bytes[first..<first + 4].elementsEqual("sep=".utf8) {
      let separator = CSVOptions.Delimiter(rawValue: bytes[first + 4])
      let next = first + 5
      if let separator, next >= bytes.count || bytes[next] == 0x0A || bytes[next] == 0x0D {
        delimiter = wanted?.rawValue ?? separator.rawValue
        start = next < bytes.count ? scanner.endLine(at: next) : next
        line = scanner.line
        return
      }
    }
    start = first
    line = scanner.line
    if wanted == nil { delimiter = Self.recognise(bytes, from: start) }
  }

  /// The first of tab, semicolon, bar and comma with which the first rows have equally many cells, at least two; else the
  /// one that gives the first row the most cells; else a comma.
  ///
  /// The comma comes last because it may be the decimal mark.
  private static func recognise(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> UInt8 {
    var best: (delimiter: UInt8, count: Int) = (0x2C, 1)
    for candidate: CSVOptions.Delimiter in [.tab, .semicolon, .bar, .comma] {
      let counts = cellCounts(bytes, from: start, delimiter: candidate.rawValue)
      guard let first = counts.first, first > 1 else { continue }
      if counts.allSatisfy({ $0 == first }) { return candidate.rawValue }
      if first > best.count { best = (candidate.rawValue, first) }
    }
    return best.delimiter
  }

  /// The number of cells in each of the first 25 rows, looking at no more than a megabyte.
  private static func cellCounts(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, delimiter: UInt8)
    -> [Int]
  {
    let limit = Swift.min(bytes.count, start + 1 << 20)
    let sample = UnsafeBufferPointer(rebasing: bytes[..<limit])
    var scanner = CSVScanner(sample, delimiter: delimiter, position: start)
    var counts: [Int] = []
    while counts.count < 25, scanner.skipBlankLines() {
      var count = 0
      while true {
        guard let cell = try? scanner.nextCell(column: count) else { return counts }
        count += 1
        if cell.isLastInRow { break }
      }
      if scanner.position >= limit, limit < bytes.count { break }
      counts.append(count)
    }
    return counts
  }
}
