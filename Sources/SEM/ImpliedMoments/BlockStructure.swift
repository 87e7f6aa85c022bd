/// The pattern of one block in reticular action form, compiled once from the parameter table.
///
/// Every variable obeys v = α + A v + u with Cov(u) = S (McArdle and McDonald 1984). A mean structure needs no formulas
/// of its own: a constant variable "1" with variance 1 joins the observed ones, and an intercept is a path from it.
///
/// Internal order: first the *sinks* (observed variables without outgoing paths: the indicators of a measurement
/// model), then the *sources*: observed variables with outgoing paths, the constant, the latent variables. Sinks have
/// unit columns in (I - A)⁻¹, so that all work beyond Σ⁻¹ is done for the few sources only.
/// A class, so that the workspaces of a fit share one.
package final class BlockStructure: Sendable {
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
  ///   - numbered: The block's rows by number, where they are at hand.
  ///   - everyVariableIsSource: Makes no use of sinks. The plain path: slower, and able to give derivatives for paths
  ///     from any variable, which modification indices need.
  package init(
    block: ModelBlock, table: ParameterTable, sampleValue: (Parameter) -> Double, numbered: BlockRows? = nil,
    everyVariableIsSource: Bool = false
  ) {
    let rows = numbered ?? BlockRows(table, block: block)
    let p = rows.observedCount
    // The constant's number follows those of the variables.
    let constantNumber = table.hasMeanStructure ? rows.variableCount : -1
    func path(_ row: BlockRows.Row) -> (target: Int, origin: Int)? {
      switch row.op {
      case .measurement: (row.right, row.left)
      case .regression: (row.left, row.right)
      case .intercept where constantNumber >= 0: (row.left, constantNumber)
      default: nil
      }
    }
    /// The value of a row that is not free.
    let fixed = rows.rows.map { row -> Double in
      let index = row.tableRow
      if table.rows[index].free > 0 { return 0 }
      return table.rows[index].isExogenous
        ? sampleValue(table.rows[index]) : table.rows[index].fixedValue ?? 0
    }

    var isSource = [Bool](repeating: everyVariableIsSource, count: rows.variableCount + 1)
    for (place, row) in rows.rows.enumerated() {
      guard let path = path(row), path.origin >= 0, table.rows[row.tableRow].free > 0 || fixed[place] != 0
      else { continue }
      isSource[path.origin] = true
    }
    var order: [Int] = []
    order.reserveCapacity(p)
    for variable in 0..<p where !isSource[variable] { order.append(variable) }
    let sinkCount = order.count
    for variable in 0..<p where isSource[variable] { order.append(variable) }
    var indexOf = [Int](repeating: -1, count: rows.variableCount + 1)
    var names: [String] = []
    names.reserveCapacity(rows.variableCount + 1)
    func append(_ variable: Int, _ name: String) {
      indexOf[variable] = names.count
      names.append(name)
    }
    for variable in order { append(variable, block.observed[variable]) }
    if constantNumber >= 0 { append(constantNumber, Self.constantName) }
    for (place, name) in block.latent.enumerated() { append(p + place, name) }

    self.names = names
    self.sinkCount = sinkCount
    sourceCount = names.count - sinkCount
    observedCount = p
    constant = constantNumber >= 0 ? p : -1
    observedOrder = order

    var elements: [Element] = []
    elements.reserveCapacity(rows.rows.count + 1)
    /// Whether a row is anything but a zero; a sample moment that is zero here need not be zero in the next sample.
    func counts(_ place: Int, _ index: Int) -> Bool {
      table.rows[index].free > 0 || table.rows[index].isExogenous || fixed[place] != 0
    }
    for (place, row) in rows.rows.enumerated() {
      guard let path = path(row), path.target >= 0, path.origin >= 0, counts(place, row.tableRow)
      else { continue }
      elements.append(
        Element(
          kind: .path, row: indexOf[path.target], column: indexOf[path.origin],
          parameter: table.rows[row.tableRow].free - 1, value: fixed[place], tableRow: row.tableRow))
    }
    firstCovariance = elements.count
    for (place, row) in rows.rows.enumerated() where row.op == .covariance && row.left >= 0 && row.right >= 0
    {
      guard counts(place, row.tableRow) else { continue }
      let (first, second) = (indexOf[row.left], indexOf[row.right])
      elements.append(
        Element(
          kind: .covariance, row: min(first, second), column: max(first, second),
          parameter: table.rows[row.tableRow].free - 1, value: fixed[place], tableRow: row.tableRow))
    }
    if constant >= 0 {
      elements.append(
        Element(
          kind: .covariance, row: constant, column: constant, parameter: -1, value: 1, tableRow: -1))
    }
    self.elements = elements
    var freeElements: [Int] = []
    freeElements.reserveCapacity(elements.count)
    for index in elements.indices where elements[index].parameter >= 0 { freeElements.append(index) }
    self.freeElements = freeElements
    let pathCount = firstCovariance
    freePathCount = freeElements.count { $0 < pathCount }
    let amongSources = (0..<pathCount).filter { elements[$0].row >= sinkCount }
    if amongSources.isEmpty {
      hasLoops = false
      sourcePaths = []
    } else if let place = Self.topologicalPlaces(
      count: sourceCount,
      edges: amongSources.map { (elements[$0].column - sinkCount, elements[$0].row - sinkCount) })
    {
      hasLoops = false
      sourcePaths = amongSources.sorted {
        let (first, second) = (place[elements[$0].row - sinkCount], place[elements[$1].row - sinkCount])
        return first == second ? $0 < $1 : first < second
      }
    } else {
      hasLoops = true
      sourcePaths = amongSources
    }
  }

  /// The name of the constant variable.
  package static let constantName = "1"

  /// The place of each node in an order in which edges lead forward, by Kahn's algorithm; `nil` when they form a loop.
  private static func topologicalPlaces(count: Int, edges: [(from: Int, to: Int)]) -> [Int]? {
    var places = Array(0..<count)
    if edges.isEmpty { return places }
    var incoming = [Int](repeating: 0, count: count)
    // The targets of node i stand at firstTarget[i]..<firstTarget[i + 1].
    var firstTarget = [Int](repeating: 0, count: count + 1)
    for edge in edges {
      incoming[edge.to] += 1
      firstTarget[edge.from + 1] += 1
    }
    for node in 0..<count { firstTarget[node + 1] += firstTarget[node] }
    var free = firstTarget
    var targets = [Int](repeating: 0, count: edges.count)
    for edge in edges {
      targets[free[edge.from]] = edge.to
      free[edge.from] += 1
    }
    var order = (0..<count).filter { incoming[$0] == 0 }
    order.reserveCapacity(count)
    var next = 0
    while next < order.count {
      places[order[next]] = next
      for target in targets[firstTarget[order[next]]..<firstTarget[order[next] + 1]] {
        incoming[target] -= 1
        if incoming[target] == 0 { order.append(target) }
      }
      next += 1
    }
    return order.count == count ? places : nil
  }
}
