#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension Double {
  var cosine: Double { cos(self) }
  var sine: Double { sin(self) }
}

extension PathDiagram {
  /// Lays the diagram out and draws it.
  ///
  /// Neither do labels cover shapes or each other, nor shapes each other, as long as there is a place for each; distances
  /// grow until there is.
  /// - Complexity: Seconds at most for 60 indicators and 12 latent variables.
  public func drawing() -> Drawing {
    DiagramArtist(DiagramLayout(self)).drawing
  }
}

/// Draws a layout in the look of its theme.
struct DiagramArtist {
  private let layout: DiagramLayout
  private let theme: DiagramTheme
  private(set) var drawing: Drawing

  init(_ layout: DiagramLayout) {
    self.layout = layout
    theme = layout.diagram.options.theme
    drawing = Drawing(
      title: layout.diagram.title, summary: layout.diagram.summary, bounds: layout.bounds.inset(by: -12),
      background: theme.background, fontFamilies: theme.fontFamilies)
    for line in layout.lines { draw(line) }
    for satellite in layout.satellites { draw(satellite) }
    for place in layout.boxes.indices { draw(place) }
    for line in layout.lines {
      if let box = line.labelBox {
        label(
          layout.diagram.edges[line.edge].label, in: box,
          isInsignificant: layout.diagram.edges[line.edge].isInsignificant)
      }
    }
    addNote()
  }

  private mutating func draw(_ line: DiagramLayout.Line) {
    let edge = layout.diagram.edges[line.edge]
    var style: Drawing.Style
    switch edge.relation {
    case .loading: style = theme.loading
    case .regression, .mean: style = theme.regression
    case .covariance: style = theme.covariance
    }
    if edge.isInsignificant {
      style.dash = theme.insignificantDash
      if let color = theme.insignificantColor { style.stroke = color }
    }
    arrow(line.curve, style, headAtStart: edge.relation == .covariance)
  }

  /// A line with a filled head at its end, and perhaps one at its start.
  private mutating func arrow(_ curve: Curve, _ style: Drawing.Style, headAtStart: Bool, size: Double = 1) {
    let length = theme.arrowLength * size
    // The shaft ends inside the head, so that the tip is sharp.
    let begin = headAtStart ? curve.share(at: 0.8 * length) : 0
    let end = curve.share(at: -0.8 * length)
    guard end > begin else { return }
    let shaft = curve.part(from: begin, to: end)
    let path =
      shaft.isStraight
      ? Drawing.Path([shaft.start, shaft.end])
      : Drawing.Path([.move(shaft.start), .curve(shaft.first, shaft.second, shaft.end)])
    drawing.elements.append(.path(path, style))
    head(at: curve.end, from: curve.point(curve.share(at: -length)), style, size)
    if headAtStart { head(at: curve.start, from: curve.point(curve.share(at: length)), style, size) }
  }

  private mutating func head(at tip: Point, from: Point, _ style: Drawing.Style, _ size: Double) {
    let back = (from - tip).unit
    let base = tip + back * (theme.arrowLength * size)
    let side = back.normal * (theme.arrowWidth * size / 2)
    drawing.elements.append(
      .path(
        Drawing.Path([tip, base + side, base - side], closed: true),
        Drawing.Style(stroke: nil, fill: style.stroke ?? .black)))
  }

  private mutating func draw(_ satellite: DiagramLayout.Satellite) {
    let style = Drawing.Style(stroke: theme.loading.stroke, width: theme.residual.width)
    arrow(satellite.curve, style, headAtStart: satellite.kind == .loop, size: 0.75)
    if satellite.kind == .circle {
      drawing.elements.append(.ellipse(satellite.box, theme.residual))
      drawing.add(
        [satellite.name], around: satellite.center,
        size: (satellite.name.hasPrefix("e") ? 0.8 : 0.9) * theme.labelSize, color: theme.textColor)
    }
    if let box = satellite.labelBox {
      label(layout.diagram.variables[satellite.owner].variance, in: box)
    }
  }

  private mutating func draw(_ place: Int) {
    let variable = layout.diagram.variables[place]
    let box = layout.boxes[place]
    let isItem = variable.kind == .observed && layout.isItem(place)
    let size = isItem ? theme.itemTextSize : theme.nodeTextSize
    switch variable.kind {
    case .latent: drawing.elements.append(.ellipse(box, theme.latent))
    case .observed:
      drawing.elements.append(.rectangle(box, cornerRadius: theme.cornerRadius, theme.observed))
    case .constant:
      let corners = [Point(box.center.x, box.minY), Point(box.maxX, box.maxY), Point(box.minX, box.maxY)]
      drawing.elements.append(.path(Drawing.Path(corners, closed: true), theme.observed))
      drawing.add(
        variable.lines, around: Point(box.center.x, box.center.y + 5), size: theme.itemTextSize,
        color: theme.textColor)
      return
    }
    let detail = theme.detailSize(of: size)
    let nameHeight = Double(variable.lines.count) * TextMetrics.lineHeight(size)
    let detailHeight = Double(variable.details.count) * TextMetrics.lineHeight(detail)
    let center = box.center
    drawing.add(
      variable.lines, around: Point(center.x, center.y - detailHeight / 2), size: size, color: theme.textColor
    )
    drawing.add(
      variable.details, around: Point(center.x, center.y + nameHeight / 2), size: detail,
      color: theme.textColor)
  }

  /// A number on a line, with background around it so that it can be read.
  private mutating func label(_ text: String, in box: Box, isInsignificant: Bool = false) {
    guard !text.isEmpty else { return }
    let halo = box.inset(by: 1)
    drawing.elements.append(
      .rectangle(halo, cornerRadius: 0, Drawing.Style(stroke: nil, fill: theme.background)))
    let color = isInsignificant ? theme.insignificantColor?.mixed(with: theme.textColor, share: 0.5) : nil
    drawing.add([text], around: box.center, size: theme.labelSize, color: color ?? theme.textColor)
  }

  private mutating func addNote() {
    let note = layout.diagram.options.note
    guard !note.isEmpty else { return }
    let room = max(drawing.bounds.width - 24, 200)
    let lines = TextMetrics.wrapped(note, size: theme.labelSize, to: room)
    let step = TextMetrics.lineHeight(theme.labelSize)
    let width = lines.map { TextMetrics.width($0, size: theme.labelSize) }.max() ?? 0
    drawing.bounds.maxX = max(drawing.bounds.maxX, drawing.bounds.minX + width + 24)
    for line in lines {
      drawing.bounds.maxY += step
      let position = Point(drawing.bounds.minX + 12, drawing.bounds.maxY - 10)
      drawing.elements.append(
        .text(
          Drawing.Text(line, at: position, size: theme.labelSize, anchor: .start, color: theme.textColor)))
    }
  }
}

extension DiagramLayout {
  /// Whether a variable is drawn as an indicator.
  func isItem(_ place: Int) -> Bool { sizes.isItem[place] }
}
