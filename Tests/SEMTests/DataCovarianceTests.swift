import SEM
import SEMNumerics
import Testing

@Suite struct DataCovarianceTests {
  /// One matrix in many spellings: variances 4, 9, 16; covariances 1, 2, 3.
  static let spellings: [String] = [
    "a,b,c\n4,1,2\n1,9,3\n2,3,16\n", "a b c\n4 1 2\n1 9 3\n2 3 16\n", "a\tb\tc\n4\t1\t2\n1\t9\t3\n2\t3\t16\n",
    "a;b;c\n4,0;1,0;2\n1,0;9;3\n2;3;16\n", "a b c\n4\n1 9\n2 3 16\n", "a,b,c\n4\n1,9\n2,3,16\n",
    "a,b,c\n4,,\n1,9,\n2,3,16\n", "a,b,c\n4,NA,NA\n1,9,NA\n2,3,16\n", "a b c\n4 1 2\n9 3\n16\n",
    "a,b,c\n4,1,2\n,9,3\n,,16\n", ",a,b,c\na,4,1,2\nb,1,9,3\nc,2,3,16\n",
    "\"\" a b c\na 4\nb 1 9\nc 2 3 16\n",
    "name,a,b,c\na,4,1,2\nb,1,9,3\nc,2,3,16\n", "a b c\na 4\nb 1 9\nc 2 3 16\n", "a 4\nb 1 9\nc 2 3 16\n",
    "  a   b c  \r\n\r\n  4  \r\n 1   9\r\n 2 3   16  ", "\"a\",\"b\",\"c\"\n4,1,2\n1,9,3\n2,3,16",
    "a,b,c\n4,,\n1,9\n2,3,16\n",
    "\ta\tb\tc\na\t4\t1\t2\nb\t1\t9\t3\nc\t2\t3\t16\n",
  ]

  @Test(arguments: spellings)
  func spellingsAgree(text: String) throws {
    let matrix = try NamedMatrix(text)
    #expect(matrix.names == ["a", "b", "c"])
    let moments = try CovarianceInput(matrix, count: 100, divisor: .maximumLikelihood).moments
    #expect(moments.covariance == Matrix(rows: [[4, 1, 2], [1, 9, 3], [2, 3, 16]]))
  }

  @Test func namesMayBeGiven() throws {
    let matrix = try NamedMatrix("4\n1 9\n", names: ["u", "v"])
    #expect(try CovarianceInput(matrix, count: 5).moments.variables == ["u", "v"])
  }

  @Test(arguments: [
    "a,b\n5,-1.5\n", "b,a\n-1.5,5\n", "a 5\nb -1.5\n", "b,-1.5\na,5\n", "5,-1.5", "5\n-1.5\n",
    ",a,b\nmean,5,-1.5\n",
    "a;b\n5;-1,5\n",
  ])
  func meansAreReadByName(text: String) throws {
    let moments = try CovarianceInput(NamedMatrix("a b\n4\n1 9\n"), count: 10, means: NamedValues(text))
      .moments
    #expect(moments.mean == [5, -1.5])
  }

  @Test func correlationsAndDeviations() throws {
    let matrix = try NamedMatrix("a b\n1\n.5 1\n")
    let moments = try CovarianceInput(
      matrix, count: 10, standardDeviations: NamedValues([2, 3]), divisor: .maximumLikelihood
    ).moments
    #expect(moments.covariance == Matrix(rows: [[4, 3], [3, 9]]))
    let bare = try CovarianceInput(matrix, count: 10)
    #expect(bare.problems.map(\.code) == [.correlationsAsCovariances])
  }

  struct Failure: Sendable, CustomTestStringConvertible {
    var text: String
    var code: DataError.Code
    var line: Int?
    var column: Int?
    var message: String
    var testDescription: String { text.debugDescription }
  }

  static let failures: [Failure] = [
    Failure(text: "", code: .emptyFile, message: "no data"),
    Failure(text: "4 1\n1 9\n", code: .missingHeader, line: 1, message: "names"),
    Failure(text: "a b\n", code: .matrixShape, line: 1, message: "2 names but 0 rows"),
    Failure(text: "a,b,c\n4,1,2\n1,9,3\n", code: .matrixShape, line: 3, message: "3 names but 2 rows"),
    Failure(
      text: "a,b\n4,1\n1,9,7\n", code: .matrixShape, line: 3, column: 3,
      message: "Row 2 of the matrix has 3 cells"),
    Failure(text: "a b c\n4\n1\n2 3 16\n", code: .matrixShape, line: 3, column: 2, message: "Row 2"),
    Failure(text: "a,b\n4,1\nx1,9\n", code: .matrixCell, line: 3, column: 1, message: "\"x1\""),
    Failure(text: "a,b\n4,NA\nNA,9\n", code: .matrixCell, line: 3, column: 1, message: "b and a"),
    Failure(text: "a,b\n4,1\n1,\n", code: .matrixCell, line: 3, column: 2, message: "variance of b"),
    Failure(text: "a,a\n4,1\n1,9\n", code: .duplicateName, line: 1, column: 2, message: "Columns 1 and 2"),
    Failure(
      text: "a,b\n4,1\n2,9\n", code: .asymmetricMatrix, line: 3,
      message: "b with a is 2 below the diagonal and 1"),
    Failure(text: "a,b\n4,1\n1,-9\n", code: .nonPositiveVariance, line: 3, message: "variance of b is -9"),
    Failure(text: "a,b\n0,0\n0,9\n", code: .nonPositiveVariance, line: 2, message: "variance of a is 0"),
    Failure(
      text: ",a,b\na,4,1\nc,1,9\n", code: .mismatchedNames, line: 3, message: "row 2 is named c, column 2 b"),
    Failure(
      text: "a b c\n1\n0 1\n1 1 2\n", code: .notPositiveDefinite, line: 4,
      message: "c is a linear combination of a and b"),
    Failure(
      text: "a b\n1\n2 4\n", code: .notPositiveDefinite, line: 3, message: "b is a linear combination of a."),
    Failure(
      text: "a b c\n1\n.9 1\n.9 -.9 1\n", code: .notPositiveDefinite, line: 4, message: "would be negative"),
  ]

  @Test(arguments: failures)
  func failuresNameTheirPlace(_ failure: Failure) throws {
    let error = try #require(throws: DataError.self) {
      _ = try CovarianceInput(NamedMatrix(failure.text), count: 100)
    }
    #expect(error.code == failure.code)
    #expect(error.line == failure.line)
    #expect(error.column == failure.column)
    #expect(error.message.contains(failure.message), "\(error)")
    if error.code == .emptyFile { #expect(error.hint?.contains("names of the variables") == true) }
  }

  @Test func valuesMustFitTheMatrix() throws {
    let matrix = try NamedMatrix("a b\n1\n.5 1\n")
    func code(_ body: () throws -> Void) throws -> DataError.Code {
      try #require(throws: DataError.self, performing: body).code
    }
    #expect(try code { _ = try CovarianceInput(matrix, count: 1) } == .caseCount)
    #expect(try code { _ = try CovarianceInput(matrix, count: -5) } == .caseCount)
    #expect(
      try code { _ = try CovarianceInput(matrix, count: 9, means: NamedValues([1])) } == .mismatchedNames)
    #expect(
      try code { _ = try CovarianceInput(matrix, count: 9, means: NamedValues("a,x\n1,2")) }
        == .mismatchedNames)
    let negative = NamedValues([1, -1])
    #expect(
      try code { _ = try CovarianceInput(matrix, count: 9, standardDeviations: negative) }
        == .nonPositiveVariance)
    let covariances = try NamedMatrix("a b\n4\n.5 1\n")
    let ones = NamedValues([1, 1])
    #expect(
      try code { _ = try CovarianceInput(covariances, count: 9, standardDeviations: ones) }
        == .notCorrelations)
    let vast = NamedValues([1e200, 1e200])
    #expect(throws: DataError.self) { _ = try CovarianceInput(matrix, count: 9, standardDeviations: vast) }
  }

  /// The covariance matrix of raw data, written out and read back, gives the same moments.
  @Test func printedCovariancesGiveTheMomentsOfTheData() throws {
    let table = try DataFixture.table("PoliticalDemocracy.csv")
    let moments = try SampleMoments(table, variables: table.variableNames)
    let factor = Double(moments.count) / Double(moments.count - 1)
    var text = moments.variables.joined(separator: " ") + "\n"
    for i in moments.variables.indices {
      text += (0...i).map { "\(moments.covariance[i, $0] * factor)" }.joined(separator: " ") + "\n"
    }
    let read = try CovarianceInput(NamedMatrix(text), count: moments.count).moments
    for (mine, theirs) in zip(read.covariance.elements, moments.covariance.elements) {
      #expect(abs(mine - theirs) <= 1e-14 * abs(theirs))
    }
  }
}
