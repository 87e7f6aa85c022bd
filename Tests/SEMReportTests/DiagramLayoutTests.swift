import SEM
import Testing

@testable import SEMReport

/// Geometry that a reader would call wrong.
struct LayoutFaults {
  var found: [String] = []

  /// Boxes that touch within this are not said to overlap: coordinates are printed to a hundredth.
  static let slack = 0.01

  init(_ layout: DiagramLayout) {
    let names = layout.diagram.variables.map(\.name)
    var boxes: [(String, Box)] = zip(names, layout.boxes).map { ($0, $1) }
    boxes += layout.satellites.map { ("residual of \(names[$0.owner])", $0.box) }
    for satellite in layout.satellites {
      if let box = satellite.labelBox { boxes.append(("variance of \(names[satellite.owner])", box)) }
    }
    for line in layout.lines {
      guard let box = line.labelBox else { continue }
      boxes.append(("label of \(Self.name(layout.diagram, line.edge))", box))
    }
    for (place, (name, box)) in boxes.enumerated() {
      if !(box.minX.isFinite && box.maxX.isFinite && box.minY.isFinite && box.maxY.isFinite) {
        found.append("\(name) is nowhere")
      }
      for (other, otherBox) in boxes[..<place]
      where box.inset(by: Self.slack).overlaps(otherBox.inset(by: Self.slack)) {
        // A residual's arrow ends at its variable.
        if name == "residual of \(other)" { continue }
        found.append("\(name) overlaps \(other)")
      }
    }
    for line in layout.lines where layout.diagram.edges[line.edge].relation != .covariance {
      let edge = layout.diagram.edges[line.edge]
      let points = line.curve.polyline
      for (place, box) in layout.boxes.enumerated() where place != edge.from && place != edge.to {
        if zip(points, points.dropFirst()).contains(where: { box.isHit(from: $0, to: $1) }) {
          found.append("\(Self.name(layout.diagram, line.edge)) runs through \(names[place])")
        }
      }
    }
    let labelled = layout.lines.filter { !layout.diagram.edges[$0.edge].label.isEmpty }
    if labelled.contains(where: { $0.labelBox == nil }) { found.append("a label is missing") }
    let drawn = layout.lines.map(\.edge).sorted()
    let wanted = layout.diagram.edges.indices.filter {
      layout.diagram.edges[$0].from != layout.diagram.edges[$0].to
    }
    if drawn != Array(wanted) { found.append("lines are missing or drawn twice") }
  }

  private static func name(_ diagram: PathDiagram, _ edge: Int) -> String {
    let names = [diagram.edges[edge].from, diagram.edges[edge].to].map { diagram.variables[$0].name }
    return names.joined(separator: diagram.edges[edge].relation == .covariance ? "~~" : "->")
  }
}

@Suite struct DiagramLayoutTests {
  /// The looks in which every model is laid out.
  static let looks: [DiagramOptions] = {
    var amos = DiagramOptions()
    amos.theme = .amos
    amos.showsVariances = true
    var down = DiagramOptions()
    down.direction = .topDown
    down.showsStars = true
    return [DiagramOptions(), amos, down]
  }()

  @Test(arguments: DiagramModel.allCases, looks.indices)
  func nothingOverlaps(_ model: DiagramModel, _ look: Int) throws {
    let layout = DiagramLayout(try model.diagram(Self.looks[look]))
    #expect(LayoutFaults(layout).found == [])
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func randomModelsDoNotOverlap(_ seed: UInt64) throws {
    let syntax = DiagramModel.random(seed)
    let layout = DiagramLayout(try DiagramModel.diagram(syntax))
    #expect(LayoutFaults(layout).found == [], "\(syntax)")
  }

  @Test func chineseLabelsFitTheirShapes() throws {
    var options = DiagramOptions()
    options.labels = ["visual": "视觉能力与空间想象", "x1": "视觉感知", "speed": "Geschwindigkeitswahrnehmung"]
    options.showsRSquared = true
    let diagram = try DiagramModel.factors.diagram(options)
    let layout = DiagramLayout(diagram)
    #expect(LayoutFaults(layout).found == [])
    for (place, variable) in diagram.variables.enumerated() {
      for line in variable.lines {
        #expect(TextMetrics.width(line, size: options.theme.nodeTextSize) <= layout.boxes[place].width + 1)
      }
    }
    let visual = try #require(diagram.index(of: "visual"))
    #expect(diagram.variables[visual].lines.count == 2)
  }

  /// A checker that sees nothing would pass every layout.
  @Test func faultsAreSeen() throws {
    var layout = DiagramLayout(try DiagramModel.factors.diagram())
    layout.lines[0].labelBox = layout.boxes[0]
    layout.lines[1].curve = Curve(from: layout.boxes[0].center, to: layout.boxes[2].center)
    layout.lines.removeLast()
    let found = LayoutFaults(layout).found
    #expect(found.contains { $0.hasPrefix("label of") && $0.contains("overlaps") })
    #expect(found.contains { $0.contains("runs through textual") })
    #expect(found.contains("lines are missing or drawn twice"))
  }

  // MARK: Structure

  @Test func secondOrderFactorsStandFurtherOut() throws {
    let diagram = try DiagramModel.secondOrder.diagram()
    let layout = DiagramLayout(diagram)
    let x = { (name: String) in layout.boxes[diagram.index(of: name) ?? 0].center.x }
    #expect(x("g") < x("visual") && x("visual") < x("x1"))
  }

  @Test func arrowsPointForward() throws {
    let diagram = try DiagramModel.p2p.diagram()
    let layout = DiagramLayout(diagram)
    for edge in diagram.edges where edge.relation == .regression {
      #expect(layout.boxes[edge.from].center.x < layout.boxes[edge.to].center.x)
    }
    var options = DiagramOptions()
    options.direction = .topDown
    let down = DiagramLayout(try DiagramModel.p2p.diagram(options))
    for edge in diagram.edges where edge.relation == .regression {
      #expect(down.boxes[edge.from].center.y < down.boxes[edge.to].center.y)
    }
  }

  @Test func residualCovariancesLieOutside() throws {
    let diagram = try DiagramModel.politicalDemocracy.diagram()
    let layout = DiagramLayout(diagram)
    for line in layout.lines where diagram.edges[line.edge].relation == .covariance {
      for box in layout.boxes {
        let points = line.curve.polyline.dropFirst().dropLast()
        #expect(!zip(points, points.dropFirst()).contains { box.isHit(from: $0, to: $1) })
      }
    }
  }

  @Test func loopsShareALayer() throws {
    let diagram = try DiagramModel.nonRecursive.diagram()
    let structure = DiagramStructure(diagram)
    let layers = ["ambR", "ambF", "iqR"].map { structure.layer[diagram.index(of: $0) ?? 0] }
    #expect(layers == [1, 1, 0])
  }

  @Test func oneCrossLoadingMakesNoLayer() throws {
    let diagram = try DiagramModel.crossLoading.diagram()
    #expect(DiagramStructure(diagram).layerCount == 1)
    #expect(DiagramStructure(try DiagramModel.bifactor.diagram()).layerCount == 2)
  }

  @Test func generalFactorsStandOnTheOtherSide() throws {
    let diagram = try DiagramModel.general.diagram()
    let layout = DiagramLayout(diagram)
    let x = { (name: String) in layout.boxes[diagram.index(of: name) ?? 0].center.x }
    #expect(x("visual") < x("x1") && x("x1") < x("g"))
  }
}
