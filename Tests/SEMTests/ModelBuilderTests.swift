import SEM
import Testing

/// Models in Swift and in text that must give the same table.
private let pairs: [(name: String, model: Model, text: String, groups: [String])] = [
  (
    "three factors",
    Model {
      Latent("visual").measured(by: "x1", "x2", "x3")
      Latent("textual").measured(by: ["x4", "x5", "x6"])
      Latent("speed").measured(by: "x7", .start(0.8, "x8"), .fixed(0.5, "x9"))
    },
    "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + start(0.8)*x8 + 0.5*x9", []
  ),
  (
    "mediation",
    Model {
      Observed("m").regressed(on: .label("a", "x"))
      Observed("y").regressed(on: .label("b", "m"), .label("c", "x"))
      Define("ab", as: "a" * "b")
      Define("total", as: "c" + "ab")
      Constrain("a", above: 0)
      Constrain("b", below: 2 * .power("c", 2))
      Constrain("c", equals: .exp("a") / 3 - 1)
    },
    "m ~ a*x\ny ~ b*m + c*x\nab := a*b\ntotal := c + ab\na > 0\nb < 2*c^2\nc == exp(a)/3 - 1", []
  ),
  (
    "everything in one group",
    Model {
      Latent("f", "g").measured(by: .free("x1"), "x2", Term("x3").lower(0).upper(2))
      Latent("f").variance { $0.fixed(1) }
      Observed("x1", "x2").variance { $0.label("e") }
      Observed("x1").covaries(with: "x2", Term("x 3").label("my label"))
      Observed("x1").intercept { $0.label("m").start(3) }
      Latent("f").regressed(on: .one, "z")
      Latent("g").intercept { $0.fixed(0) }
      Latent("h").measured(by: "x4", Term("x5").equal(to: "f=~x2"))
    },
    """
    f + g =~ NA*x1 + x2 + lower(0)*upper(2)*x3
    f ~~ 1*f
    x1 ~~ e*x1
    x2 ~~ e*x2
    x1 ~~ x2 + "my label"*"x 3"
    x1 ~ m*start(3)*1
    f ~ 1 + z
    g ~ 0*1
    h =~ x4 + equal("f=~x2")*x5
    """, []
  ),
  (
    "groups",
    Model {
      Latent("f").measured(
        by: "x1", .label(["a1", "a2"], "x2"), .fixed([0.9, nil], "x3"), Term("x4").start([1, 2]))
    },
    "f =~ x1 + c(a1, a2)*x2 + c(0.9, NA)*x3 + start(c(1, 2))*x4", ["Pasteur", "Grant-White"]
  ),
  (
    "group blocks",
    Model {
      for group in ["Pasteur", "Grant-White"] {
        Group(group) {
          Latent("f").measured(by: "x1", "x2", "x3")
          if group == "Pasteur" { Observed("x1").covaries(with: "x2") }
        }
      }
    },
    "group: Pasteur\nf =~ x1 + x2 + x3\nx1 ~~ x2\ngroup: Grant-White\nf =~ x1 + x2 + x3",
    ["Pasteur", "Grant-White"]
  ),
]

@Suite struct ModelBuilderTests {
  @Test(arguments: pairs)
  func givesTheTableOfTheText(
    _ pair: (name: String, model: Model, text: String, groups: [String])
  ) throws {
    let built = try ModelSpecification(pair.model, groupLabels: pair.groups)
    let read = try ModelSpecification(try ModelSyntax(parsing: pair.text), groupLabels: pair.groups)
    #expect(built.table == read.table)
    #expect(built.warnings.map(\.code) == read.warnings.map(\.code))
    // The text that a built model shows gives the same table again.
    let shown = try ModelSpecification(
      try ModelSyntax(parsing: pair.model.syntax.text), groupLabels: pair.groups)
    #expect(shown.table == built.table)
  }

  @Test func errorsOfBuiltModelsHaveNoPlace() {
    let model = Model {
      Latent("f").measured(by: "x1", "x22")
      Define("d", as: "a" * "b")
    }
    #expect {
      try ModelSpecification(model, dataVariables: ["x1", "x2"])
    } throws: { error in
      guard let error = error as? SpecificationError else { return false }
      #expect(error.description == "The data have no variable 'x22'.\nhint: Did you mean 'x2'?")
      return error.code == "unknown-variable" && error.line == nil
    }
    #expect {
      try ModelSpecification(model)
    } throws: { error in
      (error as? SpecificationError)?.code == "unknown-label"
    }
  }
}
