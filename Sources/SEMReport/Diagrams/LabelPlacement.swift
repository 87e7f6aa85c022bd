/// Puts the labels on their lines where they cover neither shapes nor each other, and few other lines.
struct LabelPlacement {
  /// The box of each line's label; `nil` without one.
  private(set) var boxes: [Box?]
  /// Labels without a free place.
  private(set) var collisions = 0

  private struct Candidate {
    var box: Box
    var cost: Double
  }

  init(_ layout: DiagramLayout, _ sizes: DiagramSizes, _ centers: [Point]) {
    let lines = layout.lines
    boxes = Array(repeating: nil, count: lines.count)
    let shapes =
      layout.boxes.map { $0.inset(by: -2) } + layout.satellites.map { $0.box.inset(by: -1) }
      + layout.satellites.compactMap(\.labelBox)
    let polylines = lines.map { $0.curve.polyline }
    let around = polylines.map { Box.around($0).inset(by: -1) }
    var candidates: [[Candidate]] = []
    for (number, line) in lines.enumerated() {
      let size = sizes.labels[line.edge]
      guard size.x > 0 else {
        candidates.append([])
        continue
      }
      candidates.append(
        Self.candidates(line, size, preferred: Self.preferred(line, layout, sizes)).map { candidate in
          var candidate = candidate
          for shape in shapes where shape.overlaps(candidate.box) { candidate.cost += Self.blocked }
          let tight = candidate.box.inset(by: 1.5)
          for other in lines.indices where other != number && around[other].overlaps(tight) {
            let points = polylines[other]
            for (a, b) in zip(points, points.dropFirst()) where tight.isHit(from: a, to: b) {
              candidate.cost += 12
            }
          }
          return candidate
        }.sorted { ($0.cost, $0.box.minX, $0.box.minY) < ($1.cost, $1.box.minX, $1.box.minY) })
    }
    // Those with little choice first.
    let order = lines.indices.filter { !candidates[$0].isEmpty }.sorted {
      (candidates[$1][0].cost, $0) < (candidates[$0][0].cost, $1)
    }
    for round in 0..<4 {
      var isChanged = false
      for number in order {
        let chosen = best(candidates[number], except: number)
        if chosen?.box != boxes[number] { isChanged = true }
        boxes[number] = chosen?.box
      }
      if round > 0, !isChanged { break }
    }
    for number in order {
      guard let box = boxes[number] else { continue }
      let isFree = !shapes.contains { $0.overlaps(box) }
      let isAlone = !order.contains { $0 != number && boxes[$0]?.overlaps(box) == true }
      if !isFree || !isAlone { collisions += 1 }
    }
  }

  /// More than all costs of crossing lines.
  private static let blocked = 1e5

  private func best(_ candidates: [Candidate], except number: Int) -> Candidate? {
    var best: Candidate?
    for candidate in candidates {
      // Sorted: none behind can be cheaper.
      if let best, candidate.cost >= best.cost { break }
      var total = candidate
      for (other, box) in boxes.enumerated() where other != number {
        if let box, box.overlaps(candidate.box) { total.cost += Self.blocked / 2 }
      }
      if total.cost < best?.cost ?? .infinity { best = total }
    }
    return best
  }

  /// The share of the way at which a label looks best: in fans all at one distance from the indicators.
  private static func preferred(_ line: DiagramLayout.Line, _ layout: DiagramLayout, _ sizes: DiagramSizes)
    -> Double
  {
    let edge = layout.diagram.edges[line.edge]
    guard layout.structure.children[edge.from].contains(edge.to) else {
      // A little towards the target: arrows of one predictor part there.
      return edge.relation == .covariance ? 0.5 : 0.45
    }
    let siblings = layout.structure.children[edge.from]
    let ends = layout.lines.filter {
      layout.diagram.edges[$0.edge].from == edge.from && siblings.contains(layout.diagram.edges[$0.edge].to)
        && layout.diagram.edges[$0.edge].relation == .loading
    }.map(\.curve)
    let span = Box.around(ends.map(\.end))
    let isAlong = span.height > span.width || siblings.count == 1
    func along(_ point: Point) -> Double { isAlong ? point.x : point.y }
    func across(_ point: Point) -> Double { isAlong ? point.y : point.x }
    let size = isAlong ? sizes.labels[line.edge].y : sizes.labels[line.edge].x
    let ordered = ends.map { across($0.end) }.sorted()
    let pitch = zip(ordered, ordered.dropFirst()).map { $1 - $0 }.min() ?? .infinity
    let share = min(max(1.08 * size / pitch, 0.58), 0.8)
    let center = along(layout.boxes[edge.from].center)
    let level = center + share * (along(line.curve.end) - center)
    let run = along(line.curve.end) - along(line.curve.start)
    guard run != 0 else { return share }
    return min(max((level - along(line.curve.start)) / run, 0.25), 0.9)
  }

  private static func candidates(_ line: DiagramLayout.Line, _ size: Point, preferred: Double) -> [Candidate]
  {
    var candidates: [Candidate] = []
    var shares = [preferred]
    for step in 1...14 { shares += [preferred - 0.045 * Double(step), preferred + 0.045 * Double(step)] }
    for share in shares where share > 0.1 && share < 0.9 {
      let point = line.curve.point(share)
      let away = (share - preferred).magnitude
      candidates.append(
        Candidate(box: Box(center: point, width: size.x, height: size.y), cost: 30 * away))
      // Beside the line, where it is not free on it.
      let tangent = (line.curve.point(share + 0.01) - line.curve.point(share - 0.01)).unit
      let reach = (tangent.normal.x.magnitude * size.x + tangent.normal.y.magnitude * size.y) / 2 + 1
      for sign in [1.0, -1.0] {
        candidates.append(
          Candidate(
            box: Box(center: point + tangent.normal * (sign * reach), width: size.x, height: size.y),
            cost: 30 * away + 14))
      }
    }
    return candidates
  }
}
