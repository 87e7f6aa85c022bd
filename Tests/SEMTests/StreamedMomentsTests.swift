import Foundation
import SEM
import SEMNumerics
import Testing

/// Moments of a stream against those of a table, whatever the size of the parts.
@Suite struct StreamedMomentsTests {
  /// Rounding of sums that are joined in another order.
  static let rounding = 1e-12

  /// Parts from a few bytes, so that rows, quotes and characters are cut, to all at once.
  static let partSizes = [7, 64, 1000, 1 << 20]

  private func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    let file = FileManager.default.temporaryDirectory.appending(path: "stream-\(UUID().uuidString).csv")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try body(file.path)
  }

  private func expectEqual(
    _ path: String, _ variables: [String]?, _ options: CSVOptions = CSVOptions(), partSize: Int
  ) throws {
    let table = try DataTable(contentsOf: path, options: options)
    let names = variables ?? table.variableNames
    let expected = try GroupedData(table, variables: names).groups[0]
    let found = try StreamedMoments(
      contentsOf: path, variables: variables, options: options, partSize: partSize)
    #expect(found.variableNames == table.variableNames)
    #expect(found.report == expected.report)
    #expect(found.moments.variables == names)
    #expect(found.moments.count == expected.moments.count)
    for (a, b) in zip(found.moments.mean ?? [], expected.moments.mean ?? []) {
      #expect(abs(a - b) <= Self.rounding * max(1, abs(b)))
    }
    let scale = expected.moments.covariance.diagonal.map { $0.squareRoot() }
    for j in scale.indices {
      for i in scale.indices {
        let difference = found.moments.covariance[i, j] - expected.moments.covariance[i, j]
        // Means are rounded to 2⁻⁵³ of themselves.
        let mean = expected.moments.mean ?? []
        let room = 4e-16 * (abs(mean[i]) * scale[j] + abs(mean[j]) * scale[i])
        #expect(abs(difference) <= Self.rounding * scale[i] * scale[j] + room)
      }
    }
  }

  private func numbers(rows: Int, shift: Double = 0) -> String {
    var random = RandomStream(seed: 3)
    var text = "a,b,group,c\n"
    for row in 0..<rows {
      let b = row % 7 == 3 ? "NA" : "\(random.normal() + shift)"
      text += "\(random.normal() * 10 + shift),\(b),\"g \"\"\(row % 2)\"\", é\",\(random.uniform())\n"
      if row % 11 == 5 { text += "\n" }
    }
    return text
  }

  @Test(arguments: partSizes)
  func equalTable(_ partSize: Int) throws {
    try withFile(Array(numbers(rows: 60).utf8)) { path in
      try expectEqual(path, ["a", "b", "c"], partSize: partSize)
      try expectEqual(path, ["c"], partSize: partSize)
    }
    // Large means: nothing cancels.
    try withFile(Array(numbers(rows: 60, shift: 1e6).utf8)) { path in
      try expectEqual(path, ["b", "a"], partSize: partSize)
    }
  }

  @Test(arguments: partSizes)
  func dialects(_ partSize: Int) throws {
    let texts = [
      "x;y\r\n1,5;2\r\n2,5;3\r\n3;5,25", "\u{FEFF}x\ty\n1\t2\n4\t3\n7\t-99\n2\t2\n", "x|y\r1|2\r4|3\r5|9\r",
      "\n\nx,y\n1,2\n\n3,1e2\n5,7",
    ]
    for text in texts {
      try withFile(Array(text.utf8)) { path in
        try expectEqual(path, nil, CSVOptions(missingCodes: ["-99"]), partSize: partSize)
      }
    }
    try withFile(Array("1,2\n3,5\n4,4\n".utf8)) { path in
      try expectEqual(path, ["V2"], CSVOptions(hasHeader: false), partSize: partSize)
    }
    // Another encoding is recognised and read whole.
    try withFile(Array("gr\u{FC}n,y\n1,2\n2,5\n4,4\n".unicodeScalars.map { UInt8($0.value) })) { path in
      try expectEqual(path, ["grün", "y"], partSize: partSize)
    }
  }

  /// The errors are those of a table, with the same place.
  @Test(arguments: partSizes)
  func errors(_ partSize: Int) throws {
    let texts: [(String, [String]?)] = [
      ("a,b\n1,2\n3\n4,5\n", nil), ("a,b\n1,2\n3,4,5\n4,5\n", nil), ("a,b\n1,2\n3,x\n4,5\n", nil),
      ("a,b\n1,2\n3,\"x\n4,5\n", nil), ("a,b\n1,2\n3,4\n", ["a", "z"]), ("a,b\n", nil), ("", nil),
      ("a,b\n1,2\n3,1e999\n", nil), ("a,b\n1,NA\n3,\n", nil), ("a,a\n1,2\n", nil),
      ("a,b\n1,2\n3,4\n", ["a", "a"]),
      ("1,2\n3,4\n", nil),
    ]
    for (text, variables) in texts {
      let file = FileManager.default.temporaryDirectory.appending(path: "stream-\(UUID().uuidString).csv")
      try Data(text.utf8).write(to: file)
      defer { try? FileManager.default.removeItem(at: file) }
      let expected = try #require(Self.tableFailure(file.path, variables), "\(text)")
      let found = Self.streamFailure(file.path, variables, partSize)
      #expect(found?.code == expected.code, "\(text): \(String(describing: found))")
      #expect(found?.line == expected.line, "\(text)")
      #expect(found?.column == expected.column, "\(text)")
    }
    #expect(throws: DataError.self) { try StreamedMoments(contentsOf: "/no/such/file.csv") }
  }

  private static func tableFailure(_ path: String, _ variables: [String]?) -> DataError? {
    do throws(DataError) {
      let table = try DataTable(contentsOf: path)
      _ = try GroupedData(table, variables: variables ?? table.variableNames)
      return nil
    } catch {
      return error
    }
  }

  private static func streamFailure(_ path: String, _ variables: [String]?, _ partSize: Int) -> DataError? {
    do throws(DataError) {
      _ = try StreamedMoments(contentsOf: path, variables: variables, partSize: partSize)
      return nil
    } catch {
      return error
    }
  }
}
