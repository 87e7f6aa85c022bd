import SEMNumerics
import Testing

@Suite struct RandomStreamTests {
  /// NumPy 2.4.6: `np.random.Philox(counter=[0,0,7,0], key=[42,5]).random_raw(8)`.
  @Test func agreesWithNumPy() {
    var stream = RandomStream(seed: 42, stream: 7, purpose: 5)
    #expect(
      (0..<8).map { _ in stream.next() } == [
        0x8099_174b_9f7e_497d, 0xbfd7_5e3a_700d_e9b5, 0x6833_e3c5_a6d2_380b, 0x4fb2_6e97_3fe8_db1a,
        0x2362_3cce_4682_18f5, 0x74ea_807d_a065_e8e0, 0xfafe_35ef_343f_a3ab, 0x2775_535f_968d_77e0,
      ])
  }

  /// NumPy 2.4.6: `np.random.Generator(np.random.Philox(counter=[0,0,7,0], key=[42,5])).random(4)`.
  @Test func uniformAgreesWithNumPy() {
    var stream = RandomStream(seed: 42, stream: 7, purpose: 5)
    #expect(
      (0..<4).map { _ in stream.uniform() } == [
        0.5023359832407489, 0.7493800060911365, 0.4070417745159113, 0.3113164061796029,
      ])
  }

  @Test func streamsDifferInEachPart() {
    var seen = Set<UInt64>()
    for seed in UInt64(0)..<5 {
      for number in UInt64(0)..<5 {
        for purpose in UInt64(0)..<5 {
          var stream = RandomStream(seed: seed, stream: number, purpose: purpose)
          for _ in 0..<8 { seen.insert(stream.next()) }
        }
      }
    }
    #expect(seen.count == 5 * 5 * 5 * 8)
  }

  @Test func streamsDoNotDependOnTheThreadLayout() async {
    func draw(_ number: Int) -> [Double] {
      var stream = RandomStream(seed: 11, stream: UInt64(number))
      return (0..<100).map { _ in stream.normal() }
    }
    let alone = (0..<16).map(draw)
    let together = await withTaskGroup(of: (Int, [Double]).self) { group in
      for number in (0..<16).reversed() { group.addTask { (number, draw(number)) } }
      var result = [[Double]](repeating: [], count: 16)
      for await (number, values) in group { result[number] = values }
      return result
    }
    #expect(together == alone)
  }

  @Test func aCopyGoesItsOwnWay() {
    var stream = RandomStream(seed: 1)
    _ = stream.next()
    var copy = stream
    #expect((0..<9).map { _ in stream.next() } == (0..<9).map { _ in copy.next() })
  }

  /// Means of n draws lie within five standard errors; the seed is fixed, so this cannot flicker.
  @Test func momentsOfUniformAndNormal() {
    let n = 100_000.0
    var stream = RandomStream(seed: 3)
    var (sum, smallest, largest) = (0.0, 1.0, 0.0)
    for _ in 0..<Int(n) {
      let u = stream.uniform()
      sum += u
      (smallest, largest) = (min(smallest, u), max(largest, u))
    }
    #expect(abs(sum / n - 0.5) <= 5 * (1 / 12 / n).squareRoot())
    #expect(smallest > 0 && smallest < 1e-3 && largest < 1 && largest > 0.999)
    var powers = [0.0, 0, 0, 0]
    for _ in 0..<Int(n) {
      let z = stream.normal()
      for (k, power) in [z, z * z, z * z * z, z * z * z * z].enumerated() { powers[k] += power / n }
    }
    // Variances of z, z², z³, z⁴ are 1, 2, 15, 96.
    for (power, (mean, variance)) in zip(powers, [(0.0, 1.0), (1, 2), (0, 15), (3, 96)]) {
      #expect(abs(power - mean) <= 5 * (variance / n).squareRoot())
    }
  }

  @Test(arguments: [1, 2, 3, 7, 10]) func integersAreEven(bound: Int) {
    var stream = RandomStream(seed: 5, stream: UInt64(bound))
    var counts = [Int](repeating: 0, count: bound)
    let n = 20_000
    for _ in 0..<n { counts[stream.integer(below: bound)] += 1 }
    let share = 1 / Double(bound)
    for count in counts {
      #expect(abs(Double(count) / Double(n) - share) <= 5 * (share * (1 - share) / Double(n)).squareRoot())
    }
  }

  /// With a bound of 3 · 2⁶¹ a quarter of the numbers must be refused; without that, thirds would get 3/8, 3/8, 1/4.
  /// In runs and one by one, from inside a block too, and where numbers are drawn again.
  @Test(arguments: [1, 7, 360, Int.max, Int.max / 3 * 2 + 5])
  func runsOfIntegersAreTheSame(bound: Int) {
    for skipped in 0..<5 {
      var one = RandomStream(seed: 9, stream: 4)
      for _ in 0..<skipped { _ = one.next() }
      var other = one
      var run: [Int] = []
      other.integers(below: bound, count: 45) { run.append($0) }
      #expect(run == (0..<45).map { _ in one.integer(below: bound) })
      #expect(one.next() == other.next())
    }
  }

  @Test func integersAreUnbiasedForHugeBounds() {
    var stream = RandomStream(seed: 6)
    let (bound, n) = (3 << 61, 30_000)
    var counts = [0, 0, 0]
    for _ in 0..<n { counts[stream.integer(below: bound) % 3] += 1 }
    for count in counts {
      #expect(abs(Double(count) / Double(n) - 1 / 3.0) <= 5 * (2 / 9.0 / Double(n)).squareRoot())
    }
    #expect(stream.integer(below: 1) == 0)
    #expect(stream.integer(below: .max) >= 0)
  }

  @Test func shuffleGivesEachOrderEqually() {
    var stream = RandomStream(seed: 8)
    var counts: [[Int]: Int] = [:]
    let n = 24_000
    for _ in 0..<n {
      var elements = [0, 1, 2, 3]
      stream.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 24)
    for count in counts.values {
      #expect(abs(Double(count) - 1000) <= 5 * (1000 * 23 / 24.0).squareRoot())
    }
    var none: [Int] = []
    stream.shuffle(&none)
    #expect(none.isEmpty)
  }

  @Test func fillIsTheSameAsSingleDraws() {
    var (one, other) = (RandomStream(seed: 9), RandomStream(seed: 9))
    var buffer = [Double](repeating: .nan, count: 11)
    one.fillNormal(&buffer)
    #expect(buffer == (0..<11).map { _ in other.normal() })
    #expect(one.next() == other.next())
  }

  @Test func emptyRangeStops() async {
    await #expect(processExitsWith: .failure) {
      var stream = RandomStream(seed: 1)
      _ = stream.integer(below: 0)
    }
  }
}
