public import SEM

/// Which estimators of skewness and kurtosis are meant.
public enum ShapeConvention: String, Sendable, Hashable, CaseIterable, Codable {
  /// AMOS: g₁ = m₃ / m₂^1.5 and g₂ = m₄ / m₂² - 3 with moments of divisor n; critical ratios g₁ / √(6/n) and g₂ / √(24/n).
  case amos
  /// SPSS and Excel: the unbiased G₁ and G₂ (Joanes and Gill 1998, type 2) with their exact standard errors under normality.
  case spss
}

/// A measure of shape with its standard error.
public struct ShapeStatistic: Sendable, Hashable {
  /// The value; 0 for a normal distribution.
  public let value: Double
  /// The standard error under normality.
  public let standardError: Double
  /// Value / standard error (c.r.).
  public var criticalRatio: Double { value / standardError }
}

/// Descriptive statistics of single items, each from all its answers.
public struct ItemDescriptives: Sendable, Hashable {
  /// One item.
  public struct Item: Sendable, Hashable {
    /// The item.
    public let name: String
    /// The number of answers n.
    public let count: Int
    /// The number of missing answers.
    public let missingCount: Int
    /// The smallest answer; `nil` without answers.
    public let minimum: Double?
    /// The largest answer.
    public let maximum: Double?
    /// The mean.
    public let mean: Double?
    /// The standard deviation, divisor n - 1; `nil` with fewer than two answers.
    public let standardDeviation: Double?
    /// g₁, divisor n; `nil` for a constant item.
    let momentSkewness: Double?
    /// g₂, divisor n.
    let momentKurtosis: Double?

    /// The skewness; `nil` for a constant item or fewer than three answers.
    ///
    /// SPSS: G₁ = g₁ √(n (n-1)) / (n-2), SE² = 6n(n-1) / ((n-2)(n+1)(n+3)).
    public func skewness(_ convention: ShapeConvention) -> ShapeStatistic? {
      guard let g = momentSkewness, count >= 3 else { return nil }
      let n = Double(count)
      switch convention {
      case .amos: return ShapeStatistic(value: g, standardError: (6 / n).squareRoot())
      case .spss:
        return ShapeStatistic(
          value: g * (n * (n - 1)).squareRoot() / (n - 2),
          standardError: (6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3))).squareRoot())
      }
    }

    /// The excess kurtosis; `nil` for a constant item or fewer than four answers.
    ///
    /// SPSS: G₂ = ((n+1) g₂ + 6)(n-1) / ((n-2)(n-3)), SE² = 24n(n-1)² / ((n-3)(n-2)(n+3)(n+5)).
    public func kurtosis(_ convention: ShapeConvention) -> ShapeStatistic? {
      guard let g = momentKurtosis, count >= 4 else { return nil }
      let n = Double(count)
      switch convention {
      case .amos: return ShapeStatistic(value: g, standardError: (24 / n).squareRoot())
      case .spss:
        let variance = 24 * n * (n - 1) * (n - 1) / ((n - 3) * (n - 2) * (n + 3) * (n + 5))
        return ShapeStatistic(
          value: ((n + 1) * g + 6) * (n - 1) / ((n - 2) * (n - 3)), standardError: variance.squareRoot())
      }
    }
  }

  /// The items.
  public let items: [Item]

  /// Describes some columns of a table.
  ///
  /// - Throws: ``StudyError`` for a column that is unknown or holds text. An item without answers is no error.
  /// - Complexity: O(N) for each item.
  public init(_ table: DataTable, items names: [String]) throws(StudyError) {
    var items: [Item] = []
    for name in names {
      do { items.append(Item(name: name, values: try table.numericColumn(name))) } catch {
        throw StudyError(items: error)
      }
    }
    self.items = items
  }
}

extension ItemDescriptives.Item {
  /// Describes numbers; NaN marks a missing one.
  init(name: String, values: [Double]) {
    let answers = values.filter { !$0.isNaN }
    let n = Double(answers.count)
    let mean = answers.reduce(0, +) / max(n, 1)
    var (m2, m3, m4) = (0.0, 0.0, 0.0)
    for answer in answers {
      let d = answer - mean
      m2 += d * d
      m3 += d * d * d
      m4 += d * d * d * d
    }
    self.name = name
    count = answers.count
    missingCount = values.count - answers.count
    minimum = answers.min()
    maximum = answers.max()
    self.mean = answers.isEmpty ? nil : mean
    standardDeviation = answers.count > 1 ? (m2 / (n - 1)).squareRoot() : nil
    (m2, m3, m4) = (m2 / n, m3 / n, m4 / n)
    let varies = answers.count > 1 && m2.squareRoot() > 1e-13 * abs(mean)
    momentSkewness = varies ? m3 / (m2 * m2.squareRoot()) : nil
    momentKurtosis = varies ? m4 / (m2 * m2) - 3 : nil
  }
}

/// How often each category of a variable occurs.
public struct FrequencyTable: Sendable, Hashable {
  /// A category.
  public struct Category: Sendable, Hashable {
    /// The value, as text.
    public let value: String
    /// The number of rows.
    public let count: Int
    /// The share of the rows with a value.
    public let share: Double
    /// The share of this and all categories before it.
    public let cumulativeShare: Double
  }

  /// The variable.
  public let variable: String
  /// The categories: numbers ascending, texts in order of first appearance.
  public let categories: [Category]
  /// The number of rows without a value.
  public let missingCount: Int
  /// The number of rows with a value.
  public var count: Int { categories.reduce(0) { $0 + $1.count } }

  /// Counts the categories of a column, text or numeric.
  ///
  /// - Throws: ``StudyError`` for an unknown column.
  /// - Complexity: O(N).
  public init(_ table: DataTable, variable: String) throws(StudyError) {
    var counts: [String: Int] = [:]
    var order: [String]
    let column: DataTable.Column
    do {
      column = try table.column(variable)
      order = try table.categories(of: variable)
    } catch { throw StudyError(items: error) }
    for case .some(let text) in column.texts { counts[text, default: 0] += 1 }
    if column.isNumeric { order.sort { (Double($0) ?? 0) < (Double($1) ?? 0) } }
    let total = Double(counts.values.reduce(0, +))
    var running = 0
    var categories: [Category] = []
    for value in order {
      let count = counts[value] ?? 0
      running += count
      categories.append(
        Category(
          value: value, count: count, share: Double(count) / total, cumulativeShare: Double(running) / total))
    }
    self.variable = variable
    self.categories = categories
    missingCount = column.missingCount
  }
}
