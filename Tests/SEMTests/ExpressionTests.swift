import SEM
import Testing

/// Each expression with its value at a = 0.7, b = 1.3, k = 2, computed by R 4.
private let values: [(text: String, value: Double)] = [
  ("1 + 2*3", 7), ("2^3^2", 512), ("-2^2", -4), ("(-2)^2", 4), ("2^-1", 0.5), ("-a^2", -0.49),
  ("8/4/2", 1), ("8 - 4 - 2", 2), ("2*-3", -6), ("--3", 3), ("+3", 3), ("pi", 3.141592653589793),
  ("a*b", 0.91), ("a - b*k", -1.9), ("(a + b)^k", 4), ("a/b", 0.5384615384615384),
  ("exp(a)", 2.0137527074704766), ("expm1(a)", 1.0137527074704764), ("log(b)", 0.26236426446749106),
  ("log(b, 2)", 0.37851162325372983), ("log1p(a)", 0.5306282510621704), ("log2(b)", 0.37851162325372983),
  ("log10(b)", 0.11394335230683677), ("sqrt(b)", 1.140175425099138), ("abs(-b)", 1.3),
  ("sin(a)", 0.644217687237691), ("cos(a)", 0.7648421872844885), ("tan(a)", 0.8422883804630794),
  ("asin(a)", 0.775397496610753), ("acos(a)", 0.7953988301841436), ("atan(a)", 0.6107259643892086),
  ("sinh(a)", 0.7585837018395334), ("cosh(a)", 1.255169005630943), ("tanh(a)", 0.6043677771171636),
  ("asinh(a)", 0.6526665660823557), ("acosh(b)", 0.7564329108569595), ("atanh(a)", 0.8673005276940532),
  ("pnorm(a)", 0.758036347776927), ("pnorm(-9)", 1.1285884059538408e-19), ("dnorm(a)", 0.31225393336676127),
  ("qnorm(a)", 0.5244005127080407), ("qnorm(0.025)", -1.9599639845400538),
  ("qnorm(1e-20)", -9.2623400897984052), ("qnorm(0.5)", 0), ("plogis(a)", 0.6681877721681662),
  ("qlogis(a)", 0.8472978603872034), ("min(a, b, k)", 0.7), ("max(a, b, k)", 2), ("pmin(a, b)", 0.7),
  ("pmax(a, b)", 1.3), ("sum(a, b, k)", 4), ("sum(c(a, b), k)", 4), ("mean(c(a, b, k))", 1.3333333333333333),
  ("prod(a, b, k)", 1.82), ("sum(a)", 0.7),
]

/// Expressions whose derivatives are compared with differences, at a point inside their domain.
private let smooth: [String] = [
  "a*b", "a/b - k*a^2", "a^b", "b^a^k", "2^a", "a^3 + a^2 + a + 1", "(a - b)^2", "(a - b)^3", "-(a + b)*-k",
  "exp(a*b)", "log(a)/log(b + 1)", "log(a + b, 3)", "sqrt(a*b)", "abs(a - b)", "expm1(a)", "log1p(a*k)",
  "log2(a)", "log10(a*b)", "sin(a*b)", "cos(a + b^2)", "tan(a/b)", "asin(a/k)", "acos(a/k)", "atan(a*k)",
  "sinh(a*b)", "cosh(a - k)", "tanh(a*b)", "asinh(a*k)", "acosh(k + a)", "atanh(a/k)",
  "pnorm(a - b)", "dnorm(a*b)", "qnorm(a/k)", "plogis(a*b)", "qlogis(a/k)",
  "min(a, b)*k", "max(a*k, b)^2", "pmin(a, b) + pmax(a, k)", "mean(c(a, b, k))^2", "prod(a, b, k)",
  "sum(a, b*k)",
  "a*a*a*b - a*a", "exp(a)/(1 + exp(a)) - b*exp(-a^2)", "k^2", "pi*a^2", "1/(1 + a*b*k)", "ab*a",
  "total^2 + ab",
]

@Suite struct ExpressionTests {
  private let point = [0.7, 1.3, 2.0]
  private let indices = ["a": 0, "b": 1, "k": 2]
  private let labels = ["a": 0.7, "b": 1.3, "k": 2.0]

  private func definitions() throws -> [Definition] {
    [
      Definition(name: "total", expression: try Expression(parsing: "a + ab")),
      Definition(name: "ab", expression: try Expression(parsing: "a*b")),
    ]
  }

  @Test(arguments: values)
  func hasTheValueOfR(_ example: (text: String, value: Double)) throws {
    let expression = try Expression(parsing: example.text)
    let value = try expression.value { labels[$0] }
    #expect(abs(value - example.value) <= 4e-15 * max(abs(example.value), 1e-19), "\(value)")
    let compiled = try CompiledExpression(expression, resolving: indices)
    #expect(compiled.value(point) == value)
    // The printed form is the same expression.
    #expect(try Expression(parsing: expression.description).value { labels[$0] } == value)
  }

  /// Central differences with a fourth-order formula; steps of 1e-3 leave errors below 1e-9 in these functions.
  private func difference(_ index: Int, _ function: ([Double]) -> Double) -> Double {
    let step = 1e-3
    func shifted(_ factor: Double) -> Double {
      var x = point
      x[index] += factor * step
      return function(x)
    }
    return (8 * (shifted(1) - shifted(-1)) - (shifted(2) - shifted(-2))) / (12 * step)
  }

  @Test(arguments: smooth)
  func derivativesAreThoseOfDifferences(_ text: String) throws {
    let compiled = try CompiledExpression(
      try Expression(parsing: text), resolving: indices, definitions: try definitions())
    var gradient = [Double](repeating: .nan, count: 3)
    let value = compiled.valueAndGradient(at: point, gradient: &gradient)
    #expect(value == compiled.value(point))
    for index in 0..<3 {
      let expected = difference(index) { compiled.value($0) }
      #expect(
        abs(gradient[index] - expected) < 1e-7 * max(1, abs(expected)), "by \(index): \(gradient) \(expected)"
      )
    }
    let hessian = compiled.hessian(at: point)
    let order = compiled.variables.count
    #expect(hessian.count == order * order)
    for (column, variable) in compiled.variables.enumerated() {
      for (row, other) in compiled.variables.enumerated() {
        let expected = difference(other) { x in
          var slope = [Double](repeating: .nan, count: 3)
          _ = compiled.valueAndGradient(at: x, gradient: &slope)
          return slope[variable]
        }
        let element = hessian[column * order + row]
        #expect(
          abs(element - expected) < 1e-6 * max(1, abs(expected)), "\(row), \(column): \(element) \(expected)")
        #expect(abs(element - hessian[row * order + column]) <= 1e-12 * max(1, abs(element)))
      }
    }
  }

  @Test func workspacesGiveTheSameResults() throws {
    let compiled = try CompiledExpression(try Expression(parsing: "exp(a*b)/k"), resolving: indices)
    var workspace = CompiledExpression.Workspace(for: compiled)
    var first = [Double](repeating: .nan, count: 3)
    var second = first
    for _ in 0..<3 {
      _ = compiled.valueAndGradient(at: point, gradient: &first, workspace: &workspace)
      #expect(compiled.value(point, workspace: &workspace) == compiled.value(point))
    }
    _ = compiled.valueAndGradient(at: point, gradient: &second)
    #expect(first == second)
  }

  @Test func powersWithConstantExponentsAreSmoothAtNegativeBases() throws {
    let compiled = try CompiledExpression(try Expression(parsing: "a^2 + b^3"), resolving: indices)
    var gradient = [0.0, 0, 0]
    #expect(compiled.valueAndGradient(at: [-2, -1, 0], gradient: &gradient) == 3)
    #expect(gradient == [-4, 3, 0])
    #expect(compiled.hessian(at: [-2, -1, 0]) == [2, 0, 0, -6])
    #expect(compiled.valueAndGradient(at: [0, 0, 0], gradient: &gradient) == 0)
    #expect(gradient == [0, 0, 0])
  }

  @Test func outsideTheDomainIsNaN() throws {
    for text in ["log(-1)", "sqrt(-1)", "(-8)^(1/3)", "asin(2)", "qnorm(2)", "0/0"] {
      #expect(try Expression(parsing: text).value { _ in nil }.isNaN, "\(text)")
    }
    #expect(try Expression(parsing: "1/0").value { _ in nil } == .infinity)
    #expect(try Expression(parsing: "qnorm(0)").value { _ in nil } == -.infinity)
  }

  @Test func constantsAndDefinitionsResolve() throws {
    let compiled = try CompiledExpression(
      try Expression(parsing: "total*fixed1"), resolving: indices, constants: ["fixed1": 3],
      definitions: try definitions())
    #expect(compiled.variables == [0, 1])
    #expect(compiled.requiredCount == 2)
    #expect(abs(compiled.value([0.7, 1.3]) - 3 * (0.7 + 0.7 * 1.3)) < 1e-15)
  }

  @Test func unknownNamesAreNamedWithTheNearest() throws {
    let expression = try Expression(parsing: "alpha1 + beta")
    #expect(throws: ExpressionError.unknownName("alpha1", nearest: "alpha2")) {
      try CompiledExpression(expression, resolving: ["alpha2": 0, "beta": 1])
    }
    #expect(throws: ExpressionError.unknownName("zeta", nearest: nil)) {
      try Expression(parsing: "zeta").value { _ in nil }
    }
  }

  @Test func cyclesAreErrors() throws {
    let cycle = [
      Definition(name: "p", expression: try Expression(parsing: "q + 1")),
      Definition(name: "q", expression: try Expression(parsing: "2*p")),
    ]
    #expect(throws: ExpressionError.self) {
      try CompiledExpression("p", resolving: [:], definitions: cycle)
    }
  }

  @Test func longChainsOfDefinitionsAreCompiledOnce() throws {
    // Each uses the one before twice: written out, the last would have 2^60 terms.
    var chain = [Definition(name: "d0", expression: "a")]
    for level in 1...60 {
      let previous = Expression.name("d\(level - 1)")
      chain.append(Definition(name: "d\(level)", expression: (previous + previous) / 2))
    }
    let compiled = try CompiledExpression("d60", resolving: indices, definitions: chain)
    var gradient = [0.0, 0, 0]
    #expect(compiled.valueAndGradient(at: point, gradient: &gradient) == 0.7)
    #expect(gradient == [1, 0, 0])
  }

  @Test func wrongArgumentCountsOfBuiltExpressionsAreErrors() {
    #expect(throws: ExpressionError.wrongArgumentCount(.exp, 0)) {
      try Expression.call(.exp, []).value { _ in nil }
    }
    #expect(throws: ExpressionError.wrongArgumentCount(.max, 0)) {
      try CompiledExpression(.call(.max, []), resolving: [:])
    }
  }

  @Test func namesAreListedOnce() throws {
    #expect(try Expression(parsing: "b*a + exp(a) - pi*b").names == ["b", "a"])
  }
}
