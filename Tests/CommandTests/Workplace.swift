import Foundation

/// A folder for one test; it goes when the test ends.
final class Workplace: Sendable {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "swift-sem-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func write(_ name: String, bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }

  func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: name).path)
  }

  func run(_ arguments: String..., input: String = "") throws -> Command.Outcome {
    try Command.run(arguments, input: input, in: folder)
  }

  /// A folder with models, data and matrices, good and bad.
  static func furnished() throws -> Workplace {
    let place = try Workplace()
    for (name, text) in Samples.texts { try place.write(name, text) }
    for (name, bytes) in Samples.bytes { try place.write(name, bytes: bytes) }
    return place
  }
}
