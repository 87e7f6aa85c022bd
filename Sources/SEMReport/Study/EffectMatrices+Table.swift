internal import SEMNumerics
public import SEMStudy

extension EffectMatrices {
  /// Direct, indirect and total effects, rows outcomes, columns causes: table `effects`, or `effects-raw` in the
  /// variables' units.
  public func table(isStandardized: Bool = true) -> DocumentTable {
    var rows: [DocumentTable.Row] = []
    let names: [(Part, Wording)] = [
      (.direct, Wording("Direct effects", "直接效应")), (.indirect, Wording("Indirect effects", "间接效应")),
      (.total, Wording("Total effects", "总效应")),
    ]
    for (part, name) in names {
      rows.append(DocumentTable.Row([.text(name)], role: .heading))
      let matrix = matrix(part, isStandardized: isStandardized)
      for (i, outcome) in outcomes.enumerated() {
        rows.append(
          DocumentTable.Row(
            [.text(Wording(outcome))]
              + causes.indices.map { j in
                let value = matrix[i, j]
                return outcome == causes[j] && value == 0 ? .empty : .number(value.isFinite ? value : nil)
              }))
      }
    }
    return DocumentTable(
      id: isStandardized ? "effects" : "effects-raw",
      title: isStandardized
        ? Wording("Standardised direct, indirect and total effects", "标准化直接效应、间接效应与总效应")
        : Wording("Direct, indirect and total effects", "非标准化直接效应、间接效应与总效应"),
      columns: [.init("outcome", Wording("Outcome", "结果变量"))]
        + causes.enumerated().map { .init("c\($0.offset + 1)", Wording($0.element)) },
      rows: rows,
      notes: [Wording("Rows are outcomes, columns causes.", "行为结果变量，列为原因变量。")])
  }
}
