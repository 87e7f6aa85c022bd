import SEM
import SEMNumerics
import Testing

/// Results that are computed once, or in a shorter way, against the plain way.
@Suite struct SharedResultsTests {
  static let models = RandomModel.several(300..<360)
  static let rounding = 1e-10

  private func expectEqual(_ left: Matrix, _ right: Matrix, _ kind: String, _ seed: Int) {
    let scale = max(right.maximumAbsolute, 1e-3)
    expectClose(
      (left - right).maximumAbsolute + scale, scale, Tolerance(size: Self.rounding), kind, "\(seed)")
  }

  /// B and C by sweeps along the paths are those by elimination.
  @Test(arguments: models)
  func sweepsAreElimination(_ model: RandomModel) throws {
    let values = Evaluation.rowValues(model.table, model.moments, model.point)
    for block in model.table.blocks {
      let matrices = try #require(ReticularMatrices(block: block, table: model.table, rowValues: values))
      let effects = try LU(Matrix.identity(matrices.variables.count) - matrices.paths).inverse()
      expectEqual(matrices.totalEffects, effects, "B", model.seed)
      expectEqual(
        matrices.totalCovariance, effects.sandwiching(matrices.residualCovariance), "C", model.seed)
    }
  }

  /// The short way to identification finds what eigenvalues find.
  @Test func identificationIsThatOfEigenvalues() throws {
    for text in [InferenceModels.threeFactors, "f =~ x1 + x2 + x3 + x4"] {
      let fit = try Model(text, preset: .cfa).fit(to: DataFixture.table("HolzingerSwineford1939.csv"))
      let short = try fit.identification()
      let long = Identification(
        information: try fit.information(.expected), names: fit.table.freeParameterNames,
        degreesOfFreedom: fit.degreesOfFreedom)
      #expect(short.isIdentified && long.isIdentified)
      #expect(short.rank == long.rank)
      #expect(abs(short.smallestEigenvalue - long.smallestEigenvalue) <= 1e-8 * long.smallestEigenvalue)
      let inverse = try Cholesky(try fit.information(.expected)).inverse()
      expectEqual(try fit.estimateCovariance(.expected).matrix, inverse, "inverse", 0)
    }
  }

  /// Two threads that ask at once find what one finds.
  @Test func sharedResultsDoNotDependOnWhoAsks() async throws {
    let fit = try Model(InferenceModels.threeFactors, preset: .cfa)
      .fit(to: DataFixture.table("HolzingerSwineford1939.csv"))
    let alone = try Model(InferenceModels.threeFactors, preset: .cfa)
      .fit(to: DataFixture.table("HolzingerSwineford1939.csv"))
    let expected = alone.standardizedEstimates(.all, try alone.estimateCovariance()).map(\.standardError)
    try await withThrowingTaskGroup(of: [Double?].self) { group in
      for _ in 0..<4 {
        group.addTask { fit.standardizedEstimates(.all, try fit.estimateCovariance()).map(\.standardError) }
      }
      for try await found in group { #expect(found == expected) }
    }
  }
}
