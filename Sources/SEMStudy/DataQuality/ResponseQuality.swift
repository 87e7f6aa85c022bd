public import SEM

/// Answers that look careless or mistyped: outside the scale, the same everywhere, or a case that is there twice.
///
/// Nothing is removed. Which cases to leave out is the researcher's decision, to be reported.
///
/// Sources: Meade and Craig (2012), Psychological Methods 17, 437-455 (long string); Dunn, Heggestad, Shanock and Theilgard
/// (2018), Journal of Business and Psychology 33, 105-121 (standard deviation of a case's answers).
public struct ResponseQuality: Sendable, Hashable {
  /// An answer outside the scale, or between its points.
  public struct OddAnswer: Sendable, Hashable {
    /// The item.
    public let item: String
    /// The row, counted from 1.
    public let row: Int
    /// The answer.
    public let value: Double
    /// Whether it lies between the scale's ends, such as 3.5.
    public let isBetweenPoints: Bool
  }

  /// How one case answered.
  public struct Case: Sendable, Hashable {
    /// The row, counted from 1.
    public let row: Int
    /// The number of answers.
    public let answerCount: Int
    /// The longest run of equal answers in the order of the items; a missing answer ends a run.
    public let longestRun: Int
    /// The standard deviation of the answers, divisor n - 1; `nil` for fewer than two.
    public let standardDeviation: Double?
  }

  /// A case that repeats an earlier one.
  public struct Duplicate: Sendable, Hashable {
    /// The row, counted from 1.
    public let row: Int
    /// The first row with the same answers to all items.
    public let original: Int
  }

  /// The items.
  public let items: [String]
  /// The scale that was given.
  public let scale: ClosedRange<Double>?
  /// All answers outside the scale; empty without one.
  public let oddAnswers: [OddAnswer]
  /// All cases, in the order of the rows.
  public let cases: [Case]
  /// Cases that repeat an earlier one, at least half of the items answered.
  public let duplicates: [Duplicate]

  /// The rows that give the same answer to all items they answer (at least half of the items, and three).
  public var straightLiners: [Int] {
    cases.filter {
      $0.standardDeviation == 0 && $0.answerCount >= 3 && 2 * $0.answerCount >= items.count
    }.map(\.row)
  }

  /// The rows with a run of at least so many equal answers.
  public func rows(withRunOf length: Int) -> [Int] { cases.filter { $0.longestRun >= length }.map(\.row) }

  /// The rows whose answers have a standard deviation of at most so much.
  ///
  /// Papers often use 0.25 or 0.5 on scales of five points; there is no accepted limit.
  public func rows(withDeviationUpTo limit: Double) -> [Int] {
    cases.filter { $0.standardDeviation.map { $0 <= limit } ?? false }.map(\.row)
  }

  /// Looks at the answers of a table.
  ///
  /// - Parameters:
  ///   - table: The data.
  ///   - items: Numeric columns, in the order of the questionnaire.
  ///   - scale: The smallest and largest possible answer; `nil` for no check. Where both are whole, answers must be.
  ///   - scales: Scales of single items, instead of `scale`.
  /// - Throws: ``StudyError`` for a column that is unknown or holds text.
  /// - Complexity: O(N p).
  public init(
    _ table: DataTable, items: [String], scale: ClosedRange<Double>? = nil,
    scales: [String: ClosedRange<Double>] = [:]
  ) throws(StudyError) {
    var columns: [[Double]] = []
    for name in items {
      do { columns.append(try table.numericColumn(name)) } catch { throw StudyError(items: error) }
    }
    self.items = items
    self.scale = scale
    var odd: [OddAnswer] = []
    for (name, column) in zip(items, columns) {
      guard let scale = scales[name] ?? scale else { continue }
      let isWhole =
        scale.lowerBound == scale.lowerBound.rounded() && scale.upperBound == scale.upperBound.rounded()
      for (row, answer) in column.enumerated() where !answer.isNaN {
        let isInside = scale.contains(answer)
        if !isInside || (isWhole && answer != answer.rounded()) {
          odd.append(OddAnswer(item: name, row: row + 1, value: answer, isBetweenPoints: isInside))
        }
      }
    }
    oddAnswers = odd
    var cases: [Case] = []
    var firstRows: [[UInt64]: Int] = [:]
    var duplicates: [Duplicate] = []
    for row in 0..<table.rowCount {
      let answers = columns.map { $0[row] }
      cases.append(Case(row: row + 1, answers: answers))
      guard let last = cases.last, last.answerCount > 0, 2 * last.answerCount >= items.count else { continue }
      // Bits, so that missing answers equal each other; -0 and 0 are one answer.
      let key = answers.map { $0.isNaN ? Double.nan.bitPattern : ($0 + 0).bitPattern }
      if let original = firstRows[key] {
        duplicates.append(Duplicate(row: row + 1, original: original))
      } else {
        firstRows[key] = row + 1
      }
    }
    self.cases = cases
    self.duplicates = duplicates
  }
}

extension ResponseQuality.Case {
  init(row: Int, answers: [Double]) {
    self.row = row
    var (count, run, longest) = (0, 0, 0)
    var mean = 0.0
    var squares = 0.0
    var previous = Double.nan
    for answer in answers {
      if answer.isNaN {
        run = 0
      } else {
        run = answer == previous ? run + 1 : 1
        longest = max(longest, run)
        count += 1
        // Welford (1962): equal answers leave exactly 0.
        let difference = answer - mean
        mean += difference / Double(count)
        squares += difference * (answer - mean)
      }
      previous = answer
    }
    answerCount = count
    longestRun = longest
    standardDeviation = count > 1 ? (squares / Double(count - 1)).squareRoot() : nil
  }
}
