/// How the variables of a diagram belong together: which stand for themselves, which are drawn as a fan beside their
/// latent variable, and in which layer each stands.
struct DiagramStructure {
  /// The variables that are placed for themselves, in the order of the model.
  private(set) var roots: [Int] = []
  /// The variables that are fanned out beside each, in the order of its loadings.
  private(set) var children: [[Int]]
  /// The variable in whose cell each stands: itself for roots.
  private(set) var root: [Int]
  /// The layer of each root, from 0; meaningless for others.
  private(set) var layer: [Int]
  /// The number of layers.
  private(set) var layerCount = 1
  /// Latent variables all of whose indicators stand beside others, as the general factor of a bifactor model.
  private(set) var isGeneral: [Bool]
  /// Arrows between different roots' cells.
  private(set) var links: [PathDiagram.Edge] = []
  /// Double-headed curves.
  private(set) var covariances: [PathDiagram.Edge] = []

  init(_ diagram: PathDiagram) {
    let count = diagram.variables.count
    children = Array(repeating: [], count: count)
    root = Array(0..<count)
    layer = Array(repeating: 0, count: count)
    isGeneral = Array(repeating: false, count: count)
    nest(diagram)
    for place in 0..<count {
      var top = place
      // The parents of nested variables are roots or nested in turn; a cycle cannot be nested, see below.
      while root[top] != top { top = root[top] }
      root[place] = top
    }
    roots = (0..<count).filter { root[$0] == $0 }
    for edge in diagram.edges {
      if edge.relation == .covariance {
        covariances.append(edge)
      } else if root[edge.from] != root[edge.to] {
        links.append(edge)
      }
    }
    assignLayers(diagram)
  }

  // MARK: Fans

  private mutating func nest(_ diagram: PathDiagram) {
    let count = diagram.variables.count
    var parents = [[Int]](repeating: [], count: count)
    var items = [[Int]](repeating: [], count: count)
    var isPredictor = [Bool](repeating: false, count: count)
    var isOutcome = [Bool](repeating: false, count: count)
    for edge in diagram.edges {
      switch edge.relation {
      case .loading where diagram.variables[edge.from].kind == .latent && edge.from != edge.to:
        if !parents[edge.to].contains(edge.from) {
          parents[edge.to].append(edge.from)
          items[edge.from].append(edge.to)
        }
      case .covariance: continue
      default:
        isPredictor[edge.from] = true
        isOutcome[edge.to] = true
      }
    }
    func host(of place: Int) -> Int? {
      guard !isPredictor[place], !parents[place].isEmpty else { return nil }
      if diagram.variables[place].kind == .latent {
        return parents[place].count == 1 && !isOutcome[place] ? parents[place][0] : nil
      }
      guard parents[place].count > 1 else { return parents[place][0] }
      let smallest = parents[place].min { items[$0].count < items[$1].count } ?? parents[place][0]
      let isInside = parents[place].contains { other in
        items[other].count > items[smallest].count && Set(items[other]).isSuperset(of: items[smallest])
      }
      let owners = parents[place].filter { parent in items[parent].contains { parents[$0].count == 1 } }
      if isInside { return smallest }
      return owners.min { items[$0].count < items[$1].count }
    }
    for place in 0..<count {
      guard let host = host(of: place) else { continue }
      var top = host
      while root[top] != top { top = root[top] }
      // A variable cannot stand in its own cell.
      if top == place { continue }
      root[place] = host
    }
    for parent in 0..<count {
      children[parent] = items[parent].filter { root[$0] == parent }
      isGeneral[parent] =
        !items[parent].isEmpty && items[parent].allSatisfy { root[$0] != $0 && root[$0] != parent }
        && !isPredictor[parent] && !isOutcome[parent]
    }
  }

  // MARK: Layers

  private mutating func assignLayers(_ diagram: PathDiagram) {
    var arrows: Set<[Int]> = []
    for link in links where !isGeneral[root[link.from]] {
      let pair = [root[link.from], root[link.to]]
      // A single loading on another factor's indicator makes no order of the factors.
      let isCrossLoading = link.relation == .loading && root[link.to] != link.to
      let fellows = links.filter { root[$0.from] == pair[0] && root[$0.to] == pair[1] }
      if !isCrossLoading || fellows.count > 1 { arrows.insert(pair) }
    }
    var unit = Array(0..<diagram.variables.count)
    let loops = Self.loops(roots, arrows)
    for loop in loops where loop.count <= 3 {
      for place in loop { unit[place] = loop[0] }
    }
    for loop in loops where loop.count > 3 {
      // Of longer loops, the arrows against the model's order do not count.
      let members = Set(loop)
      arrows = arrows.filter { !members.contains($0[0]) || !members.contains($0[1]) || $0[0] < $0[1] }
    }
    // The longest path to each: as many rounds as there are roots suffice without loops.
    for _ in roots {
      for arrow in arrows where unit[arrow[0]] != unit[arrow[1]] {
        layer[unit[arrow[1]]] = max(layer[unit[arrow[1]]], layer[unit[arrow[0]]] + 1)
      }
    }
    for place in roots { layer[place] = layer[unit[place]] }
    pullSources(diagram, arrows)
    layerCount = (roots.map { layer[$0] }.max() ?? 0) + 1
    let general = roots.filter { isGeneral[$0] }
    if !general.isEmpty {
      for place in general { layer[place] = layerCount }
      layerCount += 1
    }
    dropEmptyLayers()
  }

  /// Observed predictors without indicators stand next to what they predict, beside latent variables.
  private mutating func pullSources(_ diagram: PathDiagram, _ arrows: Set<[Int]>) {
    let targets = Set(arrows.map { $0[1] })
    let hasLatentSources = roots.contains {
      diagram.variables[$0].kind == .latent && !targets.contains($0) && !isGeneral[$0]
    }
    let layers = layer
    for place in roots where !targets.contains(place) && diagram.variables[place].kind != .latent {
      let outcomes = arrows.filter { $0[0] == place }.map { $0[1] }
      guard let nearest = outcomes.map({ layers[$0] }).min() else { continue }
      let areCovered = outcomes.allSatisfy { outcome in
        let isLast = !arrows.contains { $0[0] == outcome }
        return isLast && diagram.variables[outcome].kind == .observed
          && arrows.contains { $0[1] == outcome && diagram.variables[$0[0]].kind == .latent }
      }
      if areCovered {
        layer[place] = nearest + 1
      } else if hasLatentSources || diagram.variables[place].kind == .constant {
        layer[place] = max(nearest - 1, 0)
      }
    }
  }

  private mutating func dropEmptyLayers() {
    let used = Set(roots.map { layer[$0] }).sorted()
    for place in roots { layer[place] = used.firstIndex(of: layer[place]) ?? 0 }
    layerCount = max(used.count, 1)
  }

  /// The groups of more than one root that reach each other, in the order of the model.
  private static func loops(_ roots: [Int], _ arrows: Set<[Int]>) -> [[Int]] {
    var targets: [Int: [Int]] = [:]
    for arrow in arrows { targets[arrow[0], default: []].append(arrow[1]) }
    func reached(from start: Int) -> Set<Int> {
      var found: Set<Int> = []
      var waiting = targets[start] ?? []
      while let place = waiting.popLast() {
        if found.insert(place).inserted { waiting += targets[place] ?? [] }
      }
      return found
    }
    return loops(roots, reached: roots.map(reached))
  }

  private static func loops(_ roots: [Int], reached: [Set<Int>]) -> [[Int]] {
    var loops: [[Int]] = []
    var done: Set<Int> = []
    for (index, place) in roots.enumerated() where !done.contains(place) {
      let loop = roots.enumerated().filter { other, candidate in
        candidate == place || (reached[index].contains(candidate) && reached[other].contains(place))
      }.map(\.element)
      if loop.count > 1 {
        loops.append(loop)
        done.formUnion(loop)
      }
    }
    return loops
  }
}
