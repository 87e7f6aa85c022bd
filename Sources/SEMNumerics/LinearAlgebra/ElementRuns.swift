internal import CLinearAlgebra

/// Elements of two matrices A and S in runs, elements that stand below each other in one column, and the products of which
/// the second derivatives of a structured covariance matrix consist.
///
/// With m variables, the last s of them sources, the sum of an element of A, (i, j), and another, (k, l), both with columns
/// counted among the sources, is
///
///     Yv(k, j) Yw(i, l) + Zv(j, l) Xw(i, k) + Zw(j, l) Xv(i, k) + Yw(k, j) Yv(i, l) + 2 E(j, k) E(l, i),
///
/// the last term only for i and k among the sources; for elements of S, symmetric, X takes the place of Y.
package struct ElementRuns {
  /// What the elements of a run are.
  package enum Shape: Int {
    /// Elements of one column of A.
    case paths
    /// Consecutive diagonal elements of S.
    case variances
    /// Elements of one column of S beside the diagonal.
    case covariances
  }

  /// The matrices; X is m × m, Y m × s, Z and E s × s. Eight numbers must be readable beyond each.
  package struct Products {
    package var xw, yw, zw, xv, yv, zv: UnsafePointer<Double>
    /// E, or `nil` for none.
    package var effects: UnsafePointer<Double>?

    package init(
      xw: UnsafePointer<Double>, yw: UnsafePointer<Double>, zw: UnsafePointer<Double>,
      xv: UnsafePointer<Double>,
      yv: UnsafePointer<Double>, zv: UnsafePointer<Double>, effects: UnsafePointer<Double>?
    ) {
      (self.xw, self.yw, self.zw) = (xw, yw, zw)
      (self.xv, self.yv, self.zv) = (xv, yv, zv)
      self.effects = effects
    }
  }

  /// How many numbers beyond the last one are written into a line, and read beyond the matrices.
  package static let padding = 8

  private var runs: [sk_run] = []
  private let variableCount, sourceCount: Int
  /// How many elements there are.
  package private(set) var count = 0

  /// No elements yet, with room for `capacity` of them.
  package init(variableCount: Int, sourceCount: Int, capacity: Int) {
    self.variableCount = variableCount
    self.sourceCount = sourceCount
    runs.reserveCapacity(capacity)
  }

  /// Adds an element; those of A come first.
  ///
  /// - Parameter column: Of A counted among the sources, of S among all variables.
  package mutating func append(_ shape: Shape, row: Int, column: Int) {
    defer { count += 1 }
    // Sinks and sources are apart, since only sources take the last term.
    if let last = runs.last, last.shape == shape.rawValue, row == last.row + last.count,
      row != variableCount - sourceCount, shape == .variances || column == last.column
    {
      runs[runs.count - 1].count += 1
    } else {
      runs.append(sk_run(shape: shape.rawValue, first: count, count: 1, row: row, column: column))
    }
  }

  /// Calls `body` for each element with the sums of it and all elements from it on.
  ///
  /// - Parameter line: Memory for ``count`` + ``padding`` numbers.
  /// - Complexity: O(1) a pair; no allocation.
  package func forEachLine(
    _ products: Products, line: UnsafeMutablePointer<Double>,
    _ body: (_ element: Int, _ sums: UnsafeMutablePointer<Double>) -> Void
  ) {
    runs.withUnsafeBufferPointer { runs in
      var pairs = sk_pairs(
        runs: runs.baseAddress, run_count: runs.count, variables: variableCount, sources: sourceCount,
        xw: products.xw, yw: products.yw, zw: products.zw, xv: products.xv, yv: products.yv, zv: products.zv,
        e: products.effects)
      for index in runs.indices {
        for element in runs[index].first..<(runs[index].first &+ runs[index].count) {
          sk_pair_line(&pairs, index, element, line)
          body(element, line + element)
        }
      }
    }
  }
}
