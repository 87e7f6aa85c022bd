extension ParameterTable {
  /// The table in lavaan's language, with every parameter spelled out.
  ///
  /// Read with the preset ``Preset/bare`` it gives this table again, except for the order of rows and their origin.
  /// Free parameters that share a number without a label get one of the form `.p7.`. Moments of fixed covariates are
  /// left out: they follow from the regressions.
  public var syntax: String {
    var text = ""
    var uses: [Int: Int] = [:]
    var names: [Int: String] = [:]
    for (index, row) in rows.enumerated() where row.free > 0 {
      uses[row.free, default: 0] += 1
      if names[row.free] == nil, !row.label.isEmpty { names[row.free] = row.label }
      if uses[row.free] == 2, names[row.free] == nil { names[row.free] = ".p\(index + 1)." }
    }
    for block in blocks {
      if blocks.count > 1 {
        let label = block.groupLabel.isEmpty ? "\(block.group)" : SyntaxPrinter.blockLabel(block.groupLabel)
        text += "group: \(label)\n"
      }
      for row in rows where row.block == block.number && !row.isExogenous {
        text += Self.line(of: row, name: row.free > 0 ? names[row.free] : nil) + "\n"
      }
    }
    for constraint in constraints {
      text += "\(constraint.lhs) \(constraint.op.rawValue) \(constraint.rhs)\n"
    }
    for definition in definitions { text += "\(definition.name) := \(definition.expression)\n" }
    return text
  }

  private static func line(of row: Parameter, name: String?) -> String {
    var modifiers = row.fixedValue.map { SyntaxPrinter.number($0) + "*" } ?? "NA*"
    if !row.label.isEmpty {
      modifiers += "label(\(SyntaxPrinter.quoted(row.label)))*"
      if let name, name != row.label { modifiers += "equal(\(SyntaxPrinter.quoted(name)))*" }
    } else if let name {
      modifiers += "label(\(SyntaxPrinter.quoted(name)))*"
    }
    if row.fixedValue == nil {
      if let start = row.start { modifiers += "start(\(SyntaxPrinter.number(start)))*" }
      if let lower = row.lower { modifiers += "lower(\(SyntaxPrinter.number(lower)))*" }
      if let upper = row.upper { modifiers += "upper(\(SyntaxPrinter.number(upper)))*" }
    }
    let lhs = SyntaxPrinter.name(row.lhs)
    if row.op == .intercept { return "\(lhs) ~ \(modifiers)1" }
    return "\(lhs) \(row.op.rawValue) \(modifiers)\(SyntaxPrinter.name(row.rhs))"
  }
}
