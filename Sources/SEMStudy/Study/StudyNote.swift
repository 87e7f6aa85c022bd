/// Something a reader of a study must know, with its place in the study file where it has one.
public struct StudyNote: Sendable, Hashable {
  /// A short name that stays the same between versions, such as `reversed-item`.
  public var code: String
  /// What it is, in the languages of reports.
  public var message: Wording
  /// Items, constructs or columns it is about.
  public var subjects: [String]
  /// Where in the study file.
  public var place: StudyPlace?

  /// Makes a note.
  public init(_ code: String, _ message: Wording, subjects: [String] = [], at place: StudyPlace? = nil) {
    self.code = code
    self.message = message
    self.subjects = subjects
    self.place = place
  }
}

extension Wording {
  /// Names as a list in a sentence.
  static func list(_ names: [String]) -> Wording {
    guard let last = names.last, names.count > 1 else { return Wording(names.first ?? "") }
    return Wording(
      names.dropLast().joined(separator: ", ") + " and " + last, names.joined(separator: "、"))
  }
}
