internal import SEMNumerics

/// The maximum likelihood estimates of means and covariances of incomplete data: the saturated model (h1).
///
/// EM (Dempster, Laird and Rubin 1977; for the normal distribution Little and Rubin 2002, section 11.2) is in the form of
/// ``PatternLikelihood`` the fixed-point iteration Σ⁺ ← T(Σ⁺). Its slow convergence is mended by Anderson's acceleration
/// (Anderson 1965; Walker and Ni 2011): the next point is the combination of the last T whose combined step
/// Σ αᵢ (T - Σ⁺)ᵢ is shortest. A point where the likelihood falls is replaced by the plain step of EM, which never lowers it.
package struct SaturatedMoments {
  /// The estimates, with the patterns they came from.
  package let moments: SampleMoments
  /// The number of evaluations of the likelihood.
  package let evaluations: Int
  /// The largest last step of EM, in standard deviations.
  package let lastStep: Double
  /// Whether the last step was below the tolerance.
  package var isConverged: Bool { lastStep <= Self.tolerance }

  /// Steps below this leave an error of about their square in the likelihood.
  package static let tolerance = 1e-9
  /// Where the search ends: what rounding leaves.
  private static let goal = 1e-12
  private static let limit = 2000
  private static let depth = 8

  /// Estimates the moments.
  ///
  /// - Returns: `nil` where no positive definite covariance matrix was found.
  /// - Complexity: that of ``PatternLikelihood/value(at:)`` for each of some ten evaluations.
  package init?(_ patterns: MissingPatterns) {
    let p = patterns.variables.count
    let n = p + 1
    let (mean, variance) = patterns.availableMoments()
    let likelihood = PatternLikelihood(patterns.layout)
    let scale = variance.map { $0 > 0 ? 1 / $0.squareRoot() : 1 } + [1]
    let point = NumberBuffer(count: n * n)
    for i in 0..<p { point[i + i * n] = variance[i] }
    point[n * n - 1] = 1
    guard var value = likelihood.value(at: point.pointer) else { return nil }
    var evaluations = 1
    let image = NumberBuffer(count: n * n)
    likelihood.expectedMoments(into: image.pointer)
    var mixer = AndersonMixer(count: n * n, depth: Self.depth)
    let trial = NumberBuffer(count: n * n)
    var best = Self.step(from: point, to: image, scale: scale)
    var last = best
    var stalled = 0
    while last > Self.goal, evaluations < Self.limit {
      // The accelerated point; where it is no improvement the plain one.
      mixer.mix(point: point, image: image, scale: scale, into: trial)
      evaluations += 1
      var newValue = likelihood.value(at: trial.pointer)
      if newValue.map({ $0 > value + 1e-12 * max(1, value.magnitude) }) ?? true {
        mixer.forget()
        trial.pointer.update(from: image.pointer, count: n * n)
        evaluations += 1
        newValue = likelihood.value(at: trial.pointer)
      }
      guard let newValue else { return nil }
      value = newValue
      point.pointer.update(from: trial.pointer, count: n * n)
      likelihood.expectedMoments(into: image.pointer)
      last = Self.step(from: point, to: image, scale: scale)
      if last < 0.5 * best {
        best = last
        stalled = 0
      } else {
        stalled += 1
        // Rounding, not the iteration, sets the size of such steps.
        if stalled >= 5, last < 1e-10 { break }
      }
    }
    var covariance = Matrix(rowCount: p, columnCount: p)
    var means = mean
    for j in 0..<p {
      means[j] += image[j + p * n]
      for i in 0..<p { covariance[i, j] = image[i + j * n] - image[i + p * n] * image[j + p * n] }
    }
    guard (try? Cholesky(covariance)) != nil else { return nil }
    var moments = SampleMoments(
      variables: patterns.variables, count: patterns.count, mean: means, covariance: covariance)
    moments.patterns = patterns
    self.moments = moments
    self.evaluations = evaluations
    lastStep = last
  }

  private static func step(from point: NumberBuffer, to image: NumberBuffer, scale: [Double]) -> Double {
    let n = scale.count
    var largest = 0.0
    for j in 0..<n {
      for i in j..<n {
        largest = max(largest, (image[i + j * n] - point[i + j * n]).magnitude * scale[i] * scale[j])
      }
    }
    return largest.isNaN ? .infinity : largest
  }
}

/// Anderson's acceleration of a fixed-point iteration x ← T(x) over symmetric matrices.
private struct AndersonMixer {
  private let depth: Int
  private var images: [NumberBuffer]
  private var steps: [NumberBuffer]
  private var used = 0
  private var next = 0

  init(count: Int, depth: Int) {
    self.depth = depth
    images = (0...depth).map { _ in NumberBuffer(count: count) }
    steps = (0...depth).map { _ in NumberBuffer(count: count) }
  }

  /// Starts anew.
  mutating func forget() {
    used = 0
    next = 0
  }

  /// Writes the mixture of the last images, this one included.
  mutating func mix(point: NumberBuffer, image: NumberBuffer, scale: [Double], into result: NumberBuffer) {
    let n = scale.count
    let current = next
    for j in 0..<n {
      for i in 0..<n {
        images[current][i + j * n] = image[i + j * n]
        steps[current][i + j * n] = (image[i + j * n] - point[i + j * n]) * scale[i] * scale[j]
      }
    }
    next = (next + 1) % (depth + 1)
    used = min(used + 1, depth + 1)
    result.pointer.update(from: image.pointer, count: n * n)
    // Weights γ of the differences to the current step: minimise |f - Σ γ (f - fᵢ)|.
    let others = (0..<used).map { (current + depth + 1 - $0) % (depth + 1) }.dropFirst()
    guard !others.isEmpty else { return }
    let f = steps[current]
    var gram = Matrix(rowCount: others.count, columnCount: others.count)
    var right = [Double](repeating: 0, count: others.count)
    let differences = others.map { other in
      let difference = NumberBuffer(count: n * n)
      for i in 0..<(n * n) { difference[i] = f[i] - steps[other][i] }
      return difference
    }
    for (a, first) in differences.enumerated() {
      right[a] = Kernels.dot(first.pointer, f.pointer, count: n * n)
      for (b, second) in differences.enumerated() where b <= a {
        gram[a, b] = Kernels.dot(first.pointer, second.pointer, count: n * n)
        gram[b, a] = gram[a, b]
      }
    }
    // Old steps are much longer than new ones: scaled, and with a touch of ridge against dependence.
    let lengths = gram.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 }
    for b in lengths.indices { for a in lengths.indices { gram[a, b] *= lengths[a] * lengths[b] } }
    for a in lengths.indices {
      gram[a, a] += 1e-14
      right[a] *= lengths[a]
    }
    guard let factor = try? Cholesky(gram) else { return }
    let weights = zip(factor.solve(right), lengths).map { $0 * $1 }
    for (other, weight) in zip(others, weights) {
      let old = images[other]
      for i in 0..<(n * n) { result[i] -= weight * (image[i] - old[i]) }
    }
  }
}
