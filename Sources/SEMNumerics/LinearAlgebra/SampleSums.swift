internal import CLinearAlgebra

/// Σ w y yᵀ for many samples of the same rows, as those of a bootstrap.
///
/// The products of two variables are formed once for all samples, and a sample takes the rows that are in it: three of
/// five in a sample with replacement.
package final class SampleSums {
  /// The number of variables.
  package let order: Int
  /// The number of rows that samples are drawn from.
  package let rowCount: Int
  /// How many samples are taken at a time.
  package let sampleCount: Int
  /// A weight for each row: put here what ``take(_:)`` is to take.
  package let weights: UnsafeMutablePointer<Double>
  private let ownWeights: NumberBuffer
  /// Rows whose products of one panel stay in the fastest cache.
  private static let blockSize = 32
  /// Products that are kept; beyond it they are formed anew for each set of samples.
  private static let keptLimit = 1 << 20

  /// Products come in panels of equal width.
  private let width: Int
  private let panelCount: Int
  private let blockCount: Int
  /// Row by row.
  private let values: NumberBuffer
  private let products: LaneMemory
  private let keepsProducts: Bool
  private let sums: LaneMemory
  /// The memory of the sums, panels × samples × width, and where each element of the triangle stands.
  @usableFromInline let numbers: UnsafePointer<Double>
  @usableFromInline let elements: UnsafePointer<Int>
  @usableFromInline let spacing: Int
  private let ownElements: UnsafeMutablePointer<Int>
  /// The rows of each sample, counted from the first of their block, and their weights.
  private var places: [Int32]
  private let shares: NumberBuffer
  /// Where the rows of a sample and a block begin and end.
  private var bounds: [Int64]

  /// Takes over the rows.
  ///
  /// - Parameters:
  ///   - columns: rowCount × order, column-major.
  ///   - samples: The most samples to be taken at a time; fewer where there are many rows.
  package init(columns: UnsafePointer<Double>, rowCount n: Int, order p: Int, samples: Int) {
    order = p
    rowCount = n
    sampleCount = max(LaneMemory.lanes, min(samples, (1 << 22) / max(n, 1)))
    // A panel has 32, 64, 96 or 128 numbers, sums of which the kernel keeps in registers.
    let units = (p * (p + 1) / 2 + 31) / 32
    panelCount = (units + 3) / 4
    width = 32 * ((units + panelCount - 1) / panelCount)
    blockCount = (n + Self.blockSize - 1) / Self.blockSize
    values = NumberBuffer(count: n * p)
    ownWeights = NumberBuffer(count: n)
    weights = ownWeights.pointer
    let blockNumbers = Self.blockSize * panelCount * width
    keepsProducts = blockNumbers * blockCount <= Self.keptLimit
    products = LaneMemory(count: blockNumbers * (keepsProducts ? blockCount : 1) / LaneMemory.lanes)
    sums = LaneMemory(count: sampleCount * panelCount * width / LaneMemory.lanes)
    numbers = UnsafePointer(sums.pointer)
    spacing = width
    let size = p * (p + 1) / 2
    ownElements = .allocate(capacity: size)
    for k in 0..<size { (ownElements + k).initialize(to: k / width * sampleCount * width + k % width) }
    elements = UnsafePointer(ownElements)
    places = [Int32](repeating: 0, count: n * sampleCount + 1)
    shares = NumberBuffer(count: n * sampleCount + 1)
    bounds = [Int64](repeating: 0, count: 2 * blockCount * sampleCount)
    for i in 0..<n { for j in 0..<p { values[j + i * p] = columns[i + j * n] } }
    if keepsProducts { for block in 0..<blockCount { form(block) } }
  }

  deinit { ownElements.deallocate() }

  /// Where the products of a block of rows stand.
  private func place(_ block: Int) -> UnsafeMutablePointer<Double> {
    products.pointer + (keepsProducts ? block * Self.blockSize * panelCount * width : 0)
  }

  /// Forms the products of a block of rows: column by column of the lower triangle, in panels.
  private func form(_ block: Int) {
    let (first, last) = (block * Self.blockSize, min((block + 1) * Self.blockSize, rowCount))
    let target = place(block)
    let step = (Self.blockSize - 1) * width
    for row in first..<last {
      let x = values.pointer + row &* order
      var place = (row &- first) &* width
      var left = width
      for j in 0..<order {
        var i = j
        while i < order {
          let run = min(left, order &- i)
          for k in 0..<run { target[place &+ k] = x[i &+ k] * x[j] }
          i &+= run
          place &+= run
          left &-= run
          if left == 0 {
            place &+= step
            left = width
          }
        }
      }
    }
  }

  /// Takes the rows with a weight as a sample's; all samples in turn, from 0.
  package func take(_ sample: Int) {
    let base = sample &* rowCount
    places.withUnsafeMutableBufferPointer { places in
      bounds.withUnsafeMutableBufferPointer { bounds in
        let shares = shares.pointer
        var used = base
        for block in 0..<blockCount {
          let (first, last) = (block * Self.blockSize, min((block + 1) * Self.blockSize, rowCount))
          let begin = 2 &* (block &* sampleCount &+ sample)
          bounds[begin] = Int64(used)
          guard let place = places.baseAddress else { return }
          used &+= sl_pick(weights + first, last &- first, place + used, shares + used)
          bounds[begin &+ 1] = Int64(used)
        }
      }
    }
  }

  /// Forms the sums of the first samples.
  ///
  /// - Complexity: p²/2 products for each row in a sample, in the widest vectors.
  package func add(samples count: Int) {
    sums.pointer.update(repeating: 0, count: sums.count * LaneMemory.lanes)
    for block in 0..<blockCount {
      for sample in count..<max(count, sampleCount) {
        bounds[2 * (block * sampleCount + sample)] = 0
        bounds[2 * (block * sampleCount + sample) + 1] = 0
      }
    }
    for block in 0..<blockCount {
      if !keepsProducts { form(block) }
      bounds.withUnsafeBufferPointer { bounds in
        places.withUnsafeBufferPointer { places in
          guard let bounds = bounds.baseAddress else { return }
          sl_weigh(
            place(block), Self.blockSize, width, panelCount, places.baseAddress, shares.pointer,
            bounds + 2 * block * sampleCount, sampleCount, sums.pointer)
        }
      }
    }
  }

  /// Σ w y yᵀ of eight samples of the last sums, element `place` of the lower triangle, counted column by column.
  @inlinable @inline(__always)
  package func element(_ place: Int, _ samples: SIMD8<Int>) -> SIMD8<Double> {
    let x = numbers + elements[place]
    return SIMD8(
      x[spacing &* samples[0]], x[spacing &* samples[1]], x[spacing &* samples[2]], x[spacing &* samples[3]],
      x[spacing &* samples[4]], x[spacing &* samples[5]], x[spacing &* samples[6]], x[spacing &* samples[7]])
  }
}
