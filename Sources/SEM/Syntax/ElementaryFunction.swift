#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Values and derivatives of the functions that expressions know.
///
/// Outside a function's domain the value is NaN, at a pole infinite, as IEEE 754 has it; nothing traps.
enum ElementaryFunction {
  /// A value with its first and second derivative.
  typealias Jet = (value: Double, first: Double, second: Double)

  /// The value of a function of one argument.
  static func value(of function: Expression.Function, at x: Double) -> Double {
    jet(of: function, at: x).value
  }

  /// The value and derivatives of a function of one argument; functions of several are their argument.
  static func jet(of function: Expression.Function, at x: Double) -> Jet {
    switch function {
    case .exp:
      let value = exp(x)
      return (value, value, value)
    case .expm1: return (expm1(x), exp(x), exp(x))
    case .log: return (log(x), 1 / x, -1 / (x * x))
    case .log1p: return (log1p(x), 1 / (1 + x), -1 / ((1 + x) * (1 + x)))
    case .log2: return scaled((log2(x), 1 / x, -1 / (x * x)), by: 1 / log(2))
    case .log10: return scaled((log10(x), 1 / x, -1 / (x * x)), by: 1 / log(10))
    case .sqrt:
      let root = x.squareRoot()
      return (root, 0.5 / root, -0.25 / (root * x))
    case .abs: return (x.magnitude, x > 0 ? 1 : (x < 0 ? -1 : 0), 0)
    case .sin, .cos, .tan, .asin, .acos, .atan: return trigonometric(function, x)
    case .sinh, .cosh, .tanh, .asinh, .acosh, .atanh: return hyperbolic(function, x)
    case .pnorm, .qnorm, .dnorm, .plogis, .qlogis: return distribution(function, x)
    case .min, .max, .pmin, .pmax, .sum, .prod, .mean: return (x, 1, 0)
    }
  }

  /// Derivatives scaled by the factor of a logarithm to another base; the value is right already.
  private static func scaled(_ jet: Jet, by factor: Double) -> Jet {
    (jet.value, jet.first * factor, jet.second * factor)
  }

  private static func trigonometric(_ function: Expression.Function, _ x: Double) -> Jet {
    switch function {
    case .sin: return (sin(x), cos(x), -sin(x))
    case .cos: return (cos(x), -sin(x), -cos(x))
    case .tan:
      let value = tan(x)
      let slope = 1 + value * value
      return (value, slope, 2 * value * slope)
    case .asin:
      let rest = 1 - x * x
      return (asin(x), 1 / rest.squareRoot(), x / (rest * rest.squareRoot()))
    case .acos:
      let rest = 1 - x * x
      return (acos(x), -1 / rest.squareRoot(), -x / (rest * rest.squareRoot()))
    default:
      let slope = 1 / (1 + x * x)
      return (atan(x), slope, -2 * x * slope * slope)
    }
  }

  private static func hyperbolic(_ function: Expression.Function, _ x: Double) -> Jet {
    switch function {
    case .sinh: return (sinh(x), cosh(x), sinh(x))
    case .cosh: return (cosh(x), sinh(x), cosh(x))
    case .tanh:
      let value = tanh(x)
      let slope = 1 - value * value
      return (value, slope, -2 * value * slope)
    case .asinh:
      let rest = 1 + x * x
      return (asinh(x), 1 / rest.squareRoot(), -x / (rest * rest.squareRoot()))
    case .acosh:
      let rest = x * x - 1
      return (acosh(x), 1 / rest.squareRoot(), -x / (rest * rest.squareRoot()))
    default:
      let slope = 1 / (1 - x * x)
      return (atanh(x), slope, 2 * x * slope * slope)
    }
  }

  private static func distribution(_ function: Expression.Function, _ x: Double) -> Jet {
    switch function {
    case .pnorm:
      let density = normalDensity(x)
      return (normalProbability(x), density, -x * density)
    case .dnorm:
      let density = normalDensity(x)
      return (density, -x * density, (x * x - 1) * density)
    case .qnorm:
      let quantile = normalQuantile(x)
      let density = normalDensity(quantile)
      return (quantile, 1 / density, quantile / (density * density))
    case .plogis:
      let value = x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
      let complement = x >= 0 ? exp(-x) / (1 + exp(-x)) : 1 / (1 + exp(x))
      return (value, value * complement, value * complement * (complement - value))
    default:
      let variance = x * (1 - x)
      return (log(x / (1 - x)), 1 / variance, (2 * x - 1) / (variance * variance))
    }
  }

  /// The power `base^exponent` with its partial derivatives.
  ///
  /// Derivatives for the exponent are NaN for a negative base; callers skip them when the exponent is constant.
  static func power(
    _ base: Double, _ exponent: Double
  ) -> (value: Double, byBase: Double, byExponent: Double, baseBase: Double, mixed: Double, exponents: Double)
  {
    let value = pow(base, exponent)
    let logarithm = log(base)
    let byBase = exponent == 0 ? 0 : exponent * pow(base, exponent - 1)
    let factor = exponent * (exponent - 1)
    let baseBase = factor == 0 ? 0 : factor * pow(base, exponent - 2)
    let isZero = value == 0
    return (
      value, byBase, isZero ? 0 : value * logarithm, baseBase,
      pow(base, exponent - 1) * (1 + exponent * logarithm),
      isZero ? 0 : value * logarithm * logarithm
    )
  }

  // MARK: The normal distribution

  static func normalDensity(_ x: Double) -> Double {
    exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
  }

  static func normalProbability(_ x: Double) -> Double {
    0.5 * erfc(-x / 2.0.squareRoot())
  }

  /// The quantile function: a rational start, refined by Halley's method on the smaller tail.
  ///
  /// Source of the start: Abramowitz and Stegun (1964), 26.2.23, absolute error below 4.5e-4; three Halley steps,
  /// each of which triples the number of right digits, leave rounding error only.
  static func normalQuantile(_ probability: Double) -> Double {
    guard probability > 0, probability < 1 else {
      if probability == 0 { return -.infinity }
      return probability == 1 ? .infinity : .nan
    }
    if probability == 0.5 { return 0 }
    let tail = min(probability, 1 - probability)
    let t = (-2 * log(tail)).squareRoot()
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
    let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    var x = -(t - numerator / denominator)
    for _ in 0..<4 {
      let density = normalDensity(x)
      guard density > 0 else { break }
      let error = (normalProbability(x) - tail) / density
      x -= error / (1 + 0.5 * x * error)
    }
    return probability < 0.5 ? x : -x
  }
}
