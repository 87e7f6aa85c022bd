/// Anything that can go wrong between a model's text and its estimates, by stage.
public enum SEMError: Error, Sendable, Hashable {
  /// The text is no model syntax.
  case syntax(SyntaxError)
  /// The statements make no model.
  case specification(SpecificationError)
  /// The data cannot be read or do not fit the model.
  case data(DataError)
  /// The model cannot be fitted.
  case estimation(EstimationError)
  /// A quantity cannot be had from the fit.
  case inference(InferenceError)
}

/// A model in lavaan's syntax, ready to be fitted to data.
///
/// ```swift
/// let model = try Model("""
///   visual  =~ x1 + x2 + x3
///   textual =~ x4 + x5 + x6
///   speed   =~ x7 + x8 + x9
///   """, preset: .cfa)
/// let data = try DataTable(contentsOf: "HolzingerSwineford1939.csv")
/// let fit = try model.fit(to: data)
/// ```
///
/// The same model may be built in Swift; it holds the same statements and gives the same parameter table.
///
/// ```swift
/// let model = Model(preset: .cfa) {
///   Latent("visual").measured(by: "x1", "x2", .label("a", "x3"))
///   Latent("speed").measured(by: "x7", .start(0.8, "x8"), .fixed(0.5, "x9"))
///   Observed("x1").covaries(with: "x7")
/// }
/// ```
public struct Model: Sendable, Hashable {
  /// The parsed statements.
  public let syntax: ModelSyntax
  /// The defaults that fill in what the syntax leaves out.
  public let preset: Preset
  /// Changes to the defaults.
  public internal(set) var options: ModelOptions

  /// Parses a model.
  ///
  /// - Throws: ``SEMError/syntax(_:)``, with line and column.
  public init(_ text: String, preset: Preset = .sem, options: ModelOptions = ModelOptions()) throws(SEMError)
  {
    do { syntax = try ModelSyntax(parsing: text) } catch { throw .syntax(error) }
    self.preset = preset
    self.options = options
  }

  /// Makes a model from statements in Swift; mistakes show when it is completed or fitted.
  public init(
    preset: Preset = .sem, options: ModelOptions = ModelOptions(),
    @ModelBuilder _ statements: () -> [Statement]
  ) {
    syntax = ModelSyntax(statements: statements())
    self.preset = preset
    self.options = options
  }

  /// The parameter table for given data.
  ///
  /// - Parameters:
  ///   - groupLabels: The labels of the groups; empty for one group.
  ///   - dataVariables: The columns of the data, where they are known.
  ///   - hasMeans: Whether the data have means of their own that the user gave: they then become part of the model.
  ///   - estimator: The function to minimise. The moments of covariates are fixed by default under maximum likelihood only:
  ///     it is a conditional likelihood then, and least squares has no such form.
  /// - Throws: ``SEMError/specification(_:)``.
  public func specification(
    groupLabels: [String] = [], dataVariables: [String]? = nil, hasMeans: Bool = false,
    estimator: Estimator = .maximumLikelihood
  ) throws(SEMError) -> ModelSpecification {
    var options = options
    if hasMeans, options.meanStructure == nil { options.meanStructure = true }
    if estimator.isLeastSquares, options.fixedCovariates == nil { options.fixedCovariates = false }
    do {
      return try ModelSpecification(
        syntax, preset: preset, options: options, groupLabels: groupLabels, dataVariables: dataVariables)
    } catch {
      throw .specification(error)
    }
  }

  /// Fits the model to the rows of a table: the complete ones, or all with ``MissingData/fullInformation`` and
  /// ``MissingData/twoStage``.
  ///
  /// - Parameters:
  ///   - table: The data; columns that the model does not name are ignored.
  ///   - group: The column whose values divide the rows into groups.
  ///   - estimator: The function to minimise; `nil` for that of the options.
  ///   - options: Likelihood, information and tolerances.
  /// - Throws: ``SEMError``; not converging and inadmissible solutions are no errors.
  /// - Complexity: O(N p²) for the moments, then O(p³ + t³) a step.
  public func fit(
    to table: DataTable, group: String? = nil, estimator: Estimator? = nil,
    options: FitOptions = FitOptions()
  ) throws(SEMError) -> FittedModel {
    var fitOptions = options
    if let estimator { fitOptions.estimator = estimator }
    if options.missing != .listwise { return try fit(toIncomplete: table, group: group, options: fitOptions) }
    let labels: [String]
    do { labels = try group.map { name throws(DataError) in try table.categories(of: name) } ?? [] } catch {
      throw .data(error)
    }
    let specification = try specification(
      groupLabels: labels, dataVariables: table.variableNames, hasMeans: fitOptions.clusterVariable != nil,
      estimator: fitOptions.estimator)
    let observed = try Self.commonVariables(of: specification.table)
    let data: GroupedData
    var designs: [CaseDesign] = []
    do {
      data = try GroupedData(table, variables: observed, groupVariable: group)
      try data.requireSound()
      for group in data.groups {
        let design = try CaseDesign(
          table, rows: group.rows?.tableRows ?? [], group: group.label, weights: fitOptions.weightVariable,
          clusters: fitOptions.clusterVariable)
        if let design { designs.append(design) }
      }
    } catch {
      throw .data(error)
    }
    return try fit(to: data, specification, designs, fitOptions)
  }

  /// The observed variables, which must be the same in all groups of a data table: a row is complete or not by one list.
  package static func commonVariables(of table: ParameterTable) throws(SEMError) -> [String] {
    guard let first = table.blocks.first else { return [] }
    for block in table.blocks.dropFirst() where block.observed != first.observed {
      let extra = block.observed.filter { !first.observed.contains($0) }
      let lacking = first.observed.filter { !block.observed.contains($0) }
      let differences = [
        extra.isEmpty
          ? nil : "has \(extra.joined(separator: ", ")), which group \(first.groupLabel) has not,",
        lacking.isEmpty ? nil : "lacks \(lacking.joined(separator: ", ")) of group \(first.groupLabel)",
      ]
      throw .estimation(
        .momentsDoNotMatchModel(
          "Group \(block.groupLabel) \(differences.compactMap(\.self).joined(separator: " and ")). "
            + "Groups of one data table must have the same observed variables; fit each group by itself, or all from "
            + "covariance matrices, whose variables may differ."
        ))
    }
    return first.observed
  }

  /// Fits the completed model to complete rows or to their moments.
  func fit(
    to data: GroupedData, _ specification: ModelSpecification, _ designs: [CaseDesign] = [],
    _ fitOptions: FitOptions
  ) throws(SEMError) -> FittedModel {
    var notes = specification.warnings.map { FitNote(code: $0.code, message: $0.description) }
    notes += data.problems.map {
      FitNote(code: $0.code.rawValue, message: "\($0.error)", subjects: $0.variables)
    }
    do {
      let fitter = try ModelFitter(table: specification.table, options: fitOptions)
      let rows = data.groups.compactMap { $0.rows?.values }
      var moments = data.groups.map(\.moments)
      for (index, design) in designs.enumerated() where index < rows.count {
        moments[index] = design.moments(of: rows[index], like: moments[index])
      }
      var fit = try fitter.fit(
        moments, rows: rows.count == data.groups.count ? rows : nil, design: designs)
      fit.notes = notes
      fit.listwise = data.groups.map(\.report)
      return fit
    } catch {
      throw .estimation(error)
    }
  }
}

extension ModelSpecification {
  /// Completes a model with its own preset and options; see ``init(_:preset:options:groupLabels:dataVariables:)``.
  ///
  /// - Throws: ``SpecificationError``.
  public init(
    _ model: Model, groupLabels: [String] = [], dataVariables: [String]? = nil
  ) throws(SpecificationError) {
    try self.init(
      model.syntax, preset: model.preset, options: model.options, groupLabels: groupLabels,
      dataVariables: dataVariables)
  }
}
