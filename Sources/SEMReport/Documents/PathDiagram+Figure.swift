internal import SEM
public import SEMStudy

extension PathDiagram {
  /// The diagram as a figure of a document, laid out once; what its signs mean stands under it.
  ///
  /// - Parameters:
  ///   - id: A short name in ASCII, unique in the document.
  ///   - title: The caption, without its number.
  public func figure(id: String, title: Wording) -> DocumentFigure {
    let drawing = drawing()
    let legend = Wording(options.legend(in: .english), options.legend(in: .chinese))
    return DocumentFigure(
      id: id, title: title, description: Wording("Path diagram: ", "路径图：") + Wording(summary),
      notes: legend.english.isEmpty ? [] : [legend], tikz: { _ in drawing.tikzPicture },
      svg: { _ in drawing.svg })
  }
}

extension FitSummary {
  /// The path diagram with standardised values, one for each group.
  public func pathFigures(options: DiagramOptions = DiagramOptions()) -> [DocumentFigure] {
    let blocks = fit.table.blocks
    return zip(blocks, PathDiagram.all(self, options: options)).map { block, diagram in
      let group = groupName(ofBlock: block.number)
      return diagram.figure(
        id: blocks.count > 1 ? "path-g\(block.number)" : "path",
        title: Wording("Path diagram", "路径图")
          + (blocks.count > 1 ? Wording(", group \(group)", "（\(group)组）") : ""))
    }
  }
}
