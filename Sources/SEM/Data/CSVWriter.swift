#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension DataTable {
  /// The table as delimited text by RFC 4180, one line per row, each ended by a line feed.
  ///
  /// Numbers are the shortest that read back exactly. A cell is quoted when it holds the delimiter, a quote or a line end, or
  /// begins or ends with a blank.
  ///
  /// - Parameters:
  ///   - delimiter: What separates cells; numbers always have a decimal point.
  ///   - missingCode: What stands for a missing cell.
  public func csv(delimiter: CSVOptions.Delimiter = .comma, missingCode: String = "NA") -> [UInt8] {
    var output: [UInt8] = []
    let mark = delimiter.rawValue
    let missing = Array(missingCode.utf8)
    let levels = columns.map { column in
      if case .text(_, let levels) = column.cells {
        levels.map { Self.csvCell($0, delimiter: mark) }
      } else {
        [[UInt8]]()
      }
    }
    for (index, column) in columns.enumerated() {
      if index > 0 { output.append(mark) }
      output.append(contentsOf: Self.csvCell(column.name, delimiter: mark))
    }
    output.append(0x0A)
    for row in 0..<rowCount {
      for (index, column) in columns.enumerated() {
        if index > 0 { output.append(mark) }
        switch column.cells {
        case .numeric(let values):
          if values[row].isNaN {
            output.append(contentsOf: missing)
          } else {
            output.append(contentsOf: Self.spelled(values[row]).utf8)
          }
        case .text(let codes, _):
          output.append(contentsOf: codes[row] < 0 ? missing : levels[index][Int(codes[row])])
        }
      }
      output.append(0x0A)
    }
    return output
  }

  /// Writes the table to a file as delimited text; see ``csv(delimiter:missingCode:)``.
  ///
  /// - Throws: ``DataError/Code/unwritableFile``.
  public func write(
    to path: String, delimiter: CSVOptions.Delimiter = .comma, missingCode: String = "NA"
  ) throws(DataError) {
    let data = Data(csv(delimiter: delimiter, missingCode: missingCode))
    do {
      try data.write(to: URL(fileURLWithPath: path))
    } catch {
      throw DataError(
        .unwritableFile, "The file cannot be written.",
        hint: "Check that its folder exists and may be written to.",
        file: path)
    }
  }

  /// A text as a cell, in quotes where needed.
  private static func csvCell(_ text: String, delimiter: UInt8) -> [UInt8] {
    let bytes = Array(text.utf8)
    let special: Set<UInt8> = [0x22, 0x0A, 0x0D, delimiter]
    let edges: Set<UInt8> = [0x20, 0x09]
    let isEdged = bytes.first.map(edges.contains) == true || bytes.last.map(edges.contains) == true
    guard bytes.isEmpty || isEdged || bytes.contains(where: special.contains) else { return bytes }
    return [0x22] + bytes.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
  }
}
