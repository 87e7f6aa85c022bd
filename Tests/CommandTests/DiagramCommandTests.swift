import Foundation
import Testing

/// `diagram` writes pictures, and says why where it cannot.
@Suite struct DiagramCommandTests {
  @Test(arguments: [("svg", "<?xml"), ("tex", "\\documentclass"), ("dot", "digraph {")])
  func theEndingTellsTheForm(_ ending: String, _ start: String) throws {
    let place = try Workplace.furnished()
    let outcome = try place.run("diagram", "abc.lav", "--data", "good.csv", "-o", "picture.\(ending)")
    #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.error.isEmpty)
    #expect(try place.read("picture.\(ending)").hasPrefix(start))
  }

  @Test func structureNeedsNoData() throws {
    let place = try Workplace.furnished()
    let outcome = try place.run("diagram", "abc.lav", "--theme", "amos")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(">e3</text>") && outcome.output.contains("</svg>"))
    let dot = try place.run("diagram", "-", "--format", "dot", input: "y ~ H1*x\n")
    #expect(dot.output.contains("\"x\" -> \"y\";"))
    let labels = try place.run(
      "diagram", "-", "--format", "dot", "--parameter-labels", input: "y ~ H1*x\n")
    #expect(labels.output.contains("\"x\" -> \"y\" [label=\"H1\"];"))
  }

  @Test func everyGroupHasItsFile() throws {
    let place = try Workplace.furnished()
    let outcome = try place.run(
      "diagram", "abc.lav", "--data", "groups.csv", "--group", "size", "-o", "figure.svg")
    // The halves of the sample are small: a fit may be inadmissible, and is drawn.
    #expect([0, 3].contains(outcome.status))
    #expect(place.exists("figure-小微.svg") && place.exists("figure-中型.svg") && !place.exists("figure.svg"))
    let one = try place.run(
      "diagram", "abc.lav", "--data", "groups.csv", "--group", "size", "--group-label", "小微", "-o",
      "figure.svg")
    #expect(one.status == outcome.status && place.exists("figure.svg"))
  }

  @Test func labelsAreRead() throws {
    let place = try Workplace.furnished()
    try place.write("labels.csv", "name,label\nf,满意度\na,1\n")
    let outcome = try place.run("diagram", "abc.lav", "--labels", "labels.csv")
    #expect(outcome.output.contains(">满意度</text>") && outcome.output.contains(">1</text>"))
  }

  @Test func theStatusIsThatOfTheFit() throws {
    let place = try Workplace.furnished()
    let outcome = try place.run("diagram", "abc.lav", "--cov", "heywood.csv", "--nobs", "100", "-o", "p.svg")
    #expect(outcome.status == 3 && place.exists("p.svg"))
  }

  @Test(arguments: [
    FailureTests.Mistake("diagram abc.lav -o picture.jpeg", 2, "usage.picture-format", ".svg, .pdf"),
    FailureTests.Mistake("diagram abc.lav -o picture", 2, "usage.picture-format", "--format"),
    FailureTests.Mistake("diagram abc.lav --values standardized", 2, "usage.no-data", "--data FILE"),
    FailureTests.Mistake("diagram abc.lav --decimals 7", 2, "usage.decimals", "0 and 6"),
    FailureTests.Mistake("diagram abc.lav --dashed-from 0", 2, "usage.dashed-from", "positive"),
    FailureTests.Mistake("diagram abc.lav --dpi 1", 2, "usage.dpi", "10 and 2400"),
    FailureTests.Mistake("diagram abc.lav --theme pink", 2, "usage", "'paper', 'screen' or 'amos'"),
    FailureTests.Mistake("diagram abc.lav --labels nowhere.csv", 6, "", "nowhere.csv"),
    FailureTests.Mistake("diagram abc.lav --labels good.csv", 6, "", "name"),
    FailureTests.Mistake("diagram abc.lav -o abc.lav --format svg", 2, "usage.output-is-input", "abc.lav"),
    FailureTests.Mistake(
      "diagram abc.lav --data groups.csv --group size", 2, "usage.several-diagrams", "--group-label"),
    FailureTests.Mistake(
      "diagram abc.lav --data groups.csv --group size --group-label 大", 2, "usage.group-label", "小微, 中型"),
    FailureTests.Mistake("diagram typo.lav --data good.csv", 2, "", "sise"),
  ])
  func mistakes(_ mistake: FailureTests.Mistake) throws {
    let place = try Workplace.furnished()
    let outcome = try Command.run(mistake.arguments, in: place.folder)
    #expect(outcome.status == mistake.status)
    #expect(outcome.error.hasPrefix("error: "))
    for part in mistake.says { #expect(outcome.error.contains(part), "\(outcome.error)") }
  }

  /// Without rsvg-convert on the path the message says how to install it; with it there are bytes.
  @Test func conversionNamesWhatIsMissing() throws {
    let place = try Workplace.furnished()
    let process = Process()
    process.executableURL = try Command.executable()
    process.arguments = ["diagram", "abc.lav", "-o", "picture.pdf"]
    process.currentDirectoryURL = place.folder
    process.environment = ["PATH": place.folder.path]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 2)
    #expect(text.contains("rsvg-convert") && text.contains("librsvg2-bin") && !place.exists("picture.pdf"))
  }
}
