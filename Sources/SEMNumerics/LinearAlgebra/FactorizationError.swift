/// Why a matrix could not be factored, solved or inverted.
///
/// A statement about the data. Wrong shapes are programming errors and stop the program instead.
public enum FactorizationError: Error, Hashable, Sendable {
  /// The leading block of this order (counted from 1) is not positive definite.
  ///
  /// ``Cholesky`` reports the smallest such order; ``SymmetricEigen``, which sees only the whole matrix, reports the
  /// whole order.
  case notPositiveDefinite(leadingMinor: Int)
  /// The matrix has no inverse: this pivot, column or eigenvalue (counted from 0) is zero, or zero to rounding.
  case singular(pivot: Int)
  /// The iteration of the eigenvalue routine did not converge.
  case notConverged
  /// The input holds NaN or an infinite value, or the result overflowed.
  case notFinite
}

extension FactorizationError: CustomStringConvertible {
  /// One sentence for a report.
  public var description: String {
    switch self {
    case .notPositiveDefinite(let order):
      "The matrix is not positive definite: its leading block of order \(order) is not."
    case .singular(let pivot): "The matrix is singular: pivot \(pivot) is zero."
    case .notConverged: "The eigenvalue iteration did not converge."
    case .notFinite: "The matrix holds a value that is not finite."
    }
  }
}
