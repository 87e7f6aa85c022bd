import Foundation
import SEM
import SEMNumerics

/// Writes model.lav, data.csv and estimates.json of each case into a folder of its own, for other programs.
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
      text += columns.map { "\($0[row])" }.joined(separator: ",") + "\n"
    }
    try text.write(to: place.appending(path: "data.csv"), atomically: true, encoding: .utf8)
    let fit = try test.model().fit(to: test.data)
    let rows = zip(table.rows, fit.rowValues).filter { $0.0.free > 0 }.map { row, value in
      Estimate(lhs: row.lhs, op: row.op.rawValue, rhs: row.rhs, est: value)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try encoder.encode(
      Export(
        name: test.name, fixedCovariates: test.options.fixedCovariates ?? true,
        chisq: fit.chiSquare.statistic,
        parameters: rows)
    )
    .write(to: place.appending(path: "estimates.json"))
  }
}

private struct Export: Encodable {
  var name: String
  var fixedCovariates: Bool
  var chisq: Double
  var parameters: [Estimate]
}

private struct Estimate: Encodable {
  var lhs, op, rhs: String
  var est: Double
}

/// Writes a table of numbers with seven to nine digits; returns its shape.
func writeNumbers(to file: URL, megabytes: Int) throws -> (rows: Int, columns: Int) {
  let columns = 20
  var stream = RandomStream(seed: 1)
  var bytes: [UInt8] = Array((0..<columns).map { "v\($0 + 1)" }.joined(separator: ",").utf8) + [10]
  var rows = 0
  // One block of rows, repeated: the reader does not know.
  let header = bytes.count
  while bytes.count < 1_000_000 {
    let row = (0..<columns).map { _ in String(format: "%.6f", stream.normal()) }
    bytes += Array(row.joined(separator: ",").utf8) + [10]
    rows += 1
  }
  let block = Data(bytes[header...])
  try Data(bytes[..<header]).write(to: file)
  let handle = try FileHandle(forWritingTo: file)
  try handle.seekToEnd()
  for _ in 0..<megabytes { try handle.write(contentsOf: block) }
  try handle.close()
  return (rows * megabytes, columns)
}
