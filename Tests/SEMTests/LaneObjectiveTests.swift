import SEMNumerics
import Testing

@testable import SEM

/// Eight points and samples at once against the plain objective.
@Suite struct LaneObjectiveTests {
  /// Rounding of sums over all elements, of gradients that are not small at the random points.
  static let rounding = 1e-10

  /// Samples of a model: its own, and others of as many rows.
  private func samples(_ model: RandomModel, lane: Int) -> [SampleMoments] {
    if lane == 0 { return model.moments }
    return zip(model.rows, model.moments).map { rows, moments in
      var random = RandomStream(seed: 5, stream: UInt64(lane))
      let drawn = (0..<rows.rowCount).map { _ in random.integer(below: rows.rowCount) }
      return RandomModel.moments(
        moments.variables, rows.submatrix(rows: drawn, columns: Array(0..<rows.columnCount)))
    }
  }

  static func set(_ target: LaneMemory, lane: Int, _ values: [Double]) {
    for (place, value) in values.enumerated() { target[place, lane] = value }
  }

  /// Value and gradient, and that all memory is written anew: the gradient begins as NaN.
  @Test(arguments: RandomModel.several(0..<60))
  func lanesAreThePlainObjective(_ model: RandomModel) throws {
    guard let fitter = RepeatedFitter(table: model.table, moments: model.moments, options: FitOptions()),
      let objective = LaneObjective(fitter)
    else { return }
    let t = objective.dimension
    var random = RandomStream(seed: 6, stream: UInt64(model.seed))
    // Far points too, with negative variances and with Σ that are not positive definite.
    let points = (0..<8).map { lane in
      model.point.map { value in
        value * (lane < 4 ? 1 + 0.06 * Double(lane) * (random.uniform() - 0.5) : 1.6 * random.uniform() - 0.3)
      }
    }
    let all = (0..<8).map { samples(model, lane: $0) }
    var covariances: [LaneMemory] = []
    for block in model.moments.indices {
      let p = model.moments[block].variables.count
      let covariance = LaneMemory(count: p * p)
      let mean = LaneMemory(count: p)
      for lane in 0..<8 {
        Self.set(covariance, lane: lane, all[lane][block].covariance.elements)
        Self.set(mean, lane: lane, all[lane][block].mean ?? [])
      }
      covariances.append(covariance)
      // Each lane's sample comes from another lane.
      for lane in 0..<8 {
        objective.setSample(
          block: block, lane: (lane + 3) % 8, covariance: covariance, mean: mean, from: lane)
      }
    }
    for lane in 0..<8 {
      objective.setPoint(points[lane], lane: (lane + 3) % 8)
      for i in 0..<t { objective.gradient[8 * i + lane] = .nan }
    }
    let logDeterminants = objective.logDeterminants(covariances)
    let good = objective.evaluate().good
    let values = objective.values(good)
    for lane in 0..<8 {
      let plain = try #require(Evaluation.objective(model.table, all[lane]))
      let value = plain.valueAt(points[lane])
      let place = (lane + 3) % 8
      #expect(good[place] == (value != nil), "lane \(lane)\n\(model.text)")
      guard let value, good[place] else { continue }
      #expect(logDeterminants.isDefined[lane])
      let gradient = try #require(plain.gradientAt(points[lane]))
      let size = max(1, gradient.map(\.magnitude).max() ?? 0)
      #expect(
        (value - values[place] + logDeterminants.sum[lane]).magnitude <= Self.rounding
          * max(1, value.magnitude), "lane \(lane)")
      for i in 0..<t {
        let difference = (objective.gradient[8 * i + place] - gradient[i]).magnitude
        #expect(difference <= Self.rounding * size, "lane \(lane), parameter \(i)\n\(model.text)")
      }
    }
  }

  /// Of an empty sample the gradient by a variance is P_ii, and the curvature along it P_ii².
  @Test func curvaturesAlongVariances() throws {
    let fit = try InferenceModels.fitThreeFactors()
    let fitter = try #require(RepeatedFitter(table: fit.table, moments: fit.moments, options: fit.options))
    let objective = try #require(LaneObjective(fitter))
    let empty = (LaneMemory(count: 81), LaneMemory(count: 9))
    for lane in 0..<8 {
      objective.setSample(block: 0, lane: lane, covariance: empty.0, mean: empty.1, from: 0)
      objective.setPoint(fit.estimates, lane: lane)
    }
    #expect(all(objective.evaluate().good))
    let curvatures = objective.formCurvatures()
    var count = 0
    for row in fit.table.rows where row.free > 0 && row.op == .covariance && row.lhs == row.rhs {
      let place = 8 * (row.free - 1)
      let slope = objective.gradient[place]
      #expect(slope > 0)
      #expect((curvatures[place] - slope * slope).magnitude <= Self.rounding * max(1, slope * slope))
      count += 1
    }
    #expect(count == 12)
  }
}
