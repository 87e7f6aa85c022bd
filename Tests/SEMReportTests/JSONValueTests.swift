import Foundation
import SEMReport
import Testing

@Suite struct JSONValueTests {
  private func parsed<Value>(_ value: JSONValue, as type: Value.Type) throws -> Value? {
    try JSONSerialization.jsonObject(with: Data(value.text().utf8)) as? Value
  }

  @Test(arguments: [
    "", "plain", "quote \" backslash \\ slash /", "line\nreturn\rtab\t", "\0\u{1}\u{8}\u{C}\u{1F}\u{7F}",
    "感知有用性", "😀",
    "\u{2028}\u{2029}", "e\u{301}",
  ])
  func textSurvives(_ text: String) throws {
    let read = try #require(try parsed(.array([.string(text)]), as: [String].self))
    // Compared by scalars: Swift takes canonically equal texts as equal.
    #expect(read.map { Array($0.unicodeScalars) } == [Array(text.unicodeScalars)])
    let object = try #require(try parsed(.object([(text, .integer(1))]), as: [String: Int].self))
    #expect(object[text] == 1)
  }

  static let numbers: [Double] = [
    0, -0.0, 1, 0.1, 1 / 3, -2.5e-300, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e15,
    123_456_789_012_345_680,
    .leastNormalMagnitude,
  ]

  @Test(arguments: numbers)
  func numbersSurvive(_ number: Double) throws {
    let read = try #require(try parsed(.array([JSONValue(number)]), as: [Double].self))
    #expect(read == [number])
  }

  @Test func undefinedNumbersAreNull() throws {
    for number: Double? in [nil, .nan, .infinity, -.infinity, .signalingNaN] {
      #expect(JSONValue(number).text() == "null")
    }
    #expect(JSONValue.number(.nan).text() == "null")
  }

  @Test func nestingSurvives() throws {
    let value = JSONValue.object([
      ("empty", .object([])), ("list", .array([])),
      ("deep", .array([.array([.array([.bool(false), .null])])])),
      ("long", .array((0..<50).map { .integer($0) })),
    ])
    let object = try parsed(value, as: [String: Any].self)
    #expect(object?.count == 4)
    #expect((object?["long"] as? [Int])?.count == 50)
    #expect(value.appending([("more", .integer(1))]).text().contains("\"more\": 1"))
  }
}
