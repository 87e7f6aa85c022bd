/// A language in which studies are reported.
public enum StudyLanguage: String, Sendable, Hashable, CaseIterable, Codable {
  /// English.
  case english = "en"
  /// Chinese in simplified characters.
  case chinese = "zh"
}

/// A text in the languages of reports; a language without wording of its own shows the other's.
public struct Wording: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// The English wording.
  public var english: String
  /// The Chinese wording.
  public var chinese: String

  /// The same text in every language, such as the name of a variable.
  public init(stringLiteral text: String) { self.init(text) }
  /// The same text in every language.
  public init(_ text: String) { self.init(text, text) }
  /// One text per language.
  public init(_ english: String, _ chinese: String) {
    self.english = english.isEmpty ? chinese : english
    self.chinese = chinese.isEmpty ? english : chinese
  }

  /// The wording in a language.
  public subscript(language: StudyLanguage) -> String {
    switch language {
    case .english: english
    case .chinese: chinese
    }
  }

  /// Both texts, each followed by the other's of the same language.
  public static func + (left: Wording, right: Wording) -> Wording {
    Wording(left.english + right.english, left.chinese + right.chinese)
  }
}
