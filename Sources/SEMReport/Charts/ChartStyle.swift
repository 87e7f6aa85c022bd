/// The look of charts.
public struct ChartStyle: Sendable, Hashable {
  /// The fonts, in the order of preference.
  public var fontFamilies: [String]
  /// The size of text.
  public var textSize: Double
  /// Text, axes.
  public var ink: Drawing.Color
  /// What the chart is about.
  public var accent: Drawing.Color
  /// What it is compared with, grid lines.
  public var quiet: Drawing.Color
  /// The two ends of colour scales, for values below and above 0.
  public var negative: Drawing.Color
  /// See ``negative``.
  public var positive: Drawing.Color
  /// Behind everything.
  public var background: Drawing.Color

  /// Black and grey.
  public static let paper = ChartStyle(
    fontFamilies: Drawing.sansSerif, textSize: 12, ink: .black, accent: .black,
    quiet: Drawing.Color(0x8A8A8A), negative: Drawing.Color(0x5A5A5A), positive: Drawing.Color(0x5A5A5A),
    background: .white)

  /// Colours that people with colour blindness tell apart (blue and orange).
  public static let screen = ChartStyle(
    fontFamilies: Drawing.sansSerif, textSize: 12, ink: Drawing.Color(0x1F2937),
    accent: Drawing.Color(0x1D4ED8), quiet: Drawing.Color(0x94A3B8), negative: Drawing.Color(0x2563EB),
    positive: Drawing.Color(0xD97706), background: .white)
}

/// A linear scale with round ticks.
struct ChartScale {
  /// The ends of the values.
  let low: Double
  let high: Double
  /// Round values between them.
  let ticks: [Double]
  /// The decimals that tell the ticks apart.
  let decimals: Int

  /// A scale around some values.
  ///
  /// - Parameter count: About how many ticks there should be.
  init(around values: [Double], count: Int = 5) {
    let finite = values.filter(\.isFinite)
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    if high - low <= 1e-12 * max(high.magnitude, low.magnitude, 1e-300) {
      let half = max(low.magnitude / 2, 0.5)
      low -= half
      high += half
    }
    let step = Self.roundStep((high - low) / Double(count))
    let first = (low / step).rounded(.down)
    let last = (high / step).rounded(.up)
    self.low = first * step
    self.high = last * step
    let steps = Int(min(max(last - first, 1), 100))
    ticks = (0...steps).map { (first + Double($0)) * step }
    var decimals = 0
    var size = step
    while size < 0.999, decimals < 10 {
      size *= 10
      decimals += 1
    }
    // A step such as 0.25 needs one more.
    if (size - size.rounded()).magnitude > 1e-6 { decimals += 1 }
    self.decimals = decimals
  }

  /// 1, 2 or 5 times a power of ten, not below a length.
  private static func roundStep(_ length: Double) -> Double {
    guard length > 0, length.isFinite else { return 1 }
    var power = 1.0
    while power * 10 <= length { power *= 10 }
    while power > length { power /= 10 }
    for factor in [1.0, 2, 5] where factor * power >= length * 0.999 { return factor * power }
    return 10 * power
  }

  /// Where a value stands between two ends of the canvas.
  func place(_ value: Double, from start: Double, to end: Double) -> Double {
    start + (end - start) * (value - low) / (high - low)
  }

  /// A tick as text, with a minus sign.
  func text(_ tick: Double) -> String { Self.number(tick, decimals) }

  static func number(_ value: Double, _ decimals: Int) -> String {
    let text = TextNumber.fixed(value, decimals)
    return text.hasPrefix("-") ? "\u{2212}" + text.dropFirst() : text
  }
}

extension Drawing {
  /// A canvas for a chart.
  init(chart title: String, width: Double, height: Double, _ style: ChartStyle) {
    self.init(
      title: title, bounds: Box(minX: 0, minY: 0, maxX: width, maxY: height), background: style.background,
      fontFamilies: style.fontFamilies)
    if !title.isEmpty {
      elements.append(
        .text(
          Text(
            title, at: Point(width / 2, style.textSize + 8), size: 1.1 * style.textSize, color: style.ink,
            isBold: true)))
    }
  }

  /// A horizontal axis below an area, with ticks and a title.
  mutating func addHorizontalAxis(_ scale: ChartScale, area: Box, title: String, _ style: ChartStyle) {
    add([Point(area.minX, area.maxY), Point(area.maxX, area.maxY)], Style(stroke: style.ink))
    for tick in scale.ticks {
      let x = scale.place(tick, from: area.minX, to: area.maxX)
      add([Point(x, area.maxY), Point(x, area.maxY + 4)], Style(stroke: style.ink))
      elements.append(
        .text(
          Text(
            scale.text(tick), at: Point(x, area.maxY + 6 + style.textSize), size: style.textSize,
            color: style.ink)))
    }
    addHorizontalTitle(title, area: area, style)
  }

  /// The title of a horizontal axis.
  mutating func addHorizontalTitle(_ title: String, area: Box, _ style: ChartStyle) {
    guard !title.isEmpty else { return }
    elements.append(
      .text(
        Text(
          title, at: Point(area.center.x, area.maxY + 12 + 2.2 * style.textSize), size: style.textSize,
          color: style.ink)))
  }

  /// A vertical axis left of an area, with ticks and a title that is turned.
  mutating func addVerticalAxis(_ scale: ChartScale, area: Box, title: String, _ style: ChartStyle) {
    add([Point(area.minX, area.minY), Point(area.minX, area.maxY)], Style(stroke: style.ink))
    for tick in scale.ticks {
      let y = scale.place(tick, from: area.maxY, to: area.minY)
      add([Point(area.minX - 4, y), Point(area.minX, y)], Style(stroke: style.ink))
      elements.append(
        .text(
          Text(
            scale.text(tick), at: Point(area.minX - 7, y + 0.36 * style.textSize), size: style.textSize,
            anchor: .end, color: style.ink)))
    }
    guard !title.isEmpty else { return }
    let widest = scale.ticks.map { TextMetrics.width(scale.text($0), size: style.textSize) }.max() ?? 0
    elements.append(
      .text(
        Text(
          title, at: Point(area.minX - 14 - widest, area.center.y), size: style.textSize, color: style.ink,
          rotation: -90)))
  }
}
