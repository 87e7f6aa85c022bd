import Foundation
import SEM
import SEMNumerics
import Testing

/// Fits to files that are not kept against fits to the same rows as a table.
@Suite struct StreamedFitTests {
  /// Rounding of sums that are joined in another order, seen through an inverse.
  static let rounding = 1e-9
  /// Parts that cut rows, cells and labels, and one that holds everything.
  static let partSizes = [200, 4096, 1 << 22]

  /// Rows of two factors, with text and numbers as labels, and some values missing.
  private func file(rows: Int, _ body: (String) throws -> Void) throws {
    var random = RandomStream(seed: 11)
    var text = "id,school,a,b,c,year,d,e,f\n"
    for row in 0..<rows {
      let (f, g) = (random.normal(), random.normal())
      let values = (0..<6).map { item in (item < 3 ? f : 0.5 * f + g) + 0.7 * random.normal() + 3 }
      var cells = values.map { "\($0)" }
      if row % 13 == 4 { cells[2] = "NA" }
      let school = row % 41 == 7 ? "" : ["Pasteur", "\"Grant, \"\"W\"\"\"", "雨"][(row * row + row / 3) % 3]
      let year = ["1", "2.5", "1.0", "2.50"][row % 4]
      text += ([String(row), school] + cells[..<3] + [year] + cells[3...]).joined(separator: ",") + "\n"
    }
    let place = FileManager.default.temporaryDirectory.appending(path: "fit-\(UUID().uuidString).csv")
    try Data(text.utf8).write(to: place)
    defer { try? FileManager.default.removeItem(at: place) }
    try body(place.path)
  }

  struct Variant: Sendable, CustomTestStringConvertible {
    var model: String
    var group: String?
    var estimator = "ML"
    var equal: [GroupEquality] = []
    var testDescription: String { "\(model) \(group ?? "-") \(estimator)" }
  }

  static let variants = [
    Variant(model: "x =~ a + b + c\n y =~ d + e + f"),
    Variant(model: "y =~ d + e + f\n y ~ a + b"),
    Variant(model: "x =~ a + b + c\n y =~ d + e + f\n a ~ 1", estimator: "GLS"),
    Variant(model: "x =~ a + b + c\n y =~ d + e + f", group: "school", equal: [.loadings, .intercepts]),
    Variant(model: "x =~ a + b + c\n y =~ d + c(k, k)*e + c(m, n)*f", group: "year", estimator: "ULS"),
    Variant(model: "group: 1\n x =~ a + b + c + d\n group: 2.5\n x =~ a + b + c + d\n a ~~ b", group: "year"),
  ]

  @Test(arguments: variants, partSizes)
  func sameFit(_ variant: Variant, _ partSize: Int) throws {
    try file(rows: 400) { path in
      var modelOptions = ModelOptions()
      modelOptions.groupEqual = Set(variant.equal)
      let model = try Model(variant.model, options: modelOptions)
      var options = FitOptions(try #require(EstimatorPreset(variant.estimator)))
      options.standardErrors = .standard
      options.tests = []
      #expect(!options.needsRows)
      let expected = try model.fit(
        to: try DataTable(contentsOf: path), group: variant.group, options: options)
      let found = try model.fit(
        streaming: path, group: variant.group, csv: CSVOptions(), options: options, partSize: partSize)
      #expect(found.table == expected.table)
      #expect(found.notes == expected.notes)
      #expect(found.listwise == expected.listwise)
      #expect(found.convergence.isConverged)
      for (sample, other) in zip(found.moments, expected.moments) {
        #expect(sample.count == other.count)
        // A file of one part has the sums of its table, to the bit, where no labels are joined (1 and 1.0).
        if partSize > 1 << 20, variant.group != "year" { #expect(sample == other) }
      }
      for (a, b) in zip(found.estimates, expected.estimates) { #expect(abs(a - b) <= Self.rounding) }
      let errors = try found.estimateCovariance().standardErrors
      let others = try expected.estimateCovariance().standardErrors
      for (a, b) in zip(errors, others) {
        #expect(abs(try #require(a) - (try #require(b))) <= Self.rounding)
      }
      #expect(abs(found.chiSquare.statistic - expected.chiSquare.statistic) <= 1e-6)
    }
  }

  /// Mistakes in the model and in the file are those of the table, wherever a part ends.
  @Test(arguments: partSizes)
  func sameErrors(_ partSize: Int) throws {
    let texts = [
      "a,b,c,g\n1,2,4,u\n3,1,x,v\n2,5,1,u\n", "a,b,c,g\n1,2,4,u\n3,1,v\n", "a,b,z,g\n1,2,4,u\n3,1,2,v\n",
      "a,b,c,h\n1,2,4,u\n3,1,2,v\n", "a,b,c,g\n1,2,4,\n3,1,2,NA\n", "a,b,c,g\n",
      "a,b,c,g\n1,NA,4,u\n3,NA,2,u\n", "a,b,c,g\n1,1,4,u\n1,2,2,u\n1,3,9,u\n1,0,5,u\n1,8,5,u\n",
    ]
    for text in texts {
      let place = FileManager.default.temporaryDirectory.appending(path: "fit-\(UUID().uuidString).csv")
      try Data(text.utf8).write(to: place)
      defer { try? FileManager.default.removeItem(at: place) }
      let model = try Model("f =~ a + b + c")
      for group in [nil, "g"] {
        let expected = Self.failure { () throws(SEMError) in
          try Self.fitTable(model, place.path, group)
        }
        let found = Self.failure { () throws(SEMError) in
          _ = try model.fit(
            streaming: place.path, group: group, csv: CSVOptions(), options: FitOptions(), partSize: partSize)
        }
        #expect(Self.essence(found) == Self.essence(expected), "\(text)")
        #expect(found != nil || text.hasPrefix("a,b,c,h") && group == nil, "\(text)")
      }
    }
  }

  private static func fitTable(_ model: Model, _ path: String, _ group: String?) throws(SEMError) {
    let table: DataTable
    do throws(DataError) { table = try DataTable(contentsOf: path) } catch { throw .data(error) }
    _ = try model.fit(to: table, group: group)
  }

  private static func failure(_ body: () throws(SEMError) -> Void) -> SEMError? {
    do throws(SEMError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  /// What a reader sees but for the file's name.
  private static func essence(_ error: SEMError?) -> String {
    guard case .data(var data) = error else { return "\(String(describing: error))" }
    data.file = nil
    return "\(data)"
  }

  /// Very many groups and other encodings go through the table, with its result.
  @Test func unusualFiles() throws {
    var many = "g,a,b,c\n"
    for row in 0..<1200 { many += "\(row),\(row % 7),\(row % 5),\(row % 3)\n" }
    let latin = "gr\u{FC}n,b,c\n1,2,4\n2,5,3\n4,4,1\n7,1,2\n5,9,3\n"
    let files: [([UInt8], String, String?)] = [
      (Array(many.utf8), "f =~ a + b + c", "g"),
      (latin.unicodeScalars.map { UInt8($0.value) }, "grün ~ b", nil),
    ]
    for (bytes, text, group) in files {
      let place = FileManager.default.temporaryDirectory.appending(path: "fit-\(UUID().uuidString).csv")
      try Data(bytes).write(to: place)
      defer { try? FileManager.default.removeItem(at: place) }
      let model = try Model(text)
      let expected = Self.failure { () throws(SEMError) in try Self.fitTable(model, place.path, group) }
      let found = Self.failure { () throws(SEMError) in _ = try model.fit(streaming: place.path, group: group)
      }
      #expect(Self.essence(found) == Self.essence(expected))
      #expect((found == nil) == (group == nil))
    }
  }

  /// What the moments of the complete rows do not give needs the rows.
  @Test func whatNeedsRows() throws {
    for name in ["ML", "GLS"] { #expect(!FitOptions(try #require(EstimatorPreset(name))).needsRows) }
    for name in ["MLR", "MLM", "MLF", "WLS", "DWLS", "ULS", "ULSM"] {
      #expect(FitOptions(try #require(EstimatorPreset(name))).needsRows, "\(name)")
    }
    var options = FitOptions()
    options.tests = [.bollenStine]
    #expect(options.needsRows)
    options = FitOptions()
    options.information = .firstOrder
    #expect(options.needsRows)
    options = FitOptions()
    options.weightVariable = "w"
    #expect(options.needsRows)
    options = FitOptions()
    options.missing = .twoStage
    #expect(options.needsRows)
  }
}
