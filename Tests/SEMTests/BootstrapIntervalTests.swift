import SEMNumerics
import Testing

@testable import SEM

/// Intervals of one fixed set of draws against R 4.2.2, package boot 1.3-28 (`boot.ci`, `bca.ci`): the coefficient of
/// variation of fifteen numbers, 99 draws.
@Suite struct BootstrapIntervalTests {
  private static let draws = [
    0.41710821098681222, 0.43569470833490570, 0.51487425319232760, 0.35543352887909341, 0.23980027952074640,
    0.31946130922787880, 0.40753911622180666, 0.48882314078346034, 0.40152082628818186, 0.37842078346743202,
    0.41792733074269961, 0.52586614714845614, 0.45576058995571189, 0.52654767197935737, 0.41732751825825098,
    0.32938362968880774, 0.31355588662926942, 0.46330428898090537, 0.25227074993520826, 0.39808941382030361,
    0.52785188879323297, 0.37555423772599045, 0.46940012963368266, 0.27220210070066636, 0.29834252875312622,
    0.38974454183818041, 0.33222344240432600, 0.26809086371375013, 0.27069932551299669, 0.42336347204511821,
    0.44725688462614083, 0.38692108373998679, 0.35843083527128528, 0.44018016014832273, 0.42556822260822752,
    0.29813077419440059, 0.43454629206058148, 0.40251743739234802, 0.30719874975858208, 0.49477208607873024,
    0.46486704285696001, 0.41395133967780984, 0.51073361271764017, 0.31713255633721010, 0.27972510140902451,
    0.50604088812207748, 0.35800784069884939, 0.32891321672850571, 0.38548314363621849, 0.38824403264889734,
    0.43979516651271050, 0.54059348376665950, 0.43005551252570462, 0.39808333113274186, 0.31462950671291778,
    0.36847286542766472, 0.30973784831327389, 0.46914437216929267, 0.37342873600698623, 0.48476769996471680,
    0.45287900238864676, 0.43949083363947616, 0.34364189925069832, 0.44843996355848403, 0.47928660133262024,
    0.36203463530046254, 0.29138727914067902, 0.36076318068201441, 0.44168435127653199, 0.47420606174827928,
    0.40689750074323899, 0.39127835460126914, 0.41694733393361288, 0.38657837375215948, 0.44930678496070159,
    0.40296683083987217, 0.42131727178546452, 0.46766350588794126, 0.34351961677176357, 0.39203058928682111,
    0.32947388246927656, 0.29515107829759435, 0.37436339239669553, 0.35006458599607587, 0.39123763244099979,
    0.39936251675698692, 0.40408302952012587, 0.36161363573090727, 0.47300886161677791, 0.49672010063922983,
    0.41638591274247988, 0.41060326511404421, 0.37036453226713983, 0.38370482832917602, 0.43001253412589518,
    0.58374944461675393, 0.39263858075320351, 0.41377083493327560, 0.30949960420080841,
  ]
  private static let estimate = 0.42499600838401103
  private static let leaveOut = [
    0.40681528984825999, 0.43518585179546199, 0.40063401229744694, 0.43703454234976968, 0.44349804313714386,
    0.43992830317422771, 0.42239920698435690, 0.42835636445189851, 0.43370891016807794, 0.44310577122271005,
    0.39391767996130100, 0.37482318138315240, 0.42858001508806376, 0.44225153605671319, 0.44132416044401457,
  ]

  private static var interval: BootstrapInterval {
    BootstrapInterval(
      values: draws, estimate: estimate,
      acceleration: BootstrapInterval.acceleration(
        leaveOut: leaveOut, strata: [Int](repeating: 0, count: leaveOut.count)))
  }

  private func expectClose(_ value: Double?, _ expected: Double, _ label: String) {
    #expect(((value ?? .nan) - expected).magnitude < 1e-12, "\(label): \(String(describing: value))")
  }

  @Test func acceleration() {
    let strata = [Int](repeating: 0, count: Self.leaveOut.count)
    expectClose(
      BootstrapInterval.acceleration(leaveOut: Self.leaveOut, strata: strata), 0.048915419183992212, "a")
  }

  @Test func errorAndBias() {
    expectClose(Self.interval.standardError, 0.070837511145209614, "se")
    expectClose(Self.interval.bias, -0.025787523916987409, "bias")
  }

  @Test(arguments: [
    (BootstrapIntervalKind.normal, 0.90, 0.33426619516958511, 0.56730086943241176, false),
    (.basic, 0.90, 0.32412586961956591, 0.57778991606735564, false),
    (.percentile, 0.90, 0.27220210070066636, 0.52586614714845614, false),
    (.bca, 0.90, 0.34353670922927687, 0.58374944461675393, true),
    (.biasCorrected, 0.90, 0.32970695837454428, 0.58374944461675393, true),
    (.normal, 0.87, 0.34352832296178448, 0.55803874164021239, false),
    (.basic, 0.87, 0.33724996722169098, 0.56426153091866615, false),
    (.percentile, 0.87, 0.28573048584935590, 0.51274204954633107, false),
    (.bca, 0.87, 0.35740645662190607, 0.58374944461675393, true),
    (.biasCorrected, 0.87, 0.34975216097958950, 0.58279485755374638, false),
  ])
  func ends(
    _ kind: BootstrapIntervalKind, _ level: Double, _ lower: Double, _ upper: Double, _ isAtExtreme: Bool
  ) throws {
    let ends = try #require(Self.interval.ends(kind, level: level))
    expectClose(ends.lower, lower, "lower")
    expectClose(ends.upper, upper, "upper")
    #expect(ends.isAtExtreme == isAtExtreme)
  }

  /// The p-value is the level at which an end of the interval is the null value.
  @Test(arguments: [BootstrapIntervalKind.percentile, .biasCorrected, .bca, .basic, .normal])
  func pValueInvertsTheInterval(_ kind: BootstrapIntervalKind) throws {
    // Draws shifted so that 0 lies in their lower tail.
    let shift = 0.3105
    let shifted = BootstrapInterval(
      values: Self.draws.map { $0 - shift }, estimate: Self.estimate - shift, acceleration: 0.0489)
    let p = try #require(shifted.pValue(kind))
    let ends = try #require(shifted.ends(kind, level: 1 - p))
    // Between two neighbouring draws, which lie less than 0.02 apart there.
    #expect(min(ends.lower.magnitude, ends.upper.magnitude) < 0.02, "\(kind) p \(p)")
  }

  @Test func selection() {
    var random = RandomStream(seed: 5)
    for count in [1, 2, 3, 10, 101] {
      let values = (0..<count).map { _ in (random.uniform() * 20).rounded() }
      let sorted = values.sorted()
      for rank in 0..<count {
        var copy = values
        #expect(BootstrapInterval.select(rank, &copy) == sorted[rank])
      }
    }
  }

  @Test func undefinedIntervals() {
    let above = BootstrapInterval(values: [1, 2, 3], estimate: 0, acceleration: 0)
    #expect(above.ends(.bca, level: 0.95) == nil)
    #expect(above.ends(.percentile, level: 1) == nil)
    #expect(above.ends(.percentile, level: 0.95)?.isAtExtreme == true)
    let unknown = BootstrapInterval(values: [-1, 2, 3], estimate: 0, acceleration: nil)
    #expect(unknown.ends(.bca, level: 0.5) == nil)
    #expect(unknown.ends(.biasCorrected, level: 0.5) != nil)
  }
}
