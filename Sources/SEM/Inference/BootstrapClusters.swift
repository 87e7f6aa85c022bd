internal import SEMNumerics

extension FittedModel {
  /// The cluster of every row that the model was fitted to, block by block, for ``BootstrapOptions/clusters``.
  ///
  /// - Parameters:
  ///   - variable: The column whose values name the clusters.
  ///   - table: The table that the model was fitted to.
  ///   - groupVariable: The column that divides it into groups.
  /// - Throws: ``DataError`` for an unknown column, or a row without a cluster.
  public func clusterCodes(
    _ variable: String, in table: DataTable, groupVariable: String? = nil
  ) throws(DataError) -> [[Int]] {
    let codes = try table.grouping(by: variable).codes
    let observed = self.table.blocks.first?.observed ?? []
    let data = try GroupedData(table, variables: observed, groupVariable: groupVariable)
    var result: [[Int]] = []
    for group in data.groups {
      var clusters: [Int] = []
      for row in group.rows?.tableRows ?? [] {
        guard codes[row] >= 0 else {
          throw DataError(
            .allMissing, "Row \(row + 1) of the data has no value of \(variable), which names the clusters.",
            variable: variable)
        }
        clusters.append(Int(codes[row]))
      }
      result.append(clusters)
    }
    return result
  }
}
