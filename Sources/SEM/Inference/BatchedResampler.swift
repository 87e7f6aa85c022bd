internal import SEMNumerics

/// Makes samples, and hands them on eight at a time: what ``Resampler`` makes, a sample a lane. One serves one thread.
///
/// ``draw(_:)`` and ``leaveOut(_:)`` make as many as ``capacity``, whose sums over rows go together, and lay out the first
/// eight; ``layOut(from:)`` goes on.
final class BatchedResampler {
  let source: SampleSource
  /// How many samples are made at a time.
  let capacity: Int
  /// The covariance matrices of each block with the likelihood's divisor, both triangles.
  let covariances: [LaneMemory]
  /// The means of each block.
  let means: [LaneMemory]
  /// The number of cases of each block and lane.
  private(set) var counts: [[Int]]
  /// The rows of each block about their centre, and a variable that is 1.
  private let sums: [SampleSums]
  /// The samples that have been made: numbers of cases by block and sample, and how many samples.
  private var caseCounts: [[Int]]
  private var made = 0
  /// Makes one sample of a parametric bootstrap.
  private let single: Resampler?
  private var firstDraw = 0

  init(source: SampleSource) {
    self.source = source
    covariances = source.blocks.map { LaneMemory(count: $0.order * $0.order) }
    means = source.blocks.map { LaneMemory(count: $0.order) }
    counts = source.blocks.map { [Int](repeating: $0.count, count: LaneMemory.lanes) }
    guard source.method != .parametric else {
      single = Resampler(source: source)
      sums = []
      caseCounts = []
      capacity = LaneMemory.lanes
      return
    }
    single = nil
    sums = source.blocks.map { block in
      let columns = block.deviations + [Double](repeating: 1, count: block.count)
      return SampleSums(columns: columns, rowCount: block.count, order: block.order + 1, samples: 64)
    }
    capacity = sums.map(\.sampleCount).min() ?? LaneMemory.lanes
    caseCounts = source.blocks.map { [Int](repeating: $0.count, count: 64) }
  }

  /// Draws samples, ``capacity`` at most.
  ///
  /// - Complexity: O(n) random numbers and 0.63 n p²/2 products for a sample.
  func draw(_ draws: Range<Int>) {
    made = draws.count
    firstDraw = draws.lowerBound
    if single == nil {
      for sample in 0..<made { take(draws.lowerBound + sample, as: sample) }
      for sums in sums { sums.add(samples: made) }
    }
    layOut(from: 0)
  }

  private func take(_ draw: Int, as sample: Int) {
    var stream = RandomStream(seed: source.seed, stream: UInt64(draw), purpose: source.purpose)
    for (number, block) in source.blocks.enumerated() {
      let weights = sums[number].weights
      weights.update(repeating: 0, count: block.count)
      let units = block.unitCount
      if block.clusters.isEmpty {
        stream.integers(below: units, count: units) { weights[$0] += 1 }
      } else {
        for _ in 0..<units {
          for row in block.clusters[stream.integer(below: units)] { weights[row] += 1 }
        }
      }
      finish(number, block, sample)
    }
  }

  /// The samples without one set of units each, ``capacity`` at most.
  func leaveOut(_ sets: ArraySlice<(block: Int, set: Int, setCount: Int)>) {
    made = sets.count
    for (sample, item) in sets.enumerated() {
      for (number, block) in source.blocks.enumerated() {
        let weights = sums[number].weights
        weights.update(repeating: 1, count: block.count)
        if item.block == number {
          for unit in stride(from: item.set, to: block.unitCount, by: item.setCount) {
            if block.clusters.isEmpty {
              weights[unit] = 0
            } else {
              for row in block.clusters[unit] { weights[row] = 0 }
            }
          }
        }
        finish(number, block, sample)
      }
    }
    for sums in sums { sums.add(samples: made) }
    layOut(from: 0)
  }

  /// Takes the counts of rows as a sample's.
  private func finish(_ number: Int, _ block: SampleSource.Block, _ sample: Int) {
    if !block.caseWeights.isEmpty {
      let weights = sums[number].weights
      caseCounts[number][sample] = Int((0..<block.count).reduce(0.0) { $0 + weights[$1] })
      for row in 0..<block.count { weights[row] *= block.caseWeights[row] }
    }
    sums[number].take(sample)
  }

  /// Lays out eight of the samples that have been made, that of place `first` in the first lane; lanes beyond the last
  /// sample repeat the first.
  func layOut(from first: Int) {
    let places = SIMD8<Int>(0, 1, 2, 3, 4, 5, 6, 7)
    let samples = (first &+ places).replacing(with: first, where: first &+ places .>= made)
    for (number, block) in source.blocks.enumerated() {
      if let single {
        for lane in 0..<LaneMemory.lanes {
          single.draw(firstDraw + samples[lane])
          copy(single, number, to: lane)
        }
      } else {
        moments(number, block, samples)
      }
    }
  }

  private func copy(_ single: Resampler, _ block: Int, to lane: Int) {
    for place in 0..<covariances[block].count {
      covariances[block][place, lane] = single.covariances[block][place]
    }
    for place in 0..<means[block].count { means[block][place, lane] = single.means[block][place] }
    counts[block][lane] = single.counts[block]
  }

  /// Moments from sums: Σ w (y - ȳ)(y - ȳ)ᵀ.
  private func moments(_ number: Int, _ block: SampleSource.Block, _ samples: SIMD8<Int>) {
    let p = block.order
    let size = (p + 1) * (p + 2) / 2
    let sums = sums[number]
    @inline(__always) func sum(_ place: Int) -> SIMD8<Double> { sums.element(place, samples) }
    // The variable that is 1 stands last.
    let total = sum(size - 1)
    var cases = total
    for lane in 0..<LaneMemory.lanes {
      if !block.caseWeights.isEmpty { cases[lane] = Double(caseCounts[number][samples[lane]]) }
      counts[number][lane] = Int(cases[lane])
    }
    cases = cases.replacing(with: 1, where: cases .< 1)
    let free = cases - source.lostDegree
    let divisor = free.replacing(with: 1, where: free .< 1) * (total / cases)
    let (share, inverse) = (1 / total, 1 / divisor)
    let (covariance, mean) = (covariances[number], means[number])
    // A column of sums ends with that of its variable.
    var end = p
    for j in 0..<p {
      let own = sum(end)
      mean[j] = own
      end &+= p &- j
    }
    var place = 0
    for j in 0..<p {
      let own = mean[j] * share
      for i in j..<p {
        let value = (sum(place) - mean[i] * own) * inverse
        covariance[i &+ j &* p] = value
        covariance[j &+ i &* p] = value
        place &+= 1
      }
      place &+= 1
    }
    for j in 0..<p { mean[j] = block.center[j] + mean[j] * share }
  }
}
