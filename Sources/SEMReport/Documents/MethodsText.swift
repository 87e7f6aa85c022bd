public import SEMStudy

/// Sentences of a section on methods, and the works they cite.
public struct MethodsText: Sendable, Hashable {
  /// The sentences, each a statement with its figures.
  public var sentences: [Wording]
  /// The works cited.
  public var references: [Reference]

  /// Makes an empty text.
  public init() {
    sentences = []
    references = []
  }

  /// Adds a sentence with the works that it cites.
  public mutating func add(_ sentence: Wording, _ references: Reference...) {
    sentences.append(sentence)
    self.references += references
  }

  /// The sentences as one paragraph.
  public var paragraph: Wording {
    Wording(
      sentences.map(\.english).joined(separator: " "), sentences.map(\.chinese).joined())
  }
}

extension [Reference] {
  /// A list of references as a section; `nil` for none.
  public var section: Document.Section? {
    isEmpty
      ? nil
      : Document.Section(
        id: "references", title: Wording("References", "参考文献"),
        blocks: [.list(Reference.list(self).map { Wording($0.entry) })])
  }
}
