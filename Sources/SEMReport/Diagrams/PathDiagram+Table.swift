internal import SEM

/// The values behind a diagram: what is shown of each row, and what is tested.
struct DiagramRows {
  /// In the order of the table; empty without a fit.
  var shown: [ParameterEstimate] = []
  /// The estimates with their tests.
  var tested: [ParameterEstimate] = []
  var explained: [FittedModel.ExplainedVariance] = []
  var isStandardized = false

  /// The number to print for a row.
  func value(_ row: Int, _ parameter: Parameter, _ options: DiagramOptions) -> Double? {
    guard options.values != .none else { return nil }
    if shown.indices.contains(row) { return shown[row].estimate }
    return options.values == .raw ? parameter.fixedValue : nil
  }

  /// The p-value of a row.
  func pValue(_ row: Int) -> Double? {
    guard tested.indices.contains(row) else { return nil }
    if let tested = tested[row].pValue { return tested }
    return isStandardized ? shown[row].pValue : nil
  }
}

extension PathDiagram {
  init(_ table: ParameterTable, group: Int, options: DiagramOptions, rows values: DiagramRows) {
    self.options = options
    let block = table.blocks.first { $0.group == group } ?? table.blocks.first
    title = "Path diagram"
    if table.blocks.count > 1, let block {
      title += ", " + (block.groupLabel.isEmpty ? "group \(block.group)" : block.groupLabel)
    }
    variables = []
    edges = []
    guard let block else { return }
    let rows = table.rows.enumerated().filter { $1.block == block.number }
    addVariables(block, rows.map(\.element), values)
    var places: [String: Int] = [:]
    for (place, variable) in variables.enumerated() { places[variable.name] = place }
    for (row, parameter) in rows {
      add(parameter, row, places, values)
    }
    if options.means == .triangle { addConstant(rows.map { ($0.offset, $0.element) }, places, values) }
  }

  private mutating func addVariables(_ block: ModelBlock, _ rows: [Parameter], _ values: DiagramRows) {
    var indicators: Set<String> = []
    var structural: Set<String> = Set(block.latent)
    for row in rows {
      switch row.op {
      case .measurement: indicators.insert(row.rhs)
      case .regression:
        structural.insert(row.lhs)
        structural.insert(row.rhs)
      default: break
      }
    }
    var explained: [String: Double] = [:]
    for item in values.explained where item.block == block.number { explained[item.variable] = item.rSquared }
    for name in block.latent + block.observed {
      let isLatent = block.latent.contains(name)
      // Without indicators the picture shows latent variables, and what takes part in regressions.
      if !options.showsIndicators, !isLatent, indicators.contains(name), !structural.contains(name) {
        continue
      }
      let isItem = !isLatent && indicators.contains(name)
      let size = isItem ? options.theme.itemTextSize : options.theme.nodeTextSize
      var variable = Variable(
        name: name,
        lines: TextMetrics.wrapped(options.labels[name] ?? name, size: size, to: options.labelWidth),
        kind: isLatent ? .latent : .observed)
      if options.showsRSquared, let share = explained[name] {
        variable.details.append("R² = " + number(share))
      }
      variables.append(variable)
    }
  }

  private mutating func add(
    _ parameter: Parameter, _ row: Int, _ places: [String: Int], _ values: DiagramRows
  ) {
    switch parameter.op {
    case .measurement, .composite:
      guard let latent = places[parameter.lhs], let item = places[parameter.rhs] else { return }
      let isFormed = parameter.op == .composite
      edges.append(
        edge(
          isFormed ? item : latent, isFormed ? latent : item, .loading, parameter, row, values))
      if !isFormed { variables[item].hasResidual = true }
    case .regression:
      guard let outcome = places[parameter.lhs], let predictor = places[parameter.rhs] else { return }
      variables[outcome].hasResidual = true
      guard parameter.fixedValue != 0 else { return }
      edges.append(edge(predictor, outcome, .regression, parameter, row, values))
    case .covariance where parameter.lhs == parameter.rhs:
      guard let place = places[parameter.lhs] else { return }
      if options.showsVariances, !parameter.isExogenous || options.covariances == .all {
        variables[place].variance = text(parameter, row, values)
      }
    case .covariance:
      guard let first = places[parameter.lhs], let second = places[parameter.rhs] else { return }
      let isFixedToZero = parameter.fixedValue == 0 && parameter.free == 0
      guard options.covariances != .none, !isFixedToZero,
        !parameter.isExogenous || options.covariances == .all
      else { return }
      edges.append(edge(first, second, .covariance, parameter, row, values))
    case .intercept:
      guard options.means != .none, let place = places[parameter.lhs],
        options.means == .values || variables[place].kind == .observed,
        !(parameter.fixedValue == 0 && parameter.free == 0),
        let mean = values.value(row, parameter, options)
      else { return }
      variables[place].details.append("M = " + number(mean))
    default: return
    }
  }

  /// The triangle with arrows to the latent variables whose means are not fixed to 0.
  private mutating func addConstant(
    _ rows: [(row: Int, parameter: Parameter)], _ places: [String: Int], _ values: DiagramRows
  ) {
    let means = rows.filter { _, parameter in
      guard parameter.op == .intercept, let place = places[parameter.lhs] else { return false }
      return variables[place].kind == .latent && !(parameter.fixedValue == 0 && parameter.free == 0)
    }
    guard !means.isEmpty else { return }
    variables.append(Variable(name: "1", lines: ["1"], kind: .constant))
    for (row, parameter) in means {
      guard let place = places[parameter.lhs] else { continue }
      edges.append(edge(variables.count - 1, place, .mean, parameter, row, values))
    }
  }

  private func edge(
    _ from: Int, _ to: Int, _ relation: Relation, _ parameter: Parameter, _ row: Int, _ values: DiagramRows
  ) -> Edge {
    var edge = Edge(from: from, to: to, relation: relation, label: text(parameter, row, values))
    if let level = options.dashedFrom, let p = values.pValue(row) { edge.isInsignificant = p >= level }
    return edge
  }

  /// Label, number and stars of a row.
  private func text(_ parameter: Parameter, _ row: Int, _ values: DiagramRows) -> String {
    let name =
      options.showsParameterLabels && !parameter.label.hasPrefix(".") ? parameter.label.printable : ""
    guard let value = values.value(row, parameter, options) else { return name }
    var text = number(value)
    if options.showsStars, let p = values.pValue(row) {
      text += p < 0.001 ? "***" : p < 0.01 ? "**" : p < 0.05 ? "*" : ""
    }
    return name.isEmpty ? text : name + ": " + text
  }

  /// A number with the options' decimals and a minus sign.
  func number(_ value: Double) -> String {
    guard value.isFinite else { return "?" }
    var text = TextNumber.fixed(value, min(max(options.decimals, 0), 6))
    let isNegative = text.hasPrefix("-")
    if isNegative { text.removeFirst() }
    if options.theme.omitsLeadingZero, text.hasPrefix("0.") { text.removeFirst() }
    return (isNegative ? "\u{2212}" : "") + text
  }
}
