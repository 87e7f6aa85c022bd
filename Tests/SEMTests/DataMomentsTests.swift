import Foundation
import SEM
import SEMNumerics
import Testing

/// Files of `Tests/SEMTests/Fixtures`.
enum DataFixture {
  static func path(_ name: String) throws -> String {
    try #require(
      Bundle.module.url(
        forResource: "Fixtures/" + (name.hasSuffix(".csv") ? "data/" : "") + name, withExtension: nil)
    ).path
  }

  static func table(_ name: String) throws -> DataTable { try DataTable(contentsOf: path(name)) }
}

/// Means and covariances by numpy.
private struct Reference: Decodable {
  var file: String
  var variables: [String]
  var count: Int
  var mean: [Double]
  var covariance: [[Double]]

  static func load(_ key: String) throws -> Reference {
    let data = try Data(contentsOf: URL(filePath: DataFixture.path("moments-numpy.json")))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try JSONDecoder().decode(
      Reference.self, from: JSONSerialization.data(withJSONObject: try #require(object[key])))
  }

  /// Rounding of about N additions, in either program.
  static let tolerance = 1e-13

  func expectEqual(_ moments: SampleMoments) throws {
    #expect(moments.variables == variables)
    #expect(moments.count == count)
    for (mine, theirs) in zip(try #require(moments.mean), mean) {
      #expect(abs(mine - theirs) <= 1e-13 * abs(theirs))
    }
    for i in variables.indices {
      for j in variables.indices {
        let scale = (covariance[i][i] * covariance[j][j]).squareRoot()
        #expect(abs(moments.covariance[i, j] - covariance[i][j]) <= Self.tolerance * scale)
      }
    }
  }
}

@Suite struct DataMomentsTests {
  @Test(arguments: ["holzinger", "democracy"])
  func momentsAgreeWithNumpy(key: String) throws {
    let reference = try Reference.load(key)
    let table = try DataFixture.table(reference.file)
    try reference.expectEqual(SampleMoments(table, variables: reference.variables))
    let grouped = try GroupedData(table, variables: reference.variables)
    #expect(grouped.groups.count == 1)
    #expect(grouped.groups[0].label == nil)
    try reference.expectEqual(grouped.groups[0].moments)
  }

  @Test func groupsComeInOrderOfFirstAppearance() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let references = try ["Pasteur", "Grant-White"].map { try Reference.load("holzinger " + $0) }
    let grouped = try GroupedData(table, variables: references[0].variables, groupVariable: "school")
    #expect(grouped.labels == ["Pasteur", "Grant-White"])
    #expect(grouped.count == 301)
    #expect(grouped.rowsWithoutGroup == 0)
    for (group, reference) in zip(grouped.groups, references) {
      try reference.expectEqual(group.moments)
      let rows = try #require(group.rows)
      #expect(rows.values.rowCount == reference.count)
      let mean = rows.values.column(0).reduce(0, +) / Double(reference.count)
      #expect(abs(mean - reference.mean[0]) < 1e-13)
    }
  }

  @Test func covarianceMatrixIsRescaled() throws {
    let matrix = try NamedMatrix("a b\n4 1\n1 9\n")
    let moments = try CovarianceInput(matrix, count: 10).moments
    #expect(moments.variables == ["a", "b"])
    #expect(moments.mean == nil)
    #expect(moments.covariance.elements == [3.6, 0.9, 0.9, 8.1])
    let asIs = try CovarianceInput(matrix, count: 10, divisor: .maximumLikelihood).moments
    #expect(asIs.covariance.elements == [4, 1, 1, 9])
  }

  @Test func listwiseDeletionIsCounted() throws {
    let table = try dataTable(
      "x,y,z,g\n1,2,9,a\nNA,4,9,b\n5,NA,8,a\nNA,NA,7,a\n3,8,6,b\n7,1,5,NA\n2,2,2,b\n0,9,1,a\n")
    let rows = try CompleteRows(table, variables: ["y", "x"])
    #expect(rows.tableRows == [0, 4, 5, 6, 7])
    #expect(rows.values == Matrix(rows: [[2, 1], [8, 3], [1, 7], [2, 2], [9, 0]]))
    #expect(rows.report.rowCount == 8)
    #expect(rows.report.usedCount == 5)
    #expect(rows.report.droppedCount == 3)
    #expect(rows.report.missing.map(\.variable) == ["y", "x"])
    #expect(rows.report.missing.map(\.count) == [2, 2])
    let moments = try SampleMoments(table, variables: ["y", "x"])
    #expect(moments.count == 5)
    #expect(moments.mean == [4.4, 2.6])
    let grouped = try GroupedData(table, variables: ["x", "y"], groupVariable: "g")
    #expect(grouped.labels == ["a", "b"])
    #expect(grouped.rowsWithoutGroup == 1)
    #expect(grouped.groups.map(\.rows?.tableRows) == [[0, 7], [4, 6]])
    #expect(grouped.groups.map(\.report.droppedCount) == [2, 1])
  }

  @Test func orderOfRowsDoesNotMatter() throws {
    let table = try DataFixture.table("HolzingerSwineford1939.csv")
    let variables = (1...9).map { "x\($0)" }
    let moments = try SampleMoments(table, variables: variables)
    var generator = DataGenerator(state: 5)
    for _ in 0..<5 {
      let order = Array(0..<table.rowCount).shuffled(using: &generator)
      let permuted = try SampleMoments(table.selecting(rows: order), variables: variables)
      #expect(permuted.count == moments.count)
      for (i, pair) in zip(permuted.covariance.elements, moments.covariance.elements).enumerated() {
        let scale = (moments.covariance[i % 9, i % 9] * moments.covariance[i / 9, i / 9]).squareRoot()
        #expect(abs(pair.0 - pair.1) <= 1e-14 * scale)
      }
      let picked = try SampleMoments(table, variables: variables, rows: order)
      #expect(picked == permuted)
    }
  }

  /// Values 1e9 + {1, 2, 3, …}: the textbook formula (Σx² - n x̄²)/n would lose every digit.
  @Test func largeMeansCostNoDigits() throws {
    let values = (0..<1000).map { Double($0 % 10) }
    let table = try DataTable(columns: [
      (name: "x", values: values.map { $0 + 1e9 }), (name: "y", values: values),
    ])
    let moments = try SampleMoments(table, variables: ["x", "y"])
    #expect(moments.covariance.elements == [8.25, 8.25, 8.25, 8.25])
  }

  @Test func momentsOfNothingAreErrors() throws {
    let table = try dataTable("x,y,z\n1,NA,\nNA,2,\n")
    func code(_ variables: [String]) throws -> DataError.Code {
      try #require(throws: DataError.self) { try SampleMoments(table, variables: variables) }.code
    }
    #expect(try code([]) == .noVariables)
    #expect(try code(["x", "y"]) == .noCompleteRows)
    #expect(try code(["x", "z"]) == .allMissing)
    #expect(try code(["x", "x"]) == .duplicateName)
    #expect(try code(["x", "w"]) == .unknownVariable)
    let vast = try DataTable(columns: [
      (name: "x", values: [1e300, -1e300]), (name: "y", values: [1, .infinity]),
    ])
    for name in ["x", "y"] {
      let error = try #require(throws: DataError.self) { try SampleMoments(vast, variables: [name]) }
      #expect(error.code == .infiniteValue)
    }
    #expect(throws: DataError.self) { try SampleMoments(vast, variables: ["x"], rows: [2]) }
  }
}
