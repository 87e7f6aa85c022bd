/// Eigenvalues in falling order, with those of random data from a parallel analysis (Horn 1965).
public struct ScreeChart: Sendable, Hashable {
  /// The words on a chart; those of one language.
  public struct Words: Sendable, Hashable {
    /// Above the chart; empty for none.
    public var title = "Scree plot"
    /// Below.
    public var horizontal = "Factor"
    /// Beside.
    public var vertical = "Eigenvalue"
    /// The name of the data's line.
    public var observed = "Data"
    /// The name of the line of random data.
    public var simulated = "Random data"

    /// English.
    public init() {}
    /// Chinese.
    public static let chinese: Words = {
      var words = Words()
      words.title = "碎石图"
      words.horizontal = "因子"
      words.vertical = "特征值"
      words.observed = "实际数据"
      words.simulated = "随机数据"
      return words
    }()
  }

  /// The data's eigenvalues.
  public var eigenvalues: [Double]
  /// Those of random data: means or a percentile; empty for none.
  public var simulated: [Double]
  /// The number of factors to keep, marked by filled points; `nil` marks none.
  public var retained: Int?
  /// The words.
  public var words: Words
  /// The look.
  public var style: ChartStyle

  /// Makes a chart.
  public init(
    eigenvalues: [Double], simulated: [Double] = [], retained: Int? = nil, words: Words = Words(),
    style: ChartStyle = .paper
  ) {
    self.eigenvalues = eigenvalues
    self.simulated = simulated
    self.retained = retained
    self.words = words
    self.style = style
  }

  /// Draws it.
  public func drawing() -> Drawing {
    let width = max(420, min(900, 110 + 22 * Double(eigenvalues.count)))
    var drawing = Drawing(chart: words.title, width: width, height: 320, style)
    let area = Box(minX: 66, minY: 40, maxX: width - 20, maxY: 320 - 58)
    let scale = ChartScale(around: [0] + eigenvalues + simulated)
    let count = max(eigenvalues.count, simulated.count, 1)
    func x(_ number: Int) -> Double {
      area.minX + (Double(number) + 0.5) * area.width / Double(count)
    }
    func points(_ values: [Double]) -> [Point] {
      values.enumerated().filter { $1.isFinite }.map {
        Point(x($0), scale.place($1, from: area.maxY, to: area.minY))
      }
    }
    drawing.addVerticalAxis(scale, area: area, title: words.vertical, style)
    drawing.add([Point(area.minX, area.maxY), Point(area.maxX, area.maxY)], .init(stroke: style.ink))
    let every = max(1, (count + 29) / 30)
    for number in 0..<count where (number + 1) % every == 0 || number == 0 {
      drawing.elements.append(
        .text(
          Drawing.Text(
            String(number + 1), at: Point(x(number), area.maxY + 4 + style.textSize), size: style.textSize,
            color: style.ink)))
    }
    drawing.addHorizontalTitle(words.horizontal, area: area, style)
    let observed = points(eigenvalues)
    let random = points(simulated)
    if random.count > 1 { drawing.add(random, .init(stroke: style.quiet, width: 1.3, dash: [5, 3])) }
    if observed.count > 1 { drawing.add(observed, .init(stroke: style.accent, width: 1.5)) }
    for (number, point) in observed.enumerated() {
      let isKept = retained.map { number < $0 } ?? false
      drawing.elements.append(
        .ellipse(
          Box(center: point, width: 7, height: 7),
          .init(stroke: style.accent, fill: isKept ? style.accent : style.background)))
    }
    addKey(&drawing, area)
    drawing.summary =
      words.observed + ": " + eigenvalues.map { ChartScale.number($0, 2) }.joined(separator: ", ")
      + (simulated.isEmpty
        ? ""
        : "; " + words.simulated + ": " + simulated.map { ChartScale.number($0, 2) }.joined(separator: ", "))
    return drawing
  }

  private func addKey(_ drawing: inout Drawing, _ area: Box) {
    guard !simulated.isEmpty else { return }
    let lines: [(String, Drawing.Style)] = [
      (words.observed, .init(stroke: style.accent, width: 1.5)),
      (words.simulated, .init(stroke: style.quiet, width: 1.3, dash: [5, 3])),
    ]
    let widest = lines.map { TextMetrics.width($0.0, size: style.textSize) }.max() ?? 0
    for (number, (text, line)) in lines.enumerated() {
      let y = area.minY + 8 + Double(number) * 1.5 * style.textSize
      let start = area.maxX - widest - 38
      drawing.add([Point(start, y), Point(start + 28, y)], line)
      drawing.elements.append(
        .text(
          Drawing.Text(
            text, at: Point(start + 34, y + 0.36 * style.textSize), size: style.textSize, anchor: .start,
            color: style.ink)))
    }
  }
}
