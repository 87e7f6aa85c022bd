import CLinearAlgebra
import SEMNumerics
import Testing

/// The lane kernels of every level that this processor has: right, and with the same bits.
@Suite struct LanesTests {
  static let orders = Array(1...13) + [16, 21, 30]

  /// Eight matrices, one in each lane; NaN stands above the diagonals if asked for.
  private func lanes(_ matrices: [Matrix], lowerOnly: Bool = false) -> LaneMemory {
    let (rows, columns) = (matrices[0].rowCount, matrices[0].columnCount)
    let memory = LaneMemory(count: rows * columns)
    for lane in 0..<8 {
      for j in 0..<columns {
        for i in 0..<rows { memory[i + j * rows, lane] = lowerOnly && i < j ? .nan : matrices[lane][i, j] }
      }
    }
    return memory
  }

  /// Writes eight matrices to a place.
  private func put(_ matrices: [Matrix], _ memory: LaneMemory, at place: Int = 0, lowerOnly: Bool = false) {
    let values = lanes(matrices, lowerOnly: lowerOnly)
    withExtendedLifetime(values) {
      memory.at(place).update(from: values.pointer, count: LaneMemory.lanes * values.count)
    }
  }

  private func matrix(_ memory: LaneMemory, at place: Int = 0, _ rows: Int, _ columns: Int, lane: Int)
    -> Matrix
  {
    Matrix(
      rowCount: rows, columnCount: columns,
      columnMajor: (0..<(rows * columns)).map { memory[place + $0, lane] })
  }

  private func bits(_ memory: LaneMemory) -> [UInt64] {
    (0..<(8 * memory.count)).map { memory.pointer[$0].bitPattern }
  }

  private func fresh(_ count: Int) -> LaneMemory {
    let memory = LaneMemory(count: count)
    memory.pointer.update(repeating: .nan, count: 8 * count)
    return memory
  }

  @Test(arguments: orders)
  func programsAreThoseOfMatrices(n: Int) {
    let matrices = (0..<8).map { Matrix.randomPositiveDefinite(n) + Double($0) * Matrix.identity(n) }
    let others = (0..<8).map { Matrix.random(n, n, seed: UInt64(30 + $0)) }
    let memory = fresh(4 * n * n + 2 * n)
    let square = n * n
    put(matrices, memory, lowerOnly: true)
    put(others, memory, at: square)
    var program = LaneProgram()
    program.copy(2 * square, 0, count: square)
    program.factor(2 * square, order: n, pivots: 4 * square)
    program.invert(0, order: n, pivots: 4 * square + n, .variances)
    program.product(3 * square, square, 0, rows: n, inner: n, columns: n)
    #expect(all(program.run(memory).good))
    let bound = KernelsTests.tolerance(n)
    let logarithms = memory.sumOfLogarithms(Array((4 * square)..<(4 * square + n)))
    for lane in 0..<8 {
      let inverse = matrix(memory, n, n, lane: lane)
      #expect(inverse.isSymmetric())
      #expect(inverse.naiveProduct(matrices[lane]).distance(to: .identity(n)) <= bound)
      let product = matrix(memory, at: 3 * square, n, n, lane: lane)
      #expect(product.distance(to: others[lane].naiveProduct(inverse)) <= bound)
      if let factor = try? Cholesky(matrices[lane]) {
        #expect(abs(logarithms[lane] - factor.logDeterminant) <= bound * max(1, abs(factor.logDeterminant)))
      }
      for i in 0..<n { #expect(memory[4 * square + i, lane] == memory[4 * square + n + i, lane]) }
    }
  }

  /// A bad pivot marks its lane and no other, and leaves the others' numbers as they are.
  @Test(arguments: [1, 3, 6, 9], [-30, 0, .nan, .infinity])
  func badPivotsStayInTheirLane(n: Int, value: Double) {
    let good = Matrix.randomPositiveDefinite(n)
    for place in 0..<n {
      var bad = good
      bad[place, place] = value
      if value == 0 { for i in 0..<n { (bad[i, place], bad[place, i]) = (0, 0) } }
      let memory = LaneMemory(count: n * n + n)
      let clean = LaneMemory(count: n * n + n)
      put((0..<8).map { $0 == 5 ? bad : good }, memory)
      put([Matrix](repeating: good, count: 8), clean)
      var program = LaneProgram()
      program.invert(0, order: n, pivots: n * n, .variances)
      #expect(all(program.run(clean).good))
      let good = program.run(memory).good
      for lane in 0..<8 {
        #expect(good[lane] == (lane != 5))
        guard lane != 5 else { continue }
        #expect(matrix(memory, n, n, lane: lane) == matrix(clean, n, n, lane: lane))
      }
    }
  }

  /// An indefinite matrix has its inverse too, and owes one for each negative eigenvalue.
  @Test(arguments: [2, 5, 8]) func negativePivotsAreCounted(n: Int) {
    let matrices = (0..<8).map { lane in
      Matrix.randomPositiveDefinite(n)
        + Matrix.diagonal((0..<n).map { $0 < lane % n ? -20 - Double($0) : 0 })
    }
    let memory = LaneMemory(count: n * n + n)
    put(matrices, memory)
    var program = LaneProgram()
    program.invert(0, order: n, pivots: n * n, .variances)
    let good = program.run(memory).good
    for lane in 0..<8 {
      #expect(good[lane] == (lane % n == 0))
      let inverse = matrix(memory, n, n, lane: lane)
      #expect(inverse.naiveProduct(matrices[lane]).distance(to: .identity(n)) <= KernelsTests.tolerance(n))
    }
  }

  /// Sums and combinations read and write where they are told to.
  @Test func sumsOfTerms() {
    let memory = LaneMemory(count: 60)
    for place in 0..<60 {
      memory[place] = SIMD8(repeating: Double(place)) + SIMD8(0, 1, 2, 3, 4, 5, 6, 7) / 8
    }
    var program = LaneProgram()
    program.sum(50, [.init(1, 2), .init(3, 4)])
    program.sum(51, [.init(50, 5)])
    program.combine(20, step: 2, [.init(0, 6), .init(1, 7), .init(2, 51)], step: 1, count: 11)
    program.copy(58, 20, count: 2)
    let before = (0..<60).map { memory[$0] }
    #expect(all(program.run(memory).good))
    let first = before[1] * before[2] + before[3] * before[4]
    #expect(memory[50] == first && memory[51] == first * before[5])
    for i in 0..<11 {
      var sum = before[i] * before[6]
      sum += before[i + 1] * before[7]
      sum += before[i + 2] * (first * before[5])
      #expect(memory[20 + 2 * i] == sum)
      if i < 10 { #expect(memory[21 + 2 * i] == before[21 + 2 * i]) }
    }
    #expect(memory[58] == memory[20] && memory[59] == memory[21])
  }

  @Test(arguments: [1, 2, 7, 16])
  func largestIsThatOfEachLane(n: Int) {
    let g = lanes((0..<8).map { Matrix.random(n, 1, seed: UInt64($0 + 1)) })
    let scale = NumberBuffer((0..<n).map { 0.5 + Double($0) })
    withExtendedLifetime((scale, g)) {
      let largest = LaneKernels.largest(g.pointer, scale: scale.pointer, count: n)
      for lane in 0..<8 { #expect(largest[lane] == (0..<n).map { abs(g[$0, lane]) * scale[$0] }.max()) }
      g[n / 2, 2] = .nan
      let spoilt = LaneKernels.largest(g.pointer, scale: scale.pointer, count: n)
      for lane in 0..<8 { #expect(spoilt[lane].isNaN == (lane == 2)) }
    }
  }

  /// Quadratic functions, each with its own Hessian near the common one: lanes begin at different times and end at their
  /// minima.
  @Test(arguments: [1, 5, 12])
  func searchFindsMinima(n: Int) throws {
    let common = Matrix.randomPositiveDefinite(n)
    let hessians = (0..<8).map { common + 0.2 * Matrix.randomPositiveDefinite(n, seed: UInt64(50 + $0)) }
    let minima = (0..<8).map { Matrix.random(n, 1, seed: UInt64(70 + $0)) }
    let point = LaneMemory(count: n)
    let gradient = LaneMemory(count: n)
    let inverse = NumberBuffer(try Cholesky(common).inverse().elements)
    let length = NumberBuffer([Double](repeating: 1, count: n))
    let curvatures = NumberBuffer((0..<n).map { common[$0, $0] })
    let search = LaneSearch(
      inverse: inverse, length: length, curvatures: curvatures, stepLimit: 100, point: point.pointer,
      gradient: gradient.pointer)
    let all = LaneSearch.Lanes(repeating: true)
    for round in 0..<40 {
      // Half of the lanes begin anew, far away.
      if round == 15 {
        for lane in 0..<4 {
          search.begin(lane: lane)
          for i in 0..<n { point[i, lane] = 3 }
        }
      }
      for lane in 0..<8 {
        let slope = hessians[lane].naiveProduct(matrix(point, n, 1, lane: lane) - minima[lane])
        for i in 0..<n { gradient[i, lane] = slope[i, 0] }
      }
      // Lane 7 goes back by half once.
      var isDefined = all
      isDefined[7] = round != 1
      let unusual = search.observe(isDefined: isDefined)
      // A function of one parameter is at rest after two steps.
      if n > 1, round < 4 { #expect(!any(unusual)) }
      _ = search.direct()
      search.move(active: all, isDefined: isDefined)
    }
    #expect(search.age(0) == 25 && search.age(7) == 40)
    for lane in 0..<8 { #expect(matrix(point, n, 1, lane: lane).distance(to: minima[lane]) < 1e-9) }
  }

  /// All results of one level.
  private func results(_ kernels: sl_kernels, _ n: Int) -> [[UInt64]] {
    let square = n * n
    let memory = LaneMemory(count: 3 * square + n)
    put((0..<8).map { Matrix.randomPositiveDefinite(n) + Double($0) * Matrix.identity(n) }, memory)
    let others = lanes((0..<8).map { Matrix.random(n, n, seed: UInt64(30 + $0)) })
    memory.at(square).update(from: others.pointer, count: 8 * square)
    func step(_ code: Int, _ count: Int, y: Int = 0, _ yStep: Int = 0, x: Int, _ xStep: Int = 0, a: Int = 0)
      -> sl_step
    {
      sl_step(
        code: Int32(code), count: Int32(count), y: Int32(y), y_step: Int32(yStep), x: Int32(x),
        x_step: Int32(xStep), a: Int32(a))
    }
    let whole = 8 * square
    let steps = [
      step(sl_invert, n, x: 3 * whole, a: -1),
      step(sl_product, n, y: 2 * whole, n, x: 0, n, a: whole),
      step(sl_combine, n, y: whole, n, x: 0, n, a: 2), step(sl_combine, square, y: 0, 1, x: 0, 1, a: 2),
      step(sl_sums, 1, x: 4, a: 3), step(sl_sums, 1, x: 11, a: 1), step(sl_reciprocal, 1, x: 14),
      step(sl_copy, 1, y: whole + 8, x: 0),
    ]
    // No run may overwrite its own factors.
    let terms = [
      2 * whole, whole + 8, 0, 2 * whole, 0, 0, 0, 0, whole, whole, whole, 8, whole, 0, whole, whole,
    ].map(Int32.init)
    let marks = LaneMemory(count: 1)
    var debt = SIMD8<Int64>()
    withUnsafeMutableBytes(of: &debt) { debt in
      guard let debt = debt.baseAddress else { return }
      kernels.run(
        steps, steps.count, terms, memory.pointer, marks.pointer, debt.assumingMemoryBound(to: Int64.self))
    }
    let panels = NumberBuffer(Matrix.random(n, 128, seed: 4).elements)
    let sums = LaneMemory(count: 32)
    let places = (0..<Int32(n)).map { (5 * $0) % Int32(n) }
    let vectors = (0..<6).map { seed in
      lanes((0..<8).map { Matrix.random(n, 1, seed: UInt64(8 * seed + $0)) })
    }
    let (moves, changes) = (fresh(3 * n), fresh(3 * n))
    let curvatures = lanes((0..<8).map { Matrix.random(3, 1, seed: UInt64(90 + $0)) })
    for slot in 0..<2 {
      moves.at(slot * n).update(from: vectors[slot].pointer, count: 8 * n)
      changes.at(slot * n).update(from: vectors[slot + 2].pointer, count: 8 * n)
    }
    let k = NumberBuffer(Matrix.random(n, 8 * ((n + 7) / 8), seed: 9).elements)
    let length = NumberBuffer((0..<n).map { 1 + Double($0) })
    let (largest, longest) = (LaneMemory(count: 1), LaneMemory(count: 1))
    let shares = fresh(3)
    let (query, direction, scales) = (fresh(n), fresh(n), fresh(n))
    let windows = UnsafeMutablePointer<Int64>.allocate(capacity: 8)
    defer { windows.deallocate() }
    for lane in 0..<8 { (windows + lane).initialize(to: lane == 3 ? 1 : 2) }
    var search = sl_search(
      order: n, history: 3, count: 2, newest: 1, next: 2, windows: windows,
      inverse: k.pointer, length: length.pointer,
      step_limit: 0.8, point: vectors[4].pointer, gradient: vectors[5].pointer,
      last_gradient: vectors[0].pointer, query: query.pointer, direction: direction.pointer,
      scales: scales.pointer, moves: moves.pointer, changes: changes.pointer, curvatures: curvatures.pointer,
      shares: shares.pointer)
    let ones: [Int64] = [-1, -1, 0, -1, -1, -1, -1, -1]
    let halves: [Int64] = [0, -1, 0, 0, 0, 0, 0, 0]
    let owned = (
      panels, k, length, vectors, moves, changes, curvatures, shares, query, direction, scales, others,
      memory
    )
    return withExtendedLifetime(owned) {
      kernels.weigh(
        panels.pointer, n, 64, 2, places, others.pointer, [0, Int64(n), Int64(n / 2), Int64(n)], 2,
        sums.pointer)
      kernels.largest(others.pointer, k.pointer, n, largest.pointer)
      kernels.rescale(&search, vectors[3].pointer, length.pointer, [-1, -1, -1, -1, -1, -1, -1, -1])
      kernels.remember(&search, ones, marks.pointer)
      kernels.direct(&search, longest.pointer)
      kernels.move(&search, ones, halves, longest.pointer)
      return [
        bits(memory), bits(sums), bits(largest), bits(longest), bits(marks),
        (0..<8).map { UInt64(bitPattern: debt[$0]) },
        bits(moves), bits(direction), bits(vectors[4]), bits(vectors[0]),
      ] + [(0..<(8 * n)).map { changes.pointer[8 * n + $0].bitPattern }]
    }
  }

  @Test(arguments: orders)
  func everyLevelGivesTheSameBits(n: Int) throws {
    let expected = results(try #require(sl_level(0)).pointee, n)
    #expect(expected.allSatisfy { $0.allSatisfy { !Double(bitPattern: $0).isNaN } })
    for level in 1...2 {
      guard let kernels = sl_level(Int32(level)) else { continue }
      #expect(results(kernels.pointee, n) == expected, "level \(level)")
    }
  }
}
