import Foundation
import Testing

/// compare, invariance, covariance matrices of several groups, and the end of a bootstrap by control-C.
@Suite struct ComparisonCommandTests {
  private let place: Workplace

  init() throws { place = try Workplace.furnished() }

  private func json(_ arguments: String) throws -> [String: Any] {
    let outcome = try Command.run(
      arguments.split(separator: " ").map(String.init) + ["--format", "json"], in: place.folder)
    #expect(outcome.status == 0, "\(arguments): \(outcome.output) \(outcome.error)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
  }

  private func tests(_ arguments: String) throws -> [[String: Any]] {
    try #require(try json(arguments)["tests"] as? [[String: Any]])
  }

  @Test(arguments: [
    ("--estimator MLM", "satorra.bentler.2001"), ("--estimator MLR --missing fiml", "satorra.bentler.2001"),
    ("--estimator MLMV", "satorra.2000"), ("--estimator GLS", "standard"), ("", "standard"),
    ("--estimator MLM --method satorra.bentler.2010", "satorra.bentler.2010"),
    ("--estimator MLR --method satorra.2000", "satorra.2000"), ("--fiml", "standard"),
  ])
  func modelFilesByAnyEstimator(_ options: String, _ method: String) throws {
    let tests = try tests("compare equal.lav tau.lav abc.lav --data good.csv " + options)
    #expect(tests.map { $0["method"] as? String } == [method, method])
    #expect(tests.map { $0["nesting"] as? String } == ["nested", "nested"])
    #expect(tests.allSatisfy { ($0["pvalue"] as? Double).map { (0...1).contains($0) } == true })
  }

  /// Results of fits give the plain difference and that of 2001, the same as the models themselves.
  @Test func resultsOfFits() throws {
    for (name, model) in [("a.json", "abc.lav"), ("b.json", "equal.lav"), ("c.json", "tau.lav")] {
      _ = try place.run(
        "fit", model, "--data", "good.csv", "--estimator", "MLM", "--format", "json", "--output", name)
    }
    let known = try tests("compare b.json c.json")
    let fitted = try tests("compare equal.lav tau.lav --data good.csv --estimator MLM")
    let (a, b) = (known[0]["chisq_diff"] as? Double ?? .nan, fitted[0]["chisq_diff"] as? Double ?? 0)
    #expect((a - b).magnitude < 1e-9)
    #expect(known[0]["nesting"] as? String == "unknown")
    let plain = try tests("compare b.json c.json --method standard")
    #expect(plain[0]["method"] as? String == "standard")
    #expect(try place.run("compare", "b.json", "c.json", "--method", "satorra.2000").status == 2)
  }

  /// Two matrices in two files, or in one option; the second names its variables in another order.
  @Test func matricesOfSeveralGroups() throws {
    let one = try json("fit abc.lav --cov cov.csv,second.csv --nobs 100,90 --group-equal loadings")
    let two = try json(
      "fit abc.lav --cov cov.csv --cov second.csv --nobs 100 --nobs 90 --group-equal loadings")
    #expect(one["groups"] as? [String] == ["cov", "second"] && one["nobs"] as? [Int] == [100, 90])
    let (a, b) = (one["fit_measures"] as? [String: Any], two["fit_measures"] as? [String: Any])
    #expect(a?["chisq"] as? Double == b?["chisq"] as? Double && a?["df"] as? Int == 2)
    let means = try json(
      "fit abc.lav --cov cov.csv,second.csv --nobs 100,90 --means means.csv,second-means.csv"
        + " --group-equal loadings,intercepts")
    #expect((means["fit_measures"] as? [String: Any])?["df"] as? Int == 4)
    #expect(
      try place.run("check", "abc.lav", "--cov", "cov.csv,second.csv", "--nobs", "100,90").status == 0)
    let ladder = try json(
      "invariance abc.lav --cov cov.csv,second.csv --nobs 100,90 --means means.csv,second-means.csv")
    #expect((ladder["invariance"] as? [Any])?.count == 4)
  }

  @Test(arguments: [
    "", "--estimator MLR", "--missing fiml", "--estimator MLM --method satorra.2000 --partial",
  ])
  func invarianceByAnyEstimator(_ options: String) throws {
    let ladder = try json(
      "invariance abc.lav --data groups.csv --group size --structural --adjustment benjamini-hochberg "
        + options)
    #expect(ladder["adjustment"] as? String == "benjamini-hochberg")
    let steps = try #require(ladder["invariance"] as? [[String: Any]])
    #expect(
      steps.map { $0["level"] as? String } == [
        "configural", "metric", "scalar", "strict", "latent.variances", "latent.means",
      ])
    #expect(steps.dropFirst().allSatisfy { $0["pvalue_diff"] is Double })
  }

  @Test(arguments: [40, 80, 120]) func pagesAreKept(_ width: Int) throws {
    for arguments in [
      "compare abc.lav equal.lav tau.lav --data good.csv",
      "invariance abc.lav --data groups.csv --group size",
      "fit equal.lav --data good.csv --effects all --bootstrap 20 --ci percentile --monte-carlo 20",
    ] {
      let words = arguments.split(separator: " ").map(String.init) + ["--width", "\(width)"]
      let outcome = try Command.run(words, in: place.folder)
      #expect(outcome.status == 0, "\(outcome.error)")
      let longest = outcome.output.split(separator: "\n").map(\.count).max() ?? 0
      #expect(longest <= width, "\(arguments): \(longest)")
    }
  }

  /// Control-C ends the draws; those that are done are reported.
  @Test func interruptionLosesNothing() throws {
    // How long the command takes to begin depends on the machine: a signal before its first draw ends it or finds no draw.
    for delay in [0.25, 0.5, 1, 2, 4, 8, 16] {
      let process = Process()
      process.executableURL = try Command.executable()
      process.arguments = [
        "fit", "equal.lav", "--data", "good.csv", "--bootstrap", "2000000", "--bootstrap-measures", "cfi",
        "--threads", "1", "--format", "json", "--output", "draws.json",
      ]
      process.currentDirectoryURL = place.folder
      process.standardError = FileHandle.nullDevice
      try process.run()
      Thread.sleep(forTimeInterval: delay)
      process.interrupt()
      let limit = Date(timeIntervalSinceNow: 10)
      while process.isRunning, Date() < limit { Thread.sleep(forTimeInterval: 0.02) }
      // Whatever signals it blocks, the test ends.
      let isDeaf = process.isRunning
      if isDeaf { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      #expect(!isDeaf, "The command did not end within 10 seconds of the signal.")
      if isDeaf { return }
      guard process.terminationReason == .exit else { continue }
      #expect(process.terminationStatus == 0)
      let report =
        try JSONSerialization.jsonObject(with: Data(try place.read("draws.json").utf8)) as? [String: Any]
      let draws = try #require(report?["bootstrap"] as? [String: Any])
      let completed = try #require(draws["completed"] as? Int)
      // Intervals need a few draws.
      guard completed >= 10 else { continue }
      #expect(draws["interrupted"] as? Bool == true && draws["requested"] as? Int == 2_000_000)
      // The jackknife of BCa is left out; bias-corrected ends remain.
      #expect(draws["ci"] as? String == "bc")
      let parameters = try #require(draws["parameters"] as? [[String: Any]])
      #expect(parameters.contains { $0["ci_lower"] is Double && $0["ci_upper"] is Double })
      let used = try #require(draws["used"] as? Int)
      #expect(completed < 2_000_000 && used <= completed)
      return
    }
    Issue.record("The command was never far enough to be interrupted.")
  }
}
