/// The lower triangle of a matrix of residual correlations as coloured cells: large residuals catch the eye.
public struct ResidualHeatMap: Sendable, Hashable {
  /// The names of the variables.
  public var variables: [String]
  /// Residual correlations, one row per variable; only the lower triangle is read, and NaN leaves a cell empty.
  public var residuals: [[Double]]
  /// The value at which colours are full; a tenth is customary for residual correlations (Kline 2016).
  public var limit: Double
  /// Above the map; empty for none.
  public var title: String
  /// Whether the values stand in the cells; cells grow to hold them.
  public var showsValues: Bool
  /// The look.
  public var style: ChartStyle

  /// Makes a map.
  public init(
    variables: [String], residuals: [[Double]], limit: Double = 0.1, title: String = "Residual correlations",
    showsValues: Bool = true, style: ChartStyle = .screen
  ) {
    self.variables = variables
    self.residuals = residuals
    self.limit = limit
    self.title = title
    self.showsValues = showsValues
    self.style = style
  }

  private func value(_ row: Int, _ column: Int) -> Double? {
    guard residuals.indices.contains(row), residuals[row].indices.contains(column),
      residuals[row][column].isFinite
    else { return nil }
    return residuals[row][column]
  }

  /// Draws it.
  public func drawing() -> Drawing {
    let count = variables.count
    let small = 0.8 * style.textSize
    let cell = showsValues ? 2.6 * style.textSize : 1.4 * style.textSize
    let height = showsValues ? 1.9 * style.textSize : cell
    let names = variables.map { TextMetrics.width($0, size: style.textSize) }.max() ?? 0
    let left = names + 16
    let top = title.isEmpty ? 12 : 40.0
    let width = left + Double(max(count, 1)) * cell + 80
    let bottom = top + Double(max(count, 1)) * height
    var drawing = Drawing(chart: title, width: width, height: bottom + names + 24, style)
    var largest = (value: 0.0, row: 0, column: 0)
    for row in 0..<count {
      let y = top + Double(row) * height
      drawing.elements.append(
        .text(
          Drawing.Text(
            variables[row].printable, at: Point(left - 6, y + height / 2 + 0.36 * style.textSize),
            size: style.textSize, anchor: .end, color: style.ink)))
      for column in 0..<row {
        guard let value = value(row, column) else { continue }
        if value.magnitude > largest.value.magnitude { largest = (value, row, column) }
        let box = Box(
          minX: left + Double(column) * cell, minY: y, maxX: left + Double(column + 1) * cell,
          maxY: y + height)
        drawing.elements.append(
          .rectangle(box, cornerRadius: 0, .init(stroke: style.background, fill: color(value))))
        if showsValues {
          drawing.add(
            [ChartScale.number(value, 2)], around: box.center, size: small, color: textColor(value))
        }
      }
    }
    for column in 0..<max(count - 1, 0) {
      let x = left + (Double(column) + 0.5) * cell + 0.36 * style.textSize
      drawing.elements.append(
        .text(
          Drawing.Text(
            variables[column].printable, at: Point(x, bottom + 6), size: style.textSize, anchor: .end,
            color: style.ink, rotation: -90)))
    }
    addKey(&drawing, x: width - 60, top: top)
    if count > 1 {
      drawing.summary =
        "\(variables[largest.row]), \(variables[largest.column]): \(ChartScale.number(largest.value, 3))"
    }
    return drawing
  }

  private func color(_ value: Double) -> Drawing.Color {
    let full = value < 0 ? style.negative : style.positive
    return style.background.mixed(with: full, share: limit > 0 ? 0.85 * value.magnitude / limit : 0)
  }

  private func textColor(_ value: Double) -> Drawing.Color {
    value.magnitude > 0.75 * limit ? style.background : style.ink
  }

  private func addKey(_ drawing: inout Drawing, x: Double, top: Double) {
    let steps = [1.0, 0.5, 0, -0.5, -1]
    for (number, step) in steps.enumerated() {
      let box = Box(
        minX: x, minY: top + 15 * Double(number), maxX: x + 14, maxY: top + 15 * Double(number + 1))
      drawing.elements.append(
        .rectangle(box, cornerRadius: 0, .init(stroke: style.background, fill: color(step * limit))))
      let text = ChartScale.number(step * limit, 2)
      drawing.elements.append(
        .text(
          Drawing.Text(
            text, at: Point(x + 18, box.center.y + 0.3 * style.textSize), size: 0.8 * style.textSize,
            anchor: .start, color: style.ink)))
    }
  }
}
