internal import SEMNumerics

/// Makes eight samples at once: what ``Resampler`` makes, a sample a lane. One serves one thread.
///
/// A product of two variables is formed once for a row and weighted by the row's counts in all eight samples.
final class BatchedResampler {
  let source: SampleSource
  /// The covariance matrices of each block with the likelihood's divisor, both triangles.
  let covariances: [LaneMemory]
  /// The means of each block.
  let means: [LaneMemory]
  /// The number of cases of each block and lane.
  private(set) var counts: [[Int]]
  /// The rows of each block about their centre, and a variable that is 1, in panels of four.
  private let panels: [LaneMemory]
  private let weights: [LaneMemory]
  private let sums: [LaneMemory]
  /// Makes one sample of a parametric bootstrap.
  private let single: Resampler?

  init(source: SampleSource) {
    self.source = source
    covariances = source.blocks.map { LaneMemory(count: $0.order * $0.order) }
    means = source.blocks.map { LaneMemory(count: $0.order) }
    counts = source.blocks.map { [Int](repeating: $0.count, count: LaneMemory.lanes) }
    guard source.method != .parametric else {
      single = Resampler(source: source)
      panels = []
      weights = []
      sums = []
      return
    }
    single = nil
    panels = source.blocks.map(Self.panels)
    weights = source.blocks.map { LaneMemory(count: $0.count) }
    sums = source.blocks.map {
      let order = 4 * Self.panelCount($0)
      return LaneMemory(count: order * order)
    }
  }

  private static func panelCount(_ block: SampleSource.Block) -> Int { (block.order + 4) / 4 }

  private static func panels(_ block: SampleSource.Block) -> LaneMemory {
    let n = block.count
    // Plain numbers, four of a row side by side.
    let memory = LaneMemory(count: (4 * n * panelCount(block) + 7) / 8)
    for variable in 0...block.order {
      let target = memory.pointer + 4 * n * (variable / 4) + variable % 4
      for row in 0..<n { target[4 * row] = variable < block.order ? block.deviations[row + variable * n] : 1 }
    }
    return memory
  }

  /// Draws samples, the first lane's first; lanes beyond them repeat the first.
  ///
  /// - Complexity: O(n) random numbers for a sample; 8 n p² operations for all.
  func draw(_ draws: Range<Int>) {
    if let single {
      for lane in 0..<LaneMemory.lanes {
        single.draw(draws.lowerBound + (lane < draws.count ? lane : 0))
        copy(single, to: lane)
      }
      return
    }
    for memory in weights { memory.pointer.update(repeating: 0, count: memory.count * LaneMemory.lanes) }
    for lane in 0..<LaneMemory.lanes {
      if lane >= draws.count {
        repeatFirst(in: lane)
        continue
      }
      var stream = RandomStream(
        seed: source.seed, stream: UInt64(draws.lowerBound + lane), purpose: source.purpose)
      for (number, block) in source.blocks.enumerated() {
        let target = weights[number].pointer + lane
        let units = block.unitCount
        if block.clusters.isEmpty {
          stream.integers(below: units, count: units) { target[$0 &* LaneMemory.lanes] += 1 }
        } else {
          for _ in 0..<units {
            for row in block.clusters[stream.integer(below: units)] { target[row &* LaneMemory.lanes] += 1 }
          }
        }
      }
    }
    accumulate()
  }

  /// The samples without one set of units each; lanes beyond them repeat the first.
  func leaveOut(_ sets: ArraySlice<(block: Int, set: Int, setCount: Int)>) {
    for (number, block) in source.blocks.enumerated() {
      let memory = weights[number]
      memory.pointer.update(repeating: 1, count: memory.count * LaneMemory.lanes)
      for (lane, item) in sets.enumerated() where item.block == number {
        for unit in stride(from: item.set, to: block.unitCount, by: item.setCount) {
          if block.clusters.isEmpty {
            memory[unit, lane] = 0
          } else {
            for row in block.clusters[unit] { memory[row, lane] = 0 }
          }
        }
      }
    }
    for lane in sets.count..<max(LaneMemory.lanes, sets.count) { repeatFirst(in: lane) }
    accumulate()
  }

  private func repeatFirst(in lane: Int) {
    for memory in weights { for row in 0..<memory.count { memory[row, lane] = memory[row, 0] } }
  }

  private func copy(_ single: Resampler, to lane: Int) {
    for block in covariances.indices {
      for place in 0..<covariances[block].count {
        covariances[block][place, lane] = single.covariances[block][place]
      }
      for place in 0..<means[block].count { means[block][place, lane] = single.means[block][place] }
      counts[block][lane] = single.counts[block]
    }
  }

  /// Moments from row counts: Σ w (y - ȳ)(y - ȳ)ᵀ.
  private func accumulate() {
    for (number, block) in source.blocks.enumerated() {
      let p = block.order
      let n = block.count
      let memory = weights[number]
      var cases = SIMD8<Double>()
      for row in 0..<n { cases += memory[row] }
      for lane in 0..<LaneMemory.lanes { counts[number][lane] = Int(cases[lane]) }
      if !block.caseWeights.isEmpty { for row in 0..<n { memory[row] *= block.caseWeights[row] } }
      let panelCount = Self.panelCount(block)
      let order = 4 * panelCount
      let sums = sums[number]
      LaneKernels.moments(
        panels: panels[number].pointer, panelCount: panelCount, weights: memory, rows: n, into: sums)
      // The variable that is 1 stands last.
      let total = sums[p + p * order]
      cases = cases.replacing(with: 1, where: cases .< 1)
      let free = cases - source.lostDegree
      let divisor = free.replacing(with: 1, where: free .< 1) * (total / cases)
      let (share, inverse) = (1 / total, 1 / divisor)
      let covariance = covariances[number]
      for j in 0..<p {
        let own = sums[p + j * order] * share
        means[number][j] = block.center[j] + own
        for i in j..<p {
          let value = (sums[i + j * order] - sums[p + i * order] * own) * inverse
          covariance[i + j * p] = value
          covariance[j + i * p] = value
        }
      }
    }
  }
}
