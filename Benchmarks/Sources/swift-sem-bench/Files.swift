import Foundation
import SEM
import SEMNumerics

/// Writes model.lav, data.csv, table.csv and case.json of each case into a folder of its own, for other programs.
func export(_ cases: [Case], to folder: URL) throws {
  for test in cases {
    let place = folder.appending(path: Case.folder(test.name))
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let (table, _) = try test.prepared()
    let observed = table.blocks[0].observed
    try test.text.write(to: place.appending(path: "model.lav"), atomically: true, encoding: .utf8)
    let columns = try observed.map { try test.data.numericColumn($0) }
    var text = observed.joined(separator: ",") + "\n"
    for row in 0..<test.data.rowCount {
      text += columns.map { $0[row].isNaN ? "NA" : "\($0[row])" }.joined(separator: ",") + "\n"
    }
    try text.write(to: place.appending(path: "data.csv"), atomically: true, encoding: .utf8)
    // For programs that read no lavaan syntax: every row that is a path or a covariance, free or fixed.
    var lines = ["lhs,op,rhs,free,value"]
    for row in table.rows where [.measurement, .regression, .covariance].contains(row.op) {
      lines.append("\(row.lhs),\(row.op.rawValue),\(row.rhs),\(row.free),\(row.fixedValue ?? 0)")
    }
    try (lines.joined(separator: "\n") + "\n").write(
      to: place.appending(path: "table.csv"), atomically: true, encoding: .utf8)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try encoder.encode(
      Export(
        name: test.name, fixedCovariates: test.options.fixedCovariates ?? true, hasMissing: test.hasMissing,
        count: test.data.rowCount, parameterCount: table.freeParameterCount)
    )
    .write(to: place.appending(path: "case.json"))
  }
}

private struct Export: Encodable {
  var name: String
  var fixedCovariates: Bool
  var hasMissing: Bool
  var count: Int
  var parameterCount: Int
}

/// Writes a table of numbers with seven to nine digits.
func writeNumbers(to file: URL, rows: Int, columns: Int) throws {
  var stream = RandomStream(seed: 1)
  let header = (0..<columns).map { "v\($0 + 1)" }.joined(separator: ",") + "\n"
  // One block of rows, repeated: the reader does not know.
  let blockRows = min(rows, 10_000)
  var block: [UInt8] = []
  var ends = [0]
  for _ in 0..<blockRows {
    let row = (0..<columns).map { _ in String(format: "%.6f", stream.normal()) }
    block += Array(row.joined(separator: ",").utf8) + [10]
    ends.append(block.count)
  }
  try Data(header.utf8).write(to: file)
  let handle = try FileHandle(forWritingTo: file)
  try handle.seekToEnd()
  for _ in 0..<(rows / blockRows) { try handle.write(contentsOf: block) }
  try handle.write(contentsOf: block[..<ends[rows % blockRows]])
  try handle.close()
}
