import SEMNumerics
import Testing

@Suite struct HalfVectorizationTests {
  @Test func orderIsColumnByColumn() {
    let a = Matrix(rows: [[1, 9, 9], [2, 4, 9], [3, 5, 6]])
    #expect(a.halfVectorization == [1, 2, 3, 4, 5, 6])
    #expect(Matrix(halfVector: [1, 2, 3, 4, 5, 6]) == Matrix(rows: [[1, 2, 3], [2, 4, 5], [3, 5, 6]]))
  }

  @Test(arguments: orders) func roundTripIsExact(order: Int) {
    let a = Matrix.randomSymmetric(order)
    #expect(a.halfVectorization.count == halfVectorCount(order))
    #expect(Matrix(halfVector: a.halfVectorization) == a)
  }

  @Test(arguments: orders) func indicesAndPositionsAreInverse(order: Int) {
    let positions = halfVectorPositions(order: order)
    #expect(positions.count == halfVectorCount(order))
    for (index, (row, column)) in positions.enumerated() {
      #expect(row >= column)
      #expect(halfVectorIndex(row: row, column: column, order: order) == index)
      #expect(halfVectorIndex(row: column, column: row, order: order) == index)
    }
  }

  @Test func orderFromCount() {
    for order in 0...200 { #expect(halfVectorOrder(count: halfVectorCount(order)) == order) }
    for count in [-1, 2, 4, 5, 7, 1_000_001] { #expect(halfVectorOrder(count: count) == nil) }
    #expect(halfVectorOrder(count: halfVectorCount(3_000_000)) == 3_000_000)
  }

  @Test func wrongLengthStops() async {
    await #expect(processExitsWith: .failure) { _ = Matrix(halfVector: [1, 2]) }
    await #expect(processExitsWith: .failure) { _ = halfVectorIndex(row: 3, column: 0, order: 3) }
  }
}
