extension DocumentTable {
  /// The table in parts no wider than some room, each with the first column; rows of a further part that are empty but for
  /// it are left out, as in the lower triangle of a matrix.
  ///
  /// - Parameters:
  ///   - room: The room for columns and gaps.
  ///   - widths: The width of each column.
  ///   - gap: What stands between two columns.
  func parts(fitting room: Int, widths: [Int], gap: Int) -> [DocumentTable] {
    guard let first = widths.first, widths.reduce(-gap, { $0 + $1 + gap }) > room else { return [self] }
    var parts: [[Int]] = [[0]]
    var free = room - first
    for index in columns.indices.dropFirst() {
      if widths[index] + gap > free, (parts.last?.count ?? 0) > 1 {
        parts.append([0])
        free = room - first
      }
      parts[parts.count - 1].append(index)
      free -= widths[index] + gap
    }
    return parts.map { selecting($0) }
  }

  private func selecting(_ chosen: [Int]) -> DocumentTable {
    var table = self
    table.columns = chosen.map { columns[$0] }
    table.rows = rows.compactMap { row in
      if row.role == .heading { return row }
      let cells = chosen.map { row.cells[$0] }
      let isFirstPart = chosen == Array(0..<chosen.count)
      guard isFirstPart || cells.dropFirst().contains(where: { $0.content != .empty }) else { return nil }
      return Row(cells, role: row.role)
    }
    return table
  }
}
