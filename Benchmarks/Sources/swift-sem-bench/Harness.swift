import CAllocationCounter
import Foundation

/// What one benchmark measured.
struct Measurement: Codable {
  /// The group of benchmarks.
  var group: String
  /// The case.
  var name: String
  /// Seconds per call: the least, the middle, and what nine of ten calls stayed below.
  var minimum, median, p90: Double
  /// The least processor time of this thread per call: what a busy machine spoils least.
  var processor: Double
  /// How many calls were timed.
  var calls: Int
  /// Allocations of one call, or -1 where they are not counted.
  var allocations: Int
  /// Steps and evaluations of the fit, sizes, and the like.
  var note: String
  /// Figures of other programs from other runs, in seconds.
  var published: [String: Double]
}

/// Runs benchmarks for a limited time each and collects what they measured.
final class Harness {
  /// Only benchmarks whose "group/name" contains this run.
  var filter = ""
  /// Seconds of measurement per benchmark.
  var time = 1.0
  /// Instead of timing: calls of each benchmark, for a profiler.
  var callCount: Int?
  private(set) var measurements: [Measurement] = []
  /// Keeps results alive, so that the optimiser removes nothing.
  private var sink = 0.0

  /// Whether a text holds the filter.
  func wants(_ names: String) -> Bool { filter.isEmpty || names.contains(filter) }

  /// Times `body`, which returns a number of its result.
  ///
  /// Short calls are timed in batches of at least 50 µs. One second of calls, or at least five of them.
  func measure(
    _ group: String, _ name: String, note: String = "", published: [String: Double] = [:],
    _ body: () throws -> Double
  ) rethrows {
    guard wants("\(group)/\(name)") else { return }
    if let callCount {
      for _ in 0..<callCount { sink += try body() }
      return
    }
    let clock = ContinuousClock()
    // Warm-up: caches, lazy initialisation and the processor's clock.
    let begin = clock.now
    var warmCalls = 0
    repeat {
      sink += try body()
      warmCalls += 1
    } while warmCalls < 2 || clock.now - begin < .seconds(min(0.2, 0.2 * time))
    let once = seconds(clock.now - begin) / Double(warmCalls)

    let before = allocation_count()
    sink += try body()
    let allocations = before < 0 ? -1 : Int(allocation_count() - before)

    let batch = max(1, Int((50e-6 / once).rounded(.up)))
    var samples: [Double] = []
    var processor = Double.infinity
    let start = clock.now
    while samples.count < 5 || (clock.now - start < .seconds(time) && samples.count < 100_000) {
      let from = clock.now
      let processorFrom = Self.processorTime()
      for _ in 0..<batch { sink += try body() }
      processor = min(processor, (Self.processorTime() - processorFrom) / Double(batch))
      samples.append(seconds(clock.now - from) / Double(batch))
    }
    samples.sort()
    let measurement = Measurement(
      group: group, name: name, minimum: samples[0], median: samples[samples.count / 2],
      p90: samples[min(samples.count - 1, samples.count * 9 / 10)], processor: processor,
      calls: samples.count * batch,
      allocations: allocations, note: note, published: published)
    measurements.append(measurement)
    print(
      "\(group)/\(name)".padding(toLength: 44, withPad: " ", startingAt: 0),
      "processor \(Self.duration(processor))  min \(Self.duration(measurement.minimum))  median \(Self.duration(measurement.median))",
      " p90 \(Self.duration(measurement.p90))  allocations \(allocations)", note.isEmpty ? "" : " (\(note))",
      Self.comparison(published).isEmpty ? "" : " [other run: \(Self.comparison(published))]")
    fflush(nil)
  }

  /// Seconds of the processor that this thread has used.
  static func processorTime() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }

  /// Seconds of the processor that all threads of this process have used.
  static func processTime() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  /// Three digits with a fitting unit.
  static func duration(_ seconds: Double) -> String {
    let (value, unit) =
      seconds < 1e-3 ? (seconds * 1e6, "µs") : seconds < 1 ? (seconds * 1e3, "ms") : (seconds, "s")
    return String(format: value < 10 ? "%.2f " : value < 100 ? "%.1f " : "%.0f ", value) + unit
  }

  static func comparison(_ published: [String: Double]) -> String {
    published.sorted { $0.key < $1.key }.map { "\($0.key) \(duration($0.value))" }.joined(separator: ", ")
  }

  /// The table for a document.
  func markdown(machine: Machine) -> String {
    var text = "\(machine.description)\n\n"
    text +=
      "| benchmark | processor | minimum | median | 90 % below | allocations | | figures of another run |\n"
    text += "|---|--:|--:|--:|--:|--:|---|---|\n"
    for m in measurements {
      text +=
        "| \(m.group): \(m.name) | \(Self.duration(m.processor)) | \(Self.duration(m.minimum)) | \(Self.duration(m.median)) | \(Self.duration(m.p90))"
        + " | \(m.allocations < 0 ? "" : "\(m.allocations)") | \(m.note) | \(Self.comparison(m.published)) |\n"
    }
    return text
  }
}

/// Where the figures come from.
struct Machine: Codable {
  var processor: String
  var cores: Int
  var system: String
  var compiler: String
  var linearAlgebra: String
  var date: String

  init() {
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    processor =
      info.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
    cores = ProcessInfo.processInfo.activeProcessorCount
    system = ProcessInfo.processInfo.operatingSystemVersionString
    #if compiler(>=6.3)
      compiler = "Swift 6.3 or later"
    #else
      compiler = "Swift 6.2"
    #endif
    let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
    let libraries = Set(
      maps.split(separator: "\n").compactMap { $0.split(separator: "/").last }
        .filter { $0.contains("blas") || $0.contains("lapack") })
    // On Linux they are loaded by the first call that needs them.
    #if os(Linux)
      let none = "no BLAS loaded yet"
    #else
      let none = "Accelerate"
    #endif
    linearAlgebra = libraries.isEmpty ? none : libraries.sorted().joined(separator: " and ")
    date = String(ISO8601DateFormatter().string(from: Date()).prefix(10))
  }

  var description: String {
    "\(processor), \(cores) cores, \(system), \(compiler), release build, \(linearAlgebra), \(date). One thread."
  }
}
