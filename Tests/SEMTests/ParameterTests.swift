import SEM
import Testing

@Test func operatorsAreSpelledAsInLavaan() {
  #expect(Operator(rawValue: "=~") == .measurement)
}
