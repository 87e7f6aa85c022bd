import SEMNumerics
import Testing

@testable import SEM

/// Eight samples fitted at once against the same samples fitted one by one.
@Suite struct BatchedFitterTests {
  /// What a last scaled gradient of 4e-9 leaves after one step more, relative to the estimate; more where the Hessian is
  /// ill-conditioned.
  static let closeness = 1e-7
  /// The same for F, whose error is the square.
  static let valueCloseness = 1e-12
  /// Rounding of sums over rows in another order.
  static let rounding = 1e-12

  private static let models = [
    "nine indicators", "democracy", "fixed covariates", "financing", "groups", "means",
  ]

  private func fit(_ name: String) throws -> FittedModel {
    let schools = try DataFixture.table("HolzingerSwineford1939.csv")
    var options = ModelOptions()
    switch name {
    case "democracy":
      return try Model(
        """
        ind60 =~ x1 + x2 + x3
        dem60 =~ y1 + a*y2 + b*y3 + c*y4
        dem65 =~ y5 + a*y6 + b*y7 + c*y8
        dem60 ~ ind60
        dem65 ~ ind60 + dem60
        y1 ~~ y5
        y2 ~~ y4 + y6
        y3 ~~ y7
        y4 ~~ y8
        y6 ~~ y8
        """
      ).fit(to: DataFixture.table("PoliticalDemocracy.csv"))
    case "fixed covariates":
      options.meanStructure = true
      return try Model("f =~ x1 + x2 + x3\nf ~ ageyr + sex\nx1 ~ sex", options: options).fit(to: schools)
    case "financing": return try InferenceModels.fitFinancing()
    case "groups":
      options.groupEqual = [.loadings]
      return try Model(InferenceModels.threeFactors, preset: .cfa, options: options)
        .fit(to: schools, group: "school")
    case "means":
      options.meanStructure = true
      return try Model(InferenceModels.threeFactors, preset: .cfa, options: options).fit(to: schools)
    default: return try InferenceModels.fitThreeFactors()
    }
  }

  private func source(_ fit: FittedModel, _ method: BootstrapMethod = .ordinary) throws -> SampleSource {
    var options = BootstrapOptions()
    options.method = method
    options.seed = 11
    return try SampleSource(fit, options: options)
  }

  private func fitter(_ fit: FittedModel) throws -> RepeatedFitter {
    try #require(RepeatedFitter(table: fit.table, moments: fit.moments, options: fit.options))
  }

  private func set(_ fitter: BatchedFitter, _ samples: BatchedResampler) {
    for block in samples.covariances.indices {
      fitter.setSample(block: block, covariance: samples.covariances[block], mean: samples.means[block])
    }
  }

  @Test(arguments: models, [BootstrapMethod.ordinary, .bollenStine, .parametric])
  func lanesAreSingleFits(_ name: String, _ method: BootstrapMethod) throws {
    let fit = try fit(name)
    let plain = try fitter(fit)
    let batched = try #require(BatchedFitter(plain, start: fit.estimates))
    let source = try source(fit, method)
    let samples = BatchedResampler(source: source)
    let single = Resampler(source: source)
    samples.draw(16..<24)
    set(batched, samples)
    let converged = batched.fit()
    var count = 0
    for lane in 0..<8 where converged[lane] {
      count += 1
      single.draw(16 + lane)
      for block in single.covariances.indices {
        #expect(
          plain.setSample(
            block: block, covariance: single.covariances[block].pointer, mean: single.means[block].pointer))
      }
      let optimum = plain.fit(from: fit.estimates)
      #expect(optimum.termination == .converged)
      #expect((optimum.value - batched.values[lane]).magnitude < Self.valueCloseness)
      for (index, value) in optimum.point.enumerated() {
        let difference = (value - batched.estimate(index, lane: lane)).magnitude
        #expect(difference < Self.closeness * max(1, value.magnitude), "lane \(lane), parameter \(index)")
      }
    }
    // The weakly identified path of the covariates makes many draws hard.
    #expect(count >= (name == "fixed covariates" ? 2 : 5), "\(count) lanes")
  }

  /// Where both ways end, they end at the same minimum; most lanes of a model that fits end.
  @Test(arguments: RandomModel.several(0..<40))
  func randomModels(_ model: RandomModel) throws {
    guard let fit = try? ModelFitter(table: model.table).fit(model.moments, rows: model.rows),
      fit.convergence.isConverged,
      let plain = RepeatedFitter(table: fit.table, moments: fit.moments, options: fit.options),
      let batched = BatchedFitter(plain, start: fit.estimates)
    else { return }
    let source = try source(fit)
    let samples = BatchedResampler(source: source)
    samples.draw(0..<8)
    set(batched, samples)
    let converged = batched.fit()
    let single = Resampler(source: source)
    for lane in 0..<8 where converged[lane] {
      single.draw(lane)
      for block in single.covariances.indices {
        _ = plain.setSample(
          block: block, covariance: single.covariances[block].pointer, mean: single.means[block].pointer)
      }
      let optimum = plain.fit(from: fit.estimates)
      guard optimum.termination == .converged else { continue }
      #expect(batched.values[lane] <= optimum.value + Self.valueCloseness, "lane \(lane)\n\(model.text)")
      guard (batched.values[lane] - optimum.value).magnitude < Self.rounding else { continue }
      let difference = zip(optimum.point, optimum.point.indices).map {
        ($0 - batched.estimate($1, lane: lane)).magnitude / max(1, $0.magnitude)
      }
      #expect(difference.max() ?? 0 < Self.closeness, "lane \(lane)\n\(model.text)")
    }
  }

  /// A lane's estimates are the same, bit for bit, whatever the other lanes hold.
  @Test(arguments: ["nine indicators", "democracy", "fixed covariates", "groups"])
  func lanesDoNotTouchEachOther(_ name: String) throws {
    let fit = try fit(name)
    let plain = try fitter(fit)
    let batched = try #require(BatchedFitter(plain, start: fit.estimates))
    let samples = BatchedResampler(source: try source(fit))
    func results(_ draws: Range<Int>, spoiling: Int? = nil) -> [[UInt64]] {
      samples.draw(draws)
      if let spoiling {
        for place in 0..<samples.covariances[0].count { samples.covariances[0][place, spoiling] = .nan }
      }
      set(batched, samples)
      let converged = batched.fit()
      return (0..<8).map { lane in
        guard converged[lane] else { return [] }
        return (fit.estimates.indices.map { batched.estimate($0, lane: lane) } + [batched.values[lane]])
          .map(\.bitPattern)
      }
    }
    let together = results(0..<8)
    for lane in 0..<8 { #expect(results(lane..<(lane + 1))[0] == together[lane], "lane \(lane)") }
    let spoilt = results(0..<8, spoiling: 3)
    #expect(spoilt[3].isEmpty)
    for lane in [0, 1, 2, 4, 5, 6, 7] { #expect(spoilt[lane] == together[lane], "lane \(lane)") }
  }

  /// Moments of eight samples are those of one at a time, drawn or left out, with clusters and weights too.
  @Test(arguments: ["rows", "clusters", "weights"])
  func momentsAreThoseOfSingleSamples(_ kind: String) throws {
    let fit = try fit("groups")
    var source = try source(fit)
    for index in source.blocks.indices {
      let count = source.blocks[index].count
      if kind == "clusters" {
        source.blocks[index].clusters = stride(from: 0, to: count, by: 3).map {
          Array($0..<min($0 + 3, count))
        }
      }
      if kind == "weights" { source.blocks[index].caseWeights = (0..<count).map { 0.5 + Double($0 % 7) / 4 } }
    }
    let samples = BatchedResampler(source: source)
    let single = Resampler(source: source)
    func compare(lane: Int) {
      for block in source.blocks.indices {
        #expect(samples.counts[block][lane] == single.counts[block])
        for place in 0..<single.covariances[block].count {
          let (value, other) = (single.covariances[block][place], samples.covariances[block][place, lane])
          #expect((value - other).magnitude <= Self.rounding * max(1, value.magnitude))
        }
        for place in 0..<single.means[block].count {
          let (value, other) = (single.means[block][place], samples.means[block][place, lane])
          #expect((value - other).magnitude <= Self.rounding * max(1, value.magnitude))
        }
      }
    }
    samples.draw(8..<14)
    for lane in 0..<8 {
      single.draw(lane < 6 ? 8 + lane : 8)
      compare(lane: lane)
    }
    let sets = source.jackknifeSets(limit: 1000)
    let last = sets.count - 5
    samples.leaveOut(sets[last...])
    for lane in 0..<8 {
      let item = sets[lane < 5 ? last + lane : last]
      single.leaveOut(block: item.block, set: item.set, of: item.setCount)
      compare(lane: lane)
    }
  }
}
