import Foundation
import SEM
import SEMNumerics
import Testing

/// Files of `Tests/SEMTests/Fixtures`.
enum DataFixture {
  static func path(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil)).path
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
    let table = try DataFixture.table("data/HolzingerSwineford1939.csv")
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
}
