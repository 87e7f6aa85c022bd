/// What makes a picture worse: overlaps, arrows through variables, crossings, sharp angles, long ways, disorder.
extension RootPlacement {
  /// The price of the present places.
  func cost() -> Double {
    let count = places.count
    var heads: [Box] = []
    var fans: [Box?] = []
    var origins: [Point] = []
    for index in 0..<count {
      let origin = origin(index)
      origins.append(origin)
      heads.append(cells[index][sides[index].rawValue].head.moved(by: origin))
      fans.append(cells[index][sides[index].rawValue].fan?.moved(by: origin))
    }
    var lines: [(Point, Point)] = []
    for link in links { lines.append(line(link, origins)) }
    var cost = overlaps(heads, fans)
    for (number, link) in links.enumerated() {
      let (a, b) = lines[number]
      for other in 0..<count {
        if other != link.from, other != link.to, heads[other].inset(by: -9).isHit(from: a, to: b) {
          cost += 80
        }
        guard let fan = fans[other] else { continue }
        if (other == link.from && !link.startsAtRoot) || (other == link.to && !link.endsAtRoot) { continue }
        if fan.inset(by: -4).isHit(from: a, to: b) { cost += 80 }
        for tip in cells[other][sides[other].rawValue].outermost
        where segmentsCross(a, b, origins[other], origins[other] + tip) {
          cost += 14
        }
      }
      cost += (b - a).length / 45
      if (b - a).y.magnitude > 1 { cost += 0.4 }
    }
    for i in lines.indices {
      for j in 0..<i { cost += crossing(i, j, lines) }
    }
    for arc in arcs where arc.from != arc.to { cost += arcCost(arc, origins, heads, fans) }
    return cost + tidiness(heads, fans)
  }

  private func line(_ link: Link, _ origins: [Point]) -> (Point, Point) {
    (
      origins[link.from] + link.startOffset[sides[link.from].rawValue],
      origins[link.to] + link.endOffset[sides[link.to].rawValue]
    )
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
    // Arrows within a layer need room for their labels.
    for link in links where layer[link.from] == layer[link.to] {
      let gap =
        max(heads[link.from].minY, heads[link.to].minY) - min(heads[link.from].maxY, heads[link.to].maxY)
      if gap < 70 { cost += 70 - gap }
    }
    return cost
  }

  /// The price of two arrows that cross, or that leave a shared end at a sharp angle.
  private func crossing(_ i: Int, _ j: Int, _ lines: [(Point, Point)]) -> Double {
    let (a, b) = (links[i], links[j])
    let shared = a.start == b.start || a.start == b.end ? a.start : a.end
    guard shared == b.start || shared == b.end else {
      return segmentsCross(lines[i].0, lines[i].1, lines[j].0, lines[j].1) ? 10 : 0
    }
    let first = (lines[i].1 - lines[i].0).unit * (shared == a.start ? 1 : -1)
    let second = (lines[j].1 - lines[j].0).unit * (shared == b.start ? 1 : -1)
    let cosine = first.dot(second)
    // cos 14°: closer than this labels and heads run into each other.
    return cosine > 0.97 ? 10 * (cosine - 0.97) / 0.03 : 0
  }

  private func arcCost(_ arc: Link, _ origins: [Point], _ heads: [Box], _ fans: [Box?]) -> Double {
    let (a, b) = line(arc, origins)
    var cost = (b - a).length / (layer[arc.from] == layer[arc.to] ? 40 : 80)
    // Curves between indicators are short and free of others if their fans stand side by side.
    let isOutside = !arc.startsAtRoot || !arc.endsAtRoot
    let isInLayer = layer[arc.from] == layer[arc.to] && !isOutside
    for other in heads.indices {
      if isOutside || (other != arc.from && other != arc.to), heads[other].isHit(from: a, to: b) {
        cost += isOutside ? 12 : isInLayer && layer[other] == 0 ? 1 : 4
      }
      if let fan = fans[other], other != arc.from, other != arc.to, fan.isHit(from: a, to: b) { cost += 20 }
    }
    if isOutside {
      let side = sides[arc.from]
      if side != sides[arc.to] {
        cost += 25
      } else {
        cost += (side.isAlong ? (b - a).x : (b - a).y).magnitude / 6
      }
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
    var cost = (high - low) / 40 + (columns.last ?? 0) / 70
    for members in membersOfLayers {
      for (rank, i) in members.enumerated() {
        for j in members[..<rank] where across[j] > across[i] { cost += 3 }
      }
      if members.count > 1 {
        let ordered = members.map { across[$0] }.sorted()
        let span = (ordered.last ?? 0) - (ordered.first ?? 0)
        let mean = span / Double(members.count - 1)
        for place in 1..<ordered.count {
          cost += (ordered[place] - ordered[place - 1] - mean).magnitude / 35
        }
        let middle = ((ordered.first ?? 0) + (ordered.last ?? 0)) / 2
        cost += (middle - (low + high) / 2).magnitude / 100
      }
    }
    for index in places.indices where sides[index] != allowed[index][0] { cost += 1.5 }
    return cost
  }
}
