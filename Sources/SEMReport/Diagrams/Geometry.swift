typealias Point = Drawing.Point
typealias Box = Drawing.Rectangle

extension Drawing.Point {
  static func + (a: Point, b: Point) -> Point { Point(a.x + b.x, a.y + b.y) }
  static func - (a: Point, b: Point) -> Point { Point(a.x - b.x, a.y - b.y) }
  static func * (a: Point, factor: Double) -> Point { Point(a.x * factor, a.y * factor) }

  var length: Double { (x * x + y * y).squareRoot() }
  /// Of length 1; the zero vector points to the right.
  var unit: Point { length > 0 ? self * (1 / length) : Point(1, 0) }
  /// Turned by a right angle.
  var normal: Point { Point(-y, x) }
  var transposed: Point { Point(y, x) }

  func dot(_ other: Point) -> Double { x * other.x + y * other.y }
  func mixed(with other: Point, share: Double) -> Point { self + (other - self) * share }
}

extension Drawing.Rectangle {
  var transposed: Box { Box(minX: minY, minY: minX, maxX: maxY, maxY: maxX) }

  func moved(by offset: Point) -> Box {
    Box(minX: minX + offset.x, minY: minY + offset.y, maxX: maxX + offset.x, maxY: maxY + offset.y)
  }

  func inset(by margin: Double) -> Box {
    Box(minX: minX + margin, minY: minY + margin, maxX: maxX - margin, maxY: maxY - margin)
  }

  func union(_ other: Box) -> Box {
    Box(
      minX: min(minX, other.minX), minY: min(minY, other.minY), maxX: max(maxX, other.maxX),
      maxY: max(maxY, other.maxY))
  }

  func overlaps(_ other: Box) -> Bool {
    minX < other.maxX && other.minX < maxX && minY < other.maxY && other.minY < maxY
  }

  /// The area that two boxes share.
  func sharedArea(_ other: Box) -> Double {
    let width = min(maxX, other.maxX) - max(minX, other.minX)
    let height = min(maxY, other.maxY) - max(minY, other.minY)
    return width > 0 && height > 0 ? width * height : 0
  }

  /// Whether a straight line passes through (Liang and Barsky).
  func isHit(from a: Point, to b: Point) -> Bool {
    var enter = 0.0
    var leave = 1.0
    func clip(_ step: Double, _ room: Double) -> Bool {
      if step == 0 { return room > 0 }
      let t = room / step
      if step < 0 { enter = max(enter, t) } else { leave = min(leave, t) }
      return enter < leave
    }
    let d = b - a
    return clip(-d.x, a.x - minX) && clip(d.x, maxX - a.x) && clip(-d.y, a.y - minY) && clip(d.y, maxY - a.y)
  }

  static func around(_ points: [Point]) -> Box {
    var box = Box(minX: .infinity, minY: .infinity, maxX: -.infinity, maxY: -.infinity)
    for p in points { box = box.union(Box(minX: p.x, minY: p.y, maxX: p.x, maxY: p.y)) }
    return box
  }
}

/// Whether two straight lines cross inside both.
func segmentsCross(_ a: Point, _ b: Point, _ c: Point, _ d: Point) -> Bool {
  func side(_ p: Point, _ q: Point, _ r: Point) -> Double {
    (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)
  }
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}

/// A cubic Bézier curve, or a straight line as one.
struct Curve: Sendable, Hashable {
  var start: Point
  var first: Point
  var second: Point
  var end: Point
  var isStraight: Bool

  init(from start: Point, to end: Point) {
    self.start = start
    self.end = end
    first = start.mixed(with: end, share: 1 / 3)
    second = start.mixed(with: end, share: 2 / 3)
    isStraight = true
  }

  /// An arc whose middle stands `bow` to the left of the straight line (seen with y downwards: to its right).
  ///
  /// - Parameter shoulder: How far the control points are from the ends, as a share of the length.
  init(from start: Point, to end: Point, bow: Double, shoulder: Double = 0.2) {
    self.init(from: start, to: end)
    guard bow != 0 else { return }
    let away = (end - start).unit.normal * (bow / 0.75)
    first = start.mixed(with: end, share: shoulder) + away
    second = end.mixed(with: start, share: shoulder) + away
    isStraight = false
  }

  func point(_ t: Double) -> Point {
    let s = 1 - t
    return start * (s * s * s) + first * (3 * s * s * t) + second * (3 * s * t * t) + end * (t * t * t)
  }

  /// The part between two parameters (de Casteljau).
  func part(from a: Double, to b: Double) -> Curve {
    func split(_ curve: Curve, _ t: Double) -> (Curve, Curve) {
      let p = curve.start.mixed(with: curve.first, share: t)
      let q = curve.first.mixed(with: curve.second, share: t)
      let r = curve.second.mixed(with: curve.end, share: t)
      let pq = p.mixed(with: q, share: t)
      let qr = q.mixed(with: r, share: t)
      let m = pq.mixed(with: qr, share: t)
      var head = curve
      var tail = curve
      (head.first, head.second, head.end) = (p, pq, m)
      (tail.start, tail.first, tail.second) = (m, qr, r)
      return (head, tail)
    }
    let tail = split(self, a).1
    return split(tail, a < 1 ? (b - a) / (1 - a) : 1).0
  }

  /// The parameter at a distance from the start, or from the end if negative, in a straight line.
  func share(at distance: Double) -> Double {
    let isBackward = distance < 0
    let origin = isBackward ? end : start
    var (near, far) = (0.0, 0.5)
    for _ in 0..<30 {
      let middle = (near + far) / 2
      let reached = (point(isBackward ? 1 - middle : middle) - origin).length
      if reached < distance.magnitude { near = middle } else { far = middle }
    }
    return isBackward ? 1 - far : far
  }

  /// Points along it: two for a straight line.
  var polyline: [Point] {
    isStraight ? [start, end] : (0...12).map { point(Double($0) / 12) }
  }

  var transposed: Curve {
    var curve = self
    (curve.start, curve.first) = (start.transposed, first.transposed)
    (curve.second, curve.end) = (second.transposed, end.transposed)
    return curve
  }

  func moved(by offset: Point) -> Curve {
    var curve = self
    (curve.start, curve.first) = (start + offset, first + offset)
    (curve.second, curve.end) = (second + offset, end + offset)
    return curve
  }

  /// The part outside two shapes in which it begins and ends.
  func clipped(leaving a: (Point) -> Bool, entering b: (Point) -> Bool) -> Curve {
    func boundary(_ inside: Double, _ outside: Double, _ contains: (Point) -> Bool) -> Double {
      var (inside, outside) = (inside, outside)
      for _ in 0..<40 {
        let middle = (inside + outside) / 2
        if contains(point(middle)) { inside = middle } else { outside = middle }
      }
      return outside
    }
    let steps = (0...32).map { Double($0) / 32 }
    let outside = steps.filter { !a(point($0)) && !b(point($0)) }
    guard let low = outside.first, let high = outside.last, high > low else { return self }
    return part(from: a(start) ? boundary(0, low, a) : 0, to: b(end) ? boundary(1, high, b) : 1)
  }
}

/// Numbers that look random and are the same on every run (SplitMix64, Steele, Lea and Flood 2014).
struct SearchNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Between 0 and `count` - 1.
  mutating func index(below count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }
  /// Between 0 and 1.
  mutating func share() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
}
