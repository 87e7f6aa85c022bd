/// The rows of one block with their variables as numbers: the block's observed variables from 0, then its latent ones.
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

  /// Numbers the variables of a block's rows; a name that the block has twice means its first place.
  ///
  /// - Complexity: O(rows + variables).
  package init(_ table: ParameterTable, block: ModelBlock) {
    observedCount = block.observed.count
    variableCount = block.observed.count + block.latent.count
    var names = NameIndex(capacity: variableCount)
    var places: [Int] = []
    places.reserveCapacity(variableCount)
    for (place, name) in block.observed.enumerated() where names.insert(name) == places.count {
      places.append(place)
    }
    for (place, name) in block.latent.enumerated() where names.insert(name) == places.count {
      places.append(observedCount + place)
    }
    func place(of name: String) -> Int { names[name].map { places[$0] } ?? -1 }

    var rows: [Row] = []
    rows.reserveCapacity(table.rows.count)
    table.rows.withUnsafeBufferPointer { parameters in
      // Neighbouring rows often speak of one variable.
      var (lastName, lastPlace) = ("", -1)
      for index in parameters.indices where parameters[index].block == block.number {
        if parameters[index].lhs != lastName {
          lastName = parameters[index].lhs
          lastPlace = place(of: lastName)
        }
        let op = parameters[index].op
        let isVariance = op == .covariance && parameters[index].rhs == lastName
        let right = isVariance ? lastPlace : op == .intercept ? -1 : place(of: parameters[index].rhs)
        rows.append(Row(tableRow: index, op: op, left: lastPlace, right: right))
      }
    }
    self.rows = rows
  }
}
