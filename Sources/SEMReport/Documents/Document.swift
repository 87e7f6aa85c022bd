public import SEMStudy

/// A report as a value: sections of paragraphs, tables and figures. Renderers only lay it out.
public struct Document: Sendable {
  /// A part of a section.
  public enum Block: Sendable {
    /// Running text.
    case paragraph(Wording)
    /// A remark that a reader must not miss, such as an improper solution.
    case warning(Wording)
    /// A list of points.
    case list([Wording])
    /// A table.
    case table(DocumentTable)
    /// A picture.
    case figure(DocumentFigure)
    /// Text that is shown as typed, such as a model in lavaan's syntax.
    case code(String)
  }

  /// A section with a heading.
  public struct Section: Sendable {
    /// A short name in ASCII, unique in the document, for links.
    public var id: String
    /// The heading.
    public var title: Wording
    /// What stands in it.
    public var blocks: [Block]

    /// Makes a section.
    public init(id: String, title: Wording, blocks: [Block]) {
      self.id = id
      self.title = title
      self.blocks = blocks
    }
  }

  /// One line of where the figures come from: data file, its SHA-256, options, version, seed.
  public struct Provenance: Sendable, Hashable {
    /// A short name in ASCII, such as `data_sha256`.
    public var id: String
    /// What it is called in print.
    public var name: Wording
    /// The value.
    public var value: String

    /// Makes a line.
    public init(_ id: String, _ name: Wording, _ value: String) {
      self.id = id
      self.name = name
      self.value = value
    }
  }

  /// The title.
  public var title: Wording
  /// The sentence that opens the report, such as that its data are simulated; `nil` for none.
  public var notice: Wording?
  /// The sections in their order.
  public var sections: [Section]
  /// Where the figures come from.
  public var provenance: [Provenance]
  /// How figures are printed.
  public var style: DocumentStyle

  /// Makes a document.
  public init(
    title: Wording, notice: Wording? = nil, sections: [Section], provenance: [Provenance] = [],
    style: DocumentStyle = DocumentStyle()
  ) {
    self.title = title
    self.notice = notice
    self.sections = sections
    self.provenance = provenance
    self.style = style
  }

  /// All tables in their order.
  public var tables: [DocumentTable] {
    sections.flatMap(\.blocks).compactMap { if case .table(let table) = $0 { table } else { nil } }
  }

  /// All figures in their order.
  public var figures: [DocumentFigure] {
    sections.flatMap(\.blocks).compactMap { if case .figure(let figure) = $0 { figure } else { nil } }
  }
}

/// A picture in a document.
public struct DocumentFigure: Sendable {
  /// A short name in ASCII, unique in the document; files are named after it.
  public var id: String
  /// The caption, without its number.
  public var title: Wording
  /// The picture as SVG, in the words of a language.
  public var svg: @Sendable (StudyLanguage) -> String
  /// What the picture shows, for those who cannot see it.
  public var description: Wording
  /// What stands under the picture.
  public var notes: [Wording]
  /// The picture as a `tikzpicture` for LaTeX where no converter makes a PDF of the SVG; `nil` for none.
  public var tikz: (@Sendable (StudyLanguage) -> String)?

  /// Makes a figure.
  public init(
    id: String, title: Wording, description: Wording, notes: [Wording] = [],
    tikz: (@Sendable (StudyLanguage) -> String)? = nil, svg: @escaping @Sendable (StudyLanguage) -> String
  ) {
    self.id = id
    self.title = title
    self.description = description
    self.notes = notes
    self.tikz = tikz
    self.svg = svg
  }
}
