import SEMNumerics
import Testing

/// The backward error bounds of all factorizations here are small multiples of *n ε*; 20 leaves room for blocking.
func backwardTolerance(_ order: Int) -> Double { 20 * Double(max(1, order)) * epsilon }

/// What every factorization promises, on matrices that all of them accept.
@Suite struct FactorizationTests {
  /// Solutions of these matrices lose at most a factor of their condition number, below 20.
  static func conditioned(_ order: Int) -> Double { 20 * backwardTolerance(order) }

  static func keepsItsPromises<F: Factorization>(_ type: F.Type, order: Int) throws {
    let a = Matrix.randomPositiveDefinite(order)
    let factored = try F(a)
    #expect(factored.reconstruct().distance(to: a) <= backwardTolerance(order) * max(1, a.maximumAbsolute))

    let expected = Matrix.random(order, 3)
    let solution = try factored.solve(a * expected)
    #expect(solution.distance(to: expected) <= conditioned(order))

    let vector = [Double](repeating: 1, count: order)
    #expect(distance(try factored.solve(a.multiplied(by: vector)), vector) <= conditioned(order))

    let inverse = try factored.inverse()
    #expect((a * inverse).distance(to: .identity(order)) <= conditioned(order))

    let nothing = try factored.solve(Matrix(rowCount: order, columnCount: 0))
    #expect(nothing.rowCount == order && nothing.columnCount == 0)
  }

  @Test(arguments: orders) func cholesky(order: Int) throws {
    try Self.keepsItsPromises(Cholesky.self, order: order)
  }
  @Test(arguments: orders) func lu(order: Int) throws { try Self.keepsItsPromises(LU.self, order: order) }
  @Test(arguments: orders) func qr(order: Int) throws { try Self.keepsItsPromises(QR.self, order: order) }
  @Test(arguments: orders) func eigen(order: Int) throws {
    try Self.keepsItsPromises(SymmetricEigen.self, order: order)
  }

  @Test(arguments: orders) func determinantsAgree(order: Int) throws {
    let a = Matrix.randomPositiveDefinite(order)
    let logs = [
      try Cholesky(a).logDeterminant, try LU(a).logAbsoluteDeterminant, try QR(a).logAbsoluteDeterminant,
      try SymmetricEigen(a).logAbsoluteDeterminant,
    ]
    let determinants = [
      try Cholesky(a).determinant, try LU(a).determinant, try QR(a).determinant,
      try SymmetricEigen(a).determinant,
    ]
    for (log, determinant) in zip(logs, determinants) {
      // Each of the n logarithms errs by about n ε.
      #expect(abs(log - logs[0]) <= Double(max(1, order)) * backwardTolerance(order))
      #expect(abs(determinant / determinants[0] - 1) <= Double(max(1, order)) * backwardTolerance(order))
    }
  }

  @Test(arguments: notFinite, [1, 3, 20, 60])
  func notFiniteInputIsATypedError(value: Double, order: Int) {
    for (row, column) in [(0, 0), (order - 1, 0), (order - 1, order - 1)] {
      var a = Matrix.randomPositiveDefinite(order)
      a[row, column] = value
      #expect(throws: FactorizationError.notFinite) { try Cholesky(a) }
      #expect(throws: FactorizationError.notFinite) { try LU(a) }
      #expect(throws: FactorizationError.notFinite) { try QR(a) }
      #expect(throws: FactorizationError.notFinite) { try SymmetricEigen(a) }
    }
  }

  /// Elements near the largest number: the answer may be an error or finite, but nothing traps and no NaN comes out.
  @Test(arguments: [1, 2, 7, 40]) func hugeElementsGiveNoNotANumber(order: Int) {
    let a = 1e307 * Matrix.randomSymmetric(order)
    if let factored = try? Cholesky(a) { #expect(factored.lower.isFinite) }
    if let factored = try? LU(a) { #expect(factored.factors.isFinite) }
    if let factored = try? QR(a) { #expect(factored.factors.isFinite) }
    if let factored = try? SymmetricEigen(a) { #expect(factored.vectors.isFinite) }
  }

  @Test func errorsExplainThemselves() {
    let errors: [FactorizationError] = [
      .notPositiveDefinite(leadingMinor: 3), .singular(pivot: 2), .notConverged, .notFinite,
    ]
    #expect(Set(errors.map(\.description)).count == 4)
    #expect(errors[0].description.contains("3"))
  }

  @Test func wrongShapesStop() async {
    await #expect(processExitsWith: .failure) { _ = try Cholesky(Matrix(rowCount: 2, columnCount: 3)) }
    await #expect(processExitsWith: .failure) { _ = try LU(Matrix(rowCount: 2, columnCount: 3)) }
    await #expect(processExitsWith: .failure) { _ = try SymmetricEigen(Matrix(rowCount: 2, columnCount: 3)) }
    await #expect(processExitsWith: .failure) { _ = try QR(Matrix(rowCount: 2, columnCount: 3)).inverse() }
    await #expect(processExitsWith: .failure) { _ = try Cholesky(.identity(2)).solve([1, 2, 3]) }
  }
}

/// OpenBLAS's serial build gives wrong numbers when two threads call it at once; the door must prevent that.
///
/// With that build (OpenBLAS 0.3.21) and without the lock of `CLinearAlgebra`, this suite failed in three runs of seven
/// on two busy cores; a pass of one run therefore proves little.
@Suite struct ConcurrentFactorizationTests {
  /// Counts answers of two threads, each with a matrix of its own, that differ in a bit from that of one thread.
  ///
  /// With one matrix for both, the threads would overwrite each other's buffers with the same numbers.
  static func wrongAnswers(
    repetitions: Int, _ matrices: [Matrix], _ answer: @escaping @Sendable (Matrix) throws -> Matrix
  ) async throws -> Int {
    let alone = try matrices.map(answer)
    return try await withThrowingTaskGroup(of: Int.self) { group in
      for (matrix, expected) in zip(matrices, alone) {
        group.addTask { try (0..<repetitions).count { _ in try answer(matrix) != expected } }
      }
      return try await group.reduce(0, +)
    }
  }

  @Test(arguments: [(10, 50), (20, 1000), (50, 300)])
  func eigenOnTwoThreadsGivesTheBitsOfOne(order: Int, repetitions: Int) async throws {
    let matrices = [Matrix.randomSymmetric(order), .randomSymmetric(order, seed: 30)]
    let wrong = try await Self.wrongAnswers(repetitions: repetitions, matrices) {
      try SymmetricEigen($0).vectors
    }
    #expect(wrong == 0)
  }

  @Test(arguments: [(10, 200), (100, 400), (160, 200)])
  func choleskyOnTwoThreadsGivesTheBitsOfOne(order: Int, repetitions: Int) async throws {
    let matrices = [Matrix.randomPositiveDefinite(order), .randomPositiveDefinite(order, seed: 31)]
    let wrong = try await Self.wrongAnswers(repetitions: repetitions, matrices) { try Cholesky($0).inverse() }
    #expect(wrong == 0)
  }

  @Test(arguments: [(20, 5000), (50, 1500)])
  func productsOnTwoThreadsGiveTheBitsOfOne(order: Int, repetitions: Int) async throws {
    let matrices = [Matrix.random(order, order), .random(order, order, seed: 32)]
    let wrong = try await Self.wrongAnswers(repetitions: repetitions, matrices) { $0 * $0 }
    #expect(wrong == 0)
  }
}
