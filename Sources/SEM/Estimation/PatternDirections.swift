internal import SEMNumerics

/// The sums over patterns that the curvature of ``FullInformationBlock`` needs beyond what one matrix can hold.
///
/// Every sum is one of outer products: of directions of variables, or of vectors v with an element uᵀΣₐw for each element
/// a of the model. Columns are collected and added many at a time.
final class PatternDirections {
  private let likelihood: PatternLikelihood
  private let moments: MomentWorkspace
  private let u, z: NumberBuffer
  /// Gᵀ and Hᵀ times the columns of u and of z: variableCount and sourceCount numbers a column.
  private let gu, hu, gz, hz: NumberBuffer
  private var elements: ColumnBatch?

  init(likelihood: PatternLikelihood, moments: MomentWorkspace) {
    self.likelihood = likelihood
    self.moments = moments
    let structure = moments.structure
    let n = structure.momentOrder
    let widest = likelihood.widest
    u = NumberBuffer(count: n * widest.u)
    z = NumberBuffer(count: n * widest.z)
    gu = NumberBuffer(count: structure.variableCount * widest.u)
    hu = NumberBuffer(count: structure.sourceCount * widest.u)
    gz = NumberBuffer(count: structure.variableCount * widest.z)
    hz = NumberBuffer(count: structure.sourceCount * widest.z)
  }

  /// Adds `factor` times the outer products of the curvature to the lower triangle of a `dimension × dimension` matrix.
  ///
  /// - Parameters:
  ///   - list: The elements of the model.
  ///   - targets: Where each element's numbers go; `nil` for its parameter.
  /// - Complexity: O(t² m (m + r)) for each pattern, in blocks of columns.
  func addOuterProducts(
    _ kind: Curvature, _ factor: Double, elements list: [BlockStructure.Element], targets: [Int]?,
    dimension t: Int, into matrix: UnsafeMutablePointer<Double>
  ) {
    let batch = elements.flatMap { $0.length == t ? $0 : nil } ?? ColumnBatch(length: t)
    elements = batch
    let isExact = kind == .exact
    let m = moments.structure.variableCount
    let s = moments.structure.sourceCount
    list.withUnsafeBufferPointer { list in
      for layout in likelihood.layouts where layout.missingCount > 0 {
        let count = likelihood.directions(of: layout, u: u.pointer, z: isExact ? z.pointer : nil)
        project(u.pointer, count, gu.pointer, hu.pointer)
        if isExact { project(z.pointer, layout.rank, gz.pointer, hz.pointer) }
        let once = (factor * layout.share).squareRoot()
        let twice = (2 * factor * layout.share).squareRoot()
        for i in 0..<count {
          for j in 0...i {
            fill(
              batch.next(isNegative: isExact, into: matrix), t, list, targets, i == j ? once : twice,
              gu.pointer + i * m, hu.pointer + i * s, gu.pointer + j * m, hu.pointer + j * s)
          }
          guard isExact else { continue }
          for c in 0..<layout.rank {
            fill(
              batch.next(isNegative: !layout.isDirect, into: matrix), t, list, targets, twice,
              gu.pointer + i * m, hu.pointer + i * s, gz.pointer + c * m, hz.pointer + c * s)
          }
        }
      }
    }
    batch.flush(into: matrix)
  }

  /// Gᵀ v and Hᵀ v of some columns v: a sink's is the number of v itself.
  private func project(
    _ v: UnsafePointer<Double>, _ count: Int, _ g: UnsafeMutablePointer<Double>,
    _ h: UnsafeMutablePointer<Double>
  ) {
    let structure = moments.structure
    let n = structure.momentOrder
    let m = structure.variableCount
    let s = structure.sourceCount
    for k in 0..<count {
      let column = v + k * n
      (g + k * m).update(from: column, count: structure.sinkCount)
      for q in 0..<s {
        g[structure.sinkCount + q + k * m] = Kernels.dot(moments.g.pointer + q * n, column, count: n)
        h[q + k * s] = Kernels.dot(moments.h.pointer + q * n, column, count: n)
      }
    }
  }

  /// Writes `factor` · uᵀΣₐw for all elements.
  @inline(__always)
  private func fill(
    _ column: UnsafeMutablePointer<Double>, _ length: Int,
    _ list: UnsafeBufferPointer<BlockStructure.Element>, _ targets: [Int]?, _ factor: Double,
    _ gu: UnsafePointer<Double>, _ hu: UnsafePointer<Double>, _ gw: UnsafePointer<Double>,
    _ hw: UnsafePointer<Double>
  ) {
    let ns = moments.structure.sinkCount
    column.update(repeating: 0, count: length)
    for index in list.indices {
      let element = list[index]
      let (i, j) = (element.row, element.column)
      let value: Double
      switch element.kind {
      case .path: value = gu[i] * hw[j - ns] + hu[j - ns] * gw[i]
      case .covariance: value = i == j ? gu[i] * gw[i] : gu[i] * gw[j] + gu[j] * gw[i]
      }
      column[targets?[index] ?? element.parameter] += factor * value
    }
  }
}

/// Columns that wait to be added as outer products, + c cᵀ or - c cᵀ, to the lower triangle of a matrix.
final class ColumnBatch {
  let length: Int
  private static let capacity = 48
  private let positive, negative: NumberBuffer
  private var positiveCount = 0
  private var negativeCount = 0

  init(length: Int) {
    self.length = length
    positive = NumberBuffer(count: length * Self.capacity)
    negative = NumberBuffer(count: length * Self.capacity)
  }

  /// Room for the next column; a full batch is added to the matrix first.
  func next(isNegative: Bool, into matrix: UnsafeMutablePointer<Double>) -> UnsafeMutablePointer<Double> {
    if isNegative {
      if negativeCount == Self.capacity { flushNegative(into: matrix) }
      negativeCount += 1
      return negative.pointer + (negativeCount - 1) * length
    }
    if positiveCount == Self.capacity { flushPositive(into: matrix) }
    positiveCount += 1
    return positive.pointer + (positiveCount - 1) * length
  }

  /// Adds what waits.
  func flush(into matrix: UnsafeMutablePointer<Double>) {
    flushPositive(into: matrix)
    flushNegative(into: matrix)
  }

  private func flushPositive(into matrix: UnsafeMutablePointer<Double>) {
    Kernels.addOuterProducts(positive.pointer, rows: length, columns: positiveCount, factor: 1, into: matrix)
    positiveCount = 0
  }

  private func flushNegative(into matrix: UnsafeMutablePointer<Double>) {
    Kernels.addOuterProducts(negative.pointer, rows: length, columns: negativeCount, factor: -1, into: matrix)
    negativeCount = 0
  }
}
