extension PathDiagram {
  /// The graph in Graphviz's language, for its layout programs and for editors that read it.
  public var dot: String {
    let isDown = options.direction == .topDown
    var lines = [
      "digraph {", "  graph [rankdir=\(isDown ? "TB" : "LR"), splines=line, nodesep=0.3, ranksep=0.9];",
      "  node [fontname=\"\(options.theme.fontFamilies.first ?? "Helvetica")\"];",
      "  edge [fontname=\"\(options.theme.fontFamilies.first ?? "Helvetica")\", fontsize=10];",
    ]
    for variable in variables {
      let shape =
        switch variable.kind {
        case .latent: "ellipse"
        case .observed: "box"
        case .constant: "triangle"
        }
      let label = (variable.lines + variable.details).map(Self.escaped).joined(separator: "\\n")
      lines.append("  \(Self.quoted(variable.name)) [shape=\(shape), label=\"\(label)\"];")
    }
    for edge in edges {
      var attributes: [String] = []
      if !edge.label.isEmpty { attributes.append("label=\(Self.quoted(edge.label))") }
      if edge.relation == .covariance { attributes += ["dir=both", "constraint=false"] }
      if edge.isInsignificant { attributes.append("style=dashed") }
      let ends = [edge.from, edge.to].map { Self.quoted(variables[$0].name) }
      let list = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
      lines.append("  \(ends[0]) -> \(ends[1])\(list);")
    }
    return (lines + ["}", ""]).joined(separator: "\n")
  }

  private static func quoted(_ text: String) -> String { "\"" + escaped(text) + "\"" }

  private static func escaped(_ text: String) -> String {
    text.printable.reduce(into: "") { result, character in
      if character == "\"" || character == "\\" { result.append("\\") }
      result.append(character)
    }
  }
}
