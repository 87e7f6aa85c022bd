import SEM
import SEMNumerics
import SEMReport

/// The models whose diagrams are tested: every shape that structural equation models take.
enum DiagramModel: String, CaseIterable, Sendable {
  case factors, politicalDemocracy, secondOrder, thirdOrder, mimic, growth, growthWithCovariates, observedPath
  case nonRecursive, longLoop, p2p, sixtyIndicators, bifactor, general, allShared, crossLoading, wheaton,
    oneArrow

  /// The model in lavaan's language.
  var syntax: String {
    switch self {
    case .factors: "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
    case .politicalDemocracy:
      """
      ind60 =~ x1 + x2 + x3
      dem60 =~ y1 + y2 + y3 + y4
      dem65 =~ y5 + y6 + y7 + y8
      dem60 ~ ind60
      dem65 ~ ind60 + dem60
      y1 ~~ y5
      y2 ~~ y4 + y6
      y3 ~~ y7
      y4 ~~ y8
      y6 ~~ y8
      """
    case .secondOrder: Self.factors.syntax + "\ng =~ visual + textual + speed"
    case .thirdOrder:
      """
      a1 =~ x1 + x2
      a2 =~ x3 + x4
      b1 =~ x5 + x6 + x7
      b2 =~ x8 + x9
      a =~ a1 + a2
      b =~ b1 + b2
      g =~ a + b
      y ~ g
      """
    case .mimic: Self.factors.syntax + "\nvisual + textual + speed ~ age + sex\nx3 ~ sex"
    case .growth: "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4"
    case .growthWithCovariates:
      Self.growth.syntax + "\ni + s ~ x1 + x2\nt1 ~ c1\nt2 ~ c2\nt3 ~ c3\nt4 ~ c4"
    case .observedPath: "x9 ~ a*x1 + b*x4 + c*x7\nx7 ~ d*x1 + e*x4"
    case .nonRecursive:
      """
      ambR =~ oaR + eaR
      ambF =~ oaF + eaF
      ambR ~ iqR + sesR + sesF + ambF
      ambF ~ iqF + sesF + sesR + ambR
      ambR ~~ ambF
      """
    case .longLoop: "a ~ d + x\nb ~ a\nc ~ b\nd ~ c\ne ~ d + b"
    case .p2p: ReportCase.p2pModel
    case .sixtyIndicators:
      (0..<12).map { factor in
        "F\(factor + 1) =~ " + (1...5).map { "v\(5 * factor + $0)" }.joined(separator: " + ")
      }.joined(separator: "\n")
    case .bifactor: "g =~ x1 + x2 + x3 + x4 + x5 + x6\nt =~ x4 + x5 + x6"
    case .general:
      "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9\n" + Self.factors.syntax
        + "\ng ~~ 0*visual + 0*textual + 0*speed"
    case .allShared: "f1 =~ x1 + x2 + x3 + x4 + x5\nf2 =~ x1 + x2 + x3 + x4 + x5"
    case .crossLoading: Self.factors.syntax + "\nvisual =~ x9\nx1 ~~ x7\nx2 ~~ x3"
    case .wheaton:
      """
      ses =~ education + sei
      alien67 =~ anomia67 + powerless67
      alien71 =~ anomia71 + powerless71
      alien71 ~ alien67 + ses
      alien67 ~ ses
      anomia67 ~~ anomia71
      powerless67 ~~ powerless71
      """
    case .oneArrow: "y ~ x"
    }
  }

  var preset: Preset {
    switch self {
    case .growth, .growthWithCovariates: .growth
    default: .sem
    }
  }

  /// The diagram of the model with a number on every arrow and curve, as a fit would have it.
  func diagram(_ options: DiagramOptions = DiagramOptions()) throws -> PathDiagram {
    try Self.diagram(syntax, preset: preset, options)
  }

  static func diagram(_ syntax: String, preset: Preset = .sem, _ options: DiagramOptions = DiagramOptions())
    throws -> PathDiagram
  {
    let table = try Model(syntax, preset: preset).specification().table
    var diagram = PathDiagram(table, options: options)
    guard options.values != .none else { return diagram }
    for place in diagram.edges.indices {
      diagram.edges[place].label = options.showsStars ? "\u{2212}0.47***" : "0.47"
      diagram.edges[place].isInsignificant = place % 5 == 4
    }
    if options.showsVariances {
      for place in diagram.variables.indices { diagram.variables[place].variance = "0.47" }
    }
    return diagram
  }

  /// A recursive model at random: latent and observed variables, controls, residual covariances.
  static func random(_ seed: UInt64) -> String {
    var stream = RandomStream(seed: seed)
    func below(_ count: Int) -> Int { min(Int(stream.uniform() * Double(count)), count - 1) }
    let latent = (1...(2 + below(6))).map { "f\($0)" }
    var lines: [String] = []
    var items: [String] = []
    for name in latent {
      let own = (1...(2 + below(4))).map { "\(name)x\($0)" }
      items += own
      lines.append("\(name) =~ " + own.joined(separator: " + "))
    }
    let observed = (0..<below(4)).map { "z\($0)" }
    let order = observed.prefix(below(observed.count + 1)) + latent + observed.suffix(from: 0)
    let nodes = order.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    for (place, name) in nodes.enumerated() where place > 0 {
      let causes = nodes[..<place].filter { _ in stream.uniform() < 0.35 }
      if !causes.isEmpty { lines.append("\(name) ~ " + causes.joined(separator: " + ")) }
    }
    if items.count > 4, stream.uniform() < 0.5 { lines.append("\(items[0]) ~~ \(items[items.count - 1])") }
    return lines.joined(separator: "\n")
  }
}
