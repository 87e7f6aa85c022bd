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
            ])
          })
      ),
      ("warnings", .array(objections.map { .string($0) })),
    ])
  }

  /// The comparison as tables for a terminal.
  public var text: String {
    var table = PlainTable(header: [
      "Model", "Npar", "Df", "Chisq", "AIC", "dAIC", "w(AIC)", "BIC", "dBIC", "CFI", "RMSEA", "SRMR",
    ])
    let least = (aic: models.compactMap(\.aic).min(), bic: models.compactMap(\.bic).min())
    for (index, model) in models.enumerated() {
      table.rows.append([
        model.name, "\(model.parameterCount)", "\(model.degreesOfFreedom)", TextNumber.fixed(model.chiSquare),
        TextNumber.fixed(model.aic, 1), TextNumber.fixed(zip(model.aic, least.aic).map { $0 - $1 }, 1),
        TextNumber.fixed(akaikeWeights.isEmpty ? nil : akaikeWeights[index]),
        TextNumber.fixed(model.bic, 1), TextNumber.fixed(zip(model.bic, least.bic).map { $0 - $1 }, 1),
        TextNumber.fixed(model.measures["cfi"]), TextNumber.fixed(model.measures["rmsea"]),
        TextNumber.fixed(model.measures["srmr"]),
      ])
    }
    var tests = PlainTable(header: [
      "Restricted", "against", "Chisq diff", "Df diff", "P(>Chisq)", "RMSEA", "Relation",
    ])
    tests.leftCount = 2
    for (index, step) in steps.enumerated() {
      let relation =
        switch step.nesting {
        case .nested: "nested"
        case .equivalent: "equivalent"
        case .notNested: "not nested: no test"
        case .unknown: "not checked"
        }
      tests.rows.append([
        models[index + 1].name, models[index].name, TextNumber.fixed(step.chiSquare),
        "\(step.degreesOfFreedom)", TextNumber.pValue(step.pValue), TextNumber.fixed(step.rmsea), relation,
      ])
    }
    var lines = ["Models", ""] + table.lines() + ["", "Chi-square difference tests", ""] + tests.lines()
    lines.append("")
    if steps.contains(where: { $0.method == .satorraBentler2001 }) {
      lines.append("  Differences are scaled (Satorra and Bentler 2001).")
    }
    if steps.contains(where: { $0.nesting == .equivalent }) {
      lines.append("  Equivalent models fit every data set equally well: choose by theory.")
    }
    if steps.contains(where: { $0.nesting == .notNested }) {
      lines.append("  Models that are not nested are compared by AIC and BIC: smaller is better.")
    }
    lines += objections.map { "  Warning: " + $0 }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }

  private func zip(_ first: Double?, _ second: Double?) -> (Double, Double)? {
    guard let first, let second else { return nil }
    return (first, second)
  }
}
