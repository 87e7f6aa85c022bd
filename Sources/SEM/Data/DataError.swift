/// What is wrong with data, where it stands, and what cures it.
///
/// ```
/// line 17, column 5: x3 holds "abc", which is not a number. If it marks a missing value, add --na "abc".
/// ```
public struct DataError: Error, Sendable, Hashable {
  /// The kind of failure; its raw value is stable and may be matched by scripts.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The file cannot be opened or read.
    case unreadableFile = "data.unreadable-file"
    /// The file cannot be written.
    case unwritableFile = "data.unwritable-file"
    /// The file is a workbook, an archive or another program's format, not text.
    case notText = "data.not-text"
    /// The bytes are not text in the encoding that was asked for.
    case invalidEncoding = "data.invalid-encoding"
    /// A NUL byte stands in the text.
    case nulByte = "data.nul-byte"
    /// There is nothing but blank lines.
    case emptyFile = "data.empty-file"
    /// There is a header but no row below it.
    case noRows = "data.no-rows"
    /// The first line holds numbers where names are expected.
    case missingHeader = "data.missing-header"
    /// Two columns have one name.
    case duplicateName = "data.duplicate-name"
    /// A row has more or fewer cells than there are columns.
    case raggedRow = "data.ragged-row"
    /// A quoted cell is not closed, or text follows its closing quote.
    case malformedQuote = "data.malformed-quote"
    /// A cell of a numeric variable is not a number.
    case textColumn = "data.text-column"
    /// A number is infinite or too large for double precision.
    case infiniteValue = "data.infinite-value"
    /// A weight that is missing or negative, or a case without a cluster.
    case unsuitableValue = "data.unsuitable-value"
    /// No variable has the name.
    case unknownVariable = "data.unknown-variable"
    /// Columns differ in length.
    case unequalLengths = "data.unequal-lengths"
    /// A row number lies outside the table.
    case rowOutOfRange = "data.row-out-of-range"
    /// No variables were asked for.
    case noVariables = "data.no-variables"
    /// A variable has no observed value.
    case allMissing = "data.all-missing"
    /// Rows have no value of the group variable.
    case missingGroup = "data.missing-group"
    /// Rows have no observed value at all.
    case emptyRows = "data.empty-rows"
    /// Rows have no value of a covariate that must be observed.
    case missingCovariates = "data.missing-covariates"
    /// Two variables are never observed in the same row.
    case neverTogether = "data.never-together"
    /// Listwise deletion leaves no row.
    case noCompleteRows = "data.no-complete-rows"
    /// A variable has one value only.
    case constantVariable = "data.constant-variable"
    /// A variable is a linear combination of others.
    case collinearVariables = "data.collinear-variables"
    /// Two variables hold the same values up to location and scale.
    case duplicatedVariables = "data.duplicated-variables"
    /// There are no more rows than variables.
    case tooFewRows = "data.too-few-rows"
    /// The variances differ by more than six orders of magnitude.
    case unequalScales = "data.unequal-scales"
    /// A matrix is not of the expected shape.
    case matrixShape = "data.matrix-shape"
    /// A cell of a matrix is not a number.
    case matrixCell = "data.matrix-cell"
    /// A matrix is not symmetric.
    case asymmetricMatrix = "data.asymmetric-matrix"
    /// A variance or a standard deviation is not positive.
    case nonPositiveVariance = "data.non-positive-variance"
    /// A matrix is not positive definite.
    case notPositiveDefinite = "data.not-positive-definite"
    /// A correlation matrix has a diagonal other than 1.
    case notCorrelations = "data.not-correlations"
    /// The covariances look like correlations.
    case correlationsAsCovariances = "data.correlations-as-covariances"
    /// The number of cases is missing or too small.
    case caseCount = "data.case-count"
    /// Names in two files or two places disagree.
    case mismatchedNames = "data.mismatched-names"
  }

  /// The kind of failure.
  public var code: Code
  /// What is wrong, as one sentence.
  public var message: String
  /// The line of the file, counted from 1.
  public var line: Int?
  /// The column of the file, counted from 1 in cells.
  public var column: Int?
  /// The variable concerned.
  public var variable: String?
  /// The cure, as one sentence.
  public var hint: String?
  /// The file, when the data came from one.
  public var file: String?

  /// Makes an error.
  public init(
    _ code: Code, _ message: String, line: Int? = nil, column: Int? = nil, variable: String? = nil,
    hint: String? = nil, file: String? = nil
  ) {
    self.code = code
    self.message = message
    self.line = line
    self.column = column
    self.variable = variable
    self.hint = hint
    self.file = file
  }

  /// The same error with the file named, unless it already names one.
  func inFile(_ name: String?) -> DataError {
    var copy = self
    copy.file = copy.file ?? name
    return copy
  }
}

extension DataError: CustomStringConvertible {
  /// The place, the cause and the cure, as a person would like to read them.
  public var description: String {
    var place: [String] = []
    if let file { place.append(file) }
    if let line { place.append("line \(line)") }
    if let column { place.append("column \(column)") }
    let head = place.isEmpty ? "" : place.joined(separator: ", ") + ": "
    let tail = hint.map { " " + $0 } ?? ""
    return head + message + tail
  }
}

/// A text as it is shown in a message: in quotes, on one line, shortened to about forty characters.
package func quoted(_ text: String) -> String {
  var shown = ""
  for character in text.prefix(40) {
    switch character {
    case "\n", "\r\n", "\r": shown += "\\n"
    case "\t": shown += "\\t"
    case "\"": shown += "\\\""
    default: shown.append(character)
    }
  }
  return "\"" + shown + (shown.utf8.count < text.utf8.count && text.count > 40 ? "…" : "") + "\""
}

/// Names as a list in a sentence: `x1`, `x1 and x2`, `x1, x2 and x3`; long lists are cut.
package func listed(_ names: [String], limit: Int = 8) -> String {
  guard let last = names.last, names.count > 1 else { return names.first ?? "" }
  if names.count > limit {
    return names.prefix(limit - 1).joined(separator: ", ") + " and \(names.count - limit + 1) more"
  }
  return names.dropLast().joined(separator: ", ") + " and " + last
}

/// A count with its noun, in the singular for one: `1 row`, `2 rows`.
package func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
