extension ParameterTable {
  /// A name for every free parameter: its label, or the first row that shows it (with the group where there are several).
  public var freeParameterNames: [String] {
    var names = [String](repeating: "", count: freeParameterCount)
    for row in rows where row.free > 0 && names[row.free - 1].isEmpty {
      names[row.free - 1] = name(of: row)
    }
    return names
  }

  /// A row's label, or its spelling in lavaan's syntax.
  public func name(of row: Parameter) -> String {
    if !row.label.isEmpty { return row.label }
    let group = blocks.count > 1 ? ".g\(row.group)" : ""
    return row.lhs + row.op.rawValue + row.rhs + group
  }

  /// The number of distinct sample moments that are not fixed by covariates, over all blocks.
  public var distinctMomentCount: Int {
    blocks.reduce(0) { sum, block in
      let p = block.observed.count
      var covariates = NameIndex(capacity: block.fixedCovariates.count)
      for index in rows.indices where rows[index].isExogenous && rows[index].block == block.number {
        if rows[index].op == .covariance { covariates.insert(rows[index].lhs) }
      }
      let x = covariates.count
      let covariances = p * (p + 1) / 2 - x * (x + 1) / 2
      return sum + covariances + (hasMeanStructure ? p - x : 0)
    }
  }
}
