internal import SEM

extension ParameterTable {
  /// Holds equal over groups what a step of AMOS's comparison adds, and numbers the free parameters anew.
  mutating func impose(_ step: GroupStep) {
    guard step != .unconstrained else { return }
    let parts = blocks.map { GroupRoles(self, block: $0) }
    if step == .measurementIntercepts { freeLatentMeans(parts) }
    var first: [String: Int] = [:]
    for (index, row) in rows.enumerated() where row.block == 1 { first[Self.key(row)] = index }
    for (index, row) in rows.enumerated() where row.block > 1 && row.free > 0 {
      guard let other = first[Self.key(row)], rows[other].free > 0,
        parts.indices.contains(row.block - 1), parts[row.block - 1].step(of: row) == step
      else { continue }
      let (old, new) = (rows[index].free, rows[other].free)
      guard old != new else { continue }
      for position in rows.indices where rows[position].free == old { rows[position].free = new }
    }
    if step == .structuralIntercepts || step == .structuralMeans {
      // The first group's latent means are fixed at 0: equal means are 0 in all groups.
      for (index, row) in rows.enumerated() where row.block > 1 && row.op == .intercept && row.free > 0 {
        guard let other = first[Self.key(row)], rows[other].free == 0, !rows[other].isExogenous,
          parts[row.block - 1].step(of: row) == step
        else { continue }
        rows[index].free = 0
        rows[index].fixedValue = rows[other].fixedValue
      }
    }
    renumber()
  }

  private static func key(_ row: Parameter) -> String { "\(row.lhs)\u{0}\(row.op.rawValue)\u{0}\(row.rhs)" }

  /// Equal intercepts of indicators leave the latent means of later groups free.
  private mutating func freeLatentMeans(_ parts: [GroupRoles]) {
    var next = freeParameterCount
    for (index, row) in rows.enumerated() where row.block > 1 && row.op == .intercept && row.free == 0 {
      guard parts[row.block - 1].latent.contains(row.lhs), row.fixedValue == 0 else { continue }
      next += 1
      rows[index].free = next
      rows[index].fixedValue = nil
    }
  }

  private mutating func renumber() {
    var numbers: [Int: Int] = [:]
    for index in rows.indices where rows[index].free > 0 {
      let number = numbers[rows[index].free] ?? numbers.count + 1
      numbers[rows[index].free] = number
      rows[index].free = number
    }
  }

  /// For each free parameter the mean of its rows' values in another fit of the same rows.
  func averages(of fit: FittedModel) -> [Double] {
    var sums = [Double](repeating: 0, count: freeParameterCount)
    var counts = sums
    for (row, value) in zip(rows, fit.rowValues) where row.free > 0 {
      sums[row.free - 1] += value
      counts[row.free - 1] += 1
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
  }
}

/// The part that each variable plays in one group, as AMOS's steps divide parameters.
struct GroupRoles {
  let latent: Set<String>
  private let indicators: Set<String>
  private let outcomes: Set<String>

  init(_ table: ParameterTable, block: ModelBlock) {
    let rows = table.rows.filter { $0.block == block.number }
    latent = Set(block.latent)
    indicators = Set(rows.filter { $0.op == .measurement && !block.latent.contains($0.rhs) }.map(\.rhs))
    outcomes = Set(
      rows.filter { $0.op == .regression }.map(\.lhs)
        + rows.filter { $0.op == .measurement && block.latent.contains($0.rhs) }.map(\.rhs))
  }

  /// The step that makes a row equal over groups.
  func step(of row: Parameter) -> GroupStep? {
    switch row.op {
    case .measurement: return .measurementWeights
    case .regression: return .structuralWeights
    case .intercept:
      if indicators.contains(row.lhs) { return .measurementIntercepts }
      return outcomes.contains(row.lhs) ? .structuralIntercepts : .structuralMeans
    case .covariance:
      let names = [row.lhs, row.rhs]
      if names.contains(where: indicators.contains) { return .measurementResiduals }
      return names.contains(where: outcomes.contains) ? .structuralResiduals : .structuralCovariances
    default: return nil
    }
  }
}
