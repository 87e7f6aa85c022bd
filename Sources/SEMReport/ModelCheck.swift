public import SEM

/// What can be said of a model before it is fitted: its parameter table, its identification, the state of the data.
public struct ModelCheck: Sendable {
  /// The parameter table.
  public let table: ParameterTable
  /// Identification at points drawn at random; `nil` where none gave a positive definite model covariance matrix.
  public let identification: Identification?
  /// Problems that prevent a fit.
  public let dataErrors: [DataProblem]
  /// Remarks on the model and the data.
  public let warnings: [Diagnostic]
  /// What listwise deletion would keep and drop, per group.
  public let listwise: [ListwiseReport]

  /// Checks a model by itself.
  ///
  /// - Throws: `SEMError`.
  public init(_ model: Model) throws(SEMError) {
    self.init(try model.specification(), problems: [], listwise: [])
  }

  /// Checks a model against a table.
  ///
  /// - Throws: `SEMError`.
  public init(_ model: Model, data: DataTable, group: String? = nil) throws(SEMError) {
    do {
      let labels = try group.map { name throws(DataError) in try data.categories(of: name) } ?? []
      let specification: ModelSpecification
      do {
        specification = try model.specification(groupLabels: labels, dataVariables: data.variableNames)
      } catch {
        throw error
      }
      let observed = try Model.commonVariables(of: specification.table)
      let problems = DataProblem.find(in: data, variables: observed, groupVariable: group)
      let grouped = try? GroupedData(data, variables: observed, groupVariable: group, keepsRows: false)
      self.init(specification, problems: problems, listwise: grouped?.groups.map(\.report) ?? [])
    } catch let error as SEMError {
      throw error
    } catch let error as DataError {
      throw .data(error)
    } catch {
      throw .inference(.undefinedAtEstimates)
    }
  }

  /// Checks a model against moments.
  ///
  /// - Throws: `SEMError`.
  public init(_ model: Model, moments: SampleMoments, problems: [DataProblem] = []) throws(SEMError) {
    try self.init(model, moments: [moments], problems: problems)
  }

  /// Checks a model against the moments of several groups.
  ///
  /// - Throws: `SEMError`.
  public init(
    _ model: Model, moments: [SampleMoments], groupLabels: [String] = [], problems: [DataProblem] = []
  ) throws(SEMError) {
    let specification = try model.specification(of: moments, groupLabels: groupLabels)
    let blocks = specification.table.blocks
    let found = zip(moments, blocks).flatMap { sample, block in
      DataProblem.find(
        in: sample.selecting(block.observed), group: moments.count > 1 ? block.groupLabel : nil)
    }
    self.init(specification, problems: problems + found, listwise: [])
  }

  private init(_ specification: ModelSpecification, problems: [DataProblem], listwise: [ListwiseReport]) {
    table = specification.table
    identification = specification.table.genericIdentification()
    dataErrors = problems.filter { $0.severity == .error }
    self.listwise = listwise
    var warnings = specification.warnings.map { Diagnostic(code: $0.code, message: $0.description) }
    warnings += problems.filter { $0.severity == .warning }.map {
      Diagnostic(code: $0.code.rawValue, message: "\($0.error)", parameters: $0.variables)
    }
    if let identification, !identification.isIdentified {
      warnings += Diagnostic.notIdentified(identification)
    }
    self.warnings = warnings
  }

  /// The degrees of freedom, equality constraints counted where identification could be judged.
  public var degreesOfFreedom: Int {
    identification?.degreesOfFreedom ?? table.distinctMomentCount - table.freeParameterCount
  }

  /// The check as JSON of schema `swift-sem/check/1`.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("schema", .string("swift-sem/check/1")),
      ("npar", .integer(table.freeParameterCount)),
      ("df", .integer(degreesOfFreedom)),
      ("identified", identification.map { .bool($0.isIdentified) } ?? .null),
      (
        "blocks",
        .array(
          table.blocks.map { block in
            .object([
              ("group", .string(block.groupLabel)),
              ("observed", .array(block.observed.map { .string($0) })),
              ("latent", .array(block.latent.map { .string($0) })),
            ])
          })
      ),
      (
        "parameters",
        .array(
          table.rows.map { row in
            .object([
              ("lhs", .string(row.lhs)), ("op", .string(row.op.rawValue)), ("rhs", .string(row.rhs)),
              ("block", .integer(row.block)), ("group", .integer(row.group)), ("label", .string(row.label)),
              ("free", .integer(row.free)), ("fixed", JSONValue(row.fixedValue)),
              ("exo", .bool(row.isExogenous)),
              ("start", JSONValue(row.start)),
            ])
          })
      ),
    ]
    func list(_ items: [Diagnostic]) -> JSONValue {
      .array(
        items.map { item in
          .object([
            ("code", .string(item.code)), ("message", .string(item.message)),
            ("parameters", .array(item.parameters.map { .string($0) })),
          ])
        })
    }
    members.append(
      (
        "data_errors",
        list(
          dataErrors.map {
            Diagnostic(code: $0.code.rawValue, message: "\($0.error)", parameters: $0.variables)
          })
      ))
    members.append(("warnings", list(warnings)))
    return .object(members)
  }
}
