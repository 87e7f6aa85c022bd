internal import SEM
public import SEMStudy

extension DocumentTable {
  /// The sample by its categories: table `sample`.
  ///
  /// - Parameters:
  ///   - frequencies: The variables.
  ///   - names: Their names in print.
  ///   - labels: For a variable the labels of its values.
  public static func sample(
    _ frequencies: [FrequencyTable], names: [String: Wording] = [:], labels: [String: [String: Wording]] = [:]
  ) -> DocumentTable {
    var rows: [Row] = []
    var notes: [Wording] = []
    for table in frequencies {
      let name = names[table.variable] ?? Wording(table.variable)
      for (place, category) in table.categories.enumerated() {
        rows.append(
          Row([
            place == 0 ? .text(name) : .empty,
            .text(labels[table.variable]?[category.value] ?? Wording(category.value)),
            .integer(category.count), DocumentCell(.percent(category.share, decimals: 1)),
            DocumentCell(.percent(category.cumulativeShare, decimals: 1)),
          ]))
      }
      if table.missingCount > 0 {
        notes.append(
          name
            + Wording(
              ": \(table.missingCount) without an answer, not in the percentages.",
              "：\(table.missingCount)份未作答，不计入百分比。"))
      }
    }
    return DocumentTable(
      id: "sample", title: Wording("Sample", "样本描述性统计"),
      columns: [
        Column("variable", Wording("Variable", "变量")), Column("category", Wording("Category", "类别")),
        Column("n", Wording("n", "频数")), Column("percent", Wording("%", "百分比")),
        Column("cumulative", Wording("Cumulative %", "累计百分比")),
      ], rows: rows, notes: notes)
  }
}

extension ItemDescriptives {
  /// The items: table `items`, with the multivariate kurtosis in the last row where the test is given.
  public func table(
    convention: ShapeConvention = .amos, normality: MardiaTest? = nil, names: [String: Wording] = [:]
  ) -> DocumentTable {
    let hasWording = items.contains { names[$0.name].map { $0 != Wording("") } ?? false }
    var rows = items.map { item -> DocumentTable.Row in
      let skewness = item.skewness(convention)
      let kurtosis = item.kurtosis(convention)
      // Kline's limits for maximum likelihood.
      let isSkewed = skewness.map { abs($0.value) > 3 } ?? false
      let isPeaked = kurtosis.map { abs($0.value) > 10 } ?? false
      return DocumentTable.Row(
        [.text(Wording(item.name))] + (hasWording ? [.text(names[item.name] ?? Wording(""))] : []) + [
          .integer(item.count), .integer(item.missingCount), .plain(item.minimum), .plain(item.maximum),
          .number(item.mean), .number(item.standardDeviation),
          .number(skewness?.value, flagged: isSkewed), .number(skewness?.criticalRatio),
          .number(kurtosis?.value, flagged: isPeaked), .number(kurtosis?.criticalRatio),
        ])
    }
    if let normality {
      let empty = [DocumentCell](repeating: .empty, count: hasWording ? 9 : 8)
      rows.append(
        DocumentTable.Row(
          [.text(Wording("Multivariate", "多元"))] + empty
            + [.number(normality.excessKurtosis), .number(normality.kurtosisCriticalRatio)], role: .total))
    }
    var notes = [
      convention == .amos
        ? Wording(
          "Skewness and kurtosis with divisor n; c.r. = value / √(6/n) and value / √(24/n), as AMOS prints them.",
          "偏度与峰度按n计算；c.r.为其值除以√(6/n)与√(24/n)，与AMOS一致。")
        : Wording(
          "Unbiased skewness and kurtosis with exact standard errors, as SPSS prints them; c.r. = value / S.E.",
          "偏度与峰度为无偏估计，标准误与SPSS一致；c.r.为其值除以标准误。"),
      Wording(
        "|skewness| above 3 or |kurtosis| above 10 would be severe (Kline 2016).",
        "偏度绝对值大于3或峰度绝对值大于10视为严重偏离正态（Kline，2016）。"),
    ]
    let constant = items.filter { $0.count > 1 && $0.minimum == $0.maximum }.map(\.name)
    if !constant.isEmpty {
      let list = constant.joined(separator: ", ")
      notes.append(Wording("The same answer everywhere: \(list).", "所有答案相同的题项：\(list)。"))
    }
    let wording = hasWording ? [DocumentTable.Column("wording", Wording("Wording", "题项内容"))] : []
    return DocumentTable(
      id: "items", title: Wording("Descriptive statistics of the items", "题项描述统计"),
      columns: [DocumentTable.Column("item", Wording("Item", "题项"))] + wording + [
        .init("n", Wording("N")), .init("missing", Wording("Missing", "缺失")),
        .init("min", Wording("Min.", "最小值")), .init("max", Wording("Max.", "最大值")),
        .init("mean", Wording("Mean", "均值")), .init("sd", Wording("S.D.", "标准差")),
        .init("skewness", Wording("Skewness", "偏度")), .init("skewness_cr", Wording("c.r.")),
        .init("kurtosis", Wording("Kurtosis", "峰度")), .init("kurtosis_cr", Wording("c.r.")),
      ], rows: rows, notes: notes)
  }
}

extension MardiaTest {
  /// The tests of multivariate normality: table `mardia`.
  public func table() -> DocumentTable {
    let df = skewnessDegreesOfFreedom
    func row(_ name: Wording, _ value: Double, _ statistic: Double, _ df: Int?, _ p: Double)
      -> DocumentTable.Row
    {
      DocumentTable.Row([
        .text(name), .number(value), .number(statistic), df.map { .integer($0) } ?? .empty, .probability(p),
      ])
    }
    return DocumentTable(
      id: "mardia", title: Wording("Mardia's tests of multivariate normality", "Mardia多元正态性检验"),
      columns: [
        .init("test", Wording("Test", "检验")), .init("value", Wording("Value", "统计量")),
        .init("statistic", Wording("χ² or c.r.", "χ²或c.r.")), .init("df", Wording("df", "自由度")),
        .init("p", Wording("P")),
      ],
      rows: [
        row(Wording("Skewness", "多元偏度"), skewness, skewnessChiSquare, df, skewnessPValue),
        row(
          Wording("Skewness, corrected for small samples", "多元偏度（小样本校正）"), skewness,
          correctedSkewnessChiSquare, df, correctedSkewnessPValue),
        row(
          Wording("Kurtosis less p(p+2)", "多元峰度（减p(p+2)）"), excessKurtosis, kurtosisCriticalRatio, nil,
          kurtosisPValue),
      ],
      notes: [
        Wording(
          "N = \(count) complete cases, p = \(items.count) items, covariances with divisor N\(isUnbiased ? " - 1" : ""); Mardia (1970, 1974). A kurtosis c.r. above 5 suggests data that are not normal (Byrne 2016): then use robust tests or the bootstrap.",
          "完整样本N=\(count)，题项数p=\(items.count)，协方差除以N\(isUnbiased ? "-1" : "")；Mardia（1970，1974）。峰度c.r.大于5提示数据偏离多元正态（Byrne，2016），宜用稳健检验或Bootstrap。"
        )
      ])
  }

  /// The cases farthest from the centre: table `outliers`.
  public func outlierTable(limit: Int = 20) -> DocumentTable {
    DocumentTable(
      id: "outliers", title: Wording("Observations farthest from the centroid", "离群观测（马氏距离）"),
      columns: [
        .init("row", Wording("Row", "行号")), .init("d2", Wording("Mahalanobis d²", "马氏距离平方")),
        .init("p1", Wording("p1")), .init("p2", Wording("p2")),
      ],
      rows: outliers.prefix(max(limit, 0)).map {
        DocumentTable.Row([
          .integer($0.row), .number($0.distance), .number($0.p1), .number($0.p2),
        ])
      },
      notes: [
        Wording(
          "p1: probability that a case of a normal population is farther; p2: that the k-th farthest of N cases is farther than the k-th here. Small p2 mark outliers; leaving one out needs a reason besides its distance.",
          "p1：正态总体中个案距离更远的概率；p2：N个个案中第k远者更远的概率。p2很小者为离群值；剔除须另有理由。")
      ])
  }
}

extension DocumentCell {
  /// A number that is printed whole if it is whole, such as an answer.
  static func plain(_ value: Double?) -> DocumentCell {
    guard let value, value == value.rounded(), abs(value) < 1e9 else { return .number(value) }
    return .integer(Int(value))
  }
}
