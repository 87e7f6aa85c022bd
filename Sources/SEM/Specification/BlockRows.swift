/// The numbers of a block's variables: its observed ones from 0, then its latent ones. A name that the block has twice
/// means its first place.
package struct BlockNames: Sendable {
  private var names: NameIndex
  /// The variables' places by the names' numbers; empty where no name comes twice, so that both are the same.
  private var places: [Int] = []

  /// Numbers a block's variables.
  package init(_ block: ModelBlock) {
    let count = block.observed.count + block.latent.count
    names = NameIndex(capacity: count)
    for name in block.observed { names.insert(name) }
    for name in block.latent { names.insert(name) }
    guard names.count < count else { return }
    for (place, name) in (block.observed + block.latent).enumerated() where names[name] == places.count {
      places.append(place)
    }
  }

  /// The number of a variable; `nil` where the block does not have it.
  package subscript(name: String) -> Int? {
    guard let number = names[name] else { return nil }
    return places.isEmpty ? number : places[number]
  }
}

/// The rows of one block with their variables as numbers, those of ``BlockNames``.
///
/// The table keeps names, since anybody may change its rows; whoever works with numbers finds them here in one pass.
package struct BlockRows: Sendable {
  /// A row of the table.
  package struct Row: Sendable {
    /// The row's place in the table.
    package var tableRow: Int
    package var op: Operator
    /// The left-hand variable; -1 where the block does not have it.
    package var left: Int
    /// The right-hand variable; -1 where the block does not have it, and for intercepts.
    package var right: Int
  }

  /// The number of observed variables.
  package let observedCount: Int
  /// The number of observed and latent variables.
  package let variableCount: Int
  /// The block's rows, in the table's order.
  package let rows: [Row]

  /// Numbers the variables of a block's rows.
  ///
  /// - Complexity: O(rows + variables).
  package init(_ table: ParameterTable, block: ModelBlock) {
    observedCount = block.observed.count
    variableCount = block.observed.count + block.latent.count
    let names = BlockNames(block)
    var rows: [Row] = []
    rows.reserveCapacity(table.rows.count)
    table.rows.withUnsafeBufferPointer { parameters in
      // Neighbouring rows often speak of one variable.
      var (lastName, lastPlace) = ("", -1)
      for index in parameters.indices where parameters[index].block == block.number {
        if parameters[index].lhs != lastName {
          lastName = parameters[index].lhs
          lastPlace = names[lastName] ?? -1
        }
        let op = parameters[index].op
        let isVariance = op == .covariance && parameters[index].rhs == lastName
        let right = isVariance ? lastPlace : op == .intercept ? -1 : names[parameters[index].rhs] ?? -1
        rows.append(Row(tableRow: index, op: op, left: lastPlace, right: right))
      }
    }
    self.rows = rows
  }
}
