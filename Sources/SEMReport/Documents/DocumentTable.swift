public import SEMStudy

/// A table as a value: what stands in each cell, at full precision, before anything is laid out.
///
/// A cell is found by the table's ``id``, the row's position and the column's ``Column/id``. The JSON beside a report uses
/// the same path, `tables/ID/rows/0/COLUMN`, and CSV files are named after the table.
public struct DocumentTable: Sendable, Hashable {
  /// A column.
  public struct Column: Sendable, Hashable {
    /// A short name in ASCII that scripts may rely on, such as `se`; unique in the table.
    public var id: String
    /// What stands over the column.
    public var heading: Wording
    /// A heading over this and neighbouring columns of the same group, such as "Bias-corrected 95 % CI"; `nil` for none.
    public var group: Wording?

    /// Makes a column.
    public init(_ id: String, _ heading: Wording, group: Wording? = nil) {
      self.id = id
      self.heading = heading
      self.group = group
    }
  }

  /// A row.
  public struct Row: Sendable, Hashable {
    /// What a row is for.
    public enum Role: Sendable, Hashable {
      /// Values.
      case body
      /// A heading inside the table: its first cell spans all columns.
      case heading
      /// Totals, set off by a thin line.
      case total
    }

    /// The cells, as many as there are columns.
    public var cells: [DocumentCell]
    /// What the row is for.
    public var role: Role

    /// Makes a row.
    public init(_ cells: [DocumentCell], role: Role = .body) {
      self.cells = cells
      self.role = role
    }
  }

  /// A short name in ASCII, unique in the document, such as `reliability`.
  public var id: String
  /// The caption, without its number.
  public var title: Wording
  /// The columns.
  public var columns: [Column]
  /// The rows.
  public var rows: [Row]
  /// What stands under the table: explanations, cut-offs with their sources.
  public var notes: [Wording]

  /// Makes a table.
  ///
  /// - Precondition: Every row has as many cells as there are columns; a heading row may have one.
  public init(id: String, title: Wording, columns: [Column], rows: [Row], notes: [Wording] = []) {
    for row in rows {
      precondition(
        row.cells.count == columns.count || (row.role == .heading && row.cells.count == 1),
        "A row has \(row.cells.count) cells where table \(id) has \(columns.count) columns.")
    }
    self.id = id
    self.title = title
    self.columns = columns
    self.rows = rows
    self.notes = notes
  }
}

/// A cell of a ``DocumentTable``: a value with the way it is printed.
public struct DocumentCell: Sendable, Hashable {
  /// What a cell holds.
  public enum Content: Sendable, Hashable {
    /// Nothing, as the standard error of a fixed loading.
    case empty
    /// Words.
    case text(Wording)
    /// A whole number.
    case integer(Int)
    /// A number with so many decimals; `nil` prints as a dash and stands for undefined.
    case number(Double?, decimals: Int)
    /// A probability: `***` or `<0.001` below 0.001, as the document's style says.
    case probability(Double?)
    /// A share of 1, printed per cent.
    case percent(Double?, decimals: Int)
    /// An interval in brackets.
    case interval(lower: Double?, upper: Double?, decimals: Int)
    /// A number followed by stars for its probability: * below 0.05, ** below 0.01, *** below 0.001.
    case starred(Double?, probability: Double?, decimals: Int)
    /// Yes or no, printed as a check or a cross word ("supported", "not supported") that the table gives.
    case verdict(Bool, Wording)
  }

  /// What the cell holds.
  public var content: Content
  /// Set in bold, such as √AVE on a diagonal.
  public var isBold: Bool
  /// Set off as one that a reader should look at, such as a loading below its cut-off.
  public var isFlagged: Bool

  /// Makes a cell.
  public init(_ content: Content, bold: Bool = false, flagged: Bool = false) {
    self.content = content
    isBold = bold
    isFlagged = flagged
  }

  /// An empty cell.
  public static let empty = DocumentCell(.empty)
  /// Words.
  public static func text(_ text: Wording, bold: Bool = false) -> DocumentCell {
    DocumentCell(.text(text), bold: bold)
  }
  /// A whole number.
  public static func integer(_ value: Int) -> DocumentCell { DocumentCell(.integer(value)) }
  /// A number with three decimals or as many as given.
  public static func number(
    _ value: Double?, decimals: Int = 3, bold: Bool = false, flagged: Bool = false
  ) -> DocumentCell {
    DocumentCell(.number(value, decimals: decimals), bold: bold, flagged: flagged)
  }
  /// A probability.
  public static func probability(_ value: Double?) -> DocumentCell { DocumentCell(.probability(value)) }
}
