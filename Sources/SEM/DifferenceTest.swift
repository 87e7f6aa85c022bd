internal import SEMNumerics

/// How a difference of test statistics is made, under lavaan's names.
public enum DifferenceTest: String, Sendable, Hashable, CaseIterable, Codable {
  /// T₀ - T₁ of the standard statistics.
  case standard
  /// (T₀ - T₁) / c with c = (d₀ c₀ - d₁ c₁) / (d₀ - d₁), which may be negative (Satorra and Bentler 2001).
  case satorraBentler2001 = "satorra.bentler.2001"
  /// The same with c₁ of the less restricted model at the restricted estimates, which makes c positive (Satorra and Bentler
  /// 2010).
  case satorraBentler2010 = "satorra.bentler.2010"
  /// a (T₀ - T₁) + b, from the restrictions' own tr(UΓ) and tr((UΓ)²) (Satorra 2000), scaled and shifted (Asparouhov and
  /// Muthén 2010).
  case satorra2000 = "satorra.2000"
}

/// A difference of test statistics: the test of the restrictions that lead from one model to another.
public struct StatisticDifference: Sendable, Hashable {
  /// How it was made.
  public var method: DifferenceTest
  /// a (T₀ - T₁) + b.
  public var statistic: Double
  /// d₀ - d₁.
  public var degreesOfFreedom: Int
  /// c = 1/a; `nil` for the plain difference.
  public var scalingFactor: Double?
  /// b; `nil` where nothing is added.
  public var shift: Double?
  /// tr(UΓ)/(d₀ - d₁), the mean of T₀ - T₁ relative to its degrees of freedom; `nil` for the plain difference.
  public var meanScaling: Double?

  /// The upper tail; `nil` without a difference in degrees of freedom.
  public var pValue: Double? {
    degreesOfFreedom > 0 && statistic.isFinite
      ? ChiSquareTest(statistic: max(statistic, 0), degreesOfFreedom: degreesOfFreedom).pValue : nil
  }
}

extension FittedModel {
  /// The test of this model against a less restricted one of the same data in which it is nested.
  ///
  /// With T and d the statistics and degrees of freedom, 0 for this model and 1 for the other, c = tr(UΓ̂)/d of each model, θ₁*
  /// the point where the other one implies this one's Σ̂ and μ̂, and m = d₀ - d₁:
  ///
  /// - `satorra.bentler.2001`: (T₀ - T₁) m / (d₀c₀ - d₁c₁) (Satorra and Bentler 2001, section 3);
  /// - `satorra.bentler.2010`: the same with c₁ at θ₁* (Satorra and Bentler 2010, equation 5);
  /// - `satorra.2000`: with P = ΔᵀVΔ and B = ΔᵀVΓ̂VΔ of the other model at its own estimates, H the tangent of this model in
  ///   its parameters at θ₁* and K = P⁻¹ - H(HᵀPH)⁻¹Hᵀ, UΓ̂ has the traces tr(KB) and tr((KB)²) (Satorra 2000, equations 22
  ///   and 23; K is P⁻¹Aᵀ(AP⁻¹Aᵀ)⁻¹AP⁻¹ for restrictions a(θ) = 0 with AH = 0); the statistic is a (T₀ - T₁) + b with
  ///   a = √(m / tr((KB)²)), b = m - a tr(KB).
  ///
  /// Where the fits have a test of Yuan and Bentler or incomplete rows, P is the information of the fit (observed by
  /// default) and B the cross-products of the scores.
  ///
  /// - Throws: ``InferenceError``, for instance where the rows are not at hand, where the models are not nested, or for a
  ///   negative c of `satorra.bentler.2001`.
  /// - Complexity: one fit for θ₁*, and O(N (p² + t²)) for the traces.
  public func difference(from larger: FittedModel, _ method: DifferenceTest)
    throws(InferenceError) -> StatisticDifference
  {
    try difference(from: larger, method, image: method.needsImage ? embedding(in: larger).image : nil)
  }

  /// The same with the other model at θ₁* at hand; see ``embedding(in:)``.
  func difference(from larger: FittedModel, _ method: DifferenceTest, image: FittedModel?)
    throws(InferenceError) -> StatisticDifference
  {
    let df = degreesOfFreedom - larger.degreesOfFreedom
    if method == .standard {
      return StatisticDifference(
        method: method, statistic: chiSquare.statistic - larger.chiSquare.statistic, degreesOfFreedom: df)
    }
    let plain = standardStatistic - larger.standardStatistic
    guard df > 0 else {
      return StatisticDifference(method: method, statistic: plain, degreesOfFreedom: df)
    }
    let m = Double(df)
    if method == .satorra2000 {
      guard let image else { throw .notAvailable("\(method.rawValue) needs nested models") }
      let (first, second) = try restrictionTraces(larger, image)
      let a = (m / second).squareRoot()
      return StatisticDifference(
        method: method, statistic: a * plain + (m - a * first), degreesOfFreedom: df, scalingFactor: 1 / a,
        shift: m - a * first, meanScaling: first / m)
    }
    let other: FittedModel
    if method == .satorraBentler2010 {
      guard let image else { throw .notAvailable("\(method.rawValue) needs nested models") }
      other = image
    } else {
      other = larger
    }
    let otherDegrees: Double
    do { otherDegrees = try other.scaledDegrees() } catch .notIdentified where method == .satorraBentler2010 {
      throw .notAvailable(
        "At the restricted estimates the observed information of the other model is not positive definite;"
          + " use satorra.2000, or expected information")
    }
    let c = (try scaledDegrees() - otherDegrees) / m
    guard c > 0 else {
      throw .notAvailable(
        "The scaling factor of the difference is \(Self.threeDigits(c)) by \(method.rawValue), not positive")
    }
    return StatisticDifference(
      method: method, statistic: plain / c, degreesOfFreedom: df, scalingFactor: c, meanScaling: c)
  }

  /// The test whose scaling factor goes with the fit.
  private var meanAdjustedTest: TestKind {
    let isLikelihood = isFullInformation || (!design.isEmpty && !options.estimator.isLeastSquares)
    return options.effectiveTests.first(where: ComparedModel.meanAdjusted.contains)
      ?? (isLikelihood ? .yuanBentlerMplus : .satorraBentler)
  }

  /// d c of the mean-adjusted test; 0 for a saturated model.
  private func scaledDegrees() throws(InferenceError) -> Double {
    guard degreesOfFreedom > 0 else { return 0 }
    return (try modelTest(meanAdjustedTest).scalingFactor ?? .nan) * Double(degreesOfFreedom)
  }

  /// tr(KB) and tr((KB)²) of the restrictions that lead from a larger model to this one.
  private func restrictionTraces(_ larger: FittedModel, _ image: FittedModel)
    throws(InferenceError) -> (first: Double, second: Double)
  {
    let kind = larger.options.information
    let isLikelihood = larger.isFullInformation || larger.meanAdjustedTest != .satorraBentler
    var information = try larger.information(
      isLikelihood ? (kind == .firstOrder ? .observed : kind) : .expected)
    var meat = isLikelihood ? try larger.information(.firstOrder) : try larger.momentMeat()
    guard var own = stackedJacobian(variablesOf: larger),
      var others = image.stackedJacobian(variablesOf: larger)
    else { throw .undefinedAtEstimates }
    if let tangent = constraints?.tangent { own = own * tangent }
    if let tangent = image.constraints?.tangent {
      others = others * tangent
      information = tangent.transposed.sandwiching(information)
      meat = tangent.transposed.sandwiching(meat)
    }
    // Parameters in units of their standard errors, so that no scale decides on ranks.
    let scale = information.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 }
    for j in scale.indices {
      for i in 0..<others.rowCount { others[i, j] *= scale[j] }
      for i in scale.indices {
        information[i, j] *= scale[i] * scale[j]
        meat[i, j] *= scale[i] * scale[j]
      }
    }
    guard let factor = try? Cholesky(information), factor.smallestPivotRatio > Identification.tolerance else {
      throw .notIdentified
    }
    guard let qr = try? QR(others) else { throw .undefinedAtEstimates }
    let coordinates = qr.solve(own)
    guard let span = try? QR(coordinates) else { throw .undefinedAtEstimates }
    let rank = span.rank(tolerance: 1e-7)
    guard scale.count - rank == degreesOfFreedom - larger.degreesOfFreedom else {
      throw .notAvailable(
        "satorra.2000: the restrictions of the smaller model number \(scale.count - rank), not"
          + " \(degreesOfFreedom - larger.degreesOfFreedom); a model may not be identified")
    }
    let tangent = span.orthogonalFactor(columns: rank)
    guard let inner = try? Cholesky(tangent.transposed.sandwiching(information)) else { throw .notIdentified }
    let product = (factor.inverse() - tangent.sandwiching(inner.inverse())) * meat
    return (product.trace, product.traceOfProduct(with: product))
  }

  /// ∂(μ, vech Σ)/∂θ of all blocks under each other, the variables in the order of another model of them; the means only
  /// where both have them.
  private func stackedJacobian(variablesOf other: FittedModel) -> Matrix? {
    var rows: [[Double]] = []
    for index in table.blocks.indices {
      guard let jacobian = momentJacobian(index) else { return nil }
      let own = table.blocks[index].observed
      let order = other.table.blocks[index].observed.compactMap { own.firstIndex(of: $0) }
      let p = own.count
      if table.hasMeanStructure, other.table.hasMeanStructure { rows += order.map { jacobian.row($0) } }
      // Column j of the lower triangle begins after those of length p, p - 1 …
      func place(_ i: Int, _ j: Int) -> Int {
        let (i, j) = (max(i, j), min(i, j))
        return p + j * p - j * (j - 1) / 2 + i - j
      }
      for (column, j) in order.enumerated() {
        for i in order[column...] { rows.append(jacobian.row(place(i, j))) }
      }
    }
    return Matrix(rows: rows)
  }

  private static func threeDigits(_ value: Double) -> String {
    "\((value * 1000).rounded() / 1000)"
  }
}

extension DifferenceTest {
  /// Whether the larger model at the restricted point is needed.
  var needsImage: Bool { self == .satorraBentler2010 || self == .satorra2000 }
}
