/// Estimates with their intervals below each other: paths of a model, effects, differences of groups.
public struct ForestPlot: Sendable, Hashable {
  /// One line.
  public struct Row: Sendable, Hashable {
    /// What is estimated.
    public var label: String
    /// The estimate.
    public var estimate: Double
    /// The lower end of the interval.
    public var lower: Double
    /// The upper end of the interval.
    public var upper: Double

    /// Makes a line; a value that is not finite is not drawn.
    public init(label: String, estimate: Double, lower: Double, upper: Double) {
      self.label = label
      self.estimate = estimate
      self.lower = lower
      self.upper = upper
    }
  }

  /// The lines, from the top.
  public var rows: [Row]
  /// The value of no effect.
  public var reference: Double
  /// Above the plot; empty for none.
  public var title: String
  /// Below the plot.
  public var horizontal: String
  /// The look.
  public var style: ChartStyle

  /// Makes a plot.
  public init(
    rows: [Row], reference: Double = 0, title: String = "", horizontal: String = "Estimate, 95 % interval",
    style: ChartStyle = .paper
  ) {
    self.rows = rows
    self.reference = reference
    self.title = title
    self.horizontal = horizontal
    self.style = style
  }

  /// Draws it: intervals without the reference have filled points.
  public func drawing() -> Drawing {
    let pitch = 2 * style.textSize
    let labels = rows.map { TextMetrics.width($0.label, size: style.textSize) }.max() ?? 0
    let texts = rows.map(text)
    let numbers = texts.map { TextMetrics.width($0, size: style.textSize) }.max() ?? 0
    let top = title.isEmpty ? 12 : 38.0
    let area = Box(
      minX: labels + 24, minY: top, maxX: labels + 24 + 300,
      maxY: top + pitch * Double(max(rows.count, 1)) + 6)
    var drawing = Drawing(
      chart: title, width: area.maxX + numbers + 28, height: area.maxY + 16 + 2.6 * style.textSize, style)
    let scale = ChartScale(around: rows.flatMap { [$0.lower, $0.upper, $0.estimate] } + [reference])
    let zero = scale.place(reference, from: area.minX, to: area.maxX)
    drawing.add([Point(zero, area.minY), Point(zero, area.maxY)], .init(stroke: style.quiet, dash: [4, 3]))
    drawing.addHorizontalAxis(scale, area: area, title: horizontal, style)
    for (number, row) in rows.enumerated() {
      let y = area.minY + (Double(number) + 0.6) * pitch
      let baseline = y + 0.36 * style.textSize
      drawing.elements.append(
        .text(
          Drawing.Text(
            row.label.printable, at: Point(area.minX - 12, baseline), size: style.textSize, anchor: .end,
            color: style.ink)))
      drawing.elements.append(
        .text(
          Drawing.Text(
            texts[number], at: Point(area.maxX + 14, baseline), size: style.textSize, anchor: .start,
            color: style.ink)))
      func x(_ value: Double) -> Double { scale.place(value, from: area.minX, to: area.maxX) }
      if row.lower.isFinite, row.upper.isFinite {
        let line = Drawing.Style(stroke: style.accent, width: 1.5)
        drawing.add([Point(x(row.lower), y), Point(x(row.upper), y)], line)
        for end in [row.lower, row.upper] {
          drawing.add([Point(x(end), y - 4), Point(x(end), y + 4)], line)
        }
      }
      guard row.estimate.isFinite else { continue }
      let isClear = row.lower > reference || row.upper < reference
      drawing.elements.append(
        .rectangle(
          Box(center: Point(x(row.estimate), y), width: 8, height: 8), cornerRadius: 0,
          .init(stroke: style.accent, fill: isClear ? style.accent : style.background)))
    }
    drawing.summary = zip(rows, texts).map { $0.label + " " + $1 }.joined(separator: "; ")
    return drawing
  }

  private func text(_ row: Row) -> String {
    guard row.estimate.isFinite else { return "" }
    let estimate = ChartScale.number(row.estimate, 3)
    guard row.lower.isFinite, row.upper.isFinite else { return estimate }
    return "\(estimate) [\(ChartScale.number(row.lower, 3)), \(ChartScale.number(row.upper, 3))]"
  }
}
