extension Model {
  /// Fits the model to a CSV file of any length, which is read once and not kept.
  ///
  /// Memory does not depend on the number of rows. Estimates, standard errors, tests and fit measures are those of the rows,
  /// up to rounding in the sums of files above 4 MB. What needs rows (robust errors and tests, scores, the bootstrap of rows)
  /// throws ``InferenceError/needsRawData(_:)``; rows with missing values are left out. A file in another encoding than
  /// UTF-8, or with more than a thousand groups, is read as a table.
  ///
  /// - Parameters:
  ///   - path: The file, or a pipe with text in UTF-8.
  ///   - group: The column whose values divide the rows into groups.
  ///   - csv: How to read it.
  ///   - fitOptions: Likelihood, information and tolerances.
  /// - Throws: ``SEMError``.
  /// - Complexity: O(N p²) for the moments, then O(p³ + t³) a step.
  public func fit(
    streaming path: String, group: String? = nil, csv: CSVOptions = CSVOptions(),
    options fitOptions: FitOptions = FitOptions()
  ) throws(SEMError) -> FittedModel {
    try fit(streaming: path, group: group, csv: csv, options: fitOptions, partSize: CSVStream.partSize)
  }

  /// Reads so many bytes at a time.
  package func fit(
    streaming path: String, group: String?, csv: CSVOptions, options fitOptions: FitOptions, partSize: Int
  ) throws(SEMError) -> FittedModel {
    guard fitOptions.missing == .listwise, !fitOptions.hasDesign else {
      throw .estimation(.notYetSupported("incomplete rows, clusters or weights with a file that is not kept"))
    }
    var streamed: GroupedData?
    var names: [String] = []
    do {
      if let stream = try CSVStream(path, group: group, options: csv, partSize: partSize) {
        names = stream.names
        if let variables = try streamedVariables(group, names, fitOptions.estimator) {
          streamed = try stream.groupedData(variables)
        }
      }
    } catch let error as DataError {
      throw .data(error.inFile(path))
    } catch let error as SEMError {
      throw error
    } catch {
      preconditionFailure("Reading throws nothing else.")
    }
    if let streamed {
      let specification = try specification(
        groupLabels: streamed.labels, dataVariables: names, estimator: fitOptions.estimator)
      // Groups with different variables are left to the table.
      if specification.table.blocks.allSatisfy({ $0.observed == streamed.variables }) {
        do { try streamed.requireSound() } catch { throw .data(error) }
        return try fit(to: streamed, specification, [], fitOptions)
      }
    }
    let table: DataTable
    do { table = try DataTable(contentsOf: path, options: csv) } catch { throw .data(error) }
    return try fit(to: table, group: group, options: fitOptions)
  }

  /// The observed variables, before it is known which groups there are; `nil` where that depends on the groups.
  private func streamedVariables(
    _ group: String?, _ names: [String], _ estimator: Estimator
  ) throws(SEMError) -> [String]? {
    if group == nil {
      return try specification(dataVariables: names, estimator: estimator).table.blocks.first?.observed
    }
    guard let elements = try? ModelElements(syntax.statements) else { return nil }
    let observed = elements.roles.map { $0.observed.map { elements.names.names[$0] } }
    guard let first = observed.first, observed.allSatisfy({ $0 == first }) else { return nil }
    if !first.allSatisfy(names.contains) {
      _ = try specification(dataVariables: names, estimator: estimator)
      return nil
    }
    return first
  }
}

extension FitOptions {
  /// Whether estimates, standard errors or tests need more than the moments of the complete rows.
  package var needsRows: Bool {
    let fromMoments: [Estimator] = [
      .maximumLikelihood, .generalizedLeastSquares, .unweightedLeastSquares,
    ]
    return missing != .listwise || hasDesign || !fromMoments.contains(estimator)
      || ![.standard, .none].contains(standardErrors) || information == .firstOrder
      || tests.contains { $0 != .standard }
  }
}
