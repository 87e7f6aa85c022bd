internal import SEMNumerics

/// What letting one parameter differ over groups would bring.
public struct EqualityScoreTest: Sendable, Hashable {
  /// The element that is equal, as `visual=~x2`, `x3~1` or `x1~~x1`.
  public var element: String
  /// The rows of the table that share the parameter.
  public var rows: [Int]
  /// The score statistic with one degree of freedom less than there are groups: about how much χ² would fall.
  public var statistic: ChiSquareTest
  /// The expected difference of each later group from the first (Saris, Satorra and Sörbom 1987).
  public var expectedDifferences: [Double]
  /// The p-value with control for the number of elements tested together.
  public var adjustedPValue: Double?
}

/// How p-values allow for the number of tests made together.
public enum MultiplicityControl: String, Sendable, Hashable, CaseIterable, Codable {
  /// Of the chance of any false rejection (Holm 1979).
  case holm
  /// Of the expected share of false ones among the rejections (Benjamini and Hochberg 1995).
  case benjaminiHochberg = "benjamini-hochberg"

  /// The adjusted p-values, in the order of the given ones.
  ///
  /// With p₍₁₎ ≤ … ≤ p₍ₘ₎: Holm's are max over i ≤ k of min(1, (m - i + 1) p₍ᵢ₎), those of Benjamini and Hochberg min over
  /// i ≥ k of min(1, m p₍ᵢ₎ / i).
  public func adjusted(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    let m = Double(pValues.count)
    var result = pValues
    switch self {
    case .holm:
      var largest = 0.0
      for (rank, index) in order.enumerated() {
        largest = max(largest, min(1, (m - Double(rank)) * pValues[index]))
        result[index] = largest
      }
    case .benjaminiHochberg:
      var least = 1.0
      for (rank, index) in order.enumerated().reversed() {
        least = min(least, m * pValues[index] / Double(rank + 1))
        result[index] = least
      }
    }
    return result
  }
}

extension FittedModel {
  /// Score tests of the parameters that are equal over groups, each element by itself.
  ///
  /// The element's rows get free parameters of their own, one for each group; at the estimates of the equal model, with s
  /// the score and I the information of these parameters, T = sᵀ I⁻¹ s and the expected changes are I⁻¹ s (Sörbom 1989).
  /// Means and variances of latent variables that are fixed to one value in all groups count as equal: those of the first
  /// group stay fixed, those of the others are released.
  ///
  /// - Parameters:
  ///   - control: How p-values allow for the number of tests.
  ///   - isWanted: Which kinds of elements to test.
  /// - Throws: ``InferenceError/undefinedAtEstimates``.
  /// - Complexity: O(p³ + t³) for each element.
  public func equalityScoreTests(
    _ control: MultiplicityControl = .holm, _ isWanted: (GroupEquality) -> Bool
  ) throws(InferenceError) -> [EqualityScoreTest] {
    var result: [EqualityScoreTest] = []
    for rows in equalElements(isWanted) {
      guard let first = rows.first, let (statistic, differences) = try released(rows) else { continue }
      let row = table.rows[first]
      result.append(
        EqualityScoreTest(
          element: row.lhs + (row.op == .intercept ? "~1" : row.op.rawValue + row.rhs), rows: rows,
          statistic: ChiSquareTest(statistic: statistic, degreesOfFreedom: rows.count - 1),
          expectedDifferences: differences, adjustedPValue: nil))
    }
    let adjusted = control.adjusted(result.map { $0.statistic.pValue ?? 1 })
    for index in result.indices { result[index].adjustedPValue = adjusted[index] }
    return result
  }

  /// The rows of each element that is equal over groups, in the order of the table.
  private func equalElements(_ isWanted: (GroupEquality) -> Bool) -> [[Int]] {
    struct Key: Hashable {
      var free: Int
      var element: [String]
    }
    var members: [Key: [Int]] = [:]
    var order: [Key] = []
    for (index, row) in table.rows.enumerated() where !row.isExogenous {
      guard let category = table.equalityCategory(of: row), isWanted(category) else { continue }
      let isFixedLatent = row.free == 0 && (category == .means || category == .latentVariances)
      guard row.free > 0 || isFixedLatent else { continue }
      let key = Key(free: row.free, element: [row.lhs, row.op.rawValue, row.rhs])
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(index)
    }
    return order.compactMap { key in
      guard let rows = members[key], rows.count > 1,
        Set(rows.map { table.rows[$0].group }).count == rows.count
      else { return nil }
      // No label may join others to a free element; fixed ones are equal where all groups have the same value.
      if key.free > 0 { return table.rows.count { $0.free == key.free } == rows.count ? rows : nil }
      let values = rows.map { rowValues[$0] }
      return rows.count == table.blocks.count && values.allSatisfy { $0 == values[0] } ? rows : nil
    }
  }

  /// The score statistic and expected differences when all rows but the first get parameters of their own; `nil` where the
  /// model is then not identified.
  private func released(_ rows: [Int]) throws(InferenceError) -> (Double, [Double])? {
    let t = estimates.count
    var extended = table
    // The free rows are evaluated by number: the new ones come last.
    for (position, row) in rows.dropFirst().enumerated() { extended.rows[row].free = t + position + 1 }
    let shared = table.rows[rows[0]].free - 1
    let count = t + rows.count - 1
    let values = estimates + [Double](repeating: rowValues[rows[0]], count: rows.count - 1)
    guard let objective = objective(table: extended) else { throw .undefinedAtEstimates }
    let isDefined = values.withUnsafeBufferPointer { point in
      point.baseAddress.map { objective.value(at: $0) != nil } ?? false
    }
    guard isDefined else { throw .undefinedAtEstimates }
    let gradient = NumberBuffer(count: count)
    objective.gradient(into: gradient.pointer)
    let buffer = NumberBuffer(count: count * count)
    objective.curvature(options.information == .observed ? .exact : .expected, into: buffer.pointer)
    Kernels.mirrorLower(buffer.pointer, order: count)
    let curvature = buffer.matrix(rowCount: count, columnCount: count)
    let score = gradient.array.map { -$0 }
    // Directions in which the estimates may move: those of the constraints, and the new parameters.
    var basis = Matrix.identity(count)
    if let tangent = constraints?.tangent {
      basis = Matrix(rowCount: count, columnCount: tangent.columnCount + rows.count - 1)
      for j in 0..<tangent.columnCount { for i in 0..<t { basis[i, j] = tangent[i, j] } }
      for k in 0..<(rows.count - 1) { basis[t + k, tangent.columnCount + k] = 1 }
    }
    let reduced = basis.transposed.sandwiching(curvature)
    let scale = reduced.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 }
    var scaled = reduced
    for j in scale.indices { for i in scale.indices { scaled[i, j] *= scale[i] * scale[j] } }
    guard let factor = try? Cholesky(scaled), factor.smallestPivotRatio > Identification.tolerance else {
      return nil
    }
    let right = zip(basis.transposeMultiplied(by: score), scale).map { $0 * $1 }
    let solution = factor.solve(right)
    let statistic = 0.5 * multiplier * zip(right, solution).reduce(0) { $0 + $1.0 * $1.1 }
    let change = basis.multiplied(by: zip(solution, scale).map { $0 * $1 })
    let own = shared >= 0 ? change[shared] : 0
    return (max(statistic, 0), (0..<(rows.count - 1)).map { change[t + $0] - own })
  }
}

extension ParameterTable {
  /// Which equality over groups speaks of a row; `nil` for moments of covariates.
  func equalityCategory(of row: Parameter) -> GroupEquality? {
    guard let block = blocks.first(where: { $0.number == row.block }) else { return nil }
    let isLatent = block.latent.contains(row.lhs)
    switch row.op {
    case .measurement: return .loadings
    case .regression: return .regressions
    case .intercept: return isLatent ? .means : .intercepts
    case .covariance:
      if row.lhs == row.rhs { return isLatent ? .latentVariances : .residuals }
      return isLatent || block.latent.contains(row.rhs) ? .latentCovariances : .residualCovariances
    default: return nil
    }
  }
}
