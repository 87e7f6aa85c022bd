internal import SEM
internal import SEMNumerics

/// Items sorted into factors by an exploratory analysis.
struct FactorProposal {
  /// The smallest loading with which an item counts for a factor.
  private static let smallest = 0.3

  /// The positions of the items of each factor.
  var factors: [[Int]]
  /// The positions of items that load on no factor.
  var unassigned: [Int]
  /// How it was done.
  var description: Wording

  /// Sorts columns: parallel analysis says how many factors, maximum likelihood with oblimin which items go together.
  ///
  /// The number of factors falls until each has three items (two, where there are few); `nil` where nothing can be found.
  init?(_ columns: [[Double]]) {
    guard columns.count > 3 else { return nil }
    let names = columns.indices.map { "V\($0 + 1)" }
    let table = try? DataTable(columns: zip(names, columns).map { (name: $0, values: $1) })
    guard let table, let moments = try? ItemMoments(table, items: names),
      let parallel = try? ParallelAnalysis(moments, draws: 200),
      let suggested = parallel.suggestedCount(.components)
    else { return nil }
    let smallestFactor = columns.count < 9 ? 2 : 3
    for count in stride(from: min(suggested, columns.count / smallestFactor), through: 1, by: -1) {
      let options = FactorOptions(.maximumLikelihood, .oblimin(gamma: 0))
      guard let analysis = try? ExploratoryFactorAnalysis(moments, factorCount: count, options: options),
        analysis.extractionReport?.isConverged != false
      else { continue }
      var factors = [[Int]](repeating: [], count: count)
      var unassigned: [Int] = []
      for item in columns.indices {
        let row = analysis.loadings.row(item).map(\.magnitude)
        guard let best = row.indices.max(by: { row[$0] < row[$1] }), row[best] >= Self.smallest else {
          unassigned.append(item)
          continue
        }
        factors[best].append(item)
      }
      guard factors.allSatisfy({ $0.count >= smallestFactor }) else { continue }
      // In the order of the questionnaire.
      self.factors = factors.sorted { ($0.first ?? 0) < ($1.first ?? 0) }
      self.unassigned = unassigned
      description = Wording(
        "\(count) of \(suggested) factors suggested by parallel analysis, maximum likelihood, oblimin",
        "平行分析建议\(suggested)个因子，采用\(count)个，极大似然法提取，oblimin斜交旋转")
      return
    }
    return nil
  }
}
