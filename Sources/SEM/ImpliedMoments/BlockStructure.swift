/// The pattern of one block in reticular action form, compiled once from the parameter table.
///
/// Every variable obeys v = α + A v + u with Cov(u) = S (McArdle and McDonald 1984). A mean structure needs no formulas
/// of its own: a constant variable "1" with variance 1 joins the observed ones, and an intercept is a path from it.
///
/// Internal order: first the *sinks* (observed variables without outgoing paths: the indicators of a measurement
/// model), then the *sources*: observed variables with outgoing paths, the constant, the latent variables. Sinks have
/// unit columns in (I - A)⁻¹, so that all work beyond Σ⁻¹ is done for the few sources only.
package struct BlockStructure: Sendable {
  /// What an element is part of.
  package enum Kind: Sendable, Hashable {
    /// A path A(row, column), from `column` to `row`.
    case path
    /// A covariance S(row, column), or a variance where both are the same.
    case covariance
  }

  /// One nonzero or free element of A or S, in internal indices.
  package struct Element: Sendable, Hashable {
    /// Of A or of S.
    package var kind: Kind
    /// The target of a path; for a covariance never after `column`'s kind: a sink stands before a source.
    package var row: Int
    /// The origin of a path, always a source.
    package var column: Int
    /// The free parameter, from 0; -1 when fixed.
    package var parameter: Int
    /// The value when fixed.
    package var value: Double
    /// The row of the parameter table, or -1 for the constant's variance.
    package var tableRow: Int
  }

  /// The names in internal order; the constant is "1".
  package let names: [String]
  /// The number of sinks.
  package let sinkCount: Int
  /// The number of sources.
  package let sourceCount: Int
  /// The number of observed variables, without the constant.
  package let observedCount: Int
  /// The internal index of the constant, or -1.
  package let constant: Int
  /// For each internal observed variable, its place in the block's `observed`.
  package let observedOrder: [Int]
  /// Paths, then covariances; each group in table order.
  package let elements: [Element]
  /// Where the covariances start in ``elements``.
  package let firstCovariance: Int
  /// The indices of the free elements in ``elements``: paths first.
  package let freeElements: [Int]
  /// How many of ``freeElements`` are paths.
  package let freePathCount: Int
  /// The paths among sources, as indices of ``elements``.
  ///
  /// Without feedback loops a path stands after all paths into its origin, so that one sweep computes (I - A)⁻¹.
  package let sourcePaths: [Int]
  /// Whether there are feedback loops, so that (I - A)⁻¹ needs elimination.
  package let hasLoops: Bool

  /// The number of variables: sinks and sources.
  package var variableCount: Int { sinkCount + sourceCount }
  /// The order of Σ: observed variables and the constant.
  package var momentOrder: Int { observedCount + (constant >= 0 ? 1 : 0) }

  /// Compiles a block.
  ///
  /// - Parameters:
  ///   - block: The block's variables.
  ///   - table: The parameter table.
  ///   - sampleValue: The sample's value for a row that holds a moment of fixed covariates.
  ///   - everyVariableIsSource: Makes no use of sinks. The plain path: slower, and able to give derivatives for paths
  ///     from any variable, which modification indices need.
  package init(
    block: ModelBlock, table: ParameterTable, sampleValue: (Parameter) -> Double,
    everyVariableIsSource: Bool = false
  ) {
    let rows = table.rows.indices.filter { table.rows[$0].block == block.number }
    func path(_ row: Parameter) -> (target: String, origin: String)? {
      switch row.op {
      case .measurement: (row.rhs, row.lhs)
      case .regression: (row.lhs, row.rhs)
      case .intercept where table.hasMeanStructure: (row.lhs, Self.constantName)
      default: nil
      }
    }
    func value(_ row: Parameter) -> Double { row.isExogenous ? sampleValue(row) : row.fixedValue ?? 0 }

    var hasOutgoing = Set<String>()
    for index in rows {
      let row = table.rows[index]
      guard let path = path(row), row.free > 0 || value(row) != 0 else { continue }
      hasOutgoing.insert(path.origin)
    }
    let isSource = { (name: String) in everyVariableIsSource || hasOutgoing.contains(name) }
    let sinks = block.observed.filter { !isSource($0) }
    let observedSources = block.observed.filter(isSource)
    let constants = table.hasMeanStructure ? [Self.constantName] : []
    let names = sinks + observedSources + constants + block.latent
    var indexOf: [String: Int] = [:]
    for (index, name) in names.enumerated() where indexOf[name] == nil { indexOf[name] = index }
    var observedPlace: [String: Int] = [:]
    for (index, name) in block.observed.enumerated() { observedPlace[name] = index }

    self.names = names
    sinkCount = sinks.count
    sourceCount = names.count - sinks.count
    observedCount = block.observed.count
    constant = table.hasMeanStructure ? block.observed.count : -1
    observedOrder = (sinks + observedSources).compactMap { observedPlace[$0] }

    var paths: [Element] = []
    var covariances: [Element] = []
    for index in rows {
      let row = table.rows[index]
      let fixed = row.free > 0 ? 0 : value(row)
      // A sample moment that is zero here need not be zero in the next sample.
      guard row.free > 0 || row.isExogenous || fixed != 0 else { continue }
      if let path = path(row) {
        guard let target = indexOf[path.target], let origin = indexOf[path.origin] else { continue }
        paths.append(
          Element(
            kind: .path, row: target, column: origin, parameter: row.free - 1, value: fixed, tableRow: index))
      } else if row.op == .covariance, let first = indexOf[row.lhs], let second = indexOf[row.rhs] {
        covariances.append(
          Element(
            kind: .covariance, row: min(first, second), column: max(first, second), parameter: row.free - 1,
            value: fixed, tableRow: index))
      }
    }
    if constant >= 0 {
      covariances.append(
        Element(
          kind: .covariance, row: constant, column: constant, parameter: -1, value: 1, tableRow: -1))
    }
    elements = paths + covariances
    firstCovariance = paths.count
    let all = elements
    freeElements = all.indices.filter { all[$0].parameter >= 0 }
    freePathCount = freeElements.filter { all[$0].kind == .path }.count
    let amongSources = paths.indices.filter { paths[$0].row >= sinks.count }
    let order = Self.topologicalOrder(
      count: names.count - sinks.count,
      edges: amongSources.map { (paths[$0].column - sinks.count, paths[$0].row - sinks.count) })
    hasLoops = order == nil
    if let order {
      var place = [Int](repeating: 0, count: order.count)
      for (position, source) in order.enumerated() { place[source] = position }
      sourcePaths = amongSources.sorted {
        let (first, second) = (place[paths[$0].row - sinks.count], place[paths[$1].row - sinks.count])
        return first == second ? $0 < $1 : first < second
      }
    } else {
      sourcePaths = amongSources
    }
  }

  /// The name of the constant variable.
  package static let constantName = "1"

  /// Kahn's algorithm; `nil` when the edges form a loop.
  private static func topologicalOrder(count: Int, edges: [(from: Int, to: Int)]) -> [Int]? {
    var incoming = [Int](repeating: 0, count: count)
    var outgoing = [[Int]](repeating: [], count: count)
    for edge in edges {
      incoming[edge.to] += 1
      outgoing[edge.from].append(edge.to)
    }
    var order = (0..<count).filter { incoming[$0] == 0 }
    var next = 0
    while next < order.count {
      for target in outgoing[order[next]] {
        incoming[target] -= 1
        if incoming[target] == 0 { order.append(target) }
      }
      next += 1
    }
    return order.count == count ? order : nil
  }
}
