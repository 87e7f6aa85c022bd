import SEM
import Testing

/// A model that cannot be completed, with the code and place that the error must show.
struct SpecificationFailure: Sendable, CustomTestStringConvertible {
  var text: String
  var code: String
  var place: [Int]
  var groups: [String] = []
  var hint: String?

  init(_ text: String, _ code: String, _ place: [Int], groups: [String] = [], hint: String? = nil) {
    self.text = text
    self.code = code
    self.place = place
    self.groups = groups
    self.hint = hint
  }

  var testDescription: String { text }
}

private let columns = ["x1", "x2", "x3", "x4", "x5", "x10", "y1", "Y2", "Age"]

private let failures: [SpecificationFailure] = [
  .init("f =~ x1 + x2 + x01", "unknown-variable", [1, 16], hint: "Did you mean 'x1'?"),
  .init("f =~ x1 + x2\ny1 ~ f + x100", "unknown-variable", [2, 10], hint: "Did you mean 'x10'?"),
  .init("y2 ~ x1", "unknown-variable", [1, 1], hint: "Did you mean 'Y2'?"),
  .init("y1 ~ AGE", "unknown-variable", [1, 6], hint: "Did you mean 'Age'?"),
  .init("visual =~ x1 + x2\ny1 ~ visaul", "unknown-variable", [2, 6], hint: "Did you mean 'visual'?"),
  .init("y1 ~ something", "unknown-variable", [1, 6], hint: "Latent variables are introduced by '=~'."),
  .init("x1 ~~ \"x 1\"", "unknown-variable", [1, 7], hint: "Did you mean 'x1'?"),
  .init("qq ~ 1", "unknown-variable", [1, 1]),
  .init("f =~ x1 + f", "measured-by-itself", [1, 11]),
  .init("x1 ~ x2 + x1", "regressed-on-itself", [1, 11]),
  .init("", "empty-model", []),
  .init("a == 1", "empty-model", []),
  .init("group: 1", "empty-model", []),
  .init("x1 | t1 + t2", "not-yet-supported", [1, 1]),
  .init("f =~ x1 + x2\nx1 ~*~ 1*x1", "not-yet-supported", [2, 1]),
  .init("c <~ x1 + x2", "not-yet-supported", [1, 1]),
  .init("efa(\"b\")*f1 =~ x1 + x2", "not-yet-supported", [1, 1]),
  .init("level: 1\nf =~ x1", "not-yet-supported", [1, 1]),
  .init("f =~ x1 + x2\nlevel: 2\nf =~ x1", "not-yet-supported", [2, 1]),
  .init("y1 ~ x1 + x1:x2", "not-yet-supported", [1, 11]),
  .init("y1 ~ rv(\"s\")*x1", "not-yet-supported", [1, 6]),
  .init("f =~ x1 + c(1,2)*x2", "wrong-number-of-values", [1, 11]),
  .init("f =~ x1 + c(1,2,3)*x2", "wrong-number-of-values", [1, 11], groups: ["a", "b"]),
  .init("f =~ x1 + start(c(1,2,3))*x2", "wrong-number-of-values", [1, 11], groups: ["a", "b"]),
  .init("f =~ x1 + 0.5*NA*x2", "conflicting-modifiers", [1, 15]),
  .init("f =~ x1 + NA*0.5*x2", "conflicting-modifiers", [1, 14]),
  .init("f =~ x1 + 0.5*x2 + 0.7*x2", "conflicting-modifiers", [1, 20]),
  .init("f =~ x1 + a*x2 + b*x2", "conflicting-modifiers", [1, 18]),
  .init("f =~ x1 + start(1)*start(2)*x2", "conflicting-modifiers", [1, 20]),
  .init("f =~ x1 + lower(1)*upper(0)*x2", "empty-bounds", [1, 11]),
  .init("f =~ x1 + c(1/0, 2)*x2", "not-finite", [1, 11], groups: ["a", "b"]),
  .init("f =~ x1 + equal(\"f=~x9\")*x2", "unknown-equal-target", [1, 11], hint: "Did you mean 'f=~x1'?"),
  .init("f =~ x1 + equal(\"f=~x2\")*x2", "unknown-equal-target", [1, 11]),
  .init("x1 ~ 0.5*a*x2\nx3 ~ 0.7*a*x4", "conflicting-fixed-values", [2, 6]),
  .init("y1 ~ a*x1\na == c1", "unknown-label", [2, 6]),
  .init("y1 ~ alpha*x1\nalpah > 0", "unknown-label", [2, 1], hint: "Did you mean 'alpha'?"),
  .init(
    "y1 ~ a*x1\nab := a*b", "unknown-label", [2, 9],
    hint: "Label a parameter by writing 'b*' before a variable."),
  .init("y1 ~ a*x1\nd := a\nd := 2*a", "duplicate-definition", [3, 1]),
  .init("y1 ~ a*x1\na := 2", "definition-named-as-label", [2, 1]),
  .init("y1 ~ a*x1\nd := d + a", "definition-cycle", [2, 6]),
  .init("y1 ~ a*x1\nd := e1 + a\ne1 := g\ng := d", "definition-cycle", [4, 6]),
  .init("x1 ~ x2\ngroup: 1\nx1 ~ x2", "statement-outside-group", [1, 6]),
  .init("group: 1\nx1 ~ x2\ngroup: 3\nx1 ~ x2", "unknown-group", [3, 8], groups: ["a", "b"]),
  .init(
    "group: Pastuer\nx1 ~ x2", "unknown-group", [1, 8], groups: ["Pasteur", "Grant"],
    hint: "Did you mean 'Pasteur'?"),
  .init("group: a\nx1 ~ x2\ngroup: 1\nx1 ~ x2", "duplicate-group", [3, 8], groups: ["a", "b"]),
  .init("group: a\nx1 ~ x2", "missing-group", [1, 8], groups: ["a", "b"]),
]

@Suite struct SpecificationErrorTests {
  @Test(arguments: failures)
  func showsThePlace(_ failure: SpecificationFailure) throws {
    let syntax = try ModelSyntax(parsing: failure.text)
    #expect {
      try ModelSpecification(syntax, groupLabels: failure.groups, dataVariables: columns)
    } throws: { error in
      guard let error = error as? SpecificationError else { return false }
      #expect(error.code == failure.code, "\(error)")
      #expect([error.line, error.column].compactMap { $0 } == failure.place, "\(error)")
      if let hint = failure.hint { #expect(error.hint == hint) }
      #expect(failure.place.isEmpty || error.description.contains("^"))
      return true
    }
  }

  /// Models that have a meaning, with the codes and lines of the warnings they must give.
  private static let doubtful: [(text: String, groups: [String], warnings: [String])] = [
    ("f =~ x1 + x2 + x3", [], []),
    ("f =~ x1 + x2 + x3\nf =~ x2", [], ["duplicate-element 2"]),
    ("f =~ x1 + x2 + x3\nx1 ~~ x2\nx2 ~~ 0*x1", [], ["duplicate-element 3"]),
    ("f =~ x1 + x2\nx1 ~ 1\nx1 ~ 0*1", [], ["duplicate-element 3"]),
    ("y1 =~ x1 + x2 + x3", [], ["latent-named-as-column 1"]),
    ("y1 ~ x1 + x2\nx1 ~~ x2", [], ["predictor-not-fixed 2", "predictor-not-fixed 2"]),
    ("y1 ~ x1\nx1 ~ 1", [], ["predictor-not-fixed 2"]),
    ("f =~ start(0.8)*x1 + x2 + x3", [], ["start-of-fixed-loading 1"]),
    ("f =~ a*x1 + a*x2 + x3", [], ["equal-to-fixed 1"]),
    ("f =~ x1 + a*x2 + b*x3", ["1", "2"], ["label-shared-by-groups 1"]),
    ("f =~ x1 + c(a, b)*x2 + x3", ["1", "2"], []),
  ]

  @Test(arguments: doubtful)
  func warns(_ example: (text: String, groups: [String], warnings: [String])) throws {
    let specification = try ModelSpecification(
      try ModelSyntax(parsing: example.text), groupLabels: example.groups, dataVariables: columns)
    #expect(specification.warnings.map { "\($0.code) \($0.line ?? 0)" } == example.warnings)
    #expect(specification.warnings.allSatisfy { $0.description.hasPrefix("line ") })
  }

  @Test func descriptionShowsTheLineWithCarets() throws {
    let syntax = try ModelSyntax(parsing: "f =~ x1 + x2\ny1 ~ f + x100")
    do throws(SpecificationError) {
      _ = try ModelSpecification(syntax, dataVariables: columns)
      Issue.record("no error")
    } catch {
      #expect(
        error.description == """
          line 2, column 10: The data have no variable 'x100'.
            y1 ~ f + x100
                     ^^^^
          hint: Did you mean 'x10'?
          """)
    }
  }

  @Test func unknownPartialElementsAreNamed() throws {
    var options = ModelOptions()
    options.groupEqual = [.loadings]
    options.groupPartial = ["f =~ x2", "f=~x33"]
    let specification = try ModelSpecification(
      try ModelSyntax(parsing: "f =~ x1 + x2 + x3"), options: options, groupLabels: ["a", "b"])
    #expect(specification.warnings.map(\.code) == ["unknown-partial-element"])
  }
}
