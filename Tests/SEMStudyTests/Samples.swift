import Foundation

/// The files of the examples.
enum Samples {
  static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "Examples/" + name)
  }
  static func path(_ name: String) -> String { url(name).path }
}
