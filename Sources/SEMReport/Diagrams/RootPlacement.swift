/// Where the roots of a diagram stand: layers along the arrows, places across by a search for a picture with few
/// crossings, no arrow through a variable, short arrows and even distances.
///
/// The search is simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983; for graphs, Davidson and Harel 1996) over the
/// places across and the sides of the fans, from fixed random numbers, so that a model always has the same picture.
struct RootPlacement {
  let structure: DiagramStructure
  let sizes: DiagramSizes
  /// The cell of each root for each side.
  var cells: [[DiagramCell]] = []
  /// The sides that each root's fan may take, the preferred one first.
  var allowed: [[Side]] = []
  /// An arrow or a curve between two cells, by index among the roots.
  struct Link {
    var from: Int
    var to: Int
    /// The variables at its ends.
    var start: Int
    var end: Int
    /// Whether each end is the root itself.
    var startsAtRoot: Bool
    var endsAtRoot: Bool
    /// The ends relative to the roots, for each side.
    var startOffset: [Point]
    var endOffset: [Point]
  }

  /// The arrows between cells.
  var links: [Link] = []
  /// Curves between cells, likewise.
  var arcs: [Link] = []
  /// The layer of each root, by index.
  let layer: [Int]
  /// The variable of each root, by index.
  let places: [Int]
  /// The roots of each layer, by index, in the order of the model.
  var membersOfLayers: [[Int]] = []
  /// Where each layer stands along the arrows.
  var columns: [Double] = []
  /// Whether the columns keep their places when a fan turns.
  private var areColumnsFixed = false
  /// The place of each root across.
  var across: [Double] = []
  /// The side of each root's fan.
  var sides: [Side] = []
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
    let cells = cells
    let places = places
    func link(_ edge: PathDiagram.Edge) -> Link? {
      guard let from = number[structure.root[edge.from]], let to = number[structure.root[edge.to]] else {
        return nil
      }
      func offsets(_ root: Int, _ place: Int) -> [Point] {
        Side.allCases.map { side in
          cells[root][side.rawValue].centers.first { $0.place == place }?.center ?? Point(0, 0)
        }
      }
      return Link(
        from: from, to: to, start: edge.from, end: edge.to, startsAtRoot: edge.from == places[from],
        endsAtRoot: edge.to == places[to], startOffset: offsets(from, edge.from),
        endOffset: offsets(to, edge.to))
    }
    links = structure.links.compactMap(link)
    arcs = structure.covariances.compactMap(link)
    membersOfLayers = (0..<structure.layerCount).map { number in
      places.indices.filter { structure.layer[places[$0]] == number }
    }
    allowed = places.indices.map { allowedSides($0) }
    sides = allowed.map { $0[0] }
    across = [Double](repeating: 0, count: places.count)
    stack()
    spaceColumns()
    let hasStructure = links.contains { !structure.isGeneral[places[$0.from]] }
    if hasStructure {
      search()
      spaceIndicators()
    }
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
  func origin(_ index: Int) -> Point { Point(columns[layer[index]], across[index]) }

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

  /// The columns for the present sides: fans that stand side by side do not overlap.
  private mutating func spaceColumns() {
    columns = [0]
    func reach(_ number: Int, _ side: Side?, _ extent: (Box) -> Double) -> Double {
      var reach = 0.0
      for index in membersOfLayers[number] {
        let cell = cells[index][sides[index].rawValue]
        if let side {
          if sides[index] == side, let fan = cell.fan { reach = max(reach, extent(fan)) }
        } else {
          reach = max(reach, extent(cell.head))
        }
      }
      return reach
    }
    for number in 1..<max(structure.layerCount, 1) {
      var gap = reach(number - 1, nil) { $0.maxX } + reach(number, nil) { -$0.minX } + leastGap(number)
      for side in [Side.up, .down] {
        let left = reach(number - 1, side) { $0.maxX }
        let right = reach(number, side) { -$0.minX }
        if left > 0, right > 0 { gap = max(gap, left + right + 24) }
      }
      columns.append(columns[number - 1] + gap)
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
    // A round costs the square of their number; beyond this the search would take long.
    guard movable <= 40 else { return }
    let rounds = min(400 * movable, 4000)
    anneal(&numbers, rounds: rounds, hot: 60)
    descend()
    compact()
    areColumnsFixed = true
    descend()
  }

  /// Moves one root at a time to the best place there is, until no move is better.
  private mutating func descend() {
    for _ in 0..<4 {
      var isChanged = false
      for index in places.indices {
        let low = (across.min() ?? 0) - 4 * step
        let high = (across.max() ?? 0) + 4 * step
        var best = (cost: cost() - 1e-6, across: across[index], side: sides[index])
        var positions = Array(stride(from: low, through: high, by: step))
        for link in links where link.from == index || link.to == index {
          positions.append(across[link.from == index ? link.to : link.from])
        }
        for side in allowed[index] {
          sides[index] = side
          if !areColumnsFixed { spaceColumns() }
          for position in positions {
            across[index] = position
            let cost = cost()
            if cost < best.cost {
              best = (cost, position, side)
              isChanged = true
            }
          }
        }
        across[index] = best.across
        sides[index] = best.side
        if !areColumnsFixed { spaceColumns() }
      }
      if squeeze() { isChanged = true }
      if !isChanged { break }
    }
  }

  /// Brings all roots, or those of one layer, closer together if that is better.
  private mutating func squeeze() -> Bool {
    var isChanged = false
    let all = Array(places.indices)
    for members in [all] + membersOfLayers where members.count > 1 {
      let middle = members.reduce(0) { $0 + across[$1] } / Double(members.count)
      for factor in [0.95, 0.9, 0.8, 0.65, 0.5] {
        let kept = across
        let before = cost()
        for index in members { across[index] = middle + factor * (across[index] - middle) }
        if cost() < before - 1e-6 { isChanged = true } else { across = kept }
      }
    }
    return isChanged
  }

  private mutating func anneal(_ numbers: inout SearchNumbers, rounds: Int, hot: Double) {
    var current = cost()
    var best = (current, across, sides)
    for round in 0..<rounds {
      let temperature = hot * (1 - Double(round) / Double(rounds)) * (1 - Double(round) / Double(rounds))
      let kept = (across, sides)
      move(&numbers)
      if sides != kept.1 { spaceColumns() }
      let next = cost()
      if next <= current || numbers.share() < Self.chance(current - next, temperature) {
        current = next
        if current < best.0 - 1e-9 { best = (current, across, sides) }
      } else {
        let isTurned = sides != kept.1
        (across, sides) = kept
        if isTurned { spaceColumns() }
      }
    }
    (_, across, sides) = best
    spaceColumns()
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
                if structure.isGeneral[places[b]] {
                  // The further, the flatter are its arrows to many indicators.
                  let height = boxes(a).map(\.box.maxY).max() ?? 0
                  let room = max(gap, 0.45 * (height - across[b]).magnitude)
                  least = max(least, columns[earlier] + first.box.maxX - second.box.minX + room)
                } else if areHeads, earlier == number - 1 {
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

  /// Puts a layer of nothing but indicators, such as the repeated measures of a growth model, at even distances.
  private mutating func spaceIndicators() {
    for members in membersOfLayers
    where members.count > 2 && members.allSatisfy({ sizes.isItem[places[$0]] }) {
      let ordered = members.sorted { (across[$0], $0) < (across[$1], $1) }
      let first = across[ordered[0]]
      let span = across[ordered[ordered.count - 1]] - first
      for (rank, index) in ordered.enumerated() {
        across[index] = first + span * Double(rank) / Double(ordered.count - 1)
      }
    }
  }

  /// The boxes of a cell around its root, with room for the root's residual.
  private func parts(_ index: Int) -> [Box] {
    let cell = cell(index)
    var head = cell.head
    head.minY -= room(index)
    return [head] + [cell.fan].compactMap(\.self)
  }
}
