import Foundation
import SEM
import SEMReport

/// Answers requests of `peers/compare.py` on standard input about one case: "moments", "estimates" and "whole" with
/// processor seconds per call, "result" with the estimates.
func serve(_ test: Case) throws {
  let (table, moments) = try test.prepared()
  let tasks: [String: () throws -> Double] = [
    "moments": { try ModelFitter(table: table).fit(moments).discrepancy },
    "estimates": { try test.model().fit(to: test.data).discrepancy },
    "whole": { try FitSummary(test.model().fit(to: test.data)).fitMeasures["rmsea"] ?? 0 },
  ]
  print("ready swift-sem, \(Machine().linearAlgebra)")
  fflush(nil)
  var sink = 0.0
  while let line = readLine() {
    if line == "result" {
      let fit = try test.model().fit(to: test.data)
      let texts = zip(fit.table.rows, fit.rowValues).filter { $0.0.free > 0 }.map { row, value in
        "\(row.lhs) \(row.op.rawValue) \(row.rhs) \(value)"
      }
      print(texts.joined(separator: ";"))
    } else if let task = tasks[line] {
      let begin = Harness.processorTime()
      var calls = 0
      repeat {
        sink += try task()
        calls += 1
      } while Harness.processorTime() - begin < 0.15
      print((Harness.processorTime() - begin) / Double(calls))
    } else {
      print("unknown \(line)")
    }
    fflush(nil)
  }
}
