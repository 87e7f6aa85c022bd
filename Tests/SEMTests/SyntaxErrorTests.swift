import SEM
import Testing

/// A text that cannot be read, with the code, line, column and carets that the error must show.
struct SyntaxFailure: Sendable, CustomTestStringConvertible {
  var text: String
  var code: String
  var line: Int
  var column: Int
  var length: Int

  init(_ text: String, _ code: String, _ line: Int, _ column: Int, _ length: Int = 1) {
    self.text = text
    self.code = code
    self.line = line
    self.column = column
    self.length = length
  }

  var testDescription: String { text }
}

private let failures: [SyntaxFailure] = [
  // Characters
  .init("y ～ x", "full-width-character", 1, 3),
  .init("f =~ x1 ＋ x2", "full-width-character", 1, 9),
  .init("group： 1", "full-width-character", 1, 6),
  .init("f =~ （1/2）*x1", "full-width-character", 1, 6),
  .init("f =~ a＊x1", "full-width-character", 1, 7),
  .init("f =~ c(a，b)*x1", "full-width-character", 1, 9),
  .init("f ＝~ x1", "full-width-character", 1, 3),
  .init("f =~ x1\ny ~ ２*x", "full-width-character", 2, 5),
  .init("f =~ 「x1」", "full-width-character", 1, 6),
  .init("y ~ “x 1”", "typographic-character", 1, 5),
  .init("f =~ −1*x1", "typographic-character", 1, 6),
  .init("f =~ x1 – x2", "typographic-character", 1, 9),
  .init("ab := a × b", "typographic-character", 1, 9),
  .init("a ≤ b", "typographic-character", 1, 3),
  .init("f = x1", "unexpected-character", 1, 3),
  .init("a <= b", "unexpected-character", 1, 3),
  .init("a >= b", "unexpected-character", 1, 3),
  .init("f =~ x1@1", "unexpected-character", 1, 8),
  .init("`x 1` ~ y", "unexpected-character", 1, 1),
  .init("f =~ x[1]", "unexpected-character", 1, 7),
  .init("f =~ x1 & x2", "unexpected-character", 1, 9),
  .init("f =~ x1 $ x2", "unexpected-character", 1, 9),
  .init("f =~ x1\u{0}", "unexpected-character", 1, 8),
  .init("f =~ 😀", "unexpected-character", 1, 6),
  .init("y ~ \"x 1", "unterminated-string", 1, 5),
  .init("y ~ \"x\n1\"", "unterminated-string", 1, 5),
  .init("y ~ \"\"", "empty-name", 1, 5, 2),
  .init("f =~ 2x", "name-starts-with-digit", 1, 6, 2),
  .init("f =~ 1e999*x", "number-too-large", 1, 6, 5),
  // Statements
  .init("x1 x2", "missing-operator", 1, 1, 5),
  .init("f =~ x1\nx2", "missing-operator", 2, 1, 2),
  .init("f =~ x1 + x2\n  x3", "missing-operator", 2, 3, 2),
  .init("=~ x1", "missing-left-side", 1, 1, 2),
  .init("f =~ x1\n~ x", "missing-left-side", 2, 1, 1),
  .init("== b", "missing-left-side", 1, 1, 2),
  .init("f =~", "missing-right-side", 1, 3, 2),
  .init("f =~ ; y ~ x", "missing-right-side", 1, 3, 2),
  .init("f =~ x1 +", "missing-term", 1, 9),
  .init("f =~ x1 + + x2", "missing-term", 1, 11),
  .init("f =~ + x1", "missing-term", 1, 6),
  .init("f1 + =~ x1", "missing-term", 1, 4),
  .init("f =~ x1 =~ x2", "second-operator", 1, 9, 2),
  .init("f =~ x1 +\ny ~ x", "second-operator", 2, 3),
  .init("a == b == c", "second-operator", 1, 8, 2),
  .init("f =~ x1 x2", "missing-plus", 1, 9, 2),
  .init("f =~ x1 \"x 2\"", "missing-plus", 1, 9, 5),
  .init("f =~ x1 - x2", "minus-between-terms", 1, 9),
  .init("x-1 ~ y", "minus-between-terms", 1, 2),
  .init("group:", "missing-block-label", 1, 1, 5),
  .init("a*b := c", "definition-name", 1, 1),
  .init("\"ab\" := c", "definition-name", 1, 1, 4),
  // Terms
  .init("1 ~ x", "number-on-left", 1, 1),
  .init("a*f =~ x1", "modifier-on-left", 1, 1),
  .init("x:z ~ y", "interaction-on-left", 1, 1, 3),
  .init("y ~ x:", "incomplete-interaction", 1, 6),
  .init("f =~ 1", "intercept-not-allowed", 1, 6),
  .init("x1 ~~ 0.5", "intercept-not-allowed", 1, 7, 3),
  .init("y ~ 3", "intercept-not-one", 1, 5),
  .init("y ~ a*2", "intercept-not-one", 1, 5, 3),
  .init("y ~ -1 + x", "missing-variable", 1, 5, 2),
  .init("f =~ 0.5*", "missing-variable", 1, 9),
  .init("f =~ a* + x2", "unexpected-token", 1, 9),
  .init("f =~ 0.5 x1", "missing-star", 1, 10, 2),
  .init("f =~ start(0.5) x1", "missing-star", 1, 6, 10),
  .init("f =~ *x1", "misplaced-star", 1, 6),
  .init("f =~ x1?0.5", "misplaced-question-mark", 1, 8),
  .init("f =~ x1 ? 0.5", "misplaced-question-mark", 1, 9),
  .init("f =~ x1)", "unopened-parenthesis", 1, 8),
  .init("f =~ (2*x1", "unclosed-parenthesis", 1, 6),
  .init("f =~ c(a, b*x1", "unclosed-parenthesis", 1, 7),
  .init("(f =~ x1", "unclosed-parenthesis", 1, 1),
  .init("f =~ c()*x1", "empty-parentheses", 1, 7, 2),
  .init("f =~ strat(0.5)*x1", "unknown-modifier", 1, 6, 5),
  .init("f =~ prior(\"normal(0,1)\")*x1", "unsupported-modifier", 1, 6, 5),
  .init("f =~ start(a)*x1", "wrong-element", 1, 12),
  .init("f =~ label(1)*x1", "wrong-element", 1, 12),
  .init("f =~ equal(2)*x1", "wrong-element", 1, 12),
  .init("f =~ efa(1)*x1", "wrong-element", 1, 10),
  .init("f =~ start(0.1, 0.2)*x1", "wrong-argument-count", 1, 17, 3),
  .init("f =~ (a)*x1", "label-in-arithmetic", 1, 7),
  .init("f =~ (1/0)*x1", "not-finite", 1, 6, 5),
  .init("f =~ start(1/0)*x1", "wrong-element", 1, 12, 3),
  // Expressions
  .init("d := a +", "incomplete-expression", 1, 9),
  .init("d := ", "incomplete-expression", 1, 5),
  .init("d := a b", "unexpected-token", 1, 8),
  .init("d := a ** b", "unexpected-token", 1, 9),
  .init("d := * b", "unexpected-token", 1, 6),
  .init("d := a + (b", "unclosed-parenthesis", 1, 10),
  .init("d := a + b)", "unopened-parenthesis", 1, 11),
  .init("d := foo(a)", "unknown-function", 1, 6, 3),
  .init("d := sqr(a)", "unknown-function", 1, 6, 3),
  .init("d := exp(a, b)", "wrong-argument-count", 1, 6, 3),
  .init("d := mean(a, b)", "wrong-argument-count", 1, 6, 4),
  .init("d := exp()", "wrong-argument-count", 1, 6, 3),
  .init("d := \"a\"*b", "string-in-expression", 1, 6, 3),
  .init("a == b c", "unexpected-token", 1, 8),
  .init("d := " + String(repeating: "(", count: 300) + "a", "expression-too-deep", 1, 206),
  .init("d := " + String(repeating: "-", count: 300) + "a", "expression-too-deep", 1, 206),
  .init("d := a" + String(repeating: "+a", count: 1200), "expression-too-long", 1, 2007),
]

@Suite struct SyntaxErrorTests {
  @Test(arguments: failures)
  func showsThePlace(_ failure: SyntaxFailure) {
    #expect {
      try ModelSyntax(parsing: failure.text)
    } throws: { error in
      guard let error = error as? SyntaxError else { return false }
      let length = error.range.upperBound - error.range.lowerBound
      #expect(error.code == failure.code, "\(error)")
      #expect(
        [error.line, error.column, length] == [failure.line, failure.column, failure.length], "\(error)")
      #expect(error.description.contains("^"))
      return true
    }
  }

  private func description(of text: String) -> String {
    do throws(SyntaxError) {
      _ = try ModelSyntax(parsing: text)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func caretStandsUnderTheCharacter() {
    #expect(
      description(of: "f =~ x1\n  y ~ x1 ＋ x2")
        == """
        line 2, column 10: '＋' is a full-width character, which model syntax does not use.
            y ~ x1 ＋ x2
                   ^^
        hint: Type the plain '+' instead.
        """)
  }

  @Test func caretCountsWideCharactersTwice() {
    #expect(
      description(of: "視覚 =~ 問1 = 問2")
        == """
        line 1, column 10: The character '=' has no meaning here.
          視覚 =~ 問1 = 問2
                      ^
        hint: Use '=~' (measured by), '~' (regressed on), '==' (constraint) or ':=' (definition).
        """)
  }

  @Test func caretStandsRightAfterTabs() {
    #expect(description(of: "\tf =~ x1 $").contains("\n   f =~ x1 $\n           ^"))
  }

  @Test func longLinesAreCutAroundThePlace() {
    let text = "f =~ " + (1...100).map { "item\($0)" }.joined(separator: " + ") + " $ + x1"
    let lines = description(of: text).split(separator: "\n")
    #expect(lines[1].count < 140)
    let caret = lines[2].distance(
      from: lines[2].startIndex, to: lines[2].firstIndex(of: "^") ?? lines[2].endIndex)
    #expect(Array(lines[1])[caret] == "$")
  }

  @Test func similarNamesAreSuggested() {
    #expect(description(of: "f =~ strat(0.5)*x1").contains("Did you mean 'start'?"))
    #expect(description(of: "d := sqr(a)").contains("Did you mean 'sqrt'?"))
  }
}
