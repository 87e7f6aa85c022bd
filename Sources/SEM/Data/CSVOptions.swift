/// How a text table is to be read. The defaults recognise what spreadsheets and statistics programs write.
public struct CSVOptions: Sendable, Hashable {
  /// What separates cells.
  public enum Delimiter: UInt8, Sendable, Hashable, CaseIterable {
    case comma = 0x2C
    case semicolon = 0x3B
    case tab = 0x09
    case bar = 0x7C
  }

  /// The decimal mark.
  public enum DecimalMark: UInt8, Sendable, Hashable {
    case point = 0x2E
    case comma = 0x2C
  }

  /// The encoding of the text.
  public enum Encoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    case gb18030 = "GB18030"
    case windows1252 = "windows-1252"
  }

  /// The delimiter; `nil` takes the first of tab, semicolon, bar and comma that gives every one of the first rows the
  /// same number of cells, at least two.
  public var delimiter: Delimiter?
  /// The decimal mark; `nil` takes the mark of the first number that has one. Always a point when the delimiter is a
  /// comma, unless set.
  public var decimalMark: DecimalMark?
  /// The encoding; `nil` follows a byte order mark, else takes UTF-8 if the bytes are that, else GB18030 or windows-1252,
  /// whichever the bytes resemble.
  public var encoding: Encoding?
  /// Whether the first row holds the names. Without a header the columns are named `V1`, `V2`, … as in R.
  public var hasHeader: Bool
  /// Codes for missing cells, besides an empty cell, `NA`, `NaN` and `.`. A code that is a number matches by value: `-99`
  /// matches `-99.0`.
  public var missingCodes: [String]

  /// Makes options.
  public init(
    delimiter: Delimiter? = nil, decimalMark: DecimalMark? = nil, encoding: Encoding? = nil,
    hasHeader: Bool = true,
    missingCodes: [String] = []
  ) {
    self.delimiter = delimiter
    self.decimalMark = decimalMark
    self.encoding = encoding
    self.hasHeader = hasHeader
    self.missingCodes = missingCodes
  }
}
