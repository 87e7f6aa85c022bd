/// The sizes of everything in a diagram, in layout coordinates: x along the direction of the arrows, y across.
///
/// A diagram from top to bottom is laid out from left to right with widths and heights exchanged, and turned at the end.
struct DiagramSizes {
  let isTurned: Bool
  /// Half the width and half the height of each variable.
  private(set) var half: [Point] = []
  /// The shape of each.
  let kind: [PathDiagram.Kind]
  /// Whether each is drawn as an indicator.
  let isItem: [Bool]
  /// The size of the label of each edge; zero without a label.
  let labels: [Point]
  /// The size of the variance of each variable, as text.
  let variances: [Point]
  /// How residuals are drawn.
  let residuals: DiagramOptions.Residuals
  /// The radius of the circles of residuals, of indicators and of others.
  let residualRadius: (item: Double, other: Double)
  /// The distances between things, as a factor of the least.
  var spread = 1.0

  init(_ diagram: PathDiagram) {
    let options = diagram.options
    let theme = options.theme
    let isTurned = options.direction == .topDown
    self.isTurned = isTurned
    func turned(_ size: Point) -> Point { isTurned ? size.transposed : size }
    func text(_ string: String) -> Point {
      guard !string.isEmpty else { return Point(0, 0) }
      return turned(
        Point(
          TextMetrics.width(string, size: theme.labelSize) + 5, TextMetrics.lineHeight(theme.labelSize) + 1))
    }
    residuals = options.residuals ?? theme.residuals
    kind = diagram.variables.map(\.kind)
    labels = diagram.edges.map { text($0.label) }
    variances = diagram.variables.map { text($0.variance) }
    var isItem = [Bool](repeating: false, count: diagram.variables.count)
    for edge in diagram.edges where edge.relation == .loading && diagram.variables[edge.to].kind == .observed
    {
      isItem[edge.to] = true
    }
    self.isItem = isItem
    let names = diagram.variables.enumerated().map { place, variable in
      Self.textSize(variable, size: isItem[place] ? theme.itemTextSize : theme.nodeTextSize, theme)
    }
    let numbers = diagram.variables.count
    residualRadius = (
      TextMetrics.width("e\(numbers)", size: 0.8 * theme.labelSize) / 2 + 3,
      TextMetrics.width("d\(numbers)", size: 0.9 * theme.labelSize) / 2 + 4
    )
    // All of one kind have one size, as in print.
    func largest(_ places: (Int) -> Bool) -> Point {
      names.indices.filter(places).reduce(Point(0, 0)) {
        Point(max($0.x, names[$1].x), max($0.y, names[$1].y))
      }
    }
    let latent = largest { diagram.variables[$0].kind == .latent }
    let item = largest { isItem[$0] }
    let other = largest { diagram.variables[$0].kind == .observed && !isItem[$0] }
    half = diagram.variables.indices.map { place in
      switch diagram.variables[place].kind {
      case .latent:
        // The ellipse around the text's box: its half axes are √2 times the box's halves, and a little air.
        return turned(Point(max(0.72 * latent.x + 5, 36), max(0.72 * latent.y + 5, 22)))
      case .observed where isItem[place]:
        return turned(Point(max(item.x / 2 + 6, 20), max(item.y / 2 + 4, 11)))
      case .observed: return turned(Point(max(other.x / 2 + 8, 26), max(other.y / 2 + 6, 14)))
      case .constant: return Point(15, 15)
      }
    }
  }

  private static func textSize(_ variable: PathDiagram.Variable, size: Double, _ theme: DiagramTheme) -> Point
  {
    let detail = theme.detailSize(of: size)
    let width = max(
      variable.lines.map { TextMetrics.width($0, size: size) }.max() ?? 0,
      variable.details.map { TextMetrics.width($0, size: detail) }.max() ?? 0)
    let height =
      Double(variable.lines.count) * TextMetrics.lineHeight(size)
      + Double(variable.details.count) * TextMetrics.lineHeight(detail)
    return Point(width, height)
  }

  /// The box of a variable around the origin.
  func box(_ place: Int) -> Box {
    Box(center: Point(0, 0), width: 2 * half[place].x, height: 2 * half[place].y)
  }

  /// Whether a point lies inside the shape of a variable, both around the origin.
  func contains(_ place: Int, _ p: Point) -> Bool {
    let half = half[place]
    if kind[place] == .latent {
      let (x, y) = (p.x / half.x, p.y / half.y)
      return x * x + y * y < 1
    }
    guard p.x.magnitude < half.x && p.y.magnitude < half.y else { return false }
    guard kind[place] == .constant else { return true }
    // A triangle with its tip at the top of the picture.
    let (side, down) = isTurned ? (p.y, p.x) : (p.x, p.y)
    return side.magnitude < (down + half.y) / 2
  }

  func radius(_ place: Int) -> Double { isItem[place] ? residualRadius.item : residualRadius.other }

  /// How far the residual of a variable reaches beyond its shape, in a direction along or across.
  func residualReach(_ place: Int, isAlong: Bool) -> Double {
    let variance = isAlong ? variances[place].x : variances[place].y
    switch residuals {
    case .none: return 0
    case .circles: return 14 + 2 * radius(place) + (variance > 0 && isAlong ? variance + 2 : 0)
    case .arrows: return 18 + (variance > 0 ? variance + 2 : 0)
    }
  }
}

extension DiagramTheme {
  /// The size of the small lines in a variable, below a name of some size.
  func detailSize(of size: Double) -> Double { 0.82 * size }
}
