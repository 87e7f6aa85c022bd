/// The bootstrap distribution of a statistic, with its estimate and interval.
public struct BootstrapHistogram: Sendable, Hashable {
  /// The statistic in each draw; values that are not finite are left out.
  public var draws: [Double]
  /// The estimate from the data; `nil` for none.
  public var estimate: Double?
  /// The lower end of the interval; `nil` for none.
  public var lower: Double?
  /// The upper end of the interval; `nil` for none.
  public var upper: Double?
  /// Above the chart; empty for none.
  public var title: String
  /// Below the chart.
  public var horizontal: String
  /// Beside the chart.
  public var vertical: String
  /// The look.
  public var style: ChartStyle

  /// Makes a chart.
  public init(
    draws: [Double], estimate: Double? = nil, lower: Double? = nil, upper: Double? = nil, title: String = "",
    horizontal: String = "Estimate", vertical: String = "Draws", style: ChartStyle = .paper
  ) {
    self.draws = draws
    self.estimate = estimate
    self.lower = lower
    self.upper = upper
    self.title = title
    self.horizontal = horizontal
    self.vertical = vertical
    self.style = style
  }

  /// Equal bins over the range of the draws: twice the interquartile range by the cube root of their number wide
  /// (Freedman and Diaconis 1981), 5 to 80 of them.
  ///
  /// - Returns: The ends of the bins, one more than counts, and the counts; nothing without draws.
  public func bins() -> (ends: [Double], counts: [Int]) {
    let values = draws.filter(\.isFinite).sorted()
    guard let low = values.first, let high = values.last else { return ([], []) }
    guard high > low else { return ([low - 0.5, low + 0.5], [values.count]) }
    let quarter = values[(3 * (values.count - 1)) / 4] - values[(values.count - 1) / 4]
    var root = 1.0
    while root * root * root < Double(values.count) { root += 0.1 }
    let wished = quarter > 0 ? (high - low) / (2 * quarter / root) : 20
    let count = Int(min(max(wished.rounded(), 5), 80))
    var counts = [Int](repeating: 0, count: count)
    for value in values {
      counts[min(Int((value - low) / (high - low) * Double(count)), count - 1)] += 1
    }
    let ends = (0...count).map { low + (high - low) * Double($0) / Double(count) }
    return (ends, counts)
  }

  /// Draws it: the bars inside the interval are dark, the estimate is a line.
  public func drawing() -> Drawing {
    var drawing = Drawing(chart: title, width: 460, height: 300, style)
    let area = Box(minX: 66, minY: title.isEmpty ? 16 : 38, maxX: 440, maxY: 300 - 58)
    let (ends, counts) = bins()
    let marks = [estimate, lower, upper].compactMap(\.self)
    let across = ChartScale(around: ends + marks)
    let up = ChartScale(around: [0, Double(counts.max() ?? 1)], count: 4)
    func x(_ value: Double) -> Double { across.place(value, from: area.minX, to: area.maxX) }
    func y(_ value: Double) -> Double { up.place(value, from: area.maxY, to: area.minY) }
    let pale = style.background.mixed(with: style.quiet, share: 0.35)
    let dark = style.background.mixed(with: style.quiet, share: 0.85)
    for (number, count) in counts.enumerated() where count > 0 {
      let middle = (ends[number] + ends[number + 1]) / 2
      let isInside = middle >= lower ?? -.infinity && middle <= upper ?? .infinity
      let box = Box(minX: x(ends[number]), minY: y(Double(count)), maxX: x(ends[number + 1]), maxY: area.maxY)
      drawing.elements.append(
        .rectangle(
          box, cornerRadius: 0, .init(stroke: style.background, width: 0.5, fill: isInside ? dark : pale)))
    }
    for (value, dash) in [(lower, [4.0, 3.0]), (upper, [4, 3]), (estimate, [])] {
      guard let value, value.isFinite else { continue }
      drawing.add(
        [Point(x(value), area.minY), Point(x(value), area.maxY)],
        .init(stroke: style.accent, width: 1.5, dash: dash))
    }
    drawing.addHorizontalAxis(across, area: area, title: horizontal, style)
    drawing.addVerticalAxis(up, area: area, title: vertical, style)
    drawing.summary = marks.map { ChartScale.number($0, 3) }.joined(separator: ", ")
    return drawing
  }
}
