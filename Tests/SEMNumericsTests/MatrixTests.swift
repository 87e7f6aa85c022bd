import SEMNumerics
import Testing

@Test func identityIsDiagonal() {
  #expect(Matrix.identity(2) == Matrix.diagonal([1, 1]))
}
