internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// What bootstrap samples are drawn from; made once and shared by all threads.
struct SampleSource: Sendable {
  /// One block (group): its rows are resampled by themselves.
  struct Block: Sendable {
    /// The number of cases.
    var count: Int
    /// The number of variables.
    var order: Int
    /// The rows about ``center``, column by column; empty for a parametric bootstrap from moments.
    var deviations: [Double]
    /// The means of the rows.
    var center: [Double]
    /// The units that are drawn, as lists of rows; empty where each row is a unit.
    var clusters: [[Int]]
    /// The sampling weights of the rows; empty for equal ones. A row keeps its weight in every sample.
    var caseWeights: [Double] = []
    /// Σ̂ = L Lᵀ with the likelihood's divisor, for a parametric bootstrap.
    var factor: [Double]

    /// The number of units that are drawn.
    var unitCount: Int { clusters.isEmpty ? count : clusters.count }
  }

  var blocks: [Block]
  var method: BootstrapMethod
  var seed: UInt64
  /// 1 where covariance matrices have divisor n - 1.
  var lostDegree: Double
  /// The rows themselves, for models that must be fitted to rows; empty where moments do.
  var rows: [Matrix] = []

  /// The streams of different methods differ although they share seed and draw.
  var purpose: UInt64 {
    switch method {
    case .ordinary: 0x626f_6f74
    case .bollenStine: 0x6273_7374
    case .parametric: 0x7061_7261
    case .monteCarlo: 0x6d63_6172
    }
  }

  /// The sets of units that a jackknife leaves out in turn: one unit each, or `limit` sets of many units.
  func jackknifeSets(limit: Int) -> [(block: Int, set: Int, setCount: Int)] {
    let total = blocks.reduce(0) { $0 + $1.unitCount }
    var result: [(block: Int, set: Int, setCount: Int)] = []
    for (index, block) in blocks.enumerated() {
      let share = total <= limit ? block.unitCount : max(2, limit * block.unitCount / max(total, 1))
      let sets = min(block.unitCount, share)
      for set in 0..<sets { result.append((index, set, sets)) }
    }
    return result
  }
}

extension SampleSource {
  /// The source of a fit's samples.
  ///
  /// Bollen and Stine (1992) resample Z = (Y - ȳ) S^-½ Σ̂^½ + μ̂, in which the model holds exactly; μ̂ is ȳ without a mean
  /// structure.
  /// - Throws: ``InferenceError/needsRawData(_:)``, ``InferenceError/undefinedAtEstimates``.
  init(_ fit: FittedModel, options: BootstrapOptions) throws(InferenceError) {
    method = options.method
    seed = options.seed
    lostDegree = fit.options.usesUnbiasedCovariance ? 1 : 0
    blocks = []
    if fit.options.missing != .listwise, method != .ordinary {
      throw .notAvailable("With missing values only ordinary draws can be made.")
    }
    for (index, sample) in fit.moments.enumerated() {
      let p = sample.variables.count
      var block = Block(
        count: sample.count, order: p, deviations: [],
        center: sample.mean ?? [Double](repeating: 0, count: p),
        clusters: [], factor: [])
      if method == .parametric {
        guard let matrices = fit.matrices(ofBlock: index),
          let factor = try? Cholesky(matrices.observedCovariance)
        else { throw .undefinedAtEstimates }
        block.factor = factor.lower.elements
        if fit.table.hasMeanStructure { block.center = matrices.observedMean }
      } else {
        guard let rows = fit.rows, rows.indices.contains(index) else {
          throw .needsRawData("The draws of a bootstrap")
        }
        var values = rows[index]
        if method == .bollenStine {
          guard let matrices = fit.matrices(ofBlock: index) else { throw .undefinedAtEstimates }
          values = try Self.transformed(
            values, sample: sample, model: matrices.observedCovariance,
            mean: fit.table.hasMeanStructure ? matrices.observedMean : nil)
        }
        block.count = values.rowCount
        block.setRows(values)
        block.caseWeights = fit.design.isEmpty ? [] : fit.design[index].weights ?? []
        if let clusters = options.clusters {
          guard clusters.indices.contains(index), clusters[index].count == values.rowCount else {
            throw .notAvailable("The clusters must be given for each row that the model was fitted to.")
          }
          block.setClusters(clusters[index])
        }
        self.rows.append(values)
      }
      blocks.append(block)
    }
  }

  /// The rows transformed so that their covariance matrix is Σ̂ and their mean μ̂.
  static func transformed(_ rows: Matrix, sample: SampleMoments, model: Matrix, mean: [Double]?)
    throws(InferenceError) -> Matrix
  {
    guard let s = try? SymmetricEigen(sample.covariance), let sigma = try? SymmetricEigen(model),
      s.values.allSatisfy({ $0 > 0 }), sigma.values.allSatisfy({ $0 >= 0 })
    else { throw .undefinedAtEstimates }
    let transform = s.reconstruct { 1 / $0.squareRoot() } * sigma.reconstruct { max($0, 0).squareRoot() }
    let p = rows.columnCount
    let n = rows.rowCount
    let own = (0..<p).map { j in rows.column(j).reduce(0, +) / Double(max(n, 1)) }
    var result = Matrix(rowCount: n, columnCount: p)
    for j in 0..<p {
      for k in 0..<p {
        let weight = transform[k, j]
        for i in 0..<n { result.elements[i + j * n] += (rows.elements[i + k * n] - own[k]) * weight }
      }
      let shift = mean?[j] ?? own[j]
      for i in 0..<n { result.elements[i + j * n] += shift }
    }
    return result
  }
}

extension SampleSource.Block {
  fileprivate mutating func setRows(_ rows: Matrix) {
    let n = rows.rowCount
    deviations = rows.elements
    for j in 0..<order {
      var sum = 0.0
      for i in 0..<n { sum += rows.elements[i + j * n] }
      let mean = sum / Double(max(n, 1))
      center[j] = mean
      for i in 0..<n { deviations[i + j * n] -= mean }
    }
  }

  fileprivate mutating func setClusters(_ codes: [Int]) {
    var members: [Int: Int] = [:]
    for (row, code) in codes.enumerated() {
      if let place = members[code] {
        clusters[place].append(row)
      } else {
        members[code] = clusters.count
        clusters.append([row])
      }
    }
  }
}

/// Draws samples and computes their moments in memory that is made once. One resampler serves one thread.
final class Resampler {
  private static let blockSize = 128

  let source: SampleSource
  /// The covariance matrix of each block's last sample with the likelihood's divisor, column-major.
  let covariances: [NumberBuffer]
  /// The means of each block's last sample.
  let means: [NumberBuffer]
  /// The number of cases of each block's last sample.
  private(set) var counts: [Int]
  /// How often each row of each block is in the sample.
  private(set) var weights: [[Int32]]
  private let gathered: NumberBuffer
  private let weighted: NumberBuffer
  private var distinct: [Int]
  private let triangle: NumberBuffer
  private let product: NumberBuffer

  init(source: SampleSource) {
    self.source = source
    let order = source.blocks.map(\.order).max() ?? 0
    covariances = source.blocks.map { NumberBuffer(count: $0.order * $0.order) }
    means = source.blocks.map { NumberBuffer(count: $0.order) }
    counts = source.blocks.map(\.count)
    let isParametric = source.method == .parametric
    weights = source.blocks.map { [Int32](repeating: 0, count: isParametric ? 0 : $0.count) }
    gathered = NumberBuffer(count: order * Self.blockSize)
    weighted = NumberBuffer(count: Self.blockSize)
    distinct = [Int](repeating: 0, count: source.blocks.map(\.count).max() ?? 0)
    triangle = NumberBuffer(count: order * order)
    product = NumberBuffer(count: order * order)
  }

  /// Draws sample number `index`: a function of seed, method and number alone.
  ///
  /// - Complexity: O(n) random numbers and O(d p²) for d distinct rows; O(p³) for a parametric sample.
  func draw(_ index: Int) {
    var stream = RandomStream(seed: source.seed, stream: UInt64(index), purpose: source.purpose)
    for (number, block) in source.blocks.enumerated() {
      if source.method == .parametric {
        drawMoments(number, block, &stream)
        continue
      }
      weights[number].withUnsafeMutableBufferPointer { weights in
        for row in weights.indices { weights[row] = 0 }
        let units = block.unitCount
        if block.clusters.isEmpty {
          for _ in 0..<units { weights[stream.integer(below: units)] += 1 }
        } else {
          for _ in 0..<units { for row in block.clusters[stream.integer(below: units)] { weights[row] += 1 } }
        }
      }
      accumulate(number, block)
    }
  }

  /// The sample without one set of units.
  func leaveOut(block out: Int, set: Int, of setCount: Int) {
    for (number, block) in source.blocks.enumerated() {
      for row in weights[number].indices { weights[number][row] = 1 }
      if number == out {
        for unit in stride(from: set, to: block.unitCount, by: setCount) {
          if block.clusters.isEmpty {
            weights[number][unit] = 0
          } else {
            for row in block.clusters[unit] { weights[number][row] = 0 }
          }
        }
      }
      accumulate(number, block)
    }
  }

  /// Moments from row counts: Σ w (y - ȳ)(y - ȳ)ᵀ over the rows with w > 0, in blocks of rows.
  private func accumulate(_ number: Int, _ block: SampleSource.Block) {
    let p = block.order
    let n = block.count
    let size = Self.blockSize
    let covariance = covariances[number].pointer
    let mean = means[number].pointer
    covariance.update(repeating: 0, count: p * p)
    mean.update(repeating: 0, count: p)
    var total = 0
    var sumOfWeights = 0.0
    var used = 0
    for row in 0..<n where weights[number][row] != 0 {
      distinct[used] = row
      used += 1
      total += Int(weights[number][row])
      sumOfWeights += Double(weights[number][row]) * (block.caseWeights.isEmpty ? 1 : block.caseWeights[row])
    }
    counts[number] = total
    let x = gathered.pointer
    let w = weighted.pointer
    let caseWeights = block.caseWeights
    let isWeighted = !caseWeights.isEmpty
    block.deviations.withUnsafeBufferPointer { values in
      weights[number].withUnsafeBufferPointer { weights in
        distinct.withUnsafeBufferPointer { distinct in
          var first = 0
          while first < used {
            let length = min(size, used - first)
            for j in 0..<p {
              let column = j * n
              let target = x + j * size
              for r in 0..<length { target[r] = values[column + distinct[first + r]] }
            }
            for j in 0..<p {
              let own = x + j * size
              var sum = 0.0
              for r in 0..<length {
                let row = distinct[first + r]
                var value = Double(weights[row]) * own[r]
                if isWeighted { value *= caseWeights[row] }
                w[r] = value
                sum += value
              }
              mean[j] += sum
              for i in j..<p { covariance[i + j * p] += Kernels.dot(w, x + i * size, count: length) }
            }
            first += length
          }
        }
      }
    }
    let cases = Double(max(total, 1))
    let divisor = max(cases - source.lostDegree, 1) * (sumOfWeights / cases)
    for j in 0..<p {
      for i in j..<p {
        let value = (covariance[i + j * p] - mean[i] * mean[j] / sumOfWeights) / divisor
        covariance[i + j * p] = value
        covariance[j + i * p] = value
      }
    }
    for j in 0..<p { mean[j] = block.center[j] + mean[j] / sumOfWeights }
  }

  /// The moments of a normal sample without its rows: n S = L A Aᵀ Lᵀ with Bartlett's lower triangular A, whose squared
  /// diagonal is χ² with n - 1, n - 2, … degrees of freedom and whose other elements are standard normal (Smith and
  /// Hocking 1972, Applied Statistics 21, 341), and ȳ = μ + L z / √n.
  private func drawMoments(_ number: Int, _ block: SampleSource.Block, _ stream: inout RandomStream) {
    let p = block.order
    let n = block.count
    let a = triangle.pointer
    for j in 0..<p {
      for i in 0..<j { a[i + j * p] = 0 }
      a[j + j * p] = stream.chiSquare(degreesOfFreedom: Double(max(n - 1 - j, 1))).squareRoot()
      for i in (j + 1)..<max(p, j + 1) { a[i + j * p] = stream.normal() }
    }
    let mean = means[number].pointer
    let b = product.pointer
    block.factor.withUnsafeBufferPointer { factor in
      // L A, lower triangular.
      for j in 0..<p {
        for i in 0..<p {
          var sum = 0.0
          for k in j..<max(i + 1, j) { sum += factor[i + k * p] * a[k + j * p] }
          b[i + j * p] = sum
        }
      }
      for i in 0..<p { mean[i] = block.center[i] }
      let scale = 1 / Double(max(n, 1)).squareRoot()
      for j in 0..<p {
        let z = stream.normal() * scale
        for i in j..<p { mean[i] += factor[i + j * p] * z }
      }
    }
    let divisor = max(Double(n) - source.lostDegree, 1)
    let covariance = covariances[number].pointer
    for j in 0..<p {
      for i in j..<p {
        var sum = 0.0
        for k in 0...j { sum += b[i + k * p] * b[j + k * p] }
        covariance[i + j * p] = sum / divisor
        covariance[j + i * p] = sum / divisor
      }
    }
  }

  /// The last sample's rows, each as often as it was drawn.
  func rows() -> [Matrix] {
    zip(source.rows, weights).map { values, weights in
      let picked = weights.indices.flatMap { [Int](repeating: $0, count: Int(weights[$0])) }
      return values.submatrix(rows: picked, columns: Array(0..<values.columnCount))
    }
  }

  /// The weights of these rows; empty without any.
  func design() -> [CaseDesign] {
    guard source.blocks.contains(where: { !$0.caseWeights.isEmpty }) else { return [] }
    return zip(source.blocks, weights).map { block, weights in
      CaseDesign(
        weights: weights.indices.flatMap {
          [Double](repeating: block.caseWeights[$0], count: Int(weights[$0]))
        })
    }
  }
}

extension RandomStream {
  /// A chi-square number: twice a gamma number of half the degrees of freedom (Marsaglia and Tsang 2000, ACM Transactions
  /// on Mathematical Software 26, 363).
  mutating func chiSquare(degreesOfFreedom: Double) -> Double {
    var shape = 0.5 * degreesOfFreedom
    var boost = 1.0
    if shape < 1 {
      boost = pow(uniform(), 1 / shape)
      shape += 1
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      let u = uniform()
      if log(u) < 0.5 * x * x + d - d * v + d * log(v) { return 2 * d * v * boost }
    }
  }
}
