import SEM
import Testing

/// The generator SplitMix64 (Steele, Lea and Flood, 2014), so that every run sees the same texts.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

private let seeds = [
  "visual =~ x1 + a*x2 + start(0.8)*x3\nspeed =~ x7 + c(1, NA)*x8 + equal(\"visual=~x2\")*x9\nvisual ~~ 0*speed\n",
  "y1 + y2 ~ 1 + b*x1 + x2 # comment\nab := a*b + exp(-b^2)/(1 - a)\na == 2*b\na > 0; b < 1\n",
  "group: 1\nf =~ NA*x1 + lower(0)*x2\ngroup: \"Grant White\"\nf =~ x1 + label(\"q\")*x2\nf ~~ 1*f\n",
  "level: 1\nfw =~ y1 + y2\nlevel: 2\nefa(\"b\")*f1 + efa(\"b\")*f2 =~ y1 + y2\nx1 | t1 + t2\nx1 ~*~ 1*x1\nc <~ x1\n",
  "視覚 =~ 問1 + 'b c'*問2 + 0.5?問3 +\n  x:z\n視覚 ~ 0 + 1.5e-3*été ! note\n",
]

private let fragments: [Character] = Array("=~<>:|*+-/^?(),;\"'#! \n\tabxNA019.e_$@视＋～“\u{0}\u{301}\u{200B}😀")

@Suite struct SyntaxRandomTests {
  /// Parses a text and completes the model; both may fail, neither may stop the program.
  private func exercise(_ text: String) {
    do throws(SyntaxError) {
      let syntax = try ModelSyntax(parsing: text)
      for groups in [[], ["1", "2"]] {
        do throws(SpecificationError) {
          let specification = try ModelSpecification(syntax, groupLabels: groups)
          #expect(specification.table.rows.allSatisfy { $0.free >= 0 })
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    } catch {
      #expect(error.line >= 1 && error.column >= 1)
      #expect(error.description.contains("^"))
    }
  }

  @Test func randomBytesAreRead() {
    var generator = SplitMix(seed: 1)
    for _ in 0..<10_000 {
      let count = Int.random(in: 0..<60, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      exercise(String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test func randomSignsAreRead() {
    var generator = SplitMix(seed: 2)
    for _ in 0..<10_000 {
      let count = Int.random(in: 0..<40, using: &generator)
      exercise(String((0..<count).compactMap { _ in fragments.randomElement(using: &generator) }))
    }
  }

  @Test func mutatedModelsAreRead() throws {
    var generator = SplitMix(seed: 3)
    for _ in 0..<10_000 {
      var text = Array(try #require(seeds.randomElement(using: &generator)))
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<max(1, text.count), using: &generator)
        let end = min(text.count, place + Int.random(in: 0...6, using: &generator))
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: text.removeSubrange(min(place, text.count)..<end)
        case 1:
          text.insert(
            contentsOf: fragments.randomElement(using: &generator).map { [$0] } ?? [],
            at: min(place, text.count))
        case 2: text.insert(contentsOf: text[min(place, text.count)..<end], at: 0)
        default: text.swapAt(min(place, max(0, text.count - 1)), text.isEmpty ? 0 : text.count - 1)
        }
        if text.isEmpty { text = ["x"] }
      }
      exercise(String(text))
    }
  }

  @Test func hugeTextsAreReadOrRefused() {
    let deep = 100_000
    exercise("d := " + String(repeating: "(", count: deep))
    exercise("d := " + String(repeating: "exp(", count: deep))
    exercise("d := a" + String(repeating: "^a", count: deep))
    exercise("f =~ " + String(repeating: "a*", count: deep) + "x")
    exercise("f =~ " + String(repeating: "2*", count: deep) + "x")
    exercise("f =~ " + String(repeating: "c(", count: deep))
    exercise(String(repeating: "f =~ x\n", count: 20_000))
    exercise(String(repeating: "\n", count: deep) + "f")
    exercise(String(repeating: "~", count: deep))
    exercise(String(repeating: "\"", count: deep))
    exercise("y ~ " + (1...50_000).map { "x\($0)" }.joined(separator: "+"))
    let chain = (1..<20_000).map { "d\($0 + 1) := d\($0) + 1" }
    exercise("y ~ d1*x\n" + chain.reversed().joined(separator: "\n"))
  }
}
