import SEMNumerics
import Testing

@testable import SEMReport

@Suite struct ChartTests {
  /// Shapes of one kind in a picture, as their boxes or points.
  private func boxes(_ drawing: Drawing, filled color: Drawing.Color) -> [Box] {
    drawing.elements.compactMap { element in
      switch element {
      case .rectangle(let box, _, let style) where style.fill == color: box
      case .ellipse(let box, let style) where style.fill == color: box
      default: nil
      }
    }
  }

  private func texts(_ drawing: Drawing) -> [String] {
    drawing.elements.compactMap { if case .text(let text) = $0 { text.string } else { nil } }
  }

  @Test(arguments: [([0.0, 1.0], "0.0 0.2 0.4 0.6 0.8 1.0"), ([-3, 97], "−20 0 20 40 60 80 100")])
  func scalesHaveRoundTicks(_ values: [Double], _ ticks: String) {
    let scale = ChartScale(around: values)
    #expect(scale.ticks.map(scale.text).joined(separator: " ") == ticks)
    #expect(scale.low <= values[0] && scale.high >= values[1])
    #expect(scale.place(scale.low, from: 10, to: 20) == 10 && scale.place(scale.high, from: 10, to: 20) == 20)
  }

  @Test(
    arguments: [[], [.nan], [0], [5, 5], [1e-30, 2e-30], [1e300, -1e300], [.infinity, 1]] as [[Double]])
  func scalesBearEverything(_ values: [Double]) {
    let scale = ChartScale(around: values)
    #expect(scale.low.isFinite && scale.high.isFinite && scale.low < scale.high)
    #expect(scale.ticks.count >= 2 && scale.ticks.count <= 101)
  }

  @Test func screeMarksWhatIsKept() {
    let chart = ScreeChart(eigenvalues: [3, 1.5, 0.9, 0.6], simulated: [1.3, 1.1, 0.9, 0.8], retained: 2)
    let drawing = chart.drawing()
    let kept = boxes(drawing, filled: chart.style.accent)
    #expect(kept.count == 2)
    #expect(kept[0].center.y < kept[1].center.y && kept[0].center.x < kept[1].center.x)
    #expect(texts(drawing).contains("Random data"))
    #expect(!texts(ScreeChart(eigenvalues: [1]).drawing()).contains("Random data"))
  }

  @Test func heatMapShowsTheLowerTriangle() {
    let residuals = [[0, 9, 9], [0.2, 0, 9], [-0.05, .nan, 0]]
    let map = ResidualHeatMap(variables: ["a", "b", "c"], residuals: residuals)
    let drawing = map.drawing()
    #expect(texts(drawing).contains("0.20") && texts(drawing).contains("−0.05"))
    #expect(!texts(drawing).contains("9.00"))
    #expect(drawing.summary == "b, a: 0.200")
    // Beyond the limit the colour is full, at half of it half as strong.
    let full = map.style.background.mixed(with: map.style.positive, share: 1)
    #expect(boxes(drawing, filled: full).count == 1)
  }

  @Test func forestPutsIntervalsInPlace() throws {
    let plot = ForestPlot(rows: [
      .init(label: "PU → FI", estimate: 0.33, lower: 0.18, upper: 0.48),
      .init(label: "PEOU → FI", estimate: 0.09, lower: -0.08, upper: 0.26),
    ])
    let drawing = plot.drawing()
    let clear = boxes(drawing, filled: plot.style.accent)
    let open = boxes(drawing, filled: plot.style.background).filter { $0.width == 8 }
    #expect(clear.count == 1 && open.count == 1)
    #expect(try #require(open.first).center.x < (try #require(clear.first)).center.x)
    #expect(texts(drawing).contains("0.090 [−0.080, 0.260]"))
  }

  @Test func histogramCountsEveryDraw() {
    var stream = RandomStream(seed: 7)
    var draws = (0..<2000).map { _ in stream.normal() }
    draws += [.nan, .infinity]
    let chart = BootstrapHistogram(draws: draws, estimate: 0, lower: -1.96, upper: 1.96)
    let (ends, counts) = chart.bins()
    #expect(counts.reduce(0, +) == 2000)
    #expect(ends.count == counts.count + 1)
    // 2 · 1.35 / 2000^(1/3) = 0.21 wide, over about 7 standard deviations: 30 bins, more or less.
    #expect((20...50).contains(counts.count))
  }

  @Test func emptyChartsAreCharts() {
    let drawings = [
      ScreeChart(eigenvalues: []).drawing(), ResidualHeatMap(variables: [], residuals: []).drawing(),
      ForestPlot(rows: []).drawing(), BootstrapHistogram(draws: [.nan]).drawing(),
      ForestPlot(rows: [.init(label: "<a>", estimate: .nan, lower: .nan, upper: .infinity)]).drawing(),
      BootstrapHistogram(draws: [1, 1, 1], estimate: .nan).drawing(),
      ResidualHeatMap(variables: ["a", "b"], residuals: [[1], []]).drawing(),
    ]
    for drawing in drawings {
      #expect(XMLCheck(drawing.svg).error == nil)
      #expect(!drawing.svg.contains("nan") && !drawing.svg.contains("inf"))
    }
  }
}
