/// The double-headed curves.
extension DiagramLayout {
  mutating func addCovariances(_ placement: RootPlacement) {
    // Short curves first, so that longer ones go around them.
    let edges = diagram.edges.enumerated().filter { $0.element.relation == .covariance }
      .map { (number: $0.offset, edge: $0.element) }
      .filter { $0.edge.from != $0.edge.to }
      .sorted { a, b in
        let first = (centers[a.edge.from] - centers[a.edge.to]).length.rounded()
        let second = (centers[b.edge.from] - centers[b.edge.to]).length.rounded()
        return (first, a.number) < (second, b.number)
      }
    for layer in 0..<structure.layerCount {
      let column = edges.map(\.number).filter { isColumnCurve(diagram.edges[$0], layer) }
      if !column.isEmpty { lines += columnCurves(column, layer) }
    }
    let drawn = Set(lines.map(\.edge))
    for (number, edge) in edges where !drawn.contains(number) {
      lines.append(Line(edge: number, curve: outerCurve(edge) ?? freeCurve(edge)))
    }
  }

  private func hasCircle(_ place: Int) -> Bool {
    satelliteOf[place].map { satellites[$0].kind == .circle } ?? false
  }

  // MARK: Columns

  private func isColumnCurve(_ edge: PathDiagram.Edge, _ layer: Int) -> Bool {
    [edge.from, edge.to].allSatisfy { !isNested($0) && structure.layer[$0] == layer && !hasCircle($0) }
  }

  /// Nested curves on one side of a layer: on that which has fewer things to cross.
  private func columnCurves(_ numbers: [Int], _ layer: Int) -> [Line] {
    var best: (cost: Double, lines: [Line])?
    for side in [-1.0, 1.0] {
      let curves = columnCurves(numbers, layer, side)
      let cost = curves.reduce(0) { $0 + curveCost($1.curve, diagram.edges[$1.edge], bow: 0) }
      if cost < (best?.cost ?? .infinity) - 1e-9 { best = (cost, curves) }
    }
    return best?.lines ?? []
  }

  private func columnCurves(_ numbers: [Int], _ layer: Int, _ side: Double) -> [Line] {
    let column = structure.roots.filter { structure.layer[$0] == layer }
      .sorted { (centers[$0].y, $0) < (centers[$1].y, $1) }
    var rank: [Int: Int] = [:]
    for (number, place) in column.enumerated() { rank[place] = number }
    let axis = centers[column[0]].x
    let reach = column.map { sizes.half[$0].x }.max() ?? 0
    let label = numbers.map { sizes.labels[$0].x }.max() ?? 0
    func span(_ number: Int) -> Int {
      let edge = diagram.edges[number]
      return abs((rank[edge.from] ?? 0) - (rank[edge.to] ?? 0))
    }
    /// The curves at one end that go to the same direction, the shortest first.
    func fellows(_ place: Int, upward: Bool) -> [Int] {
      numbers.filter { number in
        let edge = diagram.edges[number]
        guard edge.from == place || edge.to == place else { return false }
        let other = edge.from == place ? edge.to : edge.from
        return ((rank[other] ?? 0) < (rank[place] ?? 0)) == upward
      }.sorted { (span($0), $0) < (span($1), $1) }
    }
    /// Where a curve meets a shape: the longer it is, the further out.
    func end(_ place: Int, _ number: Int, upward: Bool) -> Point {
      let all = fellows(place, upward: upward)
      let position = Double(all.firstIndex(of: number) ?? 0)
      let share = (position + 0.5) / Double(max(all.count, 1))
      let half = sizes.half[place]
      let angle = (all.count == 1 ? 0.42 : 0.12 + 0.78 * share) * Double.pi / 2
      let direction = Point(side * half.x * angle.sine, (upward ? -1 : 1) * half.y * angle.cosine)
      let far = centers[place] + direction * 3
      return Curve(from: centers[place], to: far).clipped(leaving: isInside(place), entering: { _ in false })
        .start
    }
    return numbers.map { number in
      let edge = diagram.edges[number]
      let (top, bottom) =
        (rank[edge.from] ?? 0) < (rank[edge.to] ?? 0) ? (edge.from, edge.to) : (edge.to, edge.from)
      let start = end(top, number, upward: false)
      let finish = end(bottom, number, upward: true)
      let span = span(number)
      let height = finish.y - start.y
      let depth =
        span == 1
        ? min(max(0.16 * height, 8), 24) + (side * (start.x + finish.x) / 2 - side * axis)
        : reach + 14 + Double(span - 1) * max(18, 0.62 * label)
      let target = axis + side * depth
      let control = (8 * target - start.x - finish.x) / 6
      var curve = Curve(from: start, to: finish)
      let shoulder = span == 1 ? 0.3 : 0.12
      curve.first = Point(control, start.y + shoulder * height)
      curve.second = Point(control, finish.y - shoulder * height)
      curve.isStraight = false
      return Line(edge: number, curve: curve)
    }
  }

  // MARK: Fans

  /// A curve outside the fans between two indicators that stand on the same side of their latent variables.
  private func outerCurve(_ edge: PathDiagram.Edge) -> Curve? {
    guard isNested(edge.from), isNested(edge.to), let side = sides[edge.from], side == sides[edge.to],
      structure.children[edge.from].isEmpty, structure.children[edge.to].isEmpty
    else { return nil }
    let out = side.direction
    func across(_ point: Point) -> Double { side.isAlong ? point.y : point.x }
    /// Where a curve begins: beside the residual, towards the other end.
    func end(_ place: Int, _ other: Int) -> Point {
      let sign = across(centers[other]) < across(centers[place]) ? -1.0 : 1.0
      let along = out.normal
      let toward = along * (across(along) * sign)
      if hasCircle(place), let number = satelliteOf[place] {
        let lift = satellites[number].labelBox == nil ? 0.8 : 0.1
        return satellites[number].center + (out * lift + toward).unit * sizes.radius(place)
      }
      let half = sizes.half[place]
      let (depth, width) = side.isAlong ? (half.x, half.y) : (half.y, half.x)
      return centers[place] + out * depth + toward * (0.65 * width)
    }
    let start = end(edge.from, edge.to)
    let finish = end(edge.to, edge.from)
    let span = (across(finish) - across(start)).magnitude
    var best: (cost: Double, curve: Curve)?
    for step in 0..<14 {
      let height = 20 + 0.14 * span + 14 * Double(step)
      // Both ends reach the same height outside of the outer one.
      let level = max(out.dot(start), out.dot(finish)) + height
      func control(_ point: Point, _ other: Point) -> Point {
        point + out * ((level - out.dot(point)) / 0.75) + (other - point) * 0.12
          - out * (out.dot(other - point) * 0.12)
      }
      var curve = Curve(from: start, to: finish)
      curve.first = control(start, finish)
      curve.second = control(finish, start)
      curve.isStraight = false
      let cost = curveCost(curve, edge, bow: height)
      if cost < (best?.cost ?? .infinity) - 1e-9 { best = (cost, curve) }
    }
    return best?.curve
  }

  // MARK: Others

  /// The end of a curve at a variable: its residual's circle if there is one, else the variable.
  private func anchor(_ place: Int) -> (center: Point, isInside: (Point) -> Bool) {
    if let number = satelliteOf[place], satellites[number].kind == .circle {
      let circle = satellites[number]
      let radius = sizes.radius(place)
      return (circle.center, { ($0 - circle.center).length < radius })
    }
    return (centers[place], isInside(place))
  }

  private func freeCurve(_ edge: PathDiagram.Edge) -> Curve {
    let a = anchor(edge.from)
    let b = anchor(edge.to)
    let length = (b.center - a.center).length
    let label = sizes.labels.map(\.x).max() ?? 0
    var best: (cost: Double, curve: Curve)?
    let areInFans = isNested(edge.from) && isNested(edge.to)
    let isColumn = (a.center.x - b.center.x).magnitude < 1
    // How far the shapes between the two reach out of the line of centres.
    let reach = isColumn && !areInFans ? max(sizes.half[edge.from].x, sizes.half[edge.to].x) : 12
    var bows: [Double] = [0.12, 0.18, 0.25, 0.35, 0.5].map { $0 * length }
    bows += stride(from: 0, through: 9, by: 1).map { reach + 8 + Double($0) * max(16, 0.55 * label) }
    for bow in bows {
      for sign in [1.0, -1.0] {
        let plain = Curve(from: a.center, to: b.center, bow: sign * bow)
        let curve = plain.clipped(leaving: a.isInside, entering: b.isInside)
        let cost = curveCost(curve, edge, bow: bow)
        if cost < (best?.cost ?? .infinity) - 1e-9 { best = (cost, curve) }
      }
    }
    return best?.curve ?? Curve(from: a.center, to: b.center)
  }

  private func curveCost(_ curve: Curve, _ edge: PathDiagram.Edge, bow: Double) -> Double {
    let points = curve.polyline
    let around = Box.around(points).inset(by: -6)
    var cost = bow / 12 + (curve.end - curve.start).length / 200
    func hits(_ box: Box) -> Int {
      guard box.overlaps(around) else { return 0 }
      return zip(points, points.dropFirst()).filter { box.isHit(from: $0, to: $1) }.count
    }
    for (place, box) in boxes.enumerated() where place != edge.from && place != edge.to {
      cost += Double(hits(box.inset(by: -4))) * 120
    }
    for place in [edge.from, edge.to] {
      // A curve that leaves a circle may not run through its own variable.
      let inner = boxes[place].inset(by: 3)
      cost += Double(hits(inner)) * 40
    }
    for satellite in satellites {
      if let label = satellite.labelBox { cost += Double(hits(label)) * 25 }
      if satellite.kind == .circle, satellite.owner == edge.from || satellite.owner == edge.to { continue }
      cost += Double(hits(satellite.box.inset(by: -2))) * 25
    }
    for line in lines {
      let other = line.curve.polyline
      guard Box.around(other).inset(by: -1).overlaps(around) else { continue }
      for end in [curve.start, curve.end] {
        // Heads side by side cannot be told apart.
        for head in [line.curve.start, line.curve.end] where (head - end).length < 9 { cost += 8 }
      }
      cost += Double(Self.crossings(points, other)) * 7
      if diagram.edges[line.edge].relation == .covariance {
        // Two curves with one course cannot be told apart.
        let gap = (line.curve.point(0.5) - curve.point(0.5)).length
        if gap < 14 { cost += 14 - gap }
      }
    }
    return cost
  }
}
