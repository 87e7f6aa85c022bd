import SEM
import SEMStudy
import Testing

@testable import SEMStudy

@Suite struct StudyTests {
  /// Answers without chance: every construct follows a wave of its own, and every item adds a smaller one.
  static func answers(_ names: [String], rows: Int = 60) -> [(name: String, values: [Double])] {
    names.enumerated().map { index, name in
      let construct = Double(name.unicodeScalars.first?.value ?? 0)
      return (
        name,
        (0..<rows).map { row in
          let wave = (Double(row) * (0.37 + 0.11 * (construct - 64))).wave
          return 3 + (1.4 * wave + 0.7 * (Double(row * (index + 3)) * 0.71).wave).rounded()
        }
      )
    }
  }

  static let file = """
    data:
      file: a.csv
      scale: 1-5
    constructs:
      A: A1-A3
      B: B1-B3
    hypotheses:
      H1: A -> B
    """

  static let names = ["A1", "A2", "A3", "B1", "B2", "B3"]

  static func study(
    _ text: String = file, _ change: (inout [(name: String, values: [Double])]) -> Void = { _ in }
  )
    throws -> Study
  {
    var columns = answers(names)
    change(&columns)
    return try Study(StudyFile(parsing: text, file: "study.yaml"), data: try DataTable(columns: columns))
  }

  @Test func aSoundStudyHasNothingToSay() throws {
    let study = try Self.study()
    #expect(study.notes.isEmpty)
    #expect(study.rowCount == 60)
  }

  @Test func reversedItemsAreFoundAndMirrored() throws {
    let bad = try Self.study { columns in columns[1].values = columns[1].values.map { 6 - $0 } }
    let note = try #require(bad.notes.first)
    #expect(note.code == "reversed-item" && note.subjects == ["A2"] && note.place?.line == 5)
    let text = Self.file.replacing("scale: 1-5", with: "scale: 1-5\n  reversed: [A2]")
    let good = try Self.study(text) { columns in columns[1].values = columns[1].values.map { 6 - $0 } }
    #expect(good.notes.isEmpty)
    #expect(try good.table.numericColumn("A2") == Self.study().table.numericColumn("A2"))
    #expect(try good.answers.numericColumn("A2") != good.table.numericColumn("A2"))
  }

  @Test func twoReversedItemsDoNotHideEachOther() throws {
    let columns = Self.answers(["A1", "A2", "A3", "A4", "A5"]).map(\.values)
    var turned = columns
    turned[1] = turned[1].map { 6 - $0 }
    turned[4] = turned[4].map { 6 - $0 }
    #expect(ReversedItems.find(in: columns).isEmpty)
    #expect(ReversedItems.find(in: turned) == [1, 4])
  }

  @Test func anItemInNoColumnIsNamedWithTheNearest() throws {
    let error = try #require(throws: StudyError.self) {
      try Self.study { columns in columns[2].name = "a3" }
    }
    #expect(error.code == .unknownColumn && error.place?.line == 5)
    #expect(error.description.contains("\"A3\"") && error.description.contains("\"a3\""))
  }

  @Test func aConstantItemIsRefused() throws {
    let error = try #require(throws: StudyError.self) {
      try Self.study { columns in columns[4].values = columns[4].values.map { _ in 4 } }
    }
    #expect(error.code == .constantItem && error.place?.line == 6)
    #expect(error.description.contains("B2") && error.description.contains("answer 4 in all 60 rows"))
  }

  @Test func aConstructThatNobodyAnsweredIsRefused() throws {
    let error = try #require(throws: StudyError.self) {
      try Self.study { columns in
        for index in 3..<6 { columns[index].values = columns[index].values.map { _ in .nan } }
      }
    }
    #expect(error.code == .allMissing && error.place?.line == 6)
  }

  @Test func fewCasesAreSaid() throws {
    let study = try Self.study { columns in
      for index in columns.indices { columns[index].values = Array(columns[index].values.prefix(6)) }
    }
    #expect(study.notes.contains { $0.code == "too-few-cases" })
  }

  @Test func oneItemIsSaid() throws {
    let study = try Self.study(Self.file.replacing("B: B1-B3", with: "B: B1"))
    let note = try #require(study.notes.first)
    #expect(note.code == "single-item" && note.place?.line == 6)
  }

  @Test func wordsAreRefusedWithACure() throws {
    let columns = Self.answers(Self.names).map { DataTable.Column(name: $0.name, values: $0.values) }
    let table = try DataTable(
      columns.dropLast() + [DataTable.Column(name: "B3", texts: (0..<60).map { "\($0)?" })])
    let error = try #require(throws: StudyError.self) {
      try Study(StudyFile(parsing: Self.file, file: "study.yaml"), data: table)
    }
    #expect(error.code == .textColumn && error.place?.line == 6)
  }

  @Test(arguments: [
    ("sex", StudyError.Code.unknownColumn, "in no column"),
    ("{variable: A1, labels: {7: x, 2: y}}", .groups, "\"7\""),
  ]) func groupsAreChecked(_ text: String, _ code: StudyError.Code, _ words: String) throws {
    let error = try #require(throws: StudyError.self) { try Self.study(Self.file + "\ngroups: " + text) }
    #expect(error.code == code && error.place?.line == 9)
    #expect(error.description.contains(words))
  }
}

@Suite struct SHA256Tests {
  /// Examples of FIPS 180-4 (its appendix and the usual empty message).
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func digestsAreThoseOfTheStandard(_ text: String, _ digest: String) {
    #expect(SHA256(Array(text.utf8)).hexadecimal == digest)
  }
}

extension Double {
  /// A smooth wave with period 2π, near enough to the sine for data.
  fileprivate var wave: Double {
    let turn = (self / (2 * .pi)).truncatingRemainder(dividingBy: 1)
    let x = turn < 0.5 ? turn * 4 - 1 : 3 - turn * 4
    return x * (1.5 - 0.5 * x * x)
  }
}
