/// A form in which a ``Document`` can be written.
public enum DocumentFormat: String, Sendable, Hashable, CaseIterable {
  /// Text for a terminal.
  case text
  /// Markdown as GitHub reads it.
  case markdown = "md"
  /// One page with everything in it.
  case html
  /// LaTeX for XeLaTeX.
  case latex = "tex"
  /// Office Open XML, for Word and LibreOffice.
  case docx
  /// Every value at full precision, schema `swift-sem/report/1`.
  case json
  /// A file per table.
  case csv

  /// What file names end with.
  public var fileExtension: String { self == .text ? "txt" : rawValue }
}

/// A file that a renderer made.
public struct RenderedFile: Sendable, Hashable {
  /// The name, relative to the folder of the document; figures and tables may lie in a folder of their own.
  public var name: String
  /// What is in it.
  public var bytes: [UInt8]

  /// Makes a file.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

/// What became of a document: its files, the document itself first, and what a user should know.
public struct RenderedDocument: Sendable, Hashable {
  /// The document, then the figures or tables it needs beside it.
  public var files: [RenderedFile]
  /// Such as that figures are missing since no converter was found.
  public var remarks: [String]

  /// Makes a result.
  public init(files: [RenderedFile], remarks: [String] = []) {
    self.files = files
    self.remarks = remarks
  }
}
