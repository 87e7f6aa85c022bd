internal import SEMStudy

/// A ``DocumentTable`` in characters of one width, between three rules.
///
/// Where the page is too narrow, columns of words are wrapped; where that is not enough, the table continues in parts, each
/// with the first column.
struct TextGrid {
  private struct Column {
    var heading: String
    var group: String?
    var cells: [String]
    var isNumeric: Bool
    var width = 0
  }

  private let table: DocumentTable
  private var columns: [Column]
  private let language: StudyLanguage
  private let style: DocumentStyle
  private let pageWidth: Int
  /// What stands in the rows that are headings.
  private let headings: [String]
  private static let gap = 2
  /// Words are not wrapped below this many columns.
  private static let leastWords = 14

  init(_ table: DocumentTable, _ language: StudyLanguage, _ style: DocumentStyle, width: Int) {
    self.table = table
    self.language = language
    self.style = style
    pageWidth = width
    let printed = table.printed(language, style)
    columns = table.columns.indices.map { index in
      let column = table.columns[index]
      let isNumeric = table.isNumeric(column: index)
      return Column(
        heading: column.heading[language].printable, group: column.group?[language].printable,
        cells: table.rows.indices.map { row in
          guard table.rows[row].role != .heading else { return "" }
          let cell = printed[row][index]
          return cell.text.text.printable + (isNumeric ? .spaces(cell.padding.count) : "")
        }, isNumeric: isNumeric)
    }
    headings = table.rows.map {
      $0.role == .heading ? CellText($0.cells[0], language, style).text.printable : ""
    }
    for index in columns.indices { columns[index].width = naturalWidth(index) }
    shrinkWords()
  }

  /// The widest cell, and a heading that may be wrapped at its spaces down to that.
  private func naturalWidth(_ index: Int) -> Int {
    let column = columns[index]
    let cells = column.cells.map(\.displayWidth).max() ?? 0
    let word = column.heading.split(separator: " ").map { String($0).displayWidth }.max() ?? 0
    return max(cells, word, column.isNumeric ? 5 : min(column.heading.displayWidth, 10), 1)
  }

  private mutating func shrinkWords() {
    func total() -> Int { columns.reduce(-Self.gap) { $0 + $1.width + Self.gap } }
    while total() > pageWidth {
      let candidates = columns.indices.filter {
        !columns[$0].isNumeric && columns[$0].width > Self.leastWords
      }
      guard let widest = candidates.max(by: { columns[$0].width < columns[$1].width }) else { break }
      columns[widest].width -= 1
    }
    // Two columns stand beside each other, or one alone.
    guard total() > pageWidth else { return }
    let widest = columns.indices.dropFirst().map { columns[$0].width }.max() ?? 0
    columns[0].width = min(columns[0].width, max(pageWidth - widest - Self.gap, pageWidth / 3))
    for index in columns.indices.dropFirst() {
      columns[index].width = min(columns[index].width, max(pageWidth - columns[0].width - Self.gap, 8))
    }
  }

  /// The lines, none wider than the page.
  func lines() -> [String] {
    guard !columns.isEmpty else { return [] }
    let parts = table.parts(fitting: pageWidth, widths: columns.map(\.width), gap: Self.gap)
    if parts.count > 1 {
      return parts.enumerated().flatMap { number, part in
        (number > 0 ? [""] : []) + TextGrid(part, language, style, width: pageWidth).wholeLines
      }
    }
    return wholeLines
  }

  private var wholeLines: [String] { lines(Array(columns.indices)) }

  private func lines(_ part: [Int]) -> [String] {
    let width = part.reduce(-Self.gap) { $0 + columns[$1].width + Self.gap }
    var lines = [String(repeating: "=", count: width)]
    lines += groupLines(part)
    let titles = part.map { columns[$0].heading.wrapped(toExactly: columns[$0].width) }
    let height = titles.map(\.count).max() ?? 0
    // Headings of several lines stand at the bottom.
    lines += rows(titles.map { [String](repeating: "", count: height - $0.count) + $0 }, part)
    lines.append(String(repeating: "-", count: width))
    for (number, row) in table.rows.enumerated() {
      switch row.role {
      case .heading:
        lines += headings[number].wrapped(toExactly: width)
        continue
      case .total:
        if number > 0, table.rows[number - 1].role == .body {
          lines.append(String(repeating: "-", count: width))
        }
      case .body: break
      }
      lines += rows(part.map { columns[$0].cells[number].wrappedCell(columns[$0].width) }, part)
    }
    return lines + [String(repeating: "=", count: width)]
  }

  /// Headings over several columns, each over a rule of its own.
  private func groupLines(_ part: [Int]) -> [String] {
    guard part.contains(where: { columns[$0].group != nil }) else { return [] }
    var runs: [(group: String?, width: Int)] = []
    for index in part {
      let column = columns[index]
      if column.group != nil, let last = runs.last, last.group == column.group {
        runs[runs.count - 1].width += Self.gap + column.width
      } else {
        runs.append((column.group, column.width))
      }
    }
    let wrapped = runs.map { run in run.group.map { $0.wrapped(toExactly: run.width) } ?? [] }
    let height = wrapped.map(\.count).max() ?? 0
    func line(_ texts: [String]) -> String {
      zip(runs, texts).map { run, text in
        let free = max(run.width - text.displayWidth, 0)
        return .spaces(free / 2) + text + .spaces(free - free / 2)
      }.joined(separator: .spaces(Self.gap))
    }
    let lines = (0..<height).map { level in
      line(wrapped.map { text in level < height - text.count ? "" : text[level - height + text.count] })
    }
    return lines + [line(runs.map { $0.group == nil ? "" : String(repeating: "-", count: $0.width) })]
  }

  /// Cells of one or more lines beside each other.
  private func rows(_ cells: [[String]], _ part: [Int]) -> [String] {
    let height = max(cells.map(\.count).max() ?? 1, 1)
    return (0..<height).map { level in
      zip(part, cells).map { index, lines in
        let text = level < lines.count ? lines[level] : ""
        let column = columns[index]
        return column.isNumeric ? text.paddedLeft(to: column.width) : text.paddedRight(to: column.width)
      }.joined(separator: .spaces(Self.gap))
    }
  }
}

extension String {
  /// Like `wrapped(to:)` without its least room of 8.
  fileprivate func wrapped(toExactly columns: Int) -> [String] {
    guard columns < 8 else { return wrapped(to: columns) }
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, last.displayWidth + 1 + String(word).displayWidth <= columns {
        lines[lines.count - 1] += " " + word
      } else {
        var rest = String(word)
        while rest.displayWidth > columns {
          let head = rest.prefix(columns: columns)
          if head.isEmpty { break }
          lines.append(head)
          rest.removeFirst(head.count)
        }
        lines.append(rest)
      }
    }
    return lines
  }

  /// A cell: as it is where it fits, with the spaces that align it.
  fileprivate func wrappedCell(_ columns: Int) -> [String] {
    displayWidth <= columns ? [self] : wrapped(toExactly: columns)
  }
}
