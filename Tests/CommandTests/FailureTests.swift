import Foundation
import Testing

/// Every mistake has its exit status and a message with place, cause and cure.
@Suite struct FailureTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var status: Int32
    var code: String
    /// Parts of the message.
    var says: [String]
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: String, _ status: Int32, _ code: String, _ says: String...) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      self.status = status
      self.code = code
      self.says = says
    }
  }

  static let usage: [Mistake] = [
    Mistake("fti abc.lav", 2, "usage.unknown-command", "no command 'fti'", "fit, check, "),
    Mistake("abc.lav", 2, "usage.unknown-command", "swift-sem fit abc.lav --data FILE"),
    Mistake("--frobnicate", 2, "usage", "Unknown option '--frobnicate'"),
    Mistake("fit abc.lav --dta good.csv", 2, "usage", "Unknown option '--dta'", "Did you mean '--data'?"),
    Mistake("fit", 2, "usage", "<model>"),
    Mistake("fit abc.lav good.csv", 2, "usage", "Unexpected argument 'good.csv'"),
    Mistake("fit abc.lav", 2, "usage.no-data", "--data FILE", "--cov FILE --nobs N"),
    Mistake("fit nowhere.lav --data good.csv", 2, "usage.unreadable-model", "nowhere.lav"),
    Mistake("fit . --data good.csv", 2, "usage.unreadable-model", "folder"),
    Mistake("fit binary.lav --data good.csv", 2, "usage.model-encoding", "binary.lav", "UTF-8"),
    Mistake("fit abc.lav --data good.csv --preset cfaa", 2, "usage", "'sem', 'cfa', 'growth' or 'bare'"),
    Mistake("fit abc.lav --data good.csv --estimator PML", 2, "usage.estimator", "PML", "ML"),
    Mistake("fit abc.lav --data good.csv --missing pairwise", 2, "usage.missing", "pairwise", "listwise"),
    Mistake("fit abc.lav --data good.csv --width 10", 2, "usage.width", "40"),
    Mistake("fit abc.lav --data good.csv --width -3", 2, "usage.width", "-3"),
    Mistake("fit abc.lav --data good.csv --tolerance 0", 2, "usage.tolerance", "positive"),
    Mistake("fit abc.lav --data good.csv --tolerance -1", 2, "usage.tolerance", "positive"),
    Mistake("fit abc.lav --na --data good.csv", 2, "usage.na", "--na needs a code"),
    Mistake("fit abc.lav --data good.csv --na", 2, "usage", "Missing value for '--na"),
    Mistake("fit abc.lav --data good.csv --group-equal loadings", 2, "usage.group", "--group VARIABLE"),
    Mistake(
      "fit abc.lav --data groups.csv --group size --group-equal weights", 2, "usage.group-equal", "weights",
      "loadings"),
    Mistake("fit abc.lav --cov cov.csv", 2, "usage.nobs-missing", "--nobs N"),
    Mistake("fit abc.lav --cov cov.csv --nobs 0", 2, "usage.nobs", "not 0"),
    Mistake("fit abc.lav --cov cov.csv --nobs -5", 2, "usage.nobs", "not -5"),
    Mistake("fit abc.lav --cov cov.csv --nobs many", 2, "usage", "'many'"),
    Mistake("fit abc.lav --nobs 100", 2, "usage.no-data", "--cov FILE"),
    Mistake(
      "fit abc.lav --cov cov.csv --nobs 100 --data good.csv", 2, "usage.two-sources", "--data", "--cov"),
    Mistake("fit abc.lav --data good.csv --means means.csv", 2, "usage.two-sources", "--means"),
    Mistake("fit abc.lav --cov cov.csv --nobs 100 --scores s.csv", 2, "usage.scores", "rows"),
    Mistake("fit abc.lav --cov cov.csv --nobs 100 --group size", 2, "usage.group", "rows"),
    Mistake("fit abc.lav --data good.csv --baseline nowhere.lav", 2, "usage.unreadable-model", "nowhere.lav"),
    Mistake("fit - --baseline - --data good.csv", 2, "usage.two-standard-inputs", "standard input"),
    Mistake("fit abc.lav --data good.csv --output .", 2, "usage.unwritable-output", "folder"),
    Mistake(
      "fit abc.lav --data good.csv --output no/such/report.txt", 2, "usage.unwritable-output",
      "does not exist"),
    Mistake("fit abc.lav --data good.csv --scores no/such/s.csv", 2, "usage.unwritable-output", "--scores"),
    Mistake(
      "fit abc.lav --data good.csv --output good.csv", 2, "usage.output-is-input", "good.csv", "another name"),
    Mistake("fit abc.lav --data good.csv --scores ./abc.lav", 2, "usage.output-is-input", "abc.lav"),
  ]

  static let models: [Mistake] = [
    Mistake(
      "fit typo.lav --data groups.csv", 2, "model.unknown-variable", "typo.lav, line 2, column 3", "'sise'",
      "'size'"
    ),
    Mistake(
      "fit syntax.lav --data good.csv", 2, "syntax.missing-term", "syntax.lav, line 1, column 10", "Add it"),
    Mistake("check syntax.lav", 2, "syntax.missing-term", "line 1, column 10"),
    Mistake("fit empty.lav --data good.csv", 2, "model.empty-model", "empty.lav", "f =~ x1 + x2 + x3"),
    Mistake("check comment.lav", 2, "model.empty-model", "comment.lav"),
    Mistake("fit fixed.lav --data good.csv", 2, "model.nothing-to-estimate", "fixed.lav", "fixed"),
    Mistake("fit levels.lav --data good.csv", 2, "model.not-yet-supported", "level", "Remove them"),
    Mistake(
      "fit impossible.lav --data good.csv", 4, "estimation.no-usable-start", "impossible.lav", "start()"),
  ]

  static let data: [Mistake] = [
    Mistake("fit abc.lav --data nowhere.csv", 6, "data.unreadable-file", "nowhere.csv", "no such file"),
    Mistake("fit abc.lav --data .", 6, "data.unreadable-file", "folder"),
    Mistake("fit abc.lav --data empty.csv", 6, "data.empty-file", "empty.csv"),
    Mistake("fit abc.lav --data header.csv", 6, "data.no-rows", "header.csv"),
    Mistake("fit abc.lav --data workbook.csv", 6, "data.not-text", "Excel", "CSV"),
    Mistake(
      "fit abc.lav --data constant.csv", 6, "data.constant-variable", "constant.csv", "c has the same value"),
    Mistake(
      "fit abc.lav --data text.csv", 6, "data.text-column", "text.csv, line 19, column 3", "--na \"none\""),
    Mistake(
      "fit abc.lav --data sum.csv", 6, "data.collinear-variables", "sum.csv",
      "c is a linear combination of a and b"),
    Mistake("fit abc.lav --data twin.csv", 6, "data.duplicated-variables", "twin.csv", "a and c"),
    Mistake("fit abc.lav --data few.csv", 6, "data.too-few-rows", "few.csv", "3 complete rows"),
    Mistake("fit abc.lav --data ragged.csv", 6, "data.ragged-row", "ragged.csv, line 62, column 4"),
    Mistake("fit abc.lav --data missing.csv", 6, "data.all-missing", "c has no observed value"),
    Mistake("fit abc.lav --data good.csv --group size", 6, "data.unknown-variable", "size"),
    Mistake("fit abc.lav --data lonely.csv --group size", 6, "data.too-few-rows", "Group two"),
    Mistake(
      "fit abc.lav --cov indefinite.csv --nobs 100", 6, "data.not-positive-definite", "indefinite.csv, line 3"
    ),
    Mistake(
      "fit abc.lav --cov skew.csv --nobs 100", 6, "data.asymmetric-matrix", "skew.csv, line 3", "0.3", "0.5"),
    Mistake("fit abc.lav --cov cov.csv --nobs 100 --meanstructure", 6, "data.means-missing", "--means"),
    Mistake("fit abc.lav --cov cov.csv --nobs 100 --means good.csv", 6, "data.", "good.csv"),
    Mistake(
      "fit abc.lav --cov cov.csv --nobs 100 --information first-order", 6, "data.raw-data-needed", "--data"),
  ]

  /// Groups, constraints, comparison and invariance.
  static let comparisons: [Mistake] = [
    Mistake("fit no-label.lav --data good.csv", 2, "model.unknown-label", "no-label.lav, line 2", "m"),
    Mistake("fit abc.lav --data groups.csv --group sizes", 6, "data.unknown-variable", "sizes", "size"),
    Mistake("fit abc.lav --data one-case.csv --group size", 6, "data.too-few-rows", "Group one"),
    Mistake("fit abc.lav --data hollow.csv --group size", 6, "data.no-complete-rows", "empty"),
    Mistake("invariance abc.lav --data groups.csv", 2, "usage.group", "--group VARIABLE"),
    Mistake("invariance abc.lav --data good.csv --group size", 6, "data.unknown-variable", "size"),
    Mistake("invariance abc.lav --data same.csv --group size", 6, "data.constant-variable", "one value only"),
    Mistake("invariance abc.lav --data one-case.csv --group size", 6, "data.too-few-rows", "Group one"),
    Mistake("invariance abc.lav --data hollow.csv --group size", 6, "data.no-complete-rows", "empty"),
    Mistake("invariance abc.lav", 2, "usage.no-data", "--data FILE"),
    Mistake("invariance abc.lav --cov cov.csv --nobs 100", 2, "usage.group", "--cov for each group"),
    Mistake(
      "invariance abc.lav --cov cov.csv,second.csv --nobs 100,90", 6, "data.means-missing", "--means"),
    Mistake(
      "fit abc.lav --cov cov.csv,second.csv --nobs 100", 2, "usage.group-count", "1 value for 2 covariance"),
    Mistake(
      "fit abc.lav --cov cov.csv,second.csv --nobs 100,90 --means means.csv", 2, "usage.group-count",
      "--means has 1 value"),
    Mistake(
      "fit abc.lav --cov cov.csv,other.csv --nobs 100,90", 6, "data.unknown-variable", "group other",
      "no variable c"),
    Mistake(
      "fit abc.lav --cov cov.csv,indefinite.csv --nobs 100,90", 6, "data.not-positive-definite",
      "indefinite.csv, line 3"),
    Mistake("compare abc.lav --data good.csv", 2, "usage", "at least two models"),
    Mistake("compare abc.lav equal.lav", 2, "usage.no-data", "--data FILE"),
    Mistake("compare abc.lav equal.lav --data good.csv --method lr", 2, "usage.method", "satorra.2000"),
    Mistake("compare abc.lav typo.lav --data groups.csv", 2, "model.unknown-variable", "typo.lav, line 2"),
    Mistake("compare abc.lav nowhere.lav --data good.csv", 2, "usage.unreadable-model", "nowhere.lav"),
    Mistake("compare means.csv.json cov.json", 2, "usage.no-fit-result", "cannot be read"),
  ]

  static let all = usage + models + data + comparisons

  @Test(arguments: all)
  func saysWhatIsWrong(_ mistake: Mistake) throws {
    let outcome = try Command.run(mistake.arguments, in: try #require(Self.place).folder)
    #expect(outcome.status == mistake.status)
    #expect(outcome.output.isEmpty, "errors belong to standard error")
    #expect(outcome.error.hasPrefix("error: "))
    for part in mistake.says { #expect(outcome.error.contains(part), "\(outcome.error)") }
  }

  @Test(arguments: all)
  func saysItInJSON(_ mistake: Mistake) throws {
    let arguments = mistake.arguments + ["--format", "json"]
    let outcome = try Command.run(arguments, in: try #require(Self.place).folder)
    // An option that lacks its value takes the next word.
    if mistake.arguments.last == "--na" { return }
    #expect(outcome.status == mistake.status)
    #expect(outcome.error.isEmpty)
    let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    #expect(json?["schema"] as? String == "swift-sem/error/1")
    #expect(json?["exit_status"] as? Int == Int(mistake.status))
    let error = try #require(json?["error"] as? [String: Any])
    let code = try #require(error["code"] as? String)
    #expect(code == mistake.code || (mistake.code.hasSuffix(".") && code.hasPrefix(mistake.code)), "\(code)")
    #expect((error["message"] as? String)?.isEmpty == false)
  }

  @Test func placesAreInTheJSON() throws {
    let place = try #require(Self.place)
    let outcome = try place.run("fit", "typo.lav", "--data", "groups.csv", "--format=json")
    let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    let error = try #require(json?["error"] as? [String: Any])
    #expect(error["file"] as? String == "typo.lav")
    #expect(error["line"] as? Int == 2)
    #expect(error["column"] as? Int == 3)
    #expect(error["hint"] as? String == "Did you mean 'size'?")
  }

  @Test func caretsStandUnderThePlace() throws {
    let place = try #require(Self.place)
    #expect(
      try place.run("fit", "typo.lav", "--data", "groups.csv").error == """
        error: typo.lav, line 2, column 3: The data have no variable 'sise'.
            sise
            ^^^^
        hint: Did you mean 'size'?

        """)
    // Chinese characters take two columns.
    #expect(
      try place.run("fit", "chinese-typo.lav", "--data", "gb18030.csv").error == """
        error: chinese-typo.lav, line 1, column 18: The data have no variable '信仟'.
          满意度 =~ 有用 + 易用 + 信仟
                                  ^^^^
        hint: Did you mean '信任'?

        """)
  }

  @Test func standardInputIsNamed() throws {
    let place = try #require(Self.place)
    let outcome = try place.run("fit", "-", "--data", "good.csv", input: "f =~ a + + b")
    #expect(outcome.status == 2)
    #expect(outcome.error.hasPrefix("error: standard input, line 1, column 10: "))
  }

  /// One folder for all; nothing in it is changed.
  private static let place = try? Workplace.furnished()
}
