internal import ArgumentParser
internal import SEM

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Where the data come from.
struct DataArguments: ParsableArguments {
  @Option(help: ArgumentHelp("A CSV or TSV file with a header of names.", valueName: "file"))
  var data: String?

  @Option(
    name: .customLong("cov"), parsing: .singleValue,
    help: ArgumentHelp(
      "A covariance matrix instead of rows: a header of names, then the full or the lower triangle (divisor N-1). For several groups repeat it, or separate files by commas.",
      valueName: "file"))
  var covariances: [String] = []

  @Option(
    name: .customLong("nobs"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "The number of cases behind --cov; for several groups as many numbers as matrices.",
      valueName: "number"))
  var counts: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "The means that go with --cov: a header of names and one row; for several groups as many files as matrices.",
      valueName: "file"))
  var means: [String] = []

  @Option(
    name: .customLong("sds"), parsing: .singleValue,
    help: ArgumentHelp("Standard deviations; --cov then holds correlations.", valueName: "file"))
  var deviations: [String] = []

  @Option(
    name: .customLong("na"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A code that marks a missing value, such as -99; may be repeated.", valueName: "code"))
  var missingCodes: [String] = []

  /// What was read.
  enum Source {
    case table(DataTable)
    /// A regular file of rows that is read once, where moments are needed and no more.
    case file(String, CSVOptions)
    /// One matrix, or one for each group with its label.
    case covariances([CovarianceInput], labels: [String])

    /// The rows as a table; `nil` where there are none.
    func table() throws(SEMError) -> DataTable? {
      switch self {
      case .table(let table): return table
      case .file(let path, let csv):
        do { return try DataTable(contentsOf: path, options: csv) } catch { throw .data(error) }
      case .covariances: return nil
      }
    }

    /// Whether there are several groups without a column that says so.
    var hasGroups: Bool {
      if case .covariances(let matrices, _) = self { matrices.count > 1 } else { false }
    }
  }

  /// The files that are read.
  var files: [String?] { [data] + [covariances, means, deviations].flatMap(Self.files) }
  /// The one that messages name; none where there are several.
  var mainFile: String? {
    let matrices = Self.files(covariances)
    return data ?? (matrices.count == 1 ? matrices.first : nil)
  }

  /// Options that were repeated or hold a list; a file whose name has a comma stays whole.
  private static func files(_ options: [String]) -> [String] {
    options.flatMap { text in
      text.contains(",") && !FileManager.default.fileExists(atPath: text)
        ? text.split(separator: ",").map { $0.trimmedSpaces } : [text]
    }
  }

  /// Reads what is there.
  ///
  /// - Parameter keepsRows: Whether more is needed than moments: a file of rows is then read whole.
  func read(keepsRows: Bool = true) throws -> Source? {
    let counts = try numbers()
    if data != nil, !covariances.isEmpty {
      throw Failure(
        code: "usage.two-sources", message: "--data and --cov exclude each other.",
        hint: "Give the rows with --data, or the matrix with --cov and --nobs.", status: .usage)
    }
    let hasCompanions = !means.isEmpty || !deviations.isEmpty || !counts.isEmpty
    do {
      if let data {
        if hasCompanions {
          throw Failure(
            code: "usage.two-sources", message: "--nobs, --means and --sds go with --cov, not with --data.",
            hint: "Leave them out: rows of data have them.", status: .usage)
        }
        let options = CSVOptions(missingCodes: missingCodes)
        if !keepsRows, isRegularFile(data) { return .file(data, options) }
        return .table(try DataTable(contentsOf: data, options: options))
      }
      guard !covariances.isEmpty else {
        if hasCompanions {
          throw Failure(
            code: "usage.no-data", message: "--nobs, --means and --sds belong to a covariance matrix.",
            hint: "Add --cov FILE.", status: .usage)
        }
        return nil
      }
      return try matrices(counts)
    } catch let error as DataError {
      throw Failure(error)
    }
  }

  /// A pipe may be in another encoding than UTF-8, which shows when it is too late to read it whole.
  private func isRegularFile(_ path: String) -> Bool { FileKind(at: path) == .regular }

  private func numbers() throws -> [Int] {
    try counts.flatMap { $0.split(separator: ",") }.map { text in
      guard let count = Int(text.trimmedSpaces) else {
        throw Failure(
          code: "usage", message: "--nobs takes whole numbers, not '\(text)'.",
          hint: "Give the size of the sample behind the matrix, such as --nobs 301.", status: .usage)
      }
      if count < 2 {
        throw Failure(
          code: "usage.nobs", message: "--nobs must be at least 2, not \(count).",
          hint: "Give the size of the sample behind the matrix.", status: .usage)
      }
      return count
    }
  }

  private func matrices(_ counts: [Int]) throws -> Source {
    let files = Self.files(covariances)
    guard !counts.isEmpty else {
      throw Failure(
        code: "usage.nobs-missing", message: "--cov needs the number of cases.",
        hint: files.count > 1 ? "Add --nobs N,N…, one number for each matrix." : "Add --nobs N.",
        status: .usage)
    }
    func requireAll(_ count: Int, _ option: String) throws {
      guard count != files.count else { return }
      throw Failure(
        code: "usage.group-count",
        message: "\(option) has \(count) \(count == 1 ? "value" : "values") for \(files.count) covariance"
          + " \(files.count == 1 ? "matrix" : "matrices").",
        hint: "Give one for each --cov, in the same order, separated by commas.", status: .usage)
    }
    let meanFiles = Self.files(means)
    let deviationFiles = Self.files(deviations)
    try requireAll(counts.count, "--nobs")
    if !meanFiles.isEmpty { try requireAll(meanFiles.count, "--means") }
    if !deviationFiles.isEmpty { try requireAll(deviationFiles.count, "--sds") }
    let inputs = try files.enumerated().map { index, file in
      try CovarianceInput(
        try NamedMatrix(contentsOf: file), count: counts[index],
        means: meanFiles.isEmpty ? nil : try NamedValues(contentsOf: meanFiles[index]),
        standardDeviations: deviationFiles.isEmpty ? nil : try NamedValues(contentsOf: deviationFiles[index]))
    }
    return .covariances(inputs, labels: files.count > 1 ? Self.labels(files) : [])
  }

  /// The files' names without folder and ending where these differ.
  private static func labels(_ files: [String]) -> [String] {
    let names = files.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
    return Set(names).count == names.count ? names : files.indices.map { "Group \($0 + 1)" }
  }
}
