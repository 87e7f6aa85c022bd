/// The rows of a CSV file or pipe, part by part; memory does not depend on the number of rows.
final class CSVStream {
  /// The bytes that are read at a time.
  static let partSize = 4 << 20
  /// The most bytes that the first rows may take.
  private static let longestHead = 1 << 20
  /// The most groups whose moments are kept side by side.
  private static let mostGroups = 1000

  private let source: TextFile.Parts
  private let options: CSVOptions
  private let group: String?
  private var reader: CSVReader
  private var line: Int
  private var isLast: Bool

  /// The names of all columns.
  var names: [String] { reader.names }

  /// Opens a file and reads its first part.
  ///
  /// - Parameter group: The column that divides the rows.
  /// - Returns: `nil` for a regular file in another encoding than UTF-8, which has to be read whole.
  /// - Throws: ``DataError`` with line and column.
  init?(_ path: String, group: String? = nil, options: CSVOptions, partSize: Int) throws(DataError) {
    if let encoding = options.encoding, encoding != .utf8 { return nil }
    let source = try TextFile.Parts(path, partSize: partSize)
    // The dialect is recognised from the first 25 rows.
    var isLast = try source.readMore()
    while !isLast, source.bytes.count < Self.longestHead, source.lineEndCount < 26 {
      isLast = try source.readMore()
    }
    let part = source.bytes
    do throws(DataError) {
      try TextDecoding.requireUTF8(part, isFirst: true, isLast: isLast, line: 1)
    } catch {
      if Self.isOtherEncoding(error, source, options) { return nil }
      throw error
    }
    let start = TextDecoding.markLength(part)
    let text = UnsafeBufferPointer(rebasing: part[start...])
    reader = CSVReader(text, options: options)
    line = reader.firstLine
    let used = try reader.readRows(text, line: &line, isLast: isLast, labelVariable: group)
    source.drop(start + used)
    self.source = source
    self.options = options
    self.group = group
    self.isLast = isLast
  }

  /// Reads the next part; false at the end.
  private func readOn() throws(DataError) -> Bool {
    guard !isLast else { return false }
    reader.removeRows()
    isLast = try source.readMore()
    let part = source.bytes
    try TextDecoding.requireUTF8(part, isFirst: false, isLast: isLast, line: line)
    source.drop(try reader.readRows(part, line: &line, isLast: isLast))
    return true
  }

  /// A pipe cannot be read again in another encoding.
  private static func isOtherEncoding(
    _ error: DataError, _ source: TextFile.Parts, _ options: CSVOptions
  ) -> Bool {
    error.code == .invalidEncoding && options.encoding == nil && source.isRegularFile
  }

  /// Reads to the end and computes the moments of the complete rows of each group.
  ///
  /// - Parameter variables: Numeric columns.
  /// - Returns: `nil` for a file that has to be read whole: in another encoding than UTF-8, or of very many groups.
  /// - Throws: ``DataError``, as a ``DataTable`` and ``GroupedData`` of it would.
  /// - Complexity: O(*N p²*) time, O(*p²*) memory for each group.
  func groupedData(_ variables: [String]) throws(DataError) -> GroupedData? {
    var groups = GroupSums(sums: [], rowCount: 0, withoutGroup: 0)
    let places = try places(of: variables)
    do throws(DataError) {
      repeat {
        try add(to: &groups, variables, places)
        if groups.sums.count > Self.mostGroups { return nil }
      } while try readOn()
    } catch {
      if Self.isOtherEncoding(error, source, options) { return nil }
      throw error
    }
    guard groups.rowCount > 0 else {
      throw DataError(
        .noRows, "There is a header with \(counted(names.count, "name")) but no row of data below it.")
    }
    if let group, let column = reader.labelColumn {
      if groups.sums.isEmpty {
        throw DataError(.allMissing, "The group variable \(group) has no observed value.", variable: group)
      }
      if reader.firstText[column] == nil { groups.joinEqualNumbers() }
    }
    var result: [GroupedData.Group] = []
    for sum in groups.sums {
      let (moments, report) = try sum.moments.result(group: sum.label)
      result.append(GroupedData.Group(label: sum.label, moments: moments, report: report, rows: nil))
    }
    return GroupedData(
      variables: variables, groupVariable: group, groups: result, rowsWithoutGroup: groups.withoutGroup)
  }

  private func places(of variables: [String]) throws(DataError) -> [Int] {
    guard !variables.isEmpty else { throw DataError(.noVariables, "No variables are asked for.") }
    var place: [String: Int] = [:]
    for (index, name) in names.enumerated() { place[name] = index }
    var seen = Set<String>()
    var places: [Int] = []
    for name in variables {
      guard let index = place[name] else { throw DataError.unknownVariable(name, in: names) }
      guard seen.insert(name).inserted else {
        throw DataError(.duplicateName, "\(name) is asked for twice.", variable: name)
      }
      places.append(index)
    }
    return places
  }

  /// Adds the rows that the reader holds to their groups.
  private func add(to groups: inout GroupSums, _ variables: [String], _ places: [Int]) throws(DataError) {
    for (name, place) in zip(variables, places) where reader.firstText[place] != nil {
      throw DataTable.Column(
        name: name, cells: .text(codes: [], levels: []), firstText: reader.firstText[place]
      )
      .notNumeric
    }
    groups.rowCount += reader.rowCount
    let columns = places.map { reader.values[$0] }
    guard let column = reader.labelColumn else {
      if groups.sums.isEmpty {
        groups.sums = [GroupSums.Member(label: nil, number: .nan, moments: MomentSum(variables))]
      }
      try groups.sums[0].moments.add(columns, rowCount: reader.rowCount, rows: nil)
      return
    }
    let levels = reader.labels.levels
    guard levels.count <= Self.mostGroups else {
      // Too many in any case.
      groups.sums = levels.map { .init(label: $0, number: .nan, moments: MomentSum(variables)) }
      return
    }
    var rows = [[Int]](repeating: [], count: levels.count)
    for (row, code) in reader.labels.codes.enumerated() {
      if code < 0 {
        groups.withoutGroup += 1
        continue
      }
      if code >= groups.sums.count {
        groups.sums.append(
          .init(
            label: levels[Int(code)], number: reader.values[column][row], moments: MomentSum(variables)))
      }
      rows[Int(code)].append(row)
    }
    for (code, rows) in rows.enumerated() where !rows.isEmpty {
      try groups.sums[code].moments.add(
        columns, rowCount: reader.rowCount, rows: rows.count == reader.rowCount ? nil : rows)
    }
  }
}

/// The sums of the groups in the order of their first rows.
private struct GroupSums {
  struct Member {
    var label: String?
    /// The label as a number, where the column holds numbers.
    var number: Double
    var moments: MomentSum
  }

  var sums: [Member]
  var rowCount: Int
  var withoutGroup: Int

  /// In a column of numbers 1 and 1.0 are one group, spelled as briefly as possible.
  mutating func joinEqualNumbers() {
    var places: [Double: Int] = [:]
    var joined: [Member] = []
    for var member in sums {
      if let place = places[member.number] {
        joined[place].moments.add(member.moments)
      } else {
        places[member.number] = joined.count
        member.label = DataTable.spelled(member.number)
        joined.append(member)
      }
    }
    sums = joined
  }
}
