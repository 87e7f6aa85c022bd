/// Where the roots of a diagram stand: layers along the arrows, places across by a search for a picture with few
/// crossings, no arrow through a variable, short arrows and even distances.
///
/// The search is simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983; for graphs, Davidson and Harel 1996) over the
/// places across and the sides of the fans, from fixed random numbers, so that a model always has the same picture.
struct RootPlacement {
  let structure: DiagramStructure
  let sizes: DiagramSizes
  /// The cell of each root for each side.
  private var cells: [[DiagramCell]] = []
  /// The sides that each root's fan may take, the preferred one first.
  private var allowed: [[Side]] = []
  /// The links between cells, by index among the roots; and where they begin and end relative to the roots.
  private var links: [(from: Int, to: Int, start: Int, end: Int)] = []
  private var arcs: [(from: Int, to: Int, start: Int, end: Int)] = []
  /// The layer of each root, by index.
  private let layer: [Int]
  /// The variable of each root, by index.
  private let places: [Int]
  /// Where each layer stands along the arrows.
  private var columns: [Double] = []
  /// The place of each root across.
  private var across: [Double] = []
  /// The side of each root's fan.
  private var sides: [Side] = []
  /// The step of the search across.
  private let step = 15.0

  init(_ diagram: PathDiagram, _ structure: DiagramStructure, _ sizes: DiagramSizes) {
    self.structure = structure
    self.sizes = sizes
    places = structure.roots
    layer = places.map { structure.layer[$0] }
    var number: [Int: Int] = [:]
    for (index, place) in places.enumerated() { number[place] = index }
    for place in places {
      cells.append(Side.allCases.map { DiagramCell(place, side: $0, structure, sizes, diagram) })
    }
    func ends(_ edge: PathDiagram.Edge) -> (from: Int, to: Int, start: Int, end: Int)? {
      guard let from = number[structure.root[edge.from]], let to = number[structure.root[edge.to]] else {
        return nil
      }
      return (from, to, edge.from, edge.to)
    }
    links = structure.links.compactMap(ends)
    arcs = structure.covariances.compactMap(ends)
    allowed = places.indices.map { allowedSides($0) }
    sides = allowed.map { $0[0] }
    across = [Double](repeating: 0, count: places.count)
    stack()
    place(columnsFor: sides)
    if structure.layerCount > 1, places.count > 1 { search() }
    settle()
  }

  /// The centre of every variable.
  func centers(count: Int) -> [Point] {
    var centers = [Point](repeating: Point(0, 0), count: count)
    for index in places.indices {
      for (place, center) in cell(index).centers { centers[place] = center + origin(index) }
    }
    return centers
  }

  /// The side on which the fan of each root's cell stands, by variable.
  func side(of place: Int) -> Side? {
    places.firstIndex(of: structure.root[place]).map { sides[$0] }
  }

  private func cell(_ index: Int) -> DiagramCell { cells[index][sides[index].rawValue] }
  private func origin(_ index: Int) -> Point { Point(columns[layer[index]], across[index]) }

  private func allowedSides(_ index: Int) -> [Side] {
    let place = places[index]
    guard !structure.children[place].isEmpty else { return [.right] }
    if structure.layerCount == 1 || structure.roots.contains(where: { structure.isGeneral[$0] }) {
      return [.right]
    }
    let isSource = !links.contains { $0.to == index }
    let isSink = !links.contains { $0.from == index }
    var sides: [Side] = []
    if layer[index] == 0, isSource { sides.append(.left) }
    if isSink, layer[index] == structure.layerCount - 1 { sides.append(.right) }
    return sides + [.up, .down]
  }

  // MARK: First places

  /// Stacks the cells of each layer in the order of the model, around 0.
  private mutating func stack() {
    for number in 0..<structure.layerCount {
      let members = places.indices.filter { layer[$0] == number }
      guard !members.isEmpty else { continue }
      var cursor = 0.0
      var positions: [Double] = []
      for (rank, index) in members.enumerated() {
        let bounds = reserved(index)
        let center = rank == 0 ? 0 : cursor - bounds.minY
        positions.append(center)
        cursor = center + bounds.maxY + 26 * sizes.spread
      }
      let middle = ((positions.first ?? 0) + (positions.last ?? 0)) / 2
      for (index, position) in zip(members, positions) { across[index] = position - middle }
    }
  }

  /// A cell with room for the root's residual.
  private func reserved(_ index: Int) -> Box {
    let cell = cell(index)
    var bounds = cell.bounds
    bounds.minY = min(bounds.minY, cell.head.minY - room(index))
    return bounds
  }

  private func room(_ index: Int) -> Double {
    sizes.residuals == .none ? 0 : sizes.residuals == .circles ? 20 : 8
  }

  /// The columns for given sides: fans across the layers share the room between them.
  private mutating func place(columnsFor sides: [Side]) {
    columns = [0]
    func reach(_ number: Int, _ side: (Box) -> Double) -> (head: Double, fan: Double) {
      var head = 0.0
      var fan = 0.0
      for index in places.indices where layer[index] == number {
        let cell = cells[index][sides[index].rawValue]
        head = max(head, side(cell.head))
        fan = max(fan, side(cell.bounds))
      }
      return (head, fan)
    }
    for number in 1..<max(structure.layerCount, 1) {
      let left = reach(number - 1) { $0.maxX }
      let right = reach(number) { -$0.minX }
      let heads = left.head + right.head + leastGap(number)
      let fans = 0.55 * (left.fan + right.fan) + 20
      columns.append(columns[number - 1] + max(heads, fans))
    }
  }

  /// The least distance between the shapes of a layer and of the one before.
  private func leastGap(_ number: Int) -> Double {
    var gap = 80.0
    if structure.links.contains(where: { structure.layer[structure.root[$0.to]] == number }) {
      gap = max(gap, labelAlong + 60)
    }
    return gap * sizes.spread
  }

  private var labelAlong: Double { sizes.labels.map(\.x).max() ?? 0 }

  // MARK: Search

  private mutating func search() {
    var numbers = SearchNumbers(seed: 20_1203)
    let movable = places.count
    let rounds = min(max(400 * movable, 1500), 6000)
    // Costs of links and cells alone grow with their number; beyond this a search would take long.
    guard movable <= 40 else { return }
    anneal(&numbers, rounds: rounds, hot: 60)
    compact()
    anneal(&numbers, rounds: rounds / 2, hot: 8)
    compact()
    anneal(&numbers, rounds: rounds / 4, hot: 0.01)
  }

  private mutating func anneal(_ numbers: inout SearchNumbers, rounds: Int, hot: Double) {
    var current = cost()
    var best = (current, across, sides)
    for round in 0..<rounds {
      let temperature = hot * (1 - Double(round) / Double(rounds)) * (1 - Double(round) / Double(rounds))
      let kept = (across, sides)
      move(&numbers)
      let next = cost()
      if next <= current || numbers.share() < Self.chance(current - next, temperature) {
        current = next
        if current < best.0 - 1e-9 { best = (current, across, sides) }
      } else {
        (across, sides) = kept
      }
    }
    (_, across, sides) = best
  }

  /// exp(change / temperature), cheaply: only its order matters.
  private static func chance(_ change: Double, _ temperature: Double) -> Double {
    guard temperature > 0 else { return 0 }
    let x = change / temperature
    return x < -12 ? 0 : 1 / (1 - x + x * x / 2 - x * x * x / 6)
  }

  private mutating func move(_ numbers: inout SearchNumbers) {
    let index = numbers.index(below: places.count)
    switch numbers.index(below: 10) {
    case 0...3:
      let size = [1.0, 2, 4, 8, 16][numbers.index(below: 5)]
      across[index] += numbers.index(below: 2) == 0 ? size * step : -size * step
    case 4...5:
      let others = places.indices.filter { layer[$0] == layer[index] && $0 != index }
      guard !others.isEmpty else { return }
      across.swapAt(index, others[numbers.index(below: others.count)])
    case 6:
      // In line with a neighbour.
      let neighbours = links.filter { $0.from == index || $0.to == index }
      guard !neighbours.isEmpty else { return }
      let link = neighbours[numbers.index(below: neighbours.count)]
      across[index] = across[link.from == index ? link.to : link.from]
    case 7:
      // A whole layer.
      let shift = (numbers.index(below: 2) == 0 ? 1.0 : -1.0) * step * Double(1 + numbers.index(below: 4))
      for other in places.indices where layer[other] == layer[index] { across[other] += shift }
    default:
      let choices = allowed[index]
      sides[index] = choices[numbers.index(below: choices.count)]
    }
  }

  // MARK: Cost

  private func cost() -> Double {
    let count = places.count
    let cells = (0..<count).map { cell($0) }
    let origins = (0..<count).map { origin($0) }
    let heads = (0..<count).map { cells[$0].head.moved(by: origins[$0]) }
    let fans = (0..<count).map { cells[$0].fan?.moved(by: origins[$0]) }
    var cost = overlaps(heads, fans)
    let lines = links.map { line($0, cells, origins) }
    for (number, link) in links.enumerated() {
      let (a, b) = lines[number]
      for other in 0..<count {
        if other != link.from, other != link.to, heads[other].inset(by: -9).isHit(from: a, to: b) {
          cost += 80
        }
        if let fan = fans[other] {
          let isTarget =
            (other == link.from && link.start != places[other])
            || (other == link.to && link.end != places[other])
          if !isTarget, fan.inset(by: -4).isHit(from: a, to: b) { cost += 80 }
          if !isTarget {
            for tip in cells[other].outermost where segmentsCross(a, b, origins[other], origins[other] + tip)
            {
              cost += 8
            }
          }
        }
      }
      cost += (b - a).length / 45
      if (b - a).y.magnitude > 1 { cost += 0.4 }
    }
    for i in lines.indices {
      for j in 0..<i {
        let shared = [links[i].start, links[i].end].first { $0 == links[j].start || $0 == links[j].end }
        if let shared {
          cost += Self.narrowness(lines[i], lines[j], at: shared, links[i].start, links[j].start)
        } else if segmentsCross(lines[i].0, lines[i].1, lines[j].0, lines[j].1) {
          cost += 10
        }
      }
    }
    for arc in arcs { cost += arcCost(arc, cells, origins, heads, fans) }
    return cost + tidiness(heads, fans)
  }

  private func line(
    _ link: (from: Int, to: Int, start: Int, end: Int), _ cells: [DiagramCell], _ origins: [Point]
  ) -> (Point, Point) {
    func point(_ index: Int, _ place: Int) -> Point {
      if place == places[index] { return origins[index] }
      let center = cells[index].centers.first { $0.place == place }?.center ?? Point(0, 0)
      return origins[index] + center
    }
    return (point(link.from, link.start), point(link.to, link.end))
  }

  private func overlaps(_ heads: [Box], _ fans: [Box?]) -> Double {
    var cost = 0.0
    func pay(_ a: Box, _ b: Box, _ margin: Double) {
      let area = a.inset(by: -margin).sharedArea(b.inset(by: -margin))
      if area > 0 { cost += 120 + area / 40 }
    }
    for i in heads.indices {
      for j in 0..<i {
        pay(heads[i], heads[j], 14 * sizes.spread)
        if let fan = fans[i] { pay(fan, heads[j], 12) }
        if let fan = fans[j] { pay(fan, heads[i], 12) }
        if let a = fans[i], let b = fans[j] { pay(a, b, 9) }
      }
    }
    return cost
  }

  /// The price of a sharp angle between two lines that share an end.
  private static func narrowness(
    _ a: (Point, Point), _ b: (Point, Point), at shared: Int, _ startA: Int, _ startB: Int
  ) -> Double {
    let first = shared == startA ? (a.1 - a.0).unit : (a.0 - a.1).unit
    let second = shared == startB ? (b.1 - b.0).unit : (b.0 - b.1).unit
    let cosine = first.dot(second)
    // cos 14°: closer than this labels and heads run into each other.
    return cosine > 0.97 ? 10 * (cosine - 0.97) / 0.03 : 0
  }

  private func arcCost(
    _ arc: (from: Int, to: Int, start: Int, end: Int), _ cells: [DiagramCell], _ origins: [Point],
    _ heads: [Box], _ fans: [Box?]
  ) -> Double {
    guard arc.from != arc.to else { return 0 }
    let (a, b) = line(arc, cells, origins)
    var cost = (b - a).length / 80
    // Curves between indicators are short and free of others if their fans stand side by side.
    let isOutside = arc.start != places[arc.from] || arc.end != places[arc.to]
    for other in heads.indices {
      if other != arc.from || isOutside, other != arc.to || isOutside, heads[other].isHit(from: a, to: b) {
        cost += layer[arc.from] == layer[arc.to] && !isOutside ? 1 : 12
      }
      if let fan = fans[other], other != arc.from, other != arc.to, fan.isHit(from: a, to: b) { cost += 12 }
    }
    if isOutside, sides[arc.from] != sides[arc.to] { cost += 10 }
    if isOutside, sides[arc.from] == sides[arc.to], !sides[arc.from].isAlong {
      cost += min((b - a).y.magnitude / 20, 6)
    }
    return cost
  }

  /// Height, order and even distances.
  private func tidiness(_ heads: [Box], _ fans: [Box?]) -> Double {
    var low = Double.infinity
    var high = -Double.infinity
    for index in heads.indices {
      low = min(low, heads[index].minY, fans[index]?.minY ?? low)
      high = max(high, heads[index].maxY, fans[index]?.maxY ?? high)
    }
    var cost = (high - low) / 40
    for number in 0..<structure.layerCount {
      let members = places.indices.filter { layer[$0] == number }
      for (rank, i) in members.enumerated() {
        for j in members[..<rank] where across[j] > across[i] { cost += 0.6 }
      }
      if members.count > 1 {
        let ordered = members.map { across[$0] }.sorted()
        let gaps = zip(ordered, ordered.dropFirst()).map { $1 - $0 }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        cost += gaps.reduce(0) { $0 + ($1 - mean).magnitude } / 150
        let middle = ((ordered.first ?? 0) + (ordered.last ?? 0)) / 2
        cost += (middle - (low + high) / 2).magnitude / 150
      }
    }
    for index in places.indices where sides[index] != allowed[index][0] { cost += 1.5 }
    return cost
  }

  // MARK: Columns

  /// Moves the layers as close as the boxes allow.
  private mutating func compact() {
    let ordered = (0..<structure.layerCount).map { number in places.indices.filter { layer[$0] == number } }
    func boxes(_ index: Int) -> [(box: Box, isHead: Bool)] {
      let cell = cell(index)
      let shift = Point(0, across[index])
      var boxes = [(cell.head.moved(by: shift), true)]
      if let fan = cell.fan { boxes.append((fan.moved(by: shift), false)) }
      return boxes
    }
    guard structure.layerCount > 1 else { return }
    for number in 1..<structure.layerCount {
      let gap = leastGap(number)
      var least = -Double.infinity
      for earlier in 0..<number {
        for a in ordered[earlier] {
          for b in ordered[number] {
            for first in boxes(a) {
              for second in boxes(b) {
                let areHeads = first.isHead && second.isHead
                if areHeads, earlier == number - 1 {
                  least = max(least, columns[earlier] + first.box.maxX - second.box.minX + gap)
                } else if first.box.minY - 20 < second.box.maxY, second.box.minY - 20 < first.box.maxY {
                  least = max(least, columns[earlier] + first.box.maxX - second.box.minX + 26 * sizes.spread)
                }
              }
            }
          }
        }
      }
      if least.isFinite { columns[number] = max(least, columns[number - 1] + 20) }
    }
  }

  /// Takes apart what still overlaps in one layer, and then the layers.
  private mutating func settle() {
    for number in 0..<structure.layerCount {
      let members = places.indices.filter { layer[$0] == number }.sorted {
        (across[$0], $0) < (across[$1], $1)
      }
      for (rank, index) in members.enumerated() where rank > 0 {
        for other in members[..<rank] {
          for above in parts(other) {
            for below in parts(index) where above.minX - 8 < below.maxX && below.minX - 8 < above.maxX {
              let least = across[other] + above.maxY - below.minY + 12 * sizes.spread
              across[index] = max(across[index], least)
            }
          }
        }
      }
    }
    compact()
  }

  /// The boxes of a cell around its root, with room for the root's residual.
  private func parts(_ index: Int) -> [Box] {
    let cell = cell(index)
    var head = cell.head
    head.minY -= room(index)
    return [head] + [cell.fan].compactMap(\.self)
  }
}
