import SEM
import Testing

/// Each model text with the statements it holds, written in the plain form of `ModelSyntax.text`.
private let equivalents: [(text: String, plain: [String])] = [
  ("f =~ x1 + x2 + x3", ["f =~ x1 + x2 + x3"]),
  ("f1 + f2 =~ x1 + x2", ["f1 + f2 =~ x1 + x2"]),
  ("y~x", ["y ~ x"]),
  ("y1+y2~x1+x2", ["y1 + y2 ~ x1 + x2"]),
  ("x1~~x2", ["x1 ~~ x2"]),
  ("x1 ~~ 0*x2 + 0.3*x3", ["x1 ~~ 0*x2 + 0.3*x3"]),
  ("y ~ 1", ["y ~ 1"]),
  ("y ~1", ["y ~ 1"]),
  ("y ~ 1 + x", ["y ~ 1 + x"]),
  ("y ~ 0 + x", ["y ~ 0 + x"]),
  ("x1 + x2 ~ 1", ["x1 + x2 ~ 1"]),
  ("x1 ~ 0*1", ["x1 ~ 0*1"]),
  ("x1 ~ m*1", ["x1 ~ m*1"]),
  ("x1 ~ start(3)*m*1", ["x1 ~ start(3)*m*1"]),
  ("x1 | t1 + t2", ["x1 | t1 + t2"]),
  ("x1 ~*~ 1*x1", ["x1 ~*~ 1*x1"]),
  ("c1 <~ x1 + x2", ["c1 <~ x1 + x2"]),
  ("ab := a*b", ["ab := a*b"]),
  ("a == b", ["a == b"]),
  ("a<b", ["a < b"]),
  ("a >0", ["a > 0"]),
  ("a<-1", ["a < -1"]),
  ("a + b == 2*c - 1", ["a + b == 2*c - 1"]),
  // Layout
  ("f =~ x1 +\n x2", ["f =~ x1 + x2"]),
  ("f =~ x1\n + x2", ["f =~ x1 + x2"]),
  ("f =~\n\n x1 + x2", ["f =~ x1 + x2"]),
  ("f\n=~ x1", ["f =~ x1"]),
  ("f =~ x1 + a *\n x2", ["f =~ x1 + a*x2"]),
  ("f =~ x1 + a\n * x2", ["f =~ x1 + a*x2"]),
  ("f =~ c(1,\n 2)*x1", ["f =~ c(1, 2)*x1"]),
  ("f =~ x1 + # comment\n# another + line\n x2", ["f =~ x1 + x2"]),
  ("f =~ x1 ! comment\ny ~ x", ["f =~ x1", "y ~ x"]),
  ("f =~ x1;y ~ x ; ; z ~ x;", ["f =~ x1", "y ~ x", "z ~ x"]),
  ("\r\nf =~ x1\r\ny ~ x\r\n", ["f =~ x1", "y ~ x"]),
  ("\u{FEFF}f =~ x1\u{00A0}+ x2\u{3000}+\u{200B}x3", ["f =~ x1 + x2 + x3"]),
  ("\t f\t=~\tx1", ["f =~ x1"]),
  ("d := a +\n b\n", ["d := a + b"]),
  ("a ==\n b", ["a == b"]),
  ("", []),
  ("\n\n# only a comment\n;;", []),
  // Names
  ("視覚 =~ 問1 + 問2", ["視覚 =~ 問1 + 問2"]),
  ("Größe ~ été + naïve_x.1", ["Größe ~ été + naïve_x.1"]),
  ("x.1 ~ .hidden + _y", ["x.1 ~ .hidden + _y"]),
  ("ｘ１ ~ y", ["ｘ１ ~ y"]),
  ("прибыль ~ цена", ["прибыль ~ цена"]),
  ("\"x 1\" ~ 'y 2' + \"it's\"", ["\"x 1\" ~ \"y 2\" + \"it's\""]),
  ("f =~ \"a\"*x1 + 'b'*x2", ["f =~ a*x1 + b*x2"]),
  ("f =~ \"my label\"*x1", ["f =~ \"my label\"*x1"]),
  // Modifiers
  ("f =~ NA*x1 + 1*x2 + -1*x3", ["f =~ NA*x1 + 1*x2 + -1*x3"]),
  ("f =~ 1e-3*x1 + .5*x2 + 2.*x3 + 1.5E2*x4", ["f =~ 0.001*x1 + 0.5*x2 + 2*x3 + 150*x4"]),
  ("f =~ (1/4)*x1 + sqrt(4)*x2 + 2^3*x3 + 1/8*x4", ["f =~ 0.25*x1 + 2*x2 + 8*x3 + 0.125*x4"]),
  ("f =~ 2*3*x1 + 2*(1+1)*x2 + 2*sqrt(9)*x3 + -2*-1*x4", ["f =~ 6*x1 + 4*x2 + 6*x3 + 2*x4"]),
  ("y ~ 2*3*1", ["y ~ 6*1"]),
  ("f =~ -2^2*x1", ["f =~ -4*x1"]),
  ("f =~ label(\"a\")*x1 + start(0.8)*x2", ["f =~ label(\"a\")*x1 + start(0.8)*x2"]),
  ("f =~ 0.8?x1 + -0.5?x2", ["f =~ start(0.8)*x1 + start(-0.5)*x2"]),
  ("f =~ start(.5)*a*x2", ["f =~ start(0.5)*a*x2"]),
  ("f =~ lower(0)*upper(1)*b*x2", ["f =~ lower(0)*upper(1)*b*x2"]),
  ("f =~ lower(-Inf)*x2", ["f =~ lower(-Inf)*x2"]),
  ("f =~ equal(\"f=~x2\")*x3", ["f =~ equal(\"f=~x2\")*x3"]),
  ("f =~ c(a,b)*x1 + c(1,NA)*x2", ["f =~ c(a, b)*x1 + c(1, NA)*x2"]),
  ("f =~ c(\"a\",\"b\")*x1 + c(0.5, b)*x2", ["f =~ c(a, b)*x1 + c(0.5, b)*x2"]),
  ("f =~ start(c(1, 2))*x1 + label(c(\"a\",NA))*x2", ["f =~ start(c(1, 2))*x1 + label(c(\"a\", NA))*x2"]),
  ("f =~ c(-1, 2/4)*x1", ["f =~ c(-1, 0.5)*x1"]),
  ("efa(\"b\")*f1 + efa(\"b\")*f2 =~ x1 + x2", ["efa(\"b\")*f1 + efa(\"b\")*f2 =~ x1 + x2"]),
  ("f =~ rv(\"s\")*x1", ["f =~ rv(\"s\")*x1"]),
  ("y ~ a*x:z + x", ["y ~ a*x:z + x"]),
  // Blocks
  ("group: 1\nf =~ x1", ["group: 1", "f =~ x1"]),
  ("group: Grant-White\nf =~ x1", ["group: \"Grant-White\"", "f =~ x1"]),
  ("Group : \"Grant White\" # c\nf =~ x1", ["group: \"Grant White\"", "f =~ x1"]),
  ("level: 1\nf =~ x1\nlevel: 2\ng =~ x1", ["level: 1", "f =~ x1", "level: 2", "g =~ x1"]),
  ("group ~ x", ["group ~ x"]),
  // Expressions
  ("d := -a^2", ["d := -a^2"]),
  ("d := (-a)^2", ["d := (-a)^2"]),
  ("d := a^b^c", ["d := a^b^c"]),
  ("d := (a^b)^c", ["d := (a^b)^c"]),
  ("d := a - (b - c) - d1", ["d := a - (b - c) - d1"]),
  ("d := a/(b*c)", ["d := a/(b*c)"]),
  ("d := a^-1", ["d := a^-1"]),
  ("d := 2*-a", ["d := 2*-a"]),
  ("d := exp(a) + log(b, 2) + mean(c(a, b))", ["d := exp(a) + log(b, 2) + mean(c(a, b))"]),
  ("d := max(a, c(b, e)) + pmin(a, b)", ["d := max(a, b, e) + pmin(a, b)"]),
]

@Suite struct SyntaxParsingTests {
  @Test(arguments: equivalents)
  func readsAsThePlainForm(_ example: (text: String, plain: [String])) throws {
    let syntax = try ModelSyntax(parsing: example.text)
    let plain = ModelSyntax(statements: syntax.statements).text
    #expect(plain == example.plain.map { $0 + "\n" }.joined())
    // The plain form means the same as the text.
    let again = try ModelSyntax(parsing: plain)
    #expect(ModelSyntax(statements: again.statements).text == plain)
  }

  @Test func rangesShowTheText() throws {
    let text = "f =~ x1 +\n  start(0.5)*a*x2\ny ~ 1"
    let syntax = try ModelSyntax(parsing: text)
    let characters = Array(text)
    func shown(_ range: SourceRange) -> String { String(characters[range.lowerBound..<range.upperBound]) }
    guard case .formula(let left, .measurement, let right) = syntax.statements[0].kind else {
      Issue.record("not a measurement")
      return
    }
    #expect(shown(syntax.statements[0].range) == "f =~ x1 +\n  start(0.5)*a*x2")
    #expect(left.map { shown($0.range) } == ["f"])
    #expect(right.map { shown($0.range) } == ["x1", "start(0.5)*a*x2"])
    #expect(right[1].modifiers.map { shown($0.range) } == ["start(0.5)", "a"])
    guard case .variable(let name) = right[1].target else {
      Issue.record("not a variable")
      return
    }
    #expect(shown(name.range) == "x2")
    #expect(syntax.location(of: name.range) == SourceLocation(line: 2, column: 16))
  }

  @Test func decomposedAndComposedLettersAreTheSameName() throws {
    let syntax = try ModelSyntax(parsing: "e\u{301} ~ x\n\u{E9} ~ z")
    let names = syntax.statements.compactMap { statement -> String? in
      if case .formula(let left, _, _) = statement.kind, case .variable(let name) = left[0].target {
        return name.text
      }
      return nil
    }
    #expect(Set(names).count == 1)
  }

  @Test func longTextsAreReadInLinearTime() throws {
    let names = (1...20_000).map { "x\($0)" }
    let text = "f =~ " + names.joined(separator: " +\n  ") + "\n"
    let syntax = try ModelSyntax(parsing: text)
    #expect(syntax.statements.count == 1)
  }
}
