public import SEM

extension EffectTable {
  /// The block `effects` of a fit's JSON.
  ///
  /// - Parameter groups: The labels of the blocks; a single block is not named.
  public func json(groups: [String] = []) -> JSONValue {
    func estimate(_ estimate: Effect.Estimate, _ name: String) -> [(String, JSONValue)] {
      let end = name.isEmpty ? "" : "_" + name
      return [
        (name.isEmpty ? "est" : name, JSONValue(estimate.value)),
        ((name.isEmpty ? "se" : name + "_se"), JSONValue(estimate.standardError)),
        ("z" + end, JSONValue(estimate.z)), ("pvalue" + end, JSONValue(estimate.pValue)),
        ("ci_lower" + end, JSONValue(estimate.lower)), ("ci_upper" + end, JSONValue(estimate.upper)),
      ]
    }
    return .object([
      (
        "items",
        .array(
          effects.map { effect in
            .object(
              [
                ("type", .string(effect.kind.rawValue)), ("from", .string(effect.from)),
                ("to", .string(effect.to)), ("path", .array(effect.path.map { .string($0) })),
                ("block", .integer(effect.block)),
              ] + estimate(effect.raw, "") + estimate(effect.standardized, "std_all"))
          })
      ),
      ("blocks_with_feedback", .array(blocksWithFeedback.map { .integer($0) })),
      ("stability_index", JSONValue(stabilityIndex)),
      ("truncated", .array(truncatedPairs.map { .string($0) })),
    ])
  }

  /// The effects as a table for a terminal, block by block.
  ///
  /// - Parameters:
  ///   - groups: The labels of the blocks; a single block is not named.
  ///   - width: The columns of the page, at least 40.
  public func text(groups: [String] = [], width: Int = 80) -> String {
    var page = TextPage(width: width)
    page.heading("Effects")
    page.blank()
    if effects.isEmpty {
      page.paragraph("No path leads from one of the variables to another.", indent: 2)
      return page.text
    }
    let blocks = Set(effects.map(\.block)).sorted()
    for block in blocks {
      if blocks.count > 1 {
        page.paragraph(
          "Group \(groups.indices.contains(block - 1) ? groups[block - 1] : "\(block)"):", indent: 2)
      }
      var table = PlainTable(
        header: [
          "Effect", "", "Estimate", "Std.Err", "z", "P(>|z|)", "ci.lower", "ci.upper", "Std.all", "SE",
        ])
      table.leftCount = 2
      table.breaks = [8]
      var lastPair = ""
      for effect in effects where effect.block == block {
        let pair = "\(effect.from) -> \(effect.to)"
        if pair != lastPair, !lastPair.isEmpty {
          table.rows.append([String](repeating: "", count: table.header.count))
        }
        lastPair = pair
        let (name, kind) =
          switch effect.kind {
          case .direct: (effect.label, "direct")
          case .specificIndirect: (effect.label, "indirect")
          case .totalIndirect: (pair, "all indirect")
          case .total: (pair, "total")
          }
        table.rows.append([
          name, kind, TextNumber.fixed(effect.raw.value), TextNumber.fixed(effect.raw.standardError),
          TextNumber.fixed(effect.raw.z), TextNumber.pValue(effect.raw.pValue),
          TextNumber.fixed(effect.raw.lower), TextNumber.fixed(effect.raw.upper),
          TextNumber.fixed(effect.standardized.value), TextNumber.fixed(effect.standardized.standardError),
        ])
      }
      page.add(table.lines(width: page.width))
      page.blank()
    }
    if !blocksWithFeedback.isEmpty {
      page.paragraph(
        "Feedback loops: indirect effects along simple chains only; totals by (I - A)^-1. Stability index "
          + "\(TextNumber.fixed(stabilityIndex)): below 1 the effects settle.", indent: 2)
    }
    if !truncatedPairs.isEmpty {
      page.paragraph("Too many chains to list all: \(truncatedPairs.joined(separator: ", ")).", indent: 2)
    }
    return page.text
  }
}
