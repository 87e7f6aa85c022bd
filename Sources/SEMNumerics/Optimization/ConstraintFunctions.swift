/// Equality and inequality constraints on the variables of a ``SmoothObjective``, with derivatives.
///
/// The first ``equalityCount`` functions must be 0 at a solution, the others at least 0.
public protocol ConstraintFunctions: AnyObject {
  /// The number of functions.
  var count: Int { get }
  /// How many of them are equalities; they come first.
  var equalityCount: Int { get }
  /// Whether every function is linear.
  var isLinear: Bool { get }

  /// Writes the values (`count` numbers) and the Jacobian (`count × dimension`, column-major) at a point.
  func evaluate(
    at x: UnsafePointer<Double>, values: UnsafeMutablePointer<Double>, jacobian: UnsafeMutablePointer<Double>)

  /// Adds Σ weightₖ ∇²cₖ to both triangles of a `dimension × dimension` matrix at the last point.
  func addHessian(weights: UnsafePointer<Double>, into matrix: UnsafeMutablePointer<Double>)
}
