internal import SEMNumerics

/// A covariance or correlation matrix from a file or a paper, checked, and the moments it stands for.
///
/// ```swift
/// let matrix = try NamedMatrix(contentsOf: "stress.cov")
/// let moments = try CovarianceInput(matrix, count: 932).moments
/// ```
public struct CovarianceInput: Sendable {
  /// The divisor of the given covariances.
  public enum Divisor: String, Sendable, Hashable, CaseIterable {
    /// N - 1, as statistics programs print them; the moments are rescaled by (N - 1)/N.
    case unbiased = "n-1"
    /// N; the moments are taken as they are.
    case maximumLikelihood = "n"
  }

  /// The moments, divisor N.
  public let moments: SampleMoments
  /// Warnings, such as correlations given as covariances.
  public let problems: [DataProblem]

  /// Checks a matrix and makes its moments.
  ///
  /// - Parameters:
  ///   - matrix: Covariances, or correlations when `standardDeviations` are given.
  ///   - count: The number of cases, at least 2.
  ///   - means: The means by name; every variable of the matrix must have one.
  ///   - standardDeviations: The standard deviations by name.
  ///   - divisor: The divisor of the covariances and of the squared standard deviations.
  /// - Throws: ``DataError`` if the matrix is not symmetric, has a variance that is not positive or is not positive
  ///   definite, if correlations have a diagonal other than 1, or names do not agree.
  /// - Complexity: O(*p³*).
  public init(
    _ matrix: NamedMatrix, count: Int, means: NamedValues? = nil, standardDeviations: NamedValues? = nil,
    divisor: Divisor = .unbiased
  ) throws(DataError) {
    guard count >= 2 else {
      throw DataError(.caseCount, "The number of cases must be at least 2, not \(count).", file: matrix.file)
    }
    let names = matrix.names
    var covariance = Matrix(rows: try matrix.symmetric())
    do throws(DataError) {
      try Self.requireVariances(covariance, names: names, lines: matrix.lines)
      var problems: [DataProblem] = []
      let isCorrelation = covariance.diagonal.allSatisfy { abs($0 - 1) <= 1e-6 }
      if let deviations = try standardDeviations?.values(for: names, what: "standard deviation") {
        try Self.requireCorrelations(covariance, names: names, deviations: deviations)
        for j in names.indices {
          for i in names.indices { covariance[i, j] *= deviations[i] * deviations[j] }
        }
      } else if isCorrelation, names.count > 1 {
        problems.append(.correlationsAsCovariances)
      }
      try Self.requirePositiveDefinite(covariance, names: names, lines: matrix.lines)
      if divisor == .unbiased {
        let factor = Double(count - 1) / Double(count)
        for index in covariance.elements.indices { covariance.elements[index] *= factor }
      }
      moments = SampleMoments(
        variables: names, count: count, mean: try means?.values(for: names, what: "mean"),
        covariance: covariance)
      self.problems = problems
    } catch {
      throw error.inFile(matrix.file)
    }
  }

  private static func requireVariances(_ matrix: Matrix, names: [String], lines: [Int]) throws(DataError) {
    for (index, value) in matrix.diagonal.enumerated() where !(value > 0) {
      throw DataError(
        .nonPositiveVariance,
        "The variance of \(names[index]) is \(DataTable.spelled(value)); it must be positive.",
        line: lines[index], variable: names[index])
    }
  }

  private static func requireCorrelations(
    _ matrix: Matrix, names: [String], deviations: [Double]
  ) throws(DataError) {
    for (index, value) in matrix.diagonal.enumerated() where abs(value - 1) > 1e-6 {
      throw DataError(
        .notCorrelations,
        "Standard deviations go with correlations, but \(names[index]) has \(DataTable.spelled(value)) on the diagonal.",
        variable: names[index], hint: "Leave the standard deviations out if the matrix holds covariances.")
    }
    for (index, value) in deviations.enumerated() where !(value > 0) {
      throw DataError(
        .nonPositiveVariance,
        "The standard deviation of \(names[index]) is \(DataTable.spelled(value)); it must be positive.",
        variable: names[index])
    }
  }

  /// Checks that the matrix can be the covariance matrix of data without linear dependence.
  static func requirePositiveDefinite(_ matrix: Matrix, names: [String], lines: [Int]) throws(DataError) {
    guard let found = Collinearity(matrix).dependences.first else { return }
    let name = names[found.variable]
    let others = listed(found.others.map { names[$0] })
    let message: String
    let hint: String
    if found.unexplained < -1e-8 {
      message =
        "The matrix is not positive definite: given \(others), the variance left for \(name) would be negative "
        + "(1 - R² = \(DataProblem.significant(found.unexplained, digits: 3)))."
      hint =
        "No complete data have this matrix: look for a mistyped cell, or for pairwise deletion or rounding."
    } else {
      message = "The matrix is not positive definite: \(name) is a linear combination of \(others)."
      hint = "Leave one of them out."
    }
    throw DataError(
      .notPositiveDefinite, message, line: lines.isEmpty ? nil : lines[found.variable], variable: name,
      hint: hint)
  }
}

/// Values by name: means or standard deviations.
public struct NamedValues: Sendable, Hashable {
  /// The names; `nil` when the values stand in the order of the matrix.
  public let names: [String]?
  /// The values.
  public let values: [Double]
  private let file: String?

  /// Makes values in the order of the matrix.
  public init(_ values: [Double]) {
    names = nil
    self.values = values
    file = nil
  }

  /// Makes values by name.
  public init(names: [String], values: [Double]) throws(DataError) {
    guard names.count == values.count else {
      throw DataError(
        .mismatchedNames, "There are \(counted(names.count, "name")) but \(values.count) values.")
    }
    try DataTable.requireUnique(names, line: nil)
    self.names = names
    self.values = values
    file = nil
  }

  /// Reads a file: a line of names and a line of values, or one name and value per line, or values only.
  public init(contentsOf path: String) throws(DataError) {
    do throws(DataError) {
      try self.init(bytes: [UInt8](try TextFile.contents(of: path)), file: path)
    } catch {
      throw error.inFile(path)
    }
  }

  /// Reads a text; see ``init(contentsOf:)``.
  public init(_ text: String) throws(DataError) { try self.init(bytes: Array(text.utf8), file: nil) }

  private init(bytes: [UInt8], file: String?) throws(DataError) {
    let rows = try bytes.withUnsafeBufferPointer { raw throws(DataError) in
      try TextDecoding.withUTF8(raw, encoding: nil) { utf8 throws(DataError) in try MatrixText(utf8).rows }
    }
    var names: [MatrixText.Cell]?
    var cells: [MatrixText.Cell]
    if rows.allSatisfy({ $0.count == 2 && $0[0].number == nil && $0[1].number != nil }) {
      names = rows.map { $0[0] }
      cells = rows.map { $0[1] }
    } else if rows.count == 2, rows[0].allSatisfy({ $0.number == nil }) {
      names = rows[0]
      cells = rows[1]
      // A row headed by a name of its own, such as `mean`.
      if cells.first?.number == nil, cells.count > 1,
        cells.count == rows[0].count || cells.count == rows[0].count + 1
      {
        if cells.count == rows[0].count { names?.removeFirst() }
        cells.removeFirst()
      }
    } else if rows.count == 1 || rows.allSatisfy({ $0.count == 1 }) {
      cells = rows.flatMap { $0 }
    } else {
      throw DataError(
        .matrixShape, "Expected a line of names and a line of values, or a name and a value on each line.",
        line: rows.first?.first?.line)
    }
    var values: [Double] = []
    for cell in cells {
      guard let value = cell.number else {
        throw DataError(
          .matrixCell, "\(quoted(cell.text)) is not a number.", line: cell.line, column: cell.column)
      }
      values.append(value)
    }
    if let names {
      guard names.count == values.count else {
        throw DataError(
          .matrixShape, "There are \(counted(names.count, "name")) but \(counted(values.count, "value")).",
          line: cells.first?.line)
      }
      try DataTable.requireUnique(names.map(\.text), line: names.first?.line)
    }
    self.names = names?.map(\.text)
    self.values = values
    self.file = file
  }

  /// The values in the order of the given names.
  func values(for wanted: [String], what: String) throws(DataError) -> [Double] {
    guard let names else {
      guard values.count == wanted.count else {
        throw DataError(
          .mismatchedNames,
          "There are \(counted(values.count, what)) but \(counted(wanted.count, "variable")) in the matrix.",
          file: file)
      }
      return values
    }
    let byName = Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first })
    var result: [Double] = []
    for name in wanted {
      guard let value = byName[name] else {
        let hint = nearestName(to: name, in: names).map { "Did you mean \(name) by \($0)?" }
        throw DataError(
          .mismatchedNames, "No \(what) is given for \(name).", variable: name, hint: hint, file: file)
      }
      result.append(value)
    }
    return result
  }
}
