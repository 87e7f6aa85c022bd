internal import SEM
public import SEMStudy

/// What a terminal shows of a finished study: the main figures, what a reader must know, and where the report lies.
public struct StudySummary: Sendable {
  /// The result.
  public let result: StudyResult
  /// The files that were written.
  public let files: [String]
  /// What a user should know of them, such as that figures are missing.
  public let remarks: [String]

  /// Makes a summary.
  public init(_ result: StudyResult, files: [String], remarks: [String] = []) {
    self.result = result
    self.files = files
    self.remarks = remarks
  }

  private var file: StudyFile { result.study.file }

  /// The summary as text.
  public func text(_ language: StudyLanguage) -> String {
    let isChinese = language == .chinese
    var lines = [file.title[language]]
    if let notice = file.notice { lines += [notice[language]] }
    lines.append("")
    lines.append(
      isChinese
        ? "\(result.study.rowCount)份答卷，\(file.constructs.count)个构念，\(file.items.count)个题项"
        : "\(result.study.rowCount) cases, \(file.constructs.count) constructs, \(file.items.count) items")
    if let fit = result.fit.value?.models.last {
      let figures: [FitIndex] = [
        .chiSquare, .degreesOfFreedom, .relativeChiSquare, .cfi, .tli, .rmsea, .srmr,
      ]
      let shown = figures.compactMap { index in
        fit.indices[index].map {
          "\(index.abbreviation) \(index == .degreesOfFreedom ? String(Int($0)) : TextNumber.fixed($0, 3))"
        }
      }
      lines.append(
        fit.name[language] + (isChinese ? "：" : ": ") + shown.joined(separator: isChinese ? "，" : ", "))
    }
    if let hypotheses = result.hypotheses.value {
      let supported = hypotheses.lines.filter(\.verdict.isSupported).map(\.id)
      let others = hypotheses.lines.filter { !$0.verdict.isSupported }.map(\.id)
      lines.append(
        isChinese
          ? "假设：\(supported.count)/\(hypotheses.lines.count)成立"
            + (others.isEmpty ? "" : "；不成立：\(others.joined(separator: "、"))")
          : "Hypotheses: \(supported.count) of \(hypotheses.lines.count) supported"
            + (others.isEmpty ? "" : "; not supported: \(others.joined(separator: ", "))"))
    }
    if result.mainFit == nil, let failure = result.failure {
      lines.append(failure.message + (failure.hint.map { "\n  " + $0 } ?? ""))
    }
    let warnings = StudyReport(result).warnings
    if !warnings.isEmpty {
      lines.append("")
      lines += warnings.map { (isChinese ? "注意：" : "note: ") + $0[language] }
    }
    lines.append("")
    lines += files
    lines += remarks.map { (isChinese ? "提示：" : "note: ") + $0 }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The summary for programs, schema `swift-sem/study/1`.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("schema", .string("swift-sem/study/1")), ("status", .string(result.status.rawValue)),
      ("cases", .integer(result.study.rowCount)),
    ]
    if let fit = result.fit.value?.models.last {
      members.append(
        (
          "fit",
          .object(
            FitIndex.allCases.map { ($0.rawValue, fit.indices[$0].map(JSONValue.number) ?? .null) })
        ))
    }
    if let hypotheses = result.hypotheses.value {
      members.append(
        (
          "hypotheses",
          .array(
            hypotheses.lines.map {
              .object([
                ("id", .string($0.id)), ("path", .string($0.path)), ("verdict", .string($0.verdict.rawValue)),
              ])
            })
        ))
    }
    members.append(("notes", .array(StudyReport(result).warnings.map { .string($0.english) })))
    members.append(("files", .array(files.map { .string($0) })))
    members.append(("remarks", .array(remarks.map { .string($0) })))
    return .object(members)
  }
}
