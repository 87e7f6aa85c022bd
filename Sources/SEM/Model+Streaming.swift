extension Model {
  /// Fits the model to a CSV file of any length, which is read once and not kept.
  ///
  /// Memory does not depend on the number of rows. What needs rows (robust errors and tests, scores, the bootstrap of rows)
  /// throws ``InferenceError/needsRawData(_:)``; rows with missing values are left out.
  ///
  /// - Parameters:
  ///   - path: The file, or a pipe.
  ///   - csv: How to read it.
  ///   - fitOptions: Likelihood, information and tolerances.
  /// - Throws: ``SEMError``.
  /// - Complexity: O(N p²) for the moments, then O(p³ + t³) a step.
  public func fit(
    streaming path: String, csv: CSVOptions = CSVOptions(), options fitOptions: FitOptions = FitOptions()
  ) throws(SEMError) -> FittedModel {
    guard fitOptions.missing == .listwise, !fitOptions.hasDesign else {
      throw .estimation(.notYetSupported("incomplete rows, clusters or weights with a file that is not kept"))
    }
    let specification = try specification(estimator: fitOptions.estimator)
    let streamed: StreamedMoments
    do {
      streamed = try StreamedMoments(
        contentsOf: path, variables: specification.table.blocks.first?.observed ?? [], options: csv)
    } catch {
      throw .data(error)
    }
    var moments = streamed.moments
    if !specification.table.hasMeanStructure { moments.mean = nil }
    var fit = try fit(to: moments, options: fitOptions)
    fit.listwise = [streamed.report]
    return fit
  }
}
