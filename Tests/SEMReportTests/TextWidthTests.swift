import Testing

@testable import SEMReport

@Suite struct TextWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("χ²", 2), ("≤", 1), ("é", 1), ("e\u{301}", 1), ("感知有用性", 10), ("PU1 有用", 8),
    ("ｘ１", 4), ("。", 2), ("カ", 2), ("ｶ", 1), ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("𠀀", 2), ("😀", 2),
    ("☺\u{FE0F}", 2), ("☺", 1), ("👩‍👩‍👧", 2), ("\u{200B}", 0), ("a\u{AD}b", 2), ("עברית", 5), ("ไทย", 3),
    ("🇨🇳", 2),
  ])
  func columns(_ text: String, _ width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test func padding() {
    #expect("有用".paddedRight(to: 6) + "|" == "有用  |")
    #expect("有用".paddedLeft(to: 6) == "  有用")
    #expect("abcdef".paddedRight(to: 3) == "abcdef")
    #expect(String.spaces(-2).isEmpty)
  }

  @Test func beginningsAndEnds() {
    #expect("感知有用性".prefix(columns: 5) == "感知")
    #expect("感知有用性".suffix(columns: 5) == "用性")
    #expect("abc".prefix(columns: 0).isEmpty)
    #expect("abc".suffix(columns: 9) == "abc")
  }

  @Test func controlCharactersAreReplaced() {
    #expect("a\nb".printable == "a\u{FFFD}b")
    #expect("\u{1B}[31mred".printable == "\u{FFFD}[31mred")
    #expect("a\u{202E}b".printable == "a\u{FFFD}b")
    #expect("感知 x".printable == "感知 x")
  }

  @Test func wrapping() {
    #expect("one two three".wrapped(to: 8) == ["one two", "three"])
    #expect("one two three four".wrapped(to: 9, continuation: 12) == ["one two", "three four"])
    #expect("".wrapped(to: 10) == [""])
    #expect("  a   b ".wrapped(to: 10) == ["a b"])
    #expect("感知有用性感知易用性".wrapped(to: 9) == ["感知有用", "性感知易", "用性"])
    #expect("x abcdefghijkl y".wrapped(to: 8) == ["x", "abcdefgh", "ijkl y"])
  }

  @Test(arguments: 8...40)
  func wrappedLinesFit(_ columns: Int) {
    let text =
      "The variance 感知有用性~~感知有用性 is negative (-0.123), χ² = 3; averyveryverylongnamewithoutanyspaces_1 too."
    let lines = text.wrapped(to: columns)
    #expect(lines.allSatisfy { $0.displayWidth <= columns })
    let letters = text.filter { $0 != " " }
    #expect(lines.joined().filter { $0 != " " } == letters)
  }
}

@Suite struct ShortNamesTests {
  @Test func namesThatFitStay() {
    let names = ShortNames(["x1", "visual"], columns: 6)
    #expect(names["x1"] == "x1")
    #expect(names["visual"] == "visual")
  }

  @Test(arguments: 5...24)
  func noTwoAreAlike(_ columns: Int) {
    let names =
      (1...60).map { "organisational_commitment_item_\($0)" } + [
        "organi…_1", "感知有用性感知有用性感知有用性1", "感知有用性感知有用性感知有用性2",
      ]
    let short = ShortNames(names, columns: columns)
    #expect(Set(names.map { short[$0] }).count == names.count)
    for name in names where short[name] != name {
      #expect(short[name].displayWidth <= columns)
      #expect(short[name].contains("…"))
    }
  }

  @Test func endsAreKept() {
    let short = ShortNames(["perceived_usefulness_1", "perceived_usefulness_2"], columns: 12)
    #expect(short["perceived_usefulness_1"] == "perceiv…ss_1")
  }
}

@Suite struct TextNumberTests {
  @Test func decimals() {
    #expect(TextNumber.fixed(1.23456) == "1.235")
    #expect(TextNumber.fixed(-0.0001) == "0.000")
    #expect(TextNumber.fixed(-0.0) == "0.000")
    #expect(TextNumber.fixed(-0.0006) == "-0.001")
    #expect(TextNumber.fixed(nil).isEmpty)
    #expect(TextNumber.fixed(.nan).isEmpty)
    #expect(TextNumber.fixed(-.infinity).isEmpty)
    #expect(TextNumber.fixed(12_345_678) == "1.23e+07")
    #expect(TextNumber.fixed(9_999_999.5) == "9999999.500")
    #expect(TextNumber.fixed(24, 0) == "24")
  }

  @Test func exponents() {
    #expect(TextNumber.exponential(0.000012345) == "1.23e-05")
    #expect(TextNumber.exponential(0) == "0")
    #expect(TextNumber.exponential(nil).isEmpty)
  }

  @Test func pValues() {
    #expect(TextNumber.pValue(0.0009) == "<0.001")
    #expect(TextNumber.pValue(0) == "<0.001")
    #expect(TextNumber.pValue(0.001) == "0.001")
    #expect(TextNumber.pValue(1) == "1.000")
    #expect(TextNumber.pValue(nil).isEmpty)
  }

  @Test func significantDigits() {
    #expect(TextNumber.significant(0.0123456, 3) == "0.0123")
    #expect(TextNumber.significant(123.456, 3) == "123")
    #expect(TextNumber.significant(1.5e-9, 3) == "1.50e-09")
    #expect(TextNumber.significant(0, 3) == "0")
  }

  @Test func percentages() {
    #expect(TextNumber.percent(0.95) == "95 %")
    #expect(TextNumber.percent(0.999) == "99.9 %")
    #expect(TextNumber.count(1, "row") == "1 row")
    #expect(TextNumber.count(0, "row") == "0 rows")
  }
}
