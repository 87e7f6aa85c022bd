import SEM
import Testing

/// A small generator with a fixed seed (Steele, Lea and Flood, 2014: SplitMix64).
struct DataGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct DataNumberTests {
  /// Reads texts as one column of a table.
  private func read(_ texts: [String]) throws -> [Double] {
    try dataTable("x\n" + texts.joined(separator: "\n") + "\n", CSVOptions(delimiter: .tab)).numericColumn(
      "x")
  }

  /// The standard library rounds correctly; the bits must agree.
  private func expectExact(_ texts: [String]) throws {
    for (text, value) in zip(texts, try read(texts)) {
      let expected = try #require(Double(text))
      if value.bitPattern != expected.bitPattern { Issue.record("\(text) was read as \(value)") }
    }
  }

  @Test func hardNumbersAreRoundedExactly() throws {
    try expectExact([
      "9007199254740993", "9007199254740992.5", "9007199254740993.0000000000000001", "0.1",
      "0.30000000000000004",
      "1.7976931348623157e308", "2.2250738585072011e-308", "4.9e-324", "2.4703282292062327e-324", "1e-400",
      "-0", "0e5",
      "123456789012345678", "1234567890123456789", "9999999999999999999", "18446744073709551615",
      "0.1234567890123456789", "1844674407370955161.5", "1.00000000000000011102230246251565404e0",
      "1.00000000000000011102230246251565e0", "5e22", "5e23", "123456789012345e22", "1e-22", "1e-23",
      "0.000000000000000000000000000001", "9007199254740993e-3", "4503599627370497.5", "4503599627370496.5",
      "6.02214076e23", "8.5", "1e0000000000000000000001",
    ])
  }

  @Test func randomBitPatternsSurviveShortestSpelling() throws {
    var generator = DataGenerator(state: 1)
    var texts: [String] = []
    while texts.count < 4000 {
      let value = Double(bitPattern: generator.next())
      if value.isFinite { texts.append(value.description) }
    }
    try expectExact(texts)
  }

  @Test(arguments: 15...20)
  func randomDigitsAreRoundedExactly(digits: Int) throws {
    var generator = DataGenerator(state: UInt64(digits))
    let texts = (0..<1500).map { _ in
      var text = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &generator)) }
      text.insert(".", at: Int.random(in: 0...digits, using: &generator))
      return text.joined()
    }
    try expectExact(texts)
  }

  /// Quotients that lie exactly between two doubles, and just beside: odd 54-bit integers over powers of ten they divide.
  @Test func tiesGoToEven() throws {
    var generator = DataGenerator(state: 7)
    var texts: [String] = []
    for _ in 0..<500 {
      let odd = UInt64.random(in: (1 << 53)..<(1 << 54), using: &generator) | 1
      texts += [
        "\(odd)", "\(odd - 1)", "\(odd).0", "\(odd * 10)e-1", "\(odd * 10 + 1)e-1", "\(odd * 10 - 1)e-1",
      ]
    }
    try expectExact(texts)
  }
}
