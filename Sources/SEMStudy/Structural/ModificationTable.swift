public import SEM

/// What freeing a parameter would bring, the largest first. Nothing is ever freed by itself.
public struct ModificationTable: Sendable, Hashable {
  /// One parameter.
  public struct Line: Sendable, Hashable {
    /// The parameter.
    public var parameter: Parameter
    /// About how much χ² would fall.
    public var index: Double
    /// The expected change of the parameter (AMOS: Par Change).
    public var change: Double
    /// The same with all variables of unit variance.
    public var standardizedChange: Double?

    /// The parameter as AMOS writes it: `TR3 <--> TR4` for a covariance, `FI1 <--- SN` for a path or a loading.
    public var arrow: String {
      switch parameter.op {
      case .covariance: "\(parameter.lhs) <--> \(parameter.rhs)"
      case .measurement: "\(parameter.rhs) <--- \(parameter.lhs)"
      case .intercept: "\(parameter.lhs) <--- 1"
      default: "\(parameter.lhs) <--- \(parameter.rhs)"
      }
    }
  }

  /// The lines, the largest index first.
  public let lines: [Line]
  /// The smallest index that is shown.
  public let minimum: Double
  /// How many lines reach ``minimum``, shown or not.
  public let totalCount: Int

  /// Computes modification indices.
  ///
  /// - Parameters:
  ///   - fit: The fit.
  ///   - minimum: The smallest index to show; 4 is AMOS's threshold and near the 5 % point of χ²(1).
  ///   - limit: The largest number of lines.
  ///   - convention: AMOS's indices are (N - G) / N times lavaan's, as its χ² is.
  /// - Throws: ``StudyError``, where the model is not identified.
  public init(
    _ fit: FittedModel, minimum: Double = 4, limit: Int = 20, convention: StudyConvention = .lavaan
  ) throws(StudyError) {
    let indices: [ModificationIndex]
    do { indices = try fit.modificationIndices() } catch { throw .unavailable("Modification indices", error) }
    let factor = convention.factor(for: fit)
    let lines = indices.compactMap { item -> Line? in
      let value = item.index * factor
      guard value.isFinite, value >= minimum else { return nil }
      return Line(
        parameter: item.parameter, index: value, change: item.expectedChange,
        standardizedChange: item.standardizedAll)
    }.enumerated().sorted {
      ($1.element.index, $0.offset) < ($0.element.index, $1.offset)
    }.map(\.element)
    self.minimum = minimum
    totalCount = lines.count
    self.lines = Array(lines.prefix(max(limit, 0)))
  }
}
