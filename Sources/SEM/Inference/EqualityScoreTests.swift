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
  /// The p-value with Holm's (1979) control over all elements tested together.
  public var adjustedPValue: Double?
}

extension FittedModel {
  /// Score tests of the parameters that are equal over groups, each element by itself.
  ///
  /// The element's rows get free parameters of their own, one for each group; at the estimates of the equal model, with s
  /// the score and I the information of these parameters, T = sᵀ I⁻¹ s and the expected changes are I⁻¹ s (Sörbom 1989).
  ///
  /// - Parameter isWanted: Which kinds of elements to test.
  /// - Throws: ``InferenceError/undefinedAtEstimates``.
  /// - Complexity: O(p³ + t³) for each element.
  public func equalityScoreTests(_ isWanted: (GroupEquality) -> Bool) throws(InferenceError)
    -> [EqualityScoreTest]
  {
    var members: [Int: [Int]] = [:]
    var order: [Int] = []
    for (index, row) in table.rows.enumerated() where row.free > 0 {
      if members[row.free] == nil { order.append(row.free) }
      members[row.free, default: []].append(index)
    }
    var result: [EqualityScoreTest] = []
    for parameter in order {
      guard let rows = members[parameter], rows.count > 1, let first = rows.first else { continue }
      let row = table.rows[first]
      // The same element in different groups, and no label that joins others to it.
      let isOneElement = rows.allSatisfy {
        table.rows[$0].op == row.op && table.rows[$0].lhs == row.lhs && table.rows[$0].rhs == row.rhs
      }
      guard isOneElement, Set(rows.map { table.rows[$0].group }).count == rows.count,
        let category = table.equalityCategory(of: row), isWanted(category)
      else { continue }
      guard let (statistic, differences) = try released(rows) else { continue }
      result.append(
        EqualityScoreTest(
          element: row.lhs + (row.op == .intercept ? "~1" : row.op.rawValue + row.rhs), rows: rows,
          statistic: ChiSquareTest(statistic: statistic, degreesOfFreedom: rows.count - 1),
          expectedDifferences: differences, adjustedPValue: nil))
    }
    let adjusted = Self.holm(result.map { $0.statistic.pValue ?? 1 })
    for index in result.indices { result[index].adjustedPValue = adjusted[index] }
    return result
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
    let values = estimates + [Double](repeating: estimates[shared], count: rows.count - 1)
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
    return (max(statistic, 0), (0..<(rows.count - 1)).map { change[t + $0] - change[shared] })
  }

  /// Holm's (1979) adjusted p-values.
  static func holm(_ pValues: [Double]) -> [Double] {
    var result = pValues
    var largest = 0.0
    for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
      largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
      result[index] = largest
    }
    return result
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
