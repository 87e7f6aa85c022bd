public import SEMNumerics

/// A combination of parameters about which the data say nothing.
public struct UnidentifiedDirection: Sendable, Hashable {
  /// The parameters that take part, with their weights in the null vector of the scaled information matrix; the largest
  /// first, those below a tenth of it left out.
  public var terms: [Term]

  /// One parameter's part.
  public struct Term: Sendable, Hashable {
    /// The parameter's name, such as `visual=~x2` or its label.
    public var name: String
    /// The free parameter, from 1.
    public var parameter: Int
    /// The weight; the largest is ±1.
    public var weight: Double
  }
}

/// Whether the free parameters can be told apart.
public struct Identification: Sendable, Hashable {
  /// Whether the information matrix has full rank.
  public var isIdentified: Bool { directions.isEmpty && degreesOfFreedom >= 0 }
  /// The degrees of freedom: distinct moments minus free parameters.
  public var degreesOfFreedom: Int
  /// The rank of the information matrix.
  public var rank: Int
  /// The smallest eigenvalue of the information matrix scaled to a unit diagonal.
  public var smallestEigenvalue: Double
  /// One direction for each lacking rank.
  public var directions: [UnidentifiedDirection]

  /// Eigenvalues of the scaled information below this are taken as zero: rounding leaves about 1e-15 of a true zero,
  /// and a direction of 1e-10 has standard errors 10⁵ times those of the rest.
  public static let tolerance = 1e-10

  init(degreesOfFreedom: Int, rank: Int, smallestEigenvalue: Double, directions: [UnidentifiedDirection]) {
    self.degreesOfFreedom = degreesOfFreedom
    self.rank = rank
    self.smallestEigenvalue = smallestEigenvalue
    self.directions = directions
  }

  /// Finds the rank of an information matrix, and names the combinations in its null space.
  ///
  /// - Parameters:
  ///   - information: The information, t × t.
  ///   - names: The names of the parameters.
  ///   - degreesOfFreedom: The model's degrees of freedom.
  ///   - tangent: The directions that constraints leave, t × r; `nil` for all.
  public init(information: Matrix, names: [String], degreesOfFreedom: Int, tangent: Matrix? = nil) {
    self.degreesOfFreedom = degreesOfFreedom
    let scale = information.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 }
    var scaled = information
    for j in scale.indices {
      for i in scale.indices { scaled[i, j] = information[i, j] * scale[i] * scale[j] }
    }
    // In the scaled parameters the same directions are D⁻¹ Z, made orthonormal again.
    var basis: Matrix?
    if let tangent {
      var directions = tangent
      for j in 0..<tangent.columnCount { for i in scale.indices { directions[i, j] /= scale[i] } }
      let orthonormal = (try? QR(directions))?.orthogonalFactor(columns: tangent.columnCount) ?? directions
      basis = orthonormal
      scaled = orthonormal.transposed.sandwiching(scaled)
    }
    let t = scaled.rowCount
    guard let eigen = try? SymmetricEigen(scaled) else {
      rank = 0
      smallestEigenvalue = .nan
      directions = []
      return
    }
    smallestEigenvalue = eigen.values.first ?? 1
    let lacking = eigen.values.count { !($0 > Self.tolerance) }
    rank = t - lacking
    directions = (0..<lacking).map { column in
      let reduced = eigen.vectors.column(column)
      let vector = basis.map { $0.multiplied(by: reduced) } ?? reduced
      // Weights that differ by rounding alone keep the order of the parameters.
      let extreme = vector.reduce(0) { max($0, $1.magnitude) }
      let largest = vector.first { $0.magnitude >= (1 - 1e-6) * extreme } ?? 1
      func size(_ index: Int) -> Double { (vector[index].magnitude / extreme * 1e6).rounded() }
      let terms = vector.indices.filter { vector[$0].magnitude > 0.1 * extreme }
        .sorted { (size($1), $0) < (size($0), $1) }
        .map { UnidentifiedDirection.Term(name: names[$0], parameter: $0 + 1, weight: vector[$0] / largest) }
      return UnidentifiedDirection(terms: terms)
    }
  }
}

/// An information matrix's inverse, and what it says of identification.
struct InformationAnalysis: Sendable {
  var identification: Identification
  /// `nil` where the matrix is singular.
  var inverse: Matrix?

  init(identification: Identification, inverse: Matrix?) {
    self.identification = identification
    self.inverse = inverse
  }

  /// The usual case, without eigenvectors: the factor of a matrix that is clearly regular gives the inverse, and the
  /// inverse its smallest eigenvalue; `nil` where ``Identification`` must look closer.
  ///
  /// - Parameter work: The information; destroyed, since large ones should be in memory once only.
  init?(regular work: inout Matrix, degreesOfFreedom: Int) {
    let t = work.rowCount
    let scale = work.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 }
    func rescale(_ a: inout Matrix) {
      a.elements.withUnsafeMutableBufferPointer { a in
        for j in 0..<t { for i in 0..<t { a[i + j * t] *= scale[i] * scale[j] } }
      }
    }
    rescale(&work)
    let isRegular = work.elements.withUnsafeMutableBufferPointer { a in
      guard let base = a.baseAddress, Kernels.choleskyInPlace(base, order: t) else { return t == 0 }
      // The least share of a parameter's information that those before it leave.
      for i in 0..<t where !(base[i + i * t] * base[i + i * t] > 100 * Identification.tolerance) {
        return false
      }
      Kernels.invertFactorInPlace(base, order: t)
      return true
    }
    guard isRegular else { return nil }
    let largest = work.largestEigenvalue()
    guard largest.isFinite, t == 0 || 1 / largest > 100 * Identification.tolerance else { return nil }
    rescale(&work)
    inverse = work
    work = Matrix(rowCount: 0, columnCount: 0)
    identification = Identification(
      degreesOfFreedom: degreesOfFreedom, rank: t, smallestEigenvalue: t == 0 ? 1 : 1 / largest,
      directions: [])
  }
}

extension FittedModel {
  /// The degrees of freedom: distinct moments minus free parameters.
  public var degreesOfFreedom: Int { table.distinctMomentCount - parameterCount }

  /// Whether the model is identified at the estimates, judged by the expected information.
  public func identification() throws(InferenceError) -> Identification {
    try expectedAnalysis().identification
  }

  /// The expected information taken apart, once for all that asks.
  func expectedAnalysis() throws(InferenceError) -> InformationAnalysis {
    try memo.value("expected") { () throws(InferenceError) in
      if constraints?.tangent == nil {
        var work = try information(.expected)
        if let quick = InformationAnalysis(regular: &work, degreesOfFreedom: degreesOfFreedom) {
          return quick
        }
      }
      let information = try information(.expected)
      return InformationAnalysis(
        identification: Identification(
          information: information, names: table.freeParameterNames, degreesOfFreedom: degreesOfFreedom,
          tangent: constraints?.tangent),
        inverse: invert(information))
    }
  }
}

extension ParameterTable {
  /// Judges identification without data, at points drawn at random: a rank that holds at one of them holds almost
  /// everywhere (Bekker, Merckens and Wansbeek 1994). With equality constraints the points lie on them.
  ///
  /// - Parameter seed: Chooses the points.
  /// - Returns: The best rank that was found; `nil` where no point gave a positive definite Σ.
  public func genericIdentification(seed: UInt64 = 1) -> Identification? {
    let t = freeParameterCount
    guard t > 0 else { return nil }
    let moments = blocks.map { block in
      SampleMoments(
        variables: block.observed, count: 100, mean: [Double](repeating: 0, count: block.observed.count),
        covariance: .identity(block.observed.count))
    }
    guard
      let objective = ModelFitter.objective(table: self, moments: moments, rows: nil, options: FitOptions())
    else {
      return nil
    }
    let constraints = (try? ModelConstraints(table: self)) ?? nil
    var best: Identification?
    for attempt in 0..<8 {
      var random = RandomStream(seed: seed, stream: UInt64(attempt))
      // Later attempts stay nearer to a point that surely has a positive definite Σ.
      let spread = 1 / Double(1 + attempt / 2)
      var values = [Double](repeating: 0, count: t)
      for row in rows where row.free > 0 {
        let u = random.uniform()
        switch row.op {
        case .covariance where row.lhs == row.rhs: values[row.free - 1] = 1 + u
        case .covariance: values[row.free - 1] = 0.3 * spread * (2 * u - 1)
        case .measurement: values[row.free - 1] = 0.5 + u
        case .intercept: values[row.free - 1] = 2 * u - 1
        default: values[row.free - 1] = 0.6 * spread * (2 * u - 1)
        }
      }
      var tangent: Matrix?
      var rank = 0
      if let constraints {
        guard let place = constraints.nearestFeasible(to: values) else { continue }
        values = place.point
        tangent = place.tangent
        rank = place.rank
      }
      let isDefined = values.withUnsafeBufferPointer { point in
        point.baseAddress.map { objective.value(at: $0) != nil } ?? false
      }
      guard isDefined else { continue }
      let buffer = NumberBuffer(count: t * t)
      objective.curvature(.expected, into: buffer.pointer)
      Kernels.mirrorLower(buffer.pointer, order: t)
      let result = Identification(
        information: buffer.matrix(rowCount: t, columnCount: t), names: freeParameterNames,
        degreesOfFreedom: distinctMomentCount - t + rank, tangent: tangent)
      if result.rank > (best?.rank ?? -1) { best = result }
      if result.directions.isEmpty { break }
    }
    return best
  }
}
