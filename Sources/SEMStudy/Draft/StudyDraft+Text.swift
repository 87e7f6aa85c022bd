internal import SEM

extension StudyDraft {
  /// The study file.
  public var text: String {
    var page = YAMLPage(language: language)
    header(&page)
    data(&page)
    constructLines(&page)
    structure(&page)
    groups(&page)
    options(&page)
    return page.text
  }

  private func header(_ page: inout YAMLPage) {
    page.comment(
      Wording(
        "A study file. Run it with: swift-sem study THIS-FILE. Lines that begin with # are comments; what was guessed is said"
          + " to be so. Indent with spaces, and leave one after each colon.",
        "研究文件。运行：swift-sem study 本文件名。#开头的行是注释；凡属推测之处均有说明。缩进用空格，冒号用英文冒号且其后空一格。"))
    page.blank()
    page.line("title: " + (language == .chinese ? "研究题目" : "Title of the study"))
    page.line("language: " + language.rawValue)
    page.blank()
  }

  private func data(_ page: inout YAMLPage) {
    page.line("data:")
    page.line("  file: " + YAMLPage.quoted(dataFile))
    if !hasData {
      page.comment(Wording("Put the name of your data file here.", "请改为你的数据文件名。"), indent: 2)
    }
    if !missingCodes.isEmpty {
      page.comment(
        Wording("Guessed: these codes lie apart from all answers.", "推测：以下编码远离正常答案，视为缺失。"), indent: 2)
      page.line("  missing: [" + missingCodes.joined(separator: ", ") + "]")
    }
    if let scale { page.line("  scale: " + YAMLPage.scale(scale)) }
    if !reversed.isEmpty {
      page.comment(
        Wording(
          "Guessed: these items run against the others of their construct. Check their wording.",
          "推测：以下题项与同一构念的其他题项负相关，疑为反向题，请对照题目核实。"), indent: 2)
      page.line("  reversed: [" + reversed.map(YAMLPage.quoted).joined(separator: ", ") + "]")
    }
    if !respondents.isEmpty {
      page.comment(Wording("Frequencies of these columns describe the sample.", "样本描述：列出这些变量的频数。"), indent: 2)
      page.line("  respondents: [" + respondents.map(YAMLPage.quoted).joined(separator: ", ") + "]")
    }
    page.blank()
  }

  private func constructLines(_ page: inout YAMLPage) {
    page.comment(
      Wording(
        "Constructs and their items. A name or a wording may follow: PU: {name: {en: Usefulness, zh: 有用性}, items: PU1-PU4}.",
        "构念及其题项。可写名称与题目：PU: {name: {en: Usefulness, zh: 有用性}, items: PU1-PU4}。"))
    if let origin { page.comment(origin) }
    page.line("constructs:")
    if constructs.isEmpty { page.line("  PU: PU1-PU4") }
    for construct in constructs {
      let isPlain = construct.items.allSatisfy { $0.column == $0.code }
      if isPlain, construct.scale == nil {
        page.line("  \(construct.code): " + YAMLPage.names(construct.items.map(\.code)))
        continue
      }
      page.line("  \(construct.code):")
      if let scale = construct.scale { page.line("    scale: " + YAMLPage.scale(scale)) }
      if isPlain {
        page.line("    items: " + YAMLPage.names(construct.items.map(\.code)))
      } else {
        page.line("    items:")
        for item in construct.items {
          page.line("      \(item.code): {column: \(YAMLPage.quoted(item.column, always: true))}")
        }
      }
    }
    if !leftOut.isEmpty {
      page.comment(Wording("Columns that are not used:", "未使用的列："), indent: 2)
      for (name, reason) in leftOut { page.comment(Wording(name) + ": " + reason, indent: 4) }
    }
    page.blank()
  }

  private func structure(_ page: inout YAMLPage) {
    if !controls.isEmpty {
      let line = "controls: [" + controls.map(YAMLPage.quoted).joined(separator: ", ") + "]"
      if paths.isEmpty {
        page.comment(Wording("Likely controls; they need hypotheses:", "可能的控制变量（有假设后启用）："))
        page.line("# " + line)
      } else {
        page.line(line)
      }
      page.blank()
    }
    let codes = constructs.map(\.code)
    if paths.isEmpty {
      let first = codes.first ?? "PU"
      let second = codes.dropFirst().first ?? "FI"
      let third = codes.dropFirst(2).first ?? "FB"
      page.comment(
        Wording(
          "Hypotheses with the expected sign, and mediations. Without them only measurement is studied. Take away the # to use them:",
          "假设（括号内为预期方向）与中介。没有假设时只做测量部分。去掉#即可启用："))
      page.line("# hypotheses:")
      page.line("#   H1: \(first) -> \(second) (+)")
      if codes.count != 2 {
        page.line("#   H2: \(second) -> \(third) (-)")
        page.line("# mediations:")
        page.line("#   H3: \(first) -> \(second) -> \(third)")
      }
    } else {
      page.comment(
        Wording(
          "The model's paths. Add the sign you expect, (+) or (-): a significant path of the other sign is no support.",
          "模型中的路径。请补上预期方向（+）或（-）：方向相反的显著路径不算支持。"))
      page.line("hypotheses:")
      for (index, path) in paths.enumerated() { page.line("  H\(index + 1): \(path.from) -> \(path.to)") }
      page.comment(Wording("Indirect effects, such as:", "间接效应，例如："))
      page.line("# mediations:")
      page.line("#   M1: " + (chain ?? codes.prefix(3).map(\.self)).joined(separator: " -> "))
    }
    if !additions.isEmpty {
      page.line("covariances:")
      for addition in additions { page.line("  - " + addition) }
    }
    page.blank()
  }

  /// Two paths that follow each other.
  private var chain: [String]? {
    for first in paths {
      if let second = paths.first(where: { $0.from == first.to }) {
        return [first.from, first.to, second.to]
      }
    }
    return nil
  }

  private func groups(_ page: inout YAMLPage) {
    if let group {
      page.comment(
        Wording(
          "Guessed: a comparison of these groups. Give the values their names.", "推测：按下列变量作多群组比较。请给各取值命名。"))
      page.line("groups:")
      page.line("  variable: " + YAMLPage.quoted(group.variable))
      let labels = group.values.map { "\(YAMLPage.quoted($0)): \(YAMLPage.quoted($0))" }
      page.line("  labels: {" + labels.joined(separator: ", ") + "}")
      if !otherGroups.isEmpty {
        page.comment(
          Wording("Others that would do: ", "其他可用的分组变量：") + Wording(otherGroups.joined(separator: ", ")),
          indent: 2)
      }
    } else {
      page.comment(Wording("A comparison of groups:", "多群组比较："))
      page.line(
        "# groups: {variable: \(otherGroups.first.map { YAMLPage.quoted($0) } ?? "gender"), labels: {1: men, 2: women}}"
      )
    }
    page.blank()
  }

  private func options(_ page: inout YAMLPage) {
    page.line("options:")
    page.comment(
      Wording("amos: as AMOS prints; lavaan: as lavaan does.", "amos：按AMOS的公式与格式；lavaan：按lavaan。"), indent: 2)
    page.line("  convention: " + (language == .chinese ? "amos" : "lavaan"))
    if usesFullInformation {
      page.comment(
        Wording(
          "More than one row in twenty lacks an answer: full information uses what there is. listwise leaves such rows out.",
          "超过5%的个案有缺失：fiml利用全部已有信息；listwise为整行删除。"), indent: 2)
      page.line("  missing: fiml")
    }
    page.line("  bootstrap: 2000")
    page.line("  seed: 1")
    page.comment(
      Wording(
        "estimator: MLR (robust); efa: {method: principal-axis, rotation: promax, factors: parallel}; cutoffs: {alpha: 0.7}",
        "其他：estimator: MLR（稳健）；efa: {method: principal-axis, rotation: promax, factors: parallel}；cutoffs: {alpha: 0.7}"
      ),
      indent: 2)
  }
}

/// Lines of YAML with comments of at most a hundred columns.
struct YAMLPage {
  let language: StudyLanguage
  private(set) var text = ""

  init(language: StudyLanguage) { self.language = language }

  mutating func line(_ line: String) { text += line + "\n" }
  mutating func blank() { text += "\n" }

  mutating func comment(_ comment: Wording, indent: Int = 0) {
    let start = String(repeating: " ", count: indent) + "#"
    var line = start
    var width = line.count
    let pieces =
      language == .chinese
      ? Self.pieces(comment[language]) : comment[language].split(separator: " ").map { " " + $0 }
    if language == .chinese { (line, width) = (start + " ", width + 1) }
    for piece in pieces {
      let size = piece.unicodeScalars.reduce(0) { $0 + ($1.value > 0x2E7F ? 2 : 1) }
      if width + size > 100 {
        self.line(line)
        line = start + (language == .chinese ? " " : "")
        width = line.count
      }
      line += piece
      width += size
    }
    self.line(line)
  }

  /// Chinese has no spaces to break at: any character will do, but words of other scripts stay whole, and no line
  /// begins with a closing mark.
  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var isWord = false
    for character in text {
      let isLatin = character.isASCII && character != " "
      if !pieces.isEmpty, (isWord && isLatin) || "，。；：、）”".contains(character) {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
      isWord = isLatin
    }
    return pieces
  }

  /// `PU1-PU4` where the names are such a run, else a list.
  static func names(_ names: [String]) -> String {
    if names.count > 2, let first = names.first, let last = names.last,
      StudyNode.expanded(first + "-" + last) == names
    {
      return first + "-" + last
    }
    return "[" + names.map { quoted($0) }.joined(separator: ", ") + "]"
  }

  static func scale(_ range: ClosedRange<Double>) -> String {
    let (low, high) = (spelled(range.lowerBound), spelled(range.upperBound))
    return range.lowerBound < 0 ? "[\(low), \(high)]" : "\(low)-\(high)"
  }

  private static func spelled(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(value)
  }

  /// A text, in quotes where YAML would read something else.
  static func quoted(_ text: String) -> String { quoted(text, always: false) }
  static func quoted(_ text: String, always: Bool) -> String {
    let isPlain =
      !text.isEmpty && !text.contains { ":#,[]{}\"'\\\n\t&*!|>%@`".contains($0) } && text.first != "-"
      && text.first != "?"
      && text.trimmedSpaces == text
    if isPlain, !always { return text }
    var escaped = ""
    for character in text {
      switch character {
      case "\"": escaped += "\\\""
      case "\\": escaped += "\\\\"
      case "\n", "\r\n", "\r": escaped += "\\n"
      case "\t": escaped += "\\t"
      default: escaped.append(character)
      }
    }
    return "\"" + escaped + "\""
  }
}
