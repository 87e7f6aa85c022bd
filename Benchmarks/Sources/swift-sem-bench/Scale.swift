import Foundation
import SEM
import SEMNumerics
import SEMReport

/// What a process of its own measures once: time and the most memory it ever held.
private struct Scale: Encodable {
  var size: Int
  var parameters: Int?
  /// Seconds on the clock and of the processor.
  var wall: Double
  var processor: Double
  /// Bytes before the measured part, and the most at any time.
  var memoryBefore: Int
  var memoryPeak: Int
  /// A number of the result.
  var value: Double
  var note: String
  var bytes: Int?
}

private func printLine(_ scale: Scale) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  print(String(decoding: try encoder.encode(scale), as: UTF8.self))
}

/// Bytes of `key` in /proc/self/status; 0 where there is no such file.
private func memory(_ key: String) -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix(key) }
  return 1024 * (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0)
}

private func seconds(_ body: () throws -> Void) rethrows -> (wall: Double, processor: Double) {
  let clock = ContinuousClock()
  let (begin, processor) = (clock.now, Harness.processTime())
  try body()
  let wall = clock.now - begin
  return (
    Double(wall.components.seconds) + Double(wall.components.attoseconds) * 1e-18,
    Harness.processTime() - processor
  )
}

/// Fits the model of so many indicators: point estimates from moments, or the whole job from the data table.
///
/// The shorter of two runs; of one where it takes more than two seconds.
func measureScale(indicators p: Int, whole: Bool) throws {
  let test = try Case.scaled(indicators: p)
  let (table, moments) = try test.prepared()
  let before = memory("VmRSS")
  var value = 0.0
  var note = ""
  var best = (wall: Double.infinity, processor: Double.infinity)
  for run in 0..<5 where run == 0 || best.wall < 2 {
    let time = try seconds {
      if whole {
        let summary = try FitSummary(test.model().fit(to: test.data))
        value = summary.fitMeasures["chisq"] ?? .nan
        note = "\(summary.status)"
      } else {
        let fit = try ModelFitter(table: table).fit(moments)
        value = fit.discrepancy
        note = "\(fit.convergence.iterations) steps, \(fit.convergence.evaluations) evaluations"
      }
    }
    if time.processor < best.processor { best = time }
  }
  try printLine(
    Scale(
      size: p, parameters: table.freeParameterCount, wall: best.wall, processor: best.processor,
      memoryBefore: before, memoryPeak: memory("VmHWM"), value: value, note: note))
}

/// The moments of all columns of a CSV file.
func measureReading(_ path: String) throws {
  let before = memory("VmRSS")
  var moments: SampleMoments?
  let time = try seconds {
    moments = try StreamedMoments(contentsOf: path).moments
  }
  let size = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  try printLine(
    Scale(
      size: moments?.count ?? 0, wall: time.wall, processor: time.processor, memoryBefore: before,
      memoryPeak: memory("VmHWM"), value: moments?.covariance[0, 0] ?? .nan, note: "", bytes: size))
}
