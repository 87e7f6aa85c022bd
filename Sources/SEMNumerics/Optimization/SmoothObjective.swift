/// Which matrix of second derivatives an objective is asked for.
public enum Curvature: Sendable, Hashable {
  /// The exact Hessian; it may be indefinite away from a minimum.
  case exact
  /// A positive semidefinite stand-in, such as the expected information.
  case expected
}

/// A function to be minimised, with derivatives written into the caller's memory.
///
/// The derivatives are those at the point last given to ``value(at:)``. Nothing should be allocated in any call.
public protocol SmoothObjective: AnyObject {
  /// The number of variables.
  var dimension: Int { get }

  /// The value at `x` (`dimension` numbers), or `nil` where the function is not defined.
  func value(at x: UnsafePointer<Double>) -> Double?

  /// Writes the gradient, `dimension` numbers, at the last point.
  func gradient(into gradient: UnsafeMutablePointer<Double>)

  /// Writes the lower triangle of a `dimension × dimension` matrix of second derivatives at the last point.
  func curvature(_ kind: Curvature, into matrix: UnsafeMutablePointer<Double>)

  /// Writes a nonnegative diagonal, `dimension` numbers, that measures steps: the expected curvature of each variable.
  ///
  /// |gradient| / √metric is free of the variables' units; convergence is judged by it.
  func metric(into diagonal: UnsafeMutablePointer<Double>)
}
