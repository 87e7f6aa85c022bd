public import SEM
internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The heterotrait-monotrait ratio of correlations: discriminant validity without a factor model.
///
/// - HTMT (Henseler, Ringle and Sarstedt 2015, equation 6): the mean correlation of items of two constructs, divided by the
///   geometric mean of the two constructs' mean correlations of their own items;
/// - HTMT2 (Roemer, Schuberth and Henseler 2021, equation 4): the same with geometric means, consistent for congeneric items.
///
/// Correlations are Pearson's, of the rows that are complete in all items. A construct with one item has the mean
/// correlation 1 with itself.
public struct HeterotraitMonotrait: Sendable {
  /// The form of the ratio.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// Arithmetic means.
    case htmt
    /// Geometric means.
    case htmt2
  }

  /// What becomes of negative correlations.
  public enum NegativeCorrelations: String, Sendable, Hashable, CaseIterable, Codable {
    /// Absolute values are taken (HTMT+ of Ringle, Sarstedt, Sinkovics and Sinkovics 2023; semTools' default).
    case absolute
    /// Signs stay, as in the paper of 2015; HTMT is the magnitude of the ratio. Not defined where a mean of a construct's own
    /// correlations is not positive, nor HTMT2 with any correlation of another sign than the rest.
    case signed
  }

  /// What is computed.
  public struct Options: Sendable, Hashable {
    /// What becomes of negative correlations.
    public var negative = NegativeCorrelations.absolute
    /// The number of bootstrap draws; 0 for no intervals.
    public var draws = 1000
    /// The seed; a draw is a function of the seed and of its number alone.
    public var seed: UInt64 = 1
    /// The number of threads, on which results do not depend; `nil` for as many as there are processors.
    public var threads: Int?
    /// The coverage of the percentile intervals.
    public var confidenceLevel = 0.95

    /// Absolute correlations and a thousand draws.
    public init() {}
  }

  /// The ratio of two constructs.
  public struct Pair: Sendable, Hashable {
    /// The code of the construct that comes first.
    public var first: String
    /// The code of the other.
    public var second: String
    /// The ratio; `nil` where it is not defined.
    public var value: Double?
    /// The lower end of the percentile interval.
    public var lower: Double?
    /// The upper end of the percentile interval; below 1 it speaks for discriminant validity (Henseler et al. 2015).
    public var upper: Double?
    /// The number of draws in which the ratio is not defined.
    public var undefinedDraws: Int
  }

  /// The codes of the constructs.
  public let codes: [String]
  /// The number of complete rows.
  public let count: Int
  /// How it was computed.
  public let options: Options
  private let results: [Kind: [Pair]]

  /// All pairs, the second construct running faster.
  public func pairs(_ kind: Kind) -> [Pair] { results[kind] ?? [] }

  /// The pair of two constructs in either order.
  public func pair(_ kind: Kind, _ first: String, _ second: String) -> Pair? {
    pairs(kind).first { ($0.first, $0.second) == (first, second) || ($0.first, $0.second) == (second, first) }
  }

  /// Computes the ratios of all pairs of constructs.
  ///
  /// - Parameters:
  ///   - constructs: The constructs, each with at least one item.
  ///   - data: A table whose columns are named like the items.
  ///   - options: Draws and signs.
  /// - Throws: ``StudyError`` for items that the data do not have, for constant items and for too few rows.
  /// - Complexity: O(draws · N p²) for p items; a draw re-weights the rows and forms one correlation matrix.
  public init(_ constructs: [StudyConstruct], data: DataTable, options: Options = Options())
    throws(StudyError)
  {
    let items = constructs.flatMap(\.itemCodes)
    let rows: Matrix
    do { rows = try CompleteRows(data, variables: items).values } catch { throw .unavailable("HTMT", error) }
    let correlations = WeightedCorrelations(rows)
    guard rows.rowCount > 1 else {
      throw StudyError(.tooFewCases, "HTMT needs at least two complete rows; there is \(rows.rowCount).")
    }
    if let constant = correlations.constantColumn {
      throw StudyError(
        .constantItem, "HTMT cannot be computed: \(items[constant]) has the same answer everywhere.")
    }
    var places: [Range<Int>] = []
    for construct in constructs {
      let first = places.last?.upperBound ?? 0
      places.append(first..<(first + construct.items.count))
    }
    let layout = Layout(places: places, negative: options.negative)
    let pairCount = layout.pairs.count
    let original = NumberBuffer(count: 2 * pairCount)
    layout.evaluate(correlations.matrix(counts: nil), into: original.pointer)
    let draws = ParallelDraws.run(
      draws: max(options.draws, 0), columns: 2 * pairCount, threads: options.threads
    ) {
      draw, results in
      var random = RandomStream(seed: options.seed, stream: UInt64(draw), purpose: 0x6874_6d74)
      var counts = [Double](repeating: 0, count: rows.rowCount)
      for _ in 0..<rows.rowCount { counts[random.integer(below: rows.rowCount)] += 1 }
      layout.evaluate(correlations.matrix(counts: counts), into: results)
    }
    codes = constructs.map(\.code)
    count = rows.rowCount
    self.options = options
    var results: [Kind: [Pair]] = [:]
    for (offset, kind) in [(0, Kind.htmt), (1, Kind.htmt2)] {
      results[kind] = layout.pairs.indices.map { index in
        let column = 2 * index + offset
        let value = original[column]
        let known = draws.column(column).filter { !$0.isNaN }
        var pair = Pair(
          first: constructs[layout.pairs[index].0].code, second: constructs[layout.pairs[index].1].code,
          value: value.isNaN ? nil : value, undefinedDraws: draws.rowCount - known.count)
        if known.count > 1, !value.isNaN {
          let interval = BootstrapInterval(values: known, estimate: value, acceleration: nil)
          if let ends = interval.ends(.percentile, level: options.confidenceLevel) {
            (pair.lower, pair.upper) = (ends.lower, ends.upper)
          }
        }
        return pair
      }
    }
    self.results = results
  }

  /// Where the items of each construct stand, and what is computed of their correlations.
  private struct Layout: Sendable {
    var places: [Range<Int>]
    var negative: NegativeCorrelations
    var pairs: [(Int, Int)]

    init(places: [Range<Int>], negative: NegativeCorrelations) {
      self.places = places
      self.negative = negative
      pairs = places.indices.flatMap { first in
        ((first + 1)..<max(first + 1, places.count)).map { (first, $0) }
      }
    }

    /// Writes HTMT and HTMT2 of each pair; NaN where one is not defined.
    func evaluate(_ correlations: Matrix, into results: UnsafeMutablePointer<Double>) {
      let own = places.map { block in
        block.count == 1
          ? (1, 1)
          : means(block.flatMap { i in (block.lowerBound..<i).map { correlations[i, $0] } })
      }
      for (index, (first, second)) in pairs.enumerated() {
        let between = means(places[first].flatMap { i in places[second].map { correlations[i, $0] } })
        results[2 * index] = ratio(between.0, own[first].0, own[second].0)
        results[2 * index + 1] = ratio(between.1, own[first].1, own[second].1)
      }
    }

    private func ratio(_ between: Double, _ first: Double, _ second: Double) -> Double {
      first > 0 && second > 0 ? between.magnitude / (first * second).squareRoot() : .nan
    }

    /// The arithmetic and the geometric mean; the geometric one of numbers of both signs is NaN.
    private func means(_ values: [Double]) -> (Double, Double) {
      let numbers = negative == .absolute ? values.map(\.magnitude) : values
      let count = Double(numbers.count)
      let arithmetic = numbers.reduce(0, +) / count
      if numbers.contains(0) { return (arithmetic, 0) }
      let isOneSigned = numbers.allSatisfy { $0 > 0 } || numbers.allSatisfy { $0 < 0 }
      guard isOneSigned else { return (arithmetic, .nan) }
      let geometric = exp(numbers.reduce(0) { $0 + log($1.magnitude) } / count)
      return (arithmetic, numbers[0] < 0 ? -geometric : geometric)
    }
  }
}

/// Correlation matrices of rows that count several times or not at all.
struct WeightedCorrelations: Sendable {
  /// The rows about their mean, turned: variables × rows.
  private let deviations: [Double]
  private let order: Int
  private let rowCount: Int
  /// The first column without any variation, from 0.
  let constantColumn: Int?

  init(_ rows: Matrix) {
    order = rows.columnCount
    rowCount = rows.rowCount
    var deviations = [Double](repeating: 0, count: order * rowCount)
    var constant: Int?
    for j in 0..<order {
      let column = rows.column(j)
      let mean = column.reduce(0, +) / Double(max(column.count, 1))
      if constant == nil, column.allSatisfy({ $0 == column.first }) { constant = j }
      for (i, value) in column.enumerated() { deviations[j + i * order] = value - mean }
    }
    self.deviations = deviations
    constantColumn = constant
  }

  /// The correlations; NaN for a variable without variance.
  ///
  /// - Parameter counts: How often each row counts; `nil` for once each.
  /// - Complexity: O(rows with a count · p²).
  func matrix(counts: [Double]?) -> Matrix {
    let p = order
    let scaled = NumberBuffer(count: p * rowCount)
    let sum = NumberBuffer(count: p)
    var used = 0
    var total = 0.0
    deviations.withUnsafeBufferPointer { source in
      for row in 0..<rowCount {
        let weight = counts?[row] ?? 1
        if weight == 0 { continue }
        let root = weight.squareRoot()
        let target = scaled.pointer + used * p
        for j in 0..<p {
          let value = source[j + row * p]
          target[j] = root * value
          sum[j] += weight * value
        }
        used += 1
        total += weight
      }
    }
    let products = NumberBuffer(count: p * p)
    Kernels.addOuterProducts(scaled.pointer, rows: p, columns: used, factor: 1, into: products.pointer)
    var result = Matrix(rowCount: p, columnCount: p)
    // What is left of a variance by rounding is none.
    let variances = (0..<p).map { j in
      let value = products[j + j * p] - sum[j] * sum[j] / total
      return value > 1e-12 * products[j + j * p] ? value : 0
    }
    for j in 0..<p {
      for i in j..<p {
        let covariance = products[i + j * p] - sum[i] * sum[j] / total
        let scale = variances[i] * variances[j]
        let value = i == j ? 1 : scale > 0 ? covariance / scale.squareRoot() : Double.nan
        result[i, j] = value
        result[j, i] = value
      }
    }
    return result
  }
}
