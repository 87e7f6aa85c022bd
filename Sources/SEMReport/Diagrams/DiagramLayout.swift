/// Where everything in a diagram stands: shapes, residuals, lines and labels.
///
/// It is computed with x along the arrows; ``turned()`` gives a diagram from top to bottom.
struct DiagramLayout {
  /// The drawn form of a residual or of a variance.
  enum SatelliteKind { case circle, arrow, loop }

  /// What stands beside a variable: its residual, or its variance.
  struct Satellite {
    var owner: Int
    var kind: SatelliteKind
    /// The centre of a circle; where a short arrow or loop begins.
    var center: Point
    /// From the variable outwards, of length 1.
    var direction: Point
    /// Its name in a circle: e1, d1.
    var name: String
    /// Around the shape.
    var box: Box
    /// Around the printed variance.
    var labelBox: Box?
    /// The arrow to the variable, or the loop.
    var curve: Curve
  }

  /// An arrow or a curve with its label.
  struct Line {
    /// The place among the diagram's edges.
    var edge: Int
    var curve: Curve
    var labelBox: Box?
  }

  let diagram: PathDiagram
  private(set) var sizes: DiagramSizes
  let structure: DiagramStructure
  private(set) var boxes: [Box] = []
  private(set) var satellites: [Satellite] = []
  var lines: [Line] = []
  /// Labels that overlap something, because there is no free place.
  private(set) var collisions = 0
  private(set) var centers: [Point] = []
  private(set) var sides: [Side?] = []
  /// The satellite of each variable.
  private(set) var satelliteOf: [Int: Int] = [:]

  /// Lays out a diagram, with wider distances if labels find no place.
  init(_ diagram: PathDiagram) {
    let structure = DiagramStructure(diagram)
    var layout = DiagramLayout(diagram, structure, spread: 1)
    for spread in [1.15, 1.35, 1.6, 2.0] where layout.collisions > 0 {
      let wider = DiagramLayout(diagram, structure, spread: spread)
      if wider.collisions < layout.collisions { layout = wider }
    }
    if layout.sizes.isTurned { layout.turn() }
    self = layout
  }

  private init(_ diagram: PathDiagram, _ structure: DiagramStructure, spread: Double) {
    self.diagram = diagram
    self.structure = structure
    sizes = DiagramSizes(diagram)
    sizes.spread = spread
    let count = diagram.variables.count
    let placement = RootPlacement(diagram, structure, sizes)
    centers = placement.centers(count: count)
    sides = (0..<count).map { placement.side(of: $0) }
    boxes = (0..<count).map { sizes.box($0).moved(by: centers[$0]) }
    addItemResiduals()
    addArrows()
    addRootResiduals()
    addCovariances(placement)
    placeLabels()
  }

  /// The box around everything.
  var bounds: Box {
    var bounds = Box.around([])
    for box in boxes { bounds = bounds.union(box) }
    for satellite in satellites {
      bounds = bounds.union(satellite.box).union(satellite.labelBox ?? satellite.box)
    }
    for line in lines {
      bounds = bounds.union(Box.around(line.curve.polyline))
      if let label = line.labelBox { bounds = bounds.union(label) }
    }
    return bounds.minX.isFinite ? bounds : Box(minX: 0, minY: 0, maxX: 1, maxY: 1)
  }

  private mutating func turn() {
    boxes = boxes.map(\.transposed)
    for place in satellites.indices {
      satellites[place].center = satellites[place].center.transposed
      satellites[place].direction = satellites[place].direction.transposed
      satellites[place].box = satellites[place].box.transposed
      satellites[place].labelBox = satellites[place].labelBox?.transposed
      satellites[place].curve = satellites[place].curve.transposed
    }
    for place in lines.indices {
      lines[place].curve = lines[place].curve.transposed
      lines[place].labelBox = lines[place].labelBox?.transposed
    }
  }

  // MARK: Arrows

  func isNested(_ place: Int) -> Bool { structure.root[place] != place }

  func isInside(_ place: Int) -> (Point) -> Bool {
    let center = centers[place]
    return { sizes.contains(place, $0 - center) }
  }

  private mutating func addArrows() {
    var straight: [(edge: Int, curve: Curve)] = []
    for (number, edge) in diagram.edges.enumerated()
    where edge.relation != .covariance && edge.from != edge.to {
      straight.append((number, plainArrow(edge)))
    }
    for (number, curve) in straight {
      let edge = diagram.edges[number]
      let isFanned = structure.root[edge.to] == structure.root[edge.from]
      let isReciprocal = diagram.edges.contains {
        $0.relation != .covariance && $0.from == edge.to && $0.to == edge.from
      }
      if isReciprocal {
        // Two arrows side by side.
        let shift = (centers[edge.to] - centers[edge.from]).unit.normal * 8
        let line = Curve(from: centers[edge.from] + shift, to: centers[edge.to] + shift)
        lines.append(
          Line(edge: number, curve: line.clipped(leaving: isInside(edge.from), entering: isInside(edge.to))))
      } else {
        lines.append(Line(edge: number, curve: isFanned ? curve : unobstructed(curve, edge, straight)))
      }
    }
  }

  /// A straight arrow: to the middle of an indicator's inner side, else from border to border towards the centres.
  private func plainArrow(_ edge: PathDiagram.Edge) -> Curve {
    let from = centers[edge.from]
    var to = centers[edge.to]
    let isChild = structure.children[edge.from].contains(edge.to)
    if isChild, let side = sides[edge.to] {
      to = to - side.direction * (side.isAlong ? sizes.half[edge.to].x : sizes.half[edge.to].y)
      return Curve(from: from, to: to).clipped(leaving: isInside(edge.from), entering: { _ in false })
    }
    if structure.isReachedFromOutside(edge.to), structure.isGeneral[structure.root[edge.from]],
      let side = sides[edge.to]
    {
      to = to + side.direction * (side.isAlong ? sizes.half[edge.to].x : sizes.half[edge.to].y)
      return Curve(from: from, to: to).clipped(leaving: isInside(edge.from), entering: { _ in false })
    }
    return Curve(from: from, to: to).clipped(leaving: isInside(edge.from), entering: isInside(edge.to))
  }

  /// The straight arrow, or a bent one where the straight one would run through something.
  private func unobstructed(
    _ curve: Curve, _ edge: PathDiagram.Edge, _ others: [(edge: Int, curve: Curve)]
  ) -> Curve {
    let obstacles =
      boxes.indices.filter { $0 != edge.from && $0 != edge.to }.map { boxes[$0].inset(by: -5) }
      + satellites.filter { $0.owner != edge.from && $0.owner != edge.to }.map { $0.box.inset(by: -2) }
    func hits(_ line: [Point]) -> Int {
      obstacles.reduce(0) { sum, box in
        sum + zip(line, line.dropFirst()).filter { box.isHit(from: $0, to: $1) }.count
      }
    }
    if hits(curve.polyline) == 0 { return curve }
    var best = (Double(hits(curve.polyline)) * 100, curve)
    let length = (centers[edge.to] - centers[edge.from]).length
    for size in stride(from: 0.05, through: 0.6, by: 0.05) {
      for sign in [1.0, -1.0] {
        let bent = Curve(
          from: centers[edge.from], to: centers[edge.to], bow: sign * size * length, shoulder: 0.25
        ).clipped(leaving: isInside(edge.from), entering: isInside(edge.to))
        let line = bent.polyline
        var cost = Double(hits(line)) * 100 + size * 40
        for other in others {
          cost += Double(Self.crossings(line, other.curve.polyline)) * 3
        }
        if cost < best.0 { best = (cost, bent) }
      }
    }
    return best.1
  }

  static func crossings(_ a: [Point], _ b: [Point]) -> Int {
    var count = 0
    for (p, q) in zip(a, a.dropFirst()) {
      for (r, s) in zip(b, b.dropFirst()) where segmentsCross(p, q, r, s) { count += 1 }
    }
    return count
  }

  // MARK: Residuals

  /// The names e1, e2 … of residuals of indicators and d1, d2 … of others, in the order of the model.
  private func residualName(_ place: Int) -> String {
    let isItem = sizes.isItem[place]
    let rank = (0...place).filter { diagram.variables[$0].hasResidual && sizes.isItem[$0] == isItem }.count
    return (isItem ? "e" : "d") + String(rank)
  }

  private mutating func addItemResiduals() {
    guard sizes.residuals != .none else { return }
    for place in boxes.indices
    where diagram.variables[place].hasResidual && isNested(place) && structure.children[place].isEmpty {
      guard var side = sides[place] else { continue }
      if structure.isReachedFromOutside(place) { side = side.isAlong ? .up : .left }
      append(satellite(place, side.direction))
    }
  }

  private mutating func append(_ satellite: Satellite) {
    satelliteOf[satellite.owner] = satellites.count
    satellites.append(satellite)
  }

  /// A residual of a variable in a direction.
  private func satellite(_ place: Int, _ direction: Point, distance: Double = 14) -> Satellite {
    let center = centers[place]
    let radius = sizes.radius(place)
    // Where the ray leaves the shape.
    let far = center + direction * (sizes.half[place].length + 1)
    let ray = Curve(from: center, to: far).clipped(leaving: isInside(place), entering: { _ in false })
    let border = ray.start
    let variance = sizes.variances[place]
    let isCircle = sizes.residuals == .circles
    let tail = border + direction * (isCircle ? distance : distance + 5)
    let middle = isCircle ? tail + direction * radius : tail
    let box =
      isCircle
      ? Box(center: middle, width: 2 * radius, height: 2 * radius)
      : Box.around([border, tail]).inset(by: -1)
    var labelBox: Box?
    if variance.x > 0 {
      // The label's box touches the shape from outside, or stands beside the circles of a row.
      let reach = isCircle ? radius : 1
      if isCircle, isNested(place), direction.x == 0 {
        let sign = covariancePull(place) > 0 ? -1.0 : 1.0
        labelBox = Box(
          center: middle + Point(sign * (radius + variance.x / 2 + 1), 0), width: variance.x,
          height: variance.y)
        return Satellite(
          owner: place, kind: .circle, center: middle, direction: direction, name: residualName(place),
          box: box,
          labelBox: labelBox, curve: Curve(from: tail, to: border))
      }
      let half = (direction.x.magnitude * variance.x + direction.y.magnitude * variance.y) / 2
      labelBox = Box(center: middle + direction * (reach + half + 1), width: variance.x, height: variance.y)
    }
    return Satellite(
      owner: place, kind: isCircle ? .circle : .arrow, center: middle, direction: direction,
      name: residualName(place), box: box, labelBox: labelBox, curve: Curve(from: tail, to: border))
  }

  /// Whether the curves of a variable go to the right (above 0) or to the left.
  private func covariancePull(_ place: Int) -> Double {
    diagram.edges.reduce(0) { sum, edge in
      guard edge.relation == .covariance, edge.from == place || edge.to == place else { return sum }
      let other = edge.from == place ? edge.to : edge.from
      return sum + (centers[other].x - centers[place].x)
    }
  }

  /// A small double-headed loop with a variance.
  private func loop(_ place: Int, _ direction: Point) -> Satellite {
    let center = centers[place]
    func border(_ turn: Double) -> Point {
      let ray = (direction + direction.normal * turn).unit
      let far = center + ray * (sizes.half[place].length + 1)
      return Curve(from: center, to: far).clipped(leaving: isInside(place), entering: { _ in false }).start
    }
    let half = sizes.half[place]
    let turn = 9 / max(min(half.x, half.y), 10)
    var curve = Curve(from: border(-turn), to: border(turn))
    curve.first = curve.start + direction * 26 - direction.normal * 10
    curve.second = curve.end + direction * 26 + direction.normal * 10
    curve.isStraight = false
    let box = Box.around(curve.polyline)
    let variance = sizes.variances[place]
    let reach = (direction.x.magnitude * variance.x + direction.y.magnitude * variance.y) / 2
    let top = curve.point(0.5)
    return Satellite(
      owner: place, kind: .loop, center: top, direction: direction, name: "", box: box,
      labelBox: Box(center: top + direction * (reach + 2), width: variance.x, height: variance.y),
      curve: curve)
  }

  /// Residuals and variances of other variables, each in the direction that is most free.
  private mutating func addRootResiduals() {
    for place in boxes.indices where satelliteOf[place] == nil {
      let variable = diagram.variables[place]
      let isResidual = variable.hasResidual && sizes.residuals != .none
      guard isResidual || (!variable.hasResidual && sizes.variances[place].x > 0) else { continue }
      var best: (cost: Double, satellite: Satellite)?
      for angle in 0..<24 {
        let turn = Double(angle) / 24 * 2 * Double.pi
        let direction = Point(turn.cosine, turn.sine)
        let candidate = isResidual ? satellite(place, direction) : loop(place, direction)
        let cost = satelliteCost(candidate, angle)
        if cost < (best?.cost ?? .infinity) - 1e-9 { best = (cost, candidate) }
      }
      if let best { append(best.satellite) }
    }
  }

  private func satelliteCost(_ satellite: Satellite, _ angle: Int) -> Double {
    var parts = [satellite.box.inset(by: -3)]
    if let label = satellite.labelBox { parts.append(label) }
    var cost = 0.0
    for part in parts {
      for (place, box) in boxes.enumerated()
      where place != satellite.owner && box.inset(by: -3).overlaps(part) {
        cost += 100
      }
      for other in satellites {
        if other.box.inset(by: -3).overlaps(part) { cost += 100 }
        if let label = other.labelBox, label.overlaps(part) { cost += 100 }
      }
      for line in lines {
        let points = line.curve.polyline
        for (a, b) in zip(points, points.dropFirst()) where part.inset(by: -5).isHit(from: a, to: b) {
          cost += 20
        }
      }
    }
    return cost + preference(satellite.owner, angle)
  }

  /// Where a residual looks best if all directions are free, of 24 clockwise from the right: upwards, then the diagonals;
  /// behind indicators in the last layer.
  private func preference(_ place: Int, _ angle: Int) -> Double {
    let upward: [Double] = [
      6, 8, 8, 4, 8, 8, 4, 8, 8, 5, 8, 8, 6, 7, 7, 3, 5, 4, 0, 4, 5, 1, 7, 7,
    ]
    return sizes.isItem[place] && angle == 0 ? -1 : upward[angle]
  }

  // MARK: Labels

  private mutating func placeLabels() {
    let placement = LabelPlacement(self, sizes, centers)
    for (number, box) in placement.boxes.enumerated() { lines[number].labelBox = box }
    collisions = placement.collisions
  }
}
