internal import CLinearAlgebra

/// Memory for `count` numbers of eight lanes: number i of eight problems stands in eight doubles side by side.
///
/// Whole vectors of it are aligned, and zero at first.
package final class LaneMemory {
  /// The number of lanes.
  package static let lanes = LaneKernels.count
  /// The first lane of the first number.
  package let pointer: UnsafeMutablePointer<Double>
  /// How many numbers of eight lanes there are.
  package let count: Int

  package init(count: Int) {
    self.count = count
    let size = max(count, 1) * Self.lanes
    pointer = UnsafeMutableRawPointer.allocate(byteCount: size * 8, alignment: 64)
      .bindMemory(to: Double.self, capacity: size)
    pointer.initialize(repeating: 0, count: size)
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// Where the eight lanes of a number begin.
  @inline(__always) package func at(_ place: Int) -> UnsafeMutablePointer<Double> {
    pointer + place &* Self.lanes
  }

  /// One lane of a number.
  package subscript(place: Int, lane: Int) -> Double {
    @inline(__always) get { pointer[place &* Self.lanes &+ lane] }
    @inline(__always) set { pointer[place &* Self.lanes &+ lane] = newValue }
  }

  /// All lanes of a number.
  package subscript(place: Int) -> SIMD8<Double> {
    @inline(__always) get {
      UnsafeRawPointer(pointer + place &* Self.lanes).loadUnaligned(as: SIMD8<Double>.self)
    }
    @inline(__always) set {
      UnsafeMutableRawPointer(pointer + place &* Self.lanes)
        .storeBytes(of: newValue, as: SIMD8<Double>.self)
    }
  }

  /// Copies a run of numbers.
  @inline(__always) package func copy(_ source: Int, to target: Int, count: Int) {
    at(target).update(from: at(source), count: count &* Self.lanes)
  }
}

/// A straight-line program over the numbers of a ``LaneMemory``: the same few operations for every evaluation, put down
/// once as a list and run by one kernel. Places are counted in numbers of eight lanes.
package struct LaneProgram {
  /// One product of two numbers.
  package struct Term {
    let x: Int
    let a: Int

    package init(_ x: Int, _ a: Int) {
      self.x = x
      self.a = a
    }
  }

  /// What is wrong with lanes after a run.
  package struct Marks {
    /// Bits that are ones where a pivot was zero or not finite.
    fileprivate var unsound = SIMD8<UInt64>()
    /// The number of negative pivots: of variances less those of precisions, and 65,536 times that of variances.
    fileprivate var debt = SIMD8<Int64>()

    package init() {}

    /// The lanes in which every pivot was sound and as many were negative of variances as of precisions.
    @inline(__always) package var good: SIMDMask<SIMD8<Int64>> {
      (unsound .== 0) .& (debt & 0xffff .== 0)
    }
    /// The lanes in which every pivot of a variance was positive.
    @inline(__always) package var positive: SIMDMask<SIMD8<Int64>> {
      (unsound .== 0) .& (debt .== 0)
    }
  }

  /// What the pivots of a matrix are.
  package enum Pivots: Int {
    case variances = 65_537
    case precisions = -1
  }

  private var steps: [sl_step] = []
  private var terms: [Int32] = []

  package init() {}

  /// The kernels count plain numbers.
  private func place(_ number: Int) -> Int32 { Int32(number * LaneMemory.lanes) }

  private mutating func append(
    _ code: Int, _ count: Int, y: Int32, yStep: Int = 0, x: Int32, xStep: Int = 0, a: Int32 = 0
  ) {
    steps.append(
      sl_step(
        code: Int32(code), count: Int32(count), y: y, y_step: Int32(yStep), x: x, x_step: Int32(xStep), a: a))
  }

  /// y = x for runs of numbers.
  package mutating func copy(_ y: Int, _ x: Int, count: Int) {
    append(sl_copy, count, y: place(y), x: place(x))
  }

  /// y = Σ x a over at least one term.
  package mutating func sum(_ y: Int, _ sum: [Term]) {
    precondition(!sum.isEmpty, "A sum needs a term.")
    if let last = steps.last, last.code == Int32(sl_sums), last.a == Int32(sum.count) {
      steps[steps.count - 1].count += 1
    } else {
      append(sl_sums, 1, y: 0, x: Int32(terms.count), a: Int32(sum.count))
    }
    terms.append(place(y))
    append(sum)
  }

  /// Puts neighbouring sums of one length together, where none reads or writes what another one between them writes.
  package mutating func arrange() {
    var arranged = LaneProgram()
    var records: [ArraySlice<Int32>] = []
    func flush() {
      // A sum comes a level after those whose numbers it reads or overwrites.
      var written: [Int32: Int] = [:]
      var read: [Int32: Int] = [:]
      var levels: [[ArraySlice<Int32>]] = []
      for record in records {
        var level = 0
        for place in record { level = max(level, (written[place] ?? -1) + 1) }
        if let target = record.first {
          level = max(level, (read[target] ?? -1) + 1)
          written[target] = level
        }
        for place in record.dropFirst() { read[place] = max(level, read[place] ?? 0) }
        while levels.count <= level { levels.append([]) }
        levels[level].append(record)
      }
      for level in levels {
        for (count, group) in Dictionary(grouping: level, by: \.count).sorted(by: { $0.key < $1.key }) {
          arranged.append(
            sl_sums, group.count, y: 0, x: Int32(arranged.terms.count), a: Int32(count / 2))
          for record in group { arranged.terms += record }
        }
      }
      records = []
    }
    for var step in steps {
      if step.code == Int32(sl_sums) {
        let length = 1 + 2 * Int(step.a)
        for i in 0..<Int(step.count) {
          let first = Int(step.x) + i * length
          records.append(terms[first..<(first + length)])
        }
        continue
      }
      flush()
      let length =
        switch Int(step.code) {
        case sl_combine: 2 * Int(step.a)
        case sl_reciprocal: 2 * Int(step.count)
        default: 0
        }
      if length > 0 {
        let first = Int(step.x)
        step.x = Int32(arranged.terms.count)
        arranged.terms += terms[first..<(first + length)]
      }
      arranged.steps.append(step)
    }
    flush()
    self = arranged
  }

  /// y[i] = Σ x[i] a for runs of numbers that stand `yStep` and `xStep` apart.
  package mutating func combine(
    _ y: Int, step yStep: Int = 1, _ sum: [Term], step xStep: Int = 1, count: Int
  ) {
    append(
      sl_combine, count, y: place(y), yStep: yStep, x: Int32(terms.count), xStep: xStep, a: Int32(sum.count))
    append(sum)
  }

  private mutating func append(_ sum: [Term]) {
    for term in sum { terms += [place(term.x), place(term.a)] }
  }

  /// y = 1 / x for a variance x.
  package mutating func reciprocal(_ y: Int, _ x: Int) {
    let price = Int32(Pivots.variances.rawValue)
    if let last = steps.last, last.code == Int32(sl_reciprocal) {
      steps[steps.count - 1].count += 1
    } else {
      append(sl_reciprocal, 1, y: 0, x: Int32(terms.count), a: price)
    }
    terms += [place(y), place(x)]
  }

  /// The symmetric matrix at y, of which the lower triangle is read, becomes its inverse. The pivots of L D Lᵀ, whose
  /// product is the determinant, go to `pivots`.
  package mutating func invert(_ y: Int, order: Int, pivots: Int, _ kind: Pivots) {
    append(sl_invert, order, y: place(y), x: place(pivots), a: Int32(kind.rawValue))
  }

  /// The pivots of the covariance matrix at y, which is lost.
  package mutating func factor(_ y: Int, order: Int, pivots: Int) {
    append(sl_factor, order, y: place(y), x: place(pivots), a: Int32(Pivots.variances.rawValue))
  }

  /// y = x a, column-major.
  package mutating func product(_ y: Int, _ x: Int, _ a: Int, rows: Int, inner: Int, columns: Int) {
    append(sl_product, rows, y: place(y), yStep: columns, x: place(x), xStep: inner, a: place(a))
  }

  /// Runs the program.
  package func run(_ memory: LaneMemory) -> Marks {
    var marks = Marks()
    steps.withUnsafeBufferPointer { steps in
      terms.withUnsafeBufferPointer { terms in
        withUnsafeMutableBytes(of: &marks.unsound) { unsound in
          withUnsafeMutableBytes(of: &marks.debt) { debt in
            guard let base = steps.baseAddress, let unsound = unsound.baseAddress, let debt = debt.baseAddress
            else { return }
            sl_run(
              base, steps.count, terms.baseAddress, memory.pointer,
              unsound.assumingMemoryBound(to: Double.self), debt.assumingMemoryBound(to: Int64.self))
          }
        }
      }
    }
    return marks
  }
}

extension LaneKernels {
  /// The largest |g| · scale of each lane, with one plain scale for each number; NaN where one is NaN.
  @inline(__always)
  package static func largest(_ g: UnsafePointer<Double>, scale: UnsafePointer<Double>, count: Int)
    -> SIMD8<Double>
  {
    var result = SIMD8<Double>()
    withUnsafeMutableBytes(of: &result) { result in
      if let base = result.baseAddress {
        sl_largest(g, scale, count, base.assumingMemoryBound(to: Double.self))
      }
    }
    return result
  }
}

extension LaneMemory {
  /// Σ log |x| of the numbers at some places, lane by lane; none may be zero. Zero in lanes that are not asked for.
  package func sumOfLogarithms(
    _ places: [Int], in lanes: SIMDMask<SIMD8<Int64>> = SIMDMask(repeating: true)
  ) -> SIMD8<Double> {
    var sum = SIMD8<Double>()
    for lane in 0..<Self.lanes where lanes[lane] {
      var product = 1.0
      var total = 0.0
      for index in places.indices {
        product *= self[places[index], lane].magnitude
        // One logarithm serves many numbers as long as the product stays far from the ends of the range.
        if !(product > 1e-100 && product < 1e100) {
          total += logarithm(product)
          product = 1
        }
      }
      sum[lane] = total + logarithm(product)
    }
    return sum
  }
}
