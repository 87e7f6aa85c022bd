public import SEMStudy

extension DiagramOptions {
  /// What the signs of the picture mean, for ``note``.
  ///
  /// - Parameters:
  ///   - language: The language.
  ///   - hasEstimates: Whether the picture shows a fit.
  public func legend(in language: StudyLanguage, hasEstimates: Bool = true) -> String {
    guard hasEstimates else { return "" }
    var parts: [String] = []
    let isEnglish = language == .english
    switch values {
    case .standardized: parts.append(isEnglish ? "Standardised estimates" : "标准化估计值")
    case .raw: parts.append(isEnglish ? "Unstandardised estimates" : "非标准化估计值")
    case .none: break
    }
    if showsStars, values != .none {
      parts.append(["* p < .05", "** p < .01", "*** p < .001"].map(Self.unbroken).joined(separator: ", "))
    }
    if let level = dashedFrom {
      let text = level < 1 ? String(TextNumber.significant(level, 2).drop { $0 == "0" }) : "1"
      let shown = text.hasSuffix("0") ? String(text.dropLast()) : text
      parts.append(
        isEnglish ? "dashed: not significant " + Self.unbroken("(p ≥ \(shown))") : "虚线：不显著（p ≥ \(shown)）")
    }
    guard !parts.isEmpty else { return "" }
    return parts.joined(separator: isEnglish ? "; " : "；") + (isEnglish ? "." : "。")
  }

  /// Text that is not broken into lines.
  private static func unbroken(_ text: String) -> String { text.replacing(" ", with: "\u{A0}") }
}
