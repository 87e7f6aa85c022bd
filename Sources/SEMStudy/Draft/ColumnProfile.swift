internal import SEM

/// What a column looks like to someone who does not know the survey.
struct ColumnProfile {
  /// What a column is probably for.
  enum Role {
    /// A number or code of the respondent.
    case identifier
    /// An answer: an item of a scale, or a test.
    case answer
    /// A property of the respondent with a few values.
    case category
    /// A property of the respondent that is a quantity.
    case quantity
    /// Free text, times and the like.
    case other
    /// One value only.
    case constant
    /// Nothing.
    case empty
  }

  let name: String
  /// The distinct values, numbers in ascending order, and how often each occurs.
  let values: [(text: String, count: Int)]
  let isNumeric: Bool
  let isWhole: Bool
  let minimum: Double
  let maximum: Double
  let rowCount: Int
  let missingCount: Int

  init(_ column: DataTable.Column, missingCodes: Set<Double> = []) {
    name = column.name
    rowCount = column.count
    if case .numeric(let all) = column.cells {
      let numbers = all.filter { !$0.isNaN && !missingCodes.contains($0) }
      let counts = Dictionary(grouping: numbers) { $0 }.mapValues(\.count)
      values = counts.sorted { $0.key < $1.key }.map { (DataTable.spelled($0.key), $0.value) }
      isNumeric = true
      isWhole = numbers.allSatisfy { $0 == $0.rounded() }
      minimum = numbers.min() ?? 0
      maximum = numbers.max() ?? 0
      missingCount = all.count - numbers.count
    } else {
      let texts = column.texts.compactMap(\.self)
      let counts = Dictionary(grouping: texts) { $0 }.mapValues(\.count)
      values = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
      (isNumeric, isWhole, minimum, maximum) = (false, false, 0, 0)
      missingCount = column.count - texts.count
    }
  }

  /// The share of rows without a value.
  var missingShare: Double { rowCount == 0 ? 1 : Double(missingCount) / Double(rowCount) }
  /// Whether values look like answers on a rating scale.
  var isRating: Bool {
    isNumeric && isWhole && (2...11).contains(values.count) && minimum >= -5 && maximum <= 100
      && maximum - minimum <= 10
  }

  /// What the column is probably for, from its name and values.
  var role: Role {
    if values.isEmpty { return .empty }
    if values.count == 1 { return .constant }
    let isAboutRespondents = Self.isOneOf(Self.respondentWords, name)
    if isNumeric {
      if Self.isOneOf(Self.identifierWords, name) || name.isEmpty { return .identifier }
      // Numbers without repetition that count the rows.
      if isWhole, values.count == rowCount, rowCount > 20, maximum - minimum < Double(rowCount) * 3 {
        return .identifier
      }
      if isAboutRespondents { return values.count <= 8 ? .category : .quantity }
      return .answer
    }
    if Self.isOneOf(Self.identifierWords, name) { return .identifier }
    return values.count <= 12 && values.count * 5 <= rowCount ? .category : .other
  }

  /// Words in names, in pieces cut at underscores, dots, digits and capitals.
  private static func isOneOf(_ words: Set<String>, _ name: String) -> Bool {
    let lowered = name.lowercased()
    if words.contains(lowered) { return true }
    let pieces = lowered.split { !$0.isLetter }.map(String.init)
    if pieces.contains(where: words.contains) { return true }
    // Chinese words have no spaces between them.
    return words.contains { $0.unicodeScalars.allSatisfy { $0.value > 0x2E80 } && lowered.contains($0) }
  }

  private static let identifierWords: Set<String> = [
    "id", "case", "caseid", "respondent", "respondentid", "subject", "no", "number", "row", "rownames",
    "index", "序号", "编号",
  ]
  private static let respondentWords: Set<String> = [
    "age", "agey", "ageyr", "ageyrs", "agemo", "agem", "mo", "month", "months", "gender", "sex", "female",
    "male", "education",
    "edu", "grade", "school", "class", "country", "region", "province", "city", "income", "job", "position",
    "occupation",
    "industry", "sector", "marital", "size", "firmsize", "firmage", "employees", "tenure", "group", "nation",
    "ethnicity",
    "race", "language", "date", "time", "duration", "年龄", "性别", "学历", "教育", "年级", "学校", "收入", "职业", "职务",
    "职位", "行业", "地区",
    "省份", "城市", "婚姻", "规模", "年限", "工龄", "所在地", "时间", "所用", "来源",
  ]
}

/// Codes such as -99 or 9 that surveys use for "no answer".
enum MissingCodeSearch {
  /// Values that occur in several columns and lie apart from the answers of each.
  static func codes(in columns: [DataTable.Column]) -> [Double] {
    let candidates: [Double] = [
      -999, -998, -99, -98, -97, -96, -9, -8, -7, -1, 8, 9, 77, 88, 97, 98, 99, 888, 997, 998, 999,
    ]
    var found: [Double] = []
    let numeric = columns.compactMap { column -> [Double: Int]? in
      guard case .numeric(let values) = column.cells else { return nil }
      return Dictionary(grouping: values.filter { !$0.isNaN }) { $0 }.mapValues(\.count)
    }
    for code in candidates {
      let hosts = numeric.filter { counts in
        guard let count = counts[code], counts.count > 2, counts.count <= 14 else { return false }
        let others = counts.keys.filter { !candidates.contains($0) || ($0 > 0 && $0 < 10 && $0 < code) }
        guard let low = others.min(), let high = others.max(), others.allSatisfy({ $0 == $0.rounded() })
        else { return false }
        let total = counts.values.reduce(0, +)
        // At least one step of the scale lies between an answer and a code.
        let isApart = code < low ? low - code >= 2 || (code < 0 && low >= 1) : code - high >= 2
        return isApart && high - low <= 10 && Double(count) < 0.3 * Double(total)
      }
      if hosts.count > 1 || (hosts.count == 1 && abs(code) >= 77) { found.append(code) }
    }
    return found
  }
}
