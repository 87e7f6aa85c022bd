import SEMStudy
import Testing

@Suite struct WordingTests {
  @Test func aMissingLanguageShowsTheOther() {
    #expect(Wording("Trust", "")[.chinese] == "Trust")
    #expect(Wording("", "信任")[.english] == "信任")
    #expect(Wording("Trust", "信任")[.chinese] == "信任")
  }
}
