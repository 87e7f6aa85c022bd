internal import ArgumentParser
internal import SEM

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Draw a sample from a model with known parameters.",
    discussion: """
      Fixed values and start() values in the model are the truth; what has neither is 1 for loadings and variances and \
      0 otherwise.

      Examples:
        swift-sem simulate population.lav --nobs 300 --seed 1 --output sample.csv
        swift-sem simulate population.lav --nobs 200,150 --kurtosis 3
      """)

  @OptionGroup(title: "Model") var model: ModelArguments

  @Option(
    name: .customLong("nobs"), parsing: .unconditional,
    help: ArgumentHelp(
      "The number of cases; one number for each group, separated by commas, for several.",
      valueName: "numbers"))
  var counts: String

  @Option(help: ArgumentHelp("The seed of the sample.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The excess kurtosis of all variables: 0 draws normal data, more an elliptical mixture of two normals.",
      valueName: "number"))
  var kurtosis = 0.0

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write to this file instead of the terminal.", valueName: "file"))
  var output: String?

  func run() throws {
    let counts = try self.counts.split(separator: ",").map { text in
      guard let count = Int(text.trimmedSpaces), (1...10_000_000).contains(count) else {
        throw Failure(
          code: "usage.nobs", message: "--nobs takes numbers of cases, not '\(text)'.",
          hint: "Write --nobs 300, or --nobs 200,150 for two groups.", status: .usage)
      }
      return count
    }
    guard !counts.isEmpty else {
      throw Failure(
        code: "usage.nobs", message: "--nobs is empty.", hint: "Write --nobs 300.", status: .usage)
    }
    guard kurtosis >= 0, kurtosis.isFinite else {
      throw Failure(
        code: "usage.kurtosis", message: "--kurtosis must be 0 or more.", hint: "0 draws normal data.",
        status: .usage)
    }
    if let output { try Output.check(output, option: "--output", isNoneOf: [model.model]) }
    let (text, name) = try model.read()
    do {
      let model = try Model(
        text, preset: self.model.preset.value, options: try self.model.options(hasGroups: counts.count > 1))
      let population = try ModelSimulation(
        model, groupCount: counts.count,
        distribution: kurtosis > 0 ? .elliptical(excessKurtosis: kurtosis) : .normal)
      try Output.write(population.sample(counts: counts, seed: seed).csv(), to: output)
    } catch let error as SEMError {
      throw Failure(error, file: name, dataFile: nil)
    }
  }
}
