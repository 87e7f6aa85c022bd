/// A side of a variable.
enum Side: Int, CaseIterable {
  case left, right, up, down

  /// The direction from the variable to this side.
  var direction: Point {
    switch self {
    case .left: Point(-1, 0)
    case .right: Point(1, 0)
    case .up: Point(0, -1)
    case .down: Point(0, 1)
    }
  }

  var isAlong: Bool { self == .left || self == .right }

  /// A point given by its distance to this side and the place across.
  func point(_ distance: Double, _ across: Double) -> Point {
    switch self {
    case .left: Point(-distance, across)
    case .right: Point(distance, across)
    case .up: Point(across, -distance)
    case .down: Point(across, distance)
    }
  }
}

/// A variable with the fan of its indicators on one side, around the variable's centre.
struct DiagramCell {
  /// The centre of every variable of the cell: the root's is the origin.
  private(set) var centers: [(place: Int, center: Point)]
  /// The box of everything.
  private(set) var bounds: Box
  /// The box of the root alone.
  let head: Box
  /// The box of everything but the root; `nil` without indicators.
  private(set) var fan: Box?
  /// The ends of the outermost lines from the root to the fan.
  private(set) var outermost: [Point] = []

  /// Lays out the cell of a variable.
  ///
  /// - Parameters:
  ///   - place: The variable.
  ///   - side: Where its indicators stand.
  init(_ place: Int, side: Side, _ structure: DiagramStructure, _ sizes: DiagramSizes, _ diagram: PathDiagram)
  {
    head = sizes.box(place)
    centers = [(place, Point(0, 0))]
    bounds = head
    let children = structure.children[place]
    guard !children.isEmpty else { return }
    let cells = children.map { child -> DiagramCell in
      var cell = DiagramCell(child, side: side, structure, sizes, diagram)
      cell.addResidual(child, side, diagram, structure, sizes)
      return cell
    }
    func across(_ point: Point) -> Double { side.isAlong ? point.y : point.x }
    func along(_ point: Point) -> Double { side.direction.dot(point) }
    func span(_ box: Box) -> (low: Double, high: Double) {
      side.isAlong ? (box.minY, box.maxY) : (box.minX, box.maxX)
    }
    let labels = diagram.edges.indices.filter {
      diagram.edges[$0].from == place && diagram.edges[$0].relation == .loading
    }.map { sizes.labels[$0] }
    let labelAcross = labels.map { across($0) }.max() ?? 0
    let labelAlong = labels.map { side.isAlong ? $0.x : $0.y }.max() ?? 0
    // One after the other, not closer than their labels three quarters of the way need.
    var positions: [Double] = []
    var cursor = 0.0
    for (number, cell) in cells.enumerated() {
      let extent = span(cell.bounds)
      let gap = (structure.children[children[number]].isEmpty ? 7.0 : 16.0) * sizes.spread
      if number == 0 {
        positions.append(0)
      } else {
        let least = (positions.last ?? 0) + labelAcross / 0.72
        positions.append(max(cursor + gap - extent.low, least))
      }
      cursor = (positions.last ?? 0) + extent.high
    }
    let middle = ((positions.first ?? 0) + (positions.last ?? 0)) / 2
    let width = (positions.last ?? 0) - (positions.first ?? 0)
    let headReach = side.isAlong ? head.maxX : head.maxY
    // How far a cell reaches back towards the root.
    let inner =
      cells.map { cell -> Double in
        switch side {
        case .right: -cell.bounds.minX
        case .left: cell.bounds.maxX
        case .down: -cell.bounds.minY
        case .up: cell.bounds.maxY
        }
      }.max() ?? 0
    let gap = min(max(0.38 * width, 52), 120) * sizes.spread + 0.85 * labelAlong
    for (position, cell) in zip(positions, cells) {
      let offset = side.point(headReach + gap + inner, position - middle)
      centers += cell.centers.map { ($0.place, $0.center + offset) }
      let box = cell.bounds.moved(by: offset)
      fan = fan?.union(box) ?? box
      outermost.append(offset)
    }
    outermost = [outermost.first, outermost.last].compactMap(\.self)
    if let fan { bounds = bounds.union(fan) }
  }

  /// Makes room for the residual: outside of an indicator, above a latent variable that has indicators.
  private mutating func addResidual(
    _ place: Int, _ side: Side, _ diagram: PathDiagram, _ structure: DiagramStructure, _ sizes: DiagramSizes
  ) {
    guard diagram.variables[place].hasResidual, sizes.residuals != .none else { return }
    let isLeaf = structure.children[place].isEmpty
    let isCrowded = isLeaf && structure.isReachedFromOutside(place)
    let outward: Side = isLeaf && !isCrowded ? side : side.isAlong ? .up : .left
    let reach = sizes.residualReach(place, isAlong: outward.isAlong)
    var thick = max(2 * sizes.radius(place), 2)
    if sizes.residuals == .circles, !outward.isAlong { thick += 2 * sizes.variances[place].x }
    let edge = outward.isAlong ? head.maxX : head.maxY
    let middle = outward.point(edge + reach / 2, 0)
    let box = Box(
      center: middle, width: outward.isAlong ? reach : thick, height: outward.isAlong ? thick : reach)
    bounds = bounds.union(box)
  }
}

extension DiagramStructure {
  /// Whether arrows come to an indicator from other cells, so that its outer side is taken.
  func isReachedFromOutside(_ place: Int) -> Bool {
    links.contains { $0.to == place && isGeneral[root[$0.from]] }
  }
}
