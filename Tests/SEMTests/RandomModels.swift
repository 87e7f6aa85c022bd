import SEM
import SEMNumerics
import Testing

/// A random model with random moments and a random point at which it is defined, made from a seed.
///
/// One to three factors with cross-loadings, covariances of residuals, latent regressions with or without feedback,
/// covariates (fixed or random), observed outcomes, equal labels, a mean structure, one to three groups.
struct RandomModel: Sendable, CustomTestStringConvertible {
  let seed: Int
  let text: String
  let table: ParameterTable
  let moments: [SampleMoments]
  let rows: [Matrix]
  /// A point with a positive definite Σ, far from any optimum.
  let point: [Double]

  var testDescription: String { "seed \(seed)" }

  /// The models of some seeds; a seed that gives no defined point is passed over.
  static func several(_ seeds: Range<Int>) -> [RandomModel] { seeds.compactMap { RandomModel(seed: $0) } }

  init?(seed: Int) {
    var random = RandomStream(seed: 2024, stream: UInt64(seed))
    let groupCount = [1, 1, 2, 3][random.integer(below: 4)]
    var options = ModelOptions()
    options.meanStructure = random.uniform() < 0.5 || groupCount > 1
    options.fixedCovariates = random.uniform() < 0.6
    options.standardizeLatents = random.uniform() < 0.3
    if groupCount > 1, random.uniform() < 0.7 { options.groupEqual = [.loadings] }
    text = Self.modelText(&random, groupCount: groupCount)
    self.seed = seed
    guard let model = try? Model(text, preset: .sem, options: options),
      let specification = try? model.specification(
        groupLabels: groupCount > 1 ? (1...groupCount).map { "g\($0)" } : [])
    else { return nil }
    table = specification.table
    var moments: [SampleMoments] = []
    var rows: [Matrix] = []
    for block in table.blocks {
      let (data, sample) = Self.data(block.observed, count: 60 + random.integer(below: 60), &random)
      moments.append(sample)
      rows.append(data)
    }
    self.moments = moments
    self.rows = rows
    guard let point = Self.definedPoint(table, moments, &random) else { return nil }
    self.point = point
  }

  private static func modelText(_ random: inout RandomStream, groupCount: Int) -> String {
    func chance(_ p: Double) -> Bool { random.uniform() < p }
    let factorCount = random.integer(below: 4)
    var lines: [String] = []
    var indicators: [String] = []
    let factors = (0..<factorCount).map { "f\($0 + 1)" }
    let labels = chance(0.5)
    for (number, factor) in factors.enumerated() {
      let own = (0..<(2 + random.integer(below: 3))).map { "x\(number + 1)\($0 + 1)" }
      var terms = own.enumerated().map { index, name in
        labels && index > 0 && index < 3 && groupCount == 1 ? "l\(number % 2)*\(name)" : name
      }
      if let other = indicators.first, chance(0.4) { terms.append(other) }
      lines.append("\(factor) =~ " + terms.joined(separator: " + "))
      indicators += own
    }
    if indicators.count > 3, chance(0.5) { lines.append("\(indicators[0]) ~~ \(indicators[3])") }
    if indicators.count > 4, chance(0.3) { lines.append("\(indicators[1]) ~~ \(indicators[4])") }
    let covariates = (0..<random.integer(below: 3)).map { "w\($0 + 1)" }
    let outcomes = factorCount == 0 ? ["y1", "y2", "y3"] : chance(0.4) ? ["y1"] : []
    if factorCount > 1, chance(0.6) { lines.append("f2 ~ f1") }
    if factorCount > 2, chance(0.6) { lines.append("f3 ~ f1 + f2") }
    if factorCount > 1, chance(0.3) { lines.append("f1 ~ f\(factorCount)") }
    for covariate in covariates {
      lines.append("\(factors.last ?? "y1") ~ \(covariate)")
      if let first = indicators.first, chance(0.3) { lines.append("\(first) ~ \(covariate)") }
    }
    for (index, outcome) in outcomes.enumerated() {
      lines.append("\(outcome) ~ \(factors.first ?? (index > 0 ? outcomes[index - 1] : "z1"))")
    }
    if outcomes.count == 3, chance(0.5) { lines.append("y1 ~ y3") }
    return lines.joined(separator: "\n")
  }

  /// The same model on other moments.
  init(_ other: RandomModel, moments: [SampleMoments]) {
    (seed, text, table, rows, point) = (other.seed, other.text, other.table, other.rows, other.point)
    self.moments = moments
  }

  /// The same model with values missing at random, as full information sees it; `nil` where the saturated model has no
  /// estimates. Patterns of one case, of all and of few variables occur; fixed covariates are complete.
  init?(_ other: RandomModel, missing share: Double) {
    (seed, text, table, point) = (other.seed, other.text, other.table, other.point)
    var random = RandomStream(seed: 2025, stream: UInt64(other.seed))
    var rows: [Matrix] = []
    var moments: [SampleMoments] = []
    for (block, complete) in zip(table.blocks, other.rows) {
      let fixed = Set(table.rows.filter(\.isExogenous).map(\.lhs))
      var matrix = complete
      for i in 0..<matrix.rowCount {
        // A few cases keep little: their patterns are evaluated in another way.
        let here = i % 9 == 0 ? 0.8 : share
        for (j, name) in block.observed.enumerated() where !fixed.contains(name) {
          if random.uniform() < here { matrix[i, j] = .nan }
        }
        if block.observed.indices.allSatisfy({ matrix[i, $0].isNaN }) { matrix[i, 0] = complete[i, 0] }
      }
      guard let saturated = SaturatedMoments(MissingPatterns(matrix, variables: block.observed)) else {
        return nil
      }
      rows.append(matrix)
      moments.append(saturated.moments)
    }
    self.rows = rows
    self.moments = moments
  }

  /// Correlated normal data in odd units.
  static func data(
    _ variables: [String], count: Int, _ random: inout RandomStream
  ) -> (Matrix, SampleMoments) {
    let p = variables.count
    var rows = Matrix(rowCount: count, columnCount: p)
    let scale = (0..<p).map { _ in 0.5 + 2 * random.uniform() }
    let shift = (0..<p).map { _ in 4 * random.normal() }
    for i in 0..<count {
      let common = random.normal()
      for j in 0..<p { rows[i, j] = shift[j] + scale[j] * (0.6 * common + 0.8 * random.normal()) }
    }
    return (rows, Self.moments(variables, rows))
  }

  /// Moments with divisor N by their definition.
  static func moments(_ variables: [String], _ rows: Matrix) -> SampleMoments {
    let n = Double(rows.rowCount)
    let mean = (0..<rows.columnCount).map { rows.column($0).reduce(0, +) / n }
    var centred = rows
    for j in mean.indices { for i in 0..<rows.rowCount { centred[i, j] -= mean[j] } }
    return SampleMoments(
      variables: variables, count: rows.rowCount, mean: mean, covariance: (1 / n) * centred.crossProduct())
  }

  private static func definedPoint(
    _ table: ParameterTable, _ moments: [SampleMoments], _ random: inout RandomStream
  ) -> [Double]? {
    guard let objective = Evaluation.objective(table, moments) else { return nil }
    for attempt in 0..<20 {
      let spread = 1 / Double(1 + attempt)
      var values = [Double](repeating: 0, count: table.freeParameterCount)
      for row in table.rows where row.free > 0 {
        let u = 2 * random.uniform() - 1
        switch row.op {
        case .covariance where row.lhs == row.rhs: values[row.free - 1] = 1.5 + u
        case .covariance: values[row.free - 1] = 0.5 * spread * u
        case .measurement: values[row.free - 1] = 0.8 + 0.7 * u
        case .intercept: values[row.free - 1] = 4 * u
        default: values[row.free - 1] = 0.7 * spread * u
        }
      }
      if objective.valueAt(values) != nil { return values }
    }
    return nil
  }

  /// A "fit" that stays at a given point, so that inference can be asked anywhere.
  func resting(at point: [Double], options: FitOptions = FitOptions()) throws -> FittedModel {
    var options = options
    options.iterationLimit = 0
    options.extraStarts = 0
    return try ModelFitter(table: table, options: options).fit(moments, rows: rows, start: point)
  }
}

/// Evaluations of the maximum-likelihood objective from a table and moments.
enum Evaluation {
  static func structures(
    _ table: ParameterTable, _ moments: [SampleMoments], everyVariableIsSource: Bool = false
  ) -> [BlockStructure] {
    zip(table.blocks, moments).map { block, sample in
      BlockStructure(
        block: block, table: table, sampleValue: { Self.sampleValue($0, sample) },
        everyVariableIsSource: everyVariableIsSource)
    }
  }

  static func sampleValue(_ row: Parameter, _ sample: SampleMoments) -> Double {
    guard let left = sample.variables.firstIndex(of: row.lhs) else { return 0 }
    if row.op == .intercept { return sample.mean?[left] ?? 0 }
    guard let right = sample.variables.firstIndex(of: row.rhs) else { return 0 }
    return sample.covariance[left, right]
  }

  static func objective(
    _ table: ParameterTable, _ moments: [SampleMoments], everyVariableIsSource: Bool = false
  ) -> ModelObjective? {
    let total = Double(moments.reduce(0) { $0 + $1.count })
    let blocks = zip(structures(table, moments, everyVariableIsSource: everyVariableIsSource), moments)
      .compactMap { MaximumLikelihoodBlock(structure: $0, sample: $1) }
    guard blocks.count == moments.count else { return nil }
    return ModelObjective(
      blocks: blocks, weights: moments.map { Double($0.count) / total }, dimension: table.freeParameterCount)
  }

  /// The values of all rows at a point.
  static func rowValues(_ table: ParameterTable, _ moments: [SampleMoments], _ point: [Double]) -> [Double] {
    table.rows.map { row in
      if row.free > 0 { return point[row.free - 1] }
      return row.isExogenous ? sampleValue(row, moments[row.block - 1]) : row.fixedValue ?? 0
    }
  }
}

extension SmoothObjective {
  /// The value at an array.
  func valueAt(_ x: [Double]) -> Double? { x.withUnsafeBufferPointer { $0.baseAddress.flatMap(value(at:)) } }

  /// The gradient at an array, written over NaN.
  func gradientAt(_ x: [Double]) -> [Double]? {
    guard valueAt(x) != nil else { return nil }
    let buffer = NumberBuffer([Double](repeating: .nan, count: dimension))
    gradient(into: buffer.pointer)
    return buffer.array
  }

  /// The curvature at an array, both triangles, written over NaN.
  func curvatureAt(_ x: [Double], _ kind: Curvature) -> Matrix? {
    guard valueAt(x) != nil else { return nil }
    let buffer = NumberBuffer([Double](repeating: .nan, count: dimension * dimension))
    curvature(kind, into: buffer.pointer)
    Kernels.mirrorLower(buffer.pointer, order: dimension)
    return buffer.matrix(rowCount: dimension, columnCount: dimension)
  }

  /// The metric at an array, written over NaN.
  func metricAt(_ x: [Double]) -> [Double]? {
    guard valueAt(x) != nil else { return nil }
    let buffer = NumberBuffer([Double](repeating: .nan, count: dimension))
    metric(into: buffer.pointer)
    return buffer.array
  }
}

/// Central differences with one Richardson step: error O(h⁴) and rounding of about ε / h.
func derivative(at x: [Double], by index: Int, step: Double, of function: ([Double]) -> [Double]?)
  -> [Double]?
{
  func central(_ h: Double) -> [Double]? {
    var (plus, minus) = (x, x)
    plus[index] += h
    minus[index] -= h
    guard let above = function(plus), let below = function(minus) else { return nil }
    return zip(above, below).map { ($0 - $1) / (plus[index] - minus[index]) }
  }
  guard let wide = central(step), let narrow = central(step / 2) else { return nil }
  return zip(wide, narrow).map { (4 * $1 - $0) / 3 }
}
