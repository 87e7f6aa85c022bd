internal import SEMStudy

/// A document in one language: what all renderers share, the numbers of captions and the fixed words.
struct DocumentPage {
  let document: Document
  let language: StudyLanguage
  private let numbers: [String: Int]

  init(_ document: Document, _ language: StudyLanguage) {
    self.document = document
    self.language = language
    var numbers: [String: Int] = [:]
    for (position, table) in document.tables.enumerated() where numbers["table-" + table.id] == nil {
      numbers["table-" + table.id] = position + 1
    }
    for (position, figure) in document.figures.enumerated() where numbers["figure-" + figure.id] == nil {
      numbers["figure-" + figure.id] = position + 1
    }
    self.numbers = numbers
  }

  /// A text in the page's language.
  func callAsFunction(_ wording: Wording) -> String { wording[language] }

  /// The number of a table or figure, from 1 on, in the order in which they stand.
  func number(of table: DocumentTable) -> Int { numbers["table-" + table.id] ?? 0 }
  func number(of figure: DocumentFigure) -> Int { numbers["figure-" + figure.id] ?? 0 }

  /// What a caption begins with: "Table 3", "表3".
  func label(_ table: DocumentTable) -> String { self(Wording("Table ", "表")) + "\(number(of: table))" }
  func label(_ figure: DocumentFigure) -> String { self(Wording("Figure ", "图")) + "\(number(of: figure))" }

  /// What stands between a caption's number and its title.
  var captionGap: String { language == .chinese ? " " : ". " }

  /// A caption with its number.
  func caption(_ table: DocumentTable) -> String { label(table) + captionGap + self(table.title) }
  func caption(_ figure: DocumentFigure) -> String { label(figure) + captionGap + self(figure.title) }

  /// The notes under a table or figure as one paragraph each, the first after "Note."
  func notes(_ notes: [Wording]) -> [String] {
    notes.enumerated().map { position, note in (position == 0 ? self(Words.note) : "") + self(note) }
  }

  /// The sections, then where the figures come from, as headings with their anchors.
  var headings: [(anchor: String, title: String)] {
    document.sections.map { (anchor: "section-" + $0.id, title: self($0.title)) }
      + (document.provenance.isEmpty ? [] : [(anchor: Self.provenanceAnchor, title: self(Words.provenance))])
  }

  static let provenanceAnchor = "provenance"
}

/// The fixed words of documents.
enum Words {
  static let note = Wording("Note. ", "注：")
  static let warning = Wording("Warning", "注意")
  static let provenance = Wording("Where the figures come from", "数据与软件来源")
  static let contents = Wording("Contents", "目录")
}
