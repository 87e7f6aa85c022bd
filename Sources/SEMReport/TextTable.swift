/// A table with one column of names and columns of numbers, laid out once for all of its parts.
struct TextTable {
  /// A column of numbers.
  struct Column: Sendable {
    /// What stands over it.
    var title: String
    /// The columns of the page that its longest entry takes.
    var width: Int

    /// A column wide enough for its title and its entries.
    init(_ title: String, entries: some Sequence<String>, least: Int = 7) {
      self.title = title
      width = entries.reduce(max(title.displayWidth, least)) { max($0, $1.displayWidth) }
    }
  }

  /// The columns of numbers.
  let columns: [Column]
  /// The columns of the page for names with their indentation.
  let nameWidth: Int
  /// The room between columns.
  static let gap = 2

  /// - Parameters:
  ///   - columns: The columns of numbers, each with a rank: where the page is too narrow, those of the largest rank go
  ///     first, and those of rank 0 stay.
  ///   - names: The room that names would like to have, with their indentation.
  ///   - least: The room that names must have, if they need it.
  ///   - pageWidth: The columns of the page.
  init(columns: [(column: Column, rank: Int)], names: Int, least: Int = 16, pageWidth: Int) {
    var kept = Array(columns.enumerated())
    func room() -> Int { pageWidth - kept.reduce(0) { $0 + $1.element.column.width + Self.gap } }
    while room() < min(names, least), let last = kept.map(\.element.rank).max(), last > 0 {
      kept.removeAll { $0.element.rank == last }
    }
    self.columns = kept.map(\.element.column)
    keptPositions = kept.map(\.offset)
    nameWidth = max(min(names, room()), 8)
  }

  /// Which of the columns that were asked for are there.
  let keptPositions: [Int]

  /// The titles with a text over the names; two lines where the text leaves no room.
  func titles(_ name: String) -> [String] { lines(name, columns.map(\.title)) }

  /// The lines of one row: two where the name leaves no room for the numbers.
  ///
  /// - Parameter entries: One for each column that was asked for.
  func row(_ name: String, _ entries: [String]) -> [String] {
    lines(name, keptPositions.map { entries[$0] })
  }

  private func lines(_ name: String, _ entries: [String]) -> [String] {
    name.displayWidth > nameWidth ? [name, line("", entries)] : [line(name, entries)]
  }

  private func line(_ name: String, _ entries: [String]) -> String {
    var line = name.paddedRight(to: nameWidth)
    for (column, entry) in zip(columns, entries) {
      line += entry.paddedLeft(to: column.width + Self.gap)
    }
    return line
  }
}
