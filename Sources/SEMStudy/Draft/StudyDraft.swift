public import SEM

/// A study file for a beginning: what can be guessed from a data file or from a model, with comments that say what was
/// guessed.
public struct StudyDraft: Sendable {
  /// A construct with the reason why its items belong together.
  struct Construct {
    var code: String
    var items: [StudyItem]
    var scale: ClosedRange<Double>?
  }

  /// The name of the data file, relative to the study file.
  let dataFile: String
  /// Whether the data were looked at.
  let hasData: Bool
  let language: StudyLanguage
  var missingCodes: [String] = []
  var scale: ClosedRange<Double>?
  var reversed: [String] = []
  var respondents: [String] = []
  var constructs: [Construct] = []
  /// What the constructs rest on, where that is not the names of columns.
  var origin: Wording?
  var controls: [String] = []
  var paths: [StudyPath] = []
  var additions: [String] = []
  var group: (variable: String, values: [String])?
  var otherGroups: [String] = []
  var usesFullInformation = false
  /// Columns that no part of the study uses, with the reason.
  var leftOut: [(name: String, reason: Wording)] = []

  private init(dataFile: String, hasData: Bool, language: StudyLanguage) {
    self.dataFile = dataFile
    self.hasData = hasData
    self.language = language
  }

  /// Guesses a study from its data.
  ///
  /// - Parameters:
  ///   - table: The data, read without missing codes.
  ///   - dataFile: The name of the data file, relative to the study file.
  ///   - language: The language of the comments and of the report.
  public init(data table: DataTable, dataFile: String, language: StudyLanguage = .english) {
    self.init(dataFile: dataFile, hasData: true, language: language)
    let codes = MissingCodeSearch.codes(in: table.columns)
    missingCodes = codes.map(DataTable.spelled)
    let profiles = table.columns.map { ColumnProfile($0, missingCodes: Set(codes)) }
    let coded = CodedColumns(table, profiles, Set(codes))
    sortColumns(profiles)
    let answers = profiles.filter { $0.role == .answer && !isLeftOut($0.name) }
    propose(answers, coded)
    describeScales(profiles)
    findReversed(coded)
    judgeMissing(coded)
  }

  /// Guesses a study from a model in lavaan's syntax.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - dataFile: The name of the data file, relative to the study file.
  ///   - table: The data, where they are at hand.
  ///   - language: The language of the comments and of the report.
  public init(
    model: ModelSyntax, dataFile: String, table: DataTable? = nil, language: StudyLanguage = .english
  ) {
    self.init(dataFile: dataFile, hasData: table != nil, language: language)
    let measurement = model.measurement
    let latents = Set(measurement.map(\.latent))
    constructs = measurement.filter { !$0.indicators.contains(where: latents.contains) }.map {
      latent, indicators in
      Construct(code: latent, items: indicators.map { StudyItem($0) })
    }
    for (outcome, cause) in model.regressions {
      if latents.contains(cause) {
        paths.append(StudyPath(from: cause, to: outcome))
      } else if !controls.contains(cause) {
        controls.append(cause)
      }
    }
    additions = model.covarianceLines(among: Set(constructs.flatMap { $0.items.map(\.code) }))
    guard let table else { return }
    let codes = MissingCodeSearch.codes(in: table.columns)
    missingCodes = codes.map(DataTable.spelled)
    let profiles = table.columns.map { ColumnProfile($0, missingCodes: Set(codes)) }
    let items = Set(constructs.flatMap { $0.items.map(\.code) })
    sortColumns(profiles.filter { !items.contains($0.name) && !controls.contains($0.name) })
    let coded = CodedColumns(table, profiles, Set(codes))
    describeScales(profiles)
    findReversed(coded)
    judgeMissing(coded)
  }

  // MARK: Guesses

  /// Finds respondents' properties, groups and columns without use.
  private mutating func sortColumns(_ profiles: [ColumnProfile]) {
    for profile in profiles {
      switch profile.role {
      case .identifier: leftOut.append((profile.name, Wording("a number for each row", "个案编号")))
      case .constant: leftOut.append((profile.name, Wording("the same value everywhere", "全部取值相同")))
      case .empty: leftOut.append((profile.name, Wording("no values", "全部缺失")))
      case .other: leftOut.append((profile.name, Wording("text", "文本")))
      case .answer where profile.missingShare > 0.3:
        let percent = Int((profile.missingShare * 100).rounded())
        leftOut.append((profile.name, Wording("missing in \(percent)% of the rows", "缺失\(percent)%")))
      case .category:
        respondents.append(profile.name)
        if profile.isUsableAsGroup {
          if group == nil, profile.values.count <= 3 {
            group = (profile.name, profile.values.map(\.text))
          } else {
            otherGroups.append(profile.name)
          }
        }
      case .quantity: controls.append(profile.name)
      case .answer: break
      }
    }
  }

  private func isLeftOut(_ name: String) -> Bool { leftOut.contains { $0.name == name } }

  /// Constructs from the names of columns, or from an exploratory analysis where names say nothing.
  private mutating func propose(_ answers: [ColumnProfile], _ columns: CodedColumns) {
    var order: [String] = []
    var members: [String: [String]] = [:]
    for profile in answers {
      guard let stem = Self.stem(of: profile.name) else { continue }
      if members[stem] == nil { order.append(stem) }
      members[stem, default: []].append(profile.name)
    }
    let named = order.filter { (members[$0]?.count ?? 0) >= 2 }
    let covered = named.reduce(0) { $0 + (members[$1]?.count ?? 0) }
    if named.count >= 2, covered * 2 >= answers.count {
      constructs = named.map { stem in
        Construct(code: Self.code(of: stem), items: (members[stem] ?? []).map { StudyItem($0) })
      }
      let used = Set(named.flatMap { members[$0] ?? [] })
      for profile in answers where !used.contains(profile.name) {
        leftOut.append((profile.name, Wording("no other column with such a name", "没有同名前缀的其他列")))
      }
      return
    }
    proposeByFactors(answers.map(\.name), columns)
  }

  /// The part of a name before its number, without what separates the two: `PU_1` gives `PU`.
  static func stem(of name: String) -> String? {
    guard let parts = StudyNode.stem(of: name) else { return nil }
    let stem = String(parts.stem.reversed().drop { "_.- ".contains($0) }.reversed())
    return stem.isEmpty ? nil : stem
  }

  /// A short name for models: letters, digits, dots and underscores.
  static func code(of stem: String) -> String {
    let code = String(stem.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." ? $0 : "_" })
    return code.first?.isLetter == true ? code : "C" + code
  }

  private mutating func proposeByFactors(_ names: [String], _ columns: CodedColumns) {
    let items = names.enumerated().map { index, name in
      Self.code(of: name) == name && name.count <= 24
        ? StudyItem(name) : StudyItem("Q\(index + 1)", column: name)
    }
    guard let proposal = FactorProposal(items.map { columns[$0.column] }) else {
      constructs = items.isEmpty ? [] : [Construct(code: "F1", items: items)]
      origin = Wording(
        "The names of the columns do not say which belong together: sort them into constructs.",
        "列名无法看出题项归属：请自行把题项归入各构念。")
      return
    }
    constructs = proposal.factors.enumerated().map { index, members in
      Construct(code: "F\(index + 1)", items: members.map { items[$0] })
    }
    origin = Wording(
      "The names of the columns do not say which belong together. These constructs are a proposal by exploratory factor"
        + " analysis of the same data (\(proposal.description[.english])): name them after what their items ask, and do"
        + " not take a good fit to the same data as a confirmation.",
      "列名无法看出题项归属。以下构念由同一数据的探索性因子分析提出（\(proposal.description[.chinese])）：请按题项内容命名，且不可把同一数据上的良好拟合当作验证。")
    for index in proposal.unassigned {
      leftOut.append((items[index].column, Wording("loads on no factor", "在各因子上载荷均低")))
    }
  }

  /// The scale that all rating items share, or one for each construct.
  private mutating func describeScales(_ profiles: [ColumnProfile]) {
    let byName = Dictionary(profiles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    func range(_ items: [StudyItem]) -> ClosedRange<Double>? {
      let own = items.compactMap { byName[$0.column] }
      guard !own.isEmpty, own.allSatisfy(\.isRating), let low = own.map(\.minimum).min(),
        let high = own.map(\.maximum).max()
      else { return nil }
      return low...high
    }
    let all = constructs.flatMap(\.items)
    if let common = range(all), constructs.allSatisfy({ range($0.items) == common }) || common.upperBound <= 7
    {
      scale = common
    } else {
      for index in constructs.indices { constructs[index].scale = range(constructs[index].items) }
    }
  }

  private mutating func findReversed(_ columns: CodedColumns) {
    for construct in constructs where construct.scale ?? scale != nil {
      let values = construct.items.compactMap { columns[$0.column] }
      guard values.count == construct.items.count else { continue }
      reversed += ReversedItems.find(in: values).map { construct.items[$0].code }
    }
  }

  /// Full information where leaving rows out would lose more than a twentieth of them.
  private mutating func judgeMissing(_ columns: CodedColumns) {
    let items = constructs.flatMap(\.items).compactMap { columns[$0.column] }
    guard let count = items.first?.count, count > 0 else { return }
    let complete = (0..<count).count { row in items.allSatisfy { !$0[row].isNaN } }
    usesFullInformation = Double(complete) < 0.95 * Double(count)
  }
}

extension ColumnProfile {
  /// Whether each of a few values occurs often enough to compare models.
  var isUsableAsGroup: Bool {
    (2...5).contains(values.count)
      && values.allSatisfy { $0.count >= 50 && Double($0.count) >= 0.1 * Double(rowCount) }
  }
}

/// Columns as numbers, codes for "no answer" as NaN.
struct CodedColumns {
  private var columns: [String: [Double]] = [:]

  init(_ table: DataTable, _ profiles: [ColumnProfile], _ codes: Set<Double>) {
    for profile in profiles where profile.isNumeric {
      guard let values = try? table.numericColumn(profile.name) else { continue }
      columns[profile.name] = codes.isEmpty ? values : values.map { codes.contains($0) ? .nan : $0 }
    }
  }

  subscript(name: String) -> [Double] { columns[name] ?? [] }
}

extension ModelSyntax {
  /// The covariances among observed variables, one to a line.
  func covarianceLines(among names: Set<String>) -> [String] {
    statements.flatMap { statement -> [String] in
      guard case .formula(let left, .covariance, let right) = statement.kind else { return [] }
      let (first, second) = (left.compactMap(\.variableName), right.compactMap(\.variableName))
      return first.flatMap { one in
        second.filter { $0 != one && names.contains($0) && names.contains(one) }.map {
          SyntaxPrinter.name(one) + " ~~ " + SyntaxPrinter.name($0)
        }
      }
    }
  }
}
