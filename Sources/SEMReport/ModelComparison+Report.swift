public import SEM

extension ModelComparison {
  /// The comparison as JSON of schema `swift-sem/compare/1`.
  public var json: JSONValue {
    .object([
      ("schema", .string("swift-sem/compare/1")),
      (
        "models",
        .array(
          models.enumerated().map { index, model in
            .object(
              [
                ("name", .string(model.name)), ("chisq", JSONValue(model.chiSquare)),
                ("df", .integer(model.degreesOfFreedom)), ("npar", .integer(model.parameterCount)),
                ("nobs", .integer(model.count)), ("logl", JSONValue(model.logLikelihood)),
                ("aic", JSONValue(model.aic)), ("bic", JSONValue(model.bic)),
                ("aic_weight", JSONValue(akaikeWeights.isEmpty ? nil : akaikeWeights[index])),
                ("bic_weight", JSONValue(bicWeights.isEmpty ? nil : bicWeights[index])),
              ] + ["cfi", "rmsea", "srmr"].map { ($0, JSONValue(model.measures[$0])) })
          })
      ),
      (
        "tests",
        .array(
          steps.enumerated().map { index, step in
            .object([
              ("restricted", .string(models[index + 1].name)), ("unrestricted", .string(models[index].name)),
              ("chisq_diff", JSONValue(step.chiSquare)), ("df_diff", .integer(step.degreesOfFreedom)),
              ("pvalue", JSONValue(step.pValue)), ("rmsea_diff", JSONValue(step.rmsea)),
              ("method", .string(step.method.rawValue)), ("nesting", .string(step.nesting.rawValue)),
              ("scaling_factor", JSONValue(step.scalingFactor)), ("aic_diff", JSONValue(step.aicDifference)),
              ("bic_diff", JSONValue(step.bicDifference)),
              ("remark", step.remark.map { .string($0) } ?? .null),
            ])
          })
      ),
      ("warnings", .array(objections.map { .string($0) })),
    ])
  }

  /// The comparison as tables for a terminal.
  ///
  /// - Parameter width: The columns of the page, at least 40.
  public func text(width: Int = 80) -> String {
    var page = TextPage(width: width)
    page.heading("Models")
    page.blank()
    page.add(modelTable.lines(width: page.width))
    page.heading("Chi-square difference tests")
    page.blank()
    page.add(testTable.lines(width: page.width))
    page.blank()
    for remark in remarks { page.paragraph(remark, indent: 2) }
    return page.text
  }

  private var modelTable: PlainTable {
    var table = PlainTable(header: [
      "Model", "Npar", "Df", "Chisq", "AIC", "dAIC", "w(AIC)", "BIC", "dBIC", "w(BIC)", "CFI", "RMSEA",
      "SRMR",
    ])
    table.breaks = [4, 10]
    let least = (aic: models.compactMap(\.aic).min(), bic: models.compactMap(\.bic).min())
    func above(_ value: Double?, _ least: Double?) -> Double? {
      value.flatMap { value in least.map { value - $0 } }
    }
    for (index, model) in models.enumerated() {
      table.rows.append([
        model.name, "\(model.parameterCount)", "\(model.degreesOfFreedom)", TextNumber.fixed(model.chiSquare),
        TextNumber.fixed(model.aic, 1), TextNumber.fixed(above(model.aic, least.aic), 1),
        TextNumber.fixed(akaikeWeights.isEmpty ? nil : akaikeWeights[index]),
        TextNumber.fixed(model.bic, 1), TextNumber.fixed(above(model.bic, least.bic), 1),
        TextNumber.fixed(bicWeights.isEmpty ? nil : bicWeights[index]),
        TextNumber.fixed(model.measures["cfi"]), TextNumber.fixed(model.measures["rmsea"]),
        TextNumber.fixed(model.measures["srmr"]),
      ])
    }
    return table
  }

  private var testTable: PlainTable {
    var tests = PlainTable(header: [
      "Restricted", "against", "dChisq", "dDf", "P", "RMSEA", "Relation",
    ])
    tests.leftCount = 2
    for (index, step) in steps.enumerated() {
      let relation =
        switch step.nesting {
        case .nested: "nested"
        case .equivalent: "equivalent"
        case .notNested: "not nested"
        case .unknown: "not checked"
        }
      tests.rows.append([
        models[index + 1].name, models[index].name, TextNumber.fixed(step.chiSquare),
        "\(step.degreesOfFreedom)", TextNumber.pValue(step.pValue), TextNumber.fixed(step.rmsea), relation,
      ])
    }
    return tests
  }

  /// What a reader must know of the tests, in sentences.
  private var remarks: [String] {
    var remarks: [String] = []
    let sources: [(DifferenceTest, String)] = [
      (.satorraBentler2001, "scaled (Satorra & Bentler 2001)"),
      (.satorraBentler2010, "scaled, with a positive factor (Satorra & Bentler 2010)"),
      (.satorra2000, "scaled and shifted (Satorra 2000; Asparouhov & Muthén 2010)"),
    ]
    for (method, source) in sources where steps.contains(where: { $0.method == method }) {
      remarks.append("Differences are \(source); the table of models has the unscaled statistics.")
    }
    if steps.contains(where: { $0.nesting == .equivalent }) {
      remarks.append("Equivalent models fit every data set equally well: choose by theory.")
    }
    for (index, step) in steps.enumerated() {
      let (first, second) = (models[index].name, models[index + 1].name)
      if let remark = step.remark { remarks.append("\(second) against \(first): \(remark)") }
      guard step.nesting == .notNested else { continue }
      var text = "\(second) is not nested in \(first): no chi-square test applies."
      let votes = [("AIC", step.aicDifference), ("BIC", step.bicDifference)].compactMap { name, difference in
        difference.map {
          "\(name) prefers \($0 < 0 ? second : first) by \(TextNumber.fixed($0.magnitude, 1))"
        }
      }
      if !votes.isEmpty { text += " " + votes.joined(separator: ", ") + "." }
      remarks.append(text)
    }
    return remarks + objections.map { "Warning: " + $0 }
  }
}
