public import SEM

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A study with its data: answers under the codes of the study file, reversed items mirrored, everything checked.
public struct Study: Sendable {
  /// What the author wrote.
  public let file: StudyFile
  /// The answers: a column for each item and control under its code, reversed items mirrored, then the other columns.
  public let table: DataTable
  /// The answers as they were given: no item mirrored.
  public let answers: DataTable
  /// The rows of the groups, where they come from a file of their own; else ``table``.
  public let groupTable: DataTable?
  /// The SHA-256 digest of the data file; `nil` for data made in Swift.
  public let dataDigest: String?
  /// What a reader must know of the study and its data.
  public let notes: [StudyNote]

  /// The number of rows.
  public var rowCount: Int { table.rowCount }
  /// The codes of all items.
  public var itemCodes: [String] { file.items.map(\.code) }

  /// Reads the data that a study file names.
  ///
  /// - Throws: ``StudyError``, with the line of the study file.
  public init(_ file: StudyFile) throws(StudyError) {
    let (table, digest) = try Self.read(file.dataPath, file)
    var groups: DataTable?
    if file.groups?.file != nil { groups = try Self.read(file.groupDataPath, file).table }
    try self.init(file, data: table, groupData: groups, digest: digest)
  }

  /// Joins a study with data.
  ///
  /// - Parameters:
  ///   - file: The study.
  ///   - data: The answers, under the names of the columns.
  ///   - groupData: The rows of the groups where these are others.
  /// - Throws: ``StudyError``.
  public init(_ file: StudyFile, data: DataTable, groupData: DataTable? = nil) throws(StudyError) {
    try self.init(file, data: data, groupData: groupData, digest: nil)
  }

  private init(_ file: StudyFile, data: DataTable, groupData: DataTable?, digest: String?) throws(StudyError)
  {
    self.file = file
    dataDigest = digest
    do throws(StudyError) {
      var preparation = StudyPreparation(file: file)
      (table, answers) = try preparation.prepare(data)
      if let groups = file.groups {
        let source = groupData ?? data
        guard source[groups.variable.text] != nil else {
          throw StudyPreparation.unknownColumn(groups.variable, in: source, "group variable")
        }
        var rows = table
        if let groupData {
          var other = StudyPreparation(file: file)
          rows = try other.prepare(groupData).mirrored
        }
        groupTable = try preparation.groups(groups, in: rows)
      } else {
        groupTable = nil
      }
      preparation.noteReversedItems(in: table)
      notes = preparation.notes
    } catch {
      throw file.located(error)
    }
  }

  private static func read(_ path: String, _ file: StudyFile) throws(StudyError) -> (
    table: DataTable, digest: String?
  ) {
    do {
      let table = try DataTable(contentsOf: path, options: CSVOptions(missingCodes: file.data.missingCodes))
      let bytes = try? Data(contentsOf: URL(filePath: path))
      return (table, bytes.map { SHA256(Array($0)).hexadecimal })
    } catch {
      var failure = StudyError(.unreadableFile, "The data cannot be read: \(error.message)", hint: error.hint)
      failure.file = error.file ?? path
      failure.place = error.line.map { StudyPlace(line: $0, column: error.column ?? 1) }
      throw failure
    }
  }
}

/// Takes the columns a study names, checks and codes them.
struct StudyPreparation {
  let file: StudyFile
  var notes: [StudyNote] = []

  init(file: StudyFile) { self.file = file }

  /// The answers under their codes, with reversed items mirrored and as they were given.
  mutating func prepare(_ data: DataTable) throws(StudyError) -> (mirrored: DataTable, given: DataTable) {
    var mirrored: [DataTable.Column] = []
    var given: [DataTable.Column] = []
    var taken: Set<String> = []
    let reversed = Set(file.data.reversed.map(\.text))
    for construct in file.constructs {
      for item in construct.items where !taken.contains(item.code) {
        let values = try numbers(StudyName(item.column, at: item.place), in: data, "item")
        try check(values, item, of: construct)
        taken.insert(item.code)
        given.append(DataTable.Column(name: item.code, values: values))
        if reversed.contains(item.code) {
          let scale = construct.scale ?? file.data.scale ?? Self.range(of: values)
          mirrored.append(
            DataTable.Column(name: item.code, values: values.map { scale.lowerBound + scale.upperBound - $0 })
          )
        } else {
          mirrored.append(DataTable.Column(name: item.code, values: values))
        }
      }
    }
    for control in file.controls where taken.insert(control.code).inserted {
      let values = try numbers(StudyName(control.column, at: control.place), in: data, "control")
      let column = DataTable.Column(name: control.code, values: values)
      given.append(column)
      mirrored.append(column)
    }
    for property in file.data.respondents where data[property.column] == nil {
      throw Self.unknownColumn(
        StudyName(property.column, at: property.place), in: data, "column of respondents")
    }
    let rest = data.columns.filter { !taken.contains($0.name) }
    noteStructure(rows: data.rowCount)
    do { return (try DataTable(mirrored + rest), try DataTable(given + rest)) } catch {
      throw StudyError(.duplicateName, error.message, hint: error.hint)
    }
  }

  private func numbers(_ column: StudyName, in data: DataTable, _ kind: String) throws(StudyError) -> [Double]
  {
    guard data[column.text] != nil else { throw Self.unknownColumn(column, in: data, kind) }
    do {
      return try data.numericColumn(column.text)
    } catch {
      let line = error.line.map { " in line \($0) of the data" } ?? ""
      throw StudyError(
        .textColumn, "The \(kind) \(column.text) should hold numbers\(line): \(error.message)",
        hint:
          "If that text means \"no answer\", add it to \"missing:\" under \"data:\"; answers in words must be coded as"
          + " numbers first.", at: column.place)
    }
  }

  static func unknownColumn(_ name: StudyName, in data: DataTable, _ kind: String) -> StudyError {
    let nearest = nearestName(to: name.text, in: data.variableNames)
    return StudyError(
      .unknownColumn, "The \(kind) \(quoted(name.text)) is in no column of the data.",
      hint: nearest.map { "Did you mean \"\($0)\"?" }
        ?? "The columns are \(listed(data.variableNames, limit: 12)).", at: name.place)
  }

  /// Items nobody answered or everybody answered alike carry no information, and no model can be fitted to them.
  private func check(_ values: [Double], _ item: StudyItem, of construct: StudyConstruct) throws(StudyError) {
    let answered = values.filter { !$0.isNaN }
    guard let first = answered.first else {
      throw StudyError(
        .allMissing, "The item \(item.code) of \(construct.code) has no answer in any row.",
        hint: "Look at the codes under \"missing:\", or take the item out of the construct.", at: item.place)
    }
    if answered.count > 1, answered.allSatisfy({ $0 == first }) {
      throw StudyError(
        .constantItem,
        "The item \(item.code) of \(construct.code) has the answer \(DataTable.spelled(first)) in all"
          + " \(answered.count) rows.",
        hint: "It measures nothing: take it out of the construct.", at: item.place)
    }
  }

  private static func range(of values: [Double]) -> ClosedRange<Double> {
    let answered = values.filter { !$0.isNaN }
    return (answered.min() ?? 0)...(answered.max() ?? 0)
  }

  private mutating func noteStructure(rows: Int) {
    for construct in file.constructs where construct.items.count == 1 {
      notes.append(
        StudyNote(
          "single-item",
          Wording(
            "\(construct.code) has one item: it is taken as measured without error; reliability and validity cannot be judged.",
            "\(construct.code)只有一个题项：视为无测量误差，信度与效度无法检验。"),
          subjects: [construct.code], at: construct.place))
    }
    for construct in file.constructs where construct.items.count == 2 {
      notes.append(
        StudyNote(
          "two-items",
          Wording(
            "\(construct.code) has two items: by itself it is not identified, and item statistics are of little use.",
            "\(construct.code)只有两个题项：单独不可识别，题项层面的统计量意义有限。"),
          subjects: [construct.code], at: construct.place))
    }
    let count = file.items.count
    if rows <= count {
      notes.append(
        StudyNote(
          "too-few-cases",
          Wording(
            "There are \(rows) cases and \(count) items: with no more cases than items no model of all items can be fitted.",
            "样本量（\(rows)）不大于题项数（\(count)）：无法估计包含全部题项的模型。")))
    } else if rows < 5 * count {
      notes.append(
        StudyNote(
          "small-sample",
          Wording(
            "There are \(rows) cases for \(count) items, fewer than five for each: estimates are uncertain.",
            "样本量\(rows)、题项\(count)个，不足题项数的5倍：估计结果不够稳定。")))
    }
  }

  /// The rows of the groups, in the order of the labels.
  mutating func groups(_ groups: StudyGroups, in table: DataTable) throws(StudyError) -> DataTable {
    let name = groups.variable
    let present: [String]
    let texts: [String?]
    do {
      present = try table.categories(of: name.text)
      texts = try table.column(name.text).texts
    } catch {
      throw StudyError(.unknownColumn, error.message, hint: error.hint, at: name.place)
    }
    let values = groups.values.isEmpty ? present : groups.values
    for value in values where !present.contains(value) {
      throw StudyError(
        .groups, "The group variable \(name.text) never has the value \(quoted(value)).",
        hint: "Its values are \(listed(present, limit: 12)).", at: name.place)
    }
    guard values.count > 1 else {
      throw StudyError(
        .groups, "The group variable \(name.text) has one value only.",
        hint: "A comparison needs two groups.",
        at: name.place)
    }
    guard values.count <= 10 else {
      throw StudyError(
        .groups, "The group variable \(name.text) has \(values.count) values, too many to be groups.",
        hint: "Name a variable with two or a few values, or pick some with \"labels:\".", at: name.place)
    }
    var rows: [Int] = []
    for value in values { rows += texts.indices.filter { texts[$0] == value } }
    do { return try table.selecting(rows: rows) } catch {
      throw StudyError(.groups, error.message, at: name.place)
    }
  }
}
